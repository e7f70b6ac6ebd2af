"""The counts of a run and the sentences that explain them: what was read, and where each compared pair went."""

from dataclasses import dataclass

from pipeline.domain import Relation
from pipeline.report.wording import counted, listed, number

__all__ = ["BodyCount", "Figure", "RelationCount", "Summary"]


@dataclass(frozen=True, slots=True)
class RelationCount:
    """How many findings bear one relation."""

    relation: Relation
    meaning: str
    across: int
    within: int


@dataclass(frozen=True, slots=True)
class BodyCount:
    """What was read of one body."""

    label: str
    name: str
    sector: str
    instruments: int
    clauses: int
    editions: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the summary, its name, and what it counts."""

    name: str
    value: int
    note: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a run; each equals the length of what it counts in the record.

    Every pair compared is counted once: in a finding, discounted, alike but not ranked (``unranked``, of which
    ``theme_only`` are alike in theme), or unrelated.
    """

    documents: int
    copies: int
    instruments: int
    clauses: int
    operative: int
    overlaps: int
    pairs: int
    across: int
    within: int
    reporting: int
    discounted: int
    theme_only: int
    unranked: int
    unrelated: int
    clusters: int
    signals: int
    rejected: int
    relations: tuple[RelationCount, ...]
    bodies: tuple[BodyCount, ...]
    languages: tuple[str, ...]

    @property
    def material(self) -> tuple[Figure, ...]:
        """What was read."""
        files = ""
        if self.copies:
            copies = counted(self.copies, "further copy", "further copies")
            files = (
                f"{counted(self.documents + self.copies, 'file')}: {counted(self.documents, 'document')} and {copies} "
                "with the same words"
            )
        figures = [
            Figure("Documents read", self.documents, files),
            Figure("Resolutions and like texts", self.instruments, f"of {counted(len(self.bodies), 'body', 'bodies')}"),
            Figure("Clauses", self.clauses, f"{number(self.operative)} of them operative"),
        ]
        if self.rejected:
            figures.insert(1, Figure("Documents rejected", self.rejected, "each with its reason"))
        return tuple(figures)

    @property
    def comparison(self) -> tuple[Figure, ...]:
        """Where the compared pairs went; all but the first sum to the first."""
        return (
            Figure("Pairs of texts compared", self.pairs, "the sum of the figures that follow"),
            Figure("Findings across bodies", self.across, "ranked"),
            Figure("Findings within one body", self.within, "ranked apart"),
            *self._reporting,
            Figure("Pairs discounted", self.discounted, "alike for a lawful or harmless reason"),
            Figure("Pairs not ranked", self.unranked, self._unranked_words),
            Figure("Pairs unrelated", self.unrelated, "nothing in common that counts"),
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All counts in the order in which a report shows them."""
        return self.material + self.comparison

    @property
    def sum_sentence(self) -> str:
        """How the counts of pairs add up."""
        parts = (
            counted(self.across, "finding") + " across bodies",
            counted(self.within, "finding") + " within one body",
            *(f"{figure.value} of duplicated reporting" for figure in self._reporting),
            counted(self.discounted, "discounted pair"),
            f"{counted(self.unranked, 'pair')} not ranked ({self._unranked_words})",
            counted(self.unrelated, "unrelated pair"),
        )
        return f"{counted(self.pairs, 'pair')} compared: {listed(parts)}."

    @property
    def _reporting(self) -> tuple[Figure, ...]:
        """Duplicated reporting, where there is some."""
        return (Figure("Duplicated reporting", self.reporting, "a list of its own"),) if self.reporting else ()

    @property
    def _unranked_words(self) -> str:
        weak = self.unranked - self.theme_only
        if not weak:
            return "alike in theme only"
        return f"{number(self.theme_only)} alike in theme only, {number(weak)} too weakly"
