"""The nightly run of a folder, for as long as this process lives."""

from dataclasses import asdict, replace
from pathlib import Path

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.detect import detect_overlaps
from flows.spec import RunSpec
from pipeline.errors import UsageError

__all__ = ["nightly_deployment", "serve_nightly"]


def nightly_deployment(spec: RunSpec, cron: str, timezone: str) -> RunnerDeployment:
    """The schedule of one corpus; a run that is due while the last one still goes is cancelled, not queued.

    Raises:
        UsageError: the times or the time zone are not valid.
    """
    absolute = replace(spec, corpus=str(Path(spec.corpus).absolute()), out=str(Path(spec.out).absolute()))
    try:
        return RunnerDeployment.from_flow(
            detect_overlaps,
            name="nightly",
            schedule=Cron(cron, timezone=timezone),
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            parameters={"spec": asdict(absolute)},
            entrypoint_type=EntrypointType.MODULE_PATH,
            description=f"Reads {absolute.corpus} again and leaves a new run in {absolute.out}.",
        )
    except ValueError as error:
        raise UsageError(f"the schedule {cron!r} in {timezone!r} is not valid: {error}") from error


def serve_nightly(spec: RunSpec, cron: str, timezone: str) -> None:
    """Offer the nightly deployment to the server and carry out its runs, until interrupted."""
    serve(nightly_deployment(spec, cron, timezone), print_starting_message=False)
