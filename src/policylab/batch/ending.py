"""The end of a fork: what a kernel's process does when it exits, without taking down the libraries that it shares."""

from __future__ import annotations

import _io
import atexit
import gc
import logging
import signal
import threading
import weakref
from contextlib import suppress
from typing import Any

_PATIENCE_S = 5  # as long as a kernel has that is asked to end


def forget_endings() -> None:
    """Drop what the process that has forked this one wants done at its own end: its files are not this one's to remove."""
    for held in list(weakref.finalize._registry):  # type: ignore[attr-defined]
        held.atexit = False
    atexit._clear()
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    atexit.register(logging.shutdown)


def end_kernel() -> None:
    """
    Do what is done when a kernel ends, so that files which cells have left open are whole.

    Threads come to their end, what was registered with `atexit` is called, what cells have named is let go, and what is
    written and still held back goes to its file. When that takes too long the process is killed, as a kernel is.
    """
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    _let_go()
    _flush_files()


def _let_go() -> None:
    """Drop the names of the notebook: what only they have held ends as it does when a process exits."""
    from IPython.core.interactiveshell import InteractiveShell

    if InteractiveShell.initialized():
        shell: Any = InteractiveShell.instance()
        shell.user_ns.clear()


def _flush_files() -> None:
    """Have every file that is still open write what it holds back, text before the bytes that it becomes."""
    held = [thing for thing in gc.get_objects() if issubclass(type(thing), _io._IOBase)]
    for thing in sorted(held, key=lambda thing: not issubclass(type(thing), _io._TextIOBase)):
        with suppress(Exception):
            thing.flush()
