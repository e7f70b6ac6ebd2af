"""The commands that make, fill, save and check the review database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from review_corpus import make_run, many
from sqlalchemy import text
from typer.testing import CliRunner

from flows.cli.app import app
from flows.cli.state import guard
from pipeline.domain import Outcome, Role
from pipeline.store.database import open_database
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import list_pairs
from pipeline.store.database.people import add_person

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)
    texts, told = many(3)
    make_run(tmp_path / "outputs", "20260301-080000-aaaaaa", texts, told)

    def run(*words: str) -> tuple[int, str]:
        found = {}

        def command() -> None:
            found["out"] = (told := CliRunner().invoke(app, list(words), catch_exceptions=False)).stdout
            raise SystemExit(told.exit_code)

        code = guard.run(command)
        return code, str(found.get("out", ""))

    return run


def decide(path: Path) -> None:
    db = open_database(str(path))
    with db.write() as session:
        anna = add_person(session, "anna", "Anna", Role.ANALYST, NOW)
        pair = list_pairs(session, PairFilter(), limit=1).rows[0].id
        record(session, DecisionRequest(pair, anna.id, Role.ANALYST, Outcome.REPEATS, 0, "k"), NOW)
    db.close()


def test_a_database_is_made_filled_checked_saved_and_brought_back(call: Call, tmp_path: Path) -> None:
    assert call("db", "import")[0] == 3, "there is no database yet"
    assert call("db", "upgrade")[0] == 0
    code, told = call("db", "import", "--json")
    assert (code, json.loads(told)["new"]) == (0, 3)
    decide(tmp_path / "outputs" / "overlap.db")
    code, told = call("audit", "verify", "--json")
    assert (code, json.loads(told)["whole"], json.loads(told)["lines"]) == (0, True, 3)
    head = json.loads(told)["head"]
    assert call("audit", "verify", "--head", head[:12])[0] == 0
    assert call("audit", "verify", "--head", "f" * 64)[0] == 6
    assert call("db", "backup", "copy.db")[0] == 0
    assert call("db", "backup", "copy.db")[0] == 8, "a backup overwrites nothing"
    assert call("db", "restore", "copy.db")[0] == 8, "nor does bringing one back"
    assert call("db", "restore", "none.db")[0] == 4
    assert call("db", "restore", "copy.db", "--db", "sqlite:///other.db")[0] == 0
    code, told = call("decisions", "export", "--db", "sqlite:///other.db")
    lines = [json.loads(line) for line in told.splitlines()]
    assert lines[0] == {"schema": "overlap-decisions/1"}
    assert (lines[1]["outcome"], lines[1]["reviewer"]) == ("repeats", "anna")


def test_tampering_ends_the_check_with_code_6(call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call("db", "upgrade")
    call("db", "import")
    decide(tmp_path / "outputs" / "overlap.db")
    db = open_database(str(tmp_path / "outputs" / "overlap.db"))
    with db.write() as session:
        session.execute(text("DROP TRIGGER events_keep_UPDATE"))
        session.execute(text("UPDATE events SET actor = 'somebody else' WHERE kind = 'decision'"))
    db.close()
    assert call("audit", "verify")[0] == 6
    assert "line 3 was changed after it was written" in capsys.readouterr().err


def test_decisions_come_back_and_refused_ones_are_told_with_code_5(call: Call, tmp_path: Path) -> None:
    call("db", "upgrade")
    call("db", "import")
    decide(tmp_path / "outputs" / "overlap.db")
    assert call("decisions", "export", "kept.jsonl")[0] == 0
    code, told = call("decisions", "import", "kept.jsonl", "--json")
    assert (code, json.loads(told)["known"]) == (0, 1)
    for place in ("a", "b"):
        assert call("db", "upgrade", "--db", f"sqlite:///{place}.db")[0] == 0
    code, told = call("decisions", "import", "kept.jsonl", "--db", "sqlite:///a.db", "--json")
    assert (code, len(json.loads(told)["refused"])) == (5, 1)
    assert call("decisions", "import", "missing.jsonl")[0] == 4
    (tmp_path / "wrong.jsonl").write_text("{}\n")
    assert call("decisions", "import", "wrong.jsonl")[0] == 4
