"""The ONNX export of the model on this machine: made once, kept with its digest, tried out before it is trusted.

Two files in a folder, both written under a temporary name first:

    <weights>-<recipe>.onnx     the export
    <weights>-<recipe>.json     its SHA-256, what PyTorch makes of a few sentences, and what became of each trial:
                                engine -> least cosine to PyTorch, kernel of the processor, and whether rows are free
                                of their neighbours

An export whose bytes are not those of its digest, or whose record cannot be read, is made again.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.embed.card import ModelCard
from pipeline.embed.openvino_engine import OpenVinoEngine
from pipeline.embed.sentence import SentenceEncoder
from pipeline.embed.torch_engine import TorchEngine
from pipeline.embed.windows import Windower

__all__ = ["LEAST_COSINE", "Export", "Trial", "find_export"]

LEAST_COSINE = 0.999
"""An engine whose vectors lie further from those of PyTorch is not used."""

# Raised when an export is to be made or tried in another way.
_RECIPE = "opset17-1"
_LONG = "resolves to continue the studies on the shared use of frequency bands, taking account of item {n}.{n} b), and "
_PROBES = (
    "to report annually",
    "instructs the Director of the Telecommunication Standardization Bureau",
    "to submit a report on progress to each ordinary session of the Council, within available resources",
    "1 to encourage Member States, Sector Members and Academia to take part in the work of the study groups concerned",
    "that the bands 1 400-1 427 MHz, 2 690-2 700 MHz and 10.68-10.7 GHz remain free of emissions, see No. 5.340;",
    "l'Union internationale des télécommunications; Международный союз электросвязи; 国际电信联盟",
    "".join(_LONG.format(n=n) for n in range(1, 5)),
    "".join(_LONG.format(n=n) for n in range(1, 14)),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying an engine: least cosine to PyTorch, kernel, and whether neighbours change a bit."""

    cosine: float
    kernel: str
    independent: bool

    @property
    def passed(self) -> bool:
        """Whether the engine may be used."""
        return self.cosine >= LEAST_COSINE and self.independent


@dataclass(frozen=True, slots=True)
class Export:
    """An export that lies in ``path`` with the given SHA-256, and what its trial on this machine showed."""

    path: Path
    digest: str
    trial: Trial

    def read(self) -> bytes:
        """The bytes of the export.

        Raises:
            OSError: they cannot be read, or have changed since the export was looked up.
        """
        content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise OSError(f"{self.path} has changed while it was in use; run again")
        return content


def find_export(
    folder: Path, card: ModelCard, model: Path, engine: tuple[str, str, str], tell: Callable[[str], None]
) -> Export:
    """The export of a model, made and tried where that has not been done.

    Args:
        folder: where exports are kept.
        card: the model.
        model: the folder of its files.
        engine: version of OpenVINO, precision and processor; a trial holds for these alone.
        tell: told what takes long, before it is begun.

    Raises:
        OSError: the folder cannot be written.
        Exception: whatever the exporter of PyTorch raises.
    """
    path = folder / f"{card.digest[:12]}-{_RECIPE}.onnx"
    record = _read_record(path)
    if record is None:
        tell("preparing the language model for this machine; this is done once and takes about half a minute")
        record = _make(path, model, card)
    key = ", ".join(engine)
    if key not in record["trials"]:
        record["trials"][key] = _try_out(path, record, card, model, engine[1])
        _write_record(path, record)
    return Export(path, record["sha256"], Trial(**record["trials"][key]))


def _make(path: Path, model: Path, card: ModelCard) -> dict[str, Any]:
    """A new export and its record, without trials."""
    torch = TorchEngine(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        torch.write_onnx(temporary)
        with temporary.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    vectors = SentenceEncoder(card, Windower(model, card.token_limit), torch).encode(_PROBES)
    record = {
        "sha256": digest,
        "made_with": {name: metadata.version(name) for name in ("torch", "transformers")},
        "probes": [[round(float(x), 7) for x in vector] for vector in vectors],
        "trials": {},
    }
    _write_record(path, record)
    return record


def _try_out(path: Path, record: dict[str, Any], card: ModelCard, model: Path, precision: str) -> dict[str, Any]:
    """Encode the probes, together and apart, and compare with PyTorch."""
    engine = OpenVinoEngine(path.read_bytes, precision, "on trial")
    encoder = SentenceEncoder(card, Windower(model, card.token_limit), engine)
    together = encoder.encode(_PROBES)
    apart = np.vstack([encoder.encode([probe]) for probe in _PROBES])
    crowded = encoder.encode([*_PROBES[::-1], *_PROBES[:5]])[: len(_PROBES)][::-1]
    expected: NDArray[np.float64] = np.array(record["probes"])
    cosines = (together * expected).sum(axis=1) / np.sqrt((expected * expected).sum(axis=1))
    return {
        "cosine": round(float(cosines.min()), 6),
        "kernel": engine.kernel(),
        "independent": all(together.tobytes() == other.tobytes() for other in (apart, crowded)),
    }


def _read_record(path: Path) -> dict[str, Any] | None:
    """The record of an export that is whole, or None."""
    try:
        stored = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        record: dict[str, Any] = stored["record"]
        if stored["sha256"] != _digest_of(record):
            return None
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == record["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if whole else None


def _write_record(path: Path, record: dict[str, Any]) -> None:
    temporary = _beside(path)
    try:
        temporary.write_text(json.dumps({"sha256": _digest_of(record), "record": record}) + "\n", encoding="utf-8")
        temporary.replace(path.with_suffix(".json"))
    finally:
        temporary.unlink(missing_ok=True)


def _digest_of(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _beside(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}-{secrets.token_hex(6)}.tmp")
