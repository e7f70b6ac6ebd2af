"""Any two passages, texts or editions side by side; to read, to share, to print and to keep as one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.domain import instrument_of
from pipeline.errors import UnknownIdentifierError
from pipeline.store.database import Session
from pipeline.store.database.library import ResolutionDetail, resolution_detail
from pipeline.web.access import Viewer
from pipeline.web.comparison import ComparisonView, Mode, Side, comparison_of
from pipeline.web.pages import Db, render
from pipeline.web.screens import resolution_address
from pipeline.web.standalone import one_file

__all__ = ["router", "text_of", "whole"]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One side as it was asked for: its name, the side if it was found, else what is wrong with it."""

    name: str
    side: Side | None
    problem: str


@router.get("/compare")
def compare(request: Request, person: Viewer, db: Db) -> Response:
    """The comparison that the address names, or a form that asks for two texts."""
    query = request.query_params
    with db.read() as session:
        sides = [_find(session, query.get(name, "").strip()) for name in ("left", "right")]
    view = _view(sides, query)
    context = {
        "asked": sides,
        "view": view,
        "modes": tuple(Mode),
        "identical": query.get("identical") == "hide",
        "standard": query.get("standard") == "plain",
    }
    missing = any(one.problem for one in sides)
    if view is not None and query.get("file") == "html":
        return one_file(request, "compare/file.html", {"view": view}, "overlap-comparison.html")
    twin = {"left": sides[0].name, "right": sides[1].name, "comparison": view, "problems": [s.problem for s in sides]}
    return render(request, "compare/page.html", context, json_twin=twin, status=404 if missing else 200)


def _view(sides: list[_Asked], query: Mapping[str, str]) -> ComparisonView | None:
    left, right = sides[0].side, sides[1].side
    if left is None or right is None:
        return None
    mode = Mode(query["mode"]) if query.get("mode") in set(Mode) else Mode.SIDE
    fold, dim = query.get("identical") == "hide", query.get("standard") != "plain"
    return comparison_of(left, right, mode=mode, fold=fold, dim=dim, moves=query.get("moved") != "hide")


def _find(session: Session, name: str) -> _Asked:
    """The passage or the text of an identifier; the identifier of a work means its newest edition."""
    if not name:
        return _Asked("", None, "")
    try:
        detail = resolution_detail(session, str(instrument_of(name)))
    except UnknownIdentifierError:
        return _Asked(name, None, "unknown")
    side = _passage(detail, name) if "#" in name else whole(detail)
    return _Asked(name, side, "" if side is not None else "unknown")


def _passage(detail: ResolutionDetail, name: str) -> Side | None:
    """One passage of a text; without an edition that of the newest one."""
    row, place = detail.row, name[len(str(instrument_of(name))) :]
    clause = next((one for one in detail.outline if one.id == f"{row.id}{place}"), None)
    if clause is None:
        return None
    return Side(
        row.citation,
        clause.spot,
        clause.text,
        row.language,
        resolution_address(row.id, clause.id),
        clause.page,
        row.title,
    )


def whole(detail: ResolutionDetail) -> Side:
    """A whole text as one side of a comparison."""
    row = detail.row
    place = row.edition or ""
    return Side(row.citation, place, text_of(detail), row.language, resolution_address(row.id), None, row.title)


def text_of(detail: ResolutionDetail) -> str:
    """The words of a text, a line for each call and each clause."""
    lines: list[str] = []
    call = None
    for clause in detail.outline:
        if clause.call != call:
            call = clause.call
            lines.append(call)
        lines.append(f"{clause.label} {clause.text}".strip())
    return "\n".join(line for line in lines if line)
