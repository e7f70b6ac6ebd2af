"""The vector cache: each passage once, several writers at once, and no damaged byte ever used."""

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import RunError
from pipeline.store.embeddings import DiskVectorCache, embeddings_folder, kept_shards, prune_shards, vector_cache

DIGEST = "53" * 32
DIMENSION = 8


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def vector(number: int) -> NDArray[np.float32]:
    return np.random.default_rng(number).standard_normal(DIMENSION).astype(np.float32)


def some(numbers: Iterable[int]) -> dict[str, NDArray[np.float32]]:
    return {key(number): vector(number) for number in numbers}


def shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.vectors"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return embeddings_folder(tmp_path, DIGEST)


def opened(folder: Path) -> DiskVectorCache:
    return DiskVectorCache(folder, DIGEST)


def test_what_is_put_comes_back_bit_for_bit(folder: Path) -> None:
    opened(folder).put(some(range(5)))
    found = opened(folder).get([key(number) for number in range(7)])
    assert set(found) == {key(number) for number in range(5)}
    for number in range(5):
        assert found[key(number)].dtype == np.float32
        assert found[key(number)].tobytes() == vector(number).tobytes()


def test_an_empty_cache_knows_nothing_and_makes_no_folder(folder: Path) -> None:
    assert opened(folder).get([key(1)]) == {}
    opened(folder).put({})
    assert not folder.exists()


def test_what_is_there_is_not_written_again(folder: Path) -> None:
    cache = opened(folder)
    cache.put(some(range(5)))
    cache.put(some(range(5)))
    opened(folder).put(some(range(3, 7)))
    assert len(shards(folder)) == 2
    assert len(cache) == 7


def test_a_vector_written_by_another_process_is_seen(folder: Path) -> None:
    reader = opened(folder)
    assert reader.get([key(1)]) == {}
    opened(folder).put(some([1]))
    assert set(reader.get([key(1)])) == {key(1)}


def test_models_do_not_mix(folder: Path) -> None:
    opened(folder).put(some([1]))
    other = DiskVectorCache(folder, DIGEST[:12] + "00" * 26)
    assert other.get([key(1)]) == {}
    assert "another model" in other.notices[0]


@pytest.mark.parametrize("position", [0, 40, 100, 300, -1])
def test_a_damaged_shard_is_set_aside_and_told(folder: Path, position: int, caplog: pytest.LogCaptureFixture) -> None:
    opened(folder).put(some(range(10)))
    (shard,) = shards(folder)
    content = bytearray(shard.read_bytes())
    content[position] ^= 0xFF
    shard.write_bytes(content)
    cache = opened(folder)
    with caplog.at_level(logging.WARNING):
        found = cache.get([key(number) for number in range(10)])
    assert found == {}
    if cache.notices:  # damage in a key may only make that key unknown until another vector of the shard is wanted
        assert "damaged" in caplog.text
    assert not shards(folder)
    assert len(list(folder.glob("*.damaged"))) == 1
    cache.put(some(range(10)))
    assert len(opened(folder).get([key(number) for number in range(10)])) == 10


def test_a_shard_cut_off_in_the_middle_is_not_used(folder: Path) -> None:
    opened(folder).put(some(range(10)))
    (shard,) = shards(folder)
    shard.write_bytes(shard.read_bytes()[:200])
    assert opened(folder).get([key(number) for number in range(10)]) == {}


def test_a_vector_that_another_shard_holds_too_survives_the_damage(folder: Path) -> None:
    first, second = opened(folder), opened(folder)
    assert second.get([key(1)]) == {}
    first.put(some([1, 2]))
    DiskVectorCache._scan, kept = lambda self: None, DiskVectorCache._scan  # the second writer does not look first
    try:
        second.put(some([1, 3]))
    finally:
        DiskVectorCache._scan = kept
    for shard in shards(folder)[:1]:
        shard.write_bytes(shard.read_bytes()[:-1])
    assert key(1) in opened(folder).get([key(1)])


def test_leftovers_of_a_crashed_writer_are_not_read(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ".1-abc.tmp").write_bytes(b"half a shard")
    assert opened(folder).get([key(1)]) == {}


def test_vectors_that_do_not_belong_together_are_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="one length"):
        opened(folder).put({key(1): np.zeros(3, np.float32), key(2): np.zeros(4, np.float32)})
    with pytest.raises(ValueError, match="SHA-256"):
        opened(folder).put({"abcd": np.zeros(3, np.float32)})


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        opened(embeddings_folder(tmp_path, DIGEST)).put(some([1]))


def test_several_processes_write_at_once(folder: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests'); from pathlib import Path\n"
        "from test_store_embeddings import opened, some\n"
        "first = int(sys.argv[2])\n"
        "cache = opened(Path(sys.argv[1]))\n"
        "for start in range(first, first + 60, 6): cache.put(some(range(start, start + 12)))"
    )
    root = Path(__file__).parent.parent
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), str(first)], cwd=root)
        for first in (0, 20, 40, 60)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    cache = opened(folder)
    found = cache.get([key(number) for number in range(126)])
    assert len(found) == 126
    assert all(found[key(number)].tobytes() == vector(number).tobytes() for number in range(126))
    assert not cache.notices
    assert not list(folder.glob(".*"))


def test_a_large_cache_is_read_in_one_piece(folder: Path) -> None:
    numbers = range(20_000)
    matrix = np.random.default_rng(0).standard_normal((len(numbers), 384)).astype(np.float32)
    keys = [key(number) for number in numbers]
    opened(folder).put(dict(zip(keys, matrix, strict=True)))
    found = opened(folder).get(keys)
    assert np.array_equal(np.stack([found[one] for one in keys]), matrix)


def test_pruning_removes_what_no_run_has_read_for_long_and_nothing_else(tmp_path: Path) -> None:
    folder = embeddings_folder(tmp_path, DIGEST)
    opened(folder).put(some([1, 2]))
    opened(folder).put(some([3]))
    for shard in shards(folder):
        os.utime(shard, (1, 1))
    (folder / "x.damaged").write_bytes(b"")
    vector_cache(tmp_path, DIGEST).get([key(3)])  # reading is use
    assert sorted(one.vectors for one in kept_shards(tmp_path)) == [1, 2]
    assert {one.encoder for one in kept_shards(tmp_path)} == {DIGEST[:12]}
    removed = prune_shards(tmp_path, datetime.now(UTC) - timedelta(days=1))
    assert len(removed) == 2
    assert set(vector_cache(tmp_path, DIGEST).get([key(n) for n in (1, 2, 3)])) == {key(3)}
    assert [one.vectors for one in kept_shards(tmp_path)] == [1]


def test_a_shard_pruned_under_a_reader_is_computed_again(tmp_path: Path) -> None:
    reader = vector_cache(tmp_path, DIGEST)
    vector_cache(tmp_path, DIGEST).put(some([1]))
    assert len(reader) == 1
    prune_shards(tmp_path, datetime.now(UTC) + timedelta(days=1))
    assert reader.get([key(1)]) == {}
    reader.put(some([1]))
    assert set(reader.get([key(1)])) == {key(1)}
    assert not reader.notices
