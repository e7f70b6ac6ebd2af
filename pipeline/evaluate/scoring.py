"""Precision, recall and F1 of things that are equal or not, with intervals by resampling whole documents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluate.result import Measure

__all__ = ["Score", "exactness", "resampled"]

_RESAMPLES = 2_000
_SEED = 20_261_123
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """How many things were expected and found, and how many of them are ``equal``; shares of nothing are 0."""

    expected: int
    found: int
    equal: int

    @property
    def precision(self) -> float:
        """Share of what was found that was expected."""
        return self.equal / max(1, self.found)

    @property
    def recall(self) -> float:
        """Share of what was expected that was found."""
        return self.equal / max(1, self.expected)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.equal / max(1, self.expected + self.found)

    def __add__(self, other: "Score") -> "Score":
        return Score(self.expected + other.expected, self.found + other.found, self.equal + other.equal)


def resampled(counts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Sums of the units' counts in resamples of whole units, drawn with replacement: (2000, columns).

    Things of one document are alike, so documents are drawn and not things; the draw is the same each time.

    Args:
        counts: one row a unit, at least one.
    """
    table = np.asarray(counts, dtype=np.int64)
    drawn = np.random.default_rng(_SEED).multinomial(len(table), np.full(len(table), 1 / len(table)), _RESAMPLES)
    return np.asarray(drawn @ table, dtype=np.int64)


def exactness(scores: Sequence[Score]) -> tuple[Measure, Measure, Measure]:
    """Precision, recall and F1 over all units, each with a percentile bootstrap interval over the units."""
    total = sum(scores, start=Score(0, 0, 0))
    values = {"precision": total.precision, "recall": total.recall, "f1": total.f1}
    if len(scores) < 2:
        one, other, last = (Measure(name, value) for name, value in values.items())
        return one, other, last
    expected, found, equal = resampled([(s.expected, s.found, s.equal) for s in scores]).T
    draws = {
        "precision": equal / np.maximum(1, found),
        "recall": equal / np.maximum(1, expected),
        "f1": 2 * equal / np.maximum(1, expected + found),
    }
    ends = ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)
    one, other, last = (
        Measure(name, value, *(float(end) for end in np.quantile(draws[name], ends))) for name, value in values.items()
    )
    return one, other, last
