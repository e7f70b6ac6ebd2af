"""Words of one clause found in order in another."""

from dataclasses import dataclass

from rapidfuzz.distance import Indel

from pipeline.domain import Match, MatchKind, Span
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["Alignment", "align"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Containment of each clause in the other, in [0, 1] by weight, and the runs that match.

    ``shared`` is the weight of the matching words, ``longest`` that of the longest unbroken run, ``formula_share`` in
    [0, 1] how much of what is shared is formula language; ``words`` counts informative
    matching words and ``formula_words`` those of formula language that are no stop words.
    """

    left: float
    right: float
    shared: float
    formula_words: int
    longest: float
    formula_share: float
    words: int
    matches: tuple[Match, ...]


def align(left: WordedClause, right: WordedClause) -> Alignment:
    """The longest common subsequence of the words of two clauses, weighed."""
    scale, informative_at = load_scoring().alignment, load_scoring().words.floor
    shared = longest = plain_shared = plain_formula = 0.0
    informative = formulaic = 0
    matches: list[Match] = []
    for block in Indel.opcodes(left.keys, right.keys):
        if block.tag != "equal":
            continue
        here, there = slice(block.src_start, block.src_end), slice(block.dest_start, block.dest_end)
        weights = list(map(min, left.weights[here].tolist(), right.weights[there].tolist()))
        plain = left.plain_weights[here].tolist()
        formula = (left.formula[here] | right.formula[there]).tolist()
        run, plain_run = sum(weights), sum(plain)
        shared += run
        longest = max(longest, run)
        plain_shared += plain_run
        plain_formula += sum(w for w, f in zip(plain, formula, strict=True) if f)
        formulaic += sum(f and w >= scale.formula_word for w, f in zip(plain, formula, strict=True))
        informative += sum(w >= informative_at for w in weights)
        if plain_run >= scale.shown_weight or block.src_end - block.src_start >= scale.shown_words:
            matches.extend(_runs(left, right, block.src_start, block.dest_start, formula))
    return Alignment(
        left=_share(shared, left.mass),
        right=_share(shared, right.mass),
        shared=shared,
        formula_words=formulaic,
        longest=longest,
        formula_share=_share(plain_formula, plain_shared),
        words=informative,
        matches=tuple(matches),
    )


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 1e-9 else 0.0


def _runs(left: WordedClause, right: WordedClause, src: int, dest: int, formula: list[bool]) -> list[Match]:
    """The block cut where formula language begins and ends, as ranges of characters."""
    out: list[Match] = []
    start = 0
    for index in range(1, len(formula) + 1):
        if index < len(formula) and formula[index] == formula[start]:
            continue
        kind = MatchKind.FORMULA if formula[start] else MatchKind.SAME
        here = Span(int(left.starts[src + start]), int(left.ends[src + index - 1]))
        there = Span(int(right.starts[dest + start]), int(right.ends[dest + index - 1]))
        out.append(Match(here, there, kind))
        start = index
    return out
