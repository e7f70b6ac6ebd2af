"""What a run takes from earlier ones: after any changes the result is that of a run that knows nothing, to the byte."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from report_fixture import page_of, write_workbook

from flows import publishing, shards, stages
from flows.engines import Spread
from flows.spec import RunSpec
from pipeline.domain import (
    Citation,
    Clause,
    Document,
    DocumentQuality,
    Part,
    Rejected,
    Resolution,
    ResolutionId,
    Section,
    Span,
)
from pipeline.match import find_overlaps, near_lists
from pipeline.match.memory import pair_keys, places_in
from pipeline.quality import assess_document, assess_documents
from pipeline.report.view import build_view
from pipeline.store.contents import WORK_FOLDER, RunContents
from pipeline.store.kept import Kept, kept_entries, prune_kept
from pipeline.store.matched import keep_match, read_match, write_match
from pipeline.store.runs import RunFolder

PARTS = (
    ["to maintain", "to publish", "to study", "to report to the Council on", "to encourage members to share"],
    ["a public register of", "a catalogue of", "guidelines for", "the cost of", "training on"],
    ["community charging points", "solar ferries", "roaming tariffs for trailers", "emergency beacons", "tidal clocks"],
    ["in every district", "with the regional offices", "before the next assembly", "every year", "for small islands"],
)

# A text: its number, the body, and for each clause which of the parts it is made of.
clauses = st.lists(st.tuples(*(st.integers(0, 4) for _ in PARTS)), min_size=1, max_size=3)
corpora = st.dictionaries(st.integers(901, 909), st.tuples(st.sampled_from(["wtdc", "wtsa"]), clauses), max_size=7)
Corpus = Mapping[int, tuple[str, Sequence[tuple[int, ...]]]]


def texts_of(corpus: Corpus) -> list[Resolution]:
    """The invented texts of a corpus."""
    out = []
    for number, (body, made) in sorted(corpus.items()):
        name = f"{body}/res/{number}@2024"
        sentences = [" ".join(part[i] for part, i in zip(PARTS, one, strict=True)) for one in made]
        held = tuple(
            Clause(f"{name}#x.{i}", Part.OPERATIVE, "instructs", str(i), (str(i),), text, Span(0, len(text)))
            for i, text in enumerate(sentences, 1)
        )
        section = Section("instructs", "x", "instructs", Part.OPERATIVE, Span(0, 0), held)
        out.append(Resolution(ResolutionId.parse(name), "", "en", "doc/x", "", Span(0, 0), (section,)))
    return out


def encoded(texts: Sequence[str]) -> NDArray[np.float32]:
    """A vector for each text, of its words: texts with words in common are near."""
    out = np.zeros((len(texts), 384))
    for row, text in enumerate(texts):
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            out[row] += np.random.default_rng(seed).standard_normal(384)
    return (out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def matched(corpus: Corpus, kept: Kept, folder: Path) -> tuple[bytes, bytes, int]:
    """The files that matching a corpus leaves, and how many pairs were taken from the match before."""
    texts = texts_of(corpus)
    found = [c for t in texts for c in t.clauses]
    rows = {c.id: i for i, c in enumerate(found)}
    contents = RunContents(folder)
    (folder / WORK_FOLDER).mkdir(parents=True)
    earlier = read_match(kept, "key", contents)
    before = earlier.memory if earlier else None
    result = find_overlaps(texts, encoded([c.text for c in found]), rows, workers=1, before=before)
    ref = write_match(contents, result, earlier)
    keep_match(kept, "key", contents, ref)
    overlaps, nearness = (folder / name for name, _ in ref.files)
    return overlaps.read_bytes(), nearness.read_bytes(), len(result.again)


@pytest.mark.parametrize("spare", [0, 8])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.differing_executors])
@given(st.lists(corpora, min_size=2, max_size=4))
def test_matching_after_changes_leaves_the_bytes_of_matching_anew(spare: int, states: list[Corpus]) -> None:
    with tempfile.TemporaryDirectory() as name, patch.object(near_lists, "_SPARE", spare):
        root = Path(name)
        for number, corpus in enumerate(states):
            changed = matched(corpus, Kept(root / "kept"), root / f"changed{number}")
            anew = matched(corpus, Kept(root / f"none{number}"), root / f"anew{number}")
            assert changed[:2] == anew[:2]
        # Once more without a change: nothing is scored again.
        again = matched(states[-1], Kept(root / "kept"), root / "again")
        assert again[:2] == anew[:2]
        assert again[2] == len(RunContents(root / "again").read_overlaps())


def test_a_corpus_that_gains_a_text_keeps_the_scores_of_the_others(tmp_path: Path) -> None:
    corpus: dict[int, tuple[str, list[tuple[int, ...]]]] = {
        901 + n: ("wtdc" if n % 2 else "wtsa", [(n % 5, 1, n % 3, 0), (0, 0, 0, 0)]) for n in range(8)
    }
    first = matched(corpus, Kept(tmp_path), tmp_path / "first")
    second = matched({**corpus, 950: ("wtsa", [(4, 4, 4, 4)])}, Kept(tmp_path), tmp_path / "second")
    count = len(RunContents(tmp_path / "first").read_overlaps())
    assert first[2] == 0
    assert 0 < count // 2 <= second[2] <= count


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True), st.data())
def test_keys_are_found_where_they_stand(held: list[tuple[int, int]], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3))))
    keys = np.array(held, dtype=np.uint64).reshape(-1, 2)
    found = places_in(keys, np.array(wanted, dtype=np.uint64).reshape(-1, 2)).tolist()
    assert found == [held.index(one) if one in held else -1 for one in wanted]


def test_keys_of_pairs_tell_left_from_right_and_figures_apart() -> None:
    clause_keys = np.random.default_rng(1).integers(0, 2**63, (2, 2)).astype(np.uint64)
    pairs = np.array([[0, 1], [1, 0], [0, 1], [0, 1], [0, 1]])
    figures = np.array([0.5, 0.5, 0.25, 0.5, 0.5], np.float32), np.array([0.0, 0.0, 0.0, 0.5, 0.0], np.float32)
    keys = pair_keys(clause_keys, pairs, *figures).tolist()
    assert keys[0] == keys[4]
    assert len({tuple(key) for key in keys}) == 4


class WordEncoder:
    """Stands in for the model, whose loading takes seconds."""

    name = "words"
    digest = "00" * 32
    dimension = 384

    def prepare(self) -> None:
        pass

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return encoded(texts)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.embed.load_encoder", lambda *_, **__: WordEncoder())


@pytest.fixture
def known_corpus(tmp_path: Path, encoder: None) -> Path:
    """A corpus that one run has read, beside its output folder ``out``."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    written(corpus, EDITS[0])
    whole_road(corpus, tmp_path / "out")
    return corpus


def written(folder: Path, corpus: Corpus) -> None:
    """The corpus as plain text files, a file each; those of a text that has not changed are left alone."""
    names = set()
    for resolution in texts_of(corpus):
        number = str(resolution.id).partition("@")[0].rpartition("/")[2]
        body = "WTDC" if "wtdc" in str(resolution.id) else "WTSA"
        lines = [f"{i} {c.text};" for i, c in enumerate(resolution.clauses, 1)]
        text = f"RESOLUTION {number} (Place, 2024)\n\nOn things\n\nThe Conference ({body}-24),\n\nresolves\n\n"
        path = folder / f"{body}-RES-{number}.txt"
        names.add(path.name)
        content = text + "\n\n".join(lines) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink()


def whole_road(corpus: Path, out: Path, day: str = "2026-11-23") -> RunFolder:
    spec = RunSpec(str(corpus), str(out), day)
    run = stages.open_run(spec)
    documents = stages.ingest(run, spec)
    resolutions = stages.segment(run, documents)
    embeddings = stages.embed(run, resolutions, spec)
    overlaps = stages.match(run, resolutions, embeddings)
    pairs = stages.compare(run, resolutions, overlaps)
    clusters = stages.cluster(run, resolutions, overlaps)
    findings = stages.rank(run, resolutions, pairs, overlaps, clusters)
    return stages.publish(run, spec, (documents, resolutions, embeddings, overlaps, pairs, clusters, findings))


def tables_of(run: RunFolder) -> dict[str, bytes]:
    """The bytes of all tables of a run."""
    return {path.name: path.read_bytes() for path in sorted(run.path.glob("*.parquet"))}


def reports_of(run: RunFolder) -> tuple[bytes, bytes]:
    """The bytes of the page and of the workbook of a run."""
    return run.report.read_bytes(), run.workbook.read_bytes()


def reports_afresh(run: RunFolder, folder: Path) -> tuple[bytes, bytes]:
    """The page and the workbook of a run made from nothing but its record and the documents in it."""
    record = RunContents(run.path).record(run.manifest)
    view = build_view(record, assess_documents(record.documents, record.resolutions))
    folder.mkdir(exist_ok=True)
    write_workbook(view, folder / "afresh.xlsx")
    return page_of(view).encode(), (folder / "afresh.xlsx").read_bytes()


EDITS: list[Corpus] = [
    {901: ("wtdc", [(0, 0, 0, 0), (1, 1, 1, 1)]), 902: ("wtsa", [(0, 0, 0, 1)]), 903: ("wtsa", [(2, 2, 2, 2)])},
    {901: ("wtdc", [(0, 0, 0, 0), (1, 1, 1, 1)]), 902: ("wtsa", [(0, 0, 0, 2)]), 903: ("wtsa", [(2, 2, 2, 2)])},
    {901: ("wtdc", [(0, 0, 0, 0), (1, 1, 1, 1)]), 902: ("wtsa", [(0, 0, 0, 2)]), 904: ("wtsa", [(1, 1, 1, 0)])},
    {902: ("wtsa", [(0, 0, 0, 2)]), 904: ("wtsa", [(1, 1, 1, 0)]), 905: ("wtdc", [(1, 1, 1, 2), (0, 0, 0, 2)])},
]


@pytest.mark.usefixtures("encoder")
def test_the_whole_road_after_changes_leaves_the_tables_of_a_road_that_knows_nothing(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, state in enumerate(EDITS):
        written(corpus, state)
        changed = whole_road(corpus, tmp_path / "out")
        assert tables_of(changed) == tables_of(whole_road(corpus, tmp_path / f"anew{number}"))
        assert reports_of(changed) == reports_afresh(changed, tmp_path)
    assert len(RunContents(whole_road(corpus, tmp_path / "out").path).read_overlaps()) > 0


@pytest.mark.usefixtures("encoder")
def test_a_second_run_reads_cuts_and_compares_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    written(corpus, EDITS[0])
    first = whole_road(corpus, tmp_path / "out")

    def called(*_: object, **__: object) -> None:
        raise AssertionError("a stage was run again")

    for stage in ("_ingest", "_segment", "_embed", "_match", "_compare", "_cluster", "_rank"):
        monkeypatch.setattr(stages, stage, called)
    second = whole_road(corpus, tmp_path / "out")
    assert tables_of(first) == tables_of(second)
    assert first.manifest.findings_digest == second.manifest.findings_digest
    assert second.manifest.counts["embedded"] == 0


@pytest.mark.usefixtures("encoder")
def test_a_second_run_puts_its_own_facts_on_the_reports_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    written(corpus, EDITS[0])
    first = whole_road(corpus, out)
    assert reports_of(first) == reports_afresh(first, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(RunContents, "record", None)
        patched.setattr(RunContents, "read_findings", None)
        second = whole_road(corpus, out)
    assert reports_of(second) == reports_afresh(second, tmp_path)
    assert first.manifest.counts["embedded"] > 0
    page = second.report.read_text(encoding="utf-8")
    assert second.run_id in page
    assert first.run_id not in page
    assert "embedded: 0;" in page
    book = openpyxl.load_workbook(second.workbook)
    assert book.properties.subject == f"Run {second.run_id}"
    assert ["Run", second.run_id] in [[cell.value for cell in row[:2]] for row in book["Summary"].iter_rows()]
    assert ["count embedded", "0"] in [[cell.value for cell in row] for row in book["Notes"].iter_rows()]


@pytest.mark.parametrize("cause", ["code", "day", "folder", "damage"])
def test_reports_are_made_again_when_what_they_show_may_differ(
    tmp_path: Path, known_corpus: Path, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    corpus, out = known_corpus, tmp_path / "out"
    rendered: list[object] = []
    render = publishing._render
    monkeypatch.setattr(publishing, "_render", lambda *given: rendered.append(given) or render(*given))
    whole_road(corpus, out)
    assert not rendered
    day = "2026-11-23"
    if cause == "code":
        monkeypatch.setattr(publishing, "report_digest", lambda: "changed")
    elif cause == "day":
        day = "2026-11-24"
    elif cause == "folder":
        corpus = corpus.rename(tmp_path / "moved")
    else:
        entry = next((out / "cache" / "kept" / "reports").iterdir()).read_bytes()
        for _, digest in json.loads(entry.partition(b"\n")[2])["files"]:
            kept = out / "cache" / "kept" / "files" / digest
            kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    run = whole_road(corpus, out, day)
    assert len(rendered) == 1
    assert reports_of(run) == reports_afresh(run, tmp_path)
    assert f"as_of: {day}" in run.report.read_text(encoding="utf-8")
    assert run.path.parent.parent == out


def test_a_changed_document_is_the_only_one_read_cut_and_judged(
    tmp_path: Path, known_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(known_corpus, EDITS[1])
    read: list[str] = []
    cut: list[str] = []
    judged: list[str] = []
    read_all, cut_all = stages._read_all, shards.segment_all

    def judge(document: Document, resolutions: Sequence[Resolution]) -> DocumentQuality:
        judged.append(document.path)
        return assess_document(document, resolutions)

    def read_noted(files: Sequence[tuple[Path, str]], tell: Callable[[int, int], None]) -> list[Document | Rejected]:
        read.extend(name for _, name in files)
        return read_all(files, tell)

    def cut_noted(
        spread: Spread | None, documents: Sequence[Document], tell: Callable[[int, int], None]
    ) -> list[tuple[tuple[Resolution, ...], tuple[Citation, ...]]]:
        cut.extend(document.path for document in documents)
        return cut_all(spread, documents, tell)

    monkeypatch.setattr(stages, "_read_all", read_noted)
    monkeypatch.setattr(shards, "segment_all", cut_noted)
    monkeypatch.setattr("pipeline.quality.assess.assess_document", judge)
    whole_road(known_corpus, tmp_path / "out")
    assert read == cut == judged == ["WTSA-RES-902.txt"]


@pytest.mark.usefixtures("encoder")
def test_what_is_damaged_or_pruned_is_made_again(tmp_path: Path) -> None:
    corpus, out = tmp_path / "corpus", tmp_path / "out"
    corpus.mkdir()
    written(corpus, EDITS[0])
    first = tables_of(whole_road(corpus, out))
    for entry in kept_entries(out):
        entry.path.write_bytes(entry.path.read_bytes()[:-1] + b"?")
    assert tables_of(whole_road(corpus, out)) == first
    assert prune_kept(out, max(entry.used_at for entry in kept_entries(out)))
    assert tables_of(whole_road(corpus, out)) == first


@pytest.mark.slow
def test_a_run_after_ctrl_c_goes_on_from_what_was_read_and_cut(tmp_path: Path) -> None:
    root, out = Path(__file__).parent.parent, tmp_path / "out"
    command = [sys.executable, "-m", "flows.cli", "run", "corpus/sample", "--out", str(out)]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    first = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    cut = out / "cache" / "kept" / "stage-segment"
    for _ in range(2400):
        if cut.is_dir() and any(cut.iterdir()):
            break
        time.sleep(0.05)
    for _ in range(20):  # pressed again, as a person does, when a busy machine lost one
        first.send_signal(signal.SIGINT)
        try:
            first.communicate(timeout=20)
            break
        except subprocess.TimeoutExpired:
            continue
    assert first.returncode == 130
    assert not [path for path in (out / "runs").iterdir() if path.is_dir()]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "ingest: as in an earlier run, nothing has changed" in done.stderr
    assert "segment: as in an earlier run, nothing has changed" in done.stderr
    assert len([path for path in (out / "runs").iterdir() if path.is_dir()]) == 1
