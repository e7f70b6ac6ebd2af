"""The gate that every request passes: host name, size, visit, form token, and the headers of every answer."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.store.database.people import Person
from pipeline.web.access import Refused
from pipeline.web.i18n import N_, choose_language
from pipeline.web.settings import WebSettings
from pipeline.web.visit import DISPLAY_COOKIE, TEXT_SIZES, THEMES, Visit, display_of, visit_of

__all__ = ["CONTENT_SECURITY_POLICY", "Gate", "WhoIs", "cookie_name", "guard_form", "keep_cookie"]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"x-frame-options", b"DENY"),
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# A draft to check may be a Word file; nothing else that is sent here is large.
_LARGEST_BODY = 20_000_000


class WhoIs(Protocol):
    """Finds the person behind a session cookie, with the preferences kept for that person."""

    def __call__(self, secret: str) -> tuple[Person, dict[str, str]] | None:
        """The person and the preferences, or ``None`` when the session is unknown, ended or revoked."""


class Gate:
    """ASGI middleware; ``failed`` makes the answer to an exception that no page expected."""

    def __init__(
        self, app: ASGIApp, *, settings: WebSettings, who_is: WhoIs, failed: Callable[[Request, Exception], Response]
    ) -> None:
        self._app = app
        self._settings = settings
        self._who_is = who_is
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with its visit, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = secrets.token_hex(6)
        guarded = _with_headers(send, request_id, self._settings.https)
        if not _known_host(headers.get("host", ""), self._settings.allowed_hosts):
            refusal = PlainTextResponse("This address is not served here.\n", 421)
            await refusal(scope, receive, guarded)
            return
        if int(headers.get("content-length") or 0) > _LARGEST_BODY:
            await PlainTextResponse("This is more than can be sent here.\n", 413)(scope, receive, guarded)
            return
        path: str = scope["path"]
        if path.startswith("/static/"):
            await self._app(scope, receive, guarded)
            return
        wants_json = path.endswith(".json") and scope["method"] in _SAFE
        if wants_json:
            scope["path"] = "/" if path == "/index.json" else path.removesuffix(".json")
            scope["raw_path"] = scope["path"].encode()
        wants_json = wants_json or headers.get("accept", "").startswith("application/json")
        scope["overlap.visit"] = await self._visit(scope, headers, request_id, wants_json)
        try:
            await self._app(scope, _limited(receive), guarded)
        except Exception as error:
            answer = await run_in_threadpool(self._failed, Request(scope), error)
            await answer(scope, receive, guarded)

    async def _visit(self, scope: Scope, headers: dict[str, str], request_id: str, wants_json: bool) -> Visit:
        cookies = _cookies(headers.get("cookie", ""))
        secret = cookies.get(cookie_name(self._settings), "")
        known = await run_in_threadpool(self._who_is, secret) if secret else None
        person, kept = known if known else (None, {})
        display = {**display_of(cookies.get(DISPLAY_COOKIE, "")), **kept}
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        theme, size = display.get("theme", ""), display.get("text_size", "")
        return Visit(
            id=request_id,
            person=person,
            language=choose_language(asked, display.get("language", ""), headers.get("accept-language", "")),
            secret=secret or cookies.get(f"{cookie_name(self._settings)}_before", ""),
            theme=theme if theme in THEMES else "system",
            text_size=size if size in TEXT_SIZES else "normal",
            wants_json=wants_json,
            preferences=kept,
        )


def _cookies(header: str) -> dict[str, str]:
    """The cookies by name; one that cannot be read does not hide the others."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        try:
            found.update((name, morsel.value) for name, morsel in SimpleCookie(part.strip()).items())
        except CookieError:
            continue
    return found


def _known_host(header: str, allowed: Iterable[str]) -> bool:
    """True when a request asks for a name of this app: a page elsewhere that points its own name here does not."""
    name = header.lower()
    host = name if name.endswith("]") else name.rpartition(":")[0] or name
    return host in allowed


def _limited(receive: Receive) -> Receive:
    """The body of a request, cut off when more arrives than any page takes."""
    arrived = 0

    async def take() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > _LARGEST_BODY:
            raise Refused(413, N_("This is more than can be sent here."))
        return message

    return take


def _with_headers(send: Send, request_id: str, https: bool) -> Send:
    extra = [*_HEADERS, (b"x-request-id", request_id.encode())]
    if https:
        extra.append((b"strict-transport-security", b"max-age=31536000"))

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *extra]
        await send(message)

    return guarded


async def guard_form(request: Request) -> None:
    """Refuse whatever changes something and does not carry the form token of its own visit.

    Raises:
        Refused: 403, the token is missing or another's, or the form stands on a page of another site.
    """
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin", "")
    if origin not in {"", "null"} and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(403, N_("This form was sent from another site."))
    visit = visit_of(request)
    given = request.headers.get("x-csrf-token", "") or str((await request.form()).get("csrf", ""))
    if not visit.secret or not hmac.compare_digest(given.encode(), visit.csrf.encode()):
        raise Refused(403, N_("This form is out of date: go back, load the page again and send it once more."))


def cookie_name(settings: WebSettings) -> str:
    """The name of the session cookie; over TLS the name itself forbids other hosts and paths."""
    return "__Host-overlap" if settings.https else "overlap_session"


def keep_cookie(response: Response, settings: WebSettings, name: str, value: str, seconds: int | None) -> None:
    """Let the browser keep a value that no script can read and no other site can send."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.https, httponly=True, samesite="lax")


def display_cookie(display: dict[str, str]) -> str:
    """What a browser remembers of the display, as the value of a cookie."""
    return json.dumps(display, separators=(",", ":"))
