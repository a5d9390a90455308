from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from policylab.batch.parameters import check_parameters
from policylab.batch.plan import Plan
from policylab.batch.reports import BatchResult, run_batch, run_report

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
EXPLORING = [path.stem for path in NOTEBOOKS if path.stem[0] in "0123456789"]
FIGURES = {
    "targets_chain_320804",
    "gdp_growth_peers_320800",
    "gdp_growth_peers_320804",
    "gdp_growth_trend_320804",
}


def read(path: Path) -> Any:
    """Return a notebook as its file has it."""
    return json.loads(path.read_text("utf-8"))


def list_code(path: Path) -> list[str]:
    """Return the source of each code cell."""
    return ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def test_there_are_notebooks() -> None:
    """The checks below look at something."""
    assert "district_report.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_committed_clean(path: Path) -> None:
    """A notebook is valid, names its kernel, and has no outputs, no counts and no metadata but tags."""
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    for cell in notebook["cells"]:
        assert re.fullmatch(r"[a-z-]+", cell["id"])
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_parameters_are_a_form(path: Path) -> None:
    """One cell is tagged parameters: literals, each with its type and a comment that says what it is."""
    cells = [cell for cell in read(path)["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    assert len(cells) == 1
    lines = "".join(cells[0]["source"]).splitlines()
    assert all(re.fullmatch(r"[a-z_]+: (?:str|int|float|bool) = \S+  # .+", line) for line in lines)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_cells_are_thin(path: Path) -> None:
    """Cells define no functions and classes, and use no absolute paths and no changes to the search path."""
    for source in list_code(path):
        kinds = {type(node) for node in ast.walk(ast.parse(source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.AsyncFunctionDef}
        assert "sys.path" not in source
        assert not re.search(r"[\"']/[a-z]", source)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_no_number_is_typed_in_prose(path: Path) -> None:
    """Markdown cells hold no digits: numbers come from data."""
    prose = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "markdown"]
    assert [text for text in prose if re.search(r"\d", re.sub(r"`[^`]*`|UTF-8", "", text))] == []


def test_the_district_notebook_takes_what_the_runner_gives() -> None:
    """The parameters of the runner are in the notebook with the same types."""
    given = {"region_code": "320804", "report_year": 2023, "lang": "zh", "figures_dir": "x"}
    check_parameters(FOLDER / "district_report.ipynb", given)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_district_report_is_made(lang: str, tmp_path: Path) -> None:
    """The real report runs whole: every section, four figures in every format, evidence, and no error or warning."""
    result = run_report("320804", report_year=2023, lang=lang, out=tmp_path)
    page = result.html.read_text("utf-8")
    assert page.count("<h2>") == 6
    assert page.count('src="data:image/png;base64,') == len(FIGURES)
    assert not re.search(r"<script|stderr|Traceback|\bnan\b|&lt;NA&gt;|\bNone\b", page)
    assert "地区生产总值增长<mark>8%左右</mark>" in page
    assert 'href="#c986"' in page
    assert 'id="c986"' in page
    made = {path.name for path in (tmp_path / "320804-2023").iterdir()}
    assert made == {f"{stem}.{suffix}" for stem in FIGURES for suffix in ("pdf", "svg", "png", "csv", "json")}
    assert len(result.figures) == 3 * len(FIGURES)


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs differ in nothing but the time in the run record."""
    results = [run_report("320804", report_year=2023, out=tmp_path / name) for name in ("a", "b")]
    pages = [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "", result.html.read_text("utf-8")) for result in results]
    assert pages[0] == pages[1]
    first, second = (
        {path.name: path.read_bytes() for path in result.html.with_suffix("").iterdir()} for result in results
    )
    assert first == second


def run_notebook(name: str, out: Path, **parameters: object) -> BatchResult:
    """Run one notebook of the project as a user's batch would."""
    return run_batch(Plan(notebook=name, runs=[{"name": name, **parameters}], out=out, retries=0))


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", EXPLORING)
def test_a_notebook_runs_whole(name: str, lang: str, tmp_path: Path) -> None:
    """From the checkout alone, a notebook runs to its end: no warning, no control that cannot answer, no empty cell."""
    result = run_notebook(name, tmp_path, lang=lang)
    assert result.failed == ()
    page = re.sub(r"data:[a-z/+-]+;base64,[\w+/=]+", "", (tmp_path / f"{name}.html").read_text("utf-8"))
    assert not re.search(r"<script|stderr|Traceback|\bnan\b|&lt;NA&gt;|>None<|Figure\(", page)
    executed = read(tmp_path / f"{name}.ipynb")
    assert "widgets" not in executed["metadata"]
    assert "widget-view" not in json.dumps(executed)
    silent = ("parameters", "imports", "load", "check", "injected-parameters")
    shown = [cell for cell in executed["cells"] if cell["cell_type"] == "code" and cell["id"] not in silent]
    assert [cell["id"] for cell in shown if not cell["outputs"]] == []


@pytest.mark.slow
def test_the_notebooks_run_within_a_minute(tmp_path: Path) -> None:
    """All notebooks to explore in, one after the other, take under a minute of processor time, whatever else is running."""
    resource = pytest.importorskip("resource")
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    results = [run_notebook(name, tmp_path) for name in EXPLORING]
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert [result.failed for result in results] == [()] * len(EXPLORING)
    assert 1 < (end.ru_utime - begin.ru_utime) + (end.ru_stime - begin.ru_stime) < 60


@pytest.mark.parametrize("name", EXPLORING)
def test_cells_keep_their_order(name: str) -> None:
    """A notebook to explore in has its parts in the order of the design, and a title in Chinese and English."""
    cells = [cell["id"] for cell in read(FOLDER / f"{name}.ipynb")["cells"]]
    order = [
        "question",
        "parameters",
        "h-load",
        "imports",
        "load",
        "check",
        "explore",
        "h-sources",
        "sources",
        "record",
    ]
    assert [cell for cell in cells if cell in order] == order
    title = "".join(read(FOLDER / f"{name}.ipynb")["cells"][0]["source"]).partition("\n")[0]
    assert re.fullmatch(r"# .*[\u4e00-\u9fff].* · [A-Z].*", title)
