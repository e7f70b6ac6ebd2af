"""Puts the app together: gate, pages, files, answers to errors."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pipeline.store.database import Database, open_database
from pipeline.web.accounts import SignIns
from pipeline.web.errors import answer_errors, failed
from pipeline.web.openid import OpenIdDoor
from pipeline.web.pages import STATIC_FOLDER
from pipeline.web.routes import routers
from pipeline.web.security import Gate, guard_form
from pipeline.web.settings import WebSettings

__all__ = ["create_app"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _Files(StaticFiles):
    """Files that carry the digest of their content in their address: a browser need never ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        lasting = b"v=" in scope["query_string"] and response.status_code == 200
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return response


def create_app(
    settings: WebSettings, database: Database | None = None, clock: Callable[[], datetime] = _utc_now
) -> FastAPI:
    """The app over a database that exists; every module of ``routes`` is part of it.

    Args:
        settings: how it was started.
        database: an open database, where the caller has one; else that of the settings is opened.
        clock: the time in UTC, which claims and sessions go by.

    Raises:
        DatabaseError: the database cannot be opened, or its tables are those of an earlier version.
    """
    database = database or open_database(settings.database)
    app = FastAPI(
        title="Overlap",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(guard_form)],
    )
    app.state.settings = settings
    app.state.database = database
    app.state.clock = clock
    app.state.learning = Lock()
    app.state.sign_ins = SignIns(database, settings, clock)
    app.state.openid = OpenIdDoor(settings.openid) if settings.openid else None
    if settings.openid:
        app.add_middleware(
            SessionMiddleware,
            secret_key=secrets.token_urlsafe(32),
            session_cookie="overlap_openid",
            max_age=600,
            path="/sign-in",
            same_site="lax",
            https_only=settings.https,
        )
    app.add_middleware(Gate, settings=settings, who_is=app.state.sign_ins.who_is, failed=failed)
    app.mount("/static", _Files(directory=STATIC_FOLDER), name="static")
    served: set[str] = set()
    for router in routers():
        app.include_router(router)
        served.update(route.path for route in router.routes if isinstance(route, APIRoute))
    app.state.served = frozenset(served)
    answer_errors(app)
    return app
