"""One decision for all pairs of a list: looked at first, confirmed, and taken back as one."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import Outcome, Remedy
from pipeline.errors import FilterError, UsageError
from pipeline.reference.criteria import load_criteria
from pipeline.store.database.bulk import (
    MOST_AT_ONCE,
    BulkRequest,
    BulkResult,
    decide_bulk,
    preview_bulk,
    undo_batch,
)
from pipeline.store.database.filters import PairFilter
from pipeline.web.access import Refused, Viewer
from pipeline.web.i18n import N_
from pipeline.web.lists import asked_filter, query_of, tags
from pipeline.web.pages import Db, Now, render

__all__ = ["router"]

router = APIRouter()

Text = Annotated[str, Form()]
_FINAL = tuple(outcome for outcome in Outcome if outcome.is_final)


@router.get("/bulk")
def preview(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """How many pairs match, which would be skipped and why, and a sample; nothing is decided yet."""
    if not person.role.may_decide:
        raise Refused(403, N_("This needs another role than yours."))
    wanted = asked_filter(request)
    problem = ""
    try:
        with db.read() as session:
            found = preview_bulk(session, person.id, person.role, now, wanted=wanted)
    except UsageError as error:
        found, problem = None, str(error)
    context = {
        "key": secrets.token_urlsafe(18),
        "list_address": f"/pairs?{query_of(wanted)}",
        "most": MOST_AT_ONCE,
        "outcomes": _FINAL,
        "preview": found,
        "problem": problem,
        "query": query_of(wanted),
        "remedies": tuple(Remedy),
        "tags": tags(wanted, "/bulk"),
    }
    return render(request, "lists/bulk.html", context, json_twin={"filter": wanted.to_query(), "preview": found})


@router.post("/bulk")
def decide(
    request: Request,
    person: Viewer,
    db: Db,
    now: Now,
    query: Text = "",
    outcome: Text = "",
    remedy: Text = "",
    reason: Text = "",
    key: Text = "",
    excluded: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Record the outcome for all of them under one batch."""
    if outcome not in set(_FINAL):
        raise UsageError("choose one of the six outcomes")
    if remedy and remedy not in set(Remedy):
        raise FilterError(f"{remedy!r} is no proposed action")
    asked = BulkRequest(
        person=person.id,
        role=person.role,
        outcome=Outcome(outcome),
        reason=reason,
        key=key,
        filter=PairFilter.from_query(parse_qsl(query)),
        excluded=tuple(excluded or ()),
        remedy=Remedy(remedy) if remedy else None,
        criteria=load_criteria().version,
    )
    with db.write() as session:
        done = decide_bulk(session, asked, now)
    return _told(request, done, Outcome(outcome), query, undone=False)


@router.post("/bulk/{batch}/undo")
def undo(request: Request, batch: str, person: Viewer, db: Db, now: Now, query: Text = "", key: Text = "") -> Response:
    """Take the whole batch back."""
    with db.write() as session:
        done = undo_batch(session, batch, person.id, person.role, key=key or secrets.token_urlsafe(18), now=now)
    return _told(request, done, None, query, undone=True)


def _told(request: Request, done: BulkResult, outcome: Outcome | None, query: str, *, undone: bool) -> Response:
    context = {
        "key": secrets.token_urlsafe(18),
        "list_address": f"/pairs?{query}" if query else "/pairs",
        "outcome": outcome,
        "query": query,
        "result": done,
        "undone": undone,
    }
    return render(request, "lists/bulk_done.html", context, json_twin=done)
