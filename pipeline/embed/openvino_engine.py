"""The model in OpenVINO: in bf16 where the processor computes in it, else in float32.

The vector of a text depends on this text alone, to the last bit, because nothing that a text meets depends on the
others: windows are padded to the next of a few fixed lengths, each length has its own compiled graph with a fixed
number of rows, each run of the graph stays on one thread, and threads only share out whole runs. That the rows of a
run do not touch one another is a property of the kernels; ``exports`` tries it out on each machine before it trusts.
"""

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from openvino import CompiledModel, Core, Model

__all__ = ["OpenVinoEngine", "precision_here"]

# Lengths in word pieces; half of all clauses have fewer than 40. Padding costs about a twelfth.
_LENGTHS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256)
# Short windows run several at a time, up to about so many rows of a matrix: below it the processor is half idle.
_MATRIX_ROWS = 64
# OpenVINO's Python layer can lock itself up when two threads first call it at once, so one thread of ours drives all.
_one_thread_at_a_time = threading.Lock()


class OpenVinoEngine:
    """Runs an ONNX export; graphs are compiled when their length first occurs, in about a quarter of a second.

    Args:
        onnx: the bytes of the export.
        precision: ``bf16`` or ``f32``.
        identity: see ``Engine``.
        threads: windows encoded beside each other; it changes no vector.
    """

    def __init__(self, onnx: Callable[[], bytes], precision: str, identity: str, threads: int | None = None) -> None:
        self._onnx = onnx
        self._precision = precision
        self._threads = threads or _processors()
        self._graphs: dict[int, CompiledModel] = {}
        self.identity = identity

    def prepare(self) -> None:
        """Compile the graphs of all lengths, some seconds and a gibibyte; texts wait for one graph at most."""
        for length in _LENGTHS:
            with _one_thread_at_a_time:
                self._graph(length)

    def states(self, windows: Sequence[tuple[int, ...]], take: Callable[[int, NDArray[np.float32]], None]) -> None:
        """Hand over the last hidden states of each window, the shortest first."""
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, ids in enumerate(windows):
            by_length[next(length for length in _LENGTHS if length >= len(ids))].append(number)
        with _one_thread_at_a_time:
            for length, numbers in sorted(by_length.items()):
                self._run(length, numbers, windows, take)

    def _run(
        self,
        length: int,
        numbers: Sequence[int],
        windows: Sequence[tuple[int, ...]],
        take: Callable[[int, NDArray[np.float32]], None],
    ) -> None:
        """All windows of one length: a ring of runs, one more than threads, so that no thread waits for us."""
        rows = _rows(length)
        batches = [numbers[start : start + rows] for start in range(0, len(numbers), rows)]
        graph = self._graph(length)
        ring = [_Slot(graph, rows, length) for _ in range(min(self._threads + 1, len(batches)))]
        for turn in range(len(batches) + len(ring)):
            slot = ring[turn % len(ring)]
            for row, number in enumerate(slot.finish()):
                take(number, slot.states[row, : len(windows[number])])
            if turn < len(batches):
                slot.start(batches[turn], windows)

    def _graph(self, length: int) -> "CompiledModel":
        if length not in self._graphs:
            self._graphs[length] = self._compiled(self._model, length)
        return self._graphs[length]

    def _compiled(self, model: "Model", length: int) -> "CompiledModel":
        fixed = model.clone()
        shape = [_rows(length), length]
        fixed.reshape({"input_ids": shape, "attention_mask": shape})
        settings = {
            "INFERENCE_PRECISION_HINT": self._precision,
            "NUM_STREAMS": self._threads,
            "INFERENCE_NUM_THREADS": self._threads,
            # Two processes on one machine would otherwise wait for the same core.
            "ENABLE_CPU_PINNING": False,
        }
        return _core().compile_model(fixed, "CPU", settings)

    @cached_property
    def _model(self) -> "Model":
        return _core().read_model(self._onnx())

    def kernel(self) -> str:
        """The kind of kernel that multiplies matrices here, such as ``brgemm_avx512_bf16``."""
        with _one_thread_at_a_time:
            return _kernel_in_use(self._graph(_LENGTHS[0]))


class _Slot:
    """One run of a graph at a time, beside others, with room for its input."""

    def __init__(self, graph: "CompiledModel", rows: int, length: int) -> None:
        from openvino import Tensor

        self._ids = np.zeros((rows, length), dtype=np.int64)
        self._mask = np.zeros((rows, length), dtype=np.int64)
        self._request = graph.create_infer_request()
        self._request.set_tensor("input_ids", Tensor(self._ids, shared_memory=True))
        self._request.set_tensor("attention_mask", Tensor(self._mask, shared_memory=True))
        self._batch: Sequence[int] = ()

    def start(self, batch: Sequence[int], windows: Sequence[tuple[int, ...]]) -> None:
        """Begin a run; it goes on while we do other things."""
        self._ids[:], self._mask[:] = 0, 0
        self._mask[:, 0] = 1  # a row without any piece would divide by nothing
        for row, number in enumerate(batch):
            count = len(windows[number])
            self._ids[row, :count], self._mask[row, :count] = windows[number], 1
        self._batch = batch
        self._request.start_async()

    def finish(self) -> Sequence[int]:
        """Wait for the run; gives the windows that it was about, none where none was begun."""
        done, self._batch = self._batch, ()
        if done:
            self._request.wait()
        return done

    @property
    def states(self) -> NDArray[np.float32]:
        """What the finished run has made, shape (rows, length, dimension); the next run writes over it."""
        states: NDArray[np.float32] = self._request.get_output_tensor(0).data
        return states


def _kernel_in_use(graph: "CompiledModel") -> str:
    """The kernel of the products of matrices in a compiled graph."""
    names = set()
    for node in graph.get_runtime_model().get_ordered_ops():
        facts = node.get_rt_info()
        if str(facts["layerType"].astype(str)) == "FullyConnected":
            names.add(str(facts["primitiveType"].astype(str)))
    return "+".join(sorted(names)) or "unknown"


def precision_here() -> tuple[str, str, str]:
    """Version of OpenVINO, the precision to compute in, and the name of the processor, as OpenVINO tells them.

    Raises:
        ImportError: OpenVINO is not installed.
        RuntimeError: it cannot work on this machine.
    """
    core = _core()
    capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    name = str(core.get_property("CPU", "FULL_DEVICE_NAME")).strip()
    return metadata.version("openvino"), "bf16" if "BF16" in capabilities else "f32", name


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rows(length: int) -> int:
    return -(-_MATRIX_ROWS // length)


_the_core: "Core | None" = None


def _core() -> "Core":
    """OpenVINO's one core of this process, without its telemetry: the mere import would call a server of its makers."""
    global _the_core
    if _the_core is None:
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        from openvino import Core

        _the_core = Core()
    return _the_core
