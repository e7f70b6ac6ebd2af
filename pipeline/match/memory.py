"""What matching a corpus leaves for matching it again after it has changed a little.

The score of a pair depends on its two clauses with their weighted words, the heads of their texts, the cosine and the
nearness of the texts in theme. A pair of which all that is as it was keeps its score; its key is a digest of it.
"""

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.match.nearest import NearRows
from pipeline.match.tokens import WordedClause

__all__ = ["MatchMemory", "clause_keys", "pair_keys", "places_in"]

Keys = NDArray[np.uint64]


def _no_keys() -> Keys:
    return np.zeros((0, 2), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class MatchMemory:
    """The nearest clauses found, and the keys of the pairs that were scored, shape (m, 2), uint64.

    ``kept`` are those of the overlaps, in their order; ``dropped`` those of pairs that were not worth keeping.
    """

    near: NearRows | None = None
    kept: Keys = field(default_factory=_no_keys)
    dropped: Keys = field(default_factory=_no_keys)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it, to be kept."""
        return {**(self.near.arrays() if self.near else {}), "kept": self.kept, "dropped": self.dropped}

    @classmethod
    def of(cls, kept: Mapping[str, NDArray[Any]]) -> "MatchMemory":
        """What was kept.

        Raises:
            KeyError: it is not whole.
        """
        return cls(NearRows.of(kept), kept["kept"], kept["dropped"])


def clause_keys(clauses: Sequence[WordedClause]) -> Keys:
    """A digest of each clause with all of it that a score depends on, shape (n, 2)."""
    texts = {id(c.resolution): c.resolution for c in clauses}
    heads = {name: _digest(replace(text, sections=())) for name, text in texts.items()}
    made = bytearray()
    for clause in clauses:
        one = hashlib.blake2b(heads[id(clause.resolution)], digest_size=16)
        one.update(_digest(clause.clause))
        for values in (clause.weights, clause.plain_weights, clause.formula, clause.cited):
            one.update(values.tobytes())
        made += one.digest()
    return np.frombuffer(bytes(made), dtype=np.uint64).reshape(-1, 2)


def pair_keys(
    clauses: Keys, pairs: NDArray[np.intp], cosines: NDArray[np.float32], themes: NDArray[np.float32]
) -> Keys:
    """A digest of each pair with its figures, shape (m, 2)."""
    left, right = clauses[pairs[:, 0]], clauses[pairs[:, 1]]
    figures = np.stack([cosines, themes], axis=1).astype(np.float32).view(np.uint64)
    return _mixed(_mixed(_mixed(left) ^ right) ^ figures)


def _mixed(keys: Keys) -> Keys:
    """Every bit of a key spread over all of it (the finalizer of SplitMix64, the two halves crossed)."""
    out = keys + np.array([0x9E3779B97F4A7C15, 0xD1B54A32D192ED03], dtype=np.uint64)
    out = (out ^ (out >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    out = out ^ (out[:, ::-1] >> np.uint64(29))
    out = (out ^ (out >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    crossed: Keys = (out ^ (out >> np.uint64(31))) + out[:, ::-1]
    return crossed


def places_in(keys: Keys, wanted: Keys) -> NDArray[np.intp]:
    """Where each wanted key stands among others, -1 where it does not."""
    if not len(keys) or not len(wanted):
        return np.full(len(wanted), -1, dtype=np.intp)
    order = np.argsort(keys[:, 0], kind="stable")
    first = keys[order, 0]
    place = np.searchsorted(first, wanted[:, 0])
    found = np.full(len(wanted), -1, dtype=np.intp)
    # Keys with the same first half stand beside each other; there is hardly ever more than one.
    open_ones = np.flatnonzero(place < len(keys))
    while open_ones.size:
        at = order[place[open_ones]]
        same = keys[at, 0] == wanted[open_ones, 0]
        hit = same & (keys[at, 1] == wanted[open_ones, 1])
        found[open_ones[hit]] = at[hit]
        open_ones = open_ones[same & ~hit]
        place[open_ones] += 1
        open_ones = open_ones[place[open_ones] < len(keys)]
    return found


def _digest(noun: object) -> bytes:
    # Equal nouns may be pickled differently; then a pair is scored again, with the same result.
    return hashlib.blake2b(pickle.dumps(noun, protocol=5), digest_size=16).digest()
