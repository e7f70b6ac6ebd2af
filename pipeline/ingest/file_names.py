"""What the names of downloaded files say: ``S24-CL-C-0035!R1!MSW-E.docx`` is Revision 1 of Council document C24/35."""

import re
from dataclasses import dataclass

from pipeline.reference import load_header_words

__all__ = ["FileName", "read_file_name"]

_NAME = re.compile(
    r"^[SRTD](?P<cycle>\d{2})-(?P<meeting>[A-Z]+)[.-]?(?P<year>\d{2})?-(?P<series>[A-Z]+)-(?P<number>\d{4})"
    r"!(?P<part>[A-Z]\d+(?:-[A-Z]\d+)*)?!(?:MSW|PDF|XLS|PPT|ZIP)-(?P<language>[ACEFRSMX])(?:\.\w+)?$",
    re.I,
)
_PARTS = {"R": "Rev", "A": "Add", "C": "Corr"}


@dataclass(frozen=True, slots=True)
class FileName:
    """Number and meeting of a document as the name of its file has them: a hint, never more."""

    symbol: str
    meeting: str


def read_file_name(name: str) -> FileName | None:
    """What a file name says, or None when it has no such form or names a meeting whose numbers are unknown."""
    match = _NAME.match(name)
    if match is None:
        return None
    forms = load_header_words().file_names.get(match["meeting"].upper())
    # A cycle begins years before its meeting, so without a year of its own only the Council and PP are clear.
    year = match["year"] or (match["cycle"] if match["meeting"].upper() in ("CL", "PP") else None)
    if forms is None or year is None:
        return None
    years = {"yy": year, "yyyy": f"20{year}"}
    series = "" if match["series"].upper() == "C" else f"{match['series'].upper()}/"
    parts = (f"({_PARTS[p[0]]}.{int(p[1:])})" for p in (match["part"] or "").upper().split("-") if p[:1] in _PARTS)
    symbol = f"{forms[0].format(**years)}/{series}{int(match['number'])}{''.join(parts)}-{match['language'].upper()}"
    return FileName(symbol, forms[1].format(**years))
