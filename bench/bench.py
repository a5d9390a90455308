"""
Measure speed and weight in one run, and write bench/results.json: run by make bench.

``make bench PARTS=annotating,import`` measures some parts only and leaves the others in results.json as they are.
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
batch : batches of notebooks against a loop of the papermill command and against their bare cells, asked again, over
    many runs, and killed (bench/batch.py; also by itself, part by part).
scale : the corpus on two workers against one process, and twenty times over (bench/scale.py).
texts : what each part was measured on.
machine, versions : what the last run was measured on.

A part is a line of `PARTS`: a function that returns its figures, given the corpus and the step, and one that returns the
goals for them (`measuring.set_goal`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import batch
import extraction
import scale
from measuring import HERE, Figures, Part, run_fresh

RESULTS = HERE / "results.json"
PARTS: dict[str, Part] = {
    "annotating": Part(extraction.measure_annotating, extraction.judge_annotating),
    "growth": Part(extraction.measure_growth, extraction.judge_growth),
    "import": Part(extraction.measure_import, extraction.judge_import),
    "command": Part(extraction.measure_command, extraction.judge_command),
    "pathological": Part(extraction.measure_pathological, extraction.judge_pathological),
    "batch": Part(batch.measure_batch, batch.judge_batch),
    "scale": Part(scale.measure, scale.judge),
}


def judge(results: Figures) -> list[Figures]:
    """Set the figures of every part beside what was asked for."""
    return [goal for name, part in PARTS.items() if name in results for goal in part.judge(results[name])]


def merge(before: Figures, measured: Figures, texts: str) -> Figures:
    """Return the results with the parts measured now in place of theirs before, in the order of `PARTS`."""
    both = before | measured
    parts = {name: both[name] for name in PARTS if name in both}
    named = {name: texts if name in measured else before["texts"][name] for name in parts}
    return {"goals": judge(parts), "texts": named} | describe_machine() | parts


def describe_texts(corpus: Path | None, step: int) -> str:
    """Return what the figures are measured on."""
    if corpus is None:
        return "the bundled report, repeated"
    return "a corpus, whole" if step == 1 else f"every {step}th report of a corpus"


def describe_machine() -> Figures:
    """Return the machine and the versions."""
    machine = {"system": platform.system(), "machine": platform.machine(), "cpus": os.cpu_count()}
    versions = {name: version(name) for name in ("policylab", "jieba", "ahocorasick-rs", "pyarrow")}
    return {"machine": machine, "versions": {"python": platform.python_version()} | versions}


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


def choose_parts(names: str) -> list[str]:
    """
    Return the parts named, in the order of `PARTS`; raise ArgumentTypeError for one that there is not.

    >>> choose_parts("import, annotating")
    ['annotating', 'import']
    """
    asked = {name.strip() for name in names.split(",") if name.strip()}
    if not asked or asked - PARTS.keys():
        raise argparse.ArgumentTypeError(
            f"no part {', '.join(sorted(asked - PARTS.keys()))}; parts: {', '.join(PARTS)}"
        )
    return [name for name in PARTS if name in asked]


def main() -> None:
    """Measure the parts asked for and write results.json."""
    parser = argparse.ArgumentParser(description="Measure speed and weight.")
    parser.add_argument("--corpus", type=Path, help="Parquet file of reports; else the bundled report, repeated")
    parser.add_argument("--step", type=int, default=10, help="take every STEP-th report; 1 takes all")
    parser.add_argument("--parts", type=choose_parts, default=list(PARTS), help="only these parts, with commas")
    options = parser.parse_args()
    measured: Figures = {}
    for name in options.parts:
        start = time.monotonic()
        measured[name] = run_fresh(PARTS[name].measure, options.corpus, options.step)
        sys.stdout.write(f"{name}: {time.monotonic() - start:.0f} s\n")
        sys.stdout.flush()
    before = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    results = merge(before, measured, describe_texts(options.corpus, options.step))
    for goal in results["goals"]:
        sys.stdout.write(
            f"{'met   ' if goal['met'] else 'MISSED'} {goal['what']}: {goal['measured']:,} (asked {goal['asked']})\n"
        )
    RESULTS.write_text(lay_out(results), encoding="utf-8")


if __name__ == "__main__":
    main()
