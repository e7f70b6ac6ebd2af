"""The commands under one name, and how a call ends."""

import gc
import sys
import warnings
from typing import Annotated, NoReturn

import typer

from flows.cli import (
    audit,
    cache,
    comparison,
    db,
    doctor,
    draft,
    evaluate,
    extraction,
    formulas,
    labelled,
    reports,
    retrieval,
    review,
    running,
    runs,
    schedule,
)
from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.state import guard

__all__ = ["app", "main"]


app = typer.Typer(
    name="overlap",
    cls=PlainGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from pipeline import __version__

        typer.echo(f"overlap {__version__}")
        raise typer.Exit


@app.callback()
def overlap(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="On a failure, print where in the program it happened.")
    ] = False,
) -> None:
    """Find where ITU bodies give the same mandate twice.

    Examples:
      overlap run corpus/sample             read a folder, leave a report
      overlap review                        compare, decide and learn in the browser
      overlap report iscg-proposal          the best findings as a Word document
      overlap check draft.docx              what exists already for each clause
      overlap compare pp/res/901@2018 wtdc/res/951@2025
      overlap doctor                        is everything in place?
    """
    guard.show_traceback = traceback


app.command("run", cls=PlainCommand)(running.run)
app.command("extract", cls=PlainCommand)(extraction.extract)
app.command("check", cls=PlainCommand)(draft.check)
app.command("compare", cls=PlainCommand)(comparison.compare)
app.command("review", cls=PlainCommand)(review.review)
app.add_typer(reports.app, name="report")
evaluate.app.command("pairs", cls=PlainCommand)(labelled.evaluate_pairs)
evaluate.app.command("boilerplate", cls=PlainCommand)(labelled.evaluate_boilerplate)
evaluate.app.command("retrieval", cls=PlainCommand)(retrieval.evaluate_retrieval)
app.add_typer(evaluate.app, name="evaluate")
labelled.formulas.command("mine", cls=PlainCommand)(labelled.mine)
labelled.formulas.command("list", cls=PlainCommand)(formulas.list_phrases)
labelled.formulas.command("add", cls=PlainCommand)(formulas.add_phrase)
labelled.formulas.command("remove", cls=PlainCommand)(formulas.remove_phrase)
app.add_typer(labelled.formulas, name="formulas")
app.add_typer(runs.app, name="runs")
app.add_typer(db.app, name="db")
app.add_typer(audit.app, name="audit")
app.add_typer(audit.decisions, name="decisions")
app.add_typer(cache.app, name="cache")
app.add_typer(schedule.app, name="flows")
app.command("doctor", cls=PlainCommand)(doctor.doctor)


def main() -> NoReturn:
    """Entry point of the ``overlap`` command."""
    if not sys.warnoptions:
        # Warnings of libraries are for those who build the product; ``python -W`` shows them.
        warnings.simplefilter("ignore")
    code = guard.run(lambda: app(prog_name="overlap"))
    # Taking the libraries for numbers and language apart object by object would cost a second and help nobody.
    gc.freeze()
    sys.exit(code)
