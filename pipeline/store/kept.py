"""What runs keep for later runs, by the content that it was made from: documents read, texts cut, results of stages.

    outputs/cache/kept/<kind>/<key>      one entry: the SHA-256 of the rest in hexadecimal, a line end, the content
    outputs/cache/kept/files/<SHA-256>   a file that entries name

A key is a digest of everything that an entry depends on, with ``code_digest`` among it, so an entry is never out of
date, only unused. Files are written under a temporary name and renamed: several processes may write at once. Each is
checked when it is read; a damaged one counts as missing. Removing any of them costs time and nothing else.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pipeline
from pipeline.reference import models_folder, own_formulae_digest

__all__ = ["Kept", "KeptEntry", "code_digest", "kept_entries", "key_of", "prune_kept", "report_digest"]

_FILES = "files"
_DIGEST_LENGTH = 64
# What only shows results, or holds what people decided: it changes no result that is kept.
_NO_PART = ("report", "review", "web", "database")


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A file kept between runs: its kind, its size in bytes, and when a run last used it."""

    kind: str
    path: Path
    size: int
    used_at: datetime


def key_of(*parts: object) -> str:
    """A key of JSON values and bytes."""
    made = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True, ensure_ascii=False).encode()
        made.update(f"{len(content)} ".encode())
        made.update(content)
    return made.hexdigest()


def code_digest() -> str:
    """SHA-256 of the library and its reference data, with an analyst's own formulae: what results depend on."""
    return key_of(_code_digest(), own_formulae_digest() or "")


@cache
def _code_digest() -> str:
    library = Path(pipeline.__file__).parent
    sources = (p for p in library.rglob("*") if p.suffix in (".py", ".toml", ".json", ".txt", ".csv"))
    chosen = [p for p in sources if not any(part in _NO_PART for part in p.relative_to(library).parts)]
    models = [p for p in models_folder().iterdir() if p.suffix in (".toml", ".json")]
    return _digest_of_all((*sorted(chosen), *sorted(models)))


@cache
def report_digest() -> str:
    """SHA-256 of what turns results into reports: code, templates and the libraries that no run lists."""
    report = Path(pipeline.__file__).parent / "report"
    sources = (p for p in report.rglob("*") if p.suffix in (".py", ".j2", ".css"))
    return key_of(_digest_of_all(sorted(sources)), [version(name) for name in ("jinja2", "markupsafe")])


def _digest_of_all(paths: Iterable[Path]) -> str:
    made = hashlib.sha256()
    for path in paths:
        made.update(f"{path.name}\n".encode())
        made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


class Kept:
    """Entries under an output folder. What cannot be written is not kept, and the run goes on."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "cache" / "kept"

    def read(self, kind: str, key: str) -> bytes | None:
        """The content of an entry, or None."""
        path = self._folder / kind / key
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, _, rest = content.partition(b"\n")
        if hashlib.sha256(rest).hexdigest().encode() != digest:
            return None
        _touch(path)
        return rest

    def write(self, kind: str, key: str, content: bytes) -> None:
        """Keep an entry."""
        self._write(self._folder / kind / key, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)

    def read_files(self, kind: str, key: str, into: Path) -> Any:  # noqa: ANN401  JSON
        """Copy the files of an entry into a folder and give what was kept with them, or None."""
        entry = self.read(kind, key)
        if entry is None:
            return None
        value = json.loads(entry)
        for name, digest in value["files"]:
            source = self._folder / _FILES / digest
            target = into / name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                with target.open("rb") as file:
                    whole = hashlib.file_digest(file, "sha256").hexdigest() == digest
            except OSError:
                whole = False
            if not whole:
                return None
            _touch(source)
        return value["value"]

    def write_files(
        self, kind: str, key: str, folder: Path, files: Iterable[tuple[str, str]], value: Mapping[str, Any]
    ) -> None:
        """Keep files of a folder, given by name and SHA-256, with a JSON value."""
        named = [list(file) for file in files]
        for name, digest in named:
            kept = self._folder / _FILES / digest
            if not kept.exists():
                with suppress(OSError):
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    temporary = _temporary(kept)
                    shutil.copyfile(folder / name, temporary)
                    temporary.replace(kept)
        self.write(kind, key, json.dumps({"files": named, "value": value}, ensure_ascii=False).encode())

    def thin(self, kind: str, most: int) -> None:
        """Leave so many entries of a kind, those used last; remove the others and the files that they alone name."""
        with suppress(OSError, ValueError):
            entries = sorted((self._folder / kind).iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
            named = [
                {digest for _, digest in json.loads(path.read_bytes().partition(b"\n")[2])["files"]} for path in entries
            ]
            for path, files in zip(entries[most:], named[most:], strict=True):
                path.unlink(missing_ok=True)
                for digest in files.difference(*named[:most]):
                    (self._folder / _FILES / digest).unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = _temporary(path)
            try:
                temporary.write_bytes(content)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)


def kept_entries(root: Path) -> tuple[KeptEntry, ...]:
    """All that is kept under an output folder beside vectors, by kind and then by last use."""
    found = []
    for path in (root / "cache" / "kept").glob("*/*"):
        with suppress(OSError):  # it is being removed
            facts = path.stat()
            used = datetime.fromtimestamp(facts.st_mtime, UTC)
            found.append(KeptEntry(path.parent.name, path, facts.st_size, used))
    return tuple(sorted(found, key=lambda one: (one.kind, one.used_at, one.path)))


def prune_kept(root: Path, before: datetime) -> tuple[Path, ...]:
    """Remove what no run has used since ``before``, and give what was removed."""
    chosen = [one.path for one in kept_entries(root) if one.used_at < before]
    for path in chosen:
        path.unlink(missing_ok=True)
    return tuple(sorted(chosen))


def _temporary(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}-{secrets.token_hex(6)}.tmp")


def _touch(path: Path) -> None:
    with suppress(OSError):  # the time of a file is that of its last use; a cache may be read-only
        os.utime(path)
