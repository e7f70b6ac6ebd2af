"""The official languages and how a text shows which one it is in."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = ["detect_language"]

# A text in another script than Latin has at least this share of its letters in it.
_SCRIPT_SHARE = 0.3
# Fewer small words than this say nothing; numbers and names have none.
_FEWEST_WORDS = 8


@dataclass(frozen=True, slots=True)
class _Language:
    code: str
    letter: str
    script: re.Pattern[str] | None
    words: frozenset[str]


@cache
def _languages() -> tuple[_Language, ...]:
    name = "languages.toml"
    found = []
    for code, entry in read_table(name)["language"].items():
        script = re.compile(f"[{entry['script']}]") if "script" in entry else None
        if script is None and not entry.get("words"):
            raise ReferenceDataError(f"reference file {name}: {code} has neither a script nor words")
        found.append(_Language(code, entry["letter"], script, frozenset(entry.get("words", ()))))
    return tuple(found)


def detect_language(text: str, name: str = "") -> str:
    """The official language of a text: ``ar``, ``zh``, ``en``, ``fr``, ``ru`` or ``es``.

    The text decides; where it is too short to tell, the letter of an ITU file name does (``…-F.docx``), else English.

    Args:
        text: the document text; its first 20,000 characters are looked at.
        name: the file's name.
    """
    sample = text[:20_000].lower()
    letters = sum(c.isalpha() for c in sample)
    for language in _languages():
        if language.script is not None and letters and len(language.script.findall(sample)) >= _SCRIPT_SHARE * letters:
            return language.code
    words = re.findall(r"[^\W\d_]+", sample)
    votes = {x.code: sum(w in x.words for w in words) for x in _languages() if x.words}
    best = max(votes, key=lambda code: (votes[code], code == "en"))
    if votes[best] >= _FEWEST_WORDS:
        return best
    letter = re.search(r"-([ACEFRS])(?:\.\w+)?$", name)
    return next((x.code for x in _languages() if letter and x.letter == letter[1]), "en")
