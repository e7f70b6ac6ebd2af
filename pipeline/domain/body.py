"""Who adopts texts: the bodies of the Union, their Sectors and their authority; organs of other organisations."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

__all__ = ["Adopter", "Body", "Organ", "Sector", "organ_of"]


class Sector(StrEnum):
    """The part of the Union that a text binds; texts of other organisations bind none (``OUTSIDE``)."""

    UNION = "union"
    R = "r"
    T = "t"
    D = "d"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        """Name as printed in documents: ``ITU-R``, ``ITU-T``, ``ITU-D`` or ``Union``; ``no Sector`` for none."""
        named = {Sector.UNION: "Union", Sector.OUTSIDE: "no Sector"}
        return named.get(self, f"ITU-{self.value.upper()}")


class Body(StrEnum):
    """An organ or basic text of the Union, by the code used in identifiers."""

    PP = "pp"
    COUNCIL = "council"
    RA = "ra"
    WRC = "wrc"
    WTSA = "wtsa"
    WTDC = "wtdc"
    WCIT = "wcit"
    WTPF = "wtpf"
    CONSTITUTION = "cs"
    CONVENTION = "cv"
    GENERAL_RULES = "gr"
    UNKNOWN = "unk"

    @property
    def sector(self) -> Sector:
        """The Sector that this body's texts bind (``UNION`` binds all of them)."""
        return _SECTORS.get(self, Sector.UNION)

    @property
    def authority(self) -> int:
        """Order of precedence, 0 (Constitution) to 9 (unknown); the lower number prevails."""
        return _AUTHORITY[self]

    @property
    def label(self) -> str:
        """Short name as used in tables, such as ``PP`` or ``Council``."""
        return _LABELS.get(self, self.value.upper())


_SECTORS = {Body.RA: Sector.R, Body.WRC: Sector.R, Body.WTSA: Sector.T, Body.WTDC: Sector.D}

_LABELS = {
    Body.COUNCIL: "Council",
    Body.CONSTITUTION: "Constitution",
    Body.CONVENTION: "Convention",
    Body.GENERAL_RULES: "General Rules",
    Body.UNKNOWN: "unknown body",
}

# ITU-T rules of procedure: Constitution, Convention, administrative regulations, General Rules, then resolutions.
_AUTHORITY = {
    Body.CONSTITUTION: 0,
    Body.CONVENTION: 1,
    Body.WCIT: 2,
    Body.GENERAL_RULES: 3,
    Body.PP: 4,
    Body.COUNCIL: 5,
    Body.WRC: 5,
    Body.RA: 6,
    Body.WTSA: 6,
    Body.WTDC: 6,
    Body.WTPF: 8,
    Body.UNKNOWN: 9,
}

# Texts of other organisations order nobody in the Union: below all its own, above those of no known body.
_AUTHORITY_OUTSIDE = 8


@dataclass(frozen=True, slots=True)
class Organ:
    """A body of another organisation, known by codes such as ``un`` and ``ga``; told apart by identity like a ``Body``.

    Always made by ``organ_of``, which gives one object for one organ.
    """

    organisation: str
    code: str

    @property
    def value(self) -> str:
        """Both codes as Akoma Ntoso names an actor: ``un-ga``."""
        return f"{self.organisation}-{self.code}"

    @property
    def sector(self) -> Sector:
        """Always ``OUTSIDE``."""
        return Sector.OUTSIDE

    @property
    def authority(self) -> int:
        """Order of precedence among all bodies: the lowest of those that are known."""
        return _AUTHORITY_OUTSIDE

    @property
    def label(self) -> str:
        """Short name as used in tables: ``UN GA``."""
        return f"{self.organisation} {self.code}".upper()


Adopter = Body | Organ


@cache
def organ_of(organisation: str, code: str) -> Organ:
    """The one object for an organ of another organisation."""
    return Organ(organisation, code)
