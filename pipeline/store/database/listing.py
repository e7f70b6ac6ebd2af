"""Lists of pairs: by filter, in an order, page by page, with counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, OverlapClass, PairState, Relation, Remedy
from pipeline.store.database.blindness import hidden_pairs
from pipeline.store.database.conditions import ask, resolve, sector_of_body
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.paging import fetch_page
from pipeline.store.database.planning import page_query, tally
from pipeline.store.database.schema import clauses, pairs, texts
from pipeline.store.database.views import Count, Page, PairRow, Viewer

__all__ = ["FacetValue", "count_pairs", "facets", "list_pairs", "losing_filter", "pair_rows_of"]

_FACETS = {
    "states": "state",
    "outcomes": "outcome",
    "relations": "relation",
    "classes": "wording",
    "body_pairs": "bodies",
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
    query, key = page_query(session, ask(session, wanted), order)
    return fetch_page(
        session, query, key, after, limit, lambda rows: pair_rows_of(session, [row[0] for row in rows], viewer)
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
    """How many pairs match.

    Where the filter asks for what is counted beside the pairs, the number is exact however large it is. Else it is
    exact up to ten thousand, or five thousand for words that stand in many texts; from there on: so many, and more.
    """
    found = tally(session, ask(session, wanted))
    return Count(found.number, found.exact)


def facets(session: Session, wanted: PairFilter) -> Mapping[str, tuple[FacetValue, ...]]:
    """How many of the matching pairs have each value of each field, the most frequent first.

    They are exact where the number of ``count_pairs`` is; else they are those of the pairs counted there, the best by
    rank, and each value has at least so many.
    """
    found = tally(session, ask(session, wanted))
    counted = {
        name: _sums((row._mapping[column], row.number) for row in found.rows) for name, column in _FACETS.items()
    }
    both = counted["body_pairs"]
    counted |= {"bodies": _sides(both, lambda body: body), "sectors": _sides(both, sector_of_body)}
    return {name: _values(numbers, found.exact) for name, numbers in counted.items()}


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


def _sums(numbers: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for value, number in numbers:
        counted[value or ""] = counted.get(value or "", 0) + number
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
