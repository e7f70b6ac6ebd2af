"""The ledger: who did what, when and why; to filter, to verify and to export."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response, StreamingResponse

from pipeline.domain import Role
from pipeline.errors import FilterError
from pipeline.store.database import Database
from pipeline.store.database.audit import EventFilter, export_decisions, export_events, list_events, verify_chain
from pipeline.store.database.people import list_people
from pipeline.web.access import Viewer, needs
from pipeline.web.downloads import as_csv, attachment
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, render
from pipeline.web.views import saved_views

__all__ = ["router"]

router = APIRouter()

_ROWS = 50
_LEDGER = needs(Role.REVIEWER, Role.PUBLISHER)
_HEADS = ("line", "id", "at", "actor", "role", "kind", "subject", "run", "digest")
KINDS = {
    "decision": N_("decision"),
    "undo": N_("decision taken back"),
    "comment": N_("comment"),
    "bulk": N_("decision on many pairs"),
    "bulk-undone": N_("decision on many pairs taken back"),
    "blind-lifted": N_("look behind a blind first pass"),
    "cluster-renamed": N_("cluster renamed"),
    "cluster-member-out": N_("passage taken out of a cluster"),
    "cluster-member-in": N_("passage put back into a cluster"),
    "reading-fault": N_("document read wrong"),
    "refit": N_("learning from the decisions"),
    "run-imported": N_("run taken over"),
    "queue-defined": N_("queue made"),
    "queue-closed": N_("queue closed"),
    "person-added": N_("person added"),
    "person-changed": N_("person changed"),
    "password-changed": N_("password changed"),
    "decisions-imported": N_("decisions imported"),
}


def _wanted(query: QueryParams) -> EventFilter:
    if unknown := [kind for kind in query.getlist("kind") if kind and kind not in KINDS]:
        raise FilterError(f"{unknown[0]!r} is no kind of line; there are {', '.join(KINDS)}")
    for key in ("since", "until"):
        value = query.get(key, "")
        if value and (len(value) < 10 or not value[:4].isdigit()):
            raise FilterError(f"{key} must be a day such as 2026-11-20, not {value!r}")
    until = query.get("until", "")
    return EventFilter(
        kinds=tuple(kind for kind in query.getlist("kind") if kind),
        actor=query.get("actor") or None,
        subject=query.get("subject", "").strip() or None,
        since=query.get("since") or None,
        until=f"{until}T99" if until else None,
    )


@router.get("/audit", dependencies=[_LEDGER])
def audit(request: Request, person: Viewer, db: Db) -> Response:
    """One page of the ledger, the newest line first; ``verify=1`` checks the whole chain."""
    query = request.query_params
    wanted = _wanted(query)
    with db.read() as session:
        page = list_events(session, wanted, query.get("after") or None, _ROWS)
        chain = verify_chain(session) if query.get("verify") == "1" else None
        people = list_people(session)
    kept = [(key, value) for key, value in query.multi_items() if key not in ("after", "lang", "verify") and value]
    context = {
        "chain": chain,
        "kinds": KINDS,
        "page": page,
        "people": people,
        "query": urlencode(kept),
        "views": saved_views(db, person, "/audit", _wanted),
        "wanted": wanted,
        "until": query.get("until", ""),
    }
    return render(request, "audit/list.html", context, json_twin={"page": page, "chain": chain})


@router.get("/audit.csv", dependencies=[_LEDGER])
def audit_csv(request: Request, person: Viewer, db: Db) -> Response:
    """The lines that match, as CSV."""
    return as_csv("overlap-audit.csv", _HEADS, _lines(db, _wanted(request.query_params)))


@router.get("/audit/events.jsonl", dependencies=[_LEDGER])
def events(person: Viewer, db: Db) -> Response:
    """The whole ledger, one JSON object a line."""
    return _stream(db, "overlap-ledger.jsonl", decisions=False)


@router.get("/audit/decisions.jsonl", dependencies=[_LEDGER])
def decisions(person: Viewer, db: Db) -> Response:
    """All decisions in the form that ``overlap audit import`` reads."""
    return _stream(db, "overlap-decisions.jsonl", decisions=True)


def _stream(db: Database, name: str, *, decisions: bool) -> Response:
    def lines() -> Iterator[str]:
        with db.read() as session:
            for line in export_decisions(session) if decisions else export_events(session):
                yield f"{line}\n"

    return StreamingResponse(lines(), media_type="application/jsonl; charset=utf-8", headers=attachment(name))


def _lines(db: Database, wanted: EventFilter) -> Iterator[tuple[str | int, ...]]:
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_events(session, wanted, after, 500)
        for one in page.rows:
            yield one.seq, one.id, one.at, one.name, one.role, one.kind, one.subject, one.run, one.digest
        after = page.next
        if after is None:
            return
