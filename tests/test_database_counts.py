"""Counts, facets and pages of pairs are those of the pairs, however they were found, on SQLite and on PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest
from review_corpus import make_run, many
from sqlalchemy import func, select

from pipeline.domain import Outcome, PairState, QueueOrder, Relation, Role
from pipeline.review.estimates import BAND_EDGES
from pipeline.store.database import Database, Session, planning
from pipeline.store.database.decisions import DecisionRequest, comment, record, undo
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.findings import FindingFilter, count_findings, list_findings
from pipeline.store.database.importing import import_run
from pipeline.store.database.listing import count_pairs, facets, list_pairs
from pipeline.store.database.people import Person, add_person
from pipeline.store.database.queues import define_queue, list_queues, queue_progress
from pipeline.store.database.schema import cells, queue_items, reviews
from pipeline.store.database.tallying import DIMENSIONS, SCORE_EDGES, count_all
from pipeline.store.database.views import PairRow

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RELATIONS = (Relation.SAME_ACT, Relation.SUB, Relation.BOIL, Relation.CONF)
FILTERS: dict[str, tuple[PairFilter, Callable[[PairRow], bool]]] = {
    "none": (PairFilter(), lambda row: True),
    "relation": (PairFilter(relations=("SUB", "BOIL")), lambda row: row.relation in ("SUB", "BOIL")),
    "demoted": (PairFilter(flags=("demoted",)), lambda row: row.demoted),
    "state": (PairFilter(states=("decided",)), lambda row: row.state == "decided"),
    "outcome": (PairFilter(outcomes=("repeats",)), lambda row: row.outcome == "repeats"),
    "even bounds": (PairFilter(least=0.4, most=0.75), lambda row: 0.4 <= row.probability <= 0.75),
    "uneven bounds": (PairFilter(least=0.33, most=0.92), lambda row: 0.33 <= row.probability <= 0.92),
    "one score": (PairFilter(least=0.5, most=0.5), lambda row: row.probability == 0.5),
    "highest": (PairFilter(least=0.95), lambda row: row.probability >= 0.95),
    "all at once": (
        PairFilter(bodies=("pp",), relations=("SAME-ACT",), states=("open",), most=0.62),
        lambda row: row.relation == "SAME-ACT" and row.state == "open" and row.probability <= 0.62,
    ),
    "words": (PairFilter(text="idle -nowhere", least=0.3), lambda row: row.probability >= 0.3),
    "nothing": (PairFilter(bodies=("gr",)), lambda row: False),
    "run": (PairFilter(run="20260301-080000-aaaaaa"), lambda row: True),
    "another run": (PairFilter(run="20250101-000000-bbbbbb"), lambda row: False),
}


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    """Forty pairs of four relations, some of them decided."""
    texts, told = many(40)
    relations = cycle(RELATIONS)
    told = [replace(one, relation=next(relations), probability=round(n / 39, 3)) for n, one in enumerate(told)]
    import_run(database, make_run(tmp_path, "20260301-080000-aaaaaa", texts, told), now=NOW)
    return database


def everything(session: Session) -> list[PairRow]:
    return list(list_pairs(session, PairFilter(), limit=500).rows)


def somebody(db: Database, name: str = "anna") -> Person:
    with db.write() as session:
        return add_person(session, name, name.title(), Role.REVIEWER, NOW)


def decide(session: Session, person: Person, row: PairRow, outcome: Outcome, version: int = 0) -> None:
    key = f"{person.id}{row.id}{version}"
    record(session, DecisionRequest(row.id, person.id, person.role, outcome, version, key), NOW)


def decide_some(db: Database, person: Person) -> None:
    outcomes = cycle((Outcome.REPEATS, Outcome.UNRELATED, Outcome.POSTPONED, Outcome.NEEDS_EXPERT))
    with db.write() as session:
        for row in everything(session)[::3]:
            decide(session, person, row, next(outcomes))


@pytest.mark.parametrize("name", FILTERS)
def test_numbers_and_facets_are_those_of_the_pairs(filled: Database, name: str) -> None:
    decide_some(filled, somebody(filled))
    wanted, holds = FILTERS[name]
    with filled.read() as session:
        met = [row for row in everything(session) if holds(row)]
        count, told = count_pairs(session, wanted), facets(session, wanted)
        listed = list_pairs(session, wanted, limit=100).rows
    assert (count.number, count.exact) == (len(met), True)
    assert {row.id for row in listed} == {row.id for row in met}
    for field, values in {
        "states": (row.state for row in met),
        "relations": (row.relation for row in met),
        "outcomes": (row.outcome for row in met if row.outcome),
        "body_pairs": ("|".join(row.bodies) for row in met),
    }.items():
        assert {one.value: one.number for one in told[field]} == dict(Counter(values))
        assert all(one.exact for one in told[field])


@pytest.mark.parametrize("order", Order)
def test_a_page_is_the_same_whether_walked_or_gathered(
    filled: Database, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide_some(filled, somebody(filled))
    found = []
    for most in (0, 1_000):
        monkeypatch.setattr(planning, "_GATHERED", most * 6)
        monkeypatch.setattr(planning, "_FEW", most)
        with filled.read() as session:
            found.append([_all_pages(session, wanted, order) for wanted, _ in FILTERS.values()])
    walked, gathered = found
    assert walked == gathered
    assert all(len(names) == len(set(names)) for names in walked)


def _all_pages(session: Session, wanted: PairFilter, order: Order) -> list[str]:
    names: list[str] = []
    token: str | None = ""
    while token is not None:
        page = list_pairs(session, wanted, order, token, 7)
        names += [row.id for row in page.rows]
        token = page.next
    return names


@pytest.mark.parametrize(
    "wanted", [PairFilter(text="idle -nowhere"), PairFilter(least=0.01, most=0.99, cross_body=True)]
)
def test_a_number_that_was_not_counted_to_the_end_says_so(
    filled: Database, wanted: PairFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.read() as session:
        whole, truly = count_pairs(session, wanted), facets(session, wanted)
    monkeypatch.setattr(planning, "_COUNTED", 0)
    with filled.read() as session:
        count, told = count_pairs(session, wanted), facets(session, wanted)
    assert whole.exact
    assert not count.exact
    assert count.number < whole.number
    true = {one.value: one.number for one in truly["relations"]}
    assert told["relations"]
    assert all(not one.exact and one.number <= true[one.value] for one in told["relations"])


def test_counts_follow_decisions_and_what_is_taken_back(filled: Database) -> None:
    anna, boris = somebody(filled), somebody(filled, "boris")
    decide_some(filled, anna)
    with filled.write() as session:
        rows = everything(session)
        decide(session, boris, rows[0], Outcome.UNRELATED, version=1)
        undo(session, anna.id, anna.role, key="back", now=NOW)
        kept = _cells(session)
        count_all(session)
        assert kept == _cells(session)
        assert kept
        for queue in list_queues(session):
            progress = queue_progress(session, queue.id, anna.id, NOW)
            held = queue_items.c
            is_open = session.execute(select(func.count()).where(held.queue == queue.id, held.is_open)).scalar_one()
            joined = (
                select(reviews.c.person, func.count())
                .join(queue_items, held.pair == reviews.c.pair)
                .where(held.queue == queue.id)
                .group_by(reviews.c.person)
            )
            assert progress.open == is_open
            assert progress.by_person == {row[0]: row[1] for row in session.execute(joined)}


def _cells(session: Session) -> dict[tuple[object, ...], int]:
    rows = session.execute(select(cells).where(cells.c.number != 0)).mappings()
    return {tuple(row[name] for name in DIMENSIONS): row["number"] for row in rows}


def test_a_queue_made_later_knows_what_was_decided_before(filled: Database) -> None:
    anna = somebody(filled)
    decide_some(filled, anna)
    with filled.write() as session:
        made = define_queue(session, "Late", PairFilter(), QueueOrder.RANK, person=anna.id, role=anna.role, now=NOW)
        progress = queue_progress(session, made.id, anna.id, NOW)
        decided = count_pairs(session, PairFilter(states=(PairState.DECIDED.value,))).number
        left = count_pairs(session, PairFilter()).number - decided
    assert progress.by_person == {anna.id: len(range(0, 40, 3))}
    assert 0 < progress.open <= left + progress.postponed + 40


def test_commented_pairs_and_families_are_found_by_their_own_indexes(filled: Database) -> None:
    anna = somebody(filled)
    with filled.write() as session:
        rows = everything(session)
        comment(session, rows[3].id, anna.id, anna.role, "look again", NOW)
        for order in Order:
            assert [row.id for row in list_pairs(session, PairFilter(flags=("commented",)), order).rows] == [rows[3].id]
        assert count_pairs(session, PairFilter(flags=("commented",))).number == 1
        assert count_pairs(session, PairFilter(flags=("family",))).number == 0


def test_findings_are_found_by_the_states_of_their_pairs(filled: Database) -> None:
    anna = somebody(filled)
    with filled.write() as session:
        first = next(row for row in everything(session) if row.finding is not None)
        decide(session, anna, first, Outcome.REPEATS)
    wanted = FindingFilter(states=("decided",))
    with filled.read() as session:
        assert [row.id for row in list_findings(session, wanted).rows] == [first.finding]
        assert count_findings(session, wanted).number == 1
        assert count_findings(session, replace(wanted, text="nowhere")).number == 0
        assert count_findings(session, replace(wanted, bodies=("pp",))).number == 1


def test_bands_that_people_see_are_made_of_those_that_are_counted() -> None:
    assert set(BAND_EDGES) <= set(SCORE_EDGES)
