"""Lists of the nearest rows of each row, which grow as blocks are searched and can be carried on to the next search."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EMPTY", "ROW_MASK", "Metric", "NearLists"]

# Differences past the fifth decimal tell nothing; scores are compared as whole multiples of it.
_UNIT = 1e5
# Places kept beyond those asked for: so many of its nearest may vanish before a row is searched again.
_SPARE = 8
# A place in a list: the score, the higher the smaller, above the number of the row.
_ROW_BITS, _HIGHEST = 24, 1 << 19
EMPTY = np.int64(1 << 62)
ROW_MASK = np.int64((1 << _ROW_BITS) - 1)


@dataclass(frozen=True, slots=True)
class Metric:
    """What is called near: the product of two rows plus ``group`` times the nearness of their groups.

    ``count`` rows at or above ``minimum`` are taken for each row.
    """

    group: float
    count: int
    minimum: float

    @property
    def depth(self) -> int:
        """Places kept for a row: one more than asked for tells which rows have more."""
        return self.count + 1 + _SPARE


class NearLists:
    """The nearest of each row so far, the best first, and up to which place its list is whole.

    A list holds every place up to its bound that there is; what lies beyond is not known.
    """

    def __init__(self, metric: Metric, places: NDArray[np.int64], bounds: NDArray[np.int64]) -> None:
        self.metric = metric
        self.places = places
        self.bounds = bounds
        self.least = np.full(len(places), metric.minimum, dtype=np.float32)
        self._narrow(np.arange(len(places)))

    @classmethod
    def empty(cls, rows: int, metric: Metric) -> "NearLists":
        """Nothing known, and everything to be offered."""
        return cls(metric, np.full((rows, metric.depth), EMPTY), np.full(rows, EMPTY))

    @classmethod
    def carried(
        cls,
        metric: Metric,
        origin: NDArray[np.intp],
        moved: NDArray[np.int64],
        upto: NDArray[np.intp],
        places: NDArray[np.int64],
        bounds: NDArray[np.int64],
    ) -> "NearLists":
        """The lists of an earlier search in the numbers of this one, without the rows that are gone.

        Args:
            metric: what is called near.
            origin: number of each row then, -1 for new ones.
            moved: number now of each row of then, -1 for those that are gone.
            upto: the last row of now that stands no later than each row of then.
            places: lists of then.
            bounds: their bounds.
        """
        table = cls.empty(len(origin), metric)
        rows = np.flatnonzero(origin >= 0)
        held = places[origin[rows]]
        column = np.where(held == EMPTY, -1, moved[held & ROW_MASK] if len(moved) else -1)
        held = np.where(column >= 0, (held & ~ROW_MASK) | column, EMPTY)
        held.sort(axis=1)  # what is gone moves to the end; the order of the rest does not change
        width = min(metric.depth, held.shape[1])
        table.places[rows, :width] = held[:, :width]
        bound = bounds[origin[rows]]
        known = bound != EMPTY
        last, score = bound[known] & ROW_MASK, bound[known] & ~ROW_MASK
        whole = last == ROW_MASK  # up to a score, with all rows of that score
        place = upto[np.where(whole, 0, last)]
        # A list that ended at a row that stood before all of now is whole up to the score above.
        bound[known] = np.where(whole, bound[known], np.where(place >= 0, score | place, score - 1))
        if held.shape[1] > width:
            bound = np.where(held[:, width] != EMPTY, np.minimum(bound, held[:, width - 1]), bound)
        table.bounds[rows] = bound
        table._narrow(rows)
        return table

    def forget(self, rows: NDArray[np.intp]) -> None:
        """Nothing known of some rows."""
        self.places[rows] = EMPTY
        self.bounds[rows] = EMPTY
        self.least[rows] = self.metric.minimum

    def expect(self, rows: NDArray[np.intp], scores: NDArray[np.float32]) -> None:
        """Take nothing below these scores: of each row, more than its places will be offered at or above them."""
        # Scores of one unit are ties, which all of them must reach the list.
        self.least[rows] = np.maximum(self.least[rows], scores - np.float32(2 / _UNIT))

    def short(self) -> NDArray[np.bool_]:
        """Rows of which too few places are known."""
        found: NDArray[np.bool_] = (self.bounds != EMPTY) & (self.places[:, self.metric.count] == EMPTY)
        return found

    def take(self, rows: NDArray[np.intp], columns: NDArray[np.intp], scores: NDArray[np.float32]) -> None:
        """Merge new columns of some rows with those held, and keep the best of both up to the bound."""
        units = np.rint(scores.astype(np.float64) * _UNIT).astype(np.int64)
        fresh = ((_HIGHEST - units) << _ROW_BITS) | columns
        within = fresh <= self.bounds[rows]
        rows, fresh = rows[within], fresh[within]
        if not rows.size:
            return
        marked = np.zeros(len(self.places), dtype=bool)
        marked[rows] = True
        touched = np.flatnonzero(marked)
        local = np.zeros(len(self.places), dtype=np.int64)
        local[touched] = np.arange(len(touched))
        depth = self.metric.depth
        # Fresh ones beside those held, as wide as the row with the most of them asks for.
        order = np.argsort(local[rows], kind="stable")
        rows, fresh = rows[order], fresh[order]
        sizes = np.bincount(local[rows], minlength=len(touched))
        place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        for begin in range(0, int(sizes.max()), 512):
            some = (place >= begin) & (place < begin + 512)
            wide = np.full((len(touched), depth + min(512, int(sizes.max()) - begin)), EMPTY)
            wide[:, :depth] = self.places[touched]
            wide[local[rows[some]], depth + place[some] - begin] = fresh[some]
            wide.sort(axis=1)
            cut = wide[:, depth] != EMPTY
            self.places[touched] = wide[:, :depth]
            self.bounds[touched[cut]] = np.minimum(self.bounds[touched[cut]], wide[cut, depth - 1])
        self._narrow(touched)

    def _narrow(self, rows: NDArray[np.intp]) -> None:
        """What a score must reach to be taken; a little less, for what ties with the bound is looked at again."""
        known = rows[self.bounds[rows] != EMPTY]
        units = _HIGHEST - (self.bounds[known] >> _ROW_BITS)
        self.least[known] = np.maximum(self.metric.minimum, (units - 0.6) / _UNIT).astype(np.float32)
