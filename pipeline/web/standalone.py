"""Pages as one file that needs no network: the style sheets stand inside it."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from pipeline.web.downloads import attachment
from pipeline.web.pages import STATIC_FOLDER, environment, interface_of
from pipeline.web.visit import visit_of

__all__ = ["one_file"]

_SHEETS = ("tokens.css", "app.css", "comparison.css", "pages.css")


def one_file(request: Request, template: str, context: Mapping[str, object], name: str) -> Response:
    """A page as an HTML file to keep, to print or to hand on; its template extends ``standalone.html``."""
    visit = visit_of(request)
    sheets = "\n".join((STATIC_FOLDER / "css" / sheet).read_text(encoding="utf-8") for sheet in _SHEETS)
    held = {
        "styles": Markup(sheets),
        "visit": visit,
        "interface": interface_of(request),
        "link": lambda **_: "",
        "address": str(request.base_url).rstrip("/"),
    }
    text = environment(visit.language).get_template(template).render({**held, **context})
    return HTMLResponse(text, headers=attachment(name))
