"""The overlaps of a run as rows of pairs with their evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain import Overlap
from pipeline.review import classify, family_of, pair_id, text_digest
from pipeline.review.carry import KnownPair
from pipeline.review.learning import features_of, features_to_bytes
from pipeline.store.database.content import RunContent, finding_id
from pipeline.store.database.writing import Row
from pipeline.store.rows import overlap_to_row

__all__ = ["RankedPair", "evidence_rows", "feature_rows", "pair_rows", "rank_pairs"]


@dataclass(frozen=True, slots=True)
class RankedPair:
    """An overlap under its lasting identifier, with its place in the order of the untrained score."""

    known: KnownPair
    overlap: Overlap
    rank: int


def rank_pairs(content: RunContent) -> tuple[RankedPair, ...]:
    """The pairs of a run, best first; relations that are no finding come after all that are.

    Of two overlaps of one pair of series, which only another edition of one text can bring about, the better one stays.
    """
    ordered = sorted(content.record.overlaps, key=lambda o: (not o.relation.is_finding, -o.probability, o.id))
    best: dict[str, Overlap] = {}
    for overlap in ordered:
        best.setdefault(pair_id(overlap.left, overlap.right), overlap)
    return tuple(
        RankedPair(_known(content, name, overlap), overlap, rank)
        for rank, (name, overlap) in enumerate(best.items(), start=1)
    )


def pair_rows(
    content: RunContent,
    ranked: Sequence[RankedPair],
    clusters: Mapping[str, str],
    findings: frozenset[str],
    numbers: Mapping[str, int],
) -> Iterator[Row]:
    """Rows of the pairs, without what decisions make of them.

    Args:
        content: the run.
        ranked: its pairs.
        clusters: the lasting identifier of the cluster of each clause that is in one.
        findings: lasting identifiers of the findings of the run.
        numbers: the number of each text, by its digest.
    """
    for pair in ranked:
        overlap, known = pair.overlap, pair.known
        left, right = content.clauses[overlap.left][0], content.clauses[overlap.right][0]
        works = str(left.id.work), str(right.id.work)
        finding = finding_id(*works)
        cluster = clusters.get(overlap.left)
        yield {
            "id": known.id,
            "left_clause": overlap.left,
            "right_clause": overlap.right,
            "left_work": works[0],
            "right_work": works[1],
            "left_digest": known.left_digest,
            "right_digest": known.right_digest,
            "left_number": numbers[known.left_digest],
            "right_number": numbers[known.right_digest],
            "bodies": "|".join(sorted((left.body.value, right.body.value))),
            "family": family_of(known.left_digest, known.right_digest),
            "finding": finding if finding in findings else None,
            "cluster": cluster if cluster is not None and cluster == clusters.get(overlap.right) else None,
            "relation": overlap.relation.value,
            "wording": classify(overlap.relation, overlap.containment_left, overlap.containment_right).value,
            "probability": overlap.probability,
            "similarity": overlap.similarity,
            "containment_left": overlap.containment_left,
            "containment_right": overlap.containment_right,
            "information": overlap.information,
            "rank": pair.rank,
            "demoted": not overlap.relation.is_finding,
            "doubtful": content.is_doubtful(str(left.id)) or content.is_doubtful(str(right.id)),
            "run": content.run,
        }


def evidence_rows(ranked: Sequence[RankedPair]) -> Iterator[Row]:
    """Rows of the evidence."""
    for pair in ranked:
        yield {"pair": pair.known.id, "body": overlap_to_row(pair.overlap)["evidence"]}


def feature_rows(content: RunContent, ranked: Sequence[RankedPair]) -> Iterator[Row]:
    """Rows of what a model sees of each pair."""
    for pair in ranked:
        left, right = content.clauses[pair.overlap.left][0], content.clauses[pair.overlap.right][0]
        vector = features_to_bytes(features_of(pair.overlap, left.body is not right.body))
        yield {"pair": pair.known.id, "vector": vector}


def _known(content: RunContent, name: str, overlap: Overlap) -> KnownPair:
    left, right = content.clauses[overlap.left][1], content.clauses[overlap.right][1]
    return KnownPair(name, overlap.left, overlap.right, text_digest(left.text), text_digest(right.text))
