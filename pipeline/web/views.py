"""Saved views: names for addresses of lists. Only their owner removes one; one that no longer fits says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import QueryParams

from pipeline.errors import FilterError, UsageError
from pipeline.store.database import Database, Session
from pipeline.store.database.people import Person, read_preferences, write_preferences

__all__ = ["MOST_VIEWS", "SavedView", "remove_view", "save_view", "saved_views"]

MOST_VIEWS = 50
_KEY = "views"
_PATHS = ("/findings", "/pairs", "/clusters", "/resolutions", "/documents", "/search", "/audit")


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list as somebody left it; ``broken`` when its filter is not understood any more."""

    name: str
    address: str
    broken: bool


def saved_views(
    db: Database, person: Person, path: str, understood: Callable[[QueryParams], object]
) -> tuple[SavedView, ...]:
    """The views that a person saved of the list at ``path``, by name.

    Args:
        db: where they are kept.
        person: whose they are.
        path: the list.
        understood: reads the filter of an address of the list; raises FilterError where it does not fit any more.
    """
    with db.read() as session:
        kept = _kept(session, person.id)
    return tuple(
        SavedView(name, f"{path}?{query}" if query else path, _is_broken(query, understood))
        for name, (where, query) in sorted(kept.items())
        if where == path
    )


def save_view(session: Session, person: str, name: str, path: str, query: str) -> None:
    """Keep the address of a list under a name; a view of the same name is replaced.

    Raises:
        UsageError: the name is empty, the path is no list, or there are too many.
    """
    name = " ".join(name.split())[:60]
    if not name:
        raise UsageError("a view needs a name")
    if path not in _PATHS:
        raise UsageError("only lists can be saved as a view")
    kept = _kept(session, person)
    if name not in kept and len(kept) >= MOST_VIEWS:
        raise UsageError(f"there are {MOST_VIEWS} views already; remove one first")
    kept[name] = (path, urlencode([(key, value) for key, value in parse_qsl(query) if key not in ("after", "lang")]))
    _write(session, person, kept)


def remove_view(session: Session, person: str, name: str) -> None:
    """Forget a view; one that is not there stays so."""
    kept = _kept(session, person)
    kept.pop(name, None)
    _write(session, person, kept)


def _kept(session: Session, person: str) -> dict[str, tuple[str, str]]:
    held = read_preferences(session, person).get(_KEY, {})
    return {name: (view[0], view[1]) for name, view in held.items()} if isinstance(held, dict) else {}


def _write(session: Session, person: str, kept: dict[str, tuple[str, str]]) -> None:
    write_preferences(session, person, {_KEY: {name: list(view) for name, view in kept.items()} or None})


def _is_broken(query: str, understood: Callable[[QueryParams], object]) -> bool:
    try:
        understood(QueryParams(parse_qsl(query)))
    except FilterError:
        return True
    return False
