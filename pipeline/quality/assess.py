"""From signs to one figure a document, with a warning for each sign."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.domain import (
    Document,
    DocumentKind,
    DocumentQuality,
    Expression,
    QualityGrade,
    QualityWarning,
    Resolution,
    Standing,
)
from pipeline.quality.letters import repeated_lines, signs_of_letters, words_of
from pipeline.quality.seen import Seen
from pipeline.quality.structure import signs_of_structure
from pipeline.reference import detect_language
from pipeline.reference.quality import QualityRules, Sign, load_quality

__all__ = ["assess_document", "assess_documents"]


def assess_documents(
    documents: Sequence[Document], resolutions: Sequence[Resolution], expressions: Sequence[Expression] = ()
) -> tuple[DocumentQuality, ...]:
    """The quality of each document, in their order.

    Args:
        documents: all documents.
        resolutions: the texts found in them, in any order.
        expressions: those of the texts that are language versions of a text of another document.
    """
    versions: dict[str, list[str]] = defaultdict(list)
    for expression in expressions:
        versions[expression.document_id].append(expression.resolution)
    held: dict[str, list[Resolution]] = defaultdict(list)
    for resolution in resolutions:
        held[resolution.document_id].append(resolution)
    return tuple(
        replace(assess_document(document, held[document.id]), versions=tuple(versions[document.id]))
        for document in documents
    )


def assess_document(document: Document, resolutions: Sequence[Resolution]) -> DocumentQuality:
    """The quality of one document as read, with what lowers it.

    Given some of its texts only, the figure is that of these texts.

    Args:
        document: the document.
        resolutions: the texts found in it.
    """
    rules = load_quality()
    cut = [resolution for resolution in resolutions if resolution.standing is not Standing.SUPPRESSED]
    seen = list(_seen(document, cut, rules))
    clauses = sum(1 for resolution in cut for _ in resolution.clauses)
    letters = sum(len(resolution.span) for resolution in cut)
    wholes = {"clause": max(1, clauses), "text": max(1, len(cut)), "share": max(1, letters), "document": 1}
    places: Counter[str] = Counter()
    for one in seen:
        places[one.code] += one.places  # type: ignore[assignment]  # shares count in fractions
    loads = {code: _load(rules.signs[code], count, wholes) for code, count in places.items()}
    figure = math.exp(-sum(loads.values())) if _is_judged(document, cut) else None
    return DocumentQuality(
        document_id=document.id,
        path=document.path,
        figure=None if figure is None else round(figure, 4),
        grade=_grade(figure, rules),
        texts=len(cut),
        clauses=clauses,
        loads=tuple((code, round(load, 4)) for code, load in sorted(loads.items(), key=lambda x: (-x[1], x[0]))),
        warnings=tuple(
            QualityWarning(one.code, one.where, one.message, rules.signs[one.code].advice, one.page)
            for one in sorted(seen, key=lambda one: -loads[one.code])
        ),
    )


def _load(sign: Sign, places: float, wholes: dict[str, int]) -> float:
    return sign.weight * places / wholes[sign.per]


def _is_judged(document: Document, cut: Sequence[Resolution]) -> bool:
    """Whether clauses could be expected at all: a report has none, another language is not cut."""
    return bool(cut) or (document.kind is DocumentKind.INSTRUMENTS and document.language == "en")


def _grade(figure: float | None, rules: QualityRules) -> QualityGrade:
    if figure is None:
        return QualityGrade.UNJUDGED
    if figure >= rules.good:
        return QualityGrade.GOOD
    return QualityGrade.CHECK if figure >= rules.check else QualityGrade.POOR


def _seen(document: Document, resolutions: Sequence[Resolution], rules: QualityRules) -> Iterator[Seen]:
    counts = words_of(document) if resolutions else Counter()
    heads = repeated_lines(document, rules) if resolutions else frozenset()
    for resolution in resolutions:
        yield from signs_of_structure(document, resolution, rules)
        yield from signs_of_letters(document, resolution, counts, heads, rules)
        for notice in resolution.notices:
            if notice.code in rules.signs and rules.signs[notice.code].notice:
                yield Seen(notice.code, str(resolution.id), notice.message)
        yield from _empty_pages(document, resolution)
    for notice in document.notices:
        if notice.code in rules.signs and rules.signs[notice.code].notice:
            yield Seen(notice.code, "", notice.message)
    yield from _signs_of_file(document, resolutions)


def _empty_pages(document: Document, resolution: Resolution) -> Iterator[Seen]:
    """Pages between the first and the last of a text on which nothing stands."""
    on = {
        block.page
        for block in document.blocks
        if block.page is not None and resolution.span.start <= block.span.start < resolution.span.end
    }
    on |= {box.page for block in document.blocks for box in block.boxes if block.page in on}
    for page in sorted(set(range(min(on, default=0), max(on, default=0))) - on):
        yield Seen("page-without-text", str(resolution.id), f"page {page} holds no text", page)


def _signs_of_file(document: Document, resolutions: Sequence[Resolution]) -> Iterator[Seen]:
    if document.kind is DocumentKind.INSTRUMENTS and document.language == "en" and not resolutions:
        yield Seen("no-text", "", "an enacting formula stands in the document, and no text was found in it")
    named = detect_language("", document.path)
    if named not in ("en", document.language):
        message = f"the name of the file says {named}, the text is in {document.language}"
        yield Seen("language-of-name", "", message)
    if document.metadata.inferred:
        names = ", ".join(name.replace("_", " ") for name in document.metadata.inferred)
        yield Seen("inferred-metadata", "", f"not stated by the document but inferred: {names}")
