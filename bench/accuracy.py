"""Measure accuracy and write it where users read it: data/accuracy.json and the block of both READMEs.

    python bench/accuracy.py --gold GOLD.jsonl --score score.py --corpus reports.parquet

Two kinds of measure. The development gold (annotated reports that the rules were written against) is scored by the
scoring script given. The readings are random reports outside it, each read against its text by a second annotator;
their counts, a row a report, are data/readings.csv. Intervals are Wilson's at 95%, over records.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TASKS = {
    "H": ("headline targets", "主要预期目标"),
    "A": ("last year's results", "上年实绩"),
    "F": ("five-year goals", "五年目标"),
    "P": ("other numeric targets of the plan", "工作部署中的其他数量目标"),
}
LIKE_GOLD = (4, 5, 6, 7, 8, 9)  # the draws made by level and year as the gold is
UNCHANGED = (8,)  # the draws that met the same rules as the draw before
Table = dict[str, Any]


def main() -> None:
    """Score, count, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("gold", "score", "corpus"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    scores = score_gold(options.gold, options.score, options.corpus)
    tables = [table_of_gold(scores), *tables_of_readings(read_readings())]
    (ROOT / "data" / "accuracy.json").write_text(json.dumps(tables, ensure_ascii=False, indent=1) + "\n", "utf-8")
    write_blocks(tables)


def score_gold(gold: Path, script: Path, corpus: Path) -> dict[str, Any]:
    """Annotate the reports of the gold, extraction alone, and return what the scoring script says."""
    with gold.open(encoding="utf-8") as file:
        ids = sorted({json.loads(line)["report_id"] for line in file})
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "predicted.jsonl")
        sources = [str(corpus), str(ROOT / "data" / "reports")]
        command = [str(Path(sys.executable).with_name("policylab")), "annotate", *sources, "--only", ",".join(ids)]
        subprocess.run([*command, "--to", out], check=True, stdout=subprocess.DEVNULL)
        score = [sys.executable, str(script), str(gold), out, "--json"]
        return json.loads(subprocess.run(score, check=True, capture_output=True).stdout)


def table_of_gold(scores: dict[str, Any]) -> Table:
    """Return strict precision, recall and F1 on the development gold, and the F1 of the marks."""
    rows = [
        [TASKS[task][0], score["gold"], f"{score['precision']:.3f}", f"{score['recall']:.3f}", f"{score['f1']:.3f}"]
        for task, score in scores["strict"].items()
    ]
    marks = ", ".join(f"{name} {mark['f1']:.3f}" for name, mark in scores["marks_on_matched_targets"].items())
    return {
        "title": "Development gold: 49 annotated reports that the rules were written against",
        "note": "Strict: indicator, amount, bound, qualitative code and period all right. Such figures flatter; the"
        f" readings below show reports that the rules had not met. F1 of the marks on matched targets: {marks}.",
        "columns": ["task", "records", "precision", "recall", "F1"],
        "rows": rows,
    }


def read_readings() -> list[dict[str, str]]:
    """Return the counts of the readings, a row a report."""
    with (ROOT / "data" / "readings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables_of_readings(readings: Iterable[dict[str, str]]) -> list[Table]:
    """Return one table a draw: precision and recall with intervals."""
    draws: dict[str, list[dict[str, str]]] = {}
    for row in readings:
        draws.setdefault(row["draw"], []).append(row)
    return [table_of_draw(int(draw), rows) for draw, rows in draws.items()]


def table_of_draw(draw: int, rows: list[dict[str, str]]) -> Table:
    """Return what one draw of random reports shows."""
    keys = [key for key in rows[0] if key not in ("draw", "report_id")]
    total = {key: sum(int(row[key]) for row in rows) for key in keys}
    lines = [
        [TASKS["H"][0], "precision", *interval(total["H_tp"], total["H_fp"])],
        [TASKS["H"][0], "recall", *interval(total["H_tp"], total["H_fn"])],
        [TASKS["A"][0] + " (sample)", "precision", *interval(total["A_tp"], total["A_fp"])],
        [TASKS["A"][0] + " (densest passage)", "recall", *interval(total["A_dense_tp"], total["A_dense_fn"])],
        [TASKS["F"][0], "precision", *interval(total["F_tp"], total["F_fp"])],
        [TASKS["P"][0] + " (sample, with its item)", "precision", *interval(total["P_tp"], total["P_fp"])],
    ]
    earlier = f"after the classes of errors of reading {draw - 1} were mended" if draw > 1 else "the first"
    earlier = f"with the rules of reading {draw - 1}" if draw in UNCHANGED else earlier
    mixed = " They were drawn by level and year in the gold's proportions, from 2006 on." if draw in LIKE_GOLD else ""
    return {
        "title": f"Reading {draw}: {len(rows)} random reports outside the gold, {earlier}",
        "note": "Each report was read once against its text by a language model that followed the annotation guide; no"
        " person checked it. Disputable cases were left out. A wrong field counts as a miss and as a false record."
        + mixed,
        "columns": ["task", "measure", "share", "95% interval", "records"],
        "rows": [line for line in lines if line[-1] != "0"],
    }


def interval(right: int, wrong: int) -> list[str]:
    """Return share, Wilson interval and count."""
    n, z = right + wrong, 1.96
    if not n:
        return ["", "", "0"]  # not read for this task
    share = right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return [f"{share:.3f}", f"{centre - half:.3f}-{centre + half:.3f}", str(n)]


def render_block(tables: list[Table], lang: str) -> str:
    """Return the block of a README: the gold and, for each task, the last reading of it, side by side."""
    gold, at = tables[0], 0 if lang == "en" else 1
    precision, recall = ({task: find_last(tables, task, what) for task in TASKS} for what in ("precision", "recall"))
    heads = {
        "en": "| | F1, development gold | precision, unseen reports | recall, unseen reports |",
        "zh": "| | F1（开发用标注） | 精确率（未见过的报告） | 召回率（未见过的报告） |",
    }
    lines = [heads[lang], "|---|---|---|---|"]
    for row, task in zip(gold["rows"], TASKS, strict=True):
        found = (part[task] for part in (precision, recall))
        cells = [f"{cell[2]} ({cell[3]})" if cell else "" for cell in found]
        lines.append("| " + " | ".join([TASKS[task][at], row[-1], *cells]) + " |")
    counts = re.findall(r": (\d+) random", "".join(find_table(tables, task)["title"] for task in "HP"))
    last_row = {"en": "", "zh": ""}
    if find_table(tables, "H") is not find_table(tables, "P"):
        last_row = {"en": f", for the last row {counts[1]} others", "zh": f"（末行另抽 {counts[1]} 份）"}
    told = {
        "en": f"Unseen reports: {counts[0]} drawn at random and read against their text{last_row['en']}; in brackets the"
        " 95% interval. How it was measured, with the earlier readings: [data/README.md](data/README.md).",
        "zh": f"未见过的报告：随机抽取 {counts[0]} 份{last_row['zh']}，逐份对照原文核读；括号内为 95% 置信区间。"
        "测量方法与此前各轮核读见 [data/README.md](data/README.md)。",
    }
    return "\n".join([*lines, "", told[lang]])


def find_table(tables: list[Table], task: str) -> Table:
    """Return the last reading that has a task."""
    return next(
        table for table in reversed(tables[1:]) if any(row[0].startswith(TASKS[task][0]) for row in table["rows"])
    )


def find_last(tables: list[Table], task: str, measure: str) -> list[str]:
    """Return the row of a task in the last reading that has it; empty where the task has no such measure."""
    rows = (row for row in find_table(tables, task)["rows"] if row[0].startswith(TASKS[task][0]) and row[1] == measure)
    return next(rows, [])


def write_blocks(tables: list[Table]) -> None:
    """Put the blocks into both READMEs."""
    for name, lang in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        path = ROOT / name
        block = f"<!-- accuracy -->\n{render_block(tables, lang)}\n<!-- /accuracy -->"
        before, _, rest = path.read_text("utf-8").partition("<!-- accuracy -->")
        after = rest.partition("<!-- /accuracy -->")[2]
        path.write_text(before + block + after, "utf-8")


if __name__ == "__main__":
    main()
