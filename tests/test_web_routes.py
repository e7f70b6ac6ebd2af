"""What must hold on every page: each route is looked at, shares tell of what they are shares, scores add up, and no
text stands in the page that no catalogue holds."""

import math
import re
import shutil
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from babel import Locale
from fastapi.routing import APIRoute
from lxml import html
from starlette.testclient import TestClient
from web_fixture import FILES, Web, WordEncoder, every_page, web_on

from pipeline.domain import Body, Relation, Role, Sector
from pipeline.reference.criteria import load_criteria
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import list_pairs
from pipeline.store.runs import RunFolder
from pipeline.web import i18n
from pipeline.web.pages import environment, plain
from pipeline.web.routes import routers

# What no visit sees as a page: machine endpoints, and steps of signing in that lead on at once.
NO_PAGES = ("/healthz", "/readyz", "/sign-in/link/{link}", "/sign-in/openid", "/sign-in/openid/back", "/runs/compare")
# Words that stand on pages in every language alike.
SAME_EVERYWHERE = ("Overlap", "JSON", "CSV", "HTML", "Word", "SHA-256", "UTC", "Esc", "Enter", "⏎", "Ctrl-C")


@pytest.fixture(scope="module")
def reading(sample_database: Path, sample_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    copy = tmp_path_factory.mktemp("routes") / "overlap.db"
    shutil.copy(sample_database, copy)
    with pytest.MonkeyPatch.context() as patch, web_on(copy, outputs=str(sample_run.path.parents[1])) as made:
        patch.setattr("pipeline.embed.load_encoder", lambda *_: WordEncoder())
        yield made


@pytest.fixture(scope="module")
def root(reading: Web) -> TestClient:
    return reading.sign_in("Root", Role.ADMIN)


def test_every_route_is_among_the_pages_that_are_looked_at(root: TestClient) -> None:
    shown = [urlsplit(address).path for address in every_page(root)]
    missing = []
    for router in routers():
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if "GET" not in route.methods or route.path in NO_PAGES or route.path.endswith(FILES):
                continue
            if not any(route.path_regex.fullmatch(path) for path in shown):
                missing.append(route.path)
    assert not missing


def test_no_page_fails(root: TestClient) -> None:
    for address in every_page(root):
        assert root.get(address).status_code in (200, 303, 404, 400, 422), address


def blocks(page: str, pattern: str) -> Iterator[tuple[str, str]]:
    """Each text of a page that the pattern finds, with the words of the row, item or paragraph that holds it."""
    tree = html.fromstring(page)
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("script", "style"):
            continue
        for text in (node.text, *(child.tail for child in node)):
            if text and re.search(pattern, text):
                holder = next(
                    (one for one in (node, *node.iterancestors()) if one.tag in ("tr", "li", "p", "dd", "figure")), node
                )
                heads = [head.text_content() for one in node.iterancestors("table") for head in one.iterfind("thead")]
                yield text.strip(), " ".join(" ".join([*heads, holder.text_content()]).split())


def test_no_page_shows_a_share_without_telling_of_what(root: TestClient) -> None:
    """A percentage alone is read as a verdict: the row, its heads or the sentence says of what."""
    bare, seen = [], 0
    for address in every_page(root):
        for text, around in blocks(root.get(f"{address}{'&' if '?' in address else '?'}lang=en").text, r"\d\s?%"):
            seen += 1
            if not re.search(r"\bof\b", around):
                bare.append((address, text, around[:120]))
    assert seen > 5
    assert not bare


def test_evidence_adds_up_to_the_score_on_every_pair_page(reading: Web, root: TestClient) -> None:
    with reading.database.read() as session:
        names = [row.id for row in list_pairs(session, PairFilter(), limit=150).rows]
        names += [row.id for row in list_pairs(session, PairFilter(flags=("demoted",)), limit=50).rows]
    assert len(names) > 100
    for name in names:
        tree = html.fromstring(root.get(f"/pairs/{name}?lang=en").text)
        table = tree.get_element_by_id("evidence").find(".//table")
        cells = [row.find("td").text_content() for row in table.iterfind("tbody/tr")]
        points = [float(cell.replace("\u2212", "-").replace("+", "")) for cell in cells]
        total, score = (float(td.text_content().replace("\u2212", "-")) for td in table.iterfind("tfoot/tr/td"))
        # Each figure is rounded to two decimals.
        assert abs(sum(points) - total) <= 0.005 * (len(points) + 1) + 1e-9, name
        assert abs(1 / (1 + math.exp(-total)) - score) <= 0.002, name


class Pseudo(NullTranslations):
    """A language in which every message stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return f"⟦{one if number == 1 else many}⟧"

    ugettext = gettext
    ungettext = ngettext


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """French gives way to the pseudo-language; dates and numbers stay as in English."""
    catalog = i18n._catalog
    monkeypatch.setattr(i18n, "_catalog", lambda code: Pseudo() if code == "fr" else catalog(code))
    monkeypatch.setitem(i18n._FORMS, "fr", "en_GB")
    for held in (i18n.interfaces, environment):
        held.cache_clear()
    yield
    monkeypatch.undo()
    for held in (i18n.interfaces, environment):
        held.cache_clear()


def texts_of(page: str) -> Iterator[tuple[str, bool]]:
    """The texts that a person sees or hears on a page, outside all brackets; true where they are marked as data."""
    tree = html.fromstring(page)
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("script", "style"):
            continue
        lineage = (node, *node.iterancestors())
        data = any(
            one.tag in ("bdi", "code", "time", "kbd", "textarea", "input")
            or (one.get("lang") and one.tag != "html")
            or {"mono", "code", "digest", "text", "command"} & set((one.get("class") or "").split())
            for one in lineage
        )
        spoken = [node.get(name) for name in ("aria-label", "title", "placeholder", "alt")]
        for text in (node.text, *(child.tail for child in node)):
            if text:
                yield text, data
        yield from ((text, False) for text in spoken if text)


def outside_brackets(text: str) -> str:
    """A text without what stands in brackets, nested ones too; brackets that a sibling closes count as well."""
    depth, kept = 0, []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        if depth <= 0 and sign != "⟧":
            kept.append(sign)
    return "".join(kept)


DAY = re.compile(r"\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]* \d{4}(?:, \d\d:\d\d)?")
AGO = re.compile(r"\b(?:\d+|a|an|one) (?:second|minute|hour|day|week|month|year)s? ago\b|\bin \d+ \w+\b")


def known_data(reading: Web) -> str:
    """What pages print that is no message: names of bodies and languages, people, guidance in the language."""
    held = [
        *SAME_EVERYWHERE,
        *i18n.LANGUAGES.values(),
        *(f"{one.name} {one.login}" for one in reading.people.values()),
    ]
    held += [kind.label for kinds in (Body, Sector) for kind in kinds]
    held += [relation.value for relation in Relation]
    held += [str(plain(load_criteria(language))) for language in ("en", "fr")]
    held += [Locale.parse("en_GB").display_name or ""]
    return " ".join(held)


def test_a_pseudo_language_leaves_no_text_untranslated(reading: Web, root: TestClient, pseudo: None) -> None:
    found = {}
    common = known_data(reading)
    for address in every_page(root):
        joint = "&" if "?" in address else "?"
        page = root.get(f"{address}{joint}lang=fr")
        assert page.status_code < 500, address
        path, _, query = address.partition("?")
        twin = root.get(f"{'/index' if path == '/' else path}.json" + (f"?{query}" if query else ""))
        data = f"{common} {query} {path} " + (
            str(twin.json()) if twin.headers["content-type"] == "application/json" else ""
        )
        data = re.sub(r"[\s\\]+", " ", data).casefold()
        left = set()
        for text, is_data in texts_of(page.text):
            rest = AGO.sub("", DAY.sub("", outside_brackets(text)))
            for part in re.split(r"[|·↔–,:;()…/]|\s-\s", " ".join(rest.split())):
                part = part.strip(" .“”\"'")
                if not is_data and re.search(r"[^\W\d_]{2}", part) and part.casefold() not in data:
                    left.add(part)
        if left:
            found[address] = sorted(left)
    assert not found, found
