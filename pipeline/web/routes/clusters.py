"""Clusters: passages of several texts that say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import Remedy, Sector
from pipeline.store.database.clusters import (
    LONGEST_NAME,
    ClusterDetail,
    ClusterMember,
    cluster_detail,
    count_clusters,
    list_clusters,
    rename_cluster,
    set_member,
)
from pipeline.web.access import Viewer, sight_of
from pipeline.web.downloads import as_csv, as_workbook
from pipeline.web.lists import body_label
from pipeline.web.pages import Db, Now, render, see_other
from pipeline.web.services import known

__all__ = ["router"]

router = APIRouter()

_ROWS = 50
# A matrix wider than this cannot be read; the list of pairs tells the same.
_WIDEST_MATRIX = 16
_HEADS = ("cluster", "label", "theme", "size", "bodies")


@dataclass(frozen=True, slots=True)
class _Cell:
    """The strength between two members: ``level`` from 0 to 4 for its shade, ``pair`` where it can be read."""

    probability: float | None
    level: int
    pair: str


@dataclass(frozen=True, slots=True)
class _Line:
    member: ClusterMember
    cells: tuple[_Cell, ...]


@router.get("/clusters")
def clusters(request: Request, person: Viewer, db: Db) -> Response:
    """One page of the clusters, the largest first."""
    after = request.query_params.get("after") or None
    with db.read() as session:
        page, count = list_clusters(session, after=after, limit=_ROWS), count_clusters(session)
    context = {"page": page, "count": count, "body_label": body_label}
    return render(request, "lists/clusters.html", context, json_twin={"page": page, "count": count})


@router.get("/clusters.csv")
def clusters_csv(person: Viewer, db: Db) -> Response:
    """All clusters, as CSV."""
    return as_csv("overlap-clusters.csv", _HEADS, _all(db))


@router.get("/clusters.xlsx")
def clusters_xlsx(person: Viewer, db: Db, now: Now) -> Response:
    """All clusters, as a workbook."""
    notes = ("Passages of several texts that appear to say the same; grouped by software.",)
    return as_workbook("overlap-clusters.xlsx", "Clusters", _HEADS, _all(db), notes, now)


@router.get("/clusters/{name}")
def cluster(request: Request, name: str, person: Viewer, db: Db) -> Response:
    """One cluster: its members by Sector and body, the strengths between them, the passage that stands for all."""
    with db.read() as session, known():
        detail = cluster_detail(session, name, sight_of(person))
    kept = [member for member in detail.members if not member.excluded]
    context = {
        "body_label": body_label,
        "cluster": detail,
        "kept": kept,
        "excluded": [member for member in detail.members if member.excluded],
        "matrix": _matrix(detail, kept) if 1 < len(kept) <= _WIDEST_MATRIX else (),
        "medoid": next((member for member in detail.members if member.clause == detail.medoid), None),
        "longest_name": LONGEST_NAME,
        "may_change": person.role.may_decide and detail.row.present,
        "remedies": tuple((Remedy(code), why) for code, why in detail.remedies),
        "sectors": _by_sector(kept),
    }
    return render(request, "lists/cluster.html", context, json_twin=detail)


@router.post("/clusters/{name}/name")
def rename(person: Viewer, db: Db, now: Now, name: str, label: Annotated[str, Form()] = "") -> Response:
    """Give the cluster a name."""
    with db.write() as session, known():
        rename_cluster(session, name, label, person.id, person.role, now)
    return see_other(f"/clusters/{name}")


@router.post("/clusters/{name}/members")
def change_member(
    person: Viewer,
    db: Db,
    now: Now,
    name: str,
    clause: Annotated[str, Form()],
    excluded: Annotated[Literal["yes", "no"], Form()],
) -> Response:
    """Take a passage out of the cluster, or put it back."""
    with db.write() as session, known():
        set_member(session, name, clause, excluded=excluded == "yes", person=person.id, role=person.role, now=now)
    return see_other(f"/clusters/{name}")


def _by_sector(members: Sequence[ClusterMember]) -> tuple[tuple[str, tuple[ClusterMember, ...]], ...]:
    """The members under the name of each Sector, in the order of the list."""
    return tuple((_sector(code), tuple(group)) for code, group in groupby(members, key=lambda member: member.sector))


def _sector(code: str) -> str:
    return Sector(code).label if code in set(Sector) else code


def _matrix(detail: ClusterDetail, members: Sequence[ClusterMember]) -> tuple[_Line, ...]:
    between = {frozenset((row.left_clause, row.right_clause)): row for row in detail.pairs}
    lines = []
    for member in members:
        cells = []
        for other in members:
            row = between.get(frozenset((member.clause, other.clause))) if member is not other else None
            probability = row.probability if row is not None else None
            level = 0 if probability is None else 1 + min(3, int(probability * 4))
            cells.append(_Cell(probability, level, row.id if row is not None else ""))
        lines.append(_Line(member, tuple(cells)))
    return tuple(lines)


def _all(db: Db) -> list[tuple[str | int, ...]]:
    rows: list[tuple[str | int, ...]] = []
    after: str | None = None
    while True:
        with db.read() as session:
            page = list_clusters(session, after=after, limit=500)
        rows += [(row.id, row.label, row.theme, row.size, " ".join(row.bodies)) for row in page.rows]
        after = page.next
        if after is None:
            return rows
