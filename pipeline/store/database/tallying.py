"""Summaries kept beside the pairs, so that counts of a million pairs cost nothing."""

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from pipeline.domain import PairState
from pipeline.store.database.schema import pairs, tallies

__all__ = ["DIMENSIONS", "count_all"]

DIMENSIONS = ("state", "outcome", "relation", "wording", "bodies", "demoted")


def count_all(session: Session) -> None:
    """Count all pairs anew by each dimension; all but ``state`` and ``outcome`` leave archived pairs out."""
    session.execute(delete(tallies))
    for dimension in DIMENSIONS:
        column = pairs.c[dimension]
        counted = select(column, func.count().label("number")).group_by(column)
        if dimension not in ("state", "outcome"):
            counted = counted.where(pairs.c.state != PairState.ARCHIVED.value)
        rows = [
            {"dimension": dimension, "value": _value(row[0]), "number": row[1]}
            for row in session.execute(counted).all()
        ]
        if rows:
            session.execute(insert(tallies), rows)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
