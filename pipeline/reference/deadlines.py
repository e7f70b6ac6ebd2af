"""Years by which something is to be done."""

import re

__all__ = ["find_deadline"]

_DEADLINE = re.compile(
    r"\b(?:by|before|not later than|no later than|until)\s+(?:the\s+)?"
    r"(?:end\s+of\s+|\d{1,2}\s+\w+\s+|\w+\s+)?(?P<year>20\d\d)\b",
    re.I,
)


def find_deadline(text: str) -> int | None:
    """The year of the first deadline such as "before the end of 2023", or None."""
    match = _DEADLINE.search(text)
    return int(match["year"]) if match else None
