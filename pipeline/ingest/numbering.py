"""Labels that Word generates: ``w:numPr`` resolved to ``a)``, ``2`` or ``iii)`` as a reader sees them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Self

from docx.document import Document as WordDocument
from lxml import etree

__all__ = ["Numbering", "roman"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_HUNDREDS = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))


# As far as Word counts; larger numbers stand in damaged or hostile files alone.
_MAX_NUMBER = 32767
_MAX_LETTERS = 780
_MAX_PATTERN = 255
_LEVELS = range(9)


def roman(number: int) -> str:
    """A number in small Roman numerals; "" below 1 and beyond 32767."""
    out = ""
    if number > _MAX_NUMBER:
        return out
    for value, letters in (*_HUNDREDS, *_ROMAN):
        count, number = divmod(number, value)
        out += letters * count
    return out


def _letters(number: int) -> str:
    """1 is a, 26 is z, 27 is aa, as Word counts; "" below 1 and beyond 780."""
    if not 1 <= number <= _MAX_LETTERS:
        return ""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda n: roman(n).upper(),
}


class Numbering:
    """Counters of all lists of one file; use it once, top to bottom."""

    def __init__(
        self, levels: dict[str, dict[int, tuple[str, str, int]]], by_style: dict[str, tuple[str, int]]
    ) -> None:
        self._levels = levels
        self._by_style = by_style
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)

    @classmethod
    def of(cls, word: WordDocument) -> Self:
        """Numbering definitions of a file; empty when it has none."""
        by_style: dict[str, tuple[str, int]] = {}
        for style in word.styles.element.iter(f"{_W}style"):
            if (found := _list_of(style.find(f"{_W}pPr"))) is not None:
                by_style[style.get(f"{_W}styleId", "")] = found
        try:
            root = word.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return cls({}, by_style)
        abstract = {a.get(f"{_W}abstractNumId"): _levels_of(a) for a in root.findall(f"{_W}abstractNum")}
        levels = {}
        for num in root.findall(f"{_W}num"):
            link = num.find(f"{_W}abstractNumId")
            if link is not None:
                levels[num.get(f"{_W}numId", "")] = abstract.get(link.get(f"{_W}val"), {})
        return cls(levels, by_style)

    def next_label(self, paragraph: etree._Element, style_id: str) -> str:
        """Label of this paragraph, counting it; "" when it belongs to no list or its number cannot be written."""
        found = _list_of(paragraph.find(f"{_W}pPr")) or self._by_style.get(style_id)
        if found is None:
            return ""
        list_id, level = found
        definition = self._levels.get(list_id, {})
        if level not in definition:
            return ""
        counters = self._counters[list_id]
        counters[level] = counters.get(level, definition[level][2] - 1) + 1
        for deeper in [d for d in counters if d > level]:
            del counters[deeper]
        kind, pattern, _ = definition[level]
        if kind == "bullet":
            return "–"
        label = pattern if len(pattern) <= _MAX_PATTERN else ""
        for depth in range(level + 1):
            depth_kind, _, start = definition.get(depth, ("decimal", "", 1))
            written = _FORMATS.get(depth_kind, str)(counters.get(depth, start))
            if f"%{depth + 1}" in label and not written:
                return ""
            label = label.replace(f"%{depth + 1}", written)
        return label.strip()


def _list_of(properties: etree._Element | None) -> tuple[str, int] | None:
    """List and level that properties name; none without a list, or with a level that is none."""
    if properties is None:
        return None
    number = properties.find(f"{_W}numPr/{_W}numId")
    if number is None or number.get(f"{_W}val") == "0":
        return None
    level = properties.find(f"{_W}numPr/{_W}ilvl")
    depth = 0 if level is None else _number(level.get(f"{_W}val", "0"), -1)
    return (number.get(f"{_W}val", ""), depth) if depth in _LEVELS else None


def _levels_of(abstract: etree._Element) -> dict[int, tuple[str, str, int]]:
    """Level → (format, text pattern, first number from 0 to 32767); Word knows levels 0 to 8, others are left out."""
    levels = {}
    for level in abstract.findall(f"{_W}lvl"):
        values = {
            name: "" if (e := level.find(f"{_W}{name}")) is None else e.get(f"{_W}val", "")
            for name in ("numFmt", "lvlText", "start")
        }
        depth = _number(level.get(f"{_W}ilvl", "0"), -1)
        start = min(max(_number(values["start"], 1), 0), _MAX_NUMBER)
        if depth in _LEVELS:
            levels[depth] = (values["numFmt"], values["lvlText"], start)
    return levels


def _number(written: str, otherwise: int) -> int:
    """The number that an attribute holds, or the other one when it holds none."""
    try:
        return int(written)
    except ValueError:
        return otherwise
