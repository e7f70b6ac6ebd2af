"""Signing in: one-time links, passwords, sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pipeline.domain import Role
from pipeline.errors import UnknownIdentifierError
from pipeline.store.database import Database
from pipeline.store.database.people import (
    Person,
    add_person,
    end_session,
    end_sessions_of,
    find_person,
    issue_token,
    list_people,
    password_hash,
    person_of_session,
    read_preferences,
    redeem_token,
    set_password,
    start_session,
)
from pipeline.web.openid import KnownElsewhere
from pipeline.web.passwords import Brake, hash_password, verify_password
from pipeline.web.settings import WebSettings

__all__ = ["LOCAL_LOGIN", "SignIns"]

# Who reviews where the app runs for one person alone.
LOCAL_LOGIN = "local"

_FIRST_LINK = timedelta(hours=1)
INVITATION = timedelta(days=3)


class SignIns:
    """The door: who may come in, and for how long. Secrets leave it once and are kept nowhere."""

    def __init__(self, database: Database, settings: WebSettings, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self.brake = Brake(clock)

    def first_link(self) -> str:
        """A link that signs in once: the person of this machine, or with accounts the first administrator."""
        with self._database.write() as session:
            now = self._clock()
            person = next((one for one in list_people(session) if self._leads(one)), None)
            if person is None:
                name, login = ("Administrator", "admin") if self._settings.shared else ("You", LOCAL_LOGIN)
                person = add_person(session, login, name, Role.ADMIN, now)
            secret = issue_token(session, person.id, now, _FIRST_LINK)
        return self._link(secret)

    def _leads(self, person: Person) -> bool:
        if self._settings.shared:
            return person.active and person.role is Role.ADMIN and person.login != LOCAL_LOGIN
        return person.login == LOCAL_LOGIN and person.active

    def invite(self, person: str) -> tuple[str, datetime]:
        """A link that signs somebody in once, and until when it works."""
        now = self._clock()
        with self._database.write() as session:
            return self._link(issue_token(session, person, now, INVITATION)), now + INVITATION

    def _link(self, secret: str) -> str:
        return f"{self._settings.address}/sign-in/link/{secret}"

    def by_link(self, secret: str) -> str | None:
        """The secret of a new session for whoever holds a link; ``None`` when the link is spent or unknown."""
        with self._database.write() as session:
            person = redeem_token(session, secret, self._clock())
            return start_session(session, person.id, *self._lease()) if person else None

    def by_password(self, login: str, password: str) -> str | None:
        """The secret of a new session, or ``None``; that the name is unknown is not told."""
        with self._database.read() as session:
            person = _known(lambda: find_person(session, login=login))
            hashed = password_hash(session, person.id) if person else None
        if not verify_password(hashed, password) or person is None or not person.active:
            return None
        with self._database.write() as session:
            return start_session(session, person.id, *self._lease())

    def by_provider(self, known: KnownElsewhere) -> str | None:
        """The secret of a new session for somebody whom a provider names; who is new becomes a viewer."""
        with self._database.write() as session:
            person = _known(lambda: find_person(session, subject=known.subject))
            if person is None:
                taken = _known(lambda: find_person(session, login=known.login)) is not None
                login = known.subject if taken else known.login
                person = add_person(session, login, known.name, Role.VIEWER, self._clock(), subject=known.subject)
            return start_session(session, person.id, *self._lease()) if person.active else None

    def _lease(self) -> tuple[datetime, timedelta]:
        """From when and for how long a session that begins now lasts."""
        return self._clock(), self._settings.session_life

    def who_is(self, secret: str) -> tuple[Person, dict[str, str]] | None:
        """The person of a session and their preferences."""
        with self._database.read() as session:
            person = person_of_session(session, secret, self._clock())
            if person is None or (not self._settings.shared and person.login != LOCAL_LOGIN):
                return None
            return person, read_preferences(session, person.id)

    def change_password(self, person: Person, old: str, new: str) -> str | None:
        """The secret of a new session after the change, all others ended; ``None`` when the old one is wrong."""
        with self._database.read() as session:
            hashed = password_hash(session, person.id)
        if hashed is not None and not verify_password(hashed, old):
            return None
        made = hash_password(new)
        with self._database.write() as session:
            set_password(session, person.id, made, now=self._clock(), actor=person.id)
            return start_session(session, person.id, *self._lease())

    def end(self, secret: str) -> None:
        """Sign out."""
        with self._database.write() as session:
            end_session(session, secret, self._clock())

    def end_everywhere(self, person: Person) -> None:
        """Sign out on every device."""
        with self._database.write() as session:
            end_sessions_of(session, person.id, self._clock())


def _known(find: Callable[[], Person]) -> Person | None:
    try:
        return find()
    except UnknownIdentifierError:
        return None
