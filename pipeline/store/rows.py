"""How a noun becomes one flat row of a table, and back.

What people query is a column; what only we read again is JSON text made by pydantic from the noun's own types, so a
field added to a nested noun is stored without a change here. Reading gives back the noun that was written, exactly.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from pydantic import TypeAdapter

from pipeline.domain import (
    Adopter,
    Block,
    Citation,
    CitationKind,
    Clause,
    Cluster,
    Document,
    DocumentKind,
    DocumentMetadata,
    Evidence,
    Finding,
    Lineage,
    Mandate,
    Notice,
    Overlap,
    Part,
    Relation,
    Remedy,
    Resolution,
    ResolutionPair,
    Revision,
    Section,
    Signal,
    SignalKind,
    Span,
    Standing,
    instrument_of,
    parse_instrument_id,
)

__all__ = [
    "Row",
    "citation_from_row",
    "citation_to_row",
    "clauses_to_rows",
    "cluster_from_row",
    "cluster_to_row",
    "document_from_row",
    "document_to_row",
    "finding_from_row",
    "finding_to_row",
    "lineage_from_row",
    "lineage_to_row",
    "overlap_from_row",
    "overlap_to_row",
    "pair_from_row",
    "pair_to_row",
    "resolution_to_row",
    "resolutions_from_rows",
    "signal_from_row",
    "signal_to_row",
]

Row = dict[str, Any]
T = TypeVar("T")

_BLOCKS = TypeAdapter(tuple[Block, ...])
_CITATIONS = TypeAdapter(tuple[Citation, ...])
_EVIDENCE = TypeAdapter(Evidence)
_NO_EVIDENCE = Evidence(0.0, (), ())
_MANDATE = TypeAdapter(Mandate)
_NOTICES = TypeAdapter(tuple[Notice, ...])
_REMEDIES = TypeAdapter(tuple[tuple[Remedy, str], ...])
_REVISIONS = TypeAdapter(tuple[Revision, ...])
_WEIGHTS = TypeAdapter(tuple[tuple[str, float], ...])
# Sections without their clauses, each with the number of clauses to take from the clauses table.
_SECTIONS = TypeAdapter(tuple[tuple[Section, int], ...])
_HEADER = ("symbol", "meeting", "date", "agenda_item", "source", "title", "original_language")


def citation_to_row(citation: Citation) -> Row:
    """One row of the citations table."""
    return {
        "document_id": citation.document_id,
        "kind": citation.kind.value,
        "text": citation.text,
        "span_start": citation.span.start,
        "span_end": citation.span.end,
        "target": citation.target,
        "rule": citation.rule,
        "clause": citation.clause,
    }


def citation_from_row(row: Row) -> Citation:
    """The citation that a row was made from."""
    return Citation(
        kind=CitationKind(row["kind"]),
        text=row["text"],
        span=Span(row["span_start"], row["span_end"]),
        target=row["target"],
        rule=row["rule"],
        clause=row["clause"],
        document_id=row["document_id"],
    )


def document_to_row(document: Document) -> Row:
    """One row of the documents table."""
    metadata = document.metadata
    return {
        "id": document.id,
        "path": document.path,
        "digest": document.digest,
        "format": document.format,
        "language": document.language,
        "kind": document.kind.value,
        **{name: getattr(metadata, name) for name in _HEADER},
        "inferred": list(metadata.inferred),
        "copies": list(document.copies),
        "text": document.text,
        "blocks": _to_json(_BLOCKS, document.blocks),
        "notices": _to_json(_NOTICES, document.notices),
        "revisions": _to_json(_REVISIONS, document.revisions),
    }


def document_from_row(row: Row) -> Document:
    """The document that a row was made from."""
    return Document(
        id=row["id"],
        path=row["path"],
        digest=row["digest"],
        format=row["format"],
        text=row["text"],
        blocks=_BLOCKS.validate_json(row["blocks"]),
        language=row["language"],
        kind=DocumentKind(row["kind"]),
        metadata=DocumentMetadata(
            **{name: row[name] for name in _HEADER},
            inferred=tuple(row["inferred"]),
        ),
        notices=_NOTICES.validate_json(row["notices"]),
        copies=tuple(row["copies"]),
        revisions=_REVISIONS.validate_json(row["revisions"]),
    )


def resolution_to_row(resolution: Resolution) -> Row:
    """One row of the resolutions table; the clauses go to a table of their own."""
    heads = tuple((replace(section, clauses=()), len(section.clauses)) for section in resolution.sections)
    return {
        **_edition_columns(resolution),
        "id": str(resolution.id),
        "work": str(resolution.id.work),
        "type": resolution.id.type.value,
        "year": resolution.id.year,
        "title": resolution.title,
        "language": resolution.language,
        "document_id": resolution.document_id,
        "number_line": resolution.number_line,
        "marker": resolution.marker,
        "reasons": resolution.reasons,
        "amends": resolution.amends,
        "standing": resolution.standing.value,
        "clauses": sum(count for _, count in heads),
        "span_start": resolution.span.start,
        "span_end": resolution.span.end,
        "history": list(resolution.history),
        "sections": _to_json(_SECTIONS, heads),
        "citations": _to_json(_CITATIONS, resolution.citations),
        "notices": _to_json(_NOTICES, resolution.notices),
    }


def clauses_to_rows(resolution: Resolution) -> Iterator[Row]:
    """Rows of the clauses table, in reading order."""
    edition = _edition_columns(resolution)
    for position, clause in enumerate(resolution.clauses):
        yield {
            **edition,
            "id": clause.id,
            "resolution": str(resolution.id),
            "position": position,
            "part": clause.part.value,
            "call": clause.call,
            "label": clause.label,
            "path": list(clause.path),
            "text": clause.text,
            "span_start": clause.span.start,
            "span_end": clause.span.end,
            "page": clause.page,
            "actors": list(clause.actors),
            "partners": list(clause.partners),
            "mandate": None if clause.mandate is None else _to_json(_MANDATE, clause.mandate),
        }


def resolutions_from_rows(rows: Iterable[Row], clause_rows: Iterable[Row]) -> Iterator[Resolution]:
    """The resolutions that the rows of both tables, in the order written, were made from."""
    clauses = map(_clause_from_row, clause_rows)
    for row in rows:
        heads = _SECTIONS.validate_json(row["sections"])
        yield Resolution(
            id=parse_instrument_id(row["id"]),
            title=row["title"],
            language=row["language"],
            document_id=row["document_id"],
            number_line=row["number_line"],
            span=Span(row["span_start"], row["span_end"]),
            sections=tuple(replace(head, clauses=tuple(islice(clauses, count))) for head, count in heads),
            citations=_CITATIONS.validate_json(row["citations"]),
            standing=Standing(row["standing"]),
            marker=row["marker"],
            history=tuple(row["history"]),
            notices=_NOTICES.validate_json(row["notices"]),
            reasons=row["reasons"],
            amends=row["amends"],
        )


def lineage_to_row(lineage: Lineage) -> Row:
    """One row of the lineages table."""
    return {"work": lineage.work, "editions": list(lineage.editions)}


def lineage_from_row(row: Row) -> Lineage:
    """The lineage that a row was made from."""
    return Lineage(row["work"], tuple(row["editions"]))


def overlap_to_row(overlap: Overlap) -> Row:
    """One row of the overlaps table."""
    return {
        "id": overlap.id,
        "left": overlap.left,
        "right": overlap.right,
        "left_body": _body_of(overlap.left.partition("#")[0]).value,
        "right_body": _body_of(overlap.right.partition("#")[0]).value,
        "relation": overlap.relation.value,
        "probability": overlap.probability,
        "similarity": overlap.similarity,
        "containment_left": overlap.containment_left,
        "containment_right": overlap.containment_right,
        "information": overlap.information,
        "evidence": _to_json(_EVIDENCE, overlap.evidence),
    }


def overlap_from_row(row: Row) -> Overlap:
    """The overlap that a row was made from; with empty evidence where that column was not read."""
    return Overlap(
        id=row["id"],
        left=row["left"],
        right=row["right"],
        relation=Relation(row["relation"]),
        probability=row["probability"],
        similarity=row["similarity"],
        containment_left=row["containment_left"],
        containment_right=row["containment_right"],
        information=row["information"],
        evidence=_EVIDENCE.validate_json(row["evidence"]) if "evidence" in row else _NO_EVIDENCE,
    )


def pair_to_row(pair: ResolutionPair) -> Row:
    """One row of the table of scored resolution pairs."""
    return {
        "a": pair.a,
        "b": pair.b,
        "body_a": pair.body_a,
        "body_b": pair.body_b,
        "relation": pair.relation.value,
        "probability": pair.probability,
        "coverage_a": pair.coverage_a,
        "coverage_b": pair.coverage_b,
        "cites": pair.cites,
        "strength": pair.strength,
        "overlaps": list(pair.overlaps),
        "matched_a": list(pair.matched_a),
        "matched_b": list(pair.matched_b),
        "reasons": list(pair.reasons),
    }


def pair_from_row(row: Row) -> ResolutionPair:
    """The resolution pair that a row was made from."""
    lists = {name: tuple(row[name]) for name in ("overlaps", "matched_a", "matched_b", "reasons")}
    return ResolutionPair(**{**row, **lists, "relation": Relation(row["relation"])})


def cluster_to_row(cluster: Cluster) -> Row:
    """One row of the clusters table."""
    return {
        "id": cluster.id,
        "label": cluster.label,
        "medoid": cluster.medoid,
        "size": len(cluster.members),
        "bodies": list(cluster.bodies),
        "members": list(cluster.members),
        "overlaps": list(cluster.overlaps),
        "theme": cluster.theme,
        "remedies": _to_json(_REMEDIES, cluster.remedies),
    }


def cluster_from_row(row: Row) -> Cluster:
    """The cluster that a row was made from."""
    lists: Row = {name: tuple(row[name]) for name in ("members", "bodies", "overlaps")}
    names: Row = {name: row[name] for name in ("id", "label", "medoid", "theme")}
    return Cluster(**names, **lists, remedies=_REMEDIES.validate_json(row["remedies"]))


def finding_to_row(finding: Finding) -> Row:
    """One row of the findings table."""
    return {
        "id": finding.id,
        "rank": finding.rank,
        "a": finding.a,
        "b": finding.b,
        "relation": finding.relation.value,
        "score": finding.score,
        "cross_body": finding.cross_body,
        "headline": finding.headline,
        "cluster": finding.cluster,
        "overlaps": list(finding.overlaps),
        "reasons": list(finding.reasons),
        "parts": _to_json(_WEIGHTS, finding.parts),
        "factors": _to_json(_WEIGHTS, finding.factors),
        "remedies": _to_json(_REMEDIES, finding.remedies),
        "family": finding.family,
    }


def finding_from_row(row: Row) -> Finding:
    """The finding that a row was made from."""
    return Finding(
        id=row["id"],
        rank=row["rank"],
        a=row["a"],
        b=row["b"],
        relation=Relation(row["relation"]),
        score=row["score"],
        parts=_WEIGHTS.validate_json(row["parts"]),
        factors=_WEIGHTS.validate_json(row["factors"]),
        headline=row["headline"],
        overlaps=tuple(row["overlaps"]),
        cluster=row["cluster"],
        cross_body=row["cross_body"],
        remedies=_REMEDIES.validate_json(row["remedies"]),
        reasons=tuple(row["reasons"]),
        family=row["family"],
    )


def signal_to_row(signal: Signal) -> Row:
    """One row of the signals table."""
    return {"kind": signal.kind.value, "subject": signal.subject, "message": signal.message}


def signal_from_row(row: Row) -> Signal:
    """The signal that a row was made from."""
    return Signal(SignalKind(row["kind"]), row["subject"], row["message"])


def _clause_from_row(row: Row) -> Clause:
    return Clause(
        id=row["id"],
        part=Part(row["part"]),
        call=row["call"],
        label=row["label"],
        path=tuple(row["path"]),
        text=row["text"],
        span=Span(row["span_start"], row["span_end"]),
        page=row["page"],
        actors=tuple(row["actors"]),
        partners=tuple(row["partners"]),
        mandate=None if row["mandate"] is None else _MANDATE.validate_json(row["mandate"]),
    )


def _edition_columns(resolution: Resolution) -> Row:
    text = resolution.id
    return {"body": text.body.value, "sector": text.sector.value, "number": text.number, "edition": text.edition}


@lru_cache(maxsize=65_536)
def _body_of(instrument: str) -> Adopter:
    return instrument_of(instrument).body


def _to_json(adapter: TypeAdapter[T], value: T) -> str:
    return adapter.dump_json(value).decode()
