"""Learning from decisions: what a pair looks like in numbers, and a calibrated model of what people call an overlap.

Everything is deterministic: equal decisions give equal scores.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.domain import Overlap, Relation
from pipeline.reference.review import load_review

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
_CONTRIBUTIONS = ("wording", "both_ways", "meaning", "run", "action", "object", "theme", "pointer")
FEATURE_NAMES = (
    "log_odds",
    *_CONTRIBUTIONS,
    "similarity",
    "containment_left",
    "containment_right",
    "information",
    "cross_body",
    *(f"relation_{relation.value}" for relation in _RELATIONS),
)
_TREES_FROM = 200
"""Decisions from which trees are tried beside the straight model; with fewer they only learn noise."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model: on how many decisions it was fitted, and how it did on decisions held out.

    ``precision`` is average precision on the held-out decisions, ``present`` that of the order in use on the same
    ones, ``untrained`` that of the score of the run; ``brier`` is the mean squared error of the probabilities.
    ``weights`` are those of the straight model on features of variance one; empty for trees.
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
    """A model, or why there is none; ``accepted`` is false when the order in use is better."""

    accepted: bool
    why: str
    card: ModelCard | None = None
    model: Any = None

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of an overlap of each row, shape (pairs,), in [0, 1]."""
        if len(features) == 0:
            return np.zeros(0)
        with threadpool_limits(1):
            return np.asarray(self.model.predict_proba(features)[:, 1], dtype=np.float64)


def features_of(overlap: Overlap, cross_body: bool) -> tuple[float, ...]:
    """What a model sees of a pair, in the order of ``FEATURE_NAMES``; all in [-1, 1] but the first.

    The first is the log-odds of the untrained score.
    """
    values = {one.feature: one.value for one in overlap.evidence.contributions}
    return (
        overlap.evidence.log_odds,
        *(values.get(name, 0.0) for name in _CONTRIBUTIONS),
        overlap.similarity,
        overlap.containment_left,
        overlap.containment_right,
        overlap.information,
        float(cross_body),
        *(float(overlap.relation is relation) for relation in _RELATIONS),
    )


def features_to_bytes(features: Sequence[float]) -> bytes:
    """The features as they are kept beside the pair: float32, little end first."""
    return np.asarray(features, dtype="<f4").tobytes()


def features_from_bytes(kept: Sequence[bytes]) -> NDArray[np.float32]:
    """The features of many pairs, shape (pairs, features), float32."""
    width = -1 if kept else len(FEATURE_NAMES)
    return np.frombuffer(b"".join(kept), dtype="<f4").reshape(len(kept), width)


def doubt_of(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """How little is known of each pair, in [0, 1]: 1 where both answers are as likely."""
    return np.asarray(4.0 * probabilities * (1.0 - probabilities))


def fit_model(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    present: NDArray[np.float64],
    unseen: NDArray[np.bool_] | None = None,
) -> Fit:
    """A calibrated model of the decisions, with the guard against drift.

    A model is refused when on held-out decisions it puts overlaps in a worse order than the one in use. Each decision
    is held out once, by cross-validation. Where the order in use comes from an earlier model, only decisions count
    that this model had not seen, for on the others it would do better than it is.

    Args:
        features: shape (decisions, features).
        labels: whether people called each pair an overlap.
        present: the score of each pair in the order in use.
        unseen: decisions that the order in use does not rest on; all by default.
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
        kind, held_out = _choose(features, labels, folds)
        model = _calibrated(kind, min(rules.folds, fewest)).fit(features, labels)
    counted = unseen if unseen is not None and _tells(labels[unseen], rules.least_decisions) else np.ones_like(labels)
    card = ModelCard(
        kind=kind,
        decisions=len(labels),
        overlaps=overlaps,
        held_out=int(counted.sum()),
        precision=_precision(labels[counted], held_out[counted]),
        present=_precision(labels[counted], present[counted]),
        untrained=_precision(labels[counted], features[counted, 0]),
        brier=_brier(labels, held_out, folds),
        weights=_weights(features, labels) if kind == "logistic" else {},
    )
    if card.precision < card.present - rules.tolerance:
        told = f"average precision {card.precision:.3f} against {card.present:.3f}"
        return Fit(False, f"on held-out decisions it is worse than the order in use: {told}", card, model)
    return Fit(True, "on held-out decisions it is no worse than the order in use", card, model)


def _choose(
    features: NDArray[np.float32], labels: NDArray[np.bool_], folds: StratifiedKFold
) -> tuple[str, NDArray[np.float64]]:
    """The kind of model that orders held-out decisions best, and its scores for them."""
    kinds = ("logistic", "trees") if len(labels) >= _TREES_FROM else ("logistic",)
    tried = {
        kind: cross_val_predict(_plain(kind), features, labels, cv=folds, method="decision_function") for kind in kinds
    }
    best = max(kinds, key=lambda kind: (_precision(labels, tried[kind]), kind == "logistic"))
    return best, np.asarray(tried[best], dtype=np.float64)


def _brier(labels: NDArray[np.bool_], scores: NDArray[np.float64], folds: StratifiedKFold) -> float:
    """The squared error of held-out scores, once a sigmoid fitted on other decisions makes probabilities of them."""
    sigmoid = LogisticRegression(C=1e6)
    told = cross_val_predict(sigmoid, scores.reshape(-1, 1), labels, cv=folds, method="predict_proba")[:, 1]
    return float(brier_score_loss(labels, told))


def _calibrated(kind: str, folds: int) -> Any:  # noqa: ANN401  scikit-learn has no types
    return CalibratedClassifierCV(_plain(kind), method="sigmoid", cv=folds, ensemble=False)


def _plain(kind: str) -> Any:  # noqa: ANN401
    if kind == "trees":
        return HistGradientBoostingClassifier(
            max_iter=80, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=10, random_state=0
        )
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.5, class_weight="balanced", max_iter=2_000))


def _weights(features: NDArray[np.float32], labels: NDArray[np.bool_]) -> dict[str, float]:
    fitted = _plain("logistic").fit(features, labels)
    names = FEATURE_NAMES if features.shape[1] == len(FEATURE_NAMES) else range(features.shape[1])
    return {str(name): round(float(w), 4) for name, w in zip(names, fitted[-1].coef_[0], strict=True)}


def _precision(labels: NDArray[np.bool_], scores: NDArray[Any]) -> float:
    return float(average_precision_score(labels, scores))


def _tells(labels: NDArray[np.bool_], least: int) -> bool:
    return len(labels) >= least and bool(labels.any()) and not bool(labels.all())
