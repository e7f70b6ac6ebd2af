"""One decision for many pairs: previewed, recorded one by one under one batch, and taken back as one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, PairState, Remedy, ReviewDecision, Role
from pipeline.errors import ForbiddenError, UnknownIdentifierError, UsageError
from pipeline.review.claims import stamp
from pipeline.store.database.blindness import hidden_pairs
from pipeline.store.database.conditions import conditions
from pipeline.store.database.decisions import take_back
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.recording import add_decision, add_event, decision_from_row, new_id, refresh_pair
from pipeline.store.database.schema import claims, decisions, pairs, people
from pipeline.store.database.views import PairRow, Viewer

__all__ = ["MOST_AT_ONCE", "BulkPreview", "BulkRequest", "BulkResult", "decide_bulk", "preview_bulk", "undo_batch"]

MOST_AT_ONCE = 5_000
"""Pairs that one bulk decision may cover: nobody can answer for more, and the write lock is held meanwhile."""

_SAMPLE = 10


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """One outcome for all pairs that match, or with ``family`` for all that hold the same two texts as that pair.

    ``excluded`` are identifiers of pairs to leave out. ``key`` makes a repeated request harmless.
    """

    person: str
    role: Role
    outcome: Outcome
    reason: str
    key: str
    filter: PairFilter | None = None
    family: str | None = None
    excluded: tuple[str, ...] = ()
    remedy: Remedy | None = None
    note: str = ""
    criteria: str = ""


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk decision would do: how many pairs match and would be decided, those skipped, and a sample."""

    matching: int
    deciding: int
    skipped: tuple[tuple[str, str], ...]
    sample: tuple[PairRow, ...]


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What was done: the batch, how many lines it has, and the pairs that were skipped, each with the reason."""

    batch: str
    done: int
    skipped: tuple[tuple[str, str], ...]
    repeated: bool = False


def preview_bulk(
    session: Session,
    person: str,
    role: Role,
    now: datetime,
    *,
    wanted: PairFilter | None = None,
    family: str | None = None,
    excluded: tuple[str, ...] = (),
) -> BulkPreview:
    """What a bulk decision would do, spread evenly over the matching pairs for the sample.

    Raises:
        UsageError: more pairs match than one bulk decision may cover, or neither a filter nor a family is given.
        UnknownIdentifierError: there is no such pair.
    """
    names = _matching(session, wanted, family)
    chosen, skipped = _sort_out(session, names, excluded, Viewer(person, role), stamp(now))
    step = max(1, len(chosen) // _SAMPLE)
    sample = pair_rows_of(session, chosen[::step][:_SAMPLE], Viewer(person, role))
    return BulkPreview(len(names), len(chosen), skipped, sample)


def decide_bulk(session: Session, request: BulkRequest, now: datetime | None = None) -> BulkResult:
    """Record the outcome for each matching pair that nobody has decided; a transaction that writes is needed.

    Pairs that others hold or have decided, and pairs that are to be read blind first, are skipped and listed.

    Raises:
        ForbiddenError: the role does not decide.
        UsageError: the reason is missing, the outcome puts off, or too many pairs match.
    """
    _check(request)
    same = select(decisions.c.batch).where(decisions.c.reviewer == request.person, decisions.c.key == request.key)
    if (batch := session.execute(same).scalar()) is not None:
        done = session.execute(select(func.count()).where(decisions.c.batch == batch)).scalar_one()
        return BulkResult(batch, done, (), repeated=True)
    at = stamp(now or datetime.now(UTC))
    names = _matching(session, request.filter, request.family)
    chosen, skipped = _sort_out(session, names, request.excluded, Viewer(request.person, request.role), at)
    batch = new_id("b")
    for place, name in enumerate(chosen):
        _decide(session, request, name, batch, at, key=request.key if place == 0 else None)
    body: dict[str, object] = {
        "outcome": request.outcome.value,
        "reason": request.reason.strip(),
        "filter": request.filter.to_query() if request.filter is not None else [],
        "family": request.family or "",
        "done": len(chosen),
        "skipped": len(skipped),
    }
    add_event(session, "bulk", at=at, actor=request.person, role=request.role.value, subject=batch, body=body)
    return BulkResult(batch, len(chosen), skipped)


def undo_batch(
    session: Session, batch: str, person: str, role: Role, *, key: str, now: datetime | None = None
) -> BulkResult:
    """Take all decisions of a batch back that still stand; those replaced since are skipped and listed.

    Raises:
        UnknownIdentifierError: there is no such batch.
        ForbiddenError: it is of somebody else, and the role is not that of an administrator.
    """
    rows = (
        session.execute(select(decisions).where(decisions.c.batch == batch).order_by(decisions.c.seq)).mappings().all()
    )
    made = [decision_from_row(row) for row in rows if row["undoes"] is None]
    if not made:
        raise UnknownIdentifierError(f"there is no bulk decision {batch!r}")
    if made[0].reviewer != person and role is not Role.ADMIN:
        raise ForbiddenError("a bulk decision of somebody else can be taken back by an administrator alone")
    same = select(decisions.c.id).where(decisions.c.reviewer == person, decisions.c.key == key)
    if session.execute(same).first() is not None:
        return BulkResult(batch, 0, (), repeated=True)
    at = stamp(now or datetime.now(UTC))
    gone = set(session.execute(select(decisions.c.undoes).where(decisions.c.undoes.is_not(None))).scalars())
    replaced = set(session.execute(select(decisions.c.supersedes).where(decisions.c.supersedes.is_not(None))).scalars())
    done, skipped = 0, []
    for decision in made:
        if decision.id in gone:
            skipped.append((decision.pair, "it was taken back before"))
        elif decision.id in replaced:
            skipped.append((decision.pair, "it was decided anew since"))
        else:
            take_back(session, decision, person, role, at, key=key if not done else None, batch=batch)
            done += 1
    body: dict[str, object] = {"done": done, "skipped": len(skipped)}
    add_event(session, "bulk-undone", at=at, actor=person, role=role.value, subject=batch, body=body)
    return BulkResult(batch, done, tuple(skipped))


def _check(request: BulkRequest) -> None:
    if not request.role.may_decide:
        raise ForbiddenError(f"the role {request.role.value} does not decide; an analyst or a reviewer does")
    if not request.reason.strip():
        raise UsageError("a decision on many pairs needs a reason")
    if not request.outcome.is_final:
        raise UsageError("many pairs cannot be put off at once; choose one of the six outcomes")
    if not request.key:
        raise UsageError("a decision needs a key that tells it from other requests")


def _matching(session: Session, wanted: PairFilter | None, family: str | None) -> list[str]:
    query = select(pairs.c.id).order_by(pairs.c.rank, pairs.c.id)
    if family is not None:
        of_pair = session.execute(select(pairs.c.family).where(pairs.c.id == family)).scalar()
        if of_pair is None:
            raise UnknownIdentifierError(f"there is no pair {family!r}")
        query = query.where(pairs.c.family == of_pair, pairs.c.state != PairState.ARCHIVED.value)
    elif wanted is not None:
        query = query.where(*conditions(session, wanted))
    else:
        raise UsageError("a bulk decision needs a filter, or a pair with its family")
    names = list(session.execute(query.limit(MOST_AT_ONCE + 1)).scalars())
    if len(names) > MOST_AT_ONCE:
        raise UsageError(f"more than {MOST_AT_ONCE:,} pairs match; narrow the filter")
    return names


def _sort_out(
    session: Session, names: list[str], excluded: Collection[str], viewer: Viewer, at: str
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """The pairs to decide, and those to skip with the reason."""
    hidden = hidden_pairs(session, names, viewer)
    states = {row.id: row for row in session.execute(select(pairs.c.id, pairs.c.state).where(pairs.c.id.in_(names)))}
    held = select(claims.c.pair, people.c.name).join(people, people.c.id == claims.c.person, isouter=True)
    others = held.where(claims.c.pair.in_(names), claims.c.person != viewer.person, claims.c.until > at)
    holders = {row.pair: row.name or "somebody else" for row in session.execute(others)}
    chosen, skipped = [], []
    for name in names:
        state = PairState(states[name].state)
        if name in excluded:
            skipped.append((name, "left out"))
        elif name in hidden:
            skipped.append((name, "it is in a blind queue and wants to be read first"))
        elif not state.awaits_decision:
            skipped.append((name, f"it is {state.value}"))
        elif name in holders:
            skipped.append((name, f"{holders[name]} is reading it"))
        else:
            chosen.append(name)
    return chosen, tuple(skipped)


def _decide(session: Session, request: BulkRequest, name: str, batch: str, at: str, key: str | None) -> None:
    row = session.execute(select(pairs).where(pairs.c.id == name)).mappings().one()
    own = select(decisions.c.id).where(decisions.c.pair == name, decisions.c.reviewer == request.person)
    decision = ReviewDecision(
        id=new_id("d"),
        pair=name,
        left=row["left_clause"],
        right=row["right_clause"],
        left_digest=row["left_digest"],
        right_digest=row["right_digest"],
        outcome=request.outcome,
        reviewer=request.person,
        role=request.role.value,
        run=row["run"],
        made_at=at,
        remedy=request.remedy,
        reason=request.reason.strip(),
        note=request.note.strip(),
        supersedes=session.execute(own.where(decisions.c.undoes.is_(None)).order_by(decisions.c.seq.desc())).scalar(),
        batch=batch,
        criteria=request.criteria,
    )
    version = row["version"] + 1
    add_decision(session, decision, actor=request.person, role=request.role.value, at=at, version=version, key=key)
    refresh_pair(session, name)
