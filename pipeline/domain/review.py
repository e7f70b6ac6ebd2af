"""What people decided about a finding."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.finding import Remedy

__all__ = ["Outcome", "ReviewDecision"]


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


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """One line of the ledger: who decided what about which two texts, and why.

    ``left_digest`` and ``right_digest`` are SHA-256 of the two clause texts: the decision holds while both stay the
    same. ``made_at`` is ISO 8601 in UTC; ``supersedes`` is the id of the decision that this one replaces.
    """

    id: str
    left: str
    right: str
    left_digest: str
    right_digest: str
    outcome: Outcome
    reviewer: str
    role: str
    run: str
    made_at: str
    remedy: Remedy | None = None
    reason: str = ""
    blind: bool = False
    supersedes: str | None = None
