"""Formula language and citations in a clause: what is looked at lightly when wording is compared."""

import re
from functools import cache

from pipeline.domain import Span, plain_characters
from pipeline.reference.formulae import load_formulae, own_formulae

__all__ = ["citation_spans", "formula_spans", "mandate_text"]

_ANCHORS = (r"\b", r"(?<!\w)")


def formula_spans(text: str, language: str = "en") -> tuple[Span, ...]:
    """Ranges of a clause text that are formula language of its language, in order and without overlap."""
    return _formula_spans(text, language, own_formulae())


@cache
def _formula_spans(text: str, language: str, own_file: tuple[str, int]) -> tuple[Span, ...]:
    folded = plain_characters(text).lower()
    starts = [match.start() for match in _any_formula(language, own_file).finditer(folded)]
    if not starts:
        return ()
    found = []
    for pattern in _patterns(language, own_file):
        end = 0
        for start in starts:  # what ``pattern.finditer`` finds, without looking anywhere else
            if start >= end and (match := pattern.match(folded, start)) and match.end() > start:
                found.append(Span(start, match.end()))
                end = match.end()
    return _merged(sorted(found))


@cache
def _patterns(language: str, own_file: tuple[str, int]) -> tuple[re.Pattern[str], ...]:
    # ``own_file`` is what ``load_formulae`` reads by itself; here it only tells one bank from another.
    return tuple(pattern for formula in load_formulae(language) for pattern in formula.patterns)


@cache
def _any_formula(language: str, own_file: tuple[str, int]) -> re.Pattern[str]:
    """Where any formula begins: one pass over a text instead of one for each pattern.

    The anchor that patterns have in common is written once, before all of them: it fails at most places, and the
    engine tells alternatives apart by their first letter only where they begin with it.
    """
    anchored: dict[str, list[str]] = {}
    for pattern in _patterns(language, own_file):
        anchor = next((a for a in _ANCHORS if pattern.pattern.startswith(a)), "")
        anchored.setdefault(anchor, []).append(pattern.pattern.removeprefix(anchor))
    # Whole alternatives stay within their pattern: each stands in a group of its own.
    starts = [f"{a}(?={'|'.join(f'(?:{rest})' for rest in rests)})" for a, rests in anchored.items()]
    return re.compile("|".join(starts))


def citation_spans(text: str, citations: tuple[str, ...]) -> tuple[Span, ...]:
    """Ranges of a clause text that are citations.

    Args:
        text: the clause text, white space folded.
        citations: the cited words as printed in the document.
    """
    found: list[Span] = []
    for words in {" ".join(c.split()) for c in citations} - {""}:
        start = text.find(words)
        while start >= 0:
            found.append(Span(start, start + len(words)))
            start = text.find(words, start + len(words))
    return _merged(sorted(found))


def mandate_text(text: str, citations: tuple[str, ...], language: str = "en") -> str:
    """The clause without citations, formula language and the leading "to" or "that": what is compared by meaning.

    A clause that is nothing else keeps its words, for an empty text has no meaning.
    """
    hidden = _merged(sorted((*formula_spans(text, language), *citation_spans(text, citations))))
    parts, position = [], 0
    for span in hidden:
        parts.append(text[position : span.start])
        position = span.end
    parts.append(text[position:])
    left = " ".join(" ".join(parts).split())
    left = re.sub(r"^(?:to|that)\s+", "", re.sub(r"\s+([,;.])", r"\1", left).strip(" ,;."))
    return left if sum(c.isalpha() for c in left) >= 12 else text


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    out: list[Span] = []
    for span in spans:
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)
