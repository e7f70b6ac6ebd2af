"""Pages by key: a token names the last row seen, so that a page costs the same however far down it lies."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import Session

from pipeline.errors import FilterError
from pipeline.store.database.views import Page

__all__ = ["Key", "fetch_page"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is sorted by; the columns together are unique, and all go the same way."""

    columns: tuple[ColumnElement[Any], ...]
    descending: bool = False


def fetch_page(
    session: Session,
    query: Select[Any],
    key: Key,
    token: str | None,
    limit: int,
    make: Callable[[Sequence[Any]], Sequence[T]],
) -> Page[T]:
    """The page of a query that a token names.

    Args:
        session: to read with.
        query: without order and limit.
        key: what to sort by.
        token: from another page, or None for the first.
        limit: the most rows, at least one.
        make: turns the rows of the database into those of the page.

    Raises:
        FilterError: the token was not made here.
    """
    backwards, values = _read(token, len(key.columns))
    descending = key.descending != backwards
    labelled = [column.label(f"page_key_{place}") for place, column in enumerate(key.columns)]
    query = query.add_columns(*labelled)
    if values is not None:
        row, edge = tuple_(*key.columns), tuple_(*values)
        query = query.where(row < edge if descending else row > edge)
    query = query.order_by(*(column.desc() if descending else column.asc() for column in key.columns))
    rows = list(session.execute(query.limit(limit + 1)).all())
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    first = _token(True, rows[0], len(labelled)) if rows and (more if backwards else values is not None) else None
    last = _token(False, rows[-1], len(labelled)) if rows and (more or backwards) else None
    return Page(tuple(make(rows)), first, last)


def _token(backwards: bool, row: Sequence[Any], width: int) -> str:
    text = json.dumps([int(backwards), *row[-width:]], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(token: str | None, width: int) -> tuple[bool, list[Any] | None]:
    if not token:
        return False, None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error) as error:
        raise FilterError("the link to this page is damaged; start at the first page") from error
    if not isinstance(values, list) or len(values) != width + 1 or values[0] not in (0, 1):
        raise FilterError("the link to this page belongs to another list; start at the first page")
    if not all(isinstance(value, str | int | float) for value in values[1:]):
        raise FilterError("the link to this page is damaged; start at the first page")
    return bool(values[0]), values[1:]
