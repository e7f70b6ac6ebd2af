"""What is known about one request before its page runs: who asks, in which language, with which display."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from pipeline.store.database.people import Person

__all__ = ["DISPLAY_COOKIE", "TEXT_SIZES", "THEMES", "Visit", "csrf_token", "display_of", "visit_of"]

THEMES = ("system", "light", "dark")
TEXT_SIZES = ("normal", "large", "larger")

# Language, theme and text size of somebody who has not signed in, or whose browser should remember them.
DISPLAY_COOKIE = "overlap_display"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request. ``secret`` is the cookie that it came with, the root of its form tokens; it is never shown."""

    id: str
    person: Person | None
    language: str
    secret: str = field(repr=False)
    theme: str = "system"
    text_size: str = "normal"
    wants_json: bool = False
    preferences: Mapping[str, str] = field(default_factory=dict)

    @property
    def csrf(self) -> str:
        """The token that every form of this visit carries."""
        return csrf_token(self.secret)

    def known_by(self, secret: str) -> Visit:
        """The same visit with another cookie, of which the browser learns with the answer."""
        return replace(self, secret=secret)


def csrf_token(secret: str) -> str:
    """The form token that belongs to a cookie: whoever has not the cookie cannot make it."""
    return hmac.new(secret.encode(), b"overlap form", hashlib.sha256).hexdigest()


def visit_of(request: HTTPConnection) -> Visit:
    """The visit that the gate attached to this request."""
    visit: Visit = request.scope["overlap.visit"]
    return visit


def display_of(cookie: str) -> dict[str, str]:
    """The display that a browser remembers; what is not known is left out."""
    try:
        stored = json.loads(cookie) if cookie else {}
    except ValueError:
        return {}
    known = ("language", "theme", "text_size")
    return {key: stored[key] for key in known if isinstance(stored, dict) and isinstance(stored.get(key), str)}
