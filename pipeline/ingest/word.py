"""Word files (.docx) to paragraphs: reading order, notes, tables, text boxes, automatic numbering, tracked changes.

python-docx opens the package; the text is taken from the XML below it, because python-docx leaves out footnotes,
text in insertions and hyperlinks, and the numbers that Word generates.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import PartFactory
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml import etree

from pipeline.domain import BlockKind, Document, Notice, RevisionKind, View
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Change, Paragraph, Source, assemble, clean, is_noise
from pipeline.ingest.numbering import Numbering
from pipeline.ingest.word_changes import has_changes, mark_inserted, mark_joined, row_struck, undo_changes
from pipeline.ingest.word_header import header_of
from pipeline.ingest.word_notes import Notes
from pipeline.ingest.word_styles import Styles
from pipeline.ingest.word_text import Reading, Words, join
from pipeline.ingest.word_xml import BOX, W, damaged, every_paragraph, found, parts, value

__all__ = ["read_word"]

_EDGES = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
_BLOCKS = frozenset({f"{W}p", f"{W}tbl"})
_ROWS, _CELLS, _RUNS, _BOXES = (frozenset({f"{W}{name}"}) for name in ("tr", "tc", "r", "txbxContent"))
_WORD = re.compile(r"[^\W\d_]{2,}")
# Far beyond any real document; a file that goes further was made to exhaust its reader.
_MAX_DEPTH = 30
_MAX_BLOCKS = 200_000
# Files with macros and templates hold a text like any other; macros are not run and not even looked at.
_ALSO_DOCUMENTS = (
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
PartFactory.part_type_for.update(dict.fromkeys(_ALSO_DOCUMENTS, DocumentPart))


def read_word(source: Source, view: View = View.PROPOSED) -> Document:
    """The document in one reading of its tracked changes, footnotes and endnotes last.

    The proposed reading keeps insertions, leaves out deletions and tells the changes as ``revisions``; the original
    reading is the text before all of them. Headers and footers are not read, nor are documents embedded as a whole;
    notices tell when words are lost by that. Where the definitions of lists are damaged, the text is read without
    automatic numbers, and a notice tells it.

    Args:
        source: the file.
        view: which reading is wanted; both are the same in a file without tracked changes.

    Raises:
        UnreadableDocumentError: the file is no Word package, its main part is missing or broken, or text boxes and
            tables are nested too deeply, or it has too many paragraphs.
    """
    word = _opened(source)
    body = word.element.body
    changed = has_changes(body)
    if view is View.ORIGINAL:
        undo_changes(body)
    notes = Notes(word, view)
    styles = Styles.of(word)
    reading = Reading(styles, len(notes))
    header = header_of(body, Reading(styles, len(notes)))
    numbering = Numbering.of(word, styles)
    reader = _Body(numbering, styles, reading, header.tables)
    paragraphs = [*reader.paragraphs(body), *notes.paragraphs(reading)]
    if view is View.ORIGINAL:
        paragraphs = [Paragraph(p.text, p.kind, p.style, p.italic) for p in paragraphs]
    unread = [*_unread_parts(styles, notes), *_unread(word, paragraphs, notes.uncalled(reading), numbering.lost)]
    notices = [*_told(view, changed or notes.changed), *unread]
    return assemble(source, "docx", paragraphs, notices, header=header.facts)


def _opened(source: Source) -> WordDocument:
    try:
        part = Package.open(str(source.path)).main_document_part
        if not isinstance(part, DocumentPart) or part.element.body is None:
            raise ValueError("no main part")
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError, OSError) as error:
        raise damaged(error) from error
    document: WordDocument = part.document
    return document


def _told(view: View, changed: bool) -> Iterator[Notice]:
    if changed and view is View.PROPOSED:
        yield Notice("tracked-changes", "the file holds tracked changes; the proposed reading is compared")
    elif changed:
        yield Notice("tracked-changes", "the file holds tracked changes; this is the text before them")


def _unread_parts(styles: Styles, notes: Notes) -> Iterator[Notice]:
    """Which parts beside the text could not be read."""
    retry = "open the file in Word, save it again and retry"
    if styles.unread:
        yield Notice(
            "styles-unread", f"the styles of the file could not be read, so calls and headings may be missed; {retry}"
        )
    if notes.unread:
        yield Notice("note-numbers-unread", f"how the file numbers its notes could not be read; {retry}")


def _unread(word: WordDocument, paragraphs: Sequence[Paragraph], uncalled: int, unnumbered: int) -> Iterator[Notice]:
    """What was not read."""
    if embedded := sum(1 for _ in word.element.body.iter(f"{W}altChunk")):
        told = "an embedded document was" if embedded == 1 else f"{embedded} embedded documents were"
        yield Notice("embedded-document", f"{told} not read; open the file in Word, save it again and retry")
    if unnumbered:
        told = "1 paragraph in a list has" if unnumbered == 1 else f"{unnumbered} paragraphs in lists have"
        yield Notice(
            "numbers-unread",
            f"{told} no number, for how the file numbers its lists could not be read; "
            "open the file in Word, save it again and retry",
        )
    if uncalled:
        told = "1 note that nothing in the text calls was" if uncalled == 1 else f"{uncalled} notes without a call were"
        yield Notice("notes-uncalled", f"{told} left out, as Word does")
    if lost := len(_words(_edges(word)) - _words(p.text for p in paragraphs)):
        told = "1 word that occurs" if lost == 1 else f"{lost} words that occur"
        yield Notice("headers-unread", f"headers and footers were not read; they hold {told} nowhere else")


class _Body:
    """Paragraphs of the body of one file; use it once, top to bottom, for it counts lists, notes and blocks."""

    def __init__(
        self, numbering: Numbering, styles: Styles, reading: Reading, headers: Sequence[etree._Element]
    ) -> None:
        self._numbering = numbering
        self._styles = styles
        self._reading = reading
        self._headers = headers
        self._blocks = 0

    def paragraphs(self, parent: etree._Element, depth: int = 0) -> Iterator[Paragraph]:
        """Paragraphs and table rows below ``parent`` in reading order, text boxes after the paragraph that holds them.

        A paragraph whose mark is struck out runs on in the next one, which gives both its style and its label.
        """
        if depth > _MAX_DEPTH:
            raise UnreadableDocumentError(f"text boxes or tables are nested more than {_MAX_DEPTH} deep; flatten them")
        open_: list[etree._Element] = []
        for element in found(parent, _BLOCKS):
            if element.tag == f"{W}p":
                open_.append(element)
                if mark_joined(element):
                    continue
            yield from self._joined(open_, depth)
            open_ = []
            if element.tag == f"{W}tbl":
                yield from self._table(element, depth)
        yield from self._joined(open_, depth)

    def _joined(self, elements: Sequence[etree._Element], depth: int) -> Iterator[Paragraph]:
        """One paragraph of these elements, the last of which gives style and label, then their text boxes."""
        if not elements:
            return
        self._count()
        last = elements[-1]
        style = value(last, f"{W}pPr/{W}pStyle") or ""
        words = join([self._reading.words(e) for e in elements], [e for e in elements if mark_joined(e)])
        # An empty paragraph in a list uses up its number, but nothing shows it in the text.
        label = self._numbering.next_label(last, style)
        if mark_inserted(last):
            words = _with_new_end(words)
        if label and words.text.strip():
            words = _labelled(label, words)
        yield Paragraph(
            words.text, style=self._styles.name(style), italic=self._italic(elements, style), changes=words.changes
        )
        for element in elements:
            if next(element.iter(BOX), None) is None:
                continue
            for box in found(element, _BOXES):
                yield from self.paragraphs(box, depth + 1)

    def _table(self, table: etree._Element, depth: int) -> Iterator[Paragraph]:
        """One paragraph a cell paragraph when the table is a page layout or a header, else one line a row."""
        rows = list(found(table, _ROWS))
        layout = table in self._headers or (
            len(rows) <= 6 and max((sum(1 for _ in found(row, _CELLS)) for row in rows), default=0) <= 2
        )
        for row in rows:
            self._count()
            cells = [list(self.paragraphs(cell, depth + 1)) for cell in found(row, _CELLS) if not _cell_struck(cell)]
            if row_struck(row):
                yield Paragraph("", BlockKind.TABLE, changes=(_gone_row(cells),))
            elif layout:
                for cell in cells:
                    yield from (Paragraph(p.text, BlockKind.HEADER, p.style, p.italic, changes=p.changes) for p in cell)
            else:
                yield _row(cells)

    def _italic(self, elements: Iterable[etree._Element], style: str) -> bool:
        """True when every run with letters is set in italics, by its own properties or by its styles."""
        runs = [run for element in elements for run in found(element, _RUNS) if _has_letters(run)]
        return bool(runs) and all(self._styles.toggled(run, style, "i") for run in runs)

    def _count(self) -> None:
        self._blocks += 1
        if self._blocks > _MAX_BLOCKS:
            raise UnreadableDocumentError(f"the file has more than {_MAX_BLOCKS:,} paragraphs; split it")


def _has_letters(run: etree._Element) -> bool:
    return any(c.isalpha() for text in found(run, frozenset({f"{W}t"})) for c in text.text or "")


def _labelled(label: str, words: Words) -> Words:
    """The words behind their automatic label; a paragraph that is new as a whole has a new label too."""
    lead = len(words.text) - len(words.text.lstrip())
    shown = join([Words(f"{label}\t"), words])
    text = f"{label}\t{words.text[lead:]}"
    changes = [
        Change(c.kind, max(c.start - lead, len(label) + 1), max(c.end - lead, len(label) + 1), c.text, c.gone)
        for c in shown.changes
    ]
    if len(changes) == 1 and not changes[0].gone and changes[0].end > len(text):
        changes = [Change(changes[0].kind, 0, changes[0].end, text, False)]
    return Words(text, tuple(changes))


def _with_new_end(words: Words) -> Words:
    """The words with the note that the end of their paragraph is new."""
    last = words.changes[-1] if words.changes else None
    end = len(words.text)
    if last is not None and not last.gone and last.end == end:
        new = Change(last.kind, last.start, end + 1, last.text, False)
        return Words(words.text, (*words.changes[:-1], new))
    return Words(words.text, (*words.changes, Change(RevisionKind.INSERT, end, end + 1, "\n", False)))


def _row(cells: Sequence[Sequence[Paragraph]]) -> Paragraph:
    """One line of a table."""
    parts_: list[Words] = []
    for number, cell in enumerate(cells):
        if number:
            parts_.append(Words(" | "))
        shown = [p for p in cell if p.text.strip() or p.changes]
        for place, p in enumerate(shown):
            parts_ += [Words(" ")] if place else []
            parts_.append(Words(p.text, p.changes))
    words = join(parts_)
    if not words.text.strip(" |"):
        return Paragraph("", BlockKind.TABLE, changes=tuple(c for c in words.changes if c.gone))
    return Paragraph(words.text, BlockKind.TABLE, changes=words.changes)


def _gone_row(cells: Sequence[Sequence[Paragraph]]) -> Change:
    """What stood in a row that was struck out, whether its words are marked one by one or not."""
    shown = (
        " ".join(p.text.strip() or "".join(c.text for c in p.changes if c.gone).strip() for p in cell) for cell in cells
    )
    return Change(RevisionKind.DELETE, 0, 0, " | ".join(shown) + "\n", True)


def _cell_struck(cell: etree._Element) -> bool:
    return cell.find(f"{W}tcPr/{W}cellDel") is not None


def _edges(word: WordDocument) -> Iterator[str]:
    """Lines of all headers and footers, without the paths of files and rules that no reader misses."""
    reading = Reading(Styles.of(word))
    for root in parts(word, _EDGES):
        for paragraph in every_paragraph(root):
            if not is_noise(line := clean(reading.words(paragraph).text)):
                yield line


def _words(lines: Iterable[str]) -> set[str]:
    """Words of two letters and more, in one case."""
    return {word for line in lines for word in _WORD.findall(clean(line).casefold())}
