"""What Word files say beside their words: style names, symbols of the Symbol font, bookmarks of the header."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = ["WordFacts", "load_word_facts"]

_NAME = "word.toml"
_FIELDS = {"symbol", "meeting", "date", "agenda_item", "source", "title", "original_language"}


@dataclass(frozen=True, slots=True)
class WordFacts:
    """Names and codes that mean the same in all Word files of the Union.

    ``styles`` are beginnings of style names in small letters without spaces and underscores; ``symbols`` maps the
    codes 20 to FF of the Symbol font to characters.
    """

    styles: tuple[str, ...]
    note_marks: frozenset[str]
    page_fields: frozenset[str]
    symbols: dict[int, str]
    bookmarks: dict[str, str]

    def knows_style(self, name: str) -> bool:
        """Whether a style of this name means something in a text of the Union."""
        return name.lower().replace("_", "").replace(" ", "").startswith(self.styles)

    def header_field(self, bookmark: str) -> str | None:
        """The header field that a bookmark holds, or None."""
        known = [beginning for beginning in self.bookmarks if bookmark.lower().startswith(beginning)]
        return self.bookmarks[max(known, key=len)] if known else None


@cache
def load_word_facts() -> WordFacts:
    """The facts as data.

    Raises:
        ReferenceDataError: an entry is missing or wrong; the text names it.
    """
    data = read_table(_NAME)
    bookmarks = data.get("bookmarks", {})
    if unknown := sorted(set(bookmarks.values()) - _FIELDS):
        raise ReferenceDataError(f"reference file {_NAME}: bookmarks name no field {unknown[0]!r}")
    return WordFacts(
        styles=_texts(data, "styles"),
        note_marks=frozenset(_texts(data, "note_marks")),
        page_fields=frozenset(_texts(data, "page_fields")),
        symbols=_symbols(data.get("symbol_runs", {})),
        bookmarks=bookmarks,
    )


def _texts(data: dict[str, Any], key: str) -> tuple[str, ...]:
    values = data.get(key)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v for v in values):
        raise ReferenceDataError(f"reference file {_NAME}: {key} must be a list of texts")
    return tuple(values)


def _symbols(runs: dict[str, str]) -> dict[int, str]:
    symbols: dict[int, str] = {}
    for first, characters in runs.items():
        try:
            code = int(first, 16)
        except ValueError as error:
            raise ReferenceDataError(f"reference file {_NAME}: symbol_runs: {first!r} is no code") from error
        codes = range(code, code + len(characters))
        if not code >= 0x20 or codes.stop > 0x100 or symbols.keys() & set(codes):
            raise ReferenceDataError(
                f"reference file {_NAME}: symbol_runs: {first} overlaps another or leaves 20 to FF"
            )
        symbols.update(zip(codes, characters, strict=True))
    return symbols
