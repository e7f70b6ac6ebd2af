"""Working through a queue: one pair at a time, decided, put off, passed over or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, Response

from pipeline.domain import Claim, Role
from pipeline.errors import UnknownIdentifierError
from pipeline.store.database import Database, Session
from pipeline.store.database.decisions import Conflict, Recorded, Repeated, record, undo
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.learning import refit, wants_refit
from pipeline.store.database.people import Person, list_people
from pipeline.store.database.queues import (
    AllClaimed,
    Claimed,
    Queue,
    claim,
    find_queue,
    next_pair,
    queue_progress,
    release,
    renew,
)
from pipeline.store.database.views import PairDetail
from pipeline.web.access import NotHere, Refused, Viewer, sight_of
from pipeline.web.conflicts import conflict_page
from pipeline.web.deciding import Sent, problems_of, request_of, sent
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, interface_of, see_other
from pipeline.web.queues import state_page
from pipeline.web.review import (
    Saved,
    band_of,
    held_by,
    kept_display,
    pair_page,
    position_of,
    queue_address,
    saved_of,
    saved_sentence,
)
from pipeline.web.visit import visit_of

__all__ = ["router"]

router = APIRouter()

_DECIDERS = (Role.ANALYST, Role.REVIEWER)
_Form = Annotated[Sent, Depends(sent)]


def _may_decide(person: Person) -> None:
    if not person.role.may_decide:
        raise Refused(403, N_("Your role reads but does not decide."), _DECIDERS)


@router.get("/queue")
def work(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """The next pair of a queue, or why there is none."""
    _may_decide(person)
    asked = request.query_params
    with db.write() as session:
        queue = _queue(session, asked.get("view") or "rank")
        if asked.get("ahead"):
            return _ahead(request, session, queue, person, now)
        if asked.get("pair"):
            taken = claim(session, queue.id, asked["pair"], person.id, now)
            return _show(request, session, queue, person, now, asked["pair"], taken)
        again = asked.get("again") == "yes"
        found = next_pair(session, queue.id, person.id, now, asked.get("after") or None, again=again)
        if isinstance(found, Claimed):
            return _show(request, session, queue, person, now, found.pair, found.claim)
        return state_page(request, session, queue, person, now, found)


def _queue(session: Session, name: str) -> Queue:
    try:
        return find_queue(session, name)
    except UnknownIdentifierError as error:
        raise NotHere(N_("There is no such queue."), "/queues") from error


def _show(
    request: Request,
    session: Session,
    queue: Queue,
    person: Person,
    now: datetime,
    pair: str,
    taken: Claim | AllClaimed,
) -> Response:
    request = _settled(request, pair)
    asked = dict(request.query_params)
    detail = _detail(session, pair, person, queue.id)
    speak = interface_of(request)
    others = taken.claims if isinstance(taken, AllClaimed) else ()
    names = {one.id: one.name for one in list_people(session)} if others else {}
    progress = queue_progress(session, queue.id, person.id, now)
    return pair_page(
        request,
        person,
        detail,
        queue=queue,
        position=position_of(speak, queue, progress, pair, asked),
        held=held_by(taken if isinstance(taken, Claim) else None, others, names),
        saved=_saved(request, session, person, asked),
        band=band_of(speak, session, detail.row.probability),
    )


def _settled(request: Request, pair: str) -> Request:
    """The request for this very pair: every link of the page leads back to it, whatever the queue would give next."""
    query = {key: value for key, value in request.query_params.items() if key not in {"after", "ahead", "again"}}
    return Request({**request.scope, "query_string": urlencode({**query, "pair": pair}).encode()})


def _detail(session: Session, pair: str, person: Person, queue: str) -> PairDetail:
    detail = pair_detail(session, pair, sight_of(person, queue))
    if not isinstance(detail, PairDetail):
        raise NotHere(N_("This pair is not here any more."), f"/pairs/{pair}")
    return detail


def _saved(request: Request, session: Session, person: Person, asked: Mapping[str, str]) -> Saved | None:
    """The last decision of this person, which the address names together with its pair."""
    if not asked.get("saved") or not asked.get("before"):
        return None
    before = pair_detail(session, asked["before"], sight_of(person))
    found = before if isinstance(before, PairDetail) else None
    return saved_of(interface_of(request), found, asked["saved"], person.id)


def _ahead(request: Request, session: Session, queue: Queue, person: Person, now: datetime) -> Response:
    """The pair after this one, fetched while this one is read; both are lent to the reader."""
    here = request.query_params.get("after", "")
    found = next_pair(session, queue.id, person.id, now, here)
    if here:
        claim(session, queue.id, here, person.id, now)
    if not isinstance(found, Claimed) or found.pair == here:
        return Response(status_code=204)
    return _show(request, session, queue, person, now, found.pair, found.claim)


@router.post("/queue/decide")
def decide(request: Request, person: Viewer, db: Db, now: Now, form: _Form) -> Response:
    """Store a decision and go on; where others were faster, the page says who and what."""
    _may_decide(person)
    problems = problems_of(form)
    with db.write() as session:
        if problems:
            return _sent_back(request, session, person, now, form, problems)
        detail = _detail(session, form.pair, person, form.queue)
        result = record(session, request_of(form, person, detail.hidden), now)
        if isinstance(result, Conflict):
            return _in_conflict(request, session, person, form, result)
        answer = _go_on(request, session, person, now, form, result)
        if wants_refit(session):
            answer.background = BackgroundTask(_learn, request.app.state.learning, db, now)
        return answer


def _learn(lock: Lock, db: Database, now: datetime) -> None:
    """Learn from the decisions while people read on; never twice at a time."""
    if lock.acquire(blocking=False):
        try:
            refit(db, now)
        finally:
            lock.release()


def _sent_back(
    request: Request,
    session: Session,
    person: Person,
    now: datetime,
    form: Sent,
    problems: tuple[tuple[str, str], ...],
) -> Response:
    if visit_of(request).wants_json:
        said = " ".join(interface_of(request).gettext(problem) for _, problem in problems)
        return JSONResponse({"error": {"status": 422, "message": said, "problems": problems}}, 422)
    queue = _queue(session, form.queue) if form.queue else None
    detail = _detail(session, form.pair, person, form.queue)
    position = None
    if queue is not None:
        progress = queue_progress(session, queue.id, person.id, now)
        position = position_of(interface_of(request), queue, progress, form.pair, form.kept)
    return pair_page(request, person, detail, queue=queue, position=position, given=form.given, problems=problems)


def _in_conflict(request: Request, session: Session, person: Person, form: Sent, conflict: Conflict) -> Response:
    return conflict_page(request, session, person, form, conflict)


def _go_on(
    request: Request, session: Session, person: Person, now: datetime, form: Sent, result: Recorded | Repeated
) -> Response:
    """To the next pair; a page with a script learns which one that is, and may have it already."""
    decision = result.decision
    kept = kept_display(form.kept)
    if not form.queue:
        address = f"/pairs/{form.pair}?saved={decision.id}"
    else:
        address = queue_address(form.queue, kept, before=form.pair, saved=decision.id)
    if not visit_of(request).wants_json:
        return see_other(address)
    speak = interface_of(request)
    told: dict[str, str | int] = {
        "saved": saved_sentence(speak, decision.outcome, decision.made_at, decision.id).text
        if decision.outcome
        else "",
        "decision": decision.id,
        "next": address,
        "pair": form.pair,
    }
    if form.queue:
        queue = _queue(session, form.queue)
        found = next_pair(session, queue.id, person.id, now)
        progress = queue_progress(session, queue.id, person.id, now)
        pair = found.pair if isinstance(found, Claimed) else ""
        told["next"] = queue_address(form.queue, kept, pair=pair, before=form.pair, saved=decision.id)
        position = position_of(speak, queue, progress, pair, kept)
        told |= {"pair": pair, "position": position.text, "done": position.done, "of": position.of}
    return JSONResponse(told)


@router.post("/queue/undo")
def take_back(
    request: Request,
    person: Viewer,
    db: Db,
    now: Now,
    key: Annotated[str, Form(min_length=8, max_length=100)],
    decision: Annotated[str, Form(max_length=100)] = "",
    queue: Annotated[str, Form(max_length=200)] = "",
    keep: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Take back the decision that is named, or the person's last one, and show its pair again."""
    _may_decide(person)
    with db.write() as session:
        result = undo(session, person.id, person.role, decision or None, key=key, now=now)
        pair = result.decision.pair
        if queue:
            claim(session, queue, pair, person.id, now)
    address = queue_address(queue, {}, pair=pair) if queue else f"/pairs/{pair}"
    if visit_of(request).wants_json:
        said = interface_of(request).gettext("Taken back.")
        return JSONResponse({"saved": said, "decision": "", "next": address, "pair": pair})
    return see_other(address)


@router.post("/queue/renew")
def keep_claim(
    person: Viewer, db: Db, now: Now, pair: Annotated[str, Form()], queue: Annotated[str, Form()]
) -> Response:
    """Hold a pair for another while."""
    with db.write() as session:
        held = renew(session, queue, pair, person.id, now)
    return JSONResponse({"until": held.until if held else None})


@router.post("/queue/release")
def give_back(person: Viewer, db: Db, pair: Annotated[str, Form()], queue: Annotated[str, Form()] = "") -> Response:
    """Give a pair back, and go on with the queue."""
    with db.write() as session:
        if queue:
            release(session, queue, pair, person.id)
    return see_other(queue_address(queue, {}, after=pair) if queue else "/queues")
