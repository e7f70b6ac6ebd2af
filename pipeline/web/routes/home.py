"""The first page: what waits for this person, what the last run changed, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import PairState
from pipeline.store.database.audit import list_events
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import count_pairs
from pipeline.store.database.people import write_preferences
from pipeline.store.database.queues import list_queues, queue_progress
from pipeline.store.database.runs import current_run, run_detail
from pipeline.web.access import Refused, Viewer
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, render, see_other
from pipeline.web.queues import in_order
from pipeline.web.visit import visit_of

__all__ = ["router"]

router = APIRouter()

_STATES = (PairState.OPEN, PairState.RECHECK, PairState.DISPUTED, PairState.NEEDS_EXPERT, PairState.DECIDED)

# Days before a meeting by which its contributions are due: for translation, and at the latest.
_CLOSINGS = ((45, N_("contributions that are to be translated")), (12, N_("contributions at the latest")))


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day before the chosen meeting; ``left`` is the number of days until then, negative once it has passed."""

    day: date
    what: str
    left: int


@router.get("/")
def home(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """Where the day begins."""
    with db.read() as session:
        run = current_run(session)
        detail = run_detail(session, run.id) if run else None
        counts = {state: count_pairs(session, PairFilter(states=(state,))) for state in _STATES}
        queues = [(one, queue_progress(session, one.id, person.id, now)) for one in in_order(list_queues(session))]
        events = list_events(session, limit=8).rows
    meeting, deadlines = _deadlines(visit_of(request).preferences, now)
    context = {
        "counts": counts,
        "queues": queues,
        "latest": detail,
        "events": [one for one in events if one.kind != "sign-in"],
        "meeting": meeting,
        "deadlines": deadlines,
        "now": now,
    }
    twin = {
        "counts": counts,
        "queues": [{"queue": one.id, "title": one.title, "progress": far} for one, far in queues],
        "run": detail,
        "meeting": meeting,
        "deadlines": deadlines,
    }
    return render(request, "home.html", context, twin)


def _deadlines(preferences: object, now: datetime) -> tuple[dict[str, str], tuple[Deadline, ...]]:
    kept = preferences if isinstance(preferences, dict) else {}
    meeting = {"name": str(kept.get("meeting") or ""), "day": str(kept.get("meeting_day") or "")}
    if not meeting["day"]:
        return meeting, ()
    begins = date.fromisoformat(meeting["day"])
    found = [(begins - timedelta(days=days), what) for days, what in _CLOSINGS]
    found.append((begins, N_("the meeting begins")))
    return meeting, tuple(Deadline(day, what, (day - now.date()).days) for day, what in found)


@router.post("/meeting")
def choose_meeting(
    request: Request,
    person: Viewer,
    db: Db,
    name: Annotated[str, Form(max_length=120)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Keep the meeting whose deadlines the first page counts down to."""
    try:
        chosen = date.fromisoformat(day).isoformat() if day else None
    except ValueError as error:
        raise Refused(422, N_("Write the day as year-month-day, such as 2027-03-31.")) from error
    with db.write() as session:
        write_preferences(session, person.id, {"meeting": name.strip() or None, "meeting_day": chosen})
    return see_other("/")
