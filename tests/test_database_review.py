"""The review database as people use it, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from review_corpus import Told, make_run, many
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.domain import Outcome, PairState, QueueOrder, Relation, Remedy, Role
from pipeline.errors import DatabaseError, FilterError, ForbiddenError, InputError, UnknownIdentifierError, UsageError
from pipeline.review import pair_id
from pipeline.store.database import Database, open_database
from pipeline.store.database.audit import (
    EventFilter,
    export_decisions,
    import_decisions,
    list_events,
    verify_chain,
)
from pipeline.store.database.bulk import BulkRequest, decide_bulk, preview_bulk, undo_batch
from pipeline.store.database.decisions import (
    Conflict,
    DecisionRequest,
    Recorded,
    Repeated,
    adjudicate,
    comment,
    record,
    undo,
)
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.importing import import_run
from pipeline.store.database.listing import count_pairs, facets, list_pairs, losing_filter
from pipeline.store.database.measures import agreement, disagreements, score_bands
from pipeline.store.database.people import (
    Person,
    add_person,
    change_person,
    issue_token,
    person_of_session,
    read_preferences,
    redeem_token,
    start_session,
    write_preferences,
)
from pipeline.store.database.queues import (
    AllClaimed,
    Claimed,
    Empty,
    FilteredOut,
    Finished,
    claim,
    define_queue,
    list_queues,
    next_pair,
    queue_progress,
    renew,
)
from pipeline.store.database.search import search_clauses
from pipeline.store.database.views import Gone, PairDetail, Viewer

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
HASTY = PairFilter(flags=("listed",))


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    """Thirty pairs of two bodies, the last ten of them formula language."""
    texts, told = many(30)
    told[20:] = [Told(one.left, one.right, one.probability, Relation.BOIL) for one in told[20:]]
    import_run(database, make_run(tmp_path, "20260301-080000-aaaaaa", texts, told), now=NOW)
    return database


def people_of(db: Database, *roles: Role) -> list[Person]:
    with db.write() as session:
        return [add_person(session, f"p{n}", f"Person {n}", role, NOW) for n, role in enumerate(roles)]


def decide(db: Database, person: Person, pair: str, outcome: Outcome, version: int = 0, **more: object) -> object:
    key = str(more.pop("key", f"{person.id}{pair}{version}{outcome}"))
    with db.write() as session:
        request = DecisionRequest(pair, person.id, person.role, outcome, version, key, **more)  # type: ignore[arg-type]
        return record(session, request, NOW)


def first_pairs(db: Database, count: int) -> list[str]:
    with db.read() as session:
        return [row.id for row in list_pairs(session, PairFilter(), limit=count).rows]


def test_a_decision_is_stored_and_the_pair_shows_it(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    made = decide(filled, anna, pair, Outcome.REPEATS, remedy=Remedy.TRIM, reason="the same list")
    assert isinstance(made, Recorded)
    with filled.read() as session:
        detail = pair_detail(session, pair, Viewer(anna.id, anna.role))
    assert isinstance(detail, PairDetail)
    assert (detail.row.state, detail.row.outcome, detail.row.remedy) == (
        PairState.DECIDED,
        Outcome.REPEATS,
        Remedy.TRIM,
    )
    assert detail.version == made.version == 1
    assert detail.own == made.decision
    assert [line.reviewer_name for line in detail.history] == ["Person 0"]
    assert detail.evidence is not None
    assert detail.evidence.log_odds == pytest.approx(0.0)


def test_a_request_sent_twice_is_stored_once(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    first = decide(filled, anna, pair, Outcome.REPEATS, key="one")
    second = decide(filled, anna, pair, Outcome.REPEATS, key="one")
    assert isinstance(first, Recorded)
    assert isinstance(second, Repeated)
    assert second.decision == first.decision


def test_a_decision_made_meanwhile_is_a_conflict_and_nothing_is_lost(filled: Database) -> None:
    anna, bo = people_of(filled, Role.ANALYST, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.IMPLEMENTS)
    clash = decide(filled, bo, pair, Outcome.REPEATS)
    assert isinstance(clash, Conflict)
    assert [one.outcome for one in clash.by] == [Outcome.IMPLEMENTS]
    both = decide(filled, bo, pair, Outcome.REPEATS, version=clash.version)
    assert isinstance(both, Recorded)
    assert both.standing.state is PairState.DISPUTED
    assert both.standing.outcome is None


def test_a_disagreement_is_settled_by_a_reviewer_with_a_reason(filled: Database) -> None:
    anna, bo, cleo = people_of(filled, Role.ANALYST, Role.ANALYST, Role.REVIEWER)
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.IMPLEMENTS)
    decide(filled, bo, pair, Outcome.REPEATS, version=1)
    with filled.read() as session:
        (found,) = disagreements(session)
    assert {one.outcome for one in found.decisions} == {Outcome.IMPLEMENTS, Outcome.REPEATS}
    request = DecisionRequest(pair, cleo.id, cleo.role, Outcome.REPEATS, 2, "k", reason="both give a task")
    with filled.write() as session:
        settled = adjudicate(session, request, NOW)
        assert not disagreements(session)
    assert isinstance(settled, Recorded)
    assert (settled.standing.state, settled.standing.outcome) == (PairState.DECIDED, Outcome.REPEATS)
    with filled.write() as session, pytest.raises(ForbiddenError):
        adjudicate(session, DecisionRequest(pair, bo.id, bo.role, Outcome.REPEATS, 3, "x", reason="no"), NOW)


def test_undo_goes_back_one_decision_at_a_time_and_deletes_nothing(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.REPEATS)
    decide(filled, anna, pair, Outcome.UNRELATED, version=1)
    states = []
    for key in ("u1", "u2"):
        with filled.write() as session:
            back = undo(session, anna.id, anna.role, key=key, now=NOW)
        assert isinstance(back, Recorded)
        states.append((back.standing.state, back.standing.outcome))
    assert states == [(PairState.DECIDED, Outcome.REPEATS), (PairState.OPEN, None)]
    with filled.write() as session:
        with pytest.raises(UsageError):
            undo(session, anna.id, anna.role, key="u3", now=NOW)
        detail = pair_detail(session, pair, None)
    assert isinstance(detail, PairDetail)
    assert len(detail.history) == 4


def test_nobody_takes_back_what_another_decided_but_an_administrator(filled: Database) -> None:
    anna, bo, admin = people_of(filled, Role.ANALYST, Role.REVIEWER, Role.ADMIN)
    made = decide(filled, anna, first_pairs(filled, 1)[0], Outcome.REPEATS)
    assert isinstance(made, Recorded)
    with filled.write() as session:
        with pytest.raises(ForbiddenError):
            undo(session, bo.id, bo.role, made.decision.id, key="x", now=NOW)
        back = undo(session, admin.id, admin.role, made.decision.id, key="x", now=NOW)
    assert isinstance(back, Recorded)
    assert back.standing.state is PairState.OPEN


def test_a_viewer_decides_nothing(filled: Database) -> None:
    (vera,) = people_of(filled, Role.VIEWER)
    with pytest.raises(ForbiddenError):
        decide(filled, vera, first_pairs(filled, 1)[0], Outcome.REPEATS)


def test_a_queue_gives_each_pair_to_one_person_in_the_order_of_ranks(filled: Database) -> None:
    anna, bo = people_of(filled, Role.ANALYST, Role.ANALYST)
    ranked = first_pairs(filled, 3)
    with filled.write() as session:
        first = next_pair(session, "rank", anna.id, NOW)
        again = next_pair(session, "rank", anna.id, NOW)
        second = next_pair(session, "rank", bo.id, NOW)
        elsewhere = next_pair(session, "learned", bo.id, NOW, after=ranked[1])
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    assert isinstance(again, Claimed)
    assert isinstance(elsewhere, Claimed)
    assert (first.pair, again.pair, second.pair) == (ranked[0], ranked[0], ranked[1])
    assert elsewhere.pair not in (first.pair,)


def test_a_claim_ends_after_ten_minutes_without_activity(filled: Database) -> None:
    anna, bo = people_of(filled, Role.ANALYST, Role.ANALYST)
    with filled.write() as session:
        first = next_pair(session, "rank", anna.id, NOW)
        assert isinstance(first, Claimed)
        assert isinstance(claim(session, "rank", first.pair, bo.id, NOW + timedelta(minutes=9)), AllClaimed)
        assert renew(session, "rank", first.pair, anna.id, NOW + timedelta(minutes=9)) is not None
        assert isinstance(claim(session, "rank", first.pair, bo.id, NOW + timedelta(minutes=18)), AllClaimed)
        late = next_pair(session, "rank", bo.id, NOW + timedelta(minutes=20))
        assert isinstance(late, Claimed)
        assert late.pair == first.pair
        assert renew(session, "rank", first.pair, anna.id, NOW + timedelta(minutes=20)) is None


def test_the_four_ways_of_having_nothing_to_give_are_told_apart(database: Database, tmp_path: Path) -> None:
    anna, bo = people_of(database, Role.ANALYST, Role.ANALYST)

    def queue(wanted: PairFilter) -> str:
        with database.write() as session:
            made = define_queue(session, "Q", wanted, QueueOrder.RANK, person=anna.id, role=anna.role, now=NOW)
            return made.id

    before = queue(PairFilter())
    with database.write() as session:
        assert isinstance(next_pair(session, before, anna.id, NOW), Empty)
    texts, told = many(1)
    import_run(database, make_run(tmp_path, "20260301-080000-aaaaaa", texts, told), now=NOW)
    one, none = queue(PairFilter()), queue(PairFilter(bodies=("pp",), relations=("VERB",)))
    with database.write() as session:
        out = next_pair(session, none, anna.id, NOW)
        assert isinstance(out, FilteredOut)
        assert out.losing == ("relations", 1)
        given = next_pair(session, one, anna.id, NOW)
        assert isinstance(given, Claimed)
        held = next_pair(session, one, bo.id, NOW)
        assert isinstance(held, AllClaimed)
        assert [c.person for c in held.claims] == [anna.id]
    decide(database, anna, given.pair, Outcome.REPEATS, queue=one)
    with database.write() as session:
        done = next_pair(session, one, bo.id, NOW)
    assert isinstance(done, Finished)
    assert (done.size, done.finished, done.waiting) == (1, 1, 0)


def test_a_postponed_pair_comes_back_when_asked_for(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    with filled.write() as session:
        first = next_pair(session, "rank", anna.id, NOW)
    assert isinstance(first, Claimed)
    decide(filled, anna, first.pair, Outcome.POSTPONED, queue="rank")
    with filled.write() as session:
        second = next_pair(session, "rank", anna.id, NOW)
        assert isinstance(second, Claimed)
        assert second.pair != first.pair
        assert queue_progress(session, "rank", anna.id, NOW).postponed == 1
        again = next_pair(session, "rank", anna.id, NOW, after=second.pair, again=True)
    assert isinstance(again, Claimed)
    assert again.pair == first.pair


def test_a_pair_that_needs_an_expert_goes_to_reviewers_alone(filled: Database) -> None:
    anna, bo, cleo = people_of(filled, Role.ANALYST, Role.ANALYST, Role.REVIEWER)
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.NEEDS_EXPERT)
    with filled.write() as session:
        for_bo = next_pair(session, "rank", bo.id, NOW)
        for_cleo = next_pair(session, "rank", cleo.id, NOW)
    assert isinstance(for_bo, Claimed)
    assert isinstance(for_cleo, Claimed)
    assert for_bo.pair != pair
    assert for_cleo.pair == pair


def test_in_a_blind_queue_nothing_leads_the_reviewer_before_the_own_decision(filled: Database) -> None:
    anna, bo, cleo = people_of(filled, Role.ANALYST, Role.ANALYST, Role.REVIEWER)
    with filled.write() as session:
        queue = define_queue(
            session, "Blind", HASTY, QueueOrder.RANK, person=cleo.id, role=cleo.role, now=NOW, blind=True, reviewers=2
        ).id
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.REPEATS, queue=queue)
    for_bo, for_anna = Viewer(bo.id, bo.role, queue), Viewer(anna.id, anna.role, queue)
    with filled.read() as session:
        hidden, shown = pair_detail(session, pair, for_bo), pair_detail(session, pair, for_anna)
        listed = list_pairs(session, PairFilter(), limit=1, viewer=for_bo).rows[0]
        settling = pair_detail(session, pair, Viewer(cleo.id, cleo.role, adjudicates=True))
    assert isinstance(hidden, PairDetail)
    assert isinstance(shown, PairDetail)
    assert isinstance(settling, PairDetail)
    assert hidden.hidden
    assert (hidden.evidence, hidden.history, hidden.row.probability, hidden.row.rank, hidden.row.state) == (
        None, (), None, None, None,
    )  # fmt: skip
    assert (listed.probability, listed.outcome, listed.decided_by) == (None, None, None)
    assert shown.evidence is not None
    assert settling.history
    second = decide(filled, bo, pair, Outcome.REPEATS, queue=queue)
    assert isinstance(second, Recorded), "decisions of others are no conflict where several review on their own"
    assert second.decision.blind
    with filled.read() as session:
        after = pair_detail(session, pair, for_bo)
    assert isinstance(after, PairDetail)
    assert len(after.history) == 2


def test_a_queue_of_two_gives_a_pair_to_two_people_and_then_to_nobody(filled: Database) -> None:
    anna, bo, cleo = people_of(filled, Role.ANALYST, Role.ANALYST, Role.ANALYST)
    with filled.write() as session:
        queue = define_queue(
            session, "Two", HASTY, QueueOrder.RANK, person=anna.id, role=anna.role, now=NOW, reviewers=2
        ).id
        given = [next_pair(session, queue, person.id, NOW) for person in (anna, bo, cleo)]
    pairs = [one.pair for one in given if isinstance(one, Claimed)]
    assert pairs[0] == pairs[1] != pairs[2]
    outcomes = (Outcome.REPEATS, Outcome.UNRELATED)
    for person, outcome in zip((anna, bo), outcomes, strict=True):
        decide(filled, person, pairs[0], outcome, queue=queue)
    for person in (anna, bo):
        with filled.write() as session:
            other = next_pair(session, queue, person.id, NOW)
        assert isinstance(other, Claimed)
        assert other.pair != pairs[0]
        decide(filled, person, other.pair, Outcome.REPEATS, queue=queue)
    with filled.read() as session:
        found = agreement(session, queue)
    assert (found.people, found.same) == (2, found.pairs - 1)


def test_a_bulk_decision_is_previewed_skips_what_it_must_and_is_taken_back_as_one(filled: Database) -> None:
    anna, bo = people_of(filled, Role.ANALYST, Role.ANALYST)
    wanted = PairFilter(relations=("BOIL",))
    with filled.read() as session:
        names = [row.id for row in list_pairs(session, wanted).rows]
    decide(filled, bo, names[0], Outcome.SAME_THEME)
    with filled.write() as session:
        claim(session, "rank", names[1], bo.id, NOW)
        seen = preview_bulk(session, anna.id, anna.role, NOW, wanted=wanted, excluded=(names[2],))
        request = BulkRequest(
            anna.id, anna.role, Outcome.STANDARD_TEXT, "formula", "bulk", filter=wanted, excluded=(names[2],)
        )
        done = decide_bulk(session, request, NOW)
        again = decide_bulk(session, request, NOW)
    assert (seen.matching, seen.deciding, len(seen.skipped)) == (10, 7, 3)
    assert done.skipped == seen.skipped
    assert dict(done.skipped) == {
        names[0]: "it is decided", names[1]: "Person 1 is reading it", names[2]: "left out",
    }  # fmt: skip
    assert (done.done, again.repeated, again.batch) == (7, True, done.batch)
    decide(filled, bo, names[5], Outcome.REPEATS, version=1)
    decide(filled, anna, names[6], Outcome.REPEATS, version=1)
    with filled.write() as session:
        back = undo_batch(session, done.batch, anna.id, anna.role, key="back", now=NOW)
        left = count_pairs(session, PairFilter(outcomes=("standard-text",)))
    assert (back.done, [why for _, why in back.skipped]) == (6, ["it was decided anew since"])
    assert left.number == 0


def test_a_bulk_decision_needs_a_reason(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    with filled.write() as session, pytest.raises(UsageError, match="reason"):
        decide_bulk(session, BulkRequest(anna.id, anna.role, Outcome.UNRELATED, " ", "k", filter=PairFilter()))


def test_one_decision_covers_a_family_of_the_same_texts(database: Database, tmp_path: Path) -> None:
    texts = {f"{body}/res/901@2022#resolves.1": "to report every year;" for body in ("pp", "wtdc", "wtsa")}
    names = list(texts)
    told = [Told(names[0], names[1]), Told(names[0], names[2], 0.8), Told(names[1], names[2], 0.7)]
    import_run(database, make_run(tmp_path, "20260301-080000-aaaaaa", texts, told), now=NOW)
    (anna,) = people_of(database, Role.ANALYST)
    first, second, third = first_pairs(database, 3)
    with database.write() as session:
        detail = pair_detail(session, first, Viewer(anna.id, anna.role))
        request = BulkRequest(
            anna.id, anna.role, Outcome.STANDARD_TEXT, "one text", "k", family=first, excluded=(third,)
        )
        done = decide_bulk(session, request, NOW)
        rows = {row.id: row.state for row in list_pairs(session, PairFilter()).rows}
    assert isinstance(detail, PairDetail)
    assert detail.family_size == 3
    assert done.done == 2
    assert rows == {first: PairState.DECIDED, second: PairState.DECIDED, third: PairState.OPEN}


def test_comments_stand_beside_the_decisions(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    with filled.write() as session:
        comment(session, pair, anna.id, anna.role, "see also the annex", NOW)
        detail = pair_detail(session, pair, Viewer(anna.id, anna.role))
        commented = count_pairs(session, PairFilter(flags=("commented",)))
    assert isinstance(detail, PairDetail)
    assert [(one.name, one.text) for one in detail.comments] == [("Person 0", "see also the annex")]
    assert commented.number == 1


@pytest.mark.parametrize("table", ["events", "decisions"])
@pytest.mark.parametrize("change", ["UPDATE {0} SET seq = seq + 100", "DELETE FROM {0}"])
def test_the_ledger_refuses_every_change(filled: Database, table: str, change: str) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    decide(filled, anna, first_pairs(filled, 1)[0], Outcome.REPEATS)
    with pytest.raises(DBAPIError, match="append-only"), filled.write() as session:
        session.execute(text(change.format(table)))


TAMPERING = {
    "a changed line": ("events", "UPDATE events SET body = '{}' WHERE kind = 'decision'"),
    "a changed decision": ("decisions", "UPDATE decisions SET outcome = 'unrelated'"),
    "a deleted line": ("events", "DELETE FROM events WHERE seq = 2"),
    "a deleted decision": ("decisions", "DELETE FROM decisions"),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_whoever_goes_around_the_triggers_is_found_out(filled: Database, how: str) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    decide(filled, anna, first_pairs(filled, 1)[0], Outcome.REPEATS)
    with filled.read() as session:
        assert verify_chain(session).is_whole
    table, statement = TAMPERING[how]
    with filled.write() as session:
        if filled.is_sqlite:
            session.execute(text(f"DROP TRIGGER {table}_keep_UPDATE"))
            session.execute(text(f"DROP TRIGGER {table}_keep_DELETE"))
        else:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        session.execute(text(statement))
        found = verify_chain(session)
    assert not found.is_whole


def test_decisions_travel_as_lines_of_json(filled: Database, tmp_path: Path) -> None:
    anna, bo = people_of(filled, Role.ANALYST, Role.ANALYST)
    one, two = first_pairs(filled, 2)
    decide(filled, anna, one, Outcome.REPEATS, reason="the “same” list")
    decide(filled, bo, two, Outcome.UNRELATED)
    with filled.write() as session:
        undo(session, bo.id, bo.role, key="u", now=NOW)
        lines = list(export_decisions(session))
        assert import_decisions(session, lines, anna.id, now=NOW).known == 3
    other = open_database(str(tmp_path / "other.db"), upgrade=True)
    texts, told = many(30)
    import_run(other, make_run(tmp_path / "b", "20260301-080000-aaaaaa", texts, told), now=NOW)
    with other.write() as session:
        add_person(session, "p0", "Anna", Role.ANALYST, NOW)
        first = import_decisions(session, [*lines, "{}", "no JSON"], "overlap", now=NOW)
        again = import_decisions(session, lines, "overlap", now=NOW)
        detail = pair_detail(session, one, None)
        assert verify_chain(session).is_whole
    other.close()
    assert (first.added, again.known, len(first.refused)) == (1, 1, 4)
    assert "p1" in first.refused[0][1]
    assert isinstance(detail, PairDetail)
    assert detail.row.outcome is Outcome.REPEATS
    assert detail.history[0].decision.reason == "the “same” list"


def test_an_export_of_another_schema_is_refused(filled: Database) -> None:
    with filled.write() as session, pytest.raises(InputError, match="schema"):
        import_decisions(session, ['{"schema": "overlap-decisions/99"}'], "overlap")


def test_lists_page_by_page_hold_every_pair_once_in_every_order(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    for place, pair in enumerate(first_pairs(filled, 5)):
        decide(filled, anna, pair, list(Outcome)[place])
    for order in Order:
        forward: list[str] = []
        token = None
        with filled.read() as session:
            while True:
                page = list_pairs(session, PairFilter(), order, token, 7)
                forward += [row.id for row in page.rows]
                if page.next is None:
                    break
                token = page.next
            backward = [row.id for row in page.rows]
            while page.previous is not None:
                page = list_pairs(session, PairFilter(), order, page.previous, 7)
                backward = [*(row.id for row in page.rows), *backward]
        assert len(forward) == len(set(forward)) == 30
        assert backward == forward


def test_filters_find_what_they_say(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.REPEATS)
    expected = {
        PairFilter(): 30,
        PairFilter(relations=("BOIL",)): 10,
        PairFilter(flags=("listed",)): 20,
        PairFilter(bodies=("wtdc",)): 30,
        PairFilter(sectors=("t",)): 0,
        PairFilter(cross_body=False): 0,
        PairFilter(work="pp/res/901"): 10,
        PairFilter(text="work:wtdc/res/901 idle"): 10,
        PairFilter(states=("decided",)): 1,
        PairFilter(reviewer=anna.id): 1,
        PairFilter(text="register idle"): 30,
        PairFilter(text="register -idle"): 0,
        PairFilter(text='"masts that stand"'): 30,
        PairFilter(text='"that masts stand"'): 0,
        PairFilter(text="17"): 1,
        PairFilter(text="rel:boil p:>0.3"): 6,
        PairFilter(least=0.5, most=0.6): 4,
        PairFilter(states=("archived",)): 0,
        PairFilter(text="rel:VERB", relations=("BOIL",)): 0,
    }
    with filled.read() as session:
        found = {wanted: count_pairs(session, wanted).number for wanted in expected}
        told = facets(session, PairFilter())
        narrowed = facets(session, PairFilter(flags=("listed",)))
        losing = losing_filter(session, PairFilter(bodies=("pp",), text="nowhere"))
    assert found == expected
    assert {one.value: one.number for one in told["states"]} == {"open": 29, "decided": 1}
    assert {one.value: one.number for one in narrowed["relations"]} == {"SAME-ACT": 20}
    assert losing == ("text", 30)


def test_words_are_found_in_the_clauses(filled: Database) -> None:
    with filled.read() as session:
        hits = search_clauses(session, "publish 17")
        assert not search_clauses(session, "- ;")
    assert [hit.clause for hit in hits] == ["wtdc/res/900@2022#resolves.18"]
    assert hits[0].pairs == 1


def test_score_bands_count_what_was_judged_and_confirmed(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    for pair, outcome in zip(first_pairs(filled, 2), (Outcome.REPEATS, Outcome.UNRELATED), strict=True):
        decide(filled, anna, pair, outcome)
    with filled.read() as session:
        bands = score_bands(session)
    assert (bands[-1].judged, bands[-1].confirmed) == (2, 1)
    assert sum(band.judged + band.unread for band in bands) == 30


def test_the_ledger_lists_who_did_what(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]
    decide(filled, anna, pair, Outcome.REPEATS)
    with filled.read() as session:
        page = list_events(session, limit=2)
        of_pair = list_events(session, EventFilter(subject=pair, kinds=("decision",)))
    assert [event.kind for event in page.rows] == ["decision", "person-added"]
    assert page.next is not None
    assert [(event.name, event.body["outcome"]) for event in of_pair.rows] == [("Person 0", "repeats")]


def test_a_sign_in_token_works_once_and_for_a_while(database: Database) -> None:
    (anna,) = people_of(database, Role.ANALYST)
    with database.write() as session:
        token = issue_token(session, anna.id, NOW, timedelta(minutes=5))
        late = issue_token(session, anna.id, NOW, timedelta(minutes=5))
        assert redeem_token(session, token, NOW) == anna
        assert redeem_token(session, token, NOW) is None
        assert redeem_token(session, late, NOW + timedelta(minutes=6)) is None
        kept = session.execute(text("SELECT digest FROM tokens")).scalars().all()
    assert token not in kept


def test_a_session_ends_with_its_time_and_with_the_person(database: Database) -> None:
    (anna,) = people_of(database, Role.ANALYST)
    with database.write() as session:
        secret = start_session(session, anna.id, NOW, timedelta(hours=8))
        assert person_of_session(session, secret, NOW) == anna
        assert person_of_session(session, secret, NOW + timedelta(hours=9)) is None
        assert person_of_session(session, "no", NOW) is None
        change_person(session, anna.id, now=NOW, actor="overlap", active=False)
        assert person_of_session(session, secret, NOW) is None


def test_preferences_are_kept_one_by_one(database: Database) -> None:
    (anna,) = people_of(database, Role.ANALYST)
    with database.write() as session:
        write_preferences(session, anna.id, {"language": "fr", "theme": "dark"})
        write_preferences(session, anna.id, {"theme": None, "size": 2})
        assert read_preferences(session, anna.id) == {"language": "fr", "size": 2}


def test_unknown_names_are_told(filled: Database) -> None:
    with filled.write() as session:
        assert pair_detail(session, "p-0", None) == Gone("p-0")
        with pytest.raises(UnknownIdentifierError):
            next_pair(session, "nowhere", "nobody", NOW)
        with pytest.raises(FilterError):
            list_pairs(session, PairFilter(), after="damaged")


def test_an_error_leaves_nothing_of_a_transaction(filled: Database) -> None:
    (anna,) = people_of(filled, Role.ANALYST)
    pair = first_pairs(filled, 1)[0]

    def fail() -> None:
        with filled.write() as session:
            record(session, DecisionRequest(pair, anna.id, anna.role, Outcome.REPEATS, 0, "k"), NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with filled.read() as session:
        assert count_pairs(session, PairFilter(states=("decided",))).number == 0


def test_a_missing_database_is_named_with_the_way_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="overlap db upgrade"):
        open_database(str(tmp_path / "none.db"))


def test_default_queues_come_with_the_first_run(filled: Database) -> None:
    with filled.read() as session:
        sizes = {queue.id: (queue.order, queue.size) for queue in list_queues(session)}
    assert sizes == {
        "rank": (QueueOrder.RANK, 20),
        "learned": (QueueOrder.LEARNED, 20),
        "uncertain": (QueueOrder.UNCERTAIN, 20),
        "audit": (QueueOrder.AUDIT, 30),
    }


def test_a_pair_keeps_its_name_whichever_side_comes_first() -> None:
    assert pair_id("pp/res/901@2022#a.1", "wtdc/res/2@2025#b") == pair_id("wtdc/res/2@2017#b", "pp/res/901@2018#a.1")
