"""Which pairs a queue gives out, and in which order."""

import json
import random
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from pipeline.domain import PairState, QueueOrder
from pipeline.reference.review import load_review
from pipeline.store.database.conditions import conditions
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.schema import pairs, queue_items, queue_people, queues, reviews

__all__ = ["DEFAULT_QUEUES", "DefaultQueue", "fill_queue", "refresh_queues"]

TOLD, BELOW = "told", "below"


@dataclass(frozen=True, slots=True)
class DefaultQueue:
    """A queue that every database has."""

    id: str
    title: str
    order: QueueOrder
    filter: str


DEFAULT_QUEUES = (
    DefaultQueue("rank", "All findings by rank", QueueOrder.RANK, "flags=listed"),
    DefaultQueue("learned", "Most likely overlaps first", QueueOrder.LEARNED, "flags=listed"),
    DefaultQueue("uncertain", "Most instructive first", QueueOrder.UNCERTAIN, "flags=listed"),
    DefaultQueue("audit", "Random audit sample", QueueOrder.AUDIT, ""),
)


def refresh_queues(session: Session, at: str, actor: str) -> None:
    """Make the default queues where they are missing, and bring the pairs of all open queues up to date."""
    held = set(session.execute(select(queues.c.id)).scalars())
    for one in DEFAULT_QUEUES:
        if one.id not in held:
            row = {"id": one.id, "title": one.title, "order": one.order.value, "filter": one.filter}
            session.execute(insert(queues), {**row, "created_by": actor, "created_at": at})
    for queue in session.execute(select(queues.c.id).where(queues.c.closed_at.is_(None))).scalars().all():
        fill_queue(session, queue)


def fill_queue(session: Session, queue: str) -> int:
    """Put the pairs that match into a queue, those it has in their present order; the number of its pairs comes out.

    An audit sample is drawn once and never topped up: a sample that follows the results would tell nothing of them.
    """
    from urllib.parse import parse_qsl

    row = session.execute(select(queues).where(queues.c.id == queue)).mappings().one()
    wanted = PairFilter.from_query(parse_qsl(row["filter"]))
    met = conditions(session, wanted)
    if row["order"] == QueueOrder.AUDIT.value:
        if not _size(session, queue):
            _draw(session, queue, met)
    else:
        _add_matching(session, queue, met, row["reviewers"])
    size = _size(session, queue)
    is_open = session.execute(select(func.count()).where(queue_items.c.queue == queue, queue_items.c.is_open))
    session.execute(update(queues).where(queues.c.id == queue).values(size=size, open=is_open.scalar_one()))
    _count_people(session, queue)
    return size


def _count_people(session: Session, queue: str) -> None:
    session.execute(delete(queue_people).where(queue_people.c.queue == queue))
    counted = (
        select(literal(queue), reviews.c.person, func.count())
        .join(queue_items, queue_items.c.pair == reviews.c.pair)
        .where(queue_items.c.queue == queue)
        .group_by(reviews.c.person)
    )
    session.execute(insert(queue_people).from_select(["queue", "person", "number"], counted))


def _add_matching(session: Session, queue: str, met: list[ColumnElement[bool]], reviewers: int) -> None:
    still_open = case((pairs.c.state == PairState.DISPUTED.value, reviewers > 1), else_=pairs.c.reviews < reviewers)
    item = queue_items.alias()
    held = select(item.c.pair).where(item.c.queue == queue, item.c.pair == pairs.c.id).exists()
    columns = ["queue", "pair", "place", "base", "is_open", "done"]
    chosen = select(literal(queue), pairs.c.id, pairs.c.rank, pairs.c.rank, still_open, pairs.c.reviews)
    session.execute(insert(queue_items).from_select(columns, chosen.where(*met, ~held)))
    rank = select(pairs.c.rank).where(pairs.c.id == queue_items.c.pair).scalar_subquery()
    session.execute(
        update(queue_items)
        .where(queue_items.c.queue == queue, queue_items.c.base != rank)
        .values(base=rank, place=rank)
    )
    gone = select(pairs.c.id).where(pairs.c.state == PairState.ARCHIVED.value)
    session.execute(
        update(queue_items)
        .where(queue_items.c.queue == queue, queue_items.c.is_open, queue_items.c.pair.in_(gone))
        .values(is_open=False)
    )


def _draw(session: Session, queue: str, met: list[ColumnElement[bool]]) -> None:
    """Half of the sample from the pairs that are told as findings, half from those that are not."""
    strata: dict[str, int] = {}
    rows = []
    size = load_review().audit_sample // 2
    for name, demoted in ((TOLD, False), (BELOW, True)):
        held = list(
            session.execute(select(pairs.c.id).where(*met, pairs.c.demoted.is_(demoted)).order_by(pairs.c.id)).scalars()
        )
        strata[name] = len(held)
        drawn = random.Random(f"{queue}/{name}").sample(held, min(size, len(held)))
        rows += [{"pair": pair, "stratum": name} for pair in drawn]
    random.Random(queue).shuffle(rows)
    for place, row in enumerate(rows, start=1):
        row |= {"queue": queue, "place": str(place)}
    if rows:
        session.execute(
            insert(queue_items),
            [{**row, "place": int(row["place"]), "base": int(row["place"]), "is_open": True} for row in rows],
        )
    session.execute(update(queues).where(queues.c.id == queue).values(strata=json.dumps(strata)))


def _size(session: Session, queue: str) -> int:
    return session.execute(select(func.count()).where(queue_items.c.queue == queue)).scalar_one()
