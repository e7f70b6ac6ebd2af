"""What changed in the findings from one run to another, and why.

A finding is the same in both runs when it is about the same two works: a new edition of a text keeps its findings.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Finding, Manifest, Resolution, ResolutionPair, Standing, parse_instrument_id

__all__ = ["ComparedRun", "FindingChange", "FindingState", "RunChange", "RunDifference", "compare_runs"]

# Smaller changes of a probability show nowhere.
_LEAST_CHANGE = 0.005


class FindingChange(StrEnum):
    """What became of a finding; the first that holds."""

    NEW = "new"
    GONE = "gone"
    RELATION = "relation"
    PROBABILITY = "probability"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """What of a run is compared."""

    manifest: Manifest
    resolutions: Sequence[Resolution]
    pairs: Sequence[ResolutionPair]
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class FindingState:
    """A finding in one run: its texts with their editions, its place, and how probable the overlap is, in [0, 1]."""

    a: str
    b: str
    rank: int
    cross_body: bool
    relation: str
    probability: float
    headline: str


@dataclass(frozen=True, slots=True)
class RunChange:
    """One finding that is not as it was; ``before`` is None where it is new, ``after`` where it is gone."""

    change: FindingChange
    works: tuple[str, str]
    before: FindingState | None
    after: FindingState | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDifference:
    """All findings that are not as they were, by kind and then as they are ranked; ``same`` counts the others.

    ``reasons`` are changes that may touch every finding: corpus, settings, model, versions.
    """

    before: str
    after: str
    changes: tuple[RunChange, ...]
    same: int
    reasons: tuple[str, ...]

    def of(self, change: FindingChange) -> tuple[RunChange, ...]:
        """The changes of one kind, in their order."""
        return tuple(one for one in self.changes if one.change is change)


def compare_runs(before: ComparedRun, after: ComparedRun) -> RunDifference:
    """What changed in the findings from ``before`` to ``after``.

    A finding has moved when it stands elsewhere among those that both runs have: a new one above it moves nothing.
    """
    old, new = _states(before), _states(after)
    causes = _Causes(before, after)
    common = [key for key in old if key in new]
    places = [{key: place for place, key in enumerate(_ranked(side, common))} for side in (old, new)]
    changes = [
        RunChange(FindingChange.NEW, key[0], None, state, causes.of_new(state))
        for key, state in new.items()
        if key not in old
    ]
    changes += [
        RunChange(FindingChange.GONE, key[0], state, None, causes.of_gone(state))
        for key, state in old.items()
        if key not in new
    ]
    for key in common:
        change = _change(old[key], new[key], moved=places[0][key] != places[1][key])
        if change is not None:
            changes.append(RunChange(change, key[0], old[key], new[key], causes.of_changed(old[key], new[key])))
    return RunDifference(
        before=before.manifest.run_id,
        after=after.manifest.run_id,
        changes=tuple(sorted(changes, key=_order)),
        same=len(common) - sum(one.before is not None and one.after is not None for one in changes),
        reasons=causes.general,
    )


_Key = tuple[tuple[str, str], int]


def _states(run: ComparedRun) -> dict[_Key, FindingState]:
    """The findings by their two works; several about the same works are numbered as they are ranked."""
    probability = {frozenset((pair.a, pair.b)): pair.probability for pair in run.pairs}
    found: dict[_Key, FindingState] = {}
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for finding in sorted(run.findings, key=lambda f: (not f.cross_body, f.rank)):
        first, second = sorted((_work(finding.a), _work(finding.b)))
        works = (first, second)
        seen[works] += 1
        found[works, seen[works]] = FindingState(
            a=finding.a,
            b=finding.b,
            rank=finding.rank,
            cross_body=finding.cross_body,
            relation=finding.relation.value,
            probability=probability.get(frozenset((finding.a, finding.b)), 0.0),
            headline=finding.headline,
        )
    return found


def _ranked(states: Mapping[_Key, FindingState], keys: Iterable[_Key]) -> list[_Key]:
    return sorted(keys, key=lambda key: (not states[key].cross_body, states[key].rank))


def _change(before: FindingState, after: FindingState, *, moved: bool) -> FindingChange | None:
    if before.relation != after.relation:
        return FindingChange.RELATION
    if abs(before.probability - after.probability) >= _LEAST_CHANGE:
        return FindingChange.PROBABILITY
    return FindingChange.MOVED if moved else None


def _order(change: RunChange) -> tuple[int, bool, int, tuple[str, str]]:
    state = change.after or change.before
    kind = list(FindingChange).index(change.change)
    return kind, not (state and state.cross_body), state.rank if state else 0, change.works


class _Causes:
    """Why findings may differ: what happened to texts, and what holds for both runs as wholes."""

    def __init__(self, before: ComparedRun, after: ComparedRun) -> None:
        self._before = {str(text.id): text for text in before.resolutions}
        self._after = {str(text.id): text for text in after.resolutions}
        self._works = tuple({_work(name) for name in side} for side in (self._before, self._after))
        self.general = _general(before.manifest, after.manifest)

    def of_new(self, state: FindingState) -> tuple[str, ...]:
        """Why a finding is there now."""
        return self._told([self._arrived(name) for name in (state.a, state.b)])

    def of_gone(self, state: FindingState) -> tuple[str, ...]:
        """Why a finding is no longer there."""
        return self._told([self._left(name) for name in (state.a, state.b)])

    def of_changed(self, before: FindingState, after: FindingState) -> tuple[str, ...]:
        """Why a finding is not as it was."""
        now = {_work(name): name for name in (after.a, after.b)}
        return self._told([self._became(name, now[_work(name)]) for name in (before.a, before.b)])

    def _told(self, sentences: Sequence[str]) -> tuple[str, ...]:
        own = tuple(sentence for sentence in dict.fromkeys(sentences) if sentence)
        if own:
            return own
        return self.general or ("other findings changed their places",)

    def _arrived(self, name: str) -> str:
        work = _work(name)
        if work not in self._works[0]:
            return f"{name} was not in the corpus before"
        if name not in self._before:
            return f"{name} is an edition that was not in the corpus before"
        if self._before[name].standing is not Standing.IN_FORCE:
            return f"{name} was {self._before[name].standing.value} before"
        return self._became(name, name)

    def _left(self, name: str) -> str:
        work = _work(name)
        if work not in self._works[1]:
            return f"{name} is no longer in the corpus"
        if name not in self._after:
            return f"this edition of {work} is no longer in the corpus: {name}"
        standing = self._after[name].standing
        if standing is Standing.SUPERSEDED:
            newer = sorted(n for n, t in self._after.items() if _work(n) == work and t.standing is Standing.IN_FORCE)
            return f"{name} was replaced by {newer[-1]}" if newer else f"{name} was superseded"
        if standing is not Standing.IN_FORCE:
            return f"{name} is {standing.value} now"
        return self._became(name, name)

    def _became(self, before: str, after: str) -> str:
        if before != after:
            return f"{before} was replaced by {after}"
        old, new = self._before.get(before), self._after.get(after)
        if old is None or new is None or _said(old) == _said(new):
            return ""
        return f"the text of {after} changed"


def _said(text: Resolution) -> tuple[tuple[str, str], ...]:
    return tuple((clause.id, clause.text) for clause in text.clauses)


def _general(before: Manifest, after: Manifest) -> tuple[str, ...]:
    """What differs between two runs as wholes, in words."""
    told = []
    added, removed = len(after.inputs.keys() - before.inputs.keys()), len(before.inputs.keys() - after.inputs.keys())
    changed = sum(after.inputs[name] != before.inputs[name] for name in after.inputs.keys() & before.inputs.keys())
    files = [
        f"{count} {what}" for count, what in ((added, "added"), (removed, "removed"), (changed, "changed")) if count
    ]
    if files:
        told.append(f"files of the corpus: {', '.join(files)}")
    for kind, old, new in (
        ("setting", before.settings, after.settings),
        ("version", before.versions, after.versions),
    ):
        told += [
            f"{kind} {name}: {old.get(name, 'none')} before, {new.get(name, 'none')} now"
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]
    return tuple(told)


def _work(name: str) -> str:
    return str(parse_instrument_id(name).work)
