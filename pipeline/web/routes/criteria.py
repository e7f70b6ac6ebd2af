"""The guidance for decisions, as a page and as the panel beside a pair."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.reference.criteria import load_criteria
from pipeline.web.access import Viewer
from pipeline.web.pages import render
from pipeline.web.visit import visit_of

__all__ = ["router"]

router = APIRouter()


@router.get("/criteria")
def criteria(request: Request, person: Viewer) -> Response:
    """What each outcome means, when it holds, and worked examples; ``?panel=1`` gives the panel alone."""
    guidance = load_criteria(visit_of(request).language)
    panel = request.query_params.get("panel") == "1"
    template = "guide/criteria_panel.html" if panel else "guide/criteria.html"
    return render(request, template, {"criteria": guidance}, json_twin=guidance)
