"""Check a draft: which existing mandates say what its clauses say. Nothing of a draft is stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import Response

from pipeline.domain import Body
from pipeline.errors import InputError
from pipeline.report.draft_note import draft_note
from pipeline.web.access import Viewer
from pipeline.web.checking import CheckedDraft, checked_draft, draft_as_text, noted
from pipeline.web.downloads import attachment
from pipeline.web.drafts import DRAFT_BODIES, LARGEST_DRAFT
from pipeline.web.pages import Db, Now, render
from pipeline.web.services import corpus_of, draft_reader
from pipeline.web.standalone import one_file

__all__ = ["router"]

router = APIRouter()

_BODIES = tuple(DRAFT_BODIES)
_TOP = 5
# Existing clauses less probable than this only share a word or two.
_LEAST = 0.2
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Text = Annotated[str, Form()]


@router.get("/check")
def ask(request: Request, person: Viewer) -> Response:
    """The form."""
    context = {"bodies": _BODIES, "text": "", "body": Body.WTDC, "problem": "", "result": None}
    return render(request, "check/draft.html", context, json_twin={"bodies": _BODIES, "largest": LARGEST_DRAFT})


@router.post("/check")
def check(
    request: Request,
    person: Viewer,
    db: Db,
    now: Now,
    text: Text = "",
    body: Text = "wtdc",
    file: UploadFile | None = None,
) -> Response:
    """The existing mandates near to each clause of the draft."""
    chosen = Body(body) if body in _BODIES else Body.WTDC
    context: dict[str, object]
    try:
        result, read = _result(request, db, (text, file), chosen, now.year)
    except InputError as error:
        context = {"bodies": _BODIES, "text": text, "body": chosen, "problem": str(error), "result": None}
        return render(request, "check/draft.html", context, json_twin={"problem": str(error)}, status=422)
    context = {"bodies": _BODIES, "text": read, "body": chosen, "problem": "", "result": result}
    return render(request, "check/draft.html", context, json_twin=result)


@router.post("/check/note")
def note(
    request: Request,
    person: Viewer,
    db: Db,
    now: Now,
    text: Text = "",
    body: Text = "wtdc",
    form: Text = "html",
) -> Response:
    """The same as a file to keep: one HTML file, or a Word document."""
    chosen = Body(body) if body in _BODIES else Body.WTDC
    result, _ = _result(request, db, (text, None), chosen, now.year)
    if form == "docx":
        content = draft_note(noted(result), result.run, now)
        return Response(content, media_type=_WORD, headers=attachment("overlap-draft-note.docx"))
    return one_file(request, "check/note.html", {"result": result, "made": now}, "overlap-draft-note.html")


def _result(
    request: Request, db: Db, draft: tuple[str, UploadFile | None], body: Body, year: int
) -> tuple[CheckedDraft, str]:
    text, file = draft
    reader = draft_reader(request)
    if file is not None and file.filename:
        data = file.file.read(LARGEST_DRAFT + 1)
        if len(data) > LARGEST_DRAFT:
            raise InputError(f"{file.filename}: a draft may have {LARGEST_DRAFT // 2**20} MB at most")
        drafts = reader.read_file(file.filename, data, body, year)
    else:
        drafts = reader.read_text(text, body, year)
    with db.read() as session:
        corpus = corpus_of(request, session)
    checked = corpus.check(drafts, _TOP)
    return checked_draft(drafts, checked, corpus.run, len(corpus.resolutions), _LEAST), draft_as_text(drafts)
