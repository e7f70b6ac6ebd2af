"""What the pages get: frozen rows and details, with nothing in them that the viewer may not see."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.domain import Box, Evidence, Outcome, OverlapClass, PairState, Relation, Remedy, ReviewDecision, Role

__all__ = [
    "ClauseView",
    "Comment",
    "Count",
    "Gone",
    "History",
    "Moved",
    "Page",
    "PairDetail",
    "PairRow",
    "Related",
    "Viewer",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from which queue; ``adjudicates`` shows everything to a role that may, and is written down."""

    person: str
    role: Role
    queue: str | None = None
    adjudicates: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things; not ``exact`` means: so many, and more."""

    number: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list with the tokens of the pages beside it, None at either end."""

    rows: tuple[T, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class PairRow:
    """One line of a list of pairs.

    In a blind first pass (``hidden``) the numbers and what others decided are None. ``learned`` in [0, 1] is the
    probability by the decisions so far, None for pairs that no model has looked at.
    """

    id: str
    left_clause: str
    right_clause: str
    left_citation: str
    right_citation: str
    left_text: str
    right_text: str
    bodies: tuple[str, str]
    relation: Relation | None
    wording: OverlapClass | None
    probability: float | None
    learned: float | None
    rank: int | None
    finding: str | None
    cluster: str | None
    state: PairState | None
    outcome: Outcome | None
    remedy: Remedy | None
    decided_by: str | None
    decided_at: str | None
    demoted: bool
    doubtful: bool
    comments: int
    version: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One side of a pair: the clause, its text, where it stands, and in which file."""

    id: str
    series: str
    resolution: str
    work: str
    body: str
    sector: str
    title: str
    citation: str
    resolution_citation: str
    spot: str
    call: str
    label: str
    text: str
    digest: str
    language: str
    standing: str
    page: int | None
    boxes: tuple[Box, ...]
    document: str
    document_path: str
    present: bool


@dataclass(frozen=True, slots=True)
class History:
    """A line of a pair's history; ``undone`` when somebody took the decision back, ``stale`` when a text changed since.

    ``left_text`` and ``right_text`` are the words that were read then, where they were others than now.
    """

    decision: ReviewDecision
    reviewer_name: str
    undone: bool
    stale: bool
    left_text: str | None = None
    right_text: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote about a pair."""

    id: str
    person: str
    name: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Related:
    """Another pair worth looking at: ``why`` is ``family``, ``left``, ``right`` or ``finding``."""

    pair: str
    why: str
    left_citation: str
    right_citation: str
    state: PairState | None


@dataclass(frozen=True, slots=True)
class PairDetail:
    """All that the pair page shows. In a blind first pass, ``hidden``, evidence, score and decisions of others are out.

    ``own`` is the viewer's standing decision. ``former`` are identifiers that the pair had. ``is_blind`` tells that the
    pair is in a blind queue, whether or not the viewer has decided it by now.
    """

    row: PairRow
    left: ClauseView
    right: ClauseView
    evidence: Evidence | None
    similarity: float | None
    containment_left: float | None
    containment_right: float | None
    information: float | None
    history: tuple[History, ...]
    comments: tuple[Comment, ...]
    related: tuple[Related, ...]
    own: ReviewDecision | None
    former: tuple[str, ...]
    family_size: int
    is_blind: bool
    hidden: bool
    version: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The pair is known by another identifier now."""

    pair: str
    target: str
    why: str
    run: str


@dataclass(frozen=True, slots=True)
class Gone:
    """No pair with this identifier was ever imported."""

    pair: str
