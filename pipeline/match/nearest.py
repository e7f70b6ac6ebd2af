"""The nearest rows of a matrix to each of its rows, exactly, in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Metric", "Nearest", "nearest_rows"]

# Rows of a block of similarities: 4096 × 4096 float32 are 64 MB, few enough to stay while they are looked through.
_BLOCK = 4096
# Differences past the fifth decimal are noise of the arithmetic; scores are compared as whole multiples of it.
_UNIT = 1e5
_NONE = np.iinfo(np.int32).min


@dataclass(frozen=True, slots=True)
class Metric:
    """What is called near: ``vectors`` times ``own`` plus ``groups`` times ``group``.

    ``groups`` gives the nearness of two groups of rows, shape (groups, groups), float32. ``count`` rows at or above
    ``minimum`` are taken for each row.
    """

    own: float
    group: float
    count: int
    minimum: float


@dataclass(frozen=True, slots=True)
class Nearest:
    """``pairs`` (m, 2), row first, then one of its nearest, the rows in order and the nearest first.

    ``more`` (n,) marks rows that have more near rows than were taken.
    """

    pairs: NDArray[np.intp]
    more: NDArray[np.bool_]


def nearest_rows(
    vectors: NDArray[np.float32],
    groups: NDArray[np.intp],
    apart: NDArray[np.intp],
    nearness: NDArray[np.float32],
    metrics: Sequence[Metric],
) -> list[Nearest]:
    """For each metric the nearest rows to each row; of equal scores the first rows are taken.

    All metrics share one pass over the products of the vectors, each of which is computed once for both its rows.

    Args:
        vectors: shape (n, dimension), float32.
        groups: group of each row, an index of ``nearness``.
        apart: rows of one number are never near each other.
        nearness: of two groups, shape (groups, groups), float32.
        metrics: what is called near.
    """
    count = len(vectors)
    tables = [_Table(count, metric) for metric in metrics]
    for top in range(0, count, _BLOCK):
        rows = slice(top, min(top + _BLOCK, count))
        for side in range(top, count, _BLOCK):
            columns = slice(side, min(side + _BLOCK, count))
            products = vectors[rows] @ vectors[columns].T
            shared = np.intersect1d(apart[rows], apart[columns]).size > 0
            excluded = apart[rows, None] == apart[None, columns] if shared else None
            for table in tables:
                metric = table.metric
                scores = products if metric.own == 1 else products * np.float32(metric.own)
                if metric.group:
                    scores = scores + np.float32(metric.group) * nearness[np.ix_(groups[rows], groups[columns])]
                if excluded is not None:
                    scores = np.where(excluded, np.float32(-np.inf), scores)
                table.offer(top, side, scores)
    return [table.taken() for table in tables]


class _Table:
    """The best columns of each row so far, and what a column must reach to be one of them.

    It holds one more than is asked for, so that it is known which rows have more.
    """

    def __init__(self, rows: int, metric: Metric) -> None:
        self.metric = metric
        self._scores = np.full((rows, metric.count + 1), _NONE, dtype=np.int32)
        self._columns = np.full((rows, metric.count + 1), -1, dtype=np.int32)
        self._least = np.full(rows, metric.minimum, dtype=np.float32)

    def offer(self, top: int, side: int, scores: NDArray[np.float32]) -> None:
        """Take from the scores of the rows from ``top`` against those from ``side``, for both of them."""
        rows, columns = np.nonzero(scores >= self._least[top : top + scores.shape[0], None])
        self._take(rows + top, columns + side, scores[rows, columns])
        if side != top:
            rows, columns = np.nonzero(scores >= self._least[None, side : side + scores.shape[1]])
            self._take(columns + side, rows + top, scores[rows, columns])

    def _take(self, rows: NDArray[np.intp], columns: NDArray[np.intp], scores: NDArray[np.float32]) -> None:
        """Merge new columns of some rows with those held, and keep the best of both."""
        if not rows.size:
            return
        touched = np.unique(rows)
        held, places = np.nonzero(self._columns[touched] >= 0)
        held = touched[held]
        rows = np.concatenate([held, rows])
        columns = np.concatenate([self._columns[held, places], columns])
        units = np.concatenate([self._scores[held, places], np.rint(scores * _UNIT).astype(np.int32)])
        order = np.lexsort((columns, -units, rows))
        rows, columns, units = rows[order], columns[order], units[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        ranks = np.arange(len(rows)) - np.repeat(starts, np.diff(np.append(starts, len(rows))))
        kept = ranks <= self.metric.count
        self._scores[rows[kept], ranks[kept]] = units[kept]
        self._columns[rows[kept], ranks[kept]] = columns[kept]
        full = touched[self._columns[touched, -1] >= 0]
        # Half a unit of rounding below the last one held; what ties with it is looked at again.
        self._least[full] = np.maximum(self.metric.minimum, (self._scores[full, -1] - 0.5) / _UNIT)

    def taken(self) -> Nearest:
        """The best columns of each row, the best first."""
        rows, places = np.nonzero(self._columns[:, :-1] >= 0)
        pairs = np.stack([rows, self._columns[rows, places]], axis=1).astype(np.intp)
        return Nearest(pairs, self._columns[:, -1] >= 0)
