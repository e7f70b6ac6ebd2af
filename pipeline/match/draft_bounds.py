"""How probable a clause of a draft and each existing clause can be at the most, told without aligning them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.match.bounds import CODES, FLAGS, ClauseColumns, PairBounds
from pipeline.match.draft_columns import DraftIndex, word_sums
from pipeline.match.features import FEATURES, is_pointer, point_bounds, probabilities_at_most
from pipeline.match.mandates import ComparedMandate, action_agreement
from pipeline.match.matrices import WordMatrices
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["DraftBounds", "NearClauses"]

# Sums of float32 may fall short of the true weight by less than this.
_SLACK = 1e-3


_BY_WORDS = tuple(feature for feature in FEATURES if not feature.of_columns)
_BY_COLUMNS = tuple(feature for feature in FEATURES if feature.of_columns)
_OF_PAIRS = tuple(field.name for field in fields(PairBounds) if field.name not in ("columns", "here", "there"))


@dataclass(frozen=True, slots=True)
class NearClauses:
    """The existing clauses, m of them, that are as near to one clause of a draft as a run asks of a candidate.

    ``rows`` (m,) are their numbers in the index, ascending, and ``most`` (m,) what the probability of each cannot
    exceed. ``pairs`` tells of each, as the second of a pair, what is known before it is aligned.
    """

    rows: NDArray[np.intp]
    most: NDArray[np.float64]
    pairs: PairBounds

    def pairs_at(self, places: NDArray[np.intp]) -> PairBounds:
        """``pairs`` of some of them alone, by their places in ``rows``."""
        return replace(self.pairs, **{name: getattr(self.pairs, name)[places] for name in ("there", *_OF_PAIRS)})

    def most_promising(self, count: int, least: float) -> NDArray[np.intp]:
        """The places of those that may reach a probability, the most promising first: ``count`` of them, or all."""
        if len(self.most) > count:
            least = max(least, float(np.partition(self.most, len(self.most) - count)[len(self.most) - count]))
        places = np.flatnonzero(self.most >= least)
        # ``rows`` ascend, so that a stable order takes those of one bound in the order of the index.
        return places[np.argsort(-self.most[places], kind="stable")][:count]


@dataclass(frozen=True, slots=True)
class _Nearness:
    """Existing clauses by their numbers: how near each is in meaning and theme, and the weight of words in common."""

    rows: NDArray[np.intp]
    cosines: NDArray[np.float32]
    themes: NDArray[np.float32]
    shared: NDArray[np.float64]


class DraftBounds:
    """Finds what is near to one clause after another, and what each can reach."""

    def __init__(self, index: DraftIndex) -> None:
        self._index = index
        self._named = index.codes.sum(axis=0, dtype=np.int32)
        self._code = {name: i for i, name in enumerate(index.code_names)}

    def near(
        self,
        draft: WordedClause,
        mandate: ComparedMandate,
        cosines: NDArray[np.float32],
        themes: NDArray[np.float32],
    ) -> NearClauses:
        """The existing clauses near to one clause in meaning or in words; none of the same work.

        Args:
            draft: the clause.
            mandate: what it asks for.
            cosines: (n,), its nearness in meaning to each existing clause, in [-1, 1].
            themes: (texts,), the nearness of its text to each existing text, in [-1, 1].
        """
        index = self._index
        near = self._near(draft, cosines, themes[index.of_text])
        pairs = self._pairs(draft, mandate, near)
        # All that clauses show, once each, in the place of pairs; features of columns ask for nothing else, and one
        # that did would make no number of it.
        unasked: dict[str, Any] = dict.fromkeys(_OF_PAIRS, np.full(len(index.bodies), np.nan))
        shown = replace(pairs, there=np.arange(len(index.bodies), dtype=np.intp), **unasked)
        points = point_bounds(pairs, _BY_WORDS) + point_bounds(shown, _BY_COLUMNS)[pairs.there]
        return NearClauses(near.rows, probabilities_at_most(points), pairs)

    def _near(self, draft: WordedClause, cosines: NDArray[np.float32], themes: NDArray[np.float32]) -> _Nearness:
        """Existing clauses near in meaning or in words; ``cosines`` and ``themes`` (n,) are those of all of them.

        No alignment shares more of a word than the clause with less of it holds.
        """
        index, scoring = self._index, load_scoring()
        settings, scale = scoring.candidates, scoring.features
        shared = np.zeros(len(index.mass), dtype=np.float32)
        for word, weight in word_sums(draft).items():
            held, least = self._row(index.said, word)
            shared[held] += np.minimum(least, np.float32(weight))
        both = settings["theme_beside_meaning"]
        near = cosines + np.float32(both) * np.clip(themes, 0.0, scale.theme_full) >= settings["minimum_dense"]
        near |= shared >= settings["minimum_containing"] * draft.mass
        near |= shared >= settings["minimum_containing"] * np.maximum(index.mass, 1e-9)
        work = str(draft.resolution.id.work)
        if own := [i for i, held_work in enumerate(index.works) if held_work == work]:
            near &= ~np.isin(index.of_text, own)
        rows = np.flatnonzero(near)
        return _Nearness(rows, cosines[rows], themes[rows], shared[rows].astype(np.float64) + _SLACK)

    def _pairs(
        self,
        draft: WordedClause,
        mandate: ComparedMandate,
        near: _Nearness,
    ) -> PairBounds:
        """The draft's clause against the existing ones that are near to it."""
        index, rows, shared = self._index, near.rows, near.shared
        common = np.zeros(len(index.mass))
        for word in mandate.object:
            common[self._row(index.objects, word)[0]] += 1.0
        least = np.minimum(len(mandate.object), index.object_words[rows])
        enough = least >= load_scoring().features.object_least
        agreement = np.array([action_agreement(name, mandate.action) for name in index.action_names])
        mass = np.asarray(index.mass[rows])
        return PairBounds(
            columns=self._columns(draft, mandate),
            # One row for all pairs: what the draft's clause shows stands last.
            here=np.array([len(index.bodies)], dtype=np.intp),
            there=index.shown[rows],
            cosine=near.cosines.astype(np.float64),
            theme=near.themes.astype(np.float64),
            mass=np.minimum(draft.mass, mass),
            shared=shared,
            left=np.minimum(1.0, shared / max(draft.mass, 1e-9)),
            right=np.minimum(1.0, shared / np.maximum(mass, 1e-9)),
            formula_words=np.zeros(len(rows)),
            action=agreement[index.actions[rows]],
            object=np.where(enough, common[rows] / np.maximum(least, 1.0), 0.0),
            pointer=(index.pointer[rows] | is_pointer(draft)).astype(np.float64),
        )

    def _columns(self, draft: WordedClause, mandate: ComparedMandate) -> ClauseColumns:
        """All that existing clauses show, and in the last row what the draft's clause does.

        Codes that the draft's clause does not name stand in one column, all together: of these only whether there is
        any bears on how two clauses stand to each other.
        """
        index, nothing = self._index, sp.csr_matrix((1, 1))
        flags = np.vstack([index.flags, [[shows(mandate) for shows in FLAGS.values()]]])
        names, body = index.body_names, str(draft.resolution.body)
        bodies = np.append(index.bodies, names.index(body) if body in names else len(names))
        # No bound of a feature of columns asks for what is left empty here.
        return ClauseColumns(
            words=WordMatrices(nothing, nothing, nothing, nothing),
            mass=np.zeros(0),
            kinds=np.zeros(0, dtype=np.intp),
            agreement=np.zeros((1, 1)),
            objects=nothing,
            object_words=np.zeros(0),
            pointer=np.zeros(0, dtype=bool),
            flags={name: flags[:, i] for i, name in enumerate(FLAGS)},
            codes=self._codes([read(mandate) for read in CODES.values()]),
            bodies=bodies,
        )

    def _codes(self, draft: Sequence[frozenset[str]]) -> dict[str, NDArray[np.bool_]]:
        """Columns of the codes that the draft's clause names, one of all others, and one of those only it names."""
        index = self._index
        known = sorted(self._code[name] for name in set[str]().union(*draft) if name in self._code)
        place = {index.code_names[number]: column for column, number in enumerate(known)}
        table = np.zeros((len(known) + 2, len(CODES), len(index.bodies) + 1), dtype=bool)
        table[: len(known), :, :-1] = index.codes[known]
        table[len(known), :, :-1] = self._named > index.codes[known].sum(axis=0, dtype=np.int32)
        for kind, names in enumerate(draft):
            table[[place.get(name, len(known) + 1) for name in names], kind, -1] = True
        return {name: table[:, kind].T for kind, name in enumerate(CODES)}

    def _row(self, matrix: sp.csr_matrix, word: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The clauses that hold a word, and what it weighs in each."""
        number = self._index.words.get(word, -1)
        start, end = (matrix.indptr[number], matrix.indptr[number + 1]) if number >= 0 else (0, 0)
        return matrix.indices[start:end], matrix.data[start:end]
