"""What a batch is to make: a plan from options or from a YAML file, checked whole before anything runs."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policylab.batch.beside import list_beside
from policylab.batch.choices import list_chosen
from policylab.batch.parameters import Parameter, check_parameters, read_parameters
from policylab.batch.run import Job
from policylab.codebook import load_codebook
from policylab.errors import PlanError, ReadError, close_matches
from policylab.project import notebook_path
from policylab.publish.region_names import name_place, name_region
from policylab.publish.words import LANGUAGES, check_language, say
from policylab.read.corpus import count_reports
from policylab.read.regions import Region

FORMATS = ("html", "docx", "pdf")
_EXPECTED = {
    "regions": "codes, names or choices as text",
    "report_years": "whole numbers in a list, as [2023]",
    "notebook": "a path or the name of one of the project's",
    "parameters": "a dict of values by name",
    "runs": "a list of dicts, each with the parameters of a run",
    "formats": "names in a list, as ['html']",
    "out": "a path",
    "cluster": "an address as text",
}
_TAKEN = frozenset({"index", "manifest.jsonl"})
_SUFFIXES = (".ipynb", *(f".{kind}" for kind in FORMATS))
_NAME = re.compile(r"[^\W_][\w.-]{0,99}")  # of a file: no folder, no hidden file, no option
_SHORT = 60  # characters, so that a number has room after them
_LONGEST = 200  # bytes of a name, of the 255 that a disk takes


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What a batch is to make: which regions and years, of which notebook, in which formats, where and how.

    Attributes
    ----------
    regions : str or sequence of str
        Codes or names, with commas between; ``@FILE`` has one on each line; ``level:city``, ``in:320000`` and ``all`` choose
        among the regions whose report of the year is known, and together narrow the choice.
    report_years : sequence of int
        The years that the work reports plan for; a report is made for each region and year.
    notebook : str or Path, optional
        Any notebook with a parameters cell; by default that of a district. Each run has a folder of its own, with copies of
        the files beside the notebook that its cells name.
    parameters : mapping
        Values for other parameters of the notebook.
    runs : sequence of mappings
        In place of regions and years: the parameters of each run, and its ``name``, which its files take.
    formats : sequence of "html", "docx", "pdf"
        What is made beside the executed notebook.
    out : str or Path
        The folder for the files, made where needed.
    jobs : int
        Runs at a time, on this machine; by default one for each processor.
    cluster : str
        Address of a Dask scheduler, to run on its workers instead.
    retries : int
        How often a run that failed is tried again.
    timeout : float
        Seconds that a run may take.
    """

    regions: str | Sequence[str] = ()
    report_years: Sequence[int] = ()
    notebook: str | Path | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    runs: Sequence[Mapping[str, Any]] = ()
    formats: Sequence[str] = ("html",)
    out: str | Path = "reports"
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    cluster: str = ""
    retries: int = 1
    timeout: float = 600


def find_notebook(plan: Plan) -> Path:
    """
    Return the path of a plan's notebook: a file, or one of the project's by its name.

    Raises
    ------
    NotebookError
        If there is none.
    """
    if plan.notebook is None:
        return notebook_path("district_report").resolve()
    path = Path(plan.notebook)
    return (path if path.suffix or path.exists() else notebook_path(str(plan.notebook))).resolve()


def list_jobs(plan: Plan) -> list[Job]:
    """
    Return every run of a plan, all of them checked: names and types of parameters, regions, years, formats.

    Raises
    ------
    PlanError
        If a format, number or name cannot be, or the plan says too little or too much.
    UnknownNameError
        If a region does not exist.
    ReadError
        If a region that was named has no report of the year that the project knows.
    NotebookError
        If the notebook cannot take a parameter.
    """
    check_options(plan)
    notebook = find_notebook(plan)
    known = read_parameters(notebook)
    jobs = [_build_job(plan, notebook, known, run) for run in _list_runs(plan, notebook, known)]
    names = [job.name.casefold() for job in jobs]  # not every disk tells capitals from others
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if (
        source := next((job for job in jobs if Path(plan.out, f"{job.name}.ipynb").resolve() == notebook), None)
    ) is not None:
        raise PlanError(f"the executed notebook would replace {source.notebook}; choose another folder with --out")
    if twice:
        raise PlanError(f"two runs have the name {twice[0]!r}; give each another, since its files take it")
    if not jobs:
        raise PlanError("no region fits: none of those chosen has a report of that year; see data/reports.csv")
    return jobs


def check_options(plan: Plan) -> None:
    """
    Do nothing if a batch could be made from a plan, whatever its notebook.

    Raises
    ------
    PlanError
        If something is of another kind than `Plan` says, a format or number cannot be, or the plan has both runs and regions.
    """
    _check_kinds(plan)
    for name in plan.formats:
        if name not in FORMATS:
            raise PlanError(f"no format {name!r}; formats: {', '.join(FORMATS)}{close_matches(str(name), FORMATS)}")
    for name, value, least in (("jobs", plan.jobs, 1), ("retries", plan.retries, 0), ("timeout", plan.timeout, 1)):
        kind, expected = ((int, float), "number") if name == "timeout" else (int, "whole number")
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value < math.inf:
            raise PlanError(f"{name} is {value!r}, expected a {expected} of at least {least}")
    if plan.runs and (plan.regions or plan.report_years):
        raise PlanError("a plan has either runs or regions and years, got both; leave one out")


def check_run_name(name: str) -> None:
    """
    Do nothing if the files of a run can take its name.

    Raises
    ------
    PlanError
        If it is no name of a file, or one that the folder of a batch needs.
    """
    if not _NAME.fullmatch(name):
        raise PlanError(f"a run has the name {name!r}; its files take it: letters, digits, '.', '-' and '_' only")
    if len(name.encode()) > _LONGEST:
        raise PlanError(f"a run has the name {name!r}, which is too long for its files; give it a shorter one")
    if name.casefold() in _TAKEN or name.casefold().endswith(_SUFFIXES):
        raise PlanError(f"a run has the name {name!r}, which a file of the batch needs; give it another")


def _check_kinds(plan: Plan) -> None:
    """Refuse what is of another kind than a plan has, from who writes Python."""
    regions = [plan.regions] if isinstance(plan.regions, (str, int)) else plan.regions
    fits = {
        "regions": regions is None or _has_only(regions, str, int),
        "report_years": _has_only(plan.report_years, int),
        "notebook": plan.notebook is None or isinstance(plan.notebook, (str, Path)),
        "parameters": isinstance(plan.parameters, Mapping),
        "runs": _has_only(plan.runs, Mapping),
        "formats": _has_only(plan.formats, str),
        "out": isinstance(plan.out, (str, Path)),
        "cluster": isinstance(plan.cluster, str),
    }
    for name, is_fit in fits.items():
        if not is_fit:
            raise PlanError(f"{name} is {getattr(plan, name)!r}, expected {_EXPECTED[name]}")


def _has_only(values: object, *kinds: type) -> bool:
    """Return whether something is a sequence of values of these kinds alone, none of them True or False."""
    if not isinstance(values, Iterable) or isinstance(values, (str, Mapping)):
        return False
    return all(isinstance(value, kinds) and not isinstance(value, bool) for value in values)


def _list_runs(plan: Plan, notebook: Path, known: Mapping[str, Parameter]) -> Iterator[dict[str, Any]]:
    """Yield name, parameters and region of every run."""
    if plan.runs or "region_code" not in known:
        if plan.regions or plan.report_years:
            check_parameters(notebook, {"region_code": ""} if plan.regions else {"report_year": 0})
        yield from _list_free_runs(plan, notebook)
        return
    if not plan.regions:
        raise PlanError("which regions? give codes or names, @FILE, level:city, in:320000 or all with --regions")
    if "report_year" in known and not plan.report_years:
        raise PlanError("which year? give the year that the work reports plan for with --year")
    if is_own := notebook == notebook_path("district_report").resolve():
        _check_own(plan.parameters)
    years: Sequence[int | None] = plan.report_years or [None]
    for year in dict.fromkeys(years):
        for region in _list_regions_of(plan, year, is_own=is_own):
            yield {"region": region, "report_year": year, "parameters": plan.parameters}


def _list_free_runs(plan: Plan, notebook: Path) -> Iterator[dict[str, Any]]:
    """Yield the runs of a notebook that is not about regions, or whose runs are listed."""
    stem = _name_after(notebook)
    for number, run in enumerate(plan.runs or [{"name": stem}], start=1):
        parameters = {**plan.parameters, **{key: value for key, value in run.items() if key != "name"}}
        name = str(run.get("name") or f"{stem}-{number:03d}")
        check_run_name(name)
        yield {"name": name, "parameters": parameters}


def _name_after(notebook: Path) -> str:
    """Return a name for the run of a notebook whose own file may have any: spaces and other signs become a dash."""
    name = re.sub(r"[^\w.]+", "-", notebook.stem).strip("-_.")[:_SHORT]
    return name if name and name.casefold() not in _TAKEN and not name.casefold().endswith(_SUFFIXES) else "notebook"


def _check_own(parameters: Mapping[str, Any]) -> None:
    """Refuse a language, indicator or corpus that every run of our own notebook would fail with."""
    if isinstance(lang := parameters.get("lang"), str):
        check_language(lang)
    if isinstance(indicator := parameters.get("indicator"), str):
        load_codebook().indicator(indicator)
    if isinstance(corpus := parameters.get("corpus"), str) and corpus:
        count_reports(corpus)


def _list_regions_of(plan: Plan, report_year: int | None, *, is_own: bool) -> list[Region]:
    """Return the regions of one year; of those named, each must have a report where our own notebook is to read it."""
    from policylab.publish.material import check_reported, list_reported

    reported = None if report_year is None else list_reported(report_year)
    chosen = list_chosen(plan.regions, report_year, reported)
    missing = [region for region in chosen if reported is not None and region.region_code not in reported]
    if missing and is_own and report_year is not None and not plan.parameters.get("corpus"):
        try:
            check_reported(missing[0].region_code, report_year)
        except ReadError as error:
            more = f" (and {len(missing) - 1} more regions have none)" if len(missing) > 1 else ""
            raise ReadError(f"{missing[0].name}: {error}{more}") from None
    return chosen


def _build_job(plan: Plan, notebook: Path, known: Mapping[str, Parameter], run: Mapping[str, Any]) -> Job:
    """Return one run, its parameters checked."""
    region, year = run.get("region"), run.get("report_year")
    parameters = dict(run["parameters"])
    if region is not None:
        own = {"region_code": region.region_code} | ({"report_year": year} if "report_year" in known else {})
        if set(own) & set(parameters):
            raise PlanError("region_code and report_year follow from the regions and years; don't set them")
        parameters = own | parameters
        name = f"{region.region_code}-{year}" if year else str(region.region_code)
    else:
        name = run["name"]
    values = {key: parameters.get(key, item.default) for key, item in known.items()}
    if "figures_dir" in known:
        parameters.setdefault("figures_dir", name)
    check_parameters(notebook, parameters)
    lang = str(parameters.get("lang", known["lang"].default if "lang" in known else "zh"))
    lang = lang if lang in LANGUAGES else "zh"
    return Job(
        name=name,
        notebook=str(notebook),
        parameters={key: parameters[key] for key in known if key in parameters},
        title=_name_page(notebook, name, region, year, lang),
        lang=lang,
        formats=tuple(plan.formats),
        seed=int(hashlib.sha256(name.encode()).hexdigest()[:8], 16),
        timeout=plan.timeout,
        region=_describe(region, year, lang),
        files=list_beside(notebook, values, out=Path(plan.out)),
    )


def _name_page(notebook: Path, name: str, region: Region | None, report_year: int | None, lang: str) -> str:
    """Return the title of a page."""
    if region is None:
        return notebook.stem if name == _name_after(notebook) else f"{notebook.stem}: {name}"
    if report_year and notebook == notebook_path("district_report").resolve():
        return say("title", lang, region=name_region(region, lang), year=report_year)
    return f"{notebook.stem}: {name_region(region, lang)} {report_year or ''}".strip()


def _describe(region: Region | None, report_year: int | None, lang: str) -> dict[str, Any]:
    """Return what the index says of a region, and the name in the other language, by which it is found too."""
    if region is None:
        return {}
    told = {"region_code": region.region_code, "region_name": name_region(region, lang), "level": region.level}
    other = "en" if lang == "zh" else "zh"
    return told | {"place": name_place(region, lang), "also": name_place(region, other), "report_year": report_year}
