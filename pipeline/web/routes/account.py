"""Signing in and out, and what a person sets for themselves: display, keys, password."""

from __future__ import annotations

import json
import math
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from pipeline.store.database.people import write_preferences
from pipeline.web.access import NotHere, Refused, Viewer
from pipeline.web.accounts import SignIns
from pipeline.web.i18n import LANGUAGES, N_
from pipeline.web.keys import ACTIONS, KeyMap, key_map
from pipeline.web.openid import OpenIdDoor
from pipeline.web.pages import Db, render, see_other
from pipeline.web.passwords import SHORTEST
from pipeline.web.security import cookie_name, display_cookie, keep_cookie
from pipeline.web.settings import WebSettings
from pipeline.web.visit import DISPLAY_COOKIE, TEXT_SIZES, THEMES, display_of, visit_of

__all__ = ["router"]

router = APIRouter()

_YEAR = 365 * 24 * 3600
_LINK_SPENT = N_("This link has been used already, or its time is over.")
_WRONG = N_("Name and password do not belong together.")
_SLOWLY = N_("Too many attempts. Please wait a while before the next one.")


def _door(request: Request) -> SignIns:
    door: SignIns = request.app.state.sign_ins
    return door


def _enter(request: Request, secret: str, back: str) -> Response:
    """The answer that lets somebody in: a new session, never one that was there before."""
    settings: WebSettings = request.app.state.settings
    response = see_other(back)
    keep_cookie(response, settings, cookie_name(settings), secret, int(settings.session_life.total_seconds()))
    return response


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/", problem: str = "") -> Response:  # noqa: A002  the customary name
    """The page where people sign in."""
    return _sign_in_page(request, next, "", "")


def _sign_in_page(request: Request, back: str, problem: str, login: str, status: int = 200) -> Response:
    settings: WebSettings = request.app.state.settings
    openid: OpenIdDoor | None = request.app.state.openid
    visit = visit_of(request)
    context = {"back": back, "problem": problem, "login": login, "openid": openid.label if openid else ""}
    twin = {"shared": settings.shared, "problem": problem}
    if visit.secret:
        return render(request, "account/sign-in.html", context, twin, status=status)
    # Somebody without a session gets a cookie of their own, so that the form has a token that nobody else knows.
    before = secrets.token_urlsafe(24)
    request.scope["overlap.visit"] = visit.known_by(before)
    response = render(request, "account/sign-in.html", context, twin, status=status)
    keep_cookie(response, settings, f"{cookie_name(settings)}_before", before, None)
    return response


@router.post("/sign-in")
def take_password(
    request: Request,
    login: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Let somebody in who knows the password; after some failures the next attempt has to wait."""
    settings: WebSettings = request.app.state.settings
    if not settings.shared:
        raise NotHere(N_("There are no accounts here."))
    door = _door(request)
    tried = (f"login {login.casefold()}", f"from {request.client.host if request.client else ''}")
    wait = max(door.brake.wait(one) for one in tried)
    if wait:
        page = _sign_in_page(request, next, _SLOWLY, login, 429)
        page.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return page
    secret = door.by_password(login, password)
    if secret is None:
        for one in tried:
            door.brake.failed(one)
        return _sign_in_page(request, next, _WRONG, login, 401)
    for one in tried:
        door.brake.passed(one)
    return _enter(request, secret, next)


@router.get("/sign-in/link/{link}")
def take_link(request: Request, link: str) -> Response:
    """Let in whoever holds a one-time link; it works once."""
    secret = _door(request).by_link(link)
    if secret is None:
        return _sign_in_page(request, "/", _LINK_SPENT, "", 401)
    return _enter(request, secret, "/")


@router.get("/sign-in/openid")
async def go_to_provider(request: Request) -> Response:
    """Send somebody to the provider of OpenID Connect."""
    door: OpenIdDoor | None = request.app.state.openid
    if door is None:
        raise NotHere(N_("There is no sign-in service here."))
    return await door.send(request, f"{request.url.scheme}://{request.headers['host']}/sign-in/openid/back")


@router.get("/sign-in/openid/back")
async def come_from_provider(request: Request) -> Response:
    """Let in whom the provider names."""
    door: OpenIdDoor | None = request.app.state.openid
    if door is None:
        raise NotHere(N_("There is no sign-in service here."))
    known = await door.receive(request)
    secret = await run_in_threadpool(_door(request).by_provider, known)
    if secret is None:
        raise Refused(403, N_("This account has been turned off."))
    return _enter(request, secret, "/")


@router.post("/sign-out")
def sign_out(request: Request, person: Viewer, everywhere: Annotated[str, Form()] = "") -> Response:
    """End this session, or all of them."""
    settings: WebSettings = request.app.state.settings
    if everywhere:
        _door(request).end_everywhere(person)
    else:
        _door(request).end(visit_of(request).secret)
    response = see_other("/sign-in")
    response.delete_cookie(cookie_name(settings), secure=settings.https, httponly=True, samesite="lax")
    return response


@router.post("/display")
def display(
    request: Request,
    db: Db,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    text_size: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Keep language, colours and size of text: with the person, and in the browser for those not signed in."""
    settings: WebSettings = request.app.state.settings
    known = (("language", language, LANGUAGES), ("theme", theme, THEMES), ("text_size", text_size, TEXT_SIZES))
    chosen = {name: value for name, value, allowed in known if value in allowed}
    visit = visit_of(request)
    if visit.person is not None:
        with db.write() as session:
            write_preferences(session, visit.person.id, chosen)
    response = see_other(next)
    kept = {**display_of(request.cookies.get(DISPLAY_COOKIE, "")), **chosen}
    keep_cookie(response, settings, DISPLAY_COOKIE, display_cookie(kept), _YEAR)
    return response


@router.get("/account")
def account(request: Request, person: Viewer) -> Response:
    """One's own account."""
    return render(request, "account/account.html", {}, {"person": person, "preferences": visit_of(request).preferences})


@router.get("/account/keys")
def keys(request: Request, person: Viewer) -> Response:
    """The keys of the review, to change or turn off."""
    return _keys_page(request, key_map(visit_of(request).preferences), ())


def _keys_page(request: Request, shown: KeyMap, problems: tuple[tuple[str, str], ...]) -> Response:
    context = {
        "actions": ACTIONS,
        "labels": {action.name: action.label for action in ACTIONS},
        "map": shown,
        "problems": problems,
        "wrong": {name for name, _ in problems},
    }
    twin = {"on": shown.on, "keys": shown.keys, "problems": problems}
    return render(request, "account/keys.html", context, twin, status=422 if problems else 200)


@router.post("/account/keys")
async def keep_keys(request: Request, person: Viewer, db: Db) -> Response:
    """Keep other keys; two actions never share one."""
    form = await request.form()
    chosen = {action.name: str(form.get(action.name, "")).strip() for action in ACTIONS}
    if form.get("reset"):
        chosen = {}
    shown = KeyMap(chosen or {action.name: action.key for action in ACTIONS}, form.get("keys_on") == "yes")
    if problems := shown.problems():
        return _keys_page(request, shown, problems)
    changes = {"keys": json.dumps(chosen) if chosen else None, "keys_on": "yes" if shown.on else "no"}

    def keep() -> None:
        with db.write() as session:
            write_preferences(session, person.id, changes)

    await run_in_threadpool(keep)
    return see_other("/account/keys")


@router.get("/account/password")
def password_page(request: Request, person: Viewer) -> Response:
    """Where a password is chosen."""
    return _password_page(request, person.has_password, "")


def _password_page(request: Request, has_password: bool, problem: str) -> Response:
    context = {"has_password": has_password, "problem": problem, "shortest": SHORTEST}
    return render(request, "account/password.html", context, {"problem": problem}, status=422 if problem else 200)


@router.post("/account/password")
def keep_password(
    request: Request,
    person: Viewer,
    new: Annotated[str, Form(max_length=1000)],
    old: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keep another password; every other session ends."""
    if len(new) < SHORTEST:
        return _password_page(request, person.has_password, N_("The new password is too short."))
    secret = _door(request).change_password(person, old, new)
    if secret is None:
        return _password_page(request, person.has_password, N_("Your password now is another one."))
    return _enter(request, secret, "/account")
