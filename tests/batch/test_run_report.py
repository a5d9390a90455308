from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylab.batch.reports import RunResult, run_report
from policylab.errors import PolicylabError, ReadError, RunFailedError, UnknownNameError

HOSTILE = "<script>alert(1)</script>"
WriteNotebook = Callable[..., Path]


@pytest.mark.parametrize(
    ("asked", "error", "told"),
    [
        ({"region_code": "320814"}, UnknownNameError, "320814"),
        ({"report_year": 1960}, PolicylabError, "320804"),
        ({"report_year": 2022}, ReadError, "there is 320804-2023"),
        ({"region_code": "320803"}, ReadError, "no report 320803-2023"),
        ({"lang": "fr"}, UnknownNameError, "expected 'zh' or 'en'"),
    ],
)
def test_what_does_not_exist_is_refused(
    tmp_path: Path, asked: dict[str, Any], error: type[PolicylabError], told: str
) -> None:
    """A region, year, report or language that does not exist is one line with what there is, and nothing is written."""
    wanted: dict[str, Any] = {"region_code": "320804", "report_year": 2023} | asked
    with pytest.raises(error, match=told) as caught:
        run_report(wanted.pop("region_code"), out=tmp_path / "reports", **wanted)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file in the place of the folder is one line that says what to do."""
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(PolicylabError, match="cannot make the folder .*; choose another"):
        run_report("320804", report_year=2023, out=tmp_path / "reports")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("rows = 3\nraise ValueError('no\\nluck')", r"cell \[3\], which begins 'rows = 3': ValueError: no luck"),
        # What goes to a file descriptor reaches the log through a thread of the kernel, which needs a moment.
        ("import os, time\nos.write(2, b'last words')\ntime.sleep(0.5)\nos._exit(3)", "died"),
    ],
)
def test_a_failed_run_is_put_aside(tmp_path: Path, write_notebook: WriteNotebook, cell: str, told: str) -> None:
    """A failing cell or a dead kernel leaves an earlier report as it was, its error in _failed, and one line."""
    out = tmp_path / "reports"
    (out / "320804-2023").mkdir(parents=True)
    (out / "320804-2023.html").write_text("earlier")
    notebook = write_notebook(tmp_path / "notebook.ipynb", cell, "after = 1")
    with pytest.raises(RunFailedError, match=told) as caught:
        run_report("320804", report_year=2023, out=out, notebook=notebook)
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in out.iterdir()) == ["320804-2023", "320804-2023.html", "_failed"]
    assert (out / "320804-2023.html").read_text() == "earlier"
    first, *rest = (out / "_failed" / "320804-2023.txt").read_text("utf-8").splitlines()
    assert first in str(caught.value)
    assert ("last words" in "".join(rest)) == ("last words" in cell)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, write_notebook: WriteNotebook) -> RunResult:
    """One run of a small notebook, on a machine where a broken kernel is installed as python3 and IPython has start-up files."""
    folder = tmp_path_factory.mktemp("run")
    kernels = folder / "jupyter" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "broken", "language": "python"}')
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "intruder.py").write_text("intruder = True")
    notebook = write_notebook(
        folder / "notebook.ipynb",
        "import os, sys, pathlib\nprint(sys.executable, 'intruder' in globals(), region_code, report_year, lang)",
        "pathlib.Path(figures_dir).mkdir()\n(pathlib.Path(figures_dir) / 'a.png').write_text('drawn')\n(pathlib.Path(figures_dir) / 'a.csv').write_text('1')",
        f"print({HOSTILE!r})",
    )
    out = folder / "reports"
    (out / "_failed").mkdir(parents=True)
    (out / "_failed" / "320804-2023.txt").write_text("an earlier failure")
    (out / "320804-2023").mkdir()
    (out / "320804-2023" / "old.png").write_text("of an earlier run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        return run_report("320804", report_year=2023, lang="en", out=out, notebook=notebook)


def test_a_run_leaves_its_files_and_no_others(result: RunResult) -> None:
    """Page, notebook and figures lie where they belong; what an earlier run or failure left is gone."""
    out = result.html.parent
    assert sorted(path.name for path in out.iterdir()) == [
        "320804-2023",
        "320804-2023.html",
        "320804-2023.ipynb",
    ]
    assert sorted(path.name for path in (out / "320804-2023").iterdir()) == ["a.csv", "a.png"]
    assert result.figures == (out / "320804-2023" / "a.png",)


def test_the_kernel_is_this_python(result: RunResult) -> None:
    """The notebook runs on this interpreter with the parameters given, without a user's kernels and start-up files."""
    printed = json.loads(result.notebook.read_text("utf-8"))["cells"][2]["outputs"][0]["text"]
    assert "".join(printed).split() == [sys.executable, "False", "320804", "2023", "en"]


def test_the_page_shows_outputs_and_no_code(result: RunResult) -> None:
    """The page has the outputs, escaped, a title and a language, and neither code nor scripts."""
    page = result.html.read_text("utf-8")
    assert '<html lang="en">' in page
    assert "<title>Huaiyin District: the targets of its 2023 work report, compared</title>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "import os" not in page


def test_the_notebook_tells_no_paths_and_times(result: RunResult) -> None:
    """The executed notebook says its parameters, and neither where nor when it ran."""
    notebook = json.loads(result.notebook.read_text("utf-8"))
    assert notebook["metadata"]["papermill"]["parameters"]["region_code"] == "320804"
    text = result.notebook.read_text("utf-8").replace(sys.executable, "")
    assert str(result.html.parent) not in text
    assert "start_time" not in text
    assert "iopub" not in text


def test_the_headline_is_returned(result: RunResult) -> None:
    """The result holds the table of main expected targets of the report."""
    assert set(result.headline["headline"]) == {True}
    assert list(result.headline["indicator"][:2]) == ["gdp_growth", "fiscal_revenue_growth"]
    assert len(result.headline) >= 14
