"""A list of the app as a file: CSV line by line, or a workbook; no cell can run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from xlsxwriter import Workbook

from pipeline.report.characters import printable

__all__ = ["MOST_ROWS", "csv_lines", "workbook_of"]

MOST_ROWS = 50_000
"""Rows that a workbook takes; a longer list belongs into CSV."""

# What spreadsheets take for the beginning of a formula; a quote before it keeps the cell text.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CELL_LIMIT = 32_767

Cell = str | int | float | bool | None


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file, with a byte order mark so that Excel reads UTF-8, head first.

    Text that a spreadsheet would take for a formula begins with a single quote.
    """
    yield "\ufeff"
    yield _line(columns)
    for cells in rows:
        yield _line(cells)


def _line(cells: Sequence[Cell]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, str):
        text = printable(cell)
        return f"'{text}" if text.startswith(_ACTIVE) else text
    return cell


def workbook_of(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str], made: datetime
) -> bytes:
    """A workbook of one table with a frozen head and filters, and a sheet of notes.

    Args:
        title: name of the table, also that of its sheet.
        columns: heads of the columns; they are names for programs, and stay the same in every language.
        rows: cells; those after ``MOST_ROWS`` are left out, and a note says so.
        notes: sentences about what the table holds.
        made: when, which is written into the file so that equal tables give equal bytes.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with Workbook(target, options) as book:
        book.set_properties(
            {"title": printable(title), "author": "Overlap", "created": made.astimezone(UTC).replace(tzinfo=None)}
        )
        body = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        head = book.add_format(
            {**body, "bold": True, "bg_color": "#1D4F7C", "font_color": "#FFFFFF", "text_wrap": True}
        )
        text = book.add_format({**body, "text_wrap": True, "quote_prefix": True})
        figure = book.add_format(body)
        sheet = book.add_worksheet(_sheet_name(title))
        told, widths, count = list(notes), [len(name) for name in columns], 0
        for position, name in enumerate(columns):
            sheet.write_string(0, position, printable(name), head)
        for row in rows:
            if count == MOST_ROWS:
                told.append(f"Only the first {MOST_ROWS} rows stand here; the CSV file has all of them.")
                break
            count += 1
            for position, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(count, position, printable(cell)[:_CELL_LIMIT], text)
                    widths[position] = max(widths[position], min(len(cell), 60))
                elif cell is not None:
                    sheet.write_number(count, position, cell, figure)
        for position, width in enumerate(widths):
            sheet.set_column(position, position, min(width + 3, 60))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(count, 1), max(len(columns) - 1, 0))
        about = book.add_worksheet("Notes")
        about.set_column(0, 0, 110)
        for position, note in enumerate(told):
            about.write_string(position, 0, printable(note), text)
    return target.getvalue()


def _sheet_name(title: str) -> str:
    """A name that Excel takes: no brackets, slashes, colons, stars or question marks, at most 31 characters."""
    kept = "".join(" " if sign in "[]:*?/\\" else sign for sign in printable(title)).strip("' ")
    return kept[:31] or "Table"
