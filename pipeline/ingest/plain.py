"""Plain text and structured JSON Lines to paragraphs."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator

from pipeline.domain import BlockKind, Document, DocumentKind, Notice, Part, Standing, parse_instrument_id
from pipeline.errors import UnknownIdentifierError, UnreadableDocumentError
from pipeline.ingest.layout import Paragraph, Source, assemble

__all__ = ["read_plain", "read_structured"]


def read_plain(source: Source) -> Document:
    """A text file, one paragraph a line.

    Raises:
        UnreadableDocumentError: the bytes are no text.
    """
    data = source.path.read_bytes()
    if b"\x00" in data[:4096]:
        raise UnreadableDocumentError("the file holds binary data under a text name; give it its true suffix")
    notices = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        notices.append(Notice("encoding", "the file is not UTF-8; it was read as Western European text"))
    if not text.strip():
        raise UnreadableDocumentError("the file holds no text")
    return assemble(source, "txt", (Paragraph(line) for line in text.splitlines()), notices)


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _ClauseLine(BaseModel):
    # Exports carry more fields (id, part, span …); what is derived from the text is derived again on reading.
    model_config = ConfigDict(extra="ignore")
    label: str = ""
    text: _Words


class _SectionLine(BaseModel):
    model_config = ConfigDict(extra="ignore")
    call: str = ""
    part: Annotated[Part, BeforeValidator(_lowered)]
    annex: int | None = None
    clauses: list[_ClauseLine]

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.part is not Part.ANNEX and not self.call.strip():
            raise ValueError("a section outside annexes needs its call line")
        return self


class _ResolutionLine(BaseModel):
    model_config = ConfigDict(extra="ignore")
    id: str
    title: str = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    number_line: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    standing: Annotated[Standing, BeforeValidator(_lowered)] = Standing.IN_FORCE
    sections: list[_SectionLine]


def read_structured(source: Source) -> Document:
    """A file of resolutions that are already split, one JSON object a line.

    What the file states is carried in the blocks' styles (``overlap:instrument``, ``overlap:call`` …), so the
    segmenter keeps it and does not guess again.

    Raises:
        UnreadableDocumentError: a line is no JSON, lacks a field or has an unknown identifier; the line is named.
    """
    paragraphs: list[Paragraph] = []
    language = "en"
    for number, line in enumerate(source.path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        if _describes_document(line):
            continue
        try:
            resolution = _ResolutionLine.model_validate_json(line)
            parse_instrument_id(resolution.id)
        except (ValidationError, json.JSONDecodeError, UnknownIdentifierError) as error:
            detail = str(error)
            if isinstance(error, ValidationError):
                first = error.errors()[0]
                detail = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first["loc"] else first["msg"]
            raise UnreadableDocumentError(f"line {number} is no resolution in the exchange form: {detail}") from error
        language = resolution.language
        paragraphs.extend(_structured(resolution))
    if not paragraphs:
        raise UnreadableDocumentError("the file holds no resolution")
    document = assemble(source, "jsonl", paragraphs, language=language)
    return replace(document, kind=DocumentKind.INSTRUMENTS)


def _describes_document(line: str) -> bool:
    """Whether a line is what ``overlap extract`` prints of a report: a document that adopts nothing."""
    try:
        facts = json.loads(line)
    except json.JSONDecodeError:
        return False
    return isinstance(facts, dict) and "document" in facts and "sections" not in facts


def _structured(resolution: _ResolutionLine) -> Iterator[Paragraph]:
    head = resolution.number_line or resolution.id
    yield Paragraph(
        head, BlockKind.HEADER, f"overlap:instrument {resolution.id} {resolution.standing.value} {resolution.language}"
    )
    if resolution.title.strip():
        yield Paragraph(resolution.title, BlockKind.HEADER, "overlap:title")
    for section in resolution.sections:
        annex = "" if section.annex is None else f" {section.annex}"
        yield Paragraph(section.call or "Annex", BlockKind.HEADER, f"overlap:call {section.part.value}{annex}")
        for clause in section.clauses:
            label = " ".join(clause.label.split())
            text = " ".join(clause.text.split())
            yield Paragraph(f"{label}\t{text}" if label else text, style=f"overlap:item {label}".strip())
