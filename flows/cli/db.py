"""``overlap db``: the database of the review."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import counted, print_json, print_line, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

if TYPE_CHECKING:
    from pipeline.store.database import Database

__all__ = ["DbUrl", "address_in_use", "app", "opened"]

DbUrl = Annotated[str, typer.Option("--db", metavar="URL", help="Database [sqlite:///outputs/overlap.db].")]

app = typer.Typer(help="Make, move and save the review database.", cls=PlainGroup, no_args_is_help=True)


def address_in_use(db: str, out: Path | None) -> str:
    """The database of this call: the option, else the setting, else a file in the output folder."""
    settings = settings_in_use(out=out)
    return db or settings.database or f"sqlite:///{(settings.out / 'overlap.db').absolute()}"


@contextmanager
def opened(db: str, out: Path | None) -> Iterator["Database"]:
    """The database of this call, closed at the end."""
    from pipeline.store.database import open_database

    database = open_database(address_in_use(db, out))
    try:
        yield database
    finally:
        database.close()


@app.command("upgrade", cls=PlainCommand)
def upgrade(db: DbUrl = "", out: OutDir = None) -> None:
    """Make the database, or bring an older one to the present schema; nothing is lost.

    Examples:
      overlap db upgrade
      overlap db upgrade --db postgresql://localhost/overlap
    """
    from pipeline.store.database import open_database

    database = open_database(address_in_use(db, out), upgrade=True)
    database.close()
    tell(f"{database.url} is up to date")


@app.command("import", cls=PlainCommand)
def take_run(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="Identifier, its first characters, or latest.")
    ] = "latest",
    db: DbUrl = "",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a finished run over as the current one; decisions are carried to it.

    Examples:
      overlap db import
      overlap db import 20261123 --json
    """
    from pipeline.store.database.importing import import_run
    from pipeline.store.runs import find_run

    folder = find_run(settings_in_use(out=out).out, run)
    with opened(db, out) as database:
        report = import_run(database, folder, tell)
    if as_json:
        print_json(asdict(report))
        return
    print_line(
        f"{report.run}: {counted(report.pairs, 'pair')}, {report.new:,} new, {report.kept:,} unchanged, "
        f"{report.changed:,} changed, {report.moved:,} renumbered, {report.gone:,} gone"
    )
    kept = counted(report.decisions_kept, "decided pair")
    print_line(f"{kept} kept, {report.recheck:,} to re-check, {report.archived:,} archived")


@app.command("backup", cls=PlainCommand)
def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that does not exist yet.")],
    db: DbUrl = "",
    out: OutDir = None,
) -> None:
    """Write a copy of the whole database; the app may go on meanwhile.

    Examples:
      overlap db backup review-2026-11-23.db
    """
    from pipeline.store.database.backup import back_up

    with opened(db, out) as database:
        back_up(database, path)
    print_line(str(path.absolute()))


@app.command("restore", cls=PlainCommand)
def bring_back(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that overlap db backup wrote.")],
    db: DbUrl = "",
    out: OutDir = None,
) -> None:
    """Bring a copy back where no database is yet, and verify its ledger.

    Examples:
      overlap db restore review-2026-11-23.db
    """
    from pipeline.store.database.backup import restore

    lines = restore(path, address_in_use(db, out))
    tell(f"restored; the ledger is whole, with {counted(lines, 'line')}")
