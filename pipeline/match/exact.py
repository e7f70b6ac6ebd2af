"""Pairs that may be worth keeping, aligned and judged, on one processor or on several."""

import hashlib
import os
import pickle
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Evidence, Overlap, Relation
from pipeline.match.alignment import Alignment, align
from pipeline.match.features import ComparedPair, explain, pair_model, probability_at_once, probability_of, score
from pipeline.match.judgement import relation_shares
from pipeline.match.mandates import ComparedMandate
from pipeline.match.relations import relate
from pipeline.match.tokens import WordedClause
from pipeline.reference import load_scoring

__all__ = ["PossiblePairs", "Read", "Spread", "judged_overlap", "score_pairs"]

Read = tuple[WordedClause, ComparedMandate]
Spread = Callable[[Callable[[Any, Any], Any], Any, Iterable[Any]], Iterator[Any]]

# Starting processes takes seconds; fewer pairs are done sooner without.
_WORTH_PROCESSES = 20_000
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class PossiblePairs:
    """``pairs`` (m, 2), the clause of the prevailing text first; ``cosines`` and ``themes`` (m,), float32."""

    pairs: NDArray[np.intp]
    cosines: NDArray[np.float32]
    themes: NDArray[np.float32]

    def only(self, rows: NDArray[np.intp]) -> "PossiblePairs":
        """Some of the pairs, by their numbers."""
        return PossiblePairs(self.pairs[rows], self.cosines[rows], self.themes[rows])

    def chunks(self) -> Iterator["PossiblePairs"]:
        """The same pairs in their order, some thousands at a time."""
        for start in range(0, len(self.pairs), _CHUNK):
            rows = slice(start, start + _CHUNK)
            yield PossiblePairs(self.pairs[rows], self.cosines[rows], self.themes[rows])


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
    for found in scored:
        if progress is not None:
            progress(min(done, total), total)
        overlaps.extend(found)
        done += _CHUNK
    if progress is not None:
        progress(total, total)
    return overlaps


def _side_by_side(read: Sequence[Read], possible: PossiblePairs, workers: int) -> Iterator[list[Overlap]]:
    """Chunks scored in worker processes, which read the clauses once, from a file."""
    slim = _without_neighbours(read)
    with tempfile.TemporaryDirectory(prefix="overlap-") as folder:
        path = Path(folder) / "clauses"
        with path.open("wb") as file:
            pickle.dump(slim, file, protocol=pickle.HIGHEST_PROTOCOL)
        del slim
        # Started afresh and not forked: this process has threads, of the numeric libraries and of the flow.
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _start, (str(path),))
        try:
            yield from pool.map(_work, possible.chunks())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _without_neighbours(read: Sequence[Read]) -> list[Read]:
    """Clauses whose texts hold no other clauses, which no pair asks for and which would be copied to each worker."""
    texts = {id(c.resolution): c.resolution for c, _ in read}
    bare = {key: replace(text, sections=()) for key, text in texts.items()}
    return [(replace(clause, resolution=bare[id(clause.resolution)]), mandate) for clause, mandate in read]


_read: list[Read] = []


def _start(path: str) -> None:
    """Read the clauses, once for each process. Ctrl-C is the business of the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(path).open("rb") as file:
        _read.extend(pickle.load(file))


def _work(chunk: PossiblePairs) -> list[Overlap]:
    return _score_all(_read, chunk)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _score_all(read: Sequence[Read], chunk: PossiblePairs) -> list[Overlap]:
    out = []
    for (i, j), cosine, theme in zip(chunk.pairs.tolist(), chunk.cosines.tolist(), chunk.themes.tolist(), strict=True):
        overlap = _score(read[i], read[j], cosine, theme)
        if overlap is not None:
            out.append(overlap)
    return out


def _score(left_read: Read, right_read: Read, cosine: float, theme: float) -> Overlap | None:
    """The overlap of two clauses, the prevailing one first; None when it is not worth keeping."""
    (left, left_mandate), (right, right_mandate) = left_read, right_read
    limits = load_scoring().thresholds
    alignment = align(left, right)
    pair = ComparedPair(left, right, left_mandate, right_mandate, alignment, cosine, theme)
    probability = probability_at_once(pair)
    if not _may_be_kept(probability, alignment, limits):
        return None
    overlap = _judged(pair, score(pair), probability)
    if probability < limits["kept"] and overlap.relation is not Relation.BOIL:
        return None
    return overlap


def judged_overlap(pair: ComparedPair) -> Overlap:
    """What is to be said of two aligned clauses, with the evidence for it."""
    values = score(pair)
    return _judged(pair, values, probability_of(values))


def _judged(pair: ComparedPair, values: Sequence[float], probability: float) -> Overlap:
    verdict = relate(pair, probability, relation_shares(pair_model(), values, probability))
    bias, contributions = explain(pair, values)
    alignment = pair.alignment
    identity = hashlib.sha256(f"{pair.left.clause.id}\n{pair.right.clause.id}".encode()).hexdigest()[:16]
    return Overlap(
        id=f"o-{identity}",
        left=pair.left.clause.id,
        right=pair.right.clause.id,
        relation=verdict.relation,
        probability=round(probability, 6),
        similarity=round(pair.cosine, 5),
        containment_left=round(alignment.left, 5),
        containment_right=round(alignment.right, 5),
        information=round(min(1.0, alignment.shared / load_scoring().information.full_words), 5),
        evidence=Evidence(bias, contributions, alignment.matches, verdict.reasons_for, verdict.reasons_against),
    )


def _may_be_kept(probability: float, alignment: Alignment, limits: Mapping[str, float]) -> bool:
    """Whether a pair is probable enough, or may at least be recorded as formula language in common."""
    return probability >= limits["kept"] or alignment.formula_words >= limits["formula_words"]
