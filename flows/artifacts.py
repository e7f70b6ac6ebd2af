"""What a run leaves on the pages of a Prefect server: a summary, and the first lines of its findings."""

from pipeline.domain import Finding
from pipeline.store.runs import RunFolder

__all__ = ["SUMMARY_KEY", "TOP_KEY", "summarize_run", "tabulate_findings"]

SUMMARY_KEY = "run-summary"
TOP_KEY = "top-overlaps"

_MOST_ROWS = 100


def summarize_run(run: RunFolder) -> str:
    """The run in Markdown: what was read, what was found, how long it took, and every limit that bit."""
    manifest = run.manifest
    counts = "\n".join(f"| {name.replace('_', ' ')} | {count:,} |" for name, count in manifest.counts.items())
    timings = "\n".join(f"| {name} | {seconds:.1f} |" for name, seconds in manifest.timings.items())
    limits = "\n".join(f"- {limit}" for limit in manifest.limits) or "None."
    digest = manifest.findings_digest[:12]
    return (
        f"# Run {run.run_id}\n\n"
        f"Corpus `{manifest.corpus}`, report `{run.report}`, digest of the findings `{digest}`.\n\n"
        f"| | count |\n|---|---:|\n{counts}\n\n"
        f"| stage | seconds |\n|---|---:|\n{timings}\n\n"
        f"## Limits\n\n{limits}\n"
    )


def tabulate_findings(findings: tuple[Finding, ...]) -> list[dict[str, object]]:
    """The first findings across bodies as rows of a table."""
    return [
        {
            "rank": finding.rank,
            "score": round(finding.score, 3),
            "relation": finding.relation.label,
            "a": finding.a,
            "b": finding.b,
            "headline": finding.headline,
        }
        for finding in findings
        if finding.cross_body
    ][:_MOST_ROWS]
