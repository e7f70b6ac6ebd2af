"""What stands at the edges of PDF pages and belongs to no paragraph: running heads, page numbers, footnotes."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from pipeline.ingest.pdf_lines import Line

__all__ = ["NUMBER_LINE", "Note", "without_footnotes", "without_running_heads"]

# Lines this near to the top or bottom edge, as a share of the page height, may be running heads.
_MARGIN = 0.12
# On this share of the pages, and on two or more, a line must stand to be a running head.
_REPEATED = 0.3
# Footnotes stand below this share of the page height, in type smaller by this many points.
_NOTES_BELOW = 0.4
_SMALLER = 0.8
_PAGE_NUMBER = re.compile(r"^[-–— ]*(?:page\s*)?\d{1,4}[-–— ]*$", re.I)
_FIGURES = re.compile(r"\d+|(?<=[ \t])[ivxl]{1,6}$")
_NOTE_START = re.compile(r"^\s*\(?(\d{1,3}|[*†‡]{1,3})\)?[.\s]*(?=\S)")
_DRAWN = re.compile(r"^\s*_{5,}\s*$")
# Number lines stand alone even where a layout leaves no gap between them and the title.
NUMBER_LINE = re.compile(
    r"^(?:(?:MOD|ADD|SUP|NOC)\s.*)?(?:DRAFT (?:NEW |REVISED )?)?"
    r"(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION|QUESTION)\s+"
    r"(?:ITU-[RTD]\s+)?[\d\[][^a-z]{0,20}(?:\([^)]*\))?\s*[\d*]{0,2}$"
)

# The lines of one footnote, the mark of the first already set apart by a tab.
Note = list[Line]


def without_running_heads(lines: Sequence[Line], pages: int) -> tuple[list[Line], int]:
    """Body lines, and how many running heads, feet and page numbers were removed.

    From each edge inwards, lines go while they are bare page numbers, or while they stand, digits masked, on at least
    30 % of the pages and on two or more. A number line counts with its digits: many texts may each begin a page.
    """
    by_page: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line)
    seen: Counter[tuple[str, str]] = Counter()
    for page in by_page.values():
        seen.update({(_masked(line), _side(line)) for line in page if _side(line)})
    needed = max(2, round(_REPEATED * pages))
    removed: set[int] = set()
    for page in by_page.values():
        ordered = sorted(page, key=lambda line: line.baseline)
        for side, run in (("top", ordered), ("bottom", ordered[::-1])):
            for line in run:
                number = bool(_PAGE_NUMBER.match(line.text.strip()))
                if _side(line) != side or not (number or seen[_masked(line), side] >= needed):
                    break
                removed.add(id(line))
    return [line for line in lines if id(line) not in removed], len(removed)


def _masked(line: Line) -> str:
    text = line.text.strip()
    # A page number may stand in the same line, in figures or in roman ones.
    return text if NUMBER_LINE.match(text) else _FIGURES.sub("#", text)


def _side(line: Line) -> str:
    if line.top < line.page_height * _MARGIN:
        return "top"
    return "bottom" if line.bottom > line.page_height * (1 - _MARGIN) else ""


def without_footnotes(lines: Sequence[Line], rules: Mapping[int, Sequence[float]]) -> tuple[list[Line], list[Note]]:
    """Body lines without the footnotes of their pages and without the marks that point to them, and the footnotes.

    Args:
        lines: lines without running heads, in reading order.
        rules: by page, the heights at which short horizontal rules stand that may part footnotes from the text.
    """
    if not lines:
        return [], []
    body_size = median(line.size for line in lines)
    by_page: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line)
    notes: list[Note] = []
    note_lines: set[int] = set()
    marks: dict[int, set[str]] = {}
    open_page = 0
    for page, on_page in by_page.items():
        foot = _foot(on_page, rules.get(page, ()), body_size, open_page == page - 1)
        for line in foot:
            note_lines.add(id(line))
            if start := _NOTE_START.match(line.text):
                marks.setdefault(page, set()).add(start[1])
                notes.append([replace(line, text=f"{start[1]}\t{line.text[start.end() :]}", marks=())])
            else:
                notes[-1].append(line)
        if foot:
            open_page = page
    body = [_unmarked(line, marks.get(line.page, set())) for line in lines if id(line) not in note_lines]
    return body, notes


def _foot(on_page: Sequence[Line], rules: Sequence[float], body_size: float, note_open: bool) -> list[Line]:
    """The lines at the foot of a page that are footnotes, from top to bottom."""
    ordered = sorted(on_page, key=lambda line: line.baseline)
    drawn = [line.baseline for line in ordered if _DRAWN.match(line.text)]
    lowest = _NOTES_BELOW * ordered[0].page_height
    below: list[Line] = []
    for rule in (*rules, *drawn):
        found = [line for line in ordered if line.baseline > rule + 1]
        # A rule with more text above than below it, and nothing but smaller or marked lines below.
        if rule > lowest and found and _NOTE_START.match(found[0].text) and len(found) > len(below):
            below = found
    if below:
        return below
    run: list[Line] = []
    for line in reversed(ordered):
        if line.size > body_size - _SMALLER or line.top < lowest:
            break
        run.insert(0, line)
    if len(run) == len(ordered):
        return []
    if not note_open:
        first = next((i for i, line in enumerate(run) if _NOTE_START.match(line.text)), len(run))
        run = run[first:]
    return run


def _unmarked(line: Line, marks: set[str]) -> Line:
    """The line without those raised marks that a footnote of its page explains; other raised figures stay."""
    text = line.text
    for place, mark in reversed(line.marks):
        if mark in marks:
            text = text[:place].rstrip() + text[place + len(mark) :]
    return line if text == line.text else replace(line, text=text, marks=())
