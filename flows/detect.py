"""The road from files to findings, as one Prefect flow."""

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows import artifacts, engines, tasks
from flows.spec import RunSpec
from pipeline.store.contents import WORK_FOLDER, RunContents
from pipeline.store.runs import RunFolder

__all__ = ["detect_overlaps"]


@flow(name="detect-overlaps")
def detect_overlaps(spec: RunSpec) -> RunFolder:
    """Read a corpus, find where its texts give the same mandate twice, and leave a finished run.

    Whatever ends the flow early, Ctrl-C included, leaves no run behind.

    Raises:
        InputError: nothing in the corpus could be read.
        OverlapError: the run cannot go on.
    """
    run = tasks.open_run(spec)
    try:
        with engines.engaged(spec.engine, run.folder / WORK_FOLDER, spec.dask_address, spec.workers):
            documents = tasks.ingest(run, spec)
            resolutions = tasks.segment(run, documents)
            embeddings = tasks.embed(run, resolutions, spec)
            overlaps = tasks.match(run, resolutions, embeddings)
        pairs = tasks.compare(run, resolutions, overlaps)
        clusters = tasks.cluster(run, resolutions, overlaps)
        findings = tasks.rank(run, resolutions, pairs, overlaps, clusters)
        outcomes = (documents, resolutions, embeddings, overlaps, pairs, clusters, findings)
        published = tasks.publish(run, spec, outcomes)
    except BaseException:
        run.discard()
        raise
    create_markdown_artifact(key=artifacts.SUMMARY_KEY, markdown=artifacts.summarize_run(published))
    rows = artifacts.tabulate_findings(RunContents(published.path).read_findings())
    create_table_artifact(key=artifacts.TOP_KEY, table=rows)
    return published
