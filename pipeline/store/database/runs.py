"""The runs that were imported, and what differs between two of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from pipeline.domain import Manifest, Overlap
from pipeline.errors import UnknownIdentifierError
from pipeline.review import pair_id
from pipeline.store.database.schema import runs
from pipeline.store.runs import read_manifest

__all__ = ["RunDetail", "RunDifference", "RunRow", "current_run", "list_runs", "run_detail", "run_difference"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run that was imported; times are ISO 8601 in UTC, ``folder`` is where its files lie, if they still do."""

    id: str
    created_at: str
    imported_at: str
    corpus: str
    folder: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with its manifest and what its import did to the pairs."""

    row: RunRow
    manifest: Manifest
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunDifference:
    """What differs between two runs: identifiers of pairs that only one has, or that another relation or score came to.

    ``changed`` gives relation and probability in the first and in the second run.
    """

    a: str
    b: str
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    changed: tuple[tuple[str, str, float, str, float], ...]
    same: int
    counts: Mapping[str, tuple[int, int]]
    settings: Mapping[str, tuple[str, str]]
    versions: Mapping[str, tuple[str, str]]
    inputs: Mapping[str, str]


def list_runs(session: Session) -> tuple[RunRow, ...]:
    """All runs that were imported, the newest first."""
    return tuple(map(_run, session.execute(select(runs).order_by(runs.c.created_at.desc())).mappings()))


def current_run(session: Session) -> RunRow | None:
    """The run whose results show; None before the first import."""
    row = session.execute(select(runs).where(runs.c.is_current)).mappings().first()
    return _run(row) if row is not None else None


def run_detail(session: Session, name: str) -> RunDetail:
    """A run by its identifier.

    Raises:
        UnknownIdentifierError: it was not imported.
    """
    row = session.execute(select(runs).where(runs.c.id == name)).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"the run {name!r} was not imported")
    manifest = Manifest(**{**json.loads(row["manifest"]), "limits": tuple(json.loads(row["manifest"])["limits"])})
    return RunDetail(_run(row), manifest, json.loads(row["report"]))


def run_difference(session: Session, a: str, b: str) -> RunDifference:
    """What differs between two runs, read from their folders.

    Raises:
        UnknownIdentifierError: one of them was not imported.
        RunError: a folder is gone or damaged.
    """
    first, second = run_detail(session, a), run_detail(session, b)
    before, after = _overlaps(first.row.folder), _overlaps(second.row.folder)
    both = [name for name in before if name in after]
    changed = tuple(
        (
            name,
            before[name].relation.value,
            before[name].probability,
            after[name].relation.value,
            after[name].probability,
        )
        for name in both
        if (before[name].relation, before[name].probability) != (after[name].relation, after[name].probability)
    )
    old, new = first.manifest, second.manifest
    return RunDifference(
        a=a,
        b=b,
        only_a=tuple(name for name in before if name not in after),
        only_b=tuple(name for name in after if name not in before),
        changed=changed,
        same=len(both) - len(changed),
        counts={key: (old.counts.get(key, 0), new.counts.get(key, 0)) for key in sorted(old.counts | new.counts)},
        settings=_differing(old.settings, new.settings),
        versions=_differing(old.versions, new.versions),
        inputs=_inputs(old.inputs, new.inputs),
    )


def _overlaps(folder: str) -> dict[str, Overlap]:
    """The pairs of a run by their lasting identifiers, the best first."""
    from pipeline.store.contents import RunContents

    path = Path(folder)
    read_manifest(path)
    held = sorted(RunContents(path).read_overlaps(), key=lambda o: (not o.relation.is_finding, -o.probability, o.id))
    best: dict[str, Overlap] = {}
    for overlap in held:
        best.setdefault(pair_id(overlap.left, overlap.right), overlap)
    return best


def _told(overlap: Overlap) -> tuple[str, float]:
    return overlap.relation.value, overlap.probability


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    keys = sorted({*old, *new})
    return {key: (old.get(key, ""), new.get(key, "")) for key in keys if old.get(key) != new.get(key)}


def _inputs(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """What became of each file that is not the same in both: ``added``, ``removed`` or ``changed``."""
    found = {path: "added" for path in new if path not in old} | {path: "removed" for path in old if path not in new}
    return dict(sorted((found | {p: "changed" for p in old if p in new and old[p] != new[p]}).items()))


def _run(row: RowMapping) -> RunRow:
    return RunRow(**{name: row[name] for name in RunRow.__dataclass_fields__})
