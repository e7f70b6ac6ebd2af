"""Documents that arrive already split (JSON Lines): what the file states is kept, the rest is derived."""

import re
from collections import Counter
from dataclasses import replace

from pipeline.domain import (
    Block,
    Body,
    Clause,
    Document,
    InstrumentId,
    Part,
    Resolution,
    Section,
    Span,
    Standing,
    clause_id,
    parse_instrument_id,
)
from pipeline.reference import LANGUAGES
from pipeline.segment.actors import Addressees, find_addressees
from pipeline.segment.calls import parse_call
from pipeline.segment.citations import find_citations
from pipeline.segment.internal_references import find_internal_references
from pipeline.segment.items import ItemPath, Label, parse_label
from pipeline.segment.stated import is_stated, read_stated

__all__ = ["is_structured", "read_structured"]


def is_structured(document: Document) -> bool:
    """Whether the document arrived already split: its blocks say so."""
    return bool(document.blocks) and document.blocks[0].style.startswith("overlap:instrument ")


def read_structured(document: Document) -> tuple[Resolution, ...]:
    """Resolutions of a structured document; the styles ``overlap:…`` of its blocks carry what the file stated."""
    groups: list[list[Block]] = []
    for block in document.blocks:
        if block.style.startswith("overlap:instrument "):
            groups.append([])
        groups[-1].append(block)
    return tuple(
        read_stated(document, group) if is_stated(group[0]) else _resolution(document, group) for group in groups
    )


def _resolution(document: Document, blocks: list[Block]) -> Resolution:
    _, identifier, standing, language = blocks[0].style.split(" ")
    instrument = parse_instrument_id(identifier)
    title = next((document.line(b) for b in blocks if b.style == "overlap:title"), "")
    span = Span(blocks[0].span.start, blocks[-1].span.end)
    sections: list[Section] = []
    slugs: dict[str, int] = {}
    opened: list[Block] = []
    for block in [*(b for b in blocks if b.style.startswith(("overlap:call", "overlap:item"))), None]:
        if opened and (block is None or block.style.startswith("overlap:call")):
            sections.append(_section(document, opened, instrument, slugs, language))
            opened = []
        if block is not None:
            opened.append(block)
    # Each text is looked at by itself: a file may hold thousands.
    words = span.of(document.text)
    body = instrument.body if isinstance(instrument.body, Body) else None
    found = find_citations(words, lambda _: body, lambda _: instrument.body.sector)
    clauses = [c for s in sections for c in s.clauses]
    cited = tuple(
        replace(c, span=at, clause=_clause_at(clauses, at.start), document_id=document.id)
        for c in found
        if (at := Span(span.start + c.span.start, span.start + c.span.end)).start >= blocks[0].span.end
    )
    line = document.line(blocks[0])
    resolution = Resolution(
        id=instrument,
        title=title,
        language=language,
        document_id=document.id,
        number_line="" if line == identifier else line,
        span=span,
        sections=tuple(sections),
        citations=cited,
        standing=Standing(standing),
    )
    internal = find_internal_references(resolution, document.text)
    every = tuple(sorted((*cited, *internal), key=lambda c: (c.span, c.target or "")))
    return replace(resolution, citations=every)


def _stated(printed: str, line: str, language: str) -> Label | None:
    """The label that the file states, whatever its form; None when it states none."""
    if not printed:
        return None
    known = parse_label(line, language)
    if known is not None and known.printed == printed:
        return known
    value = re.sub(r"[^0-9a-z.]+", "-", printed.lower()).strip("-.") or "x"
    return Label(printed, value, line.index("\t") + 1, firm=True)


def _clause_at(clauses: list[Clause], position: int) -> str | None:
    return next((c.id for c in clauses if c.span.start <= position < c.span.end), None)


def _section(
    document: Document, blocks: list[Block], instrument: InstrumentId, slugs: dict[str, int], language: str
) -> Section:
    language = language if language in LANGUAGES else "en"
    head, *items = blocks
    printed = document.line(head)
    stated = head.style.split(" ")
    part = Part(stated[1])
    annex = int(stated[2]) if len(stated) > 2 else None
    call = None if part is Part.ANNEX else parse_call(printed, emphasised=True, language=language, kind=instrument.type)
    base = "p" if part is Part.ANNEX else call.slug if call else printed.lower().replace(" ", "-")
    key = f"{annex}:{base}"
    slugs[key] = slugs.get(key, 0) + 1
    slug = base if slugs[key] == 1 else f"{base}-{slugs[key]}"
    paths = ItemPath()
    clauses = []
    taken: Counter[str] = Counter()
    for block in items:
        stated_label = block.style.removeprefix("overlap:item").strip()
        label = _stated(stated_label, document.line(block), language)
        path = paths.next(label)
        span = Span(block.span.start + (label.start if label else 0), block.span.end)
        text = span.of(document.text)
        identifier = clause_id(instrument, slug, path, annex)
        taken[identifier] += 1
        if taken[identifier] > 1:
            identifier = f"{identifier}-{taken[identifier]}"
        addressees = call.addressees if call else Addressees()
        if part is Part.OPERATIVE and not addressees.actors:
            addressees = find_addressees("", text, language)
        clauses.append(
            Clause(
                id=identifier,
                part=part,
                call="" if part is Part.ANNEX else printed,
                label=stated_label,
                path=path,
                text=text,
                span=span,
                actors=addressees.actors,
                partners=addressees.partners,
            )
        )
    span = Span(head.span.start, clauses[-1].span.end if clauses else head.span.end)
    verb = call.verb if call else ""
    return Section("" if part is Part.ANNEX else printed, slug, verb, part, span, tuple(clauses), annex)
