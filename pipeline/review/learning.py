"""Learning from decisions: what a pair looks like in numbers, and a calibrated model of what people call an overlap.

Everything is deterministic: equal decisions give equal scores.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.domain import Overlap, Relation
from pipeline.reference.review import load_review
from pipeline.review.neighbours import NEIGHBOUR_NAMES, STANDING_NAMES, Ends, neighbour_features

__all__ = [
    "FEATURE_NAMES",
    "Fit",
    "ModelCard",
    "doubt_of",
    "features_from_bytes",
    "features_of",
    "features_to_bytes",
    "fit_model",
]

_RELATIONS = tuple(Relation)
_CONTRIBUTIONS = (
    "near_copy",
    "moved",
    "substituted",
    "action",
    "theme",
    "formula_least",
    "actions_shared",
    "actions_apart",
    "same_office",
    "other_office",
    "office_and_members",
    "report_one",
    "deadlines_differ",
    "clause_cites",
    "carries_out",
    "open_task",
    "plenipotentiary",
    "partner",
    "partners",
    "names_other",
    "names_sector",
    "divides",
    "split",
    "same_body",
    "beneficiaries_same",
    "beneficiaries_differ",
    "beneficiaries_one",
    "resolve_both",
    "force_differs",
    "annex",
)
"""Features of the untrained score that tell anything; what a pair does not show counts 0."""
_SAMPLES = 200
"""Samples with replacement that tell whether one order is worse than another by chance."""
FEATURE_NAMES = (
    "log_odds",
    *_CONTRIBUTIONS,
    "similarity",
    "containment_left",
    "containment_right",
    "containment_least",
    "containment_most",
    "information",
    "cross_body",
    *(f"relation_{relation.value}" for relation in _RELATIONS),
)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model: on how many decisions it was fitted, and how it did on decisions held out.

    ``precision`` is average precision on the held-out decisions, ``present`` that of the order in use on the same
    ones, ``untrained`` that of the score of the run; ``brier`` is the mean squared error of the probabilities.
    ``weights`` are those of the model on features of variance one.
    """

    kind: str
    decisions: int
    overlaps: int
    held_out: int
    precision: float
    present: float
    untrained: float
    brier: float
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """A model, or why there is none; ``accepted`` is false when the order in use is better.

    ``model`` gives scores, ``sigmoid`` makes probabilities of them.
    """

    accepted: bool
    why: str
    card: ModelCard | None = None
    model: Any = None
    sigmoid: Any = None

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of an overlap of each row, shape (pairs,), in [0, 1].

        Args:
            features: those that it was fitted on; where it was given the ends of the pairs, those of the neighbours
                follow them.
        """
        if len(features) == 0:
            return np.zeros(0)
        with threadpool_limits(1):
            scores = self.model.decision_function(features).reshape(-1, 1)
            return np.asarray(self.sigmoid.predict_proba(scores)[:, 1], dtype=np.float64)


def features_of(overlap: Overlap, cross_body: bool) -> tuple[float, ...]:
    """What a model sees of a pair, in the order of ``FEATURE_NAMES``; all in [-1, 1] but the first.

    The first is the log-odds of the untrained score.
    """
    values = {one.feature: one.value for one in overlap.evidence.contributions}
    held = (overlap.containment_left, overlap.containment_right)
    return (
        overlap.evidence.log_odds,
        *(values.get(name, 0.0) for name in _CONTRIBUTIONS),
        overlap.similarity,
        *held,
        min(held),
        max(held),
        overlap.information,
        float(cross_body),
        *(float(overlap.relation is relation) for relation in _RELATIONS),
    )


def features_to_bytes(features: Sequence[float]) -> bytes:
    """The features as they are kept beside the pair: float32, little end first."""
    return np.asarray(features, dtype="<f4").tobytes()


def features_from_bytes(kept: Sequence[bytes]) -> NDArray[np.float32]:
    """The features of many pairs, shape (pairs, features), float32.

    Of pairs that another version of the program kept, with another number of features than most, only the log-odds are
    understood; the others count 0.
    """
    widths = np.array([len(one) // 4 for one in kept], dtype=np.int64)
    if not len(widths):
        return np.zeros((0, len(FEATURE_NAMES)), dtype=np.float32)
    width = int(np.bincount(widths).argmax())
    if (widths == width).all():
        return np.frombuffer(b"".join(kept), dtype="<f4").reshape(len(kept), width)
    read = np.zeros((len(kept), width), dtype=np.float32)
    for place, one in enumerate(kept):
        values = np.frombuffer(one, dtype="<f4")
        known = width if len(values) == width else 1
        read[place, :known] = values[:known]
    return read


def doubt_of(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """How little is known of each pair, in [0, 1]: 1 where both answers are as likely."""
    return np.asarray(4.0 * probabilities * (1.0 - probabilities))


def fit_model(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    present: NDArray[np.float64],
    unseen: NDArray[np.bool_] | None = None,
    ends: Ends | None = None,
) -> Fit:
    """A calibrated model of the decisions, with the guard against drift.

    A model is refused when on held-out decisions it puts overlaps in a worse order than the one in use, by more than
    the tolerance and by more than chance brings about. Each decision is held out once, by cross-validation, and tells
    its neighbours nothing meanwhile. Where the order in use comes from earlier models, only decisions count that they
    had not seen, for on the others they would do better than they are.

    Args:
        features: shape (decisions, features).
        labels: whether people called each pair an overlap.
        present: the score of each pair in the order in use.
        unseen: decisions that the order in use does not rest on; all by default.
        ends: where the pairs lie; without them nothing is learned from neighbours.
    """
    rules = load_review().learning
    overlaps = int(labels.sum())
    fewest = min(overlaps, len(labels) - overlaps)
    if len(labels) < rules.least_decisions or fewest < rules.least_each:
        wanted = f"{rules.least_decisions} decisions, {rules.least_each} of either kind"
        return Fit(False, f"{wanted}, are needed; there are {len(labels)}, {overlaps} of them overlaps")
    folds = StratifiedKFold(min(rules.folds, fewest), shuffle=True, random_state=0)
    # Small data: on a busy machine threads that wait for each other cost more than they bring.
    with warnings.catch_warnings(), threadpool_limits(1):
        # Few decisions may lie on a line: that is no news to anybody.
        warnings.simplefilter("ignore")
        held_out = _held_out(features, labels, ends, folds)
        sigmoid = _sigmoid().fit(held_out.reshape(-1, 1), labels)
        model = _straight().fit(_around(features, ends, labels.astype(np.int8)), labels)
        brier = _brier(labels, held_out, folds)
    counted = unseen if unseen is not None and _tells(labels[unseen], rules.least_decisions) else np.ones_like(labels)
    card = ModelCard(
        kind="logistic",
        decisions=len(labels),
        overlaps=overlaps,
        held_out=int(counted.sum()),
        precision=_precision(labels[counted], held_out[counted]),
        present=_precision(labels[counted], present[counted]),
        untrained=_precision(labels[counted], features[counted, 0]),
        brier=brier,
        weights=_weights(model),
    )
    if _is_worse(labels[counted], held_out[counted], present[counted], rules.tolerance):
        told = f"average precision {card.precision:.3f} against {card.present:.3f}"
        return Fit(False, f"on held-out decisions it is worse than the order in use: {told}", card, model, sigmoid)
    return Fit(True, "on held-out decisions it is no worse than the order in use", card, model, sigmoid)


def _around(features: NDArray[np.float32], ends: Ends | None, answers: NDArray[np.int8]) -> NDArray[np.float32]:
    return features if ends is None else np.hstack([features, neighbour_features(ends, answers)])


def _held_out(
    features: NDArray[np.float32], labels: NDArray[np.bool_], ends: Ends | None, folds: StratifiedKFold
) -> NDArray[np.float64]:
    """The score of each decision by a model that knows neither it nor the others of its part."""
    scores = np.zeros(len(labels))
    for known, held in folds.split(features, labels):
        answers = labels.astype(np.int8)
        answers[held] = -1
        seen = _around(features, ends, answers)
        scores[held] = _straight().fit(seen[known], labels[known]).decision_function(seen[held])
    return scores


def _brier(labels: NDArray[np.bool_], scores: NDArray[np.float64], folds: StratifiedKFold) -> float:
    """The squared error of held-out scores, once a sigmoid fitted on other decisions makes probabilities of them."""
    told = cross_val_predict(_sigmoid(), scores.reshape(-1, 1), labels, cv=folds, method="predict_proba")[:, 1]
    return float(brier_score_loss(labels, told))


def _straight() -> Any:  # noqa: ANN401  scikit-learn has no types
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2_000))


def _sigmoid() -> Any:  # noqa: ANN401
    return LogisticRegression(C=1.0)


def _weights(model: Any) -> dict[str, float]:  # noqa: ANN401
    weights = model[-1].coef_[0]
    named = (FEATURE_NAMES, (*FEATURE_NAMES, *STANDING_NAMES, *NEIGHBOUR_NAMES))
    names = next((one for one in named if len(one) == len(weights)), tuple(map(str, range(len(weights)))))
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _precision(labels: NDArray[np.bool_], scores: NDArray[Any]) -> float:
    return float(average_precision_score(labels, scores))


def _is_worse(
    labels: NDArray[np.bool_], scores: NDArray[np.float64], present: NDArray[np.float64], tolerance: float
) -> bool:
    """Whether the scores order worse than the present ones by more than the tolerance, in 19 of 20 samples as well."""
    if _precision(labels, scores) >= _precision(labels, present) - tolerance:
        return False
    draw = np.random.default_rng(0)
    worse = drawn = 0
    while drawn < _SAMPLES:
        some = draw.integers(0, len(labels), len(labels))
        if labels[some].any():
            drawn += 1
            worse += _precision(labels[some], scores[some]) < _precision(labels[some], present[some]) - tolerance
    return worse >= 0.95 * _SAMPLES


def _tells(labels: NDArray[np.bool_], least: int) -> bool:
    return len(labels) >= least and bool(labels.any()) and not bool(labels.all())
