"""``overlap evaluate``: what is found, held against labelled data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failures import EXIT_PARTIAL
from flows.cli.layout import PlainCommand, PlainGroup
from flows.cli.output import counted, only_data_on_stdout, print_json, print_line, print_table, tell
from flows.cli.state import AsJson

if TYPE_CHECKING:
    from pipeline.domain import Citation, Document, Rejected, Resolution
    from pipeline.evaluate import Evaluation, GoldText

__all__ = ["app", "finish", "text_of"]

EXIT_BELOW = 6
_WORST = 10
_NAMES_TOLD = 8

app = typer.Typer(
    help="Hold what is found against labelled data.", cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None
)


class Missing(StrEnum):
    """What to do with a document of the gold that is not there."""

    ERROR = "error"
    COUNT = "count"
    SKIP = "skip"


_Gold = Annotated[Path, typer.Argument(metavar="GOLD", help="The labelled data.")]
_Documents = Annotated[
    Path | None, typer.Option("--documents", metavar="DIR", help="Folder of the documents [that of the gold].")
]
_AtLeast = Annotated[
    float | None,
    typer.Option("--at-least", metavar="F1", min=0, max=1, help="End with code 6 when F1 is lower than this."),
]
_Missing = Annotated[
    Missing,
    typer.Option("--missing", help="What the gold names and DIR lacks: an error, counted as missed, or left out."),
]
_Shown = Annotated[int, typer.Option("--differences", metavar="N", min=0, help="How many differences to show.")]


@dataclass(frozen=True, slots=True)
class _Read:
    """One file of the folder: what was found in it, or why it could not be read."""

    path: str
    outcome: "Document | Rejected"
    resolutions: "tuple[Resolution, ...]" = ()


@app.command("segmentation", cls=PlainCommand)
def evaluate_segmentation(
    gold: _Gold,
    documents: _Documents = None,
    at_least: _AtLeast = None,
    missing: _Missing = Missing.ERROR,
    shown: _Shown = 10,
    as_json: AsJson = False,
) -> None:
    """Measure how exactly clauses are cut: equal in part, call, label and text.

    GOLD is JSON Lines, one text a line: {"id": "res_25", "clauses": [{"part", "call", "label", "text"}, ...]}, or what
    overlap extract --json prints. A text is named by id (pp/res/25@2018, pp/res/25 or res_25), by file, or by both.
    In documents that hold a text of the gold, every clause counts; other documents are left out.

    Examples:
      overlap evaluate segmentation gold.jsonl --documents my-documents/
      overlap evaluate segmentation gold.jsonl --documents my-documents/ --at-least 0.98 --json
    """
    from pipeline.evaluate import read_segmentation_gold, score_segmentation

    golds = read_segmentation_gold(text_of(gold), gold.name)
    with only_data_on_stdout():
        read = _read_all(_files(gold, documents))
        found = [_found_of(one, read) for one in golds]
        absent = [one.id or one.file for one, texts in zip(golds, found, strict=True) if texts is None]
        _settle_missing(absent, len(golds), "text", documents or gold.parent, missing)
        kept = [
            (one, texts or ())
            for one, texts in zip(golds, found, strict=True)
            if texts is not None or missing is Missing.COUNT
        ]
        kept += _unexpected(kept, read)
        result = score_segmentation([one for one, _ in kept], [texts for _, texts in kept], shown)
    finish(result, at_least, as_json, read)


@app.command("citations", cls=PlainCommand)
def evaluate_citations(
    gold: _Gold,
    documents: _Documents = None,
    at_least: _AtLeast = None,
    missing: _Missing = Missing.ERROR,
    shown: _Shown = 10,
    as_json: AsJson = False,
) -> None:
    """Measure how exactly citations are found and resolved: equal in place and target.

    GOLD is a CSV file with the columns document (file name without ending), start, end (characters of the extracted
    text) and target (identifier, empty while open). It must hold every citation of the documents that it names.

    Examples:
      overlap evaluate citations citations.csv --documents my-documents/
      overlap evaluate citations citations.csv --documents my-documents/ --at-least 0.98
    """
    from pipeline.domain import Document
    from pipeline.errors import InputError
    from pipeline.evaluate import is_file, read_citation_gold, score_citations
    from pipeline.segment import cite_document

    golds = read_citation_gold(text_of(gold), gold.name)
    with only_data_on_stdout():
        files = _files(gold, documents)
        named = [(one, [file for file in files if is_file(one.document, file[1])]) for one in golds]
        for one, matching in named:
            if len(matching) > 1:
                raise InputError(f"{one.document} may mean {_listed([path for _, path in matching])}; name its folder")
        absent = [one.document for one, matching in named if not matching]
        _settle_missing(absent, len(golds), "document", documents or gold.parent, missing)
        read = {one.path: one for one in _read_all([file for _, matching in named for file in matching])}
        kept = [(one, matching) for one, matching in named if matching or missing is Missing.COUNT]
        found: list[Sequence[Citation] | None] = []
        texts = []
        for _, matching in kept:
            there = read[matching[0][1]] if matching else None
            if there is not None and isinstance(there.outcome, Document):
                found.append(cite_document(there.outcome, there.resolutions))
                texts.append(there.outcome.text)
            else:
                found.append(None)
                texts.append("")
        result = score_citations([one for one, _ in kept], found, texts, shown)
    finish(result, at_least, as_json, tuple(read.values()))


def text_of(gold: Path) -> str:
    """The content of a gold file.

    Raises:
        InputError: it is a folder, is not there, or is no UTF-8.
    """
    from pipeline.errors import InputError

    if gold.is_dir():
        raise InputError(f"{gold} is a folder; name the file that holds the labels, and the folder with --documents")
    try:
        return gold.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{gold}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{gold}: byte {error.start:,} is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise InputError(f"{gold} cannot be read: {error.strerror or error}") from error


def _files(gold: Path, documents: Path | None) -> list[tuple[Path, str]]:
    """The files of the folder, with their names in it; the gold itself is none of them."""
    from pipeline.errors import InputError
    from pipeline.ingest import find_files, relative_name

    folder = documents or gold.parent
    files = [(path, relative_name(path, folder)) for path in find_files(folder) if path.absolute() != gold.absolute()]
    if not files:
        raise InputError(f"{folder} holds no document; name the folder that does with --documents")
    return files


def _read_all(files: Sequence[tuple[Path, str]]) -> tuple[_Read, ...]:
    """Every file read and segmented, one after another."""
    from flows import progress
    from pipeline.domain import Document
    from pipeline.ingest import read_file
    from pipeline.segment import segment_document

    read = []
    with progress.shown_to_person(), progress.stage("read", "documents", len(files)) as told:
        for done, (path, name) in enumerate(files, start=1):
            outcome = read_file(path.absolute(), name)
            resolutions = segment_document(outcome) if isinstance(outcome, Document) else ()
            read.append(_Read(name, outcome, resolutions))
            told(done, len(files))
    return tuple(read)


def _found_of(gold: "GoldText", read: Sequence[_Read]) -> "tuple[Resolution, ...] | None":
    """What was found of one text of the gold; None when nothing there can be it."""
    from pipeline.domain import Document
    from pipeline.errors import InputError
    from pipeline.evaluate import find_text, is_file

    texts = find_text(gold, [(one.path, resolution) for one in read for resolution in one.resolutions])
    paths = sorted({path for path, _ in texts})
    if len(paths) > 1:
        raise InputError(f"{gold.id or gold.file} stands in {_listed(paths)}; name one folder or give its file as well")
    if not texts and gold.file:
        # The document is there and the text was not found in it: that is what is measured.
        there = any(is_file(gold.file, one.path) for one in read if isinstance(one.outcome, Document))
        return () if there or any(is_file(gold.file, one.path) for one in read) else None
    return tuple(resolution for _, resolution in texts) or None


def _unexpected(
    kept: "Sequence[tuple[GoldText, Sequence[Resolution]]]", read: Sequence[_Read]
) -> "list[tuple[GoldText, tuple[Resolution, ...]]]":
    """Texts that the gold does not know, in documents that hold some that it does: inventions, each a unit."""
    from pipeline.domain import Document
    from pipeline.evaluate import GoldText

    known = {id(resolution) for _, texts in kept for resolution in texts}
    out: list[tuple[GoldText, tuple[Resolution, ...]]] = []
    apart = []
    for one in read:
        if not isinstance(one.outcome, Document):
            continue  # told as not read
        others = [resolution for resolution in one.resolutions if id(resolution) not in known]
        if len(others) == len(one.resolutions):
            apart.append(one.path)
            continue
        out += [(GoldText(str(resolution.id), one.path, (), 0), (resolution,)) for resolution in others]
    if apart:
        tell(f"Left out: {counted(len(apart), 'document')} without a text of the gold: {_listed(apart)}.")
    return out


def _settle_missing(absent: Sequence[str], of: int, noun: str, folder: Path, missing: Missing) -> None:
    """Tell what the gold names and the folder lacks.

    Raises:
        InputError: it was not said what to do with it, or nothing is left.
    """
    from pipeline.errors import InputError

    if not absent:
        return
    told = f"{len(absent):,} of {counted(of, noun)} of the gold {'is' if len(absent) == 1 else 'are'} not in {folder}"
    if len(absent) == of:
        raise InputError(f"{told}: {_listed(absent)}; name the folder that holds the documents with --documents")
    if missing is Missing.ERROR:
        raise InputError(
            f"{told}: {_listed(absent)}; --missing count takes them as missed, --missing skip leaves them out"
        )
    tell(f"{told}, {'counted as missed' if missing is Missing.COUNT else 'left out'}: {_listed(absent)}.")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_TOLD
    shown = ", ".join(names[:_NAMES_TOLD])
    return f"{shown} and {more:,} more" if more > 0 else shown


def finish(result: "Evaluation", at_least: float | None, as_json: bool, read: Sequence[_Read]) -> None:
    """Print an evaluation of any kind and end with the code that it deserves."""
    from pipeline.domain import Rejected

    rejected = [one.outcome for one in read if isinstance(one.outcome, Rejected)]
    reached = at_least is None or result.headline.value >= at_least
    if as_json:
        facts = asdict(result) | {
            "rejected": [asdict(one) for one in rejected],
            "at_least": at_least,
            "reached": reached,
        }
        print_json(facts)
    else:
        _show(result)
    for one in rejected:
        tell(f"Not read: {one.path}: {one.reason}")
    if not reached:
        tell(f"{result.headline.name} {result.headline.value:.4f} is lower than the {at_least} asked for.")
        raise typer.Exit(EXIT_BELOW)
    if rejected:
        raise typer.Exit(EXIT_PARTIAL)


def _show(result: "Evaluation") -> None:
    totals = ", ".join(f"{value:,} {name}" for name, value in zip(result.columns, result.totals, strict=True))
    print_line(f"{result.kind}: {counted(len(result.units), result.unit)}, {result.thing}s: {totals}")
    print_line()
    rows = (
        (m.name, f"{m.value:.4f}", "one unit" if m.low is None or m.high is None else f"{m.low:.4f} to {m.high:.4f}")
        for m in result.measures
    )
    print_table(("measure", "value", f"95 % interval over {result.drawn or result.unit}s"), rows)
    if len(result.units) > 1 and (worst := result.worst(_WORST)):
        print_line()
        print_line(f"The worst of {counted(len(result.units), result.unit)}")
        print_table(
            (result.unit, *result.columns, result.headline.name, ""),
            ((u.name, *map(str, u.counts), f"{u.value:.4f}", u.remark) for u in worst),
        )
    if result.differences:
        print_line()
        print_line(f"Differences: the first {len(result.differences):,} of {result.different:,}")
    for difference in result.differences:
        line = f", line {difference.line}" if difference.line else ""
        print_line(f"{difference.unit}{line}: {difference.what}")
        print_line(f"  expected  {difference.expected or 'nothing'}")
        print_line(f"  found     {difference.found or 'nothing'}")
