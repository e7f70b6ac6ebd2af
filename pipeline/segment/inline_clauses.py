"""Paragraphs below an enacting line to sections and clauses, where the verb stands inside the paragraph."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.domain import (
    Block,
    BlockKind,
    Clause,
    Document,
    InstrumentId,
    Notice,
    Part,
    Section,
    Span,
    boxes_of,
    clause_id,
    fold_space,
    plain_characters,
)
from pipeline.reference.profiles import Profile
from pipeline.segment.inline_verbs import Opening, find_addressee, read_opening
from pipeline.segment.items import ItemPath, Label

__all__ = ["is_line_of", "read_paragraphs"]

_FINISHED = re.compile(r"(?:[;:.,!?]['\"\])*]*|\band|\bor)\s*\d{0,3}$")
_STOPPED = re.compile(r"[;:.,!?]['\"\])*]*\d{0,3}$")
# A heading is short and carries no stop; longer lines are text.
_MAX_HEADING = 220
_UNSEEN = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202c\ufeff"), " ")


@dataclass(slots=True)
class _OpenClause:
    label: str
    path: tuple[str, ...]
    span: Span
    page: int | None


@dataclass(slots=True)
class _OpenSection:
    opening: Opening | None
    part: Part
    annex: int | None
    span: Span
    clauses: list[_OpenClause] = field(default_factory=list)


def read_paragraphs(
    document: Document, blocks: Sequence[Block], instrument: InstrumentId, profile: Profile, enacting: re.Pattern[str]
) -> tuple[tuple[Section, ...], tuple[Notice, ...]]:
    """Sections of one text, one for each paragraph with a verb, and what should be doubted.

    Args:
        document: the document that the blocks point into.
        blocks: the blocks below the enacting line, up to the next text.
        instrument: the identifier used in clause ids.
        profile: how the organisation writes.
        enacting: matches a line that opens a text quoted in this one.
    """
    reader = _Reader(document, profile, enacting)
    for block in blocks:
        if block.kind is not BlockKind.FOOTNOTE:
            for paragraph in _paragraphs(document, block, profile):
                reader.read(paragraph)
    return reader.sections(instrument), tuple(reader.notices)


def is_line_of(line: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether a whole line matches one of the patterns."""
    text = fold_space(plain_characters(line).translate(_UNSEEN))
    return any(pattern.fullmatch(text) for pattern in patterns)


class _Reader:
    """Reads blocks one after another; use it once."""

    def __init__(self, document: Document, profile: Profile, enacting: re.Pattern[str]) -> None:
        self._document = document
        self._profile = profile
        self._enacting = enacting
        self._sections: list[_OpenSection] = []
        self._part = Part.PREAMBULAR
        self._annex = 0
        self._closed = False
        self._path = ItemPath()
        self._unnumbered: Counter[Part] = Counter()
        self._last = 0
        self._heading = ""
        self._prefix: tuple[str, ...] = ()
        self.notices: list[Notice] = []

    def read(self, block: Block) -> None:
        """Take one block: a paragraph with a verb, an item, more of the paragraph before, or a line that is no text."""
        line = plain_characters(self._document.line(block)).translate(_UNSEEN)
        text = fold_space(line)
        if not text or (block.kind is not BlockKind.TABLE and is_line_of(line, self._profile.noise)):
            return
        if self._opens_annex(text):
            return
        if self._closed:
            return
        if self._part is not Part.ANNEX and self._sections and self._finished():
            self._closed = is_line_of(line, self._profile.closing)
            if self._closed:
                return
        if block.kind is BlockKind.TABLE:
            self._extend(block)
        elif match := self._profile.numbering.paragraph.match(line):
            self._numbered(block, line, match)
        elif match := self._profile.numbering.item.match(line):
            self._item(block, line, match)
        else:
            self._unlabelled(block, line, text)

    def _opens_annex(self, text: str) -> bool:
        match = self._profile.annex.fullmatch(text)
        quoted = self._enacting.fullmatch(text)
        if not self._sections or not (quoted or (match and self._part is not Part.PREAMBULAR)):
            return False
        self._annex += 1
        self._part, self._closed, self._path = Part.ANNEX, False, ItemPath()
        self._unnumbered[Part.ANNEX] = 0
        return True

    def _numbered(self, block: Block, line: str, match: re.Match[str]) -> None:
        value = match["value"] or match["number"]
        if self._part is not Part.ANNEX:
            self._part = Part.OPERATIVE
            if int(value) <= self._last:
                self._prefix = (self._heading,) if self._heading else self._prefix
            self._last = int(value)
        self._path = ItemPath()
        path = self._path.next(Label(value, value, 0, firm=True))
        self._open(block, line, _label(match), match.end(), path)

    def _item(self, block: Block, line: str, match: re.Match[str]) -> None:
        if not self._sections:
            return
        value = (match["value"] or match["number"]).lower()
        path = self._path.next(Label(value, value, 0, firm=True))
        opening = read_opening(line[match.end() :], self._profile)
        if opening is not None and opening.part is Part.OPERATIVE and self._part is Part.OPERATIVE:
            self._open(block, line, _label(match), match.end(), path)
            return
        self._add(_label(match), path, Span(block.span.start + match.end(), block.span.end), block.page)

    def _unlabelled(self, block: Block, line: str, text: str) -> None:
        if text[0] in self._profile.numbering.bullets:
            self._extend(block)
            return
        if self._part is Part.ANNEX:
            self._annexed(block, line, text)
            return
        opening = read_opening(line, self._profile) if self._may_open(text) else None
        if opening is not None and (opening.part is Part.OPERATIVE or self._is_recital()):
            self._part = opening.part
            self._open(block, line, "", 0, self._next_unnumbered(opening.part))
        elif self._sections and (not self._finished() or text[0].islower()):
            self._extend(block)
        elif self._is_heading(text):
            section = self._profile.numbering.section.fullmatch(text)
            self._heading = section["value"].lower() if section else self._heading
        elif self._part is Part.PREAMBULAR:
            self._open(block, line, "", 0, self._next_unnumbered(Part.PREAMBULAR))
        else:
            self._extend(block)

    def _annexed(self, block: Block, line: str, text: str) -> None:
        if self._is_heading(text):
            return
        last = self._sections[-1]
        if last.annex == self._annex and (not self._finished() or text[0].islower()):
            self._extend(block)
            return
        self._open(block, line, "", 0, self._next_unnumbered(Part.ANNEX))

    def _may_open(self, text: str) -> bool:
        """Whether a line may begin a paragraph: a capital, below text that has come to its stop."""
        first = next((c for c in text if c.isalpha()), "")
        return first.isupper() and (not self._sections or self._finished())

    def _is_recital(self) -> bool:
        """Recitals stand before the operative part, or below the head of a section inside it."""
        return self._part is Part.PREAMBULAR or not self._ends_with(":")

    def _is_heading(self, text: str) -> bool:
        section = self._profile.numbering.section.fullmatch(text) and len(text) <= 4
        return bool(section) or (len(text) <= _MAX_HEADING and not _STOPPED.search(text))

    def _next_unnumbered(self, part: Part) -> tuple[str, ...]:
        self._unnumbered[part] += 1
        value = str(self._unnumbered[part])
        self._path = ItemPath()
        return self._path.next(Label(value, value, 0, firm=True))

    def _open(self, block: Block, line: str, label: str, start: int, path: tuple[str, ...]) -> None:
        in_annex = self._part is Part.ANNEX
        opening = read_opening(line[start:], self._profile)
        if opening is not None and label and self._part is Part.OPERATIVE is not opening.part:
            opening = None  # a numbered paragraph with a participle: its verb is none of this part
        annex = self._annex if in_annex else None
        if opening is not None or not (in_annex and self._is_running(annex)):
            self._sections.append(_OpenSection(opening, self._part, annex, block.span))
        begin = block.span.start + start + (opening.end if opening else 0)
        if begin < block.span.end:
            self._add(label, self._prefix + path if not in_annex else path, Span(begin, block.span.end), block.page)

    def _is_running(self, annex: int | None) -> bool:
        """Whether paragraphs without verbs of this annex stand at the end: one section holds them all."""
        return bool(self._sections) and self._sections[-1].annex == annex and self._sections[-1].opening is None

    def _add(self, label: str, path: tuple[str, ...], span: Span, page: int | None) -> None:
        section = self._sections[-1]
        section.clauses.append(_OpenClause(label, path, span, page))
        section.span = Span(section.span.start, max(section.span.end, span.end))

    def _extend(self, block: Block) -> None:
        """Let the paragraph before go on over this block."""
        if not self._sections:
            return
        section = self._sections[-1]
        if section.clauses:
            section.clauses[-1].span = Span(section.clauses[-1].span.start, block.span.end)
        else:
            self._add("", self._path.next(None), block.span, block.page)
        section.span = Span(section.span.start, block.span.end)

    def _finished(self) -> bool:
        return bool(_FINISHED.search(self._tail()))

    def _ends_with(self, stop: str) -> bool:
        return self._tail().endswith(stop)

    def _tail(self) -> str:
        span = self._sections[-1].span if self._sections else Span(0, 0)
        return plain_characters(self._document.text[max(span.start, span.end - 40) : span.end]).rstrip()

    def sections(self, instrument: InstrumentId) -> tuple[Section, ...]:
        """What was read, with stable identifiers; a verb without any text is told and left out."""
        taken: Counter[str] = Counter()
        out = []
        for opened in self._sections:
            if opened.clauses:
                out.append(self._section(opened, instrument, taken))
            elif opened.opening is not None:
                self.notices.append(Notice("empty-call", f"nothing stands below “{opened.opening.printed}”"))
        return tuple(out)

    def _section(self, opened: _OpenSection, instrument: InstrumentId, taken: Counter[str]) -> Section:
        opening = opened.opening
        slug = re.sub(r"[^a-z0-9]+", "-", opening.verb).strip("-") if opening else "p"
        actors: tuple[str, ...] = ()
        if opening is not None and opened.part is Part.OPERATIVE:
            actors = find_addressee(opened.clauses[0].span.of(self._document.text), self._profile)
        return Section(
            call=opening.printed if opening else "",
            slug=slug,
            verb=opening.verb if opening else "",
            part=opened.part,
            span=opened.span,
            clauses=tuple(self._clause(c, opened, slug, actors, instrument, taken) for c in opened.clauses),
            annex=opened.annex,
        )

    def _clause(
        self,
        opened: _OpenClause,
        section: _OpenSection,
        slug: str,
        actors: tuple[str, ...],
        instrument: InstrumentId,
        taken: Counter[str],
    ) -> Clause:
        identifier = clause_id(instrument, slug, opened.path, section.annex)
        taken[identifier] += 1
        if taken[identifier] > 1:
            identifier = f"{identifier}-{taken[identifier]}"
            if opened.label:
                self.notices.append(Notice("repeated-label", f"label {opened.path[-1]} occurs twice under one call"))
        boxes = boxes_of(self._document, opened.span)
        return Clause(
            id=identifier,
            part=section.part,
            call=section.opening.printed if section.opening else "",
            label=opened.label,
            path=opened.path,
            text=fold_space(opened.span.of(self._document.text)),
            span=opened.span,
            page=boxes[0].page if boxes else opened.page,
            actors=actors,
        )


def _paragraphs(document: Document, block: Block, profile: Profile) -> Iterator[Block]:
    """A block whole, or parted where one of its lines on the page opens a paragraph below one that has ended."""
    cuts = []
    for box in block.boxes[1:]:
        line = plain_characters(document.text[box.start : block.span.end])
        label = profile.numbering.paragraph.match(line)
        text = line[label.end() :] if label else line
        ended = document.text[block.span.start : box.start].rstrip().endswith((",", ";"))
        if ended and text[:1].isupper() and read_opening(text, profile) is not None:
            cuts.append(box.start)
    for start, end in pairwise((block.span.start, *cuts, block.span.end)):
        boxes = tuple(box for box in block.boxes if start <= box.start < end)
        stop = start + len(document.text[start:end].rstrip())
        yield replace(block, span=Span(start, stop), boxes=boxes) if cuts else block


def _label(match: re.Match[str]) -> str:
    return fold_space(match["printed"] or match["bare"])
