"""The bench: what it would miss first, then its committed figures, and ratios that hold on any machine."""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))  # scripts, not a package
bench: ModuleType = importlib.import_module("bench")
shapes: ModuleType = importlib.import_module("shapes")
measuring: ModuleType = importlib.import_module("measuring")
extraction: ModuleType = importlib.import_module("extraction")


@pytest.fixture
def results() -> dict[str, Any]:
    """The figures of the last run of make bench."""
    loaded: dict[str, Any] = json.loads((ROOT / "bench" / "results.json").read_text("utf-8"))
    return loaded


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Shapes of a few kilobytes, given up early."""
    monkeypatch.setattr(shapes, "LEAST", 2**12)
    monkeypatch.setattr(shapes, "MOST", 2**12)
    monkeypatch.setattr(shapes, "GIVE_UP", 0.2)
    return monkeypatch


def test_an_annotator_that_never_ends_is_given_up(small: pytest.MonkeyPatch) -> None:
    """A hang is a figure without slope, and the bench goes on."""

    def hang(text: str) -> None:
        while True:
            pass

    small.setattr(shapes, "annotate_text", hang)
    assert shapes.measure_shape("spaces") == {"bytes": [], "cpu_seconds": [], "slope": None, "error": "TimeoutError"}


def test_an_annotator_that_fails_is_told(small: pytest.MonkeyPatch) -> None:
    """An exception is named in the figures."""
    small.setattr(shapes, "annotate_text", lambda text: text.encode("ascii"))
    assert shapes.measure_shape("spaces")["error"] == "UnicodeEncodeError"


@pytest.mark.parametrize("power", [1, 2])
def test_the_slope_tells_quadratic_from_linear(small: pytest.MonkeyPatch, power: int) -> None:
    """Work that grows with the square of the text has slope 2, linear work 1."""
    small.setattr(shapes, "time_shape", lambda shape, size: 1e-9 * size**power)
    assert shapes.measure_shape("spaces")["slope"] == power


@pytest.mark.parametrize("change", [("import", "heavy_libraries", ["pandas"]), ("growth", "peak_ratio", 1.5)])
def test_a_missed_goal_is_told(results: dict[str, Any], change: tuple[str, str, Any]) -> None:
    """A figure beyond what was asked is not met."""
    part, name, value = change
    before = sum(goal["met"] for goal in bench.judge(results))
    results[part][name] = value
    assert sum(goal["met"] for goal in bench.judge(results)) == before - 1


@pytest.mark.parametrize("names", ["", "annotating,speed", "stream"])
def test_an_unknown_part_is_refused(names: str) -> None:
    """A part that there is not is named, with those that there are."""
    with pytest.raises(argparse.ArgumentTypeError, match="parts: annotating, growth"):
        bench.choose_parts(names)


def test_parts_are_merged(results: dict[str, Any]) -> None:
    """What is measured again takes the place of what was; the rest, its goals and its texts stay."""
    again = {"import": {"wall_seconds": 9, "heavy_libraries": []}}
    merged = bench.merge(results, again, "other texts")
    assert list(merged) == list(results)
    assert {name: merged[name] for name in bench.PARTS} == {name: results[name] for name in bench.PARTS} | again
    assert merged["texts"] == results["texts"] | {"import": "other texts"}
    changed = [
        (old["what"], new["met"]) for old, new in zip(results["goals"], merged["goals"], strict=True) if old != new
    ]
    assert changed == [("import policylab, seconds", False)]


def test_the_first_part_needs_no_others() -> None:
    """Where there are no results yet, one part makes a whole file."""
    measured = {"import": {"wall_seconds": 0.02, "heavy_libraries": []}}
    merged = bench.merge({}, measured, "texts")
    assert list(merged) == ["goals", "texts", "machine", "versions", "import"]
    assert [goal["met"] for goal in merged["goals"]] == [True, True]
    assert json.loads(bench.lay_out(merged)) == merged


def test_a_part_is_measured_in_a_fresh_process() -> None:
    """Figures come back from a process that has loaded nothing of this one's."""
    assert measuring.run_fresh(extraction.measure_stream, measuring.SEED, 1)["characters"] > 1000


def test_results_hold_every_figure(results: dict[str, Any]) -> None:
    """All parts, all shapes, and the machine and versions are in the committed figures."""
    assert results.keys() == {"goals", "texts", "machine", "versions"} | bench.PARTS.keys()
    assert results["texts"].keys() == bench.PARTS.keys()
    assert list(results["pathological"]) == list(shapes.SHAPES)
    assert all({"bytes", "cpu_seconds", "slope"} <= shape.keys() for shape in results["pathological"].values())
    assert results["growth"].keys() == {"reports", "once", "tenfold", "time_per_character_ratio", "peak_ratio"}
    assert {"characters_per_second", "times_jieba", "peak_mb"} <= results["annotating"].keys()


def test_goals_are_what_the_figures_say(results: dict[str, Any]) -> None:
    """Nothing is met by hand: judging the figures again gives the same goals."""
    assert bench.judge(results) == results["goals"]
    assert bench.lay_out(results) == (ROOT / "bench" / "results.json").read_text("utf-8")


def test_results_name_no_place_and_no_day(results: dict[str, Any]) -> None:
    """Figures are comparable between machines: no folders, names or dates."""
    text = json.dumps(results | {"pathological": {}}, ensure_ascii=False)
    assert not re.search(r"\"/|[A-Z]:\\\\|20\d\d-\d\d", text)


def test_texts_have_the_size_asked_for() -> None:
    """A shape fills the bytes it is measured by, give or take its frame."""
    for shape in shapes.SHAPES:
        size = len(shapes.build_text(shape, 30_000).encode("utf-8", "surrogatepass"))
        assert 29_000 < size < 30_400, shape


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_no_shape_traps_the_annotator(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten kilobytes of anything are read in well under the time that a hang would take."""
    monkeypatch.setattr(shapes, "GIVE_UP", 10)
    assert shapes.time_shape(shape, 10_000) < 5


@pytest.mark.slow
@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_time_grows_with_the_size(shape: str) -> None:
    """Eight times the text takes no more than some twenty times as long, where quadratic work takes 64 times."""
    shapes.time_shape(shape, 1_000)
    # from 24 kB on: below, a bounded search may not have met its bound yet, and its one step would look like growth
    least = min(shapes.time_shape(shape, 24_000) for _ in range(3))
    most = min(shapes.time_shape(shape, 192_000) for _ in range(2))  # a burst of load is no growth
    assert most < 22 * max(least, 0.002)


@pytest.mark.slow
def test_faster_than_cutting_words() -> None:
    """Reading all targets of a report takes no longer than cutting it into words."""
    from policylab.annotate.targets import annotate

    documents = [next(measuring.read_texts(None, 1))] * 6
    annotate(documents[0])
    ratios = extraction.compare_jieba(annotate, documents)
    assert ratios[0] > 1
