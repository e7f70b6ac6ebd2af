"""The nearest rows of a matrix to each of its rows, exactly, in bounded memory, and again at the cost of what changed.

Vectors are whole multiples of ``VECTOR_UNIT``: then every product of two of them is exact in float32 in whatever order
it is summed, so what is kept from an earlier search equals, to the last bit, what a full search would find.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.match.near_lists import EMPTY, ROW_MASK, Metric, NearLists

__all__ = ["VECTOR_UNIT", "WEIGHT_UNIT", "Metric", "NearRows", "Searched", "nearest_rows"]

# A unit vector in such steps has partial products below 2^24 steps of 2^-22: float32 holds each of them exactly.
VECTOR_UNIT = 2.0**-11
# Weights in such steps times products, summed over a text, are exact in float64.
WEIGHT_UNIT = 2.0**-16
_Block = NDArray[np.intp]
_Products = NDArray[np.float32]
# Rows of a block of similarities: 4096 × 4096 float32 are 64 MB, few enough to stay while they are looked through.
_BLOCK = 4096
# More than the rounding of a difference of two scores.
_MARGIN = np.float32(1e-6)


@dataclass(frozen=True)
class Searched:
    """Rows to find the nearest of, all of shape (n, …), those of one group beside each other.

    Args:
        ids: a name for each row, ascending.
        vectors: shape (n, dimension), float32, whole multiples of ``VECTOR_UNIT``, rows of length one.
        groups: group of each row, an index of ``nearness``.
        apart: rows of one number are never near each other; a group has one number.
        nearness: of two groups, shape (groups, groups), float32, whatever else the corpus holds.
        marks: what ``nearness`` of a group to others depends on, shape (groups, …).
        weights: float64, whole multiples of ``WEIGHT_UNIT``, for the sums of best products.
        left_out: rows that are near no other.
    """

    ids: Sequence[str]
    vectors: NDArray[np.float32]
    groups: NDArray[np.intp]
    apart: NDArray[np.intp]
    nearness: NDArray[np.float32]
    marks: NDArray[Any]
    weights: NDArray[np.float64]
    left_out: NDArray[np.bool_]
    apart_names: Sequence[str] = field(default=())

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where each run of rows of one group begins."""
        return np.flatnonzero(np.diff(self.groups, prepend=-1))

    @cached_property
    def run_of(self) -> NDArray[np.intp]:
        """The run of each row."""
        return np.repeat(np.arange(len(self.starts)), np.diff(np.append(self.starts, len(self.groups))))

    @cached_property
    def digests(self) -> list[bytes]:
        """Of each run, all that its rows' nearness to other rows depends on."""
        out = []
        ends = np.append(self.starts, len(self.groups))[1:]
        for start, end in zip(self.starts.tolist(), ends.tolist(), strict=True):
            made = hashlib.sha256("\n".join(self.ids[start:end]).encode())
            made.update(self.vectors[start:end].tobytes())
            made.update(self.weights[start:end].tobytes())
            made.update(self.left_out[start:end].tobytes())
            made.update(np.ascontiguousarray(self.marks[self.groups[start]]).tobytes())
            made.update(self.apart_names[start].encode() if self.apart_names else b"")
            out.append(made.digest())
        return out


@dataclass(frozen=True)
class NearRows:
    """What a search found, and what the next one needs of it.

    ``best`` (runs, runs), float64, sums over the rows of one run their weight times their best product, within
    [0, 1], with a row of the other run.
    """

    metrics: tuple[Metric, ...]
    ids: Sequence[str]
    starts: NDArray[np.intp]
    digests: list[bytes]
    places: tuple[NDArray[np.int64], ...]
    bounds: tuple[NDArray[np.int64], ...]
    best: NDArray[np.float64]
    searched: int

    def pairs(self, number: int) -> NDArray[np.intp]:
        """Of one metric (m, 2): a row, then one of its nearest, rows in order, the nearest first."""
        metric, places = self.metrics[number], self.places[number]
        rows, ranks = np.nonzero(places[:, : metric.count] != EMPTY)
        return np.stack([rows, places[rows, ranks] & ROW_MASK], axis=1).astype(np.intp)

    def more(self, number: int) -> NDArray[np.bool_]:
        """Of one metric: which rows have more near rows than were taken."""
        found: NDArray[np.bool_] = self.places[number][:, self.metrics[number].count] != EMPTY
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it, to be kept."""
        kept: dict[str, NDArray[Any]] = {
            "metrics": np.array([(m.group, m.count, m.minimum) for m in self.metrics], dtype=np.float64),
            "ids": np.array(self.ids, dtype=np.str_),
            "starts": self.starts,
            "digests": np.frombuffer(b"".join(self.digests), dtype=np.uint8).reshape(-1, 32),
            "best": self.best,
        }
        for number, (places, bounds) in enumerate(zip(self.places, self.bounds, strict=True)):
            kept[f"places{number}"], kept[f"bounds{number}"] = places, bounds
        return kept

    @classmethod
    def of(cls, kept: Mapping[str, NDArray[Any]]) -> "NearRows":
        """What was kept.

        Raises:
            KeyError: it is not whole.
        """
        metrics = tuple(Metric(group, int(count), minimum) for group, count, minimum in kept["metrics"].tolist())
        return cls(
            metrics=metrics,
            ids=kept["ids"].tolist(),
            starts=kept["starts"],
            digests=[row.tobytes() for row in kept["digests"]],
            places=tuple(kept[f"places{i}"] for i in range(len(metrics))),
            bounds=tuple(kept[f"bounds{i}"] for i in range(len(metrics))),
            best=kept["best"],
            searched=0,
        )


def nearest_rows(
    rows: Searched,
    metrics: Sequence[Metric],
    before: NearRows | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NearRows:
    """For each metric the nearest rows to each row; of equal scores the first rows are taken.

    All metrics share one pass over the products of the vectors, each of which is computed once for both its rows.

    Args:
        rows: what to search.
        metrics: what is called near.
        before: an earlier search; only runs that it did not know, and rows that lost many of their nearest, are
            searched again. The result is the same without it.
        progress: told (rows searched, rows to search).
    """
    if before is not None and [(m.group, m.minimum) for m in before.metrics] != [(m.group, m.minimum) for m in metrics]:
        before = None
    search = _Search(rows, metrics, before)
    search.run(progress or (lambda done, total: None))
    return NearRows(
        metrics=tuple(metrics),
        ids=rows.ids,
        starts=rows.starts,
        digests=rows.digests,
        places=tuple(table.places for table in search.tables),
        bounds=tuple(table.bounds for table in search.tables),
        best=search.best,
        searched=search.searched,
    )


class _Search:
    """One search: what is known already, and the blocks that are not."""

    def __init__(self, rows: Searched, metrics: Sequence[Metric], before: NearRows | None) -> None:
        self.rows = rows
        count, runs = len(rows.groups), len(rows.starts)
        self.searched = 0
        self.best = np.zeros((runs, runs))
        self.new = np.ones(count, dtype=bool)
        self.stale = np.zeros(count, dtype=bool)
        self._later: list[tuple[NearLists, NDArray[np.intp]]] = []
        if before is None:
            self.tables = [NearLists.empty(count, metric) for metric in metrics]
            return
        known = {digest: number for number, digest in enumerate(before.digests)}
        source = np.array([known.get(digest, -1) for digest in rows.digests], dtype=np.intp)
        here = np.flatnonzero(source >= 0)
        self.best[np.ix_(here, here)] = before.best[np.ix_(source[here], source[here])]
        self.new = source[rows.run_of] < 0
        offset = np.arange(count) - rows.starts[rows.run_of]
        origin = np.where(self.new, -1, before.starts[source[rows.run_of]] + offset) if len(before.starts) else None
        if origin is None:
            origin = np.full(count, -1, dtype=np.intp)
        moved = np.full(len(before.ids), -1, dtype=np.int64)
        moved[origin[~self.new]] = np.flatnonzero(~self.new)
        # Where a row stands, or would stand, among those of now: up to there a list that ended at it is whole.
        upto = np.searchsorted(np.array(rows.ids, np.str_), np.array(before.ids, np.str_), side="right") - 1
        self.tables = [
            NearLists.carried(metric, origin, moved, upto, places, bounds)
            for metric, places, bounds in zip(metrics, before.places, before.bounds, strict=True)
        ]

    def run(self, tell: Callable[[int, int], None]) -> None:
        """Search the new rows against all, then those that lost too many of their nearest."""
        total = int(self.new.sum())
        done = 0
        fresh = np.flatnonzero(self.new)
        blocks = list(self._blocks(fresh))
        old = list(self._blocks(np.flatnonzero(~self.new)))
        for here, there, products in self._products([(here, here) for here in blocks]):
            self._meet(here, there, products)
        for number, here in enumerate(blocks):
            for _, there, products in self._products([(here, there) for there in (*blocks[number + 1 :], *old)]):
                self._meet(here, there, products)
            done += len(here)
            tell(done, total)
        short = np.zeros(len(self.new), dtype=bool)
        for table in self.tables:
            short |= table.short()
        again = np.flatnonzero(short)
        for table in self.tables:
            table.forget(again)
        everything = list(self._blocks(np.arange(len(self.new))))
        for start in range(0, len(again), _BLOCK):
            here = again[start : start + _BLOCK]
            for there in everything:
                products = self.rows.vectors[here] @ self.rows.vectors[there].T
                self._offer(here, there, products, self._most(products, there))
        self.searched = total + len(again)

    def _blocks(self, chosen: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
        """Rows in blocks of whole runs."""
        run = self.rows.run_of[chosen]
        starts = np.append(np.flatnonzero(np.diff(run, prepend=-1)), len(chosen))
        first = 0
        while first < len(starts) - 1:
            last = max(first + 1, int(np.searchsorted(starts, starts[first] + _BLOCK, side="right")) - 1)
            yield chosen[starts[first] : starts[last]]
            first = last

    def _products(self, blocks: Sequence[tuple[_Block, _Block]]) -> Iterator[tuple[_Block, _Block, _Products]]:
        """Pairs of blocks with the products of their rows, one pair computed while the one before is looked through."""
        vectors = self.rows.vectors
        with ThreadPoolExecutor(1) as ahead:
            coming: deque[tuple[_Block, _Block, Future[_Products]]] = deque()
            for here, there in blocks:
                made = ahead.submit(lambda a, b: a @ b.T, _rows_of(vectors, here), _rows_of(vectors, there))
                coming.append((here, there, made))
                if len(coming) > 1:
                    yield _ready(*coming.popleft())
            for one in coming:
                yield _ready(*one)

    def _meet(self, here: _Block, there: _Block, products: _Products) -> None:
        """All of two blocks of whole runs: their nearest among each other, and the best products of their runs."""
        most = self._most(products, there)
        if here is there:
            self._expect(here, products)
        self._offer(here, there, products, most)
        self._sum(here, there, most)
        if here is not there:
            back = self._most_of_runs(products, here)
            self._offer(there, here, products.T, back)
            self._sum(there, here, back)

    def _expect(self, block: NDArray[np.intp], products: NDArray[np.float32]) -> None:
        """What is near to the rows of a block among themselves, so that little else is looked at closely."""
        rows = self.rows
        starts, owners = self._runs(block)
        lengths = np.diff(np.append(starts, len(block)))
        first = rows.starts[owners]
        near = rows.nearness[rows.groups[block][:, None], rows.groups[first][None, :]]
        own = rows.apart[block, None] == rows.apart[first][None, :]
        for table in self.tables:
            depth = table.metric.depth
            if len(block) <= depth:
                continue
            beside = np.where(own, np.float32(-np.inf), np.float32(table.metric.group) * near)
            scores = products + np.repeat(beside, lengths, axis=1)
            scores[:, rows.left_out[block]] = -np.inf
            table.expect(block, np.partition(scores, -depth - 1, axis=1)[:, -depth - 1])

    def _runs(self, block: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where in a block each run begins, and which runs they are."""
        run = self.rows.run_of[block]
        starts = np.flatnonzero(np.diff(run, prepend=-1))
        return starts, run[starts]

    def _most(self, products: NDArray[np.float32], there: NDArray[np.intp]) -> NDArray[np.float32]:
        """The best product of each row with each run of the columns."""
        return np.maximum.reduceat(products, self._runs(there)[0], axis=1)

    def _most_of_runs(self, products: NDArray[np.float32], here: NDArray[np.intp]) -> NDArray[np.float32]:
        """The best product of each column with each run of the rows, one row a column."""
        starts, _ = self._runs(here)
        ends = np.append(starts[1:], len(here))
        out = np.empty((len(starts), products.shape[1]), dtype=np.float32)
        for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            np.max(products[start:end], axis=0, out=out[number])
        return out.T

    def _sum(self, here: NDArray[np.intp], there: NDArray[np.intp], most: NDArray[np.float32]) -> None:
        starts, owners = self._runs(here)
        weighed = np.clip(most, 0, 1).astype(np.float64) * self.rows.weights[here, None]
        self.best[np.ix_(owners, self._runs(there)[1])] = np.add.reduceat(weighed, starts, axis=0)

    def _offer(
        self,
        here: NDArray[np.intp],
        there: NDArray[np.intp],
        products: NDArray[np.float32],
        most: NDArray[np.float32],
    ) -> None:
        """Take from the products of some rows with whole runs what is near to the rows.

        Only runs of which the best product reaches are looked at closely.
        """
        rows = self.rows
        starts, owners = self._runs(there)
        lengths = np.diff(np.append(starts, len(there)))
        first = rows.starts[owners]
        near = rows.nearness[rows.groups[here][:, None], rows.groups[first][None, :]]
        # What a product must reach for the easiest of the metrics.
        needed = np.full(most.shape, np.inf, dtype=np.float32)
        for table in self.tables:
            np.minimum(needed, table.least[here, None] - np.float32(table.metric.group) * near, out=needed)
        needed -= _MARGIN
        apart = rows.apart[here, None] != rows.apart[first][None, :]
        row, run = np.nonzero((most >= needed) & apart & ~rows.left_out[here, None])
        if not row.size:
            return
        # The cells of the chosen runs, as places in the memory of the products.
        sizes = lengths[run]
        along, across = (step // products.itemsize for step in products.strides)
        cells = np.repeat(row * along + starts[run] * across - (np.cumsum(sizes) - sizes) * across, sizes)
        cells += np.arange(len(cells)) * across
        flat = products.ravel(order="K")
        found = np.flatnonzero(flat.take(cells) >= np.repeat(needed[row, run], sizes))
        source = np.searchsorted(np.cumsum(sizes), found, side="right")
        row, run = row[source], run[source]
        column = there[(cells[found] - row * along) // across]
        product, near = flat[cells[found]], near[row, run]
        kept = ~rows.left_out[column]
        for table in self.tables:
            scores = product + np.float32(table.metric.group) * near
            enough = kept & (scores >= table.least[here[row]])
            table.take(here[row[enough]], column[enough], scores[enough])


def _ready(here: _Block, there: _Block, products: "Future[_Products]") -> tuple[_Block, _Block, _Products]:
    return here, there, products.result()


def _rows_of(vectors: NDArray[np.float32], block: NDArray[np.intp]) -> NDArray[np.float32]:
    """The rows of a block, without a copy where they lie beside each other."""
    if len(block) and block[-1] - block[0] == len(block) - 1:
        return vectors[block[0] : block[-1] + 1]
    return vectors[block]
