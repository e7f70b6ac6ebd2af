"""The stages of a run as plain functions over a run folder: read references, one call into the pipeline, write.

Nothing here knows Prefect; ``tasks`` makes each of them a task, and a test calls them as they are.
"""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

from flows import progress
from flows.spec import RunSpec, digest_of_file, versions_in_use
from pipeline.domain import Citation, Document, DocumentQuality, Finding, Manifest, Rejected, Resolution
from pipeline.errors import InputError
from pipeline.store.contents import StageRef
from pipeline.store.runs import REPORT, WORKBOOK, RunFolder, digest_of_findings
from pipeline.store.staging import StagedRun
from pipeline.store.staging import open_run as open_staged_run

__all__ = [
    "StageOutcome",
    "cluster",
    "compare",
    "embed",
    "ingest",
    "load_stages",
    "match",
    "open_run",
    "publish",
    "rank",
    "segment",
]

_MOST_READERS = 4
_PLAIN_REASONS = 5


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """What a stage hands on: where its rows are, how long it took, how much it made, and the limits that bit.

    ``qualities`` judges documents of whose texts the rows no longer tell.
    """

    stage: str
    ref: StageRef
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    qualities: tuple[DocumentQuality, ...] = ()


def load_stages() -> None:
    """Import what the stages are made of, which takes seconds, while a server starts beside us."""
    for name in ("ingest", "segment", "embed", "match", "compare", "cluster", "rank", "report.html", "report.excel"):
        import_module(f"pipeline.{name}")


def open_run(spec: RunSpec) -> StagedRun:
    """A new run, with the digests of its inputs, its settings and the versions in use.

    Raises:
        InputError: the corpus holds nothing that could be read.
        RunError: the output folder cannot be written.
    """
    from pipeline.embed import model_card
    from pipeline.ingest import find_files, relative_name

    corpus = spec.corpus_path
    inputs = {relative_name(path, corpus): digest_of_file(path) for path in find_files(corpus, spec.root)}
    settings = {"as_of": spec.day.isoformat()}
    model = model_card()
    versions = {**versions_in_use(), "model": f"{model.name} sha256:{model.digest}"}
    return open_staged_run(spec.root, {"inputs": inputs, "settings": settings, "versions": versions})


def ingest(run: StagedRun, spec: RunSpec) -> StageOutcome:
    """Files to documents; what cannot be read becomes a row with a reason.

    Raises:
        InputError: not one file could be read.
    """
    from pipeline.ingest import find_files, ignored_files, merge_copies, relative_name

    watch = _Stopwatch("ingest")
    corpus = spec.corpus_path
    files = [(path.absolute(), relative_name(path, corpus)) for path in find_files(corpus, spec.root)]
    outcomes = _read_all(files)
    rejected = [one for one in outcomes if isinstance(one, Rejected)]
    documents = merge_copies(one for one in outcomes if isinstance(one, Document))
    if not documents:
        raise InputError(f"{corpus}: no document could be read; {_reasons(rejected)}")
    ref = run.contents.write_documents(documents, rejected)
    counts = {"files": len(files), "documents": len(documents), "rejected": len(rejected)}
    limits = []
    if ignored := ignored_files(corpus, spec.root):
        limits.append(f"Files that are no documents by their name, not read ({len(ignored)}): {_names(ignored)}")
    if changed := _changed_since(run, documents):
        limits.append(f"Files that changed while they were read ({len(changed)}), run again: {_names(changed)}")
    return watch.outcome(ref, counts, limits)


def segment(run: StagedRun, documents: StageOutcome) -> StageOutcome:
    """Documents to resolutions with their clauses, and the editions of each work."""
    from pipeline.quality import assess_documents
    from pipeline.segment import cite_document, in_compared_language, segment_document, settle_corpus

    watch = _Stopwatch("segment")
    found: list[Resolution] = []
    citations: list[Citation] = []
    contents = run.contents.verify(documents.ref)
    with progress.stage("segment", "documents", documents.ref.rows) as tell:
        read = contents.read_documents()
        for done, document in enumerate(read, start=1):
            resolutions = segment_document(document)
            found.extend(resolutions)
            citations.extend(cite_document(document, resolutions))
            tell(done, documents.ref.rows)
    settled = settle_corpus(found)
    versions = {expression.document_id for expression in settled.expressions}
    citations = [citation for citation in citations if citation.document_id not in versions]
    ref = contents.write_resolutions(settled.resolutions, settled.lineages, citations)
    clauses = sum(1 for resolution in settled.resolutions for _ in resolution.clauses)
    counts = {
        "resolutions": len(settled.resolutions),
        "clauses": clauses,
        "lineages": len(settled.lineages),
        "citations": len(citations),
        "expressions": len(settled.expressions),
    }
    limits = [] if settled.resolutions else ["no resolution was found in these documents"]
    if settled.expressions:
        limits.append(f"Versions in other languages, read and aligned with their texts: {len(settled.expressions)}.")
    if alone := len(settled.resolutions) - len(in_compared_language(settled.resolutions)):
        limits.append(f"Texts held in another language than English alone, listed and not compared: {alone}.")
    held = {resolution.document_id for resolution in found}
    told = {resolution.document_id for resolution in settled.resolutions} - versions
    apart = [document for document in read if document.id in held - told]
    return watch.outcome(ref, counts, limits, qualities=assess_documents(apart, found, settled.expressions))


def embed(run: StagedRun, resolutions: StageOutcome, spec: RunSpec) -> StageOutcome:
    """A vector for each passage; only passages that no earlier run has seen are computed."""
    from pipeline.embed import embed_passages, load_encoder, passages
    from pipeline.store.embeddings import vector_cache

    watch = _Stopwatch("embed")
    contents = run.contents.verify(resolutions.ref)
    wanted = passages(contents.read_resolutions())
    with progress.stage("embed", "passages", len(wanted)) as tell:
        encoder = load_encoder(spec.root, progress.note)
        cache = vector_cache(spec.root, encoder.digest)
        embeddings = embed_passages(wanted, lambda: encoder, cache, encoder.dimension, tell)
    ref = contents.write_embeddings(embeddings)
    counts = {"passages": len(wanted), "embedded": embeddings.computed}
    return watch.outcome(ref, counts, cache.notices, {"encoder": encoder.name})


def match(run: StagedRun, resolutions: StageOutcome, embeddings: StageOutcome) -> StageOutcome:
    """Clauses that say the same, with the evidence."""
    from pipeline.match import find_overlaps
    from pipeline.segment import in_compared_language

    watch = _Stopwatch("match")
    contents = run.contents.verify(resolutions.ref, embeddings.ref)
    vectors = contents.read_embeddings()
    with progress.stage("match", "pairs") as tell:
        texts = in_compared_language(contents.read_resolutions())
        result = find_overlaps(texts, vectors.vectors, vectors.rows, tell)
    ref = contents.write_overlaps(result.overlaps, result.weights, result.kinship)
    return watch.outcome(ref, {"overlaps": len(result.overlaps)}, result.limits)


def compare(run: StagedRun, resolutions: StageOutcome, overlaps: StageOutcome) -> StageOutcome:
    """Pairs of resolutions, aligned clause by clause."""
    from pipeline.compare import compare_resolutions
    from pipeline.segment import in_compared_language

    watch = _Stopwatch("compare")
    contents = run.contents.verify(resolutions.ref, overlaps.ref)
    with progress.stage("compare"):
        pairs = compare_resolutions(
            in_compared_language(contents.read_resolutions()),
            contents.read_lineages(),
            contents.read_overlaps(),
            contents.read_weights(),
            contents.read_kinship(),
        )
    return watch.outcome(contents.write_pairs(pairs), {"pairs": len(pairs)})


def cluster(run: StagedRun, resolutions: StageOutcome, overlaps: StageOutcome) -> StageOutcome:
    """Groups of clauses of several texts that say the same."""
    from pipeline.cluster import cluster_overlaps

    watch = _Stopwatch("cluster")
    contents = run.contents.verify(resolutions.ref, overlaps.ref)
    with progress.stage("cluster"):
        clusters = cluster_overlaps(contents.read_resolutions(), contents.read_overlaps())
    return watch.outcome(contents.write_clusters(clusters), {"clusters": len(clusters)})


def rank(
    run: StagedRun, resolutions: StageOutcome, pairs: StageOutcome, overlaps: StageOutcome, clusters: StageOutcome
) -> StageOutcome:
    """Findings in the order in which an analyst should read them, and signals about single texts."""
    from pipeline.rank import find_signals, rank_findings
    from pipeline.segment import in_compared_language

    watch = _Stopwatch("rank")
    contents = run.contents.verify(resolutions.ref, pairs.ref, overlaps.ref, clusters.ref)
    texts, found = contents.read_resolutions(), contents.read_overlaps()
    with progress.stage("rank"):
        findings = rank_findings(texts, contents.read_pairs(), found, contents.read_clusters())
        signals = find_signals(
            in_compared_language(texts), found, as_of=date.fromisoformat(run.facts["settings"]["as_of"])
        )
    ref = contents.write_findings(findings, signals)
    across = sum(finding.cross_body for finding in findings)
    return watch.outcome(ref, {"findings": len(findings), "findings_across_bodies": across, "signals": len(signals)})


def publish(run: StagedRun, spec: RunSpec, outcomes: Sequence[StageOutcome]) -> RunFolder:
    """Write the reports and the manifest, and give the run its name among the finished ones."""
    from pipeline.quality import assess_documents
    from pipeline.report.excel import write_excel
    from pipeline.report.html import render_html
    from pipeline.report.view import build_view

    contents = run.contents.verify(*(outcome.ref for outcome in outcomes))
    with progress.stage("publish"):
        manifest = _manifest(run, spec, outcomes, contents.read_findings())
        record = contents.record(manifest)
        apart = {quality.document_id: quality for outcome in outcomes for quality in outcome.qualities}
        rest = [document for document in record.documents if document.id not in apart]
        view = build_view(record, (*apart.values(), *assess_documents(rest, record.resolutions)))
        (run.folder / REPORT).write_text(render_html(view), encoding="utf-8", newline="\n")
        write_excel(view, run.folder / WORKBOOK)
        return run.publish(manifest)


class _Stopwatch:
    """Measures one stage from its first line to its outcome."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._began = time.monotonic()

    def outcome(
        self,
        ref: StageRef,
        counts: dict[str, int],
        limits: Sequence[str] = (),
        versions: dict[str, str] | None = None,
        qualities: tuple[DocumentQuality, ...] = (),
    ) -> StageOutcome:
        """What the stage hands on."""
        seconds = round(time.monotonic() - self._began, 3)
        return StageOutcome(self._stage, ref, seconds, counts, tuple(limits), versions or {}, qualities)


def _read_all(files: Sequence[tuple[Path, str]]) -> list[Document | Rejected]:
    """All files in their order, a few at a time, each in a worker process of its reader."""
    from pipeline.ingest import Reader

    readers = [Reader() for _ in range(min(_MOST_READERS, os.cpu_count() or 1, len(files)))]
    idle: SimpleQueue[Reader] = SimpleQueue()
    for reader in readers:
        idle.put(reader)

    def read(file: tuple[Path, str]) -> Document | Rejected:
        reader = idle.get()
        try:
            return reader.read(*file)
        finally:
            idle.put(reader)

    outcomes = []
    pool = ThreadPoolExecutor(len(readers))
    try:
        with progress.stage("ingest", "documents", len(files)) as tell:
            for done, outcome in enumerate(pool.map(read, files), start=1):
                outcomes.append(outcome)
                tell(done, len(files))
    finally:
        # After Ctrl-C no further document is begun.
        pool.shutdown(wait=True, cancel_futures=True)
        for reader in readers:
            reader.close()
    return outcomes


def _manifest(run: StagedRun, spec: RunSpec, outcomes: Sequence[StageOutcome], findings: Sequence[Finding]) -> Manifest:
    facts = run.facts
    return Manifest(
        run_id=run.run_id,
        created_at=run.created_at,
        corpus=spec.corpus,
        inputs=facts["inputs"],
        settings=facts["settings"],
        versions=facts["versions"],
        counts={name: count for outcome in outcomes for name, count in outcome.counts.items()},
        timings={outcome.stage: outcome.seconds for outcome in outcomes},
        limits=tuple(limit for outcome in outcomes for limit in outcome.limits),
        findings_digest=digest_of_findings(findings),
    )


def _changed_since(run: StagedRun, documents: Sequence[Document]) -> list[str]:
    """Documents whose bytes are not those that were there when the run began."""
    inputs = run.facts["inputs"]
    return [document.path for document in documents if inputs.get(document.path) != document.digest]


def _reasons(rejected: Sequence[Rejected]) -> str:
    shown = "; ".join(f"{one.path}: {one.reason}" for one in rejected[:_PLAIN_REASONS])
    more = len(rejected) - _PLAIN_REASONS
    return f"{shown}; and {more} more" if more > 0 else shown


def _names(paths: Sequence[str]) -> str:
    more = len(paths) - _PLAIN_REASONS
    shown = ", ".join(paths[:_PLAIN_REASONS])
    return f"{shown} and {more} more" if more > 0 else shown
