"""``overlap runs``: which runs there are, and what is in them."""

from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import documents_in_words, findings_in_words, print_json, print_line, print_table, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

__all__ = ["app"]

_COUNTS = ("documents", "resolutions", "findings", "rejected")

app = typer.Typer(help="List and show finished runs.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None)


@app.command("list", cls=PlainCommand)
def show_all(out: OutDir = None, as_json: AsJson = False) -> None:
    """List all finished runs, the oldest first.

    Examples:
      overlap runs list
      overlap runs list --json
    """
    from pipeline.store.runs import broken_runs, list_runs

    settings = settings_in_use(out=out)
    found = list_runs(settings.out)
    for sentence in broken_runs(settings.out):
        tell(f"left out: {sentence}")
    if as_json:
        print_json([{"path": run.path, **asdict(run.manifest)} for run in found])
    elif found:
        rows = (
            (
                run.run_id,
                run.manifest.created_at[:19],
                *(str(run.manifest.counts.get(name, 0)) for name in _COUNTS),
                run.manifest.corpus,
            )
            for run in found
        )
        print_table(("run", "made (UTC)", *_COUNTS, "corpus"), rows)
    else:
        tell(f"there is no run in {settings.out} yet; make one with: overlap run CORPUS")


@app.command("show", cls=PlainCommand)
def show_one(
    name: Annotated[
        str, typer.Argument(metavar="[RUN]", help="Identifier, its first characters, or latest.")
    ] = "latest",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one run: what was read and found, its limits, and where its report is.

    --json adds the inputs, times, settings and versions.

    Examples:
      overlap runs show
      overlap runs show 20261123 --json
    """
    from pipeline.store.runs import find_run

    run = find_run(settings_in_use(out=out).out, name)
    manifest = run.manifest
    if as_json:
        print_json({"path": run.path, "report": run.report, "workbook": run.workbook, **asdict(manifest)})
        return
    print_line(f"Run      {run.run_id}, made {manifest.created_at[:19].replace('T', ' ')} UTC")
    print_line(f"Corpus   {manifest.corpus}")
    print_line(f"Read     {documents_in_words(manifest.counts)}")
    print_line(f"Found    {findings_in_words(manifest.counts)}")
    for limit in manifest.limits:
        print_line(f"Note     {limit}")
    print_line(f"Report   {run.report.absolute()}")
