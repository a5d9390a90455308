"""A process that has imported what a notebook needs, and forks itself for each run.

It imports and never runs: a process whose OpenMP has worked would leave every fork hanging. It has one thread, and reads
one job a line from its standard input; a fork works in a folder of its own, as the leader of its own group, and is killed
with all it has started when its time is up, or when whoever asked is gone.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from policylab.batch.ending import end_kernel, forget_endings
from policylab.batch.heard import ask_again
from policylab.batch.kernels import KERNEL_LOG
from policylab.batch.preload import import_all
from policylab.batch.run import OUTCOME, Job, run_job, to_mb

CAN_FORK = hasattr(os, "fork") and hasattr(os, "setsid")
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_LONG_S = 3600  # more than the system may be asked to wait
# Runs beside each other, each with as many threads as the machine has processors, get in each other's way; and what
# libraries compute in several threads differs in its last digits from one number of threads to another.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class WarmError(Exception):
    """The warm process could not be started or is gone; a run can still be made on a kernel of its own."""


class Exit(NamedTuple):
    """How a fork ended: its exit code (negative: the signal that killed it), whether its time was up, its peak memory."""

    code: int
    timed_out: bool
    peak_mb: float


class WarmProcess:
    """
    The handle of a warm process; any number of threads may run jobs on it at once.

    Parameters
    ----------
    modules : iterable of str
        What it imports beforehand. One that prints, starts a thread or changes the shell on import is left for each run
        to import itself.
    environment : mapping of str to str
        Variables for those that are not set.
    """

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str] = MappingProxyType({})) -> None:
        if not CAN_FORK:
            raise WarmError("this system cannot fork a process")
        self.left_out: list[str] = []
        self._environment = environment
        self._pending: dict[int, Future[Exit]] = {}
        self._numbers, self._lock = count(), threading.Lock()
        self._listener: threading.Thread | None = None
        wanted = list(dict.fromkeys(modules))
        while self._start([name for name in wanted if name not in self.left_out]):
            self.close()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def run(self, job: Job, work: Path) -> Exit:
        """Run a job in a fork of the process, and return how the fork ended."""
        number, ended = next(self._numbers), Future[Exit]()
        request = {"number": number, "work": str(work), "job": job.to_json()}
        with self._lock:
            self._pending[number] = ended
            try:
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
            except (OSError, ValueError):
                self._pending.pop(number, None)
                raise WarmError("the warm process is gone") from None
        return ended.result()

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and every fork that is at work."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # it reads the end of its input, and kills what runs
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._listener is not None:
            self._listener.join()  # until all who wait are told
        self._process.stdout.close()
        self._said.close()

    def _start(self, modules: list[str]) -> bool:
        """Start the process; return whether it has found a module that it should not have imported."""
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the object, when the process is gone
        command = [sys.executable, "-m", "policylab.batch.warm"]
        self._process = _open_process(command, self._environment, stdout=subprocess.PIPE, stderr=self._said)
        try:
            self._process.stdin.write(json.dumps(modules).encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            self._process.kill()
            self._said.seek(0)
            said = self._said.read().decode(errors="replace").strip()[-300:]
            self.close()
            raise WarmError(f"the warm process did not start: {said}") from None
        self.left_out += answer["unfit"]
        return bool(answer["unfit"])

    def _listen(self) -> None:
        """Hand each fork's end to the thread that waits for it; when the process ends, tell all of them."""
        for line in self._process.stdout:
            told = json.loads(line)
            with self._lock:
                self._pending.pop(told["number"]).set_result(Exit(told["code"], told["timed_out"], told["peak_mb"]))
        with self._lock:
            waiting, self._pending = list(self._pending.values()), {}
        for future in waiting:
            future.set_exception(WarmError("the warm process is gone"))


def run_cold(job: Job, work: Path, working: dict[int, Path] | None = None) -> Exit:
    """
    Run a job on a kernel of its own, started fresh, and return how the process that made it ended.

    While it runs, its process id stands in `working`, for who has to kill it.
    """
    command = [sys.executable, "-m", "policylab.batch.run"]
    process = _open_process(command, ONE_THREAD, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=work)
    working = {} if working is None else working
    working[process.pid] = work
    try:
        _, said = process.communicate(json.dumps(job.to_json()).encode(), timeout=job.timeout + 60)
        if process.returncode and not (work / OUTCOME).exists():
            (work / KERNEL_LOG).write_bytes(said)
        return Exit(process.returncode, False, 0.0)
    except BaseException as error:
        kill_group(process.pid)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return Exit(-signal.SIGKILL, True, 0.0)
        raise
    finally:
        working.pop(process.pid, None)


def _open_process(command: list[str], environment: Mapping[str, str], **details: Any) -> Any:
    """Start a process that Ctrl-C in a terminal does not reach, with sets in the same order every time."""
    variables = {**environment, **os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, env=variables, **details)


def kill_group(leader: int) -> None:
    """Kill a process with all that it has started."""
    with contextlib.suppress(AttributeError, OSError):
        os.killpg(leader, signal.SIGKILL)


def _end_with(parent: int) -> None:
    """Have this process killed when the one that has forked it ends in a way that lets it kill nothing: Linux can."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _serve() -> None:
    """Import what the first line of input names, say so, and fork for every further line until the input ends."""
    if sys.path and (sys.path[0] == "" or Path(sys.path[0]) == Path.cwd()):
        del sys.path[0]  # as a kernel does: what lies in the current folder must not be imported for all runs
    asked, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    modules = json.loads(_read_line(asked))
    unfit = import_all(modules)
    answers.write(json.dumps({"unfit": unfit}).encode() + b"\n")
    if not unfit:
        gc.collect()
        gc.freeze()  # forks share what is never collected
        _Forks(asked, answers).serve()


def _read_line(file: Any) -> bytes:
    """Read one line and no more."""
    line = b""
    while not line.endswith(b"\n") and (byte := file.read(1)):
        line += byte
    return line


class _Forks:
    """The forks at work: for each its number, and when its time is up."""

    def __init__(self, asked: Any, answers: Any) -> None:
        self._asked, self._answers = asked, answers
        self._working: dict[int, tuple[int, float]] = {}
        self._late: set[int] = set()
        self._input = b""

    def serve(self) -> None:
        """Fork for every line of input, until it ends."""
        self._wakeup, told = os.pipe()
        for end in (self._wakeup, told):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(told)
        ready = selectors.DefaultSelector()
        ready.register(self._asked, selectors.EVENT_READ)
        ready.register(self._wakeup, selectors.EVENT_READ)
        is_open = True
        while is_open:
            for key, _ in ready.select(self._wait_time()):
                if key.fd == self._wakeup:
                    os.read(self._wakeup, 4096)
                else:
                    is_open = self._take_requests()
            self._stop_late()
            self._report_ended()
        for process in self._working:
            kill_group(process)

    def _wait_time(self) -> float | None:
        """Return the seconds until the next fork is late."""
        ends = [end for process, (_, end) in self._working.items() if process not in self._late]
        return max(0.0, min(min(ends) - time.monotonic(), _LONG_S)) if ends else None

    def _take_requests(self) -> bool:
        """Fork for each whole line that has come; return whether more may come."""
        chunk = os.read(self._asked.fileno(), 1 << 16)
        *lines, self._input = (self._input + chunk).split(b"\n")
        for line in lines:
            request = json.loads(line)
            process = self._fork(request)
            self._working[process] = (request["number"], time.monotonic() + request["job"]["timeout"])
        return bool(chunk)

    def _fork(self, request: dict[str, Any]) -> int:
        """Fork; the fork runs its job and never returns."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # newer Pythons warn of threads; those of libraries written in C survive
            process = os.fork()
        if process:
            return process
        code = 1
        try:
            os.setsid()
            _end_with(os.getppid())
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._asked.close()
            self._answers.close()
            os.chdir(request["job"]["folder"] or request["work"])
            forget_endings()
            ask_again()
            run_job(Job(**request["job"]), Path(request["work"]), warm=True)
            code = 0
            end_kernel()
        finally:
            os._exit(code)

    def _stop_late(self) -> None:
        """Kill the forks whose time is up."""
        for process, (_, end) in self._working.items():
            if end <= time.monotonic() and process not in self._late:
                self._late.add(process)
                kill_group(process)

    def _report_ended(self) -> None:
        """Say of every fork that has ended how it did."""
        for process in list(self._working):
            ended, status, usage = os.wait4(process, os.WNOHANG)
            if not ended:
                continue
            number, _ = self._working.pop(process)
            kill_group(process)  # what a cell has started and left
            code = os.waitstatus_to_exitcode(status)
            told = {
                "number": number,
                "code": code,
                "timed_out": process in self._late,
                "peak_mb": to_mb(usage.ru_maxrss),
            }
            self._late.discard(process)
            self._answers.write(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    _serve()
