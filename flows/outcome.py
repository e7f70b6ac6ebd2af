"""What a stage hands on."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.domain import DocumentQuality
from pipeline.store.contents import StageRef

__all__ = ["StageOutcome", "Stopwatch"]


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


class Stopwatch:
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
        return StageOutcome(self._stage, ref, self.seconds(), counts, tuple(limits), versions or {}, qualities)

    def seconds(self) -> float:
        """Since the first line."""
        return round(time.monotonic() - self._began, 3)
