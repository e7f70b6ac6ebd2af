"""How near the wording of two clauses is, as a class instead of a bare percentage."""

from pipeline.domain import OverlapClass, Relation
from pipeline.reference.review import load_review

__all__ = ["classify"]


def classify(relation: Relation, containment_left: float, containment_right: float) -> OverlapClass:
    """The class of a pair.

    Args:
        relation: how the two clauses relate.
        containment_left: share in [0, 1] of the left clause's informative words found in order in the right one.
        containment_right: the converse.
    """
    limits = load_review().classes
    if relation is Relation.THEME:
        return OverlapClass.SAME_THEME
    if not relation.is_finding:
        return OverlapClass.OTHER
    most = max(containment_left, containment_right)
    if relation is Relation.VERB or most >= limits.verbatim:
        return OverlapClass.VERBATIM
    return OverlapClass.NEAR_VERBATIM if most >= limits.near_verbatim else OverlapClass.PARAPHRASE
