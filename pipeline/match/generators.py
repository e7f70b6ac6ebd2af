"""Ways to find clauses that are worth comparing; each gives pairs of row numbers.

A pair names a clause first and then one that it should be compared with; the order of the two means nothing else.
Pairs of one work are dropped by the caller.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rensa import RMinHash
from sparse_dot_topn import sp_matmul_topn

from pipeline.match.matrices import WordMatrices
from pipeline.match.nearest import Metric
from pipeline.match.tokens import WordedClause, words
from pipeline.reference import load_scoring

__all__ = ["GENERATORS", "NEAR", "Compared", "Found", "Generator", "near_metrics", "places"]

_THREADS = 2  # of the sparse products; a row is one thread's work, so their number changes no result
_PERMUTATIONS, _BAND = 64, 4  # bands of four rows: half-alike sets meet with probability 0.64, nine tenths alike surely
_SHINGLE = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """The clauses to find pairs of, all of shape (n, …).

    ``works`` and ``texts`` number the work and the text of each clause, ``vectors`` are centred and of length one,
    ``themes`` (texts, texts) tells how near two texts are in theme, ``means`` (texts, dimension) what that rests on.
    ``masked`` are the words of each clause that are neither formula language nor citations.
    """

    clauses: Sequence[WordedClause]
    works: NDArray[np.intp]
    texts: NDArray[np.intp]
    vectors: NDArray[np.float32]
    themes: NDArray[np.float32]
    means: NDArray[np.float64]
    matrices: WordMatrices
    masked: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """``pairs`` (m, 2); ``more`` (n,) marks clauses that have more near clauses than were taken."""

    pairs: NDArray[np.intp]
    more: NDArray[np.bool_] | None = None


def places(clauses: int) -> int:
    """How many nearest clauses are taken for each of so many: hundreds in a small corpus, some tens in a large one.

    The number goes in steps, so that one text more or less hardly ever changes it.
    """
    settings = load_scoring().candidates
    fair = settings["near_in_all"] / 2 ** (math.ceil(math.log2(max(1, clauses)) * 8) / 8)
    return int(min(settings["most_near"], max(settings["dense"], fair)))


def identical(compared: Compared) -> Found:
    """Clauses that say the same words, formulae and citations apart."""
    least = load_scoring().features.pointer_mass
    keys = ((i, compared.masked[i]) for i, c in enumerate(compared.clauses) if c.mass >= least)
    return _together(keys, len(compared.clauses))


def copied(compared: Compared) -> Found:
    """Near copies: half or more of the runs of three words in common, by MinHash."""
    shingles = [
        [" ".join(s) for s in zip(*(keys[k:] for k in range(_SHINGLE)), strict=False)] for keys in compared.masked
    ]
    rows = [i for i, s in enumerate(shingles) if s]
    if not rows:
        return _nothing()
    digests = np.array(
        RMinHash.digest_matrix_from_token_sets([shingles[i] for i in rows], _PERMUTATIONS, 42).to_rows(), np.uint32
    )
    limit = int(load_scoring().candidates["common_key"])
    found: list[NDArray[np.intp]] = []
    for start in range(0, _PERMUTATIONS, _BAND):
        band = np.ascontiguousarray(digests[:, start : start + _BAND]).view(f"V{4 * _BAND}").ravel()
        _, bucket = np.unique(band, return_inverse=True)
        found.append(_of_groups(bucket, limit))
    return Found(np.array(rows, dtype=np.intp)[np.concatenate(found)])


def worded(compared: Compared) -> Found:
    """The nearest by words: TF-IDF cosine on words without the commonest."""
    settings, rows = load_scoring().candidates, compared.matrices.cosines()
    return _products(rows, rows, compared, int(settings["lexical"]), settings["minimum_lexical"])


def contained(compared: Compared) -> Found:
    """Clauses that hold most of what a clause says, however much else they say."""
    settings = load_scoring().candidates
    held = compared.matrices.heaviest.copy()
    held.data = np.ones_like(held.data)
    shares = compared.matrices.shares()
    return _products(shares, held, compared, int(settings["containing"]), settings["minimum_containing"])


def near_metrics(clauses: int) -> tuple[Metric, Metric]:
    """The nearest by meaning; and by meaning and theme together."""
    settings = load_scoring().candidates
    both = settings["theme_beside_meaning"]
    return (
        Metric(0.0, int(settings["dense"]), settings["minimum_dense"]),
        Metric(both, places(clauses), settings["minimum_dense"]),
    )


def mandated(compared: Compared) -> Found:
    """The same class of action on the same thing, by the last word of the object."""
    keys: list[tuple[int, Hashable]] = []
    for row, clause in enumerate(compared.clauses):
        mandate = clause.clause.mandate
        for action in mandate.actions if mandate else ():
            head = words(action.object.text)[0][-1:] if action.object else ()
            if action.kind and head:
                keys.append((row, (action.kind, *head)))
    return _rare(keys, len(compared.clauses))


def cited_together(compared: Compared) -> Found:
    """The same text or provision cited, where few clauses cite it."""
    rows = {c.clause.id: i for i, c in enumerate(compared.clauses)}
    resolutions = {id(c.resolution): c.resolution for c in compared.clauses}.values()
    keys = (
        (rows[citation.clause], citation.target)
        for resolution in resolutions
        for citation in resolution.citations
        if citation.clause in rows and citation.target
    )
    return _rare(keys, len(compared.clauses))


Generator = Callable[[Compared], Found]

GENERATORS: tuple[tuple[str, Generator], ...] = (
    ("identical", identical),
    ("copied", copied),
    ("words", worded),
    ("contained", contained),
    ("mandate", mandated),
    ("cited together", cited_together),
)

# Those of ``near_metrics``, which share one pass over the vectors.
NEAR = ("meaning", "meaning and theme")


def _nothing() -> Found:
    return Found(np.zeros((0, 2), dtype=np.intp))


def _together(keys: Iterable[tuple[int, Hashable]], limit: int) -> Found:
    """All pairs of rows of one key that at most ``limit`` rows have."""
    groups: dict[Hashable, set[int]] = defaultdict(set)
    for row, key in keys:
        groups[key].add(row)
    pairs = {p for g in groups.values() if 2 <= len(g) <= limit for p in combinations(sorted(g), 2)}
    return Found(np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2))


def _rare(keys: Iterable[tuple[int, Hashable]], rows: int) -> Found:
    return _together(keys, min(rows, int(load_scoring().candidates["common_key"])))


def _of_groups(group: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
    """All pairs within groups; in a group above ``limit`` each row is paired with the first alone."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    sizes = np.diff(np.append(starts, len(order)))
    found: list[NDArray[np.intp]] = [np.zeros((0, 2), dtype=np.intp)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        members = order[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1) if size <= limit else (np.zeros(size - 1, np.intp), np.arange(1, size))
        found.append(np.stack([members[:, first].ravel(), members[:, second].ravel()], axis=1))
    return np.concatenate(found)


def _products(left: sp.csr_matrix, right: sp.csr_matrix, compared: Compared, count: int, least: float) -> Found:
    """The ``count`` greatest products of each row of ``left`` with rows of ``right`` of other works.

    Words of more clauses than ``common_word`` are left out: each costs the square of its clauses and tells little.
    Rows of one work get a great negative product by a column for each work.
    """
    frequency = np.bincount(right.indices, minlength=right.shape[1])
    told = frequency <= load_scoring().candidates["common_word"]
    rows = np.arange(len(compared.works))
    own = sp.csr_matrix((np.full(len(rows), 1000.0, np.float32), (rows, compared.works)))
    here = sp.hstack([left[:, told], -own], format="csr", dtype=np.float32)
    there = sp.hstack([right[:, told], own], format="csr", dtype=np.float32)
    near = sp_matmul_topn(here, there.T.tocsr(), count + 1, threshold=least, sort=True, n_threads=_THREADS)
    sizes = np.diff(near.indptr)
    row = np.repeat(rows, sizes)
    place = np.arange(near.nnz) - np.repeat(near.indptr[:-1], sizes)
    kept = place < count
    return Found(np.stack([row[kept], near.indices[kept]], axis=1).astype(np.intp), sizes > count)
