"""What two clauses, and two resolutions, have in common, with the evidence."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.span import Span

__all__ = ["Contribution", "Evidence", "Kinship", "Match", "MatchKind", "Overlap", "Relation", "ResolutionPair"]


class Relation(StrEnum):
    """How two texts relate; exactly one holds for a pair."""

    REV = "REV"
    PAR = "PAR"
    BOIL = "BOIL"
    CONF = "CONF"
    VERB = "VERB"
    SUB = "SUB"
    SAME_ACT = "SAME-ACT"
    SAME_REQ = "SAME-REQ"
    STUDY = "STUDY"
    REPORT = "REPORT"
    INTEG = "INTEG"
    COMP = "COMP"
    THEME = "THEME"
    NONE = "NONE"

    @property
    def is_finding(self) -> bool:
        """True for the relations an analyst should look at as overlap."""
        return self in _FINDINGS

    @property
    def label(self) -> str:
        """Plain name for people."""
        return _LABELS[self]


_FINDINGS = frozenset(
    {
        Relation.CONF,
        Relation.VERB,
        Relation.SUB,
        Relation.SAME_ACT,
        Relation.SAME_REQ,
        Relation.STUDY,
        Relation.REPORT,
        Relation.THEME,
    }
)

_LABELS = {
    Relation.REV: "edition of the same text",
    Relation.PAR: "parallel by design",
    Relation.BOIL: "formula language",
    Relation.CONF: "conflicting mandates",
    Relation.VERB: "verbatim carry-over",
    Relation.SUB: "mandate already in the other text",
    Relation.SAME_ACT: "same mandate to several offices",
    Relation.SAME_REQ: "same request to members",
    Relation.STUDY: "overlapping Questions",
    Relation.REPORT: "duplicated reporting",
    Relation.INTEG: "implements the Plenipotentiary text",
    Relation.COMP: "complementary",
    Relation.THEME: "same theme",
    Relation.NONE: "unrelated",
}


class MatchKind(StrEnum):
    """How two runs of words correspond.

    ``same``: the same words in the same order; ``formula``: such words of formula language; ``reworded``: other words
    at one place, between words that match; ``moved``: the same run of words, in another order.
    """

    SAME = "same"
    FORMULA = "formula"
    REWORDED = "reworded"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Match:
    """Two runs that correspond; spans lie in the two clause texts."""

    left: Span
    right: Span
    kind: MatchKind


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of the score: a feature, its value in [0, 1], and the points it adds to the log-odds."""

    feature: str
    value: float
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a pair scores as it does: ``bias`` plus all points is the log-odds of the probability."""

    bias: float
    contributions: tuple[Contribution, ...]
    matches: tuple[Match, ...]
    reasons_for: tuple[str, ...] = ()
    reasons_against: tuple[str, ...] = ()

    @property
    def log_odds(self) -> float:
        """Sum of the bias and all points."""
        return self.bias + sum(c.points for c in self.contributions)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two clauses compared; ``left`` is the clause of the prevailing text (authority, then age, then identifier).

    ``probability`` in [0, 1] is that of a true overlap of mandate; ``similarity`` in [-1, 1] is the centred cosine;
    ``containment_left`` and ``_right`` in [0, 1] are the shares of each clause's informative words found in order in
    the other; ``information`` in [0, 1] tells how much the shared words say (0 for a citation or a formula).
    """

    id: str
    left: str
    right: str
    relation: Relation
    probability: float
    similarity: float
    containment_left: float
    containment_right: float
    information: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Kinship:
    """Nearness of two resolutions as wholes, by words, clauses and neighbours: ``strength`` in [0, 1]."""

    a: str
    b: str
    strength: float


@dataclass(frozen=True, slots=True)
class ResolutionPair:
    """Two resolutions compared by an optimal one-to-one alignment of their operative clauses.

    ``coverage_a`` in [0, 1] is the share of a's operative information found in b, ``coverage_b`` the converse.
    ``strength`` in [0, 1] is their nearness as wholes. ``overlaps`` are ids of aligned clause pairs, best first;
    ``cites`` is ``a``, ``b``, ``both`` or "" for who cites whom. ``matched_a`` are the operative clauses of a that
    have a counterpart in b, in reading order, and ``matched_b`` the converse. The clauses of two editions of one work
    are not aligned: nothing is matched there, and both coverages are 1 by definition.
    """

    a: str
    b: str
    body_a: str
    body_b: str
    relation: Relation
    probability: float
    strength: float
    coverage_a: float
    coverage_b: float
    cites: str
    overlaps: tuple[str, ...]
    matched_a: tuple[str, ...] = ()
    matched_b: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
