"""The pages of exploration in a real browser: no accessibility fault, nothing too wide, no foreign request."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright
from web_fixture import CHROMIUM, Web, WordEncoder, serve, web_on

from pipeline.domain import Role
from pipeline.store.runs import RunFolder

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")]

PAGES = (
    "/findings",
    "/pairs?columns=texts&columns=bodies&columns=state&columns=flags",
    "/pairs?text=zeppelin&states=decided",
    "/bulk?relations=VERB",
    "/clusters",
    "/resolutions",
    "/resolutions/wtdc/res/951",
    "/documents",
    "/compare?left=wtdc/res/951@2022&right=wtdc/res/951",
    "/compare?left=wtdc/res/951@2022&right=wtdc/res/951&mode=list",
    "/compare?left=nothing&right=pp/res/912",
    "/search?q=cable",
    "/check",
    "/runs",
    "/progress",
    "/audit?verify=1",
    "/criteria",
    "/help",
    "/help/shortcuts",
    "/about-scores",
    "/accessibility",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def app(
    sample_database: Path, sample_run: RunFolder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Web, str]]:
    copy = tmp_path_factory.mktemp("browser-pages") / "overlap.db"
    shutil.copy(sample_database, copy)
    with pytest.MonkeyPatch.context() as patch, web_on(copy, outputs=str(sample_run.path.parents[1])) as made:
        patch.setattr("pipeline.embed.load_encoder", lambda *_: WordEncoder())
        with serve(made.app) as address:
            yield made, address


def signed_in(browser: Browser, app: tuple[Web, str], *, dark: bool = False, width: int = 1280) -> Page:
    web, address = app
    context = browser.new_context(
        base_url=address,
        color_scheme="dark" if dark else "light",
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(web.link("Bo", Role.REVIEWER))
    return page


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_has_an_accessibility_fault(browser: Browser, app: tuple[Web, str], language: str, dark: bool) -> None:
    page = signed_in(browser, app, dark=dark)
    found = {}
    for address in PAGES:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        if faults := faults_of(page):
            found[address] = faults
    assert not found
    page.context.close()


def test_no_page_is_wider_than_a_narrow_screen(browser: Browser, app: tuple[Web, str]) -> None:
    page = signed_in(browser, app, width=320)
    wide = {}
    for address in PAGES:
        page.goto(address)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[address] = over
    assert not wide
    page.context.close()


def test_no_page_asks_another_machine_or_breaks_the_policy(browser: Browser, app: tuple[Web, str]) -> None:
    page = signed_in(browser, app)
    foreign: list[str] = []
    complaints: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith(app[1]):
            route.continue_()
        else:
            foreign.append(route.request.url)
            route.abort()

    page.context.route("**/*", guard)
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for address in PAGES:
        page.goto(address)
    assert not foreign
    assert not complaints
    page.context.close()


def test_a_draft_is_checked_and_kept_as_a_file_by_hand(browser: Browser, app: tuple[Web, str]) -> None:
    page = signed_in(browser, app)
    page.goto("/check")
    page.get_by_label("Text", exact=True).fill("to keep a list of wildlife specialists who can advise operators")
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("heading", name="has an existing one").wait_for()
    assert not faults_of(page)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Note for Word").click()
    assert kept.value.suggested_filename == "overlap-draft-note.docx"
    page.context.close()


def test_filters_wait_behind_their_heading_on_a_narrow_screen(browser: Browser, app: tuple[Web, str]) -> None:
    page = signed_in(browser, app, width=320)
    page.goto("/findings")
    assert not page.get_by_role("button", name="Apply filters").is_visible()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("two bodies").check()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**cross_body=true**")
    page.context.close()
