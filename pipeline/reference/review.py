"""Figures that govern the review: classes of wording, leases, the audit slice, learning."""

from dataclasses import dataclass
from functools import cache

from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = ["LearningRules", "ReviewRules", "WordingClasses", "load_review"]

_FILE = "review.toml"


@dataclass(frozen=True, slots=True)
class WordingClasses:
    """Shares in [0, 1] of one clause's informative words from which a pair is verbatim, or nearly so."""

    verbatim: float
    near_verbatim: float


@dataclass(frozen=True, slots=True)
class LearningRules:
    """When a model is fitted, on how many parts it is tested, and how much worse than the present order it may be.

    ``head`` is the number of open pairs that a refit reorders; ``tolerance`` is in units of average precision.
    """

    least_decisions: int
    least_each: int
    folds: int
    head: int
    tolerance: float


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """All figures; ``lease_minutes`` is how long a claim lasts, ``audit_sample`` the size of the audit slice."""

    classes: WordingClasses
    lease_minutes: int
    audit_sample: int
    learning: LearningRules


@cache
def load_review() -> ReviewRules:
    """The figures of the review.

    Raises:
        ReferenceDataError: an entry is missing, is no number, or lies outside its range.
    """
    table = read_table(_FILE)
    try:
        classes = WordingClasses(**table["classes"])
        rules = ReviewRules(
            classes, table["claims"]["lease_minutes"], table["audit"]["sample"], LearningRules(**table["learning"])
        )
    except (KeyError, TypeError) as error:
        raise ReferenceDataError(f"{_FILE}: an entry is missing or not known: {error}") from error
    _check(rules)
    return rules


def _check(rules: ReviewRules) -> None:
    learning = rules.learning
    wrong = [
        name
        for name, holds in (
            ("classes", 0 < rules.classes.near_verbatim <= rules.classes.verbatim <= 1),
            ("claims.lease_minutes", rules.lease_minutes > 0),
            ("audit.sample", rules.audit_sample > 1),
            ("learning.least_decisions", learning.least_decisions >= 2 * learning.least_each > 0),
            ("learning.folds", learning.folds >= 2),
            ("learning.head", learning.head > 0),
            ("learning.tolerance", 0 <= learning.tolerance < 1),
        )
        if not holds
    ]
    if wrong:
        raise ReferenceDataError(f"{_FILE}: {', '.join(wrong)} lies outside its range")
