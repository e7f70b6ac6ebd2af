"""PDF files to documents: words through pypdfium2, tables through pdfplumber, paragraphs rebuilt, boxes kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.domain import Block, Box, Document, Notice
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Paragraph, Source, assemble, clean
from pipeline.ingest.pdf_edges import without_footnotes, without_running_heads
from pipeline.ingest.pdf_lines import Line, TableRow, lines_of
from pipeline.ingest.pdf_paragraphs import Composed, compose
from pipeline.ingest.pdf_tables import Table, find_tables, read_drawing, table_parts
from pipeline.ingest.pdf_words import FaceCache, Frame, PageWords, Word, read_words

__all__ = ["read_pdf"]

_MAX_PAGES = 5_000
_MAX_CHARACTERS = 20_000_000
# Tables cost a tenth of a second a page; beyond this many pages their text is read as plain lines.
_MAX_TABLE_PAGES = 500


@dataclass(slots=True)
class _Pages:
    """What was read of all pages; keys are page numbers, from 1."""

    count: int
    words: dict[int, PageWords] = field(default_factory=dict)
    rules: dict[int, tuple[float, ...]] = field(default_factory=dict)
    grids: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)


def read_pdf(source: Source) -> Document:
    """The document as paragraphs in reading order, footnotes last, each with its page and the boxes of its lines.

    Raises:
        UnreadableDocumentError: the file is protected, damaged, too long, or holds no text layer.
    """
    pages = _read_pages(source)
    if not any(page.words for page in pages.words.values()):
        raise UnreadableDocumentError("the PDF holds no text, only pictures; run character recognition on it first")
    notices = []
    if pages.broken:
        listed = ", ".join(str(number) for number in pages.broken[:10])
        more = " and others" if len(pages.broken) > 10 else ""
        notices.append(Notice("broken-pages", f"page {listed}{more} could not be opened and was left out"))
    ruled = pages.grids[:_MAX_TABLE_PAGES]
    tables = find_tables(source.path, ruled) if ruled else {}
    if len(pages.grids) > len(ruled):
        beyond = pages.grids[len(ruled)]
        notices.append(Notice("tables", f"from page {beyond} on, tables were read as plain lines: there are too many"))
    flow = [part for number in pages.words for part in _parts(pages.words[number], number, tables.get(number, ()))]
    lines, removed = without_running_heads([p for p in flow if isinstance(p, Line) and not p.cell], pages.count)
    removed += sum(page.aside for page in pages.words.values())
    if removed:
        notices.append(Notice("running-heads", f"{removed} running heads, page numbers and margin marks were left out"))
    body, notes = without_footnotes(lines, pages.rules)
    composed = list(compose(_merged(flow, body), notes))
    paragraphs = (Paragraph(c.text, c.kind, "", c.italic, c.page, c.indent) for c in composed)
    document = assemble(source, "pdf", paragraphs, notices)
    return replace(document, blocks=tuple(_boxed(document, composed, pages)))


def _read_pages(source: Source) -> _Pages:
    try:
        with pdfium.PdfDocument(source.path) as pdf:
            return _words_of(pdf)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise UnreadableDocumentError(
                "the PDF is protected by a password; save a copy without protection and retry"
            ) from error
        raise UnreadableDocumentError(
            "the PDF is damaged; open it in a PDF reader, print it to a new file and retry"
        ) from error


def _words_of(pdf: "pdfium.PdfDocument") -> _Pages:
    pages = _Pages(len(pdf))
    if pages.count == 0:
        raise UnreadableDocumentError("the PDF holds no page and so no text; fetch it again")
    if pages.count > _MAX_PAGES:
        raise UnreadableDocumentError(f"the PDF has {pages.count:,} pages, more than {_MAX_PAGES:,}; split it")
    faces = FaceCache()
    characters = 0
    for number in range(1, pages.count + 1):
        try:
            page = pdf[number - 1]
        except pdfium.PdfiumError:
            pages.broken.append(number)
            continue
        try:
            read = read_words(page, faces)
            drawing = read_drawing(page, read.frame)
        finally:
            page.close()
        characters += read.characters
        if characters > _MAX_CHARACTERS:
            raise UnreadableDocumentError(f"the PDF holds more than {_MAX_CHARACTERS:,} characters; split it")
        pages.words[number] = read
        pages.rules[number] = drawing.rules
        # pdfplumber sees a page as it is shown: of sideways text it would see columns as rows.
        if drawing.grid and read.words and read.frame.turns == read.frame.rotation:
            pages.grids.append(number)
    if not pages.words:
        raise pdfium.PdfiumError("no page could be opened")
    return pages


def _parts(page: PageWords, number: int, tables: Sequence[Table]) -> Iterator[Line | TableRow]:
    """Lines and table rows of a page in reading order."""
    running, inside = _apart(page.words, tables)
    height = page.frame.height
    waiting = sorted(zip((t.place[1] for t in tables), tables, inside, strict=True), key=lambda w: w[0])
    # Cells are numbered over the whole document, so that no paragraph runs from one into another.
    cell = number * 100_000
    for line in lines_of(running, number, height):
        while waiting and waiting[0][0] < line.top:
            _, table, words = waiting.pop(0)
            yield from table_parts(table, words, number, height, cell)
            cell += 10_000
        yield line
    for _, table, words in waiting:
        yield from table_parts(table, words, number, height, cell)
        cell += 10_000


def _apart(words: Sequence[Word], tables: Sequence[Table]) -> tuple[Sequence[Word], list[list[Word]]]:
    """The words outside all tables, and those inside each."""
    inside: list[list[Word]] = [[] for _ in tables]
    if not tables:
        return words, inside
    running: list[Word] = []
    for word in words:
        x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
        holder = next(
            (i for i, t in enumerate(tables) if t.place[0] <= x <= t.place[2] and t.place[1] <= y <= t.place[3]), None
        )
        (running if holder is None else inside[holder]).append(word)
    return running, inside


def _merged(flow: Sequence[Line | TableRow], body: Sequence[Line]) -> list[Line | TableRow]:
    """The flow with its running lines replaced by those of the body, which lost heads, notes and marks."""
    kept = {(line.page, line.baseline, line.x0): line for line in body}
    merged: list[Line | TableRow] = []
    for part in flow:
        if isinstance(part, TableRow) or part.cell:
            merged.append(part)
        elif (line := kept.get((part.page, part.baseline, part.x0))) is not None:
            merged.append(line)
    return merged


def _boxed(document: Document, composed: Sequence[Composed], pages: _Pages) -> Iterator[Block]:
    """The blocks of the document with the boxes of their lines; ``assemble`` may have left out some paragraphs."""
    waiting = iter(composed)
    for block in document.blocks:
        text = document.line(block)
        paragraph = next((c for c in waiting if c.text == text or clean(c.text) == text), None)
        if paragraph is None:  # cannot be: every block comes from a paragraph, in order
            yield block
            continue
        boxes = tuple(
            _box(part, min(block.span.start + place, block.span.end), pages.words[part.page].frame)
            for place, part in paragraph.lines
        )
        yield replace(block, boxes=boxes)


def _box(part: Line | TableRow, start: int, frame: Frame) -> Box:
    x0, top, x1, bottom = (round(v, 1) for v in frame.shown(part.x0, part.top, part.x1, part.bottom))
    return Box(part.page, x0, top, x1, bottom, start)
