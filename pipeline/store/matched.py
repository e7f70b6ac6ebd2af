"""The last match of an output folder, kept so that the next one scores only what has changed."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.match import MatchMemory, MatchResult
from pipeline.store import tables
from pipeline.store.contents import WORK_FOLDER, RunContents, StageRef, digest_of
from pipeline.store.kept import Kept

__all__ = ["EarlierMatch", "keep_match", "read_match", "write_match"]

_KIND = "match"
_BEFORE = f"{WORK_FOLDER}/before"
_MEMORY = f"{WORK_FOLDER}/memory.npz"


@dataclass(frozen=True, slots=True)
class EarlierMatch:
    """What an earlier match left: its ``memory``, and the rows of its overlaps in the order of ``memory.kept``."""

    memory: MatchMemory
    rows: Any


def read_match(kept: Kept, key: str, contents: RunContents) -> EarlierMatch | None:
    """The last match under a key, its files copied into the folder of the run that is going."""
    folder = contents.folder / _BEFORE
    if kept.read_files(_KIND, key, folder) is None:
        return None
    with np.load(folder / _MEMORY, allow_pickle=False) as arrays:
        memory = MatchMemory.of(arrays)
    return EarlierMatch(memory, tables.OVERLAPS.table.read_table(folder))


def write_match(contents: RunContents, result: MatchResult, earlier: EarlierMatch | None) -> StageRef:
    """Write the overlaps of a match, those that stand from an earlier one among them, and what the next one needs."""
    standing = earlier.rows.take(result.again) if earlier is not None else None
    ref = contents.write_overlaps(result.overlaps, result.weights, result.kinship, standing)
    ids = [*(standing.column("id").to_pylist() if standing is not None else ()), *(o.id for o in result.overlaps)]
    memory = replace(result.memory, kept=result.memory.kept[np.argsort(np.array(ids, dtype=np.str_), kind="stable")])
    np.savez(contents.folder / _MEMORY, allow_pickle=False, **memory.arrays())
    return ref


def keep_match(kept: Kept, key: str, contents: RunContents, ref: StageRef) -> None:
    """Keep what ``write_match`` left as the last match under a key."""
    memory: Path = contents.folder / _MEMORY
    files = [file for file in ref.files if file[0] == tables.OVERLAPS.table.file]
    kept.write_files(_KIND, key, contents.folder, [*files, (_MEMORY, digest_of(memory))], {})
