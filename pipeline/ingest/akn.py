"""Akoma Ntoso (OASIS LegalDocML 1.0) to paragraphs: files of our own exactly, those of others by their words.

Element and attribute names of foreign files are evidence at most: conversions name containers wrongly and leave call
lines, labels and footnotes inside items. So the words go to the ordinary grammar, after what broke is mended.
"""

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from pipeline.domain import BlockKind, Document, DocumentKind, Notice
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.akn_own import is_own, own_paragraphs
from pipeline.ingest.akn_repair import AknLine, Repairs, repaired
from pipeline.ingest.layout import Paragraph, Source, assemble

__all__ = ["read_akn"]

_NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_A = f"{{{_NAMESPACE}}}"
_MAX_BYTES = 50 * 2**20
_MAX_ELEMENTS = 1_000_000
_LANGUAGES = {
    "ara": "ar",
    "chi": "zh",
    "zho": "zh",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "rus": "ru",
    "spa": "es",
}
# Elements that hold words directly; everything else above them is structure.
_BLOCKS = frozenset({"p", "block", "heading", "subheading", "crossHeading", "span", "listIntroduction", "listWrapUp"})
_SKIPPED = frozenset({"meta", "componentRef", "toc", "img", "coverPage"})
_REFERENCES = frozenset({"componentRef", "documentRef"})
_NOTES = frozenset({"authorialNote", "note"})
_ITEMS = frozenset({"recital", "paragraph", "subparagraph", "point", "indent", "item", "list", "blockList", "alinea"})
_STYLES = {"number": "resno", "title": "restitle", "call": "call"}


def read_akn(source: Source, thorough: bool = False) -> Document:
    """The texts of an Akoma Ntoso file: a single statement, a collection, or any other document type.

    Args:
        source: the file.
        thorough: also cut calls, labels and annexes out of the middle of items (see ``akn_repair.repaired``).

    Raises:
        UnreadableDocumentError: the file is no well-formed XML, declares entities, is no Akoma Ntoso, or is too large.
    """
    root = _parse(source)
    if is_own(root):
        document = assemble(source, "akn", own_paragraphs(root), language=_language(root))
        return replace(document, kind=DocumentKind.INSTRUMENTS)
    repairs = Repairs()
    paragraphs = [
        _paragraph(line) for text in _texts(root) for line in repaired(tuple(_lines(text)), repairs, thorough)
    ]
    notices = (Notice("repaired", f"the conversion was mended: {repairs}"),) if str(repairs) else ()
    return assemble(source, "akn", paragraphs, notices, _language(root))


def _parse(source: Source) -> etree._Element:
    if source.path.stat().st_size > _MAX_BYTES:
        raise UnreadableDocumentError(f"the XML file is larger than {_MAX_BYTES // 2**20} MiB; split it")
    try:
        tree = etree.parse(
            str(source.path), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
        )
    except etree.XMLSyntaxError as error:
        raise UnreadableDocumentError(f"the XML is damaged ({error.msg}); export or download it again") from error
    if tree.docinfo.doctype:
        raise UnreadableDocumentError("the XML file declares a document type; it may hide entities and was not read")
    root = tree.getroot()
    if root.tag != f"{_A}akomaNtoso":
        raise UnreadableDocumentError(
            f"the file is XML, but not Akoma Ntoso 3.0 (its root is {etree.QName(root).localname!r}); export it as such"
        )
    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        raise UnreadableDocumentError(f"the XML file has more than {_MAX_ELEMENTS:,} elements; split it")
    return root


def _language(root: etree._Element) -> str:
    """Two-letter code of the first language that the file states; ``en`` when it states none."""
    for element in root.iter(f"{_A}FRBRlanguage"):
        code = element.get("language", "").lower()
        return _LANGUAGES.get(code, code[:2] or "en")
    return "en"


def _texts(root: etree._Element) -> Iterator[etree._Element]:
    """The documents of the file, outermost first; those inside a component stand for themselves."""
    components = [c for c in root.iter(f"{_A}component") if len(c) and _name(c[0]) not in _REFERENCES]
    inner = [c for c in components if not any(d in components for d in c.iterdescendants(f"{_A}component"))]
    if inner:
        for component in inner:
            yield from component
    else:
        yield from root


def _lines(text: etree._Element) -> Iterator[AknLine]:
    """Lines of one document in reading order: the number line of its preface as one, then block by block."""
    for part in text:
        if _name(part) == "preface":
            yield from _preface(part)
        elif _name(part) not in _SKIPPED:
            yield from _walk(part, "text", [])


def _preface(preface: etree._Element) -> Iterator[AknLine]:
    numbered = next(preface.iter(f"{_A}docNumber"), None)
    line = None if numbered is None else next(numbered.iterancestors(f"{_A}p", f"{_A}longTitle"), None)
    for element in preface:
        if line is not None and (element is line or line in element.iterdescendants()):
            yield AknLine("number", " ".join(filter(None, (" ".join(t.split()) for t in line.itertext()))))
            for other in element.iterdescendants(f"{_A}p"):
                if other is not line and _words(other):
                    yield AknLine("title", _words(other))
        elif _words(element):
            role = "title" if element.get("name") == "title" or _name(element) == "longTitle" else "text"
            for inner in _walk(element, role, []):
                yield replace(inner, role=role)


def _walk(element: etree._Element, role: str, pending: list[str]) -> Iterator[AknLine]:
    """Lines below an element; ``pending`` holds the label that waits for the first words of its item."""
    name = _name(element)
    if not name or name in _SKIPPED:
        return
    if name in _NOTES:
        yield AknLine("note", f"{element.get('marker', '')} {_words(element)}".strip())
        return
    if name == "tr":
        yield AknLine("table", " | ".join(_words(cell) for cell in element))
        return
    if name == "num":
        pending[:] = [_words(element)]
        return
    if name in _BLOCKS or not len(element):
        yield from _block(element, role, pending)
        return
    if name in _ITEMS:
        role = "item"
    elif name in ("intro", "hcontainer") and role != "item":
        role = "call" if name == "intro" else "text"
    for child in element:
        yield from _walk(child, "call" if _name(child) == "heading" and name == "hcontainer" else role, pending)


def _block(element: etree._Element, role: str, pending: list[str]) -> Iterator[AknLine]:
    """One line, with the label that waits, and the notes that stand inside it after it."""
    words = _words(element)
    if words:
        emphasised = "".join("".join(i.itertext()) for i in element.iter(f"{_A}i"))
        label = pending.pop() if pending else ""
        yield AknLine(role, words, label, italic=bool(words) and " ".join(emphasised.split()) == words)
    for note in element.iter(*(f"{_A}{name}" for name in _NOTES)):
        yield AknLine("note", f"{note.get('marker', '')} {_words(note)}".strip())


def _words(element: etree._Element) -> str:
    """Words below an element, white space folded; notes inside it are left to lines of their own."""
    parts: list[str] = []

    def take(node: etree._Element) -> None:
        parts.append(node.text or "")
        for child in node:
            if _name(child) and _name(child) not in _NOTES:
                take(child)
            parts.append(child.tail or "")

    take(element)
    return " ".join("".join(parts).split())


def _name(element: etree._Element) -> str:
    """Local name of an Akoma Ntoso element; "" for comments, instructions and other vocabularies."""
    tag = element.tag
    return tag.removeprefix(_A) if isinstance(tag, str) and tag.startswith(_A) else ""


def _paragraph(line: AknLine) -> Paragraph:
    kind = {"note": BlockKind.FOOTNOTE, "table": BlockKind.TABLE}.get(line.role, BlockKind.PARAGRAPH)
    text = f"{line.label}\t{line.text}" if line.label else line.text
    return Paragraph(text, kind, _STYLES.get(line.role, ""), line.italic)
