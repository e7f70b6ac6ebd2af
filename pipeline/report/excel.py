"""Writes the report as a workbook: typed columns, frozen heads, filters, and no cell that could ever run."""

import io
import math
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.characters import printable
from pipeline.report.frame import RunFact, mark, part_of_workbook
from pipeline.report.model import ReportView, Segment, SegmentKind
from pipeline.report.sheets import SHEETS, Column, Value

__all__ = ["CELL_LIMIT", "write_content"]

# Characters that Excel keeps in one cell; a longer text is cut, and the cut says so.
CELL_LIMIT = 32_767
# A landscape page stays readable when it takes up to so many characters, of A4 and of A3.
_PAGE_WIDTH, _WIDE_PAGE_WIDTH = 260, 430
_A4, _A3 = 9, 8
_HEAD_HEIGHT = 42

# Points of a line of 10-point text, and of the tallest row that Excel allows.
_LINE_HEIGHT = 13.5
_TALLEST_ROW = 409.0

# Digits kept of a number: more of them claim a precision that no score has.
_DIGITS = 4

# Counts in groups of three digits, as all reports print them, in every locale.
_GROUPED = '[>=1000000]0"\u202f"000"\u202f"000;[>=1000]0"\u202f"000;0'

# The part with title, day and run, and the moment that stands in it until the run puts its own there.
_PROPERTIES = "docProps/core.xml"
_NO_MOMENT = "1000-01-01T00:00:00Z"

_EMPTY_CELL = re.compile(r'<c((?: [^<>]*)? r="(?P<cell>[A-Z]+[0-9]+)"[^<>]*)/>')

_CUT = " […] cut here: a cell of Excel holds no more"


class _Book:
    """A workbook under way: its formats, and a way to add one table a sheet."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        body = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        text = {**body, "text_wrap": True, "quote_prefix": True}
        formats = {
            "head": {
                **body,
                "bold": True,
                "text_wrap": True,
                "bg_color": "#1D4F7C",
                "font_color": "#FFFFFF",
                "border": 1,
            },
            "text": text,
            "whole": {**body, "num_format": _GROUPED},
            "score": {**body, "num_format": "0.000"},
            SegmentKind.SAME: {"font_name": "Calibri", "font_size": 10, "bold": True, "underline": 1},
            SegmentKind.REWORDED: {"font_name": "Calibri", "font_size": 10, "bold": True, "italic": True},
            SegmentKind.MOVED: {"font_name": "Calibri", "font_size": 10, "underline": 2},
            SegmentKind.FORMULA: {"font_name": "Calibri", "font_size": 10, "italic": True, "font_color": "#5F6A76"},
            SegmentKind.PLAIN: {"font_name": "Calibri", "font_size": 10},
        }
        self._formats = {name: workbook.add_format(properties) for name, properties in formats.items()}
        self.facts: dict[str, dict[str, str]] = {}
        """Cells for facts of the run: by the part of the workbook that is their sheet, the name of the fact by cell."""

    def add_table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
        """Add a sheet with a frozen head, a filter and one row for each of ``rows``."""
        sheet = self._workbook.add_worksheet(name)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
            sheet.write_string(0, position, column.name, self._formats["head"])
        sheet.set_row(0, _HEAD_HEIGHT)
        last = 0
        for last, row in enumerate(rows, start=1):
            for position, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._write(sheet, last, position, value, column.format)
            sheet.set_row(last, _height(columns, row))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        _set_page(sheet, [column.width for column in columns], last)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Value, kind: str) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, _fit(value), self._formats["text"])
        elif isinstance(value, tuple):
            self._write_segments(sheet, row, column, value)
        elif isinstance(value, RunFact):
            sheet.write_blank(row, column, None, self._formats["text"])
            cells = self.facts.setdefault(f"xl/worksheets/sheet{sheet.index + 1}.xml", {})
            cells[xl_rowcol_to_cell(row, column)] = value.name
        else:
            sheet.write_number(row, column, round(value, _DIGITS), self._formats[kind])

    def _write_segments(self, sheet: Worksheet, row: int, column: int, segments: tuple[Segment, ...]) -> None:
        """A clause with its matched words in bold and underlined; a single run or a very long text goes plain."""
        text = "".join(segment.text for segment in segments)
        runs = [segment for segment in segments if segment.text]
        if len(runs) < 2 or (2 * len(text) > CELL_LIMIT and len(text.encode("utf-16-le", "replace")) > 2 * CELL_LIMIT):
            sheet.write_string(row, column, _fit(text), self._formats["text"])
            return
        parts = [part for run in runs for part in (self._formats[run.kind], printable(run.text))]
        sheet.write_rich_string(row, column, *parts, self._formats["text"])


def write_content(view: ReportView, path: Path) -> dict[str, str]:
    """Write the workbook but for the parts in which facts of the run stand, and give those by name.

    A mark stands for each fact. ``frame.frame_workbook`` puts all together. Equal views give equal bytes.

    Raises:
        OSError: it cannot be written.
        RuntimeError: the library behind the workbook has laid out a part that waits for a fact in another way than
            this module expects; the fact would be missing without a word.
    """
    whole = io.BytesIO()
    facts = _write_whole(view, whole)
    parts: dict[str, str] = {}
    with zipfile.ZipFile(whole) as book, zipfile.ZipFile(path, "w") as content:
        for name in book.namelist():
            if name == _PROPERTIES:
                parts[name] = _properties_with_marks(book.read(name).decode())
            elif name in facts:
                parts[name] = _with_marks(book.read(name).decode(), facts[name])
            else:
                content.writestr(part_of_workbook(name), book.read(name))
    if lost := {_PROPERTIES, *facts} - parts.keys():
        raise RuntimeError(f"the workbook has no part {', '.join(sorted(lost))} to put facts of the run in")
    return parts


def _set_page(sheet: Worksheet, widths: Sequence[int], last: int) -> None:
    """One page wide: on A4 where all columns fit, else on A3, with as many of the first columns as do."""
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    if sum(widths) <= _PAGE_WIDTH:
        sheet.set_paper(_A4)
        return
    sheet.set_paper(_A3)
    fitting = sum(1 for so_far in accumulate(widths) if so_far <= _WIDE_PAGE_WIDTH)
    sheet.print_area(0, 0, last, fitting - 1)


def _properties_with_marks(properties: str) -> str:
    """The part with title, day and run, with a mark for each fact of the run in it."""
    # The library writes the sign of a mark as an escape.
    marked = properties.replace("_x0000_", "\0").replace(_NO_MOMENT, mark("second"))
    if lost := [name for name in ("day", "run", "second") if mark(name) not in marked]:
        raise RuntimeError(f"the properties of the workbook have no place for {', '.join(lost)}")
    return marked


def _with_marks(sheet: str, cells: Mapping[str, str]) -> str:
    """A sheet with a mark in the empty cells that wait for a fact of the run."""
    waiting = dict(cells)

    def marked(empty: re.Match[str]) -> str:
        name = waiting.pop(empty["cell"], None)
        return empty[0] if name is None else f'<c{empty[1]} t="inlineStr"><is><t>{mark(name)}</t></is></c>'

    sheet = _EMPTY_CELL.sub(marked, sheet)
    if waiting:
        told = ", ".join(f"{cell} for {name}" for cell, name in waiting.items())
        raise RuntimeError(f"the sheet has no empty cell {told}")
    return sheet


def _write_whole(view: ReportView, target: BinaryIO) -> dict[str, dict[str, str]]:
    """Write the workbook with empty cells for facts of the run, and give these cells as ``_Book.facts`` does."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with Workbook(target, options) as workbook:
        workbook.set_properties(
            {
                "title": f"Overlap report, {mark('day')}",
                "subject": f"Run {mark('run')}",
                "author": "Overlap",
                "created": datetime.fromisoformat(_NO_MOMENT).replace(tzinfo=None),
            }
        )
        book = _Book(workbook)
        for name, columns, rows in SHEETS:
            book.add_table(name, columns(view), rows(view))
        return book.facts


def _height(columns: Sequence[Column], row: Sequence[Value]) -> float:
    """The height that shows all lines of a row: not every program works it out for wrapped text by itself."""
    lines = max((_lines_of(column.width, value) for column, value in zip(columns, row, strict=True)), default=1)
    return min(_LINE_HEIGHT * lines + 2, _TALLEST_ROW)


def _lines_of(width: int, value: Value) -> int:
    if isinstance(value, tuple):
        value = "".join(segment.text for segment in value)
    if not isinstance(value, str):
        return 1
    if "\n" not in value:
        return max(1, math.ceil(1.1 * len(value) / width))
    return sum(max(1, math.ceil(1.1 * len(line) / width)) for line in value.split("\n"))


def _fit(text: str) -> str:
    """The text as a cell can hold it; Excel counts in units of UTF-16."""
    text = printable(text)
    if 2 * len(text) <= CELL_LIMIT or len(units := text.encode("utf-16-le")) <= 2 * CELL_LIMIT:
        return text
    return units[: 2 * (CELL_LIMIT - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
