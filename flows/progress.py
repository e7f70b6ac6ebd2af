"""How far a run is: a bar on a terminal, one line every ten seconds elsewhere, always on standard error."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Lines", "Reporter", "Silence", "TerminalBars", "reporting", "shown_to_person", "stage"]

_SECONDS_BETWEEN_LINES = 10.0


class Reporter(Protocol):
    """Shows how far the stage of this moment is."""

    def begin(self, name: str, unit: str, total: int) -> None:
        """A stage begins; ``total`` is 0 where its size is not known."""

    def advance(self, done: int, total: int) -> None:
        """So much of the stage is done."""

    def end(self) -> None:
        """The stage is over."""


class Silence:
    """Shows nothing."""

    def begin(self, name: str, unit: str, total: int) -> None:
        """Nothing."""

    def advance(self, done: int, total: int) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class Lines:
    """One line every ten seconds, for logs and pipes, also while a stage cannot tell how far it is."""

    def __init__(self, stream: TextIO, seconds: float = _SECONDS_BETWEEN_LINES) -> None:
        self._stream = stream
        self._seconds = seconds
        self._over = threading.Event()
        self._began = time.monotonic()
        self._name = self._unit = ""
        self._done = self._total = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._write_lines, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()

    def begin(self, name: str, unit: str, total: int) -> None:
        """Remember what the stage is called and when it began."""
        self._name, self._unit, self._done, self._total = name, unit, 0, total
        self._began = time.monotonic()

    def advance(self, done: int, total: int) -> None:
        """Remember how far the stage is."""
        self._done, self._total = done, total

    def end(self) -> None:
        """Nothing: the next line tells of the next stage."""

    def _write_lines(self) -> None:
        while not self._over.wait(self._seconds):
            seconds = time.monotonic() - self._began
            if self._name:
                self._stream.write(f"{_sentence(self._name, self._unit, self._done, self._total, seconds)}\n")
                self._stream.flush()


class TerminalBars:
    """A bar for each stage, with count, rate and remaining time."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
        )
        self._bars = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
        self._bars = None

    def begin(self, name: str, unit: str, total: int) -> None:
        """Show a bar of its own for the stage."""
        if self._bars is not None:
            self._task = self._bars.add_task(name, total=total or None, unit=unit, rate="")

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._bars is not None and self._task is not None:
            elapsed = self._bars.tasks[-1].elapsed or 0.0
            rate = f"{done / elapsed:,.0f}/s" if elapsed > 1 else ""
            self._bars.update(self._task, completed=done, total=total or None, rate=rate)

    def end(self) -> None:
        """Leave the bar full."""
        if self._bars is not None and self._task is not None:
            shown = self._bars.tasks[-1]
            self._bars.update(self._task, completed=shown.total or 1, total=shown.total or 1)
            self._bars.stop_task(self._task)


_reporter: Reporter = Silence()


@contextmanager
def reporting(to: Reporter) -> Iterator[None]:
    """Stages of this process are shown by the given reporter; it is no argument of a task, for it is no plain value."""
    global _reporter
    before, _reporter = _reporter, to
    try:
        yield
    finally:
        _reporter = before


@contextmanager
def stage(name: str, unit: str = "", total: int = 0) -> Iterator[Callable[[int, int], None]]:
    """Show one stage; the function that it yields takes how much is done, and of how much."""
    reporter = _reporter
    reporter.begin(name, unit, total)
    try:
        yield reporter.advance
    finally:
        reporter.end()


@contextmanager
def shown_to_person() -> Iterator[None]:
    """Bars where standard error is a terminal, lines where it is not."""
    with TerminalBars() if sys.stderr.isatty() else Lines(sys.stderr) as reporter, reporting(reporter):
        yield


def _sentence(name: str, unit: str, done: int, total: int, seconds: float) -> str:
    if not total:
        return f"{name}: working, {seconds:.0f} s so far"
    rate = done / max(seconds, 0.001)
    left = f", about {(total - done) / rate:.0f} s left" if rate else ""
    return f"{name}: {done:,} of {total:,} {unit}, {rate:,.1f}/s{left}"
