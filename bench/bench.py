"""
Measure speed and weight in one run, and write bench/results.json: run by make bench.

``make bench`` takes the bundled report, repeated; ``make bench CORPUS=reports.parquet`` every tenth report of a corpus
(a Parquet file as `policylab annotate` takes it), with ``STEP=1`` the whole. Each part runs in a process of its own, so
that none sees another's caches or memory. Times of one process at work are CPU seconds, since the machine may be
shared; times that a person waits for are wall seconds, the best of nine, since other work only slows one down.
Megabytes are 10**6 bytes.

What results.json holds
-----------------------
goals : what was asked for, what was measured, and whether it was met.
annotating : characters a second in one process, and the ratio to ``jieba.lcut`` over the same texts, taken pairwise
    in alternating rounds; the median counts. ``peak_mb`` is before jieba is loaded.
growth : CPU seconds and peak memory for ``reports`` and for ten times as many, streamed from a Parquet file.
import : seconds of ``import policylab`` in fresh interpreters, and which heavy libraries it loads.
command : wall seconds and peak memory of ``policylab annotate`` of the bundled report to JSONL, the whole process.
pathological : CPU seconds at three sizes, each four times the one before, of each text of shapes.py, and the slope of
    time against size in logarithms: 1 is linear, 2 quadratic; null and an error where the annotator fails or never ends.
    Texts grow to a megabyte, or until one takes long. Asked is a slope of
    at most 1.2; the steepest of so many moves with load on a shared machine.
machine, versions, texts : what it was measured on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from shapes import SHAPES, annotate_text, measure_shape, time_cpu

HERE = Path(__file__).resolve().parent
SEED = HERE.parent / "data" / "reports" / "320804-2023.txt"
HEAVY = ("pandas", "numpy", "pyarrow", "matplotlib", "jieba", "sklearn", "papermill", "yaml")
REPEATS = 300  # how often the bundled report is read where no corpus is given
ROUNDS, PER_ROUND = 9, 6
GROWTH_REPORTS = 64

Documents = Iterator[Any]
Figures = dict[str, Any]


def read_texts(corpus: Path | None, step: int) -> Documents:
    """Yield every step-th report of the corpus, or the bundled one again and again."""
    from policylab.read.corpus import iter_reports

    if corpus is not None:
        yield from islice(iter_reports(corpus), 0, None, step)
        return
    seed = next(iter_reports(SEED))
    yield from (seed for _ in range(REPEATS))


def measure_annotating(corpus: Path | None, step: int) -> Figures:
    """Annotate every text once, then some of them in turns with jieba."""
    from policylab.annotate.targets import annotate

    seconds, characters, reports, kept = 0.0, 0, 0, []
    for document in read_texts(corpus, step):
        if not reports:
            annotate(document)  # loads the codebook and compiles its patterns
        seconds += time_cpu(lambda document=document: annotate(document))
        characters, reports = characters + len(document.text), reports + 1
        if reports % max(1, 3190 // step // (ROUNDS * PER_ROUND)) == 0 and len(kept) < ROUNDS * PER_ROUND:
            kept.append(document)
    figures = {"reports": reports, "characters": characters, "cpu_seconds": round(seconds, 2), "peak_mb": peak_mb()}
    ratios = compare_jieba(annotate, kept)
    speed = {"characters_per_second": round(characters / seconds, -3), "times_jieba": statistics.median(ratios)}
    return figures | speed | {"rounds": ratios}


def compare_jieba(annotate: Callable[[Any], Any], documents: list[Any]) -> list[float]:
    """Return how many times as long jieba takes, round by round."""
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    ratios = []
    for start in range(0, len(documents), PER_ROUND):
        texts = documents[start : start + PER_ROUND]
        own = time_cpu(lambda texts=texts: [annotate(document) for document in texts])
        ratios.append(round(time_cpu(lambda texts=texts: [jieba.lcut(item.text) for item in texts]) / own, 2))
    return ratios


def measure_growth(corpus: Path | None, step: int) -> Figures:
    """Stream a Parquet file of some reports, and one that holds them ten times."""
    figures: Figures = {"reports": GROWTH_REPORTS}
    with tempfile.TemporaryDirectory() as folder:
        for name, copies in (("once", 1), ("tenfold", 10)):
            path = Path(folder) / f"{name}.parquet"
            write_copies(read_texts(corpus, step), path, copies)
            figures[name] = run_part("stream", path, 1)
    once, tenfold = figures["once"], figures["tenfold"]
    rates = [part["cpu_seconds"] / part["characters"] for part in (tenfold, once)]
    figures["time_per_character_ratio"] = round(rates[0] / rates[1], 3)
    figures["peak_ratio"] = round(tenfold["peak_mb"] / once["peak_mb"], 3)
    return figures


def write_copies(documents: Documents, path: Path, copies: int) -> None:
    """Write the first reports to a Parquet file, several times over, each row with an id of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    chosen = list(islice(documents, GROWTH_REPORTS))
    names = ("region_code", "report_year", "text")
    columns = {name: [getattr(document, name) for document in chosen] for name in names}
    writer = None
    for copy in range(copies):
        ids = [f"{number:03d}-{copy}" for number in range(len(chosen))]
        table = pa.table({"report_id": ids} | columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def measure_stream(corpus: Path | None, step: int) -> Figures:
    """Annotate a Parquet file from end to end, keeping nothing."""
    from policylab.annotate.stream import annotate_reports

    characters = 0

    def count(documents: Documents) -> Documents:
        nonlocal characters
        for document in documents:
            characters += len(document.text)
            yield document

    warm = next(read_texts(None, 1))
    list(annotate_reports([warm]))
    seconds = time_cpu(lambda: sum(len(targets) for targets in annotate_reports(count(read_texts(corpus, step)))))
    return {"characters": characters, "cpu_seconds": round(seconds, 2), "peak_mb": peak_mb()}


def measure_import(corpus: Path | None, step: int) -> Figures:
    """Import the package in fresh interpreters."""
    code = (
        "import time, sys; start = time.perf_counter(); import policylab\n"
        f"print(time.perf_counter() - start, *({HEAVY!r} & sys.modules.keys()))"
    ).replace(repr(HEAVY), repr(set(HEAVY)))
    outs = [run([sys.executable, "-c", code]).split() for _ in range(9)]
    seconds = min(float(out[0]) for out in outs)
    return {"wall_seconds": round(seconds, 4), "heavy_libraries": sorted({name for out in outs for name in out[1:]})}


def measure_command(corpus: Path | None, step: int) -> Figures:
    """Run the command on the bundled report as a person does."""
    command = [str(Path(sys.executable).parent / "policylab"), "annotate", str(SEED), "--to"]
    walls, peaks = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(9):
            start = time.perf_counter()
            process = subprocess.Popen([*command, f"{folder}/out.jsonl"], stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            walls.append(time.perf_counter() - start)
            peaks.append(to_mb(usage.ru_maxrss))
            assert process.returncode == 0, "policylab annotate failed"
    return {
        "wall_seconds": round(min(walls), 3),
        "median_seconds": round(statistics.median(walls), 3),
        "peak_mb": max(peaks),
    }


def measure_pathological(corpus: Path | None, step: int) -> Figures:
    """Annotate every shape at growing sizes."""
    annotate_text("主要预期目标是：地区生产总值增长5%左右。")
    return {shape: measure_shape(shape) for shape in SHAPES}


def peak_mb() -> float:
    """Return the most memory that this process has held, in megabytes."""
    return to_mb(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def to_mb(peak: int) -> float:
    """Return a peak that the system gives (kilobytes; bytes on a Mac) in megabytes."""
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def run(command: list[str]) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


PARTS: dict[str, Callable[[Path | None, int], Figures]] = {
    "annotating": measure_annotating,
    "growth": measure_growth,
    "import": measure_import,
    "command": measure_command,
    "pathological": measure_pathological,
    "stream": measure_stream,  # a part of growth
}


def run_part(part: str, corpus: Path | None, step: int) -> Figures:
    """Return the figures of one part, measured in a fresh process."""
    options = ["--corpus", str(corpus)] if corpus else []
    figures: Figures = json.loads(run([sys.executable, __file__, "--part", part, "--step", str(step), *options]))
    return figures


def judge(figures: Figures) -> list[Figures]:
    """Set the figures beside what was asked for."""
    slopes = [shape["slope"] for shape in figures["pathological"].values()]
    rows = [
        ("annotating, characters a second", figures["annotating"]["characters_per_second"], ">=", 3e6),
        ("annotating, times jieba.lcut", figures["annotating"]["times_jieba"], ">=", 5),
        ("ten times the reports, time for a character", figures["growth"]["time_per_character_ratio"], "<=", 1.1),
        ("ten times the reports, peak memory", figures["growth"]["peak_ratio"], "<=", 1.1),
        ("import policylab, seconds", figures["import"]["wall_seconds"], "<=", 0.1),
        ("import policylab, heavy libraries", len(figures["import"]["heavy_libraries"]), "<=", 0),
        ("policylab annotate of one report, seconds", figures["command"]["wall_seconds"], "<=", 0.4),
        ("policylab annotate of one report, megabytes", figures["command"]["peak_mb"], "<=", 80),
        ("pathological texts, steepest slope", max((s for s in slopes if s is not None), default=0), "<=", 1.2),
        ("pathological texts that fail or never end", slopes.count(None), "<=", 0),
    ]
    return [
        {
            "what": what,
            "measured": got,
            "asked": f"{sign} {goal:g}",
            "met": got >= goal if sign == ">=" else got <= goal,
        }
        for what, got, sign, goal in rows
    ]


def describe(corpus: Path | None, step: int) -> Figures:
    """Return what the figures were measured on."""
    texts = (
        "the bundled report, repeated"
        if corpus is None
        else "a corpus, whole"
        if step == 1
        else f"every {step}th report of a corpus"
    )
    machine = {"system": platform.system(), "machine": platform.machine(), "cpus": os.cpu_count()}
    versions = {name: version(name) for name in ("policylab", "jieba", "ahocorasick-rs", "pyarrow")}
    return {"texts": texts, "machine": machine, "versions": {"python": platform.python_version()} | versions}


def lay_out(results: Figures) -> str:
    """Return JSON with one figure, goal or shape on a line."""
    lines = []
    for name, value in results.items():
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        cells = [(f"{json.dumps(key)}: " if isinstance(key, str) else "") + json.dumps(cell) for key, cell in members]
        whole = ("{}" if isinstance(value, dict) else "[]") if cells else ""
        body = f"{whole[0]}\n  " + ",\n  ".join(cells) + f"\n {whole[1]}" if cells else json.dumps(value)
        lines.append(f" {json.dumps(name)}: {body}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Measure all parts and write results.json, or one part to standard output."""
    parser = argparse.ArgumentParser(description="Measure speed and weight.")
    parser.add_argument("--corpus", type=Path, help="Parquet file of reports; else the bundled report, repeated")
    parser.add_argument("--step", type=int, default=10, help="take every STEP-th report; 1 takes all")
    parser.add_argument("--part", choices=PARTS, help="only this part, to standard output")
    options = parser.parse_args()
    if options.part:
        sys.stdout.write(json.dumps(PARTS[options.part](options.corpus, options.step)))
        return
    figures: Figures = {}
    for part in list(PARTS)[:-1]:
        start = time.monotonic()
        figures[part] = run_part(part, options.corpus, options.step)
        sys.stdout.write(f"{part}: {time.monotonic() - start:.0f} s\n")
        sys.stdout.flush()
    goals = judge(figures)
    for goal in goals:
        sys.stdout.write(
            f"{'met   ' if goal['met'] else 'MISSED'} {goal['what']}: {goal['measured']:,} (asked {goal['asked']})\n"
        )
    results = {"goals": goals} | describe(options.corpus, options.step) | figures
    (HERE / "results.json").write_text(lay_out(results), encoding="utf-8")


if __name__ == "__main__":
    main()
