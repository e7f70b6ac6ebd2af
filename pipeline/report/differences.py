"""What a comparison says in words: its differences, the class of closeness, and how much of each side it covers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.domain import OverlapClass
from pipeline.reference.closeness import load_closeness
from pipeline.report.diff import Run, RunKind, count_running_words

__all__ = ["Difference", "Shares", "SideShare", "differences", "swap_runs", "weigh_runs"]

_SHOWN_WORDS = 24
_BEFORE_WORDS = 4

# Sentences with named gaps, so that a page can put them into another language before it fills them.
_REWORDED = "reworded: “%(left)s” becomes “%(right)s”"
_PUNCTUATION = "punctuation: “%(left)s” becomes “%(right)s”"
_ADDED = "added: “%(right)s” after “%(after)s”"
_ADDED_FIRST = "added at the beginning: “%(right)s”"
_REMOVED = "removed: “%(left)s” after “%(after)s”"
_REMOVED_FIRST = "removed at the beginning: “%(left)s”"
_MOVED = "moved: “%(left)s” from after “%(after)s” to after “%(to)s”"
_MOVED_FROM_FIRST = "moved: “%(left)s” from the beginning to after “%(to)s”"
_MOVED_TO_FIRST = "moved: “%(left)s” from after “%(after)s” to the beginning"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, counted from 1. ``run`` is the position of its run (for a move the half on the left).

    ``wording`` is an English sentence with named gaps in the form of ``%`` and ``values`` what fills them; long
    quotations are shortened in the middle. ``str(difference)`` is the sentence with its number.
    """

    number: int
    kind: RunKind
    run: int
    wording: str
    values: dict[str, str]

    def __str__(self) -> str:
        return f"{self.number}. {self.wording % self.values}"


@dataclass(frozen=True, slots=True)
class SideShare:
    """Words of one text: all, found again in the other (moved ones too, formula language aside), formula language."""

    words: int
    shared: int
    formula: int

    @property
    def share(self) -> float | None:
        """Share in [0, 1] of the words that are no shared formula language; None where there are none."""
        counted = self.words - self.formula
        return self.shared / counted if counted else None


@dataclass(frozen=True, slots=True)
class Shares:
    """How close two texts are, and how much of each side stands in the other; shared formula language is excluded."""

    closeness: OverlapClass
    left: SideShare
    right: SideShare

    @property
    def excluded(self) -> int:
        """Words that no share counts."""
        return self.left.formula + self.right.formula


def differences(runs: Sequence[Run]) -> tuple[Difference, ...]:
    """Every change in the order of the runs; empty where both texts have the same words.

    Words that moved are told once, at the place that they left.
    """
    out: list[Difference] = []
    for index, run in enumerate(runs):
        if run.kind in (RunKind.SAME, RunKind.FORMULA) or (run.kind is RunKind.MOVED and not run.left):
            continue
        wording, values = _word(runs, index, run)
        out.append(Difference(len(out) + 1, run.kind, index, wording, values))
    return tuple(out)


def _word(runs: Sequence[Run], index: int, run: Run) -> tuple[str, dict[str, str]]:
    left, right = _quote(run.left), _quote(run.right)
    if run.kind is RunKind.REWORDED:
        words = count_running_words(run.left) + count_running_words(run.right)
        return (_REWORDED if words else _PUNCTUATION), {"left": left, "right": right}
    if run.kind is RunKind.ADDED:
        after = _before(runs[:index], right=True)
        return (_ADDED, {"right": right, "after": after}) if after else (_ADDED_FIRST, {"right": right})
    after = _before(runs[:index], right=False)
    if run.kind is RunKind.REMOVED:
        return (_REMOVED, {"left": left, "after": after}) if after else (_REMOVED_FIRST, {"left": left})
    to = _before(runs[: run.partner], right=True)
    if not after:
        return _MOVED_FROM_FIRST, {"left": left, "to": to}
    return (
        (_MOVED, {"left": left, "after": after, "to": to}) if to else (_MOVED_TO_FIRST, {"left": left, "after": after})
    )


def _quote(text: str) -> str:
    bare = text.strip(" ,;:.\n\t،；，。")
    words = (bare or text).split()
    half = _SHOWN_WORDS // 2
    if len(words) > _SHOWN_WORDS:
        return " ".join((*words[:half], "…", *words[-half:]))
    quoted = " ".join(words)
    characters = 4 * _SHOWN_WORDS  # a text without spaces is one word of any length
    return quoted if len(quoted) <= 3 * characters else f"{quoted[:characters]}…{quoted[-characters:]}"


def _before(runs: Sequence[Run], *, right: bool) -> str:
    """The last words of one side before a run."""
    text = ""
    for run in reversed(runs):
        text = (run.right if right else run.left) + text
        if len(text.split()) > _BEFORE_WORDS:
            break
    return " ".join(text.split()[-_BEFORE_WORDS:])[-8 * _BEFORE_WORDS :]


def swap_runs(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same comparison read from right to left: what was added is removed. The order of the runs stays."""
    turned = {RunKind.ADDED: RunKind.REMOVED, RunKind.REMOVED: RunKind.ADDED}
    return tuple(Run(turned.get(run.kind, run.kind), run.right, run.left, run.partner) for run in runs)


def weigh_runs(runs: Sequence[Run], similarity: float | None = None) -> Shares:
    """How close the texts are, from the words of the shorter one that the other has too.

    Args:
        runs: a comparison.
        similarity: centred cosine of the two meanings in [-1, 1], where it is known: texts that say the same in other
            words have few words in common and still paraphrase each other.
    """
    left, right = _side((run.kind, run.left) for run in runs), _side((run.kind, run.right) for run in runs)
    return Shares(_class(runs, left, right, similarity), left, right)


def _side(parts: Iterable[tuple[RunKind, str]]) -> SideShare:
    words = dict.fromkeys(RunKind, 0)
    for kind, text in parts:
        words[kind] += count_running_words(text)
    return SideShare(sum(words.values()), words[RunKind.SAME] + words[RunKind.MOVED], words[RunKind.FORMULA])


def _class(runs: Sequence[Run], left: SideShare, right: SideShare, similarity: float | None) -> OverlapClass:
    scale = load_closeness().classes
    changed = [run for run in runs if run.kind not in (RunKind.SAME, RunKind.FORMULA)]
    if runs and not any(count_running_words(run.left) + count_running_words(run.right) for run in changed):
        return OverlapClass.VERBATIM
    shorter = min(left, right, key=lambda side: (side.words - side.formula, side.words))
    share = shorter.share or 0.0
    if share >= scale.near_verbatim:
        return OverlapClass.NEAR_VERBATIM
    if share >= scale.paraphrase or (similarity is not None and similarity >= scale.meaning):
        return OverlapClass.PARAPHRASE
    return OverlapClass.SAME_THEME if left.shared or right.shared else OverlapClass.OTHER
