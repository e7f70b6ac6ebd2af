"""Texts of one identifier in several languages: one text with its language versions, aligned by structure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from pipeline.domain import Clause, Expression, Notice, Rendering, Resolution, Section, Standing

__all__ = ["COMPARED_LANGUAGES", "AlignedExpressions", "align_expressions", "in_compared_language"]

# The language of the words and of the model that matching knows.
COMPARED_LANGUAGES = frozenset({"en"})
# The language of the main text where English is not held; the order says nothing of rank.
_ORDER = ("en", "fr", "es", "ru", "zh", "ar")


@dataclass(frozen=True, slots=True)
class AlignedExpressions:
    """Texts of which each identifier is held in one language, and the versions in other languages."""

    resolutions: tuple[Resolution, ...]
    expressions: tuple[Expression, ...]


def align_expressions(resolutions: Iterable[Resolution]) -> AlignedExpressions:
    """The texts without their versions in other languages, which come out as expressions; nothing is lost.

    The English text is the main one where it is held. Several documents in the main language all stay; of several in
    another language the fullest is the expression. A bare ``SUP`` line tells the same in every language and stays.
    Main texts say in a notice what else they are held in, and texts held in another language alone that they are not
    compared.
    """
    by_id: dict[str, list[Resolution]] = defaultdict(list)
    for resolution in resolutions:
        by_id[str(resolution.id)].append(resolution)
    kept: list[Resolution] = []
    expressions: list[Expression] = []
    for group in by_id.values():
        texts = [r for r in group if r.sections or r.standing is not Standing.SUPPRESSED]
        main = min((r.language for r in texts), key=_rank, default="")
        own = [r for r in group if r.language == main or r not in texts]
        others = sorted((r for r in texts if r.language != main), key=lambda r: _rank(r.language))
        fullest = max(own, key=_fullness)
        found = [
            _expression(fullest, max(versions, key=_fullness))
            for _, versions in groupby(others, key=lambda r: r.language)
        ]
        expressions.extend(found)
        kept.extend(_told(r, found) if r in texts else r for r in own)
    return AlignedExpressions(tuple(kept), tuple(sorted(expressions, key=lambda e: (e.resolution, e.language))))


def in_compared_language(resolutions: Iterable[Resolution]) -> tuple[Resolution, ...]:
    """The texts that matching can read: those in English."""
    return tuple(r for r in resolutions if r.language in COMPARED_LANGUAGES)


def _rank(language: str) -> tuple[int, str]:
    return (_ORDER.index(language) if language in _ORDER else len(_ORDER), language)


def _fullness(resolution: Resolution) -> tuple[int, str]:
    """The text with the most clauses; between equals the order of documents must not decide."""
    return sum(1 for _ in resolution.clauses), resolution.document_id


def _told(resolution: Resolution, expressions: Sequence[Expression]) -> Resolution:
    told = []
    if expressions:
        versions = ", ".join(
            e.language if e.is_whole else f"{e.language} ({len(e.missing)} clauses without counterpart)"
            for e in expressions
        )
        told.append(Notice("expressions", f"also held in {versions}: versions of this text and no texts of their own"))
    if resolution.language not in COMPARED_LANGUAGES:
        message = f"held in {resolution.language} alone; matching across languages is not done with an English model"
        told.append(Notice("other-language", message))
    return replace(resolution, notices=(*resolution.notices, *told)) if told else resolution


def _expression(main: Resolution, other: Resolution) -> Expression:
    pairs = [
        pair
        for ours, theirs in _paired(main.sections, other.sections)
        for pair in _paired_clauses(ours.clauses, theirs.clauses)
    ]
    rendered, used = {ours.id for ours, _ in pairs}, {theirs.id for _, theirs in pairs}
    return Expression(
        resolution=str(main.id),
        language=other.language,
        document_id=other.document_id,
        title=other.title,
        renderings=tuple(Rendering(ours.id, theirs.label, theirs.text, theirs.span) for ours, theirs in pairs),
        missing=tuple(c.id for c in main.clauses if c.id not in rendered),
        further=tuple(c.id for c in other.clauses if c.id not in used),
    )


def _paired(ours: Sequence[Section], theirs: Sequence[Section]) -> list[tuple[Section, Section]]:
    """Sections by their slug; those left between two pairs are paired in order where part and size are the same.

    A verb may have several counterparts: where English says "aware" and "conscious", French says "consciente".
    """
    at = {(section.annex, section.slug): index for index, section in enumerate(theirs)}
    pairs: list[tuple[int, int]] = []
    for index, section in enumerate(ours):
        there = at.get((section.annex, section.slug), -1)
        if there > (pairs[-1][1] if pairs else -1):
            pairs.append((index, there))
    ends = [(-1, -1), *pairs, (len(ours), len(theirs))]
    for (left, there), (right, beyond) in pairwise(ends):
        own, foreign = range(left + 1, right), range(there + 1, beyond)
        shapes = [[_shape(section[i]) for i in places] for section, places in ((ours, own), (theirs, foreign))]
        if shapes[0] == shapes[1]:
            pairs.extend(zip(own, foreign, strict=True))
    return [(ours[i], theirs[j]) for i, j in sorted(pairs)]


def _shape(section: Section) -> tuple[str, int | None, int]:
    return section.part.value, section.annex, len(section.clauses)


def _paired_clauses(ours: Sequence[Clause], theirs: Sequence[Clause]) -> list[tuple[Clause, Clause]]:
    """Clauses of two sections one by one where there are as many, else by their item path."""
    if len(ours) == len(theirs):
        return list(zip(ours, theirs, strict=True))
    by_path = {clause.path: clause for clause in theirs}
    return [(clause, by_path[clause.path]) for clause in ours if clause.path in by_path]
