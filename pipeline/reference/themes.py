"""Themes of the work of the Union, and which one a group of clauses is about."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipeline.domain import plain_characters
from pipeline.errors import ReferenceDataError
from pipeline.reference.mandates import word_list
from pipeline.reference.tables import read_table

__all__ = ["Theme", "Themes", "find_theme", "load_themes"]


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: its code, its name for people, and the words that speak for it."""

    code: str
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Themes:
    """All themes, the voice from which one is named, and how much louder than the next it must be."""

    version: str
    themes: tuple[Theme, ...]
    least: float
    lead: float


@cache
def load_themes() -> Themes:
    """The table of themes.

    Raises:
        ReferenceDataError: a code stands twice, a theme has no label or words, or a limit is no positive number.
    """
    name = "themes.toml"
    data = read_table(name)
    themes: list[Theme] = []
    for entry in data.get("theme", ()):
        code, label = entry.get("code", ""), entry.get("label", "")
        if not code or not label or any(code == theme.code for theme in themes):
            raise ReferenceDataError(f"reference file {name}: theme {code!r} has no code or label, or stands twice")
        themes.append(Theme(code, label, word_list(entry, "words", name)))
    least, lead = (float(data[key]) if type(data.get(key)) in (int, float) else 0.0 for key in ("least", "lead"))
    if not themes or least <= 0 or lead < 1:
        raise ReferenceDataError(f"reference file {name}: it needs themes, least above 0, and lead of 1 or more")
    return Themes(str(data["version"]), tuple(themes), least, lead)


def find_theme(texts: Iterable[str]) -> Theme | None:
    """The theme that most of some texts speak of, or None where none is loud enough or two are as loud.

    A text speaks for a theme once for each of its words that stands in it, in the singular or plural; a phrase of
    several words counts twice. The sum is taken over the texts in the mean, so that the size of a group is no voice.
    """
    table = load_themes()
    folded = [plain_characters(" ".join(text.split())).lower() for text in texts]
    if not folded:
        return None
    voices: dict[str, float] = defaultdict(float)
    for text in folded:
        for code, word, pattern, voice in _patterns():
            if word in text and pattern.search(text):
                voices[code] += voice / len(folded)
    ranked = sorted(voices.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < table.least:
        return None
    if len(ranked) > 1 and ranked[0][1] < table.lead * ranked[1][1]:
        return None
    return next(theme for theme in table.themes if theme.code == ranked[0][0])


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str], float], ...]:
    """Code of a theme, a word of it, the pattern of that as a whole word in the singular or plural, and its voice."""
    themes = load_themes().themes
    shared = Counter(word for theme in themes for word in theme.words)
    return tuple(
        (
            theme.code,
            word,
            re.compile(rf"(?<![\w-]){re.escape(word)}(?:e?s)?(?![\w-])"),
            (2.0 if len(re.split(r"[\s-]", word)) > 1 else 1.0) / math.sqrt(shared[word]),
        )
        for theme in themes
        for word in theme.words
    )
