"""Libraries brought in without what they would bring along for nothing."""

import sys

__all__ = ["import_spacy"]


def import_spacy() -> None:
    """Import spaCy, which would load PyTorch for models that we do not use, and wait two seconds for it.

    PyTorch can still be imported afterwards.
    """
    if "spacy" in sys.modules or "torch" in sys.modules:
        return
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        import spacy  # noqa: F401
    finally:
        del sys.modules["torch"]
