"""Overlaps to clusters: clauses of several texts that say the same."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from pipeline.domain import Cluster, Overlap, Relation, Resolution, instrument_of
from pipeline.reference import load_house_words, load_scoring

__all__ = ["cluster_overlaps", "connected_components"]

_LINKING = frozenset(
    {Relation.CONF, Relation.VERB, Relation.SUB, Relation.SAME_ACT, Relation.SAME_REQ, Relation.REPORT}
)


def cluster_overlaps(resolutions: Iterable[Resolution], overlaps: Iterable[Overlap]) -> tuple[Cluster, ...]:
    """Clusters of two clauses and more, the largest first; each clause is in one cluster at the most.

    Clauses are linked by overlaps of mandate at or above the overlap threshold. Where one component would hold more
    than 40 % of all linked clauses (of a dozen or more), it is split by raising the threshold for its links.
    """
    texts = {clause.id: clause.text for resolution in resolutions for clause in resolution.clauses}
    limit, scale = load_scoring().thresholds["overlap"], load_scoring().clusters
    links = [o for o in overlaps if o.relation in _LINKING and o.probability >= limit]
    linked = {c for o in links for c in (o.left, o.right)}
    groups = _groups(links, max(scale.small, scale.largest_share * len(linked)))
    labels = _labels([[texts[m] for m in sorted(members)] for members, _ in groups])
    clusters = [_cluster(m, inside, label) for (m, inside), label in zip(groups, labels, strict=True)]
    return tuple(sorted(clusters, key=lambda c: (-len(c.members), c.id)))


def _groups(links: Sequence[Overlap], most: float) -> list[tuple[frozenset[str], list[Overlap]]]:
    """Components of at most ``most`` clauses with their links.

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


def _with_links(
    groups: Sequence[tuple[set[str], float]], links: Sequence[Overlap]
) -> list[tuple[frozenset[str], list[Overlap]]]:
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


def _cluster(members: frozenset[str], inside: Sequence[Overlap], label: str) -> Cluster:
    nearness: dict[str, float] = defaultdict(float)
    for overlap in inside:
        nearness[overlap.left] += overlap.probability
        nearness[overlap.right] += overlap.probability
    ordered = tuple(sorted(members))
    medoid = min(ordered, key=lambda m: (-nearness[m], m))
    digest = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:12]
    bodies = tuple(sorted({instrument_of(m).body.value for m in ordered}))
    return Cluster(f"c-{digest}", label, ordered, medoid, bodies, tuple(sorted(o.id for o in inside)))


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
