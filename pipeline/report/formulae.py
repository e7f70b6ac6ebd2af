"""Formula language that clauses share and that is not ranked: counted by its words, with one pair to look at."""

from collections import defaultdict

from pipeline.domain import MatchKind, Overlap, Relation
from pipeline.report.comparing import segments_of
from pipeline.report.diff import compare_texts
from pipeline.report.lookup import Lookup
from pipeline.report.model import ClauseView, FormulaGroup

__all__ = ["group_formulae"]

_FEWEST_LETTERS = 4


def group_formulae(lookup: Lookup) -> tuple[tuple[FormulaGroup, ...], int]:
    """The clause pairs that are alike by formula language, grouped by its longest run, and how many pairs there are.

    The groups are in the order of their size; the pair shown is the one of the surest overlap.
    """
    pairs = [o for o in lookup.record.overlaps if o.relation is Relation.BOIL]
    groups: dict[str, list[Overlap]] = defaultdict(list)
    for overlap in pairs:
        groups[_formula_of(lookup, overlap)].append(overlap)
    shown = []
    for words, held in groups.items():
        clauses = sorted({clause for o in held for clause in (o.left, o.right)})
        texts = [lookup.clause(clause)[1] for clause in clauses]
        bodies = sorted({text.body for text in texts}, key=lambda body: (body.authority, body.label))
        best = min(held, key=lambda o: (-o.probability, o.id))
        left, right = _shown(lookup, best)
        shown.append(FormulaGroup(words, len(held), len(clauses), tuple(b.label for b in bodies), left, right))
    return tuple(sorted(shown, key=lambda group: (-group.pairs, group.words))), len(pairs)


def _formula_of(lookup: Lookup, overlap: Overlap) -> str:
    """The longest run of formula language of a pair, in the words of the prevailing clause; "" where none is marked."""
    text = lookup.clause(overlap.left)[0].text
    runs = [m.left.of(text) for m in overlap.evidence.matches if m.kind is MatchKind.FORMULA]
    longest = max(runs, key=lambda run: (len(run), run), default="").strip(" ,;.:").lower()
    return longest if sum(map(str.isalpha, longest)) >= _FEWEST_LETTERS else ""


def _shown(lookup: Lookup, overlap: Overlap) -> tuple[ClauseView, ClauseView]:
    (left, one), (right, two) = lookup.clause(overlap.left), lookup.clause(overlap.right)
    runs = compare_texts(left.text, right.text, overlap.evidence.matches, (one.language, two.language))
    return (
        lookup.clause_view(left.id, segments_of(runs, "left")),
        lookup.clause_view(right.id, segments_of(runs, "right")),
    )
