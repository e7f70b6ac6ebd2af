"""Mends what page-based conversions to Akoma Ntoso break: run-on call lines, labels and footnotes inside items."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.reference import load_actors, load_calls

__all__ = ["AknLine", "Repairs", "repaired"]

# A rule of underscores is what is left of the line above the footnotes of a page.
_NOTE_RULE = re.compile(r"\s*_{5,}\s*")
# After a footnote the item may go on: with its next label, a bullet, or a call line.
_AFTER_NOTE = r"(?<=\.)\s+(?=\d{{1,2}}\s+(?:to|that)\b|•|{calls})"
_NEXT_LABEL = re.compile(r"(?<=[;,:.])\s+(?P<v>\d{1,2}|[a-z]\)|[ivx]{1,5}\))\s+(?=\S)")
_FIRST_LABEL = re.compile(r"^\(?(?:1|a|i|1\.1)[).]?$")
_ANNEX = re.compile(
    r"(?<=[.;,])\s+(?=(?:ANNEX|APPENDIX)(?:\s+(?:\d{1,2}|[A-Z]))?\s+TO\s+(?:RESOLUTION|DECISION|RECOMMENDATION)\b)"
)
_ANNEX_HEAD = re.compile(
    r"^(?P<head>(?:ANNEX|APPENDIX)(?:\s+(?:\d{1,2}|[A-Z]))?\s+TO\s+(?:RESOLUTION|DECISION|RECOMMENDATION)\s+\d+"
    r"(?:\s*\([^)]*\))?)\s*(?P<text>.*)$",
    re.S,
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")
# Whom a call line names: nobody is told yet what to do, so no infinitive and no "that" stands in it.
_ADDRESSED = r"(?:(?!\b(?:that|shall|should)\b|\bto\s+(?!the\b|this\b|these\b|all\b))[^.;:]){2,260}"
_ADDRESSED_REST = _ADDRESSED.replace("{2,260}", "{0,200}?")
# A line break inside a hyphened word; "short- and long-term" keeps its space.
_OPEN_HYPHEN = re.compile(r"(?<=\w)-\s(?=(?!and\b|or\b|to\b)\w)")
_DELEGATES = r"(?:to\s+(?:instruct|invite|request|urge|encourage|call\s+upon|recommend|authorize)\b)"


@dataclass(frozen=True, slots=True)
class AknLine:
    """One line of a statement: ``role`` is ``number``, ``title``, ``call``, ``item``, ``note``, ``table`` or ``text``.

    ``label`` is the content of ``<num>``, "" without one.
    """

    role: str
    text: str
    label: str = ""
    italic: bool = False


@dataclass(slots=True)
class Repairs:
    """How often each fault was mended."""

    calls: int = 0
    labels: int = 0
    notes: int = 0
    annexes: int = 0

    def __str__(self) -> str:
        told = (
            (self.calls, "call lines run into the item before them"),
            (self.labels, "item labels left inside another item"),
            (self.notes, "footnotes left inside an item"),
            (self.annexes, "annexes run into the last item"),
        )
        return ", ".join(f"{count} {what}" for count, what in told if count)


@cache
def _call_patterns() -> tuple[re.Pattern[str], ...]:
    """Operative and preambular call lines that end an item; where text goes on after a footnote; calls inside."""
    calls = load_calls()

    def words(values: Sequence[str]) -> str:
        return "|".join(re.escape(w) for w in sorted(values, key=len, reverse=True))

    modifier = f"(?:{words(calls.modifiers)})"
    operative = f"(?:{words(calls.operative)})"

    def trailing(verbs: str) -> re.Pattern[str]:
        return re.compile(
            rf"(?<=[,;.:])\s+(?P<call>(?:{modifier}\s+)?(?:{verbs})(?:\s+{modifier})*"
            rf"(?:\s+{_DELEGATES}{_ADDRESSED}|\s*,?\s+{_ADDRESSED})?)$"
        )

    after_note = re.compile(_AFTER_NOTE.format(calls=rf"(?:{modifier}\s+)?{operative}\s"))
    actors = words([phrase for actor in load_actors().actors for phrase in actor.phrases])
    middle = re.compile(
        rf"(?<=[,;])\s+(?P<call>(?:{modifier}\s+)?{operative}(?:\s+{modifier})*"
        rf"(?:\s+{_DELEGATES})?\s+(?:the\s+|all\s+|all\s+the\s+)?(?:relevant\s+)?(?i:{actors})\b{_ADDRESSED_REST}"
        rf"|(?:{modifier}\s+)?(?:resolves|decides)(?:\s+{modifier})*)\s*,?\s+(?=(?:1\s+)?(?:to|that)\b)"
    )
    return trailing(words(calls.operative)), trailing(words(calls.preambular)), after_note, middle


def repaired(lines: Sequence[AknLine], repairs: Repairs, thorough: bool = False) -> Iterator[AknLine]:
    """The lines of one statement with absorbed call lines and footnotes on lines of their own.

    Without ``thorough`` only what the markup bears out is mended: a call at the very end of an item when the next
    item begins a count, and footnotes behind a rule. With it, paragraphs are also cut inside.

    Args:
        lines: its lines in reading order, as the conversion left them.
        repairs: counts what was mended.
        thorough: also cut annexes, further labels and calls out of the middle of items, and close up hyphens.
    """
    without_notes = [part for line in lines for part in _take_notes(line, repairs)]
    for index, line in enumerate(without_notes):
        if line.role != "item":
            yield line
            continue
        following = next((later for later in without_notes[index + 1 :] if later.role != "note"), None)
        if not thorough:
            yield from _take_call(line, following, repairs)
            continue
        for part in _take_annex(line, repairs):
            for inner in _take_call(part, following, repairs) if part.role == "item" else (part,):
                yield from _take_middle(inner, repairs) if inner.role == "item" else (inner,)


def _take_notes(line: AknLine, repairs: Repairs) -> Iterator[AknLine]:
    """An item without the footnotes of its page, and these; what follows a footnote goes back to the item."""
    if line.role != "item" or not (rule := _NOTE_RULE.search(line.text)):
        yield line
        return
    repairs.notes += 1
    before, note = line.text[: rule.start()], line.text[rule.end() :]
    rest = ""
    if again := _call_patterns()[2].search(note):
        note, rest = note[: again.start()], note[again.end() :]
    if rest[:1] == "•":
        before, rest = f"{before} {rest}", ""
    if before.strip():
        yield replace(line, text=before.strip())
    yield AknLine("note", note.strip())
    if rest:
        yield from _take_notes(AknLine("item", rest), repairs)


def _take_annex(line: AknLine, repairs: Repairs) -> Iterator[AknLine]:
    found = _ANNEX.search(line.text)
    if found is None:
        yield line
        return
    repairs.annexes += 1
    yield replace(line, text=line.text[: found.start()])
    head = _ANNEX_HEAD.match(line.text[found.end() :])
    if head is None:
        yield AknLine("text", line.text[found.end() :])
        return
    yield AknLine("text", head["head"])
    if head["text"].strip():
        yield AknLine("text", head["text"].strip())


def _take_call(line: AknLine, following: AknLine | None, repairs: Repairs) -> Iterator[AknLine]:
    """An item and, on a line of its own, the call that ends it: the next item must begin a count."""
    text = line.text
    if following is not None and _begins(following):
        found = _last(_call_patterns()[0], text) or _last(_call_patterns()[1], text)
        if found is not None:
            repairs.calls += 1
            yield replace(line, text=text[: found.start()].rstrip())
            yield AknLine("call", found["call"], italic=True)
            return
    yield line


def _take_middle(line: AknLine, repairs: Repairs) -> Iterator[AknLine]:
    """An item cut at every call inside it, and each piece at the labels inside it."""
    text = _OPEN_HYPHEN.sub("-", line.text)
    label, start = line.label, 0
    for found in _call_patterns()[3].finditer(text):
        repairs.calls += 1
        yield from _take_labels(AknLine("item", text[start : found.start()], label), repairs)
        yield AknLine("call", found["call"], italic=True)
        label, start = "", found.end()
    yield from _take_labels(AknLine("item", text[start:].strip(), label), repairs)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The match that begins last: the words before it are those of the item."""
    last, start = None, 0
    while found := pattern.search(text, start):
        last, start = found, found.start() + 1
    return last


def _begins(line: AknLine) -> bool:
    """Whether an item may be the first under a call: it bears the first label of a count, or none."""
    if line.role != "item":
        return False
    first = line.label or line.text.split(" ", 1)[0]
    return bool(_FIRST_LABEL.match(first)) or not line.label


def _take_labels(line: AknLine, repairs: Repairs) -> Iterator[AknLine]:
    """An item cut where the label that follows its own stands after a stop: ``9 …; 10 to …``."""
    label = line.label
    text = line.text
    if not label and (own := re.match(r"(?P<v>\d{1,2}|[a-z]\)|[ivx]{1,5}\))\s", text)):
        label = own["v"]
    start = 0
    for found in _NEXT_LABEL.finditer(text):
        if found["v"] != _successor(label):
            continue
        repairs.labels += 1
        yield (
            replace(line, text=text[start : found.start()])
            if not start
            else AknLine("item", text[start : found.start()], label)
        )
        label, start = found["v"], found.end()
    yield line if not start else AknLine("item", text[start:], label)


def _successor(label: str) -> str:
    """The label that comes next: ``10`` after ``9``, ``ii)`` after ``i)``, ``c)`` after ``b)``; "" when unknown."""
    value = label.strip("()")
    if value.isdigit():
        return str(int(value) + 1)
    if value in _ROMAN[:-1] and not (len(value) == 1 and value not in "iv"):
        return f"{_ROMAN[_ROMAN.index(value) + 1]})"
    if len(value) == 1 and "a" <= value < "z":
        return f"{chr(ord(value) + 1)})"
    return ""
