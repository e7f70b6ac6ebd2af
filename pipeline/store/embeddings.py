r"""The cache of vectors on disk: each passage is embedded once for an encoder, ever.

One folder an encoder (model, engine and precision; see ``Encoder.digest``), ``outputs/cache/embeddings/<first 12 digits
of its digest>/``, with shards that are written once, under a temporary name, and never changed. A shard is named by the
SHA-256 of its bytes:

    overlap-vectors 1 <encoder digest> <rows> <dimension>\n    the head, ASCII
    rows x 32 bytes                                          keys: SHA-256 of the passages
    rows x dimension x 4 bytes                               vectors: float32, little-endian

So several processes may write at once, a reader needs no lock, and every shard is checked before its vectors are used.
A damaged shard is set aside under another name; its passages count as new and are embedded again.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import RunError

__all__ = ["DiskVectorCache", "KeptShard", "embeddings_folder", "kept_shards", "prune_shards", "vector_cache"]

_LOG = logging.getLogger(__name__)

_MAGIC = "overlap-vectors 1"
_SUFFIX = ".vectors"
_SET_ASIDE = ".damaged"
_LONGEST_HEAD = 256
_KEY_BYTES = 32
_FLOAT_BYTES = 4


class _DamagedShardError(Exception):
    """A shard that is not what its name and its head promise."""


def embeddings_folder(root: Path, encoder_digest: str) -> Path:
    """Where the vectors of one encoder lie under an output folder."""
    return root / "cache" / "embeddings" / encoder_digest[:12]


def vector_cache(root: Path, encoder_digest: str) -> "DiskVectorCache":
    """The vectors of one encoder under an output folder."""
    return DiskVectorCache(embeddings_folder(root, encoder_digest), encoder_digest)


@dataclass(frozen=True, slots=True)
class KeptShard:
    """A file of vectors: its encoder (first digits of the digest), how many, bytes, and when a run last read it."""

    encoder: str
    path: Path
    vectors: int
    size: int
    used_at: datetime


def kept_shards(root: Path) -> tuple[KeptShard, ...]:
    """All files of vectors under an output folder, by encoder and then by last use."""
    found = []
    for path in (root / "cache" / "embeddings").glob(f"*/*{_SUFFIX}"):
        with suppress(OSError, ValueError):  # it is being removed, or damaged: no run would use it
            with path.open("rb") as file:
                count = int(file.readline(_LONGEST_HEAD).split()[3])
            facts = path.stat()
            used = datetime.fromtimestamp(facts.st_mtime, UTC)
            found.append(KeptShard(path.parent.name, path, count, facts.st_size, used))
    return tuple(sorted(found, key=lambda one: (one.encoder, one.used_at, one.path)))


def prune_shards(root: Path, before: datetime) -> tuple[Path, ...]:
    """Remove the files of vectors that no run has read since ``before``, and all that were set aside.

    A run that is reading at this moment is not disturbed: it computes again what it no longer finds.

    Returns:
        What was removed.
    """
    folder = root / "cache" / "embeddings"
    chosen = [one.path for one in kept_shards(root) if one.used_at < before]
    chosen += [path for path in folder.glob(f"*/*{_SET_ASIDE}") if path.is_file()]
    for path in chosen:
        path.unlink(missing_ok=True)
    return tuple(sorted(chosen))


class DiskVectorCache:
    """Vectors of one model by the key of their passage; safe for several processes.

    ``notices`` are sentences about shards that were set aside, for the manifest of the run.
    """

    def __init__(self, folder: Path, model_digest: str) -> None:
        self._folder = folder
        self._digest = model_digest
        self._shard_of: dict[bytes, str] = {}
        self._seen: set[str] = set()
        self._damaged: set[str] = set()
        self._loaded: dict[str, tuple[dict[bytes, int], NDArray[np.float32]]] = {}
        self.notices: list[str] = []

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that are there, by key; what is missing from the answer must be computed.

        Args:
            keys: SHA-256 of passages, hexadecimal.

        Returns:
            Key to vector of shape (dimension,), float32; read-only views.
        """
        self._scan()
        found = {}
        for key in keys:
            raw = bytes.fromhex(key)
            while (name := self._shard_of.get(raw)) is not None:
                try:
                    rows, vectors = self._load(name)
                except (OSError, _DamagedShardError) as error:
                    self._forget(name, error)
                    continue
                found[key] = vectors[rows[raw]]
                break
        return found

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep these vectors; those that are there already are not written again.

        Raises:
            ValueError: the vectors differ in length, or a key is no SHA-256.
            RunError: the cache folder cannot be written.
        """
        self._scan()
        new = {bytes.fromhex(key): vector for key, vector in sorted(vectors.items())}
        new = {key: vector for key, vector in new.items() if key not in self._shard_of}
        if not new:
            return
        if any(len(key) != _KEY_BYTES for key in new):
            raise ValueError("the key of a vector is the SHA-256 of its passage, 64 hexadecimal digits")
        if len({vector.shape for vector in new.values()}) != 1:
            raise ValueError("all vectors of one model have one length")
        matrix = np.ascontiguousarray(np.stack(list(new.values())), dtype="<f4")
        head = f"{_MAGIC} {self._digest} {matrix.shape[0]} {matrix.shape[1]}\n".encode("ascii")
        content = b"".join((head, *new, matrix.tobytes()))
        try:
            name = self._write(content)
        except OSError as error:
            raise RunError(f"the vector cache {self._folder} cannot be written: {error.strerror or error}") from error
        self._index(name, list(new))

    def __len__(self) -> int:
        self._scan()
        return len(self._shard_of)

    def _scan(self) -> None:
        """Learn the keys of shards that are new since the last look, in the order of their names."""
        try:
            names = {entry.name for entry in os.scandir(self._folder) if entry.name.endswith(_SUFFIX)}
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in sorted(names - self._seen):
            try:
                with (self._folder / name).open("rb") as file:
                    rows, _ = self._read_head(file.readline(_LONGEST_HEAD))
                    keys = file.read(rows * _KEY_BYTES)
            except FileNotFoundError:
                continue
            except (OSError, _DamagedShardError) as error:
                self._forget(name, error)
                continue
            self._index(name, [keys[at : at + _KEY_BYTES] for at in range(0, len(keys), _KEY_BYTES)])

    def _index(self, name: str, keys: list[bytes]) -> None:
        self._seen.add(name)
        for key in keys:
            self._shard_of.setdefault(key, name)

    def _load(self, name: str) -> tuple[dict[bytes, int], NDArray[np.float32]]:
        """Row of each key, and all vectors, of a shard whose bytes are what its name says."""
        if name not in self._loaded:
            content = (self._folder / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != name.removesuffix(_SUFFIX):
                raise _DamagedShardError("its bytes have changed")
            head, _, _ = content[:_LONGEST_HEAD].partition(b"\n")
            rows, dimension = self._read_head(head + b"\n")
            start = len(head) + 1
            keys = content[start : start + rows * _KEY_BYTES]
            vectors = np.frombuffer(content, dtype="<f4", offset=start + len(keys)).reshape(rows, dimension)
            row_of = {keys[row * _KEY_BYTES : (row + 1) * _KEY_BYTES]: row for row in range(rows)}
            self._loaded[name] = row_of, vectors
            with suppress(OSError):  # the time of the file is that of its last use; a cache may be read-only
                os.utime(self._folder / name)
        return self._loaded[name]

    def _read_head(self, line: bytes) -> tuple[int, int]:
        """Rows and dimension that the first line of a shard states."""
        magic, _, values = line.decode("ascii", errors="replace").strip().partition(f" {self._digest} ")
        rows, _, dimension = values.partition(" ")
        if magic != _MAGIC or not (rows.isdecimal() and dimension.isdecimal()):
            raise _DamagedShardError("its first line is damaged or names another model")
        return int(rows), int(dimension)

    def _forget(self, name: str, error: Exception) -> None:
        """Set a damaged shard aside, so that its passages count as new; other shards may hold some of them too."""
        path = self._folder / name
        with suppress(
            FileNotFoundError, PermissionError
        ):  # gone already, or not ours to move: it is not used either way
            path.replace(path.with_suffix(_SET_ASIDE))
            sentence = f"a file of the vector cache was damaged and set aside ({path.with_suffix(_SET_ASIDE)}): {error}"
            self.notices.append(sentence)
            _LOG.warning("%s", sentence)
        self._loaded.pop(name, None)
        self._shard_of.clear()
        self._damaged.add(name)
        self._seen = set(self._damaged)
        self._scan()

    def _write(self, content: bytes) -> str:
        """Write a shard under a temporary name, bring it to the disk, and give it its own name."""
        name = hashlib.sha256(content).hexdigest() + _SUFFIX
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{os.getpid()}-{secrets.token_hex(6)}.tmp"
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._folder / name)
        finally:
            temporary.unlink(missing_ok=True)
        return name
