"""Each document is read in a worker process that may die or hang without taking the run with it."""

import atexit
import contextlib
import multiprocessing
import resource
import signal
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.domain import Document, Notice, Rejected
from pipeline.errors import UnreadableDocumentError

__all__ = ["DOCUMENT_SECONDS", "Reader", "read_file"]

# A 300-page book of Final Acts takes two seconds; only damaged or hostile files come near this.
DOCUMENT_SECONDS = 600.0
_MEMORY_BYTES = 6 * 2**30


class Reader:
    """Reads files one after another in one worker; a worker that dies or overruns is replaced."""

    def __init__(self, seconds: float = DOCUMENT_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._worker: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def read(self, path: Path, relative: str) -> Document | Rejected:
        """The document, or the reason why it cannot be used; never raises for a bad file."""
        with self._lock:
            pipe = self._connected()
            try:
                pipe.send((path.absolute(), relative))
                if pipe.poll(self._seconds):
                    answer: Document | Rejected = pipe.recv()
                    return answer
                reason = f"reading took longer than {self._seconds:.0f} seconds and was stopped"
                code = "too-slow"
            except (EOFError, OSError):
                reason = "the reader crashed on this file, or it needs too much memory"
                code = "crashed"
            self._stop()
            return Rejected(relative, code, reason)

    def close(self) -> None:
        """Stop the worker."""
        with self._lock:
            self._stop()

    def _connected(self) -> Connection:
        if self._pipe is None or self._worker is None or not self._worker.is_alive():
            self._stop()
            context = multiprocessing.get_context("spawn")
            self._pipe, far_end = context.Pipe()
            self._worker = context.Process(target=_serve, args=(far_end,), daemon=True)
            self._worker.start()
            far_end.close()
        return self._pipe

    def _stop(self) -> None:
        if self._worker is not None and self._worker.pid is not None:
            self._worker.kill()
            self._worker.join()
        if self._pipe is not None:
            self._pipe.close()
        self._worker = self._pipe = None


def _serve(pipe: Connection) -> None:
    """Loop of the worker process: a path in, a document or a rejection out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    with contextlib.suppress(EOFError):
        while True:
            path, relative = pipe.recv()
            pipe.send(_read(path, relative))


def _read(path: Path, relative: str) -> Document | Rejected:
    # The readers bring heavy libraries; only the worker pays for them.
    from pipeline.ingest.akn import read_akn
    from pipeline.ingest.files import true_format
    from pipeline.ingest.layout import Source
    from pipeline.ingest.pdf import read_pdf
    from pipeline.ingest.plain import read_plain, read_structured
    from pipeline.ingest.word import read_word

    readers = {"docx": read_word, "pdf": read_pdf, "txt": read_plain, "jsonl": read_structured, "akn": read_akn}
    digest = None
    try:
        source = Source.of(path, relative)
        digest = source.digest
        document = readers[true_format(path)](source)
        if not document.text:
            raise UnreadableDocumentError("the file holds no text")
        return _in_its_language(document, path.name)
    except UnreadableDocumentError as error:
        return Rejected(relative, "unreadable", str(error), digest)
    except MemoryError:
        return Rejected(relative, "too-large", "reading the file needs too much memory; split it", digest)
    except Exception as error:  # a file may break its reader in ways nobody foresaw: the run goes on
        return Rejected(relative, "failed", f"the reader failed ({type(error).__name__}: {error})", digest)


def _in_its_language(document: Document, name: str) -> Document:
    """The document with its language; what states its language itself (JSON Lines, our own XML) keeps it."""
    from pipeline.reference import detect_language

    if document.blocks and document.blocks[0].style.startswith("overlap:"):
        return document
    language = detect_language(document.text, name)
    if language == "en":
        return document
    notice = Notice("language", f"the text is in another language than English ({language}); its clauses were not read")
    return replace(document, language=language, notices=(*document.notices, notice))


_shared: Reader | None = None


def read_file(path: Path, relative: str) -> Document | Rejected:
    """One file read in the shared worker process; never raises for a bad document.

    Args:
        path: where the file is.
        relative: its name in the corpus.
    """
    global _shared
    if _shared is None:
        _shared = Reader()
        atexit.register(_shared.close)
    return _shared.read(path, relative)
