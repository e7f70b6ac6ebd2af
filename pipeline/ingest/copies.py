"""The same words as Word and as PDF, or downloaded twice, are one document."""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.domain import Document, Notice

__all__ = ["merge_copies"]

# Which form is kept when several hold the same words: structure is surest in the first.
_PREFERENCE = {"jsonl": 0, "docx": 1, "akn": 2, "txt": 3, "pdf": 4}


def merge_copies(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Documents with distinct words, in the order of their paths; copies are named on the one that is kept."""
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(_words(document), []).append(document)
    kept = []
    for group in groups.values():
        group.sort(key=lambda d: (_PREFERENCE.get(d.format, 9), d.path))
        first, *others = group
        if others:
            names = tuple(sorted(d.path for d in others))
            notice = Notice("copies", f"the same words also stand in {', '.join(names)}")
            first = replace(first, copies=names, notices=(*first.notices, notice))
        kept.append(first)
    return tuple(sorted(kept, key=lambda d: d.path))


def _words(document: Document) -> str:
    """Letters and digits only: layout, hyphenation and quotation marks differ between forms of one text."""
    return "".join(c for c in document.text.casefold() if c.isalnum())
