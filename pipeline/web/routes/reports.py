"""The report basket and the reports that are built of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.report.pair_note import pairs_note
from pipeline.store.database.people import read_preferences
from pipeline.store.database.runs import current_run
from pipeline.web.access import NotHere, Viewer, sight_of
from pipeline.web.basket import MOST_PAIRS, basket_of, change_basket, chosen_pairs, noted
from pipeline.web.downloads import attachment
from pipeline.web.i18n import N_
from pipeline.web.pages import Db, Now, render, see_other
from pipeline.web.standalone import one_file

__all__ = ["router"]

router = APIRouter()

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/reports")
def basket(request: Request, person: Viewer, db: Db) -> Response:
    """The pairs that this person has chosen, and the forms that build a report of them."""
    with db.read() as session:
        chosen = chosen_pairs(session, basket_of(read_preferences(session, person.id)), sight_of(person))
    twin = {"pairs": [(one.id, one.left, one.right) for one in chosen], "most": MOST_PAIRS}
    return render(request, "reports/basket.html", {"chosen": chosen, "most": MOST_PAIRS}, json_twin=twin)


@router.post("/reports/basket")
def change(
    person: Viewer,
    db: Db,
    pair: Annotated[str, Form(max_length=200)] = "",
    chosen: Annotated[Literal["yes", "no"], Form()] = "yes",
    next: Annotated[str, Form()] = "/reports",  # noqa: A002  the customary name
) -> Response:
    """Put a pair into the basket, take it out, or empty the basket."""
    with db.write() as session:
        change_basket(session, person.id, pair, chosen=chosen == "yes")
    return see_other(next)


@router.post("/reports/build")
def build(
    request: Request, person: Viewer, db: Db, now: Now, form: Annotated[Literal["docx", "html"], Form()] = "docx"
) -> Response:
    """The report of the basket as a file: a Word document, or one HTML file."""
    with db.read() as session:
        chosen = chosen_pairs(session, basket_of(read_preferences(session, person.id)), sight_of(person))
        run = current_run(session)
    if not chosen or run is None:
        raise NotHere(N_("The report basket is empty: put a pair into it first."), "/findings")
    address = str(request.base_url).rstrip("/")
    if form == "html":
        context = {"chosen": chosen, "made": now, "run_id": run.id}
        return one_file(request, "reports/file.html", context, "overlap-pairs.html")
    content = pairs_note([noted(one, f"{address}/pairs/{one.id}") for one in chosen], run.id, now)
    return Response(content, media_type=_WORD, headers=attachment("overlap-pairs.docx"))
