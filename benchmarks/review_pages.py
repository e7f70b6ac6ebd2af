"""How fast the pages of the analyst app come, over a review database of any size: what a person waits for.

The app runs in this process and is asked as a browser would ask, with session, form token and all that is rendered;
only the network is missing. Used by ``review_database.py``.
"""

import math
import random
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from sqlalchemy import text
from starlette.testclient import TestClient

from pipeline.domain import Role
from pipeline.store.database import Database
from pipeline.store.database.filters import Order
from pipeline.store.database.people import add_person, issue_token
from pipeline.web import WebSettings, create_app

__all__ = ["FILTERS", "decided_pages", "figures", "filled_in", "list_pages", "sign_in"]

FILTERS = {
    "no filter": "",
    "listed": "flags=listed",
    "demoted": "flags=demoted",
    "one relation": "relations=SAME-ACT",
    "three relations": "relations=VERB,CONF,REPORT",
    "one body": "bodies=wtdc",
    "one Sector, across bodies": "sectors=t&cross_body=true",
    "two bodies, one relation": "bodies=ra,wtdc&relations=SUB",
    "body, class and relation": "bodies=council&classes=paraphrase&relations=CONF",
    "decided": "states=decided",
    "decided as overlap": "outcomes=repeats,overlaps-in-part",
    "reviewer": "reviewer=anna",
    "probability": "least=0.9&relations=SUB",
    "low probability, one body": "most=0.15&bodies=ra",
    "uneven bounds of the probability": "least=0.33&most=0.62",
    "doubtful and verbatim": "flags=doubtful&classes=verbatim",
    "commented": "flags=commented",
    "same two texts elsewhere": "flags=family",
    "work": "work=@work",
    "cluster": "cluster=c-00012",
    "finding": "finding=@finding",
    "common word": "text=cable",
    "rare word": "text=cable17",
    "two words and a relation": "text=relay spectrum rel:VERB",
    "a word left out": "text=mast -cable",
    "nothing matches": "bodies=gr&relations=CONF",
}
PAGES: Mapping[str, tuple[str, ...]] = {
    "first page": ("/",),
    "queues": ("/queues", "/queues?closed=yes"),
    "one queue": ("/queues/rank", "/queues/audit", "/queues/@queue"),
    "findings": (
        *("/findings", "/findings?order=coverage", "/findings?order=pairs", "/findings?cross_body=true"),
        *("/findings?relation=SUB", "/findings?bodies=wtdc&order=coverage", "/findings?sectors=t&states=decided"),
        *("/findings?states=disputed", "/findings?work=@work", "/findings?cluster=c-00012"),
    ),
    "findings by words": ("/findings?text=cable", "/findings?text=cable+relay+map", "/findings?text=nowhere"),
    "one finding": ("/findings/@finding",),
    "clusters": ("/clusters",),
    "one cluster": ("/clusters/c-00012", "/clusters/c-00017"),
    "texts": ("/resolutions", "/resolutions?body=wtdc", "/resolutions?text=cable", "/resolutions?text=nowhere"),
    "one text": ("/resolutions/@work@2022",),
    "documents": ("/documents", "/documents?text=77", "/documents?text=nowhere"),
    "search": (
        *("/search?q=cable", "/search?q=cable17", "/search?q=relay+spectrum", "/search?q=cable&body=wtdc"),
        *("/search?q=nowhere",),
    ),
    "ledger": (
        "/audit",
        "/audit?kind=decision",
        "/audit?actor=anna",
        "/audit?subject=@pair",
        "/audit?since=2026-03-01",
    ),
    "runs": ("/runs", "/runs/@run"),
    "progress": ("/progress",),
    "one pair": ("/pairs/@pair",),
    "many pairs at once, preview": ("/bulk?bodies=council&classes=paraphrase&relations=CONF", "/bulk?finding=@finding"),
}
_NEXT = re.compile(r'rel="next" href="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def sign_in(db: Database, url: str) -> TestClient:
    """A browser of somebody who reviews, over an app on this database that does not learn meanwhile."""
    now = datetime.now(UTC)
    app = create_app(WebSettings(database=url, shared=True), db)
    app.state.learning.acquire()
    with db.write() as session:
        person = add_person(session, f"web{now.timestamp()}", "Web", Role.REVIEWER, now)
        link = issue_token(session, person.id, now, timedelta(hours=1))
    client = TestClient(app, base_url="http://127.0.0.1:8737", follow_redirects=False)
    client.get(f"/sign-in/link/{link}")
    return client


def filled_in(db: Database, addresses: Iterable[str], queue: str = "rank") -> list[str]:
    """The addresses with names that the database knows."""
    with db.read() as session:
        pair = session.execute(text("SELECT id, left_work, finding, run FROM pairs WHERE rank = 1000")).mappings().one()
    names = {"@work": pair["left_work"], "@finding": pair["finding"], "@pair": pair["id"], "@run": pair["run"]}
    made = []
    for address in addresses:
        for name, value in {**names, "@queue": queue}.items():
            address = address.replace(name, value)
        made.append(address)
    return made


def list_pages(db: Database, client: TestClient, queue: str, rounds: int) -> dict[str, Any]:
    """Milliseconds of every page that lists something: pairs by many filters in all orders, and all others."""
    found: dict[str, Any] = {}
    whole: list[float] = []
    for name, query in FILTERS.items():
        taken: list[float] = []
        for order in Order:
            (address,) = filled_in(db, [f"/pairs?{query}&order={order.value}"])
            taken += _read_on(client, address.replace("?&", "?"), rounds)
        found[f"page of pairs: {name}"] = figures(taken)
        whole += taken
    for name, addresses in PAGES.items():
        taken = [one for address in filled_in(db, addresses, queue) for one in _read_on(client, address, rounds)]
        found[f"page: {name}"] = figures(taken)
        whole += taken
    return found | {"all pages above": figures(whole)}


def _read_on(client: TestClient, address: str, rounds: int) -> Iterator[float]:
    """Seconds of a page and of those that follow it; of the same page again where none does."""
    for _ in range(rounds):
        began = time.perf_counter()
        answer = client.get(address)
        yield time.perf_counter() - began
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
        following = _NEXT.search(answer.text)
        address = unescape(following[1]) if following else address


def decided_pages(client: TestClient, queue: str, times: int, draw: random.Random) -> dict[str, Any]:
    """Milliseconds from sending a decision to having read the page of the next pair."""
    taken: list[float] = []
    page = client.get(f"/queue?view={queue}").text
    for _ in range(times):
        fields = _fields(page)
        began = time.perf_counter()
        sent = client.post("/queue/decide", data={**fields, "outcome": draw.choice(("repeats", "unrelated"))})
        if sent.status_code != 303:
            raise SystemExit(f"a decision answers {sent.status_code}")
        page = client.get(sent.headers["location"]).text
        taken.append(time.perf_counter() - began)
    return figures(taken)


def _fields(page: str) -> dict[str, str]:
    form = re.findall(r'<form[^>]*action="/queue/decide".*?</form>', page, re.S)[-1]
    return {name: unescape(value) for name, value in _HIDDEN.findall(form)}


def figures(seconds: list[float]) -> dict[str, Any]:
    """Milliseconds at the middle, at the 95th percentile and at most."""
    return {
        "p50": round(1000 * quantile(seconds, 0.5), 1),
        "p95": round(1000 * quantile(seconds, 0.95), 1),
        "max": round(1000 * max(seconds), 1),
        "n": len(seconds),
    }


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of all lies, by the nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
