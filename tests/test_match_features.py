"""Alignment, score and mandates on literal clauses."""

import math

import numpy as np
import pytest
from conftest import Road
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Clause, Part, Resolution, ResolutionId, Section, Span
from pipeline.match import FEATURES
from pipeline.match.alignment import align
from pipeline.match.mandates import contradict, read_mandate
from pipeline.match.tokens import Vocabulary, WordedClause, word_clause, words
from pipeline.reference import formula_spans, mandate_text
from pipeline.segment.actors import find_addressees
from pipeline.segment.mandates import with_mandates


def worded(text: str, call: str = "instructs the Director of BDT", cited: tuple[str, ...] = ()) -> WordedClause:
    """One clause on its own, every word as rare as the next."""
    actors = find_addressees(call)
    clause = Clause(
        "pp/res/901@2018#x.1", Part.OPERATIVE, call, "1", ("1",), text, Span(0, len(text)), None, actors.actors
    )
    section = Section(call, "x", "instructs", Part.OPERATIVE, Span(0, 0), (clause,))
    resolution = with_mandates(
        Resolution(ResolutionId.parse("pp/res/901@2018"), "", "en", "doc/x", "", Span(0, 0), (section,))
    )
    return word_clause(next(resolution.clauses), resolution, cited, Vocabulary(10, {}))


def test_a_copy_is_contained_whole_both_ways() -> None:
    text = "to maintain a public register of community charging points"
    found = align(worded(text), worded(f"{text}, and to report on it"))
    assert found.left == 1.0
    assert found.right < 1.0
    assert [m.left.of(text) for m in found.matches] == [text]


def test_reordered_words_are_not_in_order() -> None:
    found = align(worded("register charging points"), worded("points charging register"))
    assert found.left == pytest.approx(1 / 3)


def test_formula_language_hardly_counts_and_citations_do_not() -> None:
    formula = "to report annually to the Council on the implementation of this resolution"
    found = align(worded(formula), worded(formula))
    assert found.words == 0
    assert found.formula_share == 1.0
    cited = "Resolution 191 (Rev. Dubai, 2018)"
    assert worded(f"to implement {cited}", cited=(cited,)).cited.sum() >= 3


def test_matches_slice_both_texts_to_the_same_words() -> None:
    left, right = "to publish guidelines for national registers", "to publish new guidelines for all national registers"
    for match in align(worded(left), worded(right)).matches:
        assert words(match.left.of(left))[0] == words(match.right.of(right))[0]


@given(st.text(alphabet="abc de,.-'", max_size=60), st.text(alphabet="abc de,.-'", max_size=60))
def test_alignment_is_symmetric_and_bounded(left: str, right: str) -> None:
    forth, back = align(worded(left), worded(right)), align(worded(right), worded(left))
    assert forth.shared == pytest.approx(back.shared)
    assert forth.left == pytest.approx(back.right)
    assert 0 <= forth.left <= 1
    assert 0 <= forth.formula_share <= 1


@pytest.mark.parametrize(
    "text",
    [
        "to report annually to the Council on the implementation of this resolution,",
        "to submit to the next plenipotentiary conference a report",
        "within available resources",
        "to bring this resolution to the attention of the relevant international organizations",
        "to take the necessary measures to implement this resolution",
        "to participate actively in the studies by submitting contributions to ITU-R",
    ],
)
def test_formula_language_is_recognised(text: str) -> None:
    assert formula_spans(text)


@pytest.mark.parametrize(
    "text", ["to maintain a public register", "to publish a report on submarine cables", "to develop guidelines"]
)
def test_mandates_are_no_formulae(text: str) -> None:
    assert mandate_text(text, ()) == text.removeprefix("to ")


def test_every_feature_is_documented() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert all(len(feature.documentation) > 20 for feature in FEATURES)


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (
            "to carry out the census of schools every two years",
            "that the census of schools shall be carried out every four years",
            "2 against 4 years",
        ),
        (
            "to preserve every entry of the log of cable faults",
            "to delete from the log of cable faults every entry",
            "“preserve” stands against “delete”",
        ),
        (
            "to maintain the register of charging points",
            "to maintain the register of charging points, which alone shall maintain it",
            "one names a single owner, the other another office",
        ),
        ("to maintain the register of charging points", "to maintain the register of charging points", ""),
        ("to train engineers every two years", "to publish statistics every four years", ""),
    ],
)
def test_contradictions_are_named(left: str, right: str, why: str) -> None:
    one = read_mandate(worded(left))
    other = read_mandate(worded(right, call="instructs the Secretary-General"))
    assert contradict(one, other) == why or why in contradict(one, other)


def test_actions_addressees_and_reports_are_read() -> None:
    mandate = read_mandate(worded("to submit each year to the Council an analysis of cable faults"))
    assert mandate.is_report
    assert mandate.mandate.reporting_to == ("council",)
    assert mandate.offices == {"bdt.dir"}
    assert read_mandate(worded("to organize workshops")).action == "organize"
    assert read_mandate(worded("to retain entries for sixty days")).durations == {("day", 60)}


def test_delegation_inside_a_clause_names_the_addressee() -> None:
    assert find_addressees("", "to instruct the Director of the Radiocommunication Bureau to act").actors == ("br.dir",)
    assert find_addressees("", "RAG, TSAG and TDAG to continue to assist").actors == ("rag", "tsag", "tdag")


def test_contributions_sum_to_the_probability(sample_road: Road) -> None:
    for overlap in sample_road.matched.overlaps:
        odds = overlap.evidence.log_odds
        assert overlap.probability == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-3)


def test_overlaps_are_symmetric_in_what_they_compare(sample_road: Road) -> None:
    pairs = [frozenset((o.left, o.right)) for o in sample_road.matched.overlaps]
    assert len(pairs) == len(set(pairs))
    assert all(len(p) == 2 for p in pairs)


def test_candidates_find_what_exhaustive_scoring_would_keep(sample_road: Road) -> None:
    from pipeline.match import find_overlaps

    settled, embeddings = sample_road.settled, sample_road.embeddings
    kept = {o.id for o in sample_road.matched.overlaps if o.probability >= 0.5}
    # Two texts at a time nothing can be missed: each clause has fewer rivals than candidates are taken.
    import itertools

    texts = [r for r in settled.resolutions if r.standing.value == "in-force"][:24]
    found = set()
    for pair in itertools.combinations(texts, 2):
        result = find_overlaps(pair, embeddings.vectors, embeddings.rows)
        found |= {o.id for o in result.overlaps if o.probability >= 0.6}
    names = {str(r.id) for r in texts}
    inside = {
        o.id
        for o in sample_road.matched.overlaps
        if o.id in kept and o.left.split("#")[0].split("!")[0] in names and o.right.split("#")[0].split("!")[0] in names
    }
    assert found
    assert len(found & inside) >= 0.9 * len(found)


def test_encoding_is_offline_normalised_and_windowed(sample_road: Road) -> None:
    vectors = sample_road.embeddings.vectors
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    from pipeline.embed import load_encoder

    encoder = load_encoder()
    long = "to maintain a register of charging points and to publish it each year " * 60
    first, second = encoder.encode([long, long + "with a different end " * 40])
    assert not np.allclose(first, second)
