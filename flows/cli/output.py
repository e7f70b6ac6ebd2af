"""What the commands print: data on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from pathlib import Path

__all__ = [
    "counted",
    "documents_in_words",
    "findings_in_words",
    "only_data_on_stdout",
    "print_json",
    "print_line",
    "print_table",
    "tell",
]


def counted(count: int, noun: str, many: str = "") -> str:
    """A number with its noun: 1 copy, 1,204 files."""
    return f"{count:,} {noun if count == 1 else many or f'{noun}s'}"


def documents_in_words(counts: Mapping[str, int]) -> str:
    """What was read: 57 files: 55 documents, 1 copy of another, 1 not read."""
    documents, rejected = counts.get("documents", 0), counts.get("rejected", 0)
    files = counts.get("files", documents + rejected)
    parts = [counted(documents, "document")]
    if copies := files - documents - rejected:
        parts.append(counted(copies, "copy of another", "copies of others"))
    if rejected:
        parts.append(f"{rejected:,} not read")
    return f"{counted(files, 'file')}: {', '.join(parts)}"


def findings_in_words(counts: Mapping[str, int]) -> str:
    """What came of it: 61 resolutions with 434 clauses: 24 findings, 24 of them between bodies."""
    texts = f"{counted(counts.get('resolutions', 0), 'resolution')} with {counted(counts.get('clauses', 0), 'clause')}"
    findings = counted(counts.get("findings", 0), "finding")
    return f"{texts}: {findings}, {counts.get('findings_across_bodies', 0):,} of them between bodies"


def print_json(value: object) -> None:
    """One JSON value, indented, on standard output."""
    print_line(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_line(line: str = "") -> None:
    """One line of data on standard output; what the terminal cannot show is replaced, not fatal."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, errors="replace").decode(encoding) + "\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, so that they can be read and cut alike."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print_line("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def tell(line: str) -> None:
    """One line for the person, on standard error."""
    sys.stderr.write(f"{line}\n")


def only_data_on_stdout() -> AbstractContextManager[object]:
    """While work goes on, what a library prints goes to standard error."""
    return redirect_stdout(sys.stderr)


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
