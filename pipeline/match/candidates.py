"""Which clause pairs are worth scoring: the union of several ways to find them, and a limit for each clause."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Adopter
from pipeline.match.generators import GENERATORS, NEAR, Compared, Found, near_metrics, places
from pipeline.match.matrices import WordMatrices, word_matrices
from pipeline.match.nearest import NearRows, Searched, nearest_rows
from pipeline.match.texts import ComparedTexts, said_weights
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["Candidates", "candidate_pairs", "compared_clauses", "within_limit"]


@dataclass(frozen=True, slots=True)
class Candidates:
    """``pairs`` of shape (m, 2), first index smaller, sorted; ``cosines`` of shape (m,), float32 in [-1, 1].

    ``capped`` counts clauses that have more near clauses than are taken, ``places`` tells how many may be. ``folded``
    counts clauses of large groups that say the same, of which each is compared with the first of each body alone.
    ``sources`` tells which generators found each pair, one bit each in the order of ``names``, shape (m,), uint16.
    ``near`` holds the nearest by meaning, for the next search of a corpus that has hardly changed.
    """

    pairs: NDArray[np.intp]
    cosines: NDArray[np.float32]
    capped: int
    places: int
    folded: int
    sources: NDArray[np.uint16]
    names: tuple[str, ...]
    near: NearRows


def compared_clauses(
    clauses: Sequence[WordedClause],
    vectors: NDArray[np.float32],
    texts: ComparedTexts | None = None,
) -> Compared:
    """Clauses with all that generators ask for; without themes every two texts are equally near.

    Args:
        clauses: compared clauses.
        vectors: their centred vectors, shape (n, dimension), float32, rows of length one.
        texts: the texts of the clauses with their themes.
    """
    written = {id(r): str(r.id.work) for r in {id(c.resolution): c.resolution for c in clauses}.values()}
    names = {work: i for i, work in enumerate(sorted(set(written.values())))}
    works = np.array([names[written[id(c.resolution)]] for c in clauses], dtype=np.intp)
    if texts is None:
        one = {name: i for i, name in enumerate(dict.fromkeys(id(c.resolution) for c in clauses))}
        of_clause = np.array([one[id(c.resolution)] for c in clauses], dtype=np.intp)
        themes, means = np.zeros((len(one), len(one)), dtype=np.float32), np.zeros((len(one), 0))
    else:
        of_clause, themes, means = texts.of_clause, texts.themes, texts.means
    masked = [c.masked for c in clauses]
    return Compared(clauses, works, of_clause, vectors, themes, means, word_matrices(clauses), masked)


def candidate_pairs(
    compared: Compared, before: NearRows | None = None, progress: Callable[[int, int], None] | None = None
) -> Candidates:
    """Pairs of clauses of different works that any generator finds; each takes so many for a clause and no more.

    Args:
        compared: the clauses.
        before: ``near`` of an earlier search; it saves time and changes nothing.
        progress: told (clauses whose nearest are known, clauses in all) now and then.
    """
    names = (*(name for name, _ in GENERATORS), *NEAR)
    chains, folded = _families(compared)
    near = _near(compared, folded, before, progress)
    rows = np.flatnonzero(~folded)
    kept = _subset(compared, rows)
    found = [chains]
    more = np.zeros(len(compared.clauses), dtype=bool)
    for _, generate in GENERATORS if len(rows) > 1 else ():
        one = generate(kept)
        found.append(Found(rows[one.pairs]))
        if one.more is not None:
            more[rows] |= one.more
    for number in range(len(NEAR)):
        found.append(Found(near.pairs(number)))
        more |= near.more(number)
    pairs, sources = _union(found, compared.works)
    cosines = _cosines(compared.vectors, pairs)
    most = places(len(compared.clauses))
    return Candidates(pairs, cosines, int(more.sum()), most, int(folded.sum()), sources, names, near)


def _near(
    compared: Compared,
    folded: NDArray[np.bool_],
    before: NearRows | None,
    progress: Callable[[int, int], None] | None,
) -> NearRows:
    """The nearest clauses by meaning, and by meaning and theme."""
    clauses = compared.clauses
    rows = Searched(
        ids=[c.clause.id for c in clauses],
        vectors=compared.vectors,
        groups=compared.texts,
        apart=compared.works,
        apart_names=[str(c.resolution.id.work) for c in clauses],
        nearness=np.clip(compared.themes, 0.0, load_scoring().features.theme_full),
        marks=compared.means,
        weights=said_weights(clauses),
        left_out=folded,
    )
    return nearest_rows(rows, near_metrics(len(clauses)), before, progress)


def _families(compared: Compared) -> tuple[Found, NDArray[np.bool_]]:
    """Large groups of clauses that say the same: pairs with the first of each body, and who is not looked at further.

    Two thousand clauses of one formula would make two million pairs that all say one thing.
    """
    scoring = load_scoring()
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, clause in enumerate(compared.clauses):
        groups[compared.masked[row] if clause.mass >= scoring.features.pointer_mass else clause.keys].append(row)
    folded = np.zeros(len(compared.clauses), dtype=bool)
    pairs: list[tuple[int, int]] = []
    for group in groups.values():
        if len(group) <= scoring.candidates["identical_group"]:
            continue
        first: dict[Adopter, int] = {}
        for row in group:
            first.setdefault(compared.clauses[row].resolution.body, row)
        heads = sorted(first.values())
        folded[group] = True
        folded[heads] = False
        pairs.extend((min(h, r), max(h, r)) for r in group for h in heads if h != r)
    chained = np.array(sorted(set(pairs)), dtype=np.intp).reshape(-1, 2)
    return Found(chained), folded


def _subset(compared: Compared, rows: NDArray[np.intp]) -> Compared:
    if len(rows) == len(compared.clauses):
        return compared
    matrices = WordMatrices(*(getattr(compared.matrices, name)[rows] for name in WordMatrices.__slots__))
    return replace(
        compared,
        clauses=[compared.clauses[i] for i in rows.tolist()],
        works=compared.works[rows],
        texts=compared.texts[rows],
        vectors=compared.vectors[rows],
        matrices=matrices,
        masked=[compared.masked[i] for i in rows.tolist()],
    )


def _union(found: Sequence[Found], works: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.uint16]]:
    """Distinct pairs of different works, sorted, with who found them; the chains of large groups count as the first."""
    count = len(works)
    ordered = [np.sort(f.pairs, axis=1) for f in found]
    cells = np.concatenate([p[:, 0].astype(np.int64) * count + p[:, 1] for p in ordered])
    finder = np.repeat(np.maximum(np.arange(len(found)) - 1, 0), [len(p) for p in ordered])
    order = np.argsort(cells, kind="stable")
    cells = cells[order]
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    bits = np.left_shift(np.uint16(1), finder[order].astype(np.uint16))
    sources = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    pairs = np.stack([cells[starts] // count, cells[starts] % count], axis=1).astype(np.intp)
    apart = works[pairs[:, 0]] != works[pairs[:, 1]]
    return pairs[apart], sources[apart]


def within_limit(pairs: NDArray[np.intp], priority: NDArray[np.float64], most: int) -> tuple[NDArray[np.bool_], int]:
    """The most promising pairs of each clause, at most ``most`` in all, and how many each clause may have.

    A pair stays when it is among the first of either of its clauses, so a clause near to many others takes no place
    from their own nearest. Of equal priority the first pairs stay.

    Args:
        pairs: pairs of row numbers, shape (m, 2).
        priority: shape (m,), the highest first.
        most: pairs in all.
    """
    owners = np.concatenate([pairs[:, 0], pairs[:, 1]])
    index = np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((index, -priority[index], owners))
    starts = np.flatnonzero(np.diff(owners[order], prepend=-1))
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    better = np.minimum(ranks[: len(pairs)], ranks[len(pairs) :])
    held = np.cumsum(np.bincount(better)) if len(pairs) else np.zeros(0, dtype=np.intp)
    each = int(np.searchsorted(held, most, side="right"))
    return better < each, each


def _cosines(vectors: NDArray[np.float32], pairs: NDArray[np.intp]) -> NDArray[np.float32]:
    """Cosines of the pairs, in blocks; each is the same whatever the other pairs are."""
    out = np.empty(len(pairs), dtype=np.float32)
    for start in range(0, len(pairs), 65536):
        block = pairs[start : start + 65536]
        out[start : start + 65536] = np.einsum("ij,ij->i", vectors[block[:, 0]], vectors[block[:, 1]])
    return np.clip(out, -1.0, 1.0)
