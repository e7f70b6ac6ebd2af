"""How near whole texts are: their words, the best match of each of their clauses, and the texts near to both.

The best match alone lets any two texts touch in recitals and reporting lines; words alone miss what is reworded. The
subject of a text is what it says again and again, so words count as often as they occur, and rare ones more. Texts with
the same nearest texts are kin even where they share little, so each text is looked at together with its nearest.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.match.background import Background
from pipeline.match.stop_words import STOP_WORDS
from pipeline.reference.nearness import NeighbourScale, TextNearness, load_text_nearness

__all__ = ["text_nearness", "word_nearness"]

Matrix = NDArray[np.float64]


def text_nearness(
    words: Sequence[Sequence[str]],
    best: Matrix,
    background: Background | None = None,
    scale: TextNearness | None = None,
) -> Matrix:
    """Nearness of each two texts, symmetric, shape (texts, texts); unrelated ones have about 0.25, copies over 1.

    It depends on the collection: a word weighs by how few texts use it, and neighbours take part.

    Args:
        words: the words of each text in their order.
        best: mean best match of the clauses of the row's text with those of the column's, in [0, 1].
        background: a collection whose texts count too when it is told how rare a word is; two texts alone need it.
        scale: other weights than the product's.
    """
    scale = scale or load_text_nearness()
    both = (best + best.T) / 2
    by_words = scale.words.unrelated + scale.words.slope * word_nearness(words, background, scale)
    return _shared((both + by_words) / 2, scale.neighbours)


def word_nearness(
    words: Sequence[Sequence[str]], background: Background | None = None, scale: TextNearness | None = None
) -> Matrix:
    """Cosine of each two texts by words and pairs of them, in [0, 1]; 0 for texts without a telling word in common.

    Args:
        words: the words of each text in their order.
        background: see ``text_nearness``.
        scale: other weights than the product's.
    """
    scale = scale or load_text_nearness()
    texts = len(words)
    counts = [Counter(_terms(one, scale.words.least_letters)) for one in words]
    held = Counter(term for count in counts for term in count)
    known, works = (background.words, texts + background.works) if background else ({}, texts)
    used = {term: n + known.get(term, 0) for term, n in held.items()}
    most = max(2.0, scale.words.common * works)
    column = {term: place for place, term in enumerate(sorted(t for t, n in used.items() if n <= most))}
    if not column:
        return np.zeros((texts, texts))
    rarity = [math.log((1 + works) / (1 + used[term])) + 1 for term in column]
    rows, columns, values = [], [], []
    for row, count in enumerate(counts):
        kept = sorted((column[term], n) for term, n in count.items() if term in column)
        rows += [row] * len(kept)
        columns += [place for place, _ in kept]
        values += [n * rarity[place] for place, n in kept]
    table = sp.csr_matrix((np.array(values, dtype=np.float64), (rows, columns)), shape=(texts, len(column)))
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    # What one text alone says lengthens it and meets nothing.
    shared = np.array([held[term] > 1 for term in column])
    table = sp.csr_matrix(sp.diags(1 / np.maximum(lengths, 1e-12)) @ table[:, shared])
    return np.asarray(np.minimum((table @ table.T).toarray(), 1.0))


def _terms(words: Iterable[str], letters: int) -> Iterable[str]:
    """Words of letters that are no stop words, and pairs that stand side by side once short ones are left out."""
    plain = [(w, w in STOP_WORDS) for w in words if len(w) >= letters and w.isalpha()]
    yield from (word for word, stops in plain if not stops)
    for (left, one), (right, other) in pairwise(plain):
        if not (one and other):
            yield f"{left} {right}"


def _shared(near: Matrix, scale: NeighbourScale) -> Matrix:
    """Each text's nearness mixed with that of its nearest texts, both ways; equals take part together."""
    count = min(scale.count, len(near) - 1)
    if count < 1 or not scale.share:
        return near
    others = np.maximum(near, 0)
    np.fill_diagonal(others, 0)
    least = -np.partition(-others, count - 1, axis=1)[:, count - 1 : count]
    pull = np.where(others >= least, others**scale.power, 0)
    pull /= np.maximum(pull.sum(axis=1, keepdims=True), 1e-12)
    # Sparse products add in one order on every machine.
    sparse = sp.csr_matrix(pull)
    mixed = (1 - scale.share) * near + scale.share * np.asarray(sparse @ near)
    mixed = (1 - scale.share) * mixed + scale.share * np.asarray(sparse @ mixed.T).T
    return np.asarray((mixed + mixed.T) / 2)
