"""Learning from decisions: what neighbours tell, the guard, calibration, which pairs come up, and the estimates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_corpus import Told, make_run
from sqlalchemy import select, update

from pipeline.domain import Outcome, QueueOrder, Role
from pipeline.match.features import FEATURES, pair_model
from pipeline.review.estimates import audit_estimate
from pipeline.review.learning import FEATURE_NAMES, features_from_bytes, features_to_bytes, fit_model
from pipeline.review.neighbours import (
    NEIGHBOUR_NAMES,
    STANDING_NAMES,
    Ends,
    ends_of,
    neighbour_features,
    standing_features,
)
from pipeline.store.database import Database
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.importing import import_run
from pipeline.store.database.learning import refit
from pipeline.store.database.measures import audit_slice
from pipeline.store.database.people import add_person
from pipeline.store.database.queues import Claimed, next_pair
from pipeline.store.database.schema import models, pairs, queue_items

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RUN = "20260301-080000-aaaaaa"


def around(ends: Ends, answers: list[int], name: str) -> list[float]:
    told = neighbour_features(ends, np.array(answers, dtype=np.int8))
    return [round(float(value), 4) for value in told[:, NEIGHBOUR_NAMES.index(name)]]


def ends(*clauses: str) -> Ends:
    """Pairs such as ``a1-b1``: clause 1 of text a and clause 1 of text b; log-odds fall from pair to pair."""
    both = [(one.split("-")[0], one.split("-")[1]) for one in clauses]
    return ends_of(both, [(a[0], b[0]) for a, b in both], -np.arange(len(both), dtype=np.float64))


def test_every_feature_that_weighs_in_the_score_is_seen_by_learning() -> None:
    weighs = {feature.name for feature, points in zip(FEATURES, pair_model().points, strict=True) if points}
    assert weighs <= set(FEATURE_NAMES)


def test_two_clauses_that_repeat_a_third_one_are_told_so() -> None:
    held = ends("a1-b1", "c1-b1", "c1-a1", "a1-d1")
    assert around(held, [1, 1, -1, -1], "third_clauses_both") == [0, 0, 1, 0]
    assert around(held, [1, 0, -1, -1], "third_clauses_one") == [0, 0, 1, 0]
    assert around(held, [1, 1, -1, -1], "third_texts") == [0, 0, 1, 0]


def test_a_clause_whose_counterpart_was_found_in_the_other_text_is_told_so() -> None:
    held = ends("a1-b1", "a1-b2", "a2-b2")
    assert around(held, [1, -1, -1], "counterpart_found") == [0, 1, 0]
    assert around(held, [0, -1, -1], "counterpart_refused") == [0, 1, 0]


def test_pairs_of_the_same_two_texts_share_what_was_decided_on_them() -> None:
    held = ends("a1-b1", "b2-a2", "a3-c1", "c2-d1")
    share = around(held, [1, -1, 0, -1], "texts_share")
    assert share[1] > 0, "the order of the two texts does not matter"
    assert share[3] == 0


CLAUSES = st.sampled_from(["a1", "a2", "b1", "b2", "c1", "d1"])
PAIRS = st.lists(
    st.tuples(CLAUSES, CLAUSES).filter(lambda pair: pair[0][0] != pair[1][0]),
    min_size=1,
    max_size=12,
    unique_by=lambda pair: tuple(sorted(pair)),
)


@settings(deadline=None)
@given(PAIRS, st.data())
def test_no_pair_sees_its_own_decision(clauses: list[tuple[str, str]], data: st.DataObject) -> None:
    held = ends_of(clauses, [(a[0], b[0]) for a, b in clauses], np.zeros(len(clauses)))
    answers = np.array(data.draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=len(clauses), max_size=len(clauses))))
    at = data.draw(st.integers(0, len(clauses) - 1))
    # Shares are counted from the share overall, which is that of all decisions; all else must not move.
    columns = [i for i, name in enumerate(NEIGHBOUR_NAMES) if "share" not in name]
    seen = []
    for answer in (-1, 0, 1):
        answers[at] = answer
        seen.append(neighbour_features(held, answers.astype(np.int8))[at, columns].tolist())
    assert seen[0] == seen[1] == seen[2]


def test_a_pair_behind_the_best_of_its_clause_is_told_how_far() -> None:
    told = standing_features(ends("a1-b1", "a1-b2", "a2-b3"))
    assert told[:, STANDING_NAMES.index("behind_best_of_texts")].tolist() == [0, -1, -2]
    assert told[:, STANDING_NAMES.index("behind_best_of_clauses")].tolist() == [0, -1, 0]
    assert standing_features(ends()).shape == (0, len(STANDING_NAMES))


def test_features_kept_by_another_version_give_their_log_odds_alone() -> None:
    new, old = features_to_bytes([1.0, 2.0, 3.0]), features_to_bytes([4.0, 5.0])
    assert features_from_bytes([new, new, old]).tolist() == [[1, 2, 3], [1, 2, 3], [4, 0, 0]]


def decisions(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(count, 6)).astype(np.float32)
    labels = draw.uniform(size=count) < 1 / (1 + np.exp(-2.5 * features[:, 2]))
    return features, labels


def test_probabilities_hold_on_pairs_that_were_not_decided() -> None:
    features, labels = decisions(3_000)
    fit = fit_model(features[:600], labels[:600], features[:600, 0].astype(float))
    told, true = fit.probabilities(features[600:]), labels[600:]
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        here = (told >= low) & (told < low + 0.2)
        assert abs(told[here].mean() - true[here].mean()) < 0.08
    assert fit.card is not None
    assert abs(fit.card.brier - float(np.mean((told - true) ** 2))) < 0.03


def test_a_model_that_is_worse_by_chance_alone_is_not_refused() -> None:
    features, labels = decisions(40)
    fit = fit_model(features, labels, features[:, 2].astype(float))
    assert fit.accepted


def test_a_model_of_decisions_that_contradict_each_other_is_refused() -> None:
    # Until lately people followed the second measure; then they turned about, and the order in use follows them.
    features, _ = decisions(400)
    order = np.where(np.arange(400) < 200, -features[:, 2], features[:, 2]).astype(float)
    turned = order > 0
    recent = np.arange(400) >= 200
    fit = fit_model(features, turned, order, recent)
    assert not fit.accepted
    assert fit.card is not None
    assert fit.card.held_out == 200


def test_neighbours_are_not_judged_by_the_decisions_they_are_tested_on() -> None:
    # No two pairs share a text, and the measures are noise: whatever order comes out rests on answers that leaked.
    draw = np.random.default_rng(2)
    labels = draw.uniform(size=200) < 0.5
    noise = draw.normal(size=(200, 3)).astype(np.float32)
    each = [f"t{n}1-u{n}1" for n in range(200)]
    lone = ends_of([tuple(one.split("-")) for one in each], [(f"t{n}", f"u{n}") for n in range(200)], np.zeros(200))  # type: ignore[misc]
    fit = fit_model(noise, labels, noise[:, 0].astype(float), None, lone)
    assert fit.card is not None
    assert fit.card.precision < 0.65, "pairs without neighbours learn nothing from them"


def test_the_audit_estimate_holds_the_truth_nineteen_times_of_twenty() -> None:
    draw = np.random.default_rng(5)
    hits = np.zeros(3)
    for _ in range(200):
        precision, rate = draw.uniform(0.3, 0.95), draw.uniform(0.005, 0.08)
        told, below = int(draw.binomial(100, precision)), int(draw.binomial(100, rate))
        found = audit_estimate((100, told, 2_000), (100, below, 8_000))
        assert found.precision is not None
        assert found.missed is not None
        assert found.recall is not None
        recall = 2_000 * precision / (2_000 * precision + 8_000 * rate)
        for place, (interval, true) in enumerate(
            ((found.precision, precision), (found.missed, 8_000 * rate), (found.recall, recall))
        ):
            hits[place] += interval.low <= true <= interval.high
    assert (hits >= 180).all()


def triangles(root: Path, count: int) -> tuple[dict[str, str], list[Told]]:
    """Clauses in three texts each: the pairs a-b and b-c score high, the pairs a-c last of all."""
    texts: dict[str, str] = {}
    near, far = [], []
    for n in range(count):
        a, b, c = (f"{body}/res/{900 + n}@2022#resolves.1" for body in ("pp", "wtsa", "wtdc"))
        for clause, words in ((a, "keep"), (b, "publish"), (c, "maintain")):
            texts[clause] = f"to {words} the register number {n} of masts;"
        near += [Told(a, b, round(0.9 - n / 1000, 6)), Told(b, c, round(0.8 - n / 1000, 6))]
        far.append(Told(a, c, round(0.3 - n / 1000, 6)))
    return texts, [*near, *far]


def decide(db: Database, who: str, pair: str, outcome: Outcome) -> None:
    with db.write() as session:
        record(session, DecisionRequest(pair, who, Role.ANALYST, outcome, 0, pair), NOW)


def ready(db: Database, tmp_path: Path) -> tuple[str, dict[tuple[str, str, int], str]]:
    """A person, and the pair of each two bodies of each triangle; sixteen are decided, the last eight without a-c."""
    texts, told = triangles(tmp_path, 24)
    import_run(db, make_run(tmp_path, RUN, texts, told), now=NOW)
    with db.write() as session:
        who = add_person(session, "anna", "Anna", Role.ANALYST, NOW).id
    with db.read() as session:
        rows = session.execute(select(pairs.c.id, pairs.c.left_work, pairs.c.right_work)).all()
    named = {}
    for row in rows:
        (a, _, n), (b, _, _) = row.left_work.split("/"), row.right_work.split("/")
        named[*sorted((a, b)), int(n) - 900] = row.id
    for n in range(16):
        kind = Outcome.REPEATS if n % 2 == 0 else Outcome.UNRELATED
        decide(db, who, named["pp", "wtsa", n], kind)
        decide(db, who, named["wtdc", "wtsa", n], kind)
        if n < 8:
            decide(db, who, named["pp", "wtdc", n], kind)
    return who, named


def test_what_two_confirmed_overlaps_imply_comes_before_what_scores_higher(database: Database, tmp_path: Path) -> None:
    who, named = ready(database, tmp_path)
    made = refit(database, NOW + timedelta(hours=1))
    assert made.accepted, made.why
    implied = {named["pp", "wtdc", n] for n in range(8, 16, 2)}
    with database.write() as session:
        given = next_pair(session, "learned", who, NOW)
        order = session.execute(
            select(queue_items.c.pair)
            .where(queue_items.c.queue == "learned", queue_items.c.is_open)
            .order_by(queue_items.c.place)
        ).scalars()
        assert set(list(order)[:4]) == implied
    assert isinstance(given, Claimed)
    assert given.pair in implied


def test_the_uncertain_queue_gives_what_is_least_known_first(database: Database, tmp_path: Path) -> None:
    who, _ = ready(database, tmp_path)
    refit(database, NOW + timedelta(hours=1))
    with database.write() as session:
        given = next_pair(session, QueueOrder.UNCERTAIN.value, who, NOW)
        assert isinstance(given, Claimed)
        rows = session.execute(select(pairs.c.id, pairs.c.learned).where(pairs.c.state == "open")).all()
    gap = {row.id: abs(row.learned - 0.5) for row in rows}
    assert gap[given.pair] == pytest.approx(min(gap.values()), abs=1e-6)


def test_a_second_refit_writes_no_row_whose_probability_stands(database: Database, tmp_path: Path) -> None:
    ready(database, tmp_path)
    first = refit(database, NOW + timedelta(hours=1))
    again = refit(database, NOW + timedelta(hours=2))
    assert again.card == first.card
    with database.read() as session:
        assert session.execute(select(pairs.c.model).distinct().where(pairs.c.learned >= 0)).scalars().all() == [
            first.model
        ]
        assert len(session.execute(select(models.c.id)).all()) == 2


def test_pairs_behind_the_head_are_scored_when_a_neighbour_is_confirmed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.reference.review import LearningRules, load_review
    from pipeline.store.database import learning

    _, named = ready(database, tmp_path)
    rules = load_review()
    small = LearningRules(10, 2, 5, 8, 0.02)
    changed = type(rules)(rules.classes, rules.lease_minutes, rules.audit_sample, small)
    monkeypatch.setattr(learning, "load_review", lambda: changed)
    made = refit(database, NOW + timedelta(hours=1))
    assert made.scored == 8
    with database.read() as session:
        scored = session.execute(select(pairs.c.id).where(pairs.c.learned >= 0)).scalars().all()
    assert {named["pp", "wtdc", n] for n in range(8, 16, 2)} <= set(scored), "they rank last of all"


def test_the_audit_slice_counts_its_own_decisions_alone(database: Database, tmp_path: Path) -> None:
    _, _ = ready(database, tmp_path)
    with database.write() as session:
        drawn = session.execute(select(queue_items.c.pair).where(queue_items.c.queue == "audit")).scalars().all()
        decided = session.execute(select(pairs.c.id).where(pairs.c.state == "decided")).scalars().all()
        found = audit_slice(session)
        assert found.told_judged + found.below_judged == len(set(drawn) & set(decided))
        session.execute(update(pairs).values(learned=0.5))
        assert audit_slice(session) == found, "what was learned does not move the estimate"
