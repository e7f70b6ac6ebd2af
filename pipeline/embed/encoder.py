"""What an encoder and a vector cache must do; the only interfaces with more than one implementation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Span

__all__ = ["Encoder", "TokenVectors", "VectorCache"]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The word pieces of a text in their order: ``spans`` in the text, and ``vectors``.

    ``vectors`` has shape (pieces, dimension), float32, rows of length one. A text without any word has no row.
    """

    vectors: NDArray[np.float32]
    spans: tuple[Span, ...]


class Encoder(Protocol):
    """Turns texts into vectors.

    The vectors of a text are the same to the last bit, whichever texts stand beside it and in whichever order.
    """

    @property
    def name(self) -> str:
        """Model, engine and precision, for a person."""

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of all that may change a vector; what is kept under another one is never mixed in."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def prepare(self) -> None:
        """Make ready what the first texts would wait for; texts may be encoded beside it, from another thread."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of the texts, shape (n, dimension), float32, rows of length one."""

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Vectors of the word pieces of each text, for comparing texts piece by piece."""


class VectorCache(Protocol):
    """Keeps vectors by the digest of their text, for one encoder."""

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors of those keys that are held."""

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep these vectors."""
