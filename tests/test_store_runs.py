"""Run folders: whole or not there, equal bytes for equal rows, found by any name a person would use."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.domain import (
    Block,
    BlockKind,
    Body,
    Citation,
    CitationKind,
    Clause,
    Cluster,
    Contribution,
    Document,
    DocumentKind,
    DocumentMetadata,
    Evidence,
    Finding,
    InstrumentType,
    Kinship,
    Lineage,
    Manifest,
    Match,
    MatchKind,
    Notice,
    Overlap,
    Part,
    QuestionId,
    Rejected,
    Relation,
    Remedy,
    Resolution,
    ResolutionId,
    ResolutionPair,
    RunRecord,
    Section,
    Sector,
    Signal,
    SignalKind,
    Span,
    Standing,
)
from pipeline.errors import RunError
from pipeline.store.contents import RunContents, StageRef
from pipeline.store.runs import (
    broken_runs,
    digest_of_findings,
    find_run,
    latest_run,
    list_runs,
    load_run,
    runs_folder,
)
from pipeline.store.staging import StagedRun, open_run, sweep

FACTS = {"inputs": {"a.docx": "00"}, "settings": {"as_of": "2026-11-23"}, "versions": {"overlap": "0.1.0"}}
CLAUSE = "pp/res/9@2022#resolves.1"
LINEAGE = Lineage("pp/res/9", ("pp/res/9@2018", "pp/res/9@2022"))
MOMENT = datetime(2026, 11, 23, 11, 45, tzinfo=UTC)


def document() -> Document:
    return Document(
        id="d1",
        path="a.docx",
        digest="ab" * 32,
        format="docx",
        text="RÉSOLUTION 9\n决议 =1+1",
        blocks=(Block(Span(0, 12), BlockKind.HEADER, "heading 1", True, 1, 12.5), Block(Span(13, 20))),
        language="fr",
        kind=DocumentKind.INSTRUMENTS,
        metadata=DocumentMetadata(symbol="C23/1-F", date="2023-07-11", inferred=("date",)),
        notices=(Notice("no-tables", "tables were skipped"),),
        copies=("a.pdf",),
    )


def resolution() -> Resolution:
    first = Clause(
        "pp/res/9@2022#resolves.1", Part.OPERATIVE, "resolves", "1", ("1",), "to act", Span(3, 9), 2, ("sg",)
    )
    second = Clause("pp/res/9@2022!annex1#p.1", Part.ANNEX, "", "", ("1",), "a table", Span(9, 12), partners=("d", "t"))
    return Resolution(
        id=ResolutionId(Body.PP, InstrumentType.RESOLUTION, "9", "2022"),
        title="On acting",
        language="en",
        document_id="d1",
        number_line="RESOLUTION 9 (REV. BUCHAREST, 2022)",
        span=Span(0, 20),
        sections=(
            Section("resolves", "resolves", "resolve", Part.OPERATIVE, Span(3, 9), (first,)),
            Section("noting", "noting", "note", Part.PREAMBULAR, Span(9, 9), ()),
            Section("", "p", "", Part.ANNEX, Span(9, 12), (second,), annex=1),
        ),
        citations=(Citation(CitationKind.INSTRUMENT, "Resolution 7", Span(1, 4), None, "open", first.id),),
        standing=Standing.PROPOSED,
        marker="MOD",
        history=(1998, 2022),
        notices=(Notice("n", "doubtful"),),
    )


def question() -> Resolution:
    identifier = QuestionId(Sector.D, "7", "1", "2022-2025")
    return Resolution(identifier, "On access", "en", "d1", "", Span(0, 1), ())


def overlap() -> Overlap:
    evidence = Evidence(
        -1.25,
        (Contribution("similarity", 0.1 + 0.2, 1 / 3, "the mandates are near"),),
        (Match(Span(0, 2), Span(1, 3), MatchKind.FORMULA),),
        ("same action",),
        (),
    )
    values = (Relation.SAME_ACT, 0.9, 1 / 7, 0.5, 0.25, 0.75, evidence)
    return Overlap("o1", "pp/res/9@2022#resolves.1", "d/q/7.1@2022-2025#study.a", *values)


def pair() -> ResolutionPair:
    scores = (Relation.SUB, 0.9, 0.8, 0.7, 0.6)
    return ResolutionPair("pp/res/9@2022", "ra/res/1@2023", "pp", "ra", *scores, "both", ("o1",), ("x",), (), ("why",))


def finding(rank: int = 1, **changes: object) -> Finding:
    plain = Finding(
        id=f"f{rank}",
        rank=rank,
        a="pp/res/9@2022",
        b="ra/res/1@2023",
        relation=Relation.CONF,
        score=0.1 + 0.7,
        parts=(("mandate", 0.8),),
        factors=(("authority", 1.0),),
        headline="o1",
        overlaps=("o1",),
        cluster=None,
        cross_body=True,
        remedies=((Remedy.LEAD, "name a lead"),),
        reasons=("because",),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


CITED = Citation(CitationKind.DOCUMENT, "C24/35", Span(3, 9), "doc/c24/c/35", "symbol", None, "doc/1")


def write_everything(contents: RunContents) -> tuple[StageRef, ...]:
    return (
        contents.write_documents([document()], [Rejected("b.pdf", "broken", "cut off", None)]),
        contents.write_resolutions(
            [resolution(), question()], [Lineage("pp/res/9", ("pp/res/9@2018", "pp/res/9@2022"))], [CITED]
        ),
        contents.write_overlaps([overlap()], {"pp/res/9@2022#resolves.1": 1 / 3}, [Kinship("x", "y", 0.1)]),
        contents.write_pairs([pair()]),
        contents.write_clusters([Cluster("c1", "cables", ("m1", "m2"), "m1", ("pp", "ra"), ("o1",))]),
        contents.write_findings([finding()], [Signal(SignalKind.STALE, "pp/res/9@2022", "2020 has passed")]),
    )


def manifest_of(run: StagedRun, **changes: object) -> Manifest:
    plain = Manifest(
        run.run_id, run.created_at, "corpus", limits=("one",), counts={"findings": 1}, timings={"ingest": 0.5}
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def finished(root: Path, moment: datetime = MOMENT, facts: dict[str, dict[str, str]] = FACTS) -> Path:
    run = open_run(root, facts, moment)
    write_everything(run.contents)
    return run.publish(manifest_of(run)).path


class TestContents:
    def test_every_noun_comes_back_as_it_was(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        write_everything(run.contents)
        manifest = manifest_of(run)
        assert run.contents.read_weights() == {"pp/res/9@2022#resolves.1": 1 / 3}
        assert run.contents.read_kinship() == (Kinship("x", "y", 0.1),)
        assert load_run(run.publish(manifest).path) == RunRecord(
            manifest=manifest,
            documents=(document(),),
            resolutions=(resolution(), question()),
            lineages=(LINEAGE,),
            overlaps=(overlap(),),
            pairs=(pair(),),
            clusters=(Cluster("c1", "cables", ("m1", "m2"), "m1", ("pp", "ra"), ("o1",)),),
            findings=(finding(),),
            signals=(Signal(SignalKind.STALE, "pp/res/9@2022", "2020 has passed"),),
            rejected=(Rejected("b.pdf", "broken", "cut off", None),),
            citations=(CITED,),
        )

    def test_an_empty_run_comes_back_empty(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        contents = run.contents
        contents.write_documents([], [])
        contents.write_resolutions([], [], [])
        contents.write_overlaps([], {}, [])
        contents.write_pairs([])
        contents.write_clusters([])
        contents.write_findings([], [])
        record = load_run(run.publish(manifest_of(run)).path)
        assert not any((record.documents, record.resolutions, record.findings, record.signals, record.rejected))

    def test_the_table_of_pairs_begins_with_the_agreed_columns(self, tmp_path: Path) -> None:
        parquet = pytest.importorskip("pyarrow.parquet")
        path = finished(tmp_path) / "resolution_pairs.parquet"
        agreed = ["a", "b", "body_a", "body_b", "relation", "probability", "coverage_a", "coverage_b", "cites"]
        assert parquet.read_schema(path).names[: len(agreed)] == agreed

    def test_equal_rows_give_equal_bytes(self, tmp_path: Path) -> None:
        first, second = (write_everything(open_run(tmp_path, FACTS, MOMENT).contents) for _ in range(2))
        assert first == second

    def test_a_file_changed_between_two_stages_is_noticed(self, tmp_path: Path) -> None:
        contents = open_run(tmp_path, FACTS, MOMENT).contents
        ref = contents.write_pairs([pair()])
        assert contents.verify(ref) == contents
        contents.write_pairs([])
        with pytest.raises(RunError, match="changed while the run was going"):
            contents.verify(ref)

    @pytest.mark.parametrize("name", ["findings.parquet", "clauses.parquet", "rejected.jsonl"])
    @pytest.mark.parametrize("damage", [b"", b"PAR1 not really", None])
    def test_a_damaged_file_is_named(self, tmp_path: Path, name: str, damage: bytes | None) -> None:
        path = finished(tmp_path) / name
        path.unlink() if damage is None else path.write_bytes(damage)
        if name == "rejected.jsonl" and damage == b"":
            assert load_run(path.parent).rejected == ()
            return
        with pytest.raises(RunError, match=name):
            load_run(path.parent)

    def test_a_table_of_another_version_is_told(self, tmp_path: Path) -> None:
        path = finished(tmp_path)
        (path / "findings.parquet").write_bytes((path / "signals.parquet").read_bytes())
        with pytest.raises(RunError, match="made by another version"):
            load_run(path)


class TestStaging:
    def test_a_run_is_seen_only_when_it_is_whole(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        write_everything(run.contents)
        assert list_runs(tmp_path) == ()
        assert not broken_runs(tmp_path)
        published = run.publish(manifest_of(run))
        assert list_runs(tmp_path) == (published,)
        assert sorted(path.name for path in published.path.iterdir()) == [
            "citations.parquet",
            "clauses.parquet",
            "clusters.parquet",
            "documents.parquet",
            "findings.parquet",
            "lineages.parquet",
            "manifest.json",
            "overlaps.parquet",
            "rejected.jsonl",
            "resolution_pairs.parquet",
            "resolutions.parquet",
            "signals.parquet",
        ]

    def test_identifiers_tell_time_and_facts(self, tmp_path: Path) -> None:
        one = open_run(tmp_path, FACTS, MOMENT).run_id
        other = open_run(tmp_path, {**FACTS, "settings": {"as_of": "2030-01-01"}}, MOMENT).run_id
        assert one.startswith("20261123-114500-")
        assert len(one) == len("20261123-114500-ab12cd")
        assert one != other

    def test_runs_of_one_second_do_not_collide(self, tmp_path: Path) -> None:
        going = open_run(tmp_path, FACTS, MOMENT)
        paths = {finished(tmp_path) for _ in range(3)}
        assert len(paths) == 3
        assert going.folder.is_dir()
        assert len({run.run_id for run in list_runs(tmp_path)} | {going.run_id}) == 4

    def test_a_discarded_run_leaves_nothing(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        write_everything(run.contents)
        run.discard()
        assert list(runs_folder(tmp_path).iterdir()) == []
        with pytest.raises(RunError, match="was removed"):
            run.publish(manifest_of(run))

    def test_a_run_cannot_be_closed_with_the_manifest_of_another(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        with pytest.raises(RunError, match="cannot close run"):
            run.publish(manifest_of(run, run_id="20200101-000000-000000"))

    def test_kill_in_the_middle_leaves_no_run_and_the_next_run_cleans_up(self, tmp_path: Path) -> None:
        program = (
            "import sys, time; from pathlib import Path; from pipeline.store.staging import open_run\n"
            f"run = open_run(Path({str(tmp_path)!r}), {FACTS!r})\n"
            "run.contents.write_pairs([])\n"
            "print(run.folder, flush=True); time.sleep(60)"
        )
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            folder = Path(process.stdout.readline().strip())
            assert (folder / "resolution_pairs.parquet").is_file()
            assert sweep(tmp_path) == ()  # its owner lives
            process.send_signal(signal.SIGKILL)
        assert list_runs(tmp_path) == ()
        assert folder.is_dir()
        open_run(tmp_path, FACTS, MOMENT)
        assert not folder.exists()

    def test_a_process_id_given_to_another_process_is_not_mistaken_for_the_owner(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        lock = run.folder / "lock.json"
        lock.write_text(json.dumps({**json.loads(lock.read_text()), "started": "1"}))
        assert sweep(tmp_path) == (run.folder,)

    def test_a_run_of_another_host_is_left_alone(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        lock = run.folder / "lock.json"
        lock.write_text(json.dumps({"host": "elsewhere", "pid": 1, "started": "1"}))
        assert sweep(tmp_path) == ()

    def test_a_folder_without_a_lock_is_given_a_minute(self, tmp_path: Path) -> None:
        run = open_run(tmp_path, FACTS, MOMENT)
        (run.folder / "lock.json").unlink()
        assert sweep(tmp_path) == ()
        long_ago = time.time() - 3600
        os.utime(run.folder, (long_ago, long_ago))
        assert sweep(tmp_path) == (run.folder,)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_an_output_folder_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(RunError, match="cannot be written"):
            open_run(tmp_path, FACTS, MOMENT)

    def test_an_output_folder_that_is_a_file_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("")
        with pytest.raises(RunError, match="cannot be written"):
            open_run(tmp_path / "out", FACTS, MOMENT)


class TestFinding:
    def test_runs_are_listed_in_the_order_of_their_making(self, tmp_path: Path) -> None:
        later = finished(tmp_path, datetime(2026, 11, 24, tzinfo=UTC))
        earlier = finished(tmp_path, MOMENT)
        assert [run.path for run in list_runs(tmp_path)] == [earlier, later]
        assert latest_run(tmp_path).path == later
        assert find_run(tmp_path).path == later

    def test_a_beginning_is_enough_when_only_one_run_has_it(self, tmp_path: Path) -> None:
        path, other = finished(tmp_path), finished(tmp_path, datetime(2026, 11, 24, tzinfo=UTC))
        assert find_run(tmp_path, "20261123").path == path
        assert find_run(tmp_path, other.name).path == other
        with pytest.raises(RunError, match="may mean 2 runs"):
            find_run(tmp_path, "2026112")

    @pytest.mark.parametrize("name", ["2025", "", "../.."])
    def test_an_unknown_name_says_where_to_look(self, tmp_path: Path, name: str) -> None:
        finished(tmp_path)
        with pytest.raises(RunError, match="overlap runs list"):
            find_run(tmp_path, name)

    def test_without_runs_the_first_step_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="overlap run CORPUS"):
            latest_run(tmp_path)

    def test_a_folder_that_is_no_run_is_named_and_left_out(self, tmp_path: Path) -> None:
        whole, damaged = finished(tmp_path), finished(tmp_path)
        (damaged / "manifest.json").write_text("{")
        (runs_folder(tmp_path) / "notes").mkdir()
        assert [run.path for run in list_runs(tmp_path)] == [whole]
        sentences = broken_runs(tmp_path)
        assert len(sentences) == 2
        assert any("notes" in sentence for sentence in sentences)
        with pytest.raises(RunError, match="cannot be read"):
            load_run(damaged)

    def test_listing_needs_no_table_library(self, tmp_path: Path) -> None:
        finished(tmp_path)
        program = (
            "import sys; from pathlib import Path; from pipeline.store.runs import list_runs\n"
            f"assert len(list_runs(Path({str(tmp_path)!r}))) == 1\n"
            "print([name for name in ('pyarrow', 'pydantic', 'numpy', 'prefect') if name in sys.modules])"
        )
        assert (
            subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
        )


class TestDigest:
    def test_equal_findings_have_equal_digests(self) -> None:
        assert digest_of_findings([finding()]) == digest_of_findings([finding()])

    @pytest.mark.parametrize("change", [{"score": 0.5}, {"reasons": ()}, {"cluster": "c1"}, {"relation": Relation.SUB}])
    def test_any_difference_shows(self, change: dict[str, object]) -> None:
        assert digest_of_findings([finding()]) != digest_of_findings([finding(**change)])

    def test_order_counts(self) -> None:
        assert digest_of_findings([finding(1), finding(2)]) != digest_of_findings([finding(2), finding(1)])


def test_facts_of_a_going_run_can_be_read_back(tmp_path: Path) -> None:
    run = open_run(tmp_path, FACTS)
    assert run.facts == FACTS
    assert date.fromisoformat(run.facts["settings"]["as_of"]) == date(2026, 11, 23)
