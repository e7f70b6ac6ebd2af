"""``overlap run``: the whole road, from a folder of documents to a report."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failures import EXIT_PARTIAL, Interrupted
from flows.cli.output import documents_in_words, findings_in_words, only_data_on_stdout, print_json, print_line, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

if TYPE_CHECKING:
    from flows.spec import RunSpec
    from pipeline.domain import Rejected
    from pipeline.store.runs import RunFolder

__all__ = ["run"]


def run(
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS", help="A folder of documents, one document, or a .jsonl of resolutions.")
    ],
    out: OutDir = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Day on which dates count as passed [today].")
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="local|dask", help="Where the stages do their work [local].")
    ] = None,
    dask_address: Annotated[
        str | None,
        typer.Option("--dask-address", metavar="ADDR", help="Scheduler of a Dask cluster that runs already."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, help="Workers of the Dask cluster that is started [processors]."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a corpus, find overlaps, and leave a report.

    Examples:
      overlap run corpus/sample
      overlap run resolutions/ --out /srv/overlap
      overlap run PP-22-Final-Acts.docx --json > run.json
      overlap run archive/ --engine dask --workers 8
      overlap run archive/ --engine dask --dask-address tcp://10.0.0.5:8786

    The last line is the path of the report. When some documents cannot be read, they are listed, the rest is
    processed all the same, and the exit code is 5.
    """
    from flows.spec import RunSpec
    from pipeline.ingest import find_files
    from pipeline.store.contents import RunContents

    _check_day(as_of)
    settings = settings_in_use(out=out, as_of=as_of, engine=engine, dask_address=dask_address, workers=workers)
    find_files(corpus)  # a wrong path is told at once, before anything is started
    spec = RunSpec(
        str(corpus), str(settings.out), settings.as_of, settings.engine, settings.dask_address, settings.workers
    )
    try:
        with only_data_on_stdout():
            done = _detect(spec)
    except KeyboardInterrupt as stop:
        kept = spec.root / "cache"
        raise Interrupted(
            f"Stopped; no unfinished run was left behind. The same command goes on from what is kept in {kept}."
        ) from stop
    rejected = RunContents(done.path).read_rejected()
    for one in rejected:
        tell(f"not read: {one.path}: {one.reason}")
    if as_json:
        print_json(_facts(done, rejected))
    else:
        _describe(done, _app_command(out))
    if rejected:
        raise typer.Exit(EXIT_PARTIAL)


def _check_day(text: str | None) -> None:
    """Tell at once when a day is none, in the words of the option and not of the setting.

    Raises:
        UsageError: the text is no day.
    """
    from datetime import date

    from pipeline.errors import UsageError

    try:
        if text is not None:
            date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of takes a day as YYYY-MM-DD, such as 2026-11-23, not {text!r}") from error


def _detect(spec: "RunSpec") -> "RunFolder":
    """The Prefect flow, beside its server; our own imports go on while the server starts."""
    from flows import interrupts, progress, quiet

    with interrupts.watch(), quiet.prefect_api(spec.root) as server:
        from flows.detect import detect_overlaps
        from flows.stages import load_stages

        load_stages()
        if server is not None:
            server.wait()
        with quiet.without_upkeep(server), progress.shown_to_person():
            return detect_overlaps(spec)


def _facts(done: "RunFolder", rejected: "tuple[Rejected, ...]") -> dict[str, object]:
    manifest = done.manifest
    return {
        "run": done.run_id,
        "path": done.path,
        "report": done.report,
        "workbook": done.workbook,
        "counts": manifest.counts,
        "timings": manifest.timings,
        "limits": manifest.limits,
        "findings_digest": manifest.findings_digest,
        "rejected": [{"path": one.path, "code": one.code, "reason": one.reason} for one in rejected],
    }


def _app_command(out: Path | None) -> str:
    """The command that opens the analyst app on this run, from the same place and with the same settings."""
    here = Path(sys.argv[0])
    known = shutil.which("overlap")
    command = "overlap" if known and Path(known).resolve() == here.resolve() else str(here)
    return shlex.join([command, "review", *(("--out", str(out)) if out is not None else ())])


def _describe(done: "RunFolder", app: str) -> None:
    counts = done.manifest.counts
    print_line(f"{documents_in_words(counts)}.")
    print_line(f"{findings_in_words(counts)}.")
    for limit in done.manifest.limits:
        print_line(f"Note: {limit}")
    print_line(f"Run:      {done.run_id}")
    print_line(f"Workbook: {done.workbook.absolute()}")
    print_line(f"To compare and decide in the analyst app: {app}")
    print_line("Report, to open in a browser:")
    print_line(str(done.report.absolute()))
