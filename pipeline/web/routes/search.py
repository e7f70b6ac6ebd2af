"""Search in all texts: by words, or by meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import Response

from pipeline.domain import Body, cite_clause
from pipeline.errors import ModelError, RunError
from pipeline.store.database import Session
from pipeline.store.database.search import search_clauses
from pipeline.web.access import Viewer
from pipeline.web.corpus import Corpus
from pipeline.web.lists import asked_bodies, body_label
from pipeline.web.pages import Db, render
from pipeline.web.screens import resolution_address
from pipeline.web.services import corpus_of
from pipeline.web.views import saved_views

__all__ = ["router"]

router = APIRouter()

_HITS = 40
_SNIPPET = 320
_TELLING = 4
# A clause less near than this shares nothing with the question but that both are sentences.
_LEAST = 0.15
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Hit:
    """A clause that was found; ``snippet`` is HTML with the words of the question marked, ``near`` in [-1, 1]."""

    clause: str
    citation: str
    title: str
    body: str
    language: str
    address: str
    snippet: Markup
    text: str
    pairs: int | None
    near: float | None


@router.get("/search")
def search(request: Request, person: Viewer, db: Db) -> Response:
    """The clauses that hold the words (``by=words``), or that are nearest in meaning (``by=meaning``)."""
    query = request.query_params
    asked, by = query.get("q", "").strip()[:500], query.get("by", "words")
    bodies = asked_bodies(query)
    problem = ""
    with db.read() as session:
        if by == "meaning" and asked:
            try:
                hits = tuple(_near(corpus_of(request, session), asked, bodies))
            except (RunError, ModelError) as error:
                hits, problem = (), str(error)
        else:
            by, hits = "words", tuple(_words(session, asked, bodies)) if asked else ()
    context = {
        "all_bodies": tuple(body for body in Body if body is not Body.UNKNOWN),
        "asked": asked,
        "bodies": bodies,
        "body_label": body_label,
        "by": by,
        "hits": hits,
        "most": _HITS,
        "problem": problem,
        "query": urlencode([*((("q", asked),) if asked else ()), ("by", by), *(("body", body) for body in bodies)]),
        "views": saved_views(db, person, "/search", asked_bodies),
    }
    twin = {"question": asked, "by": by, "bodies": bodies, "hits": hits, "problem": problem}
    return render(request, "library/search.html", context, json_twin=twin)


def _words(session: Session, asked: str, bodies: Sequence[str]) -> Iterator[_Hit]:
    for hit in search_clauses(session, asked, bodies=tuple(bodies), limit=_HITS):
        yield _Hit(
            clause=hit.clause,
            citation=hit.citation,
            title=hit.title,
            body=hit.body,
            language=hit.language,
            address=resolution_address(hit.resolution, hit.clause),
            snippet=_snippet(hit.text, asked),
            text=hit.text,
            pairs=hit.pairs,
            near=None,
        )


def _near(corpus: Corpus, asked: str, bodies: Sequence[str]) -> Iterator[_Hit]:
    kept = 0
    for near in corpus.near(asked, _HITS * (6 if bodies else 1)):
        if near.similarity < _LEAST or kept == _HITS:
            return
        if bodies and near.text.body.value not in bodies:
            continue
        kept += 1
        yield _Hit(
            clause=near.clause.id,
            citation=cite_clause(near.text, near.clause),
            title=near.text.title,
            body=near.text.body.value,
            language=near.text.language,
            address=resolution_address(str(near.text.id), near.clause.id),
            snippet=_snippet(near.clause.text, asked, _TELLING),
            text=near.clause.text,
            pairs=None,
            near=round(near.similarity, 3),
        )


def _snippet(text: str, asked: str, shortest: int = 1) -> Markup:
    """The part of a text around the first word of the question, with all its words of some length marked."""
    wanted = {word.casefold() for word in _WORD.findall(asked) if len(word) >= shortest or not word.isascii()}
    found = [match for match in _WORD.finditer(text) if match[0].casefold() in wanted]
    start = max(0, found[0].start() - _SNIPPET // 3) if found and len(text) > _SNIPPET else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + _SNIPPET)
    parts, at = [Markup("… ") if start else Markup("")], start
    for match in found:
        if match.start() >= at and match.end() <= end:
            parts += [escape(text[at : match.start()]), Markup("<mark>{}</mark>").format(match[0])]
            at = match.end()
    parts += [escape(text[at:end]), Markup(" …") if end < len(text) else Markup("")]
    return Markup("").join(parts)
