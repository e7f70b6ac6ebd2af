"""Rows of a review database as a large corpus would fill it: invented texts, relations, scores and decisions.

All is drawn with fixed seeds, so that every database of one size holds the same. Used by ``review_database.py``.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from pipeline.domain import Body, Manifest, Outcome, Relation, Role, Sector
from pipeline.review import classify, family_of, text_digest
from pipeline.review.claims import stamp
from pipeline.review.learning import FEATURE_NAMES, features_to_bytes
from pipeline.review.ledger import GENESIS, canonical, chain_digest

__all__ = ["RUN", "Rows", "answer", "table_rows"]

Row = dict[str, Any]
RUN = "20260101-000000-abcdef"
PEOPLE = ("anna", "boris", "chen", "dalia", "emile")
CLAUSES_A_TEXT = 12
PAIRS_A_CLAUSE = 10
TEXTS_A_GROUP = 1_000
"""A finding joins a text with this many others: some twenty-five pairs a finding."""

DECIDED = 0.005
CLUSTERS = 5_000
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
_VERBS, _STEMS = VERBS.split(), STEMS.split()


def sentence(draw: random.Random, number: int) -> str:
    """A clause text; words follow Zipf's law, so that some stand in almost every text and most in few."""
    words = [f"{_STEMS[int(draw.paretovariate(0.7)) % 30]}" for _ in range(8)]
    rare = f"{draw.choice(_STEMS)}{int(draw.paretovariate(0.5)) % 20_000}"
    verb = draw.choice(_VERBS)
    return f"to {verb} the {' '.join(words)} of the {rare}, item {number}, in cooperation with members;"


def answer(draw: random.Random, score: float) -> Outcome:
    """What somebody may say of a pair: overlaps the more often, the higher the score; one in ten is put off."""
    if draw.random() < 0.1:
        return Outcome.POSTPONED
    return Outcome.REPEATS if draw.random() < score else Outcome.UNRELATED


@dataclass(frozen=True)
class Rows:
    """What all tables of a database with so many pairs share."""

    pairs: int

    @cached_property
    def draw(self) -> random.Random:
        """Where all chance comes from."""
        return random.Random(1)

    @property
    def clauses(self) -> int:
        """Number of clauses."""
        return max(200, self.pairs // PAIRS_A_CLAUSE)

    @property
    def texts(self) -> int:
        """Number of resolutions."""
        return math.ceil(self.clauses / CLAUSES_A_TEXT)

    @cached_property
    def bodies(self) -> Sequence[Body]:
        """The body of each resolution."""
        return self.draw.choices(BODIES, SHARES, k=self.texts)

    @cached_property
    def works(self) -> Sequence[str]:
        """The work of each resolution."""
        return [f"{body.value}/res/{n}" for n, body in enumerate(self.bodies)]

    @cached_property
    def words(self) -> Sequence[str]:
        """The text of each clause."""
        return [sentence(self.draw, n) for n in range(self.clauses)]

    @cached_property
    def digests(self) -> Sequence[str]:
        """The digest of each text."""
        return [text_digest(one) for one in self.words]

    @cached_property
    def names(self) -> Sequence[str]:
        """The identifier of each clause."""
        return [f"{self.works[n // CLAUSES_A_TEXT]}@2022#resolves.{n % CLAUSES_A_TEXT}" for n in range(self.clauses)]


def table_rows(pairs: int) -> Iterator[tuple[str, list[Row]]]:
    """Rows of each table, in parts."""
    held = Rows(pairs)
    yield from _read(held)
    found: Counter[str] = Counter()
    judged: list[Row] = []
    for part in _pair_rows(held):
        found.update(row["finding"] for row in part)
        judged += [row for row in part if row["state"] == "decided"]
        yield "pairs", part
        body = json.dumps({"bias": -6.4, "contributions": [
            {"feature": name, "value": 0.5, "points": 0.5, "sentence": "what this line means in words, as long as ever"}
            for name in FEATURE_NAMES[1:9]], "matches": [], "reasons_for": [], "reasons_against": []})  # fmt: skip
        yield "evidence", [{"pair": row["id"], "body": body} for row in part]
        yield "features", [{"pair": row["id"], "vector": vector(held.draw, row)} for row in part]
    yield "findings", list(_finding_rows(held, found))
    yield "clusters", list(_cluster_rows(held))
    yield from _ledger(judged)


def _read(held: Rows) -> Iterator[tuple[str, list[Row]]]:
    """The run and what it read."""
    texts = range(held.texts)
    manifest = Manifest(RUN, "2026-01-01T00:00:00+00:00", "invented", counts={"pairs": held.pairs})
    report = {"run": RUN, "pairs": held.pairs, "new": held.pairs, "kept": 0, "changed": 0, "gone": 0, "moved": 0,
              "recheck": 0, "archived": 0, "decisions_kept": 0, "already": False}  # fmt: skip
    yield "runs", [
        {"id": RUN, "sequence": 1, "created_at": manifest.created_at, "imported_at": "2026-01-01T00:10:00+00:00",
         "is_current": True, "folder": "", "corpus": "invented", "manifest": json.dumps(asdict(manifest)),
         "report": json.dumps(report)}
    ]  # fmt: skip
    yield "documents", [
        {"id": f"doc/{n}", "path": f"{n}.docx", "digest": str(n), "format": "docx", "language": "en",
         "title": f"On text {n}", "grade": "good", "kind": "instruments", "present": True, "run": RUN} for n in texts
    ]  # fmt: skip
    yield "resolutions", [
        {"id": f"{held.works[n]}@2022", "work": held.works[n], "body": held.bodies[n].value,
         "sector": held.bodies[n].sector.value, "type": "res", "number": str(n), "edition": "2022", "year": 2022,
         "title": f"On {_STEMS[n % 30]} and {_STEMS[n % 29]}, text {n}", "citation": f"Resolution {n} (2022)",
         "language": "en", "standing": "in-force", "document": f"doc/{n}", "clauses": CLAUSES_A_TEXT, "place": n,
         "present": True, "run": RUN} for n in texts
    ]  # fmt: skip
    numbers = range(held.clauses)
    yield "texts", [{"digest": held.digests[n], "text": held.words[n], "number": n + 1} for n in numbers]
    yield "text_words", [{"rowid": n + 1, "words": held.words[n]} for n in numbers]
    yield "clauses", [
        {"id": held.names[n], "series": held.names[n].replace("@2022", ""),
         "resolution": f"{held.works[n // CLAUSES_A_TEXT]}@2022", "work": held.works[n // CLAUSES_A_TEXT],
         "part": "operative", "call": "resolves", "label": str(n),
         "citation": f"Resolution {n // CLAUSES_A_TEXT} (2022), item {n % CLAUSES_A_TEXT}", "spot": "resolves",
         "digest": held.digests[n], "language": "en", "place": n % CLAUSES_A_TEXT, "present": True, "run": RUN}
        for n in numbers
    ]  # fmt: skip


def finding_of(a: int, b: int) -> str:
    """The finding of the pairs between two texts."""
    return f"f-{min(a, b):06d}-{max(a, b) // TEXTS_A_GROUP:04d}"


def _pair_rows(held: Rows) -> Iterator[list[Row]]:
    """Rows of pairs in parts; the rank follows the score as in an import, and some are decided."""
    draw, clauses, pairs = held.draw, held.clauses, held.pairs
    relations = draw.choices(tuple(RELATIONS), tuple(RELATIONS.values()), k=pairs)
    scores = [draw.betavariate(0.6, 1.6) * 0.9 + 0.1 for _ in range(pairs)]
    ordered = sorted(range(pairs), key=lambda n: (not relations[n].is_finding, -scores[n]))
    for start in range(0, pairs, 50_000):
        part = []
        for rank, n in enumerate(ordered[start : start + 50_000], start=start + 1):
            i = draw.randrange(clauses)
            j = (i + draw.randrange(CLAUSES_A_TEXT, clauses)) % clauses
            a, b = i // CLAUSES_A_TEXT, j // CLAUSES_A_TEXT
            left, right = draw.random(), draw.random() * scores[n]
            part.append({
                "id": f"p-{n:016x}", "left_clause": held.names[i], "right_clause": held.names[j],
                "left_work": held.works[a], "right_work": held.works[b], "left_digest": held.digests[i],
                "left_number": i + 1, "right_number": j + 1, "right_digest": held.digests[j],
                "bodies": "|".join(sorted((held.bodies[a].value, held.bodies[b].value))),
                "family": family_of(held.digests[i], held.digests[j]), "finding": finding_of(a, b),
                "cluster": f"c-{i % CLUSTERS:05d}" if draw.random() < 0.1 else None, "relation": relations[n].value,
                "wording": classify(relations[n], left, right).value, "probability": scores[n], "similarity": scores[n],
                "containment_left": left, "containment_right": right, "information": draw.random(), "rank": rank,
                "demoted": not relations[n].is_finding, "doubtful": draw.random() < 0.05, "run": RUN,
                "learned": -1.0, "doubt": -1.0, "text_version": 0, "comments": 0, **_decided(draw, scores[n]),
            })  # fmt: skip
        yield part


def _decided(draw: random.Random, score: float) -> Row:
    """The state of a pair: one in two hundred was decided in the past months."""
    outcome = answer(draw, score)
    if draw.random() >= DECIDED or not outcome.is_final:
        return {"version": 0, "state": "open", "outcome": None, "decided_by": None, "decided_at": "", "reviews": 0}
    at = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=draw.randrange(300_000))
    person = draw.choice(PEOPLE)
    return {
        "version": 1, "state": "decided", "outcome": outcome.value, "decided_by": person, "decided_at": stamp(at),
        "reviews": 1,
    }  # fmt: skip


def vector(draw: random.Random, row: Row) -> bytes:
    """What a model sees of a pair: measures around its score, and its relation."""
    odds = math.log(row["probability"] / (1.0001 - row["probability"]))
    measured = [min(1.0, max(0.0, row["probability"] + draw.gauss(0, 0.2))) for _ in range(9)]
    shares = (row["containment_left"], row["containment_right"], row["information"], 1.0)
    return features_to_bytes((odds, *measured, *shares, *(float(r.value == row["relation"]) for r in Relation)))


def _finding_rows(held: Rows, found: Counter[str]) -> Iterator[Row]:
    draw = held.draw
    names = list(found)
    draw.shuffle(names)
    told = [one for one in RELATIONS if one.is_finding]
    detail = json.dumps({"pairs": [], "parts": [], "factors": [], "remedies": [], "reasons": [], "name_in_run": ""})
    for rank, name in enumerate(names, start=1):
        a, group = int(name[2:8]), int(name[9:])
        b = min(held.texts - 1, max(a + 1, group * TEXTS_A_GROUP))
        bodies = held.bodies[a], held.bodies[b]
        yield {
            "id": name, "rank": rank, "a": f"{held.works[a]}@2022", "b": f"{held.works[b]}@2022",
            "work_a": held.works[a], "work_b": held.works[b], "relation": draw.choice(told).value,
            "score": 1 - rank / (len(names) + 1), "coverage_a": draw.random(), "coverage_b": draw.random(),
            "cross_body": bodies[0] is not bodies[1], "headline": None,
            "cluster": f"c-{draw.randrange(CLUSTERS):05d}" if draw.random() < 0.1 else None, "detail": detail,
            "pairs": found[name], "present": True, "run": RUN,
        }  # fmt: skip


def _cluster_rows(held: Rows) -> Iterator[Row]:
    for n in range(min(CLUSTERS, held.clauses)):
        members = range(n, held.clauses, CLUSTERS)[: 2 + n % 19]
        bodies = sorted({held.bodies[i // CLAUSES_A_TEXT].value for i in members})
        yield {
            "id": f"c-{n:05d}", "label": f"{_STEMS[n % 30]} {n}", "theme": _STEMS[n % 30], "medoid": held.names[n],
            "size": len(members), "bodies": json.dumps(bodies),
            "members": json.dumps([held.names[i] for i in members]), "present": True, "run": RUN,
        }  # fmt: skip


def _ledger(judged: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The decisions behind the decided pairs, with the lines of the ledger, and who made them."""
    yield "people", [
        {"id": name, "login": name, "name": name.title(), "role": Role.ANALYST.value, "sector": Sector.T.value,
         "active": True, "created_at": "2026-01-01T00:00:00+00:00"} for name in PEOPLE
    ]  # fmt: skip
    judged = sorted(judged, key=lambda row: (row["decided_at"], row["id"]))
    events, decisions, reviews = [], [], []
    previous = GENESIS
    for seq, row in enumerate(judged, start=1):
        decision = {
            "id": f"d-{seq:016x}", "pair": row["id"], "left": row["left_clause"], "right": row["right_clause"],
            "left_digest": row["left_digest"], "right_digest": row["right_digest"], "outcome": row["outcome"],
            "reviewer": row["decided_by"], "role": Role.ANALYST.value, "run": RUN, "made_at": row["decided_at"],
            "queue": "rank",
        }  # fmt: skip
        line = {
            "seq": seq, "id": decision["id"], "at": row["decided_at"], "actor": row["decided_by"],
            "role": Role.ANALYST.value, "kind": "decision", "subject": row["id"], "run": RUN,
            "body": canonical(decision),
        }  # fmt: skip
        events.append({**line, "previous": previous, "digest": (previous := chain_digest(previous, line))})
        decisions.append({**decision, "seq": seq, "version": 1})
        reviews.append({
            "pair": row["id"], "person": row["decided_by"], "decision": decision["id"], "outcome": row["outcome"],
            "made_at": row["decided_at"], "adjudicates": False, "stale": False,
        })  # fmt: skip
    yield from (("events", events), ("decisions", decisions), ("reviews", reviews))
