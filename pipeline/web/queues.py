"""Why a queue gives no pair, and what to do then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fastapi import Request
from starlette.responses import Response

from pipeline.store.database import Session
from pipeline.store.database.people import Person, list_people
from pipeline.store.database.queues import (
    AllClaimed,
    Empty,
    FilteredOut,
    Finished,
    Queue,
    list_queues,
    queue_progress,
)
from pipeline.web.pages import render

__all__ = ["in_order", "state_page"]

# The queue that most people work through comes first, the sample that measures the others last.
_FIRST = ("rank", "learned", "uncertain")
_LAST = "audit"


def in_order(queues: Iterable[Queue]) -> list[Queue]:
    """The queues as a person meets them: those of every database first, the audit sample last."""

    def place(queue: Queue) -> int:
        if queue.id == _LAST:
            return len(_FIRST) + 1
        return _FIRST.index(queue.id) if queue.id in _FIRST else len(_FIRST)

    return sorted(queues, key=place)


def state_page(
    request: Request,
    session: Session,
    queue: Queue,
    person: Person,
    now: datetime,
    found: Finished | AllClaimed | Empty | FilteredOut,
) -> Response:
    """The page for a queue that gives nothing now: finished, lent to others, filtered out, or without any pair."""
    names = {one.id: one.name for one in list_people(session)}
    others = [
        (one, queue_progress(session, one.id, person.id, now)) for one in list_queues(session) if one.id != queue.id
    ]
    context = {
        "queue": queue,
        "found": found,
        "kind": type(found).__name__,
        "names": names,
        "progress": queue_progress(session, queue.id, person.id, now),
        "others": [(one, progress) for one, progress in others if progress.open],
    }
    twin = {"queue": queue.id, "state": type(found).__name__, "detail": found}
    return render(request, "queue/state.html", context, twin)
