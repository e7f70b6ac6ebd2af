"""Texts whose file states everything: identifiers, paths and citations are kept, only addressees are derived."""

import json
from dataclasses import dataclass
from typing import Any

from pipeline.domain import (
    Block,
    Citation,
    CitationKind,
    Clause,
    Document,
    Notice,
    Part,
    Resolution,
    Section,
    Span,
    Standing,
    parse_instrument_id,
)
from pipeline.reference import LANGUAGES
from pipeline.segment.actors import Addressees, find_addressees
from pipeline.segment.calls import parse_call

__all__ = ["is_stated", "read_stated"]


def is_stated(block: Block) -> bool:
    """Whether a block's style bears facts (JSON behind a tab) besides what it names."""
    return "\t" in block.style


def read_stated(document: Document, blocks: list[Block]) -> Resolution:
    """One resolution from the blocks of a file of our own; the first is its number line."""
    name, facts = _split(blocks[0])
    _, identifier, standing = name.split(" ")
    sections: list[_Open] = []
    citations: list[tuple[int, Citation]] = []
    title = ""
    for block in blocks[1:]:
        kind, stated = _split(block)
        if kind == "overlap:title":
            title = document.line(block)
        elif kind.startswith("overlap:call"):
            sections.append(_Open(block, kind.split(" ")[1:], stated, []))
        elif kind.startswith("overlap:item"):
            clause = _clause(document, block, kind, stated, sections[-1], facts["language"])
            sections[-1].clauses.append(clause)
            citations.extend(_citation(document, clause.span.start + c["start"], c) for c in stated["citations"])
        elif kind == "overlap:citation":
            citations.append(_citation(document, block.span.start, stated))
    return Resolution(
        id=parse_instrument_id(identifier),
        title=title,
        language=facts["language"],
        document_id=document.id,
        number_line="" if facts["numberless"] else document.line(blocks[0]),
        span=Span(blocks[0].span.start, blocks[-1].span.end),
        sections=tuple(_section(document, opened) for opened in sections),
        citations=tuple(c for _, c in sorted(citations, key=lambda found: found[0])),
        standing=Standing(standing),
        marker=facts["marker"],
        history=tuple(facts["history"]),
        notices=tuple(Notice(code, message) for code, message in facts["notices"]),
        reasons=facts.get("reasons", ""),
        amends=facts.get("amends"),
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """A section while its items are read; ``stated`` is its part and, in annexes, the number."""

    head: Block
    stated: list[str]
    facts: dict[str, Any]
    clauses: list[Clause]


def _split(block: Block) -> tuple[str, dict[str, Any]]:
    name, tab, facts = block.style.partition("\t")
    return name, json.loads(facts) if tab else {}


def _printed(document: Document, opened: _Open) -> str:
    """The call as printed; "" in annexes and where the file has none."""
    return "" if opened.facts["silent"] or opened.stated[0] == Part.ANNEX.value else document.line(opened.head)


def _clause(document: Document, block: Block, kind: str, facts: dict[str, Any], opened: _Open, language: str) -> Clause:
    language = language if language in LANGUAGES else "en"
    label = kind.removeprefix("overlap:item").strip()
    start = block.span.start + (len(label) + 1 if label else 0)
    span = Span(start, block.span.end)
    text = span.of(document.text)
    part, printed = Part(opened.stated[0]), _printed(document, opened)
    call = None if part is Part.ANNEX else parse_call(printed, emphasised=True, language=language)
    addressees = call.addressees if call else Addressees()
    if part is Part.OPERATIVE and not addressees.actors:
        addressees = find_addressees("", text, language)
    return Clause(
        id=facts["id"],
        part=part,
        call=printed,
        label=label,
        path=tuple(facts["path"]),
        text=text,
        span=span,
        page=facts.get("page"),
        actors=addressees.actors,
        partners=addressees.partners,
    )


def _section(document: Document, opened: _Open) -> Section:
    end = opened.clauses[-1].span.end if opened.clauses else opened.head.span.end
    return Section(
        call=_printed(document, opened),
        slug=opened.facts["slug"],
        verb=opened.facts["verb"],
        part=Part(opened.stated[0]),
        span=Span(opened.head.span.start, end),
        clauses=tuple(opened.clauses),
        annex=int(opened.stated[1]) if len(opened.stated) > 1 else None,
    )


def _citation(document: Document, start: int, facts: dict[str, Any]) -> tuple[int, Citation]:
    """A citation with its place among all of the text; where its words do not stand there it covers none."""
    text: str = facts["text"]
    end = start + len(text) if document.text.startswith(text, start) else start
    citation = Citation(
        kind=CitationKind(facts["kind"]),
        text=text,
        span=Span(start, end),
        target=facts["target"],
        rule=facts["rule"],
        clause=facts["clause"],
        document_id=document.id,
    )
    return facts["order"], citation
