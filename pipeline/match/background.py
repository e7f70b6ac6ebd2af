"""The reference collection: word counts and mean vector that keep small corpora comparable."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.reference import models_folder

__all__ = ["Background", "load_background"]


@dataclass(frozen=True, slots=True)
class Background:
    """``mean`` is the mean vector of its mandates, float32, for the model with this digest; ``words`` counts works."""

    model_digest: str
    works: int
    words: dict[str, int]
    mean: NDArray[np.float32]


@cache
def load_background() -> Background:
    """The collection in ``models/background.json``.

    Raises:
        ModelError: the file is missing or not of the expected form.
    """
    try:
        data = json.loads((models_folder() / "background.json").read_text(encoding="utf-8"))
        mean = np.array(data["mean"], dtype=np.float32)
        return Background(str(data["model_sha256"]), int(data["works"]), dict(data["words"]), mean)
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"models/background.json cannot be used: {error}; rebuild it with tools/build_background.py"
        ) from error
