"""The features of a clause pair, declared in one table; each docstring is the public documentation of its feature."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Contribution
from pipeline.match.alignment import Alignment
from pipeline.match.bounds import PairBounds
from pipeline.match.mandates import ComparedMandate
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_mandate_words, load_scoring

__all__ = [
    "FEATURES",
    "ComparedPair",
    "Feature",
    "explain",
    "is_pointer",
    "probability_bounds",
    "probability_of",
    "score",
]


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two clauses with everything known about both.

    ``cosine`` is that of the centred vectors and ``theme`` that of the two texts as wholes, both in [-1, 1].
    """

    left: WordedClause
    right: WordedClause
    left_mandate: ComparedMandate
    right_mandate: ComparedMandate
    alignment: Alignment
    cosine: float
    theme: float


@dataclass(frozen=True, slots=True)
class Feature:
    """A declared feature: ``value`` gives a number in [0, 1], ``sentence`` says it in words.

    ``bound`` gives, for many pairs at once, what the value cannot exceed, and the value itself where ``known`` is
    true. A feature without one is right too: pairs are then only given up as if it spoke for them in full.
    """

    name: str
    value: Callable[[ComparedPair], float]
    sentence: Callable[[ComparedPair, float], str]
    bound: Callable[[PairBounds], NDArray[np.float64]] | None = None
    known: bool = False

    @property
    def documentation(self) -> str:
        """What the feature measures."""
        return (self.value.__doc__ or "").strip()


def _voice(pair: ComparedPair) -> float:
    return min(1.0, pair.alignment.shared / load_scoring().features.voice)


def _agreement(pair: ComparedPair) -> float:
    """Wording speaks fully where meaning agrees: one frame of words around two different objects is no copy."""
    scale = load_scoring().features
    agreed = _rescaled(pair.cosine, scale.agreement_from, scale.agreement_span)
    return scale.agreement_floor + (1 - scale.agreement_floor) * agreed


def _wording(pair: ComparedPair) -> float:
    """Share of the informative words of the better covered clause that stand in order in the other.

    Formula language counts a tenth and citations nothing; a match of few informative words, or of words
    around another object, counts in proportion.
    """
    return max(pair.alignment.left, pair.alignment.right) * _voice(pair) * _agreement(pair)


def _both_ways(pair: ComparedPair) -> float:
    """The same share for the clause that is covered less: high only when the two say nothing else."""
    return min(pair.alignment.left, pair.alignment.right) * _voice(pair) * _agreement(pair)


def _meaning(pair: ComparedPair) -> float:
    """Nearness of meaning: cosine of the mean-centred MiniLM vectors, 0.20 or less as 0 and 0.70 or more as 1.

    Clauses that hold little beside formula language count in proportion to what they hold.
    """
    scale = load_scoring().features
    mass = min(pair.left.mass, pair.right.mass)
    return _rescaled(pair.cosine, scale.meaning_from, scale.meaning_span) * min(1.0, mass / scale.meaning_mass)


def _run(pair: ComparedPair) -> float:
    """Weight of the longest unbroken run of matching words, nine informative words counting as 1."""
    return min(1.0, pair.alignment.longest / load_scoring().information.full_words)


def _action(pair: ComparedPair) -> float:
    """1 when both ask for the same class of action, one half for kindred classes, else 0."""
    left, right = pair.left_mandate.action, pair.right_mandate.action
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    return load_scoring().features.kin_action if frozenset({left, right}) in load_mandate_words().kin else 0.0


def _object(pair: ComparedPair) -> float:
    """Share of the ten most telling words of the shorter object that the other clause's object holds too."""
    left, right = pair.left_mandate.object, pair.right_mandate.object
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller >= load_scoring().features.object_least else 0.0


def _theme(pair: ComparedPair) -> float:
    """Nearness in theme of the two texts: cosine of their mean vectors, 0 or less as 0 and 0.6 or more as 1."""
    return max(0.0, min(1.0, pair.theme / load_scoring().features.theme_full))


def _pointer(pair: ComparedPair) -> float:
    """1 when either clause does little else than cite another text or stands in an annex heading, else 0."""
    return float(is_pointer(pair.left) or is_pointer(pair.right))


def is_pointer(worded: WordedClause) -> bool:
    """Whether a clause does little else than cite another text."""
    return worded.mass < load_scoring().features.pointer_mass or _mostly_cites(worded)


def _mostly_cites(worded: WordedClause) -> bool:
    scale = load_scoring().features
    cited = worded.cited_share
    opening = worded.clause.text.split(" ", 1)[0].lower() in load_mandate_words().pointer_openings
    return cited >= scale.pointer_cited or (opening and cited > scale.pointer_opening)


def _rescaled(value: float, start: float, span: float) -> float:
    """``start`` or less as 0, ``start`` plus ``span`` or more as 1."""
    return max(0.0, min(1.0, (value - start) / span))


def _most_voice(pairs: PairBounds) -> NDArray[np.float64]:
    """What voice and agreement leave of shared wording, where all words in common stand in order."""
    scale = load_scoring().features
    agreed = np.clip((pairs.cosine - scale.agreement_from) / scale.agreement_span, 0.0, 1.0)
    voice = np.minimum(1.0, pairs.shared / scale.voice)
    return np.asarray(voice * (scale.agreement_floor + (1 - scale.agreement_floor) * agreed))


def _most_wording(pairs: PairBounds) -> NDArray[np.float64]:
    return np.asarray(np.maximum(pairs.left, pairs.right) * _most_voice(pairs))


def _most_both_ways(pairs: PairBounds) -> NDArray[np.float64]:
    return np.asarray(np.minimum(pairs.left, pairs.right) * _most_voice(pairs))


def _most_meaning(pairs: PairBounds) -> NDArray[np.float64]:
    scale = load_scoring().features
    near = np.clip((pairs.cosine - scale.meaning_from) / scale.meaning_span, 0.0, 1.0)
    return np.asarray(near * np.minimum(1.0, pairs.mass / scale.meaning_mass))


def _most_run(pairs: PairBounds) -> NDArray[np.float64]:
    return np.asarray(np.minimum(1.0, pairs.shared / load_scoring().information.full_words))


def _most_theme(pairs: PairBounds) -> NDArray[np.float64]:
    return np.asarray(np.clip(pairs.theme / load_scoring().features.theme_full, 0.0, 1.0))


def _percent(value: float) -> str:
    return f"{round(100 * value)} %"


FEATURES: tuple[Feature, ...] = (
    Feature(
        "wording",
        _wording,
        lambda p, v: (
            f"{_percent(p.alignment.left)} of the left and {_percent(p.alignment.right)} of the right clause's "
            f"informative words stand in the other in the same order ({p.alignment.words} words)"
        ),
        _most_wording,
    ),
    Feature(
        "both_ways",
        _both_ways,
        lambda p, v: f"the clause covered less is covered by {_percent(min(p.alignment.left, p.alignment.right))}",
        _most_both_ways,
    ),
    Feature(
        "meaning",
        _meaning,
        lambda p, v: f"nearness of meaning {p.cosine:.2f} on a scale from -1 to 1",
        _most_meaning,
        known=True,
    ),
    Feature(
        "run",
        _run,
        lambda p, v: "longest unbroken run of shared words" if v else "no long run of shared words",
        _most_run,
    ),
    Feature("action", _action, lambda p, v: _action_sentence(p, v), lambda pairs: pairs.action, known=True),
    Feature("object", _object, lambda p, v: _object_sentence(p), lambda pairs: pairs.object, known=True),
    Feature(
        "theme",
        _theme,
        lambda p, v: f"the two texts as wholes lie {p.theme:.2f} near on a scale from -1 to 1",
        _most_theme,
        known=True,
    ),
    Feature(
        "pointer",
        _pointer,
        lambda p, v: "one clause only points to another text" if v else "neither clause is a mere reference",
        lambda pairs: pairs.pointer,
        known=True,
    ),
)


def _action_sentence(pair: ComparedPair, value: float) -> str:
    left, right = pair.left_mandate.action or "none found", pair.right_mandate.action or "none found"
    if value == 1.0:
        return f"both ask to {left}"
    return f"kindred actions: {left} and {right}" if value else f"actions differ or are not named: {left}; {right}"


def _object_sentence(pair: ComparedPair) -> str:
    shared = sorted(pair.left_mandate.object & pair.right_mandate.object)
    return f"telling words in both: {', '.join(shared)}" if shared else "no telling word in both"


def score(pair: ComparedPair) -> tuple[float, ...]:
    """The value of each feature in [0, 1], in the order of ``FEATURES``."""
    return tuple(feature.value(pair) for feature in FEATURES)


def probability_of(values: Sequence[float]) -> float:
    """Probability of a true overlap in [0, 1]: bias plus points is its log-odds."""
    weights = load_scoring().weights
    points = (round(weights[f.name] * value, 4) for f, value in zip(FEATURES, values, strict=True))
    return 1.0 / (1.0 + math.exp(-(weights["bias"] + sum(points))))


def probability_bounds(pairs: PairBounds) -> NDArray[np.float64]:
    """What the probability of each pair cannot exceed, shape (m,), whatever the order of their words."""
    weights = load_scoring().weights
    # Points are rounded to the fourth decimal, the sum of the bounds is not.
    points = np.full(len(pairs.cosine), weights["bias"] + len(FEATURES) * 5e-5 + 1e-9)
    for feature in FEATURES:
        weight = weights[feature.name]
        if feature.bound is not None and (feature.known or weight > 0):
            points += weight * feature.bound(pairs)
        elif feature.bound is None:
            points += max(0.0, weight)
    return np.asarray(1.0 / (1.0 + np.exp(-points)))


def explain(pair: ComparedPair, values: Sequence[float]) -> tuple[float, tuple[Contribution, ...]]:
    """The bias, and what each feature adds to it, with a sentence."""
    weights = load_scoring().weights
    return weights["bias"], tuple(
        Contribution(f.name, round(value, 4), round(weights[f.name] * value, 4), f.sentence(pair, value))
        for f, value in zip(FEATURES, values, strict=True)
    )
