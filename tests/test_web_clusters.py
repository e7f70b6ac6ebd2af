"""Clusters and findings: what people change about a cluster lasts and can be undone; lists are filtered and told."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient
from web_fixture import Web, post

from pipeline.domain import PairState, Role
from pipeline.errors import ForbiddenError, UnknownIdentifierError, UsageError
from pipeline.store.database import Database
from pipeline.store.database.audit import EventFilter, list_events, verify_chain
from pipeline.store.database.clusters import ClusterDetail, cluster_detail, rename_cluster, set_member
from pipeline.store.database.importing import import_run
from pipeline.store.database.library import list_resolutions
from pipeline.store.runs import RunFolder

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def analyst(web: Web) -> TestClient:
    return web.sign_in()


def largest(client: TestClient) -> str:
    return str(client.get("/clusters.json").json()["page"]["rows"][0]["id"])


def detail(web: Web, name: str) -> ClusterDetail:
    with web.database.read() as session:
        return cluster_detail(session, name)


def kinds(web: Web, subject: str) -> list[str]:
    with web.database.read() as session:
        assert verify_chain(session).is_whole
        return [event.kind for event in list_events(session, EventFilter(subject=subject), None, 50).rows]


def take_over_again(database: Database, run: RunFolder) -> None:
    """Import the run as if it were a new one."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET is_current = 0")
    import_run(database, run, now=NOW)


def test_the_name_that_a_person_gives_outlives_the_next_run(
    web: Web, analyst: TestClient, sample_run: RunFolder
) -> None:
    name = largest(analyst)
    first = detail(web, name).row.label
    given = {"label": "  Registers of   <relays> "}
    assert post(analyst, f"/clusters/{name}/name", given, f"/clusters/{name}").status_code == 303
    page = analyst.get(f"/clusters/{name}").text
    assert "<h1>Registers of &lt;relays&gt;</h1>" in page
    assert detail(web, name).former == (first,)
    take_over_again(web.database, sample_run)
    assert detail(web, name).row.label == "Registers of <relays>"
    post(analyst, f"/clusters/{name}/name", {"label": first}, f"/clusters/{name}")
    assert detail(web, name).row.label == first
    assert detail(web, name).former == ("Registers of <relays>",)
    assert kinds(web, name) == ["cluster-renamed", "cluster-renamed"]


def test_a_passage_taken_out_of_a_cluster_stays_out_until_it_is_put_back(
    web: Web, analyst: TestClient, sample_run: RunFolder
) -> None:
    name = largest(analyst)
    before = detail(web, name)
    clause = before.pairs[0].left_clause
    change = {"clause": clause, "excluded": "yes"}
    for _ in range(2):
        assert post(analyst, f"/clusters/{name}/members", change, f"/clusters/{name}").status_code == 303
    assert "Taken out by people" in analyst.get(f"/clusters/{name}").text
    take_over_again(web.database, sample_run)
    after = detail(web, name)
    assert [member.clause for member in after.members if member.excluded] == [clause]
    assert after.row.size == before.row.size - 1
    assert not any(clause in (pair.left_clause, pair.right_clause) for pair in after.pairs)
    post(analyst, f"/clusters/{name}/members", {**change, "excluded": "no"}, f"/clusters/{name}")
    assert detail(web, name).row.size == before.row.size
    assert detail(web, name).pairs == before.pairs
    assert kinds(web, name) == ["cluster-member-in", "cluster-member-out"]


def test_only_people_who_decide_change_a_cluster(web: Web, analyst: TestClient) -> None:
    name = largest(analyst)
    reader = web.sign_in("Vi", Role.VIEWER)
    assert "Rename" in analyst.get(f"/clusters/{name}").text
    assert "Rename" not in reader.get(f"/clusters/{name}").text
    assert post(reader, f"/clusters/{name}/name", {"label": "x"}).status_code == 403
    assert kinds(web, name) == []


def test_what_makes_no_sense_is_refused(web: Web, analyst: TestClient) -> None:
    name = largest(analyst)
    person = web.person().id
    with web.database.write() as session:
        for label in ("  ", "x" * 121):
            with pytest.raises(UsageError):
                rename_cluster(session, name, label, person, Role.ANALYST, NOW)
        with pytest.raises(UnknownIdentifierError):
            rename_cluster(session, "c-none", "x", person, Role.ANALYST, NOW)
        with pytest.raises(UnknownIdentifierError):
            set_member(session, name, "pp/res/999#1", excluded=True, person=person, role=Role.ANALYST, now=NOW)
        with pytest.raises(ForbiddenError):
            set_member(session, name, "x", excluded=True, person=person, role=Role.VIEWER, now=NOW)
    assert kinds(web, name) == []


def test_a_cluster_that_is_no_more_leads_to_the_one_with_most_of_its_passages(
    web: Web, analyst: TestClient, sample_run: RunFolder
) -> None:
    name = largest(analyst)
    members = [member.clause for member in detail(web, name).members]
    with web.database.engine.begin() as connection:
        row = ("c-old", "old", 2, json.dumps(members[:2]), True, "r")
        connection.exec_driver_sql(
            "INSERT INTO clusters (id, label, size, members, present, run) VALUES (?, ?, ?, ?, ?, ?)", row
        )
    take_over_again(web.database, sample_run)
    assert detail(web, "c-old").row.successor == name
    assert detail(web, name).merged == ("c-old",)
    assert f'href="/clusters/{name}"' in analyst.get("/clusters/c-old").text
    assert "c-old" in analyst.get(f"/clusters/{name}").text


def test_lists_tell_how_many_there_are_in_all(analyst: TestClient) -> None:
    for path in ("/findings", "/clusters", "/resolutions", "/documents", "/resolutions?text=question"):
        address = urlsplit(path)
        found = analyst.get(f"{address.path}.json?{address.query}").json()
        rows, query = found["page"]["rows"], dict(parse_qsl(address.query))
        while found["page"]["next"]:
            found = analyst.get(f"{address.path}.json", params={**query, "after": found["page"]["next"]}).json()
            rows += found["page"]["rows"]
        assert found["count"] == {"number": len(rows), "exact": True}
        told = re.search(r'class="count"[^>]*>(?:<strong>)?(\d+)', analyst.get(path).text)
        assert told is not None
        assert int(told[1]) == len(rows) > 1


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("bodies=wtdc", lambda row: "wtdc" in row["bodies"]),
        ("bodies=wtsa&bodies=council", lambda row: {"wtsa", "council"} & row["bodies"]),
        ("sectors=t", lambda row: "t" in row["sectors"]),
        ("text=ReSoLuTiOn+901", lambda row: "901" in row["citation_a"] + row["citation_b"]),
        ("states=decided", lambda row: "decided" in row["states"]),
        ("states=decided&states=open", lambda row: {"decided", "open"} & set(row["states"])),
    ],
)
def test_findings_are_filtered_by_what_their_texts_and_pairs_are(
    web: Web, query: str, holds: Callable[[dict[str, Any]], object]
) -> None:
    client = web.sign_in("Bo", Role.REVIEWER)
    everything = client.get("/findings.json").json()["page"]["rows"]
    with web.database.engine.begin() as connection:
        pair = everything[0]["headline"]
        connection.exec_driver_sql(f"UPDATE pairs SET state = '{PairState.DECIDED}' WHERE id = '{pair}'")
    everything = client.get("/findings.json").json()["page"]["rows"]
    with web.database.read() as session:
        held = {one.id: one for one in list_resolutions(session, limit=500).rows}
    for row in everything:
        row["bodies"] = {held[row["a"]].body, held[row["b"]].body}
        row["sectors"] = {held[row["a"]].sector, held[row["b"]].sector}
    found = client.get(f"/findings.json?{query}").json()
    assert [row["id"] for row in found["page"]["rows"]] == [row["id"] for row in everything if holds(row)]
    assert 0 < found["count"]["number"] <= len(everything)
    page = client.get(f"/findings?{query}").text
    assert "Remove all" in page
    assert client.get(f"/findings.csv?{query}").text.count("\n") == found["count"]["number"] + 1


def test_findings_stand_in_the_order_that_was_asked_for(analyst: TestClient) -> None:
    def rows(order: str) -> list[dict[str, float]]:
        return list(analyst.get(f"/findings.json?order={order}").json()["page"]["rows"])

    assert [row["rank"] for row in rows("rank")] == sorted(row["rank"] for row in rows("rank"))
    numbers = [row["pairs"] for row in rows("pairs")]
    assert numbers == sorted(numbers, reverse=True)
    covered = [max(row["coverage_a"], row["coverage_b"]) for row in rows("coverage")]
    assert covered == sorted(covered, reverse=True)


def test_a_finding_filter_that_makes_no_sense_is_told(analyst: TestClient) -> None:
    for query in ("bodies=moon", "states=asleep", "sectors=x", "cross_body=maybe"):
        assert analyst.get(f"/findings?{query}").status_code == 422
