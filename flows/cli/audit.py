"""``overlap audit`` and ``overlap decisions``: the ledger, and the decisions as lines of JSON."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.db import DbUrl, opened
from flows.cli.failures import EXIT_PARTIAL
from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import counted, print_json, print_line, tell
from flows.cli.state import AsJson, OutDir

__all__ = ["app", "decisions"]

app = typer.Typer(help="Verify and export the ledger of the review.", cls=PlainGroup, no_args_is_help=True)
decisions = typer.Typer(help="Export and import decisions.", cls=PlainGroup, no_args_is_help=True)

_Target = Annotated[Path, typer.Argument(metavar="[FILE]", help="Where to; - is standard output.")]


@app.command("verify", cls=PlainCommand)
def verify(
    head: Annotated[str, typer.Option("--head", metavar="DIGEST", help="The last digest as you kept it.")] = "",
    db: DbUrl = "",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Compute the chain of digests anew, and compare every decision with its line. Exit code 6 when anything differs.

    Keep the printed digest elsewhere: with --head it also shows whether lines at the end were cut off.

    Examples:
      overlap audit verify
      overlap audit verify --head 79813708574c…
    """
    from pipeline.errors import ChainError
    from pipeline.store.database.audit import holds_digest, list_events, verify_chain

    with opened(db, out) as database, database.read() as session:
        found = verify_chain(session)
        missing = bool(head) and not holds_digest(session, head)
        events = list_events(session, limit=1).rows
    faults = (*found.faults, *(("no line has the digest that was kept: lines were cut off",) if missing else ()))
    if as_json:
        print_json({**asdict(found), "faults": faults, "whole": not faults})
    else:
        last = events[0].at[:19].replace("T", " ") if events else "never"
        print_line(f"{counted(found.lines, 'line')}, the last of {last} UTC")
        print_line(f"head {found.head}")
        for fault in faults:
            print_line(f"FAULT {fault}")
    if faults:
        raise ChainError(f"the ledger is not what was written: {faults[0]}")


@app.command("export", cls=PlainCommand)
def export(path: _Target = Path("-"), db: DbUrl = "", out: OutDir = None) -> None:
    """Write the whole ledger, one JSON object a line.

    Examples:
      overlap audit export ledger.jsonl
    """
    from pipeline.store.database.audit import export_events

    with opened(db, out) as database, database.read() as session:
        _write(path, export_events(session))


@decisions.command("export", cls=PlainCommand)
def give(path: _Target = Path("-"), db: DbUrl = "", out: OutDir = None) -> None:
    """Write all decisions, one JSON object a line, to keep them under version control or to move them.

    Examples:
      overlap decisions export decisions.jsonl
    """
    from pipeline.store.database.audit import export_decisions

    with opened(db, out) as database, database.read() as session:
        _write(path, export_decisions(session))


@decisions.command("import", cls=PlainCommand)
def take(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="An export; - is standard input.")],
    db: DbUrl = "",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Add the decisions of an export that are not here yet. Exit code 5 when some were refused; they are listed.

    Examples:
      overlap decisions import decisions.jsonl
    """
    from pipeline.errors import InputError
    from pipeline.store.database.audit import import_decisions

    if str(path) != "-" and not path.is_file():
        raise InputError(f"there is no file {path}")
    source = nullcontext(sys.stdin) if str(path) == "-" else path.open(encoding="utf-8")
    with opened(db, out) as database, source as lines, database.write() as session:
        found = import_decisions(session, lines, "overlap")
    if as_json:
        print_json(asdict(found))
    else:
        refused = f", {len(found.refused):,} refused" if found.refused else ""
        print_line(f"{found.added:,} added, {found.known:,} here before{refused}")
        for number, why in found.refused:
            tell(f"line {number}: {why}")
    if found.refused:
        raise typer.Exit(EXIT_PARTIAL)


def _write(path: Path, lines: Iterable[str]) -> None:
    if str(path) == "-":
        for line in lines:
            print_line(line)
        return
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")
            count += 1
    tell(f"{counted(count, 'line')} in {path}")
