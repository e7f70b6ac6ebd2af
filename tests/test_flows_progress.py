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

    def note(self, line: str) -> None:
        self.calls.append(("note", line))


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


def test_stages_in_turn_end_one_another_and_only_the_first_is_shown_untold() -> None:
    heard = Heard()
    with progress.reporting(heard), progress.in_turn(("search", "clauses"), ("match", "pairs")) as (searched, matched):
        searched(1, 1)
        matched(0, 2)
        matched(2, 2)
    assert heard.calls == [
        ("begin", "search", "clauses", 0),
        (1, 1),
        ("end",),
        ("begin", "match", "pairs", 0),
        (0, 2),
        (2, 2),
        ("end",),
    ]
    with progress.reporting(heard), progress.in_turn(("search", "clauses"), ("match", "pairs")):
        pass
    assert heard.calls[-2:] == [("begin", "search", "clauses", 0), ("end",)]


def test_lines_come_at_intervals() -> None:
    stream = io.StringIO()
    lines = progress.Lines(stream, seconds=0.05)
    with lines, progress.reporting(lines), progress.stage("embed", "passages", 100) as tell:
        tell(50, 100)
        time.sleep(0.2)
    first, *_ = stream.getvalue().splitlines()
    assert first.startswith("embed: 50 of 100 passages, ")
    assert "about 0 s" not in first


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_stage_tells_of_its_new_part_and_of_what_is_left() -> None:
    clock = Clock()
    shown = progress.Stage("embed", "passages", 2563, clock)
    clock.now += 10
    assert shown.said() == "working on 2,563 passages, 10 s so far"
    shown.advance(256, 1609)
    clock.now += 0.5
    assert shown.said() == "256 of 1,609 new passages (2,563 in all), 26/s, about 52 s left"
    shown.advance(1609, 1609)
    assert shown.said() == "1,609 of 1,609 new passages (2,563 in all), finishing"


def test_the_rate_follows_a_change_of_pace_without_jumping() -> None:
    clock = Clock()
    shown = progress.Stage("match", "pairs", 0, clock)
    clock.now += 60  # finding the pairs
    shown.advance(0, 100_000)
    assert shown.said() == "working on 100,000 pairs, 60 s so far"
    clock.now += 10
    shown.advance(50_000, 100_000)
    assert shown.said() == "50,000 of 100,000 pairs, 5,000/s, about 10 s left"
    clock.now += 2
    shown.advance(52_000, 100_000)
    assert "4,619/s, about 10 s left" in shown.said()


def test_what_says_nothing_is_left_out() -> None:
    clock = Clock()
    shown = progress.Stage("ingest", "documents", 1000, clock)
    clock.now += 100
    shown.advance(1, 1000)
    assert shown.said() == "1 of 1,000 documents"
    shown = progress.Stage("ingest", "documents", 1000, clock)
    clock.now += 10
    shown.advance(999, 1000)
    assert shown.said() == "999 of 1,000 documents, 100/s"


def test_a_stage_that_found_all_done_says_so_once() -> None:
    stream = io.StringIO()
    with progress.Lines(stream) as lines, progress.reporting(lines):
        with progress.stage("embed", "passages", 2563):
            pass
        with progress.stage("rank"):
            pass
        with pytest.raises(ValueError, match="no"), progress.stage("embed", "passages", 5):
            raise ValueError("no")
    assert stream.getvalue() == "embed: all 2,563 passages were known\n"


def test_a_stage_of_unknown_size_shows_that_it_works() -> None:
    stream = io.StringIO()
    with progress.Lines(stream, seconds=0.05) as lines, progress.reporting(lines), progress.stage("cluster"):
        time.sleep(0.2)
    assert stream.getvalue().startswith("cluster: working\n")


def test_a_short_run_prints_no_line() -> None:
    stream = io.StringIO()
    with progress.Lines(stream) as lines, progress.reporting(lines), progress.stage("ingest", "documents", 1) as tell:
        tell(1, 1)
    assert stream.getvalue() == ""


def test_bars_are_drawn_on_standard_error_only(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.TerminalBars() as bars, progress.reporting(bars), progress.stage("embed", "passages", 10) as tell:
        tell(10, 10)
    assert capsys.readouterr().out == ""
