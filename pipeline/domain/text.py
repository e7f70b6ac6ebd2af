"""How texts are made comparable without moving a single character."""

__all__ = ["fold_space", "plain_characters"]

# ITU texts are full of non-breaking hyphens and curly quotes; each maps to ONE plain character, so spans hold.
_PLAIN = str.maketrans(
    {
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
    }
)


def plain_characters(text: str) -> str:
    """The text with plain hyphens, quotes and spaces; as long as the original, so that spans hold for both."""
    return text.translate(_PLAIN)


def fold_space(text: str) -> str:
    """The text with every run of white space as one space, and none at its ends."""
    return " ".join(text.split())
