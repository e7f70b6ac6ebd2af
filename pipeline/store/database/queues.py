"""Queues: what is given out to whom, in which order, and what is left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import Claim, Outcome, PairState, QueueOrder, Role
from pipeline.errors import UnknownIdentifierError, UsageError
from pipeline.reference.review import load_review
from pipeline.review.claims import lease_end, stamp
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.items import fill_queue
from pipeline.store.database.listing import losing_filter
from pipeline.store.database.recording import add_event, new_id
from pipeline.store.database.schema import claims, pairs, people, queue_items, queue_people, queues, reviews
from pipeline.store.database.writing import put

__all__ = [
    "AllClaimed",
    "Claimed",
    "Empty",
    "FilteredOut",
    "Finished",
    "Queue",
    "QueueProgress",
    "claim",
    "close_queue",
    "define_queue",
    "find_queue",
    "list_queues",
    "next_pair",
    "queue_progress",
    "release",
    "renew",
]


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as it was defined; ``size`` is the number of its pairs, ``strata`` those an audit sample stands for."""

    id: str
    title: str
    filter: PairFilter
    order: QueueOrder
    blind: bool
    reviewers: int
    criteria: str
    due: str | None
    created_by: str
    created_at: str
    closed_at: str | None
    size: int
    strata: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QueueProgress:
    """How far a queue is: pairs in all, finished, still open, of the open ones claimed at the moment.

    ``by_person`` counts the decisions of each person on pairs of the queue; ``postponed`` are the open pairs that the
    person who asks put off.
    """

    size: int
    finished: int
    open: int
    claimed: int
    postponed: int
    by_person: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A pair for this person; ``position`` is its place in the order of the queue, from 1, decided pairs included."""

    pair: str
    claim: Claim
    position: int
    size: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left for this person: all is decided, or what is open waits for others.

    ``postponed`` pairs of this person come back with ``again``; ``waiting`` ones need a decision of somebody else.
    """

    size: int
    finished: int
    postponed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class AllClaimed:
    """What is left is lent to others: who holds it, and until when."""

    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class FilteredOut:
    """No pair matches the filter of the queue; ``losing`` is the field without which most would."""

    filter: PairFilter
    losing: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Empty:
    """There are no pairs at all: no run was imported yet, or it found nothing."""


def list_queues(session: Session, closed: bool = False) -> tuple[Queue, ...]:
    """All queues, the oldest first; closed ones only where asked for."""
    query = select(queues).order_by(queues.c.created_at, queues.c.id)
    if not closed:
        query = query.where(queues.c.closed_at.is_(None))
    return tuple(map(_queue, session.execute(query).mappings()))


def find_queue(session: Session, queue: str) -> Queue:
    """The queue with this identifier.

    Raises:
        UnknownIdentifierError: there is none.
    """
    row = session.execute(select(queues).where(queues.c.id == queue)).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"there is no queue {queue!r}")
    return _queue(row)


def define_queue(
    session: Session,
    title: str,
    wanted: PairFilter,
    order: QueueOrder,
    *,
    person: str,
    role: Role,
    now: datetime,
    blind: bool = False,
    reviewers: int = 1,
    criteria: str = "",
    due: str | None = None,
) -> Queue:
    """A new queue with the pairs that match now.

    Raises:
        UsageError: the title is empty, or fewer than one reviewer are asked for.
    """
    if not title.strip():
        raise UsageError("a queue needs a title")
    if not 1 <= reviewers <= 9:
        raise UsageError(f"a queue takes one to nine reviewers a pair, not {reviewers}")
    name, at = new_id("q"), stamp(now)
    row = {
        "id": name,
        "title": title.strip(),
        "filter": urlencode(wanted.to_query()),
        "order": order.value,
        "blind": blind,
        "reviewers": reviewers,
        "criteria": criteria,
        "due": due,
        "created_by": person,
        "created_at": at,
    }
    session.execute(insert(queues), row)
    fill_queue(session, name)
    add_event(session, "queue-defined", at=at, actor=person, role=role.value, subject=name, body=row)
    return find_queue(session, name)


def close_queue(session: Session, queue: str, *, person: str, role: Role, now: datetime) -> None:
    """Give out no more pairs of a queue; what was decided stays, and what was blind shows."""
    find_queue(session, queue)
    at = stamp(now)
    session.execute(update(queues).where(queues.c.id == queue).values(closed_at=at))
    session.execute(delete(claims).where(claims.c.queue == queue))
    add_event(session, "queue-closed", at=at, actor=person, role=role.value, subject=queue)


def next_pair(
    session: Session, queue: str, person: str, now: datetime, after: str | None = None, *, again: bool = False
) -> Claimed | Finished | AllClaimed | Empty | FilteredOut:
    """The next pair for a person, lent to them; a transaction that writes is needed.

    A person gets no pair twice, none that others hold, and none that needs an expert unless their role may settle it.
    A claim of their own comes back first, so that a reload or a second tab shows the same pair.

    Args:
        session: of a transaction that writes.
        queue: identifier of the queue.
        person: identifier of the person.
        now: the present.
        after: pass over this pair: the claim on it ends, and a later pair in the queue comes, or else the first one.
        again: give the pairs that the person put off.

    Raises:
        UnknownIdentifierError: there is no such queue.
    """
    found, at = find_queue(session, queue), stamp(now)
    session.execute(delete(claims).where(claims.c.queue == queue, claims.c.until <= at))
    if after is not None:
        release(session, queue, after, person)
    taken = _taken(session, found, person, again, after, at)
    if taken is not None:
        return _lend(session, found, taken, person, now)
    return _why_none(session, found, person, again, at)


def claim(session: Session, queue: str, pair: str, person: str, now: datetime) -> Claim | AllClaimed:
    """Lend one pair to a person who opened it, unless as many others hold it as may review it."""
    found = find_queue(session, queue)
    session.execute(delete(claims).where(claims.c.queue == queue, claims.c.until <= stamp(now)))
    others = _claims(session, person, stamp(now), pair=pair)
    if len(others) >= found.reviewers:
        return AllClaimed(others)
    return _lend(session, found, pair, person, now).claim


def renew(session: Session, queue: str, pair: str, person: str, now: datetime) -> Claim | None:
    """The claim with a new end; None when it has run out and somebody else holds the pair."""
    made = claim(session, queue, pair, person, now)
    return made if isinstance(made, Claim) else None


def release(session: Session, queue: str, pair: str, person: str) -> None:
    """Give a pair back."""
    held = claims.c
    session.execute(delete(claims).where(held.queue == queue, held.pair == pair, held.person == person))


def queue_progress(session: Session, queue: str, person: str, now: datetime) -> QueueProgress:
    """How far a queue is, seen by one person."""
    found = find_queue(session, queue)
    is_open = session.execute(select(queues.c.open).where(queues.c.id == queue)).scalar_one()
    live = select(func.count(claims.c.pair.distinct())).where(claims.c.queue == queue, claims.c.until > stamp(now))
    counted = queue_people.c
    by_person = session.execute(
        select(counted.person, counted.number).where(counted.queue == queue, counted.number > 0)
    ).all()
    return QueueProgress(
        size=found.size,
        finished=found.size - is_open,
        open=is_open,
        claimed=session.execute(live).scalar_one(),
        postponed=_postponed(session, queue, person),
        by_person={row[0]: row[1] for row in by_person},
    )


def _queue(row: RowMapping) -> Queue:
    values = {name: row[name] for name in Queue.__dataclass_fields__}
    values["filter"] = PairFilter.from_query(parse_qsl(row["filter"]))
    values["order"] = QueueOrder(row["order"])
    values["strata"] = json.loads(row["strata"])
    return Queue(**values)


def _taken(session: Session, queue: Queue, person: str, again: bool, after: str | None, at: str) -> str | None:
    """The pair to lend: that of a claim of their own, else the first free one behind ``after``, else the first."""
    items = queue_items.c
    own = select(reviews.c.outcome).where(reviews.c.pair == items.pair, reviews.c.person == person, ~reviews.c.stale)
    put_off = own.where(reviews.c.outcome.in_([o.value for o in Outcome if not o.is_final]))
    # Queues overlap: a pair that somebody holds in another queue is not free here either.
    others = (
        select(func.count(claims.c.person.distinct()))
        .where(claims.c.pair == items.pair, claims.c.person != person, claims.c.until > at)
        .scalar_subquery()
    )
    free = (
        select(items.pair)
        .where(items.queue == queue.id, items.is_open, items.done + others < queue.reviewers)
        .where(put_off.exists() if again else ~own.exists())
        .order_by(items.place, items.pair)
        .limit(1)
    )
    if not _may_settle(session, person):
        state = select(pairs.c.state).where(pairs.c.id == items.pair).scalar_subquery()
        free = free.where(state != PairState.NEEDS_EXPERT.value)
    held = free.where(
        items.pair.in_(select(claims.c.pair).where(claims.c.queue == queue.id, claims.c.person == person))
    )
    if after is None:
        return session.execute(held).scalar() or session.execute(free).scalar()
    place = select(items.place).where(items.queue == queue.id, items.pair == after).scalar_subquery()
    return session.execute(free.where(items.place > place)).scalar() or session.execute(free).scalar()


def _may_settle(session: Session, person: str) -> bool:
    role = session.execute(select(people.c.role).where(people.c.id == person)).scalar()
    return role is not None and Role(role).may_adjudicate


def _lend(session: Session, queue: Queue, pair: str, person: str, now: datetime) -> Claimed:
    made = Claim(queue.id, pair, person, lease_end(now))
    put(session, claims, [{"queue": queue.id, "pair": pair, "person": person, "until": made.until}])
    items = queue_items.c
    place = session.execute(select(items.place).where(items.queue == queue.id, items.pair == pair)).scalar() or 0
    position = place if place > 0 else place + load_review().learning.head + 1
    return Claimed(pair, made, position, queue.size)


def _why_none(
    session: Session, queue: Queue, person: str, again: bool, at: str
) -> Finished | AllClaimed | Empty | FilteredOut:
    items = queue_items.c
    if not queue.size:
        if session.execute(select(pairs.c.id).limit(1)).first() is None:
            return Empty()
        return FilteredOut(queue.filter, losing_filter(session, queue.filter))
    is_open = session.execute(select(func.count()).where(items.queue == queue.id, items.is_open)).scalar_one()
    held = _claims(session, person, at, queue=queue.id)
    if is_open and held and not again:
        mine = select(reviews.c.pair).where(reviews.c.person == person, ~reviews.c.stale)
        waiting = tuple(one for one in held if one.pair not in set(session.execute(mine).scalars()))
        if waiting:
            return AllClaimed(waiting)
    postponed = _postponed(session, queue.id, person)
    return Finished(queue.size, queue.size - is_open, postponed, is_open - postponed)


def _claims(
    session: Session, person: str, at: str, *, queue: str | None = None, pair: str | None = None
) -> tuple[Claim, ...]:
    """The live claims of others on a pair, or on the open pairs of a queue, wherever they were given out."""
    query = select(claims).where(claims.c.person != person, claims.c.until > at).order_by(claims.c.until)
    if pair is not None:
        query = query.where(claims.c.pair == pair)
    if queue is not None:
        items = queue_items.c
        query = query.join(queue_items, items.pair == claims.c.pair).where(items.queue == queue, items.is_open)
    return tuple(Claim(**row) for row in session.execute(query).mappings())


def _postponed(session: Session, queue: str, person: str) -> int:
    put_off = [outcome.value for outcome in Outcome if not outcome.is_final]
    query = (
        select(func.count())
        .select_from(reviews)
        .join(queue_items, queue_items.c.pair == reviews.c.pair)
        .where(queue_items.c.queue == queue, queue_items.c.is_open, reviews.c.person == person)
        .where(reviews.c.outcome.in_(put_off))
    )
    return session.execute(query).scalar_one()
