"""The app in a real browser: a day by keyboard alone, two people on one pair, no connection, axe, nothing from afar."""

import string
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from web_fixture import CHROMIUM, Web, serve

from pipeline.domain import Role
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import count_pairs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    # Playwright leaves its event loop and sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

AXE = (Path(axe_playwright_python.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def address(web: Web) -> Iterator[str]:
    with serve(web.app) as where:
        yield where


def enter(browser: Browser, web: Web, address: str, name: str, role: Role = Role.ANALYST, **display: object) -> Page:
    """A page of somebody who has signed in; whatever is asked of another machine fails the test."""
    context: BrowserContext = browser.new_context(viewport={"width": 1300, "height": 900}, base_url=address, **display)

    def guard(route: Route) -> None:
        assert route.request.url.startswith((address, "data:")), f"asked another machine: {route.request.url}"
        route.continue_()

    context.route("**/*", guard)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(web.link(name, role))
    return page


def pair_of(page: Page) -> str:
    return page.locator("#review").get_attribute("data-pair") or ""


def wait_for_another(page: Page, before: str) -> None:
    expect(page.locator("#review")).not_to_have_attribute("data-pair", before)


def decided(web: Web) -> int:
    with web.database.read() as session:
        return count_pairs(session, PairFilter(states=("decided", "postponed", "needs-expert"))).number


def test_a_day_by_keyboard_alone(browser: Browser, web: Web, address: str) -> None:
    page = enter(browser, web, address, "Anna")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.goto("/queue?view=rank")
    expect(page.locator("#review")).to_be_focused()
    for number, key in enumerate("12345", start=1):
        before = pair_of(page)
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        wait_for_another(page, before)
        expect(page.locator("#saved-line .saved")).to_contain_text("Saved 10:00")
        assert decided(web) == number
        expect(page.locator("#review")).to_be_focused()
    last = pair_of(page)
    page.keyboard.press("n")
    page.keyboard.type("Both name 3 registers; j k p u")
    expect(page.locator("#reason")).to_have_value("Both name 3 registers; j k p u")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    wait_for_another(page, last)
    assert decided(web) == 6
    page.keyboard.press("u")
    expect(page.locator("#review")).to_have_attribute("data-pair", last)
    assert decided(web) == 5
    for key, mode in (("d", "inline"), ("d", "list"), ("d", "side")):
        page.keyboard.press(key)
        expect(page.locator(f"#comparison .in-mode-{mode}")).to_be_visible()
        page.locator("#review").focus()
    page.keyboard.press("x")
    page.wait_for_url("**swap=yes**")
    page.locator("#review").focus()
    page.keyboard.press("w")
    expect(page.locator("#evidence")).to_be_focused()
    page.keyboard.press("h")
    expect(page.locator("#history")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#key-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#review").focus()
    page.keyboard.press("/")
    expect(page.locator("#search-all")).to_be_focused()


def test_no_key_does_anything_outside_the_review(browser: Browser, web: Web, address: str) -> None:
    """WCAG 2.1.4: a key of one character works only where the review has focus, and can be turned off."""
    page = enter(browser, web, address, "Anna")
    page.goto("/queue?view=rank")
    before, state = pair_of(page), page.locator("main").inner_html()
    page.locator(".brand").focus()
    for key in string.ascii_lowercase + string.ascii_uppercase + string.digits + "[]/?.,;'\\-=":
        page.keyboard.press(key)
    assert (pair_of(page), page.locator("main").inner_html(), decided(web)) == (before, state, 0)
    page.goto("/account/keys")
    page.locator("[name=keys_on]").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto("/queue?view=rank")
    page.locator("#review").focus()
    for key in "12345pejkdxw":
        page.keyboard.press(key)
    assert page.locator("[name=outcome]:checked").count() == 0
    assert decided(web) == 0


def test_two_browsers_on_one_pair_lose_nothing(browser: Browser, web: Web, address: str) -> None:
    anna, boris = enter(browser, web, address, "Anna"), enter(browser, web, address, "Boris", Role.REVIEWER)
    anna.goto("/queue?view=rank")
    pair = pair_of(anna)
    boris.goto(f"/queue?view=rank&pair={pair}")
    expect(boris.get_by_text("Anna R. is reading this pair too")).to_be_visible()
    anna.keyboard.press("3")
    anna.keyboard.press("Enter")
    wait_for_another(anna, pair)
    boris.keyboard.press("1")
    boris.keyboard.press("Enter")
    expect(boris.get_by_role("heading", name="Two decisions met")).to_be_visible()
    assert decided(web) == 1
    boris.get_by_role("button", name="Record mine as a disagreement").click()
    boris.goto(f"/pairs/{pair}")
    expect(boris.locator(".pair-head .badge.disputed")).to_be_visible()
    expect(boris.locator("#history .rows > li")).to_have_count(2)


def test_two_tabs_of_one_person_agree(browser: Browser, web: Web, address: str) -> None:
    first = enter(browser, web, address, "Anna")
    first.goto("/queue?view=rank")
    second = first.context.new_page()
    second.goto("/queue?view=rank")
    assert pair_of(first) == pair_of(second)
    first.keyboard.press("1")
    first.keyboard.press("Enter")
    wait_for_another(first, pair_of(second))
    second.bring_to_front()
    second.locator("#review").focus()
    second.keyboard.press("2")
    second.keyboard.press("Enter")
    expect(second.get_by_role("heading", name="Two decisions met")).to_be_visible()
    assert decided(web) == 1


def test_a_decision_made_without_a_connection_is_sent_later(browser: Browser, web: Web, address: str) -> None:
    page = enter(browser, web, address, "Anna")
    page.goto("/queue?view=rank")
    page.wait_for_load_state("networkidle")
    pair = pair_of(page)
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_contain_text("no connection")
    assert decided(web) == 0
    page.context.set_offline(False)
    wait_for_another(page, pair)
    assert decided(web) == 1


def test_a_decision_survives_the_end_of_a_session(browser: Browser, web: Web, address: str) -> None:
    page = enter(browser, web, address, "Anna")
    page.goto("/queue?view=rank")
    page.wait_for_load_state("networkidle")
    pair = pair_of(page)
    web.clock.pass_by(hours=13)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#signed-out")).to_be_visible()
    assert decided(web) == 0
    page.goto(web.link("Anna"))
    page.goto(f"/queue?view=rank&pair={pair}")
    wait_for_another(page, pair)
    assert decided(web) == 1


def check(page: Page) -> list[tuple[str, list[str]]]:
    """The rules of axe that the page breaks, with the places."""
    page.evaluate(AXE)
    result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [(one["id"], [str(node["target"]) for node in one["nodes"]]) for one in result["violations"]]


def test_everything_works_without_a_script(browser: Browser, web: Web, address: str) -> None:
    page = enter(browser, web, address, "Anna", java_script_enabled=False)
    page.goto("/queue?view=rank")
    pair = pair_of(page)
    page.get_by_role("radio", name="Unrelated").check()
    page.get_by_role("button", name="Save and next").click()
    assert pair_of(page) != pair
    assert decided(web) == 1
    page.get_by_role("button", name="Undo").first.click()
    assert pair_of(page) == pair
    page.get_by_role("link", name="Inline").click()
    expect(page.locator("#comparison .in-mode-inline")).to_be_visible()
    page.get_by_text("Display", exact=True).click()
    page.locator("[name=theme][value=dark]").check()
    page.get_by_role("button", name="Apply").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
