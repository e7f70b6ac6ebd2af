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
    "KNOWN",
    "ComparedPair",
    "Feature",
    "explain",
    "is_pointer",
    "known_values",
    "pair_model",
    "point_bounds",
    "points_of",
    "probabilities_at_most",
    "probabilities_of",
    "probability_bounds",
    "score",
    "score_all",
]

FEATURES: tuple[Feature, ...] = (*WORDING_FEATURES, *MANDATE_FEATURES)
KNOWN = tuple((place, feature) for place, feature in enumerate(FEATURES) if feature.known)
"""The features, each after its place in the table, that are known before a pair is aligned."""
_ALIGNED = tuple((place, feature) for place, feature in enumerate(FEATURES) if not feature.known)
# Points are whole numbers of such parts of the log-odds.
_STEPS = 10_000
# A feature that adds fewer to the log-odds is left out of what people read, and its points join the bias.
_TOLD = 50


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


def known_values(pairs: PairBounds) -> NDArray[np.float64]:
    """The values of ``KNOWN`` features of many pairs, before any is aligned, shape (m, features known)."""
    return np.column_stack([feature.bound(pairs) for _, feature in KNOWN if feature.bound is not None])


def score_all(pairs: Sequence[ComparedPair], known: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values of all features of many pairs, shape (m, features), each row as ``score`` gives it.

    Args:
        pairs: aligned pairs.
        known: ``known_values`` of the same pairs.
    """
    values = np.empty((len(pairs), len(FEATURES)), dtype=np.float64)
    values[:, [place for place, _ in KNOWN]] = known
    for place, feature in _ALIGNED:
        value = feature.value
        values[:, place] = [value(pair) for pair in pairs]
    return values


def points_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """What each value adds to the log-odds, in whole ten-thousandths, of the shape of ``values``.

    Whole numbers have one sum, in whatever order and in however large a block they are added.
    """
    return np.asarray(np.rint(values * np.array(pair_model().points) * _STEPS), dtype=np.int64)


def probabilities_of(points: NDArray[np.int64]) -> list[float]:
    """Probability of a true overlap in [0, 1] of each row of points: bias plus points is its log-odds."""
    bias = pair_model().bias
    return [1.0 / (1.0 + math.exp(-(bias + total / _STEPS))) for total in points.sum(axis=1).tolist()]


def point_bounds(pairs: PairBounds, features: Sequence[Feature] = FEATURES) -> NDArray[np.float64]:
    """What some features can add to the log-odds of each pair at the most, shape (m,), whatever the order of words.

    Args:
        pairs: what is known of them; features of columns ask for nothing but ``here``, ``there`` and ``columns``.
        features: of the table; one may have a bound that the table does not know.
    """
    weights = {feature.name: weight for feature, weight in zip(FEATURES, pair_model().points, strict=True)}
    points = np.zeros(len(pairs.cosine))
    for feature in features:
        weight = weights[feature.name]
        if feature.bound is None or (feature.of_columns and pairs.columns is None):
            points += max(0.0, weight)
        elif weight > 0 or (weight < 0 and feature.known):
            points += weight * feature.bound(pairs)
    return points


def probabilities_at_most(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """What probabilities cannot exceed where all features add so much at the most, of the shape of ``points``."""
    # Points are rounded to the fourth decimal, the sum of the bounds is not.
    most = pair_model().bias + len(FEATURES) * 5e-5 + 1e-9 + points
    return np.asarray(1.0 / (1.0 + np.exp(-most)))


def probability_bounds(pairs: PairBounds) -> NDArray[np.float64]:
    """What the probability of each pair cannot exceed, shape (m,), whatever the order of their words."""
    return probabilities_at_most(point_bounds(pairs))


def explain(
    pair: ComparedPair, values: Sequence[float], points: Sequence[int]
) -> tuple[float, tuple[Contribution, ...]]:
    """The bias, and what each feature adds to it, with a sentence, the weightiest first.

    Bias and points sum to the log-odds of its probability.

    Args:
        pair: the aligned pair.
        values: of all its features.
        points: what each adds, in ten-thousandths.
    """
    told = [place for place, point in enumerate(points) if abs(point) >= _TOLD]
    told.sort(key=lambda place: (-abs(points[place]), FEATURES[place].name))
    lines = tuple(
        Contribution(
            FEATURES[place].name,
            round(values[place], 4),
            points[place] / _STEPS,
            FEATURES[place].sentence(pair, values[place]),
        )
        for place in told
    )
    rest = sum(points) - sum(points[place] for place in told)
    return round(pair_model().bias + rest / _STEPS, 4), lines
