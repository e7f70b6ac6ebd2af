"""A pair of clauses with everything known about both, and how a feature of such a pair is declared."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.match.alignment import Alignment
from pipeline.match.bounds import PairBounds
from pipeline.match.mandates import ComparedMandate
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_mandate_words, load_scoring

__all__ = ["ComparedPair", "Feature", "is_pointer"]


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
    """A declared feature: ``value`` gives a number in [0, 1], ``documentation`` says what it measures.

    ``sentence`` says the value of one pair in words. ``rises`` marks features that can only speak for an overlap, being
    something that the two clauses say in common; all others can only speak against one. ``expected`` is the weight
    before any label is seen, which labels then move. ``bound`` gives, for many pairs at once, what the value
    cannot exceed, and the value itself where ``known`` is true; a feature without one may be anything in [0, 1].
    ``of_columns`` marks a bound that asks what each clause shows beside its words.
    """

    name: str
    documentation: str
    value: Callable[[ComparedPair], float]
    sentence: Callable[[ComparedPair, float], str]
    rises: bool = False
    expected: float = 0.0
    bound: Callable[[PairBounds], NDArray[np.float64]] | None = None
    known: bool = False
    of_columns: bool = False


def is_pointer(worded: WordedClause) -> bool:
    """Whether a clause does little else than cite another text."""
    return worded.mass < load_scoring().features.pointer_mass or _mostly_cites(worded)


def _mostly_cites(worded: WordedClause) -> bool:
    scale = load_scoring().features
    cited = worded.cited_share
    opening = worded.clause.text.split(" ", 1)[0].lower() in load_mandate_words().pointer_openings
    return cited >= scale.pointer_cited or (opening and cited > scale.pointer_opening)
