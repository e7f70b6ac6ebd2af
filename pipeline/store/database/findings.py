"""Findings as the pages list them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, RowMapping, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from pipeline.domain import PairState, Relation
from pipeline.errors import UnknownIdentifierError
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.paging import Key, fetch_page
from pipeline.store.database.schema import cells, findings, pairs, resolutions, signals
from pipeline.store.database.views import Count, Page, PairRow, Viewer

__all__ = [
    "ALL_FINDINGS",
    "FindingDetail",
    "FindingFilter",
    "FindingOrder",
    "FindingRow",
    "count_findings",
    "finding_detail",
    "list_findings",
    "list_signals",
]

# Beyond this a number is told as "at least".
_COUNTED = 10_000
# Pairs in a state up to which their findings are looked up, instead of the pairs of each finding.
_FEW = 50_000


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


class FindingOrder(StrEnum):
    """By rank, by the larger of the two coverages, or by the number of pairs, the most first."""

    RANK = "rank"
    COVERAGE = "coverage"
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings are wanted; what is empty excludes nothing.

    ``bodies`` and ``sectors``: one of the two texts is of one of them. ``states``: one of the pairs is in one of them.
    ``text``: each word stands in the citation or title of one of the two texts.
    """

    cross_body: bool | None = None
    work: str = ""
    relation: str = ""
    cluster: str = ""
    bodies: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    text: str = ""


ALL_FINDINGS = FindingFilter()
_COVERAGE = case((findings.c.coverage_a > findings.c.coverage_b, findings.c.coverage_a), else_=findings.c.coverage_b)
_KEYS = {
    FindingOrder.RANK: Key((findings.c.rank, findings.c.id)),
    FindingOrder.COVERAGE: Key((_COVERAGE, findings.c.id), descending=True),
    FindingOrder.PAIRS: Key((findings.c.pairs, findings.c.id), descending=True),
}


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


def list_findings(
    session: Session,
    wanted: FindingFilter = ALL_FINDINGS,
    *,
    order: FindingOrder = FindingOrder.RANK,
    after: str | None = None,
    limit: int = 50,
) -> Page[FindingRow]:
    """One page of the findings of the current run."""
    query = select(findings.c.id).where(*_conditions(session, wanted))
    key = _KEYS[order]
    return fetch_page(session, query, key, after, limit, lambda rows: _finding_rows(session, [r[0] for r in rows]))


def count_findings(session: Session, wanted: FindingFilter = ALL_FINDINGS) -> Count:
    """How many findings match; from ten thousand on, at least so many."""
    capped = (
        select(literal(1)).select_from(findings).where(*_conditions(session, wanted)).limit(_COUNTED + 1).subquery()
    )
    number = session.execute(select(func.count()).select_from(capped)).scalar_one()
    return Count(min(number, _COUNTED), exact=number <= _COUNTED)


def _conditions(session: Session, wanted: FindingFilter) -> Iterator[ColumnElement[bool]]:
    yield findings.c.present
    if wanted.cross_body is not None:
        yield findings.c.cross_body.is_(wanted.cross_body)
    if wanted.work:
        yield or_(findings.c.work_a == wanted.work, findings.c.work_b == wanted.work)
    if wanted.relation:
        yield findings.c.relation == wanted.relation
    if wanted.cluster:
        yield findings.c.cluster == wanted.cluster
    if wanted.bodies:
        yield _one_text(resolutions.c.body.in_(wanted.bodies))
    if wanted.sectors:
        yield _one_text(resolutions.c.sector.in_(wanted.sectors))
    if wanted.states:
        yield _holds(session, wanted.states)
    for word in wanted.text.split():
        holds = (column.icontains(word, autoescape=True) for column in (resolutions.c.citation, resolutions.c.title))
        yield _one_text(or_(*holds))


def _holds(session: Session, states: tuple[str, ...]) -> ColumnElement[bool]:
    """That one of the pairs of a finding is in one of these states."""
    number = select(func.coalesce(func.sum(cells.c.number), 0)).where(cells.c.state.in_(states))
    if session.execute(number).scalar_one() <= _FEW:
        return findings.c.id.in_(select(pairs.c.finding).where(pairs.c.state.in_(states)))
    return exists().where(pairs.c.finding == findings.c.id, pairs.c.state.in_(states)).correlate(findings)


def _one_text(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """That one of the two texts of a finding fulfils a condition."""
    met = select(resolutions.c.id).where(condition)
    return or_(findings.c.a.in_(met), findings.c.b.in_(met))


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
