"""How near texts are as wholes: by their words, by the themes behind the words, and by meaning.

A text is more than its nearest clause: reporting formulae and recitals make any two texts touch somewhere. So whole
texts are compared three ways, the three cosines are averaged, and each text is then looked at together with its
nearest neighbours, for two texts with the same neighbours are kin even where they share few words.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from spacy.lang.en.stop_words import STOP_WORDS
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

__all__ = ["NearnessScale", "TextParts", "nearness"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NearnessScale:
    """What counts how much; the values were chosen on half of the lineages of a collection of United Nations texts.

    ``words``, ``themes`` and ``meaning`` are the weights of the three cosines. ``common`` is the share of texts
    from which on a word tells nothing. ``dimensions`` is the most themes that are told apart, ``ridge`` how much of
    the mean variance is added before meaning is whitened, and ``telling`` the weight of words at which a clause says
    as much as any. A text takes ``shared`` of its nearness from its ``neighbours`` nearest texts.
    """

    words: float = 0.6
    themes: float = 0.2
    meaning: float = 0.2
    common: float = 0.3
    dimensions: int = 200
    ridge: float = 0.3
    telling: float = 60.0
    neighbours: int = 10
    shared: float = 0.2


@dataclass(frozen=True, slots=True)
class TextParts:
    """The clauses of a collection of texts.

    ``words`` holds the words of each clause, lower case; ``of_clause`` (clauses,) the index of the text of each,
    from 0 without a gap; ``vectors`` (clauses, dimension), float32, their vectors.
    """

    words: Sequence[Sequence[str]]
    of_clause: NDArray[np.intp]
    vectors: NDArray[np.float32]


def nearness(parts: TextParts, scale: NearnessScale | None = None) -> NDArray[np.float32]:
    """Nearness of each two texts, symmetric, shape (texts, texts), about -0.2 to 1; 0 is what unrelated texts have.

    It depends on the collection: a word weighs by how few texts use it, and neighbours take part. Fewer than about
    fifty texts have no themes of their own; words and meaning then decide alone.

    Args:
        parts: the clauses of the texts.
        scale: other weights than the product's, for measuring.
    """
    scale = scale or NearnessScale()
    texts = int(parts.of_clause.max()) + 1 if len(parts.of_clause) else 0
    if texts < 2:
        return np.ones((texts, texts), dtype=np.float32)
    # One thread: sums in another order would differ in the last bits from run to run.
    with threadpool_limits(limits=1):
        worded, rarity = _worded(parts, texts, scale.common)
        views = [(scale.words, np.asarray((worded @ worded.T).toarray()))]
        if (themes := _themes(worded, scale.dimensions)) is not None:
            views.append((scale.themes, themes @ themes.T))
        meanings = _meanings(parts, texts, rarity, scale)
        views.append((scale.meaning, meanings @ meanings.T))
        mean = sum((weight * view for weight, view in views), np.zeros((texts, texts)))
        mean /= sum(weight for weight, _ in views)
        return np.round(_shared(mean, scale.neighbours, scale.shared), 5).astype(np.float32)


def _terms(words: Sequence[str]) -> Iterable[str]:
    """Words of three letters and more, and pairs of them that stand side by side."""
    plain = [w for w in words if len(w) > 2 and w.isalpha()]
    yield from plain
    for left, right in pairwise(plain):
        if left not in STOP_WORDS or right not in STOP_WORDS:
            yield f"{left} {right}"


def _worded(parts: TextParts, texts: int, common: float) -> tuple[sp.csr_matrix, dict[str, float]]:
    """Texts by terms, root of the count times rarity, rows of length one; and the rarity of each word."""
    counts: list[Counter[str]] = [Counter() for _ in range(texts)]
    for row, words in zip(parts.of_clause.tolist(), parts.words, strict=True):
        counts[row].update(_terms(words))
    used = Counter(term for count in counts for term in count)
    most = max(2.0, common * texts)
    rarity = {t: float(np.log((1 + texts) / (1 + n))) + 1 for t, n in used.items()}
    column = {t: i for i, t in enumerate(sorted(t for t, n in used.items() if 1 < n <= most and t not in STOP_WORDS))}
    cells = [(row, column[t], n**0.5 * rarity[t]) for row, c in enumerate(counts) for t, n in c.items() if t in column]
    rows, columns, values = (np.array(x) for x in zip(*cells, strict=True)) if cells else (np.zeros(0, int),) * 3
    matrix = sp.csr_matrix((values.astype(np.float64), (rows, columns)), shape=(texts, max(1, len(column))))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.maximum(lengths, 1e-9)) @ matrix), rarity


def _themes(worded: sp.csr_matrix, dimensions: int) -> Matrix | None:
    """Texts in the space of their greatest themes (latent semantic analysis), rows of length one."""
    from sklearn.decomposition import TruncatedSVD

    kept = min(dimensions, worded.shape[0] // 5, worded.shape[1] - 1)
    if kept < 10:
        return None
    return _of_length_one(TruncatedSVD(kept, n_iter=2, random_state=0).fit_transform(worded))


def _meanings(parts: TextParts, texts: int, rarity: dict[str, float], scale: NearnessScale) -> Matrix:
    """Mean vectors of texts, clauses by the rarity of their words, after whitening; rows of length one.

    Whitening makes every direction of meaning vary alike, so that what all texts of a house have in common does not
    outweigh what tells them apart.
    """
    moved = parts.vectors - parts.vectors.mean(axis=0)
    variance, axes = np.linalg.eigh((moved.T @ moved).astype(np.float64) / len(moved))
    spread = np.sqrt(np.maximum(variance, 0) + scale.ridge * max(float(variance.mean()), 1e-12))
    white = _of_length_one(moved @ (axes / spread))
    says = np.array([sum(rarity[w] - 1 for w in set(c) if w in rarity) for c in parts.words])
    sums = np.zeros((texts, white.shape[1]))
    np.add.at(sums, parts.of_clause, white * np.minimum(says, scale.telling)[:, None])
    return _of_length_one(sums)


def _shared(mean: Matrix, neighbours: int, share: float) -> Matrix:
    """Each text's nearness mixed with that of its nearest texts, both ways."""
    count = min(neighbours, len(mean) - 1)
    if count < 1 or not share:
        return mean
    others = np.maximum(mean, 0)
    np.fill_diagonal(others, 0)
    least = -np.partition(-others, count - 1, axis=1)[:, count - 1 : count]
    pull = np.where(others >= least, others**2, 0)
    pull /= np.maximum(pull.sum(axis=1, keepdims=True), 1e-12)
    mixed = (1 - share) * mean + share * (pull @ mean)
    mixed = (1 - share) * mixed + share * (mixed @ pull.T)
    return np.asarray((mixed + mixed.T) / 2)


def _of_length_one(rows: Matrix) -> Matrix:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
