"""Editions of one work tied together, and the standing of each text in the corpus."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.domain import Body, Expression, Lineage, Notice, Resolution, Standing, cite, plain_characters
from pipeline.segment.expressions import align_expressions
from pipeline.segment.spillover import without_spillover

__all__ = ["Settled", "settle_corpus"]


@dataclass(frozen=True, slots=True)
class Settled:
    """All texts of a corpus with unique identifiers and their standing, sorted by identifier, and their lineages.

    ``expressions`` are the versions of these texts in other languages.
    """

    resolutions: tuple[Resolution, ...]
    lineages: tuple[Lineage, ...]
    expressions: tuple[Expression, ...] = ()


def settle_corpus(resolutions: Iterable[Resolution]) -> Settled:
    """Texts with one resolution an identifier, editions tied, and ``standing`` set.

    Clauses that a volume's page break carried from one text into the next are left to the text that they end.
    The newest adopted edition of a work is in force, older ones are superseded. Proposals never are in force; each is
    tied to the edition that it would change, or says that the corpus does not hold it. Where
    two documents hold different words for one edition, the fuller text is kept and says so. A text in several
    languages is one text with its expressions.
    """
    aligned = align_expressions(resolutions)
    by_id: dict[str, list[Resolution]] = defaultdict(list)
    for resolution in aligned.resolutions:
        by_id[str(resolution.id)].append(resolution)
    unique = without_spillover([_merged(group) for _, group in sorted(by_id.items())])
    works: dict[str, list[Resolution]] = defaultdict(list)
    for resolution in unique:
        # Equal numbers of unknown bodies are different works.
        key = resolution.id if resolution.body is Body.UNKNOWN else resolution.id.work
        works[str(key)].append(resolution)
    settled: list[Resolution] = []
    lineages = []
    for work, group in sorted(works.items()):
        editions = _editions(group)
        settled.extend(editions)
        settled.extend(_tied(r, editions) for r in group if r.standing is Standing.PROPOSED)
        settled.extend(r for r in group if r.standing is Standing.QUARANTINED)
        if editions and editions[0].body is not Body.UNKNOWN:
            lineages.append(Lineage(work, tuple(str(r.id) for r in editions)))
    return Settled(tuple(sorted(settled, key=lambda r: str(r.id))), tuple(lineages), aligned.expressions)


def _editions(group: list[Resolution]) -> list[Resolution]:
    """Adopted texts of one work, oldest first, with their standing; a suppression ends the whole work.

    Numbers are never used again, so ``SUP`` of one edition leaves nothing in force. A suppression without any adopted
    text at hand stays in the list as its own record.
    """
    own = [r for r in group if r.standing not in (Standing.PROPOSED, Standing.QUARANTINED)]
    texts = sorted((r for r in own if not _is_event(r)), key=_age)
    if not texts:
        return own
    newest = Standing.SUPPRESSED if any(r.standing is Standing.SUPPRESSED for r in own) else Standing.IN_FORCE
    return [replace(r, standing=Standing.SUPERSEDED) for r in texts[:-1]] + [replace(texts[-1], standing=newest)]


def _tied(proposal: Resolution, editions: list[Resolution]) -> Resolution:
    """The proposal with the adopted edition that it is about; an addition is about none.

    A change bears the edition that it would make, and is about the newest before it; a suppression and a "no change"
    bear the edition that they are about.
    """
    if proposal.marker.startswith("ADD"):
        return proposal
    if editions:
        year, named = proposal.id.year, proposal.marker.startswith(("SUP", "NOC"))
        last = None if year is None else year if named else year - 1
        earlier = [r for r in editions if last is None or r.id.year is None or r.id.year <= last]
        return replace(proposal, amends=str((earlier or editions)[-1].id))
    missing = Notice(
        "amended-text-missing", f"{proposal.marker} {cite(proposal)}: the corpus holds no adopted edition of it"
    )
    return replace(proposal, notices=(*proposal.notices, missing))


def _is_event(resolution: Resolution) -> bool:
    """Whether this is a bare ``SUP`` line: a suppression without the text."""
    return resolution.standing is Standing.SUPPRESSED and not resolution.sections


def _age(resolution: Resolution) -> tuple[int, int, str]:
    """Order of editions: ITU-R texts by the count of their revisions, all others by year."""
    revision = 0
    if resolution.body is Body.RA:
        edition = resolution.id.edition or ""
        printed = re.search(r"ITU-R\s+\d+-(\d+)", plain_characters(resolution.number_line))
        if re.fullmatch(r"r\d+", edition):
            revision = int(edition[1:])
        elif printed:
            revision = int(printed[1])
        else:
            revision = max(0, len(resolution.history) - 1)
    return revision, resolution.id.year or 0, str(resolution.id)


def _merged(group: list[Resolution]) -> Resolution:
    """The fullest of several texts under one identifier; equal words need no notice."""
    texts = [r for r in group if not _is_event(r)] or group
    texts.sort(key=lambda r: (-sum(1 for _ in r.clauses), r.document_id))
    first, *others = texts
    if len(texts) < len(group):
        first = replace(first, standing=Standing.SUPPRESSED)
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
