"""How long a refit takes with a million pairs in the database.

``python benchmarks/learning_refit.py [DATABASE]`` loads a SQLite database with a million made-up pairs below the
folder for temporary files, or copies DATABASE, one that ``benchmarks/review_database.py`` loaded. A person decides 500
pairs by rank and 500 drawn at random; then the model is fitted. After that ten more pairs of the learned queue are
decided and the model fitted again, several times, as in use. Writes ``benchmarks/learning_refit.json`` and ``.md``.
"""

import argparse
import json
import os
import platform
import random
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from review_database import answer, load
from sqlalchemy import text
from tree import measured_commit

from pipeline.domain import Role
from pipeline.store.database import Database, open_database
from pipeline.store.database.decisions import DecisionRequest, record
from pipeline.store.database.learning import refit
from pipeline.store.database.people import add_person
from pipeline.store.database.queues import Claimed, next_pair

HERE = Path(__file__).resolve().parent
PAIRS = 1_000_000
BEFORE = 1_000
ROUNDS = 5
GOAL = 10.0


def decide(db: Database, person: str, names: list[str], at: datetime, draw: random.Random) -> None:
    """One decision on each pair; overlaps the more often, the higher the score."""
    for name in names:
        with db.write() as session:
            row = session.execute(text("SELECT probability, version FROM pairs WHERE id = :id"), {"id": name}).one()
            outcome = answer(draw, row.probability)
            record(session, DecisionRequest(name, person, Role.REVIEWER, outcome, row.version, f"{name}{at}"), at)


def measure(db: Database) -> list[dict[str, Any]]:
    """What each refit took, the first one after a thousand decisions."""
    draw, at = random.Random(3), datetime.now(UTC)
    with db.write() as session:
        me = add_person(session, "me", "Me", Role.REVIEWER, at).id
    with db.read() as session:
        first = session.execute(text(f"SELECT id FROM pairs ORDER BY rank LIMIT {BEFORE // 2}")).scalars().all()
        further = f"SELECT id FROM pairs WHERE rank > {BEFORE} AND rank % {PAIRS // BEFORE} = 7 LIMIT {BEFORE // 2}"
        drawn = session.execute(text(further)).scalars().all()
    decide(db, me, [*first, *drawn], at, draw)
    out = []
    for round_ in range(ROUNDS):
        at += timedelta(minutes=10)
        began = time.perf_counter()
        made = refit(db, at)
        seconds = time.perf_counter() - began
        decisions = made.card.decisions if made.card else 0
        out.append({"decisions": decisions, "scored": made.scored, "accepted": made.accepted, "why": made.why,
                    "seconds": round(seconds, 2)})  # fmt: skip
        print(out[-1], flush=True)
        for step in range(10):
            with db.write() as session:
                given = next_pair(session, "learned", me, at + timedelta(seconds=step))
            if isinstance(given, Claimed):
                decide(db, me, [given.pair], at + timedelta(seconds=step, minutes=round_ + 1), draw)
    return out


def report(found: dict[str, Any]) -> str:
    """The result as a table for people."""
    lines = [
        "# A refit with a million pairs",
        "",
        f"Made {found['date']} at commit {found['commit']} on {found['machine']} by `{found['command']}`.",
        f"Load average {found['load']} at the start.",
        "",
        f"{PAIRS:,} made-up pairs in SQLite. Seconds of the whole call: reading the decisions and the open pairs,",
        "neighbours, cross-validation, fit, new probabilities and new places in two queues.",
        "",
        "| refit | decisions | open pairs in the new order | accepted | seconds |",
        "|---|---|---|---|---|",
        *(
            f"| {n} | {one['decisions']:,} | {one['scored']:,} | {'yes' if one['accepted'] else 'no'} | "
            f"{one['seconds']:.1f} |"
            for n, one in enumerate(found["refits"], 1)
        ),
        "",
        f"The goal is {GOAL:.0f} s.",
        *([found["note"]] if found["note"] else []),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, nargs="?", help="a loaded database, which is copied")
    parser.add_argument("--note", default="", help="what the reader of the figures should know")
    parser.add_argument("--dry", action="store_true", help="measure and print only")
    given = parser.parse_args()
    load_average = f"{os.getloadavg()[0]:.1f}"
    with tempfile.TemporaryDirectory(prefix="overlap-bench-") as folder:
        path = Path(folder) / "review.db"
        if given.database is not None:
            shutil.copyfile(given.database, path)
        db = open_database(f"sqlite:///{path}", upgrade=True)
        if given.database is None:
            print(f"loaded in {load(db, PAIRS):.0f} s", flush=True)
        refits = measure(db)
        db.close()
    commit = measured_commit()
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": "python benchmarks/learning_refit.py",
        "load": load_average,
        "note": given.note,
        "refits": refits,
    }
    if not given.dry:
        (HERE / "learning_refit.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        (HERE / "learning_refit.md").write_text(report(found), encoding="utf-8")


if __name__ == "__main__":
    main()
