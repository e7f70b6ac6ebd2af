"""Lists of pairs: by filter, in an order, page by page, with counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, literal, select
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, OverlapClass, PairState, Relation, Remedy
from pipeline.store.database.blindness import hidden_pairs
from pipeline.store.database.conditions import conditions, resolve, sector_of_body
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.paging import Key, fetch_page
from pipeline.store.database.schema import clauses, pairs, tallies, texts
from pipeline.store.database.views import Count, Page, PairRow, Viewer

__all__ = ["FacetValue", "count_pairs", "facets", "list_pairs", "losing_filter", "pair_rows_of"]

_COUNTED = 10_000
_SAMPLED = 5_000
_KEYS: Mapping[Order, Key] = {
    Order.RANK: Key((pairs.c.rank, pairs.c.id)),
    Order.PROBABILITY: Key((pairs.c.probability, pairs.c.id), descending=True),
    Order.LEARNED: Key((pairs.c.learned, pairs.c.id), descending=True),
    Order.UNCERTAIN: Key((pairs.c.doubt, pairs.c.id), descending=True),
    Order.RECENT: Key((pairs.c.decided_at, pairs.c.id), descending=True),
}
_FACETS: Mapping[str, tuple[str, ColumnElement[Any]]] = {
    "states": ("state", pairs.c.state),
    "outcomes": ("outcome", pairs.c.outcome),
    "relations": ("relation", pairs.c.relation),
    "classes": ("wording", pairs.c.wording),
}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a field, and how many pairs have it; not ``exact`` means: at least so many."""

    value: str
    number: int
    exact: bool


def list_pairs(
    session: Session,
    wanted: PairFilter,
    order: Order = Order.RANK,
    after: str | None = None,
    limit: int = 50,
    viewer: Viewer | None = None,
) -> Page[PairRow]:
    """One page of the pairs that match.

    Args:
        session: to read with.
        wanted: which pairs.
        order: how they are sorted; pairs of blind queues keep their place, but show no numbers.
        after: a token of another page, or None for the first.
        limit: the most rows.
        viewer: who looks; None shows everything.

    Raises:
        FilterError: the filter or the token makes no sense.
    """
    query = select(pairs.c.id).where(*conditions(session, wanted, ordered=True))
    return fetch_page(
        session, query, _KEYS[order], after, limit, lambda rows: pair_rows_of(session, [row[0] for row in rows], viewer)
    )


def pair_rows_of(session: Session, names: Sequence[str], viewer: Viewer | None = None) -> tuple[PairRow, ...]:
    """The rows of these pairs, in this order; unknown identifiers are left out."""
    left, right = clauses.alias("left_side"), clauses.alias("right_side")
    left_text, right_text = texts.alias("left_words"), texts.alias("right_words")
    query = (
        select(
            pairs,
            left.c.citation.label("left_citation"),
            right.c.citation.label("right_citation"),
            left_text.c.text.label("left_text"),
            right_text.c.text.label("right_text"),
        )
        .join(left, left.c.id == pairs.c.left_clause)
        .join(right, right.c.id == pairs.c.right_clause)
        .join(left_text, left_text.c.digest == pairs.c.left_digest)
        .join(right_text, right_text.c.digest == pairs.c.right_digest)
        .where(pairs.c.id.in_(names))
    )
    found = {row["id"]: row for row in session.execute(query).mappings()}
    hidden = hidden_pairs(session, found, viewer)
    return tuple(_row(found[name], name in hidden) for name in names if name in found)


def count_pairs(session: Session, wanted: PairFilter) -> Count:
    """How many pairs match; from ten thousand on, at least so many, unless a summary tells the exact number."""
    if wanted == PairFilter():
        states = select(tallies.c.value, tallies.c.number).where(tallies.c.dimension == "state")
        number = sum(row.number for row in session.execute(states) if row.value != PairState.ARCHIVED.value)
        return Count(number, exact=True)
    capped = select(literal(1)).select_from(pairs).where(*conditions(session, wanted)).limit(_COUNTED + 1).subquery()
    number = session.execute(select(func.count()).select_from(capped)).scalar_one()
    return Count(min(number, _COUNTED), exact=number <= _COUNTED)


def facets(session: Session, wanted: PairFilter) -> Mapping[str, tuple[FacetValue, ...]]:
    """How many of the matching pairs have each value of each field, the most frequent first.

    Without a filter the numbers are exact. With one they are those of the first five thousand pairs by rank.
    """
    if wanted == PairFilter():
        counted = {name: _tallied(session, dimension) for name, (dimension, _) in _FACETS.items()}
        both, exact = _tallied(session, "bodies"), True
    else:
        columns = [column for _, column in _FACETS.values()]
        query = (
            select(*columns, pairs.c.bodies).where(*conditions(session, wanted, ordered=True)).order_by(pairs.c.rank)
        )
        rows = session.execute(query.limit(_SAMPLED + 1)).all()
        exact = len(rows) <= _SAMPLED
        counted = {name: _frequencies(row[place] for row in rows) for place, name in enumerate(_FACETS)}
        both = _frequencies(row[-1] for row in rows)
    counted["body_pairs"] = both
    counted["bodies"], counted["sectors"] = _sides(both, lambda body: body), _sides(both, sector_of_body)
    return {name: _values(numbers, exact) for name, numbers in counted.items()}


def losing_filter(session: Session, wanted: PairFilter) -> tuple[str, int] | None:
    """The field without which most pairs would be found, and how many; None when no single field makes the difference.

    For lists that are empty: it says which filter to take out.
    """
    found, _ = resolve(wanted)
    best: tuple[str, int] | None = None
    for name, neutral in _neutral(wanted, found):
        number = count_pairs(session, replace(wanted, **{name: neutral})).number  # type: ignore[arg-type]
        if number and (best is None or number > best[1]):
            best = (name, number)
    return best


def _neutral(wanted: PairFilter, found: PairFilter) -> list[tuple[str, object]]:
    blank = PairFilter()
    names = blank.__dataclass_fields__
    return [(name, getattr(blank, name)) for name in names if getattr(wanted, name) != getattr(blank, name)]


def _row(row: RowMapping, hidden: bool) -> PairRow:
    first, second = row["bodies"].split("|")
    learned = row["learned"] if row["learned"] >= 0 else None
    return PairRow(
        id=row["id"],
        left_clause=row["left_clause"],
        right_clause=row["right_clause"],
        left_citation=row["left_citation"],
        right_citation=row["right_citation"],
        left_text=row["left_text"],
        right_text=row["right_text"],
        bodies=(first, second),
        relation=None if hidden else Relation(row["relation"]),
        wording=None if hidden else OverlapClass(row["wording"]),
        probability=None if hidden else row["probability"],
        learned=None if hidden else learned,
        rank=None if hidden else row["rank"],
        finding=row["finding"],
        cluster=row["cluster"],
        state=None if hidden else PairState(row["state"]),
        outcome=None if hidden or row["outcome"] is None else Outcome(row["outcome"]),
        remedy=None if hidden or row["remedy"] is None else Remedy(row["remedy"]),
        decided_by=None if hidden else row["decided_by"],
        decided_at=None if hidden or not row["decided_at"] else row["decided_at"],
        demoted=row["demoted"] and not hidden,
        doubtful=row["doubtful"],
        comments=0 if hidden else row["comments"],
        version=row["version"],
        hidden=hidden,
    )


def _tallied(session: Session, dimension: str) -> dict[str, int]:
    rows = session.execute(select(tallies.c.value, tallies.c.number).where(tallies.c.dimension == dimension))
    return {row.value: row.number for row in rows if row.number > 0}


def _frequencies(values: Any) -> dict[str, int]:  # noqa: ANN401  a column of a result
    counted: dict[str, int] = {}
    for value in values:
        counted[value or ""] = counted.get(value or "", 0) + 1
    return counted


def _sides(both: Mapping[str, int], name: Any) -> dict[str, int]:  # noqa: ANN401  a function of a body
    counted: dict[str, int] = {}
    for value, number in both.items():
        for side in {name(body) for body in value.split("|")}:
            counted[side] = counted.get(side, 0) + number
    return counted


def _values(numbers: Mapping[str, int], exact: bool) -> tuple[FacetValue, ...]:
    ordered = sorted(((value, number) for value, number in numbers.items() if value), key=lambda v: (-v[1], v[0]))
    return tuple(FacetValue(value, number, exact) for value, number in ordered)
