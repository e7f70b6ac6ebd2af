"""A draft as somebody pastes or uploads it, read like any document; nothing of it is kept."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.domain import Body, Rejected, Resolution
from pipeline.errors import InputError
from pipeline.ingest import Reader
from pipeline.segment import segment_document

__all__ = ["DRAFT_BODIES", "LARGEST_DRAFT", "DraftReader"]

LARGEST_DRAFT = 8 * 2**20
"""Bytes of a draft."""

_SECONDS = 60.0

# Bodies that adopt resolutions, with the name that opens their texts: pasted text has no head of its own.
DRAFT_BODIES: Mapping[Body, str] = {
    Body.PP: "The Plenipotentiary Conference of the International Telecommunication Union",
    Body.WTSA: "The World Telecommunication Standardization Assembly",
    Body.WTDC: "The World Telecommunication Development Conference",
    Body.RA: "The ITU Radiocommunication Assembly",
    Body.WRC: "The World Radiocommunication Conference",
}
_SUFFIXES = frozenset({".docx", ".docm", ".doc", ".pdf", ".txt", ".rtf", ".odt", ".xml", ".akn", ".jsonl"})
_CALL = re.compile(
    r"\s*(?:further\s+)?(?:resolves|decides|instructs|invites|requests|urges|encourages|calls\s+upon)\b", re.I
)


class DraftReader:
    """Reads drafts one after another in a process of its own, with limits on time and memory."""

    def __init__(self) -> None:
        self._reader = Reader(_SECONDS)

    def read_text(self, text: str, body: Body, year: int) -> tuple[Resolution, ...]:
        """The texts of pasted words; words without a head are read as a draft of the body.

        Raises:
            InputError: there is no clause in them.
        """
        if not text.strip():
            raise InputError("the draft is empty: paste some text, or choose a file")
        for attempt in self._readings(text, body, year):
            if found := self._read(attempt.encode(), "draft.txt"):
                return found
        raise InputError("no clause was found in this text; begin with a line such as: resolves")

    def read_file(self, name: str, data: bytes, body: Body, year: int) -> tuple[Resolution, ...]:
        """The texts of an uploaded file.

        Raises:
            InputError: the file is of no known kind, cannot be read, or holds no clause.
        """
        suffix = Path(name).suffix.lower()
        if suffix not in _SUFFIXES:
            raise InputError(f"{name}: drafts come as {', '.join(sorted(_SUFFIXES))}")
        if suffix == ".txt":
            return self.read_text(data.decode("utf-8-sig", "replace"), body, year)
        if found := self._read(data, f"draft{suffix}"):
            return found
        raise InputError(f"{name}: no resolution was found in this file; paste its text instead")

    @staticmethod
    def _readings(text: str, body: Body, year: int) -> tuple[str, ...]:
        """The text as it is, with a head, and with a head and a call."""
        head = f"DRAFT NEW RESOLUTION [PASTED]\n\nDraft\n\n{DRAFT_BODIES[body]} (Geneva, {year}),\n\n"
        lines = (line for line in text.splitlines() if line.strip())
        with_call = (f"{head}{text}",) if any(_CALL.match(line) for line in lines) else ()
        return (text, *with_call, f"{head}resolves\n\n{text}")

    def _read(self, data: bytes, name: str) -> tuple[Resolution, ...]:
        with tempfile.TemporaryDirectory(prefix="overlap-draft-") as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            document = self._reader.read(path, name)
        if isinstance(document, Rejected):
            raise InputError(f"the draft cannot be read: {document.reason}")
        return tuple(text for text in segment_document(document) if any(True for _ in text.clauses))

    def close(self) -> None:
        """Stop the process."""
        self._reader.close()
