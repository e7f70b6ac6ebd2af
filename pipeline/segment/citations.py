"""Citations of instruments, Questions, provisions, United Nations texts and documents, and what they resolve to."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.domain import Body, Citation, CitationKind, InstrumentType, ResolutionId, Sector, Span, plain_characters
from pipeline.reference import load_conferences

__all__ = ["find_citations"]

_CITY = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ.'\-]+(?: [A-Za-zÀ-ÿ][A-Za-zÀ-ÿ.'\-]*){0,2}"
_PREFIX = (
    r"(?P<prefix>PP|WTSA|WTSC|WTDC|WRC|RA|WTPF|(?:ITU )?Council|ITU-T|ITU-D|Plenipotentiary)"
    r"(?:-(?P<prefix_year>\d{2,4}))?\s+"
)
# The kind must be capitalised: lower-case "resolution 68/262" and "recommendation 12" are no ITU citations.
_HEAD = re.compile(
    rf"(?:{_PREFIX})?\b(?P<kind>Resolution|Decision|Recommendation|Opinion|RESOLUTION|DECISION|RECOMMENDATION|OPINION)[sS]?\s+"
    r"(?:ITU-R\s+(?P<ra>\d+)(?:-(?P<ra_rev>\d+))?(?![\w./])|(?P<number>\d{1,4})(?!\s?/\s?\d)(?![\w]|[.,]\d|-\d))"
)
_MORE = re.compile(
    r"\s*(?:,\s*and|,|and|&|or)\s+(?:ITU-R\s+(?P<ra>\d+)(?:-(?P<ra_rev>\d+))?(?![\w./])|(?P<number>\d{1,4})(?![\d./\w]|,\d))(?!\s+(?:of|and)\s+the\s+(?:Constitution|Convention)|\s+(?:to|bis|ter|above)\b)"
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
)
_TAIL = re.compile(
    r"\s*,?\s*(?:of|adopted by) (?:the )?(?:\w+ )?(?P<of>"
    r"Plenipotentiary Conference|World Telecommunication Standardization Assembly|"
    r"WTSA|World Telecommunication Development Conference|WTDC|"
    r"Radiocommunication Assembly|RA\b|World Radiocommunication Conference|WRC|"
    r"World Telecommunication/(?:ICT|Information and Communication Technology(?: \(ICT\))?) Policy Forum|"
    r"WTPF|ITU Council|Council|"
    r"this (?:conference|assembly|Conference|Assembly)|the present (?:conference|assembly))(?:-\d{2,4})?"
    r"(?:,? at its (?P<session>(?:19|20)\d\d) session)?",
    re.I,
)
_UN = re.compile(
    r"(?:(?P<org>UNGA|ECOSOC|United Nations General Assembly|UN General Assembly|General Assembly|"
    r"Security Council)(?:\s*\([A-Z]+\))?\s+)?"
    r"(?:A/RES/|[Rr]esolutions?\s+)(?P<a>\d{2,4})\s?/\s?(?P<b>\d{1,4})[A-Z]?(?:\s+(?:and|,)\s+(?P<c>\d{2,4})/(?P<d>\d{1,4}))?"
)
_PROVISION = re.compile(
    r"\bNos?\.?\s*(?P<a>\d+[A-Z]{0,2}(?:\s?bis|\s?ter)?)(?:\s*(?:-|to|and)\s*(?P<b>\d+[A-Z]{0,2}))?\s+of\s+(?:the\s+)?"
    r"(?:ITU\s+)?(?P<text>Constitution|Convention|General Rules)|\b(?P<short>CS|CV)\s?/?\s?(?P<short_no>\d+[A-Z]?)\b|"
    r"\bArticles?\s+(?P<article>\d+[A-Z]?)\s+of\s+(?:the\s+)?(?:ITU\s+)?(?P<article_text>Constitution|Convention)"
)
_QUESTION = re.compile(
    r"\b(?:Questions?|Q\.?)\s*(?:(?P<sector>ITU-[RTD])\s+)?(?P<number>\d{1,3})(?:-(?P<rev>\d+))?\s*/\s*(?P<group>\d{1,2})\b(?!/)(?:\s+of\s+(?P<of>ITU-[RTD]))?"
)
_MODS = r"(?P<mods>(?:\s?\((?:Rev|Add|Corr)\.?\s?\d+\))*)(?:-(?P<lang>[ACEFRS])\b)?"
_SYMBOL = re.compile(
    rf"\b(?:(?P<council>C(?P<cy>\d{{2}}))|(?P<meeting>PP|WTDC|WTSA|WRC|CMR|RA|RAG|TSAG|TDAG|ISCG|ISCT|RPM-(?:AFR|AMS|ARB|ASP|CIS|EUR))"
    rf"-?(?P<my>\d{{2,4}})(?:-(?P<session>\d{{1,2}}))?)/(?:(?P<series>INF|INFO|DT|DL|ADM|TEMP|PLEN)/)?(?P<no>\d{{1,4}}){_MODS}(?![\w/])"
)
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
}
_SECTOR_LETTERS = {"ITU-R": "r", "ITU-T": "t", "ITU-D": "d"}
_ORGANS = {"ecosoc": "ecosoc", "security council": "sc"}
# Where a block ends no citation goes on; this character is no white space and stands in no pattern.
_BLOCK_END = "¶"


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


def find_citations(
    text: str, body_at: Callable[[int], Body | None], sector_at: Callable[[int], Sector] | None = None
) -> tuple[Citation, ...]:
    """Citations of a document text, in order, resolved as far as the text allows.

    The first rule that fires decides the body: United Nations number; ITU-R number; WRC label; explicit prefix; label
    of the Council; city and year; trailing "of the …"; numbers only the Council uses; "of this conference"; the most
    recent full citation with the same number in the same document. Otherwise ``target`` stays None.

    Args:
        text: the document text, one line a block.
        body_at: adopting body of the text that a position stands in, None outside instruments.
        sector_at: Sector of the text at a position, for Question numbers; None leaves them open.
    """
    plain = plain_characters(text).replace("\n", _BLOCK_END).replace("\t", " ")
    found = [
        *_united_nations(plain, text),
        *_provisions(plain, text),
        *_questions(plain, text, sector_at),
        *_documents(plain, text),
        *_instruments(plain, text, body_at),
    ]
    return tuple(sorted(found, key=lambda c: (c.span, c.target or "")))


def _instruments(plain: str, text: str, body_at: Callable[[int], Body | None]) -> Iterator[Citation]:
    seen: dict[tuple[InstrumentType, str], ResolutionId] = {}
    for group in _governed(list(_hits(plain))):
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
            year = _full_year(digits) if digits else None
            city = edition["city"] if name == "city" else None
            break
    tail = _TAIL.match(plain, end)
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
        prefix_year=_full_year(head["prefix_year"]) if head["prefix_year"] else None,
        of=re.sub(r"\s+", " ", tail["of"]) if tail else None,
        session=int(tail["session"]) if tail and tail["session"] else None,
    )


def _governed(groups: Sequence[list[_Hit]]) -> Iterator[list[_Hit]]:
    """In "Resolutions 44 and 45 (Rev. Dubai, 2012) of WTSA" edition and tail govern every number before them."""
    from dataclasses import replace

    for group in groups:
        out: list[_Hit] = []
        for hit in reversed(group):
            follower = out[-1] if out else None
            if follower is not None:
                if hit.edition_kind is None and not hit.ra:
                    hit = replace(hit, edition_kind=follower.edition_kind, year=follower.year, city=follower.city)
                if hit.of is None:
                    hit = replace(hit, of=follower.of, session=follower.session)
            out.append(hit)
        yield out[::-1]


def _resolve(
    hit: _Hit, citing: Body | None, seen: dict[tuple[InstrumentType, str], ResolutionId]
) -> tuple[ResolutionId | None, str]:
    year = hit.year or hit.session or hit.prefix_year
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
    if body := _by_place(hit):
        return ResolutionId(body, hit.type, hit.number, edition), "city-year"
    of = (hit.of or "").lower()
    named = next((body for name, body in _NAMED.items() if of == name), None)
    if named is None and of.startswith("world telecommunication/"):
        named = Body.WTPF
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


def _by_place(hit: _Hit) -> Body | None:
    if hit.city is None or hit.year is None:
        return None
    conferences = load_conferences()
    bodies = [b for b in conferences.bodies(hit.city, hit.year) if b not in (Body.RA, Body.WRC)]
    preferred = conferences.preference.get((hit.city.casefold(), hit.year))
    return bodies[0] if len(bodies) == 1 else preferred


def _united_nations(plain: str, text: str) -> Iterator[Citation]:
    for match in _UN.finditer(plain):
        organ = _ORGANS.get((match["org"] or "").lower(), "ga")
        pairs = [(match["a"], match["b"])] + ([(match["c"], match["d"])] if match["c"] else [])
        for a, b in pairs:
            yield _citation(CitationKind.UNITED_NATIONS, match, text, f"un/{organ}/res/{a}-{b}", "un-number")


def _provisions(plain: str, text: str) -> Iterator[Citation]:
    texts = {"Constitution": "cs", "Convention": "cv", "General Rules": "gr", "CS": "cs", "CV": "cv"}
    for match in _PROVISION.finditer(plain):
        if match["article"]:
            targets = [f"{texts[match['article_text']]}/art/{match['article']}"]
        elif match["short"]:
            targets = [f"{texts[match['short']]}/no/{match['short_no']}"]
        else:
            numbers = [re.sub(r"\s", "", n) for n in (match["a"], match["b"]) if n]
            targets = [f"{texts[match['text']]}/no/{n}" for n in numbers]
        for target in targets:
            yield _citation(CitationKind.PROVISION, match, text, target, "provision")


def _questions(plain: str, text: str, sector_at: Callable[[int], Sector] | None) -> Iterator[Citation]:
    for match in _QUESTION.finditer(plain):
        named = match["sector"] or match["of"]
        letter = _SECTOR_LETTERS.get(named) if named else None
        if letter is None and sector_at is not None and (sector := sector_at(match.start())) is not Sector.UNION:
            letter = sector.value
        target = f"{letter}/q/{match['number']}.{match['group']}" if letter else None
        yield _citation(CitationKind.QUESTION, match, text, target, "question" if target else "open")


def _documents(plain: str, text: str) -> Iterator[Citation]:
    for match in _SYMBOL.finditer(plain):
        meeting = f"c{match['cy']}" if match["council"] else f"{match['meeting'].lower()}{match['my']}"
        if match["session"]:
            meeting += f"-{match['session']}"
        series = (match["series"] or "c").lower()
        parts = re.findall(r"\((Rev|Add|Corr)\.?\s?(\d+)\)", match["mods"] or "")
        target = f"doc/{meeting}/{series}/{match['no']}" + "".join(f";{k.lower()}={n}" for k, n in parts)
        yield _citation(CitationKind.DOCUMENT, match, text, target, "symbol")


def _citation(kind: CitationKind, match: re.Match[str], text: str, target: str | None, rule: str) -> Citation:
    return Citation(kind, text[match.start() : match.end()], Span(match.start(), match.end()), target, rule)


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else 1900 + year if year >= 65 else 2000 + year
