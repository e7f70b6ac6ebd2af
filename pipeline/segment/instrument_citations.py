"""Citations of resolutions, decisions, recommendations and opinions, and the rules that decide whose they are."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.domain import Body, Citation, CitationKind, InstrumentType, ResolutionId, Span
from pipeline.reference import load_conferences
from pipeline.segment.years import full_year

__all__ = ["find_instruments"]

_CITY = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ.'\-]+(?: [A-Za-zÀ-ÿ][A-Za-zÀ-ÿ.'\-]*){0,2}"
_PREFIX = (
    r"(?P<prefix>PP|WTSA|WTSC|WTDC|WRC|RA|WTPF|(?<!Security )(?<!European )(?<!Rights )(?<!Social )(?:ITU )?Council|"
    r"ITU-T|ITU-D|Plenipotentiary)"
    r"(?:-(?P<prefix_year>\d{2,4}))?\s+"
)
# The kind must be capitalised: lower-case "resolution 68/262" and "recommendation 12" are no ITU citations.
_HEAD = re.compile(
    rf"(?:{_PREFIX})?\b(?P<kind>Resolution|Decision|Recommendation|Opinion|RESOLUTION|DECISION|RECOMMENDATION|OPINION)[sS]?\s+"
    r"(?:ITU-R\s+(?P<ra>\d+)(?:-(?P<ra_rev>\d+))?(?![\w./])|(?P<number>\d{1,4})(?!\s?/\s?\d)(?![\w]|[.,]\d|-\d))"
)
_MORE = re.compile(
    r"\s*(?:,\s*and|,|and|&|or)\s+"
    r"(?:ITU-R\s+(?P<ra>\d+)(?:-(?P<ra_rev>\d+))?(?![\w./])|(?P<number>\d{1,4})(?![\d./\w]|,\d))"
    r"(?!\s+(?:of|and)\s+the\s+(?:Constitution|Convention))"
    # It is a number of the list only where an edition, the end or a word of reference follows, not "193 Member States".
    r"(?=\s*(?:[(,;.:)¶\]\"]|$|and\b|or\b|of\b|on\b|adopted\b|as\b|which\b|in\b|thereof\b))"
)
_EDITIONS = (
    (
        "city",
        re.compile(
            rf"\s*\(\s*(?:Rev\.?\s*)?\(?(?P<city>(?!Rev\b|Council\b|C\d){_CITY}?)\s*,?\s*(?P<year>(?:19|20)\d\d)\s*\)",
            re.I,
        ),
    ),
    ("wrc", re.compile(r"\s*\(\s*(?:Rev\.?\s*)?(?:WRC|WARC|RRC|Mob|Orb)\s*-\s*(?P<year>\d{4}|\d{2})\s*\)", re.I)),
    (
        "council",
        re.compile(
            r"\s*\(\s*(?:C-?(?P<year>\d{4}|\d{2}))?(?:\s*,?\s*(?:last\s+)?(?:amended|modified|rev\.|amend\.)\s*"
            r"(?:C-?|Council,?\s+)?(?P<amended>\d{4}|\d{2}))?\s*\)",
            re.I,
        ),
    ),
    # A year alone, "(2008)" or "(1996, last modified 2001)", dates the text and says nothing of its body.
    (
        "year",
        re.compile(
            r"\s*\(\s*(?:Rev\.\s*)?(?P<year>(?:19|20)\d\d)"
            r"(?:\s*,\s*(?:last\s+)?(?:amended|modified|revised)\s+(?P<amended>(?:19|20)\d\d))?\s*\)",
            re.I,
        ),
    ),
)
_SESSION = re.compile(r"\s*,?\s*adopted at its (?P<session>(?:19|20)\d\d) session")
_TAIL = re.compile(
    r"\s*,?\s*(?:of|adopted by) (?:the )?(?:(?:ITU|last|previous|next|\d{4}) )?(?P<of>"
    r"Plenipotentiary Conference|World Telecommunication Standardization Assembly|"
    r"WTSA|World Telecommunication Development Conference|WTDC|"
    r"Radiocommunication Assembly|RA\b|World Radiocommunication Conference|WRC|"
    r"World Telecommunication/(?:ICT|Information and Communication Technology(?: \(ICT\))?) Policy Forum|"
    r"World Conference on International Telecommunications|WCIT|"
    r"WTPF|ITU Council|Council|"
    r"this (?:conference|assembly|Conference|Assembly)|the present (?:conference|assembly))(?:-\d{2,4})?"
    r"(?:,? at its (?P<session>(?:19|20)\d\d) session)?",
    re.I,
)
_FOREIGN = re.compile(r"\b(?:Security|European|Human Rights|Economic and Social) Council\s+$")
_OF_FOREIGN = re.compile(r"\s+of the (?:Security|European|Human Rights) Council\b")
_CHAIN = re.compile(r"\s*(?:,|and|or|,\s*and|as well as)\s*")
_ANNEX_OF = re.compile(r"\b(?:ANNEX|APPENDIX|ATTACHMENT)\s*[A-Z\d]{0,2}\s+TO\s*$")
_TYPES = {
    "resolution": InstrumentType.RESOLUTION,
    "decision": InstrumentType.DECISION,
    "recommendation": InstrumentType.RECOMMENDATION,
    "opinion": InstrumentType.OPINION,
}
_NAMED = {
    "pp": Body.PP,
    "plenipotentiary": Body.PP,
    "plenipotentiary conference": Body.PP,
    "wtsa": Body.WTSA,
    "wtsc": Body.WTSA,
    "itu-t": Body.WTSA,
    "world telecommunication standardization assembly": Body.WTSA,
    "wtdc": Body.WTDC,
    "itu-d": Body.WTDC,
    "world telecommunication development conference": Body.WTDC,
    "ra": Body.RA,
    "radiocommunication assembly": Body.RA,
    "wrc": Body.WRC,
    "world radiocommunication conference": Body.WRC,
    "council": Body.COUNCIL,
    "itu council": Body.COUNCIL,
    "wtpf": Body.WTPF,
    "wcit": Body.WCIT,
    "world conference on international telecommunications": Body.WCIT,
}


@dataclass(frozen=True, slots=True)
class _Hit:
    """A citation before its body is decided: all numbers that one head, its list and its tail hold."""

    type: InstrumentType
    number: str
    start: int
    end: int
    head_start: int
    ra: bool
    revision: str | None
    edition_kind: str | None
    year: int | None
    city: str | None
    prefix: str | None
    prefix_year: int | None
    of: str | None
    session: int | None


def find_instruments(plain: str, text: str, body_at: Callable[[int], Body | None]) -> Iterator[Citation]:
    """Citations of instruments, in order.

    Args:
        plain: the text with plain characters and block ends made impassable, as long as ``text``.
        text: the document text.
        body_at: adopting body of the text that a position stands in, None outside instruments.
    """
    seen: dict[tuple[InstrumentType, str], ResolutionId] = {}
    for group in _governed(list(_hits(plain)), plain):
        for hit in group:
            target, rule = _resolve(hit, body_at(hit.start), seen)
            if target is not None and target.edition is not None:
                seen[hit.type, hit.number] = target
            yield Citation(
                CitationKind.INSTRUMENT,
                text[hit.start : hit.end],
                Span(hit.start, hit.end),
                None if target is None else str(target),
                rule,
            )


def _hits(plain: str) -> Iterator[list[_Hit]]:
    """Each head with its list of further numbers; editions stand behind the number that they belong to."""
    position = 0
    while head := _HEAD.search(plain, position):
        hits = [_hit(plain, head, head)]
        position = hits[0].end
        if _FOREIGN.search(plain, max(0, head.start() - 60), head.start()):
            continue  # another organisation's Council
        if _OF_FOREIGN.match(plain, position):
            continue
        if _ANNEX_OF.search(plain, max(0, head.start() - 40), head.start()):
            continue  # the head of an annex names its own text
        while more := _MORE.match(plain, position):
            hits.append(_hit(plain, more, head))
            position = hits[-1].end
        yield hits


def _hit(plain: str, match: re.Match[str], head: re.Match[str]) -> _Hit:
    end = match.end()
    kind = city = None
    year: int | None = None
    for name, pattern in _EDITIONS:
        edition = pattern.match(plain, end)
        if edition and edition[0].strip(" ()"):
            kind, end = name, edition.end()
            digits = edition.groupdict().get("amended") or edition["year"]
            year = full_year(digits) if digits else None
            city = edition["city"] if name == "city" else None
            break
    tail = _TAIL.match(plain, end)
    session = _SESSION.match(plain, tail.end() if tail else end) or tail
    prefix = head["prefix"]
    return _Hit(
        type=_TYPES[head["kind"].lower()],
        number=match["ra"] or match["number"],
        start=head.start() if match is head else match.start("ra" if match["ra"] else "number"),
        end=tail.end() if tail else end,
        head_start=head.start(),
        ra=match["ra"] is not None,
        revision=match["ra_rev"],
        edition_kind=kind,
        year=year,
        city=city,
        prefix=prefix.removeprefix("ITU ") if prefix else None,
        prefix_year=full_year(head["prefix_year"]) if head["prefix_year"] else None,
        of=re.sub(r"\s+", " ", tail["of"]) if tail else None,
        session=int(session["session"]) if session and session["session"] else None,
    )


def _governed(groups: Sequence[list[_Hit]], plain: str) -> list[list[_Hit]]:
    """Edition and tail govern what stands before them.

    In "Resolutions 44 and 45 (Rev. Dubai, 2012) of WTSA" both govern both numbers; in "Resolution 71 (…), Resolution
    191 (…) and Decision 5 (…) of the Plenipotentiary Conference" the tail governs all three heads.
    """
    out: list[list[_Hit]] = []
    for group in reversed(groups):
        following = out[-1][0] if out else None
        chained = following is not None and bool(_CHAIN.fullmatch(plain[group[-1].end : following.head_start]))
        done: list[_Hit] = []
        for hit in reversed(group):
            follower = done[-1] if done else None
            if follower is not None and hit.edition_kind is None and not hit.ra:
                hit = replace(hit, edition_kind=follower.edition_kind, year=follower.year, city=follower.city)
            heir = follower if follower is not None else following if chained else None
            if heir is not None and hit.of is None and hit.prefix is None:
                hit = replace(hit, of=heir.of, session=heir.session if follower is not None else None)
            done.append(hit)
        out.append(done[::-1])
    return out[::-1]


def _resolve(
    hit: _Hit, citing: Body | None, seen: dict[tuple[InstrumentType, str], ResolutionId]
) -> tuple[ResolutionId | None, str]:
    year = hit.year or hit.session or _adoption_year(hit)
    edition = str(year) if year else None
    if hit.ra:
        return ResolutionId(
            Body.RA, hit.type, hit.number, edition or (f"r{hit.revision}" if hit.revision else None)
        ), "itu-r"
    if hit.edition_kind == "wrc":
        return ResolutionId(Body.WRC, hit.type, hit.number, edition), "wrc-label"
    if hit.prefix:
        return ResolutionId(_NAMED[hit.prefix.lower()], hit.type, hit.number, edition), "prefix"
    if hit.edition_kind == "council":
        return ResolutionId(Body.COUNCIL, hit.type, hit.number, edition), "council-label"
    of = (hit.of or "").lower()
    named = next((body for name, body in _NAMED.items() if of == name), None)
    if named is None and of.startswith("world telecommunication/"):
        named = Body.WTPF
    # Dubai 2012 was WTSA and WCIT: where the text names one of them, it decides.
    if (body := _by_place(hit, named)) is not None:
        return ResolutionId(body, hit.type, hit.number, edition), "city-year"
    if named is not None:
        return ResolutionId(named, hit.type, hit.number, edition), "of-body"
    number = int(hit.number)
    if (hit.type is InstrumentType.RESOLUTION and number >= 1000) or (
        hit.type is InstrumentType.DECISION and number >= 300
    ):
        return ResolutionId(Body.COUNCIL, hit.type, hit.number, edition), "council-number"
    if of.startswith(("this", "the present")) and citing is not None:
        return ResolutionId(citing, hit.type, hit.number, edition), "this-conference"
    if edition is None and (earlier := seen.get((hit.type, hit.number))):
        return earlier, "earlier-citation"
    return None, "open"


def _by_place(hit: _Hit, named: Body | None) -> Body | None:
    if hit.city is None or hit.year is None:
        return None
    conferences = load_conferences()
    held = conferences.bodies(hit.city, hit.year)
    if named is not None and named in held:
        return named
    # The policy forum adopts Opinions and nothing else.
    held = tuple(b for b in held if b is not Body.WTPF or hit.type is InstrumentType.OPINION)
    bodies = [b for b in held if b not in (Body.RA, Body.WRC)]
    if not bodies and Body.RA in held:
        return Body.RA  # a WRC text would say "WRC-nn": city and year alone are the label of an assembly
    preferred = conferences.preference.get((hit.city.casefold(), hit.year))
    return bodies[0] if len(bodies) == 1 else preferred


def _adoption_year(hit: _Hit) -> int | None:
    """Year of adoption of a prefix such as ``WTSA-20``: editions bear that year, 2022, and not the acronym's."""
    if hit.prefix is None or hit.prefix_year is None:
        return None
    return load_conferences().adoption_year(_NAMED[hit.prefix.lower()], hit.prefix_year)
