"""Formula language against labelled passages."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from pipeline.errors import InputError
from pipeline.evaluate.resampling import interval
from pipeline.evaluate.result import Evaluation, Measure, UnitResult

__all__ = ["LabelledPassage", "area_under_curve", "passage_groups", "read_passages", "score_boilerplate"]

_NEEDED = ("left", "right", "label")
_LABELS = {"1": False, "0": True}


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """The same place in two documents; ``formula`` says whether a reader calls it formula language."""

    line: int
    left: str
    right: str
    left_title: str
    right_title: str
    left_document: str
    right_document: str
    formula: bool


def read_passages(text: str, name: str) -> tuple[LabelledPassage, ...]:
    """Labelled passages: CSV with the columns left, right and label (1 substance, 0 formula; other rows are left out).

    The columns left_doc_id, right_doc_id, left_bill_title and right_bill_title are read where they are there.

    Raises:
        InputError: a column is missing, or no row of each label is there.
    """
    reader = csv.DictReader(io.StringIO(text))
    if missing := [c for c in _NEEDED if c not in (reader.fieldnames or ())]:
        raise InputError(
            f"{name}, line 1: the columns {', '.join(_NEEDED)} are needed; {', '.join(missing)} is missing"
        )
    rows = tuple(
        LabelledPassage(
            reader.line_num,
            row["left"] or "",
            row["right"] or "",
            row.get("left_bill_title") or "",
            row.get("right_bill_title") or "",
            row.get("left_doc_id") or f"line {reader.line_num}",
            row.get("right_doc_id") or f"line {reader.line_num}",
            _LABELS[label],
        )
        for row in reader
        if (label := (row["label"] or "").strip()) in _LABELS
    )
    if len({row.formula for row in rows}) < 2:
        raise InputError(f"{name} must hold rows labelled 0 (formula) and rows labelled 1 (substance)")
    return rows


def passage_groups(rows: Sequence[LabelledPassage]) -> list[str]:
    """A group for each passage; passages that share a document, even over others, are in one."""
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for row in rows:
        parent[root(row.left_document)] = root(row.right_document)
    return [root(row.left_document) for row in rows]


def area_under_curve(scores: Sequence[float] | NDArray[np.float64], truth: Sequence[bool] | NDArray[np.bool_]) -> float:
    """Share of pairs of a true and another row in the right order, equals by half; NaN without a pair."""
    values, wanted = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=bool)
    yes, no = int(wanted.sum()), int((~wanted).sum())
    if not yes or not no:
        return float("nan")
    return float((rankdata(values)[wanted].sum() - yes * (yes + 1) / 2) / (yes * no))


def score_boilerplate(rows: Sequence[LabelledPassage], told: Sequence[float]) -> Evaluation:
    """Area under the ROC curve of the probabilities of formula language, with an interval over groups of documents.

    Args:
        rows: the labelled passages.
        told: the probability of each.
    """
    scores, truth = np.array(told), np.array([row.formula for row in rows])
    groups = passage_groups(rows)
    ends = interval(groups, lambda some: area_under_curve(scores[some], truth[some]))
    measure = Measure("area under curve", area_under_curve(scores, truth), *(ends or (None, None)))
    sizes: Mapping[str, int] = Counter(groups)
    units = tuple(
        UnitResult(
            f"line {row.line}",
            (sizes[group],),
            1 - abs(float(row.formula) - float(p)),
            "formula" if row.formula else "",
        )
        for row, group, p in zip(rows, groups, told, strict=True)
    )
    return Evaluation("boilerplate", "passage", "passage of its group", (measure,), ("group",), units)
