"""Texts of one document as Akoma Ntoso."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.output import print_line

if TYPE_CHECKING:
    from pipeline.domain import Document, Resolution

__all__ = ["give_akn"]


def give_akn(document: "Document", resolutions: "Sequence[Resolution]", out: Path | None) -> None:
    """Write the texts to a file and print where it is, or print the XML itself.

    Raises:
        InputError: the document holds no text.
        UsageError: the file cannot be written.
    """
    from pipeline.errors import InputError, UsageError
    from pipeline.report.akn import write_akn

    if not resolutions:
        raise InputError(f"{document.path} holds no resolution, so there is nothing to write as Akoma Ntoso")
    name = "".join(c if c.isalnum() else "-" for c in Path(document.path).stem if c.isascii()).strip("-").lower()
    data = write_akn(resolutions, name or "collection", (document,))
    if out is None:
        sys.stdout.write(data.decode("utf-8"))
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}") from error
    print_line(str(out.absolute()))
