"""References from one text to another."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.span import Span

__all__ = ["Citation", "CitationKind"]


class CitationKind(StrEnum):
    """What is cited."""

    INSTRUMENT = "instrument"
    QUESTION = "question"
    PROVISION = "provision"
    UNITED_NATIONS = "united-nations"
    DOCUMENT = "document"
    STANDARD = "standard"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Citation:
    """One reference found in a text.

    ``span`` lies in the document text and covers ``text``. ``target`` is the canonical identifier, or None when
    the body stays open; ``rule`` names the rule that decided it.
    ``clause`` is the citing clause, None outside clauses; ``document_id`` the citing document.
    """

    kind: CitationKind
    text: str
    span: Span
    target: str | None
    rule: str
    clause: str | None = None
    document_id: str = ""

    @property
    def work(self) -> str | None:
        """Target without its edition: citations are joined on works, for texts may cite an older edition."""
        return None if self.target is None else self.target.partition("@")[0]
