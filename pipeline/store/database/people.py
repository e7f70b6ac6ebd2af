"""People, their sessions, one-time tokens and preferences. No secret is kept: only digests of secrets are."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import Role
from pipeline.errors import UnknownIdentifierError, UsageError
from pipeline.review.claims import stamp
from pipeline.store.database.recording import add_event, new_id
from pipeline.store.database.schema import people, preferences, sessions, tokens
from pipeline.store.database.writing import put

__all__ = [
    "Person",
    "add_person",
    "change_person",
    "end_session",
    "end_sessions_of",
    "find_person",
    "issue_token",
    "list_people",
    "password_hash",
    "person_of_session",
    "read_preferences",
    "redeem_token",
    "set_password",
    "start_session",
    "write_preferences",
]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in; ``subject`` is the name that an identity provider gave."""

    id: str
    login: str
    name: str
    role: Role
    sector: str | None
    subject: str | None
    active: bool
    has_password: bool
    created_at: str


def add_person(
    session: Session,
    login: str,
    name: str,
    role: Role,
    now: datetime,
    *,
    password: str | None = None,
    subject: str | None = None,
    sector: str | None = None,
    actor: str = "overlap",
) -> Person:
    """A new person.

    Args:
        session: of a transaction that writes.
        login: the name to sign in with, unlike any other.
        name: the name shown.
        role: what the person may do.
        now: the present.
        password: hash of a password, made elsewhere; never the password.
        subject: the name that an identity provider gives the person.
        sector: code of the Sector of a focal point.
        actor: who adds the person.

    Raises:
        UsageError: the login is empty or taken.
    """
    login = login.strip().casefold()
    if not login or not name.strip():
        raise UsageError("a person needs a login and a name")
    if session.execute(select(people.c.id).where(people.c.login == login)).first() is not None:
        raise UsageError(f"the login {login!r} is taken")
    at, person = stamp(now), new_id("u")
    row = {"id": person, "login": login, "name": name.strip(), "role": role.value, "sector": sector}
    session.execute(insert(people), {**row, "password": password, "subject": subject, "active": True, "created_at": at})
    body: dict[str, object] = {"name": row["name"], "role": role.value, "sector": sector}
    add_event(session, "person-added", at=at, actor=actor, role="admin", subject=person, body=body)
    return find_person(session, id=person)


def find_person(
    session: Session,
    *,
    id: str | None = None,  # noqa: A002
    login: str | None = None,
    subject: str | None = None,
) -> Person:
    """The person with this identifier, login or subject.

    Raises:
        UnknownIdentifierError: there is none.
    """
    if id is not None:
        condition = people.c.id == id
    elif login is not None:
        condition = people.c.login == login.strip().casefold()
    else:
        condition = people.c.subject == subject
    row = session.execute(select(people).where(condition)).mappings().first()
    if row is None:
        raise UnknownIdentifierError("there is no such person")
    return _person(row)


def list_people(session: Session) -> tuple[Person, ...]:
    """All people by name."""
    return tuple(map(_person, session.execute(select(people).order_by(people.c.name, people.c.id)).mappings()))


def change_person(
    session: Session, person: str, *, now: datetime, actor: str, role: Role | None = None, active: bool | None = None
) -> Person:
    """Give a person another role, or let them sign in no more; their sessions end with the latter."""
    before = find_person(session, id=person)
    changes: dict[str, Any] = {}
    if role is not None:
        changes["role"] = role.value
    if active is not None:
        changes["active"] = active
    if changes:
        session.execute(update(people).where(people.c.id == person).values(changes))
        body: dict[str, object] = {"before": {"role": before.role.value, "active": before.active}, "after": changes}
        add_event(session, "person-changed", at=stamp(now), actor=actor, role="admin", subject=person, body=body)
    if active is False:
        end_sessions_of(session, person, now)
    return find_person(session, id=person)


def password_hash(session: Session, person: str) -> str | None:
    """The hash of the person's password, to check against; None for those who sign in otherwise."""
    return session.execute(select(people.c.password).where(people.c.id == person)).scalar()


def set_password(session: Session, person: str, hashed: str, *, now: datetime, actor: str) -> None:
    """Keep another hash; all sessions of the person end."""
    session.execute(update(people).where(people.c.id == person).values(password=hashed))
    end_sessions_of(session, person, now)
    add_event(session, "password-changed", at=stamp(now), actor=actor, role="admin", subject=person)


def issue_token(session: Session, person: str, now: datetime, lasts: timedelta, purpose: str = "sign-in") -> str:
    """A secret that works once and for a while; only its digest is kept."""
    secret = secrets.token_urlsafe(32)
    row = {"digest": _digest(secret), "person": person, "purpose": purpose, "expires_at": stamp(now + lasts)}
    session.execute(insert(tokens), row)
    return secret


def redeem_token(session: Session, secret: str, now: datetime, purpose: str = "sign-in") -> Person | None:
    """The person that a token is for, who it then no longer works for; None when it does not work."""
    at, digest = stamp(now), _digest(secret)
    used = session.execute(
        update(tokens)
        .where(
            tokens.c.digest == digest, tokens.c.purpose == purpose, tokens.c.used_at.is_(None), tokens.c.expires_at > at
        )
        .values(used_at=at)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return None
    person = find_person(session, id=session.execute(select(tokens.c.person).where(tokens.c.digest == digest)).scalar())
    return person if person.active else None


def start_session(session: Session, person: str, now: datetime, lasts: timedelta) -> str:
    """The secret of a new session; only its digest is kept. Sessions that ran out long ago are cleared away."""
    secret, at = secrets.token_urlsafe(32), stamp(now)
    session.execute(delete(sessions).where(sessions.c.expires_at < stamp(now - timedelta(days=30))))
    row = {"digest": _digest(secret), "person": person, "created_at": at, "seen_at": at}
    session.execute(insert(sessions), {**row, "expires_at": stamp(now + lasts)})
    return secret


def person_of_session(session: Session, secret: str, now: datetime) -> Person | None:
    """Whose session it is; None when it has ended, or the person may sign in no more. Reads only."""
    at = stamp(now)
    query = (
        select(people)
        .join(sessions, sessions.c.person == people.c.id)
        .where(sessions.c.digest == _digest(secret), sessions.c.expires_at > at, sessions.c.revoked_at.is_(None))
        .where(people.c.active)
    )
    row = session.execute(query).mappings().first()
    return _person(row) if row is not None else None


def end_session(session: Session, secret: str, now: datetime) -> None:
    """Sign out."""
    session.execute(update(sessions).where(sessions.c.digest == _digest(secret)).values(revoked_at=stamp(now)))


def end_sessions_of(session: Session, person: str, now: datetime) -> None:
    """Sign a person out everywhere."""
    open_ones = update(sessions).where(sessions.c.person == person, sessions.c.revoked_at.is_(None))
    session.execute(open_ones.values(revoked_at=stamp(now)))


def read_preferences(session: Session, person: str) -> dict[str, Any]:
    """What the person set: language, theme, keys, size of text and the like; empty when nothing."""
    body = session.execute(select(preferences.c.body).where(preferences.c.person == person)).scalar()
    kept: dict[str, Any] = json.loads(body) if body is not None else {}
    return kept


def write_preferences(session: Session, person: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change some of them; a value of None takes a preference out."""
    kept = {
        name: value for name, value in {**read_preferences(session, person), **changes}.items() if value is not None
    }
    put(session, preferences, [{"person": person, "body": json.dumps(kept, ensure_ascii=False, sort_keys=True)}])
    return kept


def _person(row: RowMapping) -> Person:
    names = ("id", "login", "name", "sector", "subject", "active", "created_at")
    return Person(
        **{name: row[name] for name in names}, role=Role(row["role"]), has_password=row["password"] is not None
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
