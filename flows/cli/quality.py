"""How far the reading of one document can be trusted, for the person who extracts it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flows.cli.output import counted, print_line, tell

if TYPE_CHECKING:
    from pipeline.domain import Document, QualityWarning, Resolution

__all__ = ["tell_quality"]

# Places told of one kind of warning; the report of a run holds them all.
_PLACES = 5


def tell_quality(document: "Document", resolutions: "Sequence[Resolution]", *, beside_data: bool) -> None:
    """Print the figure and the warnings of a document; to standard error where its data goes to standard output.

    Beside data nothing is said of a document without warnings.
    """
    from pipeline.quality import assess_document

    quality = assess_document(document, resolutions)
    if beside_data and not quality.warnings:
        return
    say: Callable[[str], None] = tell if beside_data else print_line
    if quality.figure is not None:
        say(f"Quality {quality.figure:.2f} of 1, {quality.grade.value}: {counted(len(quality.warnings), 'warning')}.")
    elif quality.warnings:
        say(f"Quality not judged: {counted(len(quality.warnings), 'warning')}.")
    if beside_data:
        say("overlap extract without --json and --format shows them.")
        return
    by_code: dict[str, list[QualityWarning]] = defaultdict(list)
    for warning in quality.warnings:
        by_code[warning.code].append(warning)
    for code, warnings in by_code.items():
        say(f"  {code}, {counted(len(warnings), 'place')}: {warnings[0].advice}")
        for warning in warnings[:_PLACES]:
            page = f", page {warning.page}" if warning.page else ""
            say(f"    {warning.where or 'the document'}{page}: {warning.message}")
        if len(warnings) > _PLACES:
            say(f"    and {len(warnings) - _PLACES:,} more")
