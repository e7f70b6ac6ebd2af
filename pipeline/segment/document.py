"""One document to its instruments, with citations."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.domain import (
    Block,
    BlockKind,
    Body,
    Citation,
    Document,
    DocumentKind,
    InstrumentId,
    Notice,
    Resolution,
    ResolutionId,
    Sector,
    Span,
    Standing,
    fold_space,
)
from pipeline.reference import LANGUAGES
from pipeline.segment.calls import parse_call
from pipeline.segment.citations import find_citations
from pipeline.segment.clauses import build_sections
from pipeline.segment.heads import (
    Enactment,
    Head,
    identify,
    parse_bare_marker,
    parse_enactment,
    parse_head,
    parse_history,
    parse_marker,
)
from pipeline.segment.inline import choose_profile, read_inline
from pipeline.segment.internal_references import find_internal_references
from pipeline.segment.mandates import with_mandates
from pipeline.segment.reasons import read_reasons
from pipeline.segment.structured import is_structured, read_structured

__all__ = ["cite_document", "segment_document"]

# Between a number line and its enacting formula stand title and history: never more lines than this.
_HEAD_REACH = 15
_RESERVATIONS = re.compile(r"^\s*DECLARATIONS AND RESERVATIONS\b", re.I)
_HEAD_STYLES = ("resno", "recno", "decno", "opinionno", "questionno")


@dataclass(frozen=True, slots=True)
class _Unit:
    """One instrument in the blocks: ``start`` is its number line, ``body`` the first block below the formula.

    ``formula`` is false when ``enactment`` was taken from the other texts of the volume.
    """

    head: Head
    marker: str
    start: int
    title: tuple[int, ...]
    enactment: Enactment | None
    history: tuple[int, ...]
    body: int
    formula: bool = False


def segment_document(document: Document) -> tuple[Resolution, ...]:
    """Instruments of a document in reading order; empty for reports and other texts that adopt nothing.

    A number line counts when an enacting formula follows closely, when its style says so, or when a proposal marker
    stands before it: lines of a table of contents and citations do not.
    """
    if is_structured(document):
        return tuple(map(with_mandates, read_structured(document)))
    if (profile := choose_profile(document)) is not None:
        return _with_citations(document, read_inline(document, profile))
    if document.language not in LANGUAGES:
        return ()  # its call words are not known: better none than wrong ones
    units = _units(document)
    adopters = {unit.enactment.body for unit in units if unit.enactment is not None}
    resolutions = []
    for index, unit in enumerate(units):
        if unit.enactment is None and len(adopters) == 1:
            # In a volume of one conference a text without formula, as a suppressed one, is of that conference's body.
            unit = replace(unit, enactment=Enactment(next(iter(adopters)), None, None))
        resolutions.append(_resolution(document, unit, _end_of(document, units, index)))
    return _with_citations(document, resolutions)


def _with_citations(document: Document, resolutions: Sequence[Resolution]) -> tuple[Resolution, ...]:
    cited = cite_document(document, resolutions)
    return tuple(
        with_mandates(replace(r, citations=tuple(c for c in cited if r.span.start <= c.span.start < r.span.end)))
        for r in resolutions
    )


def cite_document(document: Document, resolutions: Sequence[Resolution]) -> tuple[Citation, ...]:
    """All citations of a document, in order, each tied to the clause that it stands in.

    Args:
        document: any document; reports cite too.
        resolutions: the instruments found in it.
    """
    if is_structured(document):
        return tuple(c for r in resolutions for c in r.citations)
    internal = (c for r in resolutions for c in find_internal_references(r, document.text))
    return tuple(sorted((*_citations(document, resolutions), *internal), key=lambda c: (c.span, c.target or "")))


def _units(document: Document) -> list[_Unit]:
    units: list[_Unit] = []
    marker, marker_at = "", -1
    for index, block in enumerate(document.blocks):
        line = document.line(block)
        if _RESERVATIONS.match(line):
            break
        if found := parse_marker(line) or _bare_marker(document, index):
            marker, marker_at = found, index
            continue
        head = parse_head(line, document.language) if block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADER) else None
        if head is None:
            continue
        before = head.marker or (marker if marker_at >= 0 and index - marker_at <= 3 else "")
        if (unit := _accept(document, index, head, before)) is not None:
            units.append(unit)
            marker, marker_at = "", -1
    return units


def _accept(document: Document, index: int, head: Head, marker: str) -> _Unit | None:
    """The instrument whose number line is block ``index``, or None when the line only names one."""
    title: list[int] = []
    history: tuple[int, ...] = ()
    for following in range(index + 1, min(index + 1 + _HEAD_REACH, len(document.blocks))):
        block = document.blocks[following]
        line = document.line(block)
        if enactment := parse_enactment(line, document.language):
            return _Unit(head, marker, index, tuple(title), enactment, history, following + 1, formula=True)
        if parse_head(line, document.language) or parse_marker(line):
            break
        if years := parse_history(line):
            history = years
        elif block.kind is not BlockKind.FOOTNOTE and len(title) < 6:
            title.append(following)
    if not marker and _has_call_below(document, index):
        return _Unit(head, marker, index, tuple(title[:1]), None, history, index + 1 + min(1, len(title)))
    styled = document.blocks[index].style.replace("_", "").replace(" ", "").startswith(_HEAD_STYLES)
    if not (marker or styled):
        return None
    if _symbol(marker) in ("SUP", "NOC"):
        return _Unit(head, marker, index, tuple(title[:1]), None, history, len(document.blocks))
    first = 1 if title else 0
    return _Unit(head, marker, index, tuple(title[:first]), None, history, index + 1 + first)


def _bare_marker(document: Document, index: int) -> str:
    """``MOD`` alone on a line counts where a number line follows at once."""
    if index + 1 >= len(document.blocks):
        return ""
    marker = parse_bare_marker(document.line(document.blocks[index]))
    return marker if marker and parse_head(document.line(document.blocks[index + 1]), document.language) else ""


def _has_call_below(document: Document, index: int) -> bool:
    """Whether a call line follows a number line before the next one: a text whose formula could not be read."""
    for block in document.blocks[index + 1 : index + 1 + _HEAD_REACH]:
        line = document.line(block)
        if parse_head(line, document.language) or parse_marker(line):
            return False
        if parse_call(line, block.italic, document.language):
            return True
    return False


def _end_of(document: Document, units: Sequence[_Unit], index: int) -> int:
    """Index of the block after the last one of a unit: the next number line, less its marker line."""
    end = units[index + 1].start if index + 1 < len(units) else len(document.blocks)
    for position in range(units[index].start + 1, end):
        line = document.line(document.blocks[position])
        if parse_marker(line) or _bare_marker(document, position) or _RESERVATIONS.match(line):
            return position
        if parse_head(line, document.language) and line == line.upper():
            return position  # a number line that opens no text must not be read as part of the one before
    return end


def _resolution(document: Document, unit: _Unit, end: int) -> Resolution:
    identifier, doubts = identify(unit.head, unit.enactment, unit.history, _meeting_year(document), document.language)
    identifier = _own_identity(identifier, document)
    proposed = bool(unit.marker) and document.kind is DocumentKind.PROPOSAL
    if proposed and isinstance(identifier, ResolutionId):
        identifier = replace(identifier, proposal=re.sub(r"[^0-9a-z]+", "-", unit.marker.lower()).strip("-"))
    first, last = document.blocks[unit.start], document.blocks[max(unit.start, end - 1)]
    suppressed = _symbol(unit.marker) in ("SUP", "NOC")
    sections, notices = (
        ((), ()) if suppressed else build_sections(document, document.blocks[unit.body : end], identifier)
    )
    told = [*doubts, *notices]
    if not sections and not suppressed:
        told.append(Notice("no-clauses", "no call line was found below the number line"))
    if not unit.formula and not suppressed:
        told.append(Notice("no-formula", "no enacting formula was found; body and edition come from the number line"))
    return Resolution(
        id=identifier,
        title=fold_space(" ".join(document.line(document.blocks[i]) for i in unit.title)),
        language=document.language,
        document_id=document.id,
        number_line=_number_line(document, first),
        span=Span(first.span.start, last.span.end),
        sections=sections,
        standing=_standing(proposed, unit.marker, told),
        marker=_symbol(unit.marker),
        history=unit.history,
        notices=tuple(told),
        reasons=read_reasons(document, document.blocks[unit.start + 1 : end]) if unit.marker else "",
    )


def _own_identity(identifier: InstrumentId, document: Document) -> InstrumentId:
    """Texts of an unknown body are told apart by their document: equal numbers mean nothing there."""
    if isinstance(identifier, ResolutionId) and identifier.body is Body.UNKNOWN:
        return replace(identifier, proposal=f"doc-{document.digest[:8]}")
    return identifier


def _standing(proposed: bool, marker: str, notices: Sequence[Notice]) -> Standing:
    if proposed:
        return Standing.PROPOSED
    if any(n.code == "flattened-revisions" for n in notices):
        return Standing.QUARANTINED
    return Standing.SUPPRESSED if _symbol(marker) == "SUP" else Standing.IN_FORCE


def _symbol(marker: str) -> str:
    """``MOD`` of the marker ``(MOD)* EUR/901A2/1``."""
    return marker.partition(" ")[0].strip("()*")


def _number_line(document: Document, block: Block) -> str:
    line = fold_space(document.line(block))
    return re.sub(
        r"^\(?(?:ADD|MOD|SUP|NOC)\)?\*?\s*(?:[A-Z]{2,5}(?:/[A-Z]{2,5})*/(?:\d+|XX)(?:A\d+)*/\d+)?\s+", "", line
    )


def _meeting_year(document: Document) -> int | None:
    """Year of the meeting named by the document's symbol, for drafts that have no edition of their own."""
    match = re.search(r"(?<!\d)(\d{4}|\d{2})(?=[-/(]|$)", (document.metadata.symbol or "").split("/")[0])
    return None if match is None else int(match[1]) if len(match[1]) == 4 else 2000 + int(match[1])


def _citations(document: Document, resolutions: Sequence[Resolution]) -> tuple[Citation, ...]:
    starts = [r.span.start for r in resolutions]

    def text_at(position: int) -> InstrumentId | None:
        index = bisect_right(starts, position) - 1
        return resolutions[index].id if index >= 0 and position < resolutions[index].span.end else None

    def body_at(position: int) -> Body | None:
        identifier = text_at(position)
        body = None if identifier is None else identifier.body
        return body if isinstance(body, Body) else None

    def sector_at(position: int) -> Sector:
        body = body_at(position)
        return Sector.UNION if body is None else body.sector

    own_lines = [document.blocks[i].span for i in range(len(document.blocks)) if _names_itself(document, i, starts)]
    clauses = sorted((c.span, c.id) for r in resolutions for c in r.clauses)
    clause_starts = [span.start for span, _ in clauses]

    def clause_at(position: int) -> str | None:
        index = bisect_right(clause_starts, position) - 1
        return clauses[index][1] if index >= 0 and position < clauses[index][0].end else None

    found = find_citations(document.text, body_at, sector_at)
    return tuple(
        replace(c, clause=clause_at(c.span.start), document_id=document.id)
        for c in found
        if not any(own.start <= c.span.start < own.end for own in own_lines)
    )


def _names_itself(document: Document, index: int, starts: Sequence[int]) -> bool:
    """Number lines and annex heads name their own text; that is no citation."""
    block = document.blocks[index]
    line = document.line(block)
    return block.span.start in starts or (
        line[:6].isupper() and bool(re.match(r"\s*(?:ANNEX|APPENDIX|ATTACHMENT)\b", line))
    )
