"""Findings: pairs of texts in order of rank, and one finding with its pairs of passages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.domain import PairState, Relation, Remedy
from pipeline.errors import FilterError
from pipeline.store.database import Database
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.findings import FindingRow, finding_detail, list_findings
from pipeline.store.database.listing import count_pairs
from pipeline.web.access import Viewer, sight_of
from pipeline.web.downloads import as_csv, as_workbook
from pipeline.web.i18n import N_
from pipeline.web.lists import Tag
from pipeline.web.pages import Db, Now, render
from pipeline.web.services import known
from pipeline.web.views import saved_views
from pipeline.web.wording import RELATIONS

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


@dataclass(frozen=True, slots=True)
class _Wanted:
    relation: str
    work: str
    cluster: str
    cross: str

    @property
    def parts(self) -> list[tuple[str, str, str, str, bool]]:
        """Key, value, label of both, and whether the value stays as it is in every language."""
        found = []
        if self.cross:
            found.append(("cross_body", self.cross, N_("Bodies"), _CROSS_LABELS[self.cross], False))
        if self.relation:
            found.append(("relation", self.relation, N_("Relation"), RELATIONS[Relation(self.relation)], False))
        if self.work:
            found.append(("work", self.work, N_("Text"), self.work, True))
        if self.cluster:
            found.append(("cluster", self.cluster, N_("Cluster"), self.cluster, True))
        return found

    @property
    def query(self) -> str:
        """The parts as a query string."""
        return urlencode([(key, value) for key, value, *_ in self.parts])


def _wanted(request: Request) -> _Wanted:
    query = request.query_params
    wanted = _Wanted(
        query.get("relation", ""),
        query.get("work", "").strip(),
        query.get("cluster", "").strip(),
        query.get("cross_body", ""),
    )
    if wanted.relation and wanted.relation not in set(Relation):
        raise FilterError(f"{wanted.relation!r} is no relation; there are {', '.join(Relation)}")
    if wanted.cross not in _CROSS:
        raise FilterError(f"cross_body must be true or false, not {wanted.cross!r}")
    return wanted


@router.get("/findings")
def findings(request: Request, person: Viewer, db: Db) -> Response:
    """One page of the findings that match the address."""
    wanted = _wanted(request)
    after = request.query_params.get("after") or None
    with db.read() as session:
        page = list_findings(
            session,
            cross_body=_CROSS[wanted.cross],
            work=wanted.work or None,
            relation=wanted.relation or None,
            cluster=wanted.cluster or None,
            after=after,
            limit=_ROWS,
        )
        demoted = count_pairs(session, PairFilter(flags=("demoted",)))
    context = {
        "demoted": demoted,
        "narrow": request.query_params.get("density") == "narrow",
        "page": page,
        "query": wanted.query,
        "relations": tuple(relation for relation in Relation if relation.is_finding),
        "tags": _tags(wanted),
        "views": saved_views(db, person, "/findings"),
        "wanted": wanted,
    }
    twin = {"filter": [part[:2] for part in wanted.parts], "page": page, "not_ranked": demoted}
    return render(request, "lists/findings.html", context, json_twin=twin)


@router.get("/findings.csv")
def findings_csv(request: Request, person: Viewer, db: Db) -> Response:
    """All findings that match, as CSV."""
    return as_csv("overlap-findings.csv", _HEADS, _all(db, _wanted(request)))


@router.get("/findings.xlsx")
def findings_xlsx(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """The findings that match, as a workbook."""
    wanted = _wanted(request)
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
    made = []
    for key, _, label, value, plain in wanted.parts:
        rest = urlencode([(k, v) for k, v, *_ in wanted.parts if k != key])
        made.append(Tag(label, value, plain, f"/findings?{rest}" if rest else "/findings"))
    return tuple(made)


def _all(db: Database, wanted: _Wanted) -> Iterator[tuple[str | int | float | None, ...]]:
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_findings(
                session,
                cross_body=_CROSS[wanted.cross],
                work=wanted.work or None,
                relation=wanted.relation or None,
                cluster=wanted.cluster or None,
                after=after,
                limit=_READ_AT_ONCE,
            )
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
