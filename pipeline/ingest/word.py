"""Word files (.docx) to paragraphs: reading order, footnotes, tables, automatic numbering, tracked changes.

python-docx opens the package; the text is taken from the XML below it, because python-docx leaves out footnotes,
text in insertions and hyperlinks, and the numbers that Word generates.
"""

from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from pipeline.domain import BlockKind, Document, Notice
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Paragraph, Source, assemble
from pipeline.ingest.numbering import Numbering

__all__ = ["read_word"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Text that is not part of the proposed reading: deletions, the old place of a move, field codes.
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_MC}Fallback", f"{_W}txbxContent"}
_PLAIN = {f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}softHyphen": ""}
_SAFE_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def read_word(source: Source) -> Document:
    """The document in its proposed reading: insertions kept, deletions left out, footnotes last.

    Raises:
        UnreadableDocumentError: the file is no Word package, or its main part is missing or broken.
    """
    try:
        word = docx.Document(str(source.path))
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError, OSError) as error:
        raise UnreadableDocumentError(
            f"the Word file is damaged ({type(error).__name__}); open it in Word, save it again and retry"
        ) from error
    body = word.element.body
    notices = []
    if next(body.iter(f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo"), None) is not None:
        notices.append(Notice("tracked-changes", "the file holds tracked changes; the proposed reading is compared"))
    numbering = Numbering.of(word)
    styles = {style.style_id: style.name or "" for style in word.styles}
    paragraphs = [*_paragraphs(body, numbering, styles), *_footnotes(word)]
    return assemble(source, "docx", paragraphs, notices)


def _paragraphs(parent: etree._Element, numbering: Numbering, styles: dict[str, str]) -> Iterator[Paragraph]:
    """Paragraphs and table rows below ``parent`` in reading order, text boxes after the paragraph that holds them."""
    for element in parent:
        if element.tag == f"{_W}p":
            if not _paragraph_deleted(element):
                yield _paragraph(element, numbering, styles)
            for box in element.iter(f"{_W}txbxContent"):
                if not any(a.tag == f"{_MC}Fallback" for a in box.iterancestors()):
                    yield from _paragraphs(box, numbering, styles)
        elif element.tag == f"{_W}tbl":
            yield from _table(element, numbering, styles)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            yield from _paragraphs(element, numbering, styles)


def _paragraph_deleted(paragraph: etree._Element) -> bool:
    """True when the whole paragraph was struck out: its mark is deleted and no text is left."""
    mark = paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del")
    return mark is not None and not _text(paragraph).strip()


def _paragraph(element: etree._Element, numbering: Numbering, styles: dict[str, str]) -> Paragraph:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    style_id = "" if style is None else style.get(f"{_W}val", "")
    text = _text(element)
    if text.strip() and (label := numbering.next_label(element, style_id)):
        text = f"{label}\t{text.lstrip()}"
    return Paragraph(text, style=styles.get(style_id, style_id).lower(), italic=_italic(element))


def _table(table: etree._Element, numbering: Numbering, styles: dict[str, str]) -> Iterator[Paragraph]:
    """One paragraph a cell paragraph when the table is a page layout of few rows, else one line a row."""
    rows = table.findall(f"{_W}tr")
    layout = len(rows) <= 6 and max((len(row.findall(f"{_W}tc")) for row in rows), default=0) <= 2
    for row in rows:
        cells = [list(_paragraphs(cell, numbering, styles)) for cell in row.findall(f"{_W}tc")]
        if layout:
            for cell in cells:
                yield from (Paragraph(p.text, BlockKind.HEADER, p.style, p.italic) for p in cell)
        else:
            text = " | ".join(" ".join(p.text.strip() for p in cell if p.text.strip()) for cell in cells)
            yield Paragraph(text if text.strip(" |") else "", BlockKind.TABLE)


def _text(element: etree._Element) -> str:
    """Visible text below an element in the proposed reading."""
    parts: list[str] = []
    for child in element:
        if child.tag in _SKIPPED or (child.tag == f"{_W}r" and _hidden(child)):
            continue
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _PLAIN:
            parts.append(_PLAIN[child.tag])
        elif child.tag == f"{_W}sym":
            parts.append("•")
        elif child.tag != f"{_W}pPr":
            parts.append(_text(child))
    return "".join(parts)


def _hidden(run: etree._Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false")


def _italic(element: etree._Element) -> bool:
    """True when every run with letters is set in italics by its own properties."""
    runs = [r for r in element.iter(f"{_W}r") if any(c.isalpha() for c in _text(r))]
    return bool(runs) and all(
        (mark := run.find(f"{_W}rPr/{_W}i")) is not None and mark.get(f"{_W}val", "true") not in ("0", "false")
        for run in runs
    )


def _footnotes(word: WordDocument) -> Iterator[Paragraph]:
    """Footnotes with their number, in the order of the file."""
    for relation in word.part.rels.values():
        if relation.reltype != RELATIONSHIP_TYPE.FOOTNOTES or relation.is_external:
            continue
        root = etree.fromstring(relation.target_part.blob, _SAFE_PARSER)
        number = 0
        for note in root.findall(f"{_W}footnote"):
            if note.get(f"{_W}type") in ("separator", "continuationSeparator", "continuationNotice"):
                continue
            number += 1
            text = " ".join(_text(p).strip() for p in note.iter(f"{_W}p"))
            yield Paragraph(f"{number}\t{text}", BlockKind.FOOTNOTE)
