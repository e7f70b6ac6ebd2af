"""Citations against a list of citations that a reader found."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain import Citation
from pipeline.errors import InputError
from pipeline.evaluate.result import Difference, Evaluation, UnitResult
from pipeline.evaluate.scoring import Score, exactness

__all__ = ["GoldCitations", "read_citation_gold", "score_citations"]

_COLUMNS = ("document", "start", "end", "target")
_CONTEXT = 30
Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class GoldCitations:
    """Every citation of one document: first character, end and target ("" while open), with its line in the gold."""

    document: str
    citations: tuple[Key, ...]
    lines: tuple[int, ...]


def read_citation_gold(text: str, name: str) -> tuple[GoldCitations, ...]:
    """The citations of a gold file by document: CSV with the columns document, start, end and target.

    ``start`` and ``end`` are characters of the extracted text, half-open; ``target`` is the identifier of what is
    cited, empty where the reader left it open.

    Args:
        text: the content of the file.
        name: the name of the file, for messages.

    Raises:
        InputError: a column is missing, a value does not fit, or there is no row; the message says where.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    found: dict[str, list[tuple[Key, int]]] = {}
    try:
        head = reader.fieldnames or ()
        if missing := [column for column in _COLUMNS if column not in head]:
            told = f"{name}, line 1: the columns {', '.join(_COLUMNS)} are needed; {', '.join(missing)} is missing"
            raise InputError(told if head else f"{name} holds no citation: it is empty")
        for row in reader:
            where = f"{name}, line {reader.line_num}"
            document, key = _key(row, where)
            found.setdefault(document, []).append((key, reader.line_num))
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: this is no CSV ({error})") from error
    if not found:
        raise InputError(f"{name} holds no citation: nothing can be measured against it")
    return tuple(
        GoldCitations(document, tuple(key for key, _ in keys), tuple(line for _, line in keys))
        for document, keys in found.items()
    )


def _key(row: Mapping[str, str | None], where: str) -> tuple[str, Key]:
    values = {column: row[column] for column in _COLUMNS}
    if short := [column for column, value in values.items() if value is None]:
        raise InputError(f"{where}: the row ends before its column {short[0]}")
    document, target = (values["document"] or "").strip(), (values["target"] or "").strip()
    if not document:
        raise InputError(f"{where}, column document: the name is empty")
    places = []
    for column in ("start", "end"):
        value = (values[column] or "").strip()
        if not value.isascii() or not value.isdigit():
            raise InputError(f"{where}, column {column}: {value!r} is no whole number from 0")
        places.append(int(value))
    start, end = places
    if start >= end:
        raise InputError(f"{where}, column end: {end} does not lie behind start, {start}")
    return document, (start, end, target)


def score_citations(
    golds: Sequence[GoldCitations],
    found: Sequence[Sequence[Citation] | None],
    texts: Sequence[str],
    shown: int = 10,
) -> Evaluation:
    """How exactly the citations of the gold were found: a citation counts when place and target are equal.

    Args:
        golds: the documents of the gold.
        found: for each of them, in the same order, the citations found in it; None where it could not be read.
        texts: for each of them the text that the places point into, "" where it could not be read.
        shown: how many differences to give in full.

    Raises:
        InputError: a place of the gold lies beyond the end of its document: it was made on another text.
    """
    units, scores = [], []
    differences: list[Difference] = []
    different = 0
    for gold, citations, text in zip(golds, found, texts, strict=True):
        if citations is not None:
            _check_places(gold, text)
        there = [(c.span.start, c.span.end, c.target or "") for c in citations or ()]
        expected, got = Counter(gold.citations), Counter(there)
        score = Score(expected.total(), got.total(), (expected & got).total())
        scores.append(score)
        remark = "not read" if citations is None else ""
        units.append(UnitResult(gold.document, (score.expected, score.found, score.equal), score.f1, remark))
        new = _differences(gold, expected - got, got - expected, text)
        different += len(new)
        differences.extend(new[: max(0, shown - len(differences))])
    return Evaluation(
        kind="citations",
        unit="document",
        thing="citation",
        measures=exactness(scores),
        columns=("expected", "found", "equal"),
        units=tuple(units),
        differences=tuple(differences),
        different=different,
    )


def _check_places(gold: GoldCitations, text: str) -> None:
    for (start, end, _), line in zip(gold.citations, gold.lines, strict=True):
        if end > len(text):
            raise InputError(
                f"line {line} of the gold: {start} to {end} lies beyond the end of {gold.document} "
                f"({len(text):,} characters); the gold was made on another text"
            )


def _differences(gold: GoldCitations, missed: Counter[Key], extra: Counter[Key], text: str) -> list[Difference]:
    """Missed and invented citations in the order of the text; two that meet are two readings of one."""
    line_of = dict(zip(gold.citations, gold.lines, strict=True))
    left = sorted(extra.elements())
    out = []
    for key in sorted(missed.elements()):
        twin = next((other for other in left if other[0] < key[1] and key[0] < other[1]), None)
        if twin is not None:
            left.remove(twin)
        names = ("start", "end", "target")
        fields = [] if twin is None else [n for n, a, b in zip(names, key, twin, strict=True) if a != b]
        what = " and ".join(fields) if twin is not None else "not found"
        out.append((key[0], Difference(gold.document, what, _shown(key, text), _shown(twin, text), line_of[key])))
    out += [(key[0], Difference(gold.document, "not expected", "", _shown(key, text))) for key in left]
    return [difference for _, difference in sorted(out, key=lambda pair: pair[0])]


def _shown(key: Key | None, text: str) -> str:
    """A citation in one line: its place, what it points to, and its words in their surroundings."""
    if key is None:
        return ""
    start, end, target = key
    before, words, after = text[max(0, start - _CONTEXT) : start], text[start:end], text[end : end + _CONTEXT]
    around = " ".join(f"{before}«{words}»{after}".split())
    return f"{start}-{end} {target or 'open'} | {around}"
