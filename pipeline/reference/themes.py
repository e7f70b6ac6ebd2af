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

# A word with all that is joined to it: a whole word of a theme is one of these, or a phrase.
_RUN = re.compile(r"[\w-]+")


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
        for place in _spoken(text):
            code, voice = _voices()[place]
            voices[code] += voice / len(folded)
    ranked = sorted(voices.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < table.least:
        return None
    if len(ranked) > 1 and ranked[0][1] < table.lead * ranked[1][1]:
        return None
    return next(theme for theme in table.themes if theme.code == ranked[0][0])


def _spoken(text: str) -> list[int]:
    """Places of the words of themes that stand in a text."""
    single, phrases = _forms()
    runs = set(_RUN.findall(text))
    found = [place for run in runs & single.keys() for place in single[run]]
    for run in runs & phrases.keys():
        found.extend(place for place, phrase, pattern in phrases[run] if phrase in text and pattern.search(text))
    return sorted(set(found))


@cache
def _voices() -> tuple[tuple[str, float], ...]:
    """Code of the theme and voice of each word of each theme."""
    themes = load_themes().themes
    shared = Counter(word for theme in themes for word in theme.words)
    return tuple(
        (theme.code, (2.0 if len(re.split(r"[\s-]", word)) > 1 else 1.0) / math.sqrt(shared[word]))
        for theme in themes
        for word in theme.words
    )


@cache
def _forms() -> tuple[dict[str, tuple[int, ...]], dict[str, list[tuple[int, str, re.Pattern[str]]]]]:
    """Places of words by each of their forms, singular and plural; and those of phrases by how they begin."""
    words = [word for theme in load_themes().themes for word in theme.words]
    single: dict[str, tuple[int, ...]] = {}
    phrases: dict[str, list[tuple[int, str, re.Pattern[str]]]] = defaultdict(list)
    for place, word in enumerate(words):
        if _RUN.fullmatch(word):
            for form in (word, f"{word}s", f"{word}es"):
                single[form] = (*single.get(form, ()), place)
        else:
            pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?:e?s)?(?![\w-])")
            phrases[_RUN.findall(word)[0]].append((place, word, pattern))
    return single, phrases
