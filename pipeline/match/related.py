"""Texts near as wholes, whichever their standing: what a list of texts is searched by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Resolution
from pipeline.match.overlaps import centred, worded_clauses
from pipeline.match.texts import best_products, run_nearness, said_weights

__all__ = ["nearness_of_texts"]


def nearness_of_texts(
    resolutions: Sequence[Resolution], vectors: NDArray[np.float32], rows: Mapping[str, int]
) -> NDArray[np.float64]:
    """Nearness of each two texts by their mandates, shape (texts, texts); 0 with a text that has none.

    Words of formula language and citations are left out.

    Args:
        resolutions: texts of any standing.
        vectors: vectors of mandates, shape (n, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
    """
    of_text = defaultdict(list)
    for clause in worded_clauses(resolutions):
        of_text[str(clause.resolution.id)].append(clause)
    held = [row for row, text in enumerate(resolutions) if of_text[str(text.id)]]
    found = np.zeros((len(resolutions), len(resolutions)))
    if not held:
        return found
    each = [of_text[str(resolutions[row].id)] for row in held]
    clauses = [clause for one in each for clause in one]
    starts = np.cumsum([0, *(len(one) for one in each)])[:-1]
    weights = said_weights(clauses)
    best = best_products(starts, centred(vectors[[rows[c.clause.id] for c in clauses]]), weights)
    found[np.ix_(held, held)] = run_nearness(clauses, starts, best, weights)
    return found
