"""The features of a clause pair in one table, and the probability of an overlap of mandate that they add up to."""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Contribution
from pipeline.match.bounds import PairBounds
from pipeline.match.judgement import PairModel, load_pair_model
from pipeline.match.mandate_features import MANDATE_FEATURES
from pipeline.match.pairs import ComparedPair, Feature, is_pointer
from pipeline.match.wording_features import WORDING_FEATURES

__all__ = [
    "FEATURES",
    "ComparedPair",
    "Feature",
    "explain",
    "is_pointer",
    "pair_model",
    "probability_at_once",
    "probability_bounds",
    "probability_of",
    "score",
]

FEATURES: tuple[Feature, ...] = (*WORDING_FEATURES, *MANDATE_FEATURES)
# A feature that adds less than this to the log-odds is left out of what people read, and its points join the bias.
_TOLD = 0.005


@cache
def pair_model() -> PairModel:
    """The model for ``FEATURES``.

    Raises:
        ModelError: see ``load_pair_model``.
    """
    return load_pair_model(FEATURES)


def score(pair: ComparedPair) -> tuple[float, ...]:
    """The value of each feature in [0, 1], in the order of ``FEATURES``."""
    return tuple(feature.value(pair) for feature in FEATURES)


def probability_of(values: Sequence[float]) -> float:
    """Probability of a true overlap in [0, 1]: bias plus points is its log-odds.

    Raises:
        ModelError: see ``load_pair_model``.
    """
    bias, points = _points(values)
    return 1.0 / (1.0 + math.exp(-(bias + sum(points))))


def probability_at_once(pair: ComparedPair) -> float:
    """The same for a pair of which no feature is known yet; only those that count are found."""
    model = pair_model()
    points = (round(w * f.value(pair), 4) for f, w in zip(FEATURES, model.points, strict=True) if w)
    return 1.0 / (1.0 + math.exp(-(model.bias + sum(points))))


def _points(values: Sequence[float]) -> tuple[float, list[float]]:
    model = pair_model()
    return model.bias, [round(weight * value, 4) for weight, value in zip(model.points, values, strict=True)]


def probability_bounds(pairs: PairBounds) -> NDArray[np.float64]:
    """What the probability of each pair cannot exceed, shape (m,), whatever the order of their words."""
    model = pair_model()
    # Points are rounded to the fourth decimal, the sum of the bounds is not.
    points = np.full(len(pairs.cosine), model.bias + len(FEATURES) * 5e-5 + 1e-9)
    for feature, weight in zip(FEATURES, model.points, strict=True):
        if feature.bound is None or (feature.of_columns and pairs.columns is None):
            points += max(0.0, weight)
        elif feature.known or weight > 0:
            points += weight * feature.bound(pairs)
    return np.asarray(1.0 / (1.0 + np.exp(-points)))


def explain(pair: ComparedPair, values: Sequence[float]) -> tuple[float, tuple[Contribution, ...]]:
    """The bias, and what each feature adds to it, with a sentence, the weightiest first.

    Bias and points sum to the log-odds of ``probability_of``.
    """
    bias, points = _points(values)
    told = [
        Contribution(feature.name, round(value, 4), point, feature.sentence(pair, value))
        for feature, value, point in zip(FEATURES, values, points, strict=True)
        if abs(point) >= _TOLD
    ]
    rest = sum(point for point in points if abs(point) < _TOLD)
    return round(bias + rest, 4), tuple(sorted(told, key=lambda c: (-abs(c.points), c.feature)))
