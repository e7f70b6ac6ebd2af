"""Clauses and their vectors to scored overlaps with evidence."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Evidence, Kinship, Overlap, Relation, Resolution, Standing
from pipeline.match.alignment import Alignment, align
from pipeline.match.background import load_background
from pipeline.match.bounds import WordBag, bag, best_alignment
from pipeline.match.candidates import candidate_pairs
from pipeline.match.features import ComparedPair, explain, probability_of, score
from pipeline.match.mandates import Mandate, read_mandate
from pipeline.match.relations import relate
from pipeline.match.tokens import WordedClause, build_vocabulary, is_compared, word_clause
from pipeline.reference import load_scoring, precedence

__all__ = ["MatchResult", "centred", "find_overlaps"]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Overlaps worth keeping, sorted by id, and sentences about every limit that bit.

    ``weights`` tells how much each compared clause says, in [0, 1]; ``kinship`` lists pairs of texts of different works
    that are near as wholes, sorted.
    """

    overlaps: tuple[Overlap, ...]
    weights: dict[str, float]
    kinship: tuple[Kinship, ...]
    limits: tuple[str, ...]


def centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors less the mean of the reference collection, rows of length one again.

    All mandates of the Union point the same way a little; without that common part cosines tell texts apart.
    The mean is fixed, so the nearness of two clauses does not depend on what else a corpus holds.
    """
    if not len(vectors):
        return vectors
    moved = vectors - load_background().mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)


def find_overlaps(
    resolutions: Sequence[Resolution],
    vectors: NDArray[np.float32],
    rows: dict[str, int],
    progress: Callable[[int, int], None] | None = None,
) -> MatchResult:
    """Scored pairs of clauses of different works, among texts in force.

    Args:
        resolutions: the texts of a corpus; only those in force are compared.
        vectors: vectors of their mandates, shape (n, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
        progress: told (pairs scored, pairs in all) now and then.
    """
    compared = [r for r in resolutions if r.standing is Standing.IN_FORCE]
    clauses = _worded(compared)
    matrix = centred(vectors[[rows[c.clause.id] for c in clauses]]) if clauses else vectors[:0]
    candidates = candidate_pairs(clauses, matrix)
    pairs = candidates.pairs
    read = [(c, read_mandate(c), bag(c)) for c in clauses]
    order = [(*precedence(c.resolution), c.clause.id) for c in clauses]
    themes = _themes(compared, clauses, matrix)
    overlaps = []
    for index, ((i, j), cosine) in enumerate(zip(pairs.tolist(), candidates.cosines.tolist(), strict=True)):
        if progress is not None and index % 5000 == 0:
            progress(index, len(pairs))
        first, second = (i, j) if order[i] <= order[j] else (j, i)
        theme = themes(clauses[first].resolution, clauses[second].resolution)
        overlap = _score(read[first], read[second], cosine, theme)
        if overlap is not None:
            overlaps.append(overlap)
    if progress is not None:
        progress(len(pairs), len(pairs))
    return MatchResult(
        overlaps=tuple(sorted(overlaps, key=lambda o: o.id)),
        weights={c.clause.id: round(_says(c), 5) for c in clauses},
        kinship=_kinship(clauses, matrix),
        limits=_limits(resolutions, candidates.capped),
    )


def _says(clause: WordedClause) -> float:
    """How much a clause says, in [0, 1]: a bare formula almost nothing, six informative words everything."""
    return min(1.0, clause.mass / load_scoring().information.clause_words)


def _kinship(clauses: Sequence[WordedClause], matrix: NDArray[np.float32]) -> tuple[Kinship, ...]:
    """Pairs of texts of different works by the mean best match of their clauses both ways, weighed by what they say."""
    if not clauses:
        return ()
    names = [str(c.resolution.id) for c in clauses]
    starts = np.array([i for i in range(len(names)) if i == 0 or names[i] != names[i - 1]])
    texts = [clauses[i].resolution for i in starts]
    says = np.array([_says(c) for c in clauses])
    totals = np.maximum(np.add.reduceat(says, starts), 1e-9)
    one_way = np.zeros((len(texts), len(texts)))
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(names)
        best = np.maximum.reduceat(np.clip(matrix[start:end] @ matrix.T, 0, 1), starts, axis=1)
        one_way[index] = says[start:end] @ best / totals[index]
    both = (one_way + one_way.T) / 2
    limit = load_scoring().thresholds["kinship"]
    found = np.argwhere(np.triu(both >= limit, 1))
    pairs = [(texts[i], texts[j], float(both[i, j])) for i, j in found.tolist()]
    kept = [Kinship(str(a.id), str(b.id), round(s, 5)) for a, b, s in pairs if a.id.work != b.id.work]
    return tuple(sorted(kept, key=lambda k: (k.a, k.b)))


def _worded(resolutions: Iterable[Resolution]) -> list[WordedClause]:
    background = load_background()
    texts = list(resolutions)
    vocabulary = build_vocabulary(texts, background.words, background.works)
    out: list[WordedClause] = []
    for resolution in texts:
        cited: dict[str, list[str]] = defaultdict(list)
        for citation in resolution.citations:
            if citation.clause is not None:
                cited[citation.clause].append(citation.text)
        out.extend(
            word_clause(clause, resolution, tuple(cited[clause.id]), vocabulary)
            for clause in resolution.clauses
            if is_compared(clause)
        )
    return sorted(out, key=lambda c: c.clause.id)


def _themes(
    resolutions: Sequence[Resolution], clauses: Sequence[WordedClause], matrix: NDArray[np.float32]
) -> Callable[[Resolution, Resolution], float]:
    """Nearness in theme of two resolutions: cosine of the mean vectors of their clauses, by weight."""
    index = {r.id: i for i, r in enumerate(resolutions)}
    most = load_scoring().information.clause_words
    sums = np.zeros((len(resolutions), matrix.shape[1]), dtype=np.float64)
    for row, clause in enumerate(clauses):
        sums[index[clause.resolution.id]] += matrix[row] * min(most, clause.mass)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)

    @cache
    def of_rows(left: int, right: int) -> float:
        return float(sums[left] @ sums[right])

    def theme(left: Resolution, right: Resolution) -> float:
        return of_rows(index[left.id], index[right.id])

    return theme


_Read = tuple[WordedClause, Mandate, WordBag]


def _score(left_read: _Read, right_read: _Read, cosine: float, theme: float) -> Overlap | None:
    """The overlap of two clauses, the prevailing one first; None when it is not worth keeping."""
    (left, left_mandate, left_bag), (right, right_mandate, right_bag) = left_read, right_read
    limits = load_scoring().thresholds
    best = best_alignment(left_bag, right_bag)
    pair = ComparedPair(left, right, left_mandate, right_mandate, best, cosine, theme)
    if not _may_be_kept(probability_of(score(pair)), best, limits):
        return None
    alignment = align(left, right)
    pair = replace(pair, alignment=alignment)
    values = score(pair)
    probability = probability_of(values)
    if not _may_be_kept(probability, alignment, limits):
        return None
    verdict = relate(pair, probability, theme)
    if probability < limits["kept"] and verdict.relation is not Relation.BOIL:
        return None
    bias, contributions = explain(pair, values)
    identity = hashlib.sha256(f"{left.clause.id}\n{right.clause.id}".encode()).hexdigest()[:16]
    return Overlap(
        id=f"o-{identity}",
        left=left.clause.id,
        right=right.clause.id,
        relation=verdict.relation,
        probability=round(probability, 6),
        similarity=round(cosine, 5),
        containment_left=round(alignment.left, 5),
        containment_right=round(alignment.right, 5),
        information=round(min(1.0, alignment.shared / load_scoring().information.full_words), 5),
        evidence=Evidence(bias, contributions, alignment.matches, verdict.reasons_for, verdict.reasons_against),
    )


def _may_be_kept(probability: float, alignment: Alignment, limits: Mapping[str, float]) -> bool:
    """Whether a pair is probable enough, or may at least be recorded as formula language in common."""
    return probability >= limits["kept"] or alignment.formula_words >= limits["formula_words"]


def _limits(resolutions: Sequence[Resolution], capped: int) -> tuple[str, ...]:
    proposed = sum(r.standing is Standing.PROPOSED for r in resolutions)
    older = sum(r.standing is Standing.SUPERSEDED for r in resolutions)
    out = []
    if proposed:
        out.append(f"Proposed texts read and not compared, for they are not in force: {proposed}.")
    if older:
        out.append(f"Older editions read and not compared, for only the newest of a work is: {older}.")
    if capped:
        settings = load_scoring().candidates
        out.append(
            f"{capped} clauses have more near clauses than the {settings['lexical']:.0f} by words and the "
            f"{settings['dense']:.0f} by meaning that are compared with each; clauses of the same words always are."
        )
    return tuple(out)
