"""The road without Prefect: what each stage leaves in the run folder, and what becomes of bad documents."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flows import stages
from flows.spec import RunSpec
from pipeline.errors import InputError
from pipeline.store.runs import RunFolder, list_runs, load_run
from pipeline.store.staging import StagedRun

SAMPLE = Path(__file__).parent.parent / "corpus" / "sample"


class HashEncoder:
    """Stands in for the model, whose loading takes seconds: a vector for each text, of its digest."""

    name = "hash"
    digest = "00" * 32
    dimension = 384

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        vectors = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.embed.load_encoder", lambda *_: HashEncoder())


@pytest.fixture
def spec(tmp_path: Path) -> RunSpec:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    chosen = sorted(SAMPLE.glob("S-RES-CL.*")) + sorted(SAMPLE.glob("T-RES-*.docx"))[:4]
    for path in chosen:
        shutil.copy(path, corpus)
    return RunSpec(str(corpus), str(tmp_path / "out"), "2026-11-23")


def whole_road(spec: RunSpec) -> RunFolder:
    run = stages.open_run(spec)
    documents = stages.ingest(run, spec)
    resolutions = stages.segment(run, documents)
    embeddings = stages.embed(run, resolutions, spec)
    overlaps = stages.match(run, resolutions, embeddings)
    pairs = stages.compare(run, resolutions, overlaps)
    clusters = stages.cluster(run, resolutions, overlaps)
    findings = stages.rank(run, resolutions, pairs, overlaps, clusters)
    return stages.publish(run, spec, (documents, resolutions, embeddings, overlaps, pairs, clusters, findings))


def ingested(spec: RunSpec) -> tuple[StagedRun, stages.StageOutcome]:
    run = stages.open_run(spec)
    return run, stages.ingest(run, spec)


def test_the_road_leaves_a_whole_run(spec: RunSpec) -> None:
    run = whole_road(spec)
    record = load_run(run.path)
    counts = run.manifest.counts
    assert counts["documents"] == len(record.documents) == 6
    assert counts["resolutions"] == len(record.resolutions) > 0
    assert counts["clauses"] == sum(1 for resolution in record.resolutions for _ in resolution.clauses)
    assert counts["findings"] == len(record.findings)
    assert set(run.manifest.timings) == {"ingest", "segment", "embed", "match", "compare", "cluster", "rank"}
    assert set(run.manifest.inputs) == {document.path for document in record.documents}
    assert run.manifest.settings == {"as_of": "2026-11-23"}
    assert "sha256:" in run.manifest.versions["model"]
    assert run.report.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert run.workbook.read_bytes().startswith(b"PK")
    assert not (run.path / "work").exists()


def test_the_same_corpus_gives_the_same_findings_and_embeds_nothing(spec: RunSpec) -> None:
    first, second = whole_road(spec), whole_road(spec)
    assert first.run_id != second.run_id
    assert first.manifest.findings_digest == second.manifest.findings_digest
    assert first.manifest.counts["embedded"] == first.manifest.counts["passages"] > 0
    assert second.manifest.counts["embedded"] == 0
    for table in first.path.glob("*.parquet"):
        assert table.read_bytes() == (second.path / table.name).read_bytes()


def test_a_bad_document_becomes_a_row_and_the_rest_is_read(spec: RunSpec) -> None:
    (spec.corpus_path / "broken.docx").write_bytes(b"PK\x03\x04 and then nothing")
    (spec.corpus_path / "empty.pdf").write_bytes(b"")
    run, documents = ingested(spec)
    assert documents.counts == {"files": 8, "documents": 6, "rejected": 2}
    assert [one.path for one in run.contents.read_rejected()] == ["broken.docx", "empty.pdf"]
    assert all(one.reason for one in run.contents.read_rejected())


def test_a_language_version_is_told_as_one_in_the_report(spec: RunSpec) -> None:
    for path in SAMPLE.glob("S-RES-PP.912-2022-MSW-[EF].docx"):
        shutil.copy(path, spec.corpus_path)
    run, documents = ingested(spec)
    (quality,) = stages.segment(run, documents).qualities
    assert quality.path == "S-RES-PP.912-2022-MSW-F.docx"
    assert (quality.figure, quality.clauses, quality.versions) == (1.0, 11, ("pp/res/912@2022",))
    page = whole_road(spec).report.read_text(encoding="utf-8")
    assert "Language version of PP Resolution 912 (Bucharest, 2022) (fr); 11 clauses." in page
    assert "taken for no resolution" not in page


def test_files_that_are_no_documents_are_told(spec: RunSpec) -> None:
    (spec.corpus_path / "picture.png").write_bytes(b"\x89PNG")
    _, documents = ingested(spec)
    assert any("picture.png" in limit for limit in documents.limits)


def test_a_run_does_not_read_its_own_output(spec: RunSpec) -> None:
    inside = RunSpec(spec.corpus, str(spec.corpus_path / "outputs"), spec.as_of)
    first = whole_road(inside)
    (inside.root / "reports").mkdir()
    shutil.copy(next(spec.corpus_path.glob("*.docx")), inside.root / "reports" / "iscg-proposal.docx")
    shutil.copytree(first.path, spec.corpus_path / "sent by a colleague")
    second = whole_road(inside)
    assert second.manifest.inputs == first.manifest.inputs
    assert second.manifest.limits == first.manifest.limits


def test_a_corpus_inside_the_output_folder_is_read(spec: RunSpec) -> None:
    _, documents = ingested(RunSpec(spec.corpus, str(spec.corpus_path.parent), spec.as_of))
    assert documents.counts["documents"] == 6


def test_a_file_that_changes_while_it_is_read_is_told(spec: RunSpec) -> None:
    run = stages.open_run(spec)
    (changed,) = spec.corpus_path.glob("*.txt")
    changed.write_text(changed.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    documents = stages.ingest(run, spec)
    assert any(changed.name in limit and "changed" in limit for limit in documents.limits)


def test_nothing_readable_is_an_error_that_names_the_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"not a PDF at all")
    with pytest.raises(InputError, match=r"no document could be read; a\.pdf: "):
        ingested(RunSpec(str(tmp_path), str(tmp_path / "out")))


def test_an_empty_folder_opens_no_run(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(InputError):
        stages.open_run(RunSpec(str(tmp_path / "corpus"), str(tmp_path / "out")))
    assert list_runs(tmp_path / "out") == ()


def test_documents_without_resolutions_make_an_empty_run_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The meeting room has moved to the second floor.\n", encoding="utf-8")
    run = whole_road(RunSpec(str(tmp_path / "note.txt"), str(tmp_path / "out")))
    assert run.manifest.counts["resolutions"] == run.manifest.counts["findings"] == 0
    assert "no resolution was found in these documents" in run.manifest.limits
