"""Weights, thresholds and limits of matching and ranking, from one checked file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pipeline.domain import Relation
from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = [
    "AlignmentScale",
    "ClusterScale",
    "ComparisonScale",
    "FeatureScale",
    "InformationScale",
    "RankScale",
    "RelationScale",
    "Scoring",
    "WordScale",
    "load_scoring",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WordScale:
    """Weights of kinds of words."""

    stop_weight: float
    floor: float
    formula_factor: float


@dataclass(frozen=True, slots=True)
class AlignmentScale:
    """From when a matching run is shown, how long a reworded one may be, and a word of formula language counted."""

    shown_weight: float
    shown_words: float
    reworded_words: float
    formula_word: float


@dataclass(frozen=True, slots=True)
class FeatureScale:
    """Where the scale of each feature begins and ends."""

    voice: float
    agreement_floor: float
    agreement_from: float
    agreement_span: float
    meaning_mass: float
    copy_from: float
    close_from: float
    kin_action: float
    object_words: float
    object_least: float
    theme_full: float
    pointer_cited: float
    pointer_opening: float
    pointer_mass: float


@dataclass(frozen=True, slots=True)
class RelationScale:
    """What decides between relations beside the thresholds of probability."""

    own_words: float
    few_words: float
    some_formula: float
    little_mass: float
    told_formula: float
    one_theme: float
    other_theme: float
    norm_subject: float
    norm_words: float
    banned_words: float
    banned_share: float
    same_words: float


@dataclass(frozen=True, slots=True)
class InformationScale:
    """Informative words at which a match, and a clause, says as much as it can."""

    full_words: float
    clause_words: float


@dataclass(frozen=True, slots=True)
class ComparisonScale:
    """What aligning two clauses is worth."""

    formula_gain: float
    least_gain: float
    worded_floor: float
    other_role: float


@dataclass(frozen=True, slots=True)
class ClusterScale:
    """When a cluster is a chain, and what ties a clause to the face of its cluster."""

    largest_share: float
    small: float
    tie: float


@dataclass(frozen=True, slots=True)
class RankScale:
    """How parts of the rank are scaled."""

    full_strength: float
    spoken_floor: float
    label_floor: float
    other_label: float
    full_effort: float
    request_effort: float


@dataclass(frozen=True, slots=True)
class Scoring:
    """Weights, thresholds and limits of matching, comparison, clustering and ranking."""

    version: str
    candidates: dict[str, float]
    thresholds: dict[str, float]
    words: WordScale
    alignment: AlignmentScale
    features: FeatureScale
    relations: RelationScale
    information: InformationScale
    comparison: ComparisonScale
    clusters: ClusterScale
    ranking: RankScale
    label_weights: dict[Relation, float]
    rank_parts: dict[str, float]
    rank_factors: dict[str, float]


@cache
def load_scoring() -> Scoring:
    """Weights of matching and ranking.

    Raises:
        ReferenceDataError: a value is missing, unknown or no number, or the parts of the rank do not sum to 1.
    """
    name = "scoring.toml"
    data = read_table(name)
    ranking = data["ranking"]
    parts = _numbers(ranking, "parts", name)
    if abs(sum(parts.values()) - 1) > 1e-9:
        raise ReferenceDataError(f"reference file {name}: ranking.parts sum to {sum(parts.values())}, not to 1")
    return Scoring(
        version=data["version"],
        candidates=_numbers(data, "candidates", name),
        thresholds=_numbers(data, "thresholds", name),
        words=_scale(WordScale, data, "words", name),
        alignment=_scale(AlignmentScale, data, "alignment", name),
        features=_scale(FeatureScale, data, "features", name),
        relations=_scale(RelationScale, data, "relations", name),
        information=_scale(InformationScale, data, "information", name),
        comparison=_scale(ComparisonScale, data, "comparison", name),
        clusters=_scale(ClusterScale, data, "clusters", name),
        ranking=_scale(RankScale, ranking, "shape", name),
        label_weights={Relation(k): v for k, v in _numbers(ranking, "label", name).items()},
        rank_parts=parts,
        rank_factors=_numbers(ranking, "factors", name),
    )


def _numbers(data: dict[str, Any], key: str, name: str) -> dict[str, float]:
    values = data.get(key)
    if not isinstance(values, dict) or not all(type(v) in (int, float) for v in values.values()):
        raise ReferenceDataError(f"reference file {name}: {key} must be a table of numbers")
    return {str(k): float(v) for k, v in values.items()}


def _scale(kind: Callable[..., T], data: dict[str, Any], key: str, name: str) -> T:
    """A table with exactly the numbers that ``kind`` names."""
    values = _numbers(data, key, name)
    try:
        return kind(**values)
    except TypeError as error:
        raise ReferenceDataError(f"reference file {name}: {key} has a value too many or too few: {error}") from error
