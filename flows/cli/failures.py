"""What a person sees when something goes wrong: one plain line, and an exit code that a script can rely on.

0 ok   1 unexpected   2 usage   3 configuration   4 input unreadable   5 partial: some documents rejected
6 quality gate failed   8 conflict or locked   130 interrupted
"""

import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import OverlapError

__all__ = ["EXIT_INTERRUPTED", "EXIT_PARTIAL", "EXIT_UNEXPECTED", "Guard", "Interrupted"]

EXIT_UNEXPECTED = 1
EXIT_PARTIAL = 5
EXIT_INTERRUPTED = 130


class Interrupted(OverlapError):  # noqa: N818  a request, not an error
    """The person pressed Ctrl-C."""

    exit_code = EXIT_INTERRUPTED


class Guard:
    """Turns exceptions into exit codes; ``root`` is the output folder that holds the logs."""

    def __init__(self) -> None:
        self.root = Path("outputs")
        self.show_traceback = False

    def run(self, call: Callable[[], object]) -> int:
        """Carry out a command and return its exit code."""
        try:
            call()
        except SystemExit as stop:
            return _code_of(stop)
        except OverlapError as error:
            self._say(str(error))
            return error.exit_code
        except KeyboardInterrupt:
            self._say("Interrupted; nothing was left behind.")
            return EXIT_INTERRUPTED
        except BrokenPipeError:
            # The reader of our output has gone, as ``head`` does; Python must not try to flush to it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return EXIT_UNEXPECTED
        except Exception as error:
            self._say(f"Something went wrong that should not: {type(error).__name__}: {_first_line(error)}")
            self._say(self._keep_traceback())
            return EXIT_UNEXPECTED
        return 0

    def _keep_traceback(self) -> str:
        """Write the traceback of this moment to a file, and say where."""
        text = traceback.format_exc()
        if self.show_traceback:
            return text
        path = self.root / "logs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.log"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{' '.join(sys.argv)}\n\n{text}", encoding="utf-8")
        except OSError:
            return "The details could not be kept; --traceback before the command shows them."
        return f"The details are in {path}."

    def _say(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        if self.show_traceback and sys.exc_info()[0] is not None and not line.startswith("Traceback"):
            traceback.print_exc()


def _code_of(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    return stop.code if isinstance(stop.code, int) else EXIT_UNEXPECTED


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
