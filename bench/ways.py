"""
The ways to make many reports that bench/batch.py compares, and the notebook that they make them of.

A shell loop of the papermill command; the bare cells, in two processes that have imported everything; and the batch.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from measuring import Figures

BIN = Path(sys.executable).parent

STUDY = (
    'number: int = 1  # which report\nfigures_dir: str = "figures"  # where its figures go',
    "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd\nimport jieba\n"
    "from sklearn.cluster import KMeans\nfrom sklearn.feature_extraction.text import TfidfVectorizer\njieba.setLogLevel(60)",
    "rng = np.random.default_rng(number)\nyears = np.arange(2000, 2024)\n"
    "table = pd.DataFrame({'year': np.tile(years, 40), 'region': np.repeat(np.arange(40), len(years))})\n"
    "table['target'] = rng.normal(8, 2, len(table)).round(1)\ntable.groupby('year')['target'].describe()",
    "texts = ['地区生产总值增长百分之八左右，一般公共预算收入增长，城镇新增就业，居民收入与经济增长同步，' * (k % 5 + 1) + str(k % 7) for k in range(40)]\n"
    "words = [' '.join(jieba.lcut(text)) for text in texts]\nmatrix = TfidfVectorizer(token_pattern=r'\\S+').fit_transform(words)\nmatrix.shape",
    "table.groupby('region')['target'].mean().to_frame().assign(group=KMeans(4, n_init=3, random_state=0).fit_predict(matrix.toarray()))",
    "fig, ax = plt.subplots(); ax.plot(years, table.pivot(index='year', columns='region', values='target').iloc[:, :8]); plt.show()",
    "fig, ax = plt.subplots(); ax.hist(table['target'], bins=30); plt.show()",
    "fig, axes = plt.subplots(2, 2)\nfor k, ax in enumerate(axes.flat): ax.scatter(years, table[table['region'] == k]['target'])\nplt.show()",
    "fig, ax = plt.subplots(); ax.boxplot([group['target'] for _, group in table.groupby('region')]); plt.show()",
    "table['target'].corr(table['year'])",
)

# Both processes import everything first; then each cell is run as Python, its last value and its figures written out.
FLOOR = """
import ast, io, json, sys
cells = json.load(open(sys.argv[1]))
for name in sys.argv[2].split(","): exec(f"import {name}", {})
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
from IPython.display import display
import builtins
builtins.display = lambda shown: None
for parameters in json.loads(sys.argv[3]):
    space = {"__name__": "__main__"}
    for number, cell in enumerate(cells):
        tree = ast.parse(cell)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), space) if last is not None else None
        for render in ("_repr_html_", "_repr_mimebundle_"):
            if hasattr(value, render): getattr(value, render)()
        for figure in map(plt.figure, plt.get_fignums()): figure.savefig(io.BytesIO(), bbox_inches="tight")
        plt.close("all")
        if number == 0: space.update(parameters)
"""


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook whose first cell holds its parameters."""
    listed = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "execution_count": None,
            "metadata": {"tags": [] if number else ["parameters"]},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": listed, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), "utf-8")
    return path


def time_wall(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a person would wait, and those of the processors in all processes started meanwhile."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_loop(notebook: Path, folder: Path, runs: Sequence[Figures]) -> None:
    """Run the papermill command once for each set of parameters, as a shell loop does."""
    for number, parameters in enumerate(runs):
        options = [
            part
            for name, value in parameters.items()
            for part in ("-r" if isinstance(value, str) else "-p", name, str(value))
        ]
        command = [str(BIN / "papermill"), str(notebook), str(folder / f"{number}.ipynb"), *options]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_floor(notebook: Path, folder: Path, runs: Sequence[Figures]) -> None:
    """Run the bare cells in two processes, half of the runs in each."""
    from policylab.batch.preload import list_imports

    content = json.loads(notebook.read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]
    (folder / "cells.json").write_text(json.dumps(cells), "utf-8")
    plain = {".".join(name.split(".")[:2]) for name in list_imports(notebook) if ":" not in name}
    names = [name for name in sorted(plain) if can_import(name)]
    command = [sys.executable, "-c", FLOOR, str(folder / "cells.json"), ",".join(names)]
    halves = [subprocess.Popen([*command, json.dumps(runs[half::2])], cwd=folder) for half in range(2)]
    assert [process.wait() for process in halves] == [0, 0], "the bare cells failed"


def can_import(name: str) -> bool:
    """Return whether a name is a module, and not something in one."""
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def run_ours(notebook: Path, folder: Path, runs: Sequence[Figures], formats: str = "") -> None:
    """Run the batch in a process of its own, as a person does."""
    plan = {"notebook": str(notebook), "out": str(folder), "jobs": 2, "retries": 0}
    listed = [{"name": f"run-{number}", **parameters} for number, parameters in enumerate(runs)]
    code = (
        "import json, sys\nfrom policylab.batch.reports import run_batch\nfrom policylab.batch.plan import Plan\n"
        f"plan = Plan(runs=json.loads(sys.argv[1]), formats={tuple(filter(None, formats.split(',')))!r}, **{plan!r})\n"
        "result = run_batch(plan)\nassert not result.failed, [result.entries[name]['error'] for name in result.failed]\n"
        "print(json.dumps([dict(result.reasons), len(result.run), result.seconds]))"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(listed)], check=True, capture_output=True, text=True)
    (folder / "told.json").write_text(done.stdout, "utf-8")


def list_outputs(notebook: Path) -> list[str]:
    """Return the kinds of what an executed notebook shows, in order."""
    outputs = [
        output for cell in json.loads(notebook.read_text("utf-8"))["cells"] for output in cell.get("outputs", [])
    ]
    return [kind for output in outputs for kind in output.get("data", {output["output_type"]: ""})]


def measure_ways(notebook: Path, runs: Sequence[Figures], *, rounds: int, sample: int) -> Figures:
    """Time the three ways in turns; of the loop only a sample, since it is linear."""
    names = ("bare cells", "policylab batch", "papermill loop")
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    made: dict[str, list[list[str]]] = {}
    for _ in range(rounds):
        for name, way in zip(names, (run_floor, run_ours, run_loop), strict=True):
            with tempfile.TemporaryDirectory() as folder:
                chosen = runs[:sample] if name == "papermill loop" else runs
                wall, cpu = time_wall(lambda way=way, folder=folder, chosen=chosen: way(notebook, Path(folder), chosen))
                times[name].append((wall * len(runs) / len(chosen), cpu * len(runs) / len(chosen)))
                made[name] = [list_outputs(path) for path in sorted(Path(folder).glob("*.ipynb"))[:1]]
    assert made["policylab batch"] == made["papermill loop"], "the batch and papermill have made different outputs"
    figures: Figures = {"reports": len(runs), "rounds": rounds}
    for kind, column in (("wall", 0), ("cpu", 1)):
        medians = {name: statistics.median(row[column] for row in rows) for name, rows in times.items()}
        floor, ours, loop = medians.values()
        figures[f"{kind}_seconds"] = {name: round(value, 2) for name, value in medians.items()}
        figures[f"{kind}_ratios"] = {"loop": round(loop / ours, 2), "bare cells": round(ours / floor, 3)}
    return figures
