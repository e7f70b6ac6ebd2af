"""Shards on a real Dask cluster: the same results with any number of workers, also when one of them is killed."""

import os
import shutil
import signal
import socket
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_flows_stages import whole_road

from flows import dask_engine, engines
from flows.shards import cut, read_all, segment_all
from flows.spec import RunSpec
from pipeline.embed import load_encoder
from pipeline.errors import ConfigurationError, UsageError
from pipeline.ingest import find_files, relative_name
from pipeline.store.runs import RunFolder

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "sample"


def square(shared: dict[str, int], shard: Sequence[int]) -> list[int]:
    return [shared["add"] + number * number for number in shard]


def process(shared: str, shard: int) -> tuple[int, int]:
    """Notes which process did a shard; the process of the first shard three is killed in the middle of it."""
    folder = Path(shared)
    (folder / f"{shard}-{os.getpid()}-{time.monotonic_ns()}").touch()
    if shard == 3 and not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return shard, os.getpid()


@dataclass(frozen=True)
class Watched:
    """A shard of a run with the stage that it belongs to and its number there."""

    function: Callable[[Any, Any], Any]
    shared: Any
    notes: Path
    # Stages whose worker is killed once in the middle of a shard, with the number of the shard.
    kills: dict[str, int]

    def __call__(self, _: None, shard: tuple[int, Any]) -> Any:
        number, items = shard
        stage = self.function.__name__
        (self.notes / f"{stage} {number} {os.getpid()} {time.monotonic_ns()}").touch()
        result = self.function(self.shared, items)
        killed = self.notes / f"killed {stage}"
        if self.kills.get(stage) == number and not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def watched_shard(watched: Watched, shard: tuple[int, Any]) -> Any:
    return watched(None, shard)


def settings(_shared: None, _shard: int) -> tuple[str | None, str | None]:
    return os.environ.get("OMP_NUM_THREADS"), os.environ.get("OVERLAP_TEST")


def fails(_shared: None, shard: int) -> int:
    if shard == 2:
        raise UsageError("this shard cannot be done")
    return shard


class TestCuts:
    @given(st.lists(st.text(max_size=8), max_size=500), st.integers(1, 50))
    def test_nothing_is_lost_and_the_order_stays(self, keys: list[str], most: int) -> None:
        runs = list(cut(keys, keys, most))
        assert [key for run in runs for key in run] == keys
        assert all(runs)

    def test_a_change_touches_few_runs(self) -> None:
        keys = [str(number) for number in range(1000)]
        for place in range(0, 1000, 7):
            changed = [*keys[:place], "another", *keys[place + 1 :]]
            before, after = ({tuple(run) for run in cut(side, side, 8)} for side in (keys, changed))
            # A run may be cut in two or joined to its neighbour.
            assert 1 <= len(after - before) <= 4

    @given(st.lists(st.text(max_size=8), min_size=64, max_size=500, unique=True))
    def test_runs_are_not_cut_too_small(self, keys: list[str]) -> None:
        assert len(list(cut(keys, keys, 8_192, 1_000))) <= 1 + len(keys) // 30
        assert max(map(len, cut(keys, keys, 8_192, 8))) <= 32

    def test_workers_do_not_matter(self) -> None:
        keys = [str(number) for number in range(1000)]
        assert list(cut(keys, keys, 64)) == list(cut(keys, keys, 64))


class TestEngines:
    def test_without_a_cluster_a_stage_does_with_this_machine(self, tmp_path: Path) -> None:
        with engines.engaged("local", tmp_path):
            assert engines.spread() is None

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("ray", ""), "there is no engine 'ray'"),
            (("local", "tcp://127.0.0.1:1"), "go with --engine dask"),
            (("dask", "tcp://127.0.0.1:1", 2), "belongs to a cluster that is started"),
        ],
    )
    def test_what_does_not_go_together_is_told(self, arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
        engine, *rest = arguments
        with pytest.raises(UsageError, match=words), engines.engaged(engine, tmp_path, *rest):  # type: ignore[arg-type]
            pass

    def test_an_address_where_nobody_answers_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dask_engine, "_SECONDS_TO_CONNECT", 1)
        with (
            pytest.raises(ConfigurationError, match="no Dask cluster"),
            engines.engaged("dask", tmp_path, "tcp://127.0.0.1:9"),
        ):
            pass


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
class TestCluster:
    @pytest.fixture(scope="class")
    def spread(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Spread]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OVERLAP_TEST", "seen")
            patch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'tests'}")
            with engines.engaged("dask", tmp_path_factory.mktemp("work"), workers=2):
                found = engines.spread()
                assert found is not None
                yield found

    def test_results_come_in_the_order_of_the_shards(self, spread: engines.Spread) -> None:
        shards = [list(range(start, start + 3)) for start in range(0, 90, 3)]
        assert [n for found in spread(square, {"add": 1}, shards) for n in found] == [1 + n * n for n in range(90)]
        assert list(spread(square, {"add": 2}, [[1]])) == [[3]]  # what shards share changes from stage to stage

    def test_workers_have_one_thread_and_our_settings(self, spread: engines.Spread) -> None:
        assert set(spread(settings, None, range(6))) == {("1", "seen")}

    def test_a_failure_is_the_one_of_the_shard(self, spread: engines.Spread) -> None:
        with pytest.raises(UsageError, match="this shard cannot be done"):
            list(spread(fails, None, range(5)))
        assert list(spread(fails, None, [0, 1])) == [0, 1]

    def test_a_killed_worker_costs_its_shard_alone(self, spread: engines.Spread, tmp_path: Path) -> None:
        found = list(spread(process, str(tmp_path), range(40)))
        assert [shard for shard, _ in found] == list(range(40))
        times = Counter(path.name.partition("-")[0] for path in tmp_path.iterdir() if path.name != "killed")
        # What the worker had done before lies in files, also where nobody had asked for it yet.
        assert times == {str(number): 2 if number == 3 else 1 for number in range(40)}

    def test_shards_with_the_same_content_are_shards_of_their_own(self, spread: engines.Spread) -> None:
        assert list(spread(square, {"add": 1}, [[2], [2], [2]])) == [[5], [5], [5]]

    @pytest.mark.usefixtures("spread")
    def test_two_clusters_on_one_machine_do_not_get_in_each_other_s_way(self, tmp_path: Path) -> None:
        with socket.socket() as other, warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            with suppress(OSError):  # the port is taken already
                other.bind(("127.0.0.1", 8787))
                other.listen()
            with engines.engaged("dask", tmp_path, workers=1):
                over = engines.spread()
                assert over is not None
                assert list(over(square, {"add": 1}, [[1], [2]])) == [[2], [5]]
        assert [str(one.message) for one in told if "8787" in str(one.message)] == []

    def test_documents_are_read_and_cut_as_on_this_machine(self, spread: engines.Spread) -> None:
        files = [(path.absolute(), relative_name(path, SAMPLE)) for path in find_files(SAMPLE)[:12]]
        told: list[tuple[int, int]] = []
        documents = read_all(spread, files, lambda done, of: told.append((done, of)))
        assert [document.path for document in documents] == [name for _, name in files]
        assert told[-1] == (12, 12)
        assert segment_all(spread, documents, lambda *_: None) == segment_all(None, documents, lambda *_: None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run on the whole sample corpus without a cluster."""
    out = tmp_path_factory.mktemp("plain")
    give_models(out)
    return whole_road(RunSpec(str(SAMPLE), str(out), "2026-11-23"))


def give_models(out: Path) -> None:
    """The export of the model, which takes half a minute to make."""
    load_encoder(ROOT / "outputs")
    shutil.copytree(ROOT / "outputs" / "cache" / "models", out / "cache" / "models")


def give_vectors(out: Path, run: RunFolder) -> None:
    shutil.copytree(run.path.parent.parent / "cache" / "embeddings", out / "cache" / "embeddings")


def tables(run: RunFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted([*run.path.glob("*.parquet"), run.path / "rejected.jsonl"])}


def assert_same(run: RunFolder, plain: RunFolder) -> None:
    assert run.manifest.findings_digest == plain.manifest.findings_digest
    assert run.manifest.inputs == plain.manifest.inputs
    assert run.manifest.limits == plain.manifest.limits
    found, expected = tables(run), tables(plain)
    assert {"overlaps.parquet", "resolution_pairs.parquet", "clusters.parquet", "findings.parquet"} <= set(expected)
    assert [name for name in expected if found.get(name) != expected[name]] == []
    assert set(found) == set(expected)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
class TestWholeRun:
    @pytest.fixture(autouse=True)
    def _workers_find_this_module(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'tests'}")
        # The sample has few pairs; so they make shards enough to be spread, and no pair may depend on its shard.
        monkeypatch.setattr("pipeline.match.exact._CHUNK", 100)

    def run(self, out: Path, workers: int, notes: Path, kills: dict[str, int] | None = None) -> RunFolder:
        """A run on a cluster of its own; each time a shard is begun leaves a file in ``notes``."""
        notes.mkdir()
        with engines.engaged("dask", out / "shards", workers=workers):
            over = engines.spread()
            assert over is not None

            def watched(function: Callable[[Any, Any], Any], shared: Any, shards: Iterable[Any]) -> Iterator[Any]:
                return over(watched_shard, Watched(function, shared, notes, kills or {}), enumerate(shards))

            with engines.spreading(watched):
                run = whole_road(RunSpec(str(SAMPLE), str(out), "2026-11-23"))
        assert list((out / "shards").iterdir()) == []
        return run

    def times(self, notes: Path) -> dict[str, Counter[int]]:
        """How often each shard of each stage was begun."""
        counted: dict[str, Counter[int]] = {}
        for path in notes.iterdir():
            stage, number, *rest = path.name.split()
            if rest:
                counted.setdefault(stage, Counter())[int(number)] += 1
        return counted

    @pytest.mark.parametrize("workers", [1, 2, 4])
    def test_the_tables_are_those_of_a_run_without_a_cluster(
        self, workers: int, plain: RunFolder, tmp_path: Path
    ) -> None:
        give_models(tmp_path)
        if workers == 4:
            give_vectors(tmp_path, plain)
        run = self.run(tmp_path, workers, tmp_path / "notes")
        assert_same(run, plain)
        assert run.manifest.counts["embedded"] == (0 if workers == 4 else plain.manifest.counts["passages"])
        times = self.times(tmp_path / "notes")
        encoded = {"_encode"} if workers != 4 else set()
        assert set(times) == {"_read", "_segment", "_score_all"} | encoded
        assert all(len(shards) > 2 and set(shards.values()) == {1} for shards in times.values())

    def test_workers_killed_in_each_stage_cost_their_shards_alone(self, plain: RunFolder, tmp_path: Path) -> None:
        give_models(tmp_path)
        kills = {"_read": 20, "_segment": 20, "_encode": 3, "_score_all": 1}
        run = self.run(tmp_path, 2, tmp_path / "notes", kills)
        assert_same(run, plain)
        times = self.times(tmp_path / "notes")
        again = {stage: {number: n for number, n in shards.items() if n > 1} for stage, shards in times.items()}
        assert again == {stage: {number: 2} for stage, number in kills.items()}
        assert all(sorted(shards) == list(range(len(shards))) for shards in times.values())
