"""What all lists of pairs share: the filter of an address, its tags, its choices with counts, columns and density."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import Request
from starlette.datastructures import QueryParams

from pipeline.domain import Body, Outcome, OverlapClass, PairState, Relation, Sector
from pipeline.errors import FilterError
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.listing import FacetValue
from pipeline.web import wording
from pipeline.web.i18n import N_

__all__ = [
    "COLUMNS",
    "ORDERS",
    "Choice",
    "Tag",
    "Tick",
    "asked_bodies",
    "asked_filter",
    "asked_order",
    "body_label",
    "choices",
    "filter_of",
    "query_of",
    "shown_columns",
    "tags",
    "without_field",
]

# Keys of the address that say how a list looks, not what is in it.
_LOOK = frozenset({"order", "after", "columns", "density", "lang", "panel", "kind"})

ORDERS: Mapping[Order, str] = {
    Order.RANK: N_("by rank"),
    Order.PROBABILITY: N_("by probability"),
    Order.LEARNED: N_("by what was learned from decisions"),
    Order.UNCERTAIN: N_("least certain first"),
    Order.RECENT: N_("last decided first"),
}

COLUMNS: Mapping[str, str] = {
    "texts": N_("Passages"),
    "words": N_("First words"),
    "bodies": N_("Bodies"),
    "relation": N_("Relation"),
    "class": N_("Wording"),
    "probability": N_("Probability"),
    "state": N_("State"),
    "outcome": N_("Outcome"),
    "reviewer": N_("Decided by"),
    "flags": N_("Remarks"),
}
_FIRST_COLUMNS = ("texts", "words", "relation", "class", "probability", "state")

FIELDS: Mapping[str, str] = {
    "text": N_("Words"),
    "states": N_("State"),
    "outcomes": N_("Outcome"),
    "relations": N_("Relation"),
    "classes": N_("Wording"),
    "sectors": N_("Sector"),
    "bodies": N_("Body"),
    "flags": N_("Remarks"),
    "cross_body": N_("Bodies"),
    "least": N_("Probability from"),
    "most": N_("Probability to"),
    "work": N_("Text"),
    "clause": N_("Passage"),
    "finding": N_("Finding"),
    "cluster": N_("Cluster"),
    "reviewer": N_("Reviewer"),
    "run": N_("Run"),
}
FLAGS: Mapping[str, str] = {
    "listed": N_("ranked"),
    "demoted": N_("not ranked"),
    "doubtful": N_("read with warnings"),
    "commented": N_("with comments"),
    "family": N_("same two texts elsewhere"),
}
_CROSS = {"true": N_("two bodies"), "false": N_("one body")}
_ORDERED = ("states", "outcomes", "relations", "classes", "sectors", "bodies", "flags")


@dataclass(frozen=True, slots=True)
class Tag:
    """One part of a filter that can be taken away: ``field`` and ``value`` are messages unless ``plain``."""

    field: str
    value: str
    plain: bool
    address: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One value that can be ticked; ``number`` is how many pairs have it, None where that was not counted."""

    value: str
    label: str
    title: str
    number: int | None
    exact: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of the filter column with its values."""

    name: str
    label: str
    ticks: tuple[Tick, ...]


def body_label(code: str) -> str:
    """The short name of a body, or its code where it is of another organisation."""
    return Body(code).label if code in set(Body) else code


def asked_filter(request: Request, also: frozenset[str] = frozenset()) -> PairFilter:
    """The filter of the address.

    Args:
        request: the request.
        also: further keys of this page that are no part of a filter.

    Raises:
        FilterError: a key or a value is not known.
    """
    return filter_of(request.query_params, also)


def filter_of(query: QueryParams, also: frozenset[str] = frozenset()) -> PairFilter:
    """The filter of a query, such as that of a saved view; raises FilterError like ``asked_filter``."""
    items = query.multi_items()
    return PairFilter.from_query((key, value) for key, value in items if key not in _LOOK | also and value.strip())


def asked_bodies(query: QueryParams) -> tuple[str, ...]:
    """The bodies that an address names.

    Raises:
        FilterError: one of them is not known.
    """
    bodies = tuple(code for code in query.getlist("body") if code)
    if unknown := [code for code in bodies if code not in set(Body)]:
        raise FilterError(f"{unknown[0]!r} is no body; there are {', '.join(Body)}")
    return bodies


def asked_order(request: Request) -> Order:
    """The order of the address; the order of ranks where it names none or an unknown one."""
    asked = request.query_params.get("order", "")
    return Order(asked) if asked in set(Order) else Order.RANK


def shown_columns(request: Request) -> tuple[str, ...]:
    """The columns of the address in their order, or those that are shown at first."""
    asked = set(request.query_params.getlist("columns"))
    return tuple(name for name in COLUMNS if name in asked) or _FIRST_COLUMNS


def query_of(wanted: PairFilter, **more: object) -> str:
    """The query string of a filter."""
    return urlencode([*wanted.to_query(), *((key, str(value)) for key, value in more.items() if value is not None)])


def without_field(wanted: PairFilter, name: str) -> PairFilter:
    """The filter without one of its fields."""
    return replace(wanted, **{name: getattr(PairFilter(), name)})


def tags(wanted: PairFilter, path: str, look: Sequence[tuple[str, str]] = ()) -> tuple[Tag, ...]:
    """Every part of the filter with the address of the same list without it."""
    parts = wanted.to_query()
    made = []
    for index, (key, value) in enumerate(parts):
        rest = [*parts[:index], *parts[index + 1 :], *look]
        label, plain = _label(key, value)
        made.append(Tag(FIELDS[key], label, plain, f"{path}?{urlencode(rest)}" if rest else path))
    return tuple(made)


def choices(wanted: PairFilter, counted: Mapping[str, Sequence[FacetValue]]) -> tuple[Choice, ...]:
    """The fields of the filter column; values that no pair has are left out unless they are ticked."""
    return tuple(Choice(name, FIELDS[name], tuple(_ticks(name, wanted, counted))) for name in _ORDERED)


def _ticks(name: str, wanted: PairFilter, counted: Mapping[str, Sequence[FacetValue]]) -> list[Tick]:
    ticked = getattr(wanted, name)
    numbers = {facet.value: facet for facet in counted.get(name, ())}
    if name == "flags":
        values: list[str] = list(FLAGS)
    else:
        values = [value for value in _known(name) if value in numbers or value in ticked]
        values += [value for value in (*numbers, *ticked) if value not in values]
    made = []
    for value in values:
        facet = numbers.get(value)
        label, _ = _label(name, value)
        title = value if name == "relations" else ""
        made.append(
            Tick(value, label, title, facet.number if facet else None, facet.exact if facet else True, value in ticked)
        )
    return made


def _known(name: str) -> tuple[str, ...]:
    held: Mapping[str, tuple[str, ...]] = {
        "states": tuple(PairState),
        "outcomes": tuple(Outcome),
        "relations": tuple(Relation),
        "classes": tuple(OverlapClass),
        "sectors": tuple(Sector),
        "bodies": tuple(Body),
    }
    return tuple(str(value) for value in held[name])


def _label(key: str, value: str) -> tuple[str, bool]:
    """The value in words, and whether it stays as it is in every language."""
    match key:
        case "states":
            return wording.STATES[PairState(value)], False
        case "outcomes":
            return wording.OUTCOMES[Outcome(value)], False
        case "relations":
            return wording.RELATIONS[Relation(value)], False
        case "classes":
            return wording.CLASSES[OverlapClass(value)], False
        case "flags":
            return FLAGS[value], False
        case "cross_body":
            return _CROSS[value], False
        case "bodies":
            return (Body(value).label if value in set(Body) else value), True
        case "sectors":
            return (Sector(value).label if value in set(Sector) else value), True
    return value, True
