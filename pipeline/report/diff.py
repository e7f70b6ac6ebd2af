"""Two texts laid side by side as typed runs that cover both completely and in order."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from rapidfuzz.distance import Indel

from pipeline.domain import Match, MatchKind, Span, plain_characters
from pipeline.reference import LANGUAGES, formula_spans
from pipeline.reference.closeness import RunScale, load_closeness
from pipeline.report.moves import find_moves

__all__ = ["Run", "RunKind", "compare_texts", "count_running_words"]

# Scripts that set no spaces: each character is a word. Elsewhere a word takes its marks (Arabic vowels, accents) along.
_SOLID = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
_LETTER = f"[^\\W{_SOLID}]"
_WORD = f"[{_SOLID}]|{_LETTER}(?:{_LETTER}|[{_MARKS}]|['.-](?={_LETTER}))*"
_WORDS = re.compile(_WORD)
_PIECES = re.compile(rf"{_WORD}|\S")
_UNWRITTEN = re.compile(f"[{_MARKS}]")

_Range = tuple[int, int]


class RunKind(StrEnum):
    """What became of a run of words on the way from the left text to the right one."""

    SAME = "same"
    FORMULA = "formula"
    REWORDED = "reworded"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words with the white space after it, as each text writes it.

    ``left`` is empty for what was added, ``right`` for what was removed. Words that moved are two runs, one with
    ``left`` and one with ``right``; ``partner`` is the position of the other one in the list, else None.
    Same and formula words may differ in case, white space, vowel marks and the form of quotes and hyphens.
    """

    kind: RunKind
    left: str
    right: str
    partner: int | None = None


@dataclass(frozen=True, slots=True)
class _Cut:
    """A text cut into words and punctuation marks; each piece reaches to the beginning of the next.

    ``starts`` has one entry more than ``keys``: the end of the text.
    """

    text: str
    keys: tuple[str, ...]
    starts: tuple[int, ...]
    formula: tuple[bool, ...]

    def of(self, pieces: _Range) -> str:
        return self.text[self.starts[pieces[0]] : self.starts[pieces[1]]]

    def pieces(self, span: Span) -> _Range:
        """The pieces that begin inside a range of characters."""
        first, last = (bisect_left(self.starts, at, 0, len(self.keys)) for at in (span.start, span.end))
        return first, last


# A run before its partner is known: kind, pieces of either text, number of the move.
_Part = tuple[RunKind, _Range | None, _Range | None, int | None]


def compare_texts(
    left: str, right: str, matches: Iterable[Match] = (), languages: tuple[str, str] = ("en", "en")
) -> tuple[Run, ...]:
    """The runs of two texts: all ``left`` parts joined are the left text, all ``right`` parts the right one.

    Words are aligned in order (longest common subsequence; letter case aside). ``matches``, the evidence of a pair,
    hold: the words that they name face each other, and their kind tells reworded, moved and formula language. Any two
    texts can be compared without evidence; texts without a common word give a removed and an added run.
    ``languages`` (ISO 639-1) say whose formula language is looked for on either side.
    """
    held, scale = tuple(matches), load_closeness().runs
    a = _cut(left, [match.left for match in held if match.kind is MatchKind.FORMULA], languages[0])
    b = _cut(right, [match.right for match in held if match.kind is MatchKind.FORMULA], languages[1])
    told = [(a.pieces(match.left), b.pieces(match.right)) for match in held if match.kind.value == RunKind.MOVED]
    segments = _segments(a, b, held)
    facing = _face(a, b, segments, told)
    moves = _moves(a, b, facing, segments, told, scale)
    parts = [part for segment in segments for part in _parts(a, b, segment, facing, moves, scale)]
    return _tie(_merge(parts), a, b)


@lru_cache(maxsize=16_384)
def count_running_words(text: str) -> int:
    """Words of a text; a Chinese character is one, a punctuation mark none."""
    return len(_WORDS.findall(plain_characters(text)))


def _cut(text: str, formulae: Iterable[Span], language: str) -> _Cut:
    keys, begins = _pieces(text)
    if not keys:
        return _Cut(text, ("",) if text else (), (0, len(text)) if text else (0,), (False,) if text else ())
    marks = bytearray(len(text))
    for span in (*formulae, *(formula_spans(text, language) if language in LANGUAGES else ())):
        marks[span.start : span.end] = b"\1" * (min(span.end, len(text)) - span.start)
    return _Cut(text, keys, (0, *begins[1:], len(text)), tuple(bool(marks[begin]) for begin in begins))


@lru_cache(maxsize=4_096)
def _pieces(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Words and marks of a text as they are compared, and where each begins; a clause stands in many pairs."""
    found = list(_PIECES.finditer(plain_characters(text)))
    keys = tuple(_UNWRITTEN.sub("", piece[0].casefold()) or piece[0] for piece in found)
    return keys, tuple(piece.start() for piece in found)


_Segment = tuple[_Range, _Range, MatchKind | None]


def _segments(a: _Cut, b: _Cut, matches: Iterable[Match]) -> list[_Segment]:
    """Both texts cut at the evidence that stands in the same order in both; the kind is None between it."""
    out: list[_Segment] = []
    here = there = 0
    for match in sorted(matches, key=lambda match: (match.left, match.right)):
        (a0, a1), (b0, b1) = a.pieces(match.left), b.pieces(match.right)
        if match.kind.value == RunKind.MOVED or a0 < here or b0 < there or a0 == a1 or b0 == b1:
            continue
        out += [((here, a0), (there, b0), None), ((a0, a1), (b0, b1), match.kind)]
        here, there = a1, b1
    return [*out, ((here, len(a.keys)), (there, len(b.keys)), None)]


def _face(a: _Cut, b: _Cut, segments: list[_Segment], told: list[tuple[_Range, _Range]]) -> dict[int, int]:
    """Pieces of the left text and the equal piece that each faces in the right text, in order."""
    away_a = {piece for here, _ in told for piece in range(*here)}
    away_b = {piece for _, there in told for piece in range(*there)}
    keys_a = [f"\0{i}" if i in away_a else key for i, key in enumerate(a.keys)]
    keys_b = [f"\1{i}" if i in away_b else key for i, key in enumerate(b.keys)]
    facing: dict[int, int] = {}
    for (a0, a1), (b0, b1), kind in segments:
        if kind is not None and kind.value == RunKind.REWORDED:
            continue
        blocks = [
            (a0 + block.src_start, b0 + block.dest_start, block.src_end - block.src_start)
            for block in Indel.opcodes(keys_a[a0:a1], keys_b[b0:b1])
            if block.tag == "equal"
        ]
        kept = blocks if kind is not None else _solid(a, b, blocks, (a0, a1), (b0, b1))
        for here, there, length in _grown(keys_a, keys_b, kept, (a0, a1), (b0, b1)):
            facing.update(zip(range(here, here + length), range(there, there + length), strict=True))
    return facing


def _grown(
    left: list[str], right: list[str], blocks: list[tuple[int, int, int]], ours: _Range, theirs: _Range
) -> Iterator[tuple[int, int, int]]:
    """The blocks with the equal pieces beside them that a dropped block had held."""
    i, j = ours[0], theirs[0]
    for index, (here, there, length) in enumerate(blocks):
        after = blocks[index + 1] if index + 1 < len(blocks) else (ours[1], theirs[1], 0)
        before = next((n for n in range(min(here - i, there - j)) if left[here - n - 1] != right[there - n - 1]), None)
        before = min(here - i, there - j) if before is None else before
        i, j = here + length, there + length
        while i < after[0] and j < after[1] and left[i] == right[j]:
            i, j = i + 1, j + 1
        yield here - before, there - before, i - here + before


def _solid(
    a: _Cut, b: _Cut, blocks: list[tuple[int, int, int]], left: _Range, right: _Range
) -> list[tuple[int, int, int]]:
    """The equal blocks without lone small words between long changes, which say nothing and tear the text."""
    kept: list[tuple[int, int, int]] = []
    for index, block in enumerate(blocks):
        here, there, length = block
        after = blocks[index + 1] if index + 1 < len(blocks) else (left[1], right[1], 0)
        before = kept[-1] if kept else (left[0], right[0], 0)
        weight = sum(map(len, a.keys[here : here + length]))
        change_before = max(_letters(a, (before[0] + before[2], here)), _letters(b, (before[1] + before[2], there)))
        change_after = max(_letters(a, (here + length, after[0])), _letters(b, (there + length, after[1])))
        change = min(change_before, change_after)
        if length > 3 or not change or weight > change / 2:
            kept.append(block)
    return kept


def _letters(cut: _Cut, pieces: _Range) -> int:
    return sum(map(len, cut.keys[slice(*pieces)]))


def _moves(
    a: _Cut,
    b: _Cut,
    facing: dict[int, int],
    segments: list[_Segment],
    told: list[tuple[_Range, _Range]],
    scale: RunScale,
) -> tuple[dict[int, int], dict[int, int]]:
    """The number of the move for each moved piece of the left and of the right text."""
    free_a, free_b = [True] * len(a.keys), [True] * len(b.keys)
    for here, there in facing.items():
        free_a[here] = free_b[there] = False
    for (a0, a1), (b0, b1), kind in segments:
        if kind is not None and kind.value == RunKind.REWORDED:
            free_a[a0:a1], free_b[b0:b1] = [False] * (a1 - a0), [False] * (b1 - b0)
    chosen: list[tuple[_Range, _Range]] = []
    for ours, theirs in told:
        (a0, a1), (b0, b1) = ours, theirs
        if a0 < a1 and b0 < b1 and all(free_a[a0:a1]) and all(free_b[b0:b1]):
            free_a[a0:a1], free_b[b0:b1] = [False] * (a1 - a0), [False] * (b1 - b0)
            chosen.append((ours, theirs))
    chosen += find_moves(a.keys, b.keys, free_a, free_b, scale)
    return (
        {piece: number for number, (ours, _) in enumerate(chosen) for piece in range(*ours)},
        {piece: number for number, (_, theirs) in enumerate(chosen) for piece in range(*theirs)},
    )


def _parts(
    a: _Cut,
    b: _Cut,
    segment: _Segment,
    facing: dict[int, int],
    moves: tuple[dict[int, int], dict[int, int]],
    scale: RunScale,
) -> Iterator[_Part]:
    (i, a1), (j, b1), kind = segment
    if kind is not None and kind.value == RunKind.REWORDED:
        yield RunKind.REWORDED, (i, a1), (j, b1), None
        return
    for here in (*(piece for piece in range(i, a1) if piece in facing), a1):
        there = facing.get(here, b1) if here < a1 else b1
        if (i, j) != (here, there):
            yield from _change(a, b, (i, here), (j, there), moves, scale)
        if here < a1:
            formula = a.formula[here] or b.formula[there]
            yield RunKind.FORMULA if formula else RunKind.SAME, (here, here + 1), (there, there + 1), None
        i, j = here + 1, there + 1


def _change(
    a: _Cut,
    b: _Cut,
    left: _Range,
    right: _Range,
    moves: tuple[dict[int, int], dict[int, int]],
    scale: RunScale,
) -> Iterator[_Part]:
    """What stands between two equal pieces: the n-th unmoved stretch of one side faces the n-th of the other."""
    ours, theirs = list(_stretches(left, moves[0])), list(_stretches(right, moves[1]))
    while ours or theirs:
        while ours and (number := ours[0][1]) is not None:
            yield RunKind.MOVED, ours.pop(0)[0], None, number
        while theirs and (number := theirs[0][1]) is not None:
            yield RunKind.MOVED, None, theirs.pop(0)[0], number
        here = ours.pop(0)[0] if ours else None
        there = theirs.pop(0)[0] if theirs else None
        if here and there and _reworded(a.of(here), b.of(there), scale):
            yield RunKind.REWORDED, here, there, None
            continue
        if here:
            yield RunKind.REMOVED, here, None, None
        if there:
            yield RunKind.ADDED, None, there, None


def _stretches(pieces: _Range, moved: dict[int, int]) -> Iterator[tuple[_Range, int | None]]:
    for number, group in groupby(range(*pieces), key=moved.get):
        held = list(group)
        yield (held[0], held[-1] + 1), number


def _reworded(left: str, right: str, scale: RunScale) -> bool:
    words = count_running_words(left), count_running_words(right)
    if not min(words):
        return words[0] == words[1]
    return max(words) <= scale.reworded_words and max(words) <= scale.reworded_ratio * min(words)


def _merge(parts: Iterable[_Part]) -> list[_Part]:
    """Neighbours of one kind as one; what was reworded or moved stays apart."""
    out: list[_Part] = []
    for part in parts:
        last = out[-1] if out else None
        if last is None or part[0] is not last[0] or part[0] in (RunKind.REWORDED, RunKind.MOVED):
            out.append(part)
        else:
            out[-1] = (part[0], _join(last[1], part[1]), _join(last[2], part[2]), None)
    return out


def _join(first: _Range | None, second: _Range | None) -> _Range | None:
    return (first[0], second[1]) if first and second else first or second


def _tie(parts: list[_Part], a: _Cut, b: _Cut) -> tuple[Run, ...]:
    runs = [Run(kind, a.of(left) if left else "", b.of(right) if right else "") for kind, left, right, _ in parts]
    halves: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for index, (_, left, _, number) in enumerate(parts):
        if number is not None:
            halves[left is None].setdefault(number, index)
    for index, (_, left, _, number) in enumerate(parts):
        if number is not None:
            runs[index] = replace(runs[index], partner=halves[left is not None].get(number))
    return tuple(runs)
