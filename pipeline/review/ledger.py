"""The ledger: lines chained by digest, and the state that the decisions on a pair leave it in.

State is a pure function of the decisions, in the order in which they were made; nothing else is remembered.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain import Outcome, PairState, Remedy, ReviewDecision

__all__ = ["GENESIS", "PairStanding", "Review", "canonical", "chain_digest", "project", "standing_decisions"]

GENESIS = "0" * 64
"""What the first line of a chain gives as the digest of the line before it."""


@dataclass(frozen=True, slots=True)
class Review:
    """What one person says of a pair at present; ``stale`` when a text has changed since."""

    person: str
    decision: str
    outcome: Outcome
    remedy: Remedy | None
    made_at: str
    adjudicates: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class PairStanding:
    """The state of a pair; ``outcome`` and ``remedy`` are None unless all agree or somebody adjudicated.

    ``decided_by`` and ``decided_at`` tell the decision that made the state, None for an open pair.
    """

    state: PairState
    outcome: Outcome | None
    remedy: Remedy | None
    decided_by: str | None
    decided_at: str | None
    reviews: tuple[Review, ...]


def canonical(value: Mapping[str, object]) -> str:
    """One JSON text for equal values: sorted keys, no spaces, no NaN."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chain_digest(previous: str, line: Mapping[str, object]) -> str:
    """SHA-256 of a line and of the digest before it: no line can be changed, taken out or put in unseen."""
    return hashlib.sha256(f"{previous}\n{canonical(line)}".encode()).hexdigest()


def standing_decisions(decisions: Iterable[ReviewDecision]) -> tuple[ReviewDecision, ...]:
    """The decisions that nobody took back, in the order in which they were made.

    Args:
        decisions: those of one pair or of many, in order.
    """
    held: dict[str, ReviewDecision] = {}
    for decision in decisions:
        if decision.undoes is not None:
            held.pop(decision.undoes, None)
        else:
            held[decision.id] = decision
    return tuple(held.values())


def project(decisions: Sequence[ReviewDecision], digests: tuple[str, str] | None) -> PairStanding:
    """Where a pair stands after the decisions on it.

    Each person's last standing decision counts. An adjudication outweighs the others. Final decisions that agree decide
    the pair; those that do not make it disputed. A decision on a text that has changed since asks for a re-check.

    Args:
        decisions: all decisions on one pair, in order.
        digests: SHA-256 of the two present texts, in any order; None for a pair that the current run no longer has.
    """
    last: dict[str, ReviewDecision] = {}
    for decision in standing_decisions(decisions):
        last.pop(decision.reviewer, None)
        last[decision.reviewer] = decision
    reviews = tuple(_review(decision, digests) for decision in last.values())
    state, chosen = _decide(reviews, digests is None)
    final = state is PairState.DECIDED or (chosen is not None and state in (PairState.ARCHIVED, PairState.RECHECK))
    return PairStanding(
        state=state,
        outcome=chosen.outcome if chosen is not None and final else None,
        remedy=chosen.remedy if chosen is not None and final else None,
        decided_by=chosen.person if chosen is not None else None,
        decided_at=chosen.made_at if chosen is not None else None,
        reviews=reviews,
    )


def _review(decision: ReviewDecision, digests: tuple[str, str] | None) -> Review:
    assert decision.outcome is not None, "a line that takes another back stands for no outcome"
    read = sorted((decision.left_digest, decision.right_digest))
    return Review(
        person=decision.reviewer,
        decision=decision.id,
        outcome=decision.outcome,
        remedy=decision.remedy,
        made_at=decision.made_at,
        adjudicates=decision.adjudicates,
        stale=digests is not None and read != sorted(digests),
    )


def _decide(reviews: Sequence[Review], gone: bool) -> tuple[PairState, Review | None]:
    """The state, and the review that makes it."""
    newest = max(reviews, key=lambda review: review.made_at, default=None)
    if gone:
        return PairState.ARCHIVED, newest
    ruling = max((r for r in reviews if r.adjudicates), key=lambda review: review.made_at, default=None)
    if ruling is not None:
        return (PairState.RECHECK if ruling.stale else PairState.DECIDED), ruling
    fresh = [review for review in reviews if not review.stale]
    final = [review for review in fresh if review.outcome.is_final]
    if final:
        agreed = len({review.outcome for review in final}) == 1
        return (PairState.DECIDED if agreed else PairState.DISPUTED), final[-1]
    if any(review.stale and review.outcome.is_final for review in reviews):
        return PairState.RECHECK, newest
    expert = [review for review in fresh if review.outcome is Outcome.NEEDS_EXPERT]
    if expert:
        return PairState.NEEDS_EXPERT, expert[-1]
    if fresh:
        return PairState.POSTPONED, fresh[-1]
    return PairState.OPEN, None
