"""What the pages of a queue and of a pair have in common: the place in the queue, the page of a pair, its forms."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from pipeline.domain import Claim, Outcome
from pipeline.reference.criteria import load_criteria
from pipeline.store.database import Session
from pipeline.store.database.measures import score_bands
from pipeline.store.database.people import Person
from pipeline.store.database.queues import Queue, QueueProgress
from pipeline.store.database.views import PairDetail
from pipeline.web.basket import basket_of
from pipeline.web.i18n import Interface
from pipeline.web.keys import ACTIONS, key_map
from pipeline.web.pages import SECTIONS, render
from pipeline.web.screens import pair_screen
from pipeline.web.surroundings import surroundings_of
from pipeline.web.visit import visit_of
from pipeline.web.wording import OUTCOMES

__all__ = [
    "Given",
    "Held",
    "Position",
    "Saved",
    "band_of",
    "held_by",
    "kept_display",
    "pair_page",
    "position_of",
    "queue_address",
    "saved_of",
    "saved_sentence",
]

# Keys of an address that say how a pair is shown; they stay from one pair to the next.
_DISPLAY = ("mode", "identical", "standard", "moved", "lang")

# The letters that lead to a section after the key for going somewhere.
_PLACES = {"q": "queue", "f": "findings", "c": "clusters", "r": "resolutions", "t": "themes", "m": "mapping"}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a pair stands in a queue; ``previous`` and ``following`` are addresses, "" where there is none."""

    done: int
    of: int
    text: str
    previous: str
    following: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved last: the sentence, and the decision that can be taken back."""

    text: str
    decision: str


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds the pair: ``mine`` for the viewer; ``others`` names somebody else who reads it too."""

    until: str
    mine: bool
    others: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person chose before the page was shown again."""

    outcome: str = ""
    remedy: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Forms:
    """A key for each form of the page: the same form sent twice is one decision."""

    decide: str = field(default_factory=lambda: secrets.token_hex(12))
    confirm: str = field(default_factory=lambda: secrets.token_hex(12))
    comment: str = field(default_factory=lambda: secrets.token_hex(12))
    undo: str = field(default_factory=lambda: secrets.token_hex(12))


def kept_display(asked: Mapping[str, str]) -> dict[str, str]:
    """The part of a query that goes along to the next pair."""
    return {key: asked[key] for key in _DISPLAY if asked.get(key)}


def queue_address(queue: str, asked: Mapping[str, str], **more: str) -> str:
    """The address of a queue, shown in the same way, with more in its query."""
    query = {"view": queue, **kept_display(asked), **{key: value for key, value in more.items() if value}}
    return f"/queue?{urlencode(query)}"


def position_of(
    speak: Interface, queue: Queue, progress: QueueProgress, pair: str, asked: Mapping[str, str]
) -> Position:
    """Where the reader is: so many of so many, and so many put off."""
    number = min(progress.finished + 1, progress.size)
    text = speak.gettext("%(number)s of %(size)s", number=speak.number(number), size=speak.number(progress.size))
    if progress.postponed:
        off = speak.ngettext("%(num)s postponed", "%(num)s postponed", progress.postponed)
        text = f"{text}, {off}"
    before = asked.get("before", "")
    return Position(
        done=progress.finished,
        of=progress.size,
        text=text,
        previous=queue_address(queue.id, asked, pair=before) if before and before != pair else "",
        following=queue_address(queue.id, asked, after=pair, before=pair),
    )


def saved_of(speak: Interface, detail: PairDetail | None, decision: str, person: str) -> Saved | None:
    """The sentence that says what was saved, when the decision is of this person and still stands."""
    if detail is None:
        return None
    for one in detail.history:
        if one.decision.id == decision and one.decision.reviewer == person and one.decision.outcome and not one.undone:
            return saved_sentence(speak, one.decision.outcome, one.decision.made_at, decision)
    return None


def saved_sentence(speak: Interface, outcome: Outcome, at: str, decision: str) -> Saved:
    """“Saved 10:42: Repeats”."""
    what = speak.gettext(OUTCOMES[outcome])
    return Saved(speak.gettext("Saved %(time)s UTC: %(outcome)s", time=speak.clock(at), outcome=what), decision)


def band_of(speak: Interface, session: Session, probability: float | None) -> str:
    """How often pairs of about this score were confirmed: “Of 12 pairs judged with a score from 0.8 to 0.9 …”."""
    if probability is None:
        return ""
    for band in score_bands(session):
        if band.low <= probability < band.high or probability == band.high == 1.0:
            if not band.judged:
                return speak.gettext("No pair with a score like this has been judged yet.")
            return speak.ngettext(
                "Of %(num)s pair judged with a score from %(low)s to %(high)s, %(confirmed)s was confirmed.",
                "Of %(num)s pairs judged with a score from %(low)s to %(high)s, %(confirmed)s were confirmed.",
                band.judged,
                low=speak.decimal(band.low, 3),
                high=speak.decimal(band.high, 3),
                confirmed=speak.number(band.confirmed),
            )
    return ""


def held_by(claim: Claim | None, others: tuple[Claim, ...], names: Mapping[str, str]) -> Held | None:
    """Who holds the pair, for the notice at its head."""
    if others:
        first = others[0]
        return Held(first.until, mine=False, others=names.get(first.person, first.person))
    return Held(claim.until, mine=True) if claim else None


def pair_page(
    request: Request,
    person: Person,
    detail: PairDetail,
    *,
    queue: Queue | None = None,
    position: Position | None = None,
    held: Held | None = None,
    saved: Saved | None = None,
    band: str = "",
    given: Given | None = None,
    problems: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The page of a pair, in a queue or alone; with problems it is shown again with what was given."""
    visit = visit_of(request)
    asked = dict(request.query_params)
    screen = pair_screen(detail, asked, request.scope["path"], person.id, band)
    forms = Forms()
    own = detail.own
    chosen = Given(own.outcome or "", own.remedy or "", own.reason) if own and own.outcome else Given()
    ahead = ""
    if queue is not None and held is not None and held.mine:
        ahead = queue_address(queue.id, asked, after=screen.id, before=screen.id, ahead="yes")
    with request.app.state.database.read() as session:
        surroundings = surroundings_of(session, detail)
    context = {
        "ahead": ahead,
        "around": surroundings,
        "in_basket": screen.id in basket_of(visit.preferences),
        "claim": held,
        "criteria": load_criteria(visit.language),
        "given": given or chosen,
        "key_actions": ACTIONS,
        "keys": key_map(visit.preferences),
        "keys_of_forms": forms,
        "kept": urlencode(kept_display(asked)),
        "places": json.dumps({key: address for key, name in _PLACES.items() if (address := _place(request, name))}),
        "position": position,
        "problems": problems,
        "queue": queue,
        "saved": saved,
        "screen": screen,
        "undo_key": forms.undo,
    }
    twin = {
        "pair": detail,
        "queue": queue.id if queue else None,
        "position": position,
        "claim": held,
        "around": surroundings,
        "differences": [str(one) for one in screen.comparison.differences],
        "problems": problems,
    }
    return render(request, "pair/pair.html", context, twin, status=422 if problems else 200)


def _place(request: Request, section: str) -> str:
    """The address of a section that this app has, else ""."""
    served = request.app.state.served
    return next((address for name, address, _ in SECTIONS if name == section and address in served), "")
