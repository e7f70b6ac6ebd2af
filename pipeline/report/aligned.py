"""Two aligned clauses as a report shows them: typed runs of words, shares, and the evidence with its chart."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import OverlapClass, Relation

__all__ = [
    "Bar",
    "Chart",
    "ClauseView",
    "Comparison",
    "EvidenceLine",
    "EvidenceView",
    "Segment",
    "SegmentKind",
    "WordShare",
]


class SegmentKind(StrEnum):
    """How a run of words stands to the other text."""

    PLAIN = "plain"
    SAME = "same"
    REWORDED = "reworded"
    MOVED = "moved"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters of one clause; the segments of a clause, joined, are its text.

    Reworded and moved runs bear the ``number`` of their counterpart in the other clause; all others bear 0.
    """

    text: str
    kind: SegmentKind
    number: int = 0


@dataclass(frozen=True, slots=True)
class WordShare:
    """How the words of one clause stand to the other: those in neither group, of ``total``, stand in it alone."""

    same: int
    formula: int
    total: int
    reworded: int = 0
    moved: int = 0

    @property
    def counted(self) -> int:
        """Words that a share is taken of: formula language is excluded."""
        return self.total - self.formula


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause with its citation; ``place`` is the citation without the name of the text."""

    id: str
    citation: str
    place: str
    call: str
    label: str
    page: int | None
    text: str
    segments: tuple[Segment, ...]
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of the score of a clause pair."""

    feature: str
    value: float
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart of points: it reaches over ``width`` % of the scale from ``start`` %, both whole numbers."""

    label: str
    points: float
    start: int
    width: int
    sign: str


@dataclass(frozen=True, slots=True)
class Chart:
    """How points add up to log-odds: each bar begins where the one before ends; ``zero`` % is even chance."""

    bars: tuple[Bar, ...]
    zero: int
    sentence: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """``bias`` plus the points of all lines is ``log_odds``; ``chart`` draws the same numbers."""

    bias: float
    lines: tuple[EvidenceLine, ...]
    log_odds: float
    probability: float
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    chart: Chart


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two aligned clauses; ``left`` belongs to text A of the finding, ``right`` to text B.

    ``closeness`` is the class of their wording, and ``differences`` tell in words how one becomes the other.
    """

    id: str
    relation: Relation
    left: ClauseView
    right: ClauseView
    left_words: WordShare
    right_words: WordShare
    left_containment: float
    right_containment: float
    similarity: float
    information: float
    evidence: EvidenceView
    headline: bool
    closeness: OverlapClass
    differences: tuple[str, ...]
