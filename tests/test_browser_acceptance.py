"""A day by keyboard from signing in to a report, in a real browser; and a text that changed, shown in the page."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from review_corpus import Told, make_run
from web_fixture import CHROMIUM, Clock, Web, serve

from pipeline.domain import Outcome, PairState, Role
from pipeline.review import pair_id
from pipeline.store.database import open_database
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.importing import import_run
from pipeline.store.database.listing import count_pairs, list_pairs
from pipeline.store.database.people import set_password
from pipeline.web.app import create_app
from pipeline.web.passwords import hash_password
from pipeline.web.settings import WebSettings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
PASSWORD = "seven quiet masts"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def tab_to(page: Page, what: str) -> None:
    """Press Tab until an element of this selector has focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"Tab never comes to {what}")


def test_from_signing_in_to_a_report_by_keyboard_alone(browser: Browser, web: Web) -> None:
    person = web.person("Anna")
    with web.database.write() as session:
        set_password(session, person.id, hash_password(PASSWORD), now=web.clock(), actor=person.id)
    with serve(web.app) as address:
        page = browser.new_context(base_url=address, accept_downloads=True).new_page()
        page.goto("/queue?view=rank")
        tab_to(page, "#login")
        page.keyboard.type("Anna")
        tab_to(page, "#password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#review")).to_be_focused()
        for key in "12345":
            before = page.locator("#review").get_attribute("data-pair") or ""
            page.keyboard.press(key)
            page.keyboard.press("Enter")
            expect(page.locator("#review")).not_to_have_attribute("data-pair", before)
            expect(page.locator("#saved-line .saved")).to_contain_text("Saved")
        last = page.locator("#review").get_attribute("data-pair") or ""
        page.keyboard.press("u")
        expect(page.locator("#review")).to_have_attribute("data-pair", before)
        assert before != last
        page.keyboard.press("1")
        tab_to(page, "#remedy")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.keyboard.type("One register is enough")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#review")).not_to_have_attribute("data-pair", before)
        page.keyboard.press("t")
        expect(page.locator("#theme")).to_be_focused()
        page.goto(f"/queue?view=rank&pair={before}")
        page.locator("#review").focus()
        page.keyboard.press("b")
        expect(page.get_by_role("button", name="Take out of the report basket")).to_be_visible()
        page.goto("/reports")
        tab_to(page, "button[value=docx]")
        with page.expect_download() as kept:
            page.keyboard.press("Enter")
        said = "\n".join(one.text for one in docx.Document(BytesIO(Path(kept.value.path()).read_bytes())).paragraphs)
        assert "Anna R. decided on 2026-11-23: Repeats." in said
        assert "Reason: One register is enough" in said
        with web.database.read() as session:
            assert count_pairs(session, PairFilter(states=("decided",))).number == 5
        page.context.close()


def test_a_changed_text_is_shown_with_what_changed_and_mixed_directions_stay_apart(
    browser: Browser, tmp_path: Path
) -> None:
    """The pair comes back with its earlier decision; the Arabic page isolates the citations of another direction."""
    left, right = "pp/res/901@2022#resolves.1", "wtdc/res/902@2022#resolves.1"
    texts = {
        left: "أن يواصل العمل وفقاً للقرار Resolution 903 (Rev. Dubai, 2018) كل سنة؛",
        right: "to keep a list of masts;",
    }
    clock = Clock()
    database = open_database(str(tmp_path / "overlap.db"), upgrade=True)
    import_run(database, make_run(tmp_path, "20260301-080000-aaaaaa", texts, [Told(left, right)]), now=clock())
    web = Web(create_app(WebSettings(database="given", shared=True), database, clock), database, clock)
    boris = web.person("Boris").id
    with database.write() as session:
        asked = DecisionRequest(pair_id(left, right), boris, Role.ANALYST, Outcome.REPEATS, 0, "key-of-boris")
        record(session, asked, clock())
    texts[right] += " and to tell the members;"
    import_run(database, make_run(tmp_path, "20260302-080000-bbbbbb", texts, [Told(left, right)]), now=clock())
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE clauses SET language = 'ar' WHERE id = ?", (left,))
    with database.read() as session:
        (row,) = list_pairs(session, PairFilter()).rows
    assert row.state is PairState.RECHECK
    with serve(web.app) as address:
        page = browser.new_context(base_url=address).new_page()
        page.goto(web.link("Boris"))
        page.goto(f"/pairs/{row.id}?lang=en")
        again = page.locator("section.notice", has=page.locator("#recheck-title"))
        expect(again).to_contain_text("Boris R. decided “Repeats”")
        expect(again.locator("ins")).to_contain_text("and to tell the members;")
        page.goto(f"/pairs/{row.id}?lang=ar")
        assert page.locator("html").get_attribute("dir") == "rtl"
        arabic, english = page.locator("#comparison .side .text").all()
        assert (arabic.get_attribute("lang"), arabic.get_attribute("dir")) == ("ar", "rtl")
        assert (english.get_attribute("lang"), english.get_attribute("dir")) == ("en", "ltr")
        bare = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter(one => [...one.childNodes].some(
                 part => part.nodeType === 3 && /Resolution \\d|\\(.*\\d{4}\\)/.test(part.data))
                 && !one.closest("bdi, main [lang], main [dir], .hidden")).map(one => one.outerHTML.slice(0, 160))"""
        )
        assert not bare, "each citation stands in an element of its own direction"
        page.locator("[data-action=confirm]").click()
        expect(page.locator("#recheck-title")).to_have_count(0)
        with database.read() as session:
            assert list_pairs(session, PairFilter()).rows[0].state is PairState.DECIDED
        page.context.close()
    database.close()
