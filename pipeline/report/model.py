"""What a report shows, worked out once: every writer prints these frozen values and decides nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.domain import Adopter, Manifest, Rejected, Relation, Remedy, SignalKind
from pipeline.report.aligned import (
    Bar,
    Chart,
    ClauseView,
    Comparison,
    EvidenceLine,
    EvidenceView,
    Segment,
    SegmentKind,
    WordShare,
)
from pipeline.report.documents import DocumentView
from pipeline.report.frame import in_words
from pipeline.report.summary import Summary
from pipeline.report.wording import folder_name, named

__all__ = [
    "Bar",
    "Chart",
    "ClauseView",
    "ClusterMember",
    "ClusterView",
    "Comparison",
    "Coverage",
    "DiscountedGroup",
    "DiscountedPair",
    "EditionsView",
    "EvidenceLine",
    "EvidenceView",
    "FindingView",
    "FormulaGroup",
    "InstrumentView",
    "MatrixCell",
    "MatrixRow",
    "NoticeView",
    "ProposalView",
    "Reduction",
    "RemedyView",
    "ReportView",
    "ScoreTerm",
    "Segment",
    "SegmentKind",
    "SignalView",
    "WordShare",
]


@dataclass(frozen=True, slots=True)
class InstrumentView:
    """One resolution as a reader meets it: ``direction`` is ``ltr`` or ``rtl``, ``edition`` is "" when unknown."""

    id: str
    citation: str
    title: str
    body: Adopter
    body_label: str
    body_name: str
    sector: str
    edition: str
    language: str
    direction: str
    standing: str
    source: str

    @property
    def named(self) -> str:
        """The citation with the body that adopted the text, unless it names the body already."""
        return named(self.citation, self.body)


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reason why a pair may count for less or not at all; ``effect`` is what it took, "" where it took nothing."""

    name: str
    effect: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one text has a counterpart: ``matched`` of ``total`` operative clauses, ``share`` by information."""

    matched: int
    total: int
    share: float
    sentence: str


@dataclass(frozen=True, slots=True)
class ScoreTerm:
    """One part or factor of a finding's score, with its name in words."""

    name: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class RemedyView:
    """A remedy that may be proposed, why, and who would have to adopt it."""

    remedy: Remedy
    reason: str
    adopter: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, whole.

    ``rank`` is its place in its own list. ``detailed`` says whether the HTML report compares its clauses in full.
    Findings of one ``family`` differ only by texts of one template; its best one leads it.
    """

    id: str
    ref: str
    anchor: str
    rank: int
    cross_body: bool
    relation: Relation
    score: float
    parts: tuple[ScoreTerm, ...]
    factors: tuple[ScoreTerm, ...]
    arithmetic: str
    a: InstrumentView
    b: InstrumentView
    coverage_a: Coverage
    coverage_b: Coverage
    cites: str
    comparisons: tuple[Comparison, ...]
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    reductions: tuple[Reduction, ...]
    unmatched_a: tuple[ClauseView, ...]
    unmatched_b: tuple[ClauseView, ...]
    remedies: tuple[RemedyView, ...]
    cluster: str | None
    cluster_label: str
    detailed: bool
    family: str = ""
    family_size: int = 1
    leads_family: bool = True

    @property
    def not_discounted(self) -> tuple[str, ...]:
        """What each reduction took or why it took nothing, as sentences."""
        return tuple(f"{r.name}: {r.why}" + (f" It took {r.effect}." if r.effect else "") for r in self.reductions)

    @property
    def headline(self) -> Comparison:
        """The clause pair that heads the finding."""
        return self.comparisons[0]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Findings between two bodies: how many, the best score, and where that finding stands. ``level`` is 0 to 5."""

    column: str
    count: int
    strongest: float
    anchor: str
    level: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One body against all bodies."""

    body: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """A clause of a cluster, with the text that it stands in."""

    clause: ClauseView
    instrument: InstrumentView


@dataclass(frozen=True, slots=True)
class ClusterView:
    """Clauses of several texts that appear to say the same."""

    id: str
    anchor: str
    label: str
    medoid: ClusterMember
    members: tuple[ClusterMember, ...]
    bodies: tuple[str, ...]
    theme: str
    remedies: tuple[tuple[Remedy, str], ...]


@dataclass(frozen=True, slots=True)
class FormulaGroup:
    """Pairs of clauses that share one run of formula language and little else: matched, and not ranked."""

    words: str
    pairs: int
    clauses: int
    bodies: tuple[str, ...]
    left: ClauseView
    right: ClauseView


@dataclass(frozen=True, slots=True)
class DiscountedPair:
    """Two texts that look alike for a reason that is no overlap.

    ``coverage`` is that of ``a`` and of ``b``; None where their clauses were not aligned, as in editions of one work.
    """

    a: InstrumentView
    b: InstrumentView
    probability: float
    coverage: tuple[Coverage, Coverage] | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiscountedGroup:
    """All pairs discounted for one cause, and why it is no finding; ``label`` names the cause."""

    relation: Relation
    label: str
    why: str
    pairs: tuple[DiscountedPair, ...]


@dataclass(frozen=True, slots=True)
class EditionsView:
    """The editions of one work that the corpus holds, oldest first; ``compared`` is the one that was compared."""

    work: str
    editions: tuple[str, ...]
    compared: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposed text: its mark (``MOD EUR/901A2/1``), what it would do to which adopted edition, and its reasons."""

    mark: str
    text: InstrumentView
    aim: str
    reasons: str


@dataclass(frozen=True, slots=True)
class SignalView:
    """An observation about one text; ``citation`` is the citation of ``subject`` where the run holds it."""

    kind: SignalKind
    subject: str
    citation: str
    message: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something to doubt about a document or a text."""

    where: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything a report prints. ``limits`` holds the limits of the run and those of the report itself.

    ``documents`` tells how far the reading of each can be trusted; it is empty where that was not judged.
    """

    manifest: Manifest
    created: datetime
    summary: Summary
    findings: tuple[FindingView, ...]
    within: tuple[FindingView, ...]
    reporting: tuple[FindingView, ...]
    matrix: tuple[MatrixRow, ...]
    clusters: tuple[ClusterView, ...]
    discounted: tuple[DiscountedGroup, ...]
    editions: tuple[EditionsView, ...]
    signals: tuple[SignalView, ...]
    rejected: tuple[Rejected, ...]
    notices: tuple[NoticeView, ...]
    limits: tuple[str, ...]
    documents: tuple[DocumentView, ...] = ()
    proposals: tuple[ProposalView, ...] = ()
    formulae: tuple[FormulaGroup, ...] = ()
    formula_pairs: int = 0

    @property
    def all_findings(self) -> tuple[FindingView, ...]:
        """The findings of all lists: across bodies, duplicated reporting, within one body."""
        return self.findings + self.reporting + self.within

    @property
    def corpus(self) -> str:
        """The name of the folder of the corpus; its whole path stands in the manifest alone."""
        return folder_name(self.manifest.corpus)

    @property
    def created_on(self) -> str:
        """The date of the run, as ``7 March 2025``."""
        return in_words(self.created, with_time=False)

    @property
    def created_at(self) -> str:
        """The date and time of the run, as ``7 March 2025, 10:42 UTC``."""
        return in_words(self.created)
