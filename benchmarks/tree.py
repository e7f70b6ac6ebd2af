"""The commit that a benchmark measured."""

import subprocess
from pathlib import Path

__all__ = ["measured_commit"]

HERE = Path(__file__).resolve().parent
# What benchmarks write themselves is no change of what they measure.
_WRITTEN = (":(top,exclude)benchmarks/*.json", ":(top,exclude)benchmarks/*.md")


def measured_commit() -> str:
    """The short name of the commit, with ``-dirty`` behind it where tracked files differ from it.

    Raises:
        subprocess.CalledProcessError: the project is no clone of its repository.
    """
    changed = _printed("git", "status", "--porcelain", "--untracked-files=no", "--", ":(top)", *_WRITTEN)
    return _printed("git", "rev-parse", "--short", "HEAD") + ("-dirty" if changed else "")


def _printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE).stdout.strip()
