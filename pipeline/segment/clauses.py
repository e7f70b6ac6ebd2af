"""Blocks below the enacting formula to sections and clauses."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

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
)
from pipeline.reference import legible, load_grammar
from pipeline.segment.actors import find_addressees
from pipeline.segment.calls import Call, parse_call, parse_run_on, split_swallowed_call
from pipeline.segment.heads import parse_annex_head
from pipeline.segment.items import ItemPath, Label, is_dash_item, parse_label
from pipeline.segment.reasons import opens_reasons

__all__ = ["build_sections"]

_CALL_STYLES = ("call",)


@dataclass(slots=True)
class _OpenClause:
    label: Label | None
    path: tuple[str, ...]
    span: Span
    page: int | None


@dataclass(slots=True)
class _OpenSection:
    call: Call | None
    annex: int | None
    span: Span
    clauses: list[_OpenClause] = field(default_factory=list)
    path: ItemPath = field(default_factory=ItemPath)


def build_sections(
    document: Document, blocks: Sequence[Block], instrument: InstrumentId
) -> tuple[tuple[Section, ...], tuple[Notice, ...]]:
    """Sections of one instrument, in order, with what should be doubted.

    Args:
        document: the document that the blocks point into.
        blocks: the blocks below the enacting formula, up to the next instrument.
        instrument: the identifier used in clause ids.
    """
    reader = _Reader(document, instrument)
    for block in blocks:
        if block.kind is BlockKind.FOOTNOTE:
            continue
        if opens_reasons(document.line(block), document.language):
            break
        reader.read(block)
    return reader.sections(instrument), tuple(reader.notices)


@cache
def _finished(language: str) -> re.Pattern[str]:
    """The end of a clause: a stop, or the word that leads to the next item."""
    grammar = load_grammar(language)
    edge = r"\b" if grammar.spaced else ""
    joining = "".join(rf"|{edge}{re.escape(word)}$" for word in grammar.joining)
    return re.compile(rf"""[;.,]['"’”)]?${joining}""")


class _Reader:
    """Reads blocks one after another; use it once."""

    def __init__(self, document: Document, instrument: InstrumentId) -> None:
        self._document = document
        self._language = document.language
        self._kind = instrument.type
        self._sections: list[_OpenSection] = []
        self.notices: list[Notice] = []

    def read(self, block: Block) -> None:
        """Take one block: a call, an annex head, an item, or more of the item before."""
        line = self._document.line(block)
        if (annex := parse_annex_head(line, block.style, self._language)) is not None:
            self._sections.append(_OpenSection(None, annex, block.span))
            return
        in_annex = bool(self._sections) and self._sections[-1].annex is not None
        emphasised = block.italic or block.style.replace("_", "").startswith(_CALL_STYLES)
        if call := parse_call(line, emphasised, self._language, self._kind):
            if in_annex and not emphasised:
                self._item(block, line)
                return
            self._sections.append(_OpenSection(call, None, block.span))
            return
        if not in_annex and self._finished() and (found := parse_run_on(line, self._language, self._kind)):
            run_on, start = found
            self._sections.append(_OpenSection(run_on, None, block.span))
            self._add(None, Span(block.span.start + start, block.span.end), block.page)
            return
        self._item(block, line)

    def _item(self, block: Block, line: str) -> None:
        if not self._sections:
            return
        section = self._sections[-1]
        label = parse_label(line, self._language) if block.kind is not BlockKind.TABLE else None
        if label is not None and not section.path.expects(label):
            label = None
        if label is None and self._continues(section, block, line):
            last = section.clauses[-1]
            last.span = Span(last.span.start, block.span.end)
            return
        start = block.span.start + (label.start if label else 0)
        self._add(label, Span(start, block.span.end), block.page)

    def _add(self, label: Label | None, span: Span, page: int | None) -> None:
        section = self._sections[-1]
        text = span.of(self._document.text)
        # Word and XML keep their paragraph ends; in other forms a call may have been run into the item before it.
        swallowed = split_swallowed_call(text) if section.annex is None and self._language == "en" else None
        if swallowed is not None and self._document.format in ("docx", "akn"):
            self.notices.append(
                Notice("swallowed-call", f"an item seems to hold a call of its own: “{swallowed[2].printed}”")
            )
            swallowed = None
        end = span.end if swallowed is None else span.start + len(text[: swallowed[0]].rstrip())
        section.clauses.append(_OpenClause(label, section.path.next(label), Span(span.start, end), page))
        section.span = Span(section.span.start, end)
        if swallowed is None:
            return
        _, call_end, call = swallowed
        rest = text[call_end:].lstrip(" ,")
        start = span.end - len(rest)
        self._sections.append(_OpenSection(call, None, Span(start, span.end)))
        inner = parse_label(rest)
        offset = inner.start if inner else 0
        self._add(inner, Span(start + offset, span.end), page)

    def _finished(self) -> bool:
        """Whether the text so far ends like a clause, so that a new call may begin."""
        if not self._sections or not self._sections[-1].clauses:
            return True
        return self._ends(self._sections[-1].clauses[-1])

    def _ends(self, clause: _OpenClause) -> bool:
        return bool(_finished(self._language).search(legible(clause.span.of(self._document.text)).rstrip()))

    def _continues(self, section: _OpenSection, block: Block, line: str) -> bool:
        """Whether an unlabelled block goes on with the clause before it."""
        if not section.clauses:
            return False
        if block.kind is BlockKind.TABLE or is_dash_item(line):
            return True
        last = section.clauses[-1]
        finished = self._ends(last)
        if section.annex is not None:
            return not finished and line[:1].islower()
        return last.label is not None or not finished

    def sections(self, instrument: InstrumentId) -> tuple[Section, ...]:
        """What was read, with stable identifiers; a call without any clause is told and left out."""
        out: list[Section] = []
        slugs: Counter[str] = Counter()
        for opened in self._sections:
            if not opened.clauses:
                if opened.call is not None:
                    self.notices.append(Notice("empty-call", f"nothing stands below “{opened.call.printed}”"))
                continue
            out.append(self._section(opened, instrument, slugs))
        return tuple(out)

    def _section(self, opened: _OpenSection, instrument: InstrumentId, slugs: Counter[str]) -> Section:
        base = opened.call.slug if opened.call else "p"
        key = base if opened.annex is None else f"annex{opened.annex}:{base}"
        slugs[key] += 1
        slug = base if slugs[key] == 1 else f"{base}-{slugs[key]}"
        taken: Counter[str] = Counter()
        clauses = tuple(self._clause(c, opened, slug, instrument, taken) for c in opened.clauses)
        return Section(
            call=opened.call.printed if opened.call else "",
            slug=slug,
            verb=opened.call.verb if opened.call else "",
            part=opened.call.part if opened.call else Part.ANNEX,
            span=Span(opened.span.start, max(opened.span.end, clauses[-1].span.end)),
            clauses=clauses,
            annex=opened.annex,
        )

    def _clause(
        self, opened: _OpenClause, section: _OpenSection, slug: str, instrument: InstrumentId, taken: Counter[str]
    ) -> Clause:
        identifier = clause_id(instrument, slug, opened.path, section.annex)
        taken[identifier] += 1
        if taken[identifier] > 1:
            identifier = f"{identifier}-{taken[identifier]}"
            self.notices.append(Notice("repeated-label", f"label {opened.path[-1]} occurs twice under one call"))
        part = section.call.part if section.call else Part.ANNEX
        text = fold_space(opened.span.of(self._document.text))
        addressees = section.call.addressees if section.call else None
        if part is Part.OPERATIVE and (addressees is None or not addressees.actors):
            addressees = find_addressees("", text, self._language)
        return Clause(
            id=identifier,
            part=part,
            call=section.call.printed if section.call else "",
            label=opened.label.printed if opened.label else "",
            path=opened.path,
            text=text,
            span=opened.span,
            page=_page(self._document, opened),
            actors=addressees.actors if addressees else (),
            partners=addressees.partners if addressees else (),
        )


def _page(document: Document, opened: _OpenClause) -> int | None:
    """Page on which the clause begins: its first box where the format has boxes, else the page of its block."""
    boxes = boxes_of(document, opened.span)
    return boxes[0].page if boxes else opened.page
