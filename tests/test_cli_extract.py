"""What ``overlap extract`` tells a person beside the clauses, and that programs get data alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli.app import app
from flows.cli.failures import Guard

SAMPLE = Path(__file__).resolve().parents[1] / "corpus" / "sample"
PROPOSAL = SAMPLE / "D22-WTDC25-C-0901!A2!MSW-E.docx"
CHINESE = SAMPLE / "S-RES-PP.912-2022-MSW-C.docx"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)

    def called(*arguments: object) -> tuple[int, str, str]:
        code = Guard().run(lambda: app(args=[*map(str, arguments)], prog_name="overlap"))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return called


def test_a_proposal_is_shown_with_its_kind_its_reasons_and_the_reading_of_its_changes(call: Call) -> None:
    code, out, _ = call("extract", PROPOSAL)
    assert code == 0
    assert "  proposal: MOD\n  reasons: The register exists under Resolution 901" in out
    assert "Note: the file holds tracked changes; the proposed reading is compared." in out


def test_the_text_before_its_changes_is_the_adopted_one(call: Call) -> None:
    _, proposed, _ = call("extract", PROPOSAL)
    _, original, _ = call("extract", PROPOSAL, "--view", "original")
    assert "to contribute to that register" in proposed
    assert "to contribute to that register" not in original
    assert "to maintain, within available resources, a public register" in original


def test_a_file_without_changes_has_one_reading_and_is_told_so(call: Call) -> None:
    code, _, err = call("extract", CHINESE, "--view", "original")
    assert code == 0
    assert "holds no tracked changes; both readings are the same" in err


def test_the_language_of_a_text_is_told(call: Call) -> None:
    _, out, _ = call("extract", CHINESE)
    assert "  language: zh\n" in out


@pytest.mark.parametrize("path", [PROPOSAL, CHINESE], ids=["proposal", "chinese"])
def test_programs_get_one_object_a_line_and_nothing_else(call: Call, path: Path) -> None:
    _, out, err = call("extract", path, "--json")
    assert all(json.loads(line)["sections"] is not None for line in out.splitlines())
    assert "proposed reading" not in out
    assert ("proposed reading" in err) == (path is PROPOSAL)


def test_what_is_cited_often_is_told_once_with_its_count(call: Call, tmp_path: Path) -> None:
    line = "Resolution 191 (Rev. Bucharest, 2022) of the Plenipotentiary Conference was discussed.\n\n"
    (tmp_path / "report.txt").write_text(line * 3, encoding="utf-8")
    code, out, _ = call("extract", "report.txt")
    assert code == 0
    assert out.count("cites pp/res/191@2022") == 1
    assert "(3 times)" in out
