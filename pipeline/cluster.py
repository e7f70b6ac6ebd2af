"""Overlaps to clusters: clauses of several texts that say the same, none a mere chain, with what may be proposed.

A clustering in which one cluster holds most clauses tells nothing; ``accept_clusters`` refuses it.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components as components_of_graph
from sklearn.feature_extraction.text import CountVectorizer

from pipeline.domain import Clause, Cluster, Overlap, Relation, Remedy, Resolution, cite, instrument_of
from pipeline.reference import find_theme, load_house_words, load_mandate_words, load_scoring

__all__ = ["accept_clusters", "cluster_overlaps", "connected_components"]

_LINKING = frozenset(
    {Relation.CONF, Relation.VERB, Relation.SUB, Relation.SAME_ACT, Relation.SAME_REQ, Relation.REPORT}
)


@dataclass(frozen=True, slots=True)
class _Member:
    """A clause of a cluster with its text."""

    clause: Clause
    resolution: Resolution


def cluster_overlaps(resolutions: Iterable[Resolution], overlaps: Iterable[Overlap]) -> tuple[Cluster, ...]:
    """Clusters of two clauses and more, the largest first; each clause is in one cluster at the most.

    Clauses are linked by overlaps of mandate at or above the overlap threshold. Where one component would hold more
    than 40 % of all linked clauses (of a dozen or more), it is split by raising the threshold for its links. A clause
    stays in a cluster only where it overlaps the face of the cluster itself: what hangs on by a chain falls off.
    """
    known = {c.id: _Member(c, resolution) for resolution in resolutions for c in resolution.clauses}
    limit, scale = load_scoring().thresholds["overlap"], load_scoring().clusters
    scored = list(overlaps)
    links = [o for o in scored if o.relation in _LINKING and o.probability >= limit]
    linked = {c for o in links for c in (o.left, o.right)}
    whole = _groups(links, max(scale.small, scale.largest_share * len(linked)))
    ties = _ties(scored)
    groups = [part for members, inside in whole for part in _unchained(members, inside, ties)]
    labels = _labels([[known[m].clause.text for m in sorted(members)] for members, _ in groups])
    clusters = [_cluster(m, inside, label, known) for (m, inside), label in zip(groups, labels, strict=True)]
    return tuple(sorted(clusters, key=lambda c: (-len(c.members), c.id)))


def accept_clusters(clusters: Sequence[Cluster]) -> tuple[tuple[Cluster, ...], tuple[str, ...]]:
    """The clusters, or none of them with the reason, where one holds more than 40 % of all clustered clauses.

    A cluster of a dozen clauses or fewer is never too large: in a small corpus one group may well hold most of what
    is linked, and a person reads a dozen clauses at one sitting.
    """
    scale = load_scoring().clusters
    held = sum(len(cluster.members) for cluster in clusters)
    largest = max(clusters, key=lambda c: (len(c.members), c.id), default=None)
    if largest is None or len(largest.members) <= max(scale.small, scale.largest_share * held):
        return tuple(clusters), ()
    share = len(largest.members) / held
    told = (
        f"Groups of clauses are not shown: one of them, about “{largest.label}”, would hold {len(largest.members)} of "
        f"{held} clauses ({share:.0%}), and a group above {scale.largest_share:.0%} tells no texts apart. Findings are "
        "not touched by this. What to do: if its clauses say a formula, add that to the bank (overlap formulas mine, "
        f"then add); if not, read the texts of {', '.join(largest.bodies)} in runs of their own."
    )
    return (), (told,)


_Group = tuple[frozenset[str], list[Overlap]]


def _ties(overlaps: Iterable[Overlap]) -> dict[str, set[str]]:
    """Of each clause those that are near enough to stand in one cluster with it, formula language aside."""
    limit = load_scoring().clusters.tie
    apart = (Relation.BOIL, Relation.NONE, Relation.PAR)
    ties: dict[str, set[str]] = defaultdict(set)
    for o in overlaps:
        if o.probability >= limit and o.relation not in apart:
            ties[o.left].add(o.right)
            ties[o.right].add(o.left)
    return ties


def _unchained(members: frozenset[str], inside: Sequence[Overlap], ties: Mapping[str, set[str]]) -> Iterable[_Group]:
    """The group, or several, in which each clause is tied to the face; what remains alone is in no group."""
    names = sorted(members)
    number = {name: place for place, name in enumerate(names)}
    ends = np.array([(number[o.left], number[o.right]) for o in inside], dtype=np.intp).reshape(-1, 2)
    # Probabilities have six decimals: in whole millionths their sums do not depend on the order of adding.
    weights = np.rint(np.array([o.probability for o in inside]) * 1e6)
    here = np.zeros(len(names), dtype=bool)
    waiting = [(np.arange(len(names)), np.arange(len(inside)))]
    while waiting:
        clauses, links = waiting.pop()
        left, right = ends[links].T
        nearness = np.bincount(left, weights[links], len(names)) + np.bincount(right, weights[links], len(names))
        face = names[clauses[np.argmax(nearness[clauses])]]
        here[clauses] = True
        near = np.array([number[face], *(number[m] for m in ties.get(face, ()) if m in number and here[number[m]])])
        here[clauses] = False
        here[near] = True
        both, neither = here[left] & here[right], ~(here[left] | here[right])
        here[near] = False
        yield frozenset(names[place] for place in near.tolist()), [inside[link] for link in links[both].tolist()]
        waiting.extend(_components_of(links[neither], left[neither], right[neither], len(names)))


def _components_of(
    links: NDArray[np.intp], left: NDArray[np.intp], right: NDArray[np.intp], count: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The clauses and the links of each component that some links make."""
    if not len(links):
        return []
    graph = sp.coo_matrix((np.ones(len(links), dtype=bool), (left, right)), shape=(count, count))
    label = components_of_graph(graph, directed=False)[1]
    linked = np.zeros(count, dtype=bool)
    linked[left] = linked[right] = True
    clauses = np.flatnonzero(linked)
    return list(zip(_by(label[clauses], clauses), _by(label[left], links), strict=True))


def _by(label: NDArray[np.intp], values: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The values of each label, labels from the smallest, values as they come."""
    order = np.argsort(label, kind="stable")
    return np.split(values[order], np.flatnonzero(np.diff(label[order])) + 1)


def _face(members: Iterable[str], inside: Iterable[Overlap]) -> str:
    """The member nearest to all others."""
    nearness: dict[str, float] = defaultdict(float)
    for overlap in inside:
        nearness[overlap.left] += overlap.probability
        nearness[overlap.right] += overlap.probability
    return min(members, key=lambda m: (-nearness[m], m))


def _groups(links: Sequence[Overlap], most: float) -> list[_Group]:
    """Components of at most ``most`` clauses with their links, in the order of their smallest member.

    A larger component loses its weakest links until it falls apart, except one that has links of one strength alone.
    Going from the strongest links down gives the same groups in one pass: what has grown too large stays apart.
    """
    ordered = sorted(links, key=lambda o: -o.probability)
    component: dict[str, set[str]] = {}
    closed: set[int] = set()
    groups: list[tuple[set[str], float]] = []
    for probability, level in groupby(ordered, key=lambda o: o.probability):
        edges = [(o.left, o.right) for o in level]
        before = {id(c): c for edge in edges for end in edge if (c := component.get(end)) is not None}
        names = {end: f"#{id(c)}" if (c := component.get(end)) is not None else end for edge in edges for end in edge}
        for joined in connected_components((names[left], names[right]) for left, right in edges):
            parts = [before[int(name[1:])] for name in joined if name.startswith("#")]
            alone = {name for name in joined if not name.startswith("#")}
            whole = max(parts, key=len) if parts else set()
            size = len(alone) + sum(map(len, parts))
            too_large = size > most or any(id(part) in closed for part in parts)
            if too_large:
                groups.extend((set(part), probability) for part in parts if id(part) not in closed)
                if not parts:
                    groups.append((set(alone), math.nextafter(probability, 0.0)))
            whole |= alone
            for part in parts:
                if part is not whole:
                    whole |= part
                    component.update(dict.fromkeys(part, whole))
            component.update(dict.fromkeys(alone, whole))
            if too_large:
                closed.add(id(whole))
    open_ones = {id(c): c for c in component.values() if id(c) not in closed}
    groups.extend((members, -1.0) for members in open_ones.values())
    return _with_links(groups, links)


def _with_links(groups: Sequence[tuple[set[str], float]], links: Sequence[Overlap]) -> list[_Group]:
    """Each group with its links above its threshold, groups in the order of their smallest member."""
    home = {member: number for number, (members, _) in enumerate(groups) for member in members}
    inside: list[list[Overlap]] = [[] for _ in groups]
    for link in links:
        number = home.get(link.left)
        if number is not None and home.get(link.right) == number and link.probability > groups[number][1]:
            inside[number].append(link)
    found = [(frozenset(members), kept) for (members, _), kept in zip(groups, inside, strict=True)]
    return sorted(found, key=lambda group: min(group[0]))


def connected_components(links: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """Components of an undirected graph given by its links, in the order of their smallest member."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in links:
        parent[root(left)] = root(right)
    members: dict[str, set[str]] = defaultdict(set)
    for node in list(parent):
        members[root(node)].add(node)
    return sorted((frozenset(m) for m in members.values()), key=min)


def _cluster(members: frozenset[str], inside: Sequence[Overlap], label: str, known: Mapping[str, _Member]) -> Cluster:
    ordered = tuple(sorted(members))
    digest = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:12]
    bodies = tuple(sorted({instrument_of(m).body.value for m in ordered}))
    held = [known[m] for m in ordered]
    theme = find_theme(f"{m.resolution.title}. {m.clause.text}" for m in held)
    return Cluster(
        id=f"c-{digest}",
        label=label,
        members=ordered,
        medoid=_face(ordered, inside),
        bodies=bodies,
        overlaps=tuple(sorted(o.id for o in inside)),
        theme=theme.code if theme else "",
        remedies=tuple(_remedies(held, {o.relation for o in inside})),
    )


def _remedies(members: Sequence[_Member], relations: set[Relation]) -> Iterable[tuple[Remedy, str]]:
    """What may be proposed for clauses that say the same, the most telling first; keeping all is always the last."""
    bodies = {m.resolution.body for m in members}
    outside = load_mandate_words().members | load_mandate_words().outside
    offices = {actor for m in members for actor in m.clause.actors} - outside
    if Relation.CONF in relations:
        yield Remedy.ALIGN, "some of these orders may contradict each other and could be brought into line"
    if Relation.REPORT in relations:
        yield Remedy.CONSOLIDATE_REPORT, f"one report could serve all {len(members)} clauses that ask for one"
    if relations & {Relation.SAME_ACT, Relation.CONF} and len(offices) > 1:
        yield Remedy.LEAD, f"one of the {len(offices)} offices that are told to act could be named the lead"
    if Relation.SAME_REQ in relations:
        yield Remedy.TRIM, "members could be asked once instead of in each text"
    elif relations & {Relation.VERB, Relation.SUB} and len(bodies) > 1:
        source = min(members, key=lambda m: (m.resolution.body.authority, m.resolution.id.year or 0, m.clause.id))
        if all(m.resolution.body.authority > source.resolution.body.authority for m in members if m is not source):
            yield Remedy.TRIM, f"the other texts could refer to {cite(source.resolution)}, which stands above them"
    if len(bodies) == 1 and len({m.resolution.id for m in members}) > 1:
        yield Remedy.MERGE, f"all of these are texts of {next(iter(bodies)).label}, which could join them"
    if Relation.SAME_ACT in relations and len({m.resolution.id.sector for m in members}) > 1:
        yield Remedy.JOINT, "the Sectors could act jointly without a change of any text"
    yield Remedy.KEEP, "if each text serves a purpose of its own, the reason could be recorded"


def _labels(groups: Sequence[Sequence[str]]) -> list[str]:
    """Up to four words for each group: frequent in it, rare in the others (class-based TF-IDF)."""
    if not groups:
        return []
    house = load_house_words().words
    documents = [" ".join(texts) for texts in groups]
    counter = CountVectorizer(stop_words="english", token_pattern=r"(?u)\b[^\W\d_]{3,}(?:-[^\W\d_]+)*\b")
    try:
        counts = counter.fit_transform(documents).astype(float)
    except ValueError:  # only stop words
        return ["" for _ in groups]
    names = counter.get_feature_names_out()
    allowed = np.array([n not in house and n.removesuffix("s") not in house for n in names])
    totals = np.asarray(counts.sum(axis=0)).ravel()
    rarity = np.log1p(totals.sum() / len(groups) / np.maximum(totals, 1)) * allowed
    out = []
    for row in range(len(groups)):
        cells = slice(counts.indptr[row], counts.indptr[row + 1])
        columns, held = counts.indices[cells], counts.data[cells]
        weight = dict(zip(columns.tolist(), (held / max(held.sum(), 1) * rarity[columns]).tolist(), strict=True))
        best = sorted((i for i, w in weight.items() if w > 0), key=lambda i: (-weight[i], names[i]))[:4]
        out.append(", ".join(names[i] for i in best))
    return out
