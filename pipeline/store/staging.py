"""A run that is still going: a folder beside the finished ones, which becomes one of them when it is whole.

Nobody sees half a run: the folder has a hidden name until everything in it is on the disk, and then changes its name in
one step. What a crash leaves behind is removed by the next run, unless the process that owns it still lives.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.domain import Manifest
from pipeline.errors import RunError
from pipeline.store import ownership
from pipeline.store.contents import WORK_FOLDER, RunContents
from pipeline.store.runs import STAGING_PREFIX, RunFolder, runs_folder, write_manifest

__all__ = ["StagedRun", "open_run", "sweep"]

_FACTS = f"{WORK_FOLDER}/facts.json"
_MOST_ATTEMPTS = 1_000


@dataclass(frozen=True, slots=True)
class StagedRun:
    """A small reference to a run that is going; tasks pass it among themselves."""

    run_id: str
    created_at: str
    folder: Path

    @property
    def contents(self) -> RunContents:
        """What the folder holds so far."""
        return RunContents(self.folder)

    @property
    def facts(self) -> dict[str, dict[str, str]]:
        """What the run was opened with: inputs, settings and versions."""
        facts: dict[str, dict[str, str]] = json.loads((self.folder / _FACTS).read_text(encoding="utf-8"))
        return facts

    @property
    def root(self) -> Path:
        """The output folder that the run belongs to."""
        return self.folder.parent.parent

    @property
    def target(self) -> Path:
        """Where the run will lie once it is whole."""
        return self.folder.with_name(self.run_id)

    def publish(self, manifest: Manifest) -> RunFolder:
        """Write the manifest, bring everything to the disk and give the folder its final name.

        Raises:
            RunError: the manifest is of another run, or the folder is gone.
        """
        if manifest.run_id != self.run_id:
            raise RunError(f"the manifest of run {manifest.run_id} cannot close run {self.run_id}")
        if not self.folder.is_dir():
            raise RunError(f"{self.folder} was removed while the run was going; start the run again")
        write_manifest(self.folder, manifest)
        shutil.rmtree(self.folder / WORK_FOLDER, ignore_errors=True)
        for path in sorted(self.folder.rglob("*")):
            _sync(path)
        _sync(self.folder)
        self.folder.rename(self.target)
        (self.target / ownership.LOCK_FILE).unlink(missing_ok=True)
        _sync(self.target.parent)
        return RunFolder(self.target, manifest)

    def discard(self) -> None:
        """Remove everything, as if the run had never begun; a published run stays."""
        shutil.rmtree(self.folder, ignore_errors=True)


def open_run(root: Path, facts: Mapping[str, Mapping[str, str]], now: datetime | None = None) -> StagedRun:
    """A new, empty run, after what crashed runs left behind is removed.

    Args:
        root: the output folder.
        facts: what makes this run what it is (inputs, settings, versions), as JSON values; the identifier ends in the
            beginning of their digest.
        now: the time of the run; the clock's when missing.

    Raises:
        RunError: the output folder cannot be written.
    """
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    folder = runs_folder(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(root)
        return _claim(folder, moment, json.dumps(facts, sort_keys=True, ensure_ascii=False))
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}") from error


def sweep(root: Path) -> tuple[Path, ...]:
    """Remove the folders of crashed runs and return which."""
    staged = sorted(runs_folder(root).glob(f"{STAGING_PREFIX}*"))
    crashed = [path for path in staged if path.is_dir() and not ownership.is_owned(path)]
    for path in crashed:
        shutil.rmtree(path, ignore_errors=True)
    return tuple(crashed)


def _claim(folder: Path, moment: datetime, facts: str) -> StagedRun:
    """The first free identifier of this second; making a folder is the step that only one process can win."""
    for attempt in range(_MOST_ATTEMPTS):
        digest = hashlib.sha256(f"{facts}\n{attempt}".encode()).hexdigest()
        run_id = f"{moment:%Y%m%d-%H%M%S}-{digest[:6]}"
        staged = StagedRun(run_id, moment.isoformat(timespec="microseconds"), folder / f"{STAGING_PREFIX}{run_id}")
        try:
            staged.folder.mkdir()
        except FileExistsError:
            continue
        # A run that was published between two attempts has freed its staging name but not its own.
        if staged.target.exists():
            staged.folder.rmdir()
            continue
        ownership.take(staged.folder)
        (staged.folder / WORK_FOLDER).mkdir()
        (staged.folder / _FACTS).write_text(facts, encoding="utf-8", newline="\n")
        return staged
    raise RunError(f"{folder} already holds {_MOST_ATTEMPTS} runs of this second")


def _sync(path: Path) -> None:
    """Bring a file or a folder to the disk; systems that cannot open folders do without."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
