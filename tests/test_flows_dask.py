"""Shards on a real Dask cluster: the same results with any number of workers, also when one of them is killed."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import dask_engine, engines
from flows.shards import cut, read_all, segment_all
from pipeline.errors import ConfigurationError, UsageError
from pipeline.ingest import find_files, relative_name

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
        times = [path.name.partition("-")[0] for path in tmp_path.iterdir() if path.name != "killed"]
        again = {shard for shard in times if times.count(shard) > 1}
        assert "3" in again
        # The worker that died held the results of what it had done and not yet handed over.
        assert len(again) <= 10

    def test_documents_are_read_and_cut_as_on_this_machine(self, spread: engines.Spread) -> None:
        files = [(path.absolute(), relative_name(path, SAMPLE)) for path in find_files(SAMPLE)[:12]]
        told: list[tuple[int, int]] = []
        documents = read_all(spread, files, lambda done, of: told.append((done, of)))
        assert [document.path for document in documents] == [name for _, name in files]
        assert told[-1] == (12, 12)
        assert segment_all(spread, documents, lambda *_: None) == segment_all(None, documents, lambda *_: None)  # type: ignore[arg-type]
