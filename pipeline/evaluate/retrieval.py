"""How well near texts are found: the rank of a text's kin among all others."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.evaluate.resampling import mean_measure
from pipeline.evaluate.result import Evaluation, UnitResult

__all__ = ["Query", "average_precision", "read_queries", "score_retrieval"]


@dataclass(frozen=True, slots=True)
class Query:
    """A text and its kin, as rows of a matrix; ``left_out`` take no part; texts of one ``group`` are drawn together."""

    name: str
    text: int
    kin: frozenset[int]
    left_out: frozenset[int]
    group: str


def read_queries(text: str, name: str, ids: Sequence[str]) -> tuple[Query, ...]:
    """The queries of a list of texts that belong together, in the order of ``ids``.

    The list is CSV with the columns text and group, each member of a group being asked for the others; or with query
    and relevant, a pair a line, and group where it is there. A group of one text asks nothing.

    Args:
        text: the file.
        name: what to call it.
        ids: the texts that are searched, in the order of their rows.

    Raises:
        InputError: a column is missing, a text is not searched or its own kin, or nothing is asked.
    """
    reader = csv.DictReader(io.StringIO(text))
    present = set(reader.fieldnames or ())
    grouped = {"text", "group"} <= present
    if not grouped and not {"query", "relevant"} <= present:
        raise InputError(f"{name}, line 1: the columns text and group are wanted, or query and relevant")
    place = {one: row for row, one in enumerate(ids)}
    kin: dict[int, set[int]] = defaultdict(set)
    drawn: dict[int, str] = {}
    members: dict[str, list[int]] = defaultdict(list)
    for row in reader:
        ends = [row["text"]] if grouped else [row["query"], row["relevant"]]
        for end in ends:
            if end not in place:
                raise InputError(f"{name}, line {reader.line_num}: no text that is searched is {end or 'unnamed'}")
        first = place[ends[0]]
        if grouped:
            if not row["group"]:
                raise InputError(f"{name}, line {reader.line_num}: {ends[0]} has no group")
            members[row["group"]].append(first)
            continue
        if ends[0] == ends[1]:
            raise InputError(f"{name}, line {reader.line_num}: {ends[0]} is given as its own kin")
        kin[first].add(place[ends[1]])
        drawn.setdefault(first, row.get("group") or ends[0])
    _add_groups(members, kin, drawn)
    if not kin:
        raise InputError(f"{name} asks nothing: no text has kin")
    return tuple(Query(ids[q], q, frozenset(kin[q]), frozenset(), drawn[q]) for q in sorted(kin))


def _add_groups(members: Mapping[str, Sequence[int]], kin: dict[int, set[int]], drawn: dict[int, str]) -> None:
    for group, texts in members.items():
        for one in texts:
            if others := set(texts) - {one}:
                kin[one] |= others
                drawn.setdefault(one, group)


def average_precision(scores: NDArray[np.float64], kin: Sequence[int], left_out: Sequence[int]) -> float:
    """Mean over the kin of the share of kin among texts as near or nearer, in [0, 1]; of equals the first row leads.

    Raises:
        InputError: there is no kin.
    """
    if not len(kin):
        raise InputError("a query without any kin cannot be scored")
    scores = np.array(scores, dtype=np.float64)
    scores[list(left_out)] = -np.inf
    order = np.argsort(-scores, kind="stable")
    relevant = np.zeros(len(scores), dtype=bool)
    relevant[list(kin)] = True
    found = np.flatnonzero(relevant[order]) + 1
    return float(np.mean(np.arange(1, len(found) + 1) / found))


def score_retrieval(nearness: NDArray[np.floating], queries: Sequence[Query]) -> Evaluation:
    """Mean average precision, with an interval over groups.

    Args:
        nearness: of each two texts, shape (texts, texts).
        queries: at least one.

    Raises:
        InputError: there is no query, or one without kin.
    """
    if not queries:
        raise InputError("there is no query: nothing can be measured")
    units = []
    for query in queries:
        out = query.left_out | {query.text}
        value = average_precision(nearness[query.text], sorted(query.kin), sorted(out))
        units.append(UnitResult(query.name, (len(query.kin),), value))
    measure = mean_measure("mean average precision", [u.value for u in units], [q.group for q in queries])
    return Evaluation("retrieval", "query", "kin text", (measure,), ("kin",), tuple(units))
