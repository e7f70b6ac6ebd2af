"""A draft held against every clause of a run: for each clause of the draft, the existing mandates that say the same.

Every existing clause that is near in meaning or holds much of the same words, as near as a run asks of a candidate, is
looked at. What each can reach at the most is told for all of them at once from columns of numbers; they are then
aligned and judged from the most promising one on, until no other can come among the best. Judgement, relation and
evidence are those of a run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.domain import Clause, Match, Overlap, Resolution
from pipeline.match.alignment import align
from pipeline.match.background import load_background
from pipeline.match.bounds import CODES, FLAGS, ClauseColumns, PairBounds
from pipeline.match.exact import judged_overlap
from pipeline.match.features import ComparedPair, is_pointer, probability_bounds, probability_of, score
from pipeline.match.mandates import ComparedMandate, read_mandate, read_mandates
from pipeline.match.matrices import WordMatrices
from pipeline.match.overlaps import centred, worded_clauses
from pipeline.match.texts import compared_texts
from pipeline.match.tokens import Vocabulary, WordedClause, build_vocabulary, is_compared, word_clause
from pipeline.reference import load_mandate_words, load_scoring, precedence

__all__ = ["CheckedClause", "DraftIndex", "DraftMatch", "build_draft_index", "check_draft"]

# Existing clauses aligned with one clause of a draft; more are only promising for pure formula language.
_MOST_ALIGNED = 1_000
# Sums of float32 may fall short of the true weight by less than this.
_SLACK = 1e-3


@dataclass(frozen=True, slots=True)
class DraftIndex:
    """The clauses of a run, n of them, made ready to be searched for what a draft says.

    ``clauses`` are in the order of their ids. ``of_text`` (n,) numbers the text of each, ``works`` names the work of
    each text and ``themes`` (texts, dimension), float64, is its mean vector of length one. ``vectors`` (n, dimension),
    float32, are centred and of length one. ``words`` numbers words; row w of ``said`` (words, n), CSR float32, holds
    the weight of word w in each clause, and that of ``objects``, where it is one of its most telling words. ``mass``
    (n,), ``object_words`` (n,), ``actions`` (n,) as an index of ``action_names``, ``pointer`` (n,), ``flags`` (n, as
    many as ``FLAGS``), ``codes`` (n, as many as ``CODES`` times names of codes and one more) and ``bodies`` (n,) as an
    index of ``body_names`` are what bounds ask of a clause.
    """

    clauses: Sequence[WordedClause]
    of_text: NDArray[np.intp]
    works: tuple[str, ...]
    themes: NDArray[np.float64]
    vectors: NDArray[np.float32]
    vocabulary: Vocabulary
    words: Mapping[str, int]
    said: sp.csr_matrix
    objects: sp.csr_matrix
    mass: NDArray[np.float64]
    object_words: NDArray[np.float64]
    actions: NDArray[np.intp]
    action_names: tuple[str, ...]
    pointer: NDArray[np.bool_]
    flags: NDArray[np.bool_]
    codes: NDArray[np.bool_]
    code_names: tuple[str, ...]
    bodies: NDArray[np.intp]
    body_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftMatch:
    """An existing clause that says what a clause of the draft says.

    ``text`` is the text that holds it, without its other clauses. ``draft_share`` and ``existing_share`` in [0, 1] are
    the shares of each clause's informative words found in order in the other; ``matches`` are the runs of words in
    common, ``left`` in the draft. ``overlap`` is the judgement of a run on the two, with its evidence.
    """

    clause: Clause
    text: Resolution
    overlap: Overlap
    draft_share: float
    existing_share: float
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class CheckedClause:
    """A clause of a draft with the existing clauses nearest to it, overlaps of mandate first, the surest before others.

    ``promising`` counts existing clauses that could have been worth telling, ``aligned`` those that were compared
    word by word: the rest could not have come among the best, unless ``cut`` says that a limit ended the search.
    """

    clause: Clause
    matches: tuple[DraftMatch, ...]
    promising: int
    aligned: int
    cut: bool


def build_draft_index(
    resolutions: Sequence[Resolution], vectors: NDArray[np.float32], rows: Mapping[str, int]
) -> DraftIndex:
    """The index of some texts; all of them are searched, so give only those in force.

    Args:
        resolutions: the texts.
        vectors: vectors of their mandates, shape (m, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
    """
    background = load_background()
    clauses = worded_clauses(resolutions)
    matrix = centred(vectors[[rows[c.clause.id] for c in clauses]]) if clauses else vectors[:0]
    texts = compared_texts(clauses, matrix)
    mandates = read_mandates(clauses)
    names = tuple(sorted({m.action for m in mandates} | {""}))
    action = {name: i for i, name in enumerate(names)}
    words: dict[str, int] = {}
    said = _columns([_weights(c) for c in clauses], words)
    objects = _columns([dict.fromkeys(sorted(m.object), 1.0) for m in mandates], words)
    said.resize(len(words), len(clauses))
    codes = tuple(sorted({code for m in mandates for read in CODES.values() for code in read(m)}))
    bodies = tuple(sorted({str(text.body) for text in texts.texts}))
    return DraftIndex(
        clauses=clauses,
        of_text=texts.of_clause,
        works=tuple(str(text.id.work) for text in texts.texts),
        themes=texts.means,
        vectors=matrix,
        vocabulary=build_vocabulary(resolutions, background.words, background.works),
        words=words,
        said=said,
        objects=objects,
        mass=np.array([c.mass for c in clauses], dtype=np.float64),
        object_words=np.array([len(m.object) for m in mandates], dtype=np.float64),
        actions=np.array([action[m.action] for m in mandates], dtype=np.intp),
        action_names=names,
        pointer=np.array([is_pointer(c) for c in clauses], dtype=bool),
        flags=np.array([[shows(m) for shows in FLAGS.values()] for m in mandates], dtype=bool).reshape(-1, len(FLAGS)),
        codes=_codes(mandates, codes),
        code_names=codes,
        bodies=np.array([bodies.index(str(c.resolution.body)) for c in clauses], dtype=np.intp),
        body_names=bodies,
    )


def check_draft(
    index: DraftIndex,
    drafts: Sequence[Resolution],
    vectors: NDArray[np.float32],
    rows: Mapping[str, int],
    top: int = 5,
) -> tuple[CheckedClause, ...]:
    """The compared clauses of a draft in reading order, each with the existing mandates that say the same.

    Clauses of other editions of a draft's own work are left out: that a text is like itself tells nothing.

    Args:
        index: what the draft is held against.
        drafts: the texts of the draft.
        vectors: vectors of their mandates, shape (m, dimension), float32, rows of length one.
        rows: clause id → row of ``vectors``.
        top: how many existing clauses are told of each.
    """
    worded = [c for draft in drafts for c in _worded(draft, index.vocabulary)]
    if not worded:
        return ()
    matrix = centred(vectors[[rows[c.clause.id] for c in worded]])
    texts = compared_texts(worded, matrix)
    themes = (texts.means @ index.themes.T).astype(np.float32)
    cosines = np.clip(matrix @ index.vectors.T, -1.0, 1.0)
    search = _Search(index, top)
    return tuple(
        search.nearest(clause, cosines[row], themes[texts.of_clause[row]]) for row, clause in enumerate(worded)
    )


class _Search:
    """Looks for the nearest existing clauses of one clause after another."""

    def __init__(self, index: DraftIndex, top: int) -> None:
        self._index = index
        self._top = top
        kin, half = load_mandate_words().kin, load_scoring().features.kin_action
        self._kin = {
            (a, b): half if frozenset({a, b}) in kin else float(a == b and bool(a))
            for a in index.action_names
            for b in (*index.action_names, *{name for pair in kin for name in pair})
        }

    def nearest(self, draft: WordedClause, cosines: NDArray[np.float32], themes: NDArray[np.float32]) -> CheckedClause:
        """The existing clauses nearest to one clause, given its cosine to each and that of its text to each text."""
        index, kept = self._index, load_scoring().thresholds["kept"]
        mandate = read_mandate(draft)
        theme = themes[index.of_text]
        near, shared = self._near(draft, cosines, theme)
        theme = theme[near]
        most = probability_bounds(self._bounds(draft, mandate, near, (cosines[near], theme, shared)))
        order = np.lexsort((near, -most))
        order = order[most[order] >= kept]
        found: list[DraftMatch] = []
        aligned = 0
        for place in order[:_MOST_ALIGNED].tolist():
            full = len(found) >= self._top
            if full and most[place] < self._least(found):
                break
            aligned += 1
            least = max(kept, self._least(found)) if full else kept
            existing, row = index.clauses[int(near[place])], int(near[place])
            match = _judge(draft, mandate, existing, (float(cosines[row]), float(theme[place])), least)
            if match is not None:
                found = sorted((*found, match), key=_order)[: self._top]
        open_ended = len(found) < self._top or (len(order) > aligned and most[order[aligned]] >= self._least(found))
        cut = aligned == _MOST_ALIGNED < len(order) and open_ended
        return CheckedClause(draft.clause, tuple(found), len(order), aligned, cut)

    def _least(self, found: Sequence[DraftMatch]) -> float:
        """What an existing clause must be able to reach to come among those found."""
        last = found[-1].overlap
        return last.probability if last.relation.is_finding else 0.0

    def _near(
        self, draft: WordedClause, cosines: NDArray[np.float32], themes: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Existing clauses near in meaning or in words, and the weight of words in common; none of the same work.

        No alignment shares more of a word than the clause with less of it holds.
        """
        index, scoring = self._index, load_scoring()
        settings, scale = scoring.candidates, scoring.features
        shared = np.zeros(len(index.mass), dtype=np.float32)
        for word, weight in _weights(draft).items():
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
        return rows, shared[rows].astype(np.float64) + _SLACK

    def _bounds(
        self,
        draft: WordedClause,
        mandate: ComparedMandate,
        rows: NDArray[np.intp],
        known: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float64]],
    ) -> PairBounds:
        """The draft's clause against some existing ones: cosine, theme and shared weight of each are known."""
        index = self._index
        cosines, themes, shared = known
        common = np.zeros(len(index.mass))
        for word in mandate.object:
            common[self._row(index.objects, word)[0]] += 1.0
        least = np.minimum(len(mandate.object), index.object_words[rows])
        enough = least >= load_scoring().features.object_least
        agreement = np.array([self._kin.get((name, mandate.action), 0.0) for name in index.action_names])
        mass = np.asarray(index.mass[rows])
        return PairBounds(
            columns=self._columns(draft, mandate, rows),
            here=np.full(len(rows), len(rows), dtype=np.intp),
            there=np.arange(len(rows), dtype=np.intp),
            cosine=cosines.astype(np.float64),
            theme=themes.astype(np.float64),
            mass=np.minimum(draft.mass, mass),
            shared=shared,
            left=np.minimum(1.0, shared / max(draft.mass, 1e-9)),
            right=np.minimum(1.0, shared / np.maximum(mass, 1e-9)),
            formula_words=np.zeros(len(rows)),
            action=agreement[index.actions[rows]],
            object=np.where(enough, common[rows] / np.maximum(least, 1.0), 0.0),
            pointer=(index.pointer[rows] | is_pointer(draft)).astype(np.float64),
        )

    def _columns(self, draft: WordedClause, mandate: ComparedMandate, rows: NDArray[np.intp]) -> ClauseColumns:
        """What some existing clauses show and, in the last row, what the draft's clause does."""
        index, count = self._index, len(rows) + 1
        flags = np.vstack([index.flags[rows], [[shows(mandate) for shows in FLAGS.values()]]])
        codes = np.concatenate([index.codes[rows], _codes([mandate], index.code_names)])
        names, body = index.body_names, str(draft.resolution.body)
        bodies = np.append(index.bodies[rows], names.index(body) if body in names else len(names))
        nothing = sp.csr_matrix((count, 1))
        return ClauseColumns(
            words=WordMatrices(nothing, nothing, nothing, nothing),
            mass=np.append(index.mass[rows], draft.mass),
            kinds=np.zeros(count, dtype=np.intp),
            agreement=np.zeros((1, 1)),
            objects=nothing,
            object_words=np.append(index.object_words[rows], len(mandate.object)),
            pointer=np.append(index.pointer[rows], is_pointer(draft)),
            flags={name: flags[:, i] for i, name in enumerate(FLAGS)},
            codes={name: codes[:, i] for i, name in enumerate(CODES)},
            bodies=bodies,
        )

    def _row(self, matrix: sp.csr_matrix, word: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The clauses that hold a word, and what it weighs in each."""
        number = self._index.words.get(word, -1)
        start, end = (matrix.indptr[number], matrix.indptr[number + 1]) if number >= 0 else (0, 0)
        return matrix.indices[start:end], matrix.data[start:end]


def _judge(
    draft: WordedClause, mandate: ComparedMandate, existing: WordedClause, near: tuple[float, float], least: float
) -> DraftMatch | None:
    """What a run would say of two clauses, near by cosine and theme, seen from the draft; None if less probable."""
    first = _rank(draft) <= _rank(existing)
    left, right = (draft, existing) if first else (existing, draft)
    other = read_mandate(existing)
    mandates = (mandate, other) if first else (other, mandate)
    alignment = align(left, right)
    pair = ComparedPair(left, right, *mandates, alignment, *near)
    if round(probability_of(score(pair)), 6) < least:
        return None
    overlap = judged_overlap(pair)
    shares = (overlap.containment_left, overlap.containment_right)
    turned = alignment.matches if first else tuple(replace(m, left=m.right, right=m.left) for m in alignment.matches)
    return DraftMatch(
        clause=existing.clause,
        text=existing.resolution,
        overlap=overlap,
        draft_share=shares[0] if first else shares[1],
        existing_share=shares[1] if first else shares[0],
        matches=turned,
    )


def _rank(worded: WordedClause) -> tuple[int, int, str, str]:
    """The prevailing clause of two first, as in a run."""
    return *precedence(worded.resolution), worded.clause.id


def _order(match: DraftMatch) -> tuple[bool, float, str]:
    return not match.overlap.relation.is_finding, -match.overlap.probability, match.clause.id


def _worded(draft: Resolution, vocabulary: Vocabulary) -> list[WordedClause]:
    """The compared clauses of a draft in reading order, in the words of a run."""
    cited: dict[str, list[str]] = {}
    for citation in draft.citations:
        if citation.clause is not None:
            cited.setdefault(citation.clause, []).append(citation.text)
    return [
        word_clause(clause, draft, tuple(cited.get(clause.id, ())), vocabulary)
        for clause in draft.clauses
        if is_compared(clause)
    ]


def _weights(clause: WordedClause) -> dict[str, float]:
    """What each word weighs in a clause, all its uses together."""
    sums: dict[str, float] = {}
    for key, weight in zip(clause.keys, clause.weights.tolist(), strict=True):
        sums[key] = sums.get(key, 0.0) + weight
    return sums


def _columns(rows: Sequence[Mapping[str, float]], words: dict[str, int]) -> sp.csr_matrix:
    """One column for each of the given rows and one row for each word, which is numbered as it comes."""
    places = np.array([words.setdefault(word, len(words)) for row in rows for word in row], dtype=np.int32)
    columns = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row) for row in rows])
    values = np.array([value for row in rows for value in row.values()], dtype=np.float32)
    made = sp.csr_matrix((values, (places, columns)), shape=(len(words), len(rows)))
    made.eliminate_zeros()
    return made


def _codes(mandates: Sequence[ComparedMandate], names: Sequence[str]) -> NDArray[np.bool_]:
    """The codes that mandates name, shape (mandates, kinds of codes, names and one more for all other names)."""
    number = {name: i for i, name in enumerate(names)}
    out = np.zeros((len(mandates), len(CODES), len(names) + 1), dtype=bool)
    for row, mandate in enumerate(mandates):
        for kind, read in enumerate(CODES.values()):
            out[row, kind, [number.get(code, len(names)) for code in read(mandate)]] = True
    return out
