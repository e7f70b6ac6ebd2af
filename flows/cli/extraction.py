"""``overlap extract``: what is in one document."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.akn import give_akn
from flows.cli.output import only_data_on_stdout, print_line, tell
from flows.cli.quality import tell_quality
from flows.cli.state import AsJson
from pipeline.domain import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.domain import Document, Resolution

__all__ = ["Form", "extract", "read_resolutions"]


class Form(StrEnum):
    """What ``overlap extract`` prints."""

    TEXT = "text"
    JSON = "json"
    AKN = "akn"


def extract(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A Word, PDF, text, Akoma Ntoso or .jsonl document; a .doc needs LibreOffice."
        ),
    ],
    as_json: AsJson = False,
    form: Annotated[Form, typer.Option("--format", help="What to print; json is the same as --json.")] = Form.TEXT,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="With --format akn: write it there, not to the screen.")
    ] = None,
    view: Annotated[
        View, typer.Option(help="With tracked changes: the text before them, or as proposed.")
    ] = View.PROPOSED,
) -> None:
    """Show the resolutions, clauses and citations of a document.

    Examples:
      overlap extract WTSA-24-Res18.docx
      overlap extract PP-22-Final-Acts.docx --json > pp22.jsonl    one resolution a line
      overlap run pp22.jsonl                                       and back in
      overlap extract WTDC-25-Add2.docx --view original            before its tracked changes
      overlap extract PP-22-Final-Acts.docx --format akn --out pp22.akn.xml

    Read are English, French, Spanish, Russian, Chinese and Arabic; overlap run compares the English texts.
    """
    from pipeline.errors import UsageError
    from pipeline.segment import segment_document, to_exchange

    if as_json and form is Form.AKN:
        raise UsageError("--json and --format akn exclude each other; choose one")
    as_json = as_json or form is Form.JSON
    if out is not None and form is not Form.AKN:
        raise UsageError("--out goes with --format akn; send other output to a file with >")
    with only_data_on_stdout():
        document = _read(file, view)
        resolutions = segment_document(document)
    if view is View.ORIGINAL and "tracked-changes" not in [notice.code for notice in document.notices]:
        tell(f"{file} holds no tracked changes; both readings are the same.")
    if form is Form.AKN:
        give_akn(document, resolutions, out)
        _tell_notices(document, tell)
        tell_quality(document, resolutions, beside_data=True)
        return
    for resolution in resolutions:
        if as_json:
            print_line(json.dumps(to_exchange(resolution), ensure_ascii=False))
        else:
            _describe(resolution)
    if not resolutions:
        _tell_document(document, as_json)
        tell(f"{file} holds no resolution; this is its header, with what it cites.")
    _tell_notices(document, tell if as_json else print_line)
    tell_quality(document, resolutions, beside_data=as_json)


def read_resolutions(file: Path) -> "tuple[Resolution, ...]":
    """The resolutions of one file.

    Raises:
        InputError: there is no such file.
        UnreadableDocumentError: it cannot be read; the text says why.
    """
    from pipeline.segment import segment_document

    return tuple(segment_document(_read(file)))


def _read(file: Path, view: View = View.PROPOSED) -> "Document":
    from pipeline.domain import Rejected
    from pipeline.errors import InputError, UnreadableDocumentError
    from pipeline.ingest import read_file

    if file.is_dir():
        raise InputError(f"{file} is a folder; read it with: overlap run {file}")
    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    document = read_file(file.absolute(), file.name, view)
    if isinstance(document, Rejected):
        raise UnreadableDocumentError(f"{file}: {document.reason}")
    return document


def _tell_notices(document: "Document", say: "Callable[[str], None]") -> None:
    """How the file was read, as far as its quality does not tell it."""
    from pipeline.reference.quality import load_quality

    signs = load_quality().signs
    for notice in document.notices:
        if notice.code not in signs:
            say(f"Note: {notice.message}.")


def _tell_document(document: "Document", as_json: bool) -> None:
    """What a report or another text that adopts nothing holds: its header facts and its citations."""
    from collections import Counter
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
    for (target, text), times in Counter((c.target, c.text) for c in citations).items():
        print_line(f"  cites {target or 'an open reference'}: {text}{f' ({times} times)' if times > 1 else ''}")


def _describe(resolution: "Resolution") -> None:
    from pipeline.domain import cite

    print_line(f"{resolution.id}  {cite(resolution)}")
    if resolution.title:
        print_line(f"  {resolution.title}")
    if resolution.language != "en":
        print_line(f"  language: {resolution.language}")
    if resolution.marker:
        print_line(f"  proposal: {resolution.marker}")
    if resolution.reasons:
        print_line(f"  reasons: {resolution.reasons}")
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
