"""Ruled lines of PDF pages: which pages hold tables, which rule parts the footnotes, and the tables themselves.

pypdfium2 lists what is drawn on a page at little cost; pdfplumber, which is slow, looks only at pages with a grid.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pdfminer.pdfexceptions import PDFException
from pdfplumber.utils.exceptions import PdfminerException

from pipeline.ingest.pdf_lines import Line, TableRow, lines_of
from pipeline.ingest.pdf_words import Frame, Word

__all__ = ["Drawing", "Table", "find_tables", "read_drawing", "table_parts"]

# Thinner than this, in points, a drawn shape is a line; a cell is larger than this both ways.
_THIN = 3.0
_CELL = 8.0
# No page is worth more of these: a chart or a map is no table.
_MOST_OBJECTS = 4000
_MOST_DEPTH = 3
# A table of few rows and columns only arranges text, as the head of a meeting document does.
_LAYOUT_ROWS, _LAYOUT_COLUMNS = 6, 2

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page: ``grid`` when rules cross as in a table; heights of short horizontal rules."""

    grid: bool
    rules: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: its place as (x0, top, x1, bottom) and the places of the cells of each row."""

    place: Rectangle
    rows: tuple[tuple[Rectangle, ...], ...]

    @property
    def arranges(self) -> bool:
        """True when it only arranges text on the page."""
        return len(self.rows) <= _LAYOUT_ROWS and max(len(row) for row in self.rows) <= _LAYOUT_COLUMNS


def read_drawing(page: "pdfium.PdfPage", frame: Frame) -> Drawing:
    """Lines and boxes drawn on a page; ``frame`` places them as its text is read."""
    across = down = 0
    rules = []
    for raw in _paths(page.raw):
        x0, top, x1, bottom = frame.place(*raw)
        width, height = x1 - x0, bottom - top
        if width > 0.85 * frame.width and height > 0.85 * frame.height:
            continue
        if height < _THIN and width > _CELL:
            across += 1
            if width < 0.6 * frame.width:
                rules.append((top + bottom) / 2)
        elif width < _THIN and height > _CELL:
            down += 1
        elif width > 4 * _CELL and height > _CELL:
            across, down = across + 2, down + 2
    return Drawing(across >= 2 and down >= 2, tuple(rules))


def _paths(page: "pdfium_c.FPDF_PAGE") -> Iterator[Rectangle]:
    """Bounds of the drawn paths of a page, those in forms included, in the coordinates of the file."""
    bounds = [ctypes.c_float() for _ in range(4)]
    references = [ctypes.byref(b) for b in bounds]
    # Each list of objects as (how many, how to get one, depth).
    open_lists: list[tuple[int, Any, Any, int]] = [
        (pdfium_c.FPDFPage_CountObjects(page), pdfium_c.FPDFPage_GetObject, page, 0)
    ]
    seen = 0
    while open_lists:
        count, get, holder, depth = open_lists.pop()
        for index in range(count):
            seen += 1
            if seen > _MOST_OBJECTS:
                return
            item = get(holder, index)
            kind = pdfium_c.FPDFPageObj_GetType(item)
            if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
                if pdfium_c.FPDFPageObj_GetBounds(item, *references):
                    left, bottom, right, top = (b.value for b in bounds)
                    yield left, bottom, right, top
            elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _MOST_DEPTH:
                inner = pdfium_c.FPDFFormObj_CountObjects(item)
                open_lists.append((inner, pdfium_c.FPDFFormObj_GetObject, item, depth + 1))


def find_tables(path: Path, pages: Sequence[int]) -> dict[int, tuple[Table, ...]]:
    """Ruled tables by page number, for the pages asked for; pages that pdfplumber cannot read have none.

    Args:
        path: the PDF file.
        pages: numbers of the pages, from 1.
    """
    found: dict[int, tuple[Table, ...]] = {}
    with suppress(PdfminerException, PDFException), pdfplumber.open(path, pages=list(pages)) as pdf:
        for page in pdf.pages:
            with suppress(PdfminerException, PDFException, ValueError, ArithmeticError, LookupError, TypeError):
                left, top = page.bbox[:2]
                tables = (_table(table, left, top) for table in page.find_tables())
                kept = tuple(t for t in tables if len(t.rows) > 1 and max(len(row) for row in t.rows) > 1)
                if kept:
                    found[page.page_number] = kept
            page.close()
    return found


def _table(table: "pdfplumber.table.Table", left: float, top: float) -> Table:
    def placed(box: Rectangle) -> Rectangle:
        return box[0] - left, box[1] - top, box[2] - left, box[3] - top

    rows = tuple(tuple(placed(cell) for cell in row.cells if cell is not None) for row in table.rows)
    return Table(placed(table.bbox), tuple(row for row in rows if row))


def table_parts(table: Table, words: Sequence[Word], page: int, height: float, cell: int) -> list[Line | TableRow]:
    """The words of a table as rows; those of a table that only arranges text as lines that keep to their cells.

    Args:
        table: a table of the page.
        words: the words inside it.
        page: number of the page, from 1.
        height: height of the page in points.
        cell: the number below which cells have been numbered so far; must be 1 or more.
    """
    parts: list[Line | TableRow] = []
    left = list(words)
    for row in table.rows:
        cells: list[tuple[Line, ...]] = []
        for place in row:
            inside = [w for w in left if _holds(place, w)]
            taken = {id(w) for w in inside}
            left = [w for w in left if id(w) not in taken]
            cells.append(tuple(lines_of(inside, page, height, cell + len(cells))))
        cell += len(cells)
        if table.arranges:
            parts.extend(line for lines in cells for line in lines)
        else:
            x0, top, x1, bottom = (f(p[i] for p in row) for i, f in enumerate((min, min, max, max)))
            parts.append(TableRow(page, x0, top, x1, bottom, tuple(cells)))
    return parts


def _holds(place: Rectangle, word: Word) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return place[0] <= x <= place[2] and place[1] <= y <= place[3]
