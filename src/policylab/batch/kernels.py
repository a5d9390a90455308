"""A kernel in the process that asks: the same cells give the same outputs, without sockets and without a start.

Only the transport is replaced. Cells are run by ipykernel's own kernel and shell, its messages become outputs in nbclient's
own hands, and errors are those of papermill; so what a notebook shows is what it shows on a kernel of its own. What differs
is told where it matters: a cell cannot ask for input (nor can it under papermill), and nothing runs between two cells.
"""

from __future__ import annotations

import asyncio
import codecs
import contextvars
import importlib
import io
import logging
import os
import random
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from importlib.machinery import PathFinder
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any, cast

KERNEL_LOG = ".kernel.log"
_INLINE = "module://matplotlib_inline.backend_inline"
_STREAMS = {"stdout": 1, "stderr": 2}
_PIPE_BYTES = 1 << 20  # more than a pipe holds, so that one reading takes all that was written before


class _Stream(io.TextIOBase):
    """A standard stream that libraries may keep from their import on, and that writes where the process later sends it."""

    def __init__(self, target: Any) -> None:
        self.target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)

    def write(self, text: str) -> int:
        return int(self.target.write(text))

    def flush(self) -> None:
        self.target.flush()

    def fileno(self) -> int:
        return int(self.target.fileno())

    def isatty(self) -> bool:
        return bool(self.target.isatty())


def prepare_imports() -> None:
    """Set up what libraries look at when they are imported, as a kernel does."""
    from ipykernel.kernelapp import IPKernelApp

    os.environ.setdefault("MPLBACKEND", _INLINE)
    cast("Any", IPKernelApp).init_pdb(None)  # before doctest, which builds on the debugger that it finds
    if PathFinder.find_spec("debugpy"):
        sys.breakpointhook = lambda *_, **__: None  # as debugpy has it where nobody has attached
    sys.stdout, sys.stderr = _Stream(sys.stdout), _Stream(sys.stderr)


def spare_grammar() -> None:
    """Import nbformat without the grammar of web addresses that jsonschema else builds on import, in two seconds."""
    modules: dict[str, Any] = sys.modules
    if "rfc3987_syntax" in modules:
        return
    modules["rfc3987_syntax"] = None  # as if not installed: notebooks have no addresses to check
    try:
        importlib.import_module("nbformat")
    finally:
        del modules["rfc3987_syntax"]


def seed_kernel(shell: Any, seed: int) -> None:
    """Have random numbers seeded right before the first cell; a fork would else repeat those of every other one."""

    def seed_once(_: Any) -> None:
        shell.events.unregister("pre_run_cell", seed_once)
        random.seed(seed)
        importlib.import_module("numpy").random.seed(seed)

    shell.events.register("pre_run_cell", seed_once)


def make_config() -> Any:
    """Return a kernel's configuration, by whose first section libraries know that they are in one."""
    from traitlets.config import Config

    config = Config()
    config.IPKernelApp.connection_file = ""
    config.HistoryManager.hist_file = ":memory:"  # as nbclient asks of a kernel
    return config


def open_kernel(work: Path, seed: int) -> Any:
    """
    Return what nbclient takes for the client of a kernel, which runs the cells in this very process.

    For a process that does nothing else afterwards: its standard streams, its random numbers and its ``__main__`` are the
    notebook's from now on.
    """
    os.environ["IPYTHONDIR"] = str(work / ".ipython")  # not the user's, whose start-up files are no part of a run
    log = os.open(work / KERNEL_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for number in _STREAMS.values():
        os.dup2(log, number)
    os.close(log)
    _start_over(work)
    kernel = _make_kernel(_make_logger(work))
    seed_kernel(kernel.shell, seed)
    return _Client(kernel)


def _start_over(work: Path) -> None:
    """Have what this process knows of its start be what a kernel knows that was started in the current folder."""
    launcher = PathFinder.find_spec("ipykernel_launcher")
    path = str(launcher.origin) if launcher else "ipykernel_launcher"
    sys.argv = [path, "-f", str(work / ".kernel.json"), "--HistoryManager.hist_file=:memory:"]
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process: Any = sys.modules.get("multiprocessing.process")
    if process is not None:
        process.ORIGINAL_DIR = str(Path.cwd())  # where processes that are spawned look for modules


def _make_logger(work: Path) -> logging.Logger:
    """Return a logger for what a kernel and its client say, which no cell can hear, however it sets up logging."""
    logger = logging.Logger("kernel", logging.WARNING)
    logger.addHandler(logging.FileHandler(work / KERNEL_LOG, delay=True))
    return logger


def _make_kernel(log: logging.Logger) -> Any:
    """Return ipykernel's kernel, whose messages are kept in a list."""
    from ipykernel import debugger
    from ipykernel.inprocess.ipkernel import InProcessKernel
    from ipykernel.kernelapp import IPKernelApp
    from ipykernel.zmqshell import ZMQInteractiveShell

    debugger._is_debugpy_available = False  # nobody can ask for it here, and its import takes long
    # Of each kind the one instance of the process, as which "%matplotlib", widgets and others look for them.
    application: Any = cast("Any", IPKernelApp).instance(config=make_config(), log=log)  # never started
    make_kernel: Any = cast("Any", InProcessKernel).instance
    make_stream = _make_stream_class()
    make_stream.__name__, make_stream.__module__ = "OutStream", "ipykernel.iostream"  # by which libraries know a kernel
    session = _make_session()
    kernel = make_kernel(parent=application, session=session, shell_class=ZMQInteractiveShell, log=log, user_ns=None)
    application.kernel = kernel
    application.init_shell()
    application.patch_io()
    for name in _STREAMS:
        stream = make_stream(session, kernel.iopub_thread, name, echo=getattr(sys, f"__{name}__"))
        stream.echo.reconfigure(encoding="utf-8", errors="backslashreplace")  # a kernel's streams take any text
        setattr(kernel, name, stream)
        held = getattr(sys, name)
        if isinstance(held, _Stream):
            held.target = stream
        setattr(sys, name, stream)
    kernel._redirected_io = nullcontext  # else what a cell puts in place of a stream would be gone in the next one
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=None)  # asked for by cells that await
    kernel.shell.extension_manager.load_extension("storemagic")
    application.init_path()
    return kernel


def _make_stream_class() -> Any:
    """
    Return the class of a kernel's streams, changed in one thing: what processes write comes where it was written.

    A kernel's own has a thread pass on what stands in the pipe, whenever that thread's turn is: at times after what the
    cell printed next, or in the next cell's output.
    """
    from ipykernel.iostream import OutStream

    stream: Any = OutStream

    class Stream(stream):  # type: ignore[misc]
        def _setup_stream_redirects(self, name: str) -> None:
            self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
            self._taking = threading.Lock()
            super()._setup_stream_redirects(name)

        def _watch_pipe_fd(self) -> None:
            """Pass on what comes while the cell is waiting for something else, until the stream is closed."""
            while select.select([self._fid], [], [])[0] and self._take_written():
                pass

        def _take_written(self) -> bool:
            """Pass on what stands in the pipe; return whether more may come."""
            with self._taking:
                if not self._should_watch:
                    return False
                if not select.select([self._fid], [], [], 0)[0]:
                    return True
                written = os.read(self._fid, _PIPE_BYTES)
                super().write(self._decoder.decode(written))
            os.write(self._original_stdstream_copy, written)
            return bool(written)

        def write(self, text: str) -> Any:
            self._catch_up()
            return super().write(text)

        def flush(self) -> None:
            if not self.closed:
                self._catch_up()
                super().flush()

        def _catch_up(self) -> None:
            if self._fid is not None and self._is_master_process():
                self._take_written()

    return Stream


def _make_session() -> Any:
    """Return a session that keeps messages as a client would receive them, in place of sending them."""
    from jupyter_client.session import Session

    class Keeper(Session):
        def __init__(self, **traits: Any) -> None:
            super().__init__(**traits)
            self.kept: deque[dict[str, Any]] = deque()
            self._owner = os.getpid()

        def send(
            self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, *args: Any, **more: Any
        ) -> Any:
            message = (
                msg_or_type
                if isinstance(msg_or_type, dict)
                else self.msg(
                    msg_or_type,
                    content=content,
                    parent=parent,
                    header=more.get("header"),
                    metadata=more.get("metadata"),
                )
            )
            if os.getpid() != self._owner:  # a process that a cell has forked: its words go the way of all processes'
                if message["msg_type"] == "stream":
                    os.write(_STREAMS[message["content"]["name"]], message["content"]["text"].encode())
                return message
            received = self.unpack(self.pack(message))
            received["buffers"] = [memoryview(part) for part in more.get("buffers") or ()]
            self.kept.append(received)
            return message

    return Keeper(key=b"")


class _Client:
    """The part of a kernel client that nbclient uses."""

    allow_stdin = False

    def __init__(self, kernel: Any) -> None:
        self._kernel, self._context = kernel, contextvars.copy_context()
        self._replies: deque[dict[str, Any]] = deque()
        self._told: deque[dict[str, Any]] = deque()
        self.session, self.log = kernel.session, kernel.log
        self.shell_channel = _Channel(self._replies)
        self.iopub_channel = _Channel(self._told)

    async def is_alive(self) -> bool:
        return True

    async def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Run a cell to its end, and have its messages ready."""
        kernel, session = self._kernel, self._kernel.session
        if kernel.shell.exit_now:
            raise importlib.import_module("nbclient.exceptions").DeadKernelError(
                "a cell has ended it with exit or quit"
            )
        content = {"code": code, "silent": False, "store_history": store_history, "user_expressions": {}}
        request = session.msg("execute_request", {**content, "allow_stdin": False, "stop_on_error": stop_on_error})
        # In one context for all cells, as in a kernel: what numpy prints or decimal rounds to is set there.
        await asyncio.create_task(self._run_cell(request), context=self._context)
        while session.kept:
            message = session.kept.popleft()
            (self._replies if message["msg_type"].endswith("_reply") else self._told).append(message)
        return str(request["header"]["msg_id"])

    async def _run_cell(self, request: dict[str, Any]) -> None:
        """Have the kernel do what a request asks."""
        kernel, session = self._kernel, self._kernel.session
        self._take_comms()
        kernel.set_parent([], request, channel="shell")
        session.send(None, "status", {"execution_state": "busy"}, request)
        await kernel.execute_request(None, [], request)
        sys.stdout.flush()
        sys.stderr.flush()
        session.send(None, "status", {"execution_state": "idle"}, request)

    def _take_comms(self) -> None:
        """Give the kernel what nbclient has sent its widgets since the last cell: what they have captured."""
        while self.shell_channel.sent:
            message = {"buffers": [], **self.shell_channel.sent.popleft()}
            self._kernel.set_parent([], message, channel="shell")
            self._kernel.shell_handlers[message["header"]["msg_type"]](None, [], message)

    def kernel_info(self) -> str:
        """Have the answer to who the kernel is ready."""
        request = self._kernel.session.msg("kernel_info_request")
        reply = self._kernel.session.msg("kernel_info_reply", self._kernel.kernel_info, parent=request)
        self._replies.append(reply)
        return str(request["header"]["msg_id"])


class _Channel:
    """Messages in the order they came."""

    def __init__(self, messages: deque[dict[str, Any]]) -> None:
        self._messages = messages
        self.sent: deque[dict[str, Any]] = deque()

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        if not self._messages:
            await asyncio.sleep(0 if timeout is not None else 3600)
            raise Empty
        return self._messages.popleft()


def execute_here(manager: Any, client: Any, tell: Callable[[Any], None]) -> None:
    """Run the notebook of papermill's execution manager up to its end or its first error; tell of each cell before it runs."""
    from papermill.clientwrap import PapermillNotebookClient

    class Notebook(PapermillNotebookClient):  # type: ignore[misc]
        def execute_cell(self, cell: Any, index: int) -> Any:
            tell(cell)
            return super().execute_cell(cell, index)

    notebook = Notebook(manager, km=object(), log=client.log)
    notebook.kc = client
    notebook.reset_execution_trackers()
    notebook.papermill_execute_cells()
    info = notebook.wait_for_reply(client.kernel_info())
    notebook.nb.metadata["language_info"] = info["content"]["language_info"]
    notebook.set_widgets_metadata()
