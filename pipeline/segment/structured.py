"""Documents that arrive already split (JSON Lines): what the file states is kept, the rest is derived."""

from dataclasses import replace

from pipeline.domain import (
    Block,
    Clause,
    Document,
    InstrumentId,
    Part,
    Resolution,
    Section,
    Sector,
    Span,
    Standing,
    clause_id,
    parse_instrument_id,
)
from pipeline.segment.actors import Addressees, find_addressees
from pipeline.segment.calls import parse_call
from pipeline.segment.citations import find_citations
from pipeline.segment.internal_references import find_internal_references
from pipeline.segment.items import ItemPath, parse_label
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
    _, identifier, standing = blocks[0].style.split(" ")
    instrument = parse_instrument_id(identifier)
    title = next((document.line(b) for b in blocks if b.style == "overlap:title"), "")
    span = Span(blocks[0].span.start, blocks[-1].span.end)
    sections: list[Section] = []
    slugs: dict[str, int] = {}
    opened: list[Block] = []
    for block in [*(b for b in blocks if b.style.startswith(("overlap:call", "overlap:item"))), None]:
        if opened and (block is None or block.style.startswith("overlap:call")):
            sections.append(_section(document, opened, instrument, slugs))
            opened = []
        if block is not None:
            opened.append(block)
    found = find_citations(document.text, lambda _: instrument.body, lambda _: instrument.body.sector or Sector.UNION)
    clauses = [c for s in sections for c in s.clauses]
    cited = tuple(
        replace(
            c,
            clause=next((k.id for k in clauses if k.span.start <= c.span.start < k.span.end), None),
            document_id=document.id,
        )
        for c in found
        if blocks[0].span.end <= c.span.start < span.end
    )
    line = document.line(blocks[0])
    resolution = Resolution(
        id=instrument,
        title=title,
        language=document.language,
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


def _section(document: Document, blocks: list[Block], instrument: InstrumentId, slugs: dict[str, int]) -> Section:
    head, *items = blocks
    printed = document.line(head)
    stated = head.style.split(" ")
    part = Part(stated[1])
    annex = int(stated[2]) if len(stated) > 2 else None
    call = None if part is Part.ANNEX else parse_call(printed, emphasised=True)
    base = "p" if part is Part.ANNEX else call.slug if call else printed.lower().replace(" ", "-")
    key = f"{annex}:{base}"
    slugs[key] = slugs.get(key, 0) + 1
    slug = base if slugs[key] == 1 else f"{base}-{slugs[key]}"
    paths = ItemPath()
    clauses = []
    for block in items:
        stated_label = block.style.removeprefix("overlap:item").strip()
        label = parse_label(document.line(block)) if stated_label else None
        path = paths.next(label)
        span = Span(block.span.start + (label.start if label else 0), block.span.end)
        text = span.of(document.text)
        addressees = call.addressees if call else Addressees()
        if part is Part.OPERATIVE and not addressees.actors:
            addressees = find_addressees("", text)
        clauses.append(
            Clause(
                id=clause_id(instrument, slug, path, annex),
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
