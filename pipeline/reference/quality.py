"""Signs of a document read wrong, what each weighs, and the words and patterns that show them."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = ["QualityRules", "Sign", "load_quality"]

_FILE = "quality.toml"
_PER = ("clause", "text", "share", "document")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: what a place of it weighs, what it is counted against, and what a reader should do.

    ``per`` is ``clause`` or ``text``: places are counted against the clauses or texts of the document; ``share``: the
    places are characters, counted against those of its texts; ``document``: a place weighs whole. ``notice`` is true
    where the reading stages tell the sign themselves in a notice with the same code.
    """

    code: str
    weight: float
    per: str
    advice: str
    notice: bool


@dataclass(frozen=True, slots=True)
class QualityRules:
    """All signs by code, the grades, and the limits and words of the signs."""

    signs: dict[str, Sign]
    good: float
    check: float
    long_clause: int
    repeated_lines: int
    head_length: int
    misread_words: int
    confusions: tuple[tuple[str, str], ...]
    common_words: frozenset[str]
    ordinary_words: frozenset[str]
    digit_words: frozenset[str]
    suspended: frozenset[str]
    running_heads: re.Pattern[str]


@cache
def load_quality() -> QualityRules:
    """The rules of the quality figure.

    Raises:
        ReferenceDataError: a sign stands twice or lacks a value, or a pattern does not compile.
    """
    data = read_table(_FILE)
    signs: dict[str, Sign] = {}
    for entry in data.get("sign", ()):
        sign = _sign(entry)
        if sign.code in signs:
            raise ReferenceDataError(f"reference file {_FILE}: sign {sign.code} stands twice")
        signs[sign.code] = sign
    good, check = _number(data, "grades", "good"), _number(data, "grades", "check")
    if not 0 < check < good < 1:
        raise ReferenceDataError(f"reference file {_FILE}: grades must lie as 0 < check < good < 1")
    try:
        heads = re.compile("|".join(f"(?:{pattern})" for pattern in _words(data, "running_heads")))
    except re.error as error:
        raise ReferenceDataError(f"reference file {_FILE}: running_heads: {error}") from error
    confusions = tuple(tuple(pair.split(" ")) for pair in _words(data, "confusions"))
    if wrong := [pair for pair in confusions if len(pair) != 2]:
        raise ReferenceDataError(f"reference file {_FILE}: confusions: {wrong[0]} is no pair of letters")
    return QualityRules(
        signs=signs,
        good=good,
        check=check,
        long_clause=int(_number(data, "limits", "long_clause")),
        repeated_lines=int(_number(data, "limits", "repeated_lines")),
        head_length=int(_number(data, "limits", "head_length")),
        misread_words=int(_number(data, "limits", "misread_words")),
        confusions=tuple((pair[0], pair[1]) for pair in confusions),
        common_words=frozenset(" ".join(_words(data, "common_words")).split()),
        ordinary_words=frozenset(" ".join(_words(data, "ordinary_words")).split()),
        digit_words=frozenset(_words(data, "digit_words")),
        suspended=frozenset(_words(data, "suspended")),
        running_heads=heads,
    )


def _sign(entry: dict[str, Any]) -> Sign:
    code = entry.get("code", "")
    where = f"reference file {_FILE}, sign {code or '?'}"
    weight, per, advice = entry.get("weight"), entry.get("per"), entry.get("advice")
    if type(weight) not in (int, float) or not 0 <= weight <= 100:  # type: ignore[operator]
        raise ReferenceDataError(f"{where}: weight must be a number from 0 to 100")
    if per not in _PER:
        raise ReferenceDataError(f"{where}: per must be one of {', '.join(_PER)}")
    if not code or not isinstance(advice, str) or not advice.strip():
        raise ReferenceDataError(f"{where}: code and advice are needed")
    return Sign(code, float(weight), per, advice, bool(entry.get("notice", False)))  # type: ignore[arg-type]


def _number(data: dict[str, Any], table: str, key: str) -> float:
    value = data.get(table, {}).get(key)
    if type(value) not in (int, float):
        raise ReferenceDataError(f"reference file {_FILE}: {table}.{key} must be a number")
    return float(value)


def _words(data: dict[str, Any], key: str) -> list[str]:
    values = data.get("words", {}).get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ReferenceDataError(f"reference file {_FILE}: words.{key} must be a list of words")
    return values
