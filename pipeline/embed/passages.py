"""Clauses to distinct passages, and passages to vectors, each text once."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Part, Resolution
from pipeline.embed.encoder import Encoder, VectorCache
from pipeline.reference import mandate_text

__all__ = ["Embeddings", "Passage", "embed_passages", "passages"]

# Texts encoded between two reports of progress; also what is lost when a run is stopped.
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Passage:
    """A distinct text to encode: ``key`` is its SHA-256, ``clauses`` the clauses that say just this."""

    key: str
    text: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Embeddings:
    """``vectors`` has shape (n, dimension), float32, rows of length one; ``rows`` maps a clause id to its row.

    ``computed`` counts the texts that were encoded now and not taken from the cache.
    """

    vectors: NDArray[np.float32]
    rows: dict[str, int]
    computed: int


def passages(resolutions: Iterable[Resolution]) -> tuple[Passage, ...]:
    """Distinct mandate texts of all clauses outside preambles, sorted by key.

    Preambles are not encoded: those of unrelated texts are near-identical and would dominate every comparison.
    """
    clauses: dict[str, list[str]] = defaultdict(list)
    for resolution in resolutions:
        cited: dict[str, list[str]] = defaultdict(list)
        for citation in resolution.citations:
            if citation.clause is not None:
                cited[citation.clause].append(citation.text)
        for clause in resolution.clauses:
            if clause.part is not Part.PREAMBULAR:
                clauses[mandate_text(clause.text, tuple(cited[clause.id]))].append(clause.id)
    found = (Passage(hashlib.sha256(t.encode()).hexdigest(), t, tuple(sorted(c))) for t, c in clauses.items())
    return tuple(sorted(found, key=lambda p: p.key))


def embed_passages(
    wanted: Sequence[Passage],
    load: Callable[[], Encoder],
    cache: VectorCache,
    dimension: int,
    progress: Callable[[int, int], None] | None = None,
) -> Embeddings:
    """Vectors of all passages; only texts that the cache lacks are encoded, shortest first.

    Which of them come from the cache changes no bit of the result, as the encoder promises.

    Args:
        wanted: distinct passages.
        load: gives the encoder; called only when something must be encoded, for loading takes seconds.
        cache: where vectors are kept between runs.
        dimension: length of a vector, used when there is nothing to encode.
        progress: told (texts done, texts in all) after each batch.
    """
    held = cache.get([p.key for p in wanted])
    missing = sorted((p for p in wanted if p.key not in held), key=lambda p: (len(p.text), p.key))
    if missing:
        encoder = load()
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            vectors = encoder.encode([p.text for p in batch])
            fresh = {p.key: vectors[i] for i, p in enumerate(batch)}
            cache.put(fresh)
            held.update(fresh)
            if progress is not None:
                progress(start + len(batch), len(missing))
    matrix = np.vstack([held[p.key] for p in wanted]) if wanted else np.zeros((0, dimension))
    rows = {clause: row for row, passage in enumerate(wanted) for clause in passage.clauses}
    return Embeddings(np.ascontiguousarray(matrix, dtype=np.float32), rows, len(missing))
