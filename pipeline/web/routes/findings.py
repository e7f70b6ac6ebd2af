"""Findings: pairs of texts in order of rank, and one finding with its pairs of passages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from pipeline.domain import Body, PairState, Relation, Remedy, Sector
from pipeline.errors import FilterError
from pipeline.store.database import Database
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.findings import (
    FindingFilter,
    FindingOrder,
    FindingRow,
    count_findings,
    finding_detail,
    list_findings,
)
from pipeline.store.database.listing import count_pairs
from pipeline.web.access import Viewer, sight_of
from pipeline.web.downloads import as_csv, as_workbook
from pipeline.web.i18n import N_
from pipeline.web.lists import Tag
from pipeline.web.pages import Db, Now, render
from pipeline.web.services import known
from pipeline.web.views import saved_views
from pipeline.web.wording import RELATIONS, STATES

__all__ = ["router"]

router = APIRouter()

_ROWS = 50
_READ_AT_ONCE = 500
_HEADS = (
    *("finding", "rank", "text_a", "text_b", "title_a", "title_b", "relation", "score", "coverage_a", "coverage_b"),
    *("two_bodies", "pairs", "pairs_awaiting", "pairs_decided", "cluster"),
)
_CROSS = {"": None, "true": True, "false": False}
_CROSS_LABELS = {"true": N_("two bodies"), "false": N_("one body")}
_ORDERS = {
    FindingOrder.RANK: N_("by rank"),
    FindingOrder.COVERAGE: N_("by coverage"),
    FindingOrder.PAIRS: N_("by number of pairs"),
}
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "states": (N_("State"), {state.value: label for state, label in STATES.items() if state is not PairState.ARCHIVED}),
    "sectors": (N_("Sector"), {sector.value: sector.label for sector in Sector}),
    "bodies": (N_("Body"), {body.value: body.label for body in Body if body is not Body.UNKNOWN}),
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The filter of an address; its lists are those of ``_LISTS``."""

    filter: FindingFilter
    order: FindingOrder

    @property
    def parts(self) -> list[tuple[str, str, str, str, bool]]:
        """Key, value, label of both, and whether the value stays as it is in every language."""
        held, found = self.filter, []
        if held.text:
            found.append(("text", held.text, N_("Words"), held.text, True))
        if held.cross_body is not None:
            cross = str(held.cross_body).lower()
            found.append(("cross_body", cross, N_("Bodies"), _CROSS_LABELS[cross], False))
        if held.relation:
            found.append(("relation", held.relation, N_("Relation"), RELATIONS[Relation(held.relation)], False))
        for name, (label, values) in _LISTS.items():
            found += [(name, one, label, values[one], name != "states") for one in getattr(held, name)]
        if held.work:
            found.append(("work", held.work, N_("Text"), held.work, True))
        if held.cluster:
            found.append(("cluster", held.cluster, N_("Cluster"), held.cluster, True))
        return found

    @property
    def query(self) -> str:
        """The parts as a query string."""
        return urlencode([(key, value) for key, value, *_ in self.parts])


def _wanted(query: QueryParams) -> _Wanted:
    relation, cross, order = query.get("relation", ""), query.get("cross_body", ""), query.get("order", "")
    if relation and relation not in set(Relation):
        raise FilterError(f"{relation!r} is no relation; there are {', '.join(Relation)}")
    if cross not in _CROSS:
        raise FilterError(f"cross_body must be true or false, not {cross!r}")
    lists = {name: tuple(dict.fromkeys(filter(None, query.getlist(name)))) for name in _LISTS}
    for name, values in lists.items():
        if unknown := [value for value in values if value not in _LISTS[name][1]]:
            raise FilterError(f"{unknown[0]!r} is no value of {name}; there are {', '.join(_LISTS[name][1])}")
    found = FindingFilter(
        cross_body=_CROSS[cross],
        work=query.get("work", "").strip(),
        relation=relation,
        cluster=query.get("cluster", "").strip(),
        text=" ".join(query.get("text", "").split()),
        **lists,
    )
    return _Wanted(found, FindingOrder(order) if order in set(FindingOrder) else FindingOrder.RANK)


@router.get("/findings")
def findings(request: Request, person: Viewer, db: Db) -> Response:
    """One page of the findings that match the address."""
    wanted = _wanted(request.query_params)
    after = request.query_params.get("after") or None
    with db.read() as session:
        page = list_findings(session, wanted.filter, order=wanted.order, after=after, limit=_ROWS)
        count = count_findings(session, wanted.filter)
        demoted = count_pairs(session, PairFilter(flags=("demoted",)))
    context = {
        "count": count,
        "demoted": demoted,
        "lists": _LISTS,
        "narrow": request.query_params.get("density") == "narrow",
        "order": wanted.order,
        "orders": _ORDERS,
        "page": page,
        "query": wanted.query,
        "relations": tuple(relation for relation in Relation if relation.is_finding),
        "tags": _tags(wanted),
        "views": saved_views(db, person, "/findings", _wanted),
        "wanted": wanted.filter,
    }
    twin = {"filter": [part[:2] for part in wanted.parts], "page": page, "count": count, "not_ranked": demoted}
    return render(request, "lists/findings.html", context, json_twin=twin)


@router.get("/findings.csv")
def findings_csv(request: Request, person: Viewer, db: Db) -> Response:
    """All findings that match, as CSV."""
    return as_csv("overlap-findings.csv", _HEADS, _all(db, _wanted(request.query_params)))


@router.get("/findings.xlsx")
def findings_xlsx(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """The findings that match, as a workbook."""
    wanted = _wanted(request.query_params)
    notes = (
        "Pairs of texts found by software; coverage is the share of what one text orders that stands in the other.",
        f"Filter: {wanted.query or 'none'}",
    )
    return as_workbook("overlap-findings.xlsx", "Findings", _HEADS, _all(db, wanted), notes, now)


@router.get("/findings/{name}")
def finding(request: Request, name: str, person: Viewer, db: Db) -> Response:
    """One finding: its score in parts, and its pairs of passages."""
    with db.read() as session, known():
        detail = finding_detail(session, name, sight_of(person))
    remedies = tuple((Remedy(code), why) for code, why in detail.remedies)
    return render(request, "lists/finding.html", {"finding": detail, "remedies": remedies}, json_twin=detail)


def _tags(wanted: _Wanted) -> tuple[Tag, ...]:
    made, parts = [], wanted.parts
    for index, (_, _, label, value, plain) in enumerate(parts):
        rest = urlencode([(key, one) for key, one, *_ in (*parts[:index], *parts[index + 1 :])])
        made.append(Tag(label, value, plain, f"/findings?{rest}" if rest else "/findings"))
    return tuple(made)


def _all(db: Database, wanted: _Wanted) -> Iterator[tuple[str | int | float | None, ...]]:
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_findings(session, wanted.filter, order=wanted.order, after=after, limit=_READ_AT_ONCE)
        yield from map(_cells, page.rows)
        after = page.next
        if after is None:
            return


def _cells(row: FindingRow) -> tuple[str | int | float | None, ...]:
    awaiting = sum(number for state, number in row.states.items() if PairState(state).awaits_decision)
    return (
        row.id,
        row.rank,
        row.citation_a,
        row.citation_b,
        row.title_a,
        row.title_b,
        row.relation,
        row.score,
        row.coverage_a,
        row.coverage_b,
        int(row.cross_body),
        row.pairs,
        awaiting,
        row.states.get(PairState.DECIDED.value, 0),
        row.cluster,
    )
