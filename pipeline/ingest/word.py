"""Word files (.docx) to paragraphs: reading order, notes, tables, text boxes, automatic numbering, tracked changes.

python-docx opens the package; the text is taken from the XML below it, because python-docx leaves out footnotes,
text in insertions and hyperlinks, and the numbers that Word generates.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from pipeline.domain import BlockKind, Document, Notice
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Paragraph, Source, assemble, clean, is_noise
from pipeline.ingest.numbering import Numbering

__all__ = ["read_word"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BOX = f"{_W}txbxContent"
# Text that is not part of the proposed reading: deletions, the old place of a move, field codes.
_UNREAD = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText"}
_PLAIN = {f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}softHyphen": ""}
_SAFE_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_NOTES = (
    (RELATIONSHIP_TYPE.FOOTNOTES, f"{_W}footnote"),
    (RELATIONSHIP_TYPE.ENDNOTES, f"{_W}endnote"),
)
_EDGES = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
_WORD = re.compile(r"[^\W\d_]{2,}")
# Far beyond any real document; a file that goes further was made to exhaust its reader.
_MAX_DEPTH = 30
_MAX_BLOCKS = 200_000


def read_word(source: Source) -> Document:
    """The document in its proposed reading: insertions kept, deletions left out, footnotes and endnotes last.

    Headers and footers are not read, nor are documents embedded as a whole; notices tell when words are lost by that.

    Raises:
        UnreadableDocumentError: the file is no Word package, its main part is missing or broken, or text boxes and
            tables are nested too deeply, or it has too many paragraphs.
    """
    try:
        word = docx.Document(str(source.path))
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError, OSError) as error:
        raise _damaged(error) from error
    styles = {style.style_id: style.name or "" for style in word.styles}
    paragraphs = [*_Body(Numbering.of(word), styles).paragraphs(word.element.body), *_notes(word)]
    return assemble(source, "docx", paragraphs, _notices(word, paragraphs))


def _damaged(error: Exception) -> UnreadableDocumentError:
    return UnreadableDocumentError(
        f"the Word file is damaged ({type(error).__name__}); open it in Word, save it again and retry"
    )


def _notices(word: WordDocument, paragraphs: Sequence[Paragraph]) -> list[Notice]:
    """What a reader should know: tracked changes, and parts that were not read."""
    body = word.element.body
    notices = []
    if next(body.iter(f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo"), None) is not None:
        notices.append(Notice("tracked-changes", "the file holds tracked changes; the proposed reading is compared"))
    if embedded := sum(1 for _ in body.iter(f"{_W}altChunk")):
        told = "an embedded document was" if embedded == 1 else f"{embedded} embedded documents were"
        notices.append(Notice("embedded-document", f"{told} not read; open the file in Word, save it again and retry"))
    if lost := len(_words(_edges(word)) - _words(p.text for p in paragraphs)):
        told = "1 word that occurs" if lost == 1 else f"{lost} words that occur"
        notices.append(Notice("headers-unread", f"headers and footers were not read; they hold {told} nowhere else"))
    return notices


class _Body:
    """Paragraphs of the body of one file; use it once, top to bottom, for it counts lists and blocks."""

    def __init__(self, numbering: Numbering, styles: dict[str, str]) -> None:
        self._numbering = numbering
        self._styles = styles
        self._blocks = 0

    def paragraphs(self, parent: etree._Element, depth: int = 0) -> Iterator[Paragraph]:
        """Paragraphs and table rows below ``parent`` in reading order, text boxes after the paragraph that holds them.

        A paragraph whose mark is struck out runs on in the next one, which gives both its style and its label.
        """
        if depth > _MAX_DEPTH:
            raise UnreadableDocumentError(f"text boxes or tables are nested more than {_MAX_DEPTH} deep; flatten them")
        open_: list[etree._Element] = []
        for element in _found(parent, {f"{_W}p", f"{_W}tbl"}):
            if element.tag == f"{_W}p":
                open_.append(element)
                if _mark_deleted(element):
                    continue
            yield from self._joined(open_, depth)
            open_ = []
            if element.tag == f"{_W}tbl":
                yield from self._table(element, depth)
        yield from self._joined(open_, depth)

    def _joined(self, elements: Sequence[etree._Element], depth: int) -> Iterator[Paragraph]:
        """One paragraph of these elements, the last of which gives style and label, then their text boxes."""
        if not elements:
            return
        self._count()
        style = elements[-1].find(f"{_W}pPr/{_W}pStyle")
        style_id = "" if style is None else style.get(f"{_W}val", "")
        text = "".join(_text(element) for element in elements)
        if text.strip() and (label := self._numbering.next_label(elements[-1], style_id)):
            text = f"{label}\t{text.lstrip()}"
        yield Paragraph(text, style=self._styles.get(style_id, style_id).lower(), italic=_italic(elements))
        for element in elements:
            if next(element.iter(_BOX), None) is None:
                continue
            for box in _found(element, {_BOX}):
                yield from self.paragraphs(box, depth + 1)

    def _table(self, table: etree._Element, depth: int) -> Iterator[Paragraph]:
        """One paragraph a cell paragraph when the table is a page layout of few rows, else one line a row."""
        rows = [list(_found(row, {f"{_W}tc"})) for row in _found(table, {f"{_W}tr"})]
        layout = len(rows) <= 6 and max(map(len, rows), default=0) <= 2
        for row in rows:
            self._count()
            cells = [list(self.paragraphs(cell, depth + 1)) for cell in row]
            if layout:
                for cell in cells:
                    yield from (Paragraph(p.text, BlockKind.HEADER, p.style, p.italic) for p in cell)
            else:
                text = " | ".join(" ".join(p.text.strip() for p in cell if p.text.strip()) for cell in cells)
                yield Paragraph(text if text.strip(" |") else "", BlockKind.TABLE)

    def _count(self) -> None:
        self._blocks += 1
        if self._blocks > _MAX_BLOCKS:
            raise UnreadableDocumentError(f"the file has more than {_MAX_BLOCKS:,} paragraphs; split it")


def _found(element: etree._Element, tags: set[str]) -> Iterator[etree._Element]:
    """Elements below this one with such a tag, outermost only, whatever wraps them.

    Content controls, hyperlinks, smart tags and the like are seen through; text boxes are never entered, so that
    each belongs to the nearest box around it.
    """
    for child in _inside(element):
        if child.tag in tags:
            yield child
        elif child.tag != _BOX:
            yield from _found(child, tags)


def _inside(element: etree._Element) -> Iterator[etree._Element]:
    """Children in the proposed reading; of alternatives for newer and older programs the first that Word would take."""
    for child in element:
        if child.tag == f"{_MC}AlternateContent":
            taken = child.find(f"{_MC}Choice")
            taken = child.find(f"{_MC}Fallback") if taken is None else taken
            if taken is not None:
                yield from _inside(taken)
        elif child.tag not in _UNREAD:
            yield child


def _mark_deleted(paragraph: etree._Element) -> bool:
    """Whether the end of the paragraph was struck out or moved away, so that what follows joins it."""
    properties = paragraph.find(f"{_W}pPr/{_W}rPr")
    return properties is not None and any(properties.find(f"{_W}{name}") is not None for name in ("del", "moveFrom"))


def _text(element: etree._Element) -> str:
    """Visible text below an element in the proposed reading, without that of text boxes."""
    parts: list[str] = []
    for child in _inside(element):
        if child.tag in (_BOX, f"{_W}pPr") or (child.tag == f"{_W}r" and _hidden(child)):
            continue
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _PLAIN:
            parts.append(_PLAIN[child.tag])
        elif child.tag == f"{_W}sym":
            parts.append("•")
        else:
            parts.append(_text(child))
    return "".join(parts)


def _hidden(run: etree._Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false")


def _italic(elements: Iterable[etree._Element]) -> bool:
    """True when every run with letters is set in italics by its own properties."""
    found = (run for element in elements for run in _found(element, {f"{_W}r"}))
    runs = [run for run in found if any(c.isalpha() for c in _text(run))]
    return bool(runs) and all(
        (mark := run.find(f"{_W}rPr/{_W}i")) is not None and mark.get(f"{_W}val", "true") not in ("0", "false")
        for run in runs
    )


def _notes(word: WordDocument) -> Iterator[Paragraph]:
    """Footnotes, then endnotes, with their numbers, in the order of the file."""
    for kind, tag in _NOTES:
        for root in _parts(word, (kind,)):
            number = 0
            for note in root.findall(tag):
                if note.get(f"{_W}type") in ("separator", "continuationSeparator", "continuationNotice"):
                    continue
                number += 1
                text = " ".join(_text(p).strip() for p in _every_paragraph(note))
                yield Paragraph(f"{number}\t{text}", BlockKind.FOOTNOTE)


def _edges(word: WordDocument) -> Iterator[str]:
    """Lines of all headers and footers, without the paths of files and rules that no reader misses."""
    for root in _parts(word, _EDGES):
        for paragraph in _every_paragraph(root):
            if not is_noise(line := clean(_text(paragraph))):
                yield line


def _every_paragraph(element: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs below an element, those of its tables and text boxes too, each once."""
    for found in _found(element, {f"{_W}p", _BOX}):
        if found.tag == f"{_W}p":
            yield found
        yield from _every_paragraph(found)


def _parts(word: WordDocument, kinds: Sequence[str]) -> Iterator[etree._Element]:
    """Roots of the parts of these kinds, in the order in which the file names them."""
    for relation in word.part.rels.values():
        if relation.reltype in kinds and not relation.is_external:
            try:
                yield etree.fromstring(relation.target_part.blob, _SAFE_PARSER)
            except etree.XMLSyntaxError as error:
                raise _damaged(error) from error


def _words(lines: Iterable[str]) -> set[str]:
    """Words of two letters and more, in one case."""
    return {word for line in lines for word in _WORD.findall(clean(line).casefold())}
