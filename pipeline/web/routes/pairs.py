"""One pair at its lasting address, with what people decided and said about it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.domain import Role
from pipeline.store.database.blindness import look_behind
from pipeline.store.database.decisions import comment
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.views import Gone, Moved, PairDetail
from pipeline.web.access import NotHere, Refused, Viewer, sight_of
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, interface_of, render, see_other
from pipeline.web.review import band_of, pair_page, saved_of

__all__ = ["router"]

router = APIRouter()


@router.get("/pairs/{pair}")
def show(request: Request, person: Viewer, db: Db, now: Now, pair: str) -> Response:
    """The pair; a reviewer may look behind a blind first pass with ``adjudicates=yes``, which the ledger notes."""
    asked = request.query_params
    sight = sight_of(person, adjudicates=asked.get("adjudicates") == "yes" and person.role.may_adjudicate)
    if sight.adjudicates:
        with db.write() as session:
            look_behind(session, pair, sight, now)
    with db.read() as session:
        found = pair_detail(session, pair, sight)
        score = found.row.probability if isinstance(found, PairDetail) else None
        band = band_of(interface_of(request), session, score)
    if isinstance(found, Gone):
        raise NotHere(N_("There is no pair with this identifier."))
    if isinstance(found, Moved):
        query = urlencode(list(asked.multi_items()))
        where = f"/pairs/{found.target}" + (f"?{query}" if query else "")
        twin = {"moved": found, "where": where}
        context = {"where": where, "why": found.why, "run_of_change": found.run}
        return render(request, "pair/moved.html", context, twin, status=410)
    saved = saved_of(interface_of(request), found, asked.get("saved", ""), person.id)
    return pair_page(request, person, found, saved=saved, band=band)


@router.post("/pairs/{pair}/comment")
def add_comment(
    person: Viewer,
    db: Db,
    now: Now,
    pair: str,
    body: Annotated[str, Form(max_length=4000)],
    next: Annotated[str, Form()] = "",  # noqa: A002  the customary name
) -> Response:
    """Say something about a pair to everybody who reviews."""
    if person.role is Role.VIEWER:
        raise Refused(403, N_("Your role reads but does not comment."), (Role.ANALYST, Role.REVIEWER))
    with db.write() as session:
        comment(session, pair, person.id, person.role, body, now)
    return see_other(next or f"/pairs/{pair}")
