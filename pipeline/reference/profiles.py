"""How other organisations write their texts: one data file for each, checked when it is loaded.

A profile says all that the reader needs: organs with their enacting lines and symbols, the verbs of both parts, the
numbering, and the lines that are no text. The reader holds no word of any organisation.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipeline.domain import Body
from pipeline.errors import ReferenceDataError

__all__ = ["Addressee", "FirstPerson", "Numbering", "Profile", "ProfileOrgan", "load_profile", "load_profiles"]

_CODE = re.compile(r"[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class ProfileOrgan:
    """One organ: ``symbols`` have group ``number`` and may have ``part``, ``year`` or ``session``.

    So do ``number_lines``, with group ``title`` besides. ``session_base`` plus the session is the year it opened.
    """

    code: str
    name: str
    enacting: tuple[str, ...]
    symbols: tuple[re.Pattern[str], ...]
    number_lines: tuple[re.Pattern[str], ...]
    session_base: int | None


@dataclass(frozen=True, slots=True)
class Numbering:
    """How paragraphs, their items and sections are numbered.

    ``paragraph`` and ``item`` match the label at the head of a line; groups ``printed`` and ``value``, or ``bare`` and
    ``number``, hold the label and its value. ``section`` matches a whole line, its value in ``value``.
    """

    paragraph: re.Pattern[str]
    item: re.Pattern[str]
    section: re.Pattern[str]
    bullets: str


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """Subjects of declarations and the verb of the third person that each of their verbs stands for."""

    subjects: tuple[str, ...]
    verbs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Codes and the phrases that name whom a verb addresses."""

    codes: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One organisation. Verbs are in lower case; patterns match lines with plain quotes, hyphens and spaces.

    ``canonical`` gives the one spelling of verbs with several. ``adoption`` patterns have group ``year``, ``annex`` has
    group ``number``.
    """

    organisation: str
    name: str
    language: str
    organs: tuple[ProfileOrgan, ...]
    adoption: tuple[re.Pattern[str], ...]
    numbering: Numbering
    annex: re.Pattern[str]
    closing: tuple[re.Pattern[str], ...]
    noise: tuple[re.Pattern[str], ...]
    modifiers: tuple[str, ...]
    qualifiers: tuple[str, ...]
    preambular: tuple[str, ...]
    operative: tuple[str, ...]
    not_calls: tuple[str, ...]
    canonical: Mapping[str, str]
    first_person: FirstPerson
    addressees: tuple[Addressee, ...]

    def __hash__(self) -> int:
        return hash((self.organisation, self.preambular, self.operative))


@cache
def load_profiles() -> tuple[Profile, ...]:
    """All profiles of the product, by organisation.

    Raises:
        ReferenceDataError: a file breaks the rules, or two files describe one organisation.
    """
    folder = files("pipeline.reference") / "data" / "profiles"
    found = [
        _profile(entry.name, entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".toml")
    ]
    _once([p.organisation for p in found], "organisation", "profiles")
    return tuple(found)


def load_profile(path: Path) -> Profile:
    """The profile in one file.

    Raises:
        ReferenceDataError: the file cannot be read or breaks the rules; the text names the entry.
    """
    try:
        return _profile(path.name, path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReferenceDataError(f"profile {path.name}: {error}") from error


def _profile(name: str, text: str) -> Profile:
    try:
        return _read(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ReferenceDataError(f"profile {name}: {error}") from error
    except KeyError as error:
        raise ReferenceDataError(f"profile {name}: the entry {error} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise ReferenceDataError(f"profile {name}: {error}") from error


def _read(name: str, data: dict[str, Any]) -> Profile:
    if not data.get("version"):
        raise ReferenceDataError(f"profile {name}: it states no version")
    if data["verb"] != "inline":
        raise ReferenceDataError(f"profile {name}: verb: {data['verb']!r} is no place that the reader knows (inline)")
    words, lines = data["words"], data["lines"]
    preambular, operative = _words(words, "preambular", name), _words(words, "operative", name)
    if both := set(preambular) & set(operative):
        raise ReferenceDataError(f"profile {name}: both preambular and operative: {sorted(both)}")
    first = words.get("first_person", {})
    known = {*preambular, *operative}
    canonical = {str(k): str(v) for k, v in words.get("canonical", {}).items()}
    verbs = {str(k): str(v) for k, v in first.get("verbs", {}).items()}
    if unknown := ({*canonical, *canonical.values(), *verbs.values()} - known):
        raise ReferenceDataError(f"profile {name}: no verbs of the profile: {sorted(unknown)}")
    return Profile(
        organisation=_code(data["organisation"], name),
        name=str(data["name"]),
        language=str(data["language"]),
        organs=_organs(data["organ"], name),
        adoption=_patterns(data["adoption"]["lines"], "adoption", name, {"year"}),
        numbering=_numbering(data["numbering"], name),
        annex=_patterns([lines["annex"]], "annex", name, {"number"})[0],
        closing=_patterns(lines["closing"], "closing", name),
        noise=_patterns(lines["noise"], "noise", name),
        modifiers=_words(words, "modifiers", name),
        qualifiers=tuple(p.pattern for p in _patterns(words.get("qualifiers", []), "qualifiers", name)),
        preambular=preambular,
        operative=operative,
        not_calls=tuple(words.get("not_calls", ())),
        canonical=canonical,
        first_person=FirstPerson(tuple(first.get("subjects", ())), verbs),
        addressees=tuple(
            Addressee(_words(a, "codes", name), _words(a, "phrases", name)) for a in data.get("addressee", ())
        ),
    )


def _organs(entries: Iterable[dict[str, Any]], name: str) -> tuple[ProfileOrgan, ...]:
    organs = tuple(
        ProfileOrgan(
            code=_code(entry["code"], name),
            name=str(entry["name"]),
            enacting=_words(entry, "enacting", name),
            symbols=_patterns(entry["symbols"], f"symbols of {entry['code']}", name, {"number"}),
            number_lines=_patterns(
                entry["number_lines"], f"number_lines of {entry['code']}", name, {"number", "title"}
            ),
            session_base=int(entry["session_base"]) if "session_base" in entry else None,
        )
        for entry in entries
    )
    _once([organ.code for organ in organs], "organ", name)
    _once([line.casefold() for organ in organs for line in organ.enacting], "enacting", name)
    if not organs:
        raise ReferenceDataError(f"profile {name}: it names no organ")
    return organs


def _numbering(entry: dict[str, Any], name: str) -> Numbering:
    labels = {"printed", "value"}
    return Numbering(
        paragraph=_patterns([entry["paragraph"]], "paragraph", name, labels)[0],
        item=_patterns([entry["item"]], "item", name, labels)[0],
        section=_patterns([entry["section"]], "section", name, {"value"})[0],
        bullets=str(entry["bullets"]),
    )


def _patterns(
    values: Iterable[str], key: str, name: str, groups: Iterable[str] = frozenset()
) -> tuple[re.Pattern[str], ...]:
    if isinstance(values, str):
        raise ReferenceDataError(f"profile {name}: {key} must be a list of patterns")
    found = []
    for value in values:
        try:
            pattern = re.compile(value)
        except re.error as error:
            raise ReferenceDataError(f"profile {name}: {key}: {value!r}: {error}") from error
        if missing := set(groups) - set(pattern.groupindex):
            raise ReferenceDataError(f"profile {name}: {key}: {value!r} has no group {sorted(missing)}")
        found.append(pattern)
    return tuple(found)


def _words(entry: dict[str, Any], key: str, name: str) -> tuple[str, ...]:
    values = entry[key]
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
        raise ReferenceDataError(f"profile {name}: {key} must be a list of words")
    _once(values, key, name)
    return tuple(values)


def _once(values: list[str], key: str, name: str) -> None:
    if twice := {v for v in values if values.count(v) > 1}:
        raise ReferenceDataError(f"profile {name}: {key} names an entry twice: {sorted(twice)}")


def _code(value: object, name: str) -> str:
    """A code for identifiers: letters and digits, and no body of the Union."""
    if not isinstance(value, str) or not _CODE.fullmatch(value) or value in {body.value for body in Body}:
        raise ReferenceDataError(f"profile {name}: {value!r} is no code for identifiers")
    return value
