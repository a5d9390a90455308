"""Run the notebook of a district with its parameters, and publish its report only where the whole run succeeded."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.batch.beside import forget_files, list_beside, place_files
from policylab.batch.far import run_far
from policylab.batch.index_page import render_index
from policylab.batch.keys import compute_key, forget_hashes
from policylab.batch.ledger import (
    INDEX,
    Entry,
    append_entry,
    clear_leftovers,
    find_reason,
    hold_folder,
    publish_run,
    put_aside,
    read_manifest,
    write_manifest,
)
from policylab.batch.pages import to_body
from policylab.batch.parameters import check_parameters, read_notebook
from policylab.batch.plan import Plan, list_jobs
from policylab.batch.preload import list_imports
from policylab.batch.progress import Progress
from policylab.batch.run import Job, execute, import_runner, tell_failure
from policylab.batch.workers import KernelPool, Result, run_here
from policylab.errors import DataError, RunFailedError
from policylab.model import Document
from policylab.project import make_folder, notebook_path, write_atomic
from policylab.publish.fonts import cut_truetype
from policylab.publish.material import load_document, load_own
from policylab.publish.region_names import name_region
from policylab.publish.render import render_page
from policylab.publish.words import check_language, say
from policylab.read.regions import find_region

if TYPE_CHECKING:
    import pandas as pd

_OWN_KERNELS = ("python3", "python")


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


@dataclass(frozen=True, slots=True)
class BatchResult:
    """
    What a batch left.

    Attributes
    ----------
    folder : Path
    entries : dict of str to dict
        The line of the manifest of every run of the plan, by its name; a run that was not reached has none.
    run : tuple of str
        The names of the runs that were not up to date.
    reasons : mapping of str to int
        Why, and how many for each reason.
    notes : mapping of str to int
        What was other than it should be, and how often.
    seconds : float
    stopped : bool
        Whether Ctrl-C ended it.
    """

    folder: Path
    entries: Mapping[str, Entry]
    run: tuple[str, ...]
    reasons: Mapping[str, int]
    notes: Mapping[str, int]
    seconds: float
    stopped: bool

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the runs that failed."""
        return tuple(name for name, entry in self.entries.items() if entry["status"] != "made")


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
        Six digits. Its text is taken from ``data/reports``; where it is not there, the facts that the project ships.
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
        If neither text nor facts of the region's report are at hand, or the text is empty or not text.
    NotebookError
        If the notebook cannot take these parameters.
    RunFailedError
        If a cell failed; the message names the cell, its error and where the notebook lies.
    DataError
        If the files cannot be written.
    """
    check_language(lang)
    region = find_region(region_code, report_year=report_year)
    document = load_document(region.region_code, report_year)
    source = (notebook_path("district_report") if notebook is None else Path(notebook)).resolve()
    name = f"{region.region_code}-{report_year}"
    parameters = {"region_code": region.region_code, "report_year": report_year, "lang": lang, "figures_dir": name}
    check_parameters(source, parameters)
    folder = make_folder(Path("reports") if out is None else Path(out))
    title = say("title", lang, region=name_region(region, lang), year=report_year)
    files = list_beside(source, parameters, out=folder)
    job = Job(name=name, notebook=str(source), parameters=parameters, title=title, lang=lang, files=files)
    import_runner()
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as work, ThreadPoolExecutor(1) as beside:
        headline = beside.submit(_list_headline, document)  # while this process would only wait for the kernel
        outputs = _make_report(job, Path(work), folder)
        figures = tuple(folder / path for path in outputs if path.startswith(f"{name}/") and _is_figure(path))
        return RunResult(folder / f"{name}.html", folder / f"{name}.ipynb", figures, headline.result())


def run_batch(plan: Plan, *, force: bool = False) -> BatchResult:
    """
    Make every report of a plan that is not up to date, and return what became of all of them.

    Everything is checked before anything runs. Each run has a process, folder, seed and time limit of its own; what it
    made takes its place under ``plan.out`` only when it is whole. A run that failed leaves its notebook and its error in
    ``_failed`` there, and stops no other. ``manifest.jsonl`` has one line a run. However the batch ends, the next call
    goes on where it was.

    Parameters
    ----------
    plan : Plan
    force : bool
        Make also what is up to date.

    Returns
    -------
    BatchResult

    Raises
    ------
    PolicylabError
        As `policylab.batch.plan.list_jobs`; and if another batch is at work in the folder.
    """
    forget_files()
    jobs = list_jobs(plan)
    folder = make_folder(Path(plan.out))
    started = time.monotonic()
    with hold_folder(folder):
        clear_leftovers(folder)
        forget_hashes()
        entries = read_manifest(folder)
        keys = {job.name: compute_key(job) for job in jobs}
        reasons = {job.name: find_reason(folder, entries.get(job.name), keys[job.name], job.formats) for job in jobs}
        due = [job for job in jobs if reasons[job.name] or force]
        told = Counter(reasons[job.name] or "asked for" for job in due)
        notes = _note_kernel(Path(jobs[0].notebook)) if due else {}
        reached: list[str] = []
        stopped = _make_due(due, plan, keys=keys, entries=entries, notes=notes, reached=reached) if due else False
        if due or not (folder / INDEX).exists():
            entries = _write_overview(folder, jobs, entries)
        left = {job.name for job in due}.difference(reached)  # which may have an entry of an earlier batch
        mine = {job.name: entries[job.name] for job in jobs if job.name not in left}
        return BatchResult(
            folder, mine, tuple(job.name for job in due), told, notes, time.monotonic() - started, stopped
        )


def _note_kernel(notebook: Path) -> dict[str, int]:
    """Say so where a notebook names a kernel of its own, whose libraries its cells would not find."""
    name = read_notebook(notebook)["metadata"].get("kernelspec", {}).get("name", "python3")
    if name in _OWN_KERNELS:
        return {}
    return {f"{notebook.name} names the kernel {name!r}; its cells ran on the Python and libraries of policylab": 1}


def _list_headline(document: Document) -> pd.DataFrame:
    """Return the headline targets of a report, and have at hand what its page will need."""
    own = load_own(document)
    headline = own[own["headline"]].reset_index(drop=True)
    importlib.import_module("nbconvert")
    cut_truetype(document.text)
    return headline


def _make_report(job: Job, work: Path, folder: Path) -> Mapping[str, Any]:
    """Execute one notebook and publish its page; a failed run is put aside and told in one line."""
    place_files(job.files, work)
    try:
        executed = execute(job, work)
    except RunFailedError as error:
        kept = put_aside(work, folder, job.name, tell_failure(error, work))
        there = f"; the notebook so far is {kept}" if kept else ""
        raise RunFailedError(f"{Path(job.notebook).name} failed in {error}{there}") from None
    body = to_body(executed, job.lang, (work, Path(job.notebook).parent))
    write_atomic(work / f"{job.name}.html", render_page(body, title=job.title, lang=job.lang))
    return publish_run(work, folder, job.name, ("ipynb", "html"))


def _is_figure(path: str) -> bool:
    """Return whether a file is a figure."""
    return path.endswith((".pdf", ".svg", ".png"))


def _make_due(
    due: list[Job],
    plan: Plan,
    *,
    keys: Mapping[str, Mapping[str, str]],
    entries: dict[str, Entry],
    notes: dict[str, int],
    reached: list[str],
) -> bool:
    """Make what is due, each with its line of the manifest as soon as it is over; return whether Ctrl-C has stopped it."""
    folder = Path(plan.out)
    write_manifest(folder, entries.values())
    stopped = False
    try:
        with Progress(len(due)) as progress, closing(_run(due, folder, plan)) as results:
            for result in results:
                name = result.job.name
                for words in result.notes:
                    notes[words] = notes.get(words, 0) + 1
                entry = _settle(result, folder, keys[name], entries.get(name, {}).get("outputs", ()))
                append_entry(folder, entry)
                entries[name] = entry
                reached.append(name)
                progress.count(entry)
    except KeyboardInterrupt:
        stopped = True
    except OSError as error:
        told = f"cannot write in {folder}: {error.strerror or error}; make room, or choose another folder with --out"
        raise DataError(f"{told}; what is made stays, and the same command goes on from there") from None
    finally:
        clear_leftovers(folder)
    return stopped


def _write_overview(folder: Path, jobs: list[Job], entries: dict[str, Entry]) -> dict[str, Entry]:
    """Write manifest and index in the order of the plan, other reports after it; return the entries in that order."""
    order = {job.name: number for number, job in enumerate(jobs)}
    entries = dict(sorted(entries.items(), key=lambda item: order.get(item[0], len(order))))
    write_manifest(folder, entries.values())
    write_atomic(folder / INDEX, render_index(entries.values(), folder, lang=jobs[0].lang))
    return entries


def _run(jobs: list[Job], folder: Path, plan: Plan) -> Generator[Result]:
    """Yield the results as they come."""
    if plan.cluster:
        yield from run_far(jobs, folder, plan.cluster, retries=plan.retries)
        return
    modules = list_imports(Path(jobs[0].notebook))
    with KernelPool(modules) as pool:
        yield from run_here(jobs, folder, pool, workers=min(plan.jobs, len(jobs)), retries=plan.retries)


def _settle(result: Result, folder: Path, key: Mapping[str, str], earlier: Iterable[str]) -> Entry:
    """Publish what a run has made in place of what it made earlier, or put it aside; return its line of the manifest."""
    job, outcome, name = result.job, result.outcome, result.job.name
    entry: Entry = {
        "name": name,
        **job.region,
        "title": job.title,
        "parameters": dict(job.parameters),
        "key": dict(key),
    }
    entry |= {"status": outcome["status"], "error": outcome["error"], "seed": job.seed, "attempts": result.attempts}
    entry |= {field: outcome.get(field) for field in ("kernel", "seconds", "pages_cpu_seconds", "peak_mb", "values")}
    if outcome["status"] == "made":
        entry["outputs"] = publish_run(result.work, folder, name, ("ipynb", *job.formats))
        for path in set(earlier) - set(entry["outputs"]):  # a page of an earlier run that this one would belie
            (folder / path).unlink(missing_ok=True)
    else:
        put_aside(result.work, folder, name, outcome["told"])
        entry["outputs"] = {}
    shutil.rmtree(result.work, ignore_errors=True)
    return entry
