"""Nearness of whole texts, from the vectors of their clauses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Kinship, Resolution
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["ComparedTexts", "compared_texts", "kinship", "says"]

# Clauses of a block of similarities; a block ends where a text does and so may be larger by one text.
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class ComparedTexts:
    """Texts in the order of their clauses; ``of_clause`` (clauses,) is the index of each clause's text.

    ``themes`` of shape (texts, texts), float32 in [-1, 1], is the cosine of their mean vectors, clauses by weight.
    """

    texts: tuple[Resolution, ...]
    of_clause: NDArray[np.intp]
    themes: NDArray[np.float32]


def says(clause: WordedClause) -> float:
    """How much a clause says, in [0, 1]: a bare formula almost nothing, six informative words everything."""
    return min(1.0, clause.mass / load_scoring().information.clause_words)


def compared_texts(clauses: Sequence[WordedClause], vectors: NDArray[np.float32]) -> ComparedTexts:
    """The texts of clauses that stand in the order of their identifiers.

    Args:
        clauses: compared clauses.
        vectors: their centred vectors, shape (n, dimension), float32.
    """
    index: dict[str, int] = {}
    texts: list[Resolution] = []
    of_clause = np.zeros(len(clauses), dtype=np.intp)
    for row, clause in enumerate(clauses):
        name = str(clause.resolution.id)
        if name not in index:
            index[name] = len(texts)
            texts.append(clause.resolution)
        of_clause[row] = index[name]
    most = load_scoring().information.clause_words
    sums = np.zeros((len(texts), vectors.shape[1]), dtype=np.float64)
    weights = np.array([min(most, c.mass) for c in clauses])
    for start in range(0, len(clauses), _BLOCK):
        rows = slice(start, start + _BLOCK)
        np.add.at(sums, of_clause[rows], vectors[rows] * weights[rows, None])
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    themes = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for start in range(0, len(texts), _BLOCK):
        themes[start : start + _BLOCK] = sums[start : start + _BLOCK] @ sums.T
    return ComparedTexts(tuple(texts), of_clause, themes)


def kinship(
    clauses: Sequence[WordedClause], vectors: NDArray[np.float32], compared: ComparedTexts
) -> tuple[Kinship, ...]:
    """Pairs of texts of different works by the mean best match of their clauses both ways, weighed by what they say.

    Args:
        clauses: compared clauses, those of one text beside each other.
        vectors: their centred vectors.
        compared: their texts.
    """
    if not clauses:
        return ()
    # Where each run of clauses of one text begins; a text may have more than one run.
    starts = np.flatnonzero(np.diff(compared.of_clause, prepend=-1))
    owner = compared.of_clause[starts]
    weights = np.array([says(c) for c in clauses], dtype=np.float32)
    blocks = _blocks(starts, len(clauses))
    one_way = np.zeros((len(starts), len(starts)), dtype=np.float32)
    for number, (first, rows, inner) in enumerate(blocks):
        for second, columns, across in blocks[number:]:
            products = np.maximum(vectors[rows] @ vectors[columns].T, 0)
            here = slice(first, first + len(inner))
            there = slice(second, second + len(across))
            best = np.maximum.reduceat(products, across, axis=1) * weights[rows, None]
            one_way[here, there] = np.add.reduceat(best, inner, axis=0)
            if first != second:
                back = np.maximum.reduceat(products, inner, axis=0) * weights[None, columns]
                one_way[there, here] = np.add.reduceat(back, across, axis=1).T
    one_way /= np.maximum(np.add.reduceat(weights, starts), 1e-9)[:, None]
    limit = load_scoring().thresholds["kinship"]
    found = []
    for row in range(len(starts)):
        both = (np.minimum(one_way[row, row + 1 :], 1) + np.minimum(one_way[row + 1 :, row], 1)) / 2
        for column in np.flatnonzero(both >= limit).tolist():
            a, b = compared.texts[owner[row]], compared.texts[owner[row + 1 + column]]
            if a.id.work != b.id.work:
                found.append(Kinship(str(a.id), str(b.id), round(float(both[column]), 5)))
    return tuple(sorted(found, key=lambda k: (k.a, k.b)))


def _blocks(starts: NDArray[np.intp], count: int) -> list[tuple[int, slice, NDArray[np.intp]]]:
    """Runs of whole texts: number of the first, its clauses, and where in them each text begins."""
    out = []
    first = 0
    while first < len(starts):
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + _BLOCK, side="right")) - 1)
        if starts[first] + _BLOCK >= count:
            last = len(starts)
        end = int(starts[last]) if last < len(starts) else count
        out.append((first, slice(int(starts[first]), end), starts[first:last] - starts[first]))
        first = last
    return out
