"""Item labels: ``a)``, ``2``, ``4.1``, ``iii)`` and where they stand in the nesting."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.reference import legible, load_grammar, place_in

__all__ = ["ItemPath", "Label", "is_dash_item", "parse_label"]

_ALPHA = re.compile(r"^\s*(?P<l>(?P<v>[a-z]{1,2}|[ivx]{1,5})(?:\s?(?P<bis>bis|ter))?\s*\))\s*(?P<t>\S.*)$", re.I | re.S)
_NUMBER = re.compile(
    r"^\s*(?P<l>\(?(?P<v>\d{1,2}(?:(?:bis|ter)?\.\d{1,2})*)(?:\s?(?P<bis>bis|ter))?[).]?)(?P<gap>\t|\s+)(?P<t>\S.*)$",
    re.S,
)
_DASH = re.compile(r"^\s*[–—•·-]\s+\S")
# In a list a) b) c) the third may have been typed on a Cyrillic keyboard.
_LOOKALIKES = {"с": "c", "е": "e", "о": "o", "р": "p", "х": "x", "у": "y"}
_ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi"]


@dataclass(frozen=True, slots=True)
class Label:
    """A label as printed, its value without brackets, and where its text begins in the line.

    ``lookalike`` is the Latin letter that a Cyrillic one may have been typed for, or "".
    """

    printed: str
    value: str
    start: int
    firm: bool
    lookalike: str = ""


@cache
def _quantities(language: str) -> re.Pattern[str]:
    grammar = load_grammar(language)
    words = "|".join(re.escape(word) for word in grammar.quantities)
    return re.compile(rf"(?:{words})" + (r"\b" if grammar.spaced else ""))


@cache
def _native(language: str) -> re.Pattern[str] | None:
    """Labels in letters or numerals of another script: ``أ )``, ``б)``, ``三、``; None where there are none."""
    grammar = load_grammar(language)
    choices = []
    if grammar.letters and not grammar.letters.isascii():
        choices.append(rf"\(?(?P<letter>[{grammar.letters}])\s*\)|\((?P<open>[{grammar.letters}])(?=\s)")
    if grammar.numerals:
        choices.append(rf"\(?(?P<numeral>[{grammar.numerals}]{{1,3}})(?:\)|、)")
    return re.compile(rf"^\s*(?P<l>{'|'.join(choices)})\s*(?P<t>\S.*)$", re.I | re.S) if choices else None


def parse_label(line: str, language: str = "en") -> Label | None:
    """The label that opens a line, or None; its value is written in Latin letters and European digits.

    ``firm`` is false for a bare number followed by a space only, which may also be a quantity or a date.
    """
    text = legible(line)
    native = _native(language)
    if native and (match := native.match(text)):
        start, letter = place_in(line, match.start("t")), (match.groupdict().get("letter") or "").lower()
        return Label(_printed(line, match), _counted(match, language), start, True, _LOOKALIKES.get(letter, ""))
    if match := _ALPHA.match(text):
        return Label(_printed(line, match), _value(match), place_in(line, match.start("t")), firm=True)
    match = _NUMBER.match(text)
    if match is None or _quantities(language).match(match["t"]):
        return None
    firm = match["gap"] == "\t" or match["l"][-1] in ")."
    return Label(_printed(line, match), _value(match), place_in(line, match.start("t")), firm)


def _printed(line: str, match: re.Match[str]) -> str:
    """The label as the line prints it."""
    start, end = place_in(line, match.start("l")), place_in(line, match.end("l"))
    return re.sub(r"\s+", " ", line[start:end]).strip()


def _counted(match: re.Match[str], language: str) -> str:
    """A native label by its place: the third letter is ``c``, 十二 is 12."""
    grammar = load_grammar(language)
    found = match.groupdict()
    if letter := found.get("letter") or found.get("open"):
        place = grammar.letters.index(letter.lower())
        return chr(ord("a") + place) if place < 26 else "a" + chr(ord("a") + place - 26)
    tens, ten, ones = found["numeral"].rpartition(grammar.numerals[-1])
    value = {numeral: index for index, numeral in enumerate(grammar.numerals, start=1)}
    return str((value.get(tens, 1) * 10 if ten else 0) + value.get(ones, 0))


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
        if label.lookalike and self._goes_on(label.lookalike):
            self._place(label.lookalike)
            return tuple(value for _, _, value in self._levels)
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

    def _goes_on(self, letter: str) -> bool:
        """Whether this Latin letter is the next one of the innermost list of letters."""
        count = next((n for kind, n, _ in reversed(self._levels) if kind == "letter"), 0)
        return ord(letter) - ord("a") == count

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
