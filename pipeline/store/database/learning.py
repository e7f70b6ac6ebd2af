"""Refitting: decisions become a model, the model becomes an order of the open pairs."""

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, PairState, QueueOrder
from pipeline.reference.review import load_review
from pipeline.review.claims import stamp
from pipeline.review.learning import Fit, ModelCard, doubt_of, features_from_bytes, fit_model
from pipeline.store.database.engine import Database
from pipeline.store.database.recording import add_event, new_id
from pipeline.store.database.schema import features, models, pairs, queue_items, queues, runs
from pipeline.store.database.writing import chunked

__all__ = ["ModelRow", "Refit", "last_model", "list_models", "refit", "wants_refit"]

_STEP = 10
"""New decisions after which a refit is worth while."""


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
    names: list[str]
    vectors: NDArray[np.float32]
    labels: NDArray[np.bool_]
    present: NDArray[np.float64]
    unseen: NDArray[np.bool_]


def refit(db: Database, now: datetime | None = None) -> Refit:
    """Fit a model to all final decisions, and put the open pairs of learned and uncertain queues in its order.

    The most promising open pairs, as many as the reference data say, get a probability and a place; those behind them
    keep the order of the run. A refused model changes nothing, and is kept with the reason. Reading and fitting hold no
    lock; equal decisions give an equal order.
    """
    began = time.perf_counter()
    at = stamp(now or datetime.now(UTC))
    with db.read() as session:
        judged = _judged(session)
        fit = fit_model(judged.vectors, judged.labels, judged.present, judged.unseen)
        names, probabilities = _open_pairs(session, fit) if fit.accepted else ([], np.zeros(0))
    name = new_id("m")
    with db.write() as session:
        if fit.accepted:
            _score(session, name, names, probabilities, judged)
            _reorder(session, QueueOrder.LEARNED, names, probabilities)
            _reorder(session, QueueOrder.UNCERTAIN, names, doubt_of(probabilities))
        seconds = round(time.perf_counter() - began, 3)
        card = asdict(fit.card) if fit.card is not None else None
        row = {"id": name, "made_at": at, "accepted": fit.accepted, "why": fit.why, "seconds": seconds}
        session.execute(insert(models), {**row, "card": json.dumps(card)})
        body: dict[str, object] = {"accepted": fit.accepted, "why": fit.why, "card": card}
        run = session.execute(select(runs.c.id).where(runs.c.is_current)).scalar() or ""
        add_event(session, "refit", at=at, actor="overlap", role="service", subject=name, run=run, body=body)
    return Refit(name, fit.card, seconds, fit.accepted, fit.why, len(names))


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
    """The decided pairs; the order in use is the last accepted model's, where that has a say in it, else the run's."""
    last = last_model(session, accepted=True)
    query = (
        select(pairs.c.id, pairs.c.outcome, pairs.c.learned, pairs.c.decided_at, features.c.vector)
        .join(features, features.c.pair == pairs.c.id)
        .where(pairs.c.state == PairState.DECIDED.value)
        .order_by(pairs.c.id)
    )
    rows = session.execute(query).all()
    vectors = features_from_bytes([row.vector for row in rows])
    learned = np.array([row.learned for row in rows], dtype=np.float64)
    since = np.array([last is not None and row.decided_at > last.made_at for row in rows], dtype=np.bool_)
    unseen = since & (learned >= 0)
    in_use = bool(unseen.any())
    return _Judged(
        names=[row.id for row in rows],
        vectors=vectors,
        labels=np.array([Outcome(row.outcome).is_overlap for row in rows], dtype=np.bool_),
        present=learned if in_use else (vectors[:, 0] if len(rows) else np.zeros(0)).astype(np.float64),
        unseen=unseen if in_use else np.ones(len(rows), dtype=np.bool_),
    )


def _open_pairs(session: Session, fit: Fit) -> tuple[list[str], NDArray[np.float64]]:
    """The most probable overlaps among the pairs that wait for a decision, best first, with their probabilities."""
    waiting = [state.value for state in PairState if state.awaits_decision]
    query = (
        select(features.c.pair, features.c.vector, pairs.c.rank)
        .join(pairs, pairs.c.id == features.c.pair)
        .where(pairs.c.state.in_(waiting))
        .execution_options(yield_per=20_000)
    )
    names: list[str] = []
    ranks: list[int] = []
    found: list[NDArray[np.float64]] = []
    for part in session.execute(query).partitions():
        names.extend(row.pair for row in part)
        ranks.extend(row.rank for row in part)
        found.append(fit.probabilities(features_from_bytes([row.vector for row in part])))
    probabilities = np.concatenate(found) if found else np.zeros(0)
    best = np.lexsort((np.array(ranks), -probabilities))[: load_review().learning.head]
    return [names[place] for place in best], probabilities[best]


def _score(session: Session, model: str, names: list[str], probabilities: NDArray[np.float64], judged: _Judged) -> None:
    """Probabilities on the rows of the pairs; those that fell out of the head have none any more."""
    head = set(names)
    scored = select(pairs.c.id).where(pairs.c.learned >= 0)
    fallen = [name for name in session.execute(scored).scalars() if name not in head and name not in set(judged.names)]
    change = update(pairs).where(pairs.c.id == bindparam("name"))
    values = change.values(learned=bindparam("p"), doubt=bindparam("q"), model=model)
    doubts = doubt_of(probabilities)
    rows = [
        {"name": name, "p": round(float(p), 6), "q": round(float(q), 6)}
        for name, p, q in zip(names, probabilities, doubts, strict=True)
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
        before = session.execute(select(items.pair, items.base).where(items.queue == queue, items.place < 0)).all()
        rows = [{"of": queue, "name": row.pair, "at": row.base} for row in before if row.pair not in place_of]
        rows += [{"of": queue, "name": name, "at": place} for name, place in place_of.items()]
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
