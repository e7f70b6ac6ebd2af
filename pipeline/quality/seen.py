"""One place where a sign shows."""

from dataclasses import dataclass

__all__ = ["Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign at a place: ``where`` is a clause, a text or "" for the document, ``places`` how often it counts."""

    code: str
    where: str
    message: str
    page: int | None = None
    places: float = 1.0
