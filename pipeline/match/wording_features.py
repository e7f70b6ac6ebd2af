"""Features of wording, meaning and theme: how far two clauses say the same."""

import numpy as np
from numpy.typing import NDArray

from pipeline.match.bounds import PairBounds
from pipeline.match.mandates import action_agreement
from pipeline.match.pairs import ComparedPair, Feature, is_pointer
from pipeline.reference import load_scoring

__all__ = ["WORDING_FEATURES"]


def _rescaled(value: float, start: float, span: float) -> float:
    """``start`` or less as 0, ``start`` plus ``span`` or more as 1."""
    return max(0.0, min(1.0, (value - start) / span))


def _rescaled_all(values: NDArray[np.float64], start: float, span: float) -> NDArray[np.float64]:
    return np.asarray(np.clip((values - start) / span, 0.0, 1.0))


def _voice(pair: ComparedPair) -> float:
    return min(1.0, pair.alignment.shared / load_scoring().features.voice)


def _agreement(pair: ComparedPair) -> float:
    """Wording speaks fully where meaning agrees: one frame of words around two different objects is no copy."""
    scale = load_scoring().features
    agreed = _rescaled(pair.cosine, scale.agreement_from, scale.agreement_span)
    return scale.agreement_floor + (1 - scale.agreement_floor) * agreed


def _most_voice(pairs: PairBounds) -> NDArray[np.float64]:
    """What voice and agreement leave of shared wording, where all words in common stand in order."""
    scale = load_scoring().features
    agreed = _rescaled_all(pairs.cosine, scale.agreement_from, scale.agreement_span)
    voice = np.minimum(1.0, pairs.shared / scale.voice)
    return np.asarray(voice * (scale.agreement_floor + (1 - scale.agreement_floor) * agreed))


def _wording(pair: ComparedPair) -> float:
    return max(pair.alignment.left, pair.alignment.right) * _voice(pair) * _agreement(pair)


def _both_ways(pair: ComparedPair) -> float:
    return min(pair.alignment.left, pair.alignment.right) * _voice(pair) * _agreement(pair)


def _near_copy(pair: ComparedPair) -> float:
    start, voice = load_scoring().features.copy_from, load_scoring().features.voice
    said = pair.alignment.shared + pair.alignment.moved
    covered = min(1.0, said / least) if (least := min(pair.left.mass, pair.right.mass)) > 1e-9 else 0.0
    return _rescaled(covered, start, 1 - start) * min(1.0, said / voice)


def _most_near_copy(pairs: PairBounds) -> NDArray[np.float64]:
    start, voice = load_scoring().features.copy_from, load_scoring().features.voice
    covered = _rescaled_all(np.maximum(pairs.left, pairs.right), start, 1 - start)
    return np.asarray(covered * np.minimum(1.0, pairs.shared / voice))


def _meaning(pair: ComparedPair) -> float:
    scale = load_scoring().features
    mass = min(pair.left.mass, pair.right.mass)
    return max(0.0, pair.cosine) * min(1.0, mass / scale.meaning_mass)


def _most_meaning(pairs: PairBounds) -> NDArray[np.float64]:
    mass = np.minimum(1.0, pairs.mass / load_scoring().features.meaning_mass)
    return np.asarray(np.clip(pairs.cosine, 0.0, 1.0) * mass)


def _close(pair: ComparedPair) -> float:
    scale = load_scoring().features
    mass = min(pair.left.mass, pair.right.mass)
    return _rescaled(pair.cosine, scale.close_from, 1 - scale.close_from) * min(1.0, mass / scale.meaning_mass)


def _most_close(pairs: PairBounds) -> NDArray[np.float64]:
    scale = load_scoring().features
    near = _rescaled_all(pairs.cosine, scale.close_from, 1 - scale.close_from)
    return np.asarray(near * np.minimum(1.0, pairs.mass / scale.meaning_mass))


def _run(pair: ComparedPair) -> float:
    return min(1.0, pair.alignment.longest / load_scoring().information.full_words)


def _most_run(pairs: PairBounds) -> NDArray[np.float64]:
    return np.asarray(np.minimum(1.0, pairs.shared / load_scoring().information.full_words))


def _moved(pair: ComparedPair) -> float:
    least = min(pair.left.mass, pair.right.mass)
    return min(1.0, pair.alignment.moved / least) if least > 1e-9 else 0.0


def _most_moved(pairs: PairBounds) -> NDArray[np.float64]:
    """Words in another order are words in common too, and each of them is counted once."""
    return np.asarray(np.maximum(pairs.left, pairs.right))


def _substituted(pair: ComparedPair) -> float:
    least = min(pair.left.mass, pair.right.mass)
    return min(1.0, pair.alignment.substituted / least) if least > 1e-9 else 0.0


def _action(pair: ComparedPair) -> float:
    return action_agreement(pair.left_mandate.action, pair.right_mandate.action)


def _action_sentence(pair: ComparedPair, value: float) -> str:
    left, right = pair.left_mandate.action or "none found", pair.right_mandate.action or "none found"
    if value == 1.0:
        return f"both ask to {left}"
    return f"kindred actions: {left} and {right}" if value else f"actions differ or are not named: {left}; {right}"


def _object(pair: ComparedPair) -> float:
    left, right = pair.left_mandate.object, pair.right_mandate.object
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller >= load_scoring().features.object_least else 0.0


def _object_sentence(pair: ComparedPair) -> str:
    shared = sorted(pair.left_mandate.object & pair.right_mandate.object)
    return f"telling words in both: {', '.join(shared)}" if shared else "no telling word in both"


def _object_words(pair: ComparedPair) -> float:
    left, right = pair.left_mandate.signs.object_words, pair.right_mandate.signs.object_words
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def _theme(pair: ComparedPair) -> float:
    scale = load_scoring().features
    return max(0.0, min(1.0, pair.theme)) * _rescaled(pair.cosine, scale.agreement_from, scale.agreement_span)


def _known_theme(pairs: PairBounds) -> NDArray[np.float64]:
    scale = load_scoring().features
    agreed = _rescaled_all(pairs.cosine, scale.agreement_from, scale.agreement_span)
    return np.asarray(np.clip(pairs.theme, 0.0, 1.0) * agreed)


def _pointer(pair: ComparedPair) -> float:
    return float(is_pointer(pair.left) or is_pointer(pair.right))


def _formula_most(pair: ComparedPair) -> float:
    return max(pair.left_mandate.signs.formula, pair.right_mandate.signs.formula)


def _formula_least(pair: ComparedPair) -> float:
    return min(pair.left_mandate.signs.formula, pair.right_mandate.signs.formula)


def _percent(value: float) -> str:
    return f"{round(100 * value)} %"


WORDING_FEATURES: tuple[Feature, ...] = (
    Feature(
        "wording",
        "Share of the informative words of the better covered clause that stand in order in the other. Formula "
        "language counts a tenth and citations nothing; a match of few informative words, or of words around another "
        "object, counts in proportion.",
        _wording,
        lambda p, v: (
            f"{_percent(p.alignment.left)} of the left and {_percent(p.alignment.right)} of the right clause's "
            f"informative words stand in the other in the same order ({p.alignment.words} words)"
        ),
        rises=True,
        bound=lambda b: np.asarray(np.maximum(b.left, b.right) * _most_voice(b)),
        expected=1.0,
    ),
    Feature(
        "both_ways",
        "The same share for the clause that is covered less: high only when the two say nothing else.",
        _both_ways,
        lambda p, v: f"the clause covered less is covered by {_percent(min(p.alignment.left, p.alignment.right))}",
        rises=True,
        bound=lambda b: np.asarray(np.minimum(b.left, b.right) * _most_voice(b)),
        expected=0.5,
    ),
    Feature(
        "near_copy",
        "How near the clause that says less comes to standing whole in the other, in any order of its runs and "
        "whatever else the other says: four fifths of its informative words as 0, all as 1.",
        _near_copy,
        lambda p, v: "one clause stands whole in the other" if v > 0.99 else "one clause nearly stands in the other",
        rises=True,
        bound=_most_near_copy,
        expected=2.0,
    ),
    Feature(
        "meaning",
        "Nearness of meaning: cosine of the mean-centred vectors of the two mandates, below 0 as 0. Clauses that hold "
        "little beside formula language count in proportion to what they hold.",
        _meaning,
        lambda p, v: f"nearness of meaning {p.cosine:.2f} on a scale from -1 to 1",
        rises=True,
        bound=_most_meaning,
        known=True,
        expected=3.0,
    ),
    Feature(
        "close_meaning",
        "How far the nearness of meaning lies above the middle of its scale: a nearness of 0.5 or less as 0.",
        _close,
        lambda p, v: f"nearness of meaning {p.cosine:.2f} on a scale from -1 to 1",
        rises=True,
        bound=_most_close,
        known=True,
        expected=2.0,
    ),
    Feature(
        "run",
        "Weight of the longest unbroken run of matching words, nine informative words counting as 1.",
        _run,
        lambda p, v: "longest unbroken run of shared words" if v else "no long run of shared words",
        rises=True,
        bound=_most_run,
    ),
    Feature(
        "moved",
        "Weight of the runs of words that stand in both clauses in another order, as a share of the clause that says "
        "less.",
        _moved,
        lambda p, v: "words of both clauses stand in another order" if v else "no words in another order",
        rises=True,
        bound=_most_moved,
    ),
    Feature(
        "substituted",
        "Weight of other words at one place between words that match, as a share of the clause that says less: one "
        "frame around two objects.",
        _substituted,
        lambda p, v: "other words stand at one place in a common frame" if v else "no words are exchanged for others",
    ),
    Feature(
        "action",
        "1 when the first actions are of one class, one half for kindred classes, else 0.",
        _action,
        _action_sentence,
        rises=True,
        bound=lambda b: b.action,
        known=True,
        expected=0.5,
    ),
    Feature(
        "object",
        "Share of the ten most telling words of the shorter object that the other clause's object holds too.",
        _object,
        lambda p, v: _object_sentence(p),
        rises=True,
        bound=lambda b: b.object,
        known=True,
        expected=0.5,
    ),
    Feature(
        "object_words",
        "Share of the words of the shorter list of objects that stand in the other too.",
        _object_words,
        lambda p, v: f"{_percent(v)} of the words of the objects in common",
        rises=True,
    ),
    Feature(
        "theme",
        "Nearness in theme of the two texts as wholes: cosine of their mean vectors, below 0 as 0. It speaks where "
        "meanings agree: two texts on satellites hold many clauses that have nothing else in common.",
        _theme,
        lambda p, v: f"the two texts as wholes lie {p.theme:.2f} near on a scale from -1 to 1",
        rises=True,
        bound=_known_theme,
        known=True,
        expected=2.0,
    ),
    Feature(
        "pointer",
        "1 when either clause does little else than cite another text or stands in an annex heading, else 0.",
        _pointer,
        lambda p, v: "one clause only points to another text" if v else "neither clause is a mere reference",
        bound=lambda b: b.pointer,
        known=True,
        expected=-2.5,
    ),
    Feature(
        "formula_shared",
        "Share of the common wording that is formula language.",
        lambda p: p.alignment.formula_share,
        lambda p, v: f"{_percent(v)} of the shared wording is formula language",
        expected=-1.0,
    ),
    Feature(
        "formula_most",
        "Share of formula language in the clause that has more of it.",
        _formula_most,
        lambda p, v: f"{_percent(v)} of one clause is formula language",
    ),
    Feature(
        "formula_least",
        "Share of formula language in the clause that has less of it.",
        _formula_least,
        lambda p, v: f"at least {_percent(v)} of each clause is formula language",
    ),
)
