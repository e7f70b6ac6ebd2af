"""Facts of the run in a report: a mark stands for each while a report is rendered, and each run puts its own there.

What is rendered is then a function of content alone, and a later run of equal content can take it as it is. Nothing
that renders is imported here.
"""

import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import escape

from pipeline.domain import Manifest
from pipeline.report.characters import printable
from pipeline.report.wording import shown

__all__ = [
    "RunFact",
    "facts_of",
    "fill",
    "frame_page",
    "frame_workbook",
    "in_words",
    "mark",
    "moment_of",
    "name_of_count",
    "part_of_workbook",
]

# What no document may hold: ``printable`` leaves none in any text of the corpus.
_SIGN = "\0"
# The date that the library behind the workbook gives to all parts.
_PART_DATE = (1980, 1, 31, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class RunFact:
    """A cell of the workbook for a fact of the run, by its name in ``facts_of``."""

    name: str


def mark(name: str) -> str:
    """What stands for a fact of the run until it is filled in."""
    return f"{_SIGN}{name}{_SIGN}"


def name_of_count(name: str) -> str:
    """The name of the fact that is a count of the manifest."""
    return f"count {name}"


def facts_of(manifest: Manifest) -> dict[str, str]:
    """The facts in which two runs of equal content may differ, in words, by name."""
    created = moment_of(manifest)
    counts = {name: shown(value) for name, value in sorted(manifest.counts.items())}
    return {
        "run": manifest.run_id,
        "day": in_words(created, with_time=False),
        "moment": in_words(created),
        "iso": created.isoformat(),
        "second": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "counts": "; ".join(f"{name}: {value}" for name, value in counts.items()),
        "timings": "; ".join(f"{stage}: {seconds:.2f}" for stage, seconds in manifest.timings.items()),
        **{name_of_count(name): value for name, value in counts.items()},
    }


def fill(text: str, facts: Mapping[str, str]) -> str:
    """A part of an HTML or XML text with the facts in place of their marks."""
    parts = text.split(_SIGN)
    parts[1::2] = [str(escape(printable(facts[name]))) for name in parts[1::2]]
    return "".join(parts)


def frame_page(content: Path, path: Path, manifest: Manifest) -> None:
    """Write the page of a run from its content, as ``html.render_content`` gives it in UTF-8."""
    text = fill(content.read_bytes().decode(), facts_of(manifest))
    path.write_bytes(text.encode())


def frame_workbook(content: Path, parts: Mapping[str, str], path: Path, manifest: Manifest) -> None:
    """Write the workbook of a run from its content and the parts that ``excel.write_content`` left out of it."""
    facts = facts_of(manifest)
    shutil.copyfile(content, path)
    with zipfile.ZipFile(path, "a") as book:
        for name, text in parts.items():
            book.writestr(part_of_workbook(name), fill(text, facts))


def part_of_workbook(name: str) -> zipfile.ZipInfo:
    """A compressed part of a workbook with the date that all of them bear, so that equal parts are equal bytes."""
    part = zipfile.ZipInfo(name, _PART_DATE)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def moment_of(manifest: Manifest) -> datetime:
    """When the run was made, in UTC."""
    moment = datetime.fromisoformat(manifest.created_at)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def in_words(moment: datetime, *, with_time: bool = True) -> str:
    """A moment as ``7 March 2025, 10:42 UTC``, or its date alone."""
    day = f"{moment.day} {moment:%B %Y}"
    return f"{day}, {moment:%H:%M} UTC" if with_time else day
