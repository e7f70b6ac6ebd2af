"""Who may see what: in a blind first pass nothing that could lead a reviewer shows before the own decision."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.store.database.schema import queue_items, queues, reviews
from pipeline.store.database.views import Viewer

__all__ = ["blind_pairs", "hidden_pairs"]


def blind_pairs(session: Session, pairs: Iterable[str]) -> frozenset[str]:
    """Those of the pairs that are in a blind queue that is not closed."""
    found = select(queue_items.c.pair).join(queues, queues.c.id == queue_items.c.queue)
    wanted = found.where(queue_items.c.pair.in_(tuple(pairs)), queues.c.blind, queues.c.closed_at.is_(None))
    return frozenset(session.execute(wanted).scalars())


def hidden_pairs(session: Session, pairs: Iterable[str], viewer: Viewer | None) -> frozenset[str]:
    """Those of the pairs of which the viewer may not see score, rank and decisions of others yet.

    These are the pairs of blind queues that the viewer could decide and has not: per reviewer and per pair. Without a
    viewer, as in exports of the program itself, nothing is hidden; somebody who adjudicates sees all.
    """
    if viewer is None or not viewer.role.may_decide or (viewer.adjudicates and viewer.role.may_adjudicate):
        return frozenset()
    blind = blind_pairs(session, pairs)
    if not blind:
        return blind
    own = select(reviews.c.pair).where(reviews.c.person == viewer.person, reviews.c.pair.in_(blind), ~reviews.c.stale)
    return blind - frozenset(session.execute(own).scalars())
