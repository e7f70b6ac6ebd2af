"""How probable it is that what two clauses share is formula language: learned on labelled passages.

The phrase bank knows the formulae that people have seen; this knows what formulae look like: few words, none of them
rare, none of them the subject of both texts. How often a passage occurs is no feature on purpose: a mandate copied into
five texts is frequent too, and it is what people look for.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.match.stop_words import STOP_WORDS
from pipeline.match.tokens import Vocabulary, words
from pipeline.reference import formula_spans, models_folder

__all__ = [
    "PASSAGE_FEATURES",
    "FormulaModel",
    "Passage",
    "document_vocabulary",
    "fit_formula_model",
    "formula_probability",
    "load_formula_model",
    "passage_values",
    "rarity_in",
]

PASSAGE_FEATURES = ("information", "weight", "in_both_titles")
_STEM = 5
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Passage:
    """The same place in two texts, and the titles of both; one clause alone stands on both sides."""

    left: str
    right: str
    left_title: str = ""
    right_title: str = ""


@dataclass(frozen=True, slots=True)
class FormulaModel:
    """Log-odds of formula language: ``bias`` plus ``weights`` times the features less ``means``, over ``scales``."""

    bias: float
    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]


def rarity_in(vocabulary: Vocabulary) -> Callable[[str], float]:
    """Rarity of a word in [0, 1]: 0 where every work uses it, 1 where none but one does; unknown words are rare."""
    works = math.log(vocabulary.works + 1)

    def rarity(word: str) -> float:
        return max(0.0, 1 - math.log(vocabulary.document_frequency.get(word, 1)) / works) if works else 1.0

    return rarity


def document_vocabulary(aligned: Iterable[tuple[str, str, str, str]]) -> Vocabulary:
    """How many documents use each word, as far as their aligned passages tell.

    Args:
        aligned: left document, left passage, right document, right passage.
    """
    used: dict[str, set[str]] = {}
    for left, here, right, there in aligned:
        used.setdefault(left, set()).update(_telling(here))
        used.setdefault(right, set()).update(_telling(there))
    return Vocabulary(len(used), dict(Counter(word for some in used.values() for word in some)))


def passage_values(passage: Passage, rarity: Callable[[str], float]) -> tuple[float, ...]:
    """The features of a passage, in the order of ``PASSAGE_FEATURES``; phrases of the bank are left out.

    ``information`` and ``weight``: sum of the rarity of the telling words in common, as such and its logarithm;
    ``in_both_titles``: how many of these words stand in both titles, logarithm. Length, shares, figures and the
    rarest word alone were tried and did not help.

    Args:
        passage: what two texts share.
        rarity: of a word, in [0, 1], see ``rarity_in``.
    """
    telling = (_telling(_plain(passage.left)) & _telling(_plain(passage.right))) - STOP_WORDS
    information = sum(rarity(word) for word in sorted(telling))
    titles = _stems(passage.left_title) & _stems(passage.right_title)
    return information, math.log1p(information), math.log1p(sum(word[:_STEM] in titles for word in telling))


def _telling(text: str) -> set[str]:
    return {part for word in words(text)[0] for part in _LETTERS.findall(word)}


def _plain(text: str) -> str:
    """The text without the phrases of the bank."""
    parts, position = [], 0
    for span in formula_spans(text):
        parts.append(text[position : span.start])
        position = span.end
    return " ".join((*parts, text[position:]))


def _stems(title: str) -> set[str]:
    return {word[:_STEM] for word in _telling(title) - STOP_WORDS}


def formula_probability(values: Sequence[float], model: FormulaModel | None = None) -> float:
    """Probability in [0, 1] that a passage is formula language.

    Args:
        values: from ``passage_values``.
        model: another model than the product's, for measuring.

    Raises:
        ModelError: see ``load_formula_model``.
    """
    model = model or load_formula_model()
    odds = model.bias + float(model.weights @ ((np.array(values) - model.means) / model.scales))
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, odds))))


def fit_formula_model(
    values: NDArray[np.float64], formula: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> FormulaModel:
    """A logistic regression on standardised features.

    Args:
        values: shape (n, features), in the order of ``PASSAGE_FEATURES``.
        formula: (n,), whether each is formula language.
        weights: (n,), how much each counts.
    """
    from sklearn.linear_model import LogisticRegression

    means, scales = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
    fitted = LogisticRegression(C=0.1, max_iter=5000).fit((values - means) / scales, formula, sample_weight=weights)
    return FormulaModel(float(fitted.intercept_[0]), fitted.coef_[0], means, scales)


@cache
def load_formula_model() -> FormulaModel:
    """The model in ``models/formula_model.json``.

    Raises:
        ModelError: the file is missing, not of the expected form, or made for other features than the present ones.
    """
    advice = "rebuild it with tools/train_formula_model.py"
    try:
        data = json.loads((models_folder() / "formula_model.json").read_text(encoding="utf-8"))
        features = tuple(data["features"])
        weights, means, scales = (np.array(data[k], dtype=np.float64) for k in ("weights", "means", "scales"))
        model = FormulaModel(float(data["bias"]), weights, means, scales)
        if not all(a.shape == (len(features),) for a in (weights, means, scales)) or (scales <= 0).any():
            raise ValueError("its lists do not fit its features")
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"models/formula_model.json cannot be used: {error}; {advice}") from error
    if features != PASSAGE_FEATURES:
        raise ModelError(f"models/formula_model.json was made for other features; {advice}")
    return model
