"""
The engine ``policylab-warm`` for papermill: ``papermill --engine policylab-warm in.ipynb out.ipynb``, or in Python
``papermill.execute_notebook(…, engine_name="policylab-warm")``.

All notebooks that one process runs share a warm process, which is what makes the second and later ones fast. Where a
process cannot be forked, or the warm one is gone, papermill's own engine runs the notebook, and a warning says so.
"""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from policylab.batch.preload import list_imports
from policylab.batch.run import OUTCOME, Job, drop_markers, to_json
from policylab.batch.warm import WarmError, WarmProcess

_NO_LIMIT = 1e9  # seconds; papermill has none by default
_log = logging.getLogger("papermill")
_processes: dict[tuple[str, ...], WarmProcess] = {}


class WarmEngine:
    """What papermill asks of an engine; its own class is built when it is needed, since importing papermill takes long."""

    @staticmethod
    def execute_notebook(nb: Any, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook that papermill has prepared."""
        from papermill.engines import Engine, NBClientEngine

        class _Engine(Engine):  # type: ignore[misc]
            @classmethod
            def execute_managed_notebook(cls, manager: Any, kernel_name: str, **details: Any) -> None:
                work = Path(tempfile.mkdtemp(prefix="policylab-"))
                try:
                    _execute(manager, work, details.get("execution_timeout"))
                except WarmError as error:
                    _log.warning("policylab-warm: a cold kernel runs this notebook: %s", error)
                    NBClientEngine.execute_managed_notebook(manager, kernel_name, **details)
                finally:
                    shutil.rmtree(work, ignore_errors=True)

        return _Engine.execute_notebook(nb, kernel_name, **options)

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> str:
        """Return the name of the notebook's kernel."""
        from papermill.engines import Engine

        return str(Engine.nb_kernel_name(nb, name))

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> str:
        """Return the language of the notebook."""
        from papermill.engines import Engine

        return str(Engine.nb_language(nb, language))


def _execute(manager: Any, work: Path, timeout: float | None) -> None:
    """Run the notebook of papermill's execution manager in a fork, and take over what it gave."""
    source = work / "asked.ipynb"
    source.write_text(to_json(manager.nb), "utf-8")
    job = Job("made", str(source), {}, title="", formats=(), timeout=timeout or _NO_LIMIT, folder=str(Path.cwd()))
    ended = _find_process(source).run(job, work)
    made = work / "made.ipynb"
    if not (work / OUTCOME).exists() or not made.exists():
        raise WarmError(f"the fork ended with {'its time up' if ended.timed_out else f'code {ended.code}'}")
    _take_over(manager, drop_markers(_read(made)))


def _take_over(manager: Any, executed: Any) -> None:
    """Give papermill each cell's outputs as if it had run them, up to the first error."""
    manager.nb.metadata = {**executed.metadata, "papermill": manager.nb.metadata.papermill}
    for index, cell in enumerate(manager.nb.cells):
        manager.cell_start(cell, index)
        done = executed.cells[index]
        for name in ("outputs", "execution_count"):
            if name in done:
                cell[name] = done[name]
        is_wrong = done.metadata.get("papermill", {}).get("exception") is True
        if is_wrong:
            manager.cell_exception(cell, cell_index=index, exception=RuntimeError("the cell failed"))
        manager.cell_complete(cell, cell_index=index)
        if is_wrong:
            return


def _find_process(notebook: Path) -> WarmProcess:
    """Return the warm process for notebooks that import the same, started where there is none."""
    modules = tuple(list_imports(notebook, Path.cwd()))
    found = _processes.get(modules)
    if found is None or not found.is_alive():
        found = _processes[modules] = WarmProcess(modules)
        atexit.register(found.close)
    return found


def _read(path: Path) -> Any:
    """Return a notebook with attributes, as papermill holds it."""
    import nbformat

    reads: Any = nbformat.reads
    return reads(path.read_text("utf-8"), as_version=4)
