"""Who adopts texts: the bodies of the Union, their Sectors and their authority."""

from enum import StrEnum

__all__ = ["Body", "Sector"]


class Sector(StrEnum):
    """The part of the Union that a text binds."""

    UNION = "union"
    R = "r"
    T = "t"
    D = "d"

    @property
    def label(self) -> str:
        """Name as printed in documents: ``ITU-R``, ``ITU-T``, ``ITU-D`` or ``Union``."""
        return "Union" if self is Sector.UNION else f"ITU-{self.value.upper()}"


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
