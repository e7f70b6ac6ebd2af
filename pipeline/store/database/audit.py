"""The ledger as a whole: its lines, whether it is what was written, and its decisions as lines of JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from pipeline.domain import Outcome, Remedy, ReviewDecision, Role
from pipeline.errors import InputError
from pipeline.review.claims import stamp
from pipeline.review.ledger import GENESIS, chain_digest
from pipeline.store.database.paging import Key, fetch_page
from pipeline.store.database.recording import add_decision, add_event, event_line, refresh_pair
from pipeline.store.database.schema import decisions, events, pairs, people
from pipeline.store.database.views import Page

__all__ = [
    "SCHEMA",
    "ChainReport",
    "Event",
    "EventFilter",
    "ImportedDecisions",
    "export_decisions",
    "export_events",
    "holds_digest",
    "import_decisions",
    "list_events",
    "verify_chain",
]

SCHEMA = "overlap-decisions/1"
"""First line of an export: ``{"schema": "overlap-decisions/1", …}``; each further line is one decision."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which lines of the ledger; times are ISO 8601 in UTC, ``since`` included and ``until`` not."""

    kinds: tuple[str, ...] = ()
    actor: str | None = None
    subject: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the ledger; ``name`` is that of the actor, ``body`` what else is known."""

    seq: int
    id: str
    at: str
    actor: str
    name: str
    role: str
    kind: str
    subject: str
    run: str
    body: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether the ledger is whole: number of lines, the digest of the last one, and what is wrong, first things first.

    Keep ``head`` elsewhere: a ledger that was cut off at its end shows by it alone.
    """

    lines: int
    head: str
    faults: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class ImportedDecisions:
    """How many decisions came in, how many were here before, and which lines were refused, with the reason."""

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]


def list_events(
    session: Session, wanted: EventFilter | None = None, after: str | None = None, limit: int = 50
) -> Page[Event]:
    """One page of the ledger, the newest line first.

    Raises:
        FilterError: the token was not made here.
    """
    wanted = wanted or EventFilter()
    query = select(events, people.c.name).join(people, people.c.id == events.c.actor, isouter=True)
    if wanted.kinds:
        query = query.where(events.c.kind.in_(wanted.kinds))
    for column, value in ((events.c.actor, wanted.actor), (events.c.subject, wanted.subject)):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(events.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(events.c.at < wanted.until)
    key = Key((events.c.seq,), descending=True)
    return fetch_page(session, query, key, after, limit, lambda rows: [_event(row._mapping) for row in rows])


def verify_chain(session: Session) -> ChainReport:
    """Compute the digests of all lines anew, and compare every decision with the line that recorded it."""
    faults: list[str] = []
    previous, count = GENESIS, 0
    kept: dict[str, dict[str, Any]] = {}
    for row in session.execute(select(events).order_by(events.c.seq).execution_options(yield_per=5_000)).mappings():
        count += 1
        if row["seq"] != count:
            faults.append(f"line {count} is missing: line {row['seq']} follows line {count - 1}")
            count = row["seq"]
        if row["previous"] != previous:
            faults.append(f"line {row['seq']} does not follow the line before it")
        if row["digest"] != chain_digest(row["previous"], event_line(row)):
            faults.append(f"line {row['seq']} was changed after it was written")
        previous = row["digest"]
        if row["kind"] in ("decision", "undo"):
            kept[row["id"]] = json.loads(row["body"])
    faults.extend(_strayed(session, kept))
    return ChainReport(count, previous, tuple(faults))


def holds_digest(session: Session, digest: str) -> bool:
    """Whether a line of the ledger has this digest, or begins with it."""
    query = select(events.c.seq).where(events.c.digest.startswith(digest, autoescape=True)).limit(1)
    return bool(digest) and session.execute(query).first() is not None


def export_events(session: Session) -> Iterator[str]:
    """The whole ledger, one JSON object a line, in order."""
    for row in session.execute(select(events).order_by(events.c.seq)).mappings():
        yield json.dumps({**row, "body": json.loads(row["body"])}, ensure_ascii=False, sort_keys=True)


def export_decisions(session: Session) -> Iterator[str]:
    """A head with the schema, then all decisions in order, one JSON object a line; people are named by their logins."""
    logins = {row.id: row.login for row in session.execute(select(people.c.id, people.c.login))}
    yield json.dumps({"schema": SCHEMA})
    for row in session.execute(select(decisions).order_by(decisions.c.seq)).mappings():
        line = {field.name: row[field.name] for field in fields(ReviewDecision)}
        line["reviewer"] = logins.get(line["reviewer"], line["reviewer"])
        yield json.dumps(
            {k: v for k, v in line.items() if v not in (None, "", False)}, ensure_ascii=False, sort_keys=True
        )


def import_decisions(
    session: Session, lines: Iterable[str], person: str, role: Role = Role.ADMIN, now: datetime | None = None
) -> ImportedDecisions:
    """Add the decisions of an export that are not here yet; doing it again adds nothing.

    A decision keeps its identifier, its time and its reviewer. It is refused where the database does not know its
    pair or its reviewer, with the number of the line and the reason; the others come in all the same.

    Raises:
        InputError: the first line does not tell the schema, or it is another one.
    """
    rest = iter(lines)
    _check_head(next(rest, ""))
    at = stamp(now or datetime.now(UTC))
    logins = {row.login: row.id for row in session.execute(select(people.c.id, people.c.login))}
    held = set(session.execute(select(decisions.c.id)).scalars())
    present = set(session.execute(select(pairs.c.id)).scalars())
    added, known, touched = 0, 0, dict[str, None]()
    refused: list[tuple[int, str]] = []
    for number, line in enumerate(rest, start=2):
        if not line.strip():
            continue
        read = _read(line, logins)
        if isinstance(read, str):
            refused.append((number, read))
        elif read.id in held:
            known += 1
        elif read.pair not in present:
            refused.append((number, f"no run that was imported has the pair {read.pair}"))
        elif read.undoes is not None and read.undoes not in held:
            refused.append((number, f"the decision {read.undoes}, which it takes back, is not here"))
        else:
            add_decision(session, read, actor=person, role=role.value, at=at, version=0, key=None)
            held.add(read.id)
            touched[read.pair] = None
            added += 1
    for pair in touched:
        refresh_pair(session, pair)
    if added:
        body: dict[str, object] = {"added": added, "known": known, "refused": len(refused)}
        add_event(session, "decisions-imported", at=at, actor=person, role=role.value, body=body)
    return ImportedDecisions(added, known, tuple(refused))


def _event(row: RowMapping) -> Event:
    names = ("seq", "id", "at", "actor", "role", "kind", "subject", "run", "digest")
    return Event(**{name: row[name] for name in names}, name=row["name"] or row["actor"], body=json.loads(row["body"]))


def _strayed(session: Session, kept: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Decisions that differ from their line, or have none, and lines without their decision."""
    seen = set()
    for row in session.execute(select(decisions).order_by(decisions.c.seq)).mappings():
        seen.add(row["id"])
        line = {field.name: row[field.name] for field in fields(ReviewDecision)}
        if kept.get(row["id"]) != {name: value for name, value in line.items() if value not in (None, "", False)}:
            yield f"decision {row['id']} is not what line {row['seq']} recorded"
    for name in kept.keys() - seen:
        yield f"decision {name} was recorded and is gone"


def _check_head(line: str) -> None:
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or "schema" not in head:
        raise InputError(f'this is no export of decisions: its first line should be {{"schema": "{SCHEMA}"}}')
    if head["schema"] != SCHEMA:
        raise InputError(f"this export has the schema {head['schema']!r}; this program reads {SCHEMA!r}")


def _read(line: str, logins: Mapping[str, str]) -> ReviewDecision | str:
    """The decision of a line, or why it is none."""
    try:
        values = json.loads(line)
        names = {field.name for field in fields(ReviewDecision)}
        if unknown := sorted(values.keys() - names):
            return f"unknown fields: {', '.join(unknown)}"
        values["outcome"] = Outcome(values["outcome"]) if values.get("outcome") else None
        values["remedy"] = Remedy(values["remedy"]) if values.get("remedy") else None
        values.setdefault("run", "")
        decision = ReviewDecision(**values)
    except (ValueError, TypeError, AttributeError) as error:
        return f"it cannot be read: {error}"
    if (decision.outcome is None) == (decision.undoes is None):
        return "a line has an outcome, or takes another decision back"
    if decision.reviewer not in logins:
        return f"nobody here has the login {decision.reviewer!r}; add the person first"
    return ReviewDecision(**{**asdict(decision), "reviewer": logins[decision.reviewer]})
