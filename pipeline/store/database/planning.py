"""How one page of pairs is found: along the order until the page is full, or gathered from their kinds and sorted.

The databases guess how many pairs match; here it is known, since every kind is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from pipeline.domain import PairState
from pipeline.store.database.conditions import Asked, kind_conditions, unindexed
from pipeline.store.database.engine import remembered
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.paging import Key
from pipeline.store.database.schema import cells, pairs
from pipeline.store.database.tallying import SCORE_EDGES

__all__ = ["ORDERED_BY", "Tally", "page_query", "tally"]

ORDERED_BY: Mapping[Order, tuple[ColumnElement[Any], bool]] = {
    Order.RANK: (pairs.c.rank, False),
    Order.PROBABILITY: (pairs.c.probability, True),
    Order.LEARNED: (pairs.c.learned, True),
    Order.UNCERTAIN: (pairs.c.doubt, True),
    Order.RECENT: (pairs.c.decided_at, True),
}
_LED_BY = ("relation", "wording", "bodies", "state")
"""What the index of kinds begins with."""

_GATHERED = 60_000
"""Pairs that are read from the index of kinds and sorted for one page, at most; without the key in it, a sixth."""

_FEW = 2_000
_COUNTED = 10_000
"""Pairs that are counted one by one, at most; where all pairs are looked at to find them, half as many."""

_KINDS = (pairs.c.state, pairs.c.outcome, pairs.c.relation, pairs.c.wording, pairs.c.bodies)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of pairs by state, outcome, relation, wording and bodies; not ``exact`` means: so many, and more."""

    rows: Sequence[Row[Any]]
    number: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where the pairs of a filter lie in the index of kinds.

    ``matching`` pairs are of its kinds, of ``whole`` in all; ``led`` has the values of the columns that the index
    begins with, between which ``read`` pairs lie.
    """

    matching: int
    read: int
    whole: int
    led: Mapping[str, tuple[str, ...]]

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """That the first columns of the index have these values."""
        return [pairs.c[name].in_(values) for name, values in self.led.items()]


def tally(session: Session, asked: Asked) -> Tally:
    """How many pairs of each kind match.

    Bands of the score that lie wholly between the bounds are counted already. Of the others, and wherever the filter
    asks for more than the kind, pairs are counted one by one up to a limit: those of the best rank.
    """
    return remembered(session, ("tally", asked.wanted), lambda: _tally(session, asked))


def _tally(session: Session, asked: Asked) -> Tally:
    if asked.others:
        most = _COUNTED if asked.narrow else _COUNTED // 2
        query, key = page_query(session, asked, Order.RANK, _KINDS)
        return _total([], [_grouped(session, query.order_by(*key.columns), most)], most)
    inner, parts = _bands(asked.found)
    columns = [cells.c[column.name] for column in _KINDS]
    met = kind_conditions(session, asked.found, cells)
    counted = select(*columns, func.sum(cells.c.number).label("number")).where(*met, cells.c.number > 0)
    rows = session.execute(counted.where(cells.c.band.in_(inner)).group_by(*columns)).all()
    more = []
    for band in parts:
        inside = [*asked.kinds, *_within(asked.found, band)]
        if asked.found.relations or asked.found.classes or asked.found.bodies:
            inside += _spread(session, asked).conditions
        more.append(_grouped(session, select(pairs.c.id, *_KINDS).where(*inside), _COUNTED))
    return _total(rows, more, _COUNTED)


def _grouped(session: Session, query: Select[Any], most: int) -> Sequence[Row[Any]]:
    """Numbers of pairs by kind of the first pairs of a query; one more than ``most`` where there are more."""
    held = query.limit(most + 1).subquery()
    columns = [held.c[column.name] for column in _KINDS]
    return session.execute(select(*columns, func.count().label("number")).group_by(*columns)).all()


def _total(rows: Sequence[Row[Any]], parts: Sequence[Sequence[Row[Any]]], most: int) -> Tally:
    numbers = [sum(row.number for row in part) for part in parts]
    whole = sum(row.number for row in rows) + sum(min(number, most) for number in numbers)
    return Tally([*rows, *(row for part in parts for row in part)], whole, all(number <= most for number in numbers))


def page_query(
    session: Session, asked: Asked, order: Order, more: Sequence[ColumnElement[Any]] = ()
) -> tuple[Select[Any], Key]:
    """The pairs that match with ``more`` columns, without order and limit, and what to sort them by."""
    column, descending = ORDERED_BY[order]
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    spread = _spread(session, asked)
    met, bounds = list(asked.kinds), asked.bounds()
    if asked.narrow or (not asked.others and _gathers(spread, asked.found, order)):
        met += [*bounds, *(asked.others or spread.conditions)]
        # Materialised, so that no database walks along the order after all because a limit follows.
        held = select(pairs.c.id, column.label("key"), *more).where(*met).cte("gathered").prefix_with("MATERIALIZED")
        taken = select(held.c.id, *(held.c[one.name] for one in more))
        return taken, Key((held.c.key, held.c.id), descending)
    start = _start(asked, order)
    if order is Order.PROBABILITY:
        start += bounds
    else:
        met += bounds
    if is_sqlite:
        met = [unindexed(condition) for condition in met]
    return select(pairs.c.id, *more).where(*met, *start, *asked.others), Key((column, pairs.c.id), descending)


def _gathers(spread: _Spread, found: PairFilter, order: Order) -> bool:
    """Whether fewer pairs are read by gathering them than by walking until a page is full."""
    in_index = order in (Order.RANK, Order.PROBABILITY)
    if spread.read > (_GATHERED if in_index else _GATHERED // 6):
        return False
    # Ranks follow the score: whoever asks for low scores would walk past all high ones.
    bounded = order is Order.RANK and (found.least is not None or found.most is not None)
    walked = 50 * spread.whole / max(1, spread.matching)
    return bounded or spread.read <= max(_FEW, 4 * walked)


def _start(asked: Asked, order: Order) -> list[ColumnElement[bool]]:
    """Where in the order the first match can stand, so that what lies before is passed over."""
    if order is Order.RANK and "demoted" in asked.found.flags:
        first = select(func.min(pairs.c.rank)).where(pairs.c.demoted.is_(True)).scalar_subquery()
        return [pairs.c.rank >= first]
    if order is Order.RECENT and asked.found.states == (PairState.OPEN.value,):
        return [pairs.c.decided_at == ""]
    return []


def _spread(session: Session, asked: Asked) -> _Spread:
    return remembered(session, ("spread", asked.wanted), lambda: _measure(session, asked))


def _measure(session: Session, asked: Asked) -> _Spread:
    inner, parts = _bands(asked.found)
    number = func.coalesce(func.sum(cells.c.number), 0)
    inside = cells.c.band.in_((*inner, *parts))
    columns = [cells.c[name] for name in _LED_BY]
    met = (*kind_conditions(session, asked.found, cells), inside, cells.c.number > 0)
    rows = session.execute(select(*columns, number.label("number")).where(*met).group_by(*columns)).all()
    led = {name: tuple(sorted({getattr(row, name) for row in rows})) for name in _LED_BY}
    between = select(number).where(inside, *(cells.c[name].in_(values) for name, values in led.items()))
    return _Spread(
        matching=sum(row.number for row in rows),
        read=session.execute(between).scalar_one(),
        whole=session.execute(select(number)).scalar_one(),
        led=led,
    )


def _bands(found: PairFilter) -> tuple[list[int], list[int]]:
    """The bands of the score that lie wholly between the bounds of a filter, and those that do in part."""
    least = 0.0 if found.least is None else found.least
    most = 1.0 if found.most is None else found.most
    inner, parts = [], []
    for band, (low, high) in enumerate(pairwise(SCORE_EDGES)):
        if least <= low and high <= most:
            inner.append(band)
        elif low <= most and least < high:
            parts.append(band)
    return inner, parts


def _within(found: PairFilter, band: int) -> list[ColumnElement[bool]]:
    """That the score lies in a band and between the bounds of a filter."""
    low, high = SCORE_EDGES[band], SCORE_EDGES[band + 1]
    made = [pairs.c.probability >= max(low, found.least or 0.0)]
    if found.most is not None:
        made.append(pairs.c.probability <= found.most)
    return made if high == 1.0 else [*made, pairs.c.probability < high]
