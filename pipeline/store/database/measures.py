"""What the review says of itself: agreement, disagreements, bands, yield, what is left, the audit slice."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, PairState, QueueOrder, ReviewDecision
from pipeline.review.agreement import Agreement, agreement_of
from pipeline.review.estimates import (
    BAND_EDGES,
    AuditEstimate,
    Band,
    Remaining,
    YieldPoint,
    audit_estimate,
    band_of,
    remaining_overlaps,
    wilson,
    yield_curve,
)
from pipeline.review.ledger import standing_decisions
from pipeline.store.database.items import BELOW, TOLD
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.queues import find_queue
from pipeline.store.database.recording import decisions_on
from pipeline.store.database.schema import cells, decisions, pairs, queue_items, reviews
from pipeline.store.database.tallying import SCORE_EDGES
from pipeline.store.database.views import PairRow, Viewer

__all__ = [
    "Disagreement",
    "Progress",
    "agreement",
    "audit_slice",
    "disagreements",
    "remaining",
    "review_progress",
    "score_bands",
    "yield_of",
]

_FINAL = tuple(outcome.value for outcome in Outcome if outcome.is_final)
_OVERLAPS = tuple(outcome.value for outcome in Outcome if outcome.is_overlap)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A pair on which people differ, with the decisions that stand, for somebody to settle."""

    pair: PairRow
    decisions: tuple[ReviewDecision, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """When to stop: the curve of finds, how many pairs ago the last overlap came, and what is probably left."""

    curve: tuple[YieldPoint, ...]
    since_last: int | None
    remaining: Remaining
    bands: tuple[Band, ...]


def agreement(session: Session, queue: str) -> Agreement:
    """How far those agree who decided pairs of a queue; settled disagreements count as they were before.

    Raises:
        UnknownIdentifierError: there is no such queue.
    """
    find_queue(session, queue)
    held = reviews.c
    query = (
        select(held.pair, held.person, held.outcome)
        .join(queue_items, queue_items.c.pair == held.pair)
        .where(queue_items.c.queue == queue, ~held.stale, ~held.adjudicates, held.outcome.in_(_FINAL))
    )
    given: dict[str, dict[str, Outcome]] = {}
    for row in session.execute(query):
        given.setdefault(row.pair, {})[row.person] = Outcome(row.outcome)
    return agreement_of(given)


def disagreements(
    session: Session, queue: str | None = None, viewer: Viewer | None = None, limit: int = 50
) -> tuple[Disagreement, ...]:
    """Pairs on which people differ and that nobody settled, best rank first; of one queue, or of all."""
    query = select(pairs.c.id).where(pairs.c.state == PairState.DISPUTED.value).order_by(pairs.c.rank).limit(limit)
    if queue is not None:
        query = query.where(_in_queue(queue))
    names = list(session.execute(query).scalars())
    rows = [row for row in pair_rows_of(session, names, viewer) if not row.hidden]
    return tuple(Disagreement(row, _last_of_each(session, row.id)) for row in rows)


def score_bands(session: Session) -> tuple[Band, ...]:
    """For each band of the untrained score: of so many judged, so many confirmed, and so many unread."""
    held = cells.c
    query = (
        select(held.band, held.state, held.outcome, func.sum(held.number))
        .where(held.state != PairState.ARCHIVED.value)
        .group_by(held.band, held.state, held.outcome)
    )
    judged, confirmed, unread = ([0] * (len(BAND_EDGES) - 1) for _ in range(3))
    for fine, state, outcome, number in session.execute(query):
        place = band_of(SCORE_EDGES[fine])
        if state == PairState.DECIDED.value:
            judged[place] += number
            confirmed[place] += number if outcome in _OVERLAPS else 0
        else:
            unread[place] += number
    return tuple(
        Band(
            low=BAND_EDGES[place],
            high=BAND_EDGES[place + 1],
            judged=judged[place],
            confirmed=confirmed[place],
            unread=unread[place],
            rate=wilson(confirmed[place], judged[place]) if judged[place] else None,
        )
        for place in range(len(BAND_EDGES) - 1)
    )


def remaining(session: Session) -> Remaining:
    """How many overlaps the unread pairs probably hold."""
    return remaining_overlaps(score_bands(session))


def review_progress(session: Session, queue: str | None = None) -> Progress:
    """When to stop reading; it never stops anybody."""
    told = _in_order(session, queue)
    last = max((place for place, is_overlap in enumerate(told) if is_overlap), default=None)
    bands = score_bands(session)
    since = None if last is None else len(told) - 1 - last
    return Progress(yield_curve(told), since, remaining_overlaps(bands), bands)


def yield_of(session: Session, queue: str | None = None) -> tuple[YieldPoint, ...]:
    """How many overlaps were found after how many pairs, of one queue or in all."""
    return yield_curve(_in_order(session, queue))


def audit_slice(session: Session, queue: str = "audit") -> AuditEstimate:
    """What the decisions on a random sample say of all pairs.

    Raises:
        UnknownIdentifierError: there is no such queue.
        ValueError: its pairs were not drawn at random.
    """
    found = find_queue(session, queue)
    if found.order is not QueueOrder.AUDIT:
        raise ValueError(f"the pairs of {found.title!r} were not drawn at random")
    query = (
        select(queue_items.c.stratum, pairs.c.outcome, func.count())
        .join(pairs, pairs.c.id == queue_items.c.pair)
        .where(queue_items.c.queue == queue, pairs.c.state == PairState.DECIDED.value)
        .group_by(queue_items.c.stratum, pairs.c.outcome)
    )
    judged: dict[str, int] = {TOLD: 0, BELOW: 0}
    confirmed: dict[str, int] = {TOLD: 0, BELOW: 0}
    for stratum, outcome, number in session.execute(query):
        judged[stratum] += number
        confirmed[stratum] += number if outcome in _OVERLAPS else 0
    return audit_estimate(_part(TOLD, judged, confirmed, found.strata), _part(BELOW, judged, confirmed, found.strata))


def _part(
    name: str, judged: Mapping[str, int], confirmed: Mapping[str, int], whole: Mapping[str, int]
) -> tuple[int, int, int]:
    return judged[name], confirmed[name], whole.get(name, 0)


def _last_of_each(session: Session, pair: str) -> tuple[ReviewDecision, ...]:
    last = {decision.reviewer: decision for decision in standing_decisions(decisions_on(session, pair))}
    return tuple(last.values())


def _in_order(session: Session, queue: str | None) -> list[bool]:
    """Whether each decided pair is an overlap, in the order of the first decisions on them."""
    first = (
        select(decisions.c.pair, func.min(decisions.c.seq).label("seq")).group_by(decisions.c.pair).subquery("first")
    )
    query = (
        select(pairs.c.outcome)
        .join(first, first.c.pair == pairs.c.id)
        .where(pairs.c.state == PairState.DECIDED.value)
        .order_by(first.c.seq)
    )
    if queue is not None:
        query = query.where(_in_queue(queue))
    return [outcome in _OVERLAPS for outcome in session.execute(query).scalars()]


def _in_queue(queue: str) -> ColumnElement[bool]:
    """That a pair is in a queue; asked pair by pair, since queues are large and what is decided is not."""
    return select(queue_items.c.pair).where(queue_items.c.queue == queue, queue_items.c.pair == pairs.c.id).exists()
