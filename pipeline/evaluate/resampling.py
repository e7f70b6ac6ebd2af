"""Intervals of figures by resampling: whole groups are drawn, for the members of a group are alike."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluate.result import Measure

__all__ = ["interval", "mean_measure"]

_RESAMPLES = 1_000
_SEED = 20_261_123
_ENDS = (0.025, 0.975)


def interval(groups: Sequence[str], figure: Callable[[NDArray[np.intp]], float]) -> tuple[float, float] | None:
    """The 95 % percentile interval of a figure; None for fewer than two groups.

    Args:
        groups: the group of each row.
        figure: the figure of some rows, given by their numbers, which may occur more than once.
    """
    names = sorted(set(groups))
    if len(names) < 2:
        return None
    rows = {name: np.array([i for i, g in enumerate(groups) if g == name], dtype=np.intp) for name in names}
    random = np.random.default_rng(_SEED)
    drawn = (
        np.concatenate([rows[names[i]] for i in random.integers(len(names), size=len(names))])
        for _ in range(_RESAMPLES)
    )
    values = [value for sample in drawn if np.isfinite(value := figure(sample))]
    low, high = np.quantile(values, _ENDS) if values else (float("nan"), float("nan"))
    return float(low), float(high)


def mean_measure(name: str, values: Sequence[float], groups: Sequence[str]) -> Measure:
    """The mean of some values, at least one, with its interval over groups."""
    table = np.array(values, dtype=np.float64)
    ends = interval(groups, lambda rows: float(table[rows].mean()))
    return Measure(name, float(table.mean()), *(ends or (None, None)))
