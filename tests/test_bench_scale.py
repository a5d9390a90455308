"""The bench of growth: what it would miss first, then its figures on a corpus of a few reports."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from policylab.model import Document
from policylab.read.corpus import load_reports
from policylab.read.store import write_corpus

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))  # scripts, not a package
scale: ModuleType = importlib.import_module("scale")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Six reports."""
    text = "主要预期目标是：地区生产总值增长5%，一般公共预算收入增长3%。\n"
    made = [Document.from_text(text * 9, region_code="320804", report_year=2010 + number) for number in range(6)]
    write_corpus(made, tmp_path / "corpus.parquet")
    return tmp_path / "corpus.parquet"


def test_missed_goals_are_told() -> None:
    """A figure on the wrong side of its goal is not met, whichever way the goal points."""
    figures = {"growth": {"copies": 20, "time_ratio": 1.2, "peak_ratio": 1.0}, "workers": {"by_cpu": 1.9, "wall": 1.1}}
    goals = scale.judge(figures)
    assert [goal["met"] for goal in goals] == [False, True, True, False]
    assert all(goal.keys() == {"what", "measured", "asked", "met"} for goal in goals)


def test_copies_are_reports_of_their_own(corpus: Path, tmp_path: Path) -> None:
    """Each copy has an id of its own, and the texts are the same."""
    scale.write_copies(corpus, tmp_path / "many.parquet", 3)
    documents = load_reports(tmp_path / "many.parquet")
    assert len({document.report_id for document in documents}) == 18
    assert len({document.sha256 for document in documents}) == 1


@pytest.mark.slow
def test_figures_of_a_few_reports(corpus: Path) -> None:
    """Both parts run the command, check that its records are right, and give their ratios."""
    figures = scale.measure_scale(corpus, 3)
    assert figures["many"]["targets"] == 3 * figures["once"]["targets"] > 0
    workers = scale.measure_workers(corpus)
    assert workers["by_cpu"] > 0
    assert len(scale.judge({"growth": figures, "workers": workers})) == 4
