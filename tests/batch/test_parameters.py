from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylab.batch.parameters import Parameter, check_parameters, parse_value
from policylab.errors import NotebookError

PARAMETERS = 'region_code: str = "320804"  # code\nreport_year = 2023\nlang = "zh"\nfigures_dir = "figures"'
GOOD: dict[str, object] = {"region_code": "320804", "report_year": 2023, "lang": "zh", "figures_dir": "x"}
WriteNotebook = Callable[..., Path]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tags": 0}, "has 0 cells tagged 'parameters', expected one"),
        ({"tags": 2}, "has 2 cells tagged 'parameters', expected one"),
        ({"kernel": ""}, "names no kernel"),
        (
            {"parameters": PARAMETERS.replace("report_year", "report_yaer")},
            r"no parameter 'report_year'.*'report_yaer'",
        ),
        ({"parameters": PARAMETERS.replace("2023", '"2023"')}, "'report_year' is str, got int 2023"),
        ({"parameters": PARAMETERS.replace("2023", "True")}, "'report_year' is bool, got int 2023"),
        ({"parameters": "print()\n" + PARAMETERS}, "may only import, and assign to names, got line 1"),
        (
            {"parameters": PARAMETERS + "\nlast = report_year - 1"},
            "'last' is computed from 'report_year' in the parameters cell, before a run sets that; compute it in a later",
        ),
        ({"parameters": PARAMETERS + "\na = f'{lang}'\nb = a * 2\na = ''"}, "'b' is computed from 'lang'"),
        ({"parameters": "lang ="}, "its parameters cell is not Python"),
        ({"parameters": ""}, "no parameter 'region_code'"),
    ],
)
def test_a_notebook_that_cannot_take_the_parameters_is_refused(
    tmp_path: Path, write_notebook: WriteNotebook, change: dict[str, Any], told: str
) -> None:
    """Where papermill would warn and run with other values, the error is one line."""
    notebook = write_notebook(tmp_path / "notebook.ipynb", **change)
    with pytest.raises(NotebookError, match=told) as caught:
        check_parameters(notebook, GOOD)
    assert "\n" not in str(caught.value)


def test_a_good_notebook_is_let_through(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """Parameters with types, comments and without are all known."""
    check_parameters(write_notebook(tmp_path / "notebook.ipynb"), GOOD)


@pytest.mark.parametrize("content", [b"", b"not json", b"\xff\xfe", b"[]", b'{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever the file holds, the error is one line of ours."""
    path = tmp_path / "notebook.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match="notebook") as caught:
        check_parameters(path, GOOD)
    assert "\n" not in str(caught.value)


def test_a_notebook_that_is_not_there_is_told(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """The error names the path."""
    with pytest.raises(NotebookError, match=r"no notebook .*nowhere\.ipynb"):
        check_parameters(tmp_path / "nowhere.ipynb", GOOD)


@pytest.mark.parametrize(
    ("parameters", "given", "told"),
    [
        ("city: str = None", {}, "'city' .str. must be set"),
        ("city: str | None = None", {}, ""),
        ("share: float = 0.5", {"share": 1}, ""),
        ("share: float = 0.5", {"share": True}, "'share' is float, got bool True"),
        ("names: list = []", {"names": ("a", "b")}, "'names' is list, got tuple"),
        ("share: float = 1", {"share": 0.5}, ""),
        ("share = 1  # type: float", {"share": 0.5}, ""),
        ("city = None  # type: str", {}, "'city' .str. must be set"),
        ("city: str", {}, "'city' .str. must be set"),
        ("city: 'str' = None", {"city": 1}, "'city' is str, got int 1"),
        ("'What may be set.'\ncity = ''", {"city": "a"}, ""),
        ("number = 1\nnumber += 1", {"number": 2}, "may only import, and assign to names, got line 2"),
        ("one, two = 1, 2", {"one": 2}, "may only import, and assign to names, got line 1"),
        ("%matplotlib inline\nfrom datetime import date\nyear: int = date.today().year", {"year": 2023}, ""),
        ("from datetime import date\nyear: int = date.today().year", {"year": "2023"}, "'year' is int, got str"),
        ("year = 2020 + 3", {"year": "any"}, ""),
        ("year = 2020 + 3", {}, ""),
        ("year = 2020 + 3\nlast = year - 1", {}, ""),
        ("year = 2020 + 3\nlast = year - 1", {"last": 1}, ""),
        ("year = 2020 + 3\nlast = year - 1", {"last": 1, "year": 2}, ""),
        ("name = f'{1}.csv'", {"name": 1}, "'name' is str, got int 1"),
        ("import os\nname: str = os.getcwd()", {}, ""),
        ("", {"one": 2}, "no parameter 'one' in its parameters cell; it has none"),
        ("anything = None", {"anything": {1, 2}}, "cannot be written into a notebook, got set"),
        ("anything = None", {"anything": {1: 2}}, "cannot be written into a notebook, got dict"),
        ("anything = None", {"anything": float("nan")}, "cannot be written into a notebook, got float"),
        ("place = (1, 2)", {"place": (3, 4)}, "cannot be written into a notebook, got tuple"),
    ],
)
def test_values_are_what_the_notebook_will_see(
    tmp_path: Path, write_notebook: WriteNotebook, parameters: str, given: dict[str, object], told: str
) -> None:
    """What must be set is, and what papermill would turn into its words is refused."""
    notebook = write_notebook(tmp_path / "notebook.ipynb", parameters=parameters)
    if not told:
        check_parameters(notebook, given)
        return
    with pytest.raises(NotebookError, match=told):
        check_parameters(notebook, given)


def test_another_language_is_refused(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A notebook in R is refused, since its parameters cannot be checked."""
    notebook = write_notebook(tmp_path / "notebook.ipynb")
    notebook.write_text(notebook.read_text("utf-8").replace('"language": "python"', '"language": "R"'), "utf-8")
    with pytest.raises(NotebookError, match="written in r, expected Python"):
        check_parameters(notebook, GOOD)
    content = json.loads(notebook.read_text("utf-8"))
    content["metadata"] = {"kernelspec": {"name": "julia-1.10"}, "language_info": {"name": "julia"}}
    notebook.write_text(json.dumps(content), "utf-8")
    with pytest.raises(NotebookError, match="written in julia, expected Python"):
        check_parameters(notebook, GOOD)


def test_parameters_in_a_cell_of_text_are_refused(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A tag on a text cell sets nothing."""
    notebook = write_notebook(tmp_path / "notebook.ipynb")
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"][0]["cell_type"] = "markdown"
    notebook.write_text(json.dumps(content), "utf-8")
    with pytest.raises(NotebookError, match="tagged 'parameters' is markdown, expected code"):
        check_parameters(notebook, GOOD)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "2023", "2023"),
        (int, "2023", 2023),
        (float, "1", 1.0),
        (bool, "True", True),
        (list, '["淮阴", 2]', ["淮阴", 2]),
        (dict, '{"a": null}', {"a": None}),
        (None, "淮阴", "淮阴"),
        (None, "3", 3),
    ],
)
def test_words_become_values_by_type(kind: type | None, text: str, value: object) -> None:
    """A value on the command line gets the type that the parameter has."""
    got = parse_value("a.ipynb", Parameter("a", None, kind), text)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(("kind", "text"), [(int, "many"), (bool, "1"), (list, "a,b"), (float, "")])
def test_words_that_are_no_such_value_are_refused(kind: type, text: str) -> None:
    """The error says the type that is expected and what was given."""
    with pytest.raises(NotebookError, match=f"'a' is {kind.__name__}, got {text!r}"):
        parse_value("a.ipynb", Parameter("a", None, kind), text)
