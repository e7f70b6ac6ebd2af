"""The work of a stage cut into shards, and what a worker does with one.

Shards are cut by content and never by the number of workers: the same corpus has the same shards everywhere, and a
changed document changes the shard that holds it and no other.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flows.engines import Spread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.domain import Citation, Document, Rejected, Resolution
    from pipeline.embed import Encoder, Passage, VectorCache

__all__ = ["cut", "encode_all", "read_all", "segment_all"]

T = TypeVar("T")
Tell = Callable[[int, int], None]

# A corpus gives about so many shards, as long as a shard has no more items than the stage can bear: enough for dozens
# of workers to end together, few enough that handing them out costs nothing.
_SHARDS = 128
_MOST_FILES = 64
_MOST_PASSAGES = 8_192
# Fewer passages at once and the encoder cannot put those of one length together.
_FEWEST_PASSAGES = 32


def cut(items: Sequence[T], keys: Sequence[str], most: int, least: int = 1) -> Iterator[Sequence[T]]:
    """Runs of items in their order; a run ends where the digest of a key says so, or at four times the usual length.

    Args:
        items: what is to be cut.
        keys: the content of each item, or its name.
        most: items that a usual run has at the most.
        least: and at the least, where the items would give more runs than are needed.
    """
    usual = max(least, min(most, len(items) // _SHARDS))
    start = 0
    for end, key in enumerate(keys, start=1):
        last = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % usual == 0
        if last or end - start >= 4 * usual or end == len(items):
            yield items[start:end]
            start = end


def _here(function: Callable[[Any, Any], Any], shared: object, shards: Iterable[Any]) -> Iterator[Any]:
    return (function(shared, shard) for shard in shards)


def read_all(spread: Spread, files: Sequence[tuple[Path, str]], tell: Tell) -> "list[Document | Rejected]":
    """All files in their order, read by the workers."""
    outcomes: list[Document | Rejected] = []
    for read in spread(_read, None, cut(files, [name for _, name in files], _MOST_FILES)):
        outcomes.extend(read)
        tell(len(outcomes), len(files))
    return outcomes


def _read(_: None, files: Sequence[tuple[Path, str]]) -> "list[Document | Rejected]":
    from pipeline.ingest import read_file

    return [read_file(path, name) for path, name in files]


def segment_all(
    spread: Spread | None, documents: "Sequence[Document]", tell: Tell
) -> "list[tuple[tuple[Resolution, ...], tuple[Citation, ...]]]":
    """The resolutions and the citations of each document, in the order of the documents; read here without spread."""
    spread = spread or _here
    found: list[tuple[tuple[Resolution, ...], tuple[Citation, ...]]] = []
    for segmented in spread(_segment, None, cut(documents, [document.digest for document in documents], _MOST_FILES)):
        found.extend(segmented)
        tell(len(found), len(documents))
    return found


def _segment(_: None, documents: "Sequence[Document]") -> "list[tuple[tuple[Resolution, ...], tuple[Citation, ...]]]":
    from pipeline.segment import cite_document, segment_document

    segmented = []
    for document in documents:
        resolutions = segment_document(document)
        segmented.append((resolutions, cite_document(document, resolutions)))
    return segmented


def encode_all(
    spread: Spread | None, wanted: "Sequence[Passage]", encoder: "Encoder", cache: "VectorCache", root: Path, tell: Tell
) -> int:
    """Put the vectors of all passages into the cache, those that it lacks encoded by the workers; without any, nothing.

    Returns:
        How many passages were encoded.

    Raises:
        ModelError: the encoder of a worker is not ours, so that its vectors would not be the same.
    """
    if spread is None:
        return 0
    held = cache.get([passage.key for passage in wanted])
    missing = [passage for passage in wanted if passage.key not in held]
    done = 0
    shards = cut(missing, [passage.key for passage in missing], _MOST_PASSAGES, _FEWEST_PASSAGES)
    for keys, vectors in spread(_encode, (str(root.absolute()), encoder.digest), shards):
        cache.put(dict(zip(keys, vectors, strict=True)))
        done += len(keys)
        tell(done, len(missing))
    return done


def _encode(shared: tuple[str, str], wanted: "Sequence[Passage]") -> "tuple[list[str], NDArray[np.float32]]":
    from pipeline.errors import ModelError

    root, digest = shared
    encoder = _encoder(root)
    if encoder.digest != digest:
        raise ModelError(
            f"a worker encodes with {encoder.name}, another processor or version than ours: their vectors differ"
        )
    return [passage.key for passage in wanted], encoder.encode([passage.text for passage in wanted])


@lru_cache(maxsize=1)
def _encoder(root: str) -> "Encoder":
    """The encoder of a worker process, on one thread: there are as many workers as processors."""
    from pipeline.embed import load_encoder

    return load_encoder(Path(root), threads=1)
