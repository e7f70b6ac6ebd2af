"""Decisions outlive reprocessing; many people work at once; any script of actions leaves an honest ledger."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_corpus import Told, make_run, many
from sqlalchemy import select

from pipeline.domain import Outcome, PairState, Role
from pipeline.review import pair_id
from pipeline.review.ledger import project
from pipeline.store.database import Database, open_database
from pipeline.store.database.audit import export_decisions, import_decisions, verify_chain
from pipeline.store.database.decisions import Conflict, DecisionRequest, Recorded, record, undo
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.importing import import_run
from pipeline.store.database.learning import refit, wants_refit
from pipeline.store.database.listing import count_pairs, facets, list_pairs
from pipeline.store.database.measures import review_progress
from pipeline.store.database.people import add_person
from pipeline.store.database.queues import Claimed, Finished, next_pair
from pipeline.store.database.recording import decisions_on
from pipeline.store.database.schema import decisions, pairs, reviews
from pipeline.store.database.views import Moved, PairDetail

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = "20260301-080000-aaaaaa", "20260302-080000-bbbbbb", "20260303-080000-cccccc"


def person(db: Database, login: str = "anna", role: Role = Role.ANALYST) -> str:
    with db.write() as session:
        return add_person(session, login, login.title(), role, NOW).id


def decide(db: Database, who: str, pair: str, outcome: Outcome, version: int = 0) -> Recorded:
    with db.write() as session:
        made = record(session, DecisionRequest(pair, who, Role.ANALYST, outcome, version, f"{pair}{version}"), NOW)
    assert isinstance(made, Recorded)
    return made


@pytest.mark.slow
def test_of_a_thousand_decisions_thirty_come_back_after_a_change_of_three_percent_and_none_is_lost(
    database: Database, tmp_path: Path
) -> None:
    texts, told = many(1_000)
    import_run(database, make_run(tmp_path, FIRST, texts, told), now=NOW)
    who = person(database)
    outcomes = [outcome for outcome in Outcome if outcome.is_final]
    with database.write() as session:
        names = [row.id for row in list_pairs(session, PairFilter(), limit=1_000).rows]
        for place, name in enumerate(names):
            record(session, DecisionRequest(name, who, Role.ANALYST, outcomes[place % 6], 0, f"k{place}"), NOW)
    revised = {clause.replace("@2022", "@2026"): text for clause, text in texts.items()}
    for one in told[5::33][:30]:
        revised[one.right.replace("@2022", "@2026")] += " and to tell the members;"
    later = [
        Told(one.left.replace("@2022", "@2026"), one.right.replace("@2022", "@2026"), one.probability) for one in told
    ]
    report = import_run(database, make_run(tmp_path, SECOND, revised, later), now=NOW + timedelta(days=1))
    assert (report.decisions_kept, report.recheck, report.archived, report.new) == (970, 30, 0, 0)
    with database.read() as session:
        states = {one.value: one.number for one in facets(session, PairFilter())["states"]}
        (again,) = list_pairs(session, PairFilter(states=("re-check",)), limit=1).rows
        detail = pair_detail(session, again.id, None)
        held = session.execute(select(decisions.c.id)).all()
        assert verify_chain(session).is_whole
    assert states == {"decided": 970, "re-check": 30}
    assert len(held) == 1_000
    assert isinstance(detail, PairDetail)
    assert detail.history[0].stale
    assert detail.right.text.endswith("and to tell the members;")
    assert detail.history[0].right_text == detail.right.text.removesuffix(" and to tell the members;")
    with database.write() as session:
        given_out = next_pair(session, "rank", who, NOW + timedelta(days=1))
    assert isinstance(given_out, Claimed), "a pair to re-check is given out again, to the same person too"
    decide(database, who, given_out.pair, Outcome.REPEATS, detail.version)
    with database.read() as session:
        assert count_pairs(session, PairFilter(states=("re-check",))).number == 29


def test_a_dismissed_pair_stays_dismissed_when_a_third_similar_passage_arrives(
    database: Database, tmp_path: Path
) -> None:
    a, b, c = (f"{body}/res/901@2022#resolves.1" for body in ("pp", "wtdc", "wtsa"))
    same = "to report on the work every year;"
    import_run(database, make_run(tmp_path, FIRST, {a: same, b: same}, [Told(a, b)]), now=NOW)
    decide(database, person(database), pair_id(a, b), Outcome.STANDARD_TEXT)
    told = [Told(a, b), Told(a, c), Told(b, c)]
    report = import_run(database, make_run(tmp_path, SECOND, {a: same, b: same, c: same}, told), now=NOW)
    assert (report.new, report.decisions_kept) == (2, 1)
    with database.read() as session:
        states = {row.id: row.state for row in list_pairs(session, PairFilter()).rows}
    assert states == {
        pair_id(a, b): PairState.DECIDED, pair_id(a, c): PairState.OPEN, pair_id(b, c): PairState.OPEN,
    }  # fmt: skip


def test_a_vanished_pair_is_archived_and_comes_back_with_its_decision(database: Database, tmp_path: Path) -> None:
    texts, told = many(3)
    run = make_run(tmp_path, FIRST, texts, told)
    import_run(database, run, now=NOW)
    gone = pair_id(told[2].left, told[2].right)
    decide(database, person(database), gone, Outcome.REPEATS)
    report = import_run(database, make_run(tmp_path, SECOND, texts, told[:2]), now=NOW)
    assert (report.gone, report.archived) == (1, 1)
    with database.read() as session:
        assert count_pairs(session, PairFilter()).number == 2
        detail = pair_detail(session, gone, None)
    assert isinstance(detail, PairDetail)
    assert (detail.row.state, detail.row.outcome) == (PairState.ARCHIVED, Outcome.REPEATS)
    import_run(database, make_run(tmp_path, THIRD, texts, told), now=NOW)
    with database.read() as session:
        back = pair_detail(session, gone, None)
        told_states = {one.value: one.number for one in facets(session, PairFilter())["states"]}
    assert isinstance(back, PairDetail)
    assert (back.row.state, back.row.outcome) == (PairState.DECIDED, Outcome.REPEATS)
    assert told_states == {"open": 2, "decided": 1}


def test_a_renumbered_clause_keeps_its_decision_and_the_old_link_leads_on(database: Database, tmp_path: Path) -> None:
    a, b = "pp/res/901@2022#resolves.1", "wtdc/res/902@2022#resolves.1"
    texts = {a: "to keep a register of masts;", b: "to publish a list of masts;"}
    import_run(database, make_run(tmp_path, FIRST, texts, [Told(a, b)]), now=NOW)
    old = pair_id(a, b)
    who = person(database)
    decide(database, who, old, Outcome.REPEATS)
    moved = "pp/res/901@2026#resolves.4"
    new = {"pp/res/901@2026#resolves.1": "something else;", moved: texts[a], b: texts[b]}
    report = import_run(database, make_run(tmp_path, SECOND, new, [Told(moved, b)]), now=NOW)
    assert (report.moved, report.decisions_kept, report.gone) == (1, 1, 0)
    with database.write() as session:
        link = pair_detail(session, old, None)
        assert isinstance(link, Moved)
        detail = pair_detail(session, link.target, None)
        back = undo(session, who, Role.ANALYST, key="u", now=NOW)
    assert isinstance(detail, PairDetail)
    assert detail.row.state is PairState.DECIDED
    assert detail.former == (old,)
    assert isinstance(back, Recorded)
    assert back.standing.state is PairState.OPEN


def test_the_same_run_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    texts, told = many(3)
    run = make_run(tmp_path, FIRST, texts, told)
    first = import_run(database, run, now=NOW)
    again = import_run(database, run, now=NOW)
    assert (first.already, again.already, again.new) == (False, True, 3)
    with database.read() as session:
        assert verify_chain(session).lines == 1


def test_an_earlier_run_can_be_made_current_again(database: Database, tmp_path: Path) -> None:
    texts, told = many(3)
    first = make_run(tmp_path, FIRST, texts, told)
    import_run(database, first, now=NOW)
    import_run(database, make_run(tmp_path, SECOND, texts, told[:1]), now=NOW)
    import_run(database, first, now=NOW)
    with database.read() as session:
        assert count_pairs(session, PairFilter()).number == 3


@pytest.mark.slow
def test_twenty_reviewers_on_one_queue_get_no_pair_twice_and_come_to_its_end(
    database: Database, tmp_path: Path
) -> None:
    texts, told = many(100)
    import_run(database, make_run(tmp_path, FIRST, texts, told), now=NOW)
    crowd = [person(database, f"p{n}") for n in range(20)]
    given_out: list[tuple[str, str]] = []
    ends: list[object] = []
    failures: list[BaseException] = []

    def review(who: str) -> None:
        try:
            # A reviewer to whom nothing is given while others hold pairs looks again; the others go on meanwhile.
            for _ in range(2_000):
                with database.write() as session:
                    found = next_pair(session, "rank", who, NOW)
                if isinstance(found, Finished):
                    ends.append(found)
                    return
                if isinstance(found, Claimed):
                    given_out.append((found.pair, who))
                    with database.write() as session:
                        made = record(
                            session,
                            DecisionRequest(
                                found.pair, who, Role.ANALYST, Outcome.REPEATS, 0, found.pair, queue="rank"
                            ),
                            NOW,
                        )
                    assert not isinstance(made, Conflict)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=review, args=(who,)) for who in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(ends) == 20
    assert len(given_out) == len({pair for pair, _ in given_out}) == 100
    with database.read() as session:
        assert verify_chain(session).is_whole
        assert count_pairs(session, PairFilter(states=("decided",))).number == 100


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["decide", "decide", "decide", "undo", "stale", "import", "rerun"]),
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from(list(Outcome)),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS)
def test_any_script_leaves_a_whole_chain_and_the_state_that_its_decisions_say(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[str, int, int, Outcome]]
) -> None:
    folder = tmp_path_factory.mktemp("script")
    texts, told = many(4)
    db = open_database(str(folder / "review.db"), upgrade=True)
    import_run(db, make_run(folder, FIRST, texts, told), now=NOW)
    crowd = [person(db, f"p{n}") for n in range(3)]
    for step, (action, who, which, outcome) in enumerate(script):
        name = pair_id(told[which].left, told[which].right)
        at = NOW + timedelta(minutes=step)
        if action == "rerun":
            texts = {**texts, told[which].left: f"a text of step {step};"}
            import_run(db, make_run(folder, f"20260302-0800{step:02d}-bbbbbb", texts, told), now=at)
            continue
        with db.write() as session:
            version = session.execute(select(pairs.c.version).where(pairs.c.id == name)).scalar_one()
            if action in ("decide", "stale"):
                version -= action == "stale"
                record(session, DecisionRequest(name, crowd[who], Role.ANALYST, outcome, version, f"k{step}"), at)
            elif action == "undo":
                held = session.execute(select(reviews.c.decision).where(reviews.c.person == crowd[who])).first()
                if held is not None:
                    undo(session, crowd[who], Role.ANALYST, held.decision, key=f"u{step}", now=at)
            else:
                assert import_decisions(session, list(export_decisions(session)), crowd[who], now=at).added == 0
    with db.read() as session:
        assert verify_chain(session).is_whole
        for row in session.execute(select(pairs)).mappings():
            found = project(decisions_on(session, row["id"]), (row["left_digest"], row["right_digest"]))
            assert row["state"] == found.state.value
            assert row["outcome"] == (found.outcome.value if found.outcome is not None else None)
            kept = session.execute(select(reviews.c.person, reviews.c.outcome).where(reviews.c.pair == row["id"])).all()
            assert {tuple(one) for one in kept} == {(one.person, one.outcome.value) for one in found.reviews}
        states = {one.value: one.number for one in facets(session, PairFilter())["states"]}
        assert sum(states.values()) == 4
    db.close()


def test_learning_puts_what_people_call_an_overlap_first(database: Database, tmp_path: Path) -> None:
    texts, told = many(60)
    # The score is of no use here: what people confirm lies in the lower half.
    import_run(database, make_run(tmp_path, FIRST, texts, told), now=NOW)
    who = person(database)
    assert refit(database, NOW - timedelta(hours=1)).card is None
    with database.read() as session:
        names = [row.id for row in list_pairs(session, PairFilter(), limit=60).rows]
    for place in range(0, 60, 3):
        decide(database, who, names[place], Outcome.REPEATS if place >= 30 else Outcome.UNRELATED)
    with database.read() as session:
        assert wants_refit(session)
    made = refit(database, NOW + timedelta(hours=1))
    assert made.accepted, made.why
    assert made.scored == 40
    with database.write() as session:
        first = next_pair(session, "learned", who, NOW)
        progress = review_progress(session)
        again = next_pair(session, "rank", who, NOW, after=None)
    assert isinstance(first, Claimed)
    assert isinstance(again, Claimed)
    assert first.position == 1
    assert names.index(first.pair) >= 30
    assert progress.remaining.interval.low <= progress.remaining.expected <= progress.remaining.interval.high
    assert refit(database, NOW + timedelta(hours=2)).card == made.card, "equal decisions give an equal model"
