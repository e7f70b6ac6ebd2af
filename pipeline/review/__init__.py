"""The rules of the review: identities, ledger, carry-over, agreement, estimates, learning. No input or output."""

from pipeline.review.classes import classify
from pipeline.review.identity import clause_series, family_of, pair_id, text_digest, work_of
from pipeline.review.ledger import PairStanding, Review, chain_digest, project

__all__ = [
    "PairStanding",
    "Review",
    "chain_digest",
    "classify",
    "clause_series",
    "family_of",
    "pair_id",
    "project",
    "text_digest",
    "work_of",
]
