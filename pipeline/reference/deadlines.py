"""Years by which something is to be done."""

import re
from functools import cache

from pipeline.reference.tables import load_mandate_words

__all__ = ["find_deadline"]

_DEADLINE = re.compile(
    r"\b(?P<word>by|before|not later than|no later than|until)\s+(?:the\s+)?"
    r"(?P<gap>end\s+of\s+(?:the\s+year\s+)?|\d{1,2}\s+\w+\s+|\w+\s+)?(?P<year>20\d\d)\b",
    re.I,
)
_AHEAD = re.compile(r"\b(?:to|shall|should|must|will)\s+be\s+\w+\s*$", re.I)


def find_deadline(text: str) -> int | None:
    """The year of the first deadline such as "before the end of 2023", or None.

    "Approved by Council 2017" names who acted and is no deadline; "to be approved by 2027" is one.
    """
    for match in _DEADLINE.finditer(text):
        before = text[: match.start()]
        acted = match["word"].lower() == "by" and _participle().search(before)
        if not acted or (_AHEAD.search(before) and not re.match(r"\s+[a-z]", text[match.end() :], re.I)):
            return int(match["year"])
    return None


@cache
def _participle() -> re.Pattern[str]:
    """A participle of those who act at the end of a text."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, load_mandate_words().participles))})\s*,?\s*$", re.I)
