"""What becomes of pairs, and of clusters, when the corpus is processed again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.review.identity import work_of

__all__ = ["CarryOver", "KnownPair", "carry_clusters", "carry_over"]


@dataclass(frozen=True, slots=True)
class KnownPair:
    """A pair as one run has it: its identifier, the two clauses, and SHA-256 of their texts."""

    id: str
    left: str
    right: str
    left_digest: str
    right_digest: str

    @property
    def digests(self) -> tuple[str, str]:
        """Both digests in an order that does not depend on the sides."""
        first, second = sorted((self.left_digest, self.right_digest))
        return first, second

    @property
    def contents(self) -> tuple[tuple[str, str], ...]:
        """Work and text of both sides: what stays the same where a clause is only renumbered."""
        return tuple(sorted(((work_of(self.left), self.left_digest), (work_of(self.right), self.right_digest))))


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Identifiers of pairs by what became of them; ``moved`` maps an old one to the new one of the same texts."""

    new: tuple[str, ...]
    kept: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    moved: Mapping[str, str]


def carry_over(before: Iterable[KnownPair], after: Iterable[KnownPair]) -> CarryOver:
    """What became of the known pairs in a new run.

    A pair is kept while its identifier and both texts stay the same, and changed when a text differs. A pair that is
    gone has moved when one new pair, and one alone, holds the same two texts of the same two works.

    Args:
        before: the pairs known so far, archived ones included.
        after: the pairs of the new run, each identifier once.
    """
    known = {pair.id: pair for pair in before}
    present = {pair.id: pair for pair in after}
    fresh = [pair for pair in present.values() if pair.id not in known]
    lost = [pair for pair in known.values() if pair.id not in present]
    moved = _moves(lost, fresh)
    both = [(known[name], pair) for name, pair in present.items() if name in known]
    arrived = set(moved.values())
    return CarryOver(
        new=tuple(pair.id for pair in fresh if pair.id not in arrived),
        kept=tuple(pair.id for old, pair in both if old.digests == pair.digests),
        changed=tuple(pair.id for old, pair in both if old.digests != pair.digests),
        gone=tuple(pair.id for pair in lost if pair.id not in moved),
        moved=moved,
    )


def _moves(lost: Iterable[KnownPair], fresh: Iterable[KnownPair]) -> dict[str, str]:
    """Old identifier to new, where the same two texts of the same works are found once on either side."""
    olds: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    news: dict[tuple[tuple[str, str], ...], list[str]] = defaultdict(list)
    for pair in lost:
        olds[pair.contents].append(pair.id)
    for pair in fresh:
        news[pair.contents].append(pair.id)
    return {names[0]: news[key][0] for key, names in olds.items() if len(names) == 1 and len(news.get(key, ())) == 1}


def carry_clusters(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """The identifier that each new cluster keeps: that of the old cluster with which it shares most members.

    An old identifier goes to one new cluster alone; the others keep the identifier that their run gave them, or, where
    an old cluster bears it already, the same with a number.

    Args:
        before: members, as clause series, of each old cluster.
        after: members, as clause series, of each new cluster.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for name, members in before.items():
        for member in members:
            holders[member].append(name)
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for new, members in after.items():
        for member in members:
            for old in holders.get(member, ()):
                shared[old, new] += 1
    named: dict[str, str] = {}
    taken: set[str] = set()
    for (old, new), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if new not in named and old not in taken:
            named[new] = old
            taken.add(old)
    for new in after:
        if new not in named:
            name, count = new, 2
            while name in taken or name in before:
                name, count = f"{new}-{count}", count + 1
            named[new] = name
            taken.add(name)
    return named
