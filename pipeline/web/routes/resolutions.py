"""Texts: the list, and each one with its passages, its editions and what it cites."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from pipeline.domain import Body, Relation, Sector, Standing
from pipeline.report.diff import compare_texts
from pipeline.report.differences import Shares, weigh_runs
from pipeline.store.database import Database, Session
from pipeline.store.database.findings import FindingFilter, FindingRow, list_findings
from pipeline.store.database.library import (
    OutlineClause,
    ResolutionDetail,
    ResolutionRow,
    count_resolutions,
    list_resolutions,
    resolution_detail,
)
from pipeline.web.access import Viewer
from pipeline.web.charts import Chart, dots
from pipeline.web.downloads import as_csv, as_workbook
from pipeline.web.i18n import N_, Interface
from pipeline.web.lists import asked_bodies, body_label
from pipeline.web.pages import Db, Now, interface_of, render
from pipeline.web.routes.compare import text_of
from pipeline.web.screens import resolution_address
from pipeline.web.services import known
from pipeline.web.views import saved_views

__all__ = ["router"]

router = APIRouter()

_ROWS = 100
_FINDINGS = 12
_HEADS = ("id", "body", "citation", "title", "language", "standing", "year", "clauses", "document")
STANDINGS = {
    Standing.IN_FORCE: N_("in force"),
    Standing.SUPERSEDED: N_("replaced by a newer edition"),
    Standing.PROPOSED: N_("proposed"),
    Standing.SUPPRESSED: N_("suppressed"),
    Standing.QUARANTINED: N_("set aside: two readings run together"),
}


@dataclass(frozen=True, slots=True)
class _Call:
    """The passages under one call; ``part`` is preambular, operative or annex."""

    call: str
    part: str
    clauses: tuple[OutlineClause, ...]


@dataclass(frozen=True, slots=True)
class _Edition:
    """An edition, and how much of it stood in the one before: None for the first."""

    row: ResolutionRow
    shares: Shares | None
    before: str


@router.get("/resolutions")
def resolutions(request: Request, person: Viewer, db: Db) -> Response:
    """One page of the texts of the current run."""
    (bodies, text), after = _wanted(request.query_params), request.query_params.get("after") or None
    with db.read() as session:
        page = list_resolutions(session, bodies=bodies, text=text, after=after, limit=_ROWS)
        count = count_resolutions(session, bodies=bodies, text=text)
    context = {
        "all_bodies": tuple(body for body in Body if body is not Body.UNKNOWN),
        "bodies": bodies,
        "body_label": body_label,
        "count": count,
        "export": urlencode([*(("body", body) for body in bodies), *((("text", text),) if text else ())]),
        "page": page,
        "standings": STANDINGS,
        "standing_of": Standing,
        "text": text,
        "views": saved_views(db, person, "/resolutions", _wanted),
    }
    twin = {"page": page, "count": count, "bodies": bodies, "text": text}
    return render(request, "library/resolutions.html", context, json_twin=twin)


def _wanted(query: QueryParams) -> tuple[tuple[str, ...], str]:
    """Bodies and words of an address of the list."""
    return asked_bodies(query), query.get("text", "").strip()


@router.get("/resolutions.csv")
def resolutions_csv(request: Request, person: Viewer, db: Db) -> Response:
    """All texts that match, as CSV."""
    return as_csv("overlap-texts.csv", _HEADS, _all(request, db))


@router.get("/resolutions.xlsx")
def resolutions_xlsx(request: Request, person: Viewer, db: Db, now: Now) -> Response:
    """All texts that match, as a workbook."""
    notes = ("Texts as they were read; the standing is that on the day of the run.",)
    return as_workbook("overlap-texts.xlsx", "Texts", _HEADS, _all(request, db), notes, now)


@router.get("/resolutions/{name:path}")
def resolution(request: Request, name: str, person: Viewer, db: Db) -> Response:
    """One text in one edition; without an edition the newest one, ``a/b/no/edition`` leads to ``a/b/no@edition``."""
    if "@" not in name and (edition := _edition_address(name)):
        return RedirectResponse(edition, 307)
    with db.read() as session, known():
        detail = resolution_detail(session, name)
        editions = _editions(session, detail)
        found = list_findings(session, FindingFilter(work=detail.row.work), limit=_FINDINGS)
    speak = interface_of(request)
    context = {
        "body_label": body_label,
        "calls": _calls(detail.outline),
        "chart": _timeline(editions, speak),
        "detail": detail,
        "address_of": resolution_address,
        "editions": editions,
        "findings": found.rows,
        "other": {row.id: _other(row, detail.row.work) for row in found.rows},
        "sector": Sector(detail.row.sector).label if detail.row.sector in set(Sector) else detail.row.sector,
        "standing": STANDINGS[Standing(detail.row.standing)],
        "integrates": [row for row in found.rows if row.relation is Relation.INTEG],
    }
    twin = {"resolution": detail, "editions": editions, "findings": found.rows}
    return render(request, "library/resolution.html", context, json_twin=twin)


def _edition_address(name: str) -> str:
    """Where ``pp/res/901/2022`` leads: the year may stand behind a slash, as people write it."""
    head, _, last = name.rpartition("/")
    if head.count("/") >= 2 and (last.isdigit() or last == "unk"):
        return resolution_address(f"{head}@{last}")
    return ""


def _other(row: FindingRow, work: str) -> tuple[str, str, str]:
    """The text at the other end of a finding: identifier, citation, title."""
    if row.a.startswith(f"{work}@") or row.a == work:
        return row.b, row.citation_b, row.title_b
    return row.a, row.citation_a, row.title_a


def _calls(outline: tuple[OutlineClause, ...]) -> tuple[_Call, ...]:
    groups: list[tuple[str, str, list[OutlineClause]]] = []
    for clause in outline:
        if not groups or groups[-1][:2] != (clause.call, clause.part):
            groups.append((clause.call, clause.part, []))
        groups[-1][2].append(clause)
    return tuple(_Call(call, part, tuple(clauses)) for call, part, clauses in groups)


def _editions(session: Session, detail: ResolutionDetail) -> tuple[_Edition, ...]:
    """All editions, each compared with the one before it, word by word."""
    found, before, text_before = [], "", ""
    for row in detail.editions:
        held = detail if row.id == detail.row.id else resolution_detail(session, row.id)
        text = text_of(held)
        shares = weigh_runs(compare_texts(text_before, text)) if before else None
        found.append(_Edition(row, shares, before))
        before, text_before = row.id, text
    return tuple(found)


def _timeline(editions: tuple[_Edition, ...], speak: Interface) -> Chart | None:
    """How much of each edition stood in the one before; nothing to draw for one or two."""
    points = [
        (
            edition.row.edition or "–",
            edition.shares.right.share or 0.0,
            speak.percent(edition.shares.right.share or 0.0),
        )
        for edition in editions
        if edition.shares is not None
    ]
    if len(points) < 2:
        return None
    least = min(points, key=lambda point: point[1])
    return dots(
        "editions",
        speak.gettext("How much of each edition stood in the one before"),
        speak.gettext(
            "The greatest change came with the edition of %(edition)s: %(share)s of its words were there before.",
            edition=least[0],
            share=least[2],
        ),
        (speak.gettext("Edition"), speak.gettext("Share of words")),
        points,
    )


def _all(request: Request, db: Database) -> list[tuple[str | int | None, ...]]:
    bodies, text = _wanted(request.query_params)
    rows: list[tuple[str | int | None, ...]] = []
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_resolutions(session, bodies=bodies, text=text, after=after, limit=500)
        rows += [
            (r.id, r.body, r.citation, r.title, r.language, r.standing, r.year, r.clauses, r.document)
            for r in page.rows
        ]
        after = page.next
        if after is None:
            return rows
