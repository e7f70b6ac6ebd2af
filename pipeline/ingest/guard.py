"""Each document is read in a worker process that may die or hang without taking the run with it."""

import atexit
import contextlib
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from pipeline.domain import Document, Notice, Rejected, View
from pipeline.errors import UnreadableDocumentError

__all__ = ["DOCUMENT_SECONDS", "Reader", "read_file"]

# A 300-page book of Final Acts takes two seconds; only damaged or hostile files come near this.
DOCUMENT_SECONDS = 600.0
_MEMORY_BYTES = 6 * 2**30


class Reader:
    """Reads files one after another in one worker; a worker that dies or overruns is replaced.

    A worker ends with all that it has started, and the folder for its temporary files is removed.
    """

    def __init__(self, seconds: float = DOCUMENT_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._worker: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._scratch: Path | None = None

    def read(self, path: Path, relative: str, view: View = View.PROPOSED) -> Document | Rejected:
        """The document in one reading of its tracked changes, or the reason why it cannot be used.

        Never raises for a bad file.
        """
        with self._lock:
            pipe = self._connected()
            try:
                pipe.send((path.absolute(), relative, view))
                if pipe.poll(self._seconds):
                    answer: Document | Rejected = pipe.recv()
                    if isinstance(answer, Rejected) and answer.code == "too-slow":
                        self._stop()  # what the worker waited for is still running
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
            self._scratch = Path(tempfile.mkdtemp(prefix="overlap-"))
            self._worker = context.Process(target=_serve, args=(far_end, self._scratch), daemon=True)
            self._worker.start()
            far_end.close()
        return self._pipe

    def _stop(self) -> None:
        if self._worker is not None and self._worker.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # not yet, or no longer, a group of its own
                os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.kill()
            self._worker.join()
        if self._pipe is not None:
            self._pipe.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._worker = self._pipe = self._scratch = None


def _serve(pipe: Connection, scratch: Path) -> None:
    """Loop of the worker process: a path in, a document or a rejection out."""
    os.setpgid(0, 0)  # what it starts can be ended with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    with contextlib.suppress(EOFError):
        while True:
            path, relative, view = pipe.recv()
            pipe.send(_read(path, relative, view, scratch))
    shutil.rmtree(scratch, ignore_errors=True)  # the parent is gone


def _read(path: Path, relative: str, view: View, scratch: Path) -> Document | Rejected:
    # The readers bring heavy libraries; only the worker pays for them.
    from pipeline.ingest.akn import read_akn
    from pipeline.ingest.files import true_format
    from pipeline.ingest.layout import Source
    from pipeline.ingest.legacy import ConversionOverrunError, read_legacy
    from pipeline.ingest.pdf import read_pdf
    from pipeline.ingest.plain import read_plain, read_structured
    from pipeline.ingest.word import read_word

    readers: dict[str, Callable[[Source], Document]] = {
        "docx": partial(read_word, view=view),
        "legacy": partial(read_legacy, scratch=scratch, view=view),
        "pdf": read_pdf,
        "txt": read_plain,
        "jsonl": read_structured,
        "akn": read_akn,
    }
    digest = None
    try:
        source = Source.of(path, relative)
        digest = source.digest
        document = readers[true_format(path)](source)
        if not document.text:
            raise UnreadableDocumentError("the file holds no text")
        return _in_its_language(document, path.name)
    except ConversionOverrunError as error:
        return Rejected(relative, "too-slow", str(error), digest)
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
    told = f"the text is in another language than English ({language}); its clauses are listed, and not compared"
    notice = Notice("language", told)
    return replace(document, language=language, notices=(*document.notices, notice))


_shared: Reader | None = None


def read_file(path: Path, relative: str, view: View = View.PROPOSED) -> Document | Rejected:
    """One file read in the shared worker process; never raises for a bad document.

    Args:
        path: where the file is.
        relative: its name in the corpus.
        view: which reading of its tracked changes is wanted.
    """
    global _shared
    if _shared is None:
        _shared = Reader()
        atexit.register(_shared.close)
    return _shared.read(path, relative, view)
