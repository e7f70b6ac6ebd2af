"""Runs: what was read and found, when, with what, and what changed from one to the next."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.domain import Relation
from pipeline.store.database import Session
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.runs import RunDifference, list_runs, run_detail, run_difference
from pipeline.store.database.views import PairRow
from pipeline.web.access import Viewer, sight_of
from pipeline.web.downloads import as_csv
from pipeline.web.pages import Db, render
from pipeline.web.services import known

__all__ = ["router"]

router = APIRouter()

# Pairs that a page of a difference tells one by one; the CSV file has them all.
_SHOWN = 100


@router.get("/runs")
def runs(request: Request, person: Viewer, db: Db) -> Response:
    """All runs that were imported, the newest first."""
    with db.read() as session:
        found = list_runs(session)
    return render(request, "runs/list.html", {"runs": found}, json_twin=found)


@router.get("/runs/compare")
def choose(request: Request, person: Viewer) -> Response:
    """Where the form for two runs leads."""
    query = request.query_params
    return RedirectResponse(f"/runs/{query.get('a', '')}/vs/{query.get('b', '')}", 303)


@router.get("/runs/{name}")
def run(request: Request, name: str, person: Viewer, db: Db) -> Response:
    """One run: inputs, counts, time, versions, settings, limits that bit."""
    with db.read() as session, known():
        detail, found = run_detail(session, name), list_runs(session)
    before = next((one for one in found if one.created_at < detail.row.created_at), None)
    return render(request, "runs/run.html", {"run_shown": detail, "before": before, "runs": found}, json_twin=detail)


@router.get("/runs/{a}/vs/{b}")
def difference(request: Request, a: str, b: str, person: Viewer, db: Db) -> Response:
    """What differs between two runs."""
    with db.read() as session, known():
        found = run_difference(session, a, b)
        rows = _rows(session, found, person)
        both = run_detail(session, a).row, run_detail(session, b).row
    context = {
        "difference": found,
        "rows": rows,
        "shown": _SHOWN,
        "runs": both,
        "relation_of": Relation,
    }
    return render(request, "runs/difference.html", context, json_twin=found)


@router.get("/runs/{a}/vs/{b}/pairs.csv")
def difference_csv(a: str, b: str, person: Viewer, db: Db) -> Response:
    """Every pair that differs, as CSV."""
    with db.read() as session, known():
        found = run_difference(session, a, b)
    heads = ("pair", "what", "relation_before", "probability_before", "relation_after", "probability_after")
    rows: list[tuple[str | float | None, ...]] = [(pair, "gone", None, None, None, None) for pair in found.only_a]
    rows += [(pair, "new", None, None, None, None) for pair in found.only_b]
    rows += [(change[0], "changed", *change[1:]) for change in found.changed]
    return as_csv("overlap-run-difference.csv", heads, rows)


def _rows(session: Session, found: RunDifference, person: Viewer) -> dict[str, PairRow]:
    """The pairs that the page tells, by identifier; one that was never imported is missing."""
    wanted = [*found.only_a[:_SHOWN], *found.only_b[:_SHOWN], *(change[0] for change in found.changed[:_SHOWN])]
    return {row.id: row for row in pair_rows_of(session, wanted, sight_of(person))}
