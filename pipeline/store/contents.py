"""What one run folder holds, written and read stage by stage.

The folder of a run that is still going is also the medium between its tasks: a task writes rows, hands on a
``StageRef`` (file names and digests), and the next task reads the rows back from the same folder.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.domain import (
    Citation,
    Cluster,
    Document,
    Finding,
    Kinship,
    Lineage,
    Manifest,
    Overlap,
    Rejected,
    Resolution,
    ResolutionPair,
    RunRecord,
    Signal,
)
from pipeline.errors import RunError
from pipeline.store import rows, tables

if TYPE_CHECKING:
    from pipeline.embed import Embeddings

__all__ = ["WORK_FOLDER", "RunContents", "StageRef", "digest_of"]

WORK_FOLDER = "work"
"""Subfolder for what only the next stage reads; it never becomes part of a finished run."""

_REJECTED = "rejected.jsonl"
_VECTORS = f"{WORK_FOLDER}/vectors.npy"
_VECTOR_KEYS = f"{WORK_FOLDER}/vector-keys.json"
_NEARNESS = f"{WORK_FOLDER}/nearness.json"
# Columns of an overlap that its noun does without, or bears empty.
_UNREAD = ("evidence", "left_body", "right_body")


@dataclass(frozen=True, slots=True)
class StageRef:
    """Where a stage left its rows: file name and SHA-256 of each file, and the number of rows in the first."""

    files: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True, slots=True)
class RunContents:
    """The rows in the folder of one run, finished or not."""

    folder: Path

    def write_documents(self, documents: Iterable[Document], rejected: Iterable[Rejected]) -> StageRef:
        """Write the documents and the rejected files."""
        count = tables.DOCUMENTS.write(self.folder, documents)
        lines = [json.dumps(asdict(one), ensure_ascii=False, sort_keys=True) + "\n" for one in rejected]
        (self.folder / _REJECTED).write_text("".join(lines), encoding="utf-8", newline="\n")
        return self._ref(count, tables.DOCUMENTS.table.file, _REJECTED)

    def read_documents(self) -> tuple[Document, ...]:
        """The documents in the order written."""
        return tables.DOCUMENTS.read(self.folder)

    def read_rejected(self) -> tuple[Rejected, ...]:
        """The files that could not be used.

        Raises:
            RunError: the list is missing or damaged.
        """
        try:
            lines = (self.folder / _REJECTED).read_text(encoding="utf-8").split("\n")
            return tuple(Rejected(**json.loads(line)) for line in lines if line)
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{self.folder / _REJECTED} cannot be read: {error}") from error

    def write_resolutions(
        self, resolutions: Iterable[Resolution], lineages: Iterable[Lineage], citations: Iterable[Citation]
    ) -> StageRef:
        """Write the resolutions, their clauses, the lineages, and the citations of all documents."""
        resolutions = tuple(resolutions)
        count = tables.RESOLUTIONS.write_rows(self.folder, map(rows.resolution_to_row, resolutions))
        clauses = (row for resolution in resolutions for row in rows.clauses_to_rows(resolution))
        tables.CLAUSES.write_rows(self.folder, clauses)
        tables.LINEAGES.write(self.folder, lineages)
        tables.CITATIONS.write(self.folder, citations)
        files = (tables.RESOLUTIONS.file, tables.CLAUSES.file, tables.LINEAGES.table.file, tables.CITATIONS.table.file)
        return self._ref(count, *files)

    def read_resolutions(self) -> tuple[Resolution, ...]:
        """The resolutions with all their clauses, in the order written."""
        resolution_rows = tables.RESOLUTIONS.read_rows(self.folder)
        return tuple(rows.resolutions_from_rows(resolution_rows, tables.CLAUSES.read_rows(self.folder)))

    def read_lineages(self) -> tuple[Lineage, ...]:
        """The lineages in the order written."""
        return tables.LINEAGES.read(self.folder)

    def read_citations(self) -> tuple[Citation, ...]:
        """The citations of all documents in the order written."""
        return tables.CITATIONS.read(self.folder)

    def write_embeddings(self, embeddings: "Embeddings") -> StageRef:
        """Write vectors for the next stage only; a finished run does not keep them, the cache does."""
        import numpy as np

        np.save(self.folder / _VECTORS, embeddings.vectors, allow_pickle=False)
        kept = {"rows": embeddings.rows, "computed": embeddings.computed}
        (self.folder / _VECTOR_KEYS).write_text(json.dumps(kept), encoding="utf-8", newline="\n")
        return self._ref(len(embeddings.rows), _VECTORS, _VECTOR_KEYS)

    def read_embeddings(self) -> "Embeddings":
        """The vectors of a run that is still going: float32, one row a passage."""
        import numpy as np

        from pipeline.embed import Embeddings

        kept = json.loads((self.folder / _VECTOR_KEYS).read_text(encoding="utf-8"))
        vectors = np.load(self.folder / _VECTORS, allow_pickle=False)
        return Embeddings(vectors=vectors, rows=kept["rows"], computed=kept["computed"])

    def write_overlaps(
        self,
        overlaps: Iterable[Overlap],
        weights: Mapping[str, float],
        kinship: Iterable[Kinship],
        earlier: Any = None,  # noqa: ANN401  an Arrow table
    ) -> StageRef:
        """Write the clause overlaps, and for the next stage what each clause weighs and which texts are near.

        Args:
            overlaps: sorted by id.
            weights: by clause.
            kinship: of texts.
            earlier: rows of an earlier run that stand as they are; all are then sorted together.
        """
        count = tables.OVERLAPS.write(self.folder, overlaps, earlier)
        kept = {"weights": dict(weights), "kinship": [asdict(one) for one in kinship]}
        (self.folder / _NEARNESS).write_text(json.dumps(kept), encoding="utf-8", newline="\n")
        return self._ref(count, tables.OVERLAPS.table.file, _NEARNESS)

    def read_weights(self) -> dict[str, float]:
        """What each compared clause of a run that is still going weighs, in [0, 1]."""
        weights: dict[str, float] = json.loads((self.folder / _NEARNESS).read_text(encoding="utf-8"))["weights"]
        return weights

    def read_kinship(self) -> tuple[Kinship, ...]:
        """The texts of a run that is still going that are near as wholes."""
        kept = json.loads((self.folder / _NEARNESS).read_text(encoding="utf-8"))
        return tuple(Kinship(**one) for one in kept["kinship"])

    def read_overlaps(self) -> tuple[Overlap, ...]:
        """The clause overlaps in the order written."""
        return tables.OVERLAPS.read(self.folder)

    def read_bare_overlaps(self) -> tuple[Overlap, ...]:
        """The clause overlaps in the order written, each with empty evidence, which takes most of the time to read."""
        return tuple(map(rows.overlap_from_row, tables.OVERLAPS.table.read_rows(self.folder, without=_UNREAD)))

    def read_overlaps_shown(self, shown: Callable[[Overlap], bool]) -> tuple[Overlap, ...]:
        """The clause overlaps in the order written; those that are not shown have empty evidence."""
        table = tables.OVERLAPS.table
        held = list(table.read_rows(self.folder, without=_UNREAD))
        overlaps = list(map(rows.overlap_from_row, held))
        at = [position for position, overlap in enumerate(overlaps) if shown(overlap)]
        evidence = table.read_table(self.folder, without=set(table.columns) - {"evidence"})["evidence"]
        for position, text in zip(at, evidence.take(at).to_pylist() if at else (), strict=True):
            overlaps[position] = rows.overlap_from_row({**held[position], "evidence": text})
        return tuple(overlaps)

    def write_pairs(self, pairs: Iterable[ResolutionPair]) -> StageRef:
        """Write the scored resolution pairs."""
        return self._ref(tables.PAIRS.write(self.folder, pairs), tables.PAIRS.table.file)

    def read_pairs(self) -> tuple[ResolutionPair, ...]:
        """The scored resolution pairs in the order written."""
        return tables.PAIRS.read(self.folder)

    def write_clusters(self, clusters: Iterable[Cluster]) -> StageRef:
        """Write the clusters of clauses."""
        return self._ref(tables.CLUSTERS.write(self.folder, clusters), tables.CLUSTERS.table.file)

    def read_clusters(self) -> tuple[Cluster, ...]:
        """The clusters in the order written."""
        return tables.CLUSTERS.read(self.folder)

    def write_findings(self, findings: Iterable[Finding], signals: Iterable[Signal]) -> StageRef:
        """Write the ranked findings and the signals."""
        count = tables.FINDINGS.write(self.folder, findings)
        tables.SIGNALS.write(self.folder, signals)
        return self._ref(count, tables.FINDINGS.table.file, tables.SIGNALS.table.file)

    def read_findings(self) -> tuple[Finding, ...]:
        """The findings in the order of their ranks."""
        return tables.FINDINGS.read(self.folder)

    def read_signals(self) -> tuple[Signal, ...]:
        """The signals in the order written."""
        return tables.SIGNALS.read(self.folder)

    def record(self, manifest: Manifest, shown: Callable[[Overlap], bool] | None = None) -> RunRecord:
        """Everything the folder holds, under the given manifest.

        Args:
            manifest: of this run.
            shown: which overlaps need their evidence, the bulk of a run; all when missing.
        """
        return RunRecord(
            manifest=manifest,
            documents=self.read_documents(),
            resolutions=self.read_resolutions(),
            lineages=self.read_lineages(),
            overlaps=self.read_overlaps() if shown is None else self.read_overlaps_shown(shown),
            pairs=self.read_pairs(),
            clusters=self.read_clusters(),
            findings=self.read_findings(),
            signals=self.read_signals(),
            citations=self.read_citations(),
            rejected=self.read_rejected(),
        )

    def verify(self, *refs: StageRef) -> "RunContents":
        """Itself, once the files of earlier stages are known to be the ones they wrote.

        Raises:
            RunError: a file is missing or has changed since.
        """
        for name, digest in (file for ref in refs for file in ref.files):
            path = self.folder / name
            if not path.is_file() or digest_of(path) != digest:
                raise RunError(f"{path} changed while the run was going; start the run again")
        return self

    def _ref(self, count: int, *names: str) -> StageRef:
        return StageRef(tuple((name, digest_of(self.folder / name)) for name in names), count)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
