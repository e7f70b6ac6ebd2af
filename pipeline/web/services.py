"""What lives as long as the app and is made when it is first asked for: the texts in memory, the reader of drafts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from fastapi import Request

from pipeline.errors import UnknownIdentifierError
from pipeline.review.estimates import Band
from pipeline.store.database import Session
from pipeline.store.database.measures import score_bands
from pipeline.store.database.runs import current_run
from pipeline.web.access import NotHere
from pipeline.web.corpus import Corpora, Corpus
from pipeline.web.drafts import DraftReader
from pipeline.web.i18n import N_
from pipeline.web.sources import Sources

__all__ = ["bands_of", "corpus_of", "draft_reader", "known", "sources_of"]

_MAKING = Lock()
_FRESH = timedelta(minutes=1)


@contextmanager
def known() -> Iterator[None]:
    """Inside it, a name that nobody knows makes a page that says so, with 404."""
    try:
        yield
    except UnknownIdentifierError as error:
        raise NotHere(N_("Nothing is known by this name. It may be of a run that was never taken over.")) from error


def draft_reader(request: Request) -> DraftReader:
    """The reader of drafts of this app."""
    with _MAKING:
        held = getattr(request.app.state, "draft_reader", None)
        if held is None:
            held = request.app.state.draft_reader = DraftReader()
    reader: DraftReader = held
    return reader


def sources_of(request: Request) -> Sources:
    """The sources of the current run, as this app holds them."""
    with _MAKING:
        held = getattr(request.app.state, "sources", None)
        if held is None:
            held = request.app.state.sources = Sources()
    sources: Sources = held
    return sources


def corpus_of(request: Request, session: Session) -> Corpus:
    """The texts in force of the current run.

    Raises:
        NotHere: no run was imported yet.
        RunError: the folder of the run is gone.
    """
    run = current_run(session)
    if run is None:
        raise NotHere(N_("There are no results yet: import a run first."))
    with _MAKING:
        held = getattr(request.app.state, "corpora", None)
        if held is None:
            held = request.app.state.corpora = Corpora(Path(request.app.state.settings.outputs))
    corpora: Corpora = held
    return corpora.of(run.id, Path(run.folder))


def bands_of(request: Request, session: Session, now: datetime) -> tuple[Band, ...]:
    """How often scores were right, band by band; counted anew once a minute, for it looks at every pair."""
    held: tuple[datetime, tuple[Band, ...]] | None = getattr(request.app.state, "bands", None)
    if held is None or not timedelta() <= now - held[0] < _FRESH:
        held = request.app.state.bands = (now, score_bands(session))
    return held[1]
