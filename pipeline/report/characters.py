"""Characters that a report may print: corpus text can hold control codes that XML and HTML forbid."""

import re

__all__ = ["printable"]

# Not allowed in XML 1.0, whatever the escaping: control codes, lone surrogates, two non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text with every character that no document may hold shown as the replacement character ``U+FFFD``."""
    if text.isascii() and text.isprintable():
        return text
    return _FORBIDDEN.sub("\ufffd", text)
