"""Findings, clusters and runs as the pages list them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.orm import Session

from pipeline.domain import PairState, Relation
from pipeline.errors import UnknownIdentifierError
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.paging import Key, fetch_page
from pipeline.store.database.schema import clauses, clusters, findings, pairs, resolutions, signals, texts
from pipeline.store.database.views import Page, PairRow, Viewer

__all__ = [
    "ClusterDetail",
    "ClusterMember",
    "ClusterRow",
    "FindingDetail",
    "FindingRow",
    "cluster_detail",
    "finding_detail",
    "list_clusters",
    "list_findings",
    "list_signals",
]

_PAIRS_OF_CLUSTER = 500


@dataclass(frozen=True, slots=True)
class FindingRow:
    """Two resolutions; ``states`` counts their pairs by state, ``coverage_a`` and ``_b`` are shares in [0, 1]."""

    id: str
    rank: int
    a: str
    b: str
    citation_a: str
    citation_b: str
    title_a: str
    title_b: str
    relation: Relation
    score: float
    coverage_a: float
    coverage_b: float
    cross_body: bool
    cluster: str | None
    headline: str | None
    pairs: int
    states: Mapping[str, int]
    present: bool


@dataclass(frozen=True, slots=True)
class FindingDetail:
    """A finding with its pairs, the aligned ones first, and the parts of its score."""

    row: FindingRow
    parts: tuple[tuple[str, float], ...]
    factors: tuple[tuple[str, float], ...]
    remedies: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    name_in_run: str
    aligned: tuple[PairRow, ...]
    others: tuple[PairRow, ...]


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """Clauses that say the same; ``successor`` is where the members of a cluster went that is no more."""

    id: str
    label: str
    theme: str
    size: int
    bodies: tuple[str, ...]
    present: bool
    successor: str | None


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """One clause of a cluster; ``excluded`` when a person took it out."""

    clause: str
    resolution: str
    citation: str
    text: str
    body: str
    sector: str
    language: str
    excluded: bool


@dataclass(frozen=True, slots=True)
class ClusterDetail:
    """A cluster with its members in the order of Sector, body and identifier, and the pairs among them by rank."""

    row: ClusterRow
    medoid: str | None
    remedies: tuple[tuple[str, str], ...]
    members: tuple[ClusterMember, ...]
    pairs: tuple[PairRow, ...]


def list_findings(
    session: Session,
    *,
    cross_body: bool | None = None,
    work: str | None = None,
    relation: str | None = None,
    cluster: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[FindingRow]:
    """One page of the findings of the current run by rank."""
    query = select(findings.c.id).where(findings.c.present)
    if cross_body is not None:
        query = query.where(findings.c.cross_body.is_(cross_body))
    if work is not None:
        query = query.where(or_(findings.c.work_a == work, findings.c.work_b == work))
    if relation is not None:
        query = query.where(findings.c.relation == relation)
    if cluster is not None:
        query = query.where(findings.c.cluster == cluster)
    key = Key((findings.c.rank, findings.c.id))
    return fetch_page(session, query, key, after, limit, lambda rows: _finding_rows(session, [r[0] for r in rows]))


def finding_detail(session: Session, name: str, viewer: Viewer | None = None) -> FindingDetail:
    """A finding by its identifier.

    Raises:
        UnknownIdentifierError: there is none.
    """
    rows = _finding_rows(session, [name])
    if not rows:
        raise UnknownIdentifierError(f"there is no finding {name!r}")
    detail = json.loads(session.execute(select(findings.c.detail).where(findings.c.id == name)).scalar_one())
    held = select(pairs.c.id).where(pairs.c.finding == name, pairs.c.state != PairState.ARCHIVED.value)
    others = [p for p in session.execute(held.order_by(pairs.c.rank)).scalars() if p not in set(detail["pairs"])]
    return FindingDetail(
        row=rows[0],
        parts=tuple((part[0], part[1]) for part in detail["parts"]),
        factors=tuple((factor[0], factor[1]) for factor in detail["factors"]),
        remedies=tuple((one[0], one[1]) for one in detail["remedies"]),
        reasons=tuple(detail["reasons"]),
        name_in_run=detail["name_in_run"],
        aligned=pair_rows_of(session, detail["pairs"], viewer),
        others=pair_rows_of(session, others, viewer),
    )


def list_clusters(session: Session, *, after: str | None = None, limit: int = 50) -> Page[ClusterRow]:
    """One page of the clusters of the current run, the largest first."""
    query = select(clusters).where(clusters.c.present)
    key = Key((clusters.c.size, clusters.c.id), descending=True)
    return fetch_page(session, query, key, after, limit, lambda rows: [_cluster(r._mapping) for r in rows])


def cluster_detail(session: Session, name: str, viewer: Viewer | None = None) -> ClusterDetail:
    """A cluster by its identifier; one that is no more keeps the members that it last had.

    Raises:
        UnknownIdentifierError: there never was one.
    """
    row = session.execute(select(clusters).where(clusters.c.id == name)).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"there is no cluster {name!r}")
    excluded = set(json.loads(row["excluded"]))
    query = (
        select(clauses, resolutions.c.body, resolutions.c.sector, texts.c.text)
        .join(resolutions, resolutions.c.id == clauses.c.resolution)
        .join(texts, texts.c.digest == clauses.c.digest)
        .where(clauses.c.id.in_(json.loads(row["members"])))
        .order_by(resolutions.c.sector, resolutions.c.body, clauses.c.id)
    )
    members = tuple(
        ClusterMember(
            clause=one["id"],
            resolution=one["resolution"],
            citation=one["citation"],
            text=one["text"],
            body=one["body"],
            sector=one["sector"],
            language=one["language"],
            excluded=one["series"] in excluded,
        )
        for one in session.execute(query).mappings()
    )
    held = select(pairs.c.id).where(pairs.c.cluster == name, pairs.c.state != PairState.ARCHIVED.value)
    names = list(session.execute(held.order_by(pairs.c.rank).limit(_PAIRS_OF_CLUSTER)).scalars())
    remedies = tuple((one[0], one[1]) for one in json.loads(row["remedies"]))
    return ClusterDetail(_cluster(row), row["medoid"], remedies, members, pair_rows_of(session, names, viewer))


def list_signals(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Kind, subject and message of each observation on a single text."""
    query = select(signals.c.kind, signals.c.subject, signals.c.message).order_by(signals.c.kind, signals.c.subject)
    return tuple((row.kind, row.subject, row.message) for row in session.execute(query))


def _finding_rows(session: Session, names: list[str]) -> tuple[FindingRow, ...]:
    a, b = resolutions.alias("text_a"), resolutions.alias("text_b")
    query = (
        select(
            findings,
            a.c.citation.label("citation_a"),
            b.c.citation.label("citation_b"),
            a.c.title.label("title_a"),
            b.c.title.label("title_b"),
        )
        .join(a, a.c.id == findings.c.a)
        .join(b, b.c.id == findings.c.b)
        .where(findings.c.id.in_(names))
    )
    found = {row["id"]: row for row in session.execute(query).mappings()}
    counted: dict[str, dict[str, int]] = {name: {} for name in names}
    states = select(pairs.c.finding, pairs.c.state, func.count()).where(pairs.c.finding.in_(names))
    for finding, state, number in session.execute(states.group_by(pairs.c.finding, pairs.c.state)):
        counted[finding][state] = number
    return tuple(_finding(found[name], counted[name]) for name in names if name in found)


def _finding(row: RowMapping, states: Mapping[str, int]) -> FindingRow:
    names = set(FindingRow.__dataclass_fields__) - {"relation", "states"}
    return FindingRow(**{name: row[name] for name in names}, relation=Relation(row["relation"]), states=states)


def _cluster(row: RowMapping) -> ClusterRow:
    names = set(ClusterRow.__dataclass_fields__) - {"bodies"}
    return ClusterRow(**{name: row[name] for name in names}, bodies=tuple(json.loads(row["bodies"])))
