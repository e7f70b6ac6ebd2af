"""The report basket, passages in their sources, citations beside a pair, moved words, and views on every list."""

import json
from io import BytesIO

import docx
import pytest
from starlette.testclient import TestClient
from web_fixture import Web, WordEncoder, post, web_on

from pipeline.domain import Outcome, Role
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import list_pairs
from pipeline.store.database.people import write_preferences
from pipeline.store.runs import RunFolder
from pipeline.web.basket import MOST_PAIRS
from pipeline.web.comparison import Side, comparison_of


def names(web: Web, count: int = 3) -> list[str]:
    with web.database.read() as session:
        return [row.id for row in list_pairs(session, PairFilter(), limit=count).rows]


def choose(client: TestClient, pair: str, chosen: str = "yes") -> object:
    return post(client, "/reports/basket", {"pair": pair, "chosen": chosen})


def basket(client: TestClient) -> list[str]:
    return [one[0] for one in client.get("/reports.json").json()["pairs"]]


def test_a_basket_holds_each_pair_once_in_the_order_of_choice_and_belongs_to_one_person(web: Web) -> None:
    client, other = web.sign_in(), web.sign_in("Boris", Role.VIEWER)
    first, second, third = names(web)
    for pair in (second, first, second, third):
        choose(client, pair)
    choose(client, third, "no")
    assert basket(client) == [first, second]
    assert basket(other) == []
    assert "Take out of the report basket" in client.get(f"/pairs/{first}").text
    assert "Put into the report basket" in client.get(f"/pairs/{third}").text
    choose(client, "", "no")
    assert basket(client) == []


def test_a_full_basket_says_so_and_an_unknown_pair_is_left_out(web: Web) -> None:
    client = web.sign_in()
    with web.database.write() as session:
        held = json.dumps([f"p-{number}" for number in range(MOST_PAIRS)])
        write_preferences(session, web.person().id, {"basket": held})
    assert choose(client, names(web)[0]).status_code == 422
    assert basket(client) == []


def test_a_report_tells_both_texts_and_who_decided_and_what_nobody_has_reviewed(web: Web) -> None:
    client = web.sign_in()
    first, second, _ = names(web)
    with web.database.write() as session:
        asked = DecisionRequest(
            first, web.person().id, Role.ANALYST, Outcome.REPEATS, 0, "key-of-this", reason="One register is enough"
        )
        record(session, asked, web.clock())
    choose(client, first)
    choose(client, second)
    answer = post(client, "/reports/build", {"form": "docx"})
    document = docx.Document(BytesIO(answer.content))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for pair in (first, second):
        detail = client.get(f"/pairs/{pair}.json").json()["pair"]
        assert detail["left"]["text"] in said
        assert detail["right"]["text"] in said
        assert f"/pairs/{pair}" in said
    assert "Anna R. decided on 2026-11-23: Repeats. Reason: One register is enough" in said
    assert "people have decided 1 of 2" in said
    assert said.count("not yet reviewed") == 1
    assert answer.content == post(client, "/reports/build", {"form": "docx"}).content
    page = post(client, "/reports/build", {"form": "html"})
    assert "One register is enough" in page.text
    assert "attachment" in page.headers["content-disposition"]
    assert "<script" not in page.text


def test_nothing_is_built_of_an_empty_basket(web: Web) -> None:
    assert post(web.sign_in(), "/reports/build", {"form": "docx"}).status_code == 404


def test_a_blind_pair_shows_no_decision_of_others_in_a_report(web: Web) -> None:
    client, reviewer = web.sign_in(), web.sign_in("Boris", Role.REVIEWER)
    fields = {"title": "Blind", "order": "rank", "blind": "yes", "reviewers": "2"}
    assert post(reviewer, "/queues/new", fields, "/queues/new").status_code == 303
    first = names(web)[0]
    with web.database.write() as session:
        asked = DecisionRequest(first, web.person("Boris").id, Role.REVIEWER, Outcome.REPEATS, 0, "key-of-boris")
        record(session, asked, web.clock())
    choose(client, first)
    page = post(client, "/reports/build", {"form": "html"}).text
    assert "Boris R." not in page
    assert "Boris R." not in client.get("/reports").text


def test_a_passage_is_marked_on_the_page_of_its_source(
    sample_run: RunFolder, database_copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.embed.load_encoder", lambda *_: WordEncoder())
    with web_on(database_copy, outputs=str(sample_run.path.parents[1])) as web:
        client = web.sign_in()
        for pair in names(web, 12):
            detail = client.get(f"/pairs/{pair}.json").json()["pair"]
            for side in ("left", "right"):
                clause = detail[side]
                found = client.get("/passage.json", params={"clause": clause["id"]}).json()["passage"]
                marked = " ".join(line["marked"] for line in found["lines"])
                assert clause["text"].split() == marked.split()
                assert found["page"] == clause["page"]
        assert 'id="passage"' in client.get("/passage", params={"clause": clause["id"]}).text
        assert client.get("/passage", params={"clause": "pp/res/999@2022#resolves.1"}).status_code == 404


def test_a_source_that_is_gone_is_said(web: Web) -> None:
    client = web.sign_in()
    with web.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET folder = '/nowhere'")
    clause = client.get(f"/pairs/{names(web)[0]}.json").json()["pair"]["left"]["id"]
    page = client.get("/passage", params={"clause": clause})
    assert page.status_code == 200
    assert "cannot be shown at the moment" in page.text


def test_a_pair_names_what_its_clauses_cite_and_who_cites_them(web: Web) -> None:
    client = web.sign_in()
    found = False
    for pair in names(web, 60):
        page = client.get(f"/pairs/{pair}").text
        sides = client.get(f"/pairs/{pair}.json").json()["around"]["sides"]
        for side in sides:
            for kind in ("clause", "text", "cited_by"):
                for neighbour in side["found"][kind]:
                    found = True
                    assert neighbour["citation"] in page
        if any(side["other"] in {one["work"] for one in side["found"]["clause"]} for side in sides):
            assert "the other text of this pair" in page
    assert found


def test_moved_words_can_be_told_as_removed_and_added() -> None:
    left = Side("A", "1", "to keep the yearly list of masts, and to inform the members of each region", "en")
    right = Side("B", "1", "to inform the members of each region, and to keep the yearly list of masts", "en")
    moved, plain = comparison_of(left, right), comparison_of(left, right, moves=False)
    assert {piece.kind.value for piece in moved.left_pieces} >= {"moved"}
    for view, side in ((plain.left_pieces, left), (plain.right_pieces, right)):
        assert "moved" not in {piece.kind.value for piece in view}
        assert "".join(piece.text for piece in view) == side.text
    assert {piece.element for piece in plain.inline} >= {"del", "ins"}
    assert plain.shares == moved.shares


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/pairs", "states=gone-state"),
        ("/findings", "relation=GONE"),
        ("/resolutions", "body=gone"),
        ("/search", "q=cable&body=gone"),
        ("/audit", "kind=gone"),
    ],
)
def test_a_view_that_no_longer_fits_says_so_on_its_list(web: Web, path: str, query: str) -> None:
    client = web.sign_in("Rea", Role.REVIEWER)
    for name, kept in (("Broken", query), ("Whole", "")):
        post(client, "/views", {"name": name, "path": path, "query": kept})
    page = client.get(path).text
    assert page.count("no longer fits") == 1
    assert page.index("Broken") < page.index("no longer fits") < page.index("Whole")
    assert client.get(f"{path}?{query}").status_code in (400, 422)
