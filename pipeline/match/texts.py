"""Nearness of whole texts, from the words and the vectors of their clauses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Kinship, Resolution
from pipeline.match.background import load_background
from pipeline.match.nearest import WEIGHT_UNIT
from pipeline.match.nearness import text_nearness
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["ComparedTexts", "best_products", "compared_texts", "kinship", "run_nearness", "said_weights", "says"]

# Clauses of a block of similarities; a block ends where a text does and so may be larger by one text.
_BLOCK = 4096
_STEP = 2.0**-24


@dataclass(frozen=True, slots=True)
class ComparedTexts:
    """Texts in the order of their clauses; ``of_clause`` (clauses,) is the index of each clause's text.

    ``themes`` of shape (texts, texts), float32 in [-1, 1], is the cosine of their mean vectors, clauses by weight;
    ``means`` are these vectors, float64, rows of length one.
    """

    texts: tuple[Resolution, ...]
    of_clause: NDArray[np.intp]
    themes: NDArray[np.float32]
    means: NDArray[np.float64]


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
    # In whole steps products are exact in float64, so the nearness of two texts is the same beside any others.
    sums = np.rint(sums / _STEP) * _STEP
    themes = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for start in range(0, len(texts), _BLOCK):
        themes[start : start + _BLOCK] = sums[start : start + _BLOCK] @ sums.T
    return ComparedTexts(tuple(texts), of_clause, themes, sums)


def kinship(
    clauses: Sequence[WordedClause],
    vectors: NDArray[np.float32],
    compared: ComparedTexts,
    best: NDArray[np.float64] | None = None,
) -> tuple[Kinship, ...]:
    """Pairs of texts of different works by their words, the best match of their clauses, and their nearest texts.

    Clauses weigh by what they say; formula language and citations are no words here.

    Args:
        clauses: compared clauses, those of one text beside each other.
        vectors: their centred vectors.
        compared: their texts.
        best: for each two runs of clauses of one text the sum of the best products of the clauses of the one with the
            other, times ``said_weights``, where it is known already.
    """
    if not clauses:
        return ()
    # Where each run of clauses of one text begins; a text may have more than one run.
    starts = np.flatnonzero(np.diff(compared.of_clause, prepend=-1))
    owner = compared.of_clause[starts]
    weights = said_weights(clauses)
    if best is None:
        best = best_products(starts, vectors, weights)
    near = np.clip(run_nearness(clauses, starts, best, weights), 0, 1)
    limit = load_scoring().thresholds["kinship"]
    found = []
    for row in range(len(starts)):
        for column in (row + 1 + np.flatnonzero(near[row, row + 1 :] >= limit)).tolist():
            a, b = compared.texts[owner[row]], compared.texts[owner[column]]
            if a.id.work != b.id.work:
                found.append(Kinship(str(a.id), str(b.id), round(float(near[row, column]), 5)))
    return tuple(sorted(found, key=lambda k: (k.a, k.b)))


def run_nearness(
    clauses: Sequence[WordedClause],
    starts: NDArray[np.intp],
    best: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Nearness of each two runs of clauses, shape (runs, runs), from their words and what ``best_products`` gives.

    Args:
        clauses: all clauses.
        starts: where each run begins; none is empty.
        best: see ``kinship``.
        weights: of all clauses.
    """
    mean = np.minimum(best / np.maximum(np.add.reduceat(weights, starts), 1e-9)[:, None], 1)
    ends = [*starts[1:].tolist(), len(clauses)]
    said = [[word for c in clauses[a:b] for word in c.masked] for a, b in zip(starts.tolist(), ends, strict=True)]
    return text_nearness(said, mean, load_background())


def said_weights(clauses: Sequence[WordedClause]) -> NDArray[np.float64]:
    """How much each clause says, in steps that keep sums of products exact."""
    return np.rint(np.array([says(c) for c in clauses], dtype=np.float64) / WEIGHT_UNIT) * WEIGHT_UNIT


def best_products(
    starts: NDArray[np.intp], vectors: NDArray[np.float32], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """For each two runs of clauses the sum of the best products of the clauses of the one with the other, by weight.

    Args:
        starts: where each run begins; none is empty.
        vectors: centred vectors of all clauses.
        weights: of all clauses.
    """
    blocks = _blocks(starts, len(vectors))
    found = np.zeros((len(starts), len(starts)))
    for first, rows, inner in blocks:
        for second, columns, across in blocks:
            products = np.clip(vectors[rows] @ vectors[columns].T, 0, 1)
            best = np.maximum.reduceat(products, across, axis=1) * weights[rows, None]
            found[first : first + len(inner), second : second + len(across)] = np.add.reduceat(best, inner, axis=0)
    return found


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
