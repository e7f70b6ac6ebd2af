"""How well near texts are found: the rank of a text's kin among all others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.evaluate.resampling import mean_measure
from pipeline.evaluate.result import Evaluation, UnitResult

__all__ = ["Query", "average_precision", "score_retrieval"]


@dataclass(frozen=True, slots=True)
class Query:
    """A text and its kin, as rows of a matrix; ``left_out`` take no part; texts of one ``group`` are drawn together."""

    name: str
    text: int
    kin: frozenset[int]
    left_out: frozenset[int]
    group: str


def average_precision(scores: NDArray[np.float64], kin: Sequence[int], left_out: Sequence[int]) -> float:
    """Mean over the kin of the share of kin among texts as near or nearer, in [0, 1]; of equals the first row leads.

    Raises:
        InputError: there is no kin.
    """
    if not len(kin):
        raise InputError("a query without any kin cannot be scored")
    scores = np.array(scores, dtype=np.float64)
    scores[list(left_out)] = -np.inf
    order = np.argsort(-scores, kind="stable")
    relevant = np.zeros(len(scores), dtype=bool)
    relevant[list(kin)] = True
    found = np.flatnonzero(relevant[order]) + 1
    return float(np.mean(np.arange(1, len(found) + 1) / found))


def score_retrieval(nearness: NDArray[np.floating], queries: Sequence[Query]) -> Evaluation:
    """Mean average precision, with an interval over groups.

    Args:
        nearness: of each two texts, shape (texts, texts).
        queries: at least one.

    Raises:
        InputError: there is no query, or one without kin.
    """
    if not queries:
        raise InputError("there is no query: nothing can be measured")
    units = []
    for query in queries:
        out = query.left_out | {query.text}
        value = average_precision(nearness[query.text], sorted(query.kin), sorted(out))
        units.append(UnitResult(query.name, (len(query.kin),), value))
    measure = mean_measure("mean average precision", [u.value for u in units], [q.group for q in queries])
    return Evaluation("retrieval", "query", "kin text", (measure,), ("kin",), tuple(units))
