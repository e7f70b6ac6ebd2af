"""One passage on the page of its source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline.errors import RunError
from pipeline.store.database.detail import clause_view
from pipeline.store.database.runs import current_run
from pipeline.web.access import NotHere, Viewer
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, render
from pipeline.web.screens import resolution_address
from pipeline.web.services import known, sources_of

__all__ = ["router"]

router = APIRouter()


@router.get("/passage")
def passage(request: Request, person: Viewer, db: Db, clause: Annotated[str, Query(max_length=300)] = "") -> Response:
    """The page of the source that a clause stands on, as it was read, with the clause marked."""
    with db.read() as session, known():
        run = current_run(session)
        view = clause_view(session, clause)
    if run is None:
        raise NotHere(N_("There are no results yet: import a run first."))
    problem, found = "", None
    try:
        with known():
            found = sources_of(request).passage(run.id, Path(run.folder), clause)
    except RunError as error:
        problem = str(error)
    context = {
        "address": resolution_address(view.resolution, view.id),
        "clause": view,
        "passage": found,
        "problem": problem,
    }
    return render(request, "library/passage.html", context, json_twin={"clause": view, "passage": found})
