"""Which pairs a person asks for: a frozen filter, its form in a query string, and the small language of its text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from pipeline.domain import Body, Outcome, OverlapClass, PairState, Relation, Sector
from pipeline.errors import FilterError

__all__ = ["FLAGS", "Order", "PairFilter", "Terms", "read_terms"]

FLAGS = ("demoted", "listed", "doubtful", "commented", "family")
"""``demoted``: relations that are no finding, ``listed`` the others; ``doubtful``: a document was read with warnings;
``commented``: somebody wrote a comment; ``family``: other pairs hold the same two texts."""

_TERM = re.compile(r'(?P<minus>-?)(?:(?P<key>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_NUMBER = re.compile(r"(?P<sign>[<>]?)=?(?P<number>[01]?\.?\d+)")
_LISTS = {
    "bodies": tuple(body.value for body in Body),
    "sectors": tuple(sector.value for sector in Sector),
    "relations": tuple(relation.value for relation in Relation),
    "classes": tuple(one.value for one in OverlapClass),
    "states": tuple(state.value for state in PairState),
    "outcomes": tuple(outcome.value for outcome in Outcome),
    "flags": FLAGS,
}
_NAMES = ("run", "reviewer", "finding", "cluster", "work", "clause", "text")
_KEYS = {
    "rel": "relations",
    "body": "bodies",
    "state": "states",
    "class": "classes",
    "outcome": "outcomes",
    "is": "flags",
}
_TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class Order(StrEnum):
    """How a list is sorted; the best, or the newest, first."""

    RANK = "rank"
    PROBABILITY = "probability"
    LEARNED = "learned"
    UNCERTAIN = "uncertain"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the text of a filter means: words that one of the two clauses holds, words that it must not, and more."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Which pairs to show: values of one field are alternatives, fields narrow one another, empty means no limit.

    Archived pairs show only where ``states`` names them. ``bodies`` and ``sectors``: one of the two texts is of it.
    ``work`` and ``clause``: one of the two clauses is of it, or it. ``least`` and ``most`` bound the probability.
    ``text`` holds words and terms such as ``p:>0.8``, ``rel:VERB``, ``work:pp/res/191``, ``-word``, ``"two words"``;
    one of the two clauses holds all the words.
    """

    run: str | None = None
    bodies: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    reviewer: str | None = None
    finding: str | None = None
    cluster: str | None = None
    work: str | None = None
    clause: str | None = None
    text: str = ""
    least: float | None = None
    most: float | None = None
    cross_body: bool | None = None
    flags: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str] | Iterable[tuple[str, str]]) -> "PairFilter":
        """The filter that a query string describes; a list may repeat its key or separate values by commas.

        Keys that are no field of a filter must have been taken out.

        Raises:
            FilterError: a key or a value is not known; the text names it.
        """
        items = query.items() if isinstance(query, Mapping) else query
        lists: dict[str, list[str]] = {}
        single: dict[str, object] = {}
        for key, value in items:
            if key in _LISTS:
                lists.setdefault(key, []).extend(part for part in value.split(",") if part)
            elif key in _NAMES:
                single[key] = value.strip() or ("" if key == "text" else None)
            elif key in ("least", "most"):
                single[key] = _share(key, value) if value.strip() else None
            elif key == "cross_body":
                single[key] = _truth(value) if value.strip() else None
            else:
                known = ", ".join(field.name for field in fields(cls))
                raise FilterError(f"{key!r} is no filter; there are {known}")
        for key, values in lists.items():
            single[key] = _checked(key, values)
        made = cls(**single)  # type: ignore[arg-type]
        read_terms(made.text)
        return made

    def to_query(self) -> list[tuple[str, str]]:
        """The pairs of key and value that ``from_query`` reads back to an equal filter."""
        query: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                query.extend((field.name, one) for one in value)
            elif isinstance(value, bool):
                query.append((field.name, "true" if value else "false"))
            elif value is not None and value != "":
                query.append((field.name, str(value)))
        return query


def read_terms(text: str) -> Terms:
    """What the text of a filter means.

    Raises:
        FilterError: a term has an unknown key or value.
    """
    found: dict[str, list[str]] = {"words": [], "without": [], "phrases": [], "works": []}
    lists: list[tuple[str, str]] = []
    bounds: dict[str, float] = {}
    for term in _TERM.finditer(text):
        key, value = term["key"], term["phrase"] if term["phrase"] is not None else term["word"]
        if key is None:
            kind = "without" if term["minus"] else ("phrases" if term["phrase"] is not None else "words")
            found[kind].append(value)
        elif key == "work":
            found["works"].append(value)
        elif key == "p":
            bounds.update(_bounds(value))
        elif key in _KEYS:
            wanted = value.upper() if key == "rel" else value.lower()
            lists.extend((_KEYS[key], one) for one in _checked(_KEYS[key], [wanted]))
        else:
            raise FilterError(f"{key!r} is no term; there are p, work, {', '.join(_KEYS)}")
    kept = {name: tuple(value for value in values if any(map(str.isalnum, value))) for name, values in found.items()}
    return Terms(**kept, lists=tuple(lists), least=bounds.get("least"), most=bounds.get("most"))


def _checked(key: str, values: Iterable[str]) -> tuple[str, ...]:
    allowed = _LISTS[key]
    for value in values:
        # Organs of other organisations (un-ga) are bodies too; their codes are not listed anywhere.
        if value not in allowed and not (key == "bodies" and "-" in value):
            raise FilterError(f"{value!r} is no value of {key}; there are {', '.join(allowed)}")
    return tuple(dict.fromkeys(values))


def _bounds(value: str) -> dict[str, float]:
    match = _NUMBER.fullmatch(value)
    if match is None or float(match["number"]) > 1:
        raise FilterError(f"p:{value} is no bound of the probability; an example is p:>0.8")
    number = float(match["number"])
    return {"most" if match["sign"] == "<" else "least": number}


def _share(key: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise FilterError(f"{key} must be a number from 0 to 1, not {value!r}")
    return number


def _truth(value: str) -> bool:
    if value.lower() not in _TRUTHS:
        raise FilterError(f"cross_body must be true or false, not {value!r}")
    return _TRUTHS[value.lower()]
