"""What is known around a pair: of its two texts, of its clauses, and of what others share with them.

Who called three pairs between two texts overlaps will call the fourth one so more often than its words tell, and two
clauses that both repeat a third one probably repeat each other. Each pair is seen without its own decision, so that a
model fitted on decided pairs meets open ones as it knows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = [
    "NEIGHBOUR_NAMES",
    "STANDING_NAMES",
    "Ends",
    "ends_of",
    "neighbour_features",
    "standing_features",
]

STANDING_NAMES = (
    "behind_best_of_clause",
    "behind_best_of_clauses",
    "behind_best_of_texts",
    "behind_best_counterpart",
    "behind_best_counterparts",
    "best_of_texts",
    "mean_of_texts",
    "pairs_of_texts",
)
NEIGHBOUR_NAMES = (
    "texts_share",
    "texts_read",
    "texts_found",
    "clause_share_high",
    "clause_share_low",
    "clause_read",
    "clause_found",
    "work_share_high",
    "work_share_low",
    "work_read",
    "counterpart_found",
    "counterpart_refused",
    "third_clauses_both",
    "third_clauses_one",
    "third_texts",
)
_PRIOR = 1.0
"""Decisions that the overall share counts for where a group has few of its own."""
_MANY = 3.0
"""Third clauses, or counterparts, from which more say no more."""
Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]
Features = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ends:
    """The two clauses and the two works of each pair as numbers, and its untrained log-odds; all of shape (pairs,)."""

    left: Numbers
    right: Numbers
    left_work: Numbers
    right_work: Numbers
    odds: Reals

    def only(self, rows: Numbers) -> "Ends":
        """Some of the pairs, by their numbers."""
        return Ends(self.left[rows], self.right[rows], self.left_work[rows], self.right_work[rows], self.odds[rows])

    @property
    def texts(self) -> Numbers:
        """One number for the two works of a pair, whichever comes first."""
        most = int(max(self.left_work.max(initial=0), self.right_work.max(initial=0))) + 1
        both = np.minimum(self.left_work, self.right_work) * most + np.maximum(self.left_work, self.right_work)
        return _dense(both)

    @property
    def counterparts(self) -> tuple[Numbers, Numbers]:
        """One number for a clause and the work of the other clause, for either side."""
        most = int(max(self.left_work.max(initial=0), self.right_work.max(initial=0))) + 1
        both = _dense(np.concatenate([self.left * most + self.right_work, self.right * most + self.left_work]))
        return both[: len(self.left)], both[len(self.left) :]


def ends_of(clauses: Sequence[tuple[str, str]], works: Sequence[tuple[str, str]], odds: Reals) -> Ends:
    """Names made numbers; a name gets the same number on either side.

    Args:
        clauses: the two clauses of each pair.
        works: the works that they stand in.
        odds: the untrained log-odds of each pair.
    """
    left, right = _numbered(clauses)
    left_work, right_work = _numbered(works)
    return Ends(left, right, left_work, right_work, np.asarray(odds, dtype=np.float64))


def standing_features(ends: Ends) -> Features:
    """How a pair stands among the others by untrained log-odds, shape (pairs, names of ``STANDING_NAMES``).

    A counterpart of a clause is any clause of the other work that it is paired with.
    """
    if not len(ends.left):
        return np.zeros((0, len(STANDING_NAMES)), dtype=np.float32)
    texts, (left_other, right_other) = ends.texts, ends.counterparts
    of_texts = _best(ends.odds, texts)[0]
    clauses = _best(ends.odds, ends.left, ends.right)
    others = _best(ends.odds, left_other, right_other)
    number = np.bincount(texts)
    return np.column_stack([
        ends.odds - np.minimum(*clauses),
        ends.odds - np.maximum(*clauses),
        ends.odds - of_texts,
        ends.odds - np.minimum(*others),
        ends.odds - np.maximum(*others),
        of_texts,
        (np.bincount(texts, ends.odds) / number)[texts],
        np.log1p(number[texts]),
    ]).astype(np.float32)  # fmt: skip


def neighbour_features(ends: Ends, answers: NDArray[np.int8]) -> Features:
    """What decisions say around each pair, shape (pairs, names of ``NEIGHBOUR_NAMES``).

    Shares are those of overlaps among the decided pairs of a group, less the share overall, in [-1, 1]; ``…_read`` and
    ``…_found`` are logarithms of how many were decided and confirmed; the others are numbers up to 3.

    Args:
        ends: the pairs, decided and open.
        answers: 1 an overlap, 0 none, -1 not decided; shape (pairs,).
    """
    if not len(answers):
        return np.zeros((0, len(NEIGHBOUR_NAMES)), dtype=np.float32)
    texts = _tallied(answers, ends.texts)[0]
    left, right = _tallied(answers, ends.left, ends.right)
    left_work, right_work = _tallied(answers, ends.left_work, ends.right_work)
    counterparts = _tallied(answers, *ends.counterparts)
    found = sum((one.found for one in counterparts), np.zeros(len(answers)))
    refused = sum((one.read - one.found for one in counterparts), np.zeros(len(answers)))
    return np.column_stack([
        texts.share,
        np.log1p(texts.read),
        np.log1p(texts.found),
        np.maximum(left.share, right.share),
        np.minimum(left.share, right.share),
        np.log1p(left.read) + np.log1p(right.read),
        np.log1p(left.found) + np.log1p(right.found),
        np.maximum(left_work.share, right_work.share),
        np.minimum(left_work.share, right_work.share),
        np.log1p(left_work.read) + np.log1p(right_work.read),
        np.minimum(_MANY, found),
        np.minimum(_MANY, refused),
        *_thirds(ends, answers),
    ]).astype(np.float32)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tally:
    """Of the group of each pair, itself left out: decided, confirmed, and the share less the share overall."""

    read: Reals
    found: Reals
    share: Reals


def _tallied(answers: NDArray[np.int8], *groups: Numbers) -> tuple[_Tally, ...]:
    """A tally for each way of grouping; groups of equal number are one group on either side."""
    decided, overlaps = (answers >= 0).astype(np.float64), (answers == 1).astype(np.float64)
    base = float(overlaps.sum() / max(1.0, decided.sum()))
    size = max(int(group.max(initial=0)) for group in groups) + 1
    read = sum((np.bincount(group, decided, size) for group in groups), np.zeros(size))
    found = sum((np.bincount(group, overlaps, size) for group in groups), np.zeros(size))
    out = []
    for group in groups:
        others, true = read[group] - decided, found[group] - overlaps
        out.append(_Tally(others, true, (true + _PRIOR * base) / (others + _PRIOR) - base))
    return tuple(out)


def _thirds(ends: Ends, answers: NDArray[np.int8]) -> tuple[Reals, Reals, Reals]:
    """Third clauses that overlap both, or overlap one and were told from the other; third works that overlap both."""
    yes, no = np.flatnonzero(answers == 1), np.flatnonzero(answers == 0)
    size = int(max(ends.left.max(), ends.right.max())) + 1
    alike, unlike = _graph(ends.left, ends.right, yes, size), _graph(ends.left, ends.right, no, size)
    split = alike @ unlike
    works = int(max(ends.left_work.max(), ends.right_work.max())) + 1
    joined = _graph(ends.left_work, ends.right_work, yes, works)
    return (
        _looked_up(alike @ alike, ends.left, ends.right),
        _looked_up(split + split.T, ends.left, ends.right),
        _looked_up(joined @ joined, ends.left_work, ends.right_work),
    )


def _graph(left: Numbers, right: Numbers, rows: Numbers, size: int) -> sparse.csr_matrix:
    """Which are joined by at least one of these pairs, both ways; nothing is joined with itself."""
    rows = rows[left[rows] != right[rows]]
    a, b = np.concatenate([left[rows], right[rows]]), np.concatenate([right[rows], left[rows]])
    made = sparse.csr_matrix((np.ones(len(a)), (a, b)), shape=(size, size))
    made.data[:] = 1.0
    return made


def _looked_up(counts: sparse.csr_matrix, left: Numbers, right: Numbers) -> Reals:
    return np.minimum(_MANY, np.asarray(counts.tocsr()[left, right], dtype=np.float64).ravel())


def _best(odds: Reals, *groups: Numbers) -> tuple[Reals, ...]:
    """The greatest log-odds in the group of each pair, for each way of grouping."""
    best = np.full(max(int(group.max()) for group in groups) + 1, -np.inf)
    for group in groups:
        np.maximum.at(best, group, odds)
    return tuple(best[group] for group in groups)


def _numbered(names: Sequence[tuple[str, str]]) -> tuple[Numbers, Numbers]:
    known: dict[str, int] = {}
    both = np.array([known.setdefault(name, len(known)) for pair in names for name in pair], dtype=np.int64)
    return both[::2], both[1::2]


def _dense(numbers: Numbers) -> Numbers:
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64).ravel()
