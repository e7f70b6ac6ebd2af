"""Clauses as rows of sparse matrices of words, for questions about many pairs at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["WordMatrices", "word_matrices"]


@dataclass(frozen=True, slots=True)
class WordMatrices:
    """All of shape (clauses, distinct words), CSR with sorted columns.

    ``weight`` is the sum of the weights of each word of a clause, float64; ``heaviest`` its heaviest use, float32.
    ``counts`` and ``formula``, int32, count words that are no stop words, and those of formula language among them.
    """

    weight: sp.csr_matrix
    heaviest: sp.csr_matrix
    counts: sp.csr_matrix
    formula: sp.csr_matrix

    def cosines(self) -> sp.csr_matrix:
        """The heaviest uses with rows of length one, float32."""
        lengths = np.sqrt(np.asarray(self.heaviest.multiply(self.heaviest).sum(axis=1)).ravel())
        return _scaled(self.heaviest, 1.0 / np.maximum(lengths, 1e-9))

    def shares(self) -> sp.csr_matrix:
        """The share of each word in what its clause says, float32."""
        masses = np.asarray(self.weight.sum(axis=1)).ravel()
        return _scaled(self.weight, 1.0 / np.maximum(masses, 1e-9))


def word_matrices(clauses: Sequence[WordedClause]) -> WordMatrices:
    """The words of clauses; columns in the order of the words, so that no sum over a row ever changes its order."""
    columns = {word: i for i, word in enumerate(sorted({k for c in clauses for k in c.keys}))}
    lengths = [len(c.keys) for c in clauses]
    words = np.fromiter((columns[k] for c in clauses for k in c.keys), np.int64, sum(lengths))
    width = max(1, len(columns))
    weights = _joined([c.weights for c in clauses], np.float64)
    cells = np.repeat(np.arange(len(clauses), dtype=np.int64), lengths) * width + words
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    # A stop word, or a cited word, is none that a formula in common could be recorded for; the vocabulary alone
    # tells stop words, so the heaviest use of a word anywhere decides.
    plain = _joined([c.plain_weights for c in clauses], np.float64)
    most = np.zeros(width)
    np.maximum.at(most, words, plain)
    telling = (most >= load_scoring().alignment.formula_word)[words]
    formula = telling & _joined([c.formula for c in clauses], np.bool_)
    shape, places = (len(clauses), width), cells[starts]

    def matrix(values: NDArray[Any], dtype: type) -> sp.csr_matrix:
        ends = np.searchsorted(places, np.arange(shape[0] + 1, dtype=np.int64) * width)
        made = sp.csr_matrix((values.astype(dtype), (places % width).astype(np.int32), ends.astype(np.int32)), shape)
        made.eliminate_zeros()
        return made

    return WordMatrices(
        weight=matrix(_reduced(np.add, weights[order], starts), np.float64),
        heaviest=matrix(_reduced(np.maximum, weights[order], starts), np.float32),
        counts=matrix(_reduced(np.add, telling[order].astype(np.int32), starts), np.int32),
        formula=matrix(_reduced(np.add, formula[order].astype(np.int32), starts), np.int32),
    )


def _joined(parts: Sequence[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)


def _reduced(by: np.ufunc, values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[Any]:
    return by.reduceat(values, starts) if len(starts) else values


def _scaled(matrix: sp.csr_matrix, factors: NDArray[np.float64]) -> sp.csr_matrix:
    """Each row times its factor, float32."""
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sp.csr_matrix((data.astype(np.float32), matrix.indices, matrix.indptr), matrix.shape)
