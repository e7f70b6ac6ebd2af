"""The view model: counts, segments, sums, orientation, and no claim without evidence."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_fixture import empty_record, make_record

from pipeline.domain import Body, Relation, Remedy
from pipeline.errors import RunError
from pipeline.report.comparing import chart_of, count_words, dim_formulae, segments_of
from pipeline.report.diff import compare_texts
from pipeline.report.lookup import Lookup
from pipeline.report.model import EvidenceLine, SegmentKind
from pipeline.report.view import DETAILED_FINDINGS, build_view
from pipeline.report.wording import (
    chance,
    cluster_name,
    folder_name,
    meaning,
    named,
    number,
    relation_label,
    sentence,
    shown,
)


@pytest.fixture(scope="module")
def record():
    return make_record()


@pytest.fixture(scope="module")
def view(record):
    return build_view(record)


def comparisons(view):
    return [pair for finding in view.all_findings for pair in finding.comparisons]


def test_counts_equal_those_of_the_record(record, view):
    summary = view.summary
    assert summary.documents == len(record.documents)
    assert summary.instruments == len(record.resolutions) == sum(body.instruments for body in summary.bodies)
    assert summary.clauses == sum(1 for r in record.resolutions for _ in r.clauses)
    assert summary.pairs == len(record.pairs)
    assert summary.across + summary.within + summary.reporting == len(record.findings) == len(view.all_findings)
    assert summary.across + summary.reporting == sum(count.across for count in summary.relations)
    assert summary.within == sum(count.within for count in summary.relations)
    assert summary.rejected == len(record.rejected) == len(view.rejected)
    assert summary.clusters == len(view.clusters)
    assert summary.signals == len(view.signals)
    assert summary.discounted == sum(len(group.pairs) for group in view.discounted) == 2


def test_the_matrix_counts_every_finding_once_in_each_direction(record, view):
    counts = {(row.body, cell.column): cell.count for row in view.matrix for cell in row.cells}
    assert all(counts[a, b] == counts[b, a] for a, b in counts)
    between = sum(count for (a, b), count in counts.items() if a != b) // 2
    within = sum(count for (a, b), count in counts.items() if a == b)
    assert (between, within) == (view.summary.across + view.summary.reporting, view.summary.within)


_WORDS = st.lists(
    st.sampled_from(["to", "keep,", "a", "register", "of", "points;", "within", "available", "resources", "résumé"]),
    max_size=12,
)


@given(_WORDS.map(" ".join), _WORDS.map(" ".join))
def test_segments_reproduce_both_texts_and_counterparts_bear_one_number(left, right):
    runs = compare_texts(left, right)
    sides = [dim_formulae(segments_of(runs, side), "en") for side in ("left", "right")]
    assert ["".join(s.text for s in side) for side in sides] == [left, right]
    numbers = [{s.number for s in side if s.number} for side in sides]
    assert numbers[0] == numbers[1]
    for segment in (*sides[0], *sides[1]):
        marked = segment.kind in (SegmentKind.SAME, SegmentKind.REWORDED, SegmentKind.MOVED)
        assert not marked or (segment.text[0].isalnum() and segment.text[-1].isalnum())


def test_formula_language_in_one_clause_alone_is_dimmed_and_excluded():
    runs = compare_texts("to keep a register", "to keep, within available resources, a register")
    right = dim_formulae(segments_of(runs, "right"), "en")
    assert [s.text for s in right if s.kind is SegmentKind.FORMULA] == ["within available resources"]
    assert count_words(right).counted == 4


def test_a_chart_draws_the_points_and_states_the_probability(view):
    for pair in comparisons(view):
        chart, proof = pair.evidence.chart, pair.evidence
        assert sum(bar.points for bar in chart.bars[:-1]) == pytest.approx(proof.log_odds)
        assert chart.bars[-1].points == pytest.approx(proof.log_odds)
        assert chance(proof.probability) in chart.sentence
        for bar in chart.bars:
            assert 0 <= bar.start <= bar.start + bar.width <= 100
        ends = [(bar.start, bar.start + bar.width) for bar in chart.bars]
        assert all(set(one) & set(other) for one, other in pairwise(ends[:-1]))


def test_a_probability_that_is_not_the_log_odds_alone_says_so():
    lines = [EvidenceLine("wording", 0.5, 2.0, "")]
    assert "as measured" not in chart_of(-2.0, lines, 0.5).sentence
    assert "as measured on labelled pairs" in chart_of(-2.0, lines, 0.7).sentence


def test_segments_of_every_clause_are_its_text_and_mark_its_matches(record, view):
    texts = {clause.id: clause.text for r in record.resolutions for clause in r.clauses}
    for pair in comparisons(view):
        for side in (pair.left, pair.right):
            assert "".join(segment.text for segment in side.segments) == texts[side.id] == side.text
    headline = view.findings[0].headline
    marked = [(segment.text, segment.kind) for segment in headline.left.segments if segment.kind != SegmentKind.PLAIN]
    assert ("within available resources", SegmentKind.FORMULA) in marked
    assert ("a public register of community charging points", SegmentKind.SAME) in marked


def test_words_are_counted_against_the_whole_clause(view):
    words = count_words(view.findings[0].headline.right.segments)
    assert (words.same, words.formula, words.total) == (9, 3, 12)


def test_points_and_bias_sum_to_the_log_odds_of_the_probability(view):
    for pair in comparisons(view):
        total = pair.evidence.bias + sum(line.points for line in pair.evidence.lines)
        assert total == pytest.approx(pair.evidence.log_odds)
        assert 1 / (1 + math.exp(-total)) == pytest.approx(pair.evidence.probability)


def test_parts_times_factors_are_the_score(view):
    for finding in view.all_findings:
        total = sum(part.value for part in finding.parts) * math.prod(factor.value for factor in finding.factors)
        assert total == pytest.approx(finding.score)
        assert finding.arithmetic.endswith(f"= {finding.score:.3f}")


def test_text_a_stands_on_the_left_even_where_the_run_has_it_on_the_right(view):
    finding = next(finding for finding in view.findings if finding.id == "f-act")
    pair = finding.headline
    assert pair.left.id.startswith(finding.a.id)
    assert pair.right.id.startswith(finding.b.id)
    assert (pair.left_containment, pair.right_containment) == (0.9, 0.7)
    assert {segment.text for segment in pair.left.segments if segment.kind is SegmentKind.SAME} == {
        "to maintain",
        "a public",
        "of community charging points",
    }
    assert (finding.coverage_a.share, finding.coverage_b.share) == (0.5, 0.3)


def test_coverage_names_its_whole_both_ways(view):
    first = view.findings[0]
    assert first.coverage_a.sentence.startswith("3 of 5 operative clauses have a counterpart in Resolution 951")
    assert first.coverage_b.sentence.startswith("3 of 4 operative clauses have a counterpart in Resolution 901")


def test_the_first_clause_pair_is_the_headline(view):
    for finding in view.findings:
        assert [pair.headline for pair in finding.comparisons] == [True] + [False] * (len(finding.comparisons) - 1)


def test_keeping_both_texts_is_always_a_remedy_and_every_remedy_names_who_acts(view):
    for finding in view.all_findings:
        assert Remedy.KEEP in {remedy.remedy for remedy in finding.remedies}
        assert all(remedy.adopter for remedy in finding.remedies)
    trim = view.findings[0].remedies[0]
    assert (trim.remedy, trim.adopter) == (Remedy.TRIM, "the World Telecommunication Development Conference")


def test_every_finding_says_why_it_was_not_discounted(record, view):
    for finding in view.all_findings:
        names = [reduction.name for reduction in finding.reductions]
        assert names[:2] == ["Formula language", "Mere citation"]
        assert {"Editions of one text", "Lawful integration of a Plenipotentiary text", "Divided labour"} <= set(names)
        assert all(reduction.why.endswith(".") for reduction in finding.reductions)
        assert len(finding.not_discounted) == len(names)
    first = {reduction.name: reduction for reduction in view.findings[0].reductions}
    assert "3 of A and 3 of B" in first["Formula language"].effect
    assert "may well carry it out" in first["Lawful integration of a Plenipotentiary text"].why
    lowered = replace(record.findings[0], factors=(("different_themes", 0.6),), score=0.5)
    (shown,) = build_view(replace(record, findings=(lowered,))).findings
    assert {r.name: r.effect for r in shown.reductions}["Different themes"] == "× 0.60"


def test_formula_language_that_is_not_ranked_is_counted_by_its_words(record, view):
    assert (view.formulae, view.formula_pairs) == ((), 0)
    boiled = tuple(replace(o, relation=Relation.BOIL) for o in record.overlaps if o.id in ("o1", "o2"))
    told = build_view(replace(record, overlaps=(*boiled, *record.overlaps[2:])))
    assert told.formula_pairs == 2
    assert {(group.words, group.pairs, group.clauses) for group in told.formulae} == {
        ("within available resources", 1, 2),
        ("", 1, 2),
    }


def test_families_are_led_by_their_best_finding(record):
    findings = tuple(replace(f, family="family-1") for f in record.findings)
    told = build_view(replace(record, findings=findings)).findings
    assert [(f.leads_family, f.family_size) for f in told] == [(True, 3), (False, 3), (False, 3)]


def test_anchors_are_safe_distinct_and_derived_from_the_identifier(view):
    anchors = {finding.id: finding.anchor for finding in view.all_findings}
    assert anchors["f-verb"] == "finding-f-verb"
    assert anchors["f/report"].startswith("finding-f-report-")
    assert len(set(anchors.values())) == len(anchors)


def test_editions_only_list_works_held_in_several(view):
    assert [entry.work for entry in view.editions] == ["pp/res/901"]
    assert view.editions[0].editions == ("pp/res/901@2014", "Resolution 901 (Rev. Dubai, 2018)")


def test_a_limit_of_the_report_is_told_when_it_bites(record, view):
    assert len(view.limits) == 1
    first = record.findings[0]
    many = tuple(replace(first, id=f"f{number}", rank=number) for number in range(1, DETAILED_FINDINGS + 3))
    crowded = build_view(replace(record, findings=many))
    assert sum(finding.detailed for finding in crowded.findings) == DETAILED_FINDINGS
    assert f"first {DETAILED_FINDINGS} of {DETAILED_FINDINGS + 2} findings" in crowded.limits[-1]


def test_a_claim_without_evidence_is_refused(record):
    with pytest.raises(RunError, match="clause pair o1"):
        build_view(replace(record, overlaps=tuple(o for o in record.overlaps if o.id != "o1")))
    with pytest.raises(RunError, match="pair of texts"):
        build_view(replace(record, pairs=()))


def test_an_empty_run_has_a_view(record):
    view = build_view(empty_record())
    assert view.findings == view.within == view.matrix == ()
    assert view.summary.figures[0].value == 0


def test_matched_and_unmatched_clauses_are_all_operative_clauses(view):
    for finding in view.all_findings:
        for coverage, unmatched in (
            (finding.coverage_a, finding.unmatched_a),
            (finding.coverage_b, finding.unmatched_b),
        ):
            assert coverage.matched + len(unmatched) == coverage.total


def test_each_list_counts_its_findings_from_one(view):
    assert [finding.ref for finding in view.findings] == ["F1", "F2", "F3"]
    assert [finding.ref for finding in view.within] == ["W1"]


def test_remarks_become_sentences(view):
    assert "The Sector text adds nothing to the repeated clause." in view.findings[0].reasons_for
    assert sentence("pp/res/1@2018 and pp/res/2@2018 differ") == "pp/res/1@2018 and pp/res/2@2018 differ."
    assert sentence("") == ""


def test_remarks_cite_clauses_instead_of_naming_their_identifiers(record):
    lookup = Lookup(record)
    remark = "pp/res/901@2018#invites-member-states.1 and wtdc/res/951@2022 differ from xx/res/9@2000"
    assert lookup.tell(remark) == (
        "Resolution 901 (Rev. Dubai, 2018), invites Member States and Sector Members and "
        "Resolution 951 (Kigali, 2022) differ from xx/res/9@2000."
    )


def test_times_are_shown_in_utc(record):
    manifest = replace(record.manifest, created_at="2025-03-07T23:42:00-02:00")
    assert build_view(replace(record, manifest=manifest)).created_at == "8 March 2025, 01:42 UTC"


def test_no_probability_claims_certainty():
    assert [chance(value) for value in (0.0, 0.004, 0.874, 0.996, 1.0)] == [
        "below 0.01",
        "below 0.01",
        "0.87",
        "above 0.99",
        "above 0.99",
    ]


def test_every_pair_compared_is_counted_once(record, view):
    first, *others = view.summary.comparison
    assert first.value == len(record.pairs) == sum(figure.value for figure in others)
    fewer = build_view(replace(record, findings=tuple(f for f in record.findings if f.relation is not Relation.THEME)))
    assert (fewer.summary.unranked, fewer.summary.theme_only) == (1, 1)
    first, *others = fewer.summary.comparison
    assert first.value == sum(figure.value for figure in others)
    assert "1 pair not ranked (alike in theme only)" in fewer.summary.sum_sentence


def test_copies_are_explained_and_rejections_shown_where_there_are_some(record, view):
    read = view.summary.figures[0]
    assert read.note == "7 files: 6 documents and 1 further copy with the same words"
    assert "Documents rejected" in {figure.name for figure in view.summary.figures}
    clean = build_view(replace(record, rejected=())).summary
    assert "Documents rejected" not in {figure.name for figure in clean.figures}


def test_a_nearly_verbatim_pair_says_so_first(view):
    assert view.findings[0].reasons_for[0] == (
        "9 of 9 informative words of the second clause stand in the first, in order."
    )


def test_reasons_never_stay_empty_and_different_actions_speak_against(record):
    bare = tuple(replace(o, evidence=replace(o.evidence, reasons_for=())) for o in record.overlaps)
    pairs = tuple(replace(p, reasons=("the two texts deal with the same theme",)) for p in record.pairs)
    findings = tuple(replace(f, reasons=()) for f in record.findings)
    themes = tuple(replace(f, relation=Relation.THEME) for f in findings)
    mute = build_view(replace(record, overlaps=bare, findings=themes, pairs=pairs)).findings[2]
    assert mute.reasons_for == ("The two texts deal with the same theme.",)
    assert "What the two texts ask for appears to differ." in mute.reasons_against
    silent = build_view(replace(record, overlaps=bare, findings=findings)).findings
    known = "Likeness of meaning of the two clauses: 0.83, where 1 is the same and 0 unrelated."
    (reporting,) = build_view(replace(record, overlaps=bare, findings=findings)).reporting
    assert reporting.reasons_for == (known,)
    assert all(finding.reasons_for for finding in silent)


def test_words_do_not_claim_too_much():
    assert "same office" not in meaning(Relation.SUB)
    assert "may contradict" in meaning(Relation.CONF)
    assert "may contradict" in relation_label(Relation.CONF)


def test_names_of_texts_groups_folders_and_numbers():
    assert named("Resolution 901 (Rev. Dubai, 2018)", Body.PP) == "PP Resolution 901 (Rev. Dubai, 2018)"
    assert named("Resolution 12 (Rev.WRC-23)", Body.WRC) == "Resolution 12 (Rev.WRC-23)"
    assert named("Question 1/1 (ITU-D)", Body.WTDC) == "Question 1/1 (ITU-D)"
    assert cluster_name("plans, financial, strategic") == "words in common: plans, financial, strategic"
    assert cluster_name("public register · points") == "public register · points"
    assert [folder_name(path) for path in ("/a/b/", "c:\\x\\y", "sample", ".")] == ["b", "y", "sample", "this folder"]
    assert [shown(value) for value in ("/opt/models/m1", "itu", 0.30000000000000004, 12480)] == [
        "m1",
        "itu",
        "0.3",
        number(12480),
    ]
