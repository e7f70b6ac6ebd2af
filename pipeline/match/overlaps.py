"""Clauses and their vectors to scored overlaps with evidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.collector import uncollected
from pipeline.domain import Kinship, Overlap, Resolution, Standing
from pipeline.match.background import load_background
from pipeline.match.bounds import clause_columns, pair_bounds
from pipeline.match.candidates import Candidates, candidate_pairs, compared_clauses, within_limit
from pipeline.match.exact import PossiblePairs, Read, Spread, score_pairs
from pipeline.match.features import is_pointer, probability_bounds
from pipeline.match.generators import Compared
from pipeline.match.mandates import read_mandates
from pipeline.match.memory import MatchMemory, clause_keys, pair_keys, places_in
from pipeline.match.nearest import VECTOR_UNIT
from pipeline.match.texts import compared_texts, kinship, says
from pipeline.match.tokens import WordedClause, build_vocabulary, words_of
from pipeline.reference import load_scoring, precedence

__all__ = ["MatchResult", "centred", "find_overlaps", "worded_clauses"]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Overlaps worth keeping, sorted by id, and sentences about every limit that bit.

    ``weights`` tells how much each compared clause says, in [0, 1]; ``kinship`` lists pairs of texts of different works
    that are near as wholes, sorted.

    Where an earlier match was given, ``overlaps`` are only those scored now, and ``again`` are places of overlaps of
    the earlier match that stand as they are. ``memory`` is for the next match;
    its ``kept`` are the keys of the overlaps that stand and then of those scored now.
    """

    overlaps: tuple[Overlap, ...]
    weights: dict[str, float]
    kinship: tuple[Kinship, ...]
    limits: tuple[str, ...]
    again: NDArray[np.intp]
    memory: MatchMemory


def centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors less the mean of the reference collection, rows of length one again.

    All mandates of the Union point the same way a little; without that common part cosines tell texts apart.
    The mean is fixed, so the nearness of two clauses does not depend on what else a corpus holds; in whole multiples of
    ``VECTOR_UNIT`` it does not depend on the order of summing either.
    """
    if not len(vectors):
        return vectors
    moved = vectors - load_background().mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    steps = np.rint(moved / np.maximum(lengths, 1e-9) / VECTOR_UNIT)
    return np.asarray(steps * VECTOR_UNIT, dtype=np.float32)


def find_overlaps(
    resolutions: Sequence[Resolution],
    vectors: NDArray[np.float32],
    rows: dict[str, int],
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
    spread: Spread | None = None,
    before: MatchMemory | None = None,
    searched: Callable[[int, int], None] | None = None,
) -> MatchResult:
    """Scored pairs of clauses of different works, among texts in force.

    Args:
        resolutions: the texts of a corpus; only those in force are compared.
        vectors: vectors of their mandates, shape (n, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
        progress: told (pairs scored, pairs in all) now and then.
        workers: processes that score; the result is the same for any number.
        spread: scores elsewhere, see ``score_pairs``; the result is the same.
        before: what an earlier match left; only what has changed since is searched and scored.
        searched: told (clauses whose nearest are known, clauses in all) now and then, before any pair is scored.
    """
    with uncollected():
        before = before or MatchMemory()
        clauses = worded_clauses(r for r in resolutions if r.standing is Standing.IN_FORCE and not r.is_foreign)
        matrix = centred(vectors[[rows[c.clause.id] for c in clauses]]) if clauses else vectors[:0]
        texts = compared_texts(clauses, matrix)
        compared = compared_clauses(clauses, matrix, texts)
        candidates = candidate_pairs(compared, before.near, searched)
        read = list(zip(clauses, read_mandates(clauses), strict=True))
        possible, each = _possible(compared, read, candidates)
        overlaps, again, memory = _scored(
            read, possible, before, lambda new: score_pairs(read, new, progress, workers, spread)
        )
        return MatchResult(
            overlaps=overlaps,
            weights={c.clause.id: round(says(c), 5) for c in clauses},
            kinship=kinship(clauses, matrix, texts, candidates.near.best),
            limits=_limits(resolutions, candidates, each),
            again=again,
            memory=replace(memory, near=candidates.near),
        )


def _scored(
    read: Sequence[Read],
    possible: PossiblePairs,
    before: MatchMemory,
    score: Callable[[PossiblePairs], list[Overlap]],
) -> tuple[tuple[Overlap, ...], NDArray[np.intp], MatchMemory]:
    """Overlaps of pairs that were not scored before, by id; places of those that stand; and what is known now."""
    keys = pair_keys(clause_keys([clause for clause, _ in read]), possible.pairs, possible.cosines, possible.themes)
    stands, falls = places_in(before.kept, keys), places_in(before.dropped, keys)
    fresh = np.flatnonzero((stands < 0) & (falls < 0))
    number = {clause.clause.id: row for row, (clause, _) in enumerate(read)}
    overlaps = sorted(score(possible.only(fresh)), key=lambda o: o.id)
    pairs = possible.pairs[fresh]
    cells = pairs[:, 0] * len(read) + pairs[:, 1]
    order = np.argsort(cells)
    found = np.array([number[o.left] * len(read) + number[o.right] for o in overlaps], dtype=np.intp)
    new = fresh[order[np.searchsorted(cells[order], found)]]
    again = np.sort(stands[stands >= 0])
    memory = MatchMemory(
        kept=np.concatenate([before.kept[again], keys[new]]),
        dropped=np.concatenate([before.dropped[falls[falls >= 0]], keys[np.setdiff1d(fresh, new)]]),
    )
    return tuple(overlaps), again, memory


def _possible(compared: Compared, read: Sequence[Read], candidates: Candidates) -> tuple[PossiblePairs, int | None]:
    """The candidates that an alignment could make worth keeping, the prevailing clause first.

    Where there are too many, each clause keeps those that could be the most probable; the number tells how many.
    """
    scoring = load_scoring()
    clauses, pairs = compared.clauses, candidates.pairs
    pointer = np.array([is_pointer(c) for c in clauses], dtype=bool)
    columns = clause_columns(clauses, [mandate for _, mandate in read], compared.matrices, pointer)
    themes = compared.themes[compared.texts[pairs[:, 0]], compared.texts[pairs[:, 1]]]
    most = np.zeros(len(pairs))
    formula = np.zeros(len(pairs), dtype=bool)
    for block, bounds in pair_bounds(columns, pairs, candidates.cosines, themes):
        most[block] = probability_bounds(bounds)
        formula[block] = bounds.formula_words >= scoring.thresholds["formula_words"]
    may = (most >= scoring.thresholds["kept"]) | formula
    most_pairs = max(scoring.candidates["aligned_at_least"], scoring.candidates["aligned_a_clause"] * len(clauses))
    each = None
    if may.sum() > most_pairs:
        rows = np.flatnonzero(may)
        held, each = within_limit(pairs[rows], most[rows], int(most_pairs))
        may[rows[~held]] = False
    order = sorted(range(len(clauses)), key=lambda i: (*precedence(clauses[i].resolution), clauses[i].clause.id))
    rank = np.empty(len(clauses), dtype=np.intp)
    rank[order] = np.arange(len(clauses))
    chosen = pairs[may]
    swapped = rank[chosen[:, 0]] > rank[chosen[:, 1]]
    chosen[swapped] = chosen[swapped][:, ::-1]
    return PossiblePairs(chosen, candidates.cosines[may], themes[may], columns), each


def worded_clauses(resolutions: Iterable[Resolution]) -> list[WordedClause]:
    """The compared clauses of some texts with their words, in the order of their ids."""
    background = load_background()
    texts = list(resolutions)
    vocabulary = build_vocabulary(texts, background.words, background.works)
    worded = (clause for text in texts for clause in words_of(text, vocabulary))
    return sorted(worded, key=lambda c: c.clause.id)


def _limits(resolutions: Sequence[Resolution], candidates: Candidates, each: int | None) -> tuple[str, ...]:
    proposed = sum(r.standing is Standing.PROPOSED for r in resolutions)
    older = sum(r.standing is Standing.SUPERSEDED for r in resolutions)
    settings = load_scoring().candidates
    out = []
    if outside := sum(r.is_foreign for r in resolutions):
        out.append(f"Texts of other organizations read and not compared: {outside}.")
    if proposed:
        out.append(f"Proposed texts read and not compared, for they are not in force: {proposed}.")
    if older:
        out.append(f"Older editions read and not compared, for only the newest of a work is: {older}.")
    if candidates.capped:
        out.append(
            f"{candidates.capped} clauses have more near clauses than the {settings['lexical']:.0f} by words and the "
            f"{candidates.places} by meaning that are compared with each; clauses of the same words always are."
        )
    if each is not None:
        out.append(
            f"More pairs may be worth keeping than are compared word by word: those among the {each} most promising of "
            "one of their clauses were."
        )
    if candidates.folded:
        out.append(
            f"{candidates.folded} clauses say the same as {settings['identical_group']:.0f} others and more; each of "
            "them is compared with the first clause of its group in each body alone."
        )
    return tuple(out)
