"""Which process works on a folder, and whether it still lives.

The lock is a small JSON file with host, process id and the start time of that process: an id that the system has given
to another process since then is not mistaken for the owner.
"""

import json
import os
import socket
import time
from pathlib import Path

__all__ = ["LOCK_FILE", "is_owned", "take"]

LOCK_FILE = "lock.json"

_SECONDS_TO_LOCK = 60.0


def take(folder: Path) -> None:
    """Write this process into the lock file of the folder."""
    owner = {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}
    (folder / LOCK_FILE).write_text(json.dumps(owner, sort_keys=True) + "\n", encoding="utf-8")


def is_owned(folder: Path) -> bool:
    """True while the owner lives, and wherever that cannot be told (another host, another system)."""
    try:
        owner = json.loads((folder / LOCK_FILE).read_text(encoding="utf-8"))
        host, pid, started = owner["host"], int(owner["pid"]), owner["started"]
    except (OSError, ValueError, KeyError, TypeError):
        return _is_new(folder)
    if host != socket.gethostname() or os.name != "posix":
        return True
    return _lives(pid) and _started(pid) == started


def _is_new(folder: Path) -> bool:
    """True for a folder whose owner may not have written its lock yet."""
    try:
        return time.time() - folder.stat().st_mtime < _SECONDS_TO_LOCK
    except OSError:
        return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str | None:
    """Clock ticks from boot to the start of a living process; None where the system does not tell or it has ended."""
    try:
        # The second field is the command in brackets and may itself hold brackets and spaces.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, start_time = fields[0], fields[19]
    return None if state == "Z" else start_time
