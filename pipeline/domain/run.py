"""One run of the whole road: what went in, what came out, and with which versions."""

from dataclasses import dataclass, field

from pipeline.domain.citation import Citation
from pipeline.domain.document import Document, Rejected
from pipeline.domain.finding import Cluster, Finding, Signal
from pipeline.domain.instrument import Lineage, Resolution
from pipeline.domain.overlap import Overlap, ResolutionPair

__all__ = ["Manifest", "RunRecord"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Facts that make a run reproducible.

    ``inputs`` maps each file of the corpus to its SHA-256; ``settings``, ``versions`` and ``counts`` are name → value;
    ``timings`` are seconds by stage; ``limits`` are sentences about every limit that bit; ``findings_digest`` is the
    SHA-256 of the findings, equal for equal findings. ``created_at`` is ISO 8601 in UTC.
    """

    run_id: str
    created_at: str
    corpus: str
    inputs: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    findings_digest: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything a run found, as the reports and the app read it.

    ``citations`` are those of all documents, inside and outside their resolutions.
    """

    manifest: Manifest
    documents: tuple[Document, ...]
    resolutions: tuple[Resolution, ...]
    lineages: tuple[Lineage, ...]
    overlaps: tuple[Overlap, ...]
    pairs: tuple[ResolutionPair, ...]
    clusters: tuple[Cluster, ...]
    findings: tuple[Finding, ...]
    signals: tuple[Signal, ...]
    citations: tuple[Citation, ...]
    rejected: tuple[Rejected, ...]
