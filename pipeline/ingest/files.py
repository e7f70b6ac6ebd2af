"""Which files of a corpus are documents, and what each one really is."""

import os
import zipfile
from pathlib import Path

from pipeline.errors import InputError, UnreadableDocumentError

__all__ = ["find_files", "ignored_files", "relative_name", "true_format"]

_DOCUMENT_SUFFIXES = {".docx", ".docm", ".doc", ".pdf", ".txt", ".jsonl", ".rtf", ".odt", ".xml", ".akn"}
# A folder with both of these is a run that this product made, never a source.
_RUN_FILES = {"manifest.json", "findings.parquet"}
_MAX_FILE_BYTES = 200 * 2**20
_MAX_UNPACKED_BYTES = 500 * 2**20
_MAX_UNPACKED_RATIO = 200

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x89PNG", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF8", "GIF picture"),
    (b"{\\rtf", "legacy"),
    (b"\xdb\xa5", "legacy"),  # Word 2
    (b"\x9b\xa5", "legacy"),  # Word 1
    (b"\x31\xbe\x00\x00", "legacy"),  # Word for DOS
    (b"\xffWPC", "legacy"),  # WordPerfect
)
# What an OLE file may hold, by the names of its streams; all but the first are no texts.
_OLE_STREAMS = (
    ("WordDocument", "legacy"),
    ("Workbook", "an Excel workbook"),
    ("Book", "an Excel workbook"),
    ("PowerPoint Document", "a presentation"),
    ("__substg1.0_", "an e-mail message"),
)
_ODT = b"application/vnd.oasis.opendocument.text"


def find_files(corpus: Path, exclude: Path | None = None) -> tuple[Path, ...]:
    """Documents of a corpus in the order of their names: the file itself, or all below the folder.

    Hidden files and Word's lock files (``~$…``) are left out, and so are folders that hold a finished run.

    Args:
        corpus: a file or a folder.
        exclude: a folder below the corpus that is no part of it, such as the one where runs are left.

    Raises:
        InputError: there is no such path, or no document below it.
    """
    if corpus.is_file():
        return (corpus,)
    if not corpus.exists():
        raise InputError(f"{corpus}: there is no such file or folder")
    found = tuple(p for p in _visible(corpus, exclude) if p.suffix.lower() in _DOCUMENT_SUFFIXES)
    if not found:
        kinds = ", ".join(sorted(_DOCUMENT_SUFFIXES))
        raise InputError(f"{corpus}: the folder holds no document ({kinds})")
    return found


def ignored_files(corpus: Path, exclude: Path | None = None) -> tuple[str, ...]:
    """Names of visible files that are no documents by their suffix; told, so that nothing goes missing in silence.

    Args:
        corpus: a file or a folder.
        exclude: as for ``find_files``; what lies below it is not told.
    """
    if corpus.is_file():
        return ()
    visible = _visible(corpus, exclude)
    return tuple(relative_name(p, corpus) for p in visible if p.suffix.lower() not in _DOCUMENT_SUFFIXES)


def relative_name(path: Path, corpus: Path) -> str:
    """Name of a file in its corpus, with forward slashes."""
    return path.name if path == corpus else path.relative_to(corpus).as_posix()


def _visible(folder: Path, exclude: Path | None) -> list[Path]:
    """Files below the folder without hidden ones and without what this product itself has written there.

    An ``exclude`` that is the folder itself or lies above it leaves nothing out: somebody means this folder.
    """
    left_out = None if exclude is None or folder.resolve().is_relative_to(exclude.resolve()) else exclude.resolve()
    found = []
    for place, folders, files in os.walk(folder):
        if set(files) >= _RUN_FILES:
            folders.clear()
            continue
        here = Path(place)
        folders[:] = [name for name in folders if _is_visible(name) and (here / name).resolve() != left_out]
        found += [here / name for name in files if _is_visible(name) and (here / name).is_file()]
    return sorted(found)


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "~$"))


def true_format(path: Path) -> str:
    """``docx``, ``legacy``, ``pdf``, ``akn``, ``txt`` or ``jsonl``, from the first bytes and, for text, the suffix.

    ``legacy`` is what LibreOffice has to read: Word up to 2003, RTF, OpenDocument, WordPerfect.

    Raises:
        UnreadableDocumentError: the file is empty, too large, or something else than its name says.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableDocumentError("the file is empty (0 bytes); fetch it again")
    if size > _MAX_FILE_BYTES:
        raise UnreadableDocumentError(f"the file is larger than {_MAX_FILE_BYTES // 2**20} MiB; split it")
    with path.open("rb") as stream:
        start = stream.read(1024)
    found = next((name for signature, name in _SIGNATURES if start.startswith(signature)), "")
    if not found and b"%PDF-" in start:
        found = "pdf"
    suffix = path.suffix.lower()
    if found == "zip":
        return _zip_format(path)
    if found == "ole":
        return _ole_format(path)
    if found in ("pdf", "legacy"):
        return found
    if found:
        raise UnreadableDocumentError(f"the file is a {found}, not a document; its name ends in {suffix}")
    if suffix in (".xml", ".akn"):
        return _xml_format(start)
    if suffix in (".txt", ".jsonl"):
        return suffix[1:]
    expected = {".docx": "Word", ".docm": "Word", ".doc": "Word", ".pdf": "PDF"}.get(suffix, suffix)
    raise UnreadableDocumentError(f"the file does not begin like a {expected} file; it may be cut off or misnamed")


def _xml_format(start: bytes) -> str:
    """``akn`` for the namespace of Akoma Ntoso 3.0 near the beginning, in whichever Unicode form the file is."""
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="ignore")
    if "http://docs.oasis-open.org/legaldocml/ns/akn/3.0" in text:
        return "akn"
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise UnreadableDocumentError("the file is no XML; it may be cut off or misnamed")
    raise UnreadableDocumentError("the file is XML, but not Akoma Ntoso 3.0; export it as such, or as Word or PDF")


def _zip_format(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableDocumentError(
            "the Word file breaks off before its end (its table of contents is missing); copy or download it again"
        ) from error
    unpacked = sum(m.file_size for m in members)
    packed = max(1, sum(m.compress_size for m in members))
    if unpacked > _MAX_UNPACKED_BYTES or (unpacked > 50 * 2**20 and unpacked / packed > _MAX_UNPACKED_RATIO):
        raise UnreadableDocumentError("the file unpacks to an unreasonable size; it was not opened")
    names = {m.filename for m in members}
    if "word/document.xml" in names:
        return "docx"
    if "mimetype" in names and _first_bytes(path, "mimetype").startswith(_ODT):
        return "legacy"
    kind = "an Excel workbook" if "xl/workbook.xml" in names else "a zip archive"
    raise UnreadableDocumentError(f"the file is {kind}, not a Word document")


def _first_bytes(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        return stream.read(256)


def _ole_format(path: Path) -> str:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableDocumentError(
            "the Word file is protected by a password; save a copy without protection and retry"
        )
    kind = next((kind for name, kind in _OLE_STREAMS if name.encode("utf-16-le") in content), None)
    if kind == "legacy":
        return kind
    if kind is not None:
        raise UnreadableDocumentError(f"the file is {kind}, not a document")
    raise UnreadableDocumentError(
        "the file begins like one in the old Word format (.doc) but holds no text; "
        "open it in Word or LibreOffice and save it as .docx"
    )
