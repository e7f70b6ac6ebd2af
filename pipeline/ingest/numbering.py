"""Labels that Word generates: ``w:numPr`` resolved to ``a)``, ``2`` or ``iii)`` as a reader sees them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree

from pipeline.ingest.word_styles import Styles
from pipeline.ingest.word_xml import W, is_on, only_part, value

__all__ = ["Numbering", "roman", "written_as"]

_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_HUNDREDS = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))


# As far as Word counts; larger numbers stand in damaged or hostile files alone.
_MAX_NUMBER = 32767
_MAX_REPEATS = 30
_MAX_PATTERN = 255
_LEVELS = range(9)
# The letters with which Word counts in Russian: without ё, й, ъ, ы, ь.
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"


def roman(number: int) -> str:
    """A number in small Roman numerals; "" below 1 and beyond 32767."""
    out = ""
    if number > _MAX_NUMBER:
        return out
    for value_, letters in (*_HUNDREDS, *_ROMAN):
        count, number = divmod(number, value_)
        out += letters * count
    return out


def _letters(number: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    """1 is a, 26 is z, 27 is aa, as Word counts; "" below 1 and beyond 30 times the alphabet."""
    if not 1 <= number <= _MAX_REPEATS * len(alphabet):
        return ""
    return alphabet[(number - 1) % len(alphabet)] * ((number - 1) // len(alphabet) + 1)


def written_as(kind: str, number: int) -> str:
    """A number as Word writes it in one of its formats; "" where that has no such number, digits in unknown formats."""
    return _FORMATS.get(kind, str)(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda n: roman(n).upper(),
    "russianLower": lambda n: _letters(n, _RUSSIAN),
    "russianUpper": lambda n: _letters(n, _RUSSIAN).upper(),
    "none": lambda _: "",
}


@dataclass(frozen=True, slots=True)
class _Level:
    """``restart`` is the level, counted from 1, after which numbers begin again; 0 never, None any above."""

    kind: str
    pattern: str
    start: int
    legal: bool = False
    restart: int | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """Lists of one definition count on together, save where ``starts`` says otherwise for a list of its own."""

    definition: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counters of all lists of one file; use it once, top to bottom.

    ``lost`` is how many paragraphs so far stand in a list although the definitions of lists could not be read.
    """

    def __init__(self, lists: dict[str, _List], by_style: dict[str, tuple[str, int]], unread: bool = False) -> None:
        self.lost = 0
        self._lists = lists
        self._by_style = by_style
        self._unread = unread
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()

    @classmethod
    def of(cls, word: WordDocument, styles: Styles) -> Self:
        """Numbering definitions of a file; empty when it has none, or none that can be read."""
        root, unread = only_part(word, RELATIONSHIP_TYPE.NUMBERING, "numbering")
        abstract = {a.get(f"{W}abstractNumId", ""): a for a in root.findall(f"{W}abstractNum")}
        by_link = {name: key for key, a in abstract.items() if (name := value(a, f"{W}styleLink"))}
        lists = {}
        for num in root.findall(f"{W}num"):
            key = value(num, f"{W}abstractNumId") or ""
            if key in abstract and (link := value(abstract[key], f"{W}numStyleLink")):
                key = by_link.get(link, key)
            if key in abstract:
                lists[num.get(f"{W}numId", "")] = _list(key, abstract[key], num)
        by_style = {}
        for style_id in styles.identifiers():
            if (listed := _of_style(style_id, styles, lists)) is not None:
                by_style[style_id] = listed
        return cls(lists, by_style, unread)

    def next_label(self, paragraph: etree._Element, style_id: str) -> str:
        """Label of this paragraph, counting it; "" when it belongs to no list or its number cannot be written."""
        listed = self._place(paragraph, style_id)
        if listed is None:
            return ""
        self.lost += self._unread
        list_id, depth = listed
        list_ = self._lists.get(list_id)
        if list_ is None or depth not in list_.levels:
            return ""
        counters = self._count(list_id, list_, depth)
        level = list_.levels[depth]
        if level.kind == "bullet":
            return "–"
        label = level.pattern if len(level.pattern) <= _MAX_PATTERN else ""
        for above in range(depth + 1):
            part = list_.levels.get(above, _Level("decimal", "", 1))
            kind = "decimal" if level.legal else part.kind
            written = written_as(kind, counters.get(above, part.start))
            if f"%{above + 1}" in label and not written and kind != "none":
                return ""
            label = label.replace(f"%{above + 1}", written)
        return label.strip()

    def _place(self, paragraph: etree._Element, style_id: str) -> tuple[str, int] | None:
        """List and level of a paragraph: its own properties, and for what they leave open those of its style."""
        properties = paragraph.find(f"{W}pPr/{W}numPr")
        styled = self._by_style.get(style_id)
        if properties is None:
            return styled
        list_id = value(properties, f"{W}numId") or (styled[0] if styled else "")
        written = value(properties, f"{W}ilvl")
        depth = _number(written, -1) if written is not None else styled[1] if styled and styled[0] == list_id else 0
        return (list_id, depth) if list_id not in ("", "0") and depth in _LEVELS else None

    def _count(self, list_id: str, list_: _List, depth: int) -> dict[int, int]:
        """Counters of the definition after one more paragraph at this level."""
        counters = self._counters[list_.definition]
        start = list_.levels[depth].start
        if depth in list_.starts and (list_id, depth) not in self._begun:
            counters[depth] = list_.starts[depth]
        else:
            counters[depth] = counters.get(depth, start - 1) + 1
        self._begun.add((list_id, depth))
        for above in range(depth):
            if above in list_.levels:
                counters.setdefault(above, list_.levels[above].start)
        for deeper in [d for d in counters if d > depth]:
            restart = list_.levels[deeper].restart if deeper in list_.levels else None
            if restart is None or depth < restart:
                del counters[deeper]
        return counters


def _list(key: str, abstract: etree._Element, num: etree._Element) -> _List:
    """One list: the levels of its definition with its own changes."""
    levels = _levels_of(abstract)
    starts = {}
    for override in num.findall(f"{W}lvlOverride"):
        depth = _number(override.get(f"{W}ilvl", "0"), -1)
        own = _levels_of(override)
        levels |= own
        start = value(override, f"{W}startOverride")
        if depth in _LEVELS and (start is not None or own):
            starts[depth] = _start(start) if start is not None else own[depth].start if depth in own else 1
    return _List(key, levels, starts)


def _of_style(style_id: str, styles: Styles, lists: dict[str, _List]) -> tuple[str, int] | None:
    """List and level that a style names, each by itself or by what it is based on; no list is list 0."""
    chain = list(styles.chain(style_id))
    list_id = next((v for s in chain if (v := value(s, f"{W}pPr/{W}numPr/{W}numId")) is not None), None)
    if list_id in (None, "0"):
        return None
    levels = lists[list_id].levels if list_id in lists else {}
    linked_to = {level.style: depth for depth, level in levels.items() if level.style}
    linked = next((linked_to[key] for s in chain if (key := s.get(f"{W}styleId")) in linked_to), None)
    written = next((v for s in chain if (v := value(s, f"{W}pPr/{W}numPr/{W}ilvl")) is not None), None)
    depth = linked if linked is not None else 0 if written is None else _number(written, -1)
    return (str(list_id), depth) if depth in _LEVELS else None


def _levels_of(parent: etree._Element) -> dict[int, _Level]:
    """Levels defined below an element; Word knows levels 0 to 8, others are left out."""
    levels = {}
    for level in parent.findall(f"{W}lvl"):
        depth = _number(level.get(f"{W}ilvl", "0"), -1)
        restart = value(level, f"{W}lvlRestart")
        if depth in _LEVELS:
            levels[depth] = _Level(
                kind=value(level, f"{W}numFmt") or "",
                pattern=value(level, f"{W}lvlText") or "",
                start=_start(value(level, f"{W}start")),
                legal=is_on(level.find(f"{W}isLgl")),
                restart=None if restart is None else _number(restart, 0),
                style=value(level, f"{W}pStyle") or "",
            )
    return levels


def _start(written: str | None) -> int:
    """First number of a level, from 0 to 32767; 1 where none is written."""
    return min(max(_number(written, 1), 0), _MAX_NUMBER)


def _number(written: str | None, otherwise: int) -> int:
    """The number that an attribute holds, or the other one when it holds none."""
    try:
        return int(written or "")
    except ValueError:
        return otherwise
