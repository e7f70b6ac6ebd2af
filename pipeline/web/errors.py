"""What a person sees when a page cannot be shown: what happened, what is safe, what to do next."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from pipeline.errors import DatabaseError, ForbiddenError, OverlapError
from pipeline.web.access import NotHere, Refused, SignInFirst
from pipeline.web.i18n import N_
from pipeline.web.pages import render
from pipeline.web.visit import visit_of

__all__ = ["answer_errors", "failed", "invalid"]

_LOG = logging.getLogger("overlap.web")

_SENTENCES = {
    404: N_("There is no page at this address."),
    405: N_("This address cannot be used in this way."),
}


def answer_errors(app: FastAPI) -> None:
    """Teach the app to answer refusals, faults of a form and unknown addresses with a page."""
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OverlapError, _not_possible)


def _page(request: Request, template: str, status: int, sentence: str, **more: object) -> Response:
    message = {"status": status, "message": sentence, "request": visit_of(request).id, **more}
    shown: Mapping[str, object] = {"status": status, "sentence": sentence, **more}
    return render(request, template, shown, {"error": message}, status=status)


def _sign_in_first(request: Request, error: Exception) -> Response:
    """A page is shown after signing in; what was to be saved stays with the person until then."""
    if request.method == "GET" and not visit_of(request).wants_json:
        return RedirectResponse(f"/sign-in?next={cast('SignInFirst', error).back}", 303)
    return _page(request, "errors/signed-out.html", 401, str(error))


def _refused(request: Request, fault: Exception) -> Response:
    error = cast("Refused", fault)
    if isinstance(error, NotHere):
        return _page(request, "errors/not-found.html", 404, error.sentence, where=error.where, why=error.why)
    template = "errors/forbidden.html" if error.status == 403 else "errors/refused.html"
    return _page(request, template, error.status, error.sentence, roles=error.roles)


def _http(request: Request, fault: Exception) -> Response:
    error = cast("HTTPException", fault)
    sentence = _SENTENCES.get(error.status_code, str(error.detail))
    if error.status_code == 404:
        return _page(request, "errors/not-found.html", 404, sentence, where="", why="")
    return _page(request, "errors/refused.html", error.status_code, sentence, roles=())


def _invalid(request: Request, fault: Exception) -> Response:
    error = cast("RequestValidationError", fault)
    problems = tuple((_field(one["loc"]), str(one["msg"])) for one in error.errors())
    return invalid(request, problems)


def _not_possible(request: Request, error: Exception) -> Response:
    if isinstance(error, DatabaseError):
        return failed(request, error)
    if isinstance(error, ForbiddenError):
        return _page(request, "errors/forbidden.html", 403, str(error), roles=())
    return invalid(request, (("", str(error)),))


def invalid(request: Request, problems: Sequence[tuple[str, str]]) -> Response:
    """The page that says which fields do not fit; going back keeps what was typed."""
    return _page(
        request, "errors/invalid.html", 422, N_("Some of what was sent does not fit."), problems=tuple(problems)
    )


def _field(location: Sequence[object]) -> str:
    return str(location[-1]) if location else ""


def failed(request: Request, error: Exception) -> Response:
    """The page for what should not happen: nothing of the fault itself but the id under which the log tells it."""
    _LOG.error("request %s failed: %s %s", visit_of(request).id, request.method, request.url.path, exc_info=error)
    return _page(request, "errors/failed.html", 500, N_("Something went wrong on our side."))
