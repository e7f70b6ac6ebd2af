"""Old Word files, RTF, OpenDocument and WordPerfect: read through LibreOffice where it is installed.

LibreOffice opens hostile files as well: it runs in a profile of its own without macros, links and extensions, within a
time limit, and below the worker of the guard, which ends it with all its children when it overruns.
"""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from pipeline.domain import Document, Notice, View
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest.layout import Source
from pipeline.ingest.word import read_word

__all__ = ["CONVERSION_SECONDS", "ConversionOverrunError", "convert", "read_legacy"]

# A cold start takes five seconds, a book of 500 pages twenty.
CONVERSION_SECONDS = 120.0
_PROGRAMS = ("soffice", "libreoffice")
_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS = (
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
)


class ConversionOverrunError(UnreadableDocumentError):
    """LibreOffice did not come to an end; whoever started the worker has to end both."""


def read_legacy(source: Source, scratch: Path, view: View = View.PROPOSED) -> Document:
    """The document as LibreOffice turns it into a modern Word file; a notice says so.

    Args:
        source: the file.
        scratch: a folder for the profile and the files between, which the caller removes.
        view: which reading of tracked changes is wanted.

    Raises:
        UnreadableDocumentError: LibreOffice is missing, too slow or cannot read the file; the text says what to do.
    """
    converted = convert(source.path, scratch)
    try:
        document = read_word(replace(source, path=converted), view)
    finally:
        converted.unlink()
    notice = Notice("converted", "the file is in an old format and was read through LibreOffice; its layout may differ")
    return replace(document, notices=(notice, *document.notices))


def convert(path: Path, scratch: Path, seconds: float = CONVERSION_SECONDS) -> Path:
    """Where the modern Word file is that LibreOffice made of another text file.

    Raises:
        ConversionOverrunError: it took longer than ``seconds``.
        UnreadableDocumentError: LibreOffice is missing or cannot read the file.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name)) is not None), None)
    if program is None:
        raise UnreadableDocumentError(
            "the file is in the old Word format (.doc) or another that only LibreOffice reads, which is not installed; "
            "open it in Word and save it as .docx, or install LibreOffice and retry"
        )
    profile, made = scratch / "profile", scratch / "converted"
    _write_settings(profile)
    made.mkdir(exist_ok=True)
    # A copy, so that no lock file appears beside the original and no name can be taken for an option.
    copy = scratch / f"source{path.suffix.lower()}"
    shutil.copyfile(path, copy)
    options = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")
    command = (program, f"-env:UserInstallation={profile.as_uri()}", *options, "--convert-to", "docx:MS Word 2007 XML")
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LC_ALL": "C.UTF-8",
    }
    try:
        subprocess.run(
            [*command, "--outdir", str(made), str(copy)],
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise ConversionOverrunError(
            f"LibreOffice took longer than {seconds:.0f} seconds with the file; open it in Word and save it as .docx"
        ) from error
    finally:
        copy.unlink()
    result = made / "source.docx"
    if not result.is_file():
        raise UnreadableDocumentError(
            "LibreOffice cannot read the file, which may be damaged or protected by a password; "
            "open it in Word and save it as .docx"
        )
    return result


def _write_settings(profile: Path) -> None:
    """A profile in which no macro runs and nothing is fetched; one that is there stays."""
    place = profile / "user" / "registrymodifications.xcu"
    if place.exists():
        return
    place.parent.mkdir(parents=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    place.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}'
        "</oor:items>",
        encoding="utf-8",
    )
