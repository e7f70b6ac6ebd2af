"""What one run shall do, and the facts that make it reproducible."""

import hashlib
import platform
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path

from pipeline import __version__

__all__ = ["PACKAGES", "RunSpec", "digest_of_file", "versions_in_use"]

PACKAGES = (
    "lxml",
    "numpy",
    "openvino",
    "pdfplumber",
    "prefect",
    "pyarrow",
    "pydantic",
    "pypdfium2",
    "python-docx",
    "rapidfuzz",
    "scikit-learn",
    "scipy",
    "sentence-transformers",
    "spacy",
    "torch",
    "typer",
    "xlsxwriter",
)
"""Packages whose version may change what a run finds or how it is stored."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What to read, where to leave the run, and on which day the analysis stands.

    Texts and not paths, so that a schedule can hold it as JSON. ``as_of`` is an ISO date; "" means the day of the run.
    ``engine`` is ``local`` or ``dask``, ``dask_address`` the scheduler of a cluster that runs already, ``workers`` how
    many are started otherwise, 0 for one a processor: none of them changes a result.
    """

    corpus: str
    out: str = "outputs"
    as_of: str = ""
    engine: str = "local"
    dask_address: str = ""
    workers: int = 0

    @property
    def corpus_path(self) -> Path:
        """The folder or file to read."""
        return Path(self.corpus)

    @property
    def root(self) -> Path:
        """The output folder."""
        return Path(self.out)

    @property
    def day(self) -> date:
        """The day on which dates in texts count as passed or not."""
        return date.fromisoformat(self.as_of) if self.as_of else datetime.now(UTC).date()


def versions_in_use() -> dict[str, str]:
    """Name and version of the product, of Python and of the packages that a run rests on."""
    versions = {"overlap": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "missing"
    return versions


def digest_of_file(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
