"""Words of the header of meeting documents in the six languages, and of their file names."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = ["HeaderWords", "load_header_words"]

_NAME = "headers.toml"
_LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")
_MARKERS = ("revision", "addendum", "corrigendum")
_LISTS = ("agenda", "document", "original", "only", "reports", "source", "title", "boxes", "months")


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """Words by what they introduce, of all languages together, in small letters.

    ``markers`` maps the words of a revision, addendum or corrigendum to ``Rev``, ``Add`` or ``Corr``; ``languages``
    maps names of languages in any language to their English names; ``meetings`` maps acronyms to the beginning of their
    document numbers, and ``file_names`` those of file names to that beginning and to the meeting in words.
    """

    agenda: tuple[str, ...]
    document: tuple[str, ...]
    original: tuple[str, ...]
    only: tuple[str, ...]
    reports: tuple[str, ...]
    source: tuple[str, ...]
    title: tuple[str, ...]
    boxes: tuple[str, ...]
    months: tuple[str, ...]
    markers: dict[str, str]
    languages: dict[str, str]
    meetings: dict[str, str]
    file_names: dict[str, tuple[str, str]]


@cache
def load_header_words() -> HeaderWords:
    """The words as data.

    Raises:
        ReferenceDataError: a language or an entry is missing or wrong; the text names it.
    """
    data = read_table(_NAME)
    english = _words(data, "en", "languages")
    languages: dict[str, str] = {}
    markers: dict[str, str] = {}
    for language in _LANGUAGES:
        names = _words(data, language, "languages")
        if len(names) != len(english):
            raise ReferenceDataError(f"reference file {_NAME}: {language}: languages must be {len(english)} names")
        languages.update(zip(names, english, strict=True))
        for marker in _MARKERS:
            markers.update(dict.fromkeys(_words(data, language, marker), data["markers"][marker]))
    lists = {key: tuple(w for language in _LANGUAGES for w in _words(data, language, key)) for key in _LISTS}
    return HeaderWords(
        **lists,
        markers=markers,
        languages=languages,
        meetings=data["meetings"],
        file_names={meeting: (values[0], values[1]) for meeting, values in data["file_names"].items()},
    )


def _words(data: dict[str, Any], language: str, key: str) -> tuple[str, ...]:
    values = data.get(language, {}).get(key)
    if not isinstance(values, list) or not all(isinstance(v, str) and v == v.lower() and v for v in values):
        raise ReferenceDataError(f"reference file {_NAME}: {language}: {key} must be a list of texts in small letters")
    return tuple(values)
