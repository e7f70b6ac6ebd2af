"""Runs of words that stand in both texts, but at another place."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.reference.closeness import RunScale

__all__ = ["find_moves"]


def find_moves(
    left: Sequence[str], right: Sequence[str], free_left: Sequence[bool], free_right: Sequence[bool], scale: RunScale
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Half-open ranges of words that are alike in both texts, the longest first, none of them twice.

    Only free words take part: those that have no counterpart yet.
    """
    left_open, right_open = list(free_left), list(free_right)
    found = []
    for length, here, there in sorted(
        _candidates(left, right, free_left, free_right, scale), key=lambda run: (-run[0], run[1], run[2])
    ):
        a, b = slice(here, here + length), slice(there, there + length)
        if all(left_open[a]) and all(right_open[b]):
            left_open[a] = right_open[b] = [False] * length
            found.append(((a.start, a.stop), (b.start, b.stop)))
    return found


def _candidates(
    left: Sequence[str], right: Sequence[str], free_left: Sequence[bool], free_right: Sequence[bool], scale: RunScale
) -> Iterator[tuple[int, int, int]]:
    """Runs that cannot be made longer, as length and both beginnings."""
    size = scale.moved_words
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for there in range(len(right) - size + 1):
        if all(free_right[there : there + size]):
            held = places[tuple(right[there : there + size])]
            if len(held) < scale.gram_places:
                held.append(there)

    def alike(here: int, there: int) -> bool:
        return (
            0 <= here < len(left)
            and 0 <= there < len(right)
            and free_left[here]
            and free_right[there]
            and left[here] == right[there]
        )

    for here in range(len(left) - size + 1):
        for there in places.get(tuple(left[here : here + size]), ()):
            if alike(here - 1, there - 1):
                continue
            length = 0
            while alike(here + length, there + length):
                length += 1
            if length >= size and _worth_telling(left[here : here + length], scale):
                yield length, here, there


def _worth_telling(words: Sequence[str], scale: RunScale) -> bool:
    letters = sum(sum(map(str.isalnum, word)) for word in words)
    solid = all(len(word) == 1 for word in words)
    return letters >= (scale.moved_characters if solid else scale.moved_letters)
