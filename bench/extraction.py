"""Speed and weight of reading reports: the parts of the bench on annotating, importing and the command."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from measuring import SEED, Documents, Figures, peak_mb, read_texts, run, run_fresh, set_goal, to_mb
from shapes import SHAPES, annotate_text, measure_shape, time_cpu

HEAVY = ("pandas", "numpy", "pyarrow", "matplotlib", "jieba", "sklearn", "papermill", "yaml")
ROUNDS, PER_ROUND = 9, 6
GROWTH_REPORTS = 64


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


def judge_annotating(figures: Figures) -> list[Figures]:
    """Return the goals of annotating."""
    return [
        set_goal("annotating, characters a second", figures["characters_per_second"], ">=", 3e6),
        set_goal("annotating, times jieba.lcut", figures["times_jieba"], ">=", 5),
    ]


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
            figures[name] = run_fresh(measure_stream, path, 1)
    once, tenfold = figures["once"], figures["tenfold"]
    rates = [part["cpu_seconds"] / part["characters"] for part in (tenfold, once)]
    figures["time_per_character_ratio"] = round(rates[0] / rates[1], 3)
    figures["peak_ratio"] = round(tenfold["peak_mb"] / once["peak_mb"], 3)
    return figures


def judge_growth(figures: Figures) -> list[Figures]:
    """Return the goals of ten times the reports."""
    return [
        set_goal("ten times the reports, time for a character", figures["time_per_character_ratio"], "<=", 1.1),
        set_goal("ten times the reports, peak memory", figures["peak_ratio"], "<=", 1.1),
    ]


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


def judge_import(figures: Figures) -> list[Figures]:
    """Return the goals of the import."""
    return [
        set_goal("import policylab, seconds", figures["wall_seconds"], "<=", 0.1),
        set_goal("import policylab, heavy libraries", len(figures["heavy_libraries"]), "<=", 0),
    ]


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


def judge_command(figures: Figures) -> list[Figures]:
    """Return the goals of the command."""
    return [
        set_goal("policylab annotate of one report, seconds", figures["wall_seconds"], "<=", 0.4),
        set_goal("policylab annotate of one report, megabytes", figures["peak_mb"], "<=", 80),
    ]


def measure_pathological(corpus: Path | None, step: int) -> Figures:
    """Annotate every shape at growing sizes."""
    annotate_text("主要预期目标是：地区生产总值增长5%左右。")
    return {shape: measure_shape(shape) for shape in SHAPES}


def judge_pathological(figures: Figures) -> list[Figures]:
    """Return the goals of texts that could trap a scanner."""
    slopes = [shape["slope"] for shape in figures.values()]
    steepest = max((slope for slope in slopes if slope is not None), default=0)
    return [
        set_goal("pathological texts, steepest slope", steepest, "<=", 1.2),
        set_goal("pathological texts that fail or never end", slopes.count(None), "<=", 0),
    ]
