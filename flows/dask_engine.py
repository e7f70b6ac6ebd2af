"""Shards of a stage on the workers of a Dask cluster: one that is started for the run, or one at an address.

The cluster is that of prefect-dask's task runner. Shards are plain Dask calls and no Prefect tasks, so that workers
need no way to a Prefect server. What all shards of a stage share lies in a file of the output folder, which each worker
process reads once: workers on other machines need that folder, and the corpus, at the same path. The result of a shard
comes back as a file there too, named by the content of the shard: it outlives the worker that made it, so a worker that
dies costs the shard it was at and no other.
"""

import hashlib
import logging
import os
import pickle
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import engines, interrupts, progress
from pipeline import __version__
from pipeline.errors import ConfigurationError, RunError, UsageError

if TYPE_CHECKING:
    from distributed import Client, Future
    from prefect_dask.task_runners import DaskTaskRunner

__all__ = ["engaged", "spread_over"]

_SECONDS_TO_CONNECT = 30
# Shards handed out for each worker: enough that none waits, few enough that results do not heap up with us.
_AHEAD = 4
_SECONDS_BETWEEN_LOOKS = 0.5
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


@contextmanager
def engaged(folder: Path, address: str = "", workers: int = 0) -> Iterator[None]:
    """Stages of this process spread their shards over a cluster while this lasts.

    Args:
        folder: where files for the workers may lie while this lasts.
        address: scheduler of a cluster that runs already; "" starts one on this machine.
        workers: processes of the cluster that is started, by default one for each processor.

    Raises:
        UsageError: an address and a number of workers exclude each other.
        ConfigurationError: no cluster answers at the address, or its workers have another version.
    """
    if address and workers:
        raise UsageError("--workers belongs to a cluster that is started; the one at --dask-address has its own")
    import dask
    import distributed  # noqa: F401  what is imported within ``dask.config.set`` loses its defaults at the end

    quiet = {
        # Readers of documents run in processes of their own, which a daemon may not start.
        "distributed.worker.daemon": False,
        "distributed.comm.timeouts.connect": f"{_SECONDS_TO_CONNECT}s",
        "distributed.nanny.pre-spawn-environ": _ONE_THREAD,
        "distributed.worker.profile.enabled": False,
        # A shard of long passages is larger than what Dask warns about.
        "distributed.admin.large-graph-warning-threshold": "1GiB",
    }
    with dask.config.set(quiet), _runner(address, workers or _processors()) as runner:
        client = _connected(runner, address)
        found = client.scheduler_info(n_workers=-1)
        count = len(found["workers"])
        progress.note(f"dask: {count} worker{'s' if count != 1 else ''} at {found['address']}")
        with engines.spreading(spread_over(client, folder)):
            yield


def spread_over(client: "Client", folder: Path) -> engines.Spread:
    """A ``Spread`` over the workers of a client; files for them lie in ``folder`` while it is used."""

    def spread(function: Callable[[Any, Any], Any], shared: object, shards: Iterable[Any]) -> Iterator[Any]:
        path = _shared_file(folder, shared)
        pending: deque[tuple[Future[None], Path]] = deque()
        ahead = max(2, _AHEAD * len(client.scheduler_info(n_workers=-1)["workers"]))
        try:
            for number, shard in enumerate(shards):
                data = pickle.dumps(shard, protocol=pickle.HIGHEST_PROTOCOL)
                result = _result_path(path, number, function, data)
                call = _Call(function, str(path), str(result), __version__)
                pending.append((client.submit(call, data, pure=False), result))
                if len(pending) >= ahead:
                    yield _result(client, *pending[0])
                    pending.popleft()
            while pending:
                yield _result(client, *pending[0])
                pending.popleft()
        finally:
            for future, result in pending:
                with suppress(Exception):  # the cluster may be gone
                    future.cancel(force=True)  # type: ignore[no-untyped-call]
                result.unlink(missing_ok=True)
            path.unlink(missing_ok=True)

    return spread


@dataclass(frozen=True, slots=True)
class _Call:
    """What a worker does with a shard: the result is left in a file, unless a worker that died since has left it."""

    function: Callable[[Any, Any], Any]
    shared: str
    result: str
    version: str

    def __call__(self, data: bytes) -> None:
        if self.version != __version__:
            raise ConfigurationError(f"a worker has version {__version__} of overlap, and not {self.version}")
        shared, path = _shared(self.shared), Path(self.result)
        if not path.exists():
            made = pickle.dumps(self.function(shared, pickle.loads(data)), protocol=pickle.HIGHEST_PROTOCOL)
            part = path.with_suffix(f".{socket.gethostname()}-{os.getpid()}")
            part.write_bytes(made)
            part.replace(path)


_held: tuple[str, object] = ("", None)


def _shared(path: str) -> object:
    """What the shards of a stage share, read once for each stage in a worker process."""
    global _held
    if _held[0] != path:
        try:
            with Path(path).open("rb") as file:
                settings, value = pickle.load(file)
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"a worker does not see {path}; the output folder must be at the same path on each machine"
            ) from error
        os.environ.update(settings)
        _held = (path, value)
    return _held[1]


def _shared_file(folder: Path, shared: object) -> Path:
    """The shared value and our settings from the environment, in a file that is named by its content."""
    settings = {name: value for name, value in os.environ.items() if "OVERLAP_" in name}
    data = pickle.dumps((settings, shared), protocol=pickle.HIGHEST_PROTOCOL)
    folder.mkdir(parents=True, exist_ok=True)
    path = (folder / f"shared-{hashlib.sha256(data).hexdigest()[:16]}").absolute()
    path.write_bytes(data)
    return path


def _result_path(shared: Path, number: int, function: Callable[[Any, Any], Any], data: bytes) -> Path:
    """Where the result of a shard lies, beside what it shares with others; the number parts shards that are equal."""
    name = f"{function.__module__}.{function.__qualname__}\n{shared.name}\n".encode()
    return shared.with_name(f"shard-{number:06}-{hashlib.sha256(name + data).hexdigest()[:16]}")


def _result(client: "Client", future: "Future[None]", path: Path) -> object:
    """The result of a shard, and its file gone; where a worker dies at a shard another does it again.

    Raises:
        ConfigurationError: the worker has written to a folder that is not ours.
        RunError: the shard ended several workers, so it would end all; or the cluster has gone.
    """
    from distributed import CancelledError, KilledWorker

    # Waiting in ``Future.result`` with a limit of time can lose the result.
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())  # type: ignore[no-untyped-call]
    while not done.wait(_SECONDS_BETWEEN_LOOKS):
        interrupts.check()
        if client.status not in ("running", "connecting"):
            raise RunError("the Dask cluster went away; start the run again, what was encoded is kept")
    try:
        future.result()
    except KilledWorker as error:
        raise RunError(f"a shard was given up after its workers ended one after another: {error}") from error
    except CancelledError as error:
        raise RunError("the Dask cluster went away; start the run again, what was encoded is kept") from error
    try:
        result: object = pickle.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"a worker has left no {path}; the output folder must be the same one on each machine"
        ) from error
    path.unlink()
    return result


def _runner(address: str, workers: int) -> "DaskTaskRunner":
    from prefect_dask.task_runners import DaskTaskRunner

    if address:
        return DaskTaskRunner(address=address)
    own = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "processes": True,
        "host": "127.0.0.1",
        # None would take port 8787, or warn where another run has it.
        "dashboard_address": "127.0.0.1:0",
        "scheduler_kwargs": {"dashboard": False},
        "preload": "flows.dask_worker",
        "silence_logs": logging.CRITICAL,
    }
    return DaskTaskRunner(cluster_kwargs=own)


def _connected(runner: "DaskTaskRunner", address: str) -> "Client":
    try:
        client: Client = runner.client
        client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
    except (OSError, TimeoutError, ValueError) as error:
        where = address or "this machine"
        raise ConfigurationError(f"no Dask cluster with a worker answers at {where}: {error}") from error
    return client


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
