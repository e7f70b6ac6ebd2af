"""Texts to word pieces, in windows that the model sees whole: a long text is never cut in silence."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.domain import Span
from pipeline.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Window", "Windower"]

_TOKENIZER = "tokenizer.json"
_FIRST, _LAST = "[CLS]", "[SEP]"


@dataclass(frozen=True, slots=True)
class Window:
    """What the model sees at once.

    ``ids`` are the numbers of its word pieces, with the model's marks of beginning and end around them; ``spans`` says
    where each piece, without the marks, stands in the whole text.
    """

    ids: tuple[int, ...]
    spans: tuple[Span, ...]


class Windower:
    """Cuts texts for one model."""

    def __init__(self, folder: Path, token_limit: int) -> None:
        self._folder = folder
        self._limit = token_limit

    def windows(self, texts: Sequence[str]) -> list[list[Window]]:
        """The windows of each text in their order, of about equal size, at least one."""
        first, last = self._marks
        found = []
        for pieces in self._tokenizer.encode_batch(list(texts), add_special_tokens=False):
            cuts = [*window_starts(pieces.word_ids, self._limit - 2), len(pieces.ids)]
            spans = [Span(start, end) for start, end in pieces.offsets]
            windows = [
                Window((first, *pieces.ids[start:end], last), tuple(spans[start:end])) for start, end in pairwise(cuts)
            ]
            found.append(windows or [Window((first, last), ())])
        return found

    @cached_property
    def _marks(self) -> tuple[int, int]:
        first, last = (self._tokenizer.token_to_id(mark) for mark in (_FIRST, _LAST))
        if first is None or last is None:
            raise ModelError(f"{self._folder / _TOKENIZER} knows no {_FIRST} and {_LAST}; reinstall the package")
        return first, last

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        # Several processes may encode beside each other; threads of its own would only be in their way.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / _TOKENIZER))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer


def window_starts(words: Sequence[int | None], limit: int) -> list[int]:
    """Where windows of at most ``limit`` word pieces begin, never inside a word; a longer word is cut all the same.

    Args:
        words: the number of the word that each piece belongs to.
        limit: most pieces in a window.
    """
    count = -(-len(words) // limit)
    size = -(-len(words) // count) if count else 0
    starts = [i for i, word in enumerate(words) if i == 0 or word != words[i - 1]]
    cuts = starts[:1]
    for start, end in pairwise([*starts, len(words)]):
        if start > cuts[-1] and (start - cuts[-1] >= size or end - cuts[-1] > limit):
            cuts.append(start)
        while end - cuts[-1] > limit:
            cuts.append(cuts[-1] + limit)
    return cuts
