"""The report basket: the pairs that a person has chosen for a report, and what a report prints of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.domain import Relation, ReviewDecision
from pipeline.errors import UsageError
from pipeline.report.diff import RunKind
from pipeline.report.differences import SideShare
from pipeline.report.model import Segment, SegmentKind
from pipeline.report.pair_note import NotedPair, NotedSide
from pipeline.review.ledger import standing_decisions
from pipeline.store.database import Session
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.people import read_preferences, write_preferences
from pipeline.store.database.views import Moved, PairDetail, Viewer
from pipeline.web.comparison import ComparisonView, Piece, Side, comparison_of
from pipeline.web.i18n import direction_of
from pipeline.web.screens import side_of
from pipeline.web.wording import OUTCOMES, REMEDIES

__all__ = ["MOST_PAIRS", "ChosenPair", "basket_of", "change_basket", "chosen_pairs", "noted"]

MOST_PAIRS = 100
"""Pairs that a basket holds; a longer list is for a workbook."""

_KEY = "basket"
_SEGMENTS = {RunKind.SAME: SegmentKind.SAME, RunKind.MOVED: SegmentKind.SAME, RunKind.FORMULA: SegmentKind.FORMULA}


@dataclass(frozen=True, slots=True)
class ChosenDecision:
    """What somebody decided; ``stale`` when a text has changed since."""

    name: str
    decision: ReviewDecision
    stale: bool


@dataclass(frozen=True, slots=True)
class ChosenPair:
    """A pair of the basket as this person may see it."""

    id: str
    left: str
    right: str
    relation: Relation | None
    comparison: ComparisonView
    decisions: tuple[ChosenDecision, ...]


def basket_of(preferences: Mapping[str, object]) -> tuple[str, ...]:
    """The pairs that a person has chosen, in their order; none where the preference is damaged."""
    try:
        held = json.loads(str(preferences.get(_KEY) or "[]"))
    except ValueError:
        return ()
    return tuple(one for one in held if isinstance(one, str)) if isinstance(held, list) else ()


def change_basket(session: Session, person: str, pair: str, *, chosen: bool) -> None:
    """Put a pair into the basket of a person or take it out; a pair is in it once. "" with ``chosen`` false empties it.

    Raises:
        UsageError: the basket is full.
    """
    held = [one for one in basket_of(read_preferences(session, person)) if pair and one != pair]
    if chosen and pair:
        if len(held) >= MOST_PAIRS:
            raise UsageError(f"a report basket holds {MOST_PAIRS} pairs; take one out first")
        held.append(pair)
    write_preferences(session, person, {_KEY: json.dumps(held) if held else None})


def chosen_pairs(session: Session, names: tuple[str, ...], viewer: Viewer) -> tuple[ChosenPair, ...]:
    """The pairs of a basket; one that moved is followed, one that no run ever had is left out."""
    found: dict[str, ChosenPair] = {}
    for name in names:
        detail = pair_detail(session, name, viewer)
        if isinstance(detail, Moved):
            detail = pair_detail(session, detail.target, viewer)
        if isinstance(detail, PairDetail):
            found.setdefault(detail.row.id, _chosen(detail))
    return tuple(found.values())


def _chosen(detail: PairDetail) -> ChosenPair:
    matches = detail.evidence.matches if detail.evidence else ()
    told = {one.decision.id: one for one in detail.history}
    in_order = standing_decisions([one.decision for one in reversed(detail.history)])
    last = {one.reviewer: one for one in in_order if one.outcome is not None}
    return ChosenPair(
        id=detail.row.id,
        left=detail.left.citation,
        right=detail.right.citation,
        relation=detail.row.relation,
        comparison=comparison_of(side_of(detail.left), side_of(detail.right), matches, similarity=detail.similarity),
        decisions=tuple(ChosenDecision(told[one.id].reviewer_name, one, told[one.id].stale) for one in last.values()),
    )


def noted(pair: ChosenPair, address: str) -> NotedPair:
    """The pair for a report in Word; ``address`` is where the app shows it."""
    view = pair.comparison
    return NotedPair(
        left=_noted_side(pair.left, view.left, view.shares.left, view.left_pieces),
        right=_noted_side(pair.right, view.right, view.shares.right, view.right_pieces),
        relation=pair.relation.label if pair.relation else "",
        decisions=tuple(map(_sentence, pair.decisions)),
        address=address,
    )


def _noted_side(citation: str, side: Side, share: SideShare, pieces: tuple[Piece, ...]) -> NotedSide:
    return NotedSide(
        citation=citation,
        title=side.title,
        shared=f"{share.shared} of {share.words - share.formula} words, standard words aside, stand in the other one",
        segments=tuple(Segment(piece.text, _SEGMENTS.get(piece.kind, SegmentKind.PLAIN)) for piece in pieces),
        language=side.language,
        direction=direction_of(side.language),
    )


def _sentence(one: ChosenDecision) -> str:
    """“Anna R. decided on 2026-11-23: Repeats. Proposed action: … Reason: …”."""
    decision = one.decision
    said = [f"{one.name} decided on {decision.made_at[:10]}: {OUTCOMES[decision.outcome] if decision.outcome else ''}."]
    if decision.remedy:
        said.append(f"Proposed action: {REMEDIES[decision.remedy]}.")
    if decision.reason:
        said.append(f"Reason: {decision.reason}")
    if one.stale:
        said.append("A text has changed since.")
    return " ".join(said)
