"""Lines of PDF pages to paragraphs, also across pages and columns."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.domain import BlockKind
from pipeline.ingest.layout import clean
from pipeline.ingest.pdf_edges import NUMBER_LINE, Note
from pipeline.ingest.pdf_lines import Line, TableRow

__all__ = ["Composed", "Vocabulary", "compose"]

# A gap this much wider than the usual line distance starts a new paragraph.
_GAP = 1.35
# The line distance that is taken where too few full lines show it, in type sizes.
_PITCH = 1.25
_WRAPPED = 3
# So many labelled items show whether a document sets its items apart.
_ITEMS = 5
# A label of an item: letters and romans need their bracket, numbers stand alone.
_LABEL = re.compile(
    r"^\(?(?:(?:[a-z]{1,2}|[ivx]{1,5})(?:\s?bis|\s?ter)?\)|\d{1,2}(?:\.\d{1,2})*(?:\s?bis|\s?ter)?[).]?)\s|^[–—•·-]\s"
)
_FIRM_LABEL = re.compile(r"^\(?(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2}(?:\.\d{1,2})*)(?:\s?bis|\s?ter)?(?:[).]\s|[).]?\t)")
_ENDED = re.compile(r"[.;:!?]['\"’”)]*$")
_PAUSED = re.compile(r",['\"’”]?$")
_LEADERS = re.compile(r"\.{4,}\s*\d{1,4}$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_OPEN = ("-", "\u2010", "\u00ad", "–", "/")
_HYPHENS = ("-", "\u2010", "\u00ad")
_DIVIDED = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
# Lines break after a slash between words and after a dash between figures, where no space is due.
_OPEN_END = re.compile(r"[^\W\d_]/$|\d[-–]$")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Composed:
    """One paragraph, note or table row: its text, and where each of its lines begins in it.

    ``lines`` are (place in ``text``, line); a table row has none.
    """

    text: str
    kind: BlockKind
    italic: bool
    page: int
    indent: float
    lines: tuple[tuple[int, Line | TableRow], ...]


def compose(flow: Sequence[Line | TableRow], notes: Sequence[Note]) -> Iterator[Composed]:
    """Paragraphs and table rows in reading order, then the footnotes.

    Args:
        flow: body lines and rows of tables in reading order.
        notes: the lines of each footnote.
    """
    lines = [part for part in flow if isinstance(part, Line)]
    in_cells = [line for row in flow if isinstance(row, TableRow) for cell in row.cells for line in cell]
    vocabulary = Vocabulary([*lines, *in_cells, *(line for note in notes for line in note)])
    spacing = _Spacing.of(lines)
    group: list[Line] = []
    for part in flow:
        if isinstance(part, TableRow):
            if group:
                yield _paragraph(group, vocabulary)
                group = []
            yield _row(part, vocabulary)
            continue
        if group and _starts_paragraph(group[-1], part, spacing):
            yield _paragraph(group, vocabulary)
            group = []
        group.append(part)
    if group:
        yield _paragraph(group, vocabulary)
    for note in notes:
        yield _paragraph(note, vocabulary, BlockKind.FOOTNOTE)


@dataclass(frozen=True, slots=True)
class _Spacing:
    """How a document sets its paragraphs: the usual distance of two lines for each type size, in points.

    ``gapped`` is true when its items are set apart by gaps: then a label without a gap before it is running text.
    """

    pitches: dict[int, float]
    gapped: bool

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "_Spacing":
        """The spacing of these lines, which stand in reading order."""
        wrapped: dict[int, list[float]] = {}
        others: dict[int, list[float]] = {}
        for before, line in pairwise(lines):
            distance = line.baseline - before.baseline
            if before.page == line.page and round(before.size) == round(line.size) and 0 < distance < 4 * line.size:
                # Only a full line shows how far the next line of the same paragraph is.
                gaps = others if _forced(before, line) else wrapped
                gaps.setdefault(round(line.size), []).append(distance)
        pitches = {size: min(*found, _PITCH * size) for size, found in others.items()}
        pitches |= {size: median(found) for size, found in wrapped.items() if len(found) >= _WRAPPED}
        spacing = cls(pitches, gapped=False)
        apart = [
            spacing.gap(before, line)
            for before, line in pairwise(lines)
            if before.page == line.page and _LABEL.match(line.text) and _ENDED.search(before.text[-6:])
        ]
        return cls(pitches, len(apart) >= _ITEMS and sum(apart) >= 0.8 * len(apart))

    def gap(self, before: Line, line: Line) -> bool:
        """Whether two lines of one page stand further apart than lines of one paragraph do."""
        pitch = self.pitches.get(round(line.size), _PITCH * line.size)
        return line.baseline - before.baseline > _GAP * pitch


def _starts_paragraph(before: Line, line: Line, spacing: _Spacing) -> bool:
    """Whether a new paragraph begins with ``line``."""
    if before.cell != line.cell or (before.text[-1:].isdigit() and _LEADERS.search(before.text) is not None):
        return True
    if before.italic != line.italic or before.bold != line.bold or abs(before.size - line.size) > 1.5:
        return True
    if NUMBER_LINE.match(before.text) or NUMBER_LINE.match(line.text):
        return True
    ended = bool(_ENDED.search(before.text[-6:]))
    forced = _forced(before, line)
    if before.page != line.page or line.baseline <= before.baseline:
        return _starts_after_break(before, line, ended, forced)
    if spacing.gap(before, line) or spacing.gapped:
        return spacing.gap(before, line)
    if bool(_LABEL.match(line.text)) and (ended or (forced and bool(_PAUSED.search(before.text[-6:])))):
        return True
    return ended and forced and not line.text[:1].islower()


def _starts_after_break(before: Line, line: Line, ended: bool, forced: bool) -> bool:
    """The same at the top of a page or column, where no gap can tell."""
    if line.italic or _FIRM_LABEL.match(line.text):
        return True
    if ended:
        return True
    if _PAUSED.search(before.text[-6:]):
        return forced or bool(_LABEL.match(line.text))
    # A heading ends without a stop and well before the edge.
    return forced and line.text[:1].isupper()


def _forced(before: Line, line: Line) -> bool:
    """Whether ``before`` was ended on purpose: the first word of ``line`` would have found room in it."""
    return before.right - before.x1 > line.first_width + 0.35 * before.size


def _paragraph(lines: Sequence[Line], vocabulary: "Vocabulary", kind: BlockKind | None = None) -> Composed:
    first = lines[0]
    text, starts = vocabulary.joined(lines)
    if kind is None:
        kind = BlockKind.HEADER if first.cell else BlockKind.PARAGRAPH
    return Composed(
        text=text,
        kind=kind,
        italic=all(line.italic for line in lines),
        page=first.page,
        indent=round(first.x0, 1),
        lines=tuple(zip(starts, lines, strict=True)),
    )


def _row(row: TableRow, vocabulary: "Vocabulary") -> Composed:
    cells = [vocabulary.joined(cell)[0] if cell else "" for cell in row.cells]
    text = " | ".join(cell.replace("\t", " ") for cell in cells)
    text = text if text.strip(" |") else ""
    return Composed(text, BlockKind.TABLE, False, row.page, round(row.x0, 1), ((0, row),))


class Vocabulary:
    """The words of a document, which tell what a hyphen at a line end means."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words: Counter[str] = Counter()
        halves: list[tuple[str, str]] = []
        half = ""
        for line in lines:
            words: list[str] = _WORD.findall(line.text.lower())
            # The halves of a divided word are no words.
            if half and words:
                halves.append((half, words[0]))
                words = words[1:]
            end = _DIVIDED.search(line.text.lower()) if line.text.endswith(_HYPHENS) else None
            half = end[1] if end else ""
            self._words.update(words[:-1] if end else words)
        divisions = sum(1 for first, second in halves if self._words[first + second])
        compounds = sum(1 for first, second in halves if self._words[f"{first}-{second}"])
        self._divides = divisions > compounds

    def joined(self, lines: Sequence[Line]) -> tuple[str, list[int]]:
        """The lines as one text, and the place in it where each begins."""
        text = ""
        starts = []
        for index, line in enumerate(lines):
            piece = line.text if line.text.isascii() else clean(line.text)
            if index:
                text = self._ready(text, piece, lines[index - 1].spaced)
            starts.append(len(text))
            text += piece
        return text, starts

    def _ready(self, text: str, following: str, spaced: bool) -> str:
        """``text`` made ready to be followed: with a space, with its hyphen, or without the hyphen of a division."""
        if not text.endswith(_OPEN):
            return f"{text} "
        if _OPEN_END.search(text[-2:]) and following[:1].isalnum() and not spaced:
            return text
        end = _DIVIDED.search(text)
        start = _LETTERS.match(following)
        if end is None or start is None:
            return text if end is not None and not spaced and following[:1].isdigit() else f"{text} "
        whole, hyphened = (end[1] + start[0]).lower(), f"{end[1]}-{start[0]}".lower()
        known, compound = self._words[whole], self._words[hyphened]
        if known > compound and start[0].islower():
            return text[:-1]
        if spaced:
            return f"{text} "  # the file has a space after the hyphen: in it the words stand apart
        if compound or not start[0].islower() or len(end[1]) < 3:
            return text
        # Neither form occurs elsewhere. Two words of this document make a compound, two mere syllables a word; for one
        # of each, what the other hyphens of the document have shown decides.
        words = bool(self._words[end[1].lower()]) + bool(self._words[start[0].lower()])
        return text[:-1] if words == 0 or (words == 1 and self._divides) else text
