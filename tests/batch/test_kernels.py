from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from policylab.batch.preload import list_imports
from policylab.batch.run import OUTCOME, Job
from policylab.batch.warm import CAN_FORK, ONE_THREAD, WarmError, WarmProcess, run_cold

WriteNotebook = Callable[..., Path]
pytestmark = pytest.mark.skipif(not CAN_FORK, reason="needs a system that can fork")

# Every way in which a cell can say something, each of them the same on every run.
CELLS = (
    "import sys, os, random, warnings, logging\nprint('out'); print('err', file=sys.stderr); 1 + number",
    "import numpy as np, pandas as pd\nrandom.random(), np.random.rand(), list({'a', 'b', 'c', 'd'})",
    "pd.DataFrame({'a': [1, 2], '指标': ['增长', None]})",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(2, 1)); ax.plot([1, number, 3]); print('drawn')",
    "plt.figure(figsize=(1, 1)); plt.bar([1], [number]); plt.show(); plt.get_fignums()",
    "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'",
    # A kernel relays a process's words from a thread of its own; with no pause, a cold one may do so in the next cell.
    "import time\nos.system('echo from the system; echo and its error >&2'); time.sleep(0.2)",
    "!echo from the shell",
    "from IPython.display import display, clear_output, HTML, Markdown, update_display\n"
    "shown = display('first', display_id='d'); display(HTML('<b>&lt;</b>')); update_display('second', display_id='d')\n"
    "for step in range(3):\n    print(step); clear_output(wait=True)\nprint('last')",
    "print('a\\rb', end=''); print('a\\x08c'); sys.stdout.write('without end')",
    "logging.warning('logged'); warnings.simplefilter('always')",
    "class Shown:\n    def __repr__(self): return 'plain'\n    def _repr_html_(self): return '<i>shown</i>'\n    def _repr_json_(self): return {'a': [1, None]}\nShown()",
    "pd.DataFrame([range(30)] * 70, columns=[f'column {n}' for n in range(30)])",
    "from tqdm.auto import tqdm\nlist(tqdm(range(2), leave=False)), [kind.__module__ for kind in tqdm.__mro__], 'IPKernelApp' in get_ipython().config",
    "import jieba, os\njieba.setLogLevel(60); jieba.lcut('一般公共预算收入增长'), jieba.dt.total",
    "import pickle\npickle.loads(pickle.dumps(Shown())).__class__, __name__, get_ipython().__class__.__name__",
    "%%capture caught\nprint('not shown')",
    "caught.stdout, _, In[1][:6], sys.path[-1] == '', [path for path in sys.path if 'site-packages' in path]",
    "import multiprocessing\nprocess = multiprocessing.get_context('fork').Process(target=os.system, args=('echo of a fork',))\n"
    "process.start(); process.join(); time.sleep(0.2)",
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool: print(sum(pool.map(int, '1234')))",
    "from sklearn.cluster import KMeans\nKMeans(2, n_init=1, random_state=0).fit(np.arange(20).reshape(10, 2)).labels_",
    "import ipywidgets\nipywidgets.IntSlider(value=number)",
    "try:\n    input('asked')\nexcept Exception as error:\n    print(type(error).__name__, error)",
    "def fail():\n    return 1 / 0\nfail()",
)
RAISES = len(CELLS)  # the last cell may fail and does


@pytest.fixture(scope="module")
def warm(notebook: Path) -> Iterator[WarmProcess]:
    """A process that has imported what a batch of the notebook imports beforehand, with as many threads as a cold one."""
    process = WarmProcess(list_imports(notebook), ONE_THREAD)
    yield process
    process.close()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, write_notebook: WriteNotebook) -> Path:
    """The notebook of all kinds of outputs, whose last cell is expected to fail."""
    path = write_notebook(tmp_path_factory.mktemp("notebook") / "all.ipynb", *CELLS, parameters="number: int = 1")
    content = json.loads(path.read_text("utf-8"))
    content["cells"][RAISES]["metadata"]["tags"] = ["raises-exception"]
    path.write_text(json.dumps(content), "utf-8")
    return path


def run(notebook: Path, work: Path, warm: WarmProcess | None, number: int) -> list[dict[str, Any]]:
    """Run the notebook and return its cells, with what names a process or object taken out."""
    work.mkdir()
    job = Job("made", str(notebook), {"number": number}, title="", formats=(), seed=number, timeout=100)
    ended = warm.run(job, work) if warm else run_cold(job, work)
    assert ended.code == 0, (work / ".kernel.log").read_text("utf-8")
    assert json.loads((work / OUTCOME).read_text("utf-8"))["kernel"] == ("warm" if warm else "cold")
    text = (work / "made.ipynb").read_text("utf-8")
    text = re.sub(r"ipykernel_\d+", "ipykernel", text)
    text = re.sub(r"\b0x[0-9a-f]{6,}", "0x", text)
    text = re.sub(r'"model_id": "[0-9a-f]{32}"', '"model_id": ""', text)
    kept = ("cell_type", "source", "outputs", "execution_count")
    cells: list[dict[str, Any]] = [{name: cell.get(name) for name in kept} for cell in json.loads(text)["cells"]]
    return [{**cell, "outputs": join_streams(cell["outputs"] or [])} for cell in cells]


def join_streams(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each stream as one text, before the other outputs: where a kernel cuts them depends on the clock alone."""
    texts: dict[str, str] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            texts[output["name"]] = texts.get(output["name"], "") + "".join(output["text"])
    return [dict(sorted(texts.items())), *(output for output in outputs if output["output_type"] != "stream")]


def compare(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[int]:
    """Return the numbers of the cells that differ."""
    assert len(ours) == len(theirs)
    return [number for number, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one != other]


@pytest.mark.slow
def test_outputs_equal_a_cold_kernels(tmp_path: Path, notebook: Path, warm: WarmProcess) -> None:
    """Cell by cell, every kind of output of a warm kernel is that of a cold one."""
    ours, theirs = run(notebook, tmp_path / "warm", warm, 1), run(notebook, tmp_path / "cold", None, 1)
    different = compare(ours, theirs)
    assert [ours[number] for number in different] == [theirs[number] for number in different]
    assert len(ours) == len(CELLS) + 4  # the parameters, twice, and two marks of papermill at the error
    said = json.dumps(ours, ensure_ascii=False)
    for word in (
        "err",
        "from the system",
        "and its error",
        "from the shell",
        "awaited",
        "of a fork",
        "ZeroDivisionError",
        "image/png",
        "column 9<",
        "tqdm.notebook",
    ):
        assert word in said


@pytest.mark.slow
def test_a_hundred_runs_equal_cold_ones(tmp_path: Path, notebook: Path, warm: WarmProcess) -> None:
    """A hundred warm runs of five parameters equal the cold runs of these, and those of other parameters do not."""
    theirs = {number: run(notebook, tmp_path / f"cold-{number}", None, number) for number in range(1, 6)}
    for turn in range(100):
        number = turn % 5 + 1
        ours = run(notebook, tmp_path / f"warm-{turn}", warm, number)
        different = compare(ours, theirs[number])
        assert [ours[at] for at in different] == [theirs[number][at] for at in different], f"turn {turn}"
        assert compare(ours, theirs[number % 5 + 1]) != []


@pytest.mark.slow
def test_a_difference_would_be_found(tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess) -> None:
    """A cell that tells the two kinds of kernel apart is found to differ, and no other."""
    notebook = write_notebook(
        tmp_path / "other.ipynb", "'the same'", "import sys\n'pandas' in sys.modules", parameters="number = 1"
    )
    ours, theirs = run(notebook, tmp_path / "warm", warm, 1), run(notebook, tmp_path / "cold", None, 1)
    assert compare(ours, theirs) == [3]


def test_forks_share_nothing(tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess) -> None:
    """Each run has its own process, folder and random numbers, and sees neither figures nor names of another."""
    cell = (
        "import os, random, numpy, matplotlib.pyplot as plt\nprint(os.getpid(), os.getcwd(), random.random(), "
        "numpy.random.rand(), plt.get_fignums(), 'seen' in globals())\nseen = plt.figure(); plt.close('none')"
    )
    notebook = write_notebook(tmp_path / "notebook.ipynb", cell, parameters="number: int = 1")
    said = [run(notebook, tmp_path / str(number), warm, number)[-1]["outputs"][0]["stdout"] for number in (1, 2)]
    first, second = ("".join(text).split() for text in said)
    assert all(one != other for one, other in zip(first[:4], second[:4], strict=True))
    assert first[4:] == second[4:] == ["[]", "False"]


def test_openmp_works_in_every_fork(tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess) -> None:
    """The process has imported OpenMP libraries and never run them, so that no fork hangs."""
    cell = "from sklearn.cluster import KMeans\nimport numpy\nKMeans(3, n_init=1).fit(numpy.random.rand(5000, 4)).n_iter_ > 0"
    notebook = write_notebook(tmp_path / "notebook.ipynb", cell, parameters="number: int = 1")
    for turn in range(3):
        assert run(notebook, tmp_path / str(turn), warm, turn)[-1]["outputs"][1]["data"]["text/plain"] == ["True"]


def test_a_late_run_is_killed_with_what_it_started(
    tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess
) -> None:
    """When its time is up, a run ends with its processes, and the next one works."""
    slow = write_notebook(
        tmp_path / "slow.ipynb", "import os\nos.system('sleep 60 & echo $! > started; wait')", parameters="a = 1"
    )
    work = tmp_path / "work"
    work.mkdir()
    ended = warm.run(Job("made", str(slow), {}, title="", formats=(), timeout=2), work)
    assert ended.timed_out
    started = int((work / "started").read_text())
    assert not Path(f"/proc/{started}").exists() or "zombie" in Path(f"/proc/{started}/status").read_text()
    good = write_notebook(tmp_path / "good.ipynb", "1", parameters="number: int = 1")
    assert len(run(good, tmp_path / "next", warm, 1)) == 3


def test_a_module_that_speaks_or_starts_threads_is_left_to_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an import prints belongs to the cell that imports, and a thread does not survive a fork."""
    (tmp_path / "speaks.py").write_text("print('hello')")
    warn = "import warnings\nwarnings.warn('old', {}, stacklevel={})"
    (tmp_path / "warns.py").write_text(warn.format("UserWarning", 1))
    (tmp_path / "is_old.py").write_text(warn.format("DeprecationWarning", 2))
    (tmp_path / "uses_old.py").write_text(warn.format("DeprecationWarning", 1))
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    )
    (tmp_path / "fails.py").write_text("raise SystemExit(3)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = WarmProcess(
        ["speaks", "json", "threaded", "fails", "there_is_no_such_module", "warns", "is_old", "uses_old"]
    )
    process.close()
    assert process.left_out == ["speaks", "threaded", "warns", "is_old"]


def test_a_process_that_is_gone_is_told(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """Runs on a warm process that has ended raise, so that they can be made cold."""
    process = WarmProcess([])
    process.close()
    with pytest.raises(WarmError, match="gone"):
        process.run(Job("a", str(write_notebook(tmp_path / "a.ipynb")), {}, title=""), tmp_path)


@pytest.mark.slow
def test_papermill_takes_the_engine(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """Papermill finds the engine by its name; outputs, parameters and errors are those of its own engine."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    notebook = write_notebook(
        tmp_path / "a.ipynb", "print(number)\nprint('twice')\nnumber + 1", parameters="number: int = 1"
    )
    made = {
        engine: papermill.execute_notebook(
            notebook, tmp_path / f"{engine}.ipynb", {"number": 5}, engine_name=engine, progress_bar=False, cwd=tmp_path
        )
        for engine in ("policylab-warm", "nbclient")
    }
    assert made["policylab-warm"].cells[2].outputs == made["nbclient"].cells[2].outputs
    assert made["policylab-warm"].metadata.language_info == made["nbclient"].metadata.language_info
    failing = write_notebook(tmp_path / "b.ipynb", "1 / 0", "2", parameters="number: int = 1")
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        papermill.execute_notebook(failing, tmp_path / "c.ipynb", engine_name="policylab-warm", progress_bar=False)
    assert "papermill-error-cell-tag" in (tmp_path / "c.ipynb").read_text("utf-8")


@pytest.mark.slow
def test_what_a_process_writes_stands_where_it_was_written(
    tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess
) -> None:
    """Words of a process come in the cell that has started it, in order with the cell's own, and whole where they are long."""
    both = "import os\nfor turn in range(40):\n    print(turn); os.system(f'echo {turn} of a process')"
    long = "os.system(\"printf '增长%.0s' $(seq 30000)\");"
    cells = (both, "os.system('echo only an error >&2');", "'the next cell'", long, "'the last cell'")
    notebook = write_notebook(tmp_path / "process.ipynb", *cells, parameters="number: int = 1")
    for turn in range(5):
        ours = run(notebook, tmp_path / str(turn), warm, turn)[-5:]
        assert ours[0]["outputs"][0] == {"stdout": "".join(f"{n}\n{n} of a process\n" for n in range(40))}
        assert ours[1]["outputs"] == [{"stderr": "only an error\n"}]
        assert ours[3]["outputs"] == [{"stdout": "增长" * 30000}]
        assert [cell["outputs"][0] for cell in (ours[2], ours[4])] == [{}, {}]


@pytest.mark.slow
def test_pieces_of_a_stream_are_joined(tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess) -> None:
    """What a cell prints over a second is one output, so that two runs give the same notebook; other outputs part it."""
    cell = "import time\nfor step in range(3):\n    print(step); time.sleep(0.4)\ndisplay('between')\nprint('end')"
    notebook = write_notebook(tmp_path / "slow.ipynb", cell, parameters="number: int = 1")
    for name, process in (("warm", warm), ("cold", None)):
        run(notebook, tmp_path / name, process, 1)
        outputs = json.loads((tmp_path / name / "made.ipynb").read_text("utf-8"))["cells"][-1]["outputs"]
        texts = ["".join(output["text"]) if output["output_type"] == "stream" else "" for output in outputs]
        assert texts == ["0\n1\n2\n", "", "end\n"]
