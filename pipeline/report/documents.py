"""How far the reading of each document can be trusted, as a report shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.domain import DocumentQuality, QualityGrade, QualityWarning, instrument_of
from pipeline.report.wording import counted, listed, named, number

__all__ = [
    "GRADE_MEANINGS",
    "DocumentView",
    "WarningGroup",
    "WarningView",
    "grades_sentence",
    "show_documents",
    "version_of",
]

# Texts named of a volume in another language.
_NAMED = 5

GRADE_MEANINGS = {
    QualityGrade.GOOD: "hardly a sign of a fault: read it as it is",
    QualityGrade.CHECK: "some clauses look wrong: look at the warnings",
    QualityGrade.POOR: "many clauses look wrong: compare it with its source before use",
    QualityGrade.UNJUDGED: "holds no text that could be cut into clauses",
}


@dataclass(frozen=True, slots=True)
class WarningView:
    """One sign that something was read wrong: where it shows, as a reader cites it, and what was seen."""

    code: str
    where: str
    identifier: str
    page: int | None
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class WarningGroup:
    """All warnings of one kind in one document, in reading order."""

    code: str
    advice: str
    warnings: tuple[WarningView, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document: its figure in [0, 1] or None, its grade, and its warnings, the heaviest kind first.

    ``version_of`` says of which texts it holds a language version, "" where of none.
    """

    path: str
    figure: float | None
    grade: QualityGrade
    texts: int
    clauses: int
    groups: tuple[WarningGroup, ...]
    version_of: str = ""

    @property
    def count(self) -> int:
        """How many warnings there are."""
        return sum(len(group.warnings) for group in self.groups)

    @property
    def in_words(self) -> str:
        """The kinds of its warnings with their numbers."""
        return ", ".join(f"{group.code} {len(group.warnings)}" for group in self.groups)


def show_documents(qualities: Sequence[DocumentQuality], citation_of: Callable[[str], str]) -> tuple[DocumentView, ...]:
    """The documents with the least trusted first; those that are not judged last.

    Args:
        qualities: one for each document.
        citation_of: the citation of a clause or a text by its identifier, "" where it is not known.
    """
    ordered = sorted(qualities, key=lambda q: (q.figure is None, 0.0 if q.figure is None else q.figure, q.path))
    return tuple(
        DocumentView(
            q.path,
            q.figure,
            q.grade,
            q.texts,
            q.clauses,
            _groups(q.warnings, citation_of),
            version_of(q.versions, citation_of),
        )
        for q in ordered
    )


def version_of(texts: Sequence[str], citation_of: Callable[[str], str]) -> str:
    """``language version of PP Resolution 901 (Dubai, 2018)``; "" for no texts.

    Args:
        texts: identifiers of the texts.
        citation_of: the citation of a text by its identifier, "" where it is not known.
    """
    names = [named(citation_of(text) or text, instrument_of(text).body) for text in texts[:_NAMED]]
    if more := len(texts) - len(names):
        names.append(counted(more, "further text"))
    return f"language version of {listed(names)}" if names else ""


def _groups(warnings: Sequence[QualityWarning], citation_of: Callable[[str], str]) -> tuple[WarningGroup, ...]:
    by_code: dict[str, list[WarningView]] = {}
    for w in warnings:
        where = citation_of(w.where) or w.where if w.where else "the document"
        by_code.setdefault(w.code, []).append(WarningView(w.code, where, w.where, w.page, w.message, w.advice))
    return tuple(WarningGroup(code, views[0].advice, tuple(views)) for code, views in by_code.items())


def grades_sentence(documents: Sequence[DocumentView]) -> str:
    """How many documents bear each grade: ``57 documents: 40 good, 12 check, 3 poor and 2 not judged``."""
    counts = [(sum(one.grade is grade for one in documents), grade.value) for grade in QualityGrade]
    return f"{counted(len(documents), 'document')}: {listed(tuple(f'{number(n)} {name}' for n, name in counts if n))}"
