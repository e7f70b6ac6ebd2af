"""A draft to clauses, whatever its form: a resolution, passages under call lines, or bare paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.domain import (
    BlockKind,
    Body,
    Clause,
    Document,
    InstrumentType,
    Part,
    Resolution,
    ResolutionId,
    Section,
    Span,
    clause_id,
    fold_space,
)
from pipeline.reference import LANGUAGES
from pipeline.segment.actors import find_addressees
from pipeline.segment.clauses import build_sections
from pipeline.segment.document import cite_document, segment_document
from pipeline.segment.heads import parse_enactment
from pipeline.segment.items import parse_label
from pipeline.segment.mandates import with_mandates

__all__ = ["SegmentedDraft", "segment_draft"]

# Fewer words are a heading, a signature or a page number.
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class SegmentedDraft:
    """The texts of a draft and, in ``notes``, how it was read where it is no resolution by its form."""

    texts: tuple[Resolution, ...]
    notes: tuple[str, ...] = ()


def segment_draft(document: Document) -> SegmentedDraft:
    """The clauses of a draft: of its resolutions; else of its call lines; else each paragraph is a clause.

    A text without number is ``unk/res/draft@unk~doc-…``, or of the body whose enacting formula it holds.
    """
    texts = segment_document(document)
    if any(clause.part is not Part.PREAMBULAR for text in texts for clause in text.clauses):
        return SegmentedDraft(texts)
    if texts and any(True for text in texts for _ in text.clauses):
        return SegmentedDraft(texts, ("The draft holds recitals and no operative clause.",))
    called, before = _under_calls(document)
    if called is not None:
        note = f"The draft has no number line; it was read by its call lines{before}."
        return SegmentedDraft((_finished(document, called),), (note,))
    return _paragraphs(document)


def _under_calls(document: Document) -> tuple[Resolution | None, str]:
    """A text without number line but with call lines, and what stands before the first of them, in words."""
    if document.language not in LANGUAGES:
        return None, ""
    identity = _identity(document)
    sections, _ = build_sections(document, document.blocks, identity)
    if not sections:
        return None, ""
    start = min(section.span.start for section in sections)
    before = sum(b.span.start < start and _is_sentence(document.line(b)) for b in document.blocks)
    told = f"; paragraphs before the first of them, not compared: {before}" if before else ""
    return _text(document, identity, sections), told


def _is_sentence(line: str) -> bool:
    """Whether a line says something of its own, as a title or an enacting formula does not."""
    return len(line.split()) >= _LEAST_WORDS and line.rstrip().endswith((".", ";", ":"))


def _paragraphs(document: Document) -> SegmentedDraft:
    """Each paragraph of some words as a clause of its own."""
    identity = _identity(document)
    clauses: list[Clause] = []
    short = other = 0
    for block in document.blocks:
        line = document.line(block)
        if block.kind is not BlockKind.PARAGRAPH:
            other += 1
            continue
        label = parse_label(line, document.language) if document.language in LANGUAGES else None
        span = Span(block.span.start + (label.start if label else 0), block.span.end)
        text = fold_space(span.of(document.text))
        if len(re.findall(r"\w+", text)) < _LEAST_WORDS:
            short += 1
            continue
        path = (str(len(clauses) + 1),)
        told = find_addressees("", text, document.language)
        clauses.append(
            Clause(
                id=clause_id(identity, "p", path),
                part=Part.OPERATIVE,
                call="",
                label=label.printed if label else "",
                path=path,
                text=text,
                span=span,
                page=block.page,
                actors=told.actors,
                partners=told.partners,
            )
        )
    if not clauses:
        return SegmentedDraft((), ("The draft holds no paragraph of some words.",))
    span = Span(clauses[0].span.start, clauses[-1].span.end)
    found = _text(document, identity, (Section("", "p", "", Part.OPERATIVE, span, tuple(clauses)),))
    left_out = [
        f"{count} {what}"
        for count, what in ((short, "lines of fewer than four words"), (other, "tables, notes and page headers"))
        if count
    ]
    notes = ["The draft has neither number line nor call lines; each paragraph was taken for a clause."]
    if left_out:
        notes.append(f"Not compared: {', '.join(left_out)}.")
    return SegmentedDraft((_finished(document, found),), tuple(notes))


def _identity(document: Document) -> ResolutionId:
    found = (parse_enactment(document.line(block), document.language) for block in document.blocks)
    bodies = (enactment.body for enactment in found if enactment is not None)
    body = next((body for body in bodies if isinstance(body, Body)), Body.UNKNOWN)
    return ResolutionId(body, InstrumentType.RESOLUTION, "draft", "unk", f"doc-{document.digest[:8]}")


def _text(document: Document, identity: ResolutionId, sections: Sequence[Section]) -> Resolution:
    return Resolution(
        id=identity,
        title=document.metadata.title or "",
        language=document.language,
        document_id=document.id,
        number_line="",
        span=Span(0, len(document.text)),
        sections=tuple(sections),
    )


def _finished(document: Document, text: Resolution) -> Resolution:
    return with_mandates(replace(text, citations=cite_document(document, (text,))))
