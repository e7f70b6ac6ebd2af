"""Who may do what, and how a page refuses."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.params import Depends as DependsOn

from pipeline.domain import Role
from pipeline.store.database.people import Person
from pipeline.store.database.views import Viewer as Sight
from pipeline.web.i18n import N_
from pipeline.web.visit import visit_of

__all__ = ["NotHere", "Refused", "SignInFirst", "Viewer", "holds", "needs", "sight_of"]


class Refused(Exception):  # noqa: N818  a refusal is an answer, not a fault of the program
    """The request cannot be answered; ``sentence`` is a message for the person, ``roles`` are those that would do."""

    def __init__(self, status: int, sentence: str, roles: tuple[Role, ...] = ()) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.roles = status, sentence, roles


class NotHere(Refused):
    """Nothing lives at this address; ``where`` and ``why`` tell where it went, when that is known."""

    def __init__(self, sentence: str, where: str = "", why: str = "") -> None:
        super().__init__(404, sentence)
        self.where, self.why = where, why


class SignInFirst(Refused):
    """The visit has no person; ``back`` is where to return after signing in."""

    def __init__(self, back: str) -> None:
        super().__init__(401, N_("Please sign in first."))
        self.back = back


def _viewer(request: Request) -> Person:
    person = visit_of(request).person
    if person is None:
        back = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
        raise SignInFirst(quote(back, safe="/") if request.method == "GET" else "/")
    return person


Viewer = Annotated[Person, Depends(_viewer)]


def holds(person: Person | None, *roles: Role) -> bool:
    """True when the person has one of the roles; an administrator has them all."""
    return person is not None and person.role in {*roles, Role.ADMIN}


def sight_of(person: Person, queue: str | None = None, adjudicates: bool = False) -> Sight:
    """What lists and details ask for: who looks, and from which queue."""
    return Sight(person.id, person.role, queue, adjudicates)


def needs(*roles: Role) -> DependsOn:
    """A dependency that lets only people of these roles, and administrators, through."""

    def allowed(person: Viewer) -> None:
        if not holds(person, *roles):
            raise Refused(403, N_("This needs another role than yours."), roles)

    dependency: DependsOn = Depends(allowed)
    return dependency
