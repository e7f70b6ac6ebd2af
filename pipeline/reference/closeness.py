"""How two texts laid side by side are cut into runs, and how close a class of closeness is."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pipeline.errors import ReferenceDataError

__all__ = ["ClassScale", "Closeness", "RunScale", "load_closeness"]

T = TypeVar("T")
_NAME = "closeness.toml"


@dataclass(frozen=True, slots=True)
class RunScale:
    """When words count as moved (words, letters, Chinese characters) and when as reworded (words, ratio of lengths)."""

    moved_words: int
    moved_letters: int
    moved_characters: int
    reworded_words: int
    reworded_ratio: float
    gram_places: int


@dataclass(frozen=True, slots=True)
class ClassScale:
    """Least share of words in common, in [0, 1], of each class; ``meaning`` is a centred cosine in [-1, 1]."""

    near_verbatim: float
    paraphrase: float
    meaning: float


@dataclass(frozen=True, slots=True)
class Closeness:
    """The whole table."""

    version: str
    runs: RunScale
    classes: ClassScale


@cache
def load_closeness() -> Closeness:
    """The table of the package.

    Raises:
        ReferenceDataError: the file is damaged; the message names the entry.
    """
    try:
        data = tomllib.loads((files("pipeline.reference") / "data" / _NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReferenceDataError(f"reference file {_NAME}: {error}") from error
    if not isinstance(data.get("version"), str):
        raise ReferenceDataError(f"reference file {_NAME}: it states no version")
    return Closeness(data["version"], _part(data, "runs", RunScale), _part(data, "classes", ClassScale))


def _part(data: dict[str, Any], name: str, made: type[T]) -> T:
    held = data.get(name)
    if not isinstance(held, dict):
        raise ReferenceDataError(f"reference file {_NAME}: it has no table [{name}]")
    wanted = {field.name: field.type for field in fields(made)}  # type: ignore[arg-type]
    if held.keys() != wanted.keys():
        raise ReferenceDataError(f"reference file {_NAME}, [{name}]: {sorted(held.keys() ^ wanted.keys())} do not fit")
    for key, value in held.items():
        whole = wanted[key] is int
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value <= 0:
            raise ReferenceDataError(f"reference file {_NAME}, [{name}] {key}: {value!r} is no number above 0")
    return made(**held)
