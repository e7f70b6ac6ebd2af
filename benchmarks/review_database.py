"""How fast the review database answers with a million pairs in it, on SQLite and on PostgreSQL.

``python benchmarks/review_database.py`` makes pairs as a large corpus would have them (texts, relations, scores and
bodies drawn with fixed seeds), loads them in bulk, and measures what a page asks of the data layer: storing a decision
and getting the next pair, the detail of a pair, and list pages with their counts for many filters and orders. Both
databases are made below the folder for temporary files and deleted afterwards; PostgreSQL is started from the
binaries of the system, as a user that may run it. Results: ``benchmarks/review_database.json`` and ``.md``.

Times are those of the calls, without HTTP. Each figure is over fresh pages: filters, orders and depths vary.
"""

import argparse
import json
import math
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

from sqlalchemy import Index, text

from pipeline.domain import Body, Outcome, QueueOrder, Relation, Role
from pipeline.review import classify, family_of, text_digest
from pipeline.review.learning import FEATURE_NAMES, features_to_bytes
from pipeline.store.database import Database, open_database
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.filters import Order, PairFilter
from pipeline.store.database.items import refresh_queues
from pipeline.store.database.learning import refit
from pipeline.store.database.listing import count_pairs, facets, list_pairs
from pipeline.store.database.people import add_person
from pipeline.store.database.queues import Claimed, define_queue, find_queue, next_pair
from pipeline.store.database.schema import METADATA
from pipeline.store.database.tallying import count_all
from pipeline.store.database.tuning import gather_statistics
from pipeline.store.database.views import Viewer

HERE = Path(__file__).resolve().parent
BINARIES = Path("/usr/lib/postgresql")
CLAUSES_A_TEXT = 12
PAIRS_A_CLAUSE = 10
BODIES = (Body.PP, Body.WTSA, Body.WTDC, Body.RA, Body.WRC, Body.COUNCIL)
SHARES = (0.25, 0.2, 0.2, 0.1, 0.15, 0.1)
RELATIONS = {
    Relation.THEME: 0.42, Relation.BOIL: 0.2, Relation.NONE: 0.12, Relation.SUB: 0.08, Relation.SAME_ACT: 0.05,
    Relation.PAR: 0.04, Relation.SAME_REQ: 0.03, Relation.CONF: 0.02, Relation.VERB: 0.02, Relation.REPORT: 0.015,
    Relation.COMP: 0.005,
}  # fmt: skip
VERBS = "publish study report develop maintain promote review coordinate convene assist strengthen consider"
STEMS = (
    "cable spectrum relay mast trailer census glossary siren roaming tariff archive beacon postal satellite numbering "
    "school rural hospital record balloon meeting laboratory emission panel form licence auction keyboard language map"
)


def sentence(draw: random.Random, number: int) -> str:
    """A clause text; words follow Zipf's law, so that some stand in almost every text and most in few."""
    words = [f"{STEMS.split()[int(draw.paretovariate(0.7)) % 30]}" for _ in range(8)]
    rare = f"{draw.choice(STEMS.split())}{int(draw.paretovariate(0.5)) % 20_000}"
    verb = draw.choice(VERBS.split())
    return f"to {verb} the {' '.join(words)} of the {rare}, item {number}, in cooperation with members;"


def corpus(pairs: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows of each table."""
    draw = random.Random(1)
    clauses = max(200, pairs // PAIRS_A_CLAUSE)
    texts = math.ceil(clauses / CLAUSES_A_TEXT)
    run = "20260101-000000-abcdef"
    yield "runs", [
        {"id": run, "sequence": 1, "created_at": "2026-01-01", "imported_at": "2026-01-01", "is_current": True,
         "folder": "", "corpus": "synthetic", "manifest": "{}", "report": "{}"}
    ]  # fmt: skip
    yield "documents", [
        {"id": f"doc/{n}", "path": f"{n}.docx", "digest": str(n), "format": "docx", "language": "en",
         "kind": "instruments", "present": True, "run": run} for n in range(texts)
    ]  # fmt: skip
    bodies = draw.choices(BODIES, SHARES, k=texts)
    works = [f"{body.value}/res/{n}" for n, body in enumerate(bodies)]
    yield "resolutions", [
        {"id": f"{works[n]}@2022", "work": works[n], "body": bodies[n].value, "sector": bodies[n].sector.value,
         "type": "res", "number": str(n), "edition": "2022", "year": 2022, "title": f"On text {n}",
         "citation": f"Resolution {n} (2022)", "language": "en", "standing": "in-force", "document": f"doc/{n}",
         "clauses": CLAUSES_A_TEXT, "place": n, "present": True, "run": run} for n in range(texts)
    ]  # fmt: skip
    words = [sentence(draw, n) for n in range(clauses)]
    digests = [text_digest(one) for one in words]
    names = [f"{works[n // CLAUSES_A_TEXT]}@2022#resolves.{n % CLAUSES_A_TEXT}" for n in range(clauses)]
    yield "texts", [{"digest": digests[n], "text": words[n], "number": n + 1} for n in range(clauses)]
    yield "text_words", [{"rowid": n + 1, "words": words[n]} for n in range(clauses)]
    yield "clauses", [
        {"id": names[n], "series": names[n].replace("@2022", ""), "resolution": f"{works[n // CLAUSES_A_TEXT]}@2022",
         "work": works[n // CLAUSES_A_TEXT], "part": "operative", "call": "resolves", "label": str(n),
         "citation": f"Resolution {n // CLAUSES_A_TEXT} (2022), item {n % CLAUSES_A_TEXT}", "spot": "resolves",
         "digest": digests[n], "language": "en", "place": n % CLAUSES_A_TEXT, "present": True, "run": run}
        for n in range(clauses)
    ]  # fmt: skip
    yield from pair_rows(draw, pairs, clauses, names, digests, works, bodies, run)


def pair_rows(
    draw: random.Random, pairs: int, clauses: int, names: list[str], digests: list[str], works: list[str],
    bodies: list[Body], run: str,
) -> Iterator[tuple[str, list[dict[str, Any]]]]:  # fmt: skip
    """Rows of pairs, evidence and features, in parts; the rank follows the score as in an import."""
    relations = draw.choices(tuple(RELATIONS), tuple(RELATIONS.values()), k=pairs)
    scores = [draw.betavariate(0.6, 1.6) * 0.9 + 0.1 for _ in range(pairs)]
    ordered = sorted(range(pairs), key=lambda n: (not relations[n].is_finding, -scores[n]))
    body = json.dumps({"bias": -6.4, "contributions": [
        {"feature": name, "value": 0.5, "points": 0.5, "sentence": "what this line means in words, as long as usual"}
        for name in FEATURE_NAMES[1:9]], "matches": [], "reasons_for": [], "reasons_against": []})  # fmt: skip
    for start in range(0, pairs, 50_000):
        part = []
        for rank, n in enumerate(ordered[start : start + 50_000], start=start + 1):
            i = draw.randrange(clauses)
            j = (i + draw.randrange(CLAUSES_A_TEXT, clauses)) % clauses
            a, b = i // CLAUSES_A_TEXT, j // CLAUSES_A_TEXT
            left, right = draw.random(), draw.random() * scores[n]
            part.append({
                "id": f"p-{n:016x}", "left_clause": names[i], "right_clause": names[j], "left_work": works[a],
                "right_work": works[b], "left_digest": digests[i],
                "left_number": i + 1, "right_number": j + 1, "right_digest": digests[j],
                "bodies": "|".join(sorted((bodies[a].value, bodies[b].value))),
                "family": family_of(digests[i], digests[j]), "finding": f"f-{min(a, b):06d}",
                "cluster": f"c-{i % 5_000:05d}" if draw.random() < 0.1 else None, "relation": relations[n].value,
                "wording": classify(relations[n], left, right).value, "probability": scores[n], "similarity": scores[n],
                "containment_left": left, "containment_right": right, "information": draw.random(), "rank": rank,
                "demoted": not relations[n].is_finding, "doubtful": draw.random() < 0.05, "run": run,
                "learned": -1.0, "doubt": -1.0, "version": 0, "text_version": 0, "state": "open", "decided_at": "",
                "reviews": 0, "comments": 0,
            })  # fmt: skip
        yield "pairs", part
        yield "evidence", [{"pair": row["id"], "body": body} for row in part]
        yield "features", [{"pair": row["id"], "vector": vector(draw, row)} for row in part]


def vector(draw: random.Random, row: dict[str, Any]) -> bytes:
    """What a model sees of a pair: measures around its score, and its relation."""
    odds = math.log(row["probability"] / (1.0001 - row["probability"]))
    measured = [min(1.0, max(0.0, row["probability"] + draw.gauss(0, 0.2))) for _ in range(9)]
    shares = (row["containment_left"], row["containment_right"], row["information"], 1.0)
    return features_to_bytes((odds, *measured, *shares, *(float(r.value == row["relation"]) for r in Relation)))


def load(db: Database, pairs: int) -> float:
    """Fill an empty database; seconds come out. Indexes are made when all rows are in."""
    began = time.perf_counter()
    late = [index for name in ("pairs", "clauses", "resolutions") for index in METADATA.tables[name].indexes]
    with db.engine.begin() as connection:
        for index in late:
            index.drop(connection)
    for table, rows in corpus(pairs):
        insert_rows(db, table, rows)
    with db.engine.begin() as connection:
        for index in late:
            Index.create(index, connection)
    with db.write() as session:
        count_all(session)
        refresh_queues(session, "2026-01-01", "overlap")
        gather_statistics(session)
    return time.perf_counter() - began


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
    "reviewer": "reviewer=@me",
    "probability": "least=0.9&relations=SUB",
    "low probability, one body": "most=0.15&bodies=ra",
    "doubtful and verbatim": "flags=doubtful&classes=verbatim",
    "work": "work=@work",
    "common word": "text=cable",
    "rare word": "text=cable17",
    "two words and a relation": "text=relay spectrum rel:VERB",
    "a word left out": "text=mast -cable",
    "nothing matches": "bodies=gr&relations=CONF",
}


def measure(db: Database, decisions: int, rounds: int) -> dict[str, Any]:
    """All figures of one database."""
    now = datetime.now(UTC)
    with db.write() as session:
        me = add_person(session, "me", "Me", Role.REVIEWER, now)
        wanted = PairFilter.from_query({"bodies": "wtdc", "cross_body": "true", "flags": "listed"})
        began = time.perf_counter()
        two = define_queue(
            session, "Two", wanted, QueueOrder.RANK, person=me.id, role=me.role, now=now, reviewers=2, blind=True
        )
        defined = time.perf_counter() - began
    found: dict[str, Any] = {"define a queue of " + f"{two.size:,} pairs, once": {"p50": defined * 1000, "n": 1}}
    draw = random.Random(2)
    for name in ("rank", "learned", two.id):
        found |= decide(db, name, me.id, decisions, draw, now)
    began = time.perf_counter()
    fitted = refit(db)
    found["refit, once"] = {"p50": (time.perf_counter() - began) * 1000, "n": 1, "accepted": fitted.accepted}
    found |= decide(db, "uncertain", me.id, decisions, draw, now, when=" after a refit")
    found |= lists(db, me.id, rounds)
    return found


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
    title = found.title if queue != "Two" else "two blind reviewers"
    return {
        f"decision and next pair, queue “{title}”{when}": figures(stored),
        f"detail of the pair, queue “{title}”{when}": figures(read),
    }


def answer(draw: random.Random, score: float) -> Outcome:
    """What somebody may say of a pair: overlaps the more often, the higher the score; one in ten is put off."""
    if draw.random() < 0.1:
        return Outcome.POSTPONED
    return Outcome.REPEATS if draw.random() < score else Outcome.UNRELATED


def lists(db: Database, person: str, rounds: int) -> dict[str, Any]:
    """List pages: rows, number and facets of one page, as the page of the app asks for them."""
    found: dict[str, Any] = {}
    whole: list[float] = []
    for name, query in FILTERS.items():
        with db.read() as session:
            work = session.execute(text("SELECT left_work FROM pairs WHERE rank = 1000")).scalar()
        fields = query.replace("@me", person).replace("@work", str(work)).split("&")
        wanted = PairFilter.from_query([tuple(one.split("=", 1)) for one in fields if one])  # type: ignore[misc]
        rows: list[float] = []
        counts: list[float] = []
        for order in Order:
            token = None
            for _ in range(rounds):
                began = time.perf_counter()
                with db.read() as session:
                    page = list_pairs(session, wanted, order, token, 50, Viewer(person, Role.REVIEWER))
                rows.append(time.perf_counter() - began)
                began = time.perf_counter()
                with db.read() as session:
                    count_pairs(session, wanted)
                    facets(session, wanted)
                counts.append(time.perf_counter() - began)
                whole.append(rows[-1] + counts[-1])
                token = page.next
        found[f"list: {name}"] = {**figures(rows), "counts p95": round(1000 * quantile(counts, 0.95), 1)}
    found["list pages with number and facets, all filters and orders"] = figures(whole)
    return found


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


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a server that runs from the binaries of the system until the block ends."""
    found = sorted(BINARIES.glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        raise SystemExit(f"no PostgreSQL below {BINARIES}; install Debian's package postgresql")
    binaries, user = found[-1], "postgres"
    folder.chmod(0o755)
    data, sockets = folder / "data", folder
    shutil.chown(folder, user)
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []

    def call(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    call(str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", user, "-E", "UTF8", "--no-sync")
    settings = f"-c listen_addresses='' -c unix_socket_directories={sockets} -c shared_buffers=512MB"
    call(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-o", settings, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://{user}@/postgres?host={sockets}"
    finally:
        call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")


def run(pairs: int, decisions: int, rounds: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Measure each database in turn."""
    found: dict[str, Any] = {}
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="overlap-bench-") as name:
            folder = Path(name)
            if kind == "SQLite":
                found[kind] = one(f"sqlite:///{folder / 'review.db'}", pairs, decisions, rounds)
            else:
                with postgresql(folder) as url:
                    found[kind] = one(url, pairs, decisions, rounds)
    return found


def one(url: str, pairs: int, decisions: int, rounds: int) -> dict[str, Any]:
    """Load and measure one database."""
    db = open_database(url, upgrade=True)
    seconds = load(db, pairs)
    print(f"{db.url}: {pairs:,} pairs loaded in {seconds:.0f} s", flush=True)
    found = measure(db, decisions, rounds)
    with db.read() as session:
        query = "SELECT pg_database_size(current_database())"
        pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        size = session.execute(text(pages if db.is_sqlite else query)).scalar()
    db.close()
    for name, values in found.items():
        print(f"  {name}: {values}", flush=True)
    return {"load_seconds": round(seconds, 1), "bytes": int(size or 0), "milliseconds": found}


def report(found: dict[str, Any]) -> str:
    """The result as a table for people."""
    kinds = list(found["databases"])
    head = " | ".join(f"{kind} p50 | p95" for kind in kinds)
    lines = [
        "# The review database with a million pairs",
        "",
        f"Made {found['date']} at commit {found['commit']} on {found['machine']} by `{found['command']}`.",
        "",
        f"{found['pairs']:,} pairs. Milliseconds of the calls of the data layer, without HTTP.",
        *([found["note"]] if "note" in found else []),
        *(
            f"{kind}: loaded in {found['databases'][kind]['load_seconds']:.0f} s, "
            f"{found['databases'][kind]['bytes'] / 1e9:.1f} GB on disk."
            for kind in kinds
        ),
        "",
        f"| measured | {head} |",
        f"|---|{'---|' * 2 * len(kinds)}",
    ]
    for name in dict.fromkeys(n for kind in kinds for n in found["databases"][kind]["milliseconds"]):
        cells = []
        for kind in kinds:
            values = found["databases"][kind]["milliseconds"].get(name, {})
            cells.append(f"{values.get('p50', float('nan')):.0f} | {values['p95']:.0f}" if "p95" in values else
                         f"{values.get('p50', float('nan')):.0f} | –")  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([
        *lines, "", "Goals, at p95: decision and next pair 200 ms, list pages 300 ms; a refit 10 s.", ""
    ])  # fmt: skip


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--dry", action="store_true", help="measure and print only")
    given = parser.parse_args()
    kinds = (given.only,) if given.only else ("SQLite", "PostgreSQL")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE).stdout
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": "python benchmarks/review_database.py",
        "pairs": given.pairs,
        "databases": run(given.pairs, given.decisions, given.rounds, kinds),
    }
    if not given.dry:
        (HERE / "review_database.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (HERE / "review_database.md").write_text(report(found), encoding="utf-8")


if __name__ == "__main__":
    main()
