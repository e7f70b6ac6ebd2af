"""Loaders of the versioned data files; each checks its file and says which entry is wrong."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain import Body
from pipeline.errors import ReferenceDataError

__all__ = [
    "Actor",
    "Actors",
    "Calls",
    "Conferences",
    "HouseWords",
    "load_actors",
    "load_calls",
    "load_conferences",
    "load_house_words",
    "read_table",
]


@dataclass(frozen=True, slots=True)
class Conferences:
    """Where and when each body met, and the study periods of each Sector."""

    by_place: dict[tuple[str, int], tuple[Body, ...]]
    preference: dict[tuple[str, int], Body]
    study_periods: dict[str, tuple[str, ...]]
    acronyms: dict[tuple[Body, int], int]

    def bodies(self, city: str, year: int) -> tuple[Body, ...]:
        """Bodies that met in this city in this year; empty when none did."""
        return self.by_place.get((_folded(city), year), ())

    def cities(self, year: int) -> tuple[str, ...]:
        """Cities where a body met in this year, without accents and capitals."""
        return tuple(city for city, held in self.by_place if held == year)

    def adoption_year(self, body: Body, named: int) -> int:
        """Year in which the conference named by an acronym's year was held: WTSA-20 met in 2022."""
        return self.acronyms.get((body, named), named)


@dataclass(frozen=True, slots=True)
class Calls:
    """Call words of one language."""

    modifiers: tuple[str, ...]
    preambular: tuple[str, ...]
    operative: tuple[str, ...]
    canonical: dict[str, str]
    reference_followers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """One addressee: its codes, its place in clause identifiers, and the phrases that name it."""

    codes: tuple[str, ...]
    slug: str
    office: bool
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actors:
    """All addressees, and the pattern of words that introduce partners, matched on lower-case text."""

    actors: tuple[Actor, ...]
    partner_introduction: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class HouseWords:
    """Words that name the house and the act of resolving, and their weight."""

    words: frozenset[str]
    weight: float


def read_table(name: str) -> dict[str, Any]:
    """A versioned data file as it stands.

    Raises:
        ReferenceDataError: the file is missing, no TOML, or states no version.
    """
    path = files("pipeline.reference") / "data" / name
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ReferenceDataError(f"reference file {name}: {error}") from error
    if "version" not in data:
        raise ReferenceDataError(f"reference file {name}: it states no version")
    return data


def _strings(data: dict[str, Any], key: str, name: str) -> tuple[str, ...]:
    values = data.get(key)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
        raise ReferenceDataError(f"reference file {name}: {key} must be a list of words")
    if len(set(values)) != len(values):
        raise ReferenceDataError(f"reference file {name}: {key} names an entry twice")
    return tuple(values)


@cache
def load_conferences() -> Conferences:
    """Conference table. Raises ReferenceDataError when an entry is no "City year" or names no body."""
    data = read_table("conferences.toml")
    by_place: dict[tuple[str, int], tuple[Body, ...]] = {}
    for entry in data["conference"]:
        body = Body(entry["body"])
        for held in entry["held"]:
            city, year = _place(held)
            by_place[city, year] = (*by_place.get((city, year), ()), body)
    return Conferences(
        by_place=by_place,
        preference={_place(place): Body(body) for place, body in data["preference"].items()},
        study_periods={sector: tuple(periods) for sector, periods in data["study_periods"].items()},
        acronyms={(Body(name.split(" ")[0]), int(name.split(" ")[1])): int(y) for name, y in data["acronyms"].items()},
    )


def _place(text: str) -> tuple[str, int]:
    city, _, year = text.rpartition(" ")
    if not city or not year.isdigit():
        raise ReferenceDataError(f"reference file conferences.toml: {text!r} is no city and year")
    return _folded(city), int(year)


def _folded(city: str) -> str:
    """A city's name without accents and capitals: "Florianópolis" is also written "Florianopolis"."""
    letters = unicodedata.normalize("NFKD", city)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()


@cache
def load_calls() -> Calls:
    """Call words of English. Raises ReferenceDataError when a word is both preambular and operative."""
    name = "calls.toml"
    data = read_table(name)
    preambular, operative = _strings(data, "preambular", name), _strings(data, "operative", name)
    if both := set(preambular) & set(operative):
        raise ReferenceDataError(f"reference file {name}: both preambular and operative: {sorted(both)}")
    return Calls(
        modifiers=_strings(data, "modifiers", name),
        preambular=preambular,
        operative=operative,
        canonical=dict(data["canonical"]),
        reference_followers=_strings(data["reference"], "followers", name),
    )


@cache
def load_actors() -> Actors:
    """Addressees of English. Raises ReferenceDataError when one phrase names two actors."""
    name = "actors.toml"
    data = read_table(name)
    actors = tuple(
        Actor(_strings(a, "codes", name), a["slug"], bool(a["office"]), _strings(a, "phrases", name))
        for a in data["actor"]
    )
    phrases = [phrase for actor in actors for phrase in actor.phrases]
    if twice := {p for p in phrases if phrases.count(p) > 1}:
        raise ReferenceDataError(f"reference file {name}: phrases of two actors: {sorted(twice)}")
    return Actors(actors, _partner_pattern(data["partners"], name))


def _partner_pattern(data: dict[str, Any], name: str) -> re.Pattern[str]:
    """``in close coordination and collaboration with`` and its like, and the set phrases."""

    def alternatives(key: str) -> str:
        return "|".join(re.escape(w) for w in sorted(_strings(data, key, name), key=len, reverse=True))

    quality = rf"(?:(?:{alternatives('qualities')})\s+)*"
    joint = rf"{quality}(?:{alternatives('joint')})"
    several = rf"{joint}(?:(?:\s*,\s*|\s*,?\s+and\s+|\s*/\s*){joint})*"
    return re.compile(
        rf"\b(?:(?:{alternatives('prepositions')})\s+{several}\s+(?:with|of)|(?:{alternatives('phrases')}))\b"
    )


@cache
def load_house_words() -> HouseWords:
    """Institutional vocabulary of English. Raises ReferenceDataError when its weight is not in (0, 0.3)."""
    name = "vocabulary.toml"
    data = read_table(name)
    weight = float(data["weight"])
    if not 0 < weight < 0.3:
        raise ReferenceDataError(f"reference file {name}: weight must lie between 0 and 0.3, not {weight}")
    return HouseWords(frozenset(_strings(data, "house", name)), weight)
