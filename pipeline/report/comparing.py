"""Lays two aligned clauses side by side: which runs of words match, how many they are, and how the score adds up."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from pipeline.domain import Evidence, Match, Overlap
from pipeline.reference import LANGUAGES, formula_spans
from pipeline.report.diff import Run, RunKind, compare_texts, count_running_words
from pipeline.report.differences import differences, weigh_runs
from pipeline.report.featurenames import feature_name
from pipeline.report.lookup import Lookup
from pipeline.report.model import Bar, Chart, Comparison, EvidenceLine, EvidenceView, Segment, SegmentKind, WordShare
from pipeline.report.wording import chance

__all__ = ["chart_of", "compare_clauses", "count_words", "dim_formulae", "numbers_of", "segments_of"]

_KINDS = {
    RunKind.SAME: SegmentKind.SAME,
    RunKind.FORMULA: SegmentKind.FORMULA,
    RunKind.REWORDED: SegmentKind.REWORDED,
    RunKind.MOVED: SegmentKind.MOVED,
    RunKind.ADDED: SegmentKind.PLAIN,
    RunKind.REMOVED: SegmentKind.PLAIN,
}

# Bars of a chart between the starting point and the sum.
_OWN_BARS = 9

# Nearer than this the log-odds alone make the probability, as it is shown.
_SAME_CHANCE = 0.005


def numbers_of(runs: Sequence[Run]) -> dict[int, int]:
    """A number from 1 for each reworded run, and one for both halves of each move, by position in the comparison."""
    numbers: dict[int, int] = {}
    for index, run in enumerate(runs):
        if _kind_of(run) not in (SegmentKind.REWORDED, SegmentKind.MOVED):
            continue
        if run.partner is not None and run.partner in numbers:
            numbers[index] = numbers[run.partner]
        else:
            numbers[index] = max(numbers.values(), default=0) + 1
    return numbers


def _kind_of(run: Run) -> SegmentKind:
    """The kind of a run as it is shown: a change of punctuation alone bears no mark."""
    if run.kind is RunKind.REWORDED and not (count_running_words(run.left) and count_running_words(run.right)):
        return SegmentKind.PLAIN
    return _KINDS[run.kind]


def segments_of(runs: Sequence[Run], side: str) -> tuple[Segment, ...]:
    """The ``left`` or ``right`` text cut where a run begins or ends; the segments, joined, are the text.

    Punctuation and space at the ends of a marked run stand outside of it.
    """
    numbers = numbers_of(runs)
    out: list[Segment] = []
    for index, run in enumerate(runs):
        text = run.left if side == "left" else run.right
        if not text:
            continue
        for part in _bare(Segment(text, _kind_of(run), numbers.get(index, 0))):
            if not part.text:
                continue
            if out and part.kind is SegmentKind.PLAIN is out[-1].kind:
                out[-1] = Segment(out[-1].text + part.text, SegmentKind.PLAIN)
            else:
                out.append(part)
    return tuple(out) or (Segment("", SegmentKind.PLAIN),)


def dim_formulae(segments: Sequence[Segment], language: str) -> tuple[Segment, ...]:
    """The segments with formula language marked in what stands in one clause alone, too."""
    if language not in LANGUAGES:
        return tuple(segments)
    spans = formula_spans("".join(segment.text for segment in segments), language)
    out: list[Segment] = []
    begin = 0
    for segment in segments:
        end = begin + len(segment.text)
        at = begin
        for span in spans if segment.kind is SegmentKind.PLAIN else ():
            start, stop = max(span.start, at), min(span.end, end)
            if start < stop and _has_words(segment.text[start - begin : stop - begin]):
                out.append(Segment(segment.text[at - begin : start - begin], SegmentKind.PLAIN))
                out.append(Segment(segment.text[start - begin : stop - begin], SegmentKind.FORMULA))
                at = stop
        out.append(Segment(segment.text[at - begin :], segment.kind, segment.number))
        begin = end
    return tuple(segment for segment in out if segment.text) or (Segment("", SegmentKind.PLAIN),)


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))


def _bare(segment: Segment) -> Iterator[Segment]:
    """A marked run without the punctuation and the space at its ends, which bear no mark."""
    text = segment.text
    plain = segment.kind is SegmentKind.PLAIN
    first = None if plain else next((i for i, c in enumerate(text) if _is_wordy(c)), None)
    if first is None:
        yield Segment(text, SegmentKind.PLAIN)
        return
    last = next(i for i in range(len(text), first, -1) if _is_wordy(text[i - 1]))
    yield Segment(text[:first], SegmentKind.PLAIN)
    yield Segment(text[first:last], segment.kind, segment.number)
    yield Segment(text[last:], SegmentKind.PLAIN)


def _is_wordy(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))


def count_words(segments: Iterable[Segment]) -> WordShare:
    """How many words of a clause stand in the other one, and how many of those are formula language."""
    counts = dict.fromkeys(SegmentKind, 0)
    for segment in segments:
        counts[segment.kind] += count_running_words(segment.text)
    return WordShare(
        same=counts[SegmentKind.SAME],
        formula=counts[SegmentKind.FORMULA],
        total=sum(counts.values()),
        reworded=counts[SegmentKind.REWORDED],
        moved=counts[SegmentKind.MOVED],
    )


def compare_clauses(lookup: Lookup, overlap: Overlap, a: str, headline: bool) -> Comparison:
    """One clause pair with the clause of text ``a`` on the left, whichever side it has in the run."""
    swapped = str(lookup.clause(overlap.left)[1].id) != a
    matches = tuple(_swap(match) for match in overlap.evidence.matches) if swapped else overlap.evidence.matches
    left, right = (overlap.right, overlap.left) if swapped else (overlap.left, overlap.right)
    shares = (overlap.containment_left, overlap.containment_right)
    (one, first), (two, second) = lookup.clause(left), lookup.clause(right)
    runs = compare_texts(one.text, two.text, matches, (first.language, second.language))
    left_segments = dim_formulae(segments_of(runs, "left"), first.language)
    right_segments = dim_formulae(segments_of(runs, "right"), second.language)
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
        closeness=weigh_runs(runs, overlap.similarity).closeness,
        differences=tuple(map(str, differences(runs))),
    )


def _swap(match: Match) -> Match:
    return Match(match.right, match.left, match.kind)


def _show_evidence(lookup: Lookup, evidence: Evidence, probability: float) -> EvidenceView:
    lines = tuple(
        EvidenceLine(feature_name(line.feature), line.value, line.points, lookup.tell(line.sentence))
        for line in evidence.contributions
    )
    return EvidenceView(
        bias=evidence.bias,
        lines=lines,
        log_odds=evidence.log_odds,
        probability=probability,
        reasons_for=tuple(map(lookup.tell, evidence.reasons_for)),
        reasons_against=tuple(map(lookup.tell, evidence.reasons_against)),
        chart=chart_of(evidence.bias, lines, probability),
    )


def _bars_of(lines: Sequence[EvidenceLine]) -> Iterator[tuple[str, float]]:
    largest = sorted(lines, key=lambda line: (-abs(line.points), line.feature))
    own = largest if len(lines) <= _OWN_BARS else largest[: _OWN_BARS - 1]
    for line in lines:
        if line in own:
            yield line.feature, line.points
    if others := [line for line in lines if line not in own]:
        yield f"{len(others)} smaller ones", sum(line.points for line in others)


def chart_of(bias: float, lines: Sequence[EvidenceLine], probability: float) -> Chart:
    """The points as bars that each begin where the one before ends, the last one from even chance to the sum.

    Where there are many features the smallest share one bar, so that the sum stays whole; the table has them all.
    """
    steps = [("starting point", 0.0, bias)]
    for name, points in _bars_of(lines):
        steps.append((name, steps[-1][2], steps[-1][2] + points))
    total = steps[-1][2]
    steps.append(("sum", 0.0, total))
    low, high = min(0.0, *(end for _, _, end in steps)), max(0.0, *(end for _, _, end in steps))

    def place(value: float) -> int:
        return round(100 * (value - low) / (high - low)) if high > low else 0

    bars = tuple(
        Bar(
            label,
            end - start,
            place(min(start, end)),
            place(max(start, end)) - place(min(start, end)),
            "less" if end < start else "more",
        )
        for label, start, end in steps
    )
    stated = f"{total:+.2f}".replace("-", "\u2212")
    even = abs(1 / (1 + math.exp(-total)) - probability) <= _SAME_CHANCE
    way = "make" if even else "stand, as measured on labelled pairs, for"
    told = f"Log-odds of {stated} {way} a probability of {chance(probability)}."
    return Chart(bars, place(0.0), told)
