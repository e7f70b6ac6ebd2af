"""Texts to vectors with a sentence model: windows through an engine, then the mean of each text.

The engine gives the last hidden states of a window; everything after it happens here, one text at a time, in an order
that does not depend on other texts. An engine promises the same of its states.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.embed.card import ModelCard
from pipeline.embed.encoder import TokenVectors
from pipeline.embed.windows import Window, Windower

__all__ = ["Engine", "SentenceEncoder"]

# Part of what vectors are kept under: to be raised whenever the steps from text to vector change.
_ENCODING = 2
_SMALLEST = 1e-12


class Engine(Protocol):
    """Runs the model."""

    @property
    def identity(self) -> str:
        """Library, version, precision and kind of processor: all beyond the weights that may change a bit."""

    def prepare(self) -> None:
        """Make ready whatever is otherwise made when a window first needs it."""

    def states(self, windows: Sequence[tuple[int, ...]], take: Callable[[int, NDArray[np.float32]], None]) -> None:
        """Hand the last hidden states of each window to ``take(number, states)``, in any order, from any thread.

        ``states`` has shape (word pieces, dimension), is valid during the call only, and depends on nothing but the
        window.
        """


class SentenceEncoder:
    """Encodes with one model through one engine; long texts in windows, never cut in silence.

    ``notices`` are sentences for a person about what is not as it should be, such as a slower engine.
    """

    def __init__(self, card: ModelCard, windower: Windower, engine: Engine, notices: Sequence[str] = ()) -> None:
        self._card = card
        self._windower = windower
        self._engine = engine
        self.notices = tuple(notices)

    @property
    def name(self) -> str:
        """Such as ``all-MiniLM-L6-v2, OpenVINO 2026.4.1, bf16``."""
        return f"{self._card.name}, {self._engine.identity}"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of weights, engine, precision and the version of these steps."""
        facts = f"{_ENCODING}\n{self._card.digest}\n{self._card.token_limit}\n{self._engine.identity}"
        return hashlib.sha256(facts.encode()).hexdigest()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._card.dimension

    def prepare(self) -> None:
        """Make ready what the first texts would wait for; texts may be encoded beside it, from another thread."""
        self._engine.prepare()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length one; a text of several windows is their mean, weighted by their word pieces."""
        owners, windows = self._windows(texts)
        means = np.zeros((len(windows), self.dimension), dtype=np.float64)

        def take(number: int, states: NDArray[np.float32]) -> None:
            means[number] = states.sum(axis=0, dtype=np.float64)

        self._engine.states([window.ids for window in windows], take)
        out = np.zeros((len(texts), self.dimension), dtype=np.float64)
        for owner, window, mean in zip(owners, windows, means, strict=True):
            out[owner] += _of_length_one(mean) * max(1, len(window.spans))
        for row in out:
            row[:] = _of_length_one(row)
        return out.astype(np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The last hidden states of all word pieces; the model's marks of beginning and end are left out."""
        owners, windows = self._windows(texts)
        found: list[NDArray[np.float32]] = [np.zeros((0, self.dimension), np.float32)] * len(windows)

        def take(number: int, states: NDArray[np.float32]) -> None:
            rows = states[1:-1].astype(np.float64)
            lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
            found[number] = (rows / np.maximum(lengths, _SMALLEST)).astype(np.float32)

        self._engine.states([window.ids for window in windows], take)
        parts: list[list[int]] = [[] for _ in texts]
        for number, owner in enumerate(owners):
            parts[owner].append(number)
        return [
            TokenVectors(
                np.concatenate([found[number] for number in numbers]),
                tuple(span for number in numbers for span in windows[number].spans),
            )
            for numbers in parts
        ]

    def _windows(self, texts: Sequence[str]) -> tuple[list[int], list[Window]]:
        """All windows of all texts, and for each the row of its text."""
        cut = [(row, window) for row, windows in enumerate(self._windower.windows(texts)) for window in windows]
        return [row for row, _ in cut], [window for _, window in cut]


def _of_length_one(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    # One vector at a time: the order of a sum over several rows would depend on how many there are.
    unit: NDArray[np.float64] = vector / max(float(np.sqrt(np.sum(vector * vector))), _SMALLEST)
    return unit
