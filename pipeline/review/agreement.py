"""How far reviewers agree, some of whom read only a part of the pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Outcome
from pipeline.review.estimates import Interval

__all__ = ["Agreement", "agreement_of"]

_DRAWS = 500
_LEAST_UNITS = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha for nominal data: 1 is full agreement, 0 what chance brings, below 0 worse than chance.

    ``alpha`` is over the six outcomes, ``overlap`` over overlap or not; None where nothing can be said: fewer than two
    pairs were read by two people, or all gave one answer alone. ``interval`` (95 %) is over resampled pairs. ``pairs``
    were read by two or more, ``same`` of them with one outcome.
    """

    alpha: float | None
    interval: Interval | None
    overlap: float | None
    pairs: int
    same: int
    people: int


def agreement_of(reviews: Mapping[str, Mapping[str, Outcome]]) -> Agreement:
    """The agreement of all who decided; pairs that only one person read say nothing and are left out.

    Args:
        reviews: for each pair, the final outcome by person.
    """
    shared = {pair: given for pair, given in reviews.items() if len(given) > 1}
    outcomes = [outcome for outcome in Outcome if outcome.is_final]
    counts = np.array(
        [[sum(one is outcome for one in given.values()) for outcome in outcomes] for given in shared.values()],
        dtype=np.int64,
    ).reshape(len(shared), len(outcomes))
    told = [outcome.is_overlap for outcome in outcomes]
    binary = np.stack([counts[:, told].sum(axis=1), counts[:, [not one for one in told]].sum(axis=1)], axis=1)
    return Agreement(
        alpha=_alpha(counts),
        interval=_interval(counts),
        overlap=_alpha(binary),
        pairs=len(shared),
        same=sum(len(set(given.values())) == 1 for given in shared.values()),
        people=len({person for given in shared.values() for person in given}),
    )


def _alpha(counts: NDArray[np.int64]) -> float | None:
    """Alpha of how often each unit got each value, shape (units, values)."""
    if len(counts) < _LEAST_UNITS or (counts.sum(axis=0) > 0).sum() < 2:
        return None
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def _interval(counts: NDArray[np.int64]) -> Interval | None:
    if _alpha(counts) is None:
        return None
    draw = np.random.default_rng(0)
    resampled = (_alpha(counts[draw.integers(0, len(counts), len(counts))]) for _ in range(_DRAWS))
    found = [alpha for alpha in resampled if alpha is not None]
    if not found:
        return None
    low, high = np.quantile(found, (0.025, 0.975))
    return Interval(float(low), float(high))
