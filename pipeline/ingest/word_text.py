"""The words of one paragraph of a Word file: fields' results, symbols, tracked changes, calls of notes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.domain import RevisionKind
from pipeline.ingest.layout import Change
from pipeline.ingest.word_styles import Styles
from pipeline.ingest.word_xml import ADDED, BOX, STRUCK, W, inside, value
from pipeline.reference import load_word_facts

__all__ = ["NoteCall", "Reading", "Words", "join"]

_PLAIN = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}noBreakHyphen": "-",
    f"{W}br": " ",
    f"{W}cr": " ",
    f"{W}softHyphen": "",
}
_MATHS_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_TEXTS = (f"{W}t", f"{W}delText", _MATHS_TEXT)
_SKIPPED = {BOX, f"{W}pPr", f"{W}rPr", f"{W}instrText", f"{W}delInstrText", f"{W}rt"}
_NOTE_CALLS = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}
# What stands in the style of note marks and is longer was set so by mistake.
_MAX_MARK = 8
_WORD_BEFORE_MARK = re.compile(r"[^\W\d_]{3,}[)\]”\"’]*$|[)\]”\"’]$")
_PRIVATE = 0xF000


def _is_code(character: str) -> bool:
    """Whether a character is a code of the Symbol font, as it is or private."""
    return 0x20 <= ord(character) <= 0xFF or _PRIVATE + 0x20 <= ord(character) <= _PRIVATE + 0xFF


@dataclass(frozen=True, slots=True)
class Words:
    """Visible words of a paragraph, and what tracked changes did to them, in characters of ``text``."""

    text: str
    changes: tuple[Change, ...] = ()


@dataclass(slots=True)
class NoteCall:
    """A mark that calls a note: which one, and what somebody typed for it (``*``) or behind its number (``bis``)."""

    kind: str
    id: str
    custom: bool = False
    gone: bool = False
    mark: str = ""


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    in_result: bool = False


@dataclass(slots=True)
class Reading:
    """Reads the paragraphs of one file in its proposed reading and keeps the calls of notes that it meets.

    ``notes`` is how many notes the file holds: a raised number up to it that stands right behind a word is the mark of
    a note, not part of the word.
    """

    styles: Styles
    notes: int = 0
    calls: list[NoteCall] = field(default_factory=list)

    def words(self, paragraph: etree._Element) -> Words:
        """Words of a paragraph without those of its text boxes."""
        walk = _Walk(self, value(paragraph, f"{W}pPr/{W}pStyle") or "")
        walk.enter(paragraph, None)
        return walk.finish()


class _Walk:
    """One way through one paragraph."""

    def __init__(self, reading: Reading, style: str) -> None:
        self._reading = reading
        self._style = style
        self._facts = load_word_facts()
        self._fields: list[_Field] = []
        self._parts: list[str] = []
        self._changes: list[Change] = []
        self._length = 0
        self._mark_open = False

    def finish(self) -> Words:
        return Words("".join(self._parts), tuple(self._changes))

    def enter(self, element: etree._Element, change: RevisionKind | None, gone: bool = False) -> None:
        """Take in what stands below an element; ``gone`` says that it was struck out."""
        for child in inside(element, struck=True):
            tag = child.tag
            if tag in _SKIPPED:
                continue
            if tag in STRUCK:
                if change is None:  # what was put in and struck out again stood in no reading
                    self.enter(child, RevisionKind.MOVE if tag.endswith("moveFrom") else RevisionKind.DELETE, True)
            elif tag in ADDED and gone:
                continue
            elif tag in ADDED:
                self.enter(child, RevisionKind.MOVE if tag.endswith("moveTo") else RevisionKind.INSERT, gone)
            elif tag == f"{W}r":
                self._run(child, change, gone)
            elif tag == f"{W}fldSimple" and self._is_page(child.get(f"{W}instr", "")):
                continue
            elif tag == _MATHS_TEXT:
                self._put(child.text or "", change, gone)
            else:
                self.enter(child, change, gone)

    def _run(self, run: etree._Element, change: RevisionKind | None, gone: bool) -> None:
        if self._reading.styles.toggled(run, self._style, "vanish"):
            return
        marks = self._reading.styles.marks_note(run)
        for child in inside(run, struck=True):
            if child.tag in _NOTE_CALLS:
                custom = child.get(f"{W}customMarkFollows") in ("1", "true", "on")
                self._reading.calls.append(NoteCall(_NOTE_CALLS[child.tag], child.get(f"{W}id", ""), custom, gone))
                self._mark_open = True
                marks = marks or custom
            elif child.tag == f"{W}fldChar":
                self._field(child.get(f"{W}fldCharType"))
            elif child.tag in (f"{W}instrText", f"{W}delInstrText"):
                if self._fields and not self._fields[-1].in_result:
                    self._fields[-1].instruction += child.text or ""
            elif child.tag == f"{W}ruby":
                for base in child.iter(f"{W}rubyBase"):
                    self.enter(base, change, gone)
            elif not (self._is_hidden() or child.tag in _SKIPPED):
                self._show(child, run, change, gone, marks)

    def _show(
        self, child: etree._Element, run: etree._Element, change: RevisionKind | None, gone: bool, marks: bool
    ) -> None:
        """What a child of a run shows: characters, or the mark of a note, which is no text."""
        text = self._characters(child, run)
        if text is None:
            self.enter(child, change, gone)
        elif marks and len(text.strip()) <= _MAX_MARK:
            if self._mark_open:
                self._reading.calls[-1].mark += text.strip(" ,;\t")
        elif not self._is_typed_mark(text, run):
            self._mark_open = self._mark_open and not text.strip()
            self._put(text, change, gone)

    def _characters(self, child: etree._Element, run: etree._Element) -> str | None:
        """The characters that an element stands for, or None when it is none that does."""
        if child.tag in _TEXTS:
            return self._of_symbol_font(child.text or "", run)
        if child.tag in _PLAIN:
            return _PLAIN[child.tag]
        if child.tag == f"{W}sym":
            written = child.get(f"{W}char", "")
            code = int(written, 16) if re.fullmatch(r"[0-9A-Fa-f]{2,4}", written) else 0
            if child.get(f"{W}font", "Symbol").lower() == "symbol":
                return self._facts.symbols.get(code & 0xFF, "•")
            return chr(code) if 0x20 <= code < _PRIVATE else "•"
        return None

    def _of_symbol_font(self, text: str, run: etree._Element) -> str:
        """What the Symbol font shows for its codes, which stand as such or beside private ones from F020 to F0FF.

        A private code in another font is the bullet of some list.
        """
        fonts = run.find(f"{W}rPr/{W}rFonts")
        font = "" if fonts is None else fonts.get(f"{W}ascii", "").lower()
        if font == "symbol":
            return "".join(self._facts.symbols.get(ord(c) & 0xFF, "•") if _is_code(c) else c for c in text)
        if text.isascii() or not any(ord(c) >= _PRIVATE and _is_code(c) for c in text):
            return text
        known = {} if font else self._facts.symbols
        return "".join(known.get(ord(c) & 0xFF, "•") if ord(c) >= _PRIVATE and _is_code(c) else c for c in text)

    def _is_typed_mark(self, text: str, run: etree._Element) -> bool:
        """Whether somebody typed the mark of a note by hand: a raised number of a note, right behind a word."""
        mark = text.strip()
        if not (mark.isdecimal() and mark.isascii() and len(mark) < 4 and 1 <= int(mark) <= self._reading.notes):
            return False
        return self._reading.styles.is_raised(run) and bool(_WORD_BEFORE_MARK.search("".join(self._parts[-3:])))

    def _put(self, text: str, change: RevisionKind | None, gone: bool) -> None:
        if not text:
            return
        if change is not None:
            end = self._length if gone else self._length + len(text)
            last = self._changes[-1] if self._changes else None
            if last is not None and last.kind is change and last.gone == gone and last.end == self._length:
                self._changes[-1] = Change(change, last.start, end, last.text + text, gone)
            else:
                self._changes.append(Change(change, self._length, end, text, gone))
        if not gone:
            self._parts.append(text)
            self._length += len(text)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _is_hidden(self) -> bool:
        """Whether this is the instruction of a field, or the number of a page."""
        return any(not f.in_result or self._is_page(f.instruction) for f in self._fields)

    def _is_page(self, instruction: str) -> bool:
        return next(iter(instruction.split()), "").upper() in self._facts.page_fields


def join(parts: Sequence[Words], marks: Sequence[etree._Element] = ()) -> Words:
    """One paragraph of several that run on in one another; ``marks`` are the paragraphs whose ends were struck out."""
    text = ""
    changes: list[Change] = []
    for number, part in enumerate(parts):
        changes.extend(_moved(part.changes, len(text)))
        text += part.text
        if number < len(marks):
            moved = marks[number].find(f"{W}pPr/{W}rPr/{W}moveFrom") is not None
            kind = RevisionKind.MOVE if moved else RevisionKind.DELETE
            last = changes[-1] if changes else None
            if last is not None and last.gone and last.end == len(text) and last.kind is kind:
                changes[-1] = Change(kind, last.start, last.end, last.text + "\n", True)
            else:
                changes.append(Change(kind, len(text), len(text), "\n", True))
    return Words(text, tuple(changes))


def _moved(changes: Sequence[Change], by: int) -> Iterator[Change]:
    for change in changes:
        yield Change(change.kind, change.start + by, change.end + by, change.text, change.gone)
