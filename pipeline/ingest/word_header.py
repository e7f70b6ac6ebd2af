"""The header of a meeting document in Word: fields by the bookmarks of its template, else by the cells of its table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from pipeline.ingest.layout import clean
from pipeline.ingest.metadata import HeaderFact, is_box_heading, is_field, is_header_line, label_field
from pipeline.ingest.word_text import Reading
from pipeline.ingest.word_xml import W, every_paragraph, found
from pipeline.reference import load_word_facts

__all__ = ["Header", "header_of"]

# A header stands at the beginning; further down tables have other uses.
_FIRST_TABLES = 4
_FIRST_BLOCKS = 60
_MAX_ROWS = 20
_MAX_COLUMNS = 4
_MAX_BOOKMARKS = 40
_MAX_REACH = 5000


@dataclass(frozen=True, slots=True)
class Header:
    """Fields that the file names itself, and the tables that are its header."""

    facts: tuple[HeaderFact, ...]
    tables: tuple[etree._Element, ...]


def header_of(body: etree._Element, reading: Reading) -> Header:
    """The header of a document; empty when it has none.

    Bookmarks of the templates count first, since they name the field; then rows of the header table: the first that
    runs over its whole width below number and language is the source, the next ones are the title.
    """
    facts: list[HeaderFact] = []
    tables: list[etree._Element] = []
    first = islice(found(body, frozenset({f"{W}p", f"{W}tbl"})), _FIRST_BLOCKS)
    candidates = list(islice((block for block in first if block.tag == f"{W}tbl"), _FIRST_TABLES))
    known = load_word_facts()
    marks = ((known.header_field(mark.get(f"{W}name", "")), mark) for mark in body.iter(f"{W}bookmarkStart"))
    for name, bookmark in islice(((name, mark) for name, mark in marks if name is not None), _MAX_BOOKMARKS):
        if lines := _lines(_bookmarked(body, bookmark), reading):
            facts.append(HeaderFact(name, lines))
            tables += [t for t in bookmark.iterancestors(f"{W}tbl") if t in candidates and t not in tables]
    for table in candidates:
        rows = [[_lines(every_paragraph(cell), reading) for cell in _cells(row)] for row in _rows(table)]
        small = len(rows) <= _MAX_ROWS and max(map(len, rows), default=0) <= _MAX_COLUMNS
        if small and any(is_header_line(line) for row in rows for cell in row for line in cell):
            tables += [table] if table not in tables else []
            facts += _by_cells(rows)
    return Header(tuple(facts), tuple(tables))


def _by_cells(rows: list[list[tuple[str, ...]]]) -> Iterator[HeaderFact]:
    """Source and title by their places in the table, or by the label in the cell beside them."""
    begun = False
    wanted = iter(("source", "title"))
    for row in rows:
        filled = [cell for cell in row if cell]
        if len(filled) > 1 and (name := label_field(" ".join(filled[0]))) is not None:
            yield HeaderFact(name, filled[1])
        elif begun and len(filled) == 1 and not any(map(is_field, filled[0])):
            if is_box_heading(filled[0][0]) or (name := next(wanted, None)) is None:
                return
            yield HeaderFact(name, filled[0])
        begun = begun or any(is_header_line(line) for cell in filled for line in cell)


def _bookmarked(body: etree._Element, start: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs that a bookmark holds: of its columns in its rows, of its range, or of the place where it stands."""
    end_id = start.get(f"{W}id")
    first, last = start.get(f"{W}colFirst", ""), start.get(f"{W}colLast", "")
    row = next(start.iterancestors(f"{W}tr"), None)
    if row is None and start.getparent() is not None:
        row = start.getnext() if start.getnext() is not None and start.getnext().tag == f"{W}tr" else None
    if first.isdecimal() and last.isdecimal() and row is not None:
        # A bookmark of a column ends in the row below, so that its first row is enough.
        for cell in list(_cells(row))[int(first) : int(last) + 1]:
            yield from every_paragraph(cell)
        return
    inside_, held = False, []
    for element in islice(_from(body, start), _MAX_REACH):
        if element is start:
            inside_ = True
        elif inside_ and element.tag == f"{W}bookmarkEnd" and element.get(f"{W}id") == end_id:
            break
        elif inside_ and element.tag == f"{W}r":
            paragraph = next(element.iterancestors(f"{W}p"), None)
            if paragraph is not None and paragraph not in held:
                held.append(paragraph)
    around = next(start.iterancestors(f"{W}p"), None)
    yield from held or ([] if around is None else [around])


def _from(body: etree._Element, start: etree._Element) -> Iterator[etree._Element]:
    """Elements from this one on in the order of the file."""
    begun = False
    for element in body.iter():
        begun = begun or element is start
        if begun:
            yield element


def _lines(paragraphs: Iterator[etree._Element], reading: Reading) -> tuple[str, ...]:
    return tuple(line for p in paragraphs if (line := clean(reading.words(p).text).replace("\t", " ").strip()))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    return found(table, frozenset({f"{W}tr"}))


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    return found(row, frozenset({f"{W}tc"}))
