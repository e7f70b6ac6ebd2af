"""The stop words of English, those of spaCy, without the seconds and the memory that the whole of spaCy takes."""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from pipeline.errors import ReferenceDataError

__all__ = ["STOP_WORDS"]


def _stop_words() -> frozenset[str]:
    package = find_spec("spacy")  # found, and not imported: that would load a deep learning library too
    origin = package.origin if package is not None else None
    path = Path(origin or "").parent / "lang" / "en" / "stop_words.py"
    spec = spec_from_file_location("spacy_english_stop_words", path)
    if origin is None or spec is None or spec.loader is None or not path.is_file():
        raise ReferenceDataError(f"spaCy's stop words are not where they were expected: {path}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return frozenset(module.STOP_WORDS)


STOP_WORDS = _stop_words()
"""Words in lower case that carry no meaning of their own."""
