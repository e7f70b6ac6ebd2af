"""Number lines, enacting formulae, annex heads and proposal markers: where a text begins and what it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipeline.domain import (
    Body,
    InstrumentId,
    InstrumentType,
    Notice,
    QuestionId,
    ResolutionId,
    Sector,
)
from pipeline.reference import Grammar, legible, load_conferences, load_grammar
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

_MARK = (
    r"(?:(?P<mark>\(?(?:ADD|MOD|SUP|NOC)\)?\*?)\s*(?P<prop>[A-Z]{2,5}(?:/[A-Z]{2,5})*/(?:\d+|XX)(?:A\d+)*/\d+)?\s+)?"
)
_MARKER = re.compile(
    r"^\s*(?P<mark>\(?(?:ADD|MOD|SUP|NOC)\)?\*?)\s*(?P<org>[A-Z]{2,5}(?:/[A-Z]{2,5})*)/(?P<doc>\d+|XX)(?P<adds>(?:A\d+)*)/(?P<n>\d+)\s*$"
)
_NUMBER = r"(?P<no>\d{1,4}(?:-\d+)?|\[[^\]]+\])"
_QUESTION_NUMBER = r"(?P<no>\d{1,3})(?:-(?P<rev>\d+))?\s*/\s*(?P<group>\d{1,2})"
_EDITION_LABEL = r"\s*(?:\((?P<ed>[^)]*)\))?"
_PLACE = r"\s*(?:\((?P<place>[^()]{0,90})\))?\s*[,:]?\s*$"
_MAX_ANNEX_HEAD = 160
_HISTORY = re.compile(r"^\(\s*(?:(?:19|20)\d\d(?:-(?:19|20)\d\d)*|[^()]*;\s*[^()]*\d{4}(?:\[\d+\])?)\s*\)$")
_EDITION_COUNCIL = re.compile(r"(?:C-?|Council\s+|amended\s+|modified\s+|rev\.?\s+)(?P<y>\d{4}|\d{2})\s*$", re.I)
_EDITION_PLACE = re.compile(r"(?:rev\.?\s*)?(?P<city>[^,\d]+?)\s*,?\s*(?P<y>(?:19|20)\d\d)\s*$", re.I)
# A year glued to the next city: two readings of a tracked change run together ("Dubai, 2014Buenos Aires, 2017").
_FLATTENED = re.compile(r"(?:19|20)\d\d[A-Za-z]")
# The letter of a Sector may come from a Cyrillic keyboard.
_SECTORS = {"R": Sector.R, "T": Sector.T, "D": Sector.D, "Р": Sector.R, "Т": Sector.T, "Д": Sector.D}
_R_LETTERS = "RР"


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


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What number lines, formulae and annex heads of one language look like."""

    heads: tuple[re.Pattern[str], ...]
    questions: tuple[re.Pattern[str], ...]
    kinds: dict[str, InstrumentType]
    enacting: tuple[tuple[re.Pattern[str], Body], ...]
    annex: re.Pattern[str]
    radio: re.Pattern[str]


def _words(words: Iterable[str], space: str = r"\s+") -> str:
    """Alternatives in the order given; a space between words is any."""
    return "|".join(space.join(re.escape(part) for part in word.split(" ")) for word in words)


@cache
def _patterns(language: str) -> _Patterns:
    grammar = load_grammar(language)
    ordinary = [word for word, kind in grammar.kinds.items() if kind is not InstrumentType.QUESTION]
    questions = [word for word, kind in grammar.kinds.items() if kind is InstrumentType.QUESTION]
    return _Patterns(
        heads=tuple(_number_line(grammar, form, ordinary, _NUMBER, "R") for form in grammar.number_lines),
        questions=tuple(
            _number_line(grammar, form, questions, _QUESTION_NUMBER, "RTD")
            for form in grammar.number_lines
            if "{kind}" in form
        ),
        kinds={word.casefold(): kind for word, kind in grammar.kinds.items()},
        enacting=tuple((_formula(name), body) for name, body in grammar.bodies.items()),
        annex=_annex(grammar, ordinary + questions),
        radio=re.compile(rf"(?:{_words(grammar.radio_conferences)})\s*-\s*(?P<y>\d{{4}}|\d{{2}})", re.I),
    )


def _number_line(grammar: Grammar, form: str, kinds: Iterable[str], number: str, sectors: str) -> re.Pattern[str]:
    """The pattern of a form such as ``{draft}{kind} {sector}{number}{edition}``."""
    gap = r"\s+" if grammar.spaced else r"\s*"
    letters = "".join(letter for letter, sector in _SECTORS.items() if sector.value.upper() in sectors)
    fields = {
        "draft": rf"(?P<draft>(?:{_words(grammar.drafts)}){gap})?",
        "kind": rf"(?P<kind>{_words(kinds)})",
        "sector": rf"(?P<sector>(?:{_words(grammar.sector_prefixes)})-[{letters}]\s+)?",
        "number": number,
        "edition": _EDITION_LABEL,
    }
    parts = re.split(r"\{(\w+)\}", form)
    line = "".join(
        fields[part] if index % 2 else re.escape(part).replace(r"\ ", gap) + ("" if grammar.spaced else r"\s*")
        for index, part in enumerate(parts)
    )
    return re.compile(rf"^\s*{_MARK}{line}\s*(?P<fn>[\d*]{{0,2}})\s*$", re.I)


def _formula(name: str) -> re.Pattern[str]:
    """The formula of a body; words of its name in brackets may be missing."""
    parts = []
    for piece in re.findall(r"\[[^\]]+\]|[^\[\]]+", name):
        words = r"[\s-]+".join(re.escape(word) for word in piece.strip("[] ").split())
        parts.append(rf"(?:{words}[\s-]*)?" if piece.startswith("[") else rf"{words}\s*")
    return re.compile(rf"^\s*{''.join(parts)}{_PLACE}", re.I)


def _annex(grammar: Grammar, kinds: list[str]) -> re.Pattern[str]:
    """``ANNEX 2 TO RESOLUTION 11``, or in Chinese the other way round."""
    words = [word for word, part in grammar.parts.items() if part != "bibliography"]
    number = r"(?P<no>\d{1,2}|[A-Z]?)"
    if grammar.holder_first:
        named = rf"第[^第号]{{1,12}}号\s*(?:{_words(kinds)})\s*(?:\([^)]*\))?"
        holder = rf"(?P<holder>(?:{_words(grammar.holders)}|{named})\s*的?\s*)?"
        return re.compile(rf"^\s*{holder}(?P<word>{_words(words)})\s*{number}\s*$", re.I)
    inside = "|".join([*map(re.escape, grammar.abbreviations), r"[^.;\n]"])
    holder = rf"(?P<holder>\s*\(?(?:{_words(grammar.holders)})\b(?:{inside})*)?"
    return re.compile(rf"^\s*(?P<word>{_words(words)})\s*{number}{holder}\)?\s*$", re.I)


def _line(line: str) -> str:
    return legible(line).replace("\t", " ")


def parse_head(line: str, language: str = "en") -> Head | None:
    """The number line of an instrument, or None. ``line`` is one line of text, tabs allowed."""
    line = _line(line)
    patterns = _patterns(language)
    if match := next((m for p in patterns.questions if (m := p.match(line))), None):
        prefix = (match.groupdict().get("sector") or "").strip()
        sector = _SECTORS[prefix[-1].upper()] if prefix else None
        return Head(
            InstrumentType.QUESTION,
            match["no"],
            match["ed"] or (f"r{match['rev']}" if match["rev"] else ""),
            itu_r=sector is Sector.R,
            draft=False,
            study_group=match["group"],
            sector=sector,
        )
    match = next((m for p in patterns.heads if (m := p.match(line))), None)
    if match is None:
        return None
    found = match.groupdict()
    # A form without the kind holds it in the word for a draft, as in 新决议草案.
    kind = found.get("kind") or ""
    if not kind and not found.get("draft"):
        return None
    # Running text may begin "Resolution 5": a number line is set in capitals, or stands alone with its edition.
    if kind != kind.upper() and not match["ed"]:
        return None
    return Head(
        patterns.kinds[" ".join(kind.split()).casefold()] if kind else InstrumentType.RESOLUTION,
        match["no"],
        (match["ed"] or "").strip(),
        itu_r=bool(found.get("sector")),
        draft=bool(found.get("draft")) or match["no"].startswith("["),
        marker=" ".join(p for p in (match["mark"], match["prop"]) if p),
    )


def parse_marker(line: str) -> str:
    """A marker line such as ``MOD EUR/901A2/1``, with one space, or "" when the line is none.

    A bare ``MOD`` is no marker by itself; see ``parse_bare_marker``.
    """
    match = _MARKER.match(_line(line))
    return f"{match['mark']} {match['org']}/{match['doc']}{match['adds']}/{match['n']}" if match else ""


def parse_bare_marker(line: str) -> str:
    """``ADD``, ``MOD``, ``SUP`` or ``NOC`` alone on its line, as Final Acts print it before a number line, or ""."""
    text = _line(line).strip()
    return text if re.fullmatch(r"\(?(?:ADD|MOD|SUP|NOC)\)?\*?", text) else ""


def parse_enactment(line: str, language: str = "en") -> Enactment | None:
    """The enacting formula, or None."""
    line = _line(line)
    for pattern, body in _patterns(language).enacting:
        if match := pattern.match(line):
            return Enactment(body, *_place(match["place"] or "", load_grammar(language)))
    return None


def _place(label: str, grammar: Grammar) -> tuple[str | None, int | None]:
    """City, by its English name where it is known, and year of a place such as "Bucharest, 2022"."""
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", label)
    if year is None:
        return None, None
    folded, met = label.casefold(), load_conferences().cities(int(year[0]))
    own = next((city for word, city in grammar.cities.items() if word in folded), None)
    known = own or next((city for city in met if city.casefold() in folded), None)
    return known or label[: year.start()].strip(" ,") or None, int(year[0])


def parse_annex_head(line: str, style: str = "", language: str = "en") -> int | None:
    """Number of the annex that this line opens (1 when it bears none), or None.

    In ordinary letters the line must name the text that it belongs to, or be styled as the head of an annex.

    Args:
        line: one line of text, tabs allowed.
        style: style name of its block, lower case.
        language: official language of the line.
    """
    match = _patterns(language).annex.match(_line(line)) if len(line) <= _MAX_ANNEX_HEAD else None
    if match is None:
        return None
    styled = style.replace("_", "").startswith(("annexno", "appendixno", "attachmentno"))
    if not (match["word"] == match["word"].upper() or match["holder"] or styled):
        return None
    number: str = match["no"]
    if number.isdigit():
        return int(number)
    return ord(number.upper()) - ord("A") + 1 if number else 1


def parse_history(line: str) -> tuple[int, ...]:
    """Years of the history line ``(1993-2000-2003)``, or ()."""
    line = legible(line)
    if not _HISTORY.match(line):
        return ()
    return tuple(int(year) for year in re.findall(r"(?:19|20)\d\d", line))


def identify(
    head: Head,
    enactment: Enactment | None,
    history: tuple[int, ...],
    meeting_year: int | None = None,
    language: str = "en",
) -> tuple[InstrumentId, tuple[Notice, ...]]:
    """Canonical identifier of an instrument, and what should be doubted about it.

    The enacting formula names the body; without it the edition label does. A text whose body stays open keeps
    ``unk``. For ITU-R numbers ``n-m`` the history must list m + 1 years (domain rule), the last being the edition.

    Args:
        head: its number line.
        enactment: its enacting formula, when found.
        history: years of its history line.
        meeting_year: year of the meeting that the document belongs to, the last resort for drafts.
        language: official language of the text.
    """
    notices: list[Notice] = []
    if _FLATTENED.search(head.edition):
        notices.append(
            Notice("flattened-revisions", "the edition label holds two readings of a tracked change run together")
        )
    if head.type is InstrumentType.QUESTION:
        return _question(head, enactment), tuple(notices)
    place_body, year = _edition(head.edition, language)
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


def _edition(label: str, language: str) -> tuple[Body | None, int | None]:
    """Body and year that an edition label names by itself."""
    label = legible(label).strip()
    if not label:
        return None, None
    if match := _patterns(language).radio.search(label):
        return Body.WRC, full_year(match["y"])
    if label.upper().startswith(("C", "С")) and (match := _EDITION_COUNCIL.search(label)):
        return Body.COUNCIL, full_year(match["y"])
    if re.match(r"(?:Rev\.?\s*)?Council\b|modified\b|amended\b", label, re.I) and (
        match := re.search(r"(?P<y>\d{4})\s*$", label)
    ):
        return Body.COUNCIL, int(match["y"])
    city, year = _place(label, load_grammar(language))
    if language == "en":
        match = _EDITION_PLACE.match(label)
        city, year = (match["city"].strip(), int(match["y"])) if match else (None, year)
    return (_body_of(city, year) if city and year else None), year


def _body_of(city: str, year: int) -> Body | None:
    """The body that met in a city in a year, when it is one; RA and WRC texts name theirs otherwise."""
    conferences = load_conferences()
    bodies = [b for b in conferences.bodies(city, year) if b not in (Body.RA, Body.WRC)]
    preferred = conferences.preference.get((city.casefold(), year))
    return preferred or (bodies[0] if len(bodies) == 1 else None)
