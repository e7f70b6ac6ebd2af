"""What people decide about a pair of clauses, who may decide what, and what state that leaves the pair in."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.finding import Remedy

__all__ = ["Claim", "Outcome", "OverlapClass", "PairState", "QueueOrder", "ReviewDecision", "Role"]


class Outcome(StrEnum):
    """The six outcomes of a review, and the two ways to put it off."""

    REPEATS = "repeats"
    OVERLAPS_IN_PART = "overlaps-in-part"
    IMPLEMENTS = "implements"
    STANDARD_TEXT = "standard-text"
    SAME_THEME = "same-theme"
    UNRELATED = "unrelated"
    POSTPONED = "postponed"
    NEEDS_EXPERT = "needs-expert"

    @property
    def is_final(self) -> bool:
        """Whether it answers the question; the two others put it off."""
        return self not in (Outcome.POSTPONED, Outcome.NEEDS_EXPERT)

    @property
    def is_overlap(self) -> bool:
        """Whether it confirms that two bodies give the same mandate."""
        return self in (Outcome.REPEATS, Outcome.OVERLAPS_IN_PART)

    @property
    def label(self) -> str:
        """The outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.REPEATS: "repeats",
    Outcome.OVERLAPS_IN_PART: "overlaps in part",
    Outcome.IMPLEMENTS: "implements the Plenipotentiary text",
    Outcome.STANDARD_TEXT: "standard or cited text",
    Outcome.SAME_THEME: "same theme, different scope",
    Outcome.UNRELATED: "unrelated",
    Outcome.POSTPONED: "postponed",
    Outcome.NEEDS_EXPERT: "needs an expert",
}


class OverlapClass(StrEnum):
    """How near the wording of two clauses is, for people who should not read one bare percentage."""

    VERBATIM = "verbatim"
    NEAR_VERBATIM = "near-verbatim"
    PARAPHRASE = "paraphrase"
    SAME_THEME = "same-theme"
    OTHER = "other"


class PairState(StrEnum):
    """Where a pair stands in the review.

    ``RECHECK``: a text changed since it was decided. ``ARCHIVED``: the current run no longer has it.
    """

    OPEN = "open"
    POSTPONED = "postponed"
    NEEDS_EXPERT = "needs-expert"
    RECHECK = "re-check"
    DISPUTED = "disputed"
    DECIDED = "decided"
    ARCHIVED = "archived"

    @property
    def awaits_decision(self) -> bool:
        """Whether somebody still has to read it."""
        return self in (PairState.OPEN, PairState.POSTPONED, PairState.NEEDS_EXPERT, PairState.RECHECK)


class Role(StrEnum):
    """What a person may do."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    REVIEWER = "reviewer"
    FOCAL_POINT = "focal-point"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"
    SERVICE = "service"

    @property
    def may_decide(self) -> bool:
        """Whether decisions on pairs can be recorded."""
        return self in (Role.ANALYST, Role.REVIEWER, Role.ADMIN, Role.SERVICE)

    @property
    def may_adjudicate(self) -> bool:
        """Whether a disagreement of others can be settled."""
        return self in (Role.REVIEWER, Role.ADMIN)


class QueueOrder(StrEnum):
    """In which order a queue gives its pairs.

    ``RANK``: the untrained score. ``LEARNED``: most probably an overlap first, after what was decided. ``UNCERTAIN``:
    where a decision teaches most. ``AUDIT``: a random sample, for estimates.
    """

    RANK = "rank"
    LEARNED = "learned"
    UNCERTAIN = "uncertain"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Claim:
    """A pair lent to one person until a time (ISO 8601, UTC); advisory, and renewed by activity."""

    queue: str
    pair: str
    person: str
    until: str


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """One line of the ledger: who decided what about which two texts, and why.

    ``left`` and ``right`` are clause identifiers with their editions, ``pair`` the identifier that outlives editions.
    ``left_digest`` and ``right_digest`` are SHA-256 of the two clause texts: the decision holds while both stay the
    same. ``made_at`` is ISO 8601 in UTC. ``supersedes`` is the earlier decision of the same person that this one
    replaces. A line with ``undoes`` has no outcome of its own: it takes that decision back. ``adjudicates`` settles a
    disagreement of others. ``batch`` joins the decisions of one bulk action, ``queue`` is where the pair was given
    out, ``criteria`` the version of the guidance in force, ``blind`` whether score and other decisions were hidden.
    """

    id: str
    pair: str
    left: str
    right: str
    left_digest: str
    right_digest: str
    outcome: Outcome | None
    reviewer: str
    role: str
    run: str
    made_at: str
    remedy: Remedy | None = None
    reason: str = ""
    note: str = ""
    blind: bool = False
    supersedes: str | None = None
    undoes: str | None = None
    adjudicates: bool = False
    batch: str | None = None
    queue: str | None = None
    criteria: str = ""
