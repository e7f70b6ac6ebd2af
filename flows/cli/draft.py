"""``overlap check``: what exists already for each clause of a draft."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.output import counted, only_data_on_stdout, print_json, print_line, tell
from flows.cli.state import AsJson, OutDir, RunName, settings_in_use

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from pipeline.check import DraftReport
    from pipeline.domain import Clause, Document, Span
    from pipeline.match.draft import CheckedClause, DraftMatch

__all__ = ["check"]

_PLAIN_WIDTH = 110
_MOST_SHOWN = 50


def check(
    draft: Annotated[
        str, typer.Argument(metavar="DRAFT", help="A Word, PDF, text or Markdown file, or - for standard input.")
    ],
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, max=_MOST_SHOWN, help="Existing mandates told of each clause.")
    ] = 3,
    run: RunName = "latest",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what already exists for each clause of a draft.

    Each clause stands with the nearest mandates in force of the last run, overlaps first, the surest first, and the
    words that match. A draft without number or call lines is read paragraph by paragraph.

    Examples:
      overlap check draft.docx
      overlap check draft.md --top 5 --run 20261123
      pbpaste | overlap check - --json

    The first check of a run makes an index, which takes a while for a large run; later ones answer in seconds.
    """
    from flows.cli.imports import import_spacy

    import_spacy()

    from pipeline.check import check as check_document
    from pipeline.check import open_index
    from pipeline.embed import load_encoder
    from pipeline.store.runs import find_run

    settings = settings_in_use(out=out)
    folder = find_run(settings.out, run)
    with only_data_on_stdout():
        document = _read(draft)
        encoder = load_encoder(settings.out, tell)
        report = check_document(open_index(settings.out, folder, encoder, tell), document, encoder, top)
    if as_json:
        print_json(_facts(report, folder.run_id))
    else:
        _show(report, folder.run_id)


def _read(draft: str) -> "Document":
    """The draft, from a file or from standard input.

    Raises:
        InputError: there is no such file.
        UnreadableDocumentError: it cannot be read; the text says why.
    """
    from pipeline.domain import Rejected
    from pipeline.errors import InputError, UnreadableDocumentError
    from pipeline.ingest.drafts import read_draft

    if draft == "-":
        name, data = "standard input", sys.stdin.buffer.read()
    else:
        path = Path(draft)
        if path.is_dir():
            raise InputError(f"{draft} is a folder; a draft is one file")
        try:
            name, data = path.name, path.read_bytes()
        except FileNotFoundError as error:
            raise InputError(f"{draft}: there is no such file") from error
        except OSError as error:
            raise InputError(f"{draft} cannot be read: {error.strerror or error}") from error
    if not data.strip():
        raise UnreadableDocumentError(f"{name} is empty")
    document = read_draft(data, name if draft != "-" else "")
    if isinstance(document, Rejected):
        raise UnreadableDocumentError(f"{name}: {document.reason}")
    return document


def _facts(report: "DraftReport", run_id: str) -> dict[str, object]:
    return {
        "draft": report.draft,
        "run": run_id,
        "compared_with": {"texts": report.texts, "clauses": report.existing},
        "clauses": [
            {
                **_clause_facts(checked.clause),
                "promising": checked.promising,
                "aligned": checked.aligned,
                "cut": checked.cut,
                "matches": [_match_facts(match) for match in checked.matches],
            }
            for checked in report.clauses
        ],
        "notes": report.notes,
    }


def _clause_facts(clause: "Clause") -> dict[str, object]:
    return {"id": clause.id, "call": clause.call, "label": clause.label, "text": clause.text}


def _match_facts(match: "DraftMatch") -> dict[str, object]:
    overlap = match.overlap
    return {
        **_clause_facts(match.clause),
        "resolution": str(match.text.id),
        "title": match.text.title,
        "relation": overlap.relation.value,
        "probability": overlap.probability,
        "similarity": overlap.similarity,
        "draft_share": match.draft_share,
        "existing_share": match.existing_share,
        "matches": [
            {"draft": asdict(one.left), "existing": asdict(one.right), "kind": one.kind.value} for one in match.matches
        ],
        "contributions": [asdict(one) for one in overlap.evidence.contributions],
        "reasons_for": overlap.evidence.reasons_for,
        "reasons_against": overlap.evidence.reasons_against,
    }


def _show(report: "DraftReport", run_id: str) -> None:
    """A table for each clause; matched words are bold on a terminal and stand in brackets elsewhere."""
    from rich.console import Console

    compared = counted(len(report.clauses), "clause")
    print_line(
        f"{compared} of the draft against {counted(report.existing, 'clause')} of "
        f"{counted(report.texts, 'text')} in force of run {run_id}."
    )
    print_line()
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _PLAIN_WIDTH, highlight=False)
    for number, checked in enumerate(report.clauses, start=1):
        _show_clause(number, checked, console, terminal=terminal)
    new = sum(not any(match.overlap.relation.is_finding for match in one.matches) for one in report.clauses)
    if report.clauses:
        print_line(f"Without any counterpart but formula language and neighbours: {new} of {compared}.")
    for note in report.notes:
        print_line(f"Note: {note}")


def _show_clause(number: int, checked: "CheckedClause", console: "Console", *, terminal: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    clause = checked.clause
    place = " ".join(part for part in (clause.call, clause.label) if part)
    console.print(Text(f"{number}. {f'{place}: ' if place else ''}{clause.text}", style="bold" if terminal else ""))
    if not checked.matches:
        console.print(Text("   nothing in force says the same\n"))
        return
    table = Table(show_lines=True, expand=True)
    table.add_column("existing mandate", ratio=7, overflow="fold")
    table.add_column("the draft, words in common marked", ratio=5, overflow="fold")
    for match in checked.matches:
        rights = tuple(one.right for one in match.matches)
        lefts = tuple(one.left for one in match.matches)
        overlap = match.overlap
        head = f"{match.clause.id}\n{overlap.relation.label}, probability {overlap.probability:.2f}\n"
        share = (
            f"{match.draft_share:.0%} of its telling words stand there, {match.existing_share:.0%} of those stand here"
        )
        against = "".join(f"\n- {reason}" for reason in overlap.evidence.reasons_against)
        table.add_row(
            Text.assemble(head, _marked(match.clause.text, rights, terminal=terminal)),
            Text.assemble(_marked(clause.text, lefts, terminal=terminal), f"\n({share}){against}"),
        )
    console.print(table)
    console.print()


def _marked(text: str, spans: "tuple[Span, ...]", *, terminal: bool) -> "Text":
    from rich.text import Text

    if terminal:
        marked = Text(text)
        for span in spans:
            marked.stylize("bold green", span.start, span.end)
        return marked
    for span in sorted(spans, reverse=True):
        text = f"{text[: span.start]}[{span.of(text)}]{text[span.end :]}"
    return Text(text)
