"""What an analyst reads: clusters of clauses, and ranked findings."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.overlap import Relation

__all__ = ["Cluster", "Finding", "Remedy", "Signal", "SignalKind"]


class Remedy(StrEnum):
    """What may be proposed; only the body that adopted a text can do it."""

    SUPPRESS = "SUPPRESS"
    TRIM = "TRIM"
    MERGE = "MERGE"
    LEAD = "LEAD"
    JOINT = "JOINT"
    ALIGN = "ALIGN"
    TRANSFER = "TRANSFER"
    CONSOLIDATE_REPORT = "CONSOLIDATE-REPORT"
    KEEP = "KEEP"

    @property
    def label(self) -> str:
        """The remedy in words."""
        return _REMEDIES[self]


_REMEDIES = {
    Remedy.SUPPRESS: "abrogate the Sector text",
    Remedy.TRIM: "replace the repeated passages by one reference",
    Remedy.MERGE: "join two texts of one body",
    Remedy.LEAD: "name a lead Sector or lead group",
    Remedy.JOINT: "joint activity or liaison, no text change",
    Remedy.ALIGN: "harmonize wording or procedure",
    Remedy.TRANSFER: "move a Question or an activity",
    Remedy.CONSOLIDATE_REPORT: "one report instead of several",
    Remedy.KEEP: "keep both, and record why",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Clauses of several texts that say the same; ``medoid`` is the member nearest to all others.

    ``theme`` is the code of the theme that they are about, "" where none is loud enough; ``remedies`` are what may be
    proposed, each with its reason.
    """

    id: str
    label: str
    members: tuple[str, ...]
    medoid: str
    bodies: tuple[str, ...]
    overlaps: tuple[str, ...]
    theme: str = ""
    remedies: tuple[tuple[Remedy, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One ranked line of the report: a pair of resolutions, headed by its most telling clause overlap.

    ``score`` in [0, 1] is the sum of the ``parts`` times the product of the ``factors`` (name, value).
    ``cross_body`` is false for texts of one body, which are ranked in a list of their own. ``family`` names the
    findings that differ from each other only by texts of one template; all but the best of them are lowered.
    """

    id: str
    rank: int
    a: str
    b: str
    relation: Relation
    score: float
    parts: tuple[tuple[str, float], ...]
    factors: tuple[tuple[str, float], ...]
    headline: str
    overlaps: tuple[str, ...]
    cluster: str | None
    cross_body: bool
    remedies: tuple[tuple[Remedy, str], ...]
    reasons: tuple[str, ...]
    family: str | None = None


class SignalKind(StrEnum):
    """Observations about one text that go to lists of their own."""

    GAP = "GAP"
    STALE = "STALE"
    REPORT = "REPORT"


@dataclass(frozen=True, slots=True)
class Signal:
    """A single-text observation: an order without counterpart, one long due, or a report asked for twice."""

    kind: SignalKind
    subject: str
    message: str
