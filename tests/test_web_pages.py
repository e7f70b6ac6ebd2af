"""The pages of exploration: lists, texts, comparison, search, drafts, runs, ledger; and that no link leads nowhere."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import docx
import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient
from web_fixture import Web, WordEncoder, make_run, post, token_in, web_on

from pipeline.domain import Outcome, Role
from pipeline.errors import ReferenceDataError
from pipeline.reference import criteria
from pipeline.reference.criteria import load_criteria
from pipeline.report.listing import csv_lines, workbook_of
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.importing import import_run
from pipeline.store.database.listing import count_pairs
from pipeline.store.runs import RunFolder
from pipeline.web.charts import bars, dots, heat, histogram, line

LISTS = ("/findings", "/pairs", "/clusters", "/resolutions", "/documents")
PAGES = (
    *LISTS,
    "/resolutions/pp/res/903@2022",
    "/resolutions/wtdc/res/951",
    "/compare",
    "/compare?left=pp/res/904@2018&right=pp/res/904",
    "/compare?left=wtdc/res/951@2022&right=wtdc/res/951&mode=inline",
    "/compare?left=pp/res/912%23resolves.1&right=pp/res/909&mode=list&identical=hide",
    "/search",
    "/search?q=cable",
    "/check",
    "/runs",
    "/progress",
    "/criteria",
    "/criteria?panel=1",
    "/help",
    "/help/shortcuts",
    "/about-scores",
    "/accessibility",
    "/pairs?flags=demoted&density=narrow&columns=texts&columns=bodies&columns=reviewer&columns=flags&order=probability",
    "/pairs?text=zeppelin&states=decided",
    "/bulk?relations=VERB",
)
REVIEWER_PAGES = ("/audit", "/audit?verify=1")
LARGEST = 300_000


@pytest.fixture
def explored(
    sample_database: Path, sample_run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Web]:
    """The app over a copy of the sample database, beside the run that it came from, with a quick encoder."""
    monkeypatch.setattr("pipeline.embed.load_encoder", lambda *_: WordEncoder())
    copy = tmp_path / "overlap.db"
    shutil.copy(sample_database, copy)
    with web_on(copy, outputs=str(sample_run.path.parents[1])) as made:
        yield made
        reader = getattr(made.app.state, "draft_reader", None)
        if reader is not None:
            reader.close()


@pytest.fixture(scope="module")
def reading(sample_database: Path, sample_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The same for all tests that only read."""
    copy = tmp_path_factory.mktemp("reading") / "overlap.db"
    shutil.copy(sample_database, copy)
    with pytest.MonkeyPatch.context() as patch, web_on(copy, outputs=str(sample_run.path.parents[1])) as made:
        patch.setattr("pipeline.embed.load_encoder", lambda *_: WordEncoder())
        yield made
        reader = getattr(made.app.state, "draft_reader", None)
        if reader is not None:
            reader.close()


@pytest.fixture(scope="module")
def reader(reading: Web) -> TestClient:
    return reading.sign_in("Rea", Role.REVIEWER)


@pytest.fixture
def analyst(explored: Web) -> TestClient:
    return explored.sign_in()


def links_of(page: str, address: str) -> set[str]:
    """The addresses on this machine that a page leads to, without their anchors."""
    found = (urljoin(address, unescape(link)) for link in re.findall(r'href="([^"]*)"', page))
    return {link.partition("#")[0] for link in found if link.startswith("/") and not link.startswith("/static/")}


def medium_filter(client: TestClient) -> str:
    """A filter that leaves more than one page of pairs, and few enough to go through."""
    found = client.get("/pairs.json").json()["facets"]["relations"]
    return next(f"relations={one['value']}" for one in reversed(found) if 60 <= one["number"] <= 2_000)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_answers_small_and_without_foreign_parts(reader: TestClient, language: str) -> None:
    client = reader
    for address in (*PAGES, *REVIEWER_PAGES):
        joint = "&" if "?" in address else "?"
        answer = client.get(f"{address}{joint}lang={language}")
        assert answer.status_code == 200, address
        assert len(answer.content) < LARGEST, address
        assert not re.search(r'(?:src|action|href)="(?:https?:)?//', answer.text), address
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", answer.text), address


def test_every_page_has_its_data(reader: TestClient) -> None:
    client = reader
    for address in (*PAGES, *REVIEWER_PAGES):
        path, _, query = address.partition("?")
        answer = client.get(f"{path}.json" + (f"?{query}" if query else ""))
        assert answer.status_code == 200, address
        assert answer.headers["content-type"] == "application/json"
        answer.json()


def test_nobody_sees_results_without_signing_in(reading: Web) -> None:
    stranger = reading.client()
    for address in (*LISTS, "/audit", "/search?q=cable", "/check", "/pairs.csv", "/findings.xlsx"):
        assert stranger.get(address).status_code == 303, address
    assert stranger.get("/accessibility").status_code == 200
    assert stranger.get("/healthz").text == "ok\n"
    assert stranger.get("/readyz").text == "ready\n"


def test_pages_of_a_list_follow_each_other_without_gap_or_double(reading: Web, reader: TestClient) -> None:
    wanted, seen = medium_filter(reader), list[str]()
    address: str | None = f"/pairs.json?{wanted}"
    while address:
        page = reader.get(address).json()["page"]
        seen += [row["id"] for row in page["rows"]]
        address = f"/pairs.json?{wanted}&after={page['next']}" if page["next"] else None
    with reading.database.read() as session:
        asked = PairFilter.from_query([tuple(wanted.split("="))])
        assert len(seen) == len(set(seen)) == count_pairs(session, asked).number > 50


def test_a_filter_stands_in_the_address_and_can_be_taken_away(reader: TestClient) -> None:
    page = reader.get("/pairs?relations=THEME&states=open").text
    assert 'href="/pairs?states=open"' in unescape(page)
    rows = reader.get("/pairs.json?relations=THEME&states=open").json()["page"]["rows"]
    assert rows
    assert {row["relation"] for row in rows} == {"THEME"}


def test_an_empty_list_says_which_filter_is_the_reason(reader: TestClient) -> None:
    page = unescape(reader.get("/pairs?relations=THEME&states=decided").text)
    assert "Nothing matches" in page
    assert "Without the filter “State”" in page
    assert 'href="/pairs?relations=THEME"' in page


def test_an_unknown_filter_is_named(reader: TestClient) -> None:
    answer = reader.get("/pairs?relations=NONSENSE")
    assert answer.status_code == 422
    assert "NONSENSE" in answer.text
    assert reader.get("/findings?relation=NONSENSE").status_code == 422


def test_what_is_not_ranked_is_counted_and_one_click_away(reader: TestClient) -> None:
    number = reader.get("/pairs.json?flags=demoted").json()["count"]["number"]
    page = reader.get("/findings").text
    assert number
    assert 'href="/pairs?flags=demoted"' in page
    assert f"{number} pairs are not ranked" in page


@pytest.mark.parametrize("path", LISTS)
def test_lists_come_as_csv_and_workbook(reader: TestClient, path: str) -> None:
    query = f"?{medium_filter(reader)}" if path == "/pairs" else ""
    answer = reader.get(f"{path}.csv{query}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    book = load_workbook(io.BytesIO(reader.get(f"{path}.xlsx{query}").content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == rows[0]
    assert sheet.max_row == len(rows)
    assert len(rows) > 1 or path == "/clusters"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_text_that_looks_like_a_formula_stays_text(text: str, reading: Web) -> None:
    (_, _, line_of_csv) = csv_lines(("a", "b"), [(text, -1.5)])
    first, second = next(csv.reader([line_of_csv]))
    assert first == f"'{text}"
    assert second == "-1.5"
    book = load_workbook(io.BytesIO(workbook_of("T: [1]", ("a", "b"), [(text, -1.5)], ("n",), reading.clock())))
    cell = book.worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.value.strip() == text.strip()
    assert book.worksheets[0]["B2"].value == -1.5


def test_equal_tables_give_equal_workbooks(reading: Web) -> None:
    made = [workbook_of("T", ("a",), [("x",)], (), reading.clock()) for _ in range(2)]
    assert made[0] == made[1]


def test_many_pairs_are_decided_at_once_and_taken_back_as_one(explored: Web, analyst: TestClient) -> None:
    wanted = medium_filter(analyst)
    form = analyst.get(f"/bulk?{wanted}").text
    key = re.search(r'name="key" value="([^"]+)"', form)
    assert key
    before = analyst.get(f"/bulk.json?{wanted}").json()["preview"]
    left_out, number = before["sample"][0]["id"], before["deciding"] - 1
    fields = {"query": wanted, "key": key[1], "outcome": "same-theme", "reason": "two tasks"}
    done = post(analyst, "/bulk", {**fields, "excluded": left_out})
    assert re.search(rf"<h1>{number} pairs? w(?:ere|as) decided</h1>", done.text)
    again = post(analyst, "/bulk", {**fields, "excluded": left_out})
    assert "nothing was done twice" in again.text
    batch = re.search(r"/bulk/([^/\"]+)/undo", done.text)
    assert batch
    undone = post(analyst, f"/bulk/{batch[1]}/undo", {"query": wanted})
    assert re.search(rf"<h1>{number} decisions? w(?:ere|as) taken back</h1>", undone.text)
    assert analyst.get(f"/bulk.json?{wanted}").json()["preview"]["deciding"] == before["deciding"]


def test_a_bulk_decision_needs_reason_outcome_role_and_limits(explored: Web, analyst: TestClient) -> None:
    fields = {"query": "relations=THEME", "key": "k", "outcome": "same-theme", "reason": " "}
    assert post(analyst, "/bulk", fields).status_code == 422
    assert post(analyst, "/bulk", {**fields, "reason": "r", "outcome": "postponed"}).status_code == 422
    viewer = explored.sign_in("Vi", Role.VIEWER)
    assert viewer.get("/bulk?relations=THEME").status_code == 403
    assert "/bulk?" not in viewer.get("/pairs?relations=THEME").text


def test_views_are_kept_and_say_when_they_no_longer_fit(explored: Web, analyst: TestClient) -> None:
    post(analyst, "/views", {"name": "Mine", "path": "/pairs", "query": "relations=THEME&after=xyz"}, page="/pairs")
    page = unescape(analyst.get("/pairs").text)
    assert '<a href="/pairs?relations=THEME">Mine</a>' in page
    assert "Mine" not in unescape(explored.sign_in("Bo").get("/pairs").text)
    post(analyst, "/views", {"name": "Old", "path": "/pairs", "query": "flavour=sweet"}, page="/pairs")
    assert "no longer fits" in analyst.get("/pairs").text
    assert (
        post(analyst, "/views", {"name": "x", "path": "//evil.example", "query": ""}, page="/pairs").status_code == 422
    )
    post(analyst, "/views/remove", {"name": "Mine", "next": "/pairs"}, page="/pairs")
    assert ">Mine</a>" not in analyst.get("/pairs").text


def test_bands_say_how_often_a_score_was_right(explored: Web, analyst: TestClient) -> None:
    page = unescape(analyst.get("/pairs").text)
    assert "none judged yet" in page
    person = explored.person()
    for row in analyst.get("/pairs.json").json()["page"]["rows"][:3]:
        request = DecisionRequest(row["id"], person.id, person.role, Outcome.REPEATS, row["version"], row["id"])
        with explored.database.write() as session:
            record(session, request, explored.clock())
    explored.clock.pass_by(minutes=2)
    assert "of 3 judged, 3 confirmed" in unescape(analyst.get("/pairs").text)
    assert "Half of the overlaps found so far (3)" in unescape(analyst.get("/progress").text)


def test_a_fault_of_reading_is_written_down(explored: Web, analyst: TestClient) -> None:
    name = analyst.get("/documents.json").json()["page"]["rows"][0]["id"]
    sent = post(analyst, "/document-faults", {"document": name, "fault": "item 2 <is> missing"}, page="/check")
    assert sent.headers["location"] == f"/documents/{name}#faults"
    assert "item 2 &lt;is&gt; missing" in analyst.get(f"/documents/{name}").text
    assert "document read wrong" in explored.sign_in("Bo", Role.REVIEWER).get("/audit").text
    assert (
        post(explored.sign_in("Vi", Role.VIEWER), "/document-faults", {"document": name, "fault": "x"}).status_code
        == 403
    )


@pytest.mark.parametrize("size", [0, 1, 2, 60])
def test_clusters_of_every_size_have_a_page(explored: Web, analyst: TestClient, size: int) -> None:
    with explored.database.engine.begin() as connection:
        members = connection.exec_driver_sql(f"SELECT id FROM clauses WHERE present LIMIT {size}").scalars().all()
        names = "id, label, size, members, medoid, present, run, successor"
        row = (
            "c-made",
            "<b>rain</b>",
            size,
            json.dumps(members),
            members[0] if members else None,
            size != 2,
            "r",
            None,
        )
        connection.exec_driver_sql(f"INSERT INTO clusters ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    answer = analyst.get("/clusters/c-made")
    assert answer.status_code == 200
    assert "&lt;b&gt;rain" in answer.text
    said = {
        0: "",
        1: "nothing to compare it with",
        2: "does not have this cluster any more",
        60: "too large for a table",
    }
    assert said[size] in answer.text


def test_a_finding_shows_the_parts_of_its_score(reader: TestClient) -> None:
    name = reader.get("/findings.json").json()["page"]["rows"][0]["id"]
    detail = reader.get(f"/findings/{name}.json").json()
    total = sum(value for _, value in detail["parts"])
    for _, factor in detail["factors"]:
        total *= factor
    assert total == pytest.approx(detail["row"]["score"], abs=0.01)
    assert reader.get("/findings/f-000000000000").status_code in (404, 422)


def test_a_text_shows_its_editions_and_what_changed(reader: TestClient) -> None:
    found = reader.get("/resolutions/wtdc/res/951.json").json()
    editions = found["editions"]
    assert len(editions) > 1
    assert editions[0]["shares"] is None
    assert editions[-1]["shares"]["right"]["words"] > 0
    page = unquote(unescape(reader.get("/resolutions/wtdc/res/951").text))
    assert "/compare?left=wtdc/res/951@2022&right=wtdc/res/951@2025" in page
    moved = reader.get("/resolutions/wtdc/res/951/2022")
    assert moved.headers["location"] == "/resolutions/wtdc/res/951@2022"


def test_passages_carry_their_own_language_and_direction(reader: TestClient) -> None:
    page = reader.get("/resolutions/pp/res/903@2022?lang=ar").text
    assert '<html lang="ar" dir="rtl"' in page
    assert re.search(r'<p class="text" lang="en" dir="ltr">', page)


def test_a_comparison_is_one_file_that_needs_no_network(reader: TestClient) -> None:
    answer = reader.get("/compare?left=wtdc/res/951@2022&right=wtdc/res/951@2025&file=html")
    assert "attachment" in answer.headers["content-disposition"]
    assert "<style>" in answer.text
    assert not re.search(r"src=|url\(|@import|<link", answer.text)
    assert "Differences in words" in answer.text


def test_an_unknown_text_is_said_and_the_form_keeps_it(reader: TestClient) -> None:
    answer = reader.get("/compare?left=pp/res/99999&right=nonsense")
    assert answer.status_code == 404
    assert "pp/res/99999" in answer.text
    assert 'value="nonsense"' in answer.text


def test_words_are_found_and_marked_but_never_become_markup(reader: TestClient) -> None:
    page = reader.get("/search?q=cable").text
    assert "<mark>cable</mark>" in page.lower()
    wicked = reader.get('/search?q=<script>alert("x")</script>').text
    assert "<script>alert" not in wicked
    assert "Nothing was found" in reader.get("/search?q=zeppelinfahrt").text


def test_search_by_meaning_ranks_the_same_words_first(reader: TestClient) -> None:
    asked = "to prepare, in the six official languages, a short guide to nesting platforms for masts"
    hits = reader.get("/search.json", params={"q": asked, "by": "meaning"}).json()["hits"]
    assert hits[0]["clause"] == "pp/res/912@2022#instructs-dir-bdt.1"
    assert hits == sorted(hits, key=lambda hit: -hit["near"])
    some = reader.get("/search.json", params={"q": asked, "by": "meaning", "body": "wtdc"}).json()["hits"]
    assert {hit["body"] for hit in some} <= {"wtdc"}


DRAFT = """resolves
1 that ITU should keep an open register of community charging points
instructs the Director of the Telecommunication Development Bureau
1 to keep a list of wildlife specialists who can advise operators,
"""


def test_a_pasted_draft_meets_the_mandates_that_exist_and_leaves_no_trace(reading: Web, reader: TestClient) -> None:
    before = reading.database.url, _rows(reading)
    answer = post(reader, "/check", {"text": DRAFT, "body": "wtdc"}, page="/check")
    assert answer.status_code == 200
    assert "Resolution 912" in answer.text
    assert "specialists" in answer.text
    assert (reading.database.url, _rows(reading)) == before


def _rows(explored: Web) -> dict[str, int]:
    with explored.database.engine.connect() as connection:
        names = ("events", "texts", "clauses", "documents", "preferences")
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names}


def test_a_note_on_a_draft_comes_as_word_and_as_one_file(reader: TestClient) -> None:
    word = post(reader, "/check/note", {"text": DRAFT, "body": "wtdc", "form": "docx"}, page="/check")
    document = docx.Document(io.BytesIO(word.content))
    assert any("912" in paragraph.text for paragraph in document.paragraphs)
    assert zipfile.ZipFile(io.BytesIO(word.content)).testzip() is None
    page = post(reader, "/check/note", {"text": DRAFT, "body": "wtdc", "form": "html"}, page="/check")
    assert "Resolution 912" in page.text
    assert not re.search(r"src=|url\(|@import|<link|<script", page.text)


def test_a_draft_may_be_a_file_or_a_few_bare_words(reader: TestClient) -> None:
    token = token_in(reader.get("/check").text)
    files = {"file": ("draft.txt", b"to keep a list of wildlife specialists who can advise operators", "text/plain")}
    assert "Resolution 912" in reader.post("/check", data={"csrf": token}, files=files).text
    for data, said in (({"text": " "}, "empty"), ({"text": "x", "body": "nobody"}, "")):
        answer = post(reader, "/check", data, page="/check")
        assert answer.status_code in (200, 422)
        assert said in answer.text
    wrong = {"file": ("draft.exe", b"MZ", "application/octet-stream")}
    refused = reader.post("/check", data={"csrf": token}, files=wrong)
    assert refused.status_code == 422
    assert "draft.exe" in refused.text


def test_the_ledger_is_for_reviewers_and_shows_when_it_was_changed(explored: Web) -> None:
    assert explored.sign_in().get("/audit").status_code == 403
    client = explored.sign_in("Bo", Role.REVIEWER)
    assert "The ledger is whole" in client.get("/audit?verify=1").text
    lines = client.get("/audit/events.jsonl").text.splitlines()
    assert [json.loads(one)["seq"] for one in lines] == list(range(1, len(lines) + 1))
    head = json.loads(client.get("/audit/decisions.jsonl").text.splitlines()[0])
    assert head["schema"].startswith("overlap-decisions/")
    with explored.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS events_keep_update")
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        connection.exec_driver_sql("UPDATE events SET actor = 'mallory' WHERE seq = 1")
    assert "not what was written" in client.get("/audit?verify=1").text


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh"])
def test_guidance_has_every_outcome_with_examples(language: str) -> None:
    guidance = load_criteria(language)
    assert guidance.language == language
    assert set(guidance.outcomes) == set(Outcome)
    assert all(guidance.outcomes[outcome].examples for outcome in Outcome if outcome.is_final)


def test_damaged_guidance_names_its_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data" / "criteria"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text('version = "1"\n[outcomes.repeats]\n', encoding="utf-8")
    monkeypatch.setattr(criteria, "files", lambda _: tmp_path)
    criteria._read.cache_clear()
    try:
        with pytest.raises(ReferenceDataError, match="unrelated"):
            load_criteria()
    finally:
        criteria._read.cache_clear()


def test_charts_say_in_words_and_figures_what_they_draw() -> None:
    made = (
        line("a", "Title <b>", "Reading & more.", ("x", "y"), {"one": [(0, 0), (2, 3)], "two": [(0, 0), (2, 2)]}),
        bars("b", "T", "R.", ("l", "w", "p"), [("<i>", 4, 2)]),
        histogram("c", "T", "R.", ("x", "n"), [(0.0, 0.5, 3), (0.5, 1.0, 1)]),
        heat("d", "T", "R.", ("r", "c", "f"), [("a", "b", 2.0)]),
        dots("e", "T", "R.", ("l", "f"), [("2018", 0.5, "50 %"), ("2022", 0.9, "90 %")]),
    )
    for chart in made:
        assert chart.rows
        assert f'<desc id="{chart.name}-reading">' in chart.svg
        assert "Title <b>" not in chart.svg
        assert "<i>" not in chart.svg
        assert not re.search(r"style=|<script|href", chart.svg)
    assert "Title &lt;b&gt;" in made[0].svg


def crawl(client: TestClient, start: tuple[str, ...]) -> tuple[dict[str, int], set[str]]:
    """The answers of all addresses that can be reached by links, and those among them that name one thing for good."""
    answers: dict[str, int] = {}
    waiting = list(start)
    kinds: dict[str, int] = {}
    while waiting:
        address = waiting.pop()
        shape = re.sub(r"[^/]*\d[^/]*", "#", urlsplit(address).path)
        # A few of each kind are enough: thousands of pairs have one page.
        if address in answers or kinds.get(shape, 0) >= 8:
            continue
        kinds[shape] = kinds.get(shape, 0) + 1
        answer = client.get(address)
        answers[address] = answer.status_code
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += sorted(links_of(answer.text, address) - answers.keys())
        elif answer.status_code in (303, 307):
            waiting.append(answer.headers["location"])
    lasting = re.compile(r"/(?:pairs|findings|clusters|resolutions|documents|runs)/[^?]+")
    return answers, {address for address in answers if lasting.fullmatch(urlsplit(address).path)}


@pytest.mark.slow
def test_no_link_leads_nowhere_and_permalinks_outlive_the_next_run(explored: Web, tmp_path: Path) -> None:
    client = explored.sign_in("Ada", Role.ADMIN)
    answers, lasting = crawl(client, ("/", *PAGES, *REVIEWER_PAGES))
    broken = {address: status for address, status in answers.items() if status not in (200, 303, 307)}
    assert not broken
    assert len(lasting) > 20
    corpus = tmp_path / "corpus"
    shutil.copytree(Path(__file__).parent.parent / "corpus" / "sample", corpus)
    for gone in sorted(corpus.rglob("*.docx"))[:3]:
        gone.unlink()
    explored.clock.pass_by(hours=1)
    import_run(explored.database, make_run(corpus, tmp_path / "outputs"), now=explored.clock())
    again = {address: client.get(address) for address in lasting}
    lost = {
        address: answer.status_code
        for address, answer in again.items()
        if answer.status_code not in (200, 303, 307, 308) and "went" not in answer.text and "why" not in answer.text
    }
    assert not lost
    first, second = (row["id"] for row in reversed(client.get("/runs.json").json()))
    difference = client.get(f"/runs/{first}/vs/{second}.json").json()
    assert difference["only_a"]
    assert "gone" in client.get(f"/runs/{first}/vs/{second}/pairs.csv").text
