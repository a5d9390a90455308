from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylab.batch.plan import Plan, list_chosen, list_jobs
from policylab.batch.plan_file import load_plan
from policylab.errors import NotebookError, PlanError, PolicylabError, ReadError, UnknownNameError

WriteNotebook = Callable[..., Path]


def test_the_cities_of_a_province_each_get_a_run() -> None:
    """All 13 cities of Jiangsu have a run with their own name, code, year, figures and seed."""
    jobs = list_jobs(Plan(regions="level:city,in:320000", report_years=[2023], parameters={"lang": "en"}))
    assert len(jobs) == len({job.seed for job in jobs}) == 13
    first = jobs[0]
    assert (first.name, first.lang, first.formats) == ("320100-2023", "en", ("html",))
    assert first.parameters == {
        "region_code": "320100",
        "report_year": 2023,
        "lang": "en",
        "figures_dir": "320100-2023",
    }
    assert first.title == "Nanjing: the targets of its 2023 work report, compared"
    assert (first.region["place"], first.region["also"]) == ("Nanjing, Jiangsu", "江苏省南京市")


def test_choices_take_only_regions_whose_report_is_known() -> None:
    """Districts of Huai'an other than Huaiyin have no report at hand, and every city with one of the year is found."""
    assert [job.name for job in list_jobs(Plan(regions="in:320800", report_years=[2023]))] == ["320804-2023"]
    assert len(list_jobs(Plan(regions="level:city", report_years=[2023]))) > 150


def test_names_codes_and_files_are_one_list(tmp_path: Path) -> None:
    """Codes, names, both kinds of comma and a file with comments are understood; who is named twice comes once."""
    listed = tmp_path / "list.txt"
    listed.write_text("\ufeff# mine\n320804  # 淮阴区\n\n淮安市\n", "utf-8")
    chosen = list_chosen(f"@{listed}，320804,江苏省", 2023, None)
    assert [region.region_code for region in chosen] == ["320804", "320800", "320000"]


def test_a_file_of_regions_may_come_from_a_spreadsheet(tmp_path: Path) -> None:
    """Byte order mark, Windows' line ends, comments, a header and more columns are understood; a mistake has its line."""
    path = tmp_path / "regions.csv"
    path.write_bytes("\ufeffregion_code,name\r\n320804,淮阴区\r\n\r\n淮安市 # its city\r\n".encode())
    assert [job.name for job in list_jobs(Plan(regions=f"@{path}", report_years=[2023, 2023]))] == [
        "320804-2023",
        "320800-2023",
    ]
    path.write_text("320804\n320814\n", "utf-8")
    with pytest.raises(UnknownNameError, match=r"regions\.csv line 2: no region has the code '320814'"):
        list_jobs(Plan(regions=f"@{path}", report_years=[2023]))
    path.write_text("# none\n", "utf-8")
    with pytest.raises(PlanError, match=r"regions\.csv names no region"):
        list_jobs(Plan(regions=f"@{path}", report_years=[2023]))


def test_years_are_crossed_with_regions() -> None:
    """Each region has a run for each year."""
    jobs = list_jobs(Plan(regions="320800,320100", report_years=[2022, 2023]))
    assert [job.name for job in jobs] == ["320800-2022", "320100-2022", "320800-2023", "320100-2023"]


@pytest.mark.parametrize(
    ("plan", "error", "told"),
    [
        ({"regions": "320814"}, UnknownNameError, "no region has the code '320814'"),
        ({"regions": "淮阴县"}, UnknownNameError, "did not exist in 2023.*became 320804"),
        ({"regions": "淮荫区"}, UnknownNameError, "no region has the name '淮荫区'"),
        ({"regions": "320803"}, ReadError, "淮安区: no report 320803-2023; to add one"),
        ({"regions": "320803,320812"}, ReadError, "and 1 more regions have none"),
        ({"regions": "levl:city"}, PlanError, "no choice 'levl:city'.*did you mean 'level'"),
        ({"regions": "level:town"}, UnknownNameError, "no level 'town'"),
        ({"regions": "level:city,level:county"}, PlanError, "level: stands twice"),
        ({"regions": "in:710000"}, PlanError, "no region fits"),
        ({"regions": "@nowhere.txt"}, PlanError, "cannot read the regions in nowhere.txt"),
        ({"regions": ""}, PlanError, "which regions"),
        ({"regions": "320804", "timeout": float("nan")}, PlanError, "timeout is nan, expected a number"),
        ({"regions": "320804", "timeout": float("inf")}, PlanError, "timeout is inf, expected a number"),
        (
            {"regions": 320804, "report_years": 2023},
            PlanError,
            r"report_years is 2023, expected whole numbers in a list",
        ),
        (
            {"regions": "320804", "report_years": ["2023"]},
            PlanError,
            "report_years is .'2023'., expected whole numbers",
        ),
        (
            {"regions": "320804", "formats": "html"},
            PlanError,
            r"formats is 'html', expected names in a list, as \['html'\]",
        ),
        ({"runs": {"name": "a"}, "report_years": []}, PlanError, "runs is {'name': 'a'}, expected a list of dicts"),
        ({"regions": "320804", "parameters": None}, PlanError, "parameters is None, expected a dict"),
        ({"regions": "320804", "jobs": 1.5}, PlanError, "jobs is 1.5, expected a whole number"),
        ({"regions": "320804", "report_years": []}, PlanError, "which year"),
        ({"regions": "320804", "formats": ["hmtl"]}, PlanError, "no format 'hmtl'.*did you mean 'html'"),
        ({"regions": "320804", "jobs": 0}, PlanError, "jobs is 0, expected a whole number of at least 1"),
        ({"regions": "320804", "timeout": "1"}, PlanError, "timeout is '1', expected a number"),
        ({"regions": "320804", "parameters": {"indicater": "x"}}, NotebookError, "did you mean 'indicator'"),
        ({"regions": "320804", "parameters": {"lang": 3}}, NotebookError, "'lang' is str, got int 3"),
        ({"regions": "320804", "parameters": {"lang": "fr"}}, UnknownNameError, "unknown language 'fr'"),
        (
            {"regions": "320804", "parameters": {"indicator": "gdp_grwth"}},
            UnknownNameError,
            "'gdp_grwth' is not in the codebook; did you mean 'gdp_growth'",
        ),
        ({"regions": "320804", "parameters": {"corpus": "nowhere.parquet"}}, ReadError, "nowhere.parquet"),
        ({"regions": "320804", "parameters": {"region_code": "320800"}}, PlanError, "don't set them"),
        ({"regions": "320804", "runs": [{"lang": "zh"}]}, PlanError, "either runs or regions"),
        ({"regions": "320804", "notebook": "distric_report"}, NotebookError, "did you mean 'district_report.ipynb'"),
        ({"report_years": [], "runs": [{"name": "../a"}]}, PlanError, "name '../a'; its files take it"),
        ({"report_years": [], "runs": [{"name": "a"}, {"name": "A"}]}, PlanError, "two runs have the name 'a'"),
        ({"report_years": [], "runs": [{"name": "index"}]}, PlanError, "'index', which a file of the batch needs"),
        ({"report_years": [], "runs": [{"name": "a.html"}]}, PlanError, "'a.html', which a file of the batch needs"),
    ],
)
def test_what_cannot_be_made_is_refused(plan: dict[str, Any], error: type[PolicylabError], told: str) -> None:
    """Everything that is wrong is one line that says what to do, before anything runs."""
    with pytest.raises(error, match=told) as caught:
        list_jobs(Plan(**{"report_years": [2023], **plan}))
    assert "\n" not in str(caught.value)


def test_any_notebook_will_do(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A notebook that is not about regions has the runs that the plan lists, or one."""
    notebook = write_notebook(tmp_path / "study.ipynb", parameters="alpha: float = 0.1\nname_of: str = 'x'")
    assert [job.name for job in list_jobs(Plan(notebook=notebook))] == ["study"]
    jobs = list_jobs(Plan(notebook=notebook, runs=[{"alpha": 1}, {"name": "half", "alpha": 0.5}]))
    assert [(job.name, job.parameters) for job in jobs] == [("study-001", {"alpha": 1}), ("half", {"alpha": 0.5})]
    with pytest.raises(NotebookError, match="no parameter 'region_code'"):
        list_jobs(Plan(notebook=notebook, regions="320804"))


def write_plan(folder: Path, text: str) -> Path:
    """Write a plan file."""
    path = folder / "plan.yml"
    path.write_text(text, "utf-8")
    return path


def test_a_plan_file_says_what_the_options_say(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """Every entry is understood, unquoted codes too, and paths start at the file's folder."""
    write_notebook(
        tmp_path / "study.ipynb", parameters='region_code: str = ""\nreport_year: int = 0\nshare: float = 0.5'
    )
    text = "notebook: study.ipynb\nregions: [320804, 淮安市]\nyear: [2022, 2023]\nset:\n  share: 1\nformat: html, pdf\n"
    plan = load_plan(write_plan(tmp_path, text + "out: made\njobs: 3\nretries: 2\ntimeout: 1.5\ncluster: tcp://a:1\n"))
    assert plan == Plan(
        regions=("320804", "淮安市"),
        report_years=(2022, 2023),
        notebook=tmp_path / "study.ipynb",
        parameters={"share": 1},
        formats=("html", "pdf"),
        out=tmp_path / "made",
        jobs=3,
        retries=2,
        timeout=1.5,
        cluster="tcp://a:1",
    )
    assert len(list_jobs(plan)) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("regions: 320804\nyaer: 2023\n", "line 2: no entry 'yaer' in a plan; did you mean 'year'?"),
        ("year: 2023\nyear: 2022\n", "line 2: 'year' stands twice"),
        ("year: soon\n", "line 1: 'year' is a number or a list of numbers, got 'soon'"),
        ("year: [2023, x]\n", "line 1: 'year' is a number or a list"),
        ("regions: 320804\nformat: htlm\n", "line 2: no format 'htlm'; formats: html, docx, pdf; did you mean 'html'?"),
        ("regions: 320804\nyear: 2023\njobs: 0\n", "line 3: jobs is 0"),
        ("year: 2023\nregions:\n  - 320804\n  - 320814\n", "line 4: no region has the code '320814'"),
        ("set:\n  lang: zh\n  lang: en\n", "line 3: 'lang' stands twice"),
        ("runs:\n  - {name: a, lang: zh}\n  - {name: b, lang: 3}\n", "line 3: district_report.ipynb: parameter 'lang'"),
        ("runs:\n  - {name: a}\n  - name: a/b\n", "line 3: a run has the name 'a/b'"),
        ("runs:\n  - 3\n", "line 1: 'runs' is a list of names with values, got [3]"),
        ("regions: 320804\n? {a: b}\n: c\n", "line 2: not plain YAML: a name is one word"),
        ("jobs: true\n", "line 1: 'jobs' is a number, got True"),
        ("format: []\n", "line 1: 'format' is text or a list of text, got []"),
        ("regions: a\nset:\n  lang: zh\n  indicater: x\n", "line 4: district_report.ipynb: no parameter 'indicater'"),
        ("set:\n  lang: 3\n", "line 2: district_report.ipynb: parameter 'lang' is str, got int 3"),
        ("runs:\n  - name: a\n    lagn: zh\n", "line 3: district_report.ipynb: no parameter 'lagn'"),
        ("year: [2023\nout: a\n", "line 2: not plain YAML"),
        ("out: !!python/object/apply:os.system [ls]\n", "line 1: not plain YAML: could not determine a constructor"),
        ("regions: " + "[" * 900 + "]" * 900, "cannot read the plan"),
        ("- a\n", "expected entries such as 'year: 2023'"),
        ("", "expected entries such as 'year: 2023'"),
        ("a: \x00", "cannot read the plan"),
    ],
)
def test_a_wrong_plan_file_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    """The error is one line that names the file, the line, and what is near."""
    path = write_plan(tmp_path, text)
    with pytest.raises((PlanError, UnknownNameError)) as caught:
        load_plan(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_plan_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(PlanError, match=r"cannot read the plan .*nowhere\.yml: No such file"):
        load_plan(tmp_path / "nowhere.yml")
