"""Signs in how a text was cut: lost items, items run together, words that ended nowhere."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile, zip_longest

from pipeline.domain import Block, BlockKind, Clause, Document, Part, Resolution, Section, Sector, fold_space
from pipeline.quality.seen import Seen
from pipeline.reference.quality import QualityRules

__all__ = ["signs_of_structure"]

_CLOSERS = "\"'”’»)]0123456789*"
_DASH = re.compile(r"^\s*[–—•·-]\s+\S")
_LINE_END = re.compile(r"[;.,]['\"’”)]?$|[;,] (?:and|or)$")
_INNER_LABEL = re.compile(
    r"[;:,.] (?P<label>\(?(?:\d{1,2}(?:\.\d{1,2})?|[a-z]\)|[ivx]{1,5}\)))[).]? "
    r"(?:that|to|the|in|all|any|by|for|on|with|[a-z]+ing)\b"
)
_JOINED = re.compile(r"[;.] (?:and )?(?:that|to) [a-z]")
_NUMBER_LINE = re.compile(
    r"\b(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION)\s+(?:ITU-R\s+)?\d{1,4}(?:-\d+)?\s*\("
    r"(?:[Rr][Ee][Vv]\.?\s*)?[A-Z][\w .'’-]{2,40}(?:,\s*\d{4}|-\d{2})"
)
# A Chinese word may be one character.
_ORDINARY_START = re.compile(r"^[\"'“”«»‘’(\[–—-]*\s*(?:[\u3400-\u9fff]|\w(?:\w|[\s.'’/-]))")
# Marks of Arabic and Chinese as their Latin counterparts.
_MARKS = str.maketrans({"،": ",", "؛": ";", "。": ".", "；": ";", "，": ",", "：": ":"})
_REASONS = re.compile(r"^\s*Reasons?\s*:", re.I)
_FIRST = ("1", "a", "i")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")


def signs_of_structure(document: Document, resolution: Resolution, rules: QualityRules) -> Iterator[Seen]:
    """Signs in the sections and clauses of one text, annexes included only where they follow the same habits."""
    last_labels: dict[tuple[str, ...], str] = {}
    body = [section for section in resolution.sections if section.part is not Part.ANNEX]
    for section, following in zip_longest(body, body[1:]):
        yield from _label_gaps(section, last_labels)
        open_ended = resolution.id.sector is Sector.OUTSIDE or _goes_on(section, following)
        for position, clause in enumerate(section.clauses):
            follower = section.clauses[position + 1] if position + 1 < len(section.clauses) else None
            yield from _ends(clause, follower, section, open_ended=open_ended)
            yield from _run_together(document, clause)
    for clause in resolution.clauses:
        if len(clause.text) > rules.long_clause:
            yield Seen("long-clause", clause.id, f"the clause has {len(clause.text):,} characters", clause.page)
        if (match := _NUMBER_LINE.search(clause.text)) and clause.part is not Part.ANNEX:
            message = f"the number line of a text stands inside: “{match[0]}”"
            yield Seen("number-line", clause.id, message, clause.page)
    if body and len(body) == len(resolution.sections) and _end_of((last := body[-1].clauses[-1]).text) not in ".:?":
        message = f"the text does not end with a full stop: “{_tail(last.text)}”"
        yield Seen("no-full-stop", last.id, message, last.page)
    yield from _uncut(document, resolution)


def _end_of(text: str) -> str:
    """The last mark of a clause, less closing quotes and brackets, and marks of footnotes behind it."""
    bare = text.translate(_MARKS).rstrip(_CLOSERS + " ")
    return re.sub(r"[;,.] (?:and|or)$", ";", bare)[-1:] or " "


def _tail(text: str) -> str:
    return f"…{text[-50:]}" if len(text) > 50 else text


def _goes_on(section: Section, following: Section | None) -> bool:
    """Whether the count of items goes on in the next section, so that this one may end like an item in a list."""
    if following is None or not following.clauses[0].label or not section.clauses[-1].label:
        return False
    first, last = following.clauses[0].path, section.clauses[-1].path
    return len(first) == 1 and _follows(first[0], last[0])


def _ends(clause: Clause, follower: Clause | None, section: Section, *, open_ended: bool) -> Iterator[Seen]:
    """Signs at both ends of a clause; the last of an open-ended section may close with a semicolon.

    The United Nations and its agencies end each numbered paragraph but the last one so.
    """
    end = _end_of(clause.text)
    if end == "?" or _leads_in(clause, follower):
        pass  # Questions ask, and a clause that introduces items ends as it likes
    elif end not in ";.,:":
        yield Seen("unfinished", clause.id, f"the clause ends without a mark: “{_tail(clause.text)}”", clause.page)
    elif follower is None and end in ";:" and not (open_ended and end == ";"):
        message = f"the last item of “{section.call}” ends with “{end}”, as if another followed"
        yield Seen("early-end", clause.id, message, clause.page)
    elif follower is not None and end in ",." and len(follower.path) <= len(clause.path):
        message = f"an item with others behind it ends with “{end}”: “{_tail(clause.text)}”"
        yield Seen("odd-end", clause.id, message, clause.page)
    if not _ORDINARY_START.match(clause.text):
        yield Seen("odd-start", clause.id, f"the clause begins oddly: “{clause.text[:50]}”", clause.page)


def _leads_in(clause: Clause, follower: Clause | None) -> bool:
    """Whether the next clause is the first item below this one."""
    if follower is None or not follower.label or follower.path[-1] not in _FIRST:
        return False
    return len(follower.path) > len(clause.path) or not clause.label


def _run_together(document: Document, clause: Clause) -> Iterator[Seen]:
    lines = clause.span.of(document.text).split("\n")
    joins = [after for before, after in pairwise(lines) if _LINE_END.search(before.rstrip()) and not _DASH.match(after)]
    if joins:
        message = f"a paragraph without label runs on in the clause: “{fold_space(joins[0])[:60]}”"
        yield Seen("joined", clause.id, message, clause.page, len(joins))
    elif found := _JOINED.findall(clause.text):
        message = f"several items seem to stand in one: “{found[0].strip('; ')}…” behind a full clause"
        yield Seen("joined", clause.id, message, clause.page, len(found))
    if labels := [m["label"] for m in _INNER_LABEL.finditer(clause.text) if _may_follow(clause, m["label"])]:
        message = f"the label {labels[0]} stands inside the clause"
        yield Seen("inner-label", clause.id, message, clause.page, len(labels))


def _may_follow(clause: Clause, label: str) -> bool:
    """Whether a label inside a clause goes on from the clause's own or begins a list, so that it is no quantity."""
    value = label.strip("().")
    own = clause.path[-1] if clause.label else ""
    return value in _FIRST or (bool(own) and _follows(value, own)) or label.endswith(")")


def _label_gaps(section: Section, last: dict[tuple[str, ...], str]) -> Iterator[Seen]:
    """Labels that do not go on from the one before; a call may go on with the count of the call before it."""
    before: dict[tuple[str, ...], str] = {}
    for clause in section.clauses:
        if not clause.label:
            continue
        parent, value = clause.path[:-1], clause.path[-1]
        earlier = before.get(parent)
        for deeper in [path for path in before if len(path) > len(parent)]:
            del before[deeper]
        before[parent] = value
        if earlier is None:
            first = value in ("0", *_FIRST) or (not parent and _follows(value, last.get(parent, "")))
            if not first:
                message = f"the items of “{section.call}” begin with {clause.label}"
                yield Seen("label-gap", clause.id, message, clause.page)
        elif value != earlier and not _follows(value, earlier):
            yield Seen("label-gap", clause.id, f"label {clause.label} follows {earlier}", clause.page)
        if not parent:
            last[parent] = value


def _follows(value: str, earlier: str) -> bool:
    """Whether a label may stand next behind another: 3 after 2, b after a, ii after i, 2bis after 2, aa after z."""
    if re.sub(r"(?:bis|ter)$", "", value) == earlier:
        return True
    value, earlier = (re.sub(r"(?:bis|ter)$", "", one) for one in (value, earlier))
    if value.isdigit() and earlier.isdigit():
        return int(value) == int(earlier) + 1
    if value in _ROMAN and earlier in _ROMAN and _ROMAN.index(value) == _ROMAN.index(earlier) + 1:
        return True
    if len(value) == len(earlier) == 1:
        return ord(value) == ord(earlier) + 1
    return (earlier, value) == ("z", "aa") or (
        len(value) == len(earlier) == 2 and len(set(value)) == 1 and ord(value[0]) == ord(earlier[0]) + 1
    )


def _uncut(document: Document, resolution: Resolution) -> Iterator[Seen]:
    """Text of the instrument that is in no clause and no head, above the first call or between sections."""
    if not resolution.sections:
        return
    first = resolution.sections[0].span.start
    blocks = _blocks(document, resolution)
    enacting = _enacting_line(document, [block for block in blocks if block.span.start < first])
    heads = {section.span.start for section in resolution.sections}
    clauses = sorted(clause.span for clause in resolution.clauses)
    lost = [
        block
        for block in blocks
        if block.span.start not in heads
        and block is not enacting
        and not any(span.start < block.span.end and block.span.start < span.end for span in clauses)
        and (block.span.start > first or _LINE_END.search(document.line(block)) is not None)
    ]
    lost = [block for block in lost if _is_text(document.line(block))]
    if lost:
        count = sum(len(block.span) for block in lost)
        line = fold_space(document.line(lost[0]))[:60]
        message = f"{count:,} characters of the text are in no clause, first “{line}”"
        yield Seen("uncut-text", str(resolution.id), message, lost[0].page, count)


def _enacting_line(document: Document, above: Sequence[Block]) -> Block | None:
    """The line just above the first call where it ends as an enacting formula does; English ones open with "The"."""
    if not above or document.language == "en":
        return None
    return above[-1] if document.line(above[-1]).translate(_MARKS).rstrip().endswith(",") else None


def _blocks(document: Document, resolution: Resolution) -> Sequence[Block]:
    """The paragraphs and tables of a text, up to the reasons of its proposer."""
    inside = (
        block
        for block in document.blocks
        if resolution.span.start <= block.span.start < resolution.span.end
        and block.kind in (BlockKind.PARAGRAPH, BlockKind.TABLE)
    )
    return list(takewhile(lambda block: not _REASONS.match(document.line(block)), inside))


def _is_text(line: str) -> bool:
    """Whether a line is a clause or a part of one: titles, formulae and histories are shorter or end otherwise."""
    folded = fold_space(line)
    return len(folded) >= 40 and not (folded.startswith("The ") and folded.endswith(",")) and not folded.startswith("(")
