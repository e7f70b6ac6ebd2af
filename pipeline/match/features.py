"""The features of a clause pair, declared in one table; each docstring is the public documentation of its feature."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.domain import Contribution
from pipeline.match.alignment import Alignment
from pipeline.match.mandates import Mandate
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_mandate_words, load_scoring

__all__ = ["FEATURES", "ComparedPair", "Feature", "score"]

# Shared weight at which wording speaks with its full voice; below it a match may be chance.
_VOICE = 3.0


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two clauses with everything known about both.

    ``cosine`` is that of the centred vectors and ``theme`` that of the two texts as wholes, both in [-1, 1].
    """

    left: WordedClause
    right: WordedClause
    left_mandate: Mandate
    right_mandate: Mandate
    alignment: Alignment
    cosine: float
    theme: float


@dataclass(frozen=True, slots=True)
class Feature:
    """A declared feature: ``value`` gives a number in [0, 1], ``sentence`` says it in words."""

    name: str
    value: Callable[[ComparedPair], float]
    sentence: Callable[[ComparedPair, float], str]

    @property
    def documentation(self) -> str:
        """What the feature measures."""
        return (self.value.__doc__ or "").strip()


def _voice(pair: ComparedPair) -> float:
    return min(1.0, pair.alignment.shared / _VOICE)


def _agreement(pair: ComparedPair) -> float:
    """Wording speaks fully where meaning agrees: one frame of words around two different objects is no copy."""
    return 0.5 + 0.5 * max(0.0, min(1.0, (pair.cosine - 0.1) / 0.5))


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
    mass = min(pair.left.mass, pair.right.mass)
    return max(0.0, min(1.0, (pair.cosine - 0.2) / 0.5)) * min(1.0, mass / 2.0)


def _run(pair: ComparedPair) -> float:
    """Weight of the longest unbroken run of matching words, nine informative words counting as 1."""
    return min(1.0, pair.alignment.longest / load_scoring().full_information_words)


def _action(pair: ComparedPair) -> float:
    """1 when both ask for the same class of action, one half for kindred classes, else 0."""
    left, right = pair.left_mandate.action, pair.right_mandate.action
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    return 0.5 if frozenset({left, right}) in load_mandate_words().kin else 0.0


def _object(pair: ComparedPair) -> float:
    """Share of the ten most telling words of the shorter object that the other clause's object holds too."""
    left, right = pair.left_mandate.object, pair.right_mandate.object
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller >= 2 else 0.0


def _theme(pair: ComparedPair) -> float:
    """Nearness in theme of the two texts: cosine of their mean vectors, 0 or less as 0 and 0.6 or more as 1."""
    return max(0.0, min(1.0, pair.theme / 0.6))


def _pointer(pair: ComparedPair) -> float:
    """1 when either clause does little else than cite another text or stands in an annex heading, else 0."""
    return float(_is_pointer(pair.left) or _is_pointer(pair.right))


def _is_pointer(worded: WordedClause) -> bool:
    first = worded.clause.text.split(" ", 1)[0].lower()
    cited = float(worded.cited.sum()) / max(1, len(worded.keys))
    return cited >= 0.5 or (first in load_mandate_words().pointer_openings and cited > 0.2) or worded.mass < 0.8


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
    ),
    Feature(
        "both_ways",
        _both_ways,
        lambda p, v: f"the clause covered less is covered by {_percent(min(p.alignment.left, p.alignment.right))}",
    ),
    Feature("meaning", _meaning, lambda p, v: f"nearness of meaning {p.cosine:.2f} on a scale from -1 to 1"),
    Feature("run", _run, lambda p, v: "longest unbroken run of shared words" if v else "no long run of shared words"),
    Feature("action", _action, lambda p, v: _action_sentence(p, v)),
    Feature("object", _object, lambda p, v: _object_sentence(p)),
    Feature("theme", _theme, lambda p, v: f"the two texts as wholes lie {p.theme:.2f} near on a scale from -1 to 1"),
    Feature(
        "pointer",
        _pointer,
        lambda p, v: "one clause only points to another text" if v else "neither clause is a mere reference",
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


def score(pair: ComparedPair) -> tuple[float, float, tuple[Contribution, ...]]:
    """Probability of a true overlap in [0, 1], the bias, and the contributions; bias plus points is the log-odds."""
    weights = load_scoring().weights
    contributions = []
    for feature in FEATURES:
        value = feature.value(pair)
        contributions.append(
            Contribution(
                feature.name, round(value, 4), round(weights[feature.name] * value, 4), feature.sentence(pair, value)
            )
        )
    bias = weights["bias"]
    log_odds = bias + sum(c.points for c in contributions)
    return 1.0 / (1.0 + math.exp(-log_odds)), bias, tuple(contributions)
