"""What was read: resolutions with their editions, documents with their quality."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.orm import Session

from pipeline.domain import PairState
from pipeline.errors import UnknownIdentifierError
from pipeline.store.database.paging import Key, fetch_page
from pipeline.store.database.schema import clauses, documents, pairs, references, rejected, resolutions, runs, texts
from pipeline.store.database.views import Count, Page

__all__ = [
    "ClauseCitations",
    "DocumentDetail",
    "DocumentRow",
    "Neighbour",
    "OutlineClause",
    "ResolutionDetail",
    "ResolutionRow",
    "clause_citations",
    "count_documents",
    "count_library",
    "count_resolutions",
    "document_detail",
    "list_documents",
    "list_resolutions",
    "rejected_files",
    "resolution_detail",
]


@dataclass(frozen=True, slots=True)
class ResolutionRow:
    """One text in one edition; ``pairs`` counts the pairs of its work that the current run has."""

    id: str
    work: str
    body: str
    sector: str
    title: str
    citation: str
    language: str
    standing: str
    year: int | None
    edition: str | None
    clauses: int
    document: str
    present: bool
    run: str


@dataclass(frozen=True, slots=True)
class OutlineClause:
    """One clause of an outline; ``pairs`` counts the pairs that it is in, ``best`` is the least rank among them."""

    id: str
    part: str
    call: str
    label: str
    spot: str
    text: str
    page: int | None
    pairs: int
    best: int | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A text that cites or is cited: ``id`` is an edition held, None where only the work is known."""

    work: str
    id: str | None
    citation: str
    count: int


@dataclass(frozen=True, slots=True)
class ClauseCitations:
    """What a clause cites itself, what the rest of its text cites, and which texts cite that text."""

    clause: tuple[Neighbour, ...]
    text: tuple[Neighbour, ...]
    cited_by: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class ResolutionDetail:
    """A text with its outline, its editions from the oldest to the newest, and what it cites and is cited by."""

    row: ResolutionRow
    number: str
    marker: str
    reasons: str
    amends: str | None
    notices: tuple[Mapping[str, str], ...]
    document_path: str
    outline: tuple[OutlineClause, ...]
    editions: tuple[ResolutionRow, ...]
    cites: tuple[Neighbour, ...]
    cited_by: tuple[Neighbour, ...]
    pairs: int


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One file that was read; ``figure`` in [0, 1] tells how far its reading can be trusted, None where not judged."""

    id: str
    path: str
    symbol: str | None
    title: str
    format: str
    language: str
    kind: str
    pages: int | None
    figure: float | None
    grade: str
    present: bool
    run: str


@dataclass(frozen=True, slots=True)
class DocumentDetail:
    """A file with the signs that lower its figure, its header facts and the texts found in it."""

    row: DocumentRow
    digest: str
    metadata: Mapping[str, Any]
    notices: tuple[Mapping[str, str], ...]
    copies: tuple[str, ...]
    loads: tuple[tuple[str, float], ...]
    warnings: tuple[Mapping[str, Any], ...]
    resolutions: tuple[ResolutionRow, ...]


def list_resolutions(
    session: Session, *, bodies: tuple[str, ...] = (), text: str = "", after: str | None = None, limit: int = 50
) -> Page[ResolutionRow]:
    """One page of the texts of the current run, by body and number; ``text`` is looked for in title and citation."""
    query = select(resolutions).where(*_of_texts(bodies, text))
    key = Key((resolutions.c.place, resolutions.c.id))
    return fetch_page(session, query, key, after, limit, lambda rows: [_resolution(r._mapping) for r in rows])


def count_resolutions(session: Session, *, bodies: tuple[str, ...] = (), text: str = "") -> Count:
    """How many texts ``list_resolutions`` gives in all."""
    query = select(func.count()).select_from(resolutions).where(*_of_texts(bodies, text))
    return Count(session.execute(query).scalar_one(), exact=True)


def _of_texts(bodies: tuple[str, ...], text: str) -> Iterator[ColumnElement[bool]]:
    yield resolutions.c.present
    if bodies:
        yield resolutions.c.body.in_(bodies)
    yield from _hold_words(text, (resolutions.c.title, resolutions.c.citation, resolutions.c.id))


def _hold_words(text: str, columns: tuple[ColumnElement[str], ...]) -> Iterator[ColumnElement[bool]]:
    """That each word stands in one of the columns."""
    for word in text.split():
        yield or_(*(column.icontains(word, autoescape=True) for column in columns))


def resolution_detail(session: Session, name: str) -> ResolutionDetail:
    """A text by its identifier; the identifier of a work gives its newest edition.

    Raises:
        UnknownIdentifierError: no run that was imported has it.
    """
    either = or_(resolutions.c.id == name, resolutions.c.work == name)
    newest = (resolutions.c.id == name).desc(), resolutions.c.present.desc(), resolutions.c.year.desc()
    row = session.execute(select(resolutions).where(either).order_by(*newest).limit(1)).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"no run that was imported has {name!r}")
    editions = select(resolutions).where(resolutions.c.work == row["work"])
    path = session.execute(select(documents.c.path).where(documents.c.id == row["document"])).scalar()
    outline = _outline(session, row["id"])
    return ResolutionDetail(
        row=_resolution(row),
        number=row["number"],
        marker=row["marker"],
        reasons=row["reasons"],
        amends=row["amends"],
        notices=tuple(json.loads(row["notices"])),
        document_path=path or "",
        outline=outline,
        editions=tuple(
            map(_resolution, session.execute(editions.order_by(resolutions.c.year, resolutions.c.id)).mappings())
        ),
        cites=_neighbours(session, references.c.target_work, references.c.source == row["id"]),
        cited_by=_neighbours(session, references.c.source_work, references.c.target_work == row["work"]),
        pairs=sum(clause.pairs for clause in outline),
    )


def clause_citations(session: Session, clause: str, resolution: str, work: str) -> ClauseCitations:
    """The citation neighbours of a clause of a text of a work; nothing where neither cites or is cited."""
    own = _neighbours(
        session, references.c.target_work, and_(references.c.source == resolution, references.c.clause == clause)
    )
    held = {one.work for one in own}
    rest = _neighbours(session, references.c.target_work, references.c.source == resolution)
    citing = _neighbours(session, references.c.source_work, references.c.target_work == work)
    return ClauseCitations(own, tuple(one for one in rest if one.work not in held), citing)


def list_documents(session: Session, *, text: str = "", after: str | None = None, limit: int = 50) -> Page[DocumentRow]:
    """One page of the files of the current run, by path."""
    query = select(documents).where(*_of_files(text))
    key = Key((documents.c.path, documents.c.id))
    return fetch_page(session, query, key, after, limit, lambda rows: [_document(r._mapping) for r in rows])


def count_documents(session: Session, *, text: str = "") -> Count:
    """How many files ``list_documents`` gives in all."""
    query = select(func.count()).select_from(documents).where(*_of_files(text))
    return Count(session.execute(query).scalar_one(), exact=True)


def _of_files(text: str) -> Iterator[ColumnElement[bool]]:
    yield documents.c.present
    yield from _hold_words(text, (documents.c.path, documents.c.title, documents.c.symbol))


def document_detail(session: Session, name: str) -> DocumentDetail:
    """A file by its identifier, its symbol or its path.

    Raises:
        UnknownIdentifierError: no run that was imported has it.
    """
    either = or_(documents.c.id == name, documents.c.symbol == name, documents.c.path == name)
    row = session.execute(select(documents).where(either).order_by(documents.c.present.desc())).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"no run that was imported has the document {name!r}")
    quality = json.loads(row["quality"])
    held = select(resolutions).where(resolutions.c.document == row["id"]).order_by(resolutions.c.place)
    return DocumentDetail(
        row=_document(row),
        digest=row["digest"],
        metadata=json.loads(row["metadata"]),
        notices=tuple(json.loads(row["notices"])),
        copies=tuple(json.loads(row["copies"])),
        loads=tuple((load[0], load[1]) for load in quality["loads"]),
        warnings=tuple(quality["warnings"]),
        resolutions=tuple(map(_resolution, session.execute(held).mappings())),
    )


def rejected_files(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Path, code and reason of each file that the current run could not read."""
    current = select(runs.c.id).where(runs.c.is_current)
    query = select(rejected.c.path, rejected.c.code, rejected.c.reason).where(rejected.c.run.in_(current))
    return tuple((row.path, row.code, row.reason) for row in session.execute(query.order_by(rejected.c.path)))


def count_library(session: Session) -> Mapping[str, Count]:
    """How many documents, resolutions and clauses the current run has."""
    return {
        table.name: Count(session.execute(select(func.count()).where(table.c.present)).scalar_one(), exact=True)
        for table in (documents, resolutions, clauses)
    }


def _outline(session: Session, resolution: str) -> tuple[OutlineClause, ...]:
    sides = (pairs.c.left_clause, pairs.c.right_clause)
    counted: dict[str, tuple[int, int]] = {}
    names = select(clauses.c.id).where(clauses.c.resolution == resolution)
    for side in sides:
        query = (
            select(side, func.count(), func.min(pairs.c.rank))
            .where(side.in_(names), pairs.c.state != PairState.ARCHIVED.value)
            .group_by(side)
        )
        for name, number, rank in session.execute(query):
            before = counted.get(name, (0, rank))
            counted[name] = before[0] + number, min(before[1], rank)
    query = select(clauses, texts.c.text).join(texts, texts.c.digest == clauses.c.digest)
    rows = session.execute(query.where(clauses.c.resolution == resolution).order_by(clauses.c.place)).mappings()
    return tuple(
        OutlineClause(
            **{name: row[name] for name in ("id", "part", "call", "label", "spot", "text", "page")},
            pairs=counted.get(row["id"], (0, 0))[0],
            best=counted[row["id"]][1] if row["id"] in counted else None,
        )
        for row in rows
    )


def _neighbours(session: Session, column: Any, condition: Any) -> tuple[Neighbour, ...]:  # noqa: ANN401
    rows = session.execute(
        select(column, func.count()).where(condition).group_by(column).order_by(func.count().desc(), column)
    ).all()
    works = [row[0] for row in rows]
    held = select(resolutions).where(resolutions.c.work.in_(works), resolutions.c.present)
    newest = {row["work"]: row for row in session.execute(held.order_by(resolutions.c.year)).mappings()}
    return tuple(
        Neighbour(
            work,
            newest[work]["id"] if work in newest else None,
            newest[work]["citation"] if work in newest else work,
            number,
        )
        for work, number in rows
    )


def _resolution(row: RowMapping) -> ResolutionRow:
    return ResolutionRow(**{name: row[name] for name in ResolutionRow.__dataclass_fields__})


def _document(row: RowMapping) -> DocumentRow:
    return DocumentRow(**{name: row[name] for name in DocumentRow.__dataclass_fields__})
