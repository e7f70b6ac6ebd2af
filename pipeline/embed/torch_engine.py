"""The model in PyTorch, through sentence-transformers, offline: slower, and there wherever the product is installed.

One window at a time in one thread: the order in which a processor adds up a product of matrices changes with their
size and with the number of threads. Rounding to a grid would not make batches agree: among thousands of numbers some
always lie near a boundary of the grid.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["TorchEngine"]

_OPSET = 17


class TorchEngine:
    """Runs the model of a folder with PyTorch in float32; it is loaded when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def identity(self) -> str:
        """Such as ``PyTorch 2.13.0, f32``."""
        return f"PyTorch {metadata.version('torch').partition('+')[0]}, f32"

    def prepare(self) -> None:
        """Load the model."""
        _ = self._model

    def states(self, windows: Sequence[tuple[int, ...]], take: Callable[[int, NDArray[np.float32]], None]) -> None:
        """Hand over the last hidden states of each window, in order."""
        import torch

        with threadpool_limits(limits=1), torch.inference_mode():
            for number, ids in enumerate(windows):
                row = torch.tensor([ids])
                given: dict[str, torch.Tensor] = {"input_ids": row, "attention_mask": torch.ones_like(row)}
                take(number, self._model.forward(given)["token_embeddings"][0].numpy())

    def write_onnx(self, target: Path) -> None:
        """Write the model as ONNX: word pieces and mask of any count and length in, last hidden states out.

        The same libraries write the same bytes.
        """
        import torch

        bert: Any = self._model[0].model

        class Tokens(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.bert = bert

            def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
                kinds = torch.zeros_like(input_ids)
                states: torch.Tensor = self.bert(
                    input_ids=input_ids, attention_mask=attention_mask, token_type_ids=kinds
                ).last_hidden_state
                return states

        ids = torch.arange(1000, 1032).reshape(2, 16)
        axes = {0: "texts", 1: "pieces"}
        names = {"input_ids": axes, "attention_mask": axes, "states": axes}
        # The exporter speaks of its own future and of branches that it follows rightly.
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Tokens().eval(),
                (ids, torch.ones_like(ids)),
                str(target),
                opset_version=_OPSET,
                dynamo=False,
                input_names=list(names)[:2],
                output_names=list(names)[2:],
                dynamic_axes=names,
            )

    @cached_property
    def _model(self) -> "SentenceTransformer":
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        # Eager attention is the one that exports to plain products of matrices.
        return SentenceTransformer(
            str(self._folder), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
        )
