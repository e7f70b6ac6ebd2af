"""Passwords as hashes, and a brake on guessing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["SHORTEST", "Brake", "hash_password", "verify_password"]

# Length is what makes a password hard to guess (NIST SP 800-63B asks for 8, and 15 where nothing else guards).
SHORTEST = 12

_HASHER = PasswordHasher()
# Verifying against this takes as long as against a real one: the answer does not tell which names exist.
_NOBODY = _HASHER.hash("no password of anybody")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    return _HASHER.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """True when the password belongs to the hash; without a hash it takes the same time and is false."""
    try:
        return _HASHER.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


@dataclass(slots=True)
class _Failures:
    count: int
    last: datetime


@dataclass(slots=True)
class Brake:
    """Makes the next attempt wait after repeated failures: 5 are free, then 2, 4, 8 … seconds, at most a quarter hour.

    Failures are forgotten an hour after the last one. It counts in the memory of one process.
    """

    clock: Callable[[], datetime]
    free: int = 5
    longest: timedelta = timedelta(minutes=15)
    forgotten: timedelta = timedelta(hours=1)
    _failures: dict[str, _Failures] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, who: str) -> timedelta:
        """How long this one has to wait before the next attempt; zero when it may go on."""
        with self._lock:
            failures = self._failures.get(who)
            if failures is None:
                return timedelta(0)
            pause = min(self.longest, timedelta(seconds=2 ** min(20, max(0, failures.count - self.free))))
            left = failures.last + pause - self.clock()
            return max(timedelta(0), left) if failures.count > self.free else timedelta(0)

    def failed(self, who: str) -> None:
        """Note a failure."""
        with self._lock:
            now = self.clock()
            for old in [one for one, noted in self._failures.items() if now - noted.last > self.forgotten]:
                del self._failures[old]
            known = self._failures.get(who)
            self._failures[who] = _Failures((known.count if known else 0) + 1, now)

    def passed(self, who: str) -> None:
        """Forget the failures of somebody who got in."""
        with self._lock:
            self._failures.pop(who, None)
