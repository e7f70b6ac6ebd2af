"""Refitting: decisions become a model, the model becomes an order of the open pairs."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, PairState, QueueOrder
from pipeline.reference.review import load_review
from pipeline.review.claims import stamp
from pipeline.review.learning import Fit, ModelCard, doubt_of, features_from_bytes, fit_model
from pipeline.review.neighbours import ends_of, neighbour_features, standing_features
from pipeline.store.database.engine import Database
from pipeline.store.database.recording import add_event, new_id
from pipeline.store.database.schema import features, models, pairs, queue_items, queues, runs
from pipeline.store.database.writing import chunked

__all__ = ["ModelRow", "Refit", "last_model", "list_models", "refit", "wants_refit"]

_STEP = 10
"""New decisions after which a refit is worth while."""
_RECENT = 200
"""Decisions on which a new model is held against the order in use."""
_CONFIRMED = 300
"""Confirmed overlaps, the newest, around which open pairs are looked for ..."""
_NEAR = 5_000
"""... and how many of these are scored: each is read from another place of a large file."""
_NAMES = 1_000
"""Names in one query."""
_MOVED = 0.002
"""Probability by which a pair must move for its row to be written again."""
_OVERLAPS = tuple(outcome.value for outcome in Outcome if outcome.is_overlap)
_WAITS = pairs.c.state.in_([state.value for state in PairState if state.awaits_decision])
_COLUMNS = select(
    pairs.c.id,
    pairs.c.rank,
    pairs.c.learned,
    pairs.c.left_clause,
    pairs.c.right_clause,
    pairs.c.left_work,
    pairs.c.right_work,
    features.c.vector,
).join(features, features.c.pair == pairs.c.id)


@dataclass(frozen=True, slots=True)
class Refit:
    """What came of a refit: the card of the model, None where too few decisions are there; ``scored`` open pairs."""

    model: str
    card: ModelCard | None
    seconds: float
    accepted: bool
    why: str
    scored: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that was fitted, accepted or not."""

    id: str
    made_at: str
    accepted: bool
    why: str
    seconds: float
    card: ModelCard | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """The decided pairs; ``unseen`` are those of the last ones that came with a score of a model made before them."""

    held: "_Held"
    labels: NDArray[np.bool_]
    present: NDArray[np.float64]
    unseen: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Held:
    """Columns of pairs: names, ranks, the probability that they have, clauses, works, what a model sees of each."""

    names: list[str]
    ranks: NDArray[np.int64]
    learned: NDArray[np.float64]
    clauses: list[tuple[str, str]]
    works: list[tuple[str, str]]
    vectors: list[bytes]


@dataclass(frozen=True, slots=True)
class _Order:
    """The head of the open pairs, best first: names, probabilities, and the probabilities that they had."""

    names: list[str]
    probabilities: NDArray[np.float64]
    before: NDArray[np.float64]


def refit(db: Database, now: datetime | None = None) -> Refit:
    """Fit a model to all final decisions, and put the open pairs of learned and uncertain queues in its order.

    Scored are the first open pairs by rank, as many as the reference data say, and those that share a clause or both
    texts with the newest confirmed overlaps; the best of them, as many again, get a probability and a place. Those
    behind them keep the order of the run. A refused model changes nothing, and is kept with the reason. Reading and
    fitting hold no lock; equal decisions give an equal order.
    """
    began = time.perf_counter()
    at = stamp(now or datetime.now(UTC))
    with db.read() as session:
        judged = _judged(session)
        waiting = _open_pairs(session)
    fit, order = _learn(judged, waiting)
    name = new_id("m")
    with db.write() as session:
        if fit.accepted:
            _score(session, name, order, judged.held.names)
            _reorder(session, QueueOrder.LEARNED, order.names, order.probabilities)
            _reorder(session, QueueOrder.UNCERTAIN, order.names, doubt_of(order.probabilities))
        seconds = round(time.perf_counter() - began, 3)
        card = asdict(fit.card) if fit.card is not None else None
        row = {"id": name, "made_at": at, "accepted": fit.accepted, "why": fit.why, "seconds": seconds}
        session.execute(insert(models), {**row, "card": json.dumps(card)})
        body: dict[str, object] = {"accepted": fit.accepted, "why": fit.why, "card": card}
        run = session.execute(select(runs.c.id).where(runs.c.is_current)).scalar() or ""
        add_event(session, "refit", at=at, actor="overlap", role="service", subject=name, run=run, body=body)
    return Refit(name, fit.card, seconds, fit.accepted, fit.why, len(order.names))


def wants_refit(session: Session) -> bool:
    """Whether ten final decisions or more came in since the last model, accepted or not."""
    last = last_model(session)
    decided = pairs.c.state == PairState.DECIDED.value
    query = select(pairs.c.id).where(decided).limit(_STEP)
    if last is not None:
        query = query.where(pairs.c.decided_at > last.made_at)
    return len(session.execute(query).all()) >= _STEP


def last_model(session: Session, accepted: bool | None = None) -> ModelRow | None:
    """The model that was fitted last; only among the accepted, or the refused, where asked for."""
    query = select(models).order_by(models.c.made_at.desc()).limit(1)
    if accepted is not None:
        query = query.where(models.c.accepted.is_(accepted))
    row = session.execute(query).mappings().first()
    return _model(dict(row)) if row is not None else None


def list_models(session: Session, limit: int = 50) -> tuple[ModelRow, ...]:
    """The models that were fitted, the newest first."""
    rows = session.execute(select(models).order_by(models.c.made_at.desc()).limit(limit)).mappings()
    return tuple(_model(dict(row)) for row in rows)


def _judged(session: Session) -> _Judged:
    """The decided pairs. Such a pair keeps the probability with which it was given out: that is the order in use.

    Only the last of them count for the guard: what was in use long ago tells nothing of today.
    """
    decided = pairs.c.state == PairState.DECIDED.value
    held = _held(session.execute(_COLUMNS.where(decided).order_by(pairs.c.id)).all())
    told = select(pairs.c.outcome, pairs.c.decided_at).where(decided).order_by(pairs.c.id)
    rows = session.execute(told).all()
    newest = np.argsort(np.array([row.decided_at for row in rows], dtype=np.str_), kind="stable")[-_RECENT:]
    unseen = np.zeros(len(rows), dtype=np.bool_)
    unseen[newest] = held.learned[newest] >= 0
    untrained = features_from_bytes(held.vectors)[:, 0].astype(np.float64)
    return _Judged(
        held=held,
        labels=np.array([Outcome(row.outcome).is_overlap for row in rows], dtype=np.bool_),
        present=held.learned if unseen.any() else untrained,
        unseen=unseen if unseen.any() else np.ones(len(rows), dtype=np.bool_),
    )


def _open_pairs(session: Session) -> _Held:
    """The open pairs that may come up next: the first by rank, and those around confirmed overlaps; by rank."""
    head = load_review().learning.head
    first = session.execute(_COLUMNS.where(_WAITS).order_by(pairs.c.rank).limit(head)).all()
    held = {row.id for row in first}
    near = [name for name in _near_overlaps(session) if name not in held][:_NEAR]
    rows = [*first]
    for chunk in chunked(near, _NAMES):
        rows += session.execute(_COLUMNS.where(pairs.c.id.in_(chunk))).all()
    return _held(sorted(rows, key=lambda row: (row.rank, row.id)))


def _near_overlaps(session: Session) -> list[str]:
    """Open pairs that share a clause, or both texts, with the newest confirmed overlaps; most shared first."""
    columns = pairs.c
    confirmed = (
        select(columns.left_clause, columns.right_clause, columns.finding)
        .where(columns.state == PairState.DECIDED.value, columns.outcome.in_(_OVERLAPS))
        .order_by(columns.decided_at.desc(), columns.id)
        .limit(_CONFIRMED)
    )
    rows = session.execute(confirmed).all()
    clauses = sorted({clause for row in rows for clause in row[:2]})
    texts = sorted({row.finding for row in rows if row.finding is not None})
    found: Counter[str] = Counter()
    ranks: dict[str, int] = {}
    wanted = ((columns.left_clause, clauses), (columns.right_clause, clauses), (columns.finding, texts))
    for column, names in wanted:
        for chunk in chunked(names, _NAMES):
            query = select(columns.id, columns.rank).where(column.in_(chunk), _WAITS)
            for row in session.execute(query):
                found[row.id] += 1
                ranks[row.id] = row.rank
    return sorted(found, key=lambda name: (-found[name], ranks[name], name))


def _held(rows: Sequence[Row[Any]]) -> _Held:
    return _Held(
        names=[row.id for row in rows],
        ranks=np.array([row.rank for row in rows], dtype=np.int64),
        learned=np.array([row.learned for row in rows], dtype=np.float64),
        clauses=[(row.left_clause, row.right_clause) for row in rows],
        works=[(row.left_work, row.right_work) for row in rows],
        vectors=[row.vector for row in rows],
    )


def _learn(judged: _Judged, waiting: _Held) -> tuple[Fit, _Order]:
    """The model of the decisions, and the open pairs in its order where it is accepted."""
    held, number = judged.held, len(judged.labels)
    vectors = features_from_bytes([*held.vectors, *waiting.vectors])
    odds = vectors[:, 0].astype(np.float64)
    ends = ends_of([*held.clauses, *waiting.clauses], [*held.works, *waiting.works], odds)
    seen = np.hstack([vectors, standing_features(ends)])
    fit = fit_model(seen[:number], judged.labels, judged.present, judged.unseen, ends.only(np.arange(number)))
    if not fit.accepted:
        return fit, _Order([], np.zeros(0), np.zeros(0))
    answers = np.concatenate([judged.labels.astype(np.int8), np.full(len(waiting.names), -1, dtype=np.int8)])
    told = fit.probabilities(np.hstack([seen, neighbour_features(ends, answers)])[number:])
    best = np.lexsort((waiting.ranks, -told))[: load_review().learning.head]
    return fit, _Order([waiting.names[place] for place in best], told[best], waiting.learned[best])


def _score(session: Session, model: str, order: _Order, judged: list[str]) -> None:
    """Probabilities on the rows of the pairs whose own moved; those that fell out of the head have none any more."""
    kept = {*order.names, *judged}
    scored = select(pairs.c.id).where(pairs.c.learned >= 0)
    fallen = [name for name in session.execute(scored).scalars() if name not in kept]
    change = update(pairs).where(pairs.c.id == bindparam("name"))
    values = change.values(learned=bindparam("p"), doubt=bindparam("q"), model=model)
    moved = np.flatnonzero((order.before < 0) | (np.abs(order.probabilities - order.before) > _MOVED))
    doubts = doubt_of(order.probabilities)
    rows = [
        {"name": order.names[i], "p": round(float(order.probabilities[i]), 6), "q": round(float(doubts[i]), 6)}
        for i in moved
    ]
    rows += [{"name": name, "p": -1.0, "q": -1.0} for name in fallen]
    for chunk in chunked(rows):
        session.connection().execute(values, chunk)


def _reorder(session: Session, order: QueueOrder, names: list[str], scores: NDArray[np.float64]) -> None:
    """Places in the queues of this order: the head by score before all others, which keep the places of the run.

    Places of the head are negative, so that a refit never touches more rows than two heads have.
    """
    first = -load_review().learning.head
    place_of = {names[i]: first + place for place, i in enumerate(np.argsort(-scores, kind="stable").tolist())}
    wanted = select(queues.c.id).where(queues.c.order == order.value, queues.c.closed_at.is_(None))
    items = queue_items.c
    change = update(queue_items).where(items.queue == bindparam("of"), items.pair == bindparam("name"))
    for queue in session.execute(wanted).scalars().all():
        held = select(items.pair, items.base, items.place).where(items.queue == queue, items.place < 0)
        before = session.execute(held).all()
        stands = {row.pair: row.place for row in before}
        rows = [{"of": queue, "name": row.pair, "at": row.base} for row in before if row.pair not in place_of]
        rows += [
            {"of": queue, "name": name, "at": place} for name, place in place_of.items() if stands.get(name) != place
        ]
        for chunk in chunked(rows):
            session.connection().execute(change.values(place=bindparam("at")), chunk)


def _model(row: dict[str, object]) -> ModelRow:
    card = json.loads(str(row["card"]))
    return ModelRow(
        id=str(row["id"]),
        made_at=str(row["made_at"]),
        accepted=bool(row["accepted"]),
        why=str(row["why"]),
        seconds=float(str(row["seconds"])),
        card=ModelCard(**card) if card is not None else None,
    )
