"""Writing many rows at once, alike on both databases."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

__all__ = ["Row", "add_new", "chunked", "put"]

Row = dict[str, Any]
T = TypeVar("T")
_CHUNK = 5_000


def chunked(values: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most so many."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def put(session: Session, table: Table, rows: Iterable[Row], keep: Sequence[str] = ()) -> None:
    """Insert rows, or overwrite the rows with the same primary key.

    Args:
        session: of a transaction that writes.
        table: where to.
        rows: all with the same columns.
        keep: columns that an existing row keeps.
    """
    keys = [column.name for column in table.primary_key]
    for chunk in chunked(rows):
        made = _insert(session, table)
        changed = {name: made.excluded[name] for name in chunk[0] if name not in keys and name not in keep}
        session.execute(made.on_conflict_do_update(index_elements=keys, set_=changed), chunk)


def add_new(session: Session, table: Table, rows: Iterable[Row]) -> None:
    """Insert the rows whose primary key is not there yet."""
    for chunk in chunked(rows):
        session.execute(_insert(session, table).on_conflict_do_nothing(), chunk)


def _insert(session: Session, table: Table) -> Any:  # noqa: ANN401  two classes of SQLAlchemy with the same methods
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)
