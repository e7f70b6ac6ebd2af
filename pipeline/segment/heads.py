"""Number lines, enacting formulae, annex heads and proposal markers: where a text begins and what it is."""

import re
from dataclasses import dataclass

from pipeline.domain import (
    Body,
    InstrumentId,
    InstrumentType,
    Notice,
    QuestionId,
    ResolutionId,
    Sector,
    plain_characters,
)
from pipeline.reference import load_conferences
from pipeline.segment.years import full_year

__all__ = [
    "Enactment",
    "Head",
    "identify",
    "parse_annex_head",
    "parse_enactment",
    "parse_head",
    "parse_history",
    "parse_marker",
]

_HEAD = re.compile(
    r"^\s*(?:(?P<mark>\(?(?:ADD|MOD|SUP|NOC)\)?\*?)\s*(?P<prop>[A-Z]{2,5}(?:/[A-Z]{2,5})*/(?:\d+|XX)(?:A\d+)*/\d+)?\s+)?"
    r"(?P<draft>DRAFT\s+(?:NEW\s+|REVISED\s+)?)?(?P<kind>RESOLUTION|DECISION|RECOMMENDATION|OPINION)\s+"
    r"(?P<itur>ITU-R\s+)?(?P<no>\d{1,4}(?:-\d+)?|\[[^\]]+\])\s*(?:\((?P<ed>[^)]*)\))?\s*(?P<fn>[\d*]{0,2})\s*$",
    re.I,
)
_QUESTION = re.compile(
    r"^\s*(?:DRAFT\s+(?:NEW\s+|REVISED\s+)?)?QUESTION\s+(?:(?P<sector>ITU-[RTD])\s+)?(?P<no>\d{1,3})(?:-(?P<rev>\d+))?\s*/\s*"
    r"(?P<group>\d{1,2})\s*(?:\((?P<ed>[^)]*)\))?\s*[\d*]{0,2}\s*$",
    re.I,
)
_MARKER = re.compile(
    r"^\s*(?P<mark>\(?(?:ADD|MOD|SUP|NOC)\)?\*?)\s*(?P<org>[A-Z]{2,5}(?:/[A-Z]{2,5})*)/(?P<doc>\d+|XX)(?P<adds>(?:A\d+)*)/(?P<n>\d+)\s*$"
)
_ENACTING = re.compile(
    r"^\s*The\s+(?:ITU[- ])?(?P<body>Plenipotentiary Conference(?: of the International Telecommunication Union)?|"
    r"World Telecommunication Standardization Assembly|World Telecommunication Development Conference|"
    r"Radiocommunication Assembly|World Radiocommunication Conference|World Administrative Radio Conference|"
    r"World Conference on International Telecommunications|"
    r"World Telecommunication/(?:ICT|Information and Communication Technology) Policy Forum|"
    r"Council(?: of the International Telecommunication Union)?)(?: of the International Telecommunication Union)?\s*"
    r"(?:\((?P<city>[^,()\d]+?)\s*,?\s*(?P<year>\d{4})\)|\([^()]{0,60}\))?\s*[,:]?\s*$",
    re.I,
)
_ANNEX = re.compile(
    r"^\s*(?P<word>ANNEX|APPENDIX|ATTACHMENT)\s*(?P<no>\d{0,2}|[A-Z]?)"
    r"(?P<holder>\s*\(?to\s+(?:this\s+)?(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION|QUESTION)\b(?:Rev\.|[^.;\n])*)?\)?\s*$",
    re.I,
)
_MAX_ANNEX_HEAD = 160
_HISTORY = re.compile(r"^\(\s*(?:(?:19|20)\d\d(?:-(?:19|20)\d\d)*|[^()]*;\s*[^()]*\d{4}(?:\[\d+\])?)\s*\)$")
_EDITION_WRC = re.compile(r"(?:WRC|WARC|RRC|Mob|Orb)\s*-\s*(?P<y>\d{4}|\d{2})", re.I)
_EDITION_COUNCIL = re.compile(r"(?:C-?|Council\s+|amended\s+|modified\s+|rev\.?\s+)(?P<y>\d{4}|\d{2})\s*$", re.I)
_EDITION_PLACE = re.compile(r"(?:rev\.?\s*)?(?P<city>[^,\d]+?)\s*,?\s*(?P<y>(?:19|20)\d\d)\s*$", re.I)
# A year glued to the next city: two readings of a tracked change run together ("Dubai, 2014Buenos Aires, 2017").
_FLATTENED = re.compile(r"(?:19|20)\d\d[A-Za-z]")

_BODIES = {
    "plenipotentiary": Body.PP,
    "world telecommunication s": Body.WTSA,
    "world telecommunication d": Body.WTDC,
    "radiocommunication": Body.RA,
    "world radio": Body.WRC,
    "world administrative": Body.WRC,
    "world conference": Body.WCIT,
    "world telecommunication/": Body.WTPF,
    "council": Body.COUNCIL,
}
_TYPES = {
    "resolution": InstrumentType.RESOLUTION,
    "decision": InstrumentType.DECISION,
    "recommendation": InstrumentType.RECOMMENDATION,
    "opinion": InstrumentType.OPINION,
    "question": InstrumentType.QUESTION,
}
_SECTORS = {"R": Sector.R, "T": Sector.T, "D": Sector.D}


@dataclass(frozen=True, slots=True)
class Head:
    """A number line: kind, number and edition as printed, and the proposal marker when it stands on the line."""

    type: InstrumentType
    number: str
    edition: str
    itu_r: bool
    draft: bool
    marker: str = ""
    study_group: str = ""
    sector: Sector | None = None


@dataclass(frozen=True, slots=True)
class Enactment:
    """The formula by which a body adopts a text."""

    body: Body
    city: str | None
    year: int | None


def parse_head(line: str) -> Head | None:
    """The number line of an instrument, or None. ``line`` is one line of text, tabs allowed."""
    line = plain_characters(line).replace("\t", " ")
    if match := _QUESTION.match(line):
        sector = _SECTORS[match["sector"][-1].upper()] if match["sector"] else None
        return Head(
            InstrumentType.QUESTION,
            match["no"],
            match["ed"] or (f"r{match['rev']}" if match["rev"] else ""),
            itu_r=sector is Sector.R,
            draft=False,
            study_group=match["group"],
            sector=sector,
        )
    match = _HEAD.match(line)
    # Running text may begin "Resolution 5": a number line is set in capitals, or stands alone with its edition.
    if match is None or (match["kind"] != match["kind"].upper() and not match["ed"]):
        return None
    return Head(
        _TYPES[match["kind"].lower()],
        match["no"],
        (match["ed"] or "").strip(),
        itu_r=bool(match["itur"]),
        draft=bool(match["draft"]) or match["no"].startswith("["),
        marker=" ".join(p for p in (match["mark"], match["prop"]) if p),
    )


def parse_marker(line: str) -> str:
    """A marker line such as ``MOD EUR/901A2/1``, with one space, or "" when the line is none.

    A bare ``MOD`` is no marker by itself; see ``parse_bare_marker``.
    """
    match = _MARKER.match(plain_characters(line).replace("\t", " "))
    return f"{match['mark']} {match['org']}/{match['doc']}{match['adds']}/{match['n']}" if match else ""


def parse_bare_marker(line: str) -> str:
    """``ADD``, ``MOD``, ``SUP`` or ``NOC`` alone on its line, as Final Acts print it before a number line, or ""."""
    text = line.strip()
    return text if re.fullmatch(r"\(?(?:ADD|MOD|SUP|NOC)\)?\*?", text) else ""


def parse_enactment(line: str) -> Enactment | None:
    """The enacting formula, or None."""
    match = _ENACTING.match(plain_characters(line).replace("\t", " "))
    if match is None:
        return None
    name = match["body"].lower()
    body = next(body for start, body in _BODIES.items() if name.startswith(start))
    return Enactment(body, match["city"], int(match["year"]) if match["year"] else None)


def parse_annex_head(line: str, style: str = "") -> int | None:
    """Number of the annex that this line opens (1 when it bears none), or None.

    In ordinary letters the line must name the text that it belongs to, or be styled as the head of an annex.

    Args:
        line: one line of text, tabs allowed.
        style: style name of its block, lower case.
    """
    match = _ANNEX.match(plain_characters(line).replace("\t", " "))
    if match is None or len(line) > _MAX_ANNEX_HEAD:
        return None
    styled = style.replace("_", "").startswith(("annexno", "appendixno", "attachmentno"))
    if not (match["word"].isupper() or match["holder"] or styled):
        return None
    number: str = match["no"]
    if number.isdigit():
        return int(number)
    return ord(number.upper()) - ord("A") + 1 if number else 1


def parse_history(line: str) -> tuple[int, ...]:
    """Years of the history line ``(1993-2000-2003)``, or ()."""
    if not _HISTORY.match(plain_characters(line)):
        return ()
    return tuple(int(year) for year in re.findall(r"(?:19|20)\d\d", line))


def identify(
    head: Head, enactment: Enactment | None, history: tuple[int, ...], meeting_year: int | None = None
) -> tuple[InstrumentId, tuple[Notice, ...]]:
    """Canonical identifier of an instrument, and what should be doubted about it.

    The enacting formula names the body; without it the edition label does. A text whose body stays open keeps
    ``unk``. For ITU-R numbers ``n-m`` the history must list m + 1 years (domain rule), the last being the edition.

    Args:
        head: its number line.
        enactment: its enacting formula, when found.
        history: years of its history line.
        meeting_year: year of the meeting that the document belongs to, the last resort for drafts.
    """
    notices: list[Notice] = []
    if _FLATTENED.search(head.edition):
        notices.append(
            Notice("flattened-revisions", "the edition label holds two readings of a tracked change run together")
        )
    if head.type is InstrumentType.QUESTION:
        return _question(head, enactment), tuple(notices)
    place_body, year = _edition(head.edition)
    number, _, revision = head.number.strip("[]").partition("-") if head.itu_r else (head.number.strip("[]"), "", "")
    if head.itu_r:
        body: Body = Body.RA
        if history and revision and int(revision) != len(history) - 1:
            notices.append(
                Notice("history", f"the number says revision {revision}, the history lists {len(history)} years")
            )
        year = year or (history[-1] if history else None)
    else:
        body = (enactment.body if enactment else None) or place_body or Body.UNKNOWN
        if place_body and enactment and place_body is not enactment.body and Body.WCIT not in (place_body,):
            notices.append(
                Notice("body", f"the number line reads as {place_body.label}, the formula as {enactment.body.label}")
            )
    if any(n.code == "flattened-revisions" for n in notices) and enactment is not None:
        year = enactment.year or year
    year = year or (enactment.year if enactment else None) or (meeting_year if head.draft else None)
    edition = str(year) if year else f"r{revision}" if revision else "unk"
    if head.draft and not number.isdigit():
        number = "draft-" + re.sub(r"[^0-9a-z]+", "-", number.lower()).strip("-")
    if body is Body.UNKNOWN:
        notices.append(Notice("body", "the adopting body could not be found; the text takes no part in ranking"))
    return ResolutionId(body, head.type, number, edition), tuple(notices)


def _question(head: Head, enactment: Enactment | None) -> InstrumentId:
    sector = head.sector or (enactment.body.sector if enactment else Sector.UNION)
    if sector is Sector.UNION:
        # Question numbers are ambiguous between Sectors: left open, never guessed.
        return QuestionId(sector, head.number, head.study_group)
    year = enactment.year if enactment else None
    periods = load_conferences().study_periods[sector.value]
    edition: str | None = head.edition or None
    if edition is None and year is not None:
        edition = next((p for p in periods if p.startswith(str(year))), None)
    if edition is not None and not re.fullmatch(r"\d{4}-\d{4}|\d{4}|r\d+", edition):
        years = re.findall(r"(?:19|20)\d\d", edition)
        edition = "-".join(years[:2]) if years else None
    return QuestionId(sector, head.number, head.study_group, edition)


def _edition(label: str) -> tuple[Body | None, int | None]:
    """Body and year that an edition label names by itself."""
    label = plain_characters(label).strip()
    if not label:
        return None, None
    if match := _EDITION_WRC.search(label):
        return Body.WRC, full_year(match["y"])
    if label.upper().startswith("C") and (match := _EDITION_COUNCIL.search(label)):
        return Body.COUNCIL, full_year(match["y"])
    if re.match(r"(?:Rev\.?\s*)?Council\b|modified\b|amended\b", label, re.I) and (
        match := re.search(r"(?P<y>\d{4})\s*$", label)
    ):
        return Body.COUNCIL, int(match["y"])
    if match := _EDITION_PLACE.match(label):
        city, year = match["city"].strip(), int(match["y"])
        conferences = load_conferences()
        bodies = [b for b in conferences.bodies(city, year) if b not in (Body.RA, Body.WRC)]
        preferred = conferences.preference.get((city.casefold(), year))
        return preferred or (bodies[0] if len(bodies) == 1 else None), year
    match = re.search(r"(?:19|20)\d\d", label)
    return None, int(match[0]) if match else None
