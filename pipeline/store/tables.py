"""The tables of a run folder: one Parquet file each, with columns fixed here.

The bytes of a file depend on its rows and on the version of the Parquet library alone: equal rows, equal digests.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.store import rows
from pipeline.store.rows import Row

__all__ = [
    "CLAUSES",
    "CLUSTERS",
    "DOCUMENTS",
    "FINDINGS",
    "LINEAGES",
    "OVERLAPS",
    "PAIRS",
    "RESOLUTIONS",
    "SIGNALS",
    "NounTable",
    "Table",
]

T = TypeVar("T")

_TEXT = pa.string()
_TEXTS = pa.list_(pa.field("element", pa.string(), nullable=False))
_NUMBER = pa.int64()
_NUMBERS = pa.list_(pa.field("element", pa.int64(), nullable=False))
_REAL = pa.float64()
_TRUTH = pa.bool_()


@dataclass(frozen=True, slots=True)
class Table:
    """One Parquet file of a run folder; ``columns`` whose name ends in ``?`` may be empty."""

    file: str
    columns: dict[str, Any]

    @property
    def schema(self) -> Any:  # noqa: ANN401  pyarrow has no types
        """The columns as Arrow knows them."""
        return pa.schema(
            [pa.field(name.removesuffix("?"), kind, nullable=name.endswith("?")) for name, kind in self.columns.items()]
        )

    def write_rows(self, folder: Path, values: Iterable[Row], earlier: Any = None) -> int:  # noqa: ANN401
        """Write the file and return its number of rows.

        Args:
            folder: where it shall lie.
            values: the rows.
            earlier: further rows as a table with a column ``id``; all are then sorted by it.
        """
        table = pa.Table.from_pylist(list(values), schema=self.schema)
        if earlier is not None:
            table = pa.concat_tables([earlier, table]).sort_by("id").combine_chunks()
        pq.write_table(table, folder / self.file, compression="zstd", store_schema=False)
        return int(table.num_rows)

    def read_rows(self, folder: Path, without: Collection[str] = ()) -> Iterator[Row]:
        """The rows in the order written.

        Args:
            folder: where the file lies.
            without: columns that are not read.

        Raises:
            RunError: the file is missing, damaged or has other columns.
        """
        for batch in self.read_table(folder, without).to_batches(max_chunksize=2_000):
            yield from batch.to_pylist()

    def read_table(self, folder: Path, without: Collection[str] = ()) -> Any:  # noqa: ANN401
        """The rows in the order written, as an Arrow table, but for the columns ``without``.

        Raises:
            RunError: the file is missing, damaged or has other columns.
        """
        wanted = [name for name in self.schema.names if name not in without]
        try:
            held = pq.read_schema(folder / self.file).names
            if missing := [name for name in self.schema.names if name not in held]:
                raise RunError(f"{folder / self.file} lacks {', '.join(missing)}: it was made by another version")
            return pq.read_table(folder / self.file, columns=wanted, use_threads=False).select(wanted)
        except (OSError, pa.ArrowException) as error:
            raise RunError(f"{folder / self.file} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class NounTable(Generic[T]):
    """A table whose rows are one noun each."""

    table: Table
    to_row: Callable[[T], Row]
    from_row: Callable[[Row], T]

    def write(self, folder: Path, values: Iterable[T], earlier: Any = None) -> int:  # noqa: ANN401
        """Write the nouns, with ``earlier`` rows of a table if there are any, and return how many there are."""
        return self.table.write_rows(folder, map(self.to_row, values), earlier)

    def read(self, folder: Path) -> tuple[T, ...]:
        """The nouns in the order written.

        Raises:
            RunError: the file is missing, damaged or has other columns.
        """
        return tuple(map(self.from_row, self.table.read_rows(folder)))


_EDITION = {"body": _TEXT, "sector": _TEXT, "number": _TEXT, "edition?": _TEXT}

DOCUMENTS = NounTable(
    Table(
        "documents.parquet",
        {
            "id": _TEXT,
            "path": _TEXT,
            "digest": _TEXT,
            "format": _TEXT,
            "language": _TEXT,
            "kind": _TEXT,
            "symbol?": _TEXT,
            "meeting?": _TEXT,
            "date?": _TEXT,
            "agenda_item?": _TEXT,
            "source?": _TEXT,
            "title?": _TEXT,
            "original_language?": _TEXT,
            "inferred": _TEXTS,
            "copies": _TEXTS,
            "text": _TEXT,
            "blocks": _TEXT,
            "notices": _TEXT,
            "revisions": _TEXT,
        },
    ),
    rows.document_to_row,
    rows.document_from_row,
)

RESOLUTIONS = Table(
    "resolutions.parquet",
    {
        "id": _TEXT,
        "work": _TEXT,
        **_EDITION,
        "type": _TEXT,
        "year?": _NUMBER,
        "title": _TEXT,
        "language": _TEXT,
        "document_id": _TEXT,
        "number_line": _TEXT,
        "marker": _TEXT,
        "reasons": _TEXT,
        "amends?": _TEXT,
        "standing": _TEXT,
        "clauses": _NUMBER,
        "span_start": _NUMBER,
        "span_end": _NUMBER,
        "history": _NUMBERS,
        "sections": _TEXT,
        "citations": _TEXT,
        "notices": _TEXT,
    },
)

CLAUSES = Table(
    "clauses.parquet",
    {
        "id": _TEXT,
        "resolution": _TEXT,
        **_EDITION,
        "position": _NUMBER,
        "part": _TEXT,
        "call": _TEXT,
        "label": _TEXT,
        "path": _TEXTS,
        "text": _TEXT,
        "span_start": _NUMBER,
        "span_end": _NUMBER,
        "page?": _NUMBER,
        "actors": _TEXTS,
        "partners": _TEXTS,
        "mandate?": _TEXT,
    },
)

LINEAGES = NounTable(
    Table("lineages.parquet", {"work": _TEXT, "editions": _TEXTS}), rows.lineage_to_row, rows.lineage_from_row
)

OVERLAPS = NounTable(
    Table(
        "overlaps.parquet",
        {
            "id": _TEXT,
            "left": _TEXT,
            "right": _TEXT,
            "left_body": _TEXT,
            "right_body": _TEXT,
            "relation": _TEXT,
            "probability": _REAL,
            "similarity": _REAL,
            "containment_left": _REAL,
            "containment_right": _REAL,
            "information": _REAL,
            "evidence": _TEXT,
        },
    ),
    rows.overlap_to_row,
    rows.overlap_from_row,
)

PAIRS = NounTable(
    Table(
        "resolution_pairs.parquet",
        {
            "a": _TEXT,
            "b": _TEXT,
            "body_a": _TEXT,
            "body_b": _TEXT,
            "relation": _TEXT,
            "probability": _REAL,
            "coverage_a": _REAL,
            "coverage_b": _REAL,
            "cites": _TEXT,
            "strength": _REAL,
            "overlaps": _TEXTS,
            "matched_a": _TEXTS,
            "matched_b": _TEXTS,
            "reasons": _TEXTS,
        },
    ),
    rows.pair_to_row,
    rows.pair_from_row,
)

CLUSTERS = NounTable(
    Table(
        "clusters.parquet",
        {
            "id": _TEXT,
            "label": _TEXT,
            "medoid": _TEXT,
            "size": _NUMBER,
            "bodies": _TEXTS,
            "members": _TEXTS,
            "overlaps": _TEXTS,
            "theme": _TEXT,
            "remedies": _TEXT,
        },
    ),
    rows.cluster_to_row,
    rows.cluster_from_row,
)

FINDINGS = NounTable(
    Table(
        "findings.parquet",
        {
            "id": _TEXT,
            "rank": _NUMBER,
            "a": _TEXT,
            "b": _TEXT,
            "relation": _TEXT,
            "score": _REAL,
            "cross_body": _TRUTH,
            "headline": _TEXT,
            "cluster?": _TEXT,
            "overlaps": _TEXTS,
            "reasons": _TEXTS,
            "parts": _TEXT,
            "factors": _TEXT,
            "remedies": _TEXT,
            "family?": _TEXT,
        },
    ),
    rows.finding_to_row,
    rows.finding_from_row,
)

CITATIONS = NounTable(
    Table(
        "citations.parquet",
        {
            "document_id": _TEXT,
            "kind": _TEXT,
            "text": _TEXT,
            "span_start": _NUMBER,
            "span_end": _NUMBER,
            "target?": _TEXT,
            "rule": _TEXT,
            "clause?": _TEXT,
        },
    ),
    rows.citation_to_row,
    rows.citation_from_row,
)

SIGNALS = NounTable(
    Table("signals.parquet", {"kind": _TEXT, "subject": _TEXT, "message": _TEXT}),
    rows.signal_to_row,
    rows.signal_from_row,
)
