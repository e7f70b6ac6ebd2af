"""Progress: told to whoever listens, on standard error, and never in the way of the work."""

import io
import time

import pytest

from flows import progress


class Heard:
    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def begin(self, name: str, unit: str, total: int) -> None:
        self.calls.append(("begin", name, unit, total))

    def advance(self, done: int, total: int) -> None:
        self.calls.append((done, total))

    def end(self) -> None:
        self.calls.append(("end",))


def test_a_stage_tells_the_reporter_of_this_moment() -> None:
    heard = Heard()
    with progress.reporting(heard), progress.stage("ingest", "documents", 2) as tell:
        tell(1, 2)
    assert heard.calls == [("begin", "ingest", "documents", 2), (1, 2), ("end",)]


def test_a_stage_that_fails_is_ended_and_the_reporter_put_back() -> None:
    heard = Heard()
    with pytest.raises(ValueError, match="no"), progress.reporting(heard), progress.stage("match"):
        raise ValueError("no")
    assert heard.calls[-1] == ("end",)
    with progress.stage("later"):
        pass
    assert len(heard.calls) == 2


def test_lines_come_at_intervals_with_count_rate_and_remaining_time() -> None:
    stream = io.StringIO()
    lines = progress.Lines(stream, seconds=0.05)
    with lines, progress.reporting(lines), progress.stage("embed", "passages", 100) as tell:
        tell(50, 100)
        time.sleep(0.2)
    first, *_ = stream.getvalue().splitlines()
    assert first.startswith("embed: 50 of 100 passages, ")
    assert "/s, about " in first
    assert first.endswith(" s left")


def test_a_stage_of_unknown_size_shows_that_it_works() -> None:
    stream = io.StringIO()
    with progress.Lines(stream, seconds=0.05) as lines, progress.reporting(lines), progress.stage("cluster"):
        time.sleep(0.2)
    assert stream.getvalue().startswith("cluster: working, ")


def test_a_short_run_prints_no_line() -> None:
    stream = io.StringIO()
    with progress.Lines(stream) as lines, progress.reporting(lines), progress.stage("ingest", "documents", 1) as tell:
        tell(1, 1)
    assert stream.getvalue() == ""


def test_bars_are_drawn_on_standard_error_only(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.TerminalBars() as bars, progress.reporting(bars), progress.stage("embed", "passages", 10) as tell:
        tell(10, 10)
    assert capsys.readouterr().out == ""
