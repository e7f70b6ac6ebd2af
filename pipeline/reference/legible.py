"""Characters of six scripts levelled, so that one grammar can read them all."""

import unicodedata

from pipeline.domain import plain_characters

__all__ = ["legible", "place_in"]

# Direction marks, the Arabic lengthening stroke and vowel signs: they may stand anywhere and change no word.
_UNSEEN = frozenset(
    (
        *(0x200C, 0x200D, 0x200E, 0x200F, 0x061C, 0x0640, 0x0670, 0x0301),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x064B, 0x0656)),
    )
)
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_DIGITS = {code: str(unicodedata.digit(chr(code))) for first in (0x0660, 0x06F0) for code in range(first, first + 10)}
_LEVEL = str.maketrans(
    {
        **_FULL_WIDTH,
        **_DIGITS,
        **dict.fromkeys(_UNSEEN),
        "\u3000": " ",
        "。": ".",
        "،": ",",
        "؛": ";",
        "؟": "?",
        "〔": "[",
        "〕": "]",
        # Hamza on alif is written or left out at will; so is the diaeresis of Russian ё.
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ё": "е",
        "Ё": "Е",
    }
)


def legible(text: str) -> str:
    """The text with plain punctuation and digits and without direction marks and vowel signs; case is kept.

    English text comes back as ``plain_characters`` gives it. The result may be shorter; ``place_in`` leads back.
    """
    return plain_characters(text).translate(_LEVEL)


def place_in(text: str, position: int) -> int:
    """Where in ``text`` the character stands that has this position in ``legible(text)``."""
    seen = 0
    for index, character in enumerate(text):
        if ord(character) in _UNSEEN:
            continue
        if seen == position:
            return index
        seen += 1
    return len(text)
