"""Citations of provisions, Questions, technical standards, United Nations texts and documents."""

import re
from collections.abc import Callable, Iterator

from pipeline.domain import Citation, CitationKind, Sector, Span

__all__ = ["find_documents", "find_provisions", "find_questions", "find_standards", "find_united_nations"]

_UN = re.compile(
    r"(?:(?P<org>UNGA|ECOSOC|United Nations General Assembly|UN General Assembly|General Assembly|Security Council|"
    r"(?:United Nations |UN )?Economic and Social Council|(?:United Nations |UN )?Human Rights Council)"
    r"(?:\s*\([A-Z]+\))?\s+)?"
    r"(?:A/RES/|[Rr]esolutions?\s+)(?P<a>\d{2,4})\s?/\s?(?P<b>\d{1,4})[A-Z]?(?P<more>(?:\s*(?:,\s*and|,|and)\s+\d{2,4}\s?/\s?\d{1,4}\b)*)"
)
_TREATIES = {
    "constitution": "cs",
    "convention": "cv",
    "general rules": "gr",
    "radio regulations": "rr",
    "rr": "rr",
    "international telecommunication regulations": "itr",
    "itr": "itr",
    "itrs": "itr",
}
_TREATY = (
    r"(?:ITU\s+)?(?P<text>Constitution|Convention(?!\s+(?:on|against|for)\b)|General Rules|Radio Regulations|RR|"
    r"International Telecommunication Regulations|ITRs?)(?![A-Za-z])"
)
_NUMBER = r"\d+[A-Z]{0,2}(?:\s?bis|\s?ter)?"
_NUMBERS = rf"(?P<list>{_NUMBER}(?:(?:\s*,\s*(?:and\s+)?|\s*-\s*|\s+(?:to|and|or)\s+){_NUMBER})*)"
_PROVISION = re.compile(
    rf"\b(?:Nos?\.?|Numbers?)\s*{_NUMBERS}\)?(?:\s+in\s+Article\s+\w+)?\s+of\s+(?:the\s+)?{_TREATY}"
)
_ARTICLE = re.compile(rf"\bArticles?\s+{_NUMBERS}\s+of\s+(?:the\s+)?{_TREATY}")
_SHORT_PROVISION = re.compile(r"\b(?P<text>CS|CV)\s?/?\s?(?P<number>\d+[A-Z]?)\b")
# Numbers with a point exist in the Radio Regulations only: "No. 5.441A".
_RADIO_NUMBER = re.compile(
    r"\bNos?\.\s*(?P<list>\d+\.\d+[A-Z]{0,2}(?:(?:\s*,\s*(?:and\s+)?|\s+(?:to|and|or)\s+)\d+\.\d+[A-Z]{0,2})*)"
)
_QUESTION = re.compile(
    r"\b(?:(?P<lead>ITU-[RTD])\s+)?(?:Questions?|Q\.?)\s*(?:(?P<sector>ITU-[RTD])\s+)?"
    r"(?P<list>\d{1,3}(?:-\d+)?\s*/\s*\d{1,2}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)\d{1,3}(?:-\d+)?\s*/\s*\d{1,2})*)\b(?!/)"
    r"(?:\s+of\s+(?P<of>ITU-[RTD]))?"
)
_SECTOR_WORDS = (
    (re.compile(r"ITU-R\b|ITU Radiocommunication Sector|Radiocommunication Sector"), "r"),
    (re.compile(r"ITU-T\b|(?:ITU )?Telecommunication Standardization Sector"), "t"),
    (re.compile(r"ITU-D\b|(?:ITU )?Telecommunication Development Sector"), "d"),
)
# Characters between a Sector and the Question that it owns: "(ITU-D) Study Group 2 under its Question 5/2".
_NEAR = 40
_SERIES = r"[A-Z]{1,3}\.\d+(?:\.\d+)*(?:-\d+)?"
_STANDARD = re.compile(
    r"\b(?P<kind>Recommendation|Report|Supplement)s?\s+ITU[- ](?P<sector>[RT])\s+"
    rf"(?P<list>{_SERIES}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?:ITU[- ][RT]\s+)?{_SERIES})*)"
)
_SECURITY_COUNCIL = re.compile(
    r"\b(?:(?:UN|United Nations) )?Security Council [Rr]esolution\s+(?P<number>\d{1,4})(?!\s?/)"
    r"(?:\s*\((?:19|20)\d\d\))?"
)
_UN_DOCUMENT = re.compile(r"\b(?P<symbol>[AES]/\d{1,3}/\d{1,4}|JIU/(?:REP|NOTE)/\d{4}/\d{1,2})\b(?!/)")
_MODS = r"(?P<mods>(?:\s?\((?:Rev|Add|Corr)\.?\s?\d+\))*)(?:-(?P<lang>[ACEFRS])\b)?"
_SYMBOL = re.compile(
    rf"\b(?:(?P<council>C(?P<cy>\d{{2}}))|(?P<meeting>PP|WTDC|WTSA|WRC|CMR|RA|RAG|TSAG|TDAG|ISCG|ISCT|RPM-(?:AFR|AMS|ARB|ASP|CIS|EUR))"
    rf"-?(?P<my>\d{{2,4}})(?:-(?P<session>\d{{1,2}}))?)/(?:(?P<series>INF|INFO|DT|DL|ADM|TEMP|PLEN)/)?(?P<no>\d{{1,4}}){_MODS}(?![\w/])"
)
_SECTOR_LETTERS = {"ITU-R": "r", "ITU-T": "t", "ITU-D": "d"}
_ORGANS = {
    "ecosoc": "ecosoc",
    "security council": "sc",
    "economic and social council": "ecosoc",
    "human rights council": "hrc",
}


def find_united_nations(plain: str, text: str) -> Iterator[Citation]:
    """United Nations resolutions and documents: external anchors, never instruments of the Union."""
    for match in _UN.finditer(plain):
        organ = _ORGANS.get(re.sub(r"^(?:united nations|un) ", "", (match["org"] or "").lower()), "ga")
        pairs = [(match["a"], match["b"]), *re.findall(r"(\d{2,4})\s?/\s?(\d{1,4})", match["more"])]
        for a, b in pairs:
            yield _citation(CitationKind.UNITED_NATIONS, match, text, f"un/{organ}/res/{a}-{b}", "un-number")
    for match in _SECURITY_COUNCIL.finditer(plain):
        target = f"un/sc/res/{match['number']}"
        yield _citation(CitationKind.UNITED_NATIONS, match, text, target, "security-council")
    for match in _UN_DOCUMENT.finditer(plain):
        yield _citation(CitationKind.UNITED_NATIONS, match, text, f"un/doc/{match['symbol']}", "un-symbol")


def find_provisions(plain: str, text: str) -> Iterator[Citation]:
    """Numbers and articles of the basic texts and the Administrative Regulations."""
    numbered = [match.span() for match in _PROVISION.finditer(plain)]
    for pattern, kind in ((_PROVISION, "no"), (_ARTICLE, "art")):
        for match in pattern.finditer(plain):
            if kind == "art" and any(start < match.start() < end for start, end in numbered):
                continue  # "No. 48 in Article 3 of the Convention" cites the number
            treaty = _TREATIES[match["text"].lower()]
            for number in re.findall(_NUMBER, match["list"]):
                target = f"{treaty}/{kind}/" + "".join(number.split())
                yield _citation(CitationKind.PROVISION, match, text, target, "provision")
    for match in _SHORT_PROVISION.finditer(plain):
        target = f"{match['text'].lower()}/no/{match['number']}"
        yield _citation(CitationKind.PROVISION, match, text, target, "provision")
    for match in _RADIO_NUMBER.finditer(plain):
        for number in re.findall(r"\d+\.\d+[A-Z]{0,2}", match["list"]):
            yield _citation(CitationKind.PROVISION, match, text, f"rr/no/{number}", "radio-regulations-number")


def find_questions(
    plain: str, text: str, block_end: str, sector_at: Callable[[int], Sector] | None
) -> Iterator[Citation]:
    """Questions of study groups, with the Sector that the words name, or that of the document; open otherwise.

    Args:
        plain: the text with plain characters and ``block_end`` where a block ends.
        text: the document text.
        block_end: the character between blocks.
        sector_at: Sector of the text at a position; None leaves Questions without a named Sector open.
    """
    seen: dict[tuple[str, str], str] = {}
    for match in _QUESTION.finditer(plain):
        named = match["lead"] or match["sector"] or match["of"]
        letter = _SECTOR_LETTERS.get(named) if named else _sector_nearby(plain, match, block_end)
        own = Sector.UNION if sector_at is None else sector_at(match.start())
        for number, group in re.findall(r"(\d{1,3})(?:-\d+)?\s*/\s*(\d{1,2})", match["list"]):
            owner, rule = letter, "question"
            if owner is None and own is not Sector.UNION:
                owner, rule = own.value, "sector-of-document"
            if owner is None and (owner := seen.get((number, group))) is not None:
                rule = "earlier-citation"
            if owner is not None:
                seen[number, group] = owner
            target = f"{owner}/q/{number}.{group}" if owner else None
            yield _citation(CitationKind.QUESTION, match, text, target, rule if target else "open")


def _sector_nearby(plain: str, match: re.Match[str], block_end: str) -> str | None:
    """The Sector named right behind the Question, or just before it, or as the only one in its block before it."""
    start = plain.rfind(block_end, 0, match.start()) + 1
    end = plain.find(block_end, match.end())
    behind = plain[match.end() : min(match.end() + 120, end if end >= 0 else len(plain))]
    if (of := re.match(r"\s+of\s+", behind)) is not None:
        first = [(m.start(), letter) for pattern, letter in _SECTOR_WORDS if (m := pattern.search(behind, of.end()))]
        if first:
            return min(first)[1]
    before = [
        (m.end(), letter) for pattern, letter in _SECTOR_WORDS for m in pattern.finditer(plain, start, match.start())
    ]
    if before and match.start() - max(before)[0] <= _NEAR:
        return max(before)[1]
    named = {letter for _, letter in before}
    return named.pop() if len(named) == 1 else None


def find_standards(plain: str, text: str) -> Iterator[Citation]:
    """Technical Recommendations and Reports of ITU-R and ITU-T, such as ``itu-t/rec/X.1255``: anchors, not mandates."""
    kinds = {"Recommendation": "rec", "Report": "rep", "Supplement": "sup"}
    for match in _STANDARD.finditer(plain):
        for number in re.findall(_SERIES, match["list"]):
            target = f"itu-{match['sector'].lower()}/{kinds[match['kind']]}/{number}"
            yield _citation(CitationKind.STANDARD, match, text, target, "standard")


def find_documents(plain: str, text: str) -> Iterator[Citation]:
    """Document symbols of meetings of the Union."""
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
