"""
Batches of reports against the ways that people use instead: parts of make bench, which also run by themselves.

``python bench/batch.py`` measures everything, ``python bench/batch.py batch_20`` one part. Two workers; starting and
importing are part of every time, on both sides. All ways of one size run in turns in one session, so that the ratios hold on
a machine that is shared, and absolute seconds do not. The notebook is realistic and synthetic: pandas, jieba, scikit-learn
and four figures (study.ipynb, written by ways.py); beside it stands the project's own report of a district.

What is measured
----------------
speed : seconds for 20 and for 200 reports: a shell loop of the papermill command (timed on a sample of 200, since it is
    linear), the bare cells in two processes that have imported everything, and ``run_batch`` without pages.
own : the same for the project's own report of a city, 20 of them.
again : seconds for 200 reports of which nothing has changed, and whether a word changed in one cell redoes all of them.
pages : seconds of a worker for the HTML of a report beyond its execution.
memory : megabytes of the batch and of its warm process over 500 runs.
killed : whether every report is whole, none lost and none doubled, after kill -9 at ten random moments.
"""

from __future__ import annotations

import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import Figures, set_goal
from ways import STUDY, measure_ways, run_ours, time_wall, write_notebook

SAMPLE = 10  # papermill commands that are timed of 200


def measure_speed(size: int = 20) -> Figures:
    """Compare the ways for the realistic notebook."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = write_notebook(Path(folder) / "study.ipynb", STUDY)
        runs = [{"number": number} for number in range(size)]
        return measure_ways(notebook, runs, rounds=3 if size <= 20 else 1, sample=min(size, SAMPLE))


def measure_own(size: int = 20) -> Figures:
    """Compare the ways for the project's report of a city."""
    from policylab.batch.plan import Plan, list_jobs
    from policylab.project import notebook_path

    jobs = list_jobs(Plan(regions="level:city", report_years=[2023]))[:size]
    runs = [{name: value for name, value in job.parameters.items() if name != "figures_dir"} for job in jobs]
    return measure_ways(notebook_path("district_report"), runs, rounds=1, sample=5)


def measure_again(size: int = 200) -> Figures:
    """Ask for 200 reports again: with nothing changed, and with a word changed in one cell."""
    cells = ["number: int = 1", "print('number', number)"]
    runs = [{"number": number} for number in range(size)]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        notebook, out = write_notebook(folder / "small.ipynb", cells), folder / "out"
        out.mkdir()
        run_ours(notebook, out, runs, "html")
        walls = [time_wall(lambda: run_ours(notebook, out, runs, "html"))[0] for _ in range(5)]
        _, redone, inside = json.loads((out / "told.json").read_text())
        write_notebook(notebook, [cells[0], cells[1] + "  # a word"])
        run_ours(notebook, out, runs, "html")
        reasons, changed, _ = json.loads((out / "told.json").read_text())
    return {
        "reports": size,
        "nothing_changed_seconds": round(min(walls), 3),
        "nothing_changed_seconds_inside": round(inside, 3),
        "nothing_changed_redone": redone,
        "text_changed_redone": changed,
        "text_changed_told": reasons.get("notebook changed", 0),
    }


def measure_pages(size: int = 20) -> Figures:
    """Time the HTML of each report beyond its execution, in the processes that make it."""
    from policylab.project import notebook_path

    found: Figures = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        study = write_notebook(folder / "study.ipynb", STUDY)
        own = [{"region_code": "320800", "report_year": 2023, "lang": lang} for lang in ("zh", "en")] * (size // 4)
        for name, notebook, runs in (
            ("study", study, [{"number": n} for n in range(size)]),
            ("own", notebook_path("district_report"), own),
        ):
            (folder / name).mkdir()
            run_ours(notebook, folder / name, runs, "html")
            lines = (folder / name / "manifest.jsonl").read_text("utf-8").splitlines()
            found[name] = round(statistics.median(json.loads(line)["pages_cpu_seconds"] for line in lines), 4)
    return {"cpu_seconds_per_report": found}


def measure_memory(size: int = 500) -> Figures:
    """Watch the batch and its warm process over many runs."""
    import psutil

    cells = ["number: int = 1", "print('number', number)"]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        notebook = write_notebook(folder / "small.ipynb", cells)
        code = (
            "from policylab.batch.reports import run_batch\nfrom policylab.batch.plan import Plan\n"
            f"run_batch(Plan(notebook={str(notebook)!r}, out={str(folder / 'out')!r}, jobs=2, formats=(),"
            f" runs=[{{'name': f'run-{{n}}', 'number': n}} for n in range({size})]))"
        )
        process = psutil.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        manifest, seen = folder / "out" / "manifest.jsonl", []
        while process.poll() is None:
            done = manifest.read_bytes().count(b"\n") if manifest.exists() else 0
            with_children = [process, *process.children()] if done >= size // 10 else []
            try:
                sizes = [member.memory_info().rss / 1e6 for member in with_children]
            except psutil.Error:
                sizes = []
            if len(sizes) == 2:
                seen.append((done, *sizes))
            time.sleep(0.1)
        assert process.wait() == 0, "the batch failed"
    first, last = seen[: len(seen) // 10], seen[-len(seen) // 10 :]
    means = [[statistics.mean(row[column] for row in part) for column in (1, 2)] for part in (first, last)]
    return {
        "runs": size,
        "batch_mb": [round(means[0][0], 1), round(means[1][0], 1)],
        "warm_process_mb": [round(means[0][1], 1), round(means[1][1], 1)],
        "growth": round(max(after / before for before, after in zip(*means, strict=True)), 3),
    }


def measure_killed(size: int = 30) -> Figures:
    """Kill the batch at ten random moments, then let it end, and look at every report."""
    from policylab.batch.ledger import hash_bytes

    cells = ["number: int = 1", "import time\ntime.sleep(0.2)\nprint('number', number)"]
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        notebook, out = write_notebook(folder / "small.ipynb", cells), folder / "out"
        code = (
            "from policylab.batch.reports import run_batch\nfrom policylab.batch.plan import Plan\n"
            f"run_batch(Plan(notebook={str(notebook)!r}, out={str(out)!r}, jobs=2,"
            f" runs=[{{'name': f'run-{{n}}', 'number': n}} for n in range({size})]))"
        )
        command = [sys.executable, "-c", code]
        for _ in range(10):
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            time.sleep(1 + draw.random() * 4)
            process.send_signal(signal.SIGKILL)
            process.wait()
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        lines = [json.loads(line) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]
        hashes = [(out / path, told["sha256"]) for line in lines for path, told in line["outputs"].items()]
        broken = sum(hash_bytes(path.read_bytes()) != sha256 for path, sha256 in hashes)
        names = [line["name"] for line in lines if line["status"] == "made"]
        left = len(list(out.glob(".run-*")))
    return {
        "reports": size,
        "broken": broken,
        "lost": size - len(set(names)),
        "doubled": len(names) - len(set(names)),
        "left": left,
    }


PARTS: dict[str, Callable[[], Figures]] = {
    "batch_20": lambda: measure_speed(20),
    "batch_200": lambda: measure_speed(200),
    "batch_own": measure_own,
    "batch_again": measure_again,
    "batch_pages": measure_pages,
    "batch_memory": measure_memory,
    "batch_killed": measure_killed,
}


def measure_batch(corpus: Path | None, step: int) -> Figures:
    """Measure every part in turn; neither texts nor step matter to them."""
    return {name: measure() for name, measure in PARTS.items()}


def judge_batch(figures: Figures) -> list[Figures]:
    """Set the figures of these parts beside what was asked for; parts that were not measured are left out."""
    rows: list[tuple[str, float, str, float]] = []
    for part, words in (
        ("batch_20", "20 reports"),
        ("batch_200", "200 reports"),
        ("batch_own", "20 of our own reports"),
    ):
        if part in figures:
            rows += [
                (
                    f"batch of {words}, times faster than a loop of papermill",
                    figures[part]["wall_ratios"]["loop"],
                    ">=",
                    7,
                ),
                (f"batch of {words}, times the bare cells", figures[part]["wall_ratios"]["bare cells"], "<=", 1.35),
            ]
    if "batch_again" in figures:
        again = figures["batch_again"]
        rows += [
            ("batch of 200 reports, nothing changed, seconds", again["nothing_changed_seconds"], "<=", 1),
            ("batch of 200 reports, nothing changed, made again", again["nothing_changed_redone"], "<=", 0),
            (
                "batch of 200 reports, a word changed, made again and told",
                min(again["text_changed_redone"], again["text_changed_told"]),
                ">=",
                again["reports"],
            ),
        ]
    if "batch_pages" in figures:
        pages = figures["batch_pages"]["cpu_seconds_per_report"]
        rows += [(f"HTML of a report ({name}), seconds", value, "<=", 0.1) for name, value in pages.items()]
    if "batch_memory" in figures:
        rows.append(
            (
                "batch of 500 runs, memory at the end against the beginning",
                figures["batch_memory"]["growth"],
                "<=",
                1.05,
            )
        )
    if "batch_killed" in figures:
        killed = figures["batch_killed"]
        lost = killed["broken"] + killed["lost"] + killed["doubled"] + killed["left"]
        rows.append(("batch killed ten times, reports broken, lost or doubled", lost, "<=", 0))
    return [set_goal(*row) for row in rows]


def main() -> None:
    """Measure the parts that are named, or all, and say what was found."""
    figures: Figures = {}
    for part in sys.argv[1:] or PARTS:
        start = time.monotonic()
        figures[part] = PARTS[part]()
        sys.stdout.write(f"{part}: {time.monotonic() - start:.0f} s {json.dumps(figures[part])}\n")
        sys.stdout.flush()
    for goal in judge_batch(figures):
        sys.stdout.write(
            f"{'met   ' if goal['met'] else 'MISSED'} {goal['what']}: {goal['measured']} (asked {goal['asked']})\n"
        )


if __name__ == "__main__":
    main()
