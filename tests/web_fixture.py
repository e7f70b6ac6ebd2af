"""An analyst app with the results of the sample corpus in its database, for tests without and with a browser."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from numpy.typing import NDArray
from starlette.testclient import TestClient

from flows import stages
from flows.spec import RunSpec
from pipeline.domain import Role
from pipeline.store.database import Database, open_database
from pipeline.store.database.importing import import_run
from pipeline.store.database.people import Person, add_person, issue_token
from pipeline.store.runs import RunFolder
from pipeline.web import WebSettings, create_app

__all__ = [
    "ADDRESS",
    "CHROMIUM",
    "Clock",
    "Web",
    "database_copy",
    "make_run",
    "post",
    "sample_database",
    "sample_run",
    "serve",
    "token_in",
    "web",
    "web_on",
]

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "sample"
ADDRESS = "http://127.0.0.1:8737"
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)


class WordEncoder:
    """Stands in for the model, whose loading takes seconds: each text by its longer words, without their endings."""

    name = "words"
    digest = "00" * 32
    dimension = 384

    def prepare(self) -> None:
        pass

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in set(re.findall(r"\w{5,}", text.lower())):
                place = crc32(word[:6].encode())
                vectors[row, place % self.dimension] += 1 if place & (1 << 20) else -1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def make_run(corpus: Path, out: Path) -> RunFolder:
    """A finished run over a folder, made without Prefect."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.embed.load_encoder", lambda *_: WordEncoder())
        spec = RunSpec(str(corpus), str(out), "2026-11-23")
        staged = stages.open_run(spec)
        documents = stages.ingest(staged, spec)
        resolutions = stages.segment(staged, documents)
        embeddings = stages.embed(staged, resolutions, spec)
        overlaps = stages.match(staged, resolutions, embeddings)
        pairs = stages.compare(staged, resolutions, overlaps)
        clusters = stages.cluster(staged, resolutions, overlaps)
        findings = stages.rank(staged, resolutions, pairs, overlaps, clusters)
        done = (documents, resolutions, embeddings, overlaps, pairs, clusters, findings)
        return stages.publish(staged, spec, done)


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run over the sample corpus."""
    return make_run(SAMPLE, tmp_path_factory.mktemp("sample-run"))


@pytest.fixture(scope="session")
def sample_database(sample_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with that run, to be copied and never changed."""
    path = tmp_path_factory.mktemp("sample-database") / "overlap.db"
    database = open_database(str(path), upgrade=True)
    import_run(database, sample_run, now=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@dataclass
class Clock:
    """The time that the app goes by; a test moves it."""

    now: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **lasts: float) -> None:
        self.now += timedelta(**lasts)


@dataclass
class Web:
    """The app of one test: people come in by ``sign_in`` and go about with a client of their own."""

    app: FastAPI
    database: Database
    clock: Callable[[], datetime]
    people: dict[str, Person] = field(default_factory=dict)

    def client(self) -> TestClient:
        """A browser without a session, which follows no redirection by itself."""
        return TestClient(self.app, base_url=ADDRESS, follow_redirects=False)

    def person(self, name: str = "Anna", role: Role = Role.ANALYST) -> Person:
        """Somebody with an account."""
        if name not in self.people:
            with self.database.write() as session:
                self.people[name] = add_person(session, name, f"{name} R.", role, self.clock())
        return self.people[name]

    def link(self, name: str = "Anna", role: Role = Role.ANALYST) -> str:
        """The path of a one-time link for somebody."""
        person = self.person(name, role)
        with self.database.write() as session:
            return f"/sign-in/link/{issue_token(session, person.id, self.clock(), timedelta(hours=1))}"

    def sign_in(self, name: str = "Anna", role: Role = Role.ANALYST) -> TestClient:
        """A client with a session of somebody."""
        client = self.client()
        assert client.get(self.link(name, role)).status_code == 303
        return client


def token_in(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found, "the page has no form"
    return found[1]


def post(client: TestClient, address: str, fields: dict[str, str] | None = None, page: str = "/account") -> object:
    """Send a form with the token that the page carries."""
    return client.post(address, data={"csrf": token_in(client.get(page).text), **(fields or {})})


@contextmanager
def web_on(database: Path, **settings: object) -> Iterator[Web]:
    """An app with accounts over a database file."""
    clock = Clock()
    opened = open_database(str(database))
    made = WebSettings(**{"database": str(database), "shared": True, **settings})  # type: ignore[arg-type]
    try:
        yield Web(create_app(made, opened, clock), opened, clock)
    finally:
        opened.close()


@pytest.fixture
def database_copy(sample_database: Path, tmp_path: Path) -> Path:
    """A copy of the sample database for one test."""
    copy = tmp_path / "overlap.db"
    shutil.copy(sample_database, copy)
    return copy


@pytest.fixture
def web(database_copy: Path) -> Iterator[Web]:
    """An app with accounts over a copy of the sample database; the time stands still until the test moves it."""
    with web_on(database_copy) as made:
        yield made


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """The app on a free port of this machine, as a browser needs it; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


FILES = (".csv", ".xlsx", ".jsonl", ".json")
"""Endings of addresses that give a file and no page."""


def every_page(client: TestClient) -> tuple[str, ...]:
    """Addresses that together show every page which a GET reaches, of a client that may see all of them.

    The client is of an administrator; identifiers come from the lists of the app itself.
    """

    def first(path: str, *keys: str) -> str:
        found = client.get(path).json()
        for key in keys:
            found = found[key]
        return str(found[0]["id"])

    pair, finding = first("/pairs.json", "page", "rows"), first("/findings.json", "page", "rows")
    cluster, document = first("/clusters.json", "page", "rows"), first("/documents.json", "page", "rows")
    run = str(client.get("/runs.json").json()[0]["id"])
    clause = client.get(f"/pairs/{pair}.json").json()["pair"]["left"]["id"]
    return (
        *("/", "/queue?view=rank", "/queue?view=rank&mode=inline", "/queue?view=rank&mode=list&identical=hide"),
        *("/queues", "/queues/new", "/queues/rank", "/account", "/account/keys", "/account/password", "/admin/people"),
        *(f"/pairs/{pair}", f"/pairs/{pair}?mode=inline&moved=hide&standard=plain", f"/passage?clause={quote(clause)}"),
        *(f"/findings/{finding}", f"/clusters/{cluster}", f"/documents/{quote(document, safe='')}", "/reports"),
        *(f"/runs/{run}", f"/runs/{run}/vs/{run}", "/findings", "/findings?work=pp/res/999", "/clusters"),
        "/pairs?columns=texts&columns=bodies&columns=state&columns=flags&columns=reviewer&columns=words",
        *("/pairs?text=zeppelin&states=decided", "/bulk?relations=VERB", "/resolutions", "/resolutions?text=zeppelin"),
        *("/resolutions/wtdc/res/951", "/resolutions/pp/res/912", "/documents", "/documents?text=zeppelin"),
        *("/compare", "/compare?left=wtdc/res/951@2022&right=wtdc/res/951", "/compare?left=nothing&right=pp/res/912"),
        "/compare?left=wtdc/res/951@2022&right=wtdc/res/951&mode=list",
        *("/search", "/search?q=cable", "/search?q=zeppelin", "/check", "/runs", "/progress", "/audit?verify=1"),
        *("/criteria", "/help", "/help/shortcuts", "/about-scores", "/accessibility", "/nothing", "/pairs/p-none"),
        *("/pairs?states=gone", "/sign-in"),
    )
