"""Who may see what: in a blind first pass nothing that could lead a reviewer shows before the own decision."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.review.claims import stamp
from pipeline.store.database.recording import add_event
from pipeline.store.database.schema import events, queue_items, queues, reviews
from pipeline.store.database.views import Viewer

__all__ = ["blind_pairs", "hidden_pairs", "look_behind"]

_LOOKED = "blind-lifted"


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


def look_behind(session: Session, pair: str, viewer: Viewer, now: datetime) -> bool:
    """Note once in the ledger that somebody who adjudicates looks behind a blind first pass.

    True when the look is noted now; False when there is nothing to look behind, or it was noted before.
    """
    if not viewer.adjudicates or not hidden_pairs(session, [pair], replace(viewer, adjudicates=False)):
        return False
    mine = events.c.kind == _LOOKED, events.c.subject == pair, events.c.actor == viewer.person
    if not viewer.role.may_adjudicate or session.execute(select(events.c.seq).where(*mine).limit(1)).first():
        return False
    add_event(session, _LOOKED, at=stamp(now), actor=viewer.person, role=viewer.role.value, subject=pair)
    return True
