"""Which clause pairs are worth scoring: nearest by words and nearest by meaning, exactly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["Candidates", "candidate_pairs", "lexical_matrix"]

# Rows of a block of similarities: 1024 × 100,000 float32 are 400 MB at the most.
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Candidates:
    """``pairs`` of shape (m, 2), first index smaller, sorted; ``cosines`` of shape (m,), float32 in [-1, 1].

    ``capped`` counts clauses that have more near clauses than are taken for each.
    """

    pairs: NDArray[np.intp]
    cosines: NDArray[np.float32]
    capped: int


def candidate_pairs(clauses: Sequence[WordedClause], vectors: NDArray[np.float32]) -> Candidates:
    """Pairs of clauses of different works that are near; clauses that say the same words are pairs in any case.

    Args:
        clauses: compared clauses.
        vectors: their centred vectors, shape (n, dimension), float32, rows of length one.
    """
    if len(clauses) < 2:
        return Candidates(np.zeros((0, 2), dtype=np.intp), np.zeros(0, dtype=np.float32), 0)
    settings = load_scoring().candidates
    names = {work: i for i, work in enumerate(sorted({str(c.resolution.id.work) for c in clauses}))}
    works = np.array([names[str(c.resolution.id.work)] for c in clauses])
    lexical = lexical_matrix(clauses)
    found = [_identical(clauses, works)]
    capped = 0
    for start in range(0, len(clauses), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(clauses)))
        same = works[rows, None] == works[None, :]
        by_words = (lexical[rows] @ lexical.T).toarray().astype(np.float32)
        near, over_words = _nearest(by_words, same, start, int(settings["lexical"]), settings["minimum_lexical"])
        found.append(near)
        by_meaning = vectors[rows] @ vectors.T
        near, over_meaning = _nearest(by_meaning, same, start, int(settings["dense"]), settings["minimum_dense"])
        found.append(near)
        capped += int((over_words | over_meaning).sum())
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    cosines = np.einsum("ij,ij->i", vectors[pairs[:, 0]], vectors[pairs[:, 1]])
    return Candidates(pairs, np.clip(cosines, -1.0, 1.0).astype(np.float32), capped)


def _identical(clauses: Sequence[WordedClause], works: NDArray[np.intp]) -> NDArray[np.intp]:
    """All pairs of clauses of different works whose words, formulae and citations apart, are the same."""
    least = load_scoring().features.pointer_mass
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, clause in enumerate(clauses):
        if clause.mass >= least:
            groups[clause.masked].append(index)
    pairs = [(i, j) for group in groups.values() for i, j in combinations(group, 2) if works[i] != works[j]]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


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
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Pairs (row, column) of the ``count`` best columns of each row at or above ``minimum``, and rows that had more.

    Equal scores are taken by column, and differences past the fifth decimal, where they are noise, are none.
    """
    scores = np.where(excluded | (scores < minimum), np.float32(-2), np.round(scores, 5))
    held = scores > -2
    over = held.sum(axis=1) > count
    if over.any():
        rows = scores[over]
        least = -np.partition(-rows, count - 1, axis=1)[:, count - 1 : count]
        better, equal = rows > least, rows == least
        room = count - better.sum(axis=1, keepdims=True)
        held[over] = better | (equal & (np.cumsum(equal, axis=1) <= room))
    pairs = np.argwhere(held)
    pairs[:, 0] += offset
    return pairs.astype(np.intp), over
