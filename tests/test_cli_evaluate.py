"""What ``overlap evaluate`` tells about the documents that it was given."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli.app import app
from flows.cli.failures import Guard

TEXT = Path(__file__).resolve().parents[1] / "corpus" / "sample" / "S-RES-CL.1902-2023-E.txt"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command line in a folder with one readable document, and gold that ``overlap extract`` printed of it."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments: object) -> tuple[int, str, str]:
        code = Guard().run(lambda: app(args=[*map(str, arguments)], prog_name="overlap"))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    Path("documents").mkdir()
    shutil.copy(TEXT, "documents")
    Path("gold.jsonl").write_text(called("extract", TEXT, "--json")[1], encoding="utf-8")
    return called


def test_a_document_that_cannot_be_read_is_told_once_and_as_that(call: Call) -> None:
    Path("documents/broken.docx").write_bytes(b"PK\x03\x04 and no more")
    code, _, err = call("evaluate", "segmentation", "gold.jsonl", "--documents", "documents")
    assert code == 5
    assert err.count("broken.docx") == 1
    assert "Not read: broken.docx: " in err


def test_one_text_has_no_list_of_the_worst(call: Call) -> None:
    gold = json.loads(Path("gold.jsonl").read_text(encoding="utf-8"))
    gold["sections"][0]["clauses"][0]["text"] += " And one word more."
    Path("gold.jsonl").write_text(json.dumps(gold), encoding="utf-8")
    code, out, _ = call("evaluate", "segmentation", "gold.jsonl", "--documents", "documents", "--at-least", "1")
    assert code == 6
    assert "The worst" not in out
    assert "Differences: the first 1 of 1" in out
