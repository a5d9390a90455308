"""
Measure how annotating grows with the corpus: parts for bench.py, or by hand: python bench/scale.py CORPUS [COPIES].

CORPUS is a Parquet file of reports. The command ``policylab annotate`` runs on it as it is, and on the same reports
``COPIES`` times over under other ids, on two workers, to JSON Lines. Times are CPU seconds, since the
machine may be shared; megabytes are 10**6 bytes, at the peak of the largest process.

What two workers gain is told twice. ``wall`` is what a clock shows, which on a busy machine says more about the others.
``by_cpu`` is what two free cores would show: the CPU seconds of one process, against those of the busiest process of
the run on two workers or half of all of them, whichever is more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from measuring import Figures, read_texts, set_goal

COPIES = 20
COMMAND = str(Path(sys.executable).parent / "policylab")


def write_copies(corpus: Path, out: Path, copies: int) -> None:
    """Write the reports of a corpus several times over, each row with an id of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(corpus) as source:
        columns = ["report_id", "region_code", "report_year", "text"]
        writer = pq.ParquetWriter(out, pa.schema([source.schema_arrow.field(name) for name in columns]))
        with writer:
            for copy in range(copies):
                for batch in source.iter_batches(batch_size=100, columns=columns):
                    ids = pa.array([f"{name}-{copy}" for name in batch.column("report_id").to_pylist()])
                    writer.write_batch(batch.set_column(0, "report_id", ids))


def run_command(corpus: Path, out: Path, *options: str) -> Figures:
    """Annotate a corpus by the command; return wall and CPU seconds, peak memory, and CPU seconds of each process."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "annotate", str(corpus), "--to", str(out), *options], stderr=subprocess.DEVNULL
    )
    seconds: dict[int, float] = {}
    peaks: dict[int, int] = {}
    for found in _watch(process):
        seconds[found.pid], used = sum(found.cpu_times()[:2]), found.memory_info().rss
        peaks[found.pid] = max(peaks.get(found.pid, 0), used)
    assert process.returncode == 0, "policylab annotate failed"
    return {
        "wall_seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(sum(seconds.values()), 1),
        "busiest_cpu_seconds": round(max(seconds.values()), 1),
        "peak_mb": round(max(peaks.values()) / 1e6, 1),
    }


def _watch(process: subprocess.Popen[bytes]) -> Iterator[psutil.Process]:
    """Yield the process and its children, five times a second, as long as it runs."""
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        for found in [parent, *_children(parent)]:
            try:
                with found.oneshot():
                    yield found
            except psutil.Error:
                continue
        time.sleep(0.2)


def _children(parent: psutil.Process) -> list[psutil.Process]:
    """Return the processes that a process started, [] where it has ended."""
    try:
        return parent.children(recursive=True)
    except psutil.Error:
        return []


def measure_scale(corpus: Path, copies: int = COPIES) -> Figures:
    """Annotate the corpus once and several times over; return both and their ratios for a report."""
    figures: Figures = {"copies": copies}
    with tempfile.TemporaryDirectory() as folder:
        many, out = Path(folder) / "many.parquet", Path(folder) / "out.jsonl"
        write_copies(corpus, many, copies)
        for name, path in (("once", corpus), ("many", many)):
            figures[name] = run_command(path, out, "--jobs", "2")
            with out.open("rb") as file:
                figures[name]["targets"] = sum(1 for _ in file)
    once, often = figures["once"], figures["many"]
    assert often["targets"] == copies * once["targets"], "copies give other records"
    figures["time_ratio"] = round(often["cpu_seconds"] / once["cpu_seconds"] / copies, 3)
    figures["peak_ratio"] = round(often["peak_mb"] / once["peak_mb"], 3)
    return figures


def measure_workers(corpus: Path) -> Figures:
    """Annotate the corpus in one process and on two workers; return both and what two workers gain."""
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one.jsonl", Path(folder) / "two.jsonl"
        single, double = run_command(corpus, one), run_command(corpus, two, "--jobs", "2")
        assert one.read_bytes() == two.read_bytes(), "two workers give other records"
    bound = max(double["busiest_cpu_seconds"], double["cpu_seconds"] / 2)
    gains = {
        "wall": round(single["wall_seconds"] / double["wall_seconds"], 2),
        "by_cpu": round(single["cpu_seconds"] / bound, 2),
    }
    return {"one": single, "two": double} | gains


def measure(corpus: Path | None, step: int) -> Figures:
    """Measure the corpus whole, whatever the step; without one, the bundled report many times over."""
    with tempfile.TemporaryDirectory() as folder:
        texts = corpus or write_seed(Path(folder) / "seed.parquet")
        return {"workers": measure_workers(texts), "growth": measure_scale(texts)}


def write_seed(out: Path) -> Path:
    """Write a corpus of the bundled report alone, many times over, and return its path."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {
            "report_id": f"{number:04d}",
            "region_code": seed.region_code,
            "report_year": seed.report_year,
            "text": seed.text,
        }
        for number, seed in enumerate(read_texts(None, 1))
    ]
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out


def judge(figures: Figures) -> list[Figures]:
    """Set the figures beside what was asked for."""
    scale, workers = figures["growth"], figures["workers"]
    copies = scale["copies"]
    rows = [
        (f"{copies} times the corpus, time for a report", scale["time_ratio"], "<=", 1.1),
        (f"{copies} times the corpus, peak memory", scale["peak_ratio"], "<=", 1.1),
        ("two workers against one process, by CPU seconds", workers["by_cpu"], ">=", 1.8),
        ("two workers against one process, by the clock", workers["wall"], ">=", 1.8),
    ]
    return [set_goal(*row) for row in rows]


def main() -> None:
    """Measure a corpus and print the figures as JSON."""
    corpus = Path(sys.argv[1])
    copies = int(sys.argv[2]) if len(sys.argv) > 2 else COPIES
    figures = {"workers": measure_workers(corpus), "growth": measure_scale(corpus, copies)}
    sys.stdout.write(json.dumps({"goals": judge(figures)} | figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
