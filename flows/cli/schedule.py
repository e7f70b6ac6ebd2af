"""``overlap flows``: the nightly run."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import only_data_on_stdout, tell
from flows.cli.state import OutDir, settings_in_use

__all__ = ["app"]

app = typer.Typer(help="Process a folder on a schedule.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def flows() -> None:
    """Process a folder on a schedule."""


@app.command("serve", cls=PlainCommand)
def serve(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="The folder to read each time.")],
    cron: Annotated[str | None, typer.Option("--cron", help="When to run, as five cron fields [0 2 * * *].")] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Time zone of the schedule [Europe/Zurich].")
    ] = None,
    out: OutDir = None,
) -> None:
    """Process a folder every night, until Ctrl-C.

    Examples:
      overlap flows serve resolutions/
      overlap flows serve resolutions/ --cron "0 6 * * 1" --timezone UTC
      PREFECT_API_URL=http://127.0.0.1:4200/api overlap flows serve resolutions/

    With PREFECT_API_URL the schedule, the runs and their summaries are on that server; without it a private server
    runs for as long as this command does. A run that is due while the last one still goes is left out.
    """
    from flows import interrupts, quiet
    from flows.spec import RunSpec
    from pipeline.ingest import find_files

    settings = settings_in_use(out=out, cron=cron, timezone=timezone)
    find_files(corpus)
    with interrupts.obeyed(), only_data_on_stdout(), quiet.prefect_api(settings.out, upkeep=True) as server:
        from flows.serve import serve_nightly

        if server is not None:
            server.wait()
        tell(f"{corpus} is processed at {settings.cron!r}, {settings.timezone} time; Ctrl-C ends this.")
        spec = RunSpec(
            str(corpus), str(settings.out), settings.as_of, settings.engine, settings.dask_address, settings.workers
        )
        serve_nightly(spec, settings.cron, settings.timezone)
