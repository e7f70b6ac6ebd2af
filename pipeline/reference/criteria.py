"""How people judge a pair of clauses: the guidance shown beside it, a file for each language of the interface."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain import Outcome
from pipeline.errors import ReferenceDataError
from pipeline.reference.grammar import LANGUAGES

__all__ = ["Criteria", "Criterion", "WorkedExample", "load_criteria"]


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """Two invented clauses, in English, and why the outcome is right for them."""

    left: str
    right: str
    why: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """What one outcome means, when it holds, when another one is right, and examples."""

    outcome: Outcome
    meaning: str
    holds: tuple[str, ...]
    fails: tuple[str, ...]
    examples: tuple[WorkedExample, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """The guidance of one version in one language; ``order`` says how to go through the outcomes."""

    version: str
    language: str
    order: str
    outcomes: Mapping[Outcome, Criterion]


def load_criteria(language: str = "en") -> Criteria:
    """The guidance in a language, or in English where it has not been put into that language.

    ``language`` of what comes back says which one it is.

    Raises:
        ReferenceDataError: a file is damaged, or of another version than the English one; the message names the entry.
    """
    english = _read("en")
    if language == "en" or language not in LANGUAGES:
        return english
    held = _read(language) if _exists(language) else english
    if held.version != english.version:
        raise ReferenceDataError(
            f"reference file criteria/{language}.toml: version {held.version}, the English one is {english.version}"
        )
    return held


def _exists(language: str) -> bool:
    return (files("pipeline.reference") / "data" / "criteria" / f"{language}.toml").is_file()


@cache
def _read(language: str) -> Criteria:
    name = f"criteria/{language}.toml"
    try:
        data = tomllib.loads((files("pipeline.reference") / "data" / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReferenceDataError(f"reference file {name}: {error}") from error
    told = data.get("outcomes")
    missing = {outcome.value for outcome in Outcome} ^ set(told if isinstance(told, dict) else ())
    if missing or not isinstance(told, dict):
        raise ReferenceDataError(f"reference file {name}: the outcomes {sorted(missing)} do not fit")
    return Criteria(
        version=_text(name, data, "version"),
        language=_text(name, data, "language"),
        order=_text(name, data, "order"),
        outcomes={outcome: _criterion(name, outcome, told[outcome.value]) for outcome in Outcome},
    )


def _criterion(name: str, outcome: Outcome, data: Mapping[str, Any]) -> Criterion:
    place = f"{name}, {outcome.value}"
    examples = data.get("examples")
    if not isinstance(examples, list):
        raise ReferenceDataError(f"reference file {place}: examples is no list")
    return Criterion(
        outcome,
        _text(place, data, "meaning"),
        _lines(place, data, "holds"),
        _lines(place, data, "fails"),
        tuple(WorkedExample(*(_text(place, one, key) for key in ("left", "right", "why"))) for one in examples),
    )


def _text(place: str, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ReferenceDataError(f"reference file {place}: {key} is no text")
    return value


def _lines(place: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(line, str) and line.strip() for line in value):
        raise ReferenceDataError(f"reference file {place}: {key} is no list of texts")
    return tuple(value)
