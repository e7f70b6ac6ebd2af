"""A draft held against every clause of a run: for each clause of the draft, the existing mandates that say the same.

Every existing clause that is near in meaning or holds much of the same words, as near as a run asks of a candidate, is
looked at. What each can reach at the most is told for all of them at once from columns of numbers; they are then
aligned and judged, some at a time, from the most promising one on, until no other can come among the best. Judgement,
relation and evidence are those of a run.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Clause, Match, Overlap, Resolution
from pipeline.match.alignment import align
from pipeline.match.draft_bounds import DraftBounds, NearClauses
from pipeline.match.draft_columns import DraftIndex, build_draft_index
from pipeline.match.exact import JudgedPair, judged_pairs
from pipeline.match.features import ComparedPair, known_values, score_all
from pipeline.match.mandates import ComparedMandate, read_mandate
from pipeline.match.overlaps import centred
from pipeline.match.texts import compared_texts
from pipeline.match.tokens import WordedClause, words_of
from pipeline.reference import load_scoring, precedence

__all__ = ["CheckedClause", "DraftIndex", "DraftMatch", "build_draft_index", "check_draft"]

# Existing clauses aligned with one clause of a draft; more are only promising for pure formula language.
_MOST_ALIGNED = 1_000
# Existing clauses judged together: many share the cost of columns, few of them are judged in vain.
_BATCH = 16


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
    word by word, some of them only because they are compared several at a time: the rest could not have come among the
    best, unless ``cut`` says that a limit ended the search.
    """

    clause: Clause
    matches: tuple[DraftMatch, ...]
    promising: int
    aligned: int
    cut: bool


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
    worded = [c for draft in drafts for c in words_of(draft, index.vocabulary)]
    if not worded:
        return ()
    matrix = centred(vectors[[rows[c.clause.id] for c in worded]])
    texts = compared_texts(worded, matrix)
    themes = (texts.means @ index.themes.T).astype(np.float32)
    cosines = np.clip(matrix @ index.vectors.T, -1.0, 1.0)
    bounds = DraftBounds(index)
    checked = []
    for row, clause in enumerate(worded):
        mandate = read_mandate(clause)
        near = bounds.near(clause, mandate, cosines[row], themes[texts.of_clause[row]])
        checked.append(_Search(index, clause, mandate, near, top).best())
    return tuple(checked)


class _Search:
    """Looks for the best of the existing clauses near to one clause of a draft."""

    def __init__(
        self, index: DraftIndex, draft: WordedClause, mandate: ComparedMandate, near: NearClauses, top: int
    ) -> None:
        self._index = index
        self._draft, self._mandate = draft, mandate
        self._near = near
        self._top = top
        self._kept = load_scoring().thresholds["kept"]
        self._found: list[JudgedPair] = []

    def best(self) -> CheckedClause:
        """The best of them, and how many were looked at."""
        most = self._near.most
        order = self._near.most_promising(_MOST_ALIGNED + 1, self._kept)
        aligned = 0
        while aligned < min(len(order), _MOST_ALIGNED) and self._may_come(most[order[aligned]]):
            batch = order[aligned : min(aligned + _BATCH, _MOST_ALIGNED)]
            batch = batch[[self._may_come(reached) for reached in most[batch].tolist()]]
            self._take(batch)
            aligned += len(batch)
        cut = aligned == _MOST_ALIGNED < len(order) and self._may_come(most[order[aligned]])
        promising = int(np.count_nonzero(most >= self._kept))
        return CheckedClause(self._draft.clause, tuple(map(self._told, self._found)), promising, aligned, cut)

    def _may_come(self, most: float) -> bool:
        """Whether a clause that reaches so much at the most may come among the best."""
        return len(self._found) < self._top or round(most, 6) >= self._least()

    def _least(self) -> float:
        """What a clause must reach to come among the best, of which there are enough; six decimals count."""
        last = self._found[-1]
        return round(last.probability, 6) if last.verdict.relation.is_finding else 0.0

    def _take(self, batch: NDArray[np.intp]) -> None:
        """Align and judge some of the near clauses, the most promising first, and keep the best."""
        pairs = [self._compared(place) for place in batch.tolist()]
        values = score_all(pairs, known_values(self._near.pairs_at(batch)))
        kept, least = self._kept, self._least() if len(self._found) >= self._top else 0.0
        for place, judged in judged_pairs(pairs, values, lambda p, _: p >= kept and round(p, 6) >= least):
            # Those before it may have become the best in the meantime.
            if not self._may_come(self._near.most[batch[place]]):
                break
            insort(self._found, judged, key=self._rank)
            del self._found[self._top :]

    def _compared(self, place: int) -> ComparedPair:
        """The clause of the draft and a near one, the prevailing clause first, aligned."""
        near, row = self._near.pairs, int(self._near.rows[place])
        own, other = (self._draft, self._mandate), (existing := self._index.clauses[row], read_mandate(existing))
        (left, left_mandate), (right, right_mandate) = sorted((own, other), key=lambda read: _precedence(read[0]))
        cosine, theme = float(near.cosine[place]), float(near.theme[place])
        return ComparedPair(left, right, left_mandate, right_mandate, align(left, right), cosine, theme)

    def _rank(self, judged: JudgedPair) -> tuple[bool, float, str]:
        return not judged.verdict.relation.is_finding, -round(judged.probability, 6), self._existing(judged).clause.id

    def _existing(self, judged: JudgedPair) -> WordedClause:
        pair = judged.pair
        return pair.right if pair.left is self._draft else pair.left

    def _told(self, judged: JudgedPair) -> DraftMatch:
        """What a run would say of the two clauses, seen from the draft."""
        existing, overlap, found = self._existing(judged), judged.overlap(), judged.pair.alignment.matches
        first = judged.pair.left is self._draft
        shares = (overlap.containment_left, overlap.containment_right)
        return DraftMatch(
            clause=existing.clause,
            text=existing.resolution,
            overlap=overlap,
            draft_share=shares[0] if first else shares[1],
            existing_share=shares[1] if first else shares[0],
            matches=found if first else tuple(replace(m, left=m.right, right=m.left) for m in found),
        )


def _precedence(worded: WordedClause) -> tuple[int, int, str, str]:
    """The prevailing clause of two first, as in a run."""
    return *precedence(worded.resolution), worded.clause.id
