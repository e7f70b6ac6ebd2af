"""``overlap cache``: what is kept between runs so that nothing is computed twice, and how to make room."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import counted, print_json, print_line, print_table, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

__all__ = ["app"]

app = typer.Typer(
    help="Show or clear what is kept between runs.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None
)


@app.command("show", cls=PlainCommand)
def show(out: OutDir = None, as_json: AsJson = False) -> None:
    """List the files that hold vectors, with their age and size, and tell what else is kept.

    Examples:
      overlap cache show
      overlap cache show --json
    """
    from pipeline.store.embeddings import kept_shards
    from pipeline.store.kept import kept_entries

    root = settings_in_use(out=out).out
    found = kept_shards(root)
    if as_json:
        print_json([{**asdict(one), "used_at": one.used_at.isoformat()} for one in found])
    elif found:
        rows = ((one.encoder, str(one.vectors), f"{one.size / 2**20:.1f}", f"{one.used_at:%Y-%m-%d}") for one in found)
        print_table(("encoder", "vectors", "MiB", "last used"), rows)
    else:
        tell("no vector is kept yet; overlap run CORPUS keeps them")
    if not as_json and (entries := kept_entries(root)):
        size = sum(entry.size for entry in entries) / 2**20
        tell(f"{counted(len(entries), 'entry', 'entries')} of documents, texts and stages, {size:.1f} MiB")


@app.command("prune", cls=PlainCommand)
def prune(
    out: OutDir = None,
    older_than: Annotated[
        int, typer.Option("--older-than", metavar="DAYS", min=0, help="Remove what no run has read for so many days.")
    ] = 90,
    as_json: AsJson = False,
) -> None:
    """Remove vectors and results that no run has used for long, and files that were set aside as damaged.

    Examples:
      overlap cache prune
      overlap cache prune --older-than 0    everything: the next run computes all anew, with the same result

    No finding is lost by it, only time.
    """
    from pipeline.store.embeddings import prune_shards
    from pipeline.store.kept import prune_kept

    before = datetime.now(UTC) - timedelta(days=older_than)
    root = settings_in_use(out=out).out
    removed = (*prune_shards(root, before), *prune_kept(root, before))
    if as_json:
        print_json([str(path) for path in removed])
    else:
        print_line(f"{counted(len(removed), 'file')} removed")
