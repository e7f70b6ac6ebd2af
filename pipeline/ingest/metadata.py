"""Header facts of a document, and what kind of document it is."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from pipeline.domain import DocumentKind, DocumentMetadata

__all__ = ["describe"]

# How far down the header of a meeting document reaches, in lines.
_HEADER_LINES = 30

_SYMBOL = re.compile(
    r"^(?:Document\s+)?(?P<symbol>(?:C\d{2}|PP-?\d{2,4}|WTDC-?\d{2}|WTSA-?\d{2}|WRC-?\d{2}|CMR-?\d{2}|RA-?\d{2}|"
    r"(?:RAG|TSAG|TDAG|ISCG|ISCT)-?\d{2}(?:-\d{1,2})?|RPM-[A-Z]{3}\d{2})/(?:[A-Z]+/)?\d{1,4}\s?(?:\((?:Rev|Add|Corr)\.?\s?\d+\))*"
    r"(?:-[ACEFRS])?)\s*$"
)
_AMENDING = re.compile(r"^(?:Revision|Addendum|Corrigendum)\s+\d+\s+to\s*(?:Document\s+\S+)?$", re.I)
_AGENDA = re.compile(r"^Agenda item\s*:?\s*(?P<v>.+)$", re.I)
_DATE = re.compile(
    r"^(?P<v>\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s+(?:19|20)\d\d)$"
)
_ORIGINAL = re.compile(r"^(?:Original\s*:\s*(?P<v>\w+)|(?P<only>English) only)$", re.I)
_MEETING = re.compile(
    r"^(?P<v>Council\s+(?:19|20)\d\d|Plenipotentiary Conference \(PP-\d\d\)|"
    r"World Telecommunication [A-Z]\w+ (?:Assembly|Conference).{0,40})$"
)
_SOURCE = re.compile(
    r"^(?:Source\s*:\s*(?P<v>.+)|(?P<report>(?:Report|Note|Contribution) (?:by|from) .{3,120}))$", re.I
)
_BOX = re.compile(
    r"^(?:Summary|Purpose|Action required(?: by the Council)?|Relevant link\(s\) with the Strategic Plan|"
    r"Financial implications|References?|Abstract|Expected results|Priority area)\s*$",
    re.I,
)
_MARKER = re.compile(r"^\(?(?:ADD|MOD|SUP|NOC)\)?\*?\s*[A-Z]{2,5}(?:/[A-Z]{2,5})*/(?:\d+|XX)(?:A\d+)*/\d+\b")
_ENACTING = re.compile(
    r"^The (?:ITU |\d{4} )?(?:Plenipotentiary Conference|World [\w /]{5,60}(?:Conference|Assembly|Forum)|"
    r"Radiocommunication Assembly|Council)\b[^.;]{0,90},$",
    re.I,
)
_YEAR = re.compile(r"\b(20[0-3]\d)\b")


def describe(lines: Sequence[str], relative: str) -> tuple[DocumentKind, DocumentMetadata]:
    """Kind and header facts of a document.

    Facts that the text does not state are taken from the highest year that it mentions and are named in
    ``inferred``; a document without header keeps None for what cannot be known.

    Args:
        lines: the document's lines in reading order.
        relative: its name in the corpus, used only for text files that nothing else identifies.
    """
    head = [line.replace("\t", " ").strip() for line in lines[:_HEADER_LINES]]
    found = _header(head)
    boxes = sum(1 for line in head if _BOX.match(line))
    kind = _kind(lines, boxes, found)
    if kind is not DocumentKind.REPORT:
        return kind, DocumentMetadata(**found)
    inferred = []
    if "meeting" not in found and (years := [int(y) for line in lines for y in _YEAR.findall(line)]):
        found["meeting"] = f"Council {max(y for y in years if y <= _latest_plausible(years))}"
        inferred.append("meeting")
    if "title" not in found:
        found["title"] = PurePosixPath(relative).stem.replace("-", " ")
        inferred.append("title")
    return kind, DocumentMetadata(**found, inferred=tuple(inferred))


def _latest_plausible(years: Sequence[int]) -> int:
    """The highest year cited twice, since a single far year is usually a target and not a date of meeting."""
    repeated = [y for y in years if years.count(y) > 1]
    return max(repeated or years)


def _kind(lines: Sequence[str], boxes: int, found: dict[str, Any]) -> DocumentKind:
    if any(_MARKER.match(line) for line in lines):
        return DocumentKind.PROPOSAL
    if boxes >= 2 or found.get("source", "").lower().startswith("report"):
        return DocumentKind.REPORT
    if any(_ENACTING.match(line) for line in lines):
        return DocumentKind.INSTRUMENTS
    return DocumentKind.OTHER


def _header(head: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, line in enumerate(head):
        if match := _SYMBOL.match(line):
            found.setdefault("symbol", match["symbol"])
        for name, pattern in (("agenda_item", _AGENDA), ("date", _DATE), ("meeting", _MEETING)):
            if match := pattern.match(line):
                found.setdefault(name, match["v"].strip())
        if match := _ORIGINAL.match(line):
            found.setdefault("original_language", (match["v"] or match["only"]).lower())
        if (match := _SOURCE.match(line)) and "source" not in found:
            found["source"] = (match["v"] or match["report"]).strip()
            if title := _title(head[index + 1 :]):
                found["title"] = title
    return found


def _title(following: Sequence[str]) -> str:
    """The lines after the source, up to the first box or numbered heading: a title is often broken over several."""
    parts = []
    for line in following[:6]:
        if _BOX.match(line) or re.match(r"\d+\.?\s", line) or _AMENDING.match(line):
            break
        parts.append(line)
    return " ".join(parts).strip()
