"""Help: how the work goes, the keys, how to read scores, and how accessible the app is."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.reference import load_scoring
from pipeline.reference.closeness import load_closeness
from pipeline.web.access import Viewer
from pipeline.web.keys import ACTIONS, key_map
from pipeline.web.pages import render
from pipeline.web.visit import visit_of

__all__ = ["router"]

router = APIRouter()


@router.get("/help")
def help_page(request: Request, person: Viewer) -> Response:
    """How a day of review goes."""
    return render(request, "guide/help.html", {}, json_twin={"page": "help"})


@router.get("/help/shortcuts")
def shortcuts(request: Request, person: Viewer) -> Response:
    """The keys of the review region, as this person has them."""
    keys = key_map(visit_of(request).preferences)
    twin = {"on": keys.on, "keys": dict(keys.keys)}
    return render(request, "guide/shortcuts.html", {"actions": ACTIONS, "keys": keys}, json_twin=twin)


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """The accessibility statement; open to everybody, for who cannot sign in must be able to read it."""
    return render(request, "guide/accessibility.html", {}, json_twin={"page": "accessibility", "target": "WCAG 2.2 AA"})


@router.get("/about-scores")
def about_scores(request: Request, person: Viewer) -> Response:
    """What probability, shares and classes mean, and what they do not."""
    classes, thresholds = load_closeness().classes, load_scoring().thresholds
    context = {"classes": classes, "thresholds": thresholds}
    return render(request, "guide/scores.html", context, json_twin=context)
