"""Lays two aligned clauses side by side: which runs of words match, how many they are, and how the score adds up."""

import re
from collections.abc import Iterable, Iterator

from pipeline.domain import Evidence, Match, MatchKind, Overlap, Span
from pipeline.report.lookup import Lookup
from pipeline.report.model import Comparison, EvidenceLine, EvidenceView, Segment, SegmentKind, WordShare

__all__ = ["compare_clauses", "count_words", "segments_of"]

# A word; each Chinese character counts as one, for Chinese sets no spaces.
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")

_KINDS = {MatchKind.SAME: SegmentKind.SAME, MatchKind.FORMULA: SegmentKind.FORMULA}


def segments_of(text: str, marks: Iterable[tuple[Span, MatchKind]]) -> tuple[Segment, ...]:
    """The text cut where a matched run begins or ends; the segments, joined, are the text.

    Where two runs overlap, the one that begins first keeps the shared characters.
    """
    return tuple(_cut(text, sorted(marks, key=lambda mark: mark[0])))


def _cut(text: str, marks: list[tuple[Span, MatchKind]]) -> Iterator[Segment]:
    position = 0
    for span, kind in marks:
        start, end = max(span.start, position), min(span.end, len(text))
        if end <= start:
            continue
        if position < start:
            yield Segment(text[position:start], SegmentKind.PLAIN)
        yield Segment(text[start:end], _KINDS[kind])
        position = end
    if position < len(text) or not text:
        yield Segment(text[position:], SegmentKind.PLAIN)


def count_words(segments: Iterable[Segment]) -> WordShare:
    """How many words of a clause stand in the other one, and how many of those are formula language."""
    counts = dict.fromkeys(SegmentKind, 0)
    for segment in segments:
        counts[segment.kind] += len(_WORD.findall(segment.text))
    return WordShare(counts[SegmentKind.SAME], counts[SegmentKind.FORMULA], sum(counts.values()))


def compare_clauses(lookup: Lookup, overlap: Overlap, a: str, headline: bool) -> Comparison:
    """One clause pair with the clause of text ``a`` on the left, whichever side it has in the run."""
    swapped = str(lookup.clause(overlap.left)[1].id) != a
    matches = tuple(_swap(match) for match in overlap.evidence.matches) if swapped else overlap.evidence.matches
    left, right = (overlap.right, overlap.left) if swapped else (overlap.left, overlap.right)
    shares = (overlap.containment_left, overlap.containment_right)
    left_segments = segments_of(lookup.clause(left)[0].text, ((match.left, match.kind) for match in matches))
    right_segments = segments_of(lookup.clause(right)[0].text, ((match.right, match.kind) for match in matches))
    return Comparison(
        id=overlap.id,
        relation=overlap.relation,
        left=lookup.clause_view(left, left_segments),
        right=lookup.clause_view(right, right_segments),
        left_words=count_words(left_segments),
        right_words=count_words(right_segments),
        left_containment=shares[swapped],
        right_containment=shares[not swapped],
        similarity=overlap.similarity,
        information=overlap.information,
        evidence=_show_evidence(lookup, overlap.evidence, overlap.probability),
        headline=headline,
    )


def _swap(match: Match) -> Match:
    return Match(match.right, match.left, match.kind)


def _show_evidence(lookup: Lookup, evidence: Evidence, probability: float) -> EvidenceView:
    return EvidenceView(
        bias=evidence.bias,
        lines=tuple(
            EvidenceLine(line.feature.replace("_", " "), line.value, line.points, lookup.tell(line.sentence))
            for line in evidence.contributions
        ),
        log_odds=evidence.log_odds,
        probability=probability,
        reasons_for=tuple(map(lookup.tell, evidence.reasons_for)),
        reasons_against=tuple(map(lookup.tell, evidence.reasons_against)),
    )
