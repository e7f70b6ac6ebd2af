"""What the page of a checked draft prints, worked out from the clauses found near to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.domain import OverlapClass, Relation, Resolution, cite, cite_clause, place_of
from pipeline.report.diff import RunKind
from pipeline.report.draft_note import NotedClause, NotedMatch
from pipeline.report.model import Segment, SegmentKind
from pipeline.web.comparison import ComparisonView, Mode, Side, comparison_of
from pipeline.web.i18n import direction_of
from pipeline.web.screens import resolution_address

if TYPE_CHECKING:
    from pipeline.match.draft import CheckedClause, DraftMatch

__all__ = ["CheckedDraft", "FoundClause", "NearMatch", "checked_draft", "draft_as_text", "noted"]

_SEGMENTS = {RunKind.SAME: SegmentKind.SAME, RunKind.MOVED: SegmentKind.SAME, RunKind.FORMULA: SegmentKind.FORMULA}


@dataclass(frozen=True, slots=True)
class NearMatch:
    """An existing clause near to one of the draft; ``closeness`` is how near the wording is."""

    clause: str
    citation: str
    title: str
    address: str
    language: str
    relation: Relation
    closeness: OverlapClass
    probability: float
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    comparison: ComparisonView


@dataclass(frozen=True, slots=True)
class FoundClause:
    """A clause of the draft; ``cut`` tells that a limit ended the search for it."""

    place: str
    text: str
    matches: tuple[NearMatch, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft after the check: ``found`` of its clauses have an existing one that appears to overlap."""

    clauses: tuple[FoundClause, ...]
    found: int
    texts: int
    run: str


def checked_draft(
    drafts: Sequence[Resolution], checked: Sequence[CheckedClause], run: str, texts: int, least: float
) -> CheckedDraft:
    """The draft with what was found.

    Args:
        drafts: its texts.
        checked: its clauses with existing ones.
        run: the run that was looked through.
        texts: how many texts it holds.
        least: the probability from which something is worth telling.
    """
    places = {clause.id: place_of(clause) for draft in drafts for clause in draft.clauses}
    clauses = tuple(
        FoundClause(
            places[one.clause.id],
            one.clause.text,
            tuple(
                _match(one.clause.text, places[one.clause.id], m) for m in one.matches if m.overlap.probability >= least
            ),
            one.cut,
        )
        for one in checked
    )
    found = sum(any(match.relation.is_finding for match in clause.matches) for clause in clauses)
    return CheckedDraft(clauses, found, texts, run)


def _match(draft: str, place: str, match: DraftMatch) -> NearMatch:
    text, clause = match.text, match.clause
    address = resolution_address(str(text.id), clause.id)
    ours = Side("Draft", place, draft, "en")
    theirs = Side(cite(text), place_of(clause), clause.text, text.language, address, clause.page, text.title)
    view = comparison_of(ours, theirs, match.matches, mode=Mode.SIDE, similarity=match.overlap.similarity)
    return NearMatch(
        clause=clause.id,
        citation=cite_clause(text, clause),
        title=text.title,
        address=address,
        language=text.language,
        relation=match.overlap.relation,
        closeness=view.shares.closeness,
        probability=match.overlap.probability,
        reasons_for=match.overlap.evidence.reasons_for,
        reasons_against=match.overlap.evidence.reasons_against,
        comparison=view,
    )


def draft_as_text(drafts: Sequence[Resolution]) -> str:
    """The clauses of a draft as plain text that reads back to the same clauses."""
    lines: list[str] = []
    for draft in drafts:
        for section in draft.sections:
            lines += ["", section.call]
            lines += [f"{clause.label} {clause.text}".strip() for clause in section.clauses]
    return "\n".join(lines).strip()


def noted(draft: CheckedDraft) -> tuple[NotedClause, ...]:
    """The same for a note in Word."""
    return tuple(
        NotedClause(clause.place, clause.text, tuple(map(_noted_match, clause.matches))) for clause in draft.clauses
    )


def _noted_match(match: NearMatch) -> NotedMatch:
    share = match.comparison.shares.left
    counted = share.words - share.formula
    return NotedMatch(
        citation=match.citation,
        relation=match.relation.label,
        shared=f"{share.shared} of {counted} words of the draft clause stand in it ({match.closeness.value})",
        segments=tuple(
            Segment(piece.text, _SEGMENTS.get(piece.kind, SegmentKind.PLAIN)) for piece in match.comparison.right_pieces
        ),
        language=match.language,
        direction=direction_of(match.language),
    )
