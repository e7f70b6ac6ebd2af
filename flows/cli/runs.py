"""``overlap runs``: which runs there are, what is in them, and what changed from one to another."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import counted, documents_in_words, findings_in_words, print_json, print_line, print_table, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

if TYPE_CHECKING:
    from pipeline.report.difference import ComparedRun, RunChange
    from pipeline.store.runs import RunFolder

__all__ = ["app"]

_COUNTS = ("documents", "resolutions", "findings", "rejected")

app = typer.Typer(
    help="List, show and compare finished runs.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None
)


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


@app.command("diff", cls=PlainCommand)
def show_difference(
    before: Annotated[str, typer.Argument(metavar="A", help="A run: its identifier, its first characters, or latest.")],
    after: Annotated[str, typer.Argument(metavar="[B]", help="The same for the later run.")] = "latest",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Show which findings are new, gone or not as they were, and why.

    Findings are told apart by their two works, so a new edition of a text keeps its findings.

    Examples:
      overlap runs diff 20261122
      overlap runs diff 20261122 20261123 --json
    """
    from pipeline.report.difference import FindingChange, compare_runs
    from pipeline.store.runs import find_run

    root = settings_in_use(out=out).out
    difference = compare_runs(_compared(find_run(root, before)), _compared(find_run(root, after)))
    if as_json:
        print_json(asdict(difference))
        return
    print_line(
        f"From {difference.before} to {difference.after}: {counted(len(difference.changes), 'change')}, "
        f"{counted(difference.same, 'finding')} as before."
    )
    for reason in difference.reasons:
        print_line(f"  {reason}")
    titles = {
        FindingChange.NEW: "New",
        FindingChange.GONE: "Gone",
        FindingChange.RELATION: "Another relation",
        FindingChange.PROBABILITY: "Another probability",
        FindingChange.MOVED: "Moved in rank",
    }
    for kind, title in titles.items():
        found = difference.of(kind)
        if found:
            print_line()
            print_line(f"{title}: {len(found)}")
        for change in found:
            _show_change(change)


def _compared(run: "RunFolder") -> "ComparedRun":
    from pipeline.report.difference import ComparedRun
    from pipeline.store.contents import RunContents

    contents = RunContents(run.path)
    return ComparedRun(run.manifest, contents.read_resolutions(), contents.read_pairs(), contents.read_findings())


def _show_change(change: "RunChange") -> None:
    before, after = change.before, change.after
    state = after or before
    if state is None:
        return
    now = f"{state.relation} {state.probability:.2f}, rank {state.rank}"
    was = f", was {before.relation} {before.probability:.2f}, rank {before.rank}" if before and after else ""
    print_line(f"  {state.a} and {state.b}: {now}{was}")
    for reason in change.reasons:
        print_line(f"    because {reason}")
