"""Writes the report as a workbook: typed columns, frozen heads, filters, and no cell that could ever run."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.report.characters import printable
from pipeline.report.model import ReportView, Segment, SegmentKind
from pipeline.report.sheets import SHEETS, Column, Value

__all__ = ["CELL_LIMIT", "write_excel"]

# Characters that Excel keeps in one cell; a longer text is cut, and the cut says so.
CELL_LIMIT = 32_767
# A landscape page stays readable when it takes up to so many characters; wider sheets run over several pages.
_PAGE_WIDTH = 260
_HEAD_HEIGHT = 42

# Points of a line of 10-point text, and of the tallest row that Excel allows.
_LINE_HEIGHT = 13.5
_TALLEST_ROW = 409.0

# Digits kept of a number: more of them claim a precision that no score has.
_DIGITS = 4

# Counts in groups of three digits, as all reports print them, in every locale.
_GROUPED = '[>=1000000]0"\u202f"000"\u202f"000;[>=1000]0"\u202f"000;0'

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
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        if sum(column.width for column in columns) <= _PAGE_WIDTH:
            sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")

    def _write(self, sheet: Worksheet, row: int, column: int, value: Value, kind: str) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, _fit(value), self._formats["text"])
        elif isinstance(value, tuple):
            self._write_segments(sheet, row, column, value)
        else:
            sheet.write_number(row, column, round(value, _DIGITS), self._formats[kind])

    def _write_segments(self, sheet: Worksheet, row: int, column: int, segments: tuple[Segment, ...]) -> None:
        """A clause with its matched words in bold and underlined; a single run or a very long text goes plain."""
        text = "".join(segment.text for segment in segments)
        runs = [segment for segment in segments if segment.text]
        if len(runs) < 2 or len(text.encode("utf-16-le", "replace")) > 2 * CELL_LIMIT:
            sheet.write_string(row, column, _fit(text), self._formats["text"])
            return
        parts = [part for run in runs for part in (self._formats[run.kind], printable(run.text))]
        sheet.write_rich_string(row, column, *parts, self._formats["text"])


def write_excel(view: ReportView, path: Path) -> None:
    """Write the workbook of a report; equal views give files of equal bytes."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with Workbook(str(path), options) as workbook:
        workbook.set_properties(
            {
                "title": f"Overlap report, {view.created_on}",
                "subject": printable(f"Run {view.manifest.run_id}"),
                "author": "Overlap",
                "created": view.created.replace(tzinfo=None),
            }
        )
        book = _Book(workbook)
        for name, columns, rows in SHEETS:
            book.add_table(name, columns(view), rows(view))


def _height(columns: Sequence[Column], row: Sequence[Value]) -> float:
    """The height that shows all lines of a row: not every program works it out for wrapped text by itself."""
    lines = max((_lines_of(column.width, value) for column, value in zip(columns, row, strict=True)), default=1)
    return min(_LINE_HEIGHT * lines + 2, _TALLEST_ROW)


def _lines_of(width: int, value: Value) -> int:
    if isinstance(value, tuple):
        value = "".join(segment.text for segment in value)
    if not isinstance(value, str):
        return 1
    return sum(max(1, math.ceil(1.1 * len(line) / width)) for line in value.split("\n"))


def _fit(text: str) -> str:
    """The text as a cell can hold it; Excel counts in units of UTF-16."""
    units = printable(text).encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return printable(text)
    return units[: 2 * (CELL_LIMIT - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
