"""How far a run is: a bar on a terminal, one line every ten seconds elsewhere, always on standard error."""

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from flows import interrupts

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task, TaskID
    from rich.text import Text

__all__ = [
    "Lines",
    "Reporter",
    "Silence",
    "Stage",
    "TerminalBars",
    "in_turn",
    "note",
    "reporting",
    "shown_to_person",
    "stage",
]

_SECONDS_BETWEEN_LINES = 10.0
# Rates are measured over at least a second, and a change of pace is believed within about twenty.
_SECONDS_MEASURED = 1.0
_SECONDS_REMEMBERED = 20.0


class Reporter(Protocol):
    """Shows how far the stage of this moment is."""

    def begin(self, name: str, unit: str, total: int) -> None:
        """A stage begins; ``total`` is 0 where its size is not known."""

    def advance(self, done: int, total: int) -> None:
        """So much of the stage is done."""

    def end(self) -> None:
        """The stage is over."""

    def note(self, line: str) -> None:
        """Something about the stage that is worth a line of its own."""


class Silence:
    """Shows nothing."""

    def begin(self, name: str, unit: str, total: int) -> None:
        """Nothing."""

    def advance(self, done: int, total: int) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""

    def note(self, line: str) -> None:
        """Nothing."""


class Stage:
    """How far one stage is, in words, with a rate that follows changes of pace without jumping.

    ``size`` is what the stage was begun with. When it is told of a smaller total, only so many are new to it.
    """

    def __init__(self, name: str, unit: str, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.unit, self.size = name, unit, size
        self.done, self.total = 0, size
        self._clock = clock
        self._began = self._measured_at = clock()
        self._measured_done = 0
        self._rate = 0.0

    def advance(self, done: int, total: int) -> None:
        """So much of the stage is done."""
        now = self._clock()
        self.done, self.total = done, total
        seconds = now - self._measured_at
        if not done:
            self._measured_at = now  # what went before was preparation
        elif seconds >= _SECONDS_MEASURED:
            rate = (done - self._measured_done) / seconds
            weight = 1 - math.exp(-seconds / _SECONDS_REMEMBERED) if self._rate else 1.0
            self._rate += weight * (rate - self._rate)
            self._measured_at, self._measured_done = now, done

    def said(self) -> str:
        """The state of this moment, without the name."""
        seconds = self._clock() - self._began
        so_far = f", {seconds:.0f} s so far" if seconds >= _SECONDS_MEASURED else ""
        if not self.total:
            return f"working{so_far}"
        if not self.done:
            return f"working on {self.total:,} {self.unit}{so_far}"
        if self.size > self.total:
            counted = f"{self.done:,} of {self.total:,} new {self.unit} ({self.size:,} in all)"
        else:
            counted = f"{self.done:,} of {self.total:,} {self.unit}"
        return f"{counted}{self._pace()}" if self.done < self.total else f"{counted}, finishing"

    def _pace(self) -> str:
        """Rate and remaining time, each only where it says something."""
        waited = self._clock() - self._measured_at
        rate = self._rate or (self.done - self._measured_done) / max(waited, 0.001)
        if rate < 0.05:
            return ""
        left = (self.total - self._measured_done) / rate - waited
        pace = f", {rate:,.0f}/s" if rate >= 10 else f", {rate:,.1f}/s"
        return f"{pace}, about {_duration(left)} left" if left >= 1 else pace


class Lines:
    """One line every ten seconds, for logs and pipes, also while a stage cannot tell how far it is."""

    def __init__(self, stream: TextIO, seconds: float = _SECONDS_BETWEEN_LINES) -> None:
        self._stream = stream
        self._seconds = seconds
        self._over = threading.Event()
        self._stage: Stage | None = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._write_lines, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()

    def begin(self, name: str, unit: str, total: int) -> None:
        """Remember what the stage is called and when it began."""
        self._stage = Stage(name, unit, total)

    def advance(self, done: int, total: int) -> None:
        """Remember how far the stage is."""
        if self._stage is not None:
            self._stage.advance(done, total)

    def end(self) -> None:
        """The next line tells of the next stage."""
        self._stage = None

    def note(self, line: str) -> None:
        """Write the line at once."""
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def _write_lines(self) -> None:
        while not self._over.wait(self._seconds):
            shown = self._stage
            if shown is not None:
                self.note(f"{shown.name}: {shown.said()}")


class TerminalBars:
    """A bar for each stage, with count, rate and remaining time."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._task: TaskID | None = None
        self._stage: Stage | None = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("{task.description:<8}"), BarColumn(bar_width=20), _words_column())
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
        """Show a bar of its own for the stage; it only pulses until the stage tells how far it is."""
        if self._bars is not None:
            self._stage = Stage(name, unit, total)
            self._task = self._bars.add_task(name, total=None, stage=self._stage)

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        if self._bars is not None and self._task is not None and self._stage is not None:
            self._stage.advance(done, total)
            self._bars.update(self._task, completed=done, total=total or None)

    def end(self) -> None:
        """Leave the bar full; a stage that counted nothing has no bar to leave."""
        if self._bars is not None and self._task is not None and self._stage is not None:
            if self._stage.done:
                self._bars.update(self._task, completed=self._stage.total, total=self._stage.total)
            else:
                self._bars.update(self._task, visible=False)
            self._bars.stop_task(self._task)
        self._task = self._stage = None

    def note(self, line: str) -> None:
        """Write the line above the bars."""
        if self._bars is not None:
            self._bars.console.print(line, markup=False, highlight=False)


def _words_column() -> "ProgressColumn":
    """What a stage says of itself, beside its bar."""
    from rich.progress import ProgressColumn
    from rich.text import Text

    class _Words(ProgressColumn):
        def render(self, task: "Task") -> "Text":
            shown: Stage = task.fields["stage"]
            if task.finished:
                return Text(f"{shown.total:,} {shown.unit}")
            return Text(shown.said())

    return _Words()


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


def note(line: str) -> None:
    """Tell the person something that is worth a line of its own."""
    _reporter.note(line)


@contextmanager
def stage(name: str, unit: str = "", total: int = 0) -> Iterator[Callable[[int, int], None]]:
    """Show one stage; the function that it yields takes how much is done, and of how much.

    A stage of a known size that ends without telling anything had nothing to do, for all was known: it says so.
    """
    reporter = _reporter
    told = False

    def advance(done: int, of: int) -> None:
        nonlocal told
        told = True
        interrupts.check()
        reporter.advance(done, of)

    interrupts.check()
    reporter.begin(name, unit, total)
    try:
        yield advance
        interrupts.check()
        if total and not told:
            reporter.note(f"{name}: all {total:,} {unit} were known")
    finally:
        reporter.end()


@contextmanager
def in_turn(*stages: tuple[str, str]) -> Iterator[tuple[Callable[[int, int], None], ...]]:
    """Show several stages of one piece of work, given as name and unit: the function of each ends the one before it."""
    with ExitStack() as stack:
        shown, advance = 0, stack.enter_context(stage(*stages[0]))

        def tell(number: int, done: int, of: int) -> None:
            nonlocal shown, advance
            if number != shown:
                stack.close()
                shown, advance = number, stack.enter_context(stage(*stages[number]))
            advance(done, of)

        yield tuple(partial(tell, number) for number in range(len(stages)))


@contextmanager
def shown_to_person() -> Iterator[None]:
    """Bars where standard error is a terminal, lines where it is not."""
    with TerminalBars() if sys.stderr.isatty() else Lines(sys.stderr) as reporter, reporting(reporter):
        yield


def _duration(seconds: float) -> str:
    """Seconds up to two minutes, then minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
