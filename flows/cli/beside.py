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

__all__ = ["OTHER_TEXT", "ClausePair", "Comparison", "compare_texts", "facts_of", "show"]

_PLAIN_WIDTH = 110
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
    aligned: bool


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
    return ClausePair(overlap, left_id, shown, lefts[left_id], rights[right_id], left_spans, right_spans, aligned)


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
        "relation": pair.overlap.relation.value,
        "probability": pair.overlap.probability,
        "aligned": pair.aligned,
        "reasons_for": pair.overlap.evidence.reasons_for,
        "reasons_against": pair.overlap.evidence.reasons_against,
    }


def show(comparison: Comparison, *, everything: bool) -> None:
    """Aligned clauses in two columns, or all; matched words are bold on a terminal and stand in brackets elsewhere."""
    from rich.console import Console

    for sentences in comparison.texts:
        print_line(sentences)
        print_line()
    shown = [pair for pair in comparison.clauses if pair.aligned or everything]
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else _PLAIN_WIDTH, highlight=False)
    for pair in shown:
        _show_pair(pair, console, terminal=terminal)
    if not shown:
        print_line("No clause of one says what a clause of the other says.")
    if weaker := len(comparison.clauses) - len(shown):
        print_line(f"Left out: {counted(weaker, 'weaker clause pair')}; --all shows them too.")


def _show_pair(pair: ClausePair, console: "Console", *, terminal: bool) -> None:
    from rich.table import Table

    overlap = pair.overlap
    console.print(f"{overlap.relation.label}, probability {overlap.probability:.2f}", markup=False)
    table = Table(show_lines=False, expand=True)
    table.add_column(pair.left_id, ratio=1, overflow="fold")
    table.add_column(pair.right_id, ratio=1, overflow="fold")
    table.add_row(
        _marked(pair.left_text, pair.left_spans, terminal), _marked(pair.right_text, pair.right_spans, terminal)
    )
    console.print(table)
    for sign, reasons in (("+", overlap.evidence.reasons_for), ("-", overlap.evidence.reasons_against)):
        for reason in reasons:
            console.print(f"  {sign} {reason}", markup=False)
    console.print()


def _marked(text: str, spans: "tuple[Span, ...]", terminal: bool) -> "Text":
    from rich.text import Text

    if terminal:
        marked = Text(text)
        for span in spans:
            marked.stylize("bold green", span.start, span.end)
        return marked
    for span in sorted(spans, reverse=True):
        text = f"{text[: span.start]}[{span.of(text)}]{text[span.end :]}"
    return Text(text)
