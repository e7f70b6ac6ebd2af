"""Finished runs: where they lie, what they are called, and how they are found and read again.

    outputs/runs/20261123-114500-ab12cd/     a finished run
    outputs/runs/.staging-20261123-…/        a run that is going, or one that crashed

Listing reads the manifests alone; no table library is loaded for it.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.domain import Finding, Manifest, RunRecord
from pipeline.errors import RunError

__all__ = [
    "MANIFEST",
    "REPORT",
    "STAGING_PREFIX",
    "WORKBOOK",
    "RunFolder",
    "broken_runs",
    "digest_of_findings",
    "find_run",
    "latest_run",
    "list_runs",
    "load_run",
    "read_manifest",
    "runs_folder",
    "write_manifest",
]

MANIFEST = "manifest.json"
REPORT = "report.html"
WORKBOOK = "report.xlsx"
STAGING_PREFIX = ".staging-"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A finished run: its folder and its manifest."""

    path: Path
    manifest: Manifest

    @property
    def run_id(self) -> str:
        """Identifier of the run, which is also the name of its folder."""
        return self.manifest.run_id

    @property
    def report(self) -> Path:
        """The report for people."""
        return self.path / REPORT

    @property
    def workbook(self) -> Path:
        """The same report as an Excel workbook."""
        return self.path / WORKBOOK


def runs_folder(root: Path) -> Path:
    """Where the runs of an output folder lie."""
    return root / "runs"


def list_runs(root: Path) -> tuple[RunFolder, ...]:
    """All finished runs under an output folder, oldest first; folders without a readable manifest are left out."""
    found = []
    for folder in _folders(root):
        try:
            found.append(RunFolder(folder, read_manifest(folder)))
        except RunError:
            continue  # ``broken_runs`` names these
    return tuple(sorted(found, key=lambda run: (run.manifest.created_at, run.run_id)))


def broken_runs(root: Path) -> tuple[str, ...]:
    """One sentence for each folder that stands among the runs and is none."""
    sentences = []
    for folder in _folders(root):
        try:
            read_manifest(folder)
        except RunError as error:
            sentences.append(str(error))
    return tuple(sentences)


def latest_run(root: Path) -> RunFolder:
    """The run that was made last.

    Raises:
        RunError: there is no run yet.
    """
    runs = list_runs(root)
    if not runs:
        raise RunError(f"there is no run in {runs_folder(root)} yet; make one with: overlap run CORPUS")
    return runs[-1]


def find_run(root: Path, name: str = "latest") -> RunFolder:
    """The run with this identifier, or with the only identifier that begins so, or the latest.

    Raises:
        RunError: there is none, or there are several.
    """
    if name == "latest":
        return latest_run(root)
    runs = list_runs(root)
    exact = [run for run in runs if run.run_id == name]
    matching = exact or [run for run in runs if name and run.run_id.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = ", ".join(run.run_id for run in matching)
        raise RunError(f"{name!r} may mean {len(matching)} runs: {names}; write more of the identifier")
    raise RunError(f"no run in {runs_folder(root)} is called {name!r}; overlap runs list shows those that exist")


def load_run(path: Path) -> RunRecord:
    """Everything in a finished run folder.

    Raises:
        RunError: the folder is no finished run, or a file in it is missing or damaged.
    """
    from pipeline.store.contents import RunContents

    return RunContents(path).record(read_manifest(path))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a finished run.

    Raises:
        RunError: it is missing, damaged, of another version, or belongs to another folder.
    """
    try:
        values: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**values, "limits": tuple(values.get("limits", ()))})
    except FileNotFoundError as error:
        raise RunError(f"{folder} is no finished run: it has no {MANIFEST}") from error
    except (OSError, ValueError, TypeError) as error:
        known = ", ".join(field.name for field in fields(Manifest))
        raise RunError(f"{folder / MANIFEST} cannot be read ({error}); it should hold {known}") from error
    if folder.name != manifest.run_id:
        raise RunError(f"{folder} holds the manifest of another run, {manifest.run_id}")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest as JSON that a person can read."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def digest_of_findings(findings: Iterable[Finding]) -> str:
    """SHA-256 of the findings as canonical JSON: equal findings in equal order have equal digests."""
    values = [asdict(finding) for finding in findings]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _folders(root: Path) -> list[Path]:
    try:
        entries = sorted(os.scandir(runs_folder(root)), key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    return [Path(entry.path) for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
