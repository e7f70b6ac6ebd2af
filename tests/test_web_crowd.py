"""Twenty people at once against a live server: real connections, real claims, SQLite and PostgreSQL."""

import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from review_corpus import make_run, many
from sqlalchemy import select
from web_fixture import Clock, Web, serve

from pipeline.domain import Outcome
from pipeline.store.database import Database
from pipeline.store.database.audit import verify_chain
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.importing import import_run
from pipeline.store.database.listing import count_pairs
from pipeline.store.database.schema import decisions
from pipeline.web.app import create_app
from pipeline.web.settings import WebSettings

RUN = "20260301-080000-aaaaaa"
PAIRS, PEOPLE = 60, 20
OUTCOMES = [outcome.value for outcome in Outcome if outcome.is_final]


@dataclass
class Told:
    """What the threads saw; lists grow safely from several of them."""

    given_out: list[tuple[str, str]] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


def review(address: str, link: str, name: str, told: Told) -> None:
    """One reviewer: take a pair, decide it, take the next, until the queue says that nothing is left."""
    with httpx.Client(base_url=address, timeout=60, headers={"Host": "127.0.0.1"}) as client:
        client.get(link)
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/account").text)
        assert token
        for turn in range(2_000):
            answer = client.get("/queue.json", params={"view": "rank"})
            if answer.status_code != 200:
                told.odd.append(f"{name}: /queue answered {answer.status_code}")
                return
            found = answer.json()
            if found.get("state") == "Finished":
                told.ends.append(name)
                return
            if "pair" not in found:
                time.sleep(0.01)  # others hold what is left
                continue
            pair = found["pair"]["row"]["id"]
            told.given_out.append((pair, name))
            form = {
                "csrf": token[1],
                "pair": pair,
                "version": str(found["pair"]["version"]),
                "queue": "rank",
                "key": secrets.token_hex(12),
                "outcome": OUTCOMES[turn % len(OUTCOMES)],
            }
            answer = client.post("/queue/decide", data=form, headers={"Accept": "application/json"})
            if answer.status_code != 200:
                told.odd.append(f"{name}: decision on {pair} answered {answer.status_code}: {answer.text[:200]}")
                return
            told.stored.append(answer.json()["decision"])


@pytest.mark.slow
def test_twenty_reviewers_on_a_live_server_share_a_queue_without_a_duplicate_or_a_dead_end(
    database: Database, tmp_path: Path
) -> None:
    texts, overlaps = many(PAIRS)
    clock = Clock()
    import_run(database, make_run(tmp_path, RUN, texts, overlaps), now=clock())
    web = Web(create_app(WebSettings(database="given", shared=True), database, clock), database, clock)
    links = {f"p{number}": web.link(f"p{number}") for number in range(PEOPLE)}
    told, failures = Told(), []

    def run(address: str, name: str) -> None:
        try:
            review(address, links[name], name, told)
        except BaseException as error:
            failures.append(error)

    with serve(web.app) as address:
        threads = [threading.Thread(target=run, args=(address, name)) for name in links]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures
    assert not told.odd, "no answer but pages and stored decisions"
    assert sorted(told.ends) == sorted(links), "everybody comes to the end of the queue"
    twice = [pair for pair, number in Counter(pair for pair, _ in told.given_out).items() if number > 1]
    assert not twice, "a pair that somebody holds is given to nobody else"
    with database.read() as session:
        assert verify_chain(session).is_whole
        held = session.execute(select(decisions.c.id, decisions.c.pair, decisions.c.reviewer)).all()
        assert count_pairs(session, PairFilter(states=("decided",))).number == PAIRS
    people = {web.people[name].id: name for name in links}
    assert sorted(row.id for row in held) == sorted(told.stored), "each decision stands in the ledger once"
    assert sorted((row.pair, people[row.reviewer]) for row in held) == sorted(told.given_out)
