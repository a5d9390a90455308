from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policylab.batch.preload import list_imports
from policylab.batch.run import Job
from policylab.batch.warm import CAN_FORK, WarmProcess
from policylab.project import notebook_path

WriteNotebook = Callable[..., Path]
needs_fork = pytest.mark.skipif(not CAN_FORK, reason="needs a system that can fork")


def run(process: WarmProcess, notebook: Path, work: Path) -> list[str]:
    """Run a notebook and return what its last cell printed, by lines."""
    work.mkdir()
    process.run(Job("made", str(notebook), {}, title="", formats=(), timeout=100), work)
    outputs = json.loads((work / "made.ipynb").read_text("utf-8"))["cells"][-1]["outputs"]
    return "".join("".join(output.get("text", [])) for output in outputs).splitlines()


def test_imports_of_all_cells_are_listed_but_those_of_magics(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A module may be named in any cell and inside a function; a cell that is not Python names none."""
    cells = (
        "import json, numpy as np",
        "%matplotlib inline\ndef f():\n    from csv import reader",
        "import (",
        "%%bash\nls",
    )
    listed = list_imports(write_notebook(tmp_path / "a.ipynb", *cells))
    assert {"json", "numpy", "csv", "csv.reader"} <= set(listed)
    assert "bash" not in listed


@pytest.mark.slow
def test_our_notebooks_import_nothing_that_looks_for_its_shell() -> None:
    """What is imported beforehand for the project's own report is all of it fit, so that its process starts once."""
    if not CAN_FORK:
        pytest.skip("needs a system that can fork")
    process = WarmProcess(list_imports(notebook_path("district_report")))
    process.close()
    assert process.left_out == []


@needs_fork
def test_a_module_that_changes_its_shell_is_left_to_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only asks whether there is a kernel may be imported beforehand; whoever registers something with it may not."""
    sources = {
        "asks": "shown = hasattr(get_ipython(), 'kernel'), 'IPKernelApp' in get_ipython().config",
        "asks_politely": "from IPython import get_ipython\nassert get_ipython().kernel",
        "registers": "from IPython import get_ipython\nget_ipython().events.register('post_execute', print)",
        "defines": "get_ipython().register_magic_function(print)",
    }
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = WarmProcess(list(sources))
    process.close()
    assert process.left_out == ["registers", "defines"]


@pytest.mark.slow
@needs_fork
def test_matplotlib_shows_its_figures_whatever_was_imported_beforehand(
    tmp_path: Path, write_notebook: WriteNotebook
) -> None:
    """Its backend for notebooks registers with the shell, and is never imported before there is one."""
    notebook = write_notebook(
        tmp_path / "a.ipynb",
        "import matplotlib_inline.config\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2]); plt.show()",
        parameters="number: int = 1",
    )
    process = WarmProcess(list_imports(notebook))
    work = tmp_path / "work"
    run(process, notebook, work)
    process.close()
    shown = json.loads((work / "made.ipynb").read_text("utf-8"))["cells"][-1]["outputs"]
    assert [list(output["data"]) for output in shown] == [["image/png", "text/plain"]]


@pytest.mark.slow
@needs_fork
def test_jiebas_dictionary_is_at_hand_and_says_what_it_says(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A run hears jieba load its dictionary and may change it; a second dictionary and the next run have it as it was."""
    cell = (
        "import jieba, sys, logging\njieba.default_logger.handlers = [logging.StreamHandler(sys.stdout)]\n"
        "first = jieba.lcut('淮安市石墨烯产业')\njieba.add_word('石墨烯产业')\nsecond = jieba.lcut('淮安市石墨烯产业')\n"
        "other = jieba.Tokenizer().lcut('淮安市石墨烯产业')\nprint(first, second, other, first == other != second)"
    )
    notebook = write_notebook(tmp_path / "a.ipynb", cell, parameters="number: int = 1")
    process = WarmProcess(list_imports(notebook))
    said = [run(process, notebook, tmp_path / str(turn)) for turn in range(2)]
    process.close()
    assert said[0][-1] == said[1][-1]
    assert said[0][-1].endswith("True")
    for words in said:
        assert [line.split()[0] for line in words[:4]] == ["Building", "Loading", "Loading", "Prefix"]
        cost = [float(line.split()[3]) for line in words if line.startswith("Loading model cost")]
        assert cost[0] < cost[1], "the first loading was not spared"
