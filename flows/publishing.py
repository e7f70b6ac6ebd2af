"""The last stage of a run: the reports and the manifest, and its name among the finished ones.

What the reports of two runs of equal content have in common is kept; each run puts its own facts on it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from flows import known, progress
from flows.outcome import StageOutcome
from flows.spec import RunSpec
from pipeline.collector import uncollected
from pipeline.domain import Manifest
from pipeline.store.contents import WORK_FOLDER, digest_of
from pipeline.store.kept import key_of, report_digest
from pipeline.store.runs import REPORT, WORKBOOK, RunFolder, digest_of_findings
from pipeline.store.staging import StagedRun

__all__ = ["publish"]

_KIND = "reports"
_PAGE, _BOOK = f"{WORK_FOLDER}/{REPORT}", f"{WORK_FOLDER}/{WORKBOOK}"


def publish(run: StagedRun, spec: RunSpec, outcomes: Sequence[StageOutcome]) -> RunFolder:
    """Write the reports and the manifest, and give the run its name among the finished ones.

    Raises:
        RunError: what an earlier stage wrote is missing, has changed since, or does not hold what a finding rests on.
    """
    from pipeline.report import frame_page, frame_workbook

    run.contents.verify(*(outcome.ref for outcome in outcomes))
    with progress.stage("publish"):
        held, _ = known.made_once(run, _KIND, _key(run, spec, outcomes), lambda: _render(run, spec, outcomes))
        manifest = _manifest(run, spec, outcomes, held["findings_digest"])
        frame_page(run.folder / _PAGE, run.folder / REPORT, manifest)
        frame_workbook(run.folder / _BOOK, held["workbook_parts"], run.folder / WORKBOOK, manifest)
        return run.publish(manifest)


def _key(run: StagedRun, spec: RunSpec, outcomes: Sequence[StageOutcome]) -> str:
    """A key of all that reports show but for the facts that each run puts on them, and of what makes them."""
    made_of = [
        [outcome.stage, outcome.ref.files, outcome.limits, sorted(outcome.counts), *map(asdict, outcome.qualities)]
        for outcome in outcomes
    ]
    here = Path(__file__).read_bytes()
    return key_of(known.conditions(run), report_digest(), here, run.facts, spec.corpus, made_of)


@uncollected()
def _render(run: StagedRun, spec: RunSpec, outcomes: Sequence[StageOutcome]) -> known.Made:
    """Write what the reports show beside the facts of the run into the folder of the work, and give the rest."""
    from pipeline.quality import assess_documents
    from pipeline.report.excel import write_content
    from pipeline.report.html import render_content
    from pipeline.report.view import build_view, needs_evidence

    findings = run.contents.read_findings()
    digest = digest_of_findings(findings)
    record = run.contents.record(_manifest(run, spec, outcomes, digest), needs_evidence(findings))
    apart = {quality.document_id: quality for outcome in outcomes for quality in outcome.qualities}
    rest = [document for document in record.documents if document.id not in apart]
    judged = known.assess_documents(run, rest, record.resolutions, assess_documents)
    view = build_view(record, (*apart.values(), *judged))
    (run.folder / _PAGE).write_bytes(render_content(view).encode())
    value = {"findings_digest": digest, "workbook_parts": write_content(view, run.folder / _BOOK)}
    return known.Made([(name, digest_of(run.folder / name)) for name in (_PAGE, _BOOK)], value)


def _manifest(run: StagedRun, spec: RunSpec, outcomes: Sequence[StageOutcome], findings_digest: str) -> Manifest:
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
        findings_digest=findings_digest,
    )
