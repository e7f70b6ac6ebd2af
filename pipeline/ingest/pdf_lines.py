"""Words of a page to lines in reading order: rows, columns, raised marks."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.ingest.pdf_words import Word

__all__ = ["Line", "TableRow", "lines_of"]

# Words whose gap is smaller than this share of the type size belong together, unless a space stands between them.
_GLUE = 0.1
# A gap this wide, in type sizes, is a tab; a label's gap may be narrower.
_TAB = 1.6
_LABEL_TAB = 0.6
# The gap between two columns, in points, and how many lines each must have to be believed.
_GUTTER = 9.0
_COLUMN_LINES = 4
_MARK = re.compile(r"^(?:\d{1,3}|[*†‡]{1,3})$")
_LABEL = re.compile(r"^(?:\(?(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2}(?:\.\d{1,2})*)[).]?|[–—•·-])$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; distances in points from the top left corner of the page as it is read.

    ``marks`` are the raised figures and signs in it as (place in ``text``, mark); ``text`` holds them too.
    ``left`` and ``right`` are the edges of the column that the line stands in, ``first_width`` is the width of its
    first word. ``spaced`` is true when the file has a space after the last word. ``cell`` is 0 in running text and
    differs from cell to cell in a table that only arranges text.
    """

    text: str
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    italic: bool
    bold: bool
    page_height: float
    left: float
    right: float
    first_width: float
    spaced: bool
    marks: tuple[tuple[int, str], ...] = ()
    cell: int = 0


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a ruled table: the lines of each cell."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    cells: tuple[tuple[Line, ...], ...]


def lines_of(words: Sequence[Word], page: int, page_height: float, cell: int = 0) -> list[Line]:
    """Lines of one page, or of one cell of it, in reading order.

    Args:
        words: the words, in any order.
        page: number of the page, from 1.
        page_height: height of the page in points.
        cell: number of the cell, 0 for running text.
    """
    rows = _rows(words)
    gutter = _gutter(rows)
    if gutter is None:
        left, right = _edges(rows)
        return [_line(row, page, page_height, (left, right), cell) for row in rows]
    lines: list[Line] = []
    for band in _bands(rows, gutter):
        left, right = _edges(band)
        lines.extend(_line(row, page, page_height, (left, right), cell) for row in band)
    return lines


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words that share a baseline, from top to bottom, each row from left to right."""
    rows: list[list[Word]] = []
    baseline = size = 0.0
    for word in sorted(words, key=lambda w: w.baseline):
        if rows:
            larger = max(size, word.size)
            # Marks stand higher or lower than their line, but never by more than half of its type size.
            reach = 0.3 if min(size, word.size) > 0.85 * larger else 0.5
            if word.baseline - baseline <= reach * larger:
                rows[-1].append(word)
                if word.size > 1.15 * size:
                    baseline, size = word.baseline, word.size
                continue
        rows.append([word])
        baseline, size = word.baseline, word.size
    for row in rows:
        row.sort(key=lambda w: w.x0)
    return rows


def _edges(rows: Sequence[Sequence[Word]]) -> tuple[float, float]:
    if not rows:
        return 0.0, 0.0
    return min(row[0].x0 for row in rows), max(row[-1].x1 for row in rows)


def _gutter(rows: Sequence[Sequence[Word]]) -> float | None:
    """Left edge of the right one of two columns of running text, or None.

    Many pieces of rows must begin at one place near the middle, and both sides must be filled like columns: a list
    with page numbers or a form is none.
    """
    if len(rows) < 2 * _COLUMN_LINES:
        return None
    left, right = _edges(rows)
    low, high = left + 0.35 * (right - left), left + 0.65 * (right - left)
    starts = [
        word.x0
        for row in rows
        for before, word in zip((None, *row), row, strict=False)
        if low < word.x0 < high and (before is None or word.x0 - before.x1 >= _GUTTER)
    ]
    if len(starts) < _COLUMN_LINES:
        return None
    edge, count = Counter(round(x / 3) * 3 for x in starts).most_common(1)[0]
    if count < _COLUMN_LINES:
        return None
    gutter = edge - 3.0
    halves = [half for row in rows if not _crosses(row, gutter) for half in _halves(row, gutter)]
    lefts = [half[-1].x1 - half[0].x0 for half in halves if half[0].x0 < gutter]
    rights = [half[-1].x1 - half[0].x0 for half in halves if half[0].x0 >= gutter]
    filled = (
        len(lefts) >= _COLUMN_LINES
        and len(rights) >= _COLUMN_LINES
        and median(lefts) >= 0.6 * (gutter - left)
        and median(rights) >= 0.5 * (right - gutter)
    )
    return gutter if filled else None


def _crosses(row: Sequence[Word], gutter: float) -> bool:
    """Whether a row runs over the gutter: a word stands in it, or the words around it are no wider apart than usual."""
    before = [w for w in row if w.x0 < gutter]
    after = [w for w in row if w.x0 >= gutter]
    if before and before[-1].x1 > gutter:
        return True
    return bool(before and after) and after[0].x0 - before[-1].x1 < _GUTTER


def _halves(row: Sequence[Word], gutter: float) -> list[list[Word]]:
    halves = ([w for w in row if w.x0 < gutter], [w for w in row if w.x0 >= gutter])
    return [half for half in halves if half]


def _bands(rows: Sequence[list[Word]], gutter: float) -> Iterator[list[list[Word]]]:
    """Groups of rows in reading order: full-width rows, then the left and the right column below them, and so on."""
    full: list[list[Word]] = []
    columns: tuple[list[list[Word]], list[list[Word]]] = ([], [])
    for row in rows:
        if _crosses(row, gutter):
            yield from (c for c in columns if c)
            columns = ([], [])
            full.append(row)
            continue
        if full:
            yield full
            full = []
        for half in _halves(row, gutter):
            columns[half[0].x0 >= gutter].append(half)
    yield from (c for c in (full, *columns) if c)


def _line(row: Sequence[Word], page: int, page_height: float, edges: tuple[float, float], cell: int) -> Line:
    lettered = [w for w in row if w.text[0].isalpha() or any(c.isalpha() for c in w.text)]
    mixed = len({w.size for w in row}) > 1
    main = max(lettered or row, key=lambda w: (w.size, len(w.text))) if mixed else (lettered or row)[0]
    size, baseline = main.size, main.baseline
    text = row[0].text
    marks = [(0, text)] if mixed and _raised(row[0], size, baseline) else []
    for position, (before, word) in enumerate(pairwise(row)):
        gap = word.x0 - before.x1
        label = position == 0 and gap > _LABEL_TAB * size and bool(_LABEL.match(before.text))
        if label or gap > _TAB * size:
            text += "\t"
        elif not (word.lead == "" or (word.lead == "\n" and gap < _GLUE * size)):
            text += " "
        if mixed and _raised(word, size, baseline):
            marks.append((len(text), word.text))
        text += word.text
    return Line(
        text=text,
        page=page,
        x0=row[0].x0,
        top=min(w.top for w in row),
        x1=max(w.x1 for w in row),
        bottom=max(w.bottom for w in row),
        baseline=baseline,
        size=size,
        italic=bool(lettered) and all(w.face.italic for w in lettered),
        bold=bool(lettered) and all(w.face.bold for w in lettered),
        page_height=page_height,
        left=edges[0],
        right=edges[1],
        first_width=row[0].x1 - row[0].x0,
        spaced=row[-1].spaced,
        marks=tuple(marks),
        cell=cell,
    )


def _raised(word: Word, size: float, baseline: float) -> bool:
    """Whether a word is a footnote mark by its looks: a figure or sign, smaller and higher than its line."""
    return bool(_MARK.match(word.text)) and word.size < 0.85 * size and word.baseline < baseline - 0.1 * size
