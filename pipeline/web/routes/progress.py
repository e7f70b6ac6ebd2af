"""How far the review is: what was found, how often scores were right, what is probably left."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import count_pairs, facets
from pipeline.store.database.measures import agreement, audit_slice, review_progress
from pipeline.store.database.queues import list_queues
from pipeline.web.access import Viewer
from pipeline.web.pages import Db, interface_of, render
from pipeline.web.progress import agreement_chart, band_chart, body_chart, score_chart, yield_chart

__all__ = ["router"]

router = APIRouter()


@router.get("/progress")
def progress(request: Request, person: Viewer, db: Db) -> Response:
    """The charts of the review with their figures, and an estimate of what is left."""
    with db.read() as session:
        found = review_progress(session)
        total = count_pairs(session, PairFilter())
        audit = audit_slice(session) if any(one.id == "audit" for one in list_queues(session)) else None
        agreed = {one.title: agreement(session, one.id) for one in list_queues(session) if one.reviewers > 1}
        counted = facets(session, PairFilter())
    speak = interface_of(request)
    charts = (
        yield_chart(found.curve, speak),
        band_chart(found.bands, speak),
        score_chart(found.bands, speak),
        body_chart(counted.get("body_pairs", ()), speak),
        agreement_chart(agreed, speak),
    )
    context = {
        "agreed": agreed,
        "audit": audit,
        "charts": [chart for chart in charts if chart is not None],
        "progress": found,
        "total": total,
    }
    twin = {"progress": found, "audit": audit, "agreement": agreed, "pairs": total}
    return render(request, "lists/progress.html", context, json_twin=twin)
