"""The stages of a run as plain functions over a run folder: read references, one call into the pipeline, write.

Nothing here knows Prefect; ``tasks`` makes each of them a task, and a test calls them as they are.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from flows import engines, known, progress
from flows.outcome import StageOutcome, Stopwatch
from flows.publishing import publish
from flows.spec import RunSpec, digest_of_file, versions_in_use
from pipeline.collector import uncollected
from pipeline.domain import Citation, Document, Rejected, Resolution
from pipeline.errors import InputError
from pipeline.store.staging import StagedRun
from pipeline.store.staging import open_run as open_staged_run

if TYPE_CHECKING:
    from pipeline.embed import Encoder

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
_CHANGED = "Files that changed while they were read"


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
    from pipeline.reference import own_formulae_digest

    corpus = spec.corpus_path
    inputs = {relative_name(path, corpus): digest_of_file(path) for path in find_files(corpus, spec.root)}
    settings = {"as_of": spec.day.isoformat()}
    if own := own_formulae_digest():
        settings["own_formulae"] = f"sha256:{own}"
    model = model_card()
    versions = {**versions_in_use(), "model": f"{model.name} sha256:{model.digest}"}
    return open_staged_run(spec.root, {"inputs": inputs, "settings": settings, "versions": versions})


def ingest(run: StagedRun, spec: RunSpec) -> StageOutcome:
    """Files to documents; what cannot be read becomes a row with a reason.

    Raises:
        InputError: not one file could be read.
    """
    from pipeline.ingest import ignored_files

    ignored = [str(path) for path in ignored_files(spec.corpus_path, spec.root)]
    facts = [spec.corpus, run.facts["inputs"], ignored]
    return known.once(run, "ingest", (), lambda: _ingest(run, spec), facts=facts, keep=_is_whole)


def _is_whole(ingested: StageOutcome) -> bool:
    """Whether all files were read as they were when the run began."""
    return not ingested.counts["rejected"] and not any(_CHANGED in limit for limit in ingested.limits)


def _ingest(run: StagedRun, spec: RunSpec) -> StageOutcome:
    from pipeline.ingest import find_files, ignored_files, merge_copies, relative_name

    watch = Stopwatch("ingest")
    corpus = spec.corpus_path
    files = [(path.absolute(), relative_name(path, corpus)) for path in find_files(corpus, spec.root)]
    with progress.stage("ingest", "documents", len(files)) as tell:
        outcomes = known.read_documents(run, files, lambda new: _read_all(new, tell))
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
        limits.append(f"{_CHANGED} ({len(changed)}), run again: {_names(changed)}")
    return watch.outcome(ref, counts, limits)


def segment(run: StagedRun, documents: StageOutcome) -> StageOutcome:
    """Documents to resolutions with their clauses, and the editions of each work."""
    return known.once(run, "segment", (documents.ref,), lambda: _segment(run, documents))


def _segment(run: StagedRun, documents: StageOutcome) -> StageOutcome:
    from flows.shards import segment_all
    from pipeline.quality import assess_documents
    from pipeline.segment import in_compared_language, settle_corpus

    watch = Stopwatch("segment")
    found: list[Resolution] = []
    citations: list[Citation] = []
    contents = run.contents.verify(documents.ref)
    with progress.stage("segment", "documents", documents.ref.rows) as tell:
        read = contents.read_documents()
        for resolutions, cited in known.segment_documents(
            run, read, lambda new: segment_all(engines.spread(), new, tell)
        ):
            found.extend(resolutions)
            citations.extend(cited)
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
    from pipeline.embed import load_encoder

    encoder = load_encoder(spec.root, progress.note)
    made: list[StageOutcome] = []

    def work() -> StageOutcome:
        made.append(_embed(run, resolutions, spec, encoder))
        return made[0]

    # An outcome that tells of damaged vectors is not taken again.
    inputs, facts = (resolutions.ref,), encoder.digest
    outcome = known.once(run, "embed", inputs, work, facts=facts, keep=lambda one: not one.limits)
    return outcome if made else replace(outcome, counts={**outcome.counts, "embedded": 0})


def _embed(run: StagedRun, resolutions: StageOutcome, spec: RunSpec, encoder: "Encoder") -> StageOutcome:
    from flows.shards import encode_all
    from pipeline.embed import embed_passages, passages
    from pipeline.store.embeddings import vector_cache

    watch = Stopwatch("embed")
    contents = run.contents.verify(resolutions.ref)
    wanted = passages(contents.read_resolutions())
    with progress.stage("embed", "passages", len(wanted)) as tell:
        cache = vector_cache(spec.root, encoder.digest)
        fresh = encode_all(engines.spread(), wanted, encoder, cache, spec.root, tell)
        embeddings = embed_passages(wanted, lambda: encoder, cache, encoder.dimension, tell)
    ref = contents.write_embeddings(embeddings)
    counts = {"passages": len(wanted), "embedded": fresh + embeddings.computed}
    return watch.outcome(ref, counts, cache.notices, {"encoder": encoder.name})


def match(run: StagedRun, resolutions: StageOutcome, embeddings: StageOutcome) -> StageOutcome:
    """Clauses that say the same, with the evidence."""
    return known.once(run, "match", (resolutions.ref, embeddings.ref), lambda: _match(run, resolutions, embeddings))


def _match(run: StagedRun, resolutions: StageOutcome, embeddings: StageOutcome) -> StageOutcome:
    from pipeline.match import find_overlaps
    from pipeline.segment import in_compared_language
    from pipeline.store.matched import keep_match, read_match, write_match

    watch = Stopwatch("match")
    contents = run.contents.verify(resolutions.ref, embeddings.ref)
    vectors = contents.read_embeddings()
    kept, key = known.kept_of(run), known.conditions(run)
    with progress.in_turn(("search", "clauses"), ("match", "pairs")) as (searched, matched):
        earlier = read_match(kept, key, contents)
        texts = in_compared_language(contents.read_resolutions())
        before = earlier.memory if earlier is not None else None
        result = find_overlaps(
            texts, vectors.vectors, vectors.rows, matched, spread=engines.spread(), before=before, searched=searched
        )
    ref = write_match(contents, result, earlier)
    keep_match(kept, key, contents, ref)
    return watch.outcome(ref, {"overlaps": ref.rows}, result.limits)


def compare(run: StagedRun, resolutions: StageOutcome, overlaps: StageOutcome) -> StageOutcome:
    """Pairs of resolutions, aligned clause by clause."""
    return known.once(run, "compare", (resolutions.ref, overlaps.ref), lambda: _compare(run, resolutions, overlaps))


@uncollected()
def _compare(run: StagedRun, resolutions: StageOutcome, overlaps: StageOutcome) -> StageOutcome:
    from pipeline.compare import compare_resolutions
    from pipeline.segment import in_compared_language

    watch = Stopwatch("compare")
    contents = run.contents.verify(resolutions.ref, overlaps.ref)
    with progress.stage("compare"):
        pairs = compare_resolutions(
            in_compared_language(contents.read_resolutions()),
            contents.read_lineages(),
            contents.read_bare_overlaps(),
            contents.read_weights(),
            contents.read_kinship(),
        )
    return watch.outcome(contents.write_pairs(pairs), {"pairs": len(pairs)})


def cluster(run: StagedRun, resolutions: StageOutcome, overlaps: StageOutcome) -> StageOutcome:
    """Groups of clauses of several texts that say the same."""
    return known.once(run, "cluster", (resolutions.ref, overlaps.ref), lambda: _cluster(run, resolutions, overlaps))


@uncollected()
def _cluster(run: StagedRun, resolutions: StageOutcome, overlaps: StageOutcome) -> StageOutcome:
    from pipeline.cluster import accept_clusters, cluster_overlaps

    watch = Stopwatch("cluster")
    contents = run.contents.verify(resolutions.ref, overlaps.ref)
    with progress.stage("cluster"):
        grouped = cluster_overlaps(contents.read_resolutions(), contents.read_bare_overlaps())
        clusters, limits = accept_clusters(grouped)
    return watch.outcome(contents.write_clusters(clusters), {"clusters": len(clusters)}, limits)


def rank(
    run: StagedRun, resolutions: StageOutcome, pairs: StageOutcome, overlaps: StageOutcome, clusters: StageOutcome
) -> StageOutcome:
    """Findings in the order in which an analyst should read them, and signals about single texts."""
    inputs = (resolutions.ref, pairs.ref, overlaps.ref, clusters.ref)
    day = run.facts["settings"]["as_of"]
    return known.once(run, "rank", inputs, lambda: _rank(run, resolutions, pairs, overlaps, clusters), facts=day)


@uncollected()
def _rank(
    run: StagedRun, resolutions: StageOutcome, pairs: StageOutcome, overlaps: StageOutcome, clusters: StageOutcome
) -> StageOutcome:
    from pipeline.rank import find_signals, rank_findings
    from pipeline.segment import in_compared_language

    watch = Stopwatch("rank")
    contents = run.contents.verify(resolutions.ref, pairs.ref, overlaps.ref, clusters.ref)
    texts, found = contents.read_resolutions(), contents.read_bare_overlaps()
    with progress.stage("rank"):
        findings = rank_findings(texts, contents.read_pairs(), found, contents.read_clusters())
        signals = find_signals(
            in_compared_language(texts), found, as_of=date.fromisoformat(run.facts["settings"]["as_of"])
        )
    ref = contents.write_findings(findings, signals)
    across = sum(finding.cross_body for finding in findings)
    return watch.outcome(ref, {"findings": len(findings), "findings_across_bodies": across, "signals": len(signals)})


def _read_all(files: Sequence[tuple[Path, str]], tell: Callable[[int, int], None]) -> list[Document | Rejected]:
    """All files in their order, a few at a time, each in a worker process of its reader."""
    from pipeline.ingest import Reader

    if (spread := engines.spread()) is not None:
        from flows.shards import read_all

        return read_all(spread, files, tell)

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
        for done, outcome in enumerate(pool.map(read, files), start=1):
            outcomes.append(outcome)
            tell(done, len(files))
    finally:
        # After Ctrl-C no further document is begun.
        pool.shutdown(wait=True, cancel_futures=True)
        for reader in readers:
            reader.close()
    return outcomes


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
