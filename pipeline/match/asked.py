"""Given pairs of clauses made ready for judgement, whether or not a search would have proposed them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Overlap, Resolution
from pipeline.match.alignment import align
from pipeline.match.background import load_background
from pipeline.match.exact import judged_overlap
from pipeline.match.features import ComparedPair
from pipeline.match.mandates import read_mandate
from pipeline.match.overlaps import centred, worded_clauses
from pipeline.match.texts import compared_texts
from pipeline.match.tokens import build_vocabulary, word_clause
from pipeline.reference import precedence

__all__ = ["compared_pairs", "judge_pairs"]


def compared_pairs(
    resolutions: Sequence[Resolution],
    vectors: NDArray[np.float32],
    rows: Mapping[str, int],
    asked: Sequence[tuple[str, str]],
) -> tuple[ComparedPair, ...]:
    """The asked pairs in their order, the clause of the prevailing text first.

    Recitals have no vector; their nearness of meaning counts as none.

    Args:
        resolutions: texts of any standing that hold all the clauses.
        vectors: vectors of mandates, shape (n, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
        asked: pairs of clause ids.

    Raises:
        KeyError: a clause is in none of the texts.
    """
    background = load_background()
    clauses = worded_clauses(resolutions)
    matrix = centred(vectors[[rows[c.clause.id] for c in clauses]])
    texts = compared_texts(clauses, matrix)
    number = {str(text.id): i for i, text in enumerate(texts.texts)}
    at = {c.clause.id: i for i, c in enumerate(clauses)}
    wanted = {name for pair in asked for name in pair}
    vocabulary = build_vocabulary(resolutions, background.words, background.works)
    worded = {c.clause.id: c for c in clauses if c.clause.id in wanted}
    for resolution in resolutions:
        for clause in resolution.clauses:
            if clause.id in wanted and clause.id not in worded:
                worded[clause.id] = word_clause(clause, resolution, (), vocabulary)
    mandates = {name: read_mandate(worded[name]) for name in sorted(wanted)}
    out = []
    for one, other in asked:
        a, b = sorted((worded[one], worded[other]), key=lambda c: (*precedence(c.resolution), c.clause.id))
        here, there = at.get(a.clause.id), at.get(b.clause.id)
        cosine = 0.0 if here is None or there is None else float(np.clip(matrix[here] @ matrix[there], -1.0, 1.0))
        first, second = number.get(str(a.resolution.id)), number.get(str(b.resolution.id))
        theme = 0.0 if first is None or second is None else float(texts.themes[first, second])
        out.append(ComparedPair(a, b, mandates[a.clause.id], mandates[b.clause.id], align(a, b), cosine, theme))
    return tuple(out)


def judge_pairs(
    resolutions: Sequence[Resolution],
    vectors: NDArray[np.float32],
    rows: Mapping[str, int],
    asked: Sequence[tuple[str, str]],
) -> tuple[Overlap, ...]:
    """What the product says of each asked pair, in their order, kept or not; arguments as in ``compared_pairs``."""
    return tuple(judged_overlap(pair) for pair in compared_pairs(resolutions, vectors, rows, asked))
