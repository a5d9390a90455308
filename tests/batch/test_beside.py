from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policylab.batch.beside import list_beside
from policylab.batch.plan import Plan, list_jobs
from policylab.batch.reports import run_batch
from policylab.errors import PlanError

WriteNotebook = Callable[..., Path]


@pytest.fixture
def notebook(tmp_path: Path, write_notebook: WriteNotebook) -> Path:
    """A notebook that reads a table, imports a module, runs a script, and writes; some files nobody names."""
    files = {
        "table.csv": "a\n1\n",
        "helpers.py": "import deeper\nname = deeper.name",
        "deeper.py": "name = open('name.txt').read()",
        "name.txt": "from below",
        "side.py": "print('from the side')",
        "texts/320804.txt": "the district",
        "texts/.hidden": "",
        "chosen.txt": "one",
        "other.txt": "another",
        "unnamed.csv": "",
        "out/old.txt": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    cells = (
        "import csv, helpers\nprint(list(csv.reader(open('table.csv'))), helpers.name)",
        "%run side.py",
        "print(open(f'texts/{region}.txt').read(), open(source).read())\nopen('table.csv', 'w').write('spoilt')\n'out', '..', '/'",
    )
    return write_notebook(
        tmp_path / "study.ipynb", *cells, parameters="region: str = '320804'\nsource: str = 'chosen.txt'"
    )


def test_what_the_cells_name_is_found(tmp_path: Path, notebook: Path) -> None:
    """Words in quotes, modules and what they name, magics, values of parameters; nothing else, nothing outside."""
    found = list_beside(notebook, {"region": "320804", "source": "other.txt"}, out=tmp_path / "out")
    assert list(found) == [
        "deeper.py",
        "helpers.py",
        "name.txt",
        "other.txt",
        "side.py",
        "table.csv",
        "texts/320804.txt",
    ]
    assert set(found.values()) == {str(tmp_path / name) for name in found}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("read(f'{code}.csv')", ["320804.csv"]),
        ("read(code + '.csv')", ["320804.csv"]),
        ("read(f'{year}-{code}.csv'), read(str(year) + '-' + code + '.csv')", ["2023-320804.csv"]),
        ("read(f'texts/{code}/{part}.txt')", ["texts/320804/a.txt", "texts/320804/b.txt"]),
        ("for code in peers: read(f'{code}.csv')", ["2022-320804.csv", "2023-320804.csv", "320800.csv", "320804.csv"]),
        (
            "def load(code): return read(code + '.csv')",
            ["2022-320804.csv", "2023-320804.csv", "320800.csv", "320804.csv"],
        ),
        ("read(f'2022-{code:>6}.csv')", ["2022-320804.csv"]),
        ("read(before + code + '.csv')", ["2022-320804.csv", "2023-320804.csv", "320804.csv"]),
        ("read('%s-320804.csv' % when)", ["2022-320804.csv", "2023-320804.csv"]),
        ("read('{}/x.txt'.format('other'), '3208{:02d}.csv'.format(0))", ["320800.csv", "320804.csv"]),
        ("Path().glob('2022*.csv')", ["2022-320804.csv"]),
        ("read(os.path.join('te' + 'xts', f'{code}', 'a.txt'))", ["texts/320804/a.txt", "texts/320804/b.txt"]),
        ("f'{code}', f'{a}.{b}', '%s' % a, '*', f'{a}/{b}', f'/{code}.csv', f'../{code}.csv', f'{code}\\0.csv'", []),
        ("f'{code}[0].csv', '?20804.csv' + a, code + '_' * 300, f'{missing}.csv{1}'", []),
        ("with open('list.txt') as code: pass\nread(f'2022-{code}.csv')", ["2022-320804.csv"]),
        ("['320800.csv'] + ['texts/320804/a.txt']", ["320800.csv", "texts/320804/a.txt"]),
        ("code_file", ["320800.csv"]),
    ],
)
def test_names_that_a_cell_puts_together_are_found(
    tmp_path: Path, write_notebook: WriteNotebook, cell: str, found: list[str]
) -> None:
    """With the value of a parameter that holds it all through, with anything else where the cell takes something else."""
    for name in (
        "320804.csv",
        "320800.csv",
        "2023-320804.csv",
        "2022-320804.csv",
        "texts/320804/a.txt",
        "texts/320804/b.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(name)
    given = "code: str = '320804'\nyear = 2023\n" + (
        "code_file = str('320800' + '.csv')" if cell == "code_file" else ""
    )
    notebook = write_notebook(tmp_path / "study.ipynb", cell, parameters=given)
    values = {"code": "320804", "year": 2023, "code_file": None}
    assert list(list_beside(notebook, values, out=tmp_path / "out")) == found


def test_pictures_of_markdown_are_found(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """In its own notation and in HTML, with marks for spaces; a picture of the web is none."""
    (tmp_path / "made").mkdir()
    for name in ("made/one.png", "two words.png", "three.svg", "four.png"):
        (tmp_path / name).write_bytes(b"")
    notebook = write_notebook(tmp_path / "study.ipynb", "1", parameters="number: int = 1")
    content = json.loads(notebook.read_text("utf-8"))
    shown = (
        '![a](made/one.png "title") ![b](two%20words.png)\n<img width="3" src="three.svg"> ![c](https://e.org/four.png)'
    )
    content["cells"].insert(0, {"cell_type": "markdown", "id": "m", "metadata": {}, "source": shown})
    notebook.write_text(json.dumps(content), "utf-8")
    assert list(list_beside(notebook, {}, out=tmp_path / "out")) == ["made/one.png", "three.svg", "two words.png"]


def test_a_run_sees_the_files_beside_its_notebook_and_changes_none(tmp_path: Path, notebook: Path) -> None:
    """As papermill started there; a changed file is a reason to run again, and says so."""
    plan = Plan(notebook=notebook, out=tmp_path / "out", retries=0)
    result = run_batch(plan)
    assert result.failed == (), result.entries
    text = (tmp_path / "out" / "study.ipynb").read_text("utf-8")
    for words in ("[['a'], ['1']] from below", "from the side", "the district one"):
        assert words in text
    assert (tmp_path / "table.csv").read_text() == "a\n1\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == []
    assert run_batch(plan).run == ()
    (tmp_path / "name.txt").write_text("changed")
    assert dict(run_batch(plan).reasons) == {"files changed": 1}


def test_a_file_that_no_cell_names_is_told(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """The error says what a run sees of the folder of its notebook."""
    (tmp_path / "a.csv").write_text("")
    notebook = write_notebook(tmp_path / "study.ipynb", "open(''.join(['a', '.csv']))", parameters="number: int = 1")
    result = run_batch(Plan(notebook=notebook, out=tmp_path / "out", retries=0))
    assert "copies of the files beside the notebook that its cells name" in result.entries["study"]["error"]


def test_the_notebook_itself_is_never_replaced(tmp_path: Path, notebook: Path) -> None:
    """A folder in which the executed notebook would take the place of its source is refused."""
    with pytest.raises(PlanError, match=r"would replace .*study\.ipynb; choose another folder"):
        list_jobs(Plan(notebook=notebook, out=tmp_path))
