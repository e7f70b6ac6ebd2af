"""Pairs, clusters and ranking on small invented texts: deterministic, gated, visible in all parts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import prod

import pytest

from pipeline.cluster import accept_clusters, cluster_overlaps
from pipeline.compare import compare_resolutions
from pipeline.domain import (
    Citation,
    CitationKind,
    Clause,
    Evidence,
    Force,
    Mandate,
    Overlap,
    Part,
    Relation,
    Remedy,
    Resolution,
    Section,
    SignalKind,
    Span,
    Standing,
    parse_instrument_id,
)
from pipeline.rank import find_signals, rank_findings
from pipeline.reference import find_theme, load_scoring, load_themes


def text_of(
    identifier: str, *clauses: str, actors: tuple[str, ...] = ("bdt.dir",), force: Force = Force.INSTRUCT, due: int = 0
) -> Resolution:
    """A resolution with one section of operative clauses."""
    held = tuple(
        Clause(
            id=f"{identifier}#instructs.{n}",
            part=Part.OPERATIVE,
            call="instructs",
            label=str(n),
            path=(str(n),),
            text=text,
            span=Span(0, len(text)),
            actors=actors,
            mandate=Mandate(f"{identifier}#instructs.{n}", force, actors, deadline=due or None),
        )
        for n, text in enumerate(clauses, start=1)
    )
    section = Section("instructs", "instructs", "instructs", Part.OPERATIVE, Span(0, 0), held)
    return Resolution(
        id=parse_instrument_id(identifier),
        title="Registers of submarine cable faults",
        language="en",
        document_id="d",
        number_line="",
        span=Span(0, 0),
        sections=(section,),
    )


def overlap_of(
    left: str, right: str, relation: Relation, probability: float = 0.9, information: float = 0.8
) -> Overlap:
    evidence = Evidence(0.0, (), ())
    return Overlap(f"o-{left}-{right}", left, right, relation, probability, 0.8, 0.9, 0.9, information, evidence)


def first_of(text: Resolution, number: int = 1) -> str:
    return f"{text.id}#instructs.{number}"


def ranked(texts: Sequence[Resolution], overlaps: Sequence[Overlap]):
    weights = {clause.id: 1.0 for text in texts for clause in text.clauses}
    pairs = compare_resolutions(texts, (), overlaps, weights, ())
    return rank_findings(texts, pairs, overlaps, ())


LOG = "to keep a log of faults in submarine cables"


def test_a_clause_goes_with_a_counterpart_of_its_own_role() -> None:
    order = text_of("pp/res/901@2022", LOG)
    request = text_of("wtdc/res/951@2022", LOG, "to keep, as asked, a log of faults in submarine cables")
    first, second = request.sections[0].clauses
    asked = replace(first, mandate=Mandate(first.id, Force.INVITE))
    mixed = replace(request, sections=(replace(request.sections[0], clauses=(asked, second)),))
    overlaps = [overlap_of(first_of(order), first_of(mixed, n), Relation.VERB, 0.9) for n in (1, 2)]
    weights = {clause.id: 1.0 for text in (order, mixed) for clause in text.clauses}
    (pair,) = compare_resolutions((order, mixed), (), overlaps, weights, ())
    assert pair.overlaps == (overlaps[1].id,)
    assert pair.matched_b == (second.id,)
    assert (pair.coverage_a, pair.coverage_b) == (0.9, 0.45)


def test_what_hangs_on_by_a_chain_falls_off_its_cluster() -> None:
    texts = [text_of(f"pp/res/{n}@2022", LOG) for n in range(901, 906)]
    names = [first_of(text) for text in texts]
    chain = [overlap_of(a, b, Relation.SUB, 0.9 - n / 100) for n, (a, b) in enumerate(pairwise(names))]
    clusters = cluster_overlaps(texts, chain)
    ties = {frozenset((o.left, o.right)) for o in chain}
    assert clusters
    for cluster in clusters:
        assert all(m == cluster.medoid or frozenset((m, cluster.medoid)) in ties for m in cluster.members)
    assert cluster_overlaps(texts[::-1], chain[::-1]) == clusters


def test_a_cluster_of_most_clauses_is_refused_with_what_to_do() -> None:
    texts = [text_of(f"wrc/res/{n}@2019", LOG) for n in range(901, 931)]
    names = [first_of(text) for text in texts]
    star = [overlap_of(names[0], other, Relation.VERB) for other in names[1:]]
    clusters = cluster_overlaps(texts, star)
    assert len(clusters[0].members) == 30
    accepted, limits = accept_clusters(clusters)
    assert accepted == ()
    assert "30 of 30 clauses (100%)" in limits[0]
    assert "overlap formulas mine" in limits[0]


def test_a_cluster_of_a_dozen_clauses_is_never_too_large() -> None:
    texts = [text_of(f"wrc/res/{n}@2019", LOG) for n in range(901, 913)]
    names = [first_of(text) for text in texts]
    clusters = cluster_overlaps(texts, [overlap_of(names[0], other, Relation.VERB) for other in names[1:]])
    assert len(clusters[0].members) == load_scoring().clusters.small
    assert accept_clusters(clusters) == (clusters, ())
    assert accept_clusters(()) == ((), ())


def test_clusters_propose_remedies_with_reasons_and_name_their_theme() -> None:
    above = text_of("pp/res/901@2022", LOG, actors=("sg",))
    below = text_of("wtdc/res/951@2022", LOG)
    (verbatim,) = cluster_overlaps((above, below), [overlap_of(first_of(above), first_of(below), Relation.VERB)])
    assert [remedy for remedy, _ in verbatim.remedies] == [Remedy.TRIM, Remedy.KEEP]
    assert "Resolution 901" in verbatim.remedies[0][1]
    assert verbatim.theme == "submarine-cables"
    other = text_of("wtsa/res/961@2024", LOG, actors=("tsb.dir",))
    (acts,) = cluster_overlaps((below, other), [overlap_of(first_of(below), first_of(other), Relation.SAME_ACT)])
    assert [remedy for remedy, _ in acts.remedies] == [Remedy.LEAD, Remedy.JOINT, Remedy.KEEP]
    twin = text_of("wtdc/res/952@2022", LOG)
    (one_body,) = cluster_overlaps((below, twin), [overlap_of(first_of(below), first_of(twin), Relation.VERB)])
    assert [remedy for remedy, _ in one_body.remedies] == [Remedy.MERGE, Remedy.KEEP]


def test_a_text_of_too_little_of_any_theme_has_none() -> None:
    assert find_theme(["to submit a report to the next conference"]) is None
    assert find_theme([]) is None
    assert find_theme(["stolen mobile devices and the theft of mobile telephones"]).code == "device-theft"
    assert len({theme.code for theme in load_themes().themes}) == len(load_themes().themes)


def test_every_part_of_the_rank_is_visible_and_its_weights_sum_to_one() -> None:
    a, b = text_of("wtsa/res/961@2024", LOG, actors=("tsb.dir",)), text_of("wtdc/res/951@2022", LOG)
    (finding,) = ranked((a, b), [overlap_of(first_of(a), first_of(b), Relation.SAME_ACT)])
    parts = dict(finding.parts)
    assert set(parts) == set(load_scoring().rank_parts)
    for name in ("probability", "information", "cross_sector", "not_cited", "actor_conflict", "effort_saved"):
        assert parts[name] > 0, name
    assert finding.score == pytest.approx(sum(parts.values()) * prod(v for _, v in finding.factors), abs=1e-4)
    assert sum(load_scoring().rank_parts.values()) == pytest.approx(1)


def test_texts_of_two_sectors_and_uncited_ones_come_before_their_like() -> None:
    union, sector = text_of("pp/res/901@2022", LOG, actors=("tsb.dir",)), text_of("wtdc/res/951@2022", LOG)
    other = text_of("wtsa/res/961@2024", LOG, actors=("tsb.dir",))

    def parts(a: Resolution, b: Resolution) -> dict[str, float]:
        return dict(ranked((a, b), [overlap_of(first_of(a), first_of(b), Relation.SAME_ACT)])[0].parts)

    assert parts(other, sector)["cross_sector"] == 2 * parts(union, sector)["cross_sector"] > 0
    citation = Citation(CitationKind.INSTRUMENT, "Resolution 961", Span(0, 14), "wtsa/res/961@2024", "rule")
    citing = replace(sector, citations=(citation,))
    assert parts(other, citing)["not_cited"] == 0


def test_findings_of_one_template_cannot_drown_the_others() -> None:
    template = [text_of(f"wrc/res/{n}@2019", LOG, "to study sharing") for n in range(901, 907)]
    outside = text_of("pp/res/911@2022", LOG, actors=("sg",))
    alone = text_of("wtdc/res/951@2022", LOG, actors=("bdt.dir",))
    inside = [
        overlap_of(first_of(a, n), first_of(b, n), Relation.VERB)
        for i, a in enumerate(template)
        for b in template[:i]
        for n in (1, 2)
    ]
    across = [overlap_of(first_of(outside), first_of(t), Relation.VERB) for t in template]
    lone = overlap_of(first_of(outside), first_of(alone), Relation.VERB, 0.8, 0.5)
    findings = ranked((*template, outside, alone), [*inside, *across, lone])
    crossing = [f for f in findings if f.cross_body]
    assert {crossing[0].b, crossing[1].b} >= {str(alone.id)}
    family = [f for f in crossing if f.family]
    assert len(family) == 6
    lowered = [dict(f.factors).get("same_family") for f in family]
    assert (lowered.count(None), lowered.count(0.5)) == (1, 5)
    within = [f for f in findings if not f.cross_body]
    assert len({f.family for f in within}) == 1
    assert sum("same_family" not in dict(f.factors) for f in within) == 1


def test_a_mandate_is_stale_by_its_own_deadline_and_by_nothing_else() -> None:
    due = text_of("pp/res/901@2018", "to report to the 2022 plenipotentiary conference", due=2022)
    open_ended = text_of("wtdc/res/951@2017", "to study what the world radiocommunication conference of 2019 found")
    found = find_signals((due, open_ended), (), date(2023, 1, 1))
    assert [(s.kind, s.subject) for s in found] == [(SignalKind.STALE, first_of(due))]
    assert "2022" in found[0].message
    assert not find_signals((due, open_ended), (), date(2022, 6, 1))


def test_resting_on_a_suppressed_text_and_reporting_twice_are_told_in_lists_of_their_own() -> None:
    gone = replace(text_of("wtsa/res/962@2016", LOG), standing=Standing.SUPPRESSED)
    citation = Citation(CitationKind.INSTRUMENT, "Resolution 962", Span(0, 14), "wtsa/res/962@2016", "rule")
    citing = replace(text_of("wtdc/res/951@2022", "to report to the Council"), citations=(citation,))
    other = text_of("pp/res/901@2022", "to report to the Council", actors=("sg",))
    report = overlap_of(first_of(other), first_of(citing), Relation.REPORT)
    found = find_signals((gone, citing, other), [report], date(2026, 1, 1))
    assert {(s.kind, s.subject) for s in found} == {
        (SignalKind.STALE, str(citing.id)),
        (SignalKind.REPORT, first_of(citing)),
    }
    assert "suppressed" in next(s.message for s in found if s.kind is SignalKind.STALE)


def test_duplicated_reporting_stands_after_duplicated_mandates() -> None:
    a, b, c = (
        text_of(i, LOG, "to study", "to train") for i in ("pp/res/901@2022", "wtdc/res/951@2022", "wtsa/res/961@2024")
    )
    report = overlap_of(first_of(a), first_of(b), Relation.REPORT, 0.99, 1.0)
    act = overlap_of(first_of(a), first_of(c), Relation.SAME_REQ, 0.6, 0.2)
    assert [f.relation for f in ranked((a, b, c), [report, act])] == [Relation.SAME_REQ, Relation.REPORT]
