"""The words of a PDF page with their places and faces, through pypdfium2.

Asking for every character is slow, so a word is measured at its first and last character only; its text comes from one
call a page.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

__all__ = ["Face", "FaceCache", "Frame", "PageWords", "Word", "read_words"]

# pdfium marks a hyphen that ends a line with a code of its own and then writes no line end.
_LINE_HYPHEN = "\ufffe"
_TOKEN = re.compile(rf"[^\s{_LINE_HYPHEN}]*{_LINE_HYPHEN}|[^\s{_LINE_HYPHEN}]+")
# A footnote mark may be glued to the word before it or to the first word of its note.
_MARKS = frozenset("0123456789*†‡")
_TRAILING_MARK = re.compile(r"(?<=[^\d*†‡])[\d*†‡]{1,3}$")
_LEADING_MARK = re.compile(r"^[\d*†‡]{1,3}(?=[^\W\d_]{2})")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_TWO_UNITS = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")
_ITALIC_FLAG = 1 << 6
_BOLD_FLAG = 1 << 18
_BOLD_WEIGHT = 600


class Face(NamedTuple):
    """What the name, the flags and the weight of a font say."""

    italic: bool
    bold: bool


_ROMAN = Face(italic=False, bold=False)


class Word(NamedTuple):
    """Characters between white space; distances in points from the top left corner of the page as it is read.

    ``lead`` is what stands before the word in its file: "" (it is glued to the word before), " " or a line end.
    ``spaced`` is true when a space follows on the same line; ``baseline`` is the line that the letters stand on.
    """

    text: str
    lead: str
    spaced: bool
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    face: Face


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible part of a page in the coordinates of its file, and the quarter turns that set its text upright.

    ``rotation`` counts the clockwise quarter turns with which the page is shown.
    """

    left: float
    bottom: float
    right: float
    top: float
    turns: int = 0
    rotation: int = 0

    @property
    def width(self) -> float:
        """Width of the page as it is read."""
        return self.right - self.left if self.turns % 2 == 0 else self.top - self.bottom

    @property
    def height(self) -> float:
        """Height of the page as it is read."""
        return self.top - self.bottom if self.turns % 2 == 0 else self.right - self.left

    def place(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(x0, top, x1, bottom) from the top left corner, of a rectangle in the coordinates of the file."""
        return _turned(self, self.turns, left, bottom, right, top)

    def shown(self, x0: float, top: float, x1: float, bottom: float) -> tuple[float, float, float, float]:
        """A rectangle of the page as it is read, on the page as it is shown; they differ for sideways text only."""
        if self.turns == self.rotation:
            return x0, top, x1, bottom
        left, low, right, high = self._raw(x0, top, x1, bottom)
        return _turned(self, self.rotation, left, low, right, high)

    def _raw(self, x0: float, top: float, x1: float, bottom: float) -> tuple[float, float, float, float]:
        if self.turns == 0:
            return self.left + x0, self.top - bottom, self.left + x1, self.top - top
        if self.turns == 1:
            return self.left + top, self.bottom + x0, self.left + bottom, self.bottom + x1
        if self.turns == 2:
            return self.right - x1, self.bottom + top, self.right - x0, self.bottom + bottom
        return self.right - bottom, self.top - x1, self.right - top, self.top - x0


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one page in the order of its file; ``aside`` counts words set sideways in a margin."""

    frame: Frame
    words: tuple[Word, ...]
    aside: int
    characters: int


class FaceCache:
    """Faces by font name: asked once a font, not once a word."""

    def __init__(self) -> None:
        self._faces: dict[bytes, Face] = {}
        self._name = ctypes.create_string_buffer(256)
        self._flags = ctypes.c_int()

    def face(self, page_text: "pdfium_c.FPDF_TEXTPAGE", index: int) -> Face:
        """Face of one character of a pdfium text page."""
        length = pdfium_c.FPDFText_GetFontInfo(page_text, index, self._name, 256, ctypes.byref(self._flags))
        key = self._name.value if 0 < length <= 256 else b""
        face = self._faces.get(key)
        if face is None:
            name = key.decode("utf-8", "replace").lower()
            weight = pdfium_c.FPDFText_GetFontWeight(page_text, index)
            face = Face(
                italic="italic" in name or "oblique" in name or bool(self._flags.value & _ITALIC_FLAG),
                bold="bold" in name or bool(self._flags.value & _BOLD_FLAG) or weight >= _BOLD_WEIGHT,
            )
            self._faces[key] = face
        return face


class _Piece(NamedTuple):
    """A word as measured: rectangle and origin in the coordinates of the file, quarter turns of its direction."""

    text: str
    lead: str
    spaced: bool
    box: tuple[float, float, float, float]
    origin: tuple[float, float]
    turns: int
    size: float
    face: Face


def read_words(page: "pdfium.PdfPage", faces: FaceCache) -> PageWords:
    """The words of a page, in the reading direction that most of them share.

    Words outside the visible part are left out; so are words in another direction, such as a mark turned sideways in
    the margin, and these are counted.
    """
    left, bottom, right, top = page.get_bbox()
    text_page = page.get_textpage()
    try:
        text = _text_of(text_page.raw)
        pieces = list(_pieces(text_page.raw, text, faces))
    finally:
        text_page.close()
    directions = Counter(piece.turns for piece in pieces)
    turns = max((t for t in directions if t >= 0), key=lambda t: directions[t], default=0)
    frame = Frame(left, bottom, right, top, turns, page.get_rotation() // 90 % 4)
    words = [_word(piece, frame) for piece in pieces if piece.turns == turns]
    width, height = frame.width + 1, frame.height + 1
    seen = tuple(w for w in words if -1 < (w.x0 + w.x1) / 2 < width and -1 < (w.top + w.bottom) / 2 < height)
    return PageWords(frame, seen, len(pieces) - len(words), len(text))


def _word(piece: _Piece, frame: Frame) -> Word:
    left, bottom, right, top = piece.box
    if frame.turns:
        x0, upper, x1, lower = frame.place(left, bottom, right, top)
        baseline = frame.place(*piece.origin, *piece.origin)[1]
    else:  # nearly every page
        x0, upper, x1, lower = left - frame.left, frame.top - top, right - frame.left, frame.top - bottom
        baseline = frame.top - piece.origin[1]
    return Word(piece.text, piece.lead, piece.spaced, x0, upper, x1, lower, baseline, piece.size, piece.face)


def _text_of(page_text: "pdfium_c.FPDF_TEXTPAGE") -> str:
    """Text of a page, one character an index of pdfium."""
    count = pdfium_c.FPDFText_CountChars(page_text)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium_c.FPDFText_GetText(page_text, 0, count, buffer) - 1
    text = bytes(buffer).decode("utf-16-le", "surrogatepass")[:written]
    if written == count and not _TWO_UNITS.search(text):
        return text
    # Some characters have no text or need two units: the slow way keeps text and indices in step.
    codes = (pdfium_c.FPDFText_GetUnicode(page_text, i) for i in range(count))
    return "".join(_LINE_HYPHEN if c == 2 else "\ufffd" if 0xD800 <= c <= 0xDFFF else chr(c) for c in codes)


def _pieces(page_text: "pdfium_c.FPDF_TEXTPAGE", text: str, faces: FaceCache) -> Iterator[_Piece]:
    measure = _measurer(page_text, faces)
    end = 0
    lead = "\n"
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        if between:
            lead = "\n" if "\n" in between or "\r" in between else " "
        start, end = match.span()
        token = match[0]
        if token.isalpha():  # nearly every word
            yield measure(token, lead, text[end : end + 1] == " ", start, end - 1)
            lead = ""
            continue
        divided = token[-1] == _LINE_HYPHEN
        spaced = _space_after_hyphen(page_text, end - 1) if divided else text[end : end + 1] == " "
        for first, last in _split_marks(page_text, token, start):
            printed = token[first:last].replace(_LINE_HYPHEN, "-")
            printed = _CONTROL.sub("", printed)
            if printed:
                yield measure(printed, lead, spaced and last == len(token), start + first, start + last - 1)
            lead = ""
        # What follows a hyphen at a line end stands on the next line, though pdfium writes no line end.
        lead = "\n" if divided else ""


def _space_after_hyphen(page_text: "pdfium_c.FPDF_TEXTPAGE", index: int) -> bool:
    """Whether the file has a space after a hyphen that ends a line, though pdfium leaves it out of the text.

    The drawn piece of text then reaches beyond the ink of the hyphen, up to where the space begins.
    """
    piece = pdfium_c.FPDFText_GetTextObject(page_text, index)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    low_x, low_y, high_x, high_y = (ctypes.c_float() for _ in range(4))
    ink = pdfium_c.FPDFText_GetCharBox(page_text, index, *map(ctypes.byref, (left, right, bottom, top)))
    reach = pdfium_c.FPDFPageObj_GetBounds(piece, *map(ctypes.byref, (low_x, low_y, high_x, high_y)))
    letter = top.value - bottom.value
    width = right.value - left.value
    # A hyphen is wider than high; on a page set sideways nothing is known.
    return bool(ink and reach) and width > letter and 0.08 * width < high_x.value - right.value < 4 * width


def _split_marks(page_text: "pdfium_c.FPDF_TEXTPAGE", token: str, start: int) -> Iterator[tuple[int, int]]:
    """Parts of a token: a footnote mark in smaller type is a part of its own."""
    cuts = [0]
    size = pdfium_c.FPDFText_GetFontSize
    if (
        token[0] in _MARKS
        and (mark := _LEADING_MARK.match(token))
        and size(page_text, start) < 0.85 * size(page_text, start + mark.end())
    ):
        cuts.append(mark.end())
    if token[-1] in _MARKS and (mark := _TRAILING_MARK.search(token)) and mark.start() > cuts[-1]:
        last = size(page_text, start + len(token) - 1)
        at = len(token)
        while at > mark.start() and size(page_text, start + at - 1) == last:
            at -= 1
        if at < len(token) and last < 0.85 * size(page_text, start + at - 1):
            cuts.append(at)
    cuts.append(len(token))
    return pairwise(cuts)


def _measurer(page_text: "pdfium_c.FPDF_TEXTPAGE", faces: FaceCache) -> Callable[[str, str, bool, int, int], _Piece]:
    """A function that measures one word; what pdfium fills in is made once a page."""
    first, last = pdfium_c.FS_RECTF(), pdfium_c.FS_RECTF()
    matrix = pdfium_c.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    first_ref, last_ref, matrix_ref = ctypes.byref(first), ctypes.byref(last), ctypes.byref(matrix)
    x_ref, y_ref = ctypes.byref(x), ctypes.byref(y)
    box_of = pdfium_c.FPDFText_GetLooseCharBox
    matrix_of = pdfium_c.FPDFText_GetMatrix
    origin_of = pdfium_c.FPDFText_GetCharOrigin
    size_of = pdfium_c.FPDFText_GetFontSize

    known = (0.0, 0.0), 0, 0.0, Face(italic=True, bold=True)

    def measure(text: str, lead: str, spaced: bool, start: int, end: int) -> _Piece:
        nonlocal known
        # Inside a line of upright roman words the next word is taken to be like the one before: a line is italic or
        # bold when all its words are. Figures and signs may be marks, so they are always measured.
        if lead != " " or known[3] != _ROMAN or not text[0].isalpha():
            origin_of(page_text, start, x_ref, y_ref)
            matrix_of(page_text, start, matrix_ref)
            c, d = matrix.c, matrix.d
            size = size_of(page_text, start) * (abs(d) if c == 0 else (c * c + d * d) ** 0.5)
            known = (x.value, y.value), _quarter_turns(matrix.a, matrix.b), size, faces.face(page_text, start)
        box_of(page_text, start, first_ref)
        if start == end:
            return _Piece(text, lead, spaced, (first.left, first.bottom, first.right, first.top), *known)
        box_of(page_text, end, last_ref)
        left, right = first.left, last.right
        if known[1] == 0 and left < right:
            return _Piece(text, lead, spaced, (left, first.bottom, right, first.top), *known)
        box = (
            min(left, last.left),
            min(first.bottom, last.bottom),
            max(first.right, right),
            max(first.top, last.top),
        )
        return _Piece(text, lead, spaced, box, *known)

    return measure


def _quarter_turns(a: float, b: float) -> int:
    """Clockwise quarter turns that set text of this direction upright; -1 for text at a slant."""
    if abs(b) <= 0.05 * abs(a):
        return 0 if a >= 0 else 2
    if abs(a) <= 0.05 * abs(b):
        return 1 if b > 0 else 3
    return -1


def _turned(
    frame: Frame, turns: int, left: float, bottom: float, right: float, top: float
) -> tuple[float, float, float, float]:
    if turns == 0:
        return left - frame.left, frame.top - top, right - frame.left, frame.top - bottom
    if turns == 1:
        return bottom - frame.bottom, left - frame.left, top - frame.bottom, right - frame.left
    if turns == 2:
        return frame.right - right, bottom - frame.bottom, frame.right - left, top - frame.bottom
    return frame.top - top, frame.right - right, frame.top - bottom, frame.right - left
