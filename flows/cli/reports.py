"""``overlap report``: what a finished run is worth to others."""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import only_data_on_stdout, print_json, print_line, print_table, tell
from flows.cli.state import AsJson, RunName, settings_in_use

if TYPE_CHECKING:
    from pipeline.store.runs import RunFolder

__all__ = ["app"]


class _ReportCommand(PlainCommand):
    """Takes ``--root`` for ``--runs-in``, as it was called at first."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  Typer's own types are private
        """Read the arguments."""
        renamed = [
            f"--runs-in{arg.removeprefix('--root')}" if arg == "--root" or arg.startswith("--root=") else arg
            for arg in args
        ]
        return super().parse_args(ctx, renamed)


app = typer.Typer(help="Write reports of a finished run.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None)

_File = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.")]
_ProposalFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to write it [reports/ in the folder of runs and caches]."),
]
_AknFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to write it [reports/ in the folder of runs and caches]."),
]
_Root = Annotated[Path | None, typer.Option("--runs-in", metavar="DIR", help="Folder of runs and caches [outputs].")]


@app.command("iscg-proposal", cls=_ReportCommand)
def write_proposal(
    run: RunName = "latest",
    out: _ProposalFile = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Number of findings to propose on.")] = 10,
    root: _Root = None,
    as_json: AsJson = False,
) -> None:
    """Write the best findings as a proposal to the Inter-Sector Coordination Group, in Word.

    Without --out it goes to outputs/reports/, so that no later run takes it for a source.

    Examples:
      overlap report iscg-proposal
      overlap report iscg-proposal --run 20261123-114500-ab12cd --out proposal.docx
    """
    from pipeline.report.view import build_view
    from pipeline.report.word import write_iscg_proposal
    from pipeline.store.runs import load_run

    folder = _find(root, run)
    path = out or settings_in_use(out=root).out / "reports" / f"iscg-proposal-{folder.run_id}.docx"
    with only_data_on_stdout():
        view = build_view(load_run(folder.path))
        if out is None:
            _write(path.parent, lambda: path.parent.mkdir(parents=True, exist_ok=True))
        _write(path, lambda: write_iscg_proposal(view, path, limit=limit))
    _say_where(path, as_json)
    tell("Before you send it, fill in the fields in square brackets, such as the meeting and the source.")


@app.command("html", cls=_ReportCommand)
def give_page(run: RunName = "latest", out: _File = None, root: _Root = None, as_json: AsJson = False) -> None:
    """Give the report page of a run: say where it is, or copy it.

    Examples:
      overlap report html
      overlap report html --out overlap.html
    """
    _give(_find(root, run).report, out, as_json)


@app.command("excel", cls=_ReportCommand)
def give_workbook(run: RunName = "latest", out: _File = None, root: _Root = None, as_json: AsJson = False) -> None:
    """Give the Excel workbook of a run: say where it is, or copy it.

    Examples:
      overlap report excel
      overlap report excel --out overlap.xlsx
    """
    _give(_find(root, run).workbook, out, as_json)


@app.command("findings", cls=_ReportCommand)
def list_findings(run: RunName = "latest", out: _File = None, root: _Root = None, as_json: AsJson = False) -> None:
    """List the findings of a run in the order of their ranks.

    Examples:
      overlap report findings
      overlap report findings --json > findings.json
      overlap report findings --out findings.json
    """
    import json

    from pipeline.store.contents import RunContents

    findings = RunContents(_find(root, run).path).read_findings()
    if out is not None:
        text = json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)
        _write(out, lambda: out.write_text(text + "\n", encoding="utf-8"))
        _say_where(out, as_json)
    elif as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = (
            (
                str(finding.rank),
                f"{finding.score:.2f}",
                "between" if finding.cross_body else "within",
                finding.relation.label,
                finding.a,
                finding.b,
            )
            for finding in findings
        )
        print_table(("rank", "score", "bodies", "relation", "a", "b"), rows)


@app.command("akn", cls=_ReportCommand)
def write_akoma_ntoso(
    run: RunName = "latest",
    out: _AknFile = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="ID", help="Only this text, such as pp/res/901@2018; may be repeated [all]."),
    ] = None,
    root: _Root = None,
    as_json: AsJson = False,
) -> None:
    """Write the texts of a run as Akoma Ntoso 1.0 XML, for other systems.

    One text becomes a statement, several a collection of statements, valid against the schema of the OASIS standard.
    overlap run and overlap extract read the file back without loss.

    Examples:
      overlap report akn
      overlap report akn --text pp/res/901@2018 --out pp-res-901.xml
    """
    from pipeline.errors import InputError, UnknownIdentifierError
    from pipeline.report.akn import write_akn
    from pipeline.store.contents import RunContents

    folder = _find(root, run)
    with only_data_on_stdout():
        contents = RunContents(folder.path)
        resolutions = contents.read_resolutions()
        if not resolutions:
            raise InputError(f"run {folder.run_id} holds no text to write")
        chosen = [r for r in resolutions if not text or {str(r.id), str(r.id.work)} & set(text)]
        if unknown := set(text or ()) - {name for r in chosen for name in (str(r.id), str(r.id.work))}:
            raise UnknownIdentifierError(f"run {folder.run_id} holds no {', '.join(sorted(unknown))}")
        data = write_akn(chosen, f"run-{folder.run_id}", contents.read_documents())
        path = out or settings_in_use(out=root).out / "reports" / f"texts-{folder.run_id}.akn.xml"
        if out is None:
            _write(path.parent, lambda: path.parent.mkdir(parents=True, exist_ok=True))
        _write(path, lambda: path.write_bytes(data))
    _say_where(path, as_json)


def _find(root: Path | None, run: str) -> "RunFolder":
    from pipeline.store.runs import find_run

    return find_run(settings_in_use(out=root).out, run)


def _give(path: Path, out: Path | None, as_json: bool) -> None:
    from pipeline.errors import RunError

    if not path.is_file():
        raise RunError(f"{path} is missing from the run; make the run again")
    if out is not None:
        _write(out, lambda: shutil.copyfile(path, out))
    _say_where(out or path, as_json)


def _say_where(path: Path, as_json: bool) -> None:
    if as_json:
        print_json({"file": path.absolute()})
    else:
        print_line(str(path.absolute()))


def _write(path: Path, write: Callable[[], object]) -> None:
    from pipeline.errors import UsageError

    try:
        write()
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
