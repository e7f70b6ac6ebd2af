"""The learned judgement of clause pairs: weights of the features, from one checked file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Relation
from pipeline.errors import ModelError
from pipeline.match.pairs import Feature
from pipeline.reference import models_folder

__all__ = ["OVERLAPS", "PairModel", "RelationModel", "load_pair_model", "relation_shares"]

# Relations that count as an overlap of mandate; a common theme alone does not.
OVERLAPS = frozenset(
    {
        Relation.CONF,
        Relation.VERB,
        Relation.SUB,
        Relation.SAME_ACT,
        Relation.SAME_REQ,
        Relation.REPORT,
        Relation.STUDY,
    }
)
_ADVICE = "rebuild it with tools/train_pair_model.py"


@dataclass(frozen=True, slots=True)
class RelationModel:
    """Which of several relations holds: softmax of ``bias`` (r,) plus ``weights`` (r, k) times the features."""

    relations: tuple[Relation, ...]
    bias: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairModel:
    """``bias`` plus ``points`` (k,) times the features is the log-odds of an overlap of mandate.

    ``overlaps`` tells overlaps apart and ``others`` what is none. ``abstain`` are the least and the greatest
    probability at which the model leaves a pair to people.
    """

    bias: float
    points: tuple[float, ...]
    overlaps: RelationModel
    others: RelationModel
    abstain: tuple[float, float]

    def is_open(self, probability: float) -> bool:
        """Whether a pair of this probability is for people to decide."""
        return self.abstain[0] <= probability <= self.abstain[1]


def load_pair_model(features: Sequence[Feature]) -> PairModel:
    """The model in ``models/pair_model.json``.

    Args:
        features: the table that it must have been made for, in the same order.

    Raises:
        ModelError: the file is missing, not of the expected form, or made for other features than the present ones.
    """
    return _load(tuple(f.name for f in features), tuple(f.rises for f in features))


@cache
def _load(names: tuple[str, ...], rises: tuple[bool, ...]) -> PairModel:
    try:
        data = json.loads((models_folder() / "pair_model.json").read_text(encoding="utf-8"))
        made_for = tuple(data["features"])
        overlap = data["overlap"]
        model = PairModel(
            float(overlap["bias"]),
            tuple(map(float, overlap["weights"])),
            _relation_model(data["overlaps"], len(made_for)),
            _relation_model(data["others"], len(made_for)),
            (float(overlap["abstain"][0]), float(overlap["abstain"][1])),
        )
        if len(model.points) != len(made_for) or not 0 <= model.abstain[0] <= model.abstain[1] <= 1:
            raise ValueError("its lists do not fit its features")
    except (OSError, KeyError, IndexError, TypeError, ValueError) as error:
        raise ModelError(f"models/pair_model.json cannot be used: {error}; {_ADVICE}") from error
    if made_for != names:
        raise ModelError(f"models/pair_model.json was made for other features; {_ADVICE}")
    turned = [n for n, up, weight in zip(names, rises, model.points, strict=True) if (weight < 0) == up and weight]
    if turned:
        raise ModelError(f"models/pair_model.json has {', '.join(turned)} speak for the wrong side; {_ADVICE}")
    return model


def _relation_model(data: dict[str, Any], features: int) -> RelationModel:
    relations = tuple(Relation(name) for name in data["relations"])
    bias, weights = np.array(data["bias"], dtype=np.float64), np.array(data["weights"], dtype=np.float64)
    if bias.shape != (len(relations),) or weights.shape != (len(relations), features):
        raise ValueError(f"its weights of relations have the shape {weights.shape}")
    return RelationModel(relations, bias, weights)


def relation_shares(
    model: PairModel, values: NDArray[np.float64], probabilities: Sequence[float]
) -> list[dict[Relation, float]]:
    """Of each pair the probability of each relation that the model knows; those of overlaps sum to the pair's own.

    Args:
        model: weights.
        values: of the features, shape (m, features).
        probabilities: of an overlap, in [0, 1], one for each row; all shares of a row sum to 1.
    """
    shares: list[dict[Relation, float]] = [{} for _ in probabilities]
    overlap = np.array(probabilities)
    for part, whole in ((model.overlaps, overlap), (model.others, 1 - overlap)):
        # Not a product of matrices: what one pair gets must not depend on how many stand beside it.
        odds = part.bias + np.stack([(values * weights).sum(axis=1) for weights in part.weights], axis=1)
        raised = np.exp(odds - odds.max(axis=1, keepdims=True))
        held = whole[:, None] * raised / raised.sum(axis=1, keepdims=True)
        for row, some in zip(shares, held.tolist(), strict=True):
            row.update(zip(part.relations, some, strict=True))
    return shares
