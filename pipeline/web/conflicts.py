"""The page for a decision that met one of somebody else."""

from __future__ import annotations

import secrets

from fastapi import Request
from starlette.responses import Response

from pipeline.store.database import Session
from pipeline.store.database.decisions import Conflict
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.people import Person, list_people
from pipeline.store.database.views import PairDetail
from pipeline.web.access import NotHere, sight_of
from pipeline.web.deciding import Sent
from pipeline.web.i18n import N_
from pipeline.web.pages import render
from pipeline.web.review import kept_display, queue_address
from pipeline.web.wording import OUTCOMES

__all__ = ["conflict_page"]


def conflict_page(request: Request, session: Session, person: Person, form: Sent, conflict: Conflict) -> Response:
    """What others recorded in the meantime, what this person wanted, and the three ways on."""
    detail = pair_detail(session, form.pair, sight_of(person, form.queue or None))
    if not isinstance(detail, PairDetail):
        raise NotHere(N_("This pair is not here any more."), f"/pairs/{form.pair}")
    names = {one.id: one.name for one in list_people(session)}
    outcome = form.chosen
    others = tuple(one for one in conflict.by if one.outcome is not None)
    theirs = f"/pairs/{form.pair}"
    if form.queue:
        theirs = queue_address(form.queue, kept_display(form.kept), after=form.pair, before=form.pair)
    context = {
        "conflict": conflict,
        "detail": detail,
        "form": form,
        "mine": OUTCOMES[outcome] if outcome else "",
        "may_replace": person.role.may_adjudicate and outcome is not None and outcome.is_final,
        "names": names,
        "others": others,
        "fresh_key": secrets.token_hex(12),
        "replace_key": secrets.token_hex(12),
        "theirs": theirs,
        "now": request.app.state.clock(),
    }
    twin = {
        "error": {"status": 409, "message": "conflict"},
        "pair": form.pair,
        "version": conflict.version,
        "text_changed": conflict.text_changed,
        "by": [
            {"id": one.id, "name": names.get(one.reviewer, ""), "outcome": one.outcome, "at": one.made_at}
            for one in conflict.by
        ],
    }
    return render(request, "queue/conflict.html", context, twin, status=409)
