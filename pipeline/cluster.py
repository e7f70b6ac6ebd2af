"""Overlaps to clusters: clauses of several texts that say the same."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

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
    groups: list[tuple[frozenset[str], list[Overlap]]] = []
    waiting = [links]
    while waiting:
        current = waiting.pop()
        for members in connected_components((o.left, o.right) for o in current):
            inside = [o for o in current if o.left in members]
            weakest = min(o.probability for o in inside)
            kept = [o for o in inside if o.probability > weakest]
            if len(members) > max(scale.small, scale.largest_share * len(linked)) and kept:
                waiting.append(kept)
            else:
                groups.append((members, inside))
    labels = _labels([[texts[m] for m in sorted(members)] for members, _ in groups])
    clusters = [_cluster(m, inside, label) for (m, inside), label in zip(groups, labels, strict=True)]
    return tuple(sorted(clusters, key=lambda c: (-len(c.members), c.id)))


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
        counts = counter.fit_transform(documents).toarray().astype(float)
    except ValueError:  # only stop words
        return ["" for _ in groups]
    names = counter.get_feature_names_out()
    allowed = np.array([n not in house and n.removesuffix("s") not in house for n in names])
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weight = share * np.log1p(counts.sum() / len(groups) / np.maximum(counts.sum(axis=0), 1)) * allowed
    out = []
    for row in weight:
        best = sorted((i for i in range(len(names)) if row[i] > 0), key=lambda i: (-row[i], names[i]))[:4]
        out.append(", ".join(names[i] for i in best))
    return out
