"""Item labels: ``a)``, ``2``, ``4.1``, ``iii)`` and where they stand in the nesting."""

import re
from dataclasses import dataclass

__all__ = ["ItemPath", "Label", "is_dash_item", "parse_label"]

_ALPHA = re.compile(r"^\s*(?P<l>(?P<v>[a-z]{1,2}|[ivx]{1,5})(?:\s?(?P<bis>bis|ter))?\s*\))\s*(?P<t>\S.*)$", re.I | re.S)
_NUMBER = re.compile(
    r"^\s*(?P<l>\(?(?P<v>\d{1,2}(?:\.\d{1,2})*)(?:\s?(?P<bis>bis|ter))?[).]?)(?P<gap>\t|\s+)(?P<t>\S.*)$", re.S
)
_DASH = re.compile(r"^\s*[–—•·-]\s+\S")
_NO_LABEL = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"[kMG]?Hz|dBW?|km|m|W|%|per cent|years?|months?|days?)\b"
)
_ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi"]


@dataclass(frozen=True, slots=True)
class Label:
    """A label as printed, its value without brackets, and where its text begins in the line."""

    printed: str
    value: str
    start: int
    firm: bool


def parse_label(line: str) -> Label | None:
    """The label that opens a line, or None.

    ``firm`` is false for a bare number followed by a space only, which may also be a quantity or a date.
    """
    if match := _ALPHA.match(line):
        return Label(re.sub(r"\s+", " ", match["l"]), _value(match), match.start("t"), firm=True)
    match = _NUMBER.match(line)
    if match is None or _NO_LABEL.match(match["t"]):
        return None
    firm = match["gap"] == "\t" or match["l"][-1] in ")."
    return Label(re.sub(r"\s+", " ", match["l"]), _value(match), match.start("t"), firm)


def is_dash_item(line: str) -> bool:
    """Whether the line is a bulleted sub-item, which belongs to the clause above it."""
    return bool(_DASH.match(line))


def _value(match: re.Match[str]) -> str:
    return match["v"].lower() + (match["bis"] or "").lower()


def _readings(value: str) -> tuple[tuple[str, int], ...]:
    """What a label may count as: (kind, ordinal), the likelier first."""
    base = re.sub(r"(?:bis|ter)$", "", value)
    if base.isdigit():
        return (("number", int(base)),)
    readings = []
    if len(base) == 1:
        readings.append(("letter", ord(base) - ord("a") + 1))
    elif len(base) == 2 and base[0] == base[1]:
        readings.append(("letter", 26 + ord(base[0]) - ord("a") + 1))
    if base in _ROMAN:
        readings.append(("roman", _ROMAN.index(base) + 1))
    return tuple(readings) or (("letter", 0),)


class ItemPath:
    """Follows the labels of one call from item to item and tells the full path of each.

    ``i)`` after ``h)`` is a letter, ``i)`` under ``2`` is a sub-item: the sequence decides.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[str, int, str]] = []
        self._unlabelled = 0

    def next(self, label: Label | None) -> tuple[str, ...]:
        """Path of the next item; an unlabelled paragraph counts 1, 2, 3 among its like."""
        if label is None:
            self._unlabelled += 1
            self._levels = []
            return (str(self._unlabelled),)
        if "." in label.value:
            parts = label.value.split(".")
            self._levels = [("number", int(re.sub(r"\D", "", p) or 0), p) for p in parts]
            return tuple(parts)
        self._place(label.value)
        return tuple(value for _, _, value in self._levels)

    def expects(self, label: Label) -> bool:
        """Whether a bare number continues the count or begins one."""
        if label.firm:
            return True
        first = label.value.split(".")[0]
        numbers = [ordinal for kind, ordinal, _ in self._levels if kind == "number"]
        wanted = {"1"} | {str(n + 1) for n in numbers}
        return first in wanted or ("." in label.value and first in {str(n) for n in numbers})

    def _place(self, value: str) -> None:
        readings = _readings(value)
        for depth in range(len(self._levels) - 1, -1, -1):
            kind, ordinal, _ = self._levels[depth]
            for reading, number in readings:
                if reading == kind and (
                    number == ordinal + 1 or (number == ordinal and value.endswith(("bis", "ter")))
                ):
                    self._levels[depth:] = [(kind, number, value)]
                    return
        kinds = {kind for kind, _, _ in self._levels}
        for reading, number in reversed(readings):
            if number == 1 and reading not in kinds:
                self._levels.append((reading, number, value))
                return
        for depth in range(len(self._levels) - 1, -1, -1):
            if any(reading == self._levels[depth][0] for reading, _ in readings):
                reading, number = next(r for r in readings if r[0] == self._levels[depth][0])
                self._levels[depth:] = [(reading, number, value)]
                return
        self._levels.append((*readings[0], value))
