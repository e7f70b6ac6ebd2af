"""Lists as files: CSV as it is read, and workbooks. Heads are names for programs, the same in every language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from pipeline.report.listing import csv_lines, workbook_of

__all__ = ["as_csv", "as_workbook", "attachment"]

Cell = str | int | float | bool | None
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(name: str) -> dict[str, str]:
    """Headers that make a browser save an answer under this name."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A CSV file that is sent while it is read, however long the list is."""
    return StreamingResponse(csv_lines(columns, rows), media_type="text/csv; charset=utf-8", headers=attachment(name))


def as_workbook(
    name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str], made: datetime
) -> Response:
    """A workbook with the table and a sheet of notes."""
    return Response(workbook_of(title, columns, rows, notes, made), media_type=_WORKBOOK, headers=attachment(name))
