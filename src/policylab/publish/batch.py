"""Run the notebook of a district with its parameters, and publish its report only where the whole run succeeded."""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import DataError, NotebookError, RunFailedError, close_matches
from policylab.model import Document
from policylab.project import notebook_path, write_atomic
from policylab.publish.fonts import cut_truetype
from policylab.publish.material import find_report
from policylab.publish.region_names import name_region
from policylab.publish.render import render_page
from policylab.publish.words import check_language, say
from policylab.read.files import read_report
from policylab.read.regions import find_region

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode

_TIMEOUT_S = 600  # for one cell
_KERNEL_LOG = "kernel.log"
_FORM_TAG = "form"  # cells for who opens the notebook, left out of the page


@dataclass(frozen=True, slots=True)
class RunResult:
    """
    What one run left.

    Attributes
    ----------
    html, notebook : Path
        The self-contained page, and the executed notebook.
    figures : tuple of Path
        The figures as PDF, SVG and PNG, by name.
    headline : DataFrame, one row per main expected target (see `policylab.analyse.tables`)
    """

    html: Path
    notebook: Path
    figures: tuple[Path, ...]
    headline: pd.DataFrame


def run_report(
    region_code: str,
    *,
    report_year: int,
    lang: str = "zh",
    out: str | Path | None = None,
    notebook: str | Path | None = None,
) -> RunResult:
    """
    Execute the notebook of a district and return where its page, notebook and figures lie.

    Everything that can be refused is refused before the notebook is started. It runs in a folder of its own; what it
    made takes its place under `out` only after the last cell. A failed run leaves its notebook and its error in
    ``_failed`` there, and an earlier report as it was.

    Parameters
    ----------
    region_code : str
        Six digits; its report must be in ``data/reports``.
    report_year : int
        The year that the report plans for.
    lang : "zh" or "en"
        Language of titles, labels and sentences.
    out : str or Path, optional
        The folder for the files, made where needed; ``reports`` by default.
    notebook : str or Path, optional
        Another notebook with the parameters region_code, report_year, lang and figures_dir.

    Raises
    ------
    UnknownNameError
        If there was no such region in that year, or no such language.
    ReadError
        If the region's report is not in ``data/reports``, or is empty or not text.
    NotebookError
        If the notebook cannot take these parameters.
    RunFailedError
        If a cell failed; the message names the cell, its error and where the notebook lies.
    DataError
        If the files cannot be written.
    """
    check_language(lang)
    region = find_region(region_code, report_year=report_year)
    path = find_report(region.region_code, report_year)
    document = read_report(path, region_code=region.region_code, report_year=report_year)
    source = (notebook_path("district_report") if notebook is None else Path(notebook)).resolve()
    name = f"{region.region_code}-{report_year}"
    parameters = {"region_code": region.region_code, "report_year": report_year, "lang": lang, "figures_dir": name}
    check_parameters(source, parameters)
    folder = _make_folder(Path("reports") if out is None else Path(out))
    with tempfile.TemporaryDirectory(prefix=".run-", dir=folder) as work, ThreadPoolExecutor(1) as beside:
        headline = beside.submit(_list_headline, document)  # while this process would only wait for the kernel
        executed = _execute(source, Path(work), parameters, failed=folder / "_failed" / name)
        title = say("title", lang, region=name_region(region, lang), year=report_year)
        page = render_page(_to_body(executed), title=title, lang=lang)
        return _publish(Path(work), folder, name, page=page, headline=headline.result())


def check_parameters(notebook: str | Path, parameters: Mapping[str, object]) -> None:
    """
    Do nothing if a notebook can take these parameters.

    papermill itself only warns where the cell with the tag "parameters" is missing or a name is not in it, and then runs
    the notebook with its own values: a report of another district under this one's name.

    Raises
    ------
    NotebookError
        If the notebook cannot be read, names no kernel, has not exactly one cell tagged "parameters", lacks one of the
        parameters, or gives it a value of another type.
    """
    known = _read_parameters(Path(notebook))
    for name, value in parameters.items():
        if name not in known:
            near = close_matches(name, known) or f"; it has {', '.join(known)}"
            raise NotebookError(f"{notebook}: no parameter {name!r} in its parameters cell{near}")
        if type(value) is not known[name]:
            expected, got = known[name].__name__, type(value).__name__
            raise NotebookError(f"{notebook}: parameter {name!r} is {expected}, got {got} {value!r}")


def _list_headline(document: Document) -> pd.DataFrame:
    """Return the headline targets of a report, and have at hand what its page will need."""
    from policylab.analyse.tables import to_table
    from policylab.annotate.targets import annotate

    headline = to_table(target for target in annotate(document) if target.headline)
    importlib.import_module("nbconvert")
    cut_truetype(document.text)
    return headline


def _read_parameters(path: Path) -> dict[str, type]:
    """Return the names in a notebook's parameters cell with the types of their values."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
        kernel = notebook["metadata"].get("kernelspec", {}).get("name")
        cells = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    except FileNotFoundError:
        raise NotebookError(f"no notebook {path}") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path} is not a notebook (nbformat 4): {type(error).__name__} {error}") from None
    if not kernel:
        raise NotebookError(f"{path} names no kernel; open it in JupyterLab, choose Python 3 and save it")
    if len(cells) != 1:
        message = f"{path} has {len(cells)} cells tagged 'parameters', expected one; tag the cell that sets region_code"
        raise NotebookError(message)
    return _list_assignments("".join(cells[0]["source"]), path)


def _list_assignments(source: str, path: Path) -> dict[str, type]:
    """Return the names that a cell assigns literals to, with the types of these."""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise NotebookError(f"{path}: its parameters cell is not Python: {error.msg} in line {error.lineno}") from None
    found: dict[str, type] = {}
    for statement in statements:
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [])
        try:
            value = ast.literal_eval(statement.value)  # type: ignore[attr-defined]
        except (AttributeError, ValueError):
            message = f"{path}: its parameters cell may only assign literals, got line {statement.lineno}"
            raise NotebookError(message) from None
        found |= {target.id: type(value) for target in targets if isinstance(target, ast.Name)}
    return found


def _make_folder(folder: Path) -> Path:
    """Make the folder for the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {folder}: {error.strerror}; choose another with --out") from None
    if not os.access(folder, os.W_OK):
        raise DataError(f"cannot write in {folder}: no right to; choose another folder with --out")
    return folder


def _execute(source: Path, work: Path, parameters: dict[str, Any], *, failed: Path) -> NotebookNode:
    """Run the notebook in its folder; a failed one is put aside and told in one line."""
    _spare_grammar()
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    output = work / f"{failed.name}.ipynb"
    try:
        executed: NotebookNode = papermill.execute_notebook(
            str(source),
            str(output),
            parameters,
            execution_timeout=_TIMEOUT_S,
            request_save_on_cell_execute=False,
            kernel_manager_class=_kernel_manager(work.resolve()),
            resources={"metadata": {"path": str(work.resolve())}},  # papermill's cwd would change this process's own
        )
    except PapermillExecutionError as error:
        begin = error.source.strip().partition("\n")[0]
        told = f"cell [{error.exec_count}], which begins {begin!r}: {error.ename}: {_shorten(error.evalue)}"
    except (CellTimeoutError, DeadKernelError) as error:
        told = f"{type(error).__name__}: {_shorten(error)}"
    else:
        _forget_place(executed, source)
        write_atomic(output, _to_json(executed))
        return executed
    _put_aside(output, failed, told + "\n" + (work / _KERNEL_LOG).read_text("utf-8", errors="replace"))
    kept = f"; the notebook so far is {failed}.ipynb" if failed.with_name(f"{failed.name}.ipynb").exists() else ""
    raise RunFailedError(f"{source.name} failed in {told}{kept}")


def _shorten(error: object) -> str:
    """Return an error's words on one line of bounded length."""
    return textwrap.shorten(str(error), 300, placeholder=" …")


def _spare_grammar() -> None:
    """Import nbformat without the grammar of web addresses that jsonschema else builds on import, in two seconds."""
    modules: dict[str, Any] = sys.modules
    if "rfc3987_syntax" in modules:
        return
    modules["rfc3987_syntax"] = None  # as if not installed: notebooks have no addresses to check
    try:
        importlib.import_module("nbformat")
    finally:
        del modules["rfc3987_syntax"]


def _kernel_manager(work: Path) -> type:
    """Return a manager that starts this very Python, whatever kernels named python3 a user has installed."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    settings = work / ".ipython"  # not the user's, whose start-up files and history are no part of a run
    settings.mkdir()
    spec = KernelSpec(**get_kernel_dict(), env={"IPYTHONDIR": str(settings)})

    class OwnKernelManager(AsyncKernelManager):
        transport_encryption = "auto"  # the kernel warns where other users of the machine could listen

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

        async def start_kernel(self, **details: Any) -> None:  # type: ignore[override]
            with (work / _KERNEL_LOG).open("wb") as log:  # and not this process's terminal
                await super().start_kernel(**details, stderr=log)

    return OwnKernelManager


def _forget_place(executed: NotebookNode, source: Path) -> None:
    """Drop what differs from run to run and machine to machine: paths, times and random names of cells."""
    for cell in executed.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"  # papermill draws one at random
    run = executed.metadata.papermill
    executed.metadata.papermill = {"parameters": run.parameters, "version": run.version, "input_path": source.name}


def _to_json(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file."""
    import nbformat

    writes: Any = nbformat.writes
    return str(writes(notebook)) + "\n"


def _to_body(executed: NotebookNode) -> str:
    """Return the outputs of a notebook as HTML, without code and without the cells for who opens the notebook."""
    import nbconvert

    exporter: Any = nbconvert.HTMLExporter
    cells = [cell for cell in executed.cells if _FORM_TAG not in cell.metadata.get("tags", [])]
    shown = type(executed)({**executed, "cells": cells})
    body, _ = exporter(template_name="basic", exclude_input=True, exclude_output_prompt=True).from_notebook_node(shown)
    return str(body)


def _put_aside(output: Path, failed: Path, told: str) -> None:
    """Keep a failed notebook, its error and what its kernel said."""
    failed.parent.mkdir(exist_ok=True)
    if output.exists():
        output.replace(failed.with_name(f"{failed.name}.ipynb"))
    write_atomic(failed.with_name(f"{failed.name}.txt"), told)


def _publish(work: Path, folder: Path, name: str, *, page: str, headline: pd.DataFrame) -> RunResult:
    """Move everything to its place, the page last, and forget an earlier failure."""
    (work / name).mkdir(exist_ok=True)
    if (folder / name).exists():
        (folder / name).replace(work / "replaced")
    (work / name).replace(folder / name)
    (work / f"{name}.ipynb").replace(folder / f"{name}.ipynb")
    write_atomic(folder / f"{name}.html", page)
    for suffix in ("ipynb", "txt"):
        (folder / "_failed" / f"{name}.{suffix}").unlink(missing_ok=True)
    figures = tuple(sorted(path for path in (folder / name).iterdir() if path.suffix in (".pdf", ".svg", ".png")))
    return RunResult(folder / f"{name}.html", folder / f"{name}.ipynb", figures, headline)
