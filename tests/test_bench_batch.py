"""The bench of batches: what it judges, and that its notebook and its floor run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))  # scripts, not a package
batch: ModuleType = importlib.import_module("batch")

RATIOS = {"wall_ratios": {"loop": 8.0, "bare cells": 1.2}}
GOOD: dict[str, Any] = {
    "batch_20": RATIOS,
    "batch_200": RATIOS,
    "batch_own": RATIOS,
    "batch_again": {
        "reports": 200,
        "nothing_changed_seconds": 0.5,
        "nothing_changed_redone": 0,
        "text_changed_redone": 200,
        "text_changed_told": 200,
    },
    "batch_pages": {"cpu_seconds_per_report": {"study": 0.05, "own": 0.09}},
    "batch_memory": {"growth": 1.01},
    "batch_killed": {"broken": 0, "lost": 0, "doubled": 0, "left": 0},
}


def test_every_part_is_judged() -> None:
    """Each part has its goals, and figures that reach them are met."""
    assert GOOD.keys() == batch.PARTS.keys()
    goals = batch.judge_batch(GOOD)
    assert all(goal["met"] for goal in goals)
    assert len(goals) == 6 + 3 + 2 + 1 + 1
    for part, figures in GOOD.items():
        assert batch.judge_batch({part: figures})


@pytest.mark.parametrize(
    ("part", "worse"),
    [
        ("batch_20", {"wall_ratios": {"loop": 6.9, "bare cells": 1.2}}),
        ("batch_200", {"wall_ratios": {"loop": 8.0, "bare cells": 1.36}}),
        ("batch_again", {**GOOD["batch_again"], "nothing_changed_redone": 1}),
        ("batch_again", {**GOOD["batch_again"], "text_changed_told": 199}),
        ("batch_pages", {"cpu_seconds_per_report": {"own": 0.11}}),
        ("batch_memory", {"growth": 1.06}),
        ("batch_killed", {"broken": 0, "lost": 1, "doubled": 0, "left": 0}),
    ],
)
def test_a_goal_that_is_missed_is_seen(part: str, worse: dict[str, Any]) -> None:
    """A figure that falls short is not met."""
    assert [goal for goal in batch.judge_batch({part: worse}) if not goal["met"]]


@pytest.mark.slow
def test_the_ways_run_the_same_notebook(tmp_path: Path) -> None:
    """The realistic notebook runs by papermill, by the batch and as bare cells, and what was measured has both kinds of time."""
    notebook = batch.write_notebook(tmp_path / "study.ipynb", batch.STUDY)
    figures = batch.measure_ways(notebook, [{"number": 1}, {"number": 2}], rounds=1, sample=1)
    assert figures["wall_seconds"].keys() == figures["cpu_seconds"].keys()
    assert all(value > 0 for value in figures["cpu_seconds"].values())
    assert figures["wall_ratios"]["loop"] > 0
