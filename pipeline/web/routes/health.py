"""Answers for the programs that watch the app: is it alive, can it work."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from pipeline.store.database.runs import list_runs
from pipeline.web.pages import Db

__all__ = ["router"]

router = APIRouter()


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """Alive: the process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


@router.get("/readyz")
def readyz(db: Db) -> PlainTextResponse:
    """Ready: the database answers; else 503."""
    try:
        with db.read() as session:
            list_runs(session)
    except Exception:  # whatever is wrong, the answer is the same: not ready
        return PlainTextResponse("the database does not answer\n", 503, {"Cache-Control": "no-store"})
    return PlainTextResponse("ready\n", headers={"Cache-Control": "no-store"})
