"""Names that outlive editions: the series of a clause, and the pair of two series."""

import hashlib
import re

__all__ = ["clause_series", "family_of", "pair_id", "text_digest", "work_of"]

_EDITION = re.compile(r"@[0-9a-z-]+")


def clause_series(clause: str) -> str:
    """A clause identifier without its edition: ``pp/res/191#instructs-dir3.2`` in any edition.

    The marker of a proposal and the number of an annex stay: they tell one clause of a work from another.
    """
    head, hash_sign, path = clause.partition("#")
    return f"{_EDITION.sub('', head, count=1)}{hash_sign}{path}"


def work_of(clause: str) -> str:
    """The work that a clause, or an edition, belongs to: no edition, no proposal, no annex."""
    return re.split(r"[@~!#]", clause, maxsplit=1)[0]


def pair_id(left: str, right: str) -> str:
    """Identifier of a pair of clauses in any edition, whichever of the two is called left: ``p-`` and 16 digits."""
    names = "\n".join(sorted((clause_series(left), clause_series(right))))
    return f"p-{hashlib.sha256(names.encode()).hexdigest()[:16]}"


def text_digest(text: str) -> str:
    """SHA-256 of a clause text, as decisions carry it."""
    return hashlib.sha256(text.encode()).hexdigest()


def family_of(left_digest: str, right_digest: str) -> str:
    """Identifier of all pairs that hold the same two texts: ``s-`` and 16 digits."""
    both = "\n".join(sorted((left_digest, right_digest)))
    return f"s-{hashlib.sha256(both.encode()).hexdigest()[:16]}"
