"""Notebooks of the kind that researchers have: what a warm kernel gives is what a cold one gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policylab.batch.preload import list_imports
from policylab.batch.run import OUTCOME, Job
from policylab.batch.warm import CAN_FORK, ONE_THREAD, WarmProcess
from tests.batch.kinds import KINDS
from tests.batch.test_kernels import compare, run

WriteNotebook = Callable[..., Path]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CAN_FORK, reason="needs a system that can fork")]

NOTEBOOKS = {
    "magics of matplotlib": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.style.use('ggplot')\nplt.rcParams['figure.figsize'] = (2, 1)",
        "%config InlineBackend.figure_format = 'retina'",
        "plt.plot([1, number]); plt.title('a')",
        "%config InlineBackend.print_figure_kwargs = {'bbox_inches': None}\nplt.plot([2]);",
        "import matplotlib\nmatplotlib.use('agg'); matplotlib.get_backend()",
        "%matplotlib inline\nplt.plot([3]); plt.rcParams['figure.dpi'], plt.isinteractive()",
    ),
    "widgets": (
        "import ipywidgets as widgets\nfrom IPython.display import display\nheld = widgets.Output()\n"
        "with held:\n    print('caught'); display('shown')\nheld",
        "held.outputs",
        "@widgets.interact(n=3)\ndef double(n):\n    print('n is', n)\n    return n * 2",
        "held.append_stdout('more'); held.outputs",
        "caught = widgets.Output()\nwith caught: 1 / 0",
        "caught.outputs[0]['ename']",
    ),
    "logs and streams": (
        "import logging, sys\nlogging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)\nlogging.debug('mine')",
        "'no word of the kernel itself'",
        "print('a\\udc80b'); print('lone', file=sys.stderr)",
        "import asyncio\nawait asyncio.sleep(0)",
    ),
    "words on import": (
        "import cgi, json",
        # A cold kernel reads what a process says in a thread of its own, hence the pauses.
        "import subprocess, time\nprint('before'); subprocess.run(['echo', 'from a process']); time.sleep(0.5); print('after')",
        "import os\nos.system('echo from the system >&2')\ntime.sleep(0.5)\nprint('\\udc80')",
    ),
    "names and debuggers": (
        "__name__, __doc__, sorted(globals())",
        "def f():\n    '''\n    >>> f()\n    1\n    '''\n    return 1\nimport doctest, pdb\ndoctest.testmod()",
        "breakpoint()\n'went on'",
        "pdb.Pdb.__module__",
    ),
}


@pytest.mark.parametrize("kind", [*NOTEBOOKS, *KINDS])
def test_a_foreign_notebook_is_warm_what_it_is_cold(tmp_path: Path, write_notebook: WriteNotebook, kind: str) -> None:
    """Cell by cell the same, nothing fails, and nothing of the machinery is seen."""
    notebook = write_notebook(tmp_path / "foreign.ipynb", *{**NOTEBOOKS, **KINDS}[kind], parameters="number: int = 1")
    process = WarmProcess(list_imports(notebook), ONE_THREAD)
    try:
        ours = run(notebook, tmp_path / "warm", process, 3)
    finally:
        process.close()
    theirs = run(notebook, tmp_path / "cold", None, 3)
    assert [ours[number] for number in compare(ours, theirs)] == [theirs[number] for number in compare(ours, theirs)]
    assert not [output for cell in ours for output in cell["outputs"][1:] if output["output_type"] == "error"]


def test_a_module_beside_the_notebook_comes_before_one_that_is_installed(
    tmp_path: Path, write_notebook: WriteNotebook
) -> None:
    """A file beside the notebook with the name of a library is what its cells import, as in a kernel."""
    (tmp_path / "sklearn.py").write_text("WHERE = 'beside'", "utf-8")
    notebook = write_notebook(tmp_path / "a.ipynb", "import sklearn, pandas\nsklearn.WHERE", parameters="number = 1")
    modules = list_imports(notebook)
    assert "pandas" in modules and "sklearn" not in modules
    process = WarmProcess(modules)
    work = tmp_path / "work"
    work.mkdir()
    (work / "sklearn.py").write_bytes((tmp_path / "sklearn.py").read_bytes())
    job = Job("made", str(notebook), {}, title="", formats=(), timeout=100)
    try:
        process.run(job, work)
    finally:
        process.close()
    assert json.loads((work / OUTCOME).read_text("utf-8"))["status"] == "made"


def test_a_cell_that_ends_the_kernel_ends_the_run(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """No cell runs after exit(), which a kernel of its own would be gone after."""
    notebook = write_notebook(tmp_path / "a.ipynb", "exit()", "open('after', 'w').close()", parameters="number = 1")
    process = WarmProcess([])
    try:
        process.run(Job("made", str(notebook), {}, title="", formats=(), timeout=100), tmp_path)
    finally:
        process.close()
    outcome = json.loads((tmp_path / OUTCOME).read_text("utf-8"))
    assert (outcome["status"], (tmp_path / "after").exists()) == ("failed", False)
    assert "exit" in outcome["error"]
