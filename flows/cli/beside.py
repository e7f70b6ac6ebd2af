"""Which clauses of two texts correspond, and how that looks to a person."""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.output import counted, print_line, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from pipeline.domain import Overlap, Resolution, ResolutionPair, Span
    from pipeline.match import MatchResult
    from pipeline.report.diff import Run
    from pipeline.report.differences import Shares
    from pipeline.report.model import Segment

__all__ = ["OTHER_TEXT", "ClausePair", "Comparison", "Shown", "compare_texts", "facts_of", "show"]

_PLAIN_WIDTH = 110
_BAR_WIDTH = 24
# How a run looks on a terminal, and what stands around it elsewhere.
_STYLES = {"same": "bold", "reworded": "underline", "moved": "italic", "formula": "dim", "plain": ""}
_SIGNS = {"same": ("[", "]"), "reworded": ("~", "~"), "moved": ("^", "^"), "formula": ("<", ">"), "plain": ("", "")}
OTHER_TEXT = "-other"
"""No number as written ends so; it is taken off again before an identifier is shown."""


@dataclass(frozen=True, slots=True)
class ClausePair:
    """Two clauses that correspond, in the order of the request, whichever of the texts prevails.

    ``aligned`` tells whether they are the best match of each other and say more than formula language.
    """

    overlap: "Overlap"
    left_id: str
    right_id: str
    left_text: str
    right_text: str
    left_spans: "tuple[Span, ...]"
    right_spans: "tuple[Span, ...]"
    runs: "tuple[Run, ...]"
    aligned: bool

    @property
    def shares(self) -> "Shares":
        """The class of the wording, and how much of each side the other holds."""
        from pipeline.report.differences import weigh_runs

        return weigh_runs(self.runs, self.overlap.similarity)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a comparison is shown: all pairs or the aligned ones, the differences in words, how points add up."""

    everything: bool = False
    differences: bool = False
    points: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """All clause pairs, the surest first, and one sentence or two for each pair of texts that has aligned clauses."""

    clauses: tuple[ClausePair, ...]
    texts: tuple[str, ...]


def compare_texts(left: "Sequence[Resolution]", right: "Sequence[Resolution]", root: Path) -> Comparison:
    """Clauses of the left that say what clauses of the right say; vectors are kept below ``root``."""
    from pipeline.compare import compare_resolutions

    both = tuple(sorted((*left, *right), key=lambda resolution: str(resolution.id)))
    result = _match(both, root)
    lefts = {clause.id: clause.text for resolution in left for clause in resolution.clauses}
    rights = {clause.id: clause.text for resolution in right for clause in resolution.clauses}
    across = [
        overlap
        for overlap in result.overlaps
        if (overlap.left in lefts and overlap.right in rights) or (overlap.right in lefts and overlap.left in rights)
    ]
    sides = {str(resolution.id) for resolution in left}, {str(resolution.id) for resolution in right}
    pairs = [
        pair
        for pair in compare_resolutions(both, (), across, result.weights, result.kinship)
        if (pair.a in sides[0] and pair.b in sides[1]) or (pair.b in sides[0] and pair.a in sides[1])
    ]
    chosen = _aligned(across, pairs, alone=len(lefts) == len(rights) == 1)
    clauses = (_in_order(overlap, lefts, rights, aligned=overlap.id in chosen) for overlap in across)
    told = [pair for pair in pairs if chosen & set(pair.overlaps)] if len(pairs) > 1 else pairs
    return Comparison(
        tuple(sorted(clauses, key=lambda pair: (-pair.overlap.probability, pair.left_id, pair.right_id))),
        tuple(_sentences(pair, sides[0]) for pair in sorted(told, key=lambda p: (-p.probability, p.a, p.b))),
    )


def _match(texts: "Sequence[Resolution]", root: Path) -> "MatchResult":
    from pipeline.embed import embed_passages, load_encoder, passages
    from pipeline.match import find_overlaps
    from pipeline.store.embeddings import vector_cache

    encoder = load_encoder(root, tell)
    cache = vector_cache(root, encoder.digest)
    embeddings = embed_passages(passages(texts), lambda: encoder, cache, encoder.dimension)
    return find_overlaps(texts, embeddings.vectors, embeddings.rows)


def _aligned(across: "Sequence[Overlap]", pairs: "Sequence[ResolutionPair]", *, alone: bool) -> set[str]:
    """Ids of the overlaps to show first: those of the optimal alignment; for texts of no known body, the best of each.

    Args:
        across: overlaps between the two sides.
        pairs: the texts compared as wholes; texts of no known body have none.
        alone: one clause was named on each side; then it is shown, whatever it is.
    """
    from pipeline.domain import Relation, instrument_of

    if alone:
        return {overlap.id for overlap in across}
    chosen = {identifier for pair in pairs for identifier in pair.overlaps}
    compared = {frozenset((pair.a, pair.b)) for pair in pairs}
    used: set[tuple[str, frozenset[str]]] = set()
    for overlap in sorted(across, key=lambda o: (-o.probability, o.id)):
        texts = frozenset((str(instrument_of(overlap.left)), str(instrument_of(overlap.right))))
        ends = {(overlap.left, texts), (overlap.right, texts)}
        if texts not in compared and not ends & used:
            used |= ends
            chosen.add(overlap.id)
    weak = {o.id for o in across if o.relation in (Relation.BOIL, Relation.NONE)}
    return chosen - weak


def _in_order(overlap: "Overlap", lefts: dict[str, str], rights: dict[str, str], *, aligned: bool) -> ClausePair:
    turned = overlap.left not in lefts or overlap.right not in rights
    left_id, right_id = (overlap.right, overlap.left) if turned else (overlap.left, overlap.right)
    own = tuple(match.left for match in overlap.evidence.matches)
    other = tuple(match.right for match in overlap.evidence.matches)
    left_spans, right_spans = (other, own) if turned else (own, other)
    shown = right_id.replace(OTHER_TEXT, "", 1)
    texts = lefts[left_id], rights[right_id]
    return ClausePair(overlap, left_id, shown, *texts, left_spans, right_spans, _runs(overlap, texts, turned), aligned)


def _runs(overlap: "Overlap", texts: tuple[str, str], turned: bool) -> "tuple[Run, ...]":
    from pipeline.domain import Match
    from pipeline.report.diff import compare_texts as lay_side_by_side

    matches = (Match(m.right, m.left, m.kind) if turned else m for m in overlap.evidence.matches)
    return lay_side_by_side(*texts, matches)


def _sentences(pair: "ResolutionPair", lefts: set[str]) -> str:
    """The relation of two texts and how much of each stands in the other, in the order of the request."""
    turned = pair.a not in lefts
    (one, share), (two, back) = (pair.a, pair.coverage_a), (pair.b, pair.coverage_b)
    if turned:
        one, share, two, back = two, back, one, share
    reasons = f" ({'; '.join(pair.reasons)})" if pair.reasons else ""
    text = (
        f"{one} and {two}: {pair.relation.label}{reasons}.\n"
        f"{share:.0%} of what {one} orders stands in {two}, and {back:.0%} the other way round."
    )
    return text.replace(OTHER_TEXT, "")


def facts_of(pair: ClausePair) -> dict[str, object]:
    """A pair of clauses for programs."""
    return {
        "left": {"id": pair.left_id, "text": pair.left_text, "matches": [asdict(span) for span in pair.left_spans]},
        "right": {"id": pair.right_id, "text": pair.right_text, "matches": [asdict(span) for span in pair.right_spans]},
        "runs": [{"kind": run.kind.value, "left": run.left, "right": run.right} for run in pair.runs],
        "wording": {
            "class": pair.shares.closeness.value,
            "left": asdict(pair.shares.left),
            "right": asdict(pair.shares.right),
        },
        "relation": pair.overlap.relation.value,
        "bias": pair.overlap.evidence.bias,
        "contributions": [asdict(line) for line in pair.overlap.evidence.contributions],
        "log_odds": pair.overlap.evidence.log_odds,
        "probability": pair.overlap.probability,
        "aligned": pair.aligned,
        "reasons_for": pair.overlap.evidence.reasons_for,
        "reasons_against": pair.overlap.evidence.reasons_against,
    }


def show(comparison: Comparison, wanted: Shown) -> None:
    """Aligned clauses in two columns, or all; each kind of match has a sign of its own, on a terminal also a style."""
    from rich.console import Console

    for sentences in comparison.texts:
        print_line(sentences)
        print_line()
    shown = [pair for pair in comparison.clauses if pair.aligned or wanted.everything]
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _PLAIN_WIDTH, highlight=False)
    if shown:
        _show_legend(console, terminal=terminal)
    for pair in shown:
        _show_pair(pair, console, wanted, terminal=terminal)
    if not shown:
        print_line("No clause of one says what a clause of the other says.")
    if weaker := len(comparison.clauses) - len(shown):
        print_line(f"Left out: {counted(weaker, 'weaker clause pair')}; --all shows them too.")


def _show_legend(console: "Console", *, terminal: bool) -> None:
    from rich.text import Text

    from pipeline.report.model import Segment, SegmentKind

    kinds = (
        (SegmentKind.SAME, "in both", 0),
        (SegmentKind.REWORDED, "reworded", 1),
        (SegmentKind.MOVED, "moved", 2),
        (SegmentKind.FORMULA, "formula language, hardly counted", 0),
    )
    line = Text("  ").join(_marked((Segment(words, kind, number),), terminal) for kind, words, number in kinds)
    console.print(Text("Marks: ") + line + Text("  in one clause alone"))
    console.print()


def _show_pair(pair: ClausePair, console: "Console", wanted: Shown, *, terminal: bool) -> None:
    from rich.table import Table

    from pipeline.report.comparing import dim_formulae, segments_of
    from pipeline.report.differences import differences

    overlap = pair.overlap
    console.print(f"{overlap.relation.label}, probability {overlap.probability:.2f}", markup=False)
    console.print(_wording(pair.shares), markup=False)
    table = Table(show_lines=False, expand=True)
    table.add_column(pair.left_id, ratio=1, overflow="fold")
    table.add_column(pair.right_id, ratio=1, overflow="fold")
    sides = (dim_formulae(segments_of(pair.runs, side), "en") for side in ("left", "right"))
    table.add_row(*(_marked(segments, terminal) for segments in sides))
    console.print(table)
    if wanted.differences:
        for difference in differences(pair.runs) or ("no difference in words",):
            console.print(f"  {difference}", markup=False)
    if wanted.points:
        _show_points(overlap, console)
    for sign, reasons in (("+", overlap.evidence.reasons_for), ("-", overlap.evidence.reasons_against)):
        for reason in reasons:
            console.print(f"  {sign} {reason}", markup=False)
    console.print()


def _wording(shares: "Shares") -> str:
    """The class, the share of each side, and what was excluded: never one bare percentage."""
    left, right = shares.left, shares.right
    return (
        f"{shares.closeness.value}: {left.shared} of {left.words - left.formula} words of the left stand in the right, "
        f"{right.shared} of {right.words - right.formula} of the right in the left; excluded as formula language: "
        f"{left.formula} and {right.formula} words"
    )


def _show_points(overlap: "Overlap", console: "Console") -> None:
    """Each feature with its points as a bar, and their sum."""
    lines = [("starting point", overlap.evidence.bias, "most pairs of clauses do not overlap")]
    lines += [(one.feature.replace("_", " "), one.points, one.sentence) for one in overlap.evidence.contributions]
    longest = max(abs(points) for _, points, _ in lines) or 1.0
    for name, points, sentence in lines:
        bar = ("+" if points > 0 else "-") * round(_BAR_WIDTH * abs(points) / longest)
        console.print(f"  {name:>16} {points:+7.2f}  {bar:<{_BAR_WIDTH}}  {sentence}", markup=False)
    total = overlap.evidence.log_odds
    console.print(f"  {'sum (log-odds)':>16} {total:+7.2f}  = probability {overlap.probability:.2f}", markup=False)


def _marked(segments: "Sequence[Segment]", terminal: bool) -> "Text":
    """The words of a clause: numbered signs tie what is reworded or moved to its counterpart."""
    from rich.text import Text

    marked = Text()
    for segment in segments:
        opening, closing = _SIGNS[segment.kind.value]
        number = str(segment.number) if segment.number else ""
        if terminal and not number:
            opening = closing = ""
        marked.append(
            f"{opening}{segment.text}{closing}{number}", style=_STYLES[segment.kind.value] if terminal else ""
        )
    return marked
