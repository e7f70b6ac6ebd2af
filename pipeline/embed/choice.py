"""Which engine encodes on this machine."""

from collections.abc import Callable
from pathlib import Path

from pipeline.embed.card import ModelCard, checked_folder, model_card
from pipeline.embed.exports import LEAST_COSINE, find_export
from pipeline.embed.openvino_engine import OpenVinoEngine, precision_here
from pipeline.embed.sentence import Engine, SentenceEncoder
from pipeline.embed.torch_engine import TorchEngine
from pipeline.embed.windows import Windower

__all__ = ["load_encoder"]


def load_encoder(
    root: Path | None = None, tell: Callable[[str], None] | None = None, threads: int | None = None
) -> SentenceEncoder:
    """The default model behind the fastest engine that is right on this machine; it is loaded at the first text.

    OpenVINO, from an export that is made at the first call, where it is installed and passes its trial; else PyTorch,
    with a notice that says why.

    Args:
        root: output folder; the export is kept below it. Without one nothing is written, and PyTorch encodes.
        tell: told what takes long, and why PyTorch encodes.
        threads: texts encoded beside each other, by default one for each processor; it changes no vector.

    Raises:
        ModelError: the model's package is not installed, or its weights have another digest.
    """
    say = tell if tell is not None else _say_nothing
    card = model_card()
    folder = checked_folder(card)
    notices: tuple[str, ...] = ()
    engine: Engine = TorchEngine(folder)
    if root is not None:
        try:
            engine = _openvino(root / "cache" / "models", card, folder, say, threads)
        # Whatever goes wrong in a foreign exporter or compiler, the slower engine is there.
        except Exception as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            notices = (f"OpenVINO is not used, texts are encoded more slowly by PyTorch: {reason}",)
            say(notices[0])
    return SentenceEncoder(card, Windower(folder, card.token_limit), engine, notices)


def _openvino(
    exports: Path, card: ModelCard, folder: Path, say: Callable[[str], None], threads: int | None
) -> OpenVinoEngine:
    version, precision, processor = precision_here()
    export = find_export(exports, card, folder, (version, precision, processor), say)
    if not export.trial.passed:
        raise RuntimeError(
            f"on this processor ({processor}) its vectors differ from those of PyTorch, least cosine "
            f"{export.trial.cosine} where {LEAST_COSINE} is wanted, or depend on one another"
        )
    identity = f"OpenVINO {version}, {precision}, {export.trial.kernel}, export {export.digest[:12]}"
    return OpenVinoEngine(export.read, precision, identity, threads)


def _say_nothing(line: str) -> None:
    pass
