"""Texts that every Sector has for itself: working methods, structure, advisory groups."""

from pipeline.domain import Resolution, Sector
from pipeline.reference.tables import load_mandate_words

__all__ = ["are_parallel"]


def are_parallel(left: Resolution, right: Resolution) -> bool:
    """Whether two texts of different Sectors are parallel by design: their titles name the same procedural matter."""
    sectors = {left.id.sector, right.id.sector}
    if len(sectors) == 1 or Sector.UNION in sectors:
        return False
    titles = load_mandate_words().procedural_titles
    return any(t in left.title.lower() and t in right.title.lower() for t in titles)
