"""What the commands print: data on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from pathlib import Path

__all__ = ["only_data_on_stdout", "print_json", "print_line", "print_table", "tell"]


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
