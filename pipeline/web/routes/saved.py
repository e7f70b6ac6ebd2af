"""Keeping and removing saved views of lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from pipeline.web.access import Viewer
from pipeline.web.pages import Db, see_other
from pipeline.web.views import remove_view, save_view

__all__ = ["router"]

router = APIRouter()


@router.post("/views")
def save(
    person: Viewer,
    db: Db,
    name: Annotated[str, Form()] = "",
    path: Annotated[str, Form()] = "",
    query: Annotated[str, Form()] = "",
) -> Response:
    """Save the list as it stands under a name."""
    with db.write() as session:
        save_view(session, person.id, name, path, query)
    return see_other(f"{path}?{query}" if query else path)


@router.post("/views/remove")
def remove(person: Viewer, db: Db, name: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:  # noqa: A002
    """Forget a view."""
    with db.write() as session:
        remove_view(session, person.id, name)
    return see_other(next)
