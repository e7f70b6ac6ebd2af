"""Texts that every Sector has for itself: working methods, structure, advisory groups."""

import re
from functools import cache

from pipeline.domain import Resolution, Sector
from pipeline.reference.mandates import load_mandate_words

__all__ = ["are_parallel"]


def are_parallel(left: Resolution, right: Resolution) -> bool:
    """Whether two texts of different Sectors are parallel by design: their titles name the same procedural matter."""
    one, other = left.id.sector, right.id.sector
    if one is other or Sector.UNION in (one, other):
        return False
    return bool(_matters(left.title) & _matters(right.title))


@cache
def _matters(title: str) -> frozenset[str]:
    """Procedural matters that a title names, as whole words."""
    folded = " ".join(title.lower().split())
    titles = load_mandate_words().procedural_titles
    return frozenset(t for t in titles if re.search(rf"(?<![\w-]){re.escape(t)}(?![\w-])", folded))
