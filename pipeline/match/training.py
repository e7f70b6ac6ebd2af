"""Fitting the judgement of clause pairs to labelled pairs; used by tools and benchmarks, never by a run."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from pipeline.domain import Relation
from pipeline.match.judgement import OVERLAPS, PairModel, RelationModel

__all__ = ["OTHERS", "fit_overlap", "fit_pair_model", "fit_relations"]

_OVERLAPS = (Relation.CONF, Relation.VERB, Relation.SUB, Relation.SAME_ACT, Relation.SAME_REQ, Relation.REPORT)
OTHERS = (Relation.BOIL, Relation.INTEG, Relation.COMP, Relation.THEME, Relation.NONE)
# Features vary at least so much when they are brought to one scale: a rare sign must not get a great weight.
_LEAST_SPREAD = 0.02
Matrix = NDArray[np.float64]


def fit_pair_model(
    values: Matrix,
    relations: Sequence[Relation],
    weights: Matrix,
    named: NDArray[np.bool_],
    rises: Sequence[bool],
    expected: Sequence[float],
    strength: float,
    abstain: tuple[float, float],
) -> PairModel:
    """Both questions of a judgement: is it an overlap, and of which kind.

    Args:
        values: features, shape (n, k).
        relations: the label of each pair.
        weights: how much each pair counts, shape (n,).
        named: pairs whose relation is known and not only that they are no overlap, shape (n,).
        rises: features that get no weight below 0 for an overlap, k of them; the others get none above 0.
        expected: their weights before any label is seen.
        strength: penalty on the squared weights of features brought to one scale.
        abstain: probabilities between which a pair is left to people.
    """
    scale = np.maximum(values[named].std(axis=0), _LEAST_SPREAD)
    scaled = values / scale
    overlap = np.array([r in OVERLAPS for r in relations])
    bias, points = fit_overlap(scaled, overlap, weights, rises, np.array(expected) * scale, strength)
    return PairModel(
        bias,
        tuple((points / scale).tolist()),
        _relations_of(_OVERLAPS, scaled, relations, weights, named, strength, scale),
        _relations_of(OTHERS, scaled, relations, weights, named, strength, scale),
        abstain,
    )


def fit_overlap(
    values: Matrix,
    overlap: NDArray[np.bool_],
    weights: Matrix,
    rises: Sequence[bool],
    expected: Matrix,
    strength: float,
) -> tuple[float, Matrix]:
    """Bias and weights of a logistic regression: some weights cannot fall below 0, the others not rise above.

    Args:
        values: features of one scale, shape (n, k).
        overlap: the answer for each row, shape (n,).
        weights: how much each row counts, shape (n,).
        rises: which weights cannot fall below 0, k of them.
        expected: weights before any label is seen, shape (k,).
        strength: penalty on the squared distance from them.
    """
    sign = np.where(overlap, 1.0, -1.0)

    def loss(at: Matrix) -> tuple[float, Matrix]:
        margin = sign * (at[0] + values @ at[1:])
        pull = -weights * sign / (1.0 + np.exp(np.clip(margin, -50.0, 50.0)))
        moved = at[1:] - expected
        told = float((weights * np.logaddexp(0.0, -margin)).sum() + 0.5 * strength * (moved**2).sum())
        return told, np.concatenate([[pull.sum()], values.T @ pull + strength * moved])

    bounds = [(None, None), *((0.0, None) if up else (None, 0.0) for up in rises)]
    found = minimize(loss, np.concatenate([[0.0], expected]), jac=True, method="L-BFGS-B", bounds=bounds, options=_LONG)
    return float(found.x[0]), np.asarray(found.x[1:], dtype=np.float64)


_LONG = {"maxiter": 3000, "maxfun": 6000}


def fit_relations(values: Matrix, answers: NDArray[np.intp], weights: Matrix, count: int, strength: float) -> Matrix:
    """Biases and weights (count, 1 + k) of a multinomial regression; arguments as for ``fit_overlap``."""
    truth = np.eye(count)[answers]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        at = flat.reshape(count, -1)
        odds = values @ at[:, 1:].T + at[:, 0]
        most = odds.max(axis=1, keepdims=True)
        total = most[:, 0] + np.log(np.exp(odds - most).sum(axis=1))
        pull = weights[:, None] * (np.exp(odds - total[:, None]) - truth)
        slope = np.concatenate([pull.sum(axis=0)[:, None], pull.T @ values + strength * at[:, 1:]], axis=1)
        told = (weights * (total - (odds * truth).sum(axis=1))).sum() + 0.5 * strength * (at[:, 1:] ** 2).sum()
        return float(told), slope.ravel()

    start = np.zeros(count * (values.shape[1] + 1))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=_LONG)
    return np.asarray(found.x, dtype=np.float64).reshape(count, -1)


def _relations_of(
    kinds: tuple[Relation, ...],
    scaled: Matrix,
    relations: Sequence[Relation],
    weights: Matrix,
    named: NDArray[np.bool_],
    strength: float,
    scale: Matrix,
) -> RelationModel:
    known = sorted({r for r in relations if r in kinds}, key=kinds.index)
    use = np.array([r in known for r in relations]) & named
    answers = np.array([known.index(r) for r, u in zip(relations, use, strict=True) if u], dtype=np.intp)
    found = fit_relations(scaled[use], answers, weights[use], len(known), strength)
    return RelationModel(tuple(known), found[:, 0], found[:, 1:] / scale)
