"""Clauses as weighted words: what carries meaning weighs more than what every text says."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Clause, Part, Resolution, Span, plain_characters
from pipeline.match.stop_words import STOP_WORDS
from pipeline.reference import citation_spans, formula_spans, load_house_words, load_scoring

__all__ = ["Vocabulary", "WordedClause", "build_vocabulary", "is_compared", "word_clause", "words", "words_of"]

# A collection counts as large as the next of these sizes, each 2^(1/4) times the one before.
_EXTENT_STEPS = 4
# From a word of one work to one of all works in so many steps.
_RARITY_STEPS = 32
_WORD = re.compile(r"[^\W_]+(?:['/.-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How many works use each word; ``works`` counts them all, background included."""

    works: int
    document_frequency: dict[str, int]

    def weight(self, word: str) -> float:
        """Weight of a word in (0, 1]: stop words almost none, words of one work 1."""
        return _weight(word, self.document_frequency.get(word, 1), self.works)


@dataclass(frozen=True, slots=True)
class WordedClause:
    """A clause with its words.

    ``keys`` are normalised words, ``starts`` and ``ends`` (int32) where they stand in ``clause.text``, ``weights``
    float64 in [0, 1] with citations at 0 and formula language at a tenth; ``plain_weights`` the same without the
    discount for formulae;
    ``formula`` and ``cited`` mark such words; ``mass`` is the sum of the weights, how much the clause
    says, and ``cited_share`` the share of cited words.
    """

    clause: Clause
    resolution: Resolution
    keys: tuple[str, ...]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    weights: NDArray[np.float64]
    plain_weights: NDArray[np.float64]
    formula: NDArray[np.bool_]
    cited: NDArray[np.bool_]
    mass: float
    cited_share: float

    @property
    def masked(self) -> tuple[str, ...]:
        """The words that are neither formula language nor citations: what the clause itself says."""
        return tuple(compress(self.keys, (~(self.formula | self.cited)).tolist()))


@cache
def _normal(word: str) -> str:
    """A word without its plural s and without a footnote figure glued to it."""
    word = re.sub(r"(?<=[a-z]{3})\d$", "", word.removesuffix("'s"))
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def words(text: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Normalised words of a text and where they stand."""
    found = list(_WORD.finditer(plain_characters(text).lower()))
    return tuple(_normal(m[0]) for m in found), tuple(Span(m.start(), m.end()) for m in found)


def _keys(text: str) -> tuple[str, ...]:
    """Normalised words of a text."""
    return tuple(map(_normal, _WORD.findall(plain_characters(text).lower())))


@cache
def _weight(word: str, frequency: int, works: int) -> float:
    if word in STOP_WORDS or len(word) == 1:
        return load_scoring().words.stop_weight
    house = load_house_words()
    if word in house.words:
        return house.weight
    # In steps, so that one text more or less changes the weights of few words.
    extent = math.ceil(math.log2(works + 1) * _EXTENT_STEPS) / _EXTENT_STEPS
    rarity = round((1 - math.log2(frequency) / extent) * _RARITY_STEPS) / _RARITY_STEPS
    floor = load_scoring().words.floor
    return floor + (1 - floor) * max(0.0, min(1.0, rarity))


def build_vocabulary(
    resolutions: Iterable[Resolution], background: dict[str, int], background_works: int
) -> Vocabulary:
    """Document frequencies by work, not by clause: a mandate copied inside one text stays rare.

    Args:
        resolutions: the texts compared.
        background: word → number of works of the reference collection that use it.
        background_works: how many works that collection has; it keeps weights sensible for two texts alone.
    """
    by_work: dict[str, set[str]] = {}
    for resolution in resolutions:
        used = by_work.setdefault(str(resolution.id.work), set())
        for clause in resolution.clauses:
            used.update(_keys(clause.text))
    counts = Counter(background)
    for used in by_work.values():
        counts.update(used)
    return Vocabulary(len(by_work) + background_works, dict(counts))


def words_of(resolution: Resolution, vocabulary: Vocabulary) -> list[WordedClause]:
    """The compared clauses of a text in reading order, with their words."""
    cited: dict[str, list[str]] = {}
    for citation in resolution.citations:
        if citation.clause is not None:
            cited.setdefault(citation.clause, []).append(citation.text)
    return [
        word_clause(clause, resolution, tuple(cited.get(clause.id, ())), vocabulary)
        for clause in resolution.clauses
        if is_compared(clause)
    ]


def word_clause(clause: Clause, resolution: Resolution, cited: tuple[str, ...], vocabulary: Vocabulary) -> WordedClause:
    """The words of one clause with their weights.

    Args:
        clause: the clause.
        resolution: the text that it stands in.
        cited: the citations in the clause, as printed.
        vocabulary: weights of words.
    """
    found = list(_WORD.finditer(plain_characters(clause.text).lower()))
    keys = tuple(_normal(m[0]) for m in found)
    places = np.array([m.span() for m in found], dtype=np.int32).reshape(-1, 2)
    formula = _inside(places, formula_spans(clause.text))
    cites = _inside(places, citation_spans(clause.text, cited))
    plain = np.array([vocabulary.weight(k) for k in keys], dtype=np.float64)
    plain[cites] = 0.0
    weights = np.where(formula, plain * load_scoring().words.formula_factor, plain)
    return WordedClause(
        clause,
        resolution,
        keys,
        places[:, 0],
        places[:, 1],
        weights,
        plain,
        formula,
        cites,
        float(weights.sum()),
        float(cites.mean()) if keys else 0.0,
    )


def _inside(places: NDArray[np.int32], ranges: Sequence[Span]) -> NDArray[np.bool_]:
    """Which of the places (start, end) lie within one of the ranges."""
    found = np.zeros(len(places), dtype=bool)
    for span in ranges:
        found |= (places[:, 0] >= span.start) & (places[:, 1] <= span.end)
    return found


def is_compared(clause: Clause) -> bool:
    """Whether a clause takes part in comparison: mandates and annexes do, preambles give context only."""
    return clause.part is not Part.PREAMBULAR
