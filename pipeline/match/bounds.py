"""What many clause pairs can reach at the most, told without aligning them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.domain import Force
from pipeline.match.mandates import ComparedMandate, action_agreement
from pipeline.match.matrices import WordMatrices
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["CODES", "FLAGS", "ClauseColumns", "PairBounds", "clause_columns", "pair_bounds"]

# Pairs looked at together; their rows of words take some 50 MB.
_BLOCK = 32768

# What each clause shows by itself, as yes or no.
FLAGS: Mapping[str, Callable[[ComparedMandate], bool]] = {
    "offices": lambda m: bool(m.offices),
    "members": lambda m: bool(m.members),
    "partners": lambda m: bool(m.partners),
    "is_report": lambda m: m.is_report,
    "report": lambda m: m.mandate.report is not None,
    "account": lambda m: m.signs.account,
    "exclusive": lambda m: bool(m.mandate.exclusive),
    "split": lambda m: m.mandate.split_by_sector,
    "negates": lambda m: m.signs.negates,
    "turns": lambda m: m.signs.turns,
    "bans": lambda m: bool(m.signs.banned),
    "stops": lambda m: m.signs.stops,
    "interval": lambda m: m.signs.interval,
    "durations": lambda m: bool(m.durations),
    "divides": lambda m: m.signs.divides,
    "carries_out": lambda m: m.signs.carries_out,
    "open_task": lambda m: m.signs.open_task,
    "resolve": lambda m: m.mandate.force is Force.RESOLVE,
    "annex": lambda m: m.signs.annex,
    "recital": lambda m: m.signs.recital,
    "beneficiaries": lambda m: bool(m.mandate.beneficiaries),
}
# What each clause names, as sets of codes.
CODES: Mapping[str, Callable[[ComparedMandate], frozenset[str]]] = {
    "offices": lambda m: m.offices,
    "members": lambda m: m.members,
    "partners": lambda m: m.partners,
    "named": lambda m: frozenset(m.mandate.named),
    "beneficiaries": lambda m: frozenset(m.mandate.beneficiaries),
    "kinds": lambda m: m.signs.kinds,
    "sectors": lambda m: m.signs.sectors,
    "own_sectors": lambda m: m.signs.own_sectors,
    "force": lambda m: frozenset({m.mandate.force.value}),
}


@dataclass(frozen=True, slots=True)
class PairBounds:
    """Many pairs in columns of shape (m,), float64: what is known exactly, and what an alignment cannot exceed.

    ``shared`` is the weight of the words in common and ``formula_words`` how many of them are formula language, both as
    if every word stood in order; ``left`` and ``right`` are the shares of it in each clause. ``mass`` is that of the
    lesser clause, ``action`` the agreement of the classes of action, ``object`` the words of the objects in common
    as a share of the shorter, ``pointer`` 1 where a clause says nothing of its own. ``columns`` with the rows ``here``
    and ``there`` (m,) tell what else each clause shows; without them that is taken for unknown.
    """

    cosine: NDArray[np.float64]
    theme: NDArray[np.float64]
    mass: NDArray[np.float64]
    shared: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    formula_words: NDArray[np.float64]
    action: NDArray[np.float64]
    object: NDArray[np.float64]
    pointer: NDArray[np.float64]
    columns: "ClauseColumns | None" = None
    here: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    there: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def flag(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether the one and the other clause of each pair shows a sign of ``FLAGS``."""
        column = self._known().flags[name]
        return column[self.here], column[self.there]

    def codes(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which codes of ``CODES`` the one and the other clause names, shape (m, codes)."""
        column = self._known().codes[name]
        return column[self.here], column[self.there]

    def bodies(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Numbers of the bodies that adopted the one and the other clause."""
        column = self._known().bodies
        return column[self.here], column[self.there]

    def _known(self) -> "ClauseColumns":
        if self.columns is None:
            raise ValueError("these bounds know no columns of clauses")
        return self.columns


@dataclass(frozen=True, slots=True)
class ClauseColumns:
    """What the bounds need of each clause: words, and mandates as numbers.

    ``flags`` (n,) are those of ``FLAGS``, ``codes`` (n, codes) those of ``CODES``; sets of offices and of partners
    share their columns, and so do Sectors. ``bodies`` (n,) number who adopted the texts.
    """

    words: WordMatrices
    mass: NDArray[np.float64]
    kinds: NDArray[np.intp]
    agreement: NDArray[np.float64]
    objects: sp.csr_matrix
    object_words: NDArray[np.float64]
    pointer: NDArray[np.bool_]
    flags: Mapping[str, NDArray[np.bool_]]
    codes: Mapping[str, NDArray[np.bool_]]
    bodies: NDArray[np.intp]


def clause_columns(
    clauses: Sequence[WordedClause],
    mandates: Sequence[ComparedMandate],
    matrices: WordMatrices,
    pointer: NDArray[np.bool_],
) -> ClauseColumns:
    """Columns of clauses.

    Args:
        clauses: compared clauses.
        mandates: what each asks for.
        matrices: their words.
        pointer: which of them say nothing of their own.
    """
    names = sorted({m.action for m in mandates} | {""})
    number = {name: i for i, name in enumerate(names)}
    columns: dict[str, int] = {}
    bodies: dict[str, int] = {}
    objects = [sorted(m.object) for m in mandates]
    indices = [columns.setdefault(word, len(columns)) for one in objects for word in one]
    ends = np.concatenate([[0], np.cumsum([len(one) for one in objects])])
    held = sp.csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(objects), max(1, len(columns))))
    held.sort_indices()
    return ClauseColumns(
        words=matrices,
        mass=np.array([c.mass for c in clauses]),
        kinds=np.array([number[m.action] for m in mandates], dtype=np.intp),
        agreement=np.array([[action_agreement(a, b) for b in names] for a in names]),
        objects=held,
        object_words=np.array([len(one) for one in objects], dtype=np.float64),
        pointer=pointer,
        flags={name: np.array([test(m) for m in mandates], dtype=bool) for name, test in FLAGS.items()},
        codes=_code_columns(mandates),
        bodies=np.array([bodies.setdefault(str(c.resolution.body), len(bodies)) for c in clauses], dtype=np.intp),
    )


def _code_columns(mandates: Sequence[ComparedMandate]) -> dict[str, NDArray[np.bool_]]:
    """Sets of codes as rows of one width, so that those of one kind can be held against those of another."""
    held = {name: [read(m) for m in mandates] for name, read in CODES.items()}
    names = sorted({code for sets in held.values() for some in sets for code in some})
    number = {name: i for i, name in enumerate(names)}
    out = {}
    for name, sets in held.items():
        columns = np.zeros((len(mandates), max(1, len(names))), dtype=bool)
        for row, some in enumerate(sets):
            columns[row, [number[code] for code in some]] = True
        out[name] = columns
    return out


def pair_bounds(
    columns: ClauseColumns,
    pairs: NDArray[np.intp],
    cosines: NDArray[np.float32],
    themes: NDArray[np.float32],
    most: int = _BLOCK,
) -> Iterator[tuple[slice, PairBounds]]:
    """Bounds of pairs, a block of at most ``most`` at a time, each with the range of pairs that it holds."""
    for start in range(0, len(pairs), most):
        block = slice(start, min(start + most, len(pairs)))
        yield block, _bounds(columns, pairs[block, 0], pairs[block, 1], cosines[block], themes[block])


def _bounds(
    columns: ClauseColumns,
    here: NDArray[np.intp],
    there: NDArray[np.intp],
    cosines: NDArray[np.float32],
    themes: NDArray[np.float32],
) -> PairBounds:
    words = columns.words
    # No alignment shares more of a word than the clause with less of it holds.
    shared = _sums(words.weight[here].minimum(words.weight[there]))
    formula = np.zeros(len(here))
    marked = np.diff(words.formula.indptr) > 0
    some = np.flatnonzero(marked[here] | marked[there])
    if some.size:
        left, right = here[some], there[some]
        both = words.counts[left].minimum(words.counts[right])
        formula[some] = _sums(both.minimum(words.formula[left] + words.formula[right]))
    mass_here, mass_there = columns.mass[here], columns.mass[there]
    least = np.minimum(columns.object_words[here], columns.object_words[there])
    common = _sums(columns.objects[here].multiply(columns.objects[there]))
    enough = least >= load_scoring().features.object_least
    return PairBounds(
        columns=columns,
        here=here,
        there=there,
        cosine=cosines.astype(np.float64),
        theme=themes.astype(np.float64),
        mass=np.minimum(mass_here, mass_there),
        shared=shared,
        left=_share(shared, mass_here),
        right=_share(shared, mass_there),
        formula_words=formula,
        action=columns.agreement[columns.kinds[here], columns.kinds[there]],
        object=np.where(enough, common / np.maximum(least, 1.0), 0.0),
        pointer=(columns.pointer[here] | columns.pointer[there]).astype(np.float64),
    )


def _sums(matrix: sp.csr_matrix) -> NDArray[np.float64]:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(whole > 1e-9, np.minimum(1.0, part / np.maximum(whole, 1e-9)), 0.0)
