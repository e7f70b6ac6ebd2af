"""The people who may use a shared app; for administrators."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import Role
from pipeline.store.database.people import Person, add_person, change_person, find_person, list_people
from pipeline.web.access import Refused, Viewer, needs
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, render, see_other

__all__ = ["router"]

router = APIRouter(prefix="/admin/people", dependencies=[needs(Role.ADMIN)])


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link for one person; shown once, to whoever made it, and never in a JSON twin."""

    name: str
    until: datetime
    link: str = field(repr=False)


@router.get("")
def people(request: Request, db: Db) -> Response:
    """Everybody, with role and state."""
    return _page(request, db, None)


def _page(request: Request, db: Db, invitation: Invitation | None) -> Response:
    with db.read() as session:
        everybody = list_people(session)
    context = {"people": everybody, "invitation": invitation}
    return render(request, "account/people.html", context, {"people": everybody})


@router.post("")
def add(
    request: Request,
    db: Db,
    now: Now,
    actor: Viewer,
    name: Annotated[str, Form(max_length=120)],
    login: Annotated[str, Form(max_length=120)],
    role: Annotated[Role, Form()],
) -> Response:
    """Add somebody; the answer shows the link that lets them in."""
    with db.write() as session:
        made = add_person(session, login, name, role, now, actor=actor.id)
    return _invite(request, db, made)


@router.post("/{person}/link")
def new_link(request: Request, db: Db, person: str) -> Response:
    """Another link for somebody who lost the first one, or the password."""
    with db.read() as session:
        found = find_person(session, id=person)
    return _invite(request, db, found)


def _invite(request: Request, db: Db, person: Person) -> Response:
    link, until = request.app.state.sign_ins.invite(person.id)
    return _page(request, db, Invitation(person.name, until, link))


@router.post("/{person}")
def change(
    db: Db,
    now: Now,
    actor: Viewer,
    person: str,
    role: Annotated[Role | None, Form()] = None,
    active: Annotated[str, Form()] = "",
) -> Response:
    """Give somebody another role, or turn an account off or on; nobody does that to themselves."""
    if person == actor.id:
        raise Refused(403, N_("You cannot change your own role or account."), (Role.ADMIN,))
    with db.write() as session:
        wanted = {"yes": True, "no": False}.get(active)
        change_person(session, person, now=now, actor=actor.id, role=role, active=wanted)
    return see_other("/admin/people")
