"""A draft as somebody hands it over: a file, an upload or pasted text, Markdown included."""

import re
import tempfile
from pathlib import Path, PurePath

from pipeline.domain import Document, Rejected
from pipeline.ingest.guard import read_file

__all__ = ["read_draft"]

_TEXTS = (".txt", ".md", ".markdown", ".text", "")
_SIGNATURES = ((b"%PDF", ".pdf"), (b"PK\x03\x04", ".docx"), (b"{\\rtf", ".rtf"), (b"\xd0\xcf\x11\xe0", ".doc"))
# Marks of Markdown that are no words: heads, quotes, bullets, emphasis, links.
_HEAD = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)+", re.M)
_BULLET = re.compile(r"^[ \t]*[*+-][ \t]+", re.M)
_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*_])")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_LABEL = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[a-z]{1,3}\)|[ivx]+\))\s")
# No editor wraps a line before so many characters.
_WRAPPED = 50
_RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$|^[ \t]*```.*$", re.M)


def read_draft(data: bytes, name: str) -> Document | Rejected:
    """The document in some bytes, read as a file of that name would be; never raises for bad bytes.

    Text without a suffix, as from a form or from standard input, may be wrapped: lines of a paragraph are joined when
    empty lines part the paragraphs, and in Markdown always.

    Args:
        data: the bytes of the file.
        name: its name; the suffix tells its kind, and where there is none the first bytes do.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _TEXTS:
        return _read(data, name, suffix)
    found = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), "")
    if found:
        return _read(data, name, found)
    if suffix in (".md", ".markdown", ""):
        data = _plain(data, markdown=suffix != "")
    return _read(data, name, ".txt")


def _read(data: bytes, name: str, suffix: str) -> Document | Rejected:
    with tempfile.TemporaryDirectory(prefix="overlap-") as folder:
        path = Path(folder) / f"draft{suffix}"
        path.write_bytes(data)
        return read_file(path, name)


def _plain(data: bytes, *, markdown: bool) -> bytes:
    """One line for each paragraph, without marks; bytes that are no UTF-8 are left to the reader of texts."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if markdown:
        text = _LINK.sub(r"\1", _BULLET.sub("", _HEAD.sub("", _RULE.sub("", text))))
        text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    if not re.search(r"\n[ \t]*\n", text.strip()):
        return text.encode()
    return "\n".join(_joined(part) for part in re.split(r"\n[ \t]*\n+", text)).encode()


def _joined(paragraph: str) -> str:
    """The lines of a paragraph as one, but for lines that open with a label or follow a short one, as a call is."""
    out: list[str] = []
    wrapped = False
    for line in filter(None, map(str.strip, paragraph.splitlines())):
        if wrapped and not _LABEL.match(line):
            out[-1] = f"{out[-1]} {line}"
        else:
            out.append(line)
        wrapped = len(line) >= _WRAPPED
    return "\n".join(out)
