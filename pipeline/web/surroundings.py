"""What stands around a pair: the theme of its cluster, and the texts that its clauses cite or that cite them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.store.database import Session
from pipeline.store.database.clusters import ClusterRow, cluster_row
from pipeline.store.database.library import ClauseCitations, clause_citations
from pipeline.store.database.views import ClauseView, PairDetail

__all__ = ["SideCitations", "Surroundings", "surroundings_of"]


@dataclass(frozen=True, slots=True)
class SideCitations:
    """What one clause and its text cite and are cited by; ``other`` is the work on the other side of the pair."""

    citation: str
    work: str
    other: str
    found: ClauseCitations

    @property
    def is_empty(self) -> bool:
        """True where the text neither cites nor is cited."""
        return not (self.found.clause or self.found.text or self.found.cited_by)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``cluster`` is the one that both clauses belong to, None where there is none."""

    cluster: ClusterRow | None
    sides: tuple[SideCitations, SideCitations]


def surroundings_of(session: Session, detail: PairDetail) -> Surroundings:
    """What stands around a pair."""
    cluster = cluster_row(session, detail.row.cluster) if detail.row.cluster else None
    sides = (_side(session, detail.left, detail.right), _side(session, detail.right, detail.left))
    return Surroundings(cluster, sides)


def _side(session: Session, clause: ClauseView, other: ClauseView) -> SideCitations:
    found = clause_citations(session, clause.id, clause.resolution, clause.work)
    return SideCitations(clause.citation, clause.work, other.work, found)
