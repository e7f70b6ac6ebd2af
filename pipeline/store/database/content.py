"""What a run holds, as rows of the database: documents, texts, clauses, findings, clusters."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256

from pipeline.domain import (
    Clause,
    Document,
    DocumentQuality,
    Finding,
    QualityGrade,
    Resolution,
    RunRecord,
    boxes_of,
    cite,
    cite_clause,
    place_of,
)
from pipeline.quality import assess_documents
from pipeline.review import clause_series, text_digest
from pipeline.store.database.writing import Row

__all__ = ["RunContent", "finding_id"]


def finding_id(work_a: str, work_b: str) -> str:
    """Identifier of a finding that outlives editions: ``f-`` and 12 digits of the two works."""
    return f"f-{sha256(chr(10).join(sorted((work_a, work_b))).encode()).hexdigest()[:12]}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class RunContent:
    """A run with what the rows need to know of it."""

    record: RunRecord

    @property
    def run(self) -> str:
        """Identifier of the run."""
        return self.record.manifest.run_id

    @cached_property
    def resolutions(self) -> Mapping[str, Resolution]:
        """All texts by identifier."""
        return {str(one.id): one for one in self.record.resolutions}

    @cached_property
    def clauses(self) -> Mapping[str, tuple[Resolution, Clause]]:
        """All clauses with their texts, by identifier."""
        return {clause.id: (one, clause) for one in self.record.resolutions for clause in one.clauses}

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """All documents by identifier."""
        return {document.id: document for document in self.record.documents}

    @cached_property
    def qualities(self) -> Mapping[str, DocumentQuality]:
        """How far each document can be trusted, by identifier."""
        found = assess_documents(self.record.documents, self.record.resolutions)
        return {quality.document_id: quality for quality in found}

    def is_doubtful(self, resolution: str) -> bool:
        """Whether the document of a text was read with signs of a fault."""
        quality = self.qualities.get(self.resolutions[resolution].document_id)
        return quality is not None and quality.grade in (QualityGrade.CHECK, QualityGrade.POOR)

    def document_rows(self) -> Iterator[Row]:
        """Rows of the documents."""
        for document in self.record.documents:
            quality = self.qualities[document.id]
            pages = [block.page for block in document.blocks if block.page is not None]
            yield {
                "id": document.id,
                "path": document.path,
                "digest": document.digest,
                "format": document.format,
                "language": document.language,
                "kind": document.kind.value,
                "symbol": document.metadata.symbol,
                "title": document.metadata.title or "",
                "metadata": _json(asdict(document.metadata)),
                "notices": _json([asdict(notice) for notice in document.notices]),
                "copies": _json(document.copies),
                "pages": max(pages, default=None),
                "figure": quality.figure,
                "grade": quality.grade.value,
                "quality": _json({"loads": quality.loads, "warnings": [asdict(w) for w in quality.warnings]}),
                "present": True,
                "run": self.run,
            }

    def resolution_rows(self) -> Iterator[Row]:
        """Rows of the texts, in the order of the run."""
        for place, (name, one) in enumerate(sorted(self.resolutions.items())):
            yield {
                "id": name,
                "work": str(one.id.work),
                "body": one.body.value,
                "sector": one.body.sector.value,
                "type": one.id.type.value,
                "number": one.id.number,
                "edition": one.id.edition,
                "year": one.id.year,
                "title": one.title,
                "citation": cite(one),
                "language": one.language,
                "standing": one.standing.value,
                "marker": one.marker,
                "reasons": one.reasons,
                "amends": one.amends,
                "notices": _json([asdict(notice) for notice in one.notices]),
                "document": one.document_id,
                "clauses": sum(1 for _ in one.clauses),
                "place": place,
                "present": True,
                "run": self.run,
            }

    def clause_rows(self) -> Iterator[Row]:
        """Rows of the clauses, each with its place in its text and its lines on the pages."""
        for name, one in self.resolutions.items():
            document = self.documents.get(one.document_id)
            for place, clause in enumerate(one.clauses):
                boxes = boxes_of(document, clause.span) if document is not None else ()
                yield {
                    "id": clause.id,
                    "series": clause_series(clause.id),
                    "resolution": name,
                    "work": str(one.id.work),
                    "part": clause.part.value,
                    "call": clause.call,
                    "label": clause.label,
                    "citation": cite_clause(one, clause),
                    "spot": place_of(clause),
                    "digest": text_digest(clause.text),
                    "language": one.language,
                    "page": clause.page,
                    "boxes": _json([asdict(box) for box in boxes]),
                    "actors": _json(clause.actors),
                    "place": place,
                    "present": True,
                    "run": self.run,
                }

    def texts(self) -> Iterator[tuple[str, str]]:
        """Digest and words of every clause text."""
        return ((text_digest(clause.text), clause.text) for _, clause in self.clauses.values())

    def citation_rows(self) -> Iterator[Row]:
        """Rows of what cites what, as far as the citing text and the cited work are known."""
        for name, one in self.resolutions.items():
            work = str(one.id.work)
            for citation in one.citations:
                if citation.work is not None and citation.work != work:
                    yield {
                        "source": name,
                        "source_work": work,
                        "target_work": citation.work,
                        "target": citation.target,
                        "text": citation.text,
                        "clause": citation.clause,
                    }

    def pair_of_texts_rows(self) -> Iterator[Row]:
        """Rows of the scored pairs of texts."""
        for pair in self.record.pairs:
            yield {
                "a": pair.a,
                "b": pair.b,
                "relation": pair.relation.value,
                "probability": pair.probability,
                "strength": pair.strength,
                "coverage_a": pair.coverage_a,
                "coverage_b": pair.coverage_b,
                "cites": pair.cites,
                "reasons": _json(pair.reasons),
            }

    def finding_rows(self, cluster_names: Mapping[str, str], pair_names: Mapping[str, str]) -> Iterator[Row]:
        """Rows of the findings.

        Args:
            cluster_names: the lasting identifier of each cluster of the run.
            pair_names: the lasting identifier of each overlap of the run.
        """
        coverage = {(pair.a, pair.b): (pair.coverage_a, pair.coverage_b) for pair in self.record.pairs}
        for finding in self.record.findings:
            works = self.works_of(finding)
            detail = {
                "parts": finding.parts,
                "factors": finding.factors,
                "remedies": finding.remedies,
                "reasons": finding.reasons,
                "pairs": [pair_names[o] for o in finding.overlaps if o in pair_names],
                "name_in_run": finding.id,
            }
            covered = coverage.get((finding.a, finding.b), (0.0, 0.0))
            yield {
                "id": finding_id(*works),
                "rank": finding.rank,
                "a": finding.a,
                "b": finding.b,
                "work_a": works[0],
                "work_b": works[1],
                "relation": finding.relation.value,
                "score": finding.score,
                "coverage_a": covered[0],
                "coverage_b": covered[1],
                "cross_body": finding.cross_body,
                "headline": pair_names.get(finding.headline),
                "cluster": cluster_names.get(finding.cluster or ""),
                "detail": _json(detail),
                "present": True,
                "run": self.run,
            }

    def signal_rows(self) -> Iterator[Row]:
        """Rows of the observations on single texts."""
        for one in self.record.signals:
            yield {"kind": one.kind.value, "subject": one.subject, "message": one.message}

    def works_of(self, finding: Finding) -> tuple[str, str]:
        """The two works of a finding."""
        return str(self.resolutions[finding.a].id.work), str(self.resolutions[finding.b].id.work)

    def cluster_rows(self, names: Mapping[str, str]) -> Iterator[Row]:
        """Rows of the clusters under their lasting identifiers; members are clauses of this run."""
        for cluster in self.record.clusters:
            yield {
                "id": names[cluster.id],
                "label": cluster.label,
                "medoid": cluster.medoid,
                "size": len(cluster.members),
                "theme": cluster.theme,
                "remedies": _json(cluster.remedies),
                "bodies": _json(cluster.bodies),
                "members": _json(cluster.members),
                "successor": None,
                "present": True,
                "run": self.run,
            }

    def cluster_series(self) -> dict[str, frozenset[str]]:
        """Members of each cluster of the run, as clause series."""
        return {cluster.id: _series(cluster.members) for cluster in self.record.clusters}


def _series(members: Iterable[str]) -> frozenset[str]:
    return frozenset(map(clause_series, members))
