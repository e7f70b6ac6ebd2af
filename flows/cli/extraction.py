"""``overlap extract``: what is in one document."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.output import only_data_on_stdout, print_line, tell
from flows.cli.state import AsJson

if TYPE_CHECKING:
    from pipeline.domain import Document, Resolution

__all__ = ["extract", "read_resolutions"]


def extract(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Word, PDF, text or .jsonl document.")],
    as_json: AsJson = False,
) -> None:
    """Show the resolutions, clauses and citations of a document.

    Examples:
      overlap extract WTSA-24-Res18.docx
      overlap extract PP-22-Final-Acts.docx --json > pp22.jsonl    one resolution a line
      overlap run pp22.jsonl                                       and back in
    """
    from pipeline.segment import segment_document, to_exchange

    with only_data_on_stdout():
        document = _read(file)
        resolutions = segment_document(document)
    for resolution in resolutions:
        if as_json:
            print_line(json.dumps(to_exchange(resolution), ensure_ascii=False))
        else:
            _describe(resolution)
    if not resolutions:
        _tell_document(document, as_json)
        tell(f"{file} holds no resolution; this is its header, with what it cites.")


def read_resolutions(file: Path) -> "tuple[Resolution, ...]":
    """The resolutions of one file.

    Raises:
        InputError: there is no such file.
        UnreadableDocumentError: it cannot be read; the text says why.
    """
    from pipeline.segment import segment_document

    return tuple(segment_document(_read(file)))


def _read(file: Path) -> "Document":
    from pipeline.domain import Rejected
    from pipeline.errors import InputError, UnreadableDocumentError
    from pipeline.ingest import read_file

    if file.is_dir():
        raise InputError(f"{file} is a folder; read it with: overlap run {file}")
    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    document = read_file(file.absolute(), file.name)
    if isinstance(document, Rejected):
        raise UnreadableDocumentError(f"{file}: {document.reason}")
    return document


def _tell_document(document: "Document", as_json: bool) -> None:
    """What a report or another text that adopts nothing holds: its header facts and its citations."""
    from dataclasses import asdict

    from pipeline.segment import cite_document

    header = {name: value for name, value in asdict(document.metadata).items() if value}
    citations = cite_document(document, ())
    if as_json:
        cited = [{"kind": c.kind.value, "text": c.text, "target": c.target, "rule": c.rule} for c in citations]
        facts = {"document": document.path, "kind": document.kind.value, "metadata": header, "citations": cited}
        print_line(json.dumps(facts, ensure_ascii=False))
        return
    print_line(f"{document.path}  {document.kind.value}")
    for name, value in header.items():
        print_line(f"  {name.replace('_', ' ')}: {', '.join(value) if isinstance(value, tuple) else value}")
    for citation in citations:
        print_line(f"  cites {citation.target or 'an open reference'}: {citation.text}")


def _describe(resolution: "Resolution") -> None:
    from pipeline.domain import cite

    print_line(f"{resolution.id}  {cite(resolution)}")
    print_line(f"  {resolution.title}")
    for section in resolution.sections:
        print_line(f"  {section.call or 'annex'}  [{section.part.value}]")
        for clause in section.clauses:
            print_line(f"    {f'{clause.label} ' if clause.label else ''}{clause.text}")
            print_line(f"      {clause.id}")
    for citation in resolution.citations:
        print_line(f"  cites {citation.target or 'an open reference'}: {citation.text}")
    for notice in resolution.notices:
        print_line(f"  note: {notice.message}")
    print_line()
