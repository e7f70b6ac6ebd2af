"""How far the reading of a document can be trusted, judged without labelled data."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["DocumentQuality", "QualityGrade", "QualityWarning"]


class QualityGrade(StrEnum):
    """What to do with a document as it was read."""

    GOOD = "good"
    CHECK = "check"
    POOR = "poor"
    UNJUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class QualityWarning:
    """One sign that something was read wrong.

    ``where`` is the clause or the text, or "" for the document as a whole; ``page`` counts from 1 where the format has
    pages. ``message`` says what was seen, ``advice`` what to do.
    """

    code: str
    where: str
    message: str
    advice: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentQuality:
    """The figure of one document, in [0, 1], and what lowers it.

    1 means that no sign of a fault was seen, which is no proof that there is none. None where no clause could be
    expected, as in a report. ``loads`` are the parts of the figure: figure = exp(-sum of loads). ``versions`` are
    the identifiers of texts of other documents of which this one holds a language version.
    """

    document_id: str
    path: str
    figure: float | None
    grade: QualityGrade
    texts: int
    clauses: int
    loads: tuple[tuple[str, float], ...] = ()
    warnings: tuple[QualityWarning, ...] = ()
    versions: tuple[str, ...] = ()
