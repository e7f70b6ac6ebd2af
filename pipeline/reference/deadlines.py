"""Years by which something is to be done: dates, and conferences named as the time."""

import re
from functools import cache

from pipeline.reference.mandates import load_mandate_words, one_of
from pipeline.reference.tables import load_conferences

__all__ = ["find_deadline", "find_due_year"]

_DEADLINE = re.compile(
    r"\b(?P<word>by|before|not later than|no later than|until)\s+(?:the\s+)?"
    r"(?P<gap>end\s+of\s+(?:the\s+year\s+)?|\d{1,2}\s+\w+\s+|\w+\s+)?(?P<year>20\d\d)\b",
    re.I,
)
_AHEAD = re.compile(r"\b(?:to|shall|should|must|will)\s+be\s+\w+\s*$", re.I)
# Words before the name of a conference that make it part of another text's name or of a reference to a call.
_NAMED_FOR_ANOTHER = re.compile(r"\(\s*(?:rev\.\s*)?$|\b(?:resolves|instructs|invites)\b[^,;.]*$", re.I)


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


def find_due_year(text: str, adopted: int | None) -> int | None:
    """The year by which a clause or a call is due, by a date or by a conference after its text; or None.

    "WRC-27", "the 2022 plenipotentiary conference" and "the next plenipotentiary conference" of a text of 2018 name
    a year; a conference of the text's own year or before is none, nor is one in another text's name.

    Args:
        text: a clause or a call.
        adopted: year of the text that it stands in; without it only dates count.
    """
    dated = find_deadline(text)
    if dated is not None or adopted is None:
        return dated
    for match in _conference().finditer(text):
        body = _body_of(match)
        named = match["year"] or match["held"] or match["short"]
        year = _following(body, adopted) if named is None else int(named[-2:]) + 2000
        delegated = _NAMED_FOR_ANOTHER.search(text[: match.start()])
        opens = delegated is not None and delegated.start() == 0
        if year is not None and adopted < year < adopted + 30 and (delegated is None or opens):
            return year
    return None


@cache
def _conference() -> re.Pattern[str]:
    names = load_mandate_words().conferences
    short = one_of(n for body in names.values() for n in body if " " not in n and len(n) <= 4)
    full = one_of(n for body in names.values() for n in body if " " in n or len(n) > 4)
    return re.compile(
        rf"\b(?P<acronym>{short})-(?P<short>\d{{4}}|\d{{2}})\b|"
        rf"\b(?P<year>20\d\d) (?:ordinary )?(?P<dated>{full})\b|"
        rf"\bnext (?P<next>{full})\b(?!s)|"
        rf"\b(?P<placed>{full})(?: to be held)? in (?P<held>20\d\d)\b",
        re.I,
    )


def _body_of(match: re.Match[str]) -> str:
    name = (match["acronym"] or match["dated"] or match["next"] or match["placed"]).lower()
    return next(body for body, names in load_mandate_words().conferences.items() if name in names)


def _following(body: str, adopted: int) -> int | None:
    """The first year after ``adopted`` in which a body met or will meet; None when the table names none."""
    held = {year for (_, year), bodies in load_conferences().by_place.items() if body in bodies}
    return min((year for year in held if year > adopted), default=None)


@cache
def _participle() -> re.Pattern[str]:
    """A participle of those who act at the end of a text."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, load_mandate_words().participles))})\s*,?\s*$", re.I)
