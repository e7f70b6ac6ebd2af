"""Editions of one work tied together, and the standing of each text in the corpus."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.domain import Body, Lineage, Notice, Resolution, Standing
from pipeline.segment.spillover import without_spillover

__all__ = ["Settled", "settle_corpus"]


@dataclass(frozen=True, slots=True)
class Settled:
    """All texts of a corpus with unique identifiers and their standing, sorted by identifier, and their lineages."""

    resolutions: tuple[Resolution, ...]
    lineages: tuple[Lineage, ...]


def settle_corpus(resolutions: Iterable[Resolution]) -> Settled:
    """Texts with one resolution an identifier, editions tied, and ``standing`` set.

    Clauses that a volume's page break carried from one text into the next are left to the text that they end.
    The newest adopted edition of a work is in force, older ones are superseded. Proposals never are in force. Where
    two documents hold different words for one edition, the fuller text is kept and says so.
    """
    by_id: dict[str, list[Resolution]] = defaultdict(list)
    for resolution in resolutions:
        by_id[str(resolution.id)].append(resolution)
    unique = without_spillover([_merged(group) for _, group in sorted(by_id.items())])
    works: dict[str, list[Resolution]] = defaultdict(list)
    for resolution in unique:
        works[str(resolution.id.work)].append(resolution)
    settled: list[Resolution] = []
    lineages = []
    for work, group in sorted(works.items()):
        adopted = sorted((r for r in group if r.standing is not Standing.PROPOSED), key=_age)
        for index, resolution in enumerate(adopted):
            if index < len(adopted) - 1:
                resolution = replace(resolution, standing=Standing.SUPERSEDED)
            settled.append(resolution)
        settled.extend(r for r in group if r.standing is Standing.PROPOSED)
        if adopted and adopted[0].body is not Body.UNKNOWN:
            lineages.append(Lineage(work, tuple(str(r.id) for r in adopted)))
    return Settled(tuple(sorted(settled, key=lambda r: str(r.id))), tuple(lineages))


def _age(resolution: Resolution) -> tuple[int, str]:
    return resolution.id.year or 0, str(resolution.id)


def _merged(group: list[Resolution]) -> Resolution:
    """The fullest of several texts under one identifier; equal words need no notice."""
    group.sort(key=lambda r: (-sum(1 for _ in r.clauses), r.document_id))
    first, *others = group
    different = [r for r in others if _words(r) != _words(first)]
    if not different:
        return first
    notice = Notice(
        "several-texts",
        f"{len(different)} other document(s) hold different words for this edition; the fuller text is used",
    )
    return replace(first, notices=(*first.notices, notice))


def _words(resolution: Resolution) -> str:
    return "".join(c for clause in resolution.clauses for c in clause.text.casefold() if c.isalnum())
