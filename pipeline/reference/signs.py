"""Words that tell how two mandates stand to each other: hand-over of work, bans, intervals, accounts, recitals."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = ["SignWords", "load_sign_words"]

_NAME = "signs.toml"


@dataclass(frozen=True, slots=True)
class SignWords:
    """Patterns over plain lower-case text.

    ``small`` are words that say nothing of an object; ``sectors`` gives the pattern of each Sector's names and
    ``office_sectors`` the Sector of an office; a ban reaches ``ban_reach`` words, or to one of ``ban_borders``;
    ``cycles`` tell how often in months, ``caps`` that this is the most allowed.
    """

    divides: re.Pattern[str]
    carries_out: re.Pattern[str]
    open_tasks: re.Pattern[str]
    turns: re.Pattern[str]
    negates: re.Pattern[str]
    bans: re.Pattern[str]
    ban_reach: int
    ban_borders: frozenset[str]
    opposites: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    any_opposite: re.Pattern[str]
    deciding: re.Pattern[str]
    intervals: re.Pattern[str]
    cycles: tuple[tuple[re.Pattern[str], int], ...]
    caps: re.Pattern[str]
    accounts: re.Pattern[str]
    account_opening: int
    recitals: re.Pattern[str]
    small: frozenset[str]
    sectors: Mapping[str, re.Pattern[str]]
    office_sectors: Mapping[str, str]


@cache
def load_sign_words() -> SignWords:
    """The words of English. Raises ReferenceDataError when a list is missing, empty or names a word twice."""
    data = read_table(_NAME)
    carried = _whole(_listed(data, "carried")).pattern
    return SignWords(
        divides=_whole(_listed(data, "divides")),
        carries_out=re.compile(rf"{_whole(_listed(data, 'carries_out')).pattern}[^;]{{0,40}}{carried}"),
        open_tasks=_whole(_listed(data, "open_tasks")),
        turns=_whole(_listed(data, "turns")),
        negates=_whole(_listed(data, "negates")),
        bans=_whole(_listed(data, "bans")),
        ban_reach=_count(data, "ban_reach"),
        ban_borders=frozenset(_listed(data, "ban_borders")),
        opposites=_opposites(data),
        any_opposite=_whole({phrase for pair in data["opposites"] for phrase in pair}),
        deciding=_whole(_listed(data, "deciding")),
        intervals=_whole(_listed(data, "intervals")),
        cycles=tuple((_whole(_listed(data["cycles"], months)), int(months)) for months in data["cycles"]),
        caps=_whole(_listed(data, "caps")),
        accounts=_whole(_listed(data, "accounts")),
        account_opening=_count(data, "account_opening"),
        recitals=_whole(_listed(data, "recitals")),
        small=frozenset(_listed(data, "small")),
        sectors={sector: _whole(_listed(data["sectors"], sector)) for sector in data["sectors"]},
        office_sectors={code: s for s in data["office_sectors"] for code in _listed(data["office_sectors"], s)},
    )


def _listed(data: Mapping[str, Any], key: str) -> list[str]:
    words = data.get(key)
    if not isinstance(words, list) or not words or len(set(words)) != len(words):
        raise ReferenceDataError(f"reference file {_NAME}: {key} must be a list of different words")
    if capital := [w for w in words if w != w.lower()]:
        raise ReferenceDataError(f"reference file {_NAME}: {key} holds capitals: {capital}")
    return words


def _count(data: Mapping[str, Any], key: str) -> int:
    number = data.get(key)
    if not isinstance(number, int) or number < 1:
        raise ReferenceDataError(f"reference file {_NAME}: {key} must be a number of 1 or more")
    return number


def _opposites(data: Mapping[str, Any]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    pairs = data.get("opposites")
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 and p[0] != p[1] for p in pairs):
        raise ReferenceDataError(f"reference file {_NAME}: opposites must be a list of pairs of different phrases")
    return tuple((_whole([one]), _whole([other])) for one, other in pairs)


def _whole(words: Iterable[str]) -> re.Pattern[str]:
    """Any of some phrases as whole words, the longest first."""
    rests: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    # The look behind comes after the first letter: where the first letters are known, ``re`` skips to the next of them.
    ways = (rf"{(a := re.escape(first))}(?<![\w-]{a})(?:{'|'.join(after)})" for first, after in rests.items())
    return re.compile(rf"(?:{'|'.join(ways)})(?![\w-])")
