"""References of a text to its own clauses: "*considering e)*, *f)* and *h)* above", "*resolves* 2"."""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.domain import Citation, CitationKind, Clause, Resolution, Section, Span, plain_characters
from pipeline.reference import load_calls

__all__ = ["find_internal_references"]

_LABEL = r"(?:[a-z]{1,2}\)(?:\s[ivx]{1,5}\))?|\d{1,2}(?:\.\d{1,2})*(?:\s?[a-z]\))?)"
_LABELS = rf"{_LABEL}(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|or|to)\s+){_LABEL})*"


@cache
def _pattern() -> re.Pattern[str]:
    calls = load_calls()
    verbs = "|".join(re.escape(v) for v in sorted(calls.preambular + calls.operative, key=len, reverse=True))
    modifiers = "|".join(re.escape(m) for m in calls.modifiers)
    addressed = r"(?:\s+(?:to\s+\w+\s+)?(?:the\s+)?[A-Z][\w-]+(?:\s+(?:of|the|and|to|[A-Z][\w-]+))*)?"
    return re.compile(
        rf"\b(?P<verb>{verbs})(?P<modifier>\s+(?:{modifiers}))?(?P<who>{addressed})"
        rf"(?:\s+(?P<labels>{_LABELS})(?![\w/]|\.\d)|\s+(?P<place>above|below)\b)"
    )


def find_internal_references(resolution: Resolution, text: str) -> Iterator[Citation]:
    """References to clauses of the same text, each resolved to a clause, or to its section when no item is named.

    What is not there stays open (``target`` None): a label may belong to the text before an amendment.

    Args:
        resolution: the text, with its sections.
        text: the document text that its spans point into.
    """
    for clause in resolution.clauses:
        words = plain_characters(clause.span.of(text))
        for match in _pattern().finditer(words):
            if _is_elsewhere(words, match):
                continue
            span = Span(clause.span.start + match.start(), clause.span.start + match.end())
            for target in _targets(resolution, clause, match):
                rule = "internal" if target else "open"
                yield Citation(
                    CitationKind.INTERNAL, span.of(text), span, target, rule, clause.id, resolution.document_id
                )


_INSTRUMENT = re.compile(r"\b(?:Resolutions?|Decisions?|Recommendations?|Opinions?|Articles?|Nos?|Questions?|Annex)\b")
_STATES_IN = re.compile(r"\b(?:states|stipulates|provides|indicates) in $")


def _is_elsewhere(words: str, match: re.Match[str]) -> bool:
    """Whether the words are a citation, a call run into the clause, or point into another text."""
    if _INSTRUMENT.search(match["who"] or ""):
        return True
    behind = words[match.end() :]
    if (match["who"] or "").strip() and re.match(r"\s+(?:to|that)\b", behind):
        return True  # "instructs the Director 1 to …": a call swallowed by conversion
    if re.match(r"\s+thereof\b|\s+of\s+(?:Resolution|Decision|Recommendation|Opinion)\b", behind):
        return True
    return bool(_STATES_IN.search(words[: match.start()]))


def _targets(resolution: Resolution, citing: Clause, match: re.Match[str]) -> list[str | None]:
    verb = load_calls().canonical.get(match["verb"], match["verb"])
    modifier = (match["modifier"] or "").strip()
    sections = [s for s in resolution.sections if s.verb == verb and modifier in s.call.lower()]
    if who := (match["who"] or "").strip().lower():
        name = who.removeprefix("the ")
        exact = [s for s in sections if s.call.lower().removeprefix(verb).strip().removeprefix("the ") == name]
        sections = exact or [s for s in sections if name in s.call.lower()] or sections
    if not modifier and len(sections) > 1:
        plain_calls = [s for s in sections if s.call.lower().strip() == verb]
        sections = plain_calls or sections
    if match["place"] is not None:
        return [f"{resolution.id}#{s.slug}" for s in sections[:1]] or [None]
    labels = re.findall(_LABEL, match["labels"])
    return [_clause(sections, label, citing) for label in labels]


def _clause(sections: list[Section], label: str, citing: Clause) -> str | None:
    """The clause with this label, or the item above it where the sub-item is part of the item's text."""
    parts = re.findall(r"[0-9a-z]+", label)
    for depth in range(len(parts), 0, -1):
        wanted = ".".join(parts[:depth])
        for section in sections:
            for clause in section.clauses:
                if clause.id != citing.id and wanted in (".".join(clause.path), clause.label.rstrip(").")):
                    return clause.id
    return None
