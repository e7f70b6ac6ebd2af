"""Which of two texts prevails."""

from pipeline.domain import Resolution

__all__ = ["precedence"]


def precedence(resolution: Resolution) -> tuple[int, int, str]:
    """Sorting key of the presumed anchor first: higher authority, then the older text, then the identifier."""
    return resolution.body.authority, resolution.id.year or 9999, str(resolution.id)
