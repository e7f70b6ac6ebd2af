"""The rules of the review by themselves: identities, ledger, carry-over, agreement, estimates, learning."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Outcome, OverlapClass, PairState, Relation, ReviewDecision
from pipeline.errors import FilterError
from pipeline.review import classify, clause_series, pair_id, work_of
from pipeline.review.agreement import agreement_of
from pipeline.review.carry import KnownPair, carry_clusters, carry_over
from pipeline.review.claims import stamp
from pipeline.review.estimates import Band, audit_estimate, band_of, remaining_overlaps, wilson, yield_curve
from pipeline.review.learning import doubt_of, fit_model
from pipeline.review.ledger import GENESIS, chain_digest, project
from pipeline.store.database.filters import PairFilter, read_terms


def decision(name: str, who: str, outcome: Outcome | None, **more: object) -> ReviewDecision:
    values = {
        "id": name, "pair": "p-1", "left": "pp/res/901@2022#a.1", "right": "wtdc/res/902@2025#b.1", "left_digest": "l",
        "right_digest": "r", "outcome": outcome, "reviewer": who, "role": "analyst", "run": "run",
        "made_at": f"2026-03-01T09:00:{name[-2:]}",
    }  # fmt: skip
    return ReviewDecision(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("clause", "series"),
    [
        ("pp/res/191@2022#instructs-dir3.2", "pp/res/191#instructs-dir3.2"),
        ("pp/res/191#instructs-dir3.2", "pp/res/191#instructs-dir3.2"),
        ("d/q/7.1@2022-2025#p.1", "d/q/7.1#p.1"),
        ("pp/res/2@r7!annex1#p.3", "pp/res/2!annex1#p.3"),
        ("wtdc/res/951@2025~mod-eur-901a2-1#a", "wtdc/res/951~mod-eur-901a2-1#a"),
    ],
)
def test_a_series_is_a_clause_in_any_edition(clause: str, series: str) -> None:
    assert clause_series(clause) == series


def test_a_work_has_no_edition_proposal_or_annex() -> None:
    assert work_of("pp/res/2@r7!annex1#p.3") == work_of("pp/res/2~add-x-1#p") == "pp/res/2"


@given(st.integers(1990, 2030), st.integers(1990, 2030), st.booleans())
def test_a_pair_is_the_same_in_every_edition_and_from_either_side(a: int, b: int, swapped: bool) -> None:
    left, right = f"pp/res/901@{a}#resolves.1", f"wtsa/res/902@{b}#resolves.2"
    name = pair_id(right, left) if swapped else pair_id(left, right)
    assert name == pair_id("pp/res/901#resolves.1", "wtsa/res/902#resolves.2")
    assert name != pair_id("pp/res/901#resolves.2", "wtsa/res/902#resolves.1")


STANDINGS = {
    "nobody decided": ([], PairState.OPEN, None),
    "one decided": ([("d01", "anna", Outcome.REPEATS, {})], PairState.DECIDED, Outcome.REPEATS),
    "two agree": (
        [("d01", "anna", Outcome.REPEATS, {}), ("d02", "bo", Outcome.REPEATS, {})],
        PairState.DECIDED,
        Outcome.REPEATS,
    ),
    "two differ": (
        [("d01", "anna", Outcome.REPEATS, {}), ("d02", "bo", Outcome.UNRELATED, {})],
        PairState.DISPUTED,
        None,
    ),
    "one changed her mind": (
        [("d01", "anna", Outcome.REPEATS, {}), ("d02", "anna", Outcome.UNRELATED, {})],
        PairState.DECIDED,
        Outcome.UNRELATED,
    ),
    "taken back": (
        [("d01", "anna", Outcome.REPEATS, {}), ("d02", "anna", None, {"undoes": "d01"})],
        PairState.OPEN,
        None,
    ),
    "the earlier decision stands again": (
        [
            ("d01", "anna", Outcome.REPEATS, {}),
            ("d02", "anna", Outcome.UNRELATED, {}),
            ("d03", "anna", None, {"undoes": "d02"}),
        ],
        PairState.DECIDED,
        Outcome.REPEATS,
    ),
    "settled": (
        [
            ("d01", "anna", Outcome.REPEATS, {}),
            ("d02", "bo", Outcome.UNRELATED, {}),
            ("d03", "cleo", Outcome.IMPLEMENTS, {"adjudicates": True}),
            ("d04", "dan", Outcome.SAME_THEME, {}),
        ],
        PairState.DECIDED,
        Outcome.IMPLEMENTS,
    ),
    "put off": ([("d01", "anna", Outcome.POSTPONED, {})], PairState.POSTPONED, None),
    "an expert is needed": (
        [("d01", "anna", Outcome.NEEDS_EXPERT, {}), ("d02", "bo", Outcome.POSTPONED, {})],
        PairState.NEEDS_EXPERT,
        None,
    ),
    "the expert answered": (
        [("d01", "anna", Outcome.NEEDS_EXPERT, {}), ("d02", "bo", Outcome.REPEATS, {})],
        PairState.DECIDED,
        Outcome.REPEATS,
    ),
    "a text changed since": (
        [("d01", "anna", Outcome.REPEATS, {"left_digest": "old"})],
        PairState.RECHECK,
        Outcome.REPEATS,
    ),
    "a text changed, and somebody looked": (
        [("d01", "anna", Outcome.REPEATS, {"left_digest": "old"}), ("d02", "bo", Outcome.UNRELATED, {})],
        PairState.DECIDED,
        Outcome.UNRELATED,
    ),
    "the sides are the other way round": (
        [("d01", "anna", Outcome.REPEATS, {"left_digest": "r", "right_digest": "l"})],
        PairState.DECIDED,
        Outcome.REPEATS,
    ),
}


@pytest.mark.parametrize("case", STANDINGS)
def test_the_state_of_a_pair_follows_from_its_decisions(case: str) -> None:
    lines, state, outcome = STANDINGS[case]
    found = project([decision(name, who, what, **more) for name, who, what, more in lines], ("l", "r"))
    assert (found.state, found.outcome) == (state, outcome)


def test_a_pair_that_the_run_has_no_more_is_archived_with_its_outcome() -> None:
    found = project([decision("d01", "anna", Outcome.REPEATS)], None)
    assert (found.state, found.outcome) == (PairState.ARCHIVED, Outcome.REPEATS)


@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3), min_size=2, max_size=6))
def test_no_line_of_a_chain_can_be_changed_or_moved_unseen(lines: list[dict[str, str]]) -> None:
    def head(chain: list[dict[str, str]]) -> str:
        digest = GENESIS
        for line in chain:
            digest = chain_digest(digest, line)
        return digest

    assert head(lines) == head([dict(reversed(line.items())) for line in lines])
    assert head(lines) != head(lines[:-1])
    assert head(lines) != head([*lines[:-1], {**lines[-1], "more": "x"}])
    if lines[0] != lines[1]:
        assert head(lines) != head([lines[1], lines[0], *lines[2:]])


def known(name: str, left: str, right: str, left_text: str = "l", right_text: str = "r") -> KnownPair:
    return KnownPair(name, left, right, left_text, right_text)


def test_what_becomes_of_each_pair_of_the_run_before() -> None:
    a, b = "pp/res/901@2018#a.1", "wtsa/res/902@2022#b.1"
    before = [
        known("kept", a, b),
        known("changed", a, b),
        known("gone", a, b, "x", "y"),
        known("renumbered", "pp/res/903@2018#a.1", b, "m", "n"),
    ]
    after = [
        known("kept", a, b, "r", "l"),
        known("changed", a, b, "l", "other"),
        known("new", a, b, "p", "q"),
        known("its new name", "pp/res/903@2022#a.4", b, "m", "n"),
    ]
    found = carry_over(before, after)
    assert (found.kept, found.changed, found.gone, found.new) == (("kept",), ("changed",), ("gone",), ("new",))
    assert found.moved == {"renumbered": "its new name"}


def test_a_pair_that_could_have_moved_to_two_places_moves_to_none() -> None:
    before = [known("old", "pp/res/903@2018#a.1", "wtsa/res/902@2022#b.1")]
    after = [known(name, f"pp/res/903@2022#a.{name}", "wtsa/res/902@2022#b.1") for name in ("2", "3")]
    found = carry_over(before, after)
    assert not found.moved
    assert found.gone == ("old",)


def test_a_cluster_keeps_its_name_by_the_members_it_shares() -> None:
    before = {"one": frozenset("abcd"), "two": frozenset("xyz")}
    after = {"n1": frozenset("ab"), "n2": frozenset("cdxe"), "two": frozenset("qr"), "n4": frozenset("yz")}
    assert carry_clusters(before, after) == {"n1": "one", "n4": "two", "n2": "n2", "two": "two-2"}


@pytest.mark.parametrize(
    ("relation", "left", "right", "expected"),
    [
        (Relation.VERB, 0.5, 0.5, OverlapClass.VERBATIM),
        (Relation.SUB, 0.95, 0.1, OverlapClass.VERBATIM),
        (Relation.SAME_ACT, 0.2, 0.7, OverlapClass.NEAR_VERBATIM),
        (Relation.SAME_ACT, 0.2, 0.3, OverlapClass.PARAPHRASE),
        (Relation.THEME, 0.9, 0.9, OverlapClass.SAME_THEME),
        (Relation.BOIL, 0.9, 0.9, OverlapClass.OTHER),
    ],
)
def test_wording_is_told_in_classes(relation: Relation, left: float, right: float, expected: OverlapClass) -> None:
    assert classify(relation, left, right) is expected


def test_agreement_is_that_of_krippendorff() -> None:
    # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part C: nominal data with missing values, 0.743.
    rows = {
        "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    }
    outcomes = list(Outcome)
    reviews = {
        str(unit): {who: outcomes[row[unit]] for who, row in rows.items() if row[unit] is not None}
        for unit in range(12)
    }
    found = agreement_of(reviews)
    assert found.alpha == pytest.approx(0.743, abs=0.0005)
    assert found.interval is not None
    assert found.interval.low < 0.743 < found.interval.high
    assert (found.pairs, found.people) == (11, 4)


def test_agreement_says_nothing_where_nothing_can_be_said() -> None:
    assert agreement_of({}).alpha is None
    assert agreement_of({"p": {"anna": Outcome.REPEATS}}).alpha is None
    alike = {str(n): {"anna": Outcome.REPEATS, "bo": Outcome.REPEATS} for n in range(5)}
    assert (agreement_of(alike).alpha, agreement_of(alike).same) == (None, 5)


def test_wilson_intervals_are_those_of_the_textbook() -> None:
    # Newcombe (1998), example: 81 of 263.
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0).high == 1.0
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(k: int, more: int) -> None:
    n = k + more
    found = wilson(k, n)
    assert 0 <= found.low <= (k / n if n else 0.5) + 1e-9
    assert (k / n if n else 0.5) - 1e-9 <= found.high <= 1


def test_the_audit_slice_tells_precision_and_what_is_missed() -> None:
    found = audit_estimate((100, 80, 1_000), (100, 2, 5_000))
    assert found.precision is not None
    assert found.missed is not None
    assert found.recall is not None
    assert found.precision.low < 0.8 < found.precision.high
    assert found.missed.low < 100 < found.missed.high
    assert found.recall.low < 800 / 900 < found.recall.high
    assert audit_estimate((0, 0, 10), (0, 0, 10)).precision is None


def test_what_is_left_lies_within_the_interval_nineteen_times_of_twenty() -> None:
    draw = np.random.default_rng(4)
    hits = 0
    for _ in range(100):
        rates = draw.uniform(0, 1, 4)
        bands, left = [], 0
        for rate in rates:
            judged, unread = 60, 150
            bands.append(Band(0, 1, judged, int(draw.binomial(judged, rate)), unread, None))
            left += int(draw.binomial(unread, rate))
        interval = remaining_overlaps(bands).interval
        hits += interval.low <= left <= interval.high
    assert hits >= 88


def test_nothing_is_left_when_all_is_read() -> None:
    found = remaining_overlaps([Band(0, 1, 10, 4, 0, None)])
    assert (found.expected, found.unread, found.share_found.low) == (0.0, 0, 1.0)


def test_a_yield_curve_ends_with_all_that_was_found() -> None:
    curve = yield_curve([n % 3 == 0 for n in range(1_000)])
    assert (curve[-1].read, curve[-1].found) == (1_000, 334)
    assert len(curve) <= 200
    assert yield_curve([]) == ()


@given(st.floats(0, 1))
def test_every_score_has_one_band(score: float) -> None:
    assert 0 <= band_of(score) <= 8


def pairs_to_learn(count: int, useful: bool) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(7)
    features = draw.uniform(0, 1, (count, 28)).astype(np.float32)
    labels = features[:, 5] + 0.1 * draw.normal(size=count) > 0.5 if useful else draw.uniform(size=count) > 0.5
    return features, labels


@pytest.mark.parametrize("count", [60, 300])
def test_a_model_learns_what_the_score_does_not_know(count: int) -> None:
    features, labels = pairs_to_learn(count, useful=True)
    found = fit_model(features, labels, features[:, 0].astype(float))
    again = fit_model(features, labels, features[:, 0].astype(float))
    assert found.accepted
    assert found.card is not None
    assert found.card.precision > 0.9 > found.card.present
    assert np.array_equal(found.probabilities(features), again.probabilities(features))
    told = found.probabilities(features)
    assert 0 <= told.min() <= told.max() <= 1
    assert abs(told.mean() - labels.mean()) < 0.1, "calibrated: as many are expected as there are"


def test_a_model_that_is_worse_than_the_order_in_use_is_refused() -> None:
    features, labels = pairs_to_learn(120, useful=False)
    present = labels + 0.01 * features[:, 0]
    found = fit_model(features, labels, present.astype(float))
    assert not found.accepted
    assert "worse than the order in use" in found.why


def test_too_few_decisions_make_no_model() -> None:
    features, labels = pairs_to_learn(9, useful=True)
    found = fit_model(features, labels, features[:, 0].astype(float))
    assert (found.accepted, found.card) == (False, None)
    assert "needed" in found.why


def test_doubt_is_greatest_in_the_middle() -> None:
    assert doubt_of(np.array([0.0, 0.5, 1.0])).tolist() == [0.0, 1.0, 0.0]


def test_times_sort_as_texts() -> None:
    first, second = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 1, 9, 0, 0, 5, tzinfo=UTC)
    assert stamp(first) < stamp(second)
    with pytest.raises(ValueError, match="time zone"):
        stamp(datetime(2026, 3, 1))  # noqa: DTZ001  the point of the test


FILTERS = st.builds(
    PairFilter,
    bodies=st.lists(st.sampled_from(["pp", "wtdc", "un-ga"]), unique=True).map(tuple),
    relations=st.lists(st.sampled_from([r.value for r in Relation]), unique=True).map(tuple),
    states=st.lists(st.sampled_from([s.value for s in PairState]), unique=True).map(tuple),
    reviewer=st.none() | st.from_regex(r"[a-z]{1,6}", fullmatch=True),
    work=st.none() | st.just("pp/res/191"),
    text=st.lists(st.from_regex(r"-?[a-z]{1,6}", fullmatch=True), max_size=3).map(" ".join),
    least=st.none() | st.floats(0, 1),
    cross_body=st.none() | st.booleans(),
    flags=st.lists(st.sampled_from(["demoted", "doubtful"]), unique=True).map(tuple),
)


@given(FILTERS)
def test_a_filter_survives_the_query_string(wanted: PairFilter) -> None:
    assert PairFilter.from_query(wanted.to_query()) == wanted


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"relations": "SAME"}, "SAME"),
        ({"least": "2"}, "least"),
        ({"least": "nan"}, "least"),
        ({"cross_body": "maybe"}, "cross_body"),
        ({"text": "p:>7"}, "p:>7"),
        ({"text": "colour:red"}, "colour"),
        ({"text": "rel:nothing"}, "NOTHING"),
    ],
)
def test_a_filter_names_what_it_does_not_know(query: dict[str, str], named: str) -> None:
    with pytest.raises(FilterError, match=named):
        PairFilter.from_query(query)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        terms = read_terms(text)
    except FilterError:
        return
    assert all(any(map(str.isalnum, word)) for word in (*terms.words, *terms.without, *terms.phrases))
    assert terms.least is None or math.isfinite(terms.least)
