"""Two texts prepared for the page: pieces for each side, for one text inline, and the differences in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.domain import Match
from pipeline.report.diff import Run, RunKind, compare_texts, count_running_words
from pipeline.report.differences import Difference, Shares, differences, weigh_runs
from pipeline.web.i18n import N_

__all__ = ["ComparisonView", "Mode", "Piece", "Side", "comparison_of", "swapped"]

# An identical stretch shorter than this is never folded away: the bar would be longer than the words.
_FOLDED_WORDS = 12

MARKERS = {
    RunKind.SAME: N_("same"),
    RunKind.FORMULA: N_("standard words"),
    RunKind.REWORDED: N_("reworded"),
    RunKind.MOVED: N_("moved"),
    RunKind.ADDED: N_("added"),
    RunKind.REMOVED: N_("removed"),
}
# The sentence of a feature names words after this: "both ask to publish", "telling words in both: register".
_NAMED = re.compile(r"(?:\bask to |: )(.+)")
_WORD = re.compile(r"\w{3,}")


class Mode(StrEnum):
    """How a comparison is laid out."""

    SIDE = "side"
    INLINE = "inline"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts as a reader meets it; ``address`` leads to it, ``page`` is that of its source file."""

    heading: str
    place: str
    text: str
    language: str
    address: str = ""
    page: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words on one side. ``lit`` marks what a line of the evidence speaks of.

    ``element`` is the HTML element that says what became of the words; ``folded`` is the number of identical words of
    a stretch that may be folded away, else 0.
    """

    id: str
    kind: RunKind
    element: str
    text: str
    marker: str
    folded: int
    lit: bool
    difference: int | None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Everything that the three layouts of a comparison print; the pieces of a side, joined, are its text."""

    mode: Mode
    left: Side
    right: Side
    left_pieces: tuple[Piece, ...]
    right_pieces: tuple[Piece, ...]
    inline: tuple[Piece, ...]
    differences: tuple[Difference, ...]
    shares: Shares
    fold: bool = False
    dim: bool = True
    moves: bool = True


def comparison_of(
    left: Side,
    right: Side,
    matches: Iterable[Match] = (),
    *,
    mode: Mode = Mode.SIDE,
    why: str = "",
    words: str = "",
    similarity: float | None = None,
    fold: bool = False,
    dim: bool = True,
    moves: bool = True,
) -> ComparisonView:
    """The comparison of two texts.

    Args:
        left: the text of the prevailing body, or whichever stands first.
        right: the other text.
        matches: the runs of words that the evidence names, oriented like the two texts.
        mode: the layout.
        why: the feature of the evidence whose words are lit, or "".
        words: what the evidence says of that feature; telling words are found in it.
        similarity: nearness in meaning in [-1, 1], where known.
        fold: long identical stretches are folded away.
        dim: standard words are dimmed.
        moves: words that stand at another place are told as moved, not as removed here and added there.
    """
    runs = compare_texts(left.text, right.text, tuple(matches))
    found = differences(runs)
    numbers = {difference.run: difference.number for difference in found}
    for index, run in enumerate(runs):
        if run.partner is not None and run.partner in numbers:
            numbers.setdefault(index, numbers[run.partner])
    lit = _lit(runs, why, words)
    pieces = [(index, run) for index, run in enumerate(runs)]
    return ComparisonView(
        mode=mode,
        left=left,
        right=right,
        left_pieces=_told(moves, (_piece("l", i, run, run.left, lit, numbers) for i, run in pieces if run.left)),
        right_pieces=_told(moves, (_piece("r", i, run, run.right, lit, numbers) for i, run in pieces if run.right)),
        inline=_told(moves, _inline(pieces, lit, numbers)),
        differences=found,
        shares=weigh_runs(runs, similarity),
        fold=fold,
        dim=dim,
        moves=moves,
    )


def swapped(matches: Iterable[Match]) -> tuple[Match, ...]:
    """The same matches seen from the other side."""
    return tuple(Match(match.right, match.left, match.kind) for match in matches)


def _piece(
    side: str, index: int, run: Run, text: str, lit: frozenset[int], numbers: dict[int, int], element: str = ""
) -> Piece:
    words = count_running_words(text) if run.kind is RunKind.SAME else 0
    return Piece(
        id=f"{side}{index}",
        kind=run.kind,
        element=element or _ELEMENTS.get((side, run.kind), "span"),
        text=text,
        marker=MARKERS[run.kind],
        folded=words if words >= _FOLDED_WORDS and index not in lit else 0,
        lit=index in lit,
        difference=numbers.get(index),
    )


def _told(moves: bool, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The pieces; without moves, moved words are removed on the left, where their names begin with l or d, else added.

    The shares still count them: the words stand in both texts.
    """
    return tuple(piece if moves or piece.kind is not RunKind.MOVED else _unmoved(piece) for piece in pieces)


def _unmoved(piece: Piece) -> Piece:
    left = piece.id[0] in "ld"
    kind = RunKind.REMOVED if left else RunKind.ADDED
    return replace(piece, kind=kind, element="del" if left else "ins", marker=MARKERS[kind])


_ELEMENTS = {
    ("l", RunKind.REMOVED): "del",
    ("r", RunKind.ADDED): "ins",
    ("l", RunKind.SAME): "mark",
    ("r", RunKind.SAME): "mark",
}


def _inline(runs: Iterable[tuple[int, Run]], lit: frozenset[int], numbers: dict[int, int]) -> Iterable[Piece]:
    """One text that turns the left one into the right one."""
    for index, run in runs:
        match run.kind:
            case RunKind.SAME | RunKind.FORMULA:
                yield _piece("i", index, run, run.right, lit, numbers, "span")
            case _:
                if run.left:
                    yield _piece("d", index, run, run.left, lit, numbers, "del")
                if run.right:
                    yield _piece("n", index, run, run.right, lit, numbers, "ins")


def _lit(runs: Sequence[Run], why: str, words: str) -> frozenset[int]:
    """The runs that a feature of the evidence speaks of."""
    shared = [index for index, run in enumerate(runs) if run.kind in (RunKind.SAME, RunKind.MOVED)]
    match why:
        case "wording" | "both_ways" | "near_copy" | "meaning":
            return frozenset(shared)
        case "moved":
            return frozenset(index for index, run in enumerate(runs) if run.kind is RunKind.MOVED)
        case "run":
            return frozenset({max(shared, key=lambda index: _words(runs[index]), default=-1)})
        case "pointer" | "formula_shared":
            return frozenset(index for index, run in enumerate(runs) if run.kind is RunKind.FORMULA)
        case "object" | "action" | "theme":
            named = _NAMED.search(words)
            told = {word.casefold() for word in _WORD.findall(named[1])} if named else set()
            return frozenset(index for index, run in enumerate(runs) if _names(run, told))
    return frozenset()


def _words(run: Run) -> int:
    return count_running_words(run.left or run.right)


def _names(run: Run, told: set[str]) -> bool:
    """True when one of the words, or a form of it, stands in the run."""
    held = {word.casefold() for word in _WORD.findall(f"{run.left} {run.right}")}
    return any(word.startswith(stem[: max(4, len(stem) - 2)]) for stem in told for word in held)
