"""Runs in a folder: forked from a warm process where that can be, on a kernel of its own where it cannot or has failed."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from policylab.batch.beside import place_files
from policylab.batch.kernels import KERNEL_LOG
from policylab.batch.ledger import RUNNING
from policylab.batch.run import OUTCOME, Job, read_place
from policylab.batch.warm import ONE_THREAD, Exit, WarmError, WarmProcess, kill_group, run_cold

_RESTARTS = 3


class Result(NamedTuple):
    """
    A run that is over: its job, the folder that it worked in, what became of it, how often it was tried, and what on the way
    was other than it should be: why its kernel was cold.
    """

    job: Job
    work: Path
    outcome: dict[str, Any]
    attempts: int
    notes: tuple[str, ...] = ()


class KernelPool:
    """
    Where runs are made: a warm process, started when it is first needed and again when it is gone, and cold ones.

    Any number of threads may use it at once.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules, self._is_closed = list(modules), False
        self._cold: dict[int, Path] = {}  # the processes of runs on kernels of their own
        self._process: WarmProcess | None = None
        self._starts, self._lock = 0, threading.Lock()

    def __enter__(self) -> KernelPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process and everything that runs; nothing is begun any more."""
        with self._lock:
            self._is_closed = True
            if self._process is not None:
                self._process.close()
                self._process = None
        for process in list(self._cold):
            kill_group(process)

    def make(self, job: Job, folder: Path, *, retries: int) -> Result:
        """Run a job until it succeeds or has been tried again so many times; what is tried again is tried cold."""
        notes: list[str] = []
        for attempt in range(retries + 1):
            work = _make_folder(job, folder)
            tried = self._try_warm(job, work, notes) if attempt == 0 else None
            if tried is None and attempt == 0:
                shutil.rmtree(work, ignore_errors=True)  # in which a run may have begun that is gone now
                work = _make_folder(job, folder)
            outcome = tried or _read_outcome(job, work, run_cold(job, work, self._cold), "cold")
            if outcome["status"] == "made" or attempt == retries or self._is_closed:
                break
            shutil.rmtree(work, ignore_errors=True)
        if attempt and outcome["status"] == "made":
            notes.append("a run failed on a warm kernel and succeeded on a cold one")
        return Result(job, work, outcome, attempt + 1, tuple(notes))

    def _try_warm(self, job: Job, work: Path, notes: list[str]) -> dict[str, Any] | None:
        """Run a job once in a fork; None where that cannot be."""
        try:
            return _read_outcome(job, work, self._find_process(notes).run(job, work), "warm")
        except WarmError as error:
            if self._is_closed:
                return {"status": "failed", "error": "stopped", "told": "stopped", "kernel": "warm"}
            notes.append(f"kernels are cold: {error}")
            return None

    def _find_process(self, notes: list[str]) -> WarmProcess:
        """Return the warm process, started where it is not there; note what it could not have at hand."""
        with self._lock:
            if self._process is not None:
                if self._process.is_alive():
                    return self._process
                self._process.close()
            if self._is_closed:
                raise WarmError("stopped")
            if self._starts >= _RESTARTS:
                raise WarmError(f"the warm process has ended {_RESTARTS} times")
            self._starts += 1
            self._process = WarmProcess(self._modules, ONE_THREAD)
            notes += [
                f"{name} is imported by each run: it prints or starts threads on import"
                for name in self._process.left_out
            ]
            return self._process


def run_here(jobs: Iterable[Job], folder: Path, pool: KernelPool, *, workers: int, retries: int) -> Iterator[Result]:
    """
    Yield every job's result as it comes, so many of them at work at a time.

    When the caller stops listening, runs that have not begun are dropped and those at work are killed.
    """
    waiting = iter(jobs)
    working: set[Future[Result]] = set()
    with ThreadPoolExecutor(workers) as threads:
        try:
            while True:
                for job in waiting:
                    working.add(threads.submit(pool.make, job, folder, retries=retries))
                    if len(working) >= 2 * workers:
                        break
                if not working:
                    return
                done, working = wait(working, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in working:
                future.cancel()
            pool.close()


def _make_folder(job: Job, folder: Path) -> Path:
    """Return a new folder for a run, with the files that it may ask for."""
    work = Path(tempfile.mkdtemp(prefix=RUNNING, dir=folder)).resolve()
    place_files(job.files, work)
    return work


def _read_outcome(job: Job, work: Path, ended: Exit, kernel: str) -> dict[str, Any]:
    """Return what became of a run, also where it could not say so itself."""
    path = work / OUTCOME
    if path.is_file() and not ended.timed_out:
        outcome: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return outcome
    if ended.timed_out:
        told = f"its time was up after {job.timeout:g} s"
    elif ended.code < 0:
        told = f"its process was killed ({_name_signal(-ended.code)})"
    else:
        told = f"its process ended with exit code {ended.code}"
    if not work.is_dir():
        told = "a cell has removed the folder that its run worked in"
    place = read_place(work)
    told = f"{told} in {place}" if place else told
    log = work / KERNEL_LOG
    said = log.read_text("utf-8", errors="replace") if log.exists() else ""
    peak = ended.peak_mb or None
    return {
        "status": "failed",
        "error": told,
        "told": f"{told}\n{said}",
        "kernel": kernel,
        "seconds": None,
        "peak_mb": peak,
    }


def _name_signal(number: int) -> str:
    """Return the name of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
