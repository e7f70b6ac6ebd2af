"""What changed from one run to another, told finding by finding with its reason."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from conftest import Road

from pipeline.domain import Finding, Manifest, Resolution, Standing
from pipeline.report.difference import ComparedRun, FindingChange, RunChange, compare_runs

MANIFEST = Manifest("20261122-000000-aaaaaa", "2026-11-22T00:00:00+00:00", "corpus", {"a.docx": "1", "b.docx": "2"})


@pytest.fixture
def before(sample_road: Road) -> ComparedRun:
    return ComparedRun(MANIFEST, sample_road.settled.resolutions, sample_road.pairs, sample_road.findings)


def later(run: ComparedRun, **facts: dict[str, str]) -> ComparedRun:
    return replace(run, manifest=replace(run.manifest, run_id="20261123-000000-bbbbbb", **facts))


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(finding, rank=rank) for rank, finding in enumerate(findings, start=1))


def only(changes: tuple[RunChange, ...]) -> RunChange:
    (change,) = changes
    return change


def test_a_run_does_not_differ_from_itself(before: ComparedRun) -> None:
    difference = compare_runs(before, later(before))
    assert difference.changes == difference.reasons == ()
    assert difference.same == len(before.findings) > 10
    assert (difference.before, difference.after) == (MANIFEST.run_id, "20261123-000000-bbbbbb")


def test_what_is_new_one_way_is_gone_the_other_and_moves_nothing_else(before: ComparedRun) -> None:
    first, *rest = before.findings
    fewer = replace(later(before), findings=ranked(rest))
    gone, new = compare_runs(before, fewer), compare_runs(fewer, before)
    assert only(gone.changes).change is FindingChange.GONE
    assert only(new.changes).change is FindingChange.NEW
    state = only(gone.changes).before
    assert state is not None
    assert (state.a, state.b, state.rank) == (first.a, first.b, first.rank)
    assert only(new.changes).after == state
    assert gone.same == new.same == len(rest)


def test_a_text_that_left_the_corpus_is_the_reason(before: ComparedRun) -> None:
    first = before.findings[0]
    held = tuple(text for text in before.resolutions if str(text.id) != first.a)
    after = replace(later(before), resolutions=held, findings=ranked(f for f in before.findings if f is not first))
    assert f"{first.a}" in only(compare_runs(before, after).changes).reasons[0]
    assert "no longer in the corpus" in only(compare_runs(before, after).changes).reasons[0]
    assert "not in the corpus before" in only(compare_runs(after, before).changes).reasons[0]


def test_a_new_edition_keeps_its_finding_and_is_the_reason(before: ComparedRun) -> None:
    first = before.findings[0]
    old = next(text for text in before.resolutions if str(text.id) == first.a)
    newer = replace(old, id=replace(old.id, edition="2030"))
    held = tuple(replace(t, standing=Standing.SUPERSEDED) if t is old else t for t in before.resolutions)
    pairs = tuple(
        replace(
            pair,
            a=str(newer.id) if pair.a == first.a else pair.a,
            b=str(newer.id) if pair.b == first.a else pair.b,
            probability=pair.probability / 2 if {pair.a, pair.b} == {first.a, first.b} else pair.probability,
        )
        for pair in before.pairs
    )
    findings = tuple(
        replace(f, a=str(newer.id) if f.a == first.a else f.a, b=str(newer.id) if f.b == first.a else f.b)
        for f in before.findings
    )
    difference = compare_runs(
        before, replace(later(before), resolutions=(*held, newer), pairs=pairs, findings=findings)
    )
    change = only(difference.changes)
    assert change.change is FindingChange.PROBABILITY
    assert change.reasons == (f"{first.a} was replaced by {newer.id}",)
    assert change.before is not None
    assert change.after is not None
    assert change.after.probability == pytest.approx(change.before.probability / 2)


def test_a_changed_text_and_a_changed_relation_are_told(before: ComparedRun) -> None:
    first, other = before.findings[0], before.findings[-1]
    relation = next(f.relation for f in before.findings if f.relation is not first.relation)

    def reworded(text: Resolution) -> Resolution:
        section, *rest = text.sections
        clause, *clauses = section.clauses
        section = replace(section, clauses=(replace(clause, text=f"{clause.text} and more"), *clauses))
        return replace(text, sections=(section, *rest))

    held = tuple(reworded(text) if str(text.id) == first.b else text for text in before.resolutions)
    findings = (replace(first, relation=relation), *before.findings[1:])
    change = only(compare_runs(before, replace(later(before), resolutions=held, findings=findings)).changes)
    assert change.change is FindingChange.RELATION
    assert change.reasons == (f"the text of {first.b} changed",)
    assert other not in (first,)


def test_findings_that_change_places_have_moved(before: ComparedRun) -> None:
    one, two, *rest = before.findings
    difference = compare_runs(before, replace(later(before), findings=ranked((two, one, *rest))))
    assert [change.change for change in difference.changes] == [FindingChange.MOVED] * 2
    assert difference.of(FindingChange.MOVED) == difference.changes
    assert difference.same == len(rest)


def test_corpus_settings_and_versions_are_reasons_for_all(before: ComparedRun) -> None:
    manifest = {"inputs": {"b.docx": "3", "c.docx": "4"}, "versions": {"model": "other"}, "settings": {"as_of": "2027"}}
    after = later(replace(before, findings=ranked(before.findings[1:])), **manifest)
    difference = compare_runs(before, after)
    assert difference.reasons == (
        "files of the corpus: 1 added, 1 removed, 1 changed",
        "setting as_of: none before, 2027 now",
        "version model: none before, other now",
    )
    assert only(difference.changes).reasons == difference.reasons
