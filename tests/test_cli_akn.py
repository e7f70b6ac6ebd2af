"""Akoma Ntoso from the command line: valid for others, whole for us, and told where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from test_akn_writing import schema

from flows import stages
from flows.cli.app import app
from flows.cli.failures import Guard
from flows.spec import RunSpec
from pipeline.domain import Document
from pipeline.ingest import read_file
from pipeline.segment import segment_document

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "corpus" / "sample"
TEXT = SAMPLE / "S-RES-CL.1902-2023-E.txt"
AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"

__all__ = ["schema"]

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)

    def called(*arguments: object) -> tuple[int, str, str]:
        code = Guard().run(lambda: app(args=[*map(str, arguments)], prog_name="overlap"))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return called


def texts_of(path: Path) -> list[tuple[str, list[str]]]:
    document = read_file(path, path.name)
    assert isinstance(document, Document), document
    return [(str(r.id), [clause.text for clause in r.clauses]) for r in segment_document(document)]


def test_one_document_becomes_a_valid_file_that_reads_back_whole(
    call: Call, schema: etree.XMLSchema, tmp_path: Path
) -> None:
    code, out, err = call("extract", TEXT, "--format", "akn", "--out", "x.akn.xml")
    assert (code, out.strip()) == (0, str(tmp_path / "x.akn.xml")), err
    schema.assertValid(etree.parse(str(tmp_path / "x.akn.xml")))
    assert texts_of(tmp_path / "x.akn.xml") == texts_of(TEXT)


def test_without_a_file_the_xml_goes_to_standard_output(call: Call, schema: etree.XMLSchema) -> None:
    code, out, _ = call("extract", TEXT, "--format", "akn")
    assert code == 0
    schema.assertValid(etree.fromstring(out.encode()))


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (2, ("extract", TEXT, "--out", "x.xml"), "--out goes with --format akn"),
        (2, ("extract", TEXT, "--json", "--format", "akn"), "exclude each other"),
        (2, ("extract", TEXT, "--format", "akn", "--out", "no/such/x.xml"), "cannot be written"),
        (2, ("extract", TEXT, "--format", "docx"), "--format"),
        (4, ("extract", "report.txt", "--format", "akn"), "holds no resolution"),
    ],
)
def test_what_cannot_be_done_is_told(call: Call, code: int, arguments: tuple[object, ...], words: str) -> None:
    Path("report.txt").write_text("A report about what was done in the year.\n", encoding="utf-8")
    found, out, err = call(*arguments)
    assert (found, out) == (code, "")
    assert words in err


def test_the_texts_of_a_run_become_one_valid_collection(
    call: Call, schema: etree.XMLSchema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corpus").mkdir()
    for name in ("S-RES-CL.1902-2023-E.txt",):
        (tmp_path / "corpus" / name).write_bytes((SAMPLE / name).read_bytes())
    second = TEXT.read_text(encoding="utf-8").replace("1902", "1903")
    (tmp_path / "corpus" / "second.txt").write_text(second, encoding="utf-8")
    spec = RunSpec(str(tmp_path / "corpus"), str(tmp_path / "outputs"), "2026-11-23")
    staged = stages.open_run(spec)
    documents = stages.ingest(staged, spec)
    stages.segment(staged, documents)
    monkeypatch.setattr("flows.cli.reports._find", lambda root, run: staged_folder(staged))
    code, out, err = call("report", "akn")
    assert code == 0, err
    path = Path(out.strip())
    assert path.parent == tmp_path / "outputs" / "reports"
    tree = etree.parse(str(path))
    schema.assertValid(tree)
    assert len(tree.findall(f".//{AKN}statement")) == 2
    code, out, err = call("report", "akn", "--text", "council/res/1903", "--out", "one.xml")
    assert code == 0, err
    assert len(etree.parse("one.xml").findall(f".//{AKN}statement")) == 1
    assert call("report", "akn", "--text", "pp/res/999")[0] == 4


def staged_folder(staged: object) -> object:
    class Folder:
        path = staged.folder  # type: ignore[attr-defined]
        run_id = staged.run_id  # type: ignore[attr-defined]

    return Folder
