"""A resolution, decision, recommendation, opinion or Question, down to its clauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.body import Adopter, Sector
from pipeline.domain.citation import Citation
from pipeline.domain.document import Notice
from pipeline.domain.identifier import InstrumentId
from pipeline.domain.mandate import Mandate
from pipeline.domain.span import Span

__all__ = ["Clause", "Lineage", "Part", "Resolution", "Section", "Standing"]


class Part(StrEnum):
    """Where a clause stands: context, mandate, or annex."""

    PREAMBULAR = "preambular"
    OPERATIVE = "operative"
    ANNEX = "annex"


class Standing(StrEnum):
    """Whether a text is law of the Union at the date of analysis; only texts in force are compared.

    A quarantined text holds two readings of a tracked change run together and cannot be trusted.
    """

    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    PROPOSED = "proposed"
    SUPPRESSED = "suppressed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Clause:
    """One item under a call.

    ``text`` is ``document.text[span]`` with runs of white space folded to one space, without its ``label``
    (``a)``, ``2``, ``i)`` or ""). ``path`` is the item path used in ``id``. ``actors`` are codes of those told
    or asked to act, ``partners`` of those they shall work with.
    """

    id: str
    part: Part
    call: str
    label: str
    path: tuple[str, ...]
    text: str
    span: Span
    page: int | None = None
    actors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    mandate: Mandate | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A call line with its clauses; ``call`` is the line as printed, ``slug`` its stable short form.

    ``verb`` is the call verb in its dictionary spelling; "" in annexes, where ``annex`` holds the number of the annex.
    """

    call: str
    slug: str
    verb: str
    part: Part
    span: Span
    clauses: tuple[Clause, ...]
    annex: int | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """One adopted or proposed text.

    ``number_line`` is the head as printed, ``marker`` the proposal symbol (ADD, MOD, SUP …) or "".
    ``span`` covers the text in its document. ``notices`` tell what the reader of the text should doubt.
    ``reasons`` is what the author of a proposal says for it; ``amends`` is the adopted edition that a proposal would
    change, leave or suppress, known once the texts of a corpus are settled.
    """

    id: InstrumentId
    title: str
    language: str
    document_id: str
    number_line: str
    span: Span
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...] = ()
    standing: Standing = Standing.IN_FORCE
    marker: str = ""
    history: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()
    reasons: str = ""
    amends: str | None = None

    @property
    def body(self) -> Adopter:
        """The body that adopts the text."""
        return self.id.body

    @property
    def is_foreign(self) -> bool:
        """Whether another organisation than the Union adopted it: such texts are read, and not compared with ours."""
        return self.body.sector is Sector.OUTSIDE

    @property
    def clauses(self) -> Iterator[Clause]:
        """All clauses in reading order."""
        return (clause for section in self.sections for clause in section.clauses)

    @property
    def cited_works(self) -> frozenset[str]:
        """Works cited anywhere in the text, itself excluded."""
        own = str(self.id.work)
        return frozenset(c.work for c in self.citations if c.work is not None and c.work != own)


@dataclass(frozen=True, slots=True)
class Lineage:
    """The editions of one work that a corpus holds, oldest first; the last is the one compared."""

    work: str
    editions: tuple[str, ...]

    @property
    def latest(self) -> str:
        """Identifier of the newest edition held."""
        return self.editions[-1]
