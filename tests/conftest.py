"""Fixtures that several test modules share; each reads the real sample corpus once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from web_fixture import database_copy, sample_database, sample_run, web  # noqa: F401  fixtures

from pipeline.cluster import cluster_overlaps
from pipeline.compare import compare_resolutions
from pipeline.domain import Cluster, Document, Finding, ResolutionPair
from pipeline.embed import Embeddings, embed_passages, load_encoder, passages
from pipeline.ingest import find_files, merge_copies, read_file, relative_name
from pipeline.match import MatchResult, find_overlaps
from pipeline.rank import rank_findings
from pipeline.segment import Settled, segment_document, settle_corpus

pytest_plugins = ["database_fixture"]
ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "corpus" / "sample"


class MemoryCache:
    """A vector cache that lives as long as a test."""

    def __init__(self) -> None:
        self.held: dict[str, NDArray[np.float32]] = {}

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {k: self.held[k] for k in keys if k in self.held}

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        self.held.update(vectors)


@dataclass(frozen=True)
class Road:
    """Everything that the road makes of the sample corpus."""

    settled: Settled
    embeddings: Embeddings
    matched: MatchResult
    pairs: tuple[ResolutionPair, ...]
    clusters: tuple[Cluster, ...]
    findings: tuple[Finding, ...]


@pytest.fixture(scope="session")
def sample_documents() -> tuple[Document, ...]:
    """The sample corpus as read from its files, copies merged."""
    read = [read_file(path, relative_name(path, SAMPLE)) for path in find_files(SAMPLE)]
    assert all(isinstance(document, Document) for document in read)
    return merge_copies(d for d in read if isinstance(d, Document))


@pytest.fixture(scope="session")
def sample_settled(sample_documents: tuple[Document, ...]) -> Settled:
    """Its instruments with their standing."""
    return settle_corpus(r for d in sample_documents for r in segment_document(d))


@pytest.fixture(scope="session")
def sample_road(sample_settled: Settled) -> Road:
    """The whole road on the sample corpus, with the real model."""
    wanted = passages(sample_settled.resolutions)
    encoder = load_encoder(ROOT / "outputs")  # keeps the export of the model from one test run to the next
    embeddings = embed_passages(wanted, lambda: encoder, MemoryCache(), encoder.dimension)
    matched = find_overlaps(sample_settled.resolutions, embeddings.vectors, embeddings.rows)
    pairs = compare_resolutions(
        sample_settled.resolutions, sample_settled.lineages, matched.overlaps, matched.weights, matched.kinship
    )
    clusters = cluster_overlaps(sample_settled.resolutions, matched.overlaps)
    findings = rank_findings(sample_settled.resolutions, pairs, matched.overlaps, clusters)
    return Road(sample_settled, embeddings, matched, pairs, clusters, findings)
