"""Pairs that may be worth keeping, aligned and judged, on one processor or on several."""

import hashlib
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.collector import uncollected
from pipeline.domain import Contribution, Evidence, Match, MatchKind, Overlap, Relation, Span
from pipeline.match.alignment import align
from pipeline.match.bounds import ClauseColumns, pair_bounds
from pipeline.match.features import (
    ComparedPair,
    explain,
    known_values,
    pair_model,
    points_of,
    probabilities_of,
    score,
    score_all,
)
from pipeline.match.judgement import relation_shares
from pipeline.match.mandates import ComparedMandate
from pipeline.match.relations import Verdict, relate
from pipeline.match.sending import packed_nouns
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["JudgedPair", "PossiblePairs", "Read", "Spread", "judged_overlap", "judged_pairs", "score_pairs"]

Read = tuple[WordedClause, ComparedMandate]
Spread = Callable[[Callable[[Any, Any], Any], Any, Iterable[Any]], Iterator[Any]]

# Of an overlap: its clauses, relation, numbers in the order of ``Overlap``, and its evidence in its order.
_Packed = tuple[
    tuple[str, str],
    str,
    tuple[float, float, float, float, float],
    float,
    list[tuple[str, float, float, str]],
    list[tuple[int, int, int, int, str]],
    tuple[str, ...],
    tuple[str, ...],
]
_RELATIONS = {relation.value: relation for relation in Relation}
_KINDS = {kind.value: kind for kind in MatchKind}

# Starting processes takes seconds; fewer pairs are done sooner without.
_WORTH_PROCESSES = 20_000
_CHUNK = 4096
# Chunks that wait for each worker, so that none is idle and few are in memory.
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class PossiblePairs:
    """``pairs`` (m, 2), the clause of the prevailing text first; ``cosines`` and ``themes`` (m,), float32.

    ``columns`` tell what each clause shows by itself.
    """

    pairs: NDArray[np.intp]
    cosines: NDArray[np.float32]
    themes: NDArray[np.float32]
    columns: ClauseColumns

    def only(self, rows: NDArray[np.intp]) -> "PossiblePairs":
        """Some of the pairs, by their numbers."""
        return replace(self, pairs=self.pairs[rows], cosines=self.cosines[rows], themes=self.themes[rows])

    def chunks(self) -> Iterator["PairChunk"]:
        """The same pairs in their order, some thousands at a time."""
        for rows, bounds in pair_bounds(self.columns, self.pairs, self.cosines, self.themes, _CHUNK):
            yield PairChunk(self.pairs[rows], self.cosines[rows], self.themes[rows], known_values(bounds))


@dataclass(frozen=True, slots=True)
class PairChunk:
    """Some pairs, and what is known of them before they are aligned: ``known``, see ``known_values``."""

    pairs: NDArray[np.intp]
    cosines: NDArray[np.float32]
    themes: NDArray[np.float32]
    known: NDArray[np.float64]


def score_pairs(
    read: Sequence[Read],
    possible: PossiblePairs,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
    spread: Spread | None = None,
) -> list[Overlap]:
    """Overlaps worth keeping, in the order of the pairs, whatever the number of workers.

    Args:
        read: compared clauses with what each asks for.
        possible: pairs of them.
        progress: told (pairs scored, pairs in all) now and then.
        workers: processes; by default one for each processor where there are many pairs, else none.
        spread: scores the chunks elsewhere, in their order: ``spread(function, what they share, chunks)``.
    """
    total, done = len(possible.pairs), 0
    overlaps: list[Overlap] = []
    if workers is None:
        workers = _processors() if total >= _WORTH_PROCESSES else 1
    if spread is not None:
        scored = spread(_score_all, _without_neighbours(read), possible.chunks())
    elif workers > 1:
        scored = _side_by_side(read, possible, workers)
    else:
        scored = (_score_all(read, chunk) for chunk in possible.chunks())
    told: dict[str, str] = {}
    for found in scored:
        if progress is not None:
            progress(min(done, total), total)
        overlaps.extend(_unpacked(row, told) for row in found)
        done += _CHUNK
    if progress is not None:
        progress(total, total)
    return overlaps


def _side_by_side(read: Sequence[Read], possible: PossiblePairs, workers: int) -> Iterator[list[_Packed]]:
    """Chunks scored in worker processes, each sent with the clauses of its pairs alone: none holds the whole corpus."""
    slim = _without_neighbours(read)
    # Started afresh and not forked: this process has threads, of the numeric libraries and of the flow.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start)
    waiting: deque[Future[list[_Packed]]] = deque()
    try:
        for chunk in possible.chunks():
            rows = np.unique(chunk.pairs)
            own = replace(chunk, pairs=np.searchsorted(rows, chunk.pairs))
            waiting.append(pool.submit(_score_sent, packed_nouns(([slim[row] for row in rows.tolist()], own))))
            if len(waiting) > _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _without_neighbours(read: Sequence[Read]) -> list[Read]:
    """Clauses whose texts hold nothing that no pair asks for, and that would be copied to each worker."""
    texts = {id(c.resolution): c.resolution for c, _ in read}
    bare = {
        key: replace(text, sections=(), citations=(), notices=(), reasons="", history=()) for key, text in texts.items()
    }
    return [(replace(clause, resolution=bare[id(clause.resolution)]), mandate) for clause, mandate in read]


def _start() -> None:
    """Ctrl-C is the business of the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _score_sent(sent: bytes) -> list[_Packed]:
    """``_score_all`` of what ``packed_nouns`` made of its arguments."""
    with uncollected():
        return _score_all(*pickle.loads(sent))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _score_all(read: Sequence[Read], chunk: PairChunk) -> list[_Packed]:
    """The overlaps worth keeping among some pairs, the prevailing clause of each first."""
    with uncollected():
        return list(_scored(read, chunk))


def _scored(read: Sequence[Read], chunk: PairChunk) -> Iterator[_Packed]:
    kept, formula = (load_scoring().thresholds[name] for name in ("kept", "formula_words"))
    compared = []
    for (i, j), cosine, theme in zip(chunk.pairs.tolist(), chunk.cosines.tolist(), chunk.themes.tolist(), strict=True):
        (left, left_mandate), (right, right_mandate) = read[i], read[j]
        compared.append(ComparedPair(left, right, left_mandate, right_mandate, align(left, right), cosine, theme))
    values = score_all(compared, chunk.known)

    def worth(probability: float, pair: ComparedPair) -> bool:
        # A pair may be recorded as formula language in common, however improbable.
        return probability >= kept or pair.alignment.formula_words >= formula

    for _, judged in judged_pairs(compared, values, worth):
        if judged.probability >= kept or judged.verdict.relation is Relation.BOIL:
            yield _packed(judged)


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """An aligned pair with the values of all its features and what each adds to the log-odds, in ten-thousandths."""

    pair: ComparedPair
    values: NDArray[np.float64]
    points: NDArray[np.int64]
    probability: float
    verdict: Verdict

    def overlap(self) -> Overlap:
        """What is to be said of the two clauses, with the evidence for it."""
        return _unpacked(_packed(self), {})


def judged_pairs(
    compared: Sequence[ComparedPair],
    values: NDArray[np.float64],
    worth: Callable[[float, ComparedPair], bool] = lambda *_: True,
) -> list[tuple[int, JudgedPair]]:
    """The pairs that are worth it, judged, each after its place among all of them.

    Args:
        compared: aligned pairs.
        values: of all their features, as ``score_all`` gives them.
        worth: told the probability of a pair in [0, 1] and the pair.
    """
    points = points_of(values)
    probabilities = probabilities_of(points)
    places = [p for p, (found, pair) in enumerate(zip(probabilities, compared, strict=True)) if worth(found, pair)]
    if not places:
        return []
    shares = relation_shares(pair_model(), values[places], [probabilities[place] for place in places])
    judged = []
    for place, held in zip(places, shares, strict=True):
        verdict = relate(compared[place], probabilities[place], held)
        own = JudgedPair(compared[place], values[place], points[place], probabilities[place], verdict)
        judged.append((place, own))
    return judged


def judged_overlap(pair: ComparedPair) -> Overlap:
    """What is to be said of two aligned clauses, with the evidence for it."""
    ((_, judged),) = judged_pairs([pair], np.array([score(pair)], dtype=np.float64))
    return judged.overlap()


def _packed(judged: JudgedPair) -> _Packed:
    """An overlap in plain tuples, which go from process to process at a fifth of the cost of objects."""
    pair, verdict, alignment = judged.pair, judged.verdict, judged.pair.alignment
    bias, lines = explain(pair, judged.values.tolist(), judged.points.tolist())
    return (
        (pair.left.clause.id, pair.right.clause.id),
        verdict.relation.value,
        (
            round(judged.probability, 6),
            round(pair.cosine, 5),
            round(alignment.left, 5),
            round(alignment.right, 5),
            round(min(1.0, alignment.shared / load_scoring().information.full_words), 5),
        ),
        bias,
        [(c.feature, c.value, c.points, c.sentence) for c in lines],
        [(m.left.start, m.left.end, m.right.start, m.right.end, m.kind.value) for m in alignment.matches],
        verdict.reasons_for,
        verdict.reasons_against,
    )


def _unpacked(packed: _Packed, told: dict[str, str]) -> Overlap:
    """The overlap; ``told`` lets sentences that many overlaps have in common stand in memory once."""
    (left, right), relation, numbers, bias, lines, matches, reasons_for, reasons_against = packed
    left, right = told.setdefault(left, left), told.setdefault(right, right)
    evidence = Evidence(
        bias,
        tuple(Contribution(told.setdefault(f, f), v, p, told.setdefault(s, s)) for f, v, p, s in lines),
        tuple(Match(Span(a, b), Span(c, d), _KINDS[kind]) for a, b, c, d, kind in matches),
        tuple(told.setdefault(reason, reason) for reason in reasons_for),
        tuple(told.setdefault(reason, reason) for reason in reasons_against),
    )
    identity = hashlib.sha256(f"{left}\n{right}".encode()).hexdigest()[:16]
    return Overlap(f"o-{identity}", left, right, _RELATIONS[relation], *numbers, evidence)
