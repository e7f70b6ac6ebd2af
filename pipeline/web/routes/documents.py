"""Documents: what was read, how far its reading can be trusted, and what could not be read."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import Role
from pipeline.errors import UsageError
from pipeline.review.claims import stamp
from pipeline.store.database import Database
from pipeline.store.database.audit import EventFilter, list_events
from pipeline.store.database.library import count_documents, document_detail, list_documents, rejected_files
from pipeline.store.database.recording import add_event
from pipeline.web.access import Refused, Viewer
from pipeline.web.downloads import as_csv, as_workbook
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, render, see_other
from pipeline.web.screens import resolution_address
from pipeline.web.services import known
from pipeline.web.views import saved_views

__all__ = ["FAULT", "router"]

router = APIRouter()

_ROWS = 100
FAULT = "reading-fault"
"""The kind of an event that reports a document as read wrong."""

_HEADS = ("id", "path", "symbol", "title", "format", "language", "kind", "pages", "quality", "grade")
GRADES = {
    "good": N_("no sign of a fault"),
    "check": N_("look at the warnings"),
    "poor": N_("do not trust it"),
    "not judged": N_("not judged"),
}
KINDS = {
    "instruments": N_("adopted texts"),
    "proposal": N_("proposal"),
    "report": N_("report"),
    "other": N_("other"),
}


@router.get("/documents")
def documents(request: Request, person: Viewer, db: Db) -> Response:
    """One page of the files of the current run, and those that were rejected."""
    text, after = request.query_params.get("text", "").strip(), request.query_params.get("after") or None
    with db.read() as session:
        page = list_documents(session, text=text, after=after, limit=_ROWS)
        count, refused = count_documents(session, text=text), rejected_files(session)
    context = {
        "page": page,
        "count": count,
        "rejected": refused,
        "text": text,
        "grades": GRADES,
        "kinds": KINDS,
        # The only filter of this list is words, which always fit.
        "views": saved_views(db, person, "/documents", lambda _: None),
    }
    return render(
        request, "library/documents.html", context, json_twin={"page": page, "count": count, "rejected": refused}
    )


@router.get("/documents.csv")
def documents_csv(request: Request, person: Viewer, db: Db) -> Response:
    """All files that match, as CSV."""
    return as_csv("overlap-documents.csv", _HEADS, _all(request, db))


@router.get("/documents.xlsx")
def documents_xlsx(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """All files that match, as a workbook."""
    notes = ("Quality is a figure from 0 to 1 for how far the reading can be trusted; 1 means no sign of a fault.",)
    return as_workbook("overlap-documents.xlsx", "Documents", _HEADS, _all(request, db), notes, now)


@router.get("/documents/{name:path}")
def document(request: Request, name: str, person: Viewer, db: Db) -> Response:
    """One file: its facts, its quality with every warning, and the texts in it."""
    with db.read() as session, known():
        detail = document_detail(session, name)
        faults = list_events(session, EventFilter(kinds=(FAULT,), subject=detail.row.id), limit=20).rows
    context = {
        "address_of": resolution_address,
        "document": detail,
        "faults": faults,
        "grades": GRADES,
        "kinds": KINDS,
        "may_report": person.role is not Role.VIEWER,
    }
    return render(request, "library/document.html", context, json_twin=detail)


@router.post("/document-faults")
def report(
    person: Viewer, db: Db, now: Now, document: Annotated[str, Form()] = "", fault: Annotated[str, Form()] = ""
) -> Response:
    """Write down that a document was read wrong; whoever prepares the next run finds it in the ledger."""
    if person.role is Role.VIEWER:
        raise Refused(403, N_("This needs another role than yours."))
    if not fault.strip():
        raise UsageError("say what was read wrong, and where")
    with db.write() as session, known():
        detail = document_detail(session, document)
        body: dict[str, object] = {"text": fault.strip()[:2000]}
        at, role = stamp(now), person.role.value
        run, name = detail.row.run, detail.row.id
        add_event(session, FAULT, at=at, actor=person.id, role=role, subject=name, run=run, body=body)
    return see_other(f"/documents/{quote(detail.row.id)}#faults")


def _all(request: Request, db: Database) -> list[tuple[str | int | float | None, ...]]:
    text = request.query_params.get("text", "").strip()
    rows: list[tuple[str | int | float | None, ...]] = []
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_documents(session, text=text, after=after, limit=500)
        rows += [
            (r.id, r.path, r.symbol, r.title, r.format, r.language, r.kind, r.pages, r.figure, r.grade)
            for r in page.rows
        ]
        after = page.next
        if after is None:
            return rows
