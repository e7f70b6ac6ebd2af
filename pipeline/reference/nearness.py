"""What counts how much when whole texts are compared."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pipeline.errors import ReferenceDataError

__all__ = ["NeighbourScale", "TextNearness", "TextWordScale", "load_text_nearness"]

T = TypeVar("T")
_NAME = "nearness.toml"


@dataclass(frozen=True, slots=True)
class TextWordScale:
    """Which words tell texts apart, and how their cosine is laid on the scale of the best match of clauses."""

    common: float
    least_letters: int
    slope: float
    unrelated: float


@dataclass(frozen=True, slots=True)
class NeighbourScale:
    """How many nearest texts take part, the power of their nearness that weighs them, and their share in [0, 1]."""

    count: int
    power: float
    share: float


@dataclass(frozen=True, slots=True)
class TextNearness:
    """The whole table."""

    version: str
    words: TextWordScale
    neighbours: NeighbourScale


@cache
def load_text_nearness() -> TextNearness:
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
    return TextNearness(data["version"], _part(data, "words", TextWordScale), _part(data, "neighbours", NeighbourScale))


def _part(data: dict[str, Any], name: str, made: type[T]) -> T:
    held = data.get(name)
    if not isinstance(held, dict):
        raise ReferenceDataError(f"reference file {_NAME}: it has no table [{name}]")
    wanted = {field.name: field.type for field in fields(made)}  # type: ignore[arg-type]
    if held.keys() != wanted.keys():
        raise ReferenceDataError(f"reference file {_NAME}, [{name}]: {sorted(held.keys() ^ wanted.keys())} do not fit")
    for key, value in held.items():
        number = isinstance(value, int if wanted[key] is int else int | float) and not isinstance(value, bool)
        most = 1 if key in ("common", "unrelated", "share") else float("inf")
        if not number or not 0 <= value <= most:
            raise ReferenceDataError(f"reference file {_NAME}, [{name}] {key}: {value!r} is no number from 0 to {most}")
    return made(**held)
