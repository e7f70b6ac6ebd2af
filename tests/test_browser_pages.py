"""The pages of exploration in a real browser: no accessibility fault, nothing too wide, no foreign request."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright
from web_fixture import CHROMIUM, Web, WordEncoder, every_page, serve, web_on

from pipeline.domain import Role
from pipeline.store.runs import RunFolder

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")]


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


@pytest.fixture(scope="module")
def pages(app: tuple[Web, str]) -> tuple[str, ...]:
    """Every page that there is."""
    return every_page(app[0].sign_in("Root", Role.ADMIN))


# How a page may look: what the system asks for.
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}


def signed_in(
    browser: Browser,
    app: tuple[Web, str],
    *,
    look: str = "light",
    width: int = 1280,
    name: str = "Root",
    **more: object,
) -> Page:
    web, address = app
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, reduced_motion="reduce", **LOOKS[look], **more
    )
    page = context.new_page()
    page.goto(web.link("Root", Role.ADMIN))
    return page


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def too_wide(page: Page) -> int:
    """By how many pixels the page must be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faults_of(page: Page, look: str = "light") -> list[str]:
    # In forced colours the system chooses text and ground; axe still computes with those of the style sheet.
    options = {"rules": {"color-contrast": {"enabled": False}}} if look == "forced" else None
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_has_an_accessibility_fault(
    browser: Browser, app: tuple[Web, str], pages: tuple[str, ...], language: str, look: str
) -> None:
    page = signed_in(browser, app, look=look)
    found = {}
    for address in pages:
        page.goto(in_language(address, language))
        assert page.locator("html").get_attribute("lang") == language
        if address.startswith("/queue?"):
            page.locator("#comparison .legend summary").click()
        if faults := faults_of(page, look):
            found[address] = faults
    assert not found
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_is_wider_than_a_narrow_screen_or_one_zoomed_twofold(
    browser: Browser, app: tuple[Web, str], pages: tuple[str, ...], language: str
) -> None:
    """WCAG 1.4.10 and 1.4.4: 320 px, and a window of 1,280 px at 200 %."""
    wide = {}
    for width, scale in ((320, 1), (640, 2)):
        page = signed_in(browser, app, width=width, device_scale_factor=scale)
        for address in pages:
            page.goto(in_language(address, language))
            if over := too_wide(page):
                wide[address, width] = over
        page.context.close()
    assert not wide


def test_each_thing_that_takes_focus_shows_it(browser: Browser, app: tuple[Web, str], pages: tuple[str, ...]) -> None:
    """WCAG 2.4.7: what Tab comes to has an outline, in forced colours too."""
    for look in ("light", "forced"):
        page = signed_in(browser, app, look=look)
        hidden = set()
        for address in ("/queue?view=rank", "/pairs", "/reports", "/sign-in"):
            page.goto(address)
            page.locator("body").evaluate("body => body.focus()")
            for _ in range(40):
                page.keyboard.press("Tab")
                seen = page.evaluate(
                    """() => { const at = document.activeElement, style = getComputedStyle(at);
                       return [at.outerHTML.slice(0, 90), at === document.body || style.outlineStyle !== "none"
                               && parseFloat(style.outlineWidth) > 0]; }"""
                )
                if not seen[1]:
                    hidden.add(seen[0])
        assert not hidden
        page.context.close()


def test_no_page_asks_another_machine_or_breaks_the_policy(
    browser: Browser, app: tuple[Web, str], pages: tuple[str, ...]
) -> None:
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
    for address in pages:
        page.goto(address)
        assert page.locator("main").is_visible()
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
