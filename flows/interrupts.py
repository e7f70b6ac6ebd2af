"""Ctrl-C that no library on the way can swallow: what was asked for once is asked again at the next step."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["check", "obeyed", "watch"]

_asked = threading.Event()


def _ask(_signal: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


@contextmanager
def watch() -> Iterator[None]:
    """Remember Ctrl-C while this lasts; outside the main thread nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _asked.clear()
    before = signal.signal(signal.SIGINT, _ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _asked.clear()


@contextmanager
def obeyed() -> Iterator[None]:
    """Ctrl-C as Python has it by itself, while this lasts; outside the main thread nothing is changed.

    What a script starts in its background inherits that SIGINT is ignored, and asyncio then leaves it so: such a
    process could only be killed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def check() -> None:
    """Raise what was asked for, if something between swallowed it.

    Raises:
        KeyboardInterrupt: Ctrl-C came since ``watch`` began.
    """
    if _asked.is_set():
        raise KeyboardInterrupt
