"""The bank of formula language: one file for each language, and an analyst's own file beside it.

The own file adds phrases and switches entries of the bank off; the package itself is never changed. It is named by the
setting ``formulas``, which is handed on by an environment variable, so that worker processes read the same one.
"""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.domain import plain_characters
from pipeline.errors import ReferenceDataError
from pipeline.reference.grammar import LANGUAGES
from pipeline.reference.tables import read_table

__all__ = [
    "OWN_FORMULAE",
    "Formula",
    "OwnPhrase",
    "folded_phrase",
    "load_formulae",
    "own_formulae",
    "own_formulae_digest",
    "read_own_formulae",
    "write_own_formulae",
]

OWN_FORMULAE = "ITU_OVERLAP_FORMULAE"
"""Environment variable with the path of the own file; unset means that there is none. The settings hand it on by it."""

_OWN_FAMILY = "own"
_GAP = "…"
# Words of one sentence that a gap may stand for: "to bring … to the attention of".
_GAP_PATTERN = r"[^.;:。；]{1,80}?"
_MARKS = "\u064b-\u0652\u0640"
_HEAD = """\
# Phrases that this workplace counts as formula language, beside those of the product, and entries of the product that
# it does not. Written by overlap formulas add|remove; it may be edited by hand, but comments are not kept.
"""


@dataclass(frozen=True, slots=True)
class Formula:
    """A family of formula language of one language with its compiled patterns, matched on folded lower-case text.

    ``written`` are its phrases and patterns as they stand in the file, in the order of ``patterns``.
    """

    patterns: tuple[re.Pattern[str], ...]
    family: str = ""
    language: str = "en"
    written: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class OwnPhrase:
    """A phrase of the own file; ``off`` is true where it switches an entry of the bank off."""

    language: str
    phrase: str
    note: str = ""
    off: bool = False


def load_formulae(language: str = "en") -> tuple[Formula, ...]:
    """Formula language of one language: the families of the bank, and the own phrases as a family of their own.

    Raises:
        ReferenceDataError: there is no bank for the language, a pattern does not compile, a phrase stands twice, or
            the own file is damaged.
    """
    return _formulae(language, own_formulae())


def own_formulae() -> tuple[str, int]:
    """Path of the own file and the time of its last change, which tell one bank from another; ("", 0) without one."""
    path = os.environ.get(OWN_FORMULAE, "")
    try:
        return (path, Path(path).stat().st_mtime_ns) if path else ("", 0)
    except OSError:
        return "", 0


@lru_cache(maxsize=64)
def _formulae(language: str, own_file: tuple[str, int]) -> tuple[Formula, ...]:
    own = read_own_formulae(Path(own_file[0])) if own_file[0] else ()
    off = {folded_phrase(one.phrase) for one in own if one.off and one.language == language}
    families = [_without(formula, off) for formula in _bank(language)]
    added = [one.phrase for one in own if not one.off and one.language == language]
    if added:
        families.append(
            Formula(tuple(_of_phrase(p, language) for p in added), _OWN_FAMILY, language, tuple(added), own=True)
        )
    return tuple(formula for formula in families if formula.patterns)


def _without(formula: Formula, off: set[str]) -> Formula:
    kept = [(p, w) for p, w in zip(formula.patterns, formula.written, strict=True) if folded_phrase(w) not in off]
    return Formula(tuple(p for p, _ in kept), formula.family, formula.language, tuple(w for _, w in kept))


@cache
def _bank(language: str) -> tuple[Formula, ...]:
    name = f"formulae/{language}.toml"
    if language not in LANGUAGES:
        raise ReferenceDataError(f"there is no bank of formula language for {language!r}; there are {_known()}")
    data = read_table(name)
    held: set[str] = set()
    formulae = []
    for entry in data.get("formula", ()):
        family = entry.get("family", "")
        phrases, patterns = entry.get("phrases", []), entry.get("patterns", [])
        if not family or not (phrases or patterns):
            raise ReferenceDataError(f"reference file {name}: an entry lacks its family, or its phrases and patterns")
        for written in (*phrases, *patterns):
            folded = folded_phrase(written) if isinstance(written, str) else ""
            if not folded or folded in held:
                raise ReferenceDataError(
                    f"reference file {name}, family {family}: {written!r} is empty or stands twice"
                )
            held.add(folded)
        compiled = (*(_of_phrase(p, language) for p in phrases), *(_of_pattern(p, family, name) for p in patterns))
        formulae.append(Formula(compiled, family, language, (*phrases, *patterns)))
    if not formulae:
        raise ReferenceDataError(f"reference file {name}: it holds no formula")
    return tuple(formulae)


def _known() -> str:
    return ", ".join(sorted(LANGUAGES))


def _of_pattern(pattern: str, family: str, name: str) -> re.Pattern[str]:
    try:
        return re.compile(rf"\b(?:{pattern})(?!\w)")
    except re.error as error:
        raise ReferenceDataError(f"reference file {name}, family {family}: {error}") from error


def folded_phrase(phrase: str) -> str:
    """A phrase as it is compared: capitals, extra spaces, Arabic vowel signs, kinds of hyphens and quotes taken off."""
    folded = plain_characters(" ".join(phrase.split())).lower().replace("ё", "е")
    return re.sub(rf"[{_MARKS}]", "", folded)


def _of_phrase(phrase: str, language: str) -> re.Pattern[str]:
    """Where the words of a phrase stand in folded lower-case text."""
    parts = [part.strip() for part in folded_phrase(phrase).split(_GAP)]
    if not any(map(str.strip, parts)):
        raise ReferenceDataError(f"the phrase {phrase!r} holds no word")
    letters = [_letters(part, language) for part in parts]
    if language == "zh":
        return re.compile(_GAP_PATTERN.join(letters))
    clitic = "[وفبل]?" if language == "ar" else ""
    return re.compile(rf"(?<!\w){clitic}{rf' {_GAP_PATTERN} '.join(letters)}(?!\w)")


def _letters(part: str, language: str) -> str:
    if language == "ar":
        return "".join(f"{re.escape(letter)}[{_MARKS}]*" if letter.isalpha() else re.escape(letter) for letter in part)
    escaped = re.escape(part)
    return escaped.replace("е", "[её]") if language == "ru" else escaped


def read_own_formulae(path: Path) -> tuple[OwnPhrase, ...]:
    """The phrases of an own file; none where there is no such file.

    Raises:
        ReferenceDataError: the file cannot be read, or an entry is no phrase of a known language.
    """
    if not path.exists():
        return ()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise ReferenceDataError(f"the file of own formulae {path} cannot be read: {error}") from error
    found = [_own(entry, off, path) for key, off in (("add", False), ("off", True)) for entry in _rows(data, key, path)]
    if unknown := sorted(set(data) - {"add", "off"}):
        raise ReferenceDataError(f"the file of own formulae {path} has {unknown[0]!r}; it may hold [[add]] and [[off]]")
    return tuple(dict.fromkeys(found))


def _rows(data: dict[str, Any], key: str, path: Path) -> list[dict[str, Any]]:
    rows = data.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ReferenceDataError(f"the file of own formulae {path}: {key} must be written as [[{key}]]")
    return rows


def _own(entry: dict[str, Any], off: bool, path: Path) -> OwnPhrase:
    language, phrase, note = entry.get("language"), entry.get("phrase"), entry.get("note", "")
    fits = isinstance(phrase, str) and isinstance(note, str) and any(map(str.isalpha, phrase))
    if language not in LANGUAGES or not fits or set(entry) - {"language", "phrase", "note"}:
        raise ReferenceDataError(
            f"the file of own formulae {path}: {entry} must have a language ({_known()}), a phrase with words, and may "
            "have a note"
        )
    return OwnPhrase(str(language), " ".join(str(phrase).split()), note, off)


def write_own_formulae(path: Path, phrases: Iterable[OwnPhrase]) -> None:
    """Write an own file, whole or not at all, in an order that does not depend on the order of the phrases.

    Raises:
        OSError: the file cannot be written.
    """
    lines = [_HEAD]
    for one in sorted(phrases, key=lambda p: (p.off, p.language, folded_phrase(p.phrase))):
        # A JSON string is a TOML string too, as long as letters stand for themselves.
        lines.append(f"[[{'off' if one.off else 'add'}]]")
        lines.extend(
            f"{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in (("language", one.language), ("phrase", one.phrase), ("note", one.note))
            if value
        )
        lines.append("")
    staged = path.with_name(f"{path.name}.new")
    staged.write_text("\n".join(lines), encoding="utf-8")
    staged.replace(path)


def own_formulae_digest() -> str:
    """SHA-256 of the own file in use, "" where there is none: part of what makes a run reproducible."""
    path, _ = own_formulae()
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""
