"""How fast the review database and the app over it answer with a million pairs, on SQLite and on PostgreSQL.

``python benchmarks/review_database.py`` makes pairs as a large corpus would have them (``review_rows.py``), loads them
in bulk, and measures what people wait for: storing a decision and getting the next pair, the detail of a pair, every
page of the app that lists something (``review_pages.py``), and learning from the decisions. PostgreSQL is started from
the binaries of the system, as a user that may run it. Results: ``benchmarks/review_database.json`` and ``.md``.

Both databases are made below the folder for temporary files and deleted afterwards. With ``--keep FOLDER`` they are
loaded once; each run then measures copies of them. ``--parts`` measures some parts alone; others keep their figures.
"""

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from review_pages import decided_pages, figures, list_pages, sign_in
from review_rows import answer, table_rows
from sqlalchemy import Index, create_engine, text
from tree import measured_commit

from pipeline.domain import QueueOrder, Role
from pipeline.store.database import Database, open_database
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.items import refresh_queues
from pipeline.store.database.learning import refit
from pipeline.store.database.people import Person, add_person
from pipeline.store.database.queues import Claimed, Queue, define_queue, find_queue, next_pair
from pipeline.store.database.schema import METADATA
from pipeline.store.database.tallying import count_all
from pipeline.store.database.tuning import gather_statistics
from pipeline.store.database.views import Viewer

HERE = Path(__file__).resolve().parent
BINARIES = Path("/usr/lib/postgresql")
KINDS = ("SQLite", "PostgreSQL")
PARTS = ("calls", "pages", "refit")


def load(db: Database, pairs: int) -> float:
    """Fill an empty database; seconds come out. Indexes are made when all rows are in."""
    began = time.perf_counter()
    late = [index for name in ("pairs", "clauses", "resolutions") for index in METADATA.tables[name].indexes]
    with db.engine.begin() as connection:
        for index in late:
            index.drop(connection)
    for table, rows in table_rows(pairs):
        insert_rows(db, table, rows)
    with db.engine.begin() as connection:
        for index in late:
            Index.create(index, connection)
    with db.write() as session:
        count_all(session)
        refresh_queues(session, "2026-01-01", "overlap")
        gather_statistics(session)
    settle(db)
    return time.perf_counter() - began


def settle(db: Database) -> None:
    """What a server of PostgreSQL does by itself within a minute after many rows came in."""
    if not db.is_sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


def insert_rows(db: Database, table: str, rows: list[dict[str, Any]]) -> None:
    """Many rows at once: ``executemany`` on SQLite, ``COPY`` on PostgreSQL."""
    names = list(rows[0])
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    columns = ", ".join(f'"{name}"' for name in names)
    if db.is_sqlite:
        cursor.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * len(names))
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', [tuple(row.values()) for row in rows])
    elif table == "text_words":
        cursor.executemany("INSERT INTO text_words VALUES (%(rowid)s, to_tsvector('simple', %(words)s))", rows)
    else:
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(tuple(row.values()))
    if db.is_sqlite:
        cursor.execute("COMMIT")
    connection.commit()
    connection.close()


def measure(db: Database, url: str, pages: int, decisions: int, parts: tuple[str, ...]) -> dict[str, Any]:
    """The figures of these parts of one database."""
    now = datetime.now(UTC)
    found: dict[str, Any] = {}
    with db.write() as session:
        me = add_person(session, "me", "Me", Role.REVIEWER, now)
    draw = random.Random(2)
    two, defined = blind_queue(db, me, now)
    settle(db)
    if "calls" in parts:
        found["define a queue of " + f"{two.size:,} pairs, once"] = {"p50": defined * 1000, "n": 1}
        for name in ("rank", "learned", two.id):
            found |= decide(db, name, me.id, decisions, draw, now)
    if "pages" in parts:
        client = sign_in(db, url)
        client.get("/progress")  # the first chart after a start loads the library that draws
        for name in ("rank", "uncertain"):
            with db.read() as session:
                title = find_queue(session, name).title
            made = decided_pages(client, name, decisions, draw)
            found[f"page: decision to the page of the next pair, queue “{title}”"] = made
        found |= list_pages(db, client, two.id, pages)
    if "refit" in parts:
        began = time.perf_counter()
        fitted = refit(db)
        found["refit, once"] = {"p50": (time.perf_counter() - began) * 1000, "n": 1, "accepted": fitted.accepted}
        found |= decide(db, "uncertain", me.id, decisions, draw, now, when=" after a refit")
    return found


def blind_queue(db: Database, me: Person, now: datetime) -> tuple[Queue, float]:
    """A large queue that two people work through without seeing each other, and the seconds of making it."""
    wanted = PairFilter.from_query({"bodies": "wtdc", "cross_body": "true", "flags": "listed"})
    began = time.perf_counter()
    with db.write() as session:
        made = define_queue(
            session, "Two", wanted, QueueOrder.RANK, person=me.id, role=me.role, now=now, reviewers=2, blind=True
        )
    return made, time.perf_counter() - began


def decide(
    db: Database, queue: str, person: str, times: int, draw: random.Random, now: datetime, when: str = ""
) -> dict[str, Any]:
    """Decision stored and next pair known, and the detail that the page then reads."""
    stored: list[float] = []
    read: list[float] = []
    with db.write() as session:
        found = find_queue(session, queue)
        at = next_pair(session, queue, person, now)
    assert isinstance(at, Claimed)
    viewer = Viewer(person, Role.REVIEWER, queue)
    with db.read() as session:
        detail = pair_detail(session, at.pair, None)
        version, score = detail.version, detail.row.probability  # type: ignore[union-attr]
    for place in range(times):
        request = DecisionRequest(
            at.pair, person, Role.REVIEWER, answer(draw, score), version, f"{queue}{place}{when}", queue=queue
        )
        began = time.perf_counter()
        with db.write() as session:
            record(session, request, now)
            at = next_pair(session, queue, person, now)
        stored.append(time.perf_counter() - began)
        assert isinstance(at, Claimed)
        began = time.perf_counter()
        with db.read() as session:
            version = pair_detail(session, at.pair, viewer).version  # type: ignore[union-attr]
        read.append(time.perf_counter() - began)
        with db.read() as session:
            score = pair_detail(session, at.pair, None).row.probability  # type: ignore[union-attr]
    title = "two blind reviewers" if found.blind else found.title
    return {
        f"decision and next pair, queue “{title}”{when}": figures(stored),
        f"detail of the pair, queue “{title}”{when}": figures(read),
    }


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL that runs from the binaries of the system until the block ends."""
    found = sorted(BINARIES.glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        raise SystemExit(f"no PostgreSQL below {BINARIES}; install Debian's package postgresql")
    binaries, user = found[-1], "postgres"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    data, sockets = folder / "data", folder
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, user)

    def call(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    if not data.exists():
        call(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", user, "-E", "UTF8", "--no-sync")
    settings = f"-c listen_addresses='' -c unix_socket_directories={sockets} -c shared_buffers=512MB"
    call(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-o", settings, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://{user}@/postgres?host={sockets}"
    finally:
        call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "fast", "stop")


@contextmanager
def measured(kind: str, folder: Path, pairs: int, keep: bool) -> Iterator[tuple[str, float | None]]:
    """The address of a database with so many pairs, and the seconds of its loading where it was loaded just now.

    Where databases are kept, it is a copy of the loaded one.
    """
    if kind == "SQLite":
        loaded, copy = folder / f"loaded-{pairs}.db", folder / "measured.db"
        seconds = None if loaded.exists() else loading(f"sqlite:///{loaded}", pairs)
        for rest in folder.glob("measured.db*"):
            rest.unlink()
        shutil.copy(loaded, copy) if keep else loaded.rename(copy)
        yield f"sqlite:///{copy}", seconds
        return
    with server(folder / "pg") as url:
        loaded_url = url.replace("/postgres?", f"/loaded_{pairs}?")
        exists = f"SELECT 1 FROM pg_database WHERE datname = 'loaded_{pairs}'"
        seconds = None
        if not statement(url, exists):
            statement(url, f"CREATE DATABASE loaded_{pairs}")
            seconds = loading(loaded_url, pairs)
        statement(url, "DROP DATABASE IF EXISTS measured")
        statement(url, f"CREATE DATABASE measured TEMPLATE loaded_{pairs} STRATEGY file_copy")
        yield url.replace("/postgres?", "/measured?"), seconds


def loading(url: str, pairs: int) -> float:
    """Make and fill a database; seconds come out."""
    db = open_database(url, upgrade=True)
    seconds = load(db, pairs)
    if db.is_sqlite:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return seconds


def statement(url: str, words: str) -> bool:
    """Whether a statement outside a transaction gave a row."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        done = connection.execute(text(words))
        found = done.returns_rows and done.first() is not None
    engine.dispose()
    return found


def one(url: str, given: argparse.Namespace) -> dict[str, Any]:
    """Measure one database."""
    db = open_database(url)
    found = measure(db, url, given.rounds, given.decisions, given.parts)
    with db.read() as session:
        query = "SELECT pg_database_size(current_database())"
        pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        size = session.execute(text(pages if db.is_sqlite else query)).scalar()
    db.close()
    for name, values in found.items():
        print(f"  {name}: {values}", flush=True)
    return {"bytes": int(size or 0), "milliseconds": found}


def run(given: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    """Measure each database in turn; figures of parts that are not measured now stay as they were."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="overlap-bench-") as made:
        folder = given.keep.resolve() if given.keep else Path(made)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        for kind in KINDS:
            held = before.get(kind, {})
            if given.only not in (None, kind):
                found[kind] = held
                continue
            with measured(kind, folder, given.pairs, given.keep is not None) as (url, seconds):
                print(
                    f"{kind}: {given.pairs:,} pairs" + (f", loaded in {seconds:.0f} s" if seconds else ""), flush=True
                )
                new = one(url, given)
            if seconds is not None:
                new["load_seconds"] = round(seconds, 1)
            kept = held.get("milliseconds", {}) if given.parts != PARTS else {}
            found[kind] = {**held, **new, "milliseconds": {**kept, **new["milliseconds"]}}
    return {kind: values for kind, values in found.items() if values}


def report(found: dict[str, Any]) -> str:
    """The result as tables for people."""
    kinds = list(found["databases"])
    facts = [
        f"{kind}: loaded in {values['load_seconds']:.0f} s, {values['bytes'] / 1e9:.1f} GB on disk."
        for kind, values in found["databases"].items()
        if "load_seconds" in values
    ]
    names = list(dict.fromkeys(n for kind in kinds for n in found["databases"][kind]["milliseconds"]))
    tables = [
        ("What the data layer takes, without HTTP", [name for name in names if not name.startswith(("page", "all"))]),
        ("What a person waits for: pages of the app, rendered, without a network", [
            name for name in names if name.startswith(("page", "all"))
        ]),
    ]  # fmt: skip
    lines = [
        "# The review database with a million pairs",
        "",
        f"Made {found['date']} at commit {found['commit']} on {found['machine']} by `{found['command']}`.",
        "",
        f"{found['pairs']:,} pairs, with 44,000 findings, 5,000 clusters and 4,600 decisions. Milliseconds.",
        *([found["note"]] if "note" in found else []),
        *facts,
        "",
        f"Load of the machine during the runs (1, 5 and 15 minutes): {', '.join(map(str, found['load']))}.",
        "The first chart that is drawn after a start of the app takes about a second more; it is not among the pages.",
    ]
    for title, rows in tables:
        lines += ["", f"## {title}", "", f"| measured | {' | '.join(f'{kind} p50 | p95 | most' for kind in kinds)} |"]
        lines.append(f"|---|{'---|' * 3 * len(kinds)}")
        for name in rows:
            cells = [_cells(found["databases"][kind]["milliseconds"].get(name, {})) for kind in kinds]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    goals = "Goals, at p95: decision and next pair 200 ms, list pages 300 ms; a refit 10 s."
    return "\n".join([*lines, "", goals, ""])


def _cells(values: dict[str, Any]) -> str:
    return " | ".join(f"{values[name]:.0f}" if name in values else "–" for name in ("p50", "p95", "max"))


def _switches(given: argparse.Namespace) -> str:
    told = {"decisions": given.decisions, "rounds": given.rounds}
    parts = f" --parts {','.join(given.parts)}" if given.parts != PARTS else ""
    return "".join(f" --{name} {value}" for name, value in told.items()) + parts


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3, help="pages read of each list, one after the other")
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--parts", type=lambda told: tuple(told.split(",")), default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--keep", type=Path, help="a folder that keeps the loaded databases")
    parser.add_argument("--dry", action="store_true", help="measure and print only")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}")
    commit = measured_commit()
    written = HERE / "review_database.json"
    before = json.loads(written.read_text(encoding="utf-8"))["databases"] if written.exists() else {}
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": f"python benchmarks/review_database.py{_switches(given)}",
        "pairs": given.pairs,
        "databases": run(given, before),
        "load": [round(value, 1) for value in os.getloadavg()],
    }
    if not given.dry:
        written.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (HERE / "review_database.md").write_text(report(found), encoding="utf-8")


if __name__ == "__main__":
    main()
