"""What an encoder and a vector cache must do; the only interfaces with more than one implementation."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Encoder", "VectorCache"]


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def digest(self) -> str:
        """SHA-256 of the weights."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of the texts, shape (n, dimension), float32, rows of length one.

        The vector of a text is the same to the last bit, whichever texts stand beside it and in whichever order.
        """


class VectorCache(Protocol):
    """Keeps vectors by the digest of their text, for one model."""

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors of those keys that are held."""

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep these vectors."""
