"""Which clause pairs are worth scoring: nearest by words and nearest by meaning, exactly."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["candidate_pairs", "lexical_matrix"]

# Rows of a block of similarities: 1024 × 100,000 float32 are 400 MB at the most.
_BLOCK = 1024


def candidate_pairs(
    clauses: Sequence[WordedClause], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Pairs of clauses of different works, and their cosines.

    Args:
        clauses: compared clauses.
        vectors: their centred vectors, shape (n, dimension), float32, rows of length one.

    Returns:
        ``pairs`` of shape (m, 2), first index smaller, sorted; ``cosines`` of shape (m,), float32 in [-1, 1].
    """
    if len(clauses) < 2:
        return np.zeros((0, 2), dtype=np.intp), np.zeros(0, dtype=np.float32)
    settings = load_scoring().candidates
    names = {work: i for i, work in enumerate(sorted({str(c.resolution.id.work) for c in clauses}))}
    works = np.array([names[str(c.resolution.id.work)] for c in clauses])
    lexical = lexical_matrix(clauses)
    found: list[NDArray[np.intp]] = []
    for start in range(0, len(clauses), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(clauses)))
        same = works[rows, None] == works[None, :]
        by_words = (lexical[rows] @ lexical.T).toarray().astype(np.float32)
        found.append(_nearest(by_words, same, start, int(settings["lexical"]), settings["minimum_lexical"]))
        by_meaning = vectors[rows] @ vectors.T
        found.append(_nearest(by_meaning, same, start, int(settings["dense"]), settings["minimum_dense"]))
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    cosines = np.einsum("ij,ij->i", vectors[pairs[:, 0]], vectors[pairs[:, 1]])
    return pairs, np.clip(cosines, -1.0, 1.0).astype(np.float32)


def lexical_matrix(clauses: Sequence[WordedClause]) -> sp.csr_matrix:
    """Words by clause, weighted, rows of length one, shape (n, distinct words)."""
    columns: dict[str, int] = {}
    data: list[float] = []
    indices: list[int] = []
    ends = [0]
    for clause in clauses:
        weights: dict[str, float] = {}
        for key, weight in zip(clause.keys, clause.weights.tolist(), strict=True):
            weights[key] = max(weights.get(key, 0.0), weight)
        length = float(np.sqrt(sum(w * w for w in weights.values()))) or 1.0
        for key in sorted(weights):
            indices.append(columns.setdefault(key, len(columns)))
            data.append(weights[key] / length)
        ends.append(len(indices))
    return sp.csr_matrix((np.array(data, dtype=np.float32), indices, ends), shape=(len(clauses), max(1, len(columns))))


def _nearest(
    scores: NDArray[np.float32], excluded: NDArray[np.bool_], offset: int, count: int, minimum: float
) -> NDArray[np.intp]:
    """Pairs (row, column) of the ``count`` best columns of each row at or above ``minimum``; ties by column."""
    scores = np.where(excluded, np.float32(-2), scores)
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    rows = np.repeat(np.arange(scores.shape[0]), count)
    columns = best.ravel()
    kept = scores[rows, columns] >= minimum
    return np.stack([rows[kept] + offset, columns[kept]], axis=1).astype(np.intp)
