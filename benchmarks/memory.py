"""Peak memory of a process and its workers together, as the machine sees it."""

import threading
from pathlib import Path
from types import TracebackType

__all__ = ["PeakMemory"]

# A worker's own account counts what its parent held when it was started, and pages that several share count in each.
# The proportional share that the kernel tells of each process can be added up.
_EVERY = 0.25


class PeakMemory:
    """Looks at this process and all that it started every quarter of a second; ``mebibytes`` is the most seen."""

    def __init__(self) -> None:
        self.mebibytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            held = sum(_held(process) for process in _family(Path("/proc/self").resolve()))
            self.mebibytes = max(self.mebibytes, held // 1024)
            if self._done.wait(_EVERY):
                return


def _family(process: Path) -> list[Path]:
    """A process and all below it."""
    found = [process]
    try:
        for task in (process / "task").iterdir():
            for child in (task / "children").read_text().split():
                found.extend(_family(Path("/proc") / child))
    except OSError:  # it has just ended
        pass
    return found


def _held(process: Path) -> int:
    """Kibibytes of a process, a page shared by n processes counting as one n-th."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
