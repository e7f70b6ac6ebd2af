"""The queues: which there are, how far each is, and defining a new one."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import QueueOrder, Role
from pipeline.errors import FilterError, UnknownIdentifierError
from pipeline.reference.criteria import load_criteria
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import count_pairs
from pipeline.store.database.measures import agreement, disagreements, review_progress
from pipeline.store.database.people import list_people
from pipeline.store.database.queues import close_queue, define_queue, find_queue, list_queues, queue_progress
from pipeline.web.access import NotHere, Viewer, needs, sight_of
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, interface_of, render, see_other
from pipeline.web.progress import yield_chart
from pipeline.web.queues import in_order

__all__ = ["router"]

router = APIRouter()

_LOOK = frozenset({"order", "after", "columns", "density", "lang", "limit"})


@router.get("/queues")
def queues(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """All queues with their progress."""
    with db.read() as session:
        closed = request.query_params.get("closed") == "yes"
        listed = [
            (one, queue_progress(session, one.id, person.id, now))
            for one in in_order(list_queues(session, closed=closed))
        ]
    context = {"listed": listed, "closed": closed, "may_define": person.role in {Role.REVIEWER, Role.ADMIN}}
    return render(request, "queue/queues.html", context, [{"queue": one, "progress": far} for one, far in listed])


@router.get("/queues/new", dependencies=[needs(Role.REVIEWER)])
def new_queue(request: Request, db: Db) -> Response:
    """The form of a queue; it begins with the filter of the address, as a list of findings hands it over."""
    asked = [(key, value) for key, value in request.query_params.multi_items() if key not in _LOOK]
    given = {"title": "", "filter": urlencode(asked), "order": "rank", "reviewers": "1", "blind": "", "due": ""}
    return _form(request, db, given, ())


def _form(request: Request, db: Db, given: dict[str, str], problems: tuple[tuple[str, str], ...]) -> Response:
    number = None
    if not any(field == "filter" for field, _ in problems):
        try:
            wanted = PairFilter.from_query(parse_qsl(given.get("filter", "")))
        except FilterError as error:
            problems = (*problems, ("filter", str(error)))
        else:
            with db.read() as session:
                number = count_pairs(session, wanted)
    context = {"given": given, "problems": problems, "number": number, "criteria_version": load_criteria("en").version}
    twin = {"given": given, "problems": problems, "pairs": number}
    return render(request, "queue/new.html", context, twin, status=422 if problems else 200)


@router.post("/queues/new", dependencies=[needs(Role.REVIEWER)])
def define(
    request: Request,
    person: Viewer,
    db: Db,
    now: Now,
    title: Annotated[str, Form(max_length=200)] = "",
    filter: Annotated[str, Form(max_length=2000)] = "",  # noqa: A002  what it is
    order: Annotated[str, Form()] = "rank",
    reviewers: Annotated[str, Form(max_length=2)] = "1",
    blind: Annotated[str, Form()] = "",
    due: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make the queue and fill it."""
    given = {"title": title, "filter": filter, "order": order, "reviewers": reviewers, "blind": blind, "due": due}
    problems = tuple(_problems(given))
    if problems:
        return _form(request, db, given, problems)
    wanted = PairFilter.from_query(parse_qsl(filter.lstrip("?")))
    with db.write() as session:
        made = define_queue(
            session,
            title,
            wanted,
            QueueOrder(order),
            person=person.id,
            role=person.role,
            now=now,
            blind=blind == "yes",
            reviewers=int(reviewers),
            criteria=load_criteria("en").version,
            due=due or None,
        )
    return see_other(f"/queues/{made.id}")


def _problems(given: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    if not given["title"].strip():
        found.append(("title", N_("Give the queue a title.")))
    if given["order"] not in set(QueueOrder):
        found.append(("order", N_("Choose one of the orders.")))
    if not given["reviewers"].isdecimal() or not 1 <= int(given["reviewers"]) <= 9:
        found.append(("reviewers", N_("One to nine people review a pair.")))
    try:
        PairFilter.from_query(parse_qsl(given["filter"].lstrip("?")))
    except FilterError as error:
        found.append(("filter", str(error)))
    try:
        date.fromisoformat(given["due"] or "2026-01-01")
    except ValueError:
        found.append(("due", N_("Write the day as year-month-day, such as 2027-03-31.")))
    return found


@router.get("/queues/{queue}")
def show(request: Request, person: Viewer, db: Db, now: Now, queue: str) -> Response:
    """One queue: what it holds, how far it is, who did how much."""
    with db.read() as session:
        try:
            found = find_queue(session, queue)
        except UnknownIdentifierError as error:
            raise NotHere(N_("There is no such queue."), "/queues") from error
        progress = queue_progress(session, found.id, person.id, now)
        names = {one.id: one.name for one in list_people(session)}
        agreed = agreement(session, found.id) if found.reviewers > 1 else None
        differing = disagreements(session, found.id, sight_of(person, found.id), limit=20)
        reviewed = review_progress(session, found.id)
    chart = yield_chart(reviewed.curve, interface_of(request))
    context = {
        "agreed": agreed,
        "chart": chart,
        "differing": differing,
        "reviewed": reviewed,
        "queue": found,
        "progress": progress,
        "names": names,
        "filter": found.filter.to_query(),
        "may_close": person.role in {Role.REVIEWER, Role.ADMIN} and found.closed_at is None,
    }
    twin = {"queue": found, "progress": progress, "agreement": agreed, "review": reviewed}
    return render(request, "queue/queue.html", context, twin)


@router.post("/queues/{queue}/close", dependencies=[needs(Role.REVIEWER)])
def close(person: Viewer, db: Db, now: Now, queue: str) -> Response:
    """Give out no more pairs of it."""
    with db.write() as session:
        close_queue(session, queue, person=person.id, role=person.role, now=now)
    return see_other(f"/queues/{queue}")
