"""Claims: a pair is lent to one person at a time, for a while, so that nobody reads it twice by accident."""

from datetime import UTC, datetime, timedelta

from pipeline.domain import Claim
from pipeline.reference.review import load_review

__all__ = ["is_live", "lease_end", "stamp"]


def stamp(moment: datetime) -> str:
    """A moment as all records carry it: ISO 8601 in UTC with microseconds, so that the text sorts by time.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be recorded")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def lease_end(now: datetime) -> str:
    """Until when a claim made or renewed now lasts."""
    return stamp(now + timedelta(minutes=load_review().lease_minutes))


def is_live(claim: Claim, now: datetime) -> bool:
    """Whether the claim still holds."""
    return claim.until > stamp(now)
