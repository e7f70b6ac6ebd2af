"""How many pairs there are of each kind, kept beside the pairs, so that counts of a million pairs cost nothing.

A kind is what most filters ask for: state, outcome, relation, wording, bodies, whether it is listed and read well, run,
and band of the score. There are a few thousand kinds, however many pairs there are; ``cells`` holds the number of each.
"""

from typing import Any

from sqlalchemy import ColumnElement, Table, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from pipeline.store.database.schema import cells, families, pairs

__all__ = ["DIMENSIONS", "SCORE_EDGES", "count_all", "count_pair", "kind_columns"]

DIMENSIONS = ("state", "outcome", "relation", "wording", "bodies", "demoted", "doubtful", "run", "band")
SCORE_EDGES = tuple(place / 20 for place in range(21))
"""Bands of the score in which pairs are counted; the upper edge belongs to the next band, 1.0 to the last."""


def kind_columns(table: Table = pairs) -> list[ColumnElement[Any]]:
    """The kind of a pair, a column for each dimension; of pairs, or as ``cells`` hold it."""
    if table is cells:
        return [cells.c[name] for name in DIMENSIONS]
    edges = enumerate(SCORE_EDGES[1:-1])
    band = case(*((pairs.c.probability < edge, place) for place, edge in edges), else_=len(SCORE_EDGES) - 2)
    made = {"outcome": func.coalesce(pairs.c.outcome, ""), "band": band}
    return [made[name] if name in made else pairs.c[name] for name in DIMENSIONS]


def count_all(session: Session) -> None:
    """Count all pairs anew, and those that hold the same two texts; a transaction that writes is needed."""
    session.execute(delete(cells))
    columns = [column.label(name) for name, column in zip(DIMENSIONS, kind_columns(), strict=True)]
    counted = select(*columns, func.count().label("number")).select_from(pairs).group_by(*columns)
    session.execute(insert(cells).from_select([*DIMENSIONS, "number"], counted))
    session.execute(delete(families))
    kin = select(pairs.c.family, func.count()).group_by(pairs.c.family).having(func.count() > 1)
    session.execute(insert(families).from_select(["family", "number"], kin))


def count_pair(session: Session, pair: str, step: int) -> None:
    """Count one pair as what its row says now: one more (``step`` 1), or one less (-1) before its row changes."""
    row = session.execute(select(*kind_columns()).where(pairs.c.id == pair)).one()
    kind = dict(zip(DIMENSIONS, row, strict=True))
    held = update(cells).where(*(cells.c[name] == value for name, value in kind.items()))
    changed = session.execute(held.values(number=cells.c.number + step))
    if changed.rowcount == 0 and step > 0:  # type: ignore[attr-defined]
        session.execute(insert(cells), {**kind, "number": step})
