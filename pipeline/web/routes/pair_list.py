"""All pairs of passages: a filtered, sorted list with its CSV, workbook and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.review.estimates import band_of
from pipeline.store.database import Database
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.listing import count_pairs, facets, list_pairs, losing_filter
from pipeline.web.access import Viewer, sight_of
from pipeline.web.downloads import as_csv, as_workbook
from pipeline.web.lists import (
    COLUMNS,
    FIELDS,
    ORDERS,
    asked_filter,
    asked_order,
    body_label,
    choices,
    filter_of,
    query_of,
    shown_columns,
    tags,
    without_field,
)
from pipeline.web.pages import Db, Now, render
from pipeline.web.services import bands_of
from pipeline.web.views import saved_views

if TYPE_CHECKING:
    from pipeline.store.database.views import PairRow
    from pipeline.store.database.views import Viewer as Seer

__all__ = ["router"]

router = APIRouter()

_ROWS = 50
_READ_AT_ONCE = 500
# Orders in which pairs of one band of the score stand together.
_BANDED = (Order.RANK, Order.PROBABILITY)
_FILTERABLE = {
    "bodies": "bodies",
    "relation": "relations",
    "class": "classes",
    "state": "states",
    "outcome": "outcomes",
    "flags": "flags",
}
_HEADS = (
    *("pair", "rank", "left", "right", "left_text", "right_text", "body_left", "body_right", "relation", "class"),
    *("probability", "state", "outcome", "proposed_action", "decided_by", "decided_at", "ranked", "comments"),
)


@router.get("/pairs")
def pairs(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """One page of the pairs that match the address."""
    wanted, order = asked_filter(request), asked_order(request)
    after = request.query_params.get("after") or None
    look = [(key, value) for key in ("order", "columns", "density") for value in request.query_params.getlist(key)]
    with db.read() as session:
        page = list_pairs(session, wanted, order, after, _ROWS, sight_of(person))
        count = count_pairs(session, wanted)
        counted = facets(session, wanted)
        demoted = count_pairs(session, PairFilter(flags=("demoted",)))
        bands = bands_of(request, session, now) if order in _BANDED else ()
        losing = losing_filter(session, wanted) if not page.rows and wanted != PairFilter() else None
    query = query_of(wanted)
    context: dict[str, object] = {
        "band_of": lambda probability: bands[band_of(probability)] if bands else None,
        "body_label": body_label,
        "choices": choices(wanted, counted),
        "columns": COLUMNS,
        "count": count,
        "demoted": demoted,
        "export_query": query_of(wanted, order=order.value),
        "filter_query": query,
        "filterable": _FILTERABLE,
        "kept": [*wanted.to_query(), ("order", order.value)],
        "look": look,
        "losing": losing,
        "losing_label": FIELDS[losing[0]] if losing else "",
        "may_decide": person.role.may_decide,
        "narrow": request.query_params.get("density") == "narrow",
        "order": order,
        "orders": ORDERS,
        "page": page,
        "query": request.url.query,
        "shown": shown_columns(request),
        "tags": tags(wanted, "/pairs", look),
        "views": saved_views(db, person, "/pairs", filter_of),
        "wanted": wanted,
        "without": f"/pairs?{query_of(without_field(wanted, losing[0]))}" if losing else "",
    }
    twin = {"filter": wanted.to_query(), "order": order, "count": count, "page": page, "facets": counted}
    return render(request, "lists/pairs.html", context, json_twin=twin)


@router.get("/pairs.csv")
def pairs_csv(request: Request, person: Viewer, db: Db) -> Response:
    """All pairs that match, as CSV."""
    rows = _all(db, asked_filter(request), asked_order(request), sight_of(person))
    return as_csv("overlap-pairs.csv", _HEADS, rows)


@router.get("/pairs.xlsx")
def pairs_xlsx(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """The pairs that match, as a workbook."""
    wanted = asked_filter(request)
    rows = _all(db, wanted, asked_order(request), sight_of(person))
    notes = (
        "Pairs of passages found by software; the outcome is what people decided.",
        f"Filter: {query_of(wanted) or 'none'}",
        "The probability gives an order. It is no frequency before people have judged pairs of its band.",
    )
    return as_workbook("overlap-pairs.xlsx", "Pairs", _HEADS, rows, notes, now)


def _all(
    db: Database, wanted: PairFilter, order: Order, viewer: Seer
) -> Iterator[tuple[str | int | float | None, ...]]:
    """Every matching pair as cells, page by page, so that a list of any length takes little memory."""
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_pairs(session, wanted, order, after, _READ_AT_ONCE, viewer)
        yield from map(_cells, page.rows)
        after = page.next
        if after is None:
            return


def _cells(row: PairRow) -> tuple[str | int | float | None, ...]:
    return (
        row.id,
        row.rank,
        row.left_citation,
        row.right_citation,
        row.left_text,
        row.right_text,
        row.bodies[0],
        row.bodies[1],
        row.relation,
        row.wording,
        row.probability,
        row.state,
        row.outcome,
        row.remedy,
        row.decided_by,
        row.decided_at,
        int(not row.demoted),
        row.comments,
    )
