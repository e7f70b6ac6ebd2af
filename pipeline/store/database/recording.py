"""Appending to the ledger, and bringing a pair's row up to what its decisions say."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, PairState, Remedy, ReviewDecision
from pipeline.errors import UnknownIdentifierError
from pipeline.review.ledger import GENESIS, PairStanding, canonical, chain_digest, project
from pipeline.store.database.schema import decisions, events, moves, pairs, queue_items, queue_people, queues, reviews
from pipeline.store.database.tallying import count_pair
from pipeline.store.database.writing import put

__all__ = [
    "add_decision",
    "add_event",
    "decision_from_row",
    "decisions_on",
    "event_line",
    "new_id",
    "refresh_pair",
]

_COLUMNS = tuple(ReviewDecision.__dataclass_fields__)


def new_id(prefix: str) -> str:
    """A new identifier that nothing else has."""
    return f"{prefix}-{secrets.token_hex(8)}"


def event_line(row: RowMapping | Mapping[str, Any]) -> dict[str, object]:
    """What the digest of an event covers: all of it but the digests."""
    return {name: row[name] for name in ("seq", "id", "at", "actor", "role", "kind", "subject", "run", "body")}


def add_event(
    session: Session,
    kind: str,
    *,
    at: str,
    actor: str,
    role: str,
    subject: str = "",
    run: str = "",
    body: Mapping[str, object] | None = None,
    name: str | None = None,
) -> int:
    """Append one line to the ledger and return its number."""
    last = session.execute(select(events.c.seq, events.c.digest).order_by(events.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.digest) if last is not None else (1, GENESIS)
    row: dict[str, Any] = {
        "seq": seq,
        "id": name or new_id("e"),
        "at": at,
        "actor": actor,
        "role": role,
        "kind": kind,
        "subject": subject,
        "run": run,
        "body": canonical(body or {}),
    }
    row |= {"previous": previous, "digest": chain_digest(previous, event_line(row))}
    session.execute(insert(events), row)
    return seq


def add_decision(
    session: Session, decision: ReviewDecision, *, actor: str, role: str, at: str, version: int, key: str | None
) -> None:
    """Append a decision to the ledger; who records it may be another than who made it.

    Args:
        session: of a transaction that writes.
        decision: the line.
        actor: identifier of the person who records it.
        role: the role of that person.
        at: the time of recording.
        version: the version that the pair has after it.
        key: the idempotency key of the request, if it had one.
    """
    body = {name: value for name, value in asdict(decision).items() if value not in (None, "", False)}
    kind = "undo" if decision.undoes is not None else "decision"
    seq = add_event(
        session,
        kind,
        at=at,
        actor=actor,
        role=role,
        subject=decision.pair,
        run=decision.run,
        body=body,
        name=decision.id,
    )
    session.execute(insert(decisions), {**asdict(decision), "seq": seq, "version": version, "key": key})


def decision_from_row(row: RowMapping) -> ReviewDecision:
    """The decision that a row holds."""
    values = {name: row[name] for name in _COLUMNS}
    values["outcome"] = None if values["outcome"] is None else Outcome(values["outcome"])
    values["remedy"] = None if values["remedy"] is None else Remedy(values["remedy"])
    return ReviewDecision(**values)


def decisions_on(session: Session, pair: str) -> tuple[ReviewDecision, ...]:
    """All decisions on a pair in order, those made under its former identifiers included."""
    names = [pair]
    for name in names:
        names.extend(session.execute(select(moves.c.pair).where(moves.c.target == name)).scalars())
    rows = session.execute(select(decisions).where(decisions.c.pair.in_(names)).order_by(decisions.c.seq)).mappings()
    return tuple(map(decision_from_row, rows))


def refresh_pair(session: Session, pair: str, *, bump: bool = True, texts_changed: bool = False) -> PairStanding:
    """Bring the row of a pair, the reviews and the queues up to what its decisions say.

    Args:
        session: of a transaction that writes.
        pair: identifier of the pair.
        bump: count the version of the pair up by one.
        texts_changed: remember that version as the one in which a text changed.

    Raises:
        UnknownIdentifierError: there is no such pair.
    """
    wanted = (pairs.c.state, pairs.c.outcome, pairs.c.left_digest, pairs.c.right_digest, pairs.c.version)
    row = session.execute(select(*wanted).where(pairs.c.id == pair)).first()
    if row is None:
        raise UnknownIdentifierError(f"there is no pair {pair!r}")
    gone = row.state == PairState.ARCHIVED.value
    found = project(decisions_on(session, pair), None if gone else (row.left_digest, row.right_digest))
    version = row.version + int(bump)
    changes: dict[str, Any] = {
        "state": found.state.value,
        "outcome": found.outcome.value if found.outcome is not None else None,
        "remedy": found.remedy.value if found.remedy is not None else None,
        "decided_by": found.decided_by,
        "decided_at": found.decided_at or "",
        "reviews": sum(review.outcome.is_final and not review.stale for review in found.reviews),
        "version": version,
    }
    if texts_changed:
        changes["text_version"] = version
    recounted = (row.state, row.outcome) != (changes["state"], changes["outcome"])
    if recounted:
        count_pair(session, pair, -1)
    session.execute(update(pairs).where(pairs.c.id == pair).values(changes))
    if recounted:
        count_pair(session, pair, 1)
    before = frozenset(session.execute(select(reviews.c.person).where(reviews.c.pair == pair)).scalars())
    _write_reviews(session, pair, found)
    _refresh_items(session, pair, found, before)
    return found


def _write_reviews(session: Session, pair: str, found: PairStanding) -> None:
    people = [review.person for review in found.reviews]
    session.execute(delete(reviews).where(reviews.c.pair == pair, reviews.c.person.not_in(people)))
    rows = [
        {
            "pair": pair,
            "person": review.person,
            "decision": review.decision,
            "outcome": review.outcome.value,
            "remedy": review.remedy.value if review.remedy is not None else None,
            "made_at": review.made_at,
            "adjudicates": review.adjudicates,
            "stale": review.stale,
        }
        for review in found.reviews
    ]
    if rows:
        put(session, reviews, rows)


def _refresh_items(session: Session, pair: str, found: PairStanding, before: frozenset[str]) -> None:
    """Whether each queue that holds the pair still has to give it out, and the counts of those queues."""
    held = session.execute(
        select(queue_items.c.queue, queue_items.c.is_open, queues.c.reviewers)
        .join(queues, queues.c.id == queue_items.c.queue)
        .where(queue_items.c.pair == pair)
    ).all()
    done = sum(review.outcome.is_final and not review.stale for review in found.reviews)
    settled = any(review.adjudicates and not review.stale for review in found.reviews)
    after = frozenset(review.person for review in found.reviews)
    for queue, was_open, wanted in held:
        is_open = found.state is not PairState.ARCHIVED and done < wanted and not settled
        session.execute(
            update(queue_items)
            .where(queue_items.c.queue == queue, queue_items.c.pair == pair)
            .values(done=done, is_open=is_open)
        )
        if was_open != is_open:
            step = int(is_open) - int(was_open)
            session.execute(update(queues).where(queues.c.id == queue).values(open=queues.c.open + step))
        for person in before ^ after:
            _count_person(session, queue, person, 1 if person in after else -1)


def _count_person(session: Session, queue: str, person: str, step: int) -> None:
    counted = queue_people.c
    held = update(queue_people).where(counted.queue == queue, counted.person == person)
    changed = session.execute(held.values(number=counted.number + step))
    if changed.rowcount == 0 and step > 0:  # type: ignore[attr-defined]
        session.execute(insert(queue_people), {"queue": queue, "person": person, "number": step})
