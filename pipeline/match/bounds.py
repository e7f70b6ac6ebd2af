"""What an alignment of two clauses can reach at the most, told without aligning them."""

from collections import Counter
from dataclasses import dataclass

from pipeline.match.alignment import Alignment
from pipeline.match.tokens import WordedClause

__all__ = ["WordBag", "bag", "best_alignment"]


@dataclass(frozen=True, slots=True)
class WordBag:
    """A clause without the order of its words: how often each stands in it, its weight, and those of formulae."""

    counts: dict[str, int]
    weights: dict[str, float]
    formula: dict[str, int]
    mass: float


def bag(worded: WordedClause) -> WordBag:
    """The words of a clause without their order; the heaviest use of a word gives its weight."""
    weights: dict[str, float] = {}
    for key, weight in zip(worded.keys, worded.weights.tolist(), strict=True):
        weights[key] = max(weights.get(key, 0.0), weight)
    formula = Counter(key for key, marked in zip(worded.keys, worded.formula.tolist(), strict=True) if marked)
    return WordBag(dict(Counter(worded.keys)), weights, dict(formula), worded.mass)


def best_alignment(left: WordBag, right: WordBag) -> Alignment:
    """An alignment that no order of the words can better: every word in common matches, in one run."""
    common = left.counts.keys() & right.counts.keys()
    shared = sum(min(left.counts[k], right.counts[k]) * min(left.weights[k], right.weights[k]) for k in common)
    formula = 0
    if left.formula or right.formula:
        formula = sum(
            min(left.counts[k], right.counts[k], left.formula.get(k, 0) + right.formula.get(k, 0)) for k in common
        )
    return Alignment(
        left=min(1.0, shared / left.mass) if left.mass > 1e-9 else 0.0,
        right=min(1.0, shared / right.mass) if right.mass > 1e-9 else 0.0,
        shared=shared,
        formula_words=formula,
        longest=shared,
        formula_share=0.0,
        words=len(common),
        matches=(),
    )
