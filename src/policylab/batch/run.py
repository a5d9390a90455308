"""One run of a notebook in a folder and a process of its own, and the pages made of it."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import textwrap
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.batch.harvest import collect_values, save_thumbnail
from policylab.batch.kernels import KERNEL_LOG, execute_here, open_kernel, spare_grammar
from policylab.batch.ledger import THUMBNAILS
from policylab.batch.pages import render_pages
from policylab.batch.parameters import read_notebook
from policylab.errors import PolicylabError, RunFailedError
from policylab.project import write_atomic

if TYPE_CHECKING:
    from nbformat import NotebookNode

OUTCOME = ".outcome.json"
_PLACE = ".cell.txt"
_SAVE_S = 2  # after which the notebook so far is kept, for who finds this process gone
_HINT = "; a run has a folder of its own, with copies of the files beside the notebook that its cells name"
_COLOURS = re.compile("\x1b\\[[0-9;]*m")
_ERROR_TAG = "papermill-error-cell-tag"


@dataclass(frozen=True, slots=True)
class Job:
    """
    One run to be made.

    Attributes
    ----------
    name : str
        Stem of its files.
    notebook : str
        Absolute path.
    parameters : mapping
        JSON types by name.
    title, lang : str
        Of its page.
    formats : tuple of "html", "docx", "pdf"
        What is made beside the executed notebook.
    seed : int
        For the random numbers that the notebook does not seed itself.
    timeout : float
        Seconds for the whole run.
    region : mapping
        What the index says of it: region_code, region_name, level, place, also, report_year; empty for a run about none.
    files : mapping of str to str
        What its notebook uses of the folder that it lies in: names there, and absolute paths.
    folder : str
        Where its cells run; by default a folder of its own, which is gone afterwards.
    """

    name: str
    notebook: str
    parameters: Mapping[str, Any]
    title: str
    lang: str = "zh"
    formats: tuple[str, ...] = ("html",)
    seed: int = 0
    timeout: float = 600
    region: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the job as JSON types, for `run_job` in another process."""
        return asdict(self) | {"parameters": dict(self.parameters)}


def run_job(job: Job, work: Path, *, warm: bool) -> None:
    """
    Run a notebook and write its files and what became of it, ``.outcome.json``, into the working folder.

    Parameters
    ----------
    job : Job
    work : Path
        The current folder of this process.
    warm : bool
        Run the cells in this very process, which is good for nothing else afterwards; else on a kernel of their own.
    """
    started = time.perf_counter()
    outcome: dict[str, Any] = {"status": "made", "error": "", "kernel": "warm" if warm else "cold"}
    try:
        executed = execute(job, work, warm=warm)
        outcome["values"] = collect_values(executed)
        save_thumbnail(executed, work / THUMBNAILS / f"{job.name}.png")
        _check_own_folder(job, work)
        begun = time.process_time()
        folders = (work, Path(job.notebook).parent)
        for kind, page in render_pages(executed, job.formats, title=job.title, lang=job.lang, folders=folders):
            write_atomic(work / f"{job.name}.{kind}", page)
        outcome["pages_cpu_seconds"] = round(time.process_time() - begun, 4)
    except PolicylabError as error:
        outcome |= {"status": "failed", "error": str(error), "told": tell_failure(error, work)}
    except Exception as error:  # a page that cannot be made is the failure of this run, not of the batch
        told = f"{type(error).__name__}: {shorten(error)}"
        outcome |= {"status": "failed", "error": told, "told": traceback.format_exc()}
    outcome |= {"seconds": round(time.perf_counter() - started, 3), "peak_mb": measure_peak()}
    write_atomic(work / OUTCOME, json.dumps(outcome))


def execute(job: Job, work: Path, *, warm: bool = False) -> NotebookNode:
    """
    Return the executed notebook, which also lies in the working folder under the job's name.

    Raises
    ------
    RunFailedError
        If a cell failed, took too long or took the kernel with it; the notebook so far lies in the working folder.
    """
    import_runner()
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    output = work / f"{job.name}.ipynb"
    engine = _open_here(work, job, output) if warm else _open_apart(work, job)
    try:
        executed: NotebookNode = papermill.execute_notebook(
            job.notebook, str(output), dict(job.parameters), progress_bar=False, **engine
        )
    except PapermillExecutionError as error:
        told = f"cell [{error.exec_count}], which begins {_first_line(error.source)!r}"
        hint = _HINT if error.ename in ("FileNotFoundError", "ModuleNotFoundError") else ""
        raise RunFailedError(f"{told}: {error.ename}: {shorten(error.evalue)}{hint}") from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise RunFailedError(f"{type(error).__name__}: {shorten(error)}") from error
    _forget_place(executed, Path(job.notebook))
    write_atomic(output, to_json(executed))
    return executed


def import_runner() -> None:
    """Import what `execute` needs; two threads that import these libraries at once get them half made."""
    spare_grammar()
    for name in ("papermill.clientwrap", "jupyter_client.manager", "ipykernel.kernelspec"):
        importlib.import_module(name)


def read_place(work: Path) -> str:
    """Return which cell a run was in when its process ended, "" where it had not begun."""
    path = work / _PLACE
    return path.read_text("utf-8") if path.exists() else ""


def to_json(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file."""
    import nbformat

    writes: Any = nbformat.writes
    return str(writes(notebook)) + "\n"


def shorten(error: object) -> str:
    """Return an error's words on one line of bounded length."""
    return textwrap.shorten(to_text(str(error)), 300, placeholder=" …")


def to_text(words: str) -> str:
    r"""Return words with halves of characters, as names of files can have, written out: no UTF-8 has them."""
    return words.encode("utf-8", "backslashreplace").decode()


def measure_peak() -> float:
    """Return the most memory that this process or one that it has waited for has held, in megabytes of 10**6 bytes."""
    if os.name == "nt":
        import psutil

        return to_mb(psutil.Process().memory_info().peak_wset // 1024)
    import resource

    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return to_mb(max(peaks))


def to_mb(peak: int) -> float:
    """Return a peak that the system gives (kilobytes; bytes on a Mac) in megabytes."""
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def drop_markers(notebook: NotebookNode) -> NotebookNode:
    """Take out the cells that papermill puts where a notebook failed."""
    notebook.cells = [cell for cell in notebook.cells if _ERROR_TAG not in cell.metadata.get("tags", [])]
    return notebook


def _check_own_folder(job: Job, work: Path) -> None:
    """Refuse a file where the folder for what a run makes has its place."""
    if (work / job.name).exists() and not (work / job.name).is_dir():
        raise RunFailedError(
            f"a cell has written a file named {job.name!r}, expected a folder, which is published whole"
        )


def tell_failure(error: Exception, work: Path) -> str:
    """Return an error with its traceback and what the kernel said."""
    cause = error.__cause__
    lines = [str(error), *getattr(cause, "traceback", [])]
    log = work / KERNEL_LOG
    said = log.read_text("utf-8", errors="replace") if log.exists() else ""
    return to_text(_COLOURS.sub("", "\n".join(lines) + "\n" + said))


def _open_here(work: Path, job: Job, output: Path) -> dict[str, Any]:
    """Return how papermill runs cells in this process."""
    from papermill.engines import Engine, papermill_engines

    class HereEngine(Engine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, manager: Any, kernel_name: str, **_: Any) -> None:
            saved = time.monotonic()

            def tell(cell: NotebookNode) -> None:
                nonlocal saved
                _note_place(work, cell)
                if time.monotonic() - saved > _SAVE_S:
                    write_atomic(output, to_json(manager.nb))
                    saved = time.monotonic()

            execute_here(manager, open_kernel(work, job.seed), tell)

    papermill_engines.register("policylab-here", HereEngine)
    return {"engine_name": "policylab-here", "request_save_on_cell_execute": False}


def _open_apart(work: Path, job: Job) -> dict[str, Any]:
    """Return how papermill starts a kernel of this very Python, whatever kernels named python3 a user has installed."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    settings = work / ".ipython"  # not the user's, whose start-up files and history are no part of a run
    settings.mkdir()
    spec = KernelSpec(**get_kernel_dict(), env={"IPYTHONDIR": str(settings)})
    seeding = f"from policylab.batch.kernels import seed_kernel as _s; _s(get_ipython(), {job.seed}); del _s"

    class OwnKernelManager(AsyncKernelManager):
        transport_encryption = "auto"  # the kernel warns where other users of the machine could listen

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

        async def start_kernel(self, **details: Any) -> None:  # type: ignore[override]
            with (work / KERNEL_LOG).open("wb") as log:  # and not this process's terminal
                await super().start_kernel(**details, stderr=log)

    return {
        "execution_timeout": round(job.timeout),
        "kernel_manager_class": OwnKernelManager,
        "extra_arguments": [f"--IPKernelApp.exec_lines={seeding}"],
        "resources": {"metadata": {"path": str(work.resolve())}},  # papermill's cwd would change this process's own
    }


def _join_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs with the pieces of one stream joined: a kernel cuts it wherever a fifth of a second has passed."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _first_line(source: str) -> str:
    """Return the line that a cell begins with."""
    return source.strip().partition("\n")[0]


def _note_place(work: Path, cell: NotebookNode) -> None:
    """Leave word of the cell that is about to run, for who finds this process gone."""
    if cell.cell_type == "code":
        (work / _PLACE).write_text(f"the cell that begins {_first_line(cell.source)!r}", "utf-8")


def _forget_place(executed: NotebookNode, source: Path) -> None:
    """Drop what differs from run to run and machine to machine: paths, times, random names of cells, cuts in streams."""
    named = {cell.get("id") for cell in read_notebook(source)["cells"]}
    for number, cell in enumerate(executed.cells):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.get("id") not in named:  # papermill and nbformat draw one at random
            is_injected = "injected-parameters" in cell.metadata.get("tags", [])
            cell.id = "injected-parameters" if is_injected else f"unnamed-{number}"
        if "outputs" in cell:
            cell.outputs = _join_streams(cell.outputs)
    run = executed.metadata.papermill
    executed.metadata.papermill = {"parameters": run.parameters, "version": run.version, "input_path": source.name}


def _main() -> None:
    """Run one job, given on standard input, on a kernel of its own."""
    run_job(Job(**json.load(sys.stdin)), Path.cwd(), warm=False)


if __name__ == "__main__":
    _main()
