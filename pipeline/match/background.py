"""The reference collection: word counts and mean vector that keep small corpora comparable."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.reference import models_folder

__all__ = ["Background", "load_background"]


@dataclass(frozen=True, slots=True)
class Background:
    """``mean`` is the mean vector of its mandates, float32, of the default model; ``words`` counts works."""

    works: int
    words: dict[str, int]
    mean: NDArray[np.float32]


@cache
def load_background() -> Background:
    """The collection in ``models/background.json``.

    Raises:
        ModelError: the file is missing, not of the expected form, or made with another model than the default one.
    """
    try:
        data = json.loads((models_folder() / "background.json").read_text(encoding="utf-8"))
        mean = np.array(data["mean"], dtype=np.float32)
        background = Background(int(data["works"]), dict(data["words"]), mean)
        made_with, model = str(data["model_sha256"]), _model_digest()
    except (OSError, KeyError, StopIteration, ValueError) as error:
        raise ModelError(
            f"models/background.json cannot be used: {error}; rebuild it with tools/build_background.py"
        ) from error
    if made_with != model:
        raise ModelError(
            f"models/background.json was made with the model {made_with[:12]}…, not with {model[:12]}… of "
            "models/manifest.toml; rebuild it with tools/build_background.py"
        )
    return background


def _model_digest() -> str:
    """SHA-256 of the default model's weights, as pinned in ``models/manifest.toml``."""
    manifest = tomllib.loads((models_folder() / "manifest.toml").read_text(encoding="utf-8"))
    return str(next(m["sha256"] for m in manifest["model"] if m["name"] == manifest["default"]))
