"""Decisions: recorded once, never overwritten, taken back by a line of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, PairState, Remedy, ReviewDecision, Role
from pipeline.errors import ForbiddenError, UnknownIdentifierError, UsageError
from pipeline.review.claims import stamp
from pipeline.review.ledger import PairStanding, standing_decisions
from pipeline.store.database import schema
from pipeline.store.database.blindness import hidden_pairs
from pipeline.store.database.recording import (
    add_decision,
    add_event,
    decision_from_row,
    decisions_on,
    new_id,
    refresh_pair,
)
from pipeline.store.database.schema import claims, decisions, pairs, queues
from pipeline.store.database.views import Viewer

__all__ = ["Conflict", "DecisionRequest", "Recorded", "Repeated", "adjudicate", "comment", "record", "undo"]


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What a person wants to record.

    ``version`` is that of the pair as the person saw it, ``key`` makes a repeated request harmless. ``blind`` is what
    the page showed; whether score and other decisions were hidden is found out again here, and that is recorded.
    """

    pair: str
    person: str
    role: Role
    outcome: Outcome
    version: int
    key: str
    remedy: Remedy | None = None
    reason: str = ""
    note: str = ""
    blind: bool = False
    criteria: str = ""
    run: str = ""
    queue: str | None = None
    adjudicates: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The decision is stored; ``version`` is that of the pair from now on."""

    decision: ReviewDecision
    standing: PairStanding
    version: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same request was stored before."""

    decision: ReviewDecision
    version: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was stored: since the person saw the pair, others decided it, or a text changed (``text_changed``).

    ``by`` are the decisions made in between, the newest first. To record all the same, ask again with this ``version``;
    the two decisions then stand side by side.
    """

    pair: str
    version: int
    by: tuple[ReviewDecision, ...]
    text_changed: bool


def record(session: Session, request: DecisionRequest, now: datetime | None = None) -> Recorded | Conflict | Repeated:
    """Store a decision; a transaction that writes is needed.

    Raises:
        ForbiddenError: the role does not allow it.
        UnknownIdentifierError: there is no such pair.
        UsageError: the pair is archived, or a postponed pair is given a remedy.
    """
    _check(request)
    before = session.execute(
        select(decisions).where(decisions.c.reviewer == request.person, decisions.c.key == request.key)
    ).mappings()
    if (same := before.first()) is not None:
        return Repeated(decision_from_row(same), same["version"])
    row = session.execute(select(pairs).where(pairs.c.id == request.pair)).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"there is no pair {request.pair!r}")
    if row["state"] == PairState.ARCHIVED.value:
        raise UsageError("the present run does not have this pair; it is archived with its decisions")
    if row["version"] != request.version:
        clash = _clash(session, request, row["version"], row["text_version"])
        if clash is not None:
            return clash
    at = stamp(now or datetime.now(UTC))
    own = [d for d in standing_decisions(decisions_on(session, request.pair)) if d.reviewer == request.person]
    viewer = Viewer(request.person, request.role, request.queue, request.adjudicates)
    decision = ReviewDecision(
        id=new_id("d"),
        pair=request.pair,
        left=row["left_clause"],
        right=row["right_clause"],
        left_digest=row["left_digest"],
        right_digest=row["right_digest"],
        outcome=request.outcome,
        reviewer=request.person,
        role=request.role.value,
        run=request.run or row["run"],
        made_at=at,
        remedy=request.remedy,
        reason=request.reason.strip(),
        note=request.note.strip(),
        blind=request.pair in hidden_pairs(session, [request.pair], viewer),
        supersedes=own[-1].id if own else None,
        adjudicates=request.adjudicates,
        queue=request.queue,
        criteria=request.criteria,
    )
    version = row["version"] + 1
    add_decision(
        session, decision, actor=request.person, role=request.role.value, at=at, version=version, key=request.key
    )
    standing = refresh_pair(session, request.pair)
    session.execute(delete(claims).where(claims.c.pair == request.pair, claims.c.person == request.person))
    return Recorded(decision, standing, version)


def undo(
    session: Session,
    person: str,
    role: Role,
    decision_id: str | None = None,
    *,
    key: str,
    reason: str = "",
    now: datetime | None = None,
) -> Recorded | Repeated:
    """Take a decision back by a new line: the one named, or the person's last that stands.

    Raises:
        UsageError: there is nothing to take back, or it was taken back before.
        ForbiddenError: the decision is of somebody else, and the role is not that of an administrator.
        UnknownIdentifierError: there is no such decision.
    """
    query = select(decisions).where(decisions.c.reviewer == person, decisions.c.key == key)
    if (same := session.execute(query).mappings().first()) is not None:
        return Repeated(decision_from_row(same), same["version"])
    target = _to_undo(session, person, decision_id)
    if target.reviewer != person and role is not Role.ADMIN:
        raise ForbiddenError("a decision of somebody else can be taken back by an administrator alone")
    return take_back(session, target, person, role, stamp(now or datetime.now(UTC)), key=key, reason=reason)


def take_back(
    session: Session,
    target: ReviewDecision,
    person: str,
    role: Role,
    at: str,
    *,
    key: str | None,
    reason: str = "",
    batch: str | None = None,
) -> Recorded:
    """One line that takes a decision back, and the pair as it stands then."""
    row = session.execute(select(pairs).where(pairs.c.id == _present_name(session, target.pair))).mappings().one()
    line = ReviewDecision(
        id=new_id("d"),
        pair=row["id"],
        left=row["left_clause"],
        right=row["right_clause"],
        left_digest=row["left_digest"],
        right_digest=row["right_digest"],
        outcome=None,
        reviewer=person,
        role=role.value,
        run=row["run"],
        made_at=at,
        reason=reason.strip(),
        undoes=target.id,
        batch=batch,
    )
    version = row["version"] + 1
    add_decision(session, line, actor=person, role=role.value, at=at, version=version, key=key)
    return Recorded(line, refresh_pair(session, row["id"]), version)


def adjudicate(
    session: Session, request: DecisionRequest, now: datetime | None = None
) -> Recorded | Conflict | Repeated:
    """Settle a disagreement: this decision outweighs the others, which stay as they are.

    Raises:
        ForbiddenError: the role may not.
        UsageError: no reason is given, or the outcome puts the pair off.
    """
    if not request.role.may_adjudicate:
        raise ForbiddenError("a disagreement is settled by a reviewer or an administrator")
    if not request.reason.strip():
        raise UsageError("settling a disagreement needs a reason")
    if not request.outcome.is_final:
        raise UsageError("settling a disagreement needs one of the six outcomes")
    return record(session, replace(request, adjudicates=True), now)


def comment(session: Session, pair: str, person: str, role: Role, text: str, now: datetime | None = None) -> str:
    """Add a comment to a pair; its identifier comes out.

    Raises:
        UsageError: the comment is empty.
        UnknownIdentifierError: there is no such pair.
    """
    if not text.strip():
        raise UsageError("the comment is empty")
    row = session.execute(select(pairs.c.run).where(pairs.c.id == pair)).first()
    if row is None:
        raise UnknownIdentifierError(f"there is no pair {pair!r}")
    at, name = stamp(now or datetime.now(UTC)), new_id("m")
    words: dict[str, object] = {"text": text.strip()}
    add_event(
        session, "comment", at=at, actor=person, role=role.value, subject=pair, run=row.run, body=words, name=name
    )
    session.execute(
        insert(schema.comments), {"id": name, "pair": pair, "person": person, "at": at, "body": text.strip()}
    )
    session.execute(update(pairs).where(pairs.c.id == pair).values(comments=pairs.c.comments + 1))
    return name


def _check(request: DecisionRequest) -> None:
    if not request.role.may_decide:
        raise ForbiddenError(f"the role {request.role.value} does not decide; an analyst or a reviewer does")
    if request.remedy is not None and not request.outcome.is_final:
        raise UsageError("a pair that is put off takes no proposed action")
    if not request.key:
        raise UsageError("a decision needs a key that tells it from other requests")
    if request.adjudicates and not request.role.may_adjudicate:
        raise ForbiddenError("a disagreement is settled by a reviewer or an administrator")


def _clash(session: Session, request: DecisionRequest, version: int, text_version: int) -> Conflict | None:
    """What came in between; decisions of others are none of a reviewer's business where several review on their own."""
    text_changed = text_version > request.version
    between = select(decisions).where(decisions.c.pair == request.pair, decisions.c.version > request.version)
    if request.queue is not None:
        several = session.execute(select(queues.c.reviewers).where(queues.c.id == request.queue)).scalar() or 1
        if several > 1:
            between = between.where(decisions.c.reviewer == request.person)
    rows: Sequence[ReviewDecision] = [
        decision_from_row(row) for row in session.execute(between.order_by(decisions.c.seq.desc())).mappings()
    ]
    return Conflict(request.pair, version, tuple(rows), text_changed) if rows or text_changed else None


def _to_undo(session: Session, person: str, decision_id: str | None) -> ReviewDecision:
    taken_back = select(decisions.c.undoes).where(decisions.c.undoes.is_not(None))
    if decision_id is not None:
        row = session.execute(select(decisions).where(decisions.c.id == decision_id)).mappings().first()
        if row is None:
            raise UnknownIdentifierError(f"there is no decision {decision_id!r}")
        if row["undoes"] is not None:
            raise UsageError("a line that takes another back cannot be taken back; decide anew")
        if session.execute(select(decisions.c.id).where(decisions.c.undoes == decision_id)).first() is not None:
            raise UsageError("this decision was taken back before")
        return decision_from_row(row)
    query = (
        select(decisions)
        .where(decisions.c.reviewer == person, decisions.c.undoes.is_(None), decisions.c.id.not_in(taken_back))
        .order_by(decisions.c.seq.desc())
        .limit(1)
    )
    row = session.execute(query).mappings().first()
    if row is None:
        raise UsageError("there is no decision of yours to take back")
    return decision_from_row(row)


def _present_name(session: Session, pair: str) -> str:
    """The identifier that a pair has now."""
    moves = schema.moves.c
    while (target := session.execute(select(moves.target).where(moves.pair == pair)).scalar()) is not None:
        pair = target
    return pair
