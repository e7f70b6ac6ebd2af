"""``overlap compare``: two texts side by side, with the words that match."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.extraction import read_resolutions
from flows.cli.output import only_data_on_stdout, print_json, print_line
from flows.cli.state import AsJson, OutDir, RunName, settings_in_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from pipeline.domain import Overlap, Resolution, Span

__all__ = ["compare"]

_PLAIN_WIDTH = 110
# No number as written ends so; it is taken off again before an identifier is shown.
_OTHER_TEXT = "-other"


@dataclass(frozen=True, slots=True)
class _Aligned:
    """Two clauses that correspond, in the order of the request, whichever of the texts prevails."""

    overlap: "Overlap"
    left_id: str
    right_id: str
    left_text: str
    right_text: str
    left_spans: "tuple[Span, ...]"
    right_spans: "tuple[Span, ...]"


def compare(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="A document, or an identifier from a run.")],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="The same for the other side.")],
    run: RunName = "latest",
    out: OutDir = None,
    as_json: AsJson = False,
) -> None:
    """Show two texts side by side, with the matching words marked.

    Examples:
      overlap compare draft.docx WTSA-24-Res18.docx
      overlap compare pp/res/191@2022 wtsa/res/18@2024
      overlap compare draft.docx pp/res/191@2022#instructs-dir3.2 --run 20261123

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
        aligned = _align(_comparable(sides[0]), _comparable(sides[1], besides=sides[0]), settings.out)
    if as_json:
        print_json([_facts(pair) for pair in aligned])
    elif aligned:
        _show(aligned)
    else:
        print_line("No clause of one says what a clause of the other says.")


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
        raise UnknownIdentifierError(f"{text} is neither a file nor an identifier such as pp/res/191@2022") from error
    folder = find_run(root, run)
    held = RunContents(folder.path).read_resolutions()
    found = [resolution for resolution in held if wanted in (resolution.id, resolution.id.work)]
    if not found:
        raise UnknownIdentifierError(f"run {folder.run_id} holds no {wanted}")
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
    identifier = replace(resolution.id, number=f"{resolution.id.number}{_OTHER_TEXT}")
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


def _align(left: "Sequence[Resolution]", right: "Sequence[Resolution]", root: Path) -> list[_Aligned]:
    """Clauses of the left that say what clauses of the right say, the surest first."""
    from pipeline.embed import embed_passages, load_encoder, model_card, passages
    from pipeline.match import find_overlaps
    from pipeline.store.embeddings import DiskVectorCache, embeddings_folder

    both = tuple(sorted((*left, *right), key=lambda resolution: str(resolution.id)))
    model = model_card()
    cache = DiskVectorCache(embeddings_folder(root, model.digest), model.digest)
    embeddings = embed_passages(passages(both), load_encoder, cache, model.dimension)
    result = find_overlaps(both, embeddings.vectors, embeddings.rows)
    lefts = {clause.id: clause.text for resolution in left for clause in resolution.clauses}
    rights = {clause.id: clause.text for resolution in right for clause in resolution.clauses}
    aligned = []
    for overlap in result.overlaps:
        if overlap.left in lefts and overlap.right in rights:
            aligned.append(_in_order(overlap, lefts, rights, turned=False))
        elif overlap.right in lefts and overlap.left in rights:
            aligned.append(_in_order(overlap, lefts, rights, turned=True))
    return sorted(aligned, key=lambda pair: (-pair.overlap.probability, pair.left_id, pair.right_id))


def _in_order(overlap: "Overlap", lefts: dict[str, str], rights: dict[str, str], *, turned: bool) -> _Aligned:
    left_id, right_id = (overlap.right, overlap.left) if turned else (overlap.left, overlap.right)
    own = tuple(match.left for match in overlap.evidence.matches)
    other = tuple(match.right for match in overlap.evidence.matches)
    left_spans, right_spans = (other, own) if turned else (own, other)
    shown = right_id.replace(_OTHER_TEXT, "", 1)
    return _Aligned(overlap, left_id, shown, lefts[left_id], rights[right_id], left_spans, right_spans)


def _facts(pair: _Aligned) -> dict[str, object]:
    return {
        "left": {"id": pair.left_id, "text": pair.left_text, "matches": [asdict(span) for span in pair.left_spans]},
        "right": {"id": pair.right_id, "text": pair.right_text, "matches": [asdict(span) for span in pair.right_spans]},
        "relation": pair.overlap.relation.value,
        "probability": pair.overlap.probability,
        "reasons_for": pair.overlap.evidence.reasons_for,
        "reasons_against": pair.overlap.evidence.reasons_against,
    }


def _show(aligned: list[_Aligned]) -> None:
    """Two columns; matched words are bold on a terminal and stand in brackets elsewhere."""
    import sys

    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _PLAIN_WIDTH, highlight=False)
    for pair in aligned:
        overlap = pair.overlap
        console.print(f"{overlap.relation.label}, probability {overlap.probability:.2f}", markup=False)
        table = Table(show_lines=False, expand=True)
        table.add_column(pair.left_id, ratio=1, overflow="fold")
        table.add_column(pair.right_id, ratio=1, overflow="fold")
        table.add_row(
            _marked(pair.left_text, pair.left_spans, terminal), _marked(pair.right_text, pair.right_spans, terminal)
        )
        console.print(table)
        for sign, reasons in (("+", overlap.evidence.reasons_for), ("-", overlap.evidence.reasons_against)):
            for reason in reasons:
                console.print(f"  {sign} {reason}", markup=False)
        console.print()


def _marked(text: str, spans: "tuple[Span, ...]", terminal: bool) -> "Text":
    from rich.text import Text

    if terminal:
        marked = Text(text)
        for span in spans:
            marked.stylize("bold green", span.start, span.end)
        return marked
    for span in sorted(spans, reverse=True):
        text = f"{text[: span.start]}[{span.of(text)}]{text[span.end :]}"
    return Text(text)
