"""How a page is made: its template in the language of the visit, or its JSON twin.

Every page that is reached by GET has a twin under the same address with ``.json`` at the end (``/`` has
``/index.json``). The gate takes the ending off and notes it in the visit; ``render`` then answers with the data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from pipeline.domain import Role
from pipeline.store.database import Database
from pipeline.store.database.runs import current_run
from pipeline.web import wording
from pipeline.web.access import holds
from pipeline.web.i18n import LANGUAGES, N_, Interface, direction_of, interfaces
from pipeline.web.settings import WebSettings
from pipeline.web.visit import TEXT_SIZES, THEMES, Visit, visit_of

__all__ = ["Db", "Now", "environment", "interface_of", "plain", "render", "see_other", "static_address"]

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"


# Sections of the app in the order of the work; those of rooms that are not built yet are left out of the page.
SECTIONS = (
    ("queue", "/queue", N_("Queue")),
    ("findings", "/findings", N_("Findings")),
    ("clusters", "/clusters", N_("Clusters")),
    ("resolutions", "/resolutions", N_("Resolutions")),
    ("documents", "/documents", N_("Documents")),
    ("check", "/check", N_("Check a draft")),
    ("themes", "/themes", N_("Themes")),
    ("mapping", "/mapping/resolutions", N_("Mapping tables")),
    ("tracker", "/tracker", N_("Tracker")),
    ("reports", "/reports", N_("Reports")),
    ("runs", "/runs", N_("Runs")),
)
FOOTER = (
    ("/progress", N_("How far the review is")),
    ("/pairs", N_("All pairs")),
    ("/help", N_("Help")),
    ("/criteria", N_("How to decide")),
    ("/about-scores", N_("About the scores")),
    ("/help/shortcuts", N_("Keys")),
    ("/audit", N_("Audit")),
    ("/accessibility", N_("Accessibility")),
)


@dataclass(frozen=True, slots=True)
class CurrentRun:
    """The run that the pages show results of; ``made_at`` is ISO 8601 in UTC."""

    id: str
    made_at: str


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.clock()
    return moment


Db = Annotated[Database, Depends(_database)]
Now = Annotated[datetime, Depends(_now)]


def interface_of(request: Request) -> Interface:
    """The interface in the language of this visit: messages, dates, numbers."""
    return interfaces()[visit_of(request).language]


@cache
def environment(language: str) -> Environment:
    """Templates that speak one language: ``_()`` and ``ngettext()``, dates and numbers as filters."""
    speak = interfaces()[language]
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_translations(speak.translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        ago=speak.ago,
        clock=speak.clock,
        day=speak.day,
        decimal=speak.decimal,
        difference_said=lambda difference: speak.gettext(difference.wording, **difference.values),
        direction=direction_of,
        moment=speak.moment,
        number=speak.number,
        percent=speak.percent,
        said=lambda message: speak.gettext(message) if message else "",
        signed=speak.signed,
    )
    made.globals.update(
        LANGUAGES=LANGUAGES,
        TEXT_SIZES=TEXT_SIZES,
        THEMES=THEMES,
        interface=speak,
        static=static_address,
        words=wording,
    )
    return made


@cache
def static_address(name: str) -> str:
    """The address of a file of ``static``, with its digest so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC_FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def render(
    request: Request,
    template: str,
    context: Mapping[str, object],
    json_twin: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page, or ``json_twin`` where the address ended in ``.json``.

    Templates also get ``visit``, ``person``, ``request``, ``path``, ``csrf_field``, ``link`` (this address with some
    parts of the query changed) and ``run`` (that the results are of).
    """
    visit = visit_of(request)
    kept = {"Cache-Control": "no-store", **(headers or {})}
    if visit.wants_json:
        return JSONResponse(plain(json_twin), status, kept)
    page = environment(visit.language).get_template(template)
    text = page.render({**_surroundings(request, visit), **context})
    return HTMLResponse(text, status, {**kept, "Content-Language": visit.language, "Vary": "Accept-Language, Cookie"})


def _surroundings(request: Request, visit: Visit) -> dict[str, object]:
    settings: WebSettings = request.app.state.settings
    served = request.app.state.served
    return {
        "run": _current_run(request),
        "footer": [(address, label) for address, label in FOOTER if address in served],
        "navigation": [entry for entry in SECTIONS if entry[1] in served],
        "may_administer": holds(visit.person, Role.ADMIN),
        "may_decide": visit.person is not None and visit.person.role.may_decide,
        "csrf_field": Markup('<input type="hidden" name="csrf" value="{}">').format(visit.csrf),
        "link": lambda **changes: _link(request, changes),
        "path": request.scope["path"],
        "person": visit.person,
        "query": request.url.query,
        "request": request,
        "settings": settings,
        "visit": visit,
    }


def _current_run(request: Request) -> CurrentRun | None:
    with request.app.state.database.read() as session:
        found = current_run(session)
    return CurrentRun(found.id, found.created_at) if found else None


def _link(request: Request, changes: Mapping[str, object]) -> str:
    """This address with some keys of its query replaced; ``None`` or an empty sequence takes a key away."""
    kept = [(key, value) for key, value in parse_qsl(request.url.query) if key not in changes]
    for key, value in changes.items():
        several = value if isinstance(value, list | tuple | set | frozenset) else [value]
        kept.extend((key, str(one)) for one in several if one is not None)
    return f"{request.scope['path']}?{urlencode(kept)}" if kept else str(request.scope["path"])


def see_other(address: str) -> RedirectResponse:
    """After a form was taken: look there now. Only an address of this app is followed."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return RedirectResponse(address if inside else "/", 303)


def plain(value: object) -> object:
    """A value made of nouns as one of JSON: records become objects, moments ISO 8601, enumerations their values."""
    match value:
        case None | bool() | int() | float() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(plain(key)): plain(one) for key, one in value.items()}
        case set() | frozenset():
            return sorted((plain(one) for one in value), key=str)
        case Iterable() if not isinstance(value, bytes):
            return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value) if part.repr}
    raise TypeError(f"{type(value).__name__} has no JSON form")
