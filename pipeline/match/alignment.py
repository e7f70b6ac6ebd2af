"""Words of one clause found in another: in order, moved to another place, or put in other words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

from pipeline.domain import Match, MatchKind, Span
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["Alignment", "align"]

# A stretch of both clauses: where it begins in each, and its lengths.
_Stretch = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Containment of each clause in the other, in [0, 1] by weight, and the runs that match.

    ``shared`` is the weight of the matching words, ``longest`` that of the longest unbroken run, ``formula_share`` in
    [0, 1] how much of what is shared is formula language; ``words`` counts informative
    matching words and ``formula_words`` those of formula language that are no stop words. ``moved`` is the weight of
    the runs that stand in both clauses but in another order; containment does not count them.
    ``substituted`` is the weight of other words at one place between words that match, of the side with less.
    """

    left: float
    right: float
    shared: float
    formula_words: int
    longest: float
    formula_share: float
    words: int
    moved: float
    substituted: float
    matches: tuple[Match, ...]


def align(left: WordedClause, right: WordedClause) -> Alignment:
    """The longest common subsequence of the words of two clauses, weighed, and what stands in both beside it."""
    scale, informative_at = load_scoring().alignment, load_scoring().words.floor
    shared = longest = plain_shared = plain_formula = 0.0
    informative = formulaic = 0
    matches: list[Match] = []
    anchors: list[tuple[_Stretch, bool]] = []
    # Most pairs hold no formula language, and what is told of it is most of the work.
    some_formula = bool(left.formula.any() or right.formula.any())
    for block in Indel.opcodes(left.keys, right.keys):
        if block.tag != "equal":
            continue
        start, end, other_start, other_end = block.src_start, block.src_end, block.dest_start, block.dest_end
        length = end - start
        weights = plain = left.weights[start:end].tolist()
        weights = list(map(min, weights, right.weights[other_start:other_end].tolist()))
        if some_formula:
            plain = left.plain_weights[start:end].tolist()
            formula = (left.formula[start:end] | right.formula[other_start:other_end]).tolist()
            plain_formula += sum(w for w, f in zip(plain, formula, strict=True) if f)
            formulaic += sum(f and w >= scale.formula_word for w, f in zip(plain, formula, strict=True))
        else:
            formula = [False] * length
        run, plain_run = sum(weights), sum(plain)
        shared += run
        longest = max(longest, run)
        plain_shared += plain_run
        informative += sum(w >= informative_at for w in weights)
        is_shown = plain_run >= scale.shown_weight or length >= scale.shown_words
        if is_shown:
            matches.extend(_runs(left, right, start, other_start, formula))
        anchors.append(((start, other_start, length, length), is_shown))
    moved = _moved(left, right, [stretch for stretch, _ in anchors])
    matches.extend(_match(left, right, stretch, MatchKind.MOVED) for stretch, _ in moved)
    other_words = _reworded(left, right, anchors, [stretch for stretch, _ in moved])
    matches.extend(_match(left, right, stretch, MatchKind.REWORDED) for stretch, _ in other_words)
    return Alignment(
        left=_share(shared, left.mass),
        right=_share(shared, right.mass),
        shared=shared,
        formula_words=formulaic,
        longest=longest,
        formula_share=_share(plain_formula, plain_shared),
        words=informative,
        moved=sum(weight for _, weight in moved),
        substituted=sum(weight for _, weight in other_words),
        matches=tuple(sorted(matches, key=lambda m: (m.left.start, m.right.start))),
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
        length = index - start
        out.append(_match(left, right, (src + start, dest + start, length, length), kind))
        start = index
    return out


def _match(left: WordedClause, right: WordedClause, stretch: _Stretch, kind: MatchKind) -> Match:
    src, dest, here, there = stretch
    return Match(
        Span(int(left.starts[src]), int(left.ends[src + here - 1])),
        Span(int(right.starts[dest]), int(right.ends[dest + there - 1])),
        kind,
    )


def _moved(left: WordedClause, right: WordedClause, anchors: Sequence[_Stretch]) -> list[tuple[_Stretch, float]]:
    """Runs outside the common order that stand in both clauses and say something, the weightiest first."""
    free_left = _between([(src, length) for src, _, length, _ in anchors], len(left.keys))
    free_right = _between([(dest, length) for _, dest, length, _ in anchors], len(right.keys))
    common = {left.keys[i] for i in free_left}.intersection(right.keys[i] for i in free_right)
    if not common:
        return []
    floor = load_scoring().words.floor
    places: dict[str, list[int]] = {}
    for at in free_right:
        if right.keys[at] in common and right.weights[at] >= floor:
            places.setdefault(right.keys[at], []).append(at)
    seeds = [i for i in free_left if left.keys[i] in places and left.weights[i] >= floor]
    if not seeds:
        return []
    taken_left, taken_right = [True] * len(left.keys), [True] * len(right.keys)
    for taken, free in ((taken_left, free_left), (taken_right, free_right)):
        for at in free:
            taken[at] = False
    found: list[tuple[_Stretch, float]] = []
    for seed in seeds:
        if taken_left[seed]:
            continue
        grown = [
            _grown(left.keys, right.keys, taken_left, taken_right, seed, at)
            for at in places[left.keys[seed]]
            if not taken_right[at]
        ]
        if not grown:
            continue
        src, dest, length, _ = best = max(grown, key=lambda run: (run[2], -run[1]))
        taken_left[src : src + length] = [True] * length
        taken_right[dest : dest + length] = [True] * length
        weight = float(sum(map(min, left.weights[src : src + length], right.weights[dest : dest + length])))
        found.append((best, weight))
    return sorted(found, key=lambda run: (-run[1], run[0]))


def _between(runs: Iterable[tuple[int, int]], count: int) -> list[int]:
    """The places of ``count`` that lie in no run; runs are a first place and a length, in order."""
    free: list[int] = []
    position = 0
    for start, length in runs:
        free.extend(range(position, start))
        position = start + length
    free.extend(range(position, count))
    return free


def _grown(
    here: Sequence[str], there: Sequence[str], taken_here: list[bool], taken_there: list[bool], src: int, dest: int
) -> _Stretch:
    """The run of equal free words around a word that stands in both."""
    before = after = 0
    while (
        src - before > 0
        and dest - before > 0
        and here[src - before - 1] == there[dest - before - 1]
        and not (taken_here[src - before - 1] or taken_there[dest - before - 1])
    ):
        before += 1
    while (
        src + after + 1 < len(here)
        and dest + after + 1 < len(there)
        and here[src + after + 1] == there[dest + after + 1]
        and not (taken_here[src + after + 1] or taken_there[dest + after + 1])
    ):
        after += 1
    length = before + 1 + after
    return src - before, dest - before, length, length


def _reworded(
    left: WordedClause, right: WordedClause, anchors: Sequence[tuple[_Stretch, bool]], moved: Sequence[_Stretch]
) -> list[tuple[_Stretch, float]]:
    """Other words at one place, with the weight of the side with less.

    A few words of each clause between two runs that match and are shown, or after the last of them.
    """
    most, floor = load_scoring().alignment.reworded_words, load_scoring().words.floor
    ends: list[tuple[_Stretch, bool]] = [*anchors, ((len(left.keys), len(right.keys), 0, 0), True)]
    out = []
    for ((src, dest, length, _), shown), ((next_src, next_dest, _, _), next_shown) in pairwise(ends):
        gap = (src + length, dest + length, next_src - src - length, next_dest - dest - length)
        if not (shown and next_shown) or not (0 < gap[2] <= most and 0 < gap[3] <= most):
            continue
        here, there = left.weights[gap[0] : gap[0] + gap[2]], right.weights[gap[1] : gap[1] + gap[3]]
        if min(here.max(), there.max()) >= floor and not any(_meet(gap, run) for run in moved):
            out.append((gap, float(min(here.sum(), there.sum()))))
    return out


def _meet(gap: _Stretch, run: _Stretch) -> bool:
    """Whether a moved run lies in the gap on either side."""
    return any(gap[i] < run[i] + run[i + 2] and run[i] < gap[i] + gap[i + 2] for i in (0, 1))
