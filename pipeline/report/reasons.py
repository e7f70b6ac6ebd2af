"""What speaks for a finding and what against it: the sentences of the run, and the numbers where it has none."""

from collections.abc import Iterator, Sequence

from pipeline.domain import Relation
from pipeline.report.model import Comparison, WordShare

__all__ = ["reasons_both_ways"]

# A clause counts as nearly repeated where so great a share of its own words stands in the other, and so many words.
_NEARLY_ALL = 0.9
_ENOUGH_WORDS = 6


def reasons_both_ways(
    headline: Comparison, remarks: Sequence[str], relation: Relation
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The reasons for a finding and those against it, the strongest fact first.

    Args:
        headline: the clause pair that heads the finding.
        remarks: what the run says about the two texts, as sentences.
        relation: of the two texts; a common theme alone speaks both ways.
    """
    repeated = tuple(_repeated(headline))
    favour = [*repeated, *headline.evidence.reasons_for, *remarks]
    against = list(headline.evidence.reasons_against)
    if relation is Relation.THEME and not repeated:
        against.append("What the two texts ask for appears to differ.")
    return _distinct(favour or _facts(headline)), _distinct(against)


def _distinct(sentences: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _sides(headline: Comparison) -> tuple[tuple[str, str, WordShare], ...]:
    return ("first", "second", headline.left_words), ("second", "first", headline.right_words)


def _repeated(headline: Comparison) -> Iterator[str]:
    """One sentence on each clause that stands nearly whole in the other."""
    for one, other, words in _sides(headline):
        own = words.total - words.formula
        if words.same >= _ENOUGH_WORDS and words.same >= _NEARLY_ALL * own:
            yield f"{words.same} of {own} informative words of the {one} clause stand in the {other}, in order."


def _facts(headline: Comparison) -> Iterator[str]:
    """What is known of the wording and the meaning of a pair that the run gives no reason for."""
    for one, other, words in _sides(headline):
        if words.same:
            own = words.total - words.formula
            yield f"{words.same} of {own} informative words of the {one} clause stand in the {other}, in order."
    yield f"Likeness of meaning of the two clauses: {headline.similarity:.2f}, where 1 is the same and 0 unrelated."
