"""Where the shards of a stage are worked on: in this process and its own pools, or on the workers of a Dask cluster."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

__all__ = ["ENGINES", "Spread", "engaged", "spread", "spreading"]

ENGINES = ("local", "dask")

Spread = Callable[[Callable[[Any, Any], Any], Any, Iterable[Any]], Iterator[Any]]
"""``spread(function, shared, shards)`` gives ``function(shared, shard)`` of each shard, in the order of the shards.

The function is found by its name and must be pure but for caches kept by content: a shard whose worker dies is done
again. ``shared`` is brought to each worker process once.
"""

_spread: Spread | None = None


def spread() -> Spread | None:
    """What spreads shards over the workers of a cluster, or None where a stage shall do with this machine."""
    return _spread


@contextmanager
def spreading(over: Spread) -> Iterator[None]:
    """Stages of this process spread their shards so while this lasts."""
    global _spread
    before, _spread = _spread, over
    try:
        yield
    finally:
        _spread = before


def engaged(engine: str, folder: Path, address: str = "", workers: int = 0) -> AbstractContextManager[object]:
    """Stages of this process use an engine while this lasts; nothing that is found depends on which.

    Args:
        engine: one of ``ENGINES``.
        folder: where files for workers may lie meanwhile.
        address: scheduler of a Dask cluster that runs already; "" starts one.
        workers: of the cluster that is started, 0 for one a processor.

    Raises:
        UsageError: there is no such engine, or an argument does not go with it.
        ConfigurationError: no cluster answers.
    """
    from pipeline.errors import UsageError

    if engine == "dask":
        from flows import dask_engine

        return dask_engine.engaged(folder, address, workers)
    if engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r}; there are {', '.join(ENGINES)}")
    if address or workers:
        raise UsageError("--dask-address and --workers go with --engine dask")
    return nullcontext()
