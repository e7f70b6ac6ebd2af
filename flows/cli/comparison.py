"""``overlap compare``: two texts side by side, with the words that match."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.beside import OTHER_TEXT, Shown, compare_texts, facts_of, show
from flows.cli.extraction import read_resolutions
from flows.cli.output import only_data_on_stdout, print_json
from flows.cli.state import AsJson, OutDir, RunName, settings_in_use

if TYPE_CHECKING:
    from pipeline.domain import InstrumentId, Resolution
    from pipeline.store.runs import RunFolder

__all__ = ["compare"]

_MOST_RUNS_NAMED = 3


def compare(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="A document, or an identifier from a run.")],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="The same for the other side.")],
    run: RunName = "latest",
    everything: Annotated[
        bool, typer.Option("--all", help="Show the weaker clause pairs too, the surest first.")
    ] = False,
    in_words: Annotated[
        bool, typer.Option("--list", help="Add the differences of each pair as a list in words.")
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Add how the points of each pair add up to its probability.")
    ] = False,
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Show two texts side by side: matched, reworded, moved and formula words are told by signs.

    Each clause stands beside the one that corresponds best, the surest pair first. --json holds all pairs.

    Examples:
      overlap compare draft.docx WTSA-24-Res18.docx
      overlap compare pp/res/901@2018 wtdc/res/951@2025
      overlap compare pp/res/901@2018 wtdc/res/951@2025 --list --why
      overlap compare draft.docx pp/res/901@2018#instructs-dir3.1 --run 20261123

    A clause is an identifier with its part after #, as overlap extract shows it. Identifiers are looked up in the
    latest run, or in the one that --run names.
    """
    from pipeline.errors import InputError

    settings = settings_in_use(out=out)
    with only_data_on_stdout():
        sides = [_read_side(text, settings.out, run) for text in (left, right)]
        for text, side in zip((left, right), sides, strict=True):
            if not any(True for resolution in side for _ in resolution.clauses):
                raise InputError(f"{text}: no clause was found in it")
        found = compare_texts(_comparable(sides[0]), _comparable(sides[1], besides=sides[0]), settings.out)
    if as_json:
        print_json([facts_of(pair) for pair in found.clauses])
    else:
        show(found, Shown(everything, in_words, why))


def _read_side(text: str, root: Path, run: str) -> "tuple[Resolution, ...]":
    """The resolutions that an argument names; for a clause, its resolution with that clause alone.

    Raises:
        InputError: the document cannot be read, or the run knows no such identifier.
        RunError: there is no such run.
    """
    if Path(text).is_file():
        return read_resolutions(Path(text))

    from pipeline.domain import Standing, instrument_of
    from pipeline.errors import UnknownIdentifierError
    from pipeline.store.contents import RunContents
    from pipeline.store.runs import find_run

    try:
        wanted = instrument_of(text)
    except UnknownIdentifierError as error:
        raise UnknownIdentifierError(f"{text} is neither a file nor an identifier such as pp/res/901@2018") from error
    folder = find_run(root, run)
    held = RunContents(folder.path).read_resolutions()
    found = [resolution for resolution in held if wanted in (resolution.id, resolution.id.work)]
    if not found:
        raise UnknownIdentifierError(f"run {folder.run_id} holds no {wanted}; {_where_held(wanted, root, folder)}")
    exact = [resolution for resolution in found if resolution.id == wanted]
    newest = max(
        exact or found,
        key=lambda resolution: (resolution.standing is Standing.IN_FORCE, resolution.id.year or 0, str(resolution.id)),
    )
    if "#" not in text:
        return (newest,)
    # Without its edition an identifier means the edition in force, for a clause too.
    identifier = text if newest.id == wanted else text.replace(str(wanted), str(newest.id), 1)
    sections = (
        replace(section, clauses=tuple(clause for clause in section.clauses if clause.id == identifier))
        for section in newest.sections
    )
    only = replace(newest, sections=tuple(section for section in sections if section.clauses))
    if not only.sections:
        raise UnknownIdentifierError(f"{newest.id} in run {folder.run_id} has no clause {identifier}")
    return (only,)


def _where_held(wanted: "InstrumentId", root: Path, besides: "RunFolder") -> str:
    """The last runs that hold a text, as a next step; only their short tables of works are read."""
    from pipeline.errors import RunError
    from pipeline.store.contents import RunContents
    from pipeline.store.runs import list_runs

    names: list[str] = []
    for run in reversed(list_runs(root)):
        try:
            held = {
                name for lineage in RunContents(run.path).read_lineages() for name in (lineage.work, *lineage.editions)
            }
        except RunError:
            continue  # a run of another version
        if run.run_id != besides.run_id and str(wanted) in held:
            names.append(run.run_id)
        if len(names) == _MOST_RUNS_NAMED:
            break
    if not names:
        return f"no other run in {root} holds it either, so make one from documents that do: overlap run CORPUS"
    if len(names) == 1:
        return f"run {names[0]} does, so add: --run {names[0]}"
    return f"runs {', '.join(names)} do, so add for example: --run {names[0]}"


def _comparable(side: "tuple[Resolution, ...]", besides: "tuple[Resolution, ...]" = ()) -> "tuple[Resolution, ...]":
    """The same texts as if in force, and under another number where the other side holds an edition of the same work.

    A run compares only texts in force, and never two editions of one work; whoever names two texts wants them compared.
    """
    from pipeline.domain import Standing

    works = {resolution.id.work for resolution in besides}
    return tuple(
        replace(_renumbered(resolution) if resolution.id.work in works else resolution, standing=Standing.IN_FORCE)
        for resolution in side
    )


def _renumbered(resolution: "Resolution") -> "Resolution":
    identifier = replace(resolution.id, number=f"{resolution.id.number}{OTHER_TEXT}")
    old, new = str(resolution.id), str(identifier)
    sections = tuple(
        replace(
            section, clauses=tuple(replace(clause, id=clause.id.replace(old, new, 1)) for clause in section.clauses)
        )
        for section in resolution.sections
    )
    citations = tuple(
        replace(citation, clause=None if citation.clause is None else citation.clause.replace(old, new, 1))
        for citation in resolution.citations
    )
    return replace(resolution, id=identifier, sections=tuple(sections), citations=citations)
