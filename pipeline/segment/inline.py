"""Texts of other organisations, whose verbs stand at the head of each paragraph, read by a profile."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.domain import (
    BlockKind,
    Document,
    ForeignId,
    InstrumentType,
    Notice,
    Resolution,
    Span,
    fold_space,
    plain_characters,
)
from pipeline.reference.profiles import Profile, ProfileOrgan, load_profiles
from pipeline.segment.heads import parse_enactment
from pipeline.segment.inline_clauses import is_line_of, read_paragraphs
from pipeline.segment.inline_verbs import read_opening

__all__ = ["choose_profile", "read_inline"]

# Number line, title and date of a text that follows another stand at most this many lines above its enacting line.
_HEAD_REACH = 12
# Below the enacting line this many lines are looked at for verbs; two of them must have one where no symbol is found.
_PROOF_LINES = 4
_MAX_SYMBOL_LINE = 80
_PART_LINE = re.compile(r"([A-Z])\.?")


@dataclass(frozen=True, slots=True)
class _Head:
    """What names a text: number as cited, year where the number tells it, as printed, first line, title."""

    number: str
    year: int | None
    printed: str
    start: int
    title: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Unit:
    """One text: ``start`` is its number line, ``enacting`` the block of its enacting line."""

    organ: ProfileOrgan
    head: _Head | None
    start: int
    enacting: int


def choose_profile(document: Document, profiles: Sequence[Profile] | None = None) -> Profile | None:
    """The profile by which a document is to be read, or None for texts of the Union and all others.

    The evidence is an enacting line of one of the organs, with the number or symbol of such a text above it or two
    paragraphs with verbs below it. A document that bears an enacting formula of the Union before is one of the Union's.

    Args:
        document: any document.
        profiles: the profiles to choose from; those of the product by default.
    """
    for profile in load_profiles() if profiles is None else profiles:
        if profile.language != document.language:
            continue
        enacting = _enacting(profile)
        found = [i for i in range(len(document.blocks)) if enacting.fullmatch(_line(document, i))]
        if not found or any(parse_enactment(_line(document, i)) for i in range(found[0])):
            continue
        proofs = max(_proofs(document, index, profile) for index in found)
        named = proofs > 0 and any(unit.head is not None for unit in _units(document, profile)[:1])
        if named or proofs > 1:
            return profile
    return None


def read_inline(document: Document, profile: Profile) -> tuple[Resolution, ...]:
    """Texts of another organisation in reading order; citations are left to the caller.

    Args:
        document: a document for which ``choose_profile`` gave the profile.
        profile: how its organisation writes.
    """
    units = _units(document, profile)
    ends = [*(unit.start for unit in units[1:]), len(document.blocks)]
    return tuple(_resolution(document, profile, unit, end) for unit, end in zip(units, ends, strict=True))


def _resolution(document: Document, profile: Profile, unit: _Unit, end: int) -> Resolution:
    identifier = _identify(document, profile, unit, end)
    notices = [Notice("other-organisation", f"text of another organisation: {profile.name}, {unit.organ.name}")]
    if unit.head is None:
        notices.append(Notice("no-number", "no symbol and no number line was found above the enacting line"))
    blocks = document.blocks[unit.enacting + 1 : end]
    sections, doubts = read_paragraphs(document, blocks, identifier, profile, _enacting(profile))
    if not sections:
        notices.append(Notice("no-clauses", "no paragraph was found below the enacting line"))
    return Resolution(
        id=identifier,
        title=_title(document, profile, unit),
        language=document.language,
        document_id=document.id,
        number_line=unit.head.printed if unit.head else "",
        span=Span(document.blocks[unit.start].span.start, document.blocks[end - 1].span.end),
        sections=sections,
        notices=(*notices, *doubts),
    )


def _units(document: Document, profile: Profile) -> list[_Unit]:
    """Texts by their enacting lines; one without a head of its own inside a text is quoted there and opens none."""
    units: list[_Unit] = []
    enacting = _enacting(profile)
    for index in range(len(document.blocks)):
        match = enacting.fullmatch(_line(document, index))
        if match is None:
            continue
        organ = _organ(profile, match["name"])
        if not units:
            head = _number_line(document, organ, 0, index) or _symbol(document, organ, index)
            if match["quote"] and head is None:
                continue
            units.append(_Unit(organ, head, head.start if head else index, index))
        elif not match["quote"]:
            first = max(units[-1].enacting + 1, index - _HEAD_REACH)
            head = _number_line(document, organ, first, index) or _next_part(document, units[-1], first, index)
            if head is not None and head != units[-1].head:
                units.append(_Unit(organ, head, head.start, index))
    return units


def _number_line(document: Document, organ: ProfileOrgan, first: int, end: int) -> _Head | None:
    """The number line nearest above an enacting line, with the letter of the part that stands below it."""
    part = ""
    for index in range(end - 1, first - 1, -1):
        if document.blocks[index].kind is BlockKind.FOOTNOTE:
            continue
        line = _line(document, index)
        if letter := _PART_LINE.fullmatch(line):
            part = letter[1]
        for pattern in organ.number_lines:
            if match := pattern.fullmatch(line):
                printed = line[: match.end("number")] if match["title"] else line
                return _head(match, organ, printed, index, match["title"], part)
    return None


def _symbol(document: Document, organ: ProfileOrgan, end: int) -> _Head | None:
    """The symbol of a document, from its header or a short line above the first enacting line."""
    lines = [(0, document.metadata.symbol or "")]
    lines += [(index, _line(document, index)) for index in range(end)]
    for index, line in lines:
        for pattern in organ.symbols if len(line) <= _MAX_SYMBOL_LINE else ():
            if match := pattern.search(plain_characters(line)):
                return _head(match, organ, match[0], index)
    return None


def _next_part(document: Document, before: _Unit, first: int, end: int) -> _Head | None:
    """``B`` between two enacting lines: the next part of the text before."""
    if before.head is None or not before.head.part:
        return None
    for index in range(end - 1, first - 1, -1):
        if letter := _PART_LINE.fullmatch(_line(document, index)):
            return replace(before.head, part=letter[1], start=index, title="")
    return None


def _head(
    match: re.Match[str], organ: ProfileOrgan, printed: str, start: int, title: str = "", part: str = ""
) -> _Head:
    groups = match.groupdict()
    year = groups.get("year")
    session = groups.get("session")
    if year is None and session is not None and organ.session_base is not None:
        year = str(organ.session_base + int(session))
    number = re.sub(r"[^0-9A-Za-z]+", "-", match["number"]).strip("-")
    return _Head(number, int(year) if year else None, printed, start, title, groups.get("part") or part)


def _identify(document: Document, profile: Profile, unit: _Unit, end: int) -> ForeignId:
    """The identifier; its edition is the year of adoption as printed, else the year that the number tells."""
    head = unit.head
    if head is None:
        year = _adopted(document, profile, range(unit.enacting), unit.enacting) or "unk"
        return ForeignId(
            profile.organisation,
            unit.organ.code,
            InstrumentType.RESOLUTION,
            "unk",
            year,
            proposal=f"doc-{document.digest[:8]}",
        )
    number = f"{head.number}-{re.sub('[^A-Z]', '', head.part)}" if head.part else head.number
    fixed = str(head.year) if head.year and unit.organ.session_base is None else None
    edition = (
        fixed or _adopted(document, profile, range(unit.enacting), end) or (str(head.year) if head.year else "unk")
    )
    return ForeignId(profile.organisation, unit.organ.code, InstrumentType.RESOLUTION, number, edition)


def _adopted(document: Document, profile: Profile, above: range, end: int) -> str | None:
    """Year of the adoption line above the text, the likelier pattern first; else of the last closing line."""
    lines = [_line(document, i) for i in above]
    for pattern in profile.adoption:
        for line in lines:
            if match := pattern.match(line):
                return match["year"]
    for index in range(end - 1, above.stop, -1):
        line = _line(document, index)
        if is_line_of(line, profile.closing) and (year := re.search(r"(?:19|20)\d\d", line)):
            return year[0]
    return None


def _title(document: Document, profile: Profile, unit: _Unit) -> str:
    """What the number line says behind the number, and the lines below it up to the enacting line."""
    if unit.head is None:
        return ""
    lines = [unit.head.title] if unit.head.title else []
    if not unit.head.title and not any(p.fullmatch(_line(document, unit.start)) for p in unit.organ.number_lines):
        return ""
    for index in range(unit.start + 1, unit.enacting):
        line = _line(document, index)
        passed = is_line_of(line, (*profile.noise, *profile.closing, _PART_LINE))
        if document.blocks[index].kind is BlockKind.FOOTNOTE or passed or any(p.match(line) for p in profile.adoption):
            continue
        lines.append(line)
    return fold_space(" ".join(lines))


def _proofs(document: Document, index: int, profile: Profile) -> int:
    """How many of the lines below an enacting line open with a verb and go on behind it."""
    count = 0
    for below in range(index + 1, min(index + 1 + _PROOF_LINES, len(document.blocks))):
        line = _line(document, below)
        label = profile.numbering.paragraph.match(line)
        text = line[label.end() :] if label else line
        opening = read_opening(text, profile)
        count += bool(opening and text[:1].isupper() and len(text) > opening.end)
    return count


def _organ(profile: Profile, name: str) -> ProfileOrgan:
    return next(organ for organ in profile.organs if name in organ.enacting)


@cache
def _enacting(profile: Profile) -> re.Pattern[str]:
    """An enacting line; ``quote`` is set where it stands in quotation marks."""
    names = "|".join(re.escape(name) for organ in profile.organs for name in organ.enacting)
    return re.compile(rf"(?P<quote>[\"'])?\s*[_*]*(?P<name>{names})[_*]*\s*[,.]?[_*]*\s*\d{{0,2}}")


def _line(document: Document, index: int) -> str:
    return fold_space(plain_characters(document.line(document.blocks[index])))
