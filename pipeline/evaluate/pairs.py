"""Relations of clause pairs against a labelled list."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Overlap, Relation, instrument_of
from pipeline.errors import InputError, UnknownIdentifierError
from pipeline.evaluate.boilerplate import area_under_curve
from pipeline.evaluate.resampling import interval
from pipeline.evaluate.result import Difference, Evaluation, Measure, UnitResult

__all__ = ["LabelledPair", "read_pairs", "score_pairs"]

_NEEDED = ("left", "right", "expected")
# Relations that say that two clauses give one mandate; a theme in common alone does not.
_OVERLAPS = frozenset(
    {
        Relation.CONF,
        Relation.VERB,
        Relation.SUB,
        Relation.SAME_ACT,
        Relation.SAME_REQ,
        Relation.REPORT,
        Relation.STUDY,
    }
)
_BANDS = 10
_Figure = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two clauses, the relation that a reader gives them, and the theme (``family``) that both belong to."""

    line: int
    left: str
    right: str
    expected: Relation
    family: str

    @property
    def is_edition(self) -> bool:
        """Whether both stand in editions of one work, which lineage settles before anything is compared."""
        return instrument_of(self.left).work == instrument_of(self.right).work


def read_pairs(text: str, name: str, split: str | None = None) -> tuple[LabelledPair, ...]:
    """Labelled clause pairs: CSV with the columns left, right and expected.

    The columns level, family and split are read where they are there; rows of another level than ``clause`` are left
    out.

    Args:
        text: the file.
        name: what to call it.
        split: take the rows of this split alone.

    Raises:
        InputError: a column is missing, an identifier or a relation is unknown, or no row is left.
    """
    reader = csv.DictReader(io.StringIO(text))
    present = reader.fieldnames or ()
    if missing := [c for c in (*_NEEDED, *(("split",) if split else ())) if c not in present]:
        raise InputError(f"{name}, line 1: the column {', '.join(missing)} is missing")
    rows = []
    for row in reader:
        if (row.get("level") or "clause") != "clause" or (split and row["split"] != split):
            continue
        line = reader.line_num
        try:
            left, right = row["left"] or "", row["right"] or ""
            for end in (left, right):
                instrument_of(end)
            rows.append(LabelledPair(line, left, right, Relation(row["expected"]), row.get("family") or f"line {line}"))
        except (UnknownIdentifierError, ValueError) as error:
            raise InputError(f"{name}, line {line}: {error}") from error
    if not rows:
        raise InputError(f"{name} holds no clause pair{f' of the split {split}' if split else ''}")
    return tuple(rows)


def score_pairs(rows: Sequence[LabelledPair], found: Sequence[Overlap], threshold: float, shown: int) -> Evaluation:
    """Mean F1 of the relations, and how well overlaps are told from what is none, with intervals over families.

    Args:
        rows: the labelled pairs.
        found: what the product says of each, kept or not.
        threshold: probability from which a pair counts as an overlap.
        shown: how many differences to give.
    """
    want = [row.expected.value for row in rows]
    have = [(Relation.REV if r.is_edition else o.relation).value for r, o in zip(rows, found, strict=True)]
    probability = np.array([0.0 if r.is_edition else o.probability for r, o in zip(rows, found, strict=True)])
    truth = np.array([row.expected in _OVERLAPS for row in rows])
    families = [row.family for row in rows]
    expected, answered = np.array(want), np.array(have)

    def measure(name: str, figure: _Figure) -> Measure:
        return Measure(name, figure(np.arange(len(rows))), *(interval(families, figure) or (None, None)))

    measures = (
        measure("overlap, area under curve", lambda at: area_under_curve(probability[at], truth[at])),
        measure("overlap, calibration error", lambda at: _calibration_error(truth[at], probability[at])),
        measure("overlap, F1", lambda at: _f1(truth[at], probability[at] >= threshold)),
        measure("relation F1", lambda at: _macro_f1(expected[at], answered[at])),
    )
    names = sorted({*want, *have})
    units = tuple(
        UnitResult(
            name,
            (want.count(name), have.count(name), sum(a == b == name for a, b in zip(want, have, strict=True))),
            _f1(expected == name, answered == name),
            _taken(name, want, have),
        )
        for name in names
    )
    wrong = [
        Difference(f"{row.left} – {row.right}", f"expected {a}, found {b}", a, b, row.line)
        for row, a, b in zip(rows, want, have, strict=True)
        if a != b
    ]
    return Evaluation(
        kind="pairs",
        unit="relation",
        thing="pair",
        measures=measures,
        columns=("expected", "found", "equal"),
        units=units,
        differences=tuple(wrong[:shown]),
        different=len(wrong),
        drawn="theme",
    )


def _taken(name: str, want: Sequence[str], have: Sequence[str]) -> str:
    """What pairs of one relation were mostly taken for instead."""
    other = Counter(b for a, b in zip(want, have, strict=True) if a == name != b)
    return ", ".join(f"{relation} {count}" for relation, count in other.most_common(3))


def _f1(truth: NDArray[np.bool_], told: NDArray[np.bool_]) -> float:
    both = int((truth & told).sum())
    total = int(truth.sum()) + int(told.sum())
    return 2 * both / total if total else 1.0


def _macro_f1(want: NDArray[np.str_], have: NDArray[np.str_]) -> float:
    """Mean F1 of the relations that are expected."""
    return float(np.mean([_f1(want == name, have == name) for name in np.unique(want)]))


def _calibration_error(truth: NDArray[np.bool_], probability: NDArray[np.float64]) -> float:
    """Expected calibration error over ten equal bands of probability."""
    band = np.minimum((probability * _BANDS).astype(int), _BANDS - 1)
    gaps = (
        (inside.mean(), abs(float(truth[inside].mean()) - float(probability[inside].mean())))
        for number in range(_BANDS)
        if (inside := band == number).any()
    )
    return float(sum(share * gap for share, gap in gaps))
