"""Runs that get in the way of the batch itself: each fails alone and says why, or is published as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policylab.batch.plan import Plan, list_jobs
from policylab.batch.reports import BatchResult, run_batch
from policylab.errors import PlanError

WriteNotebook = Callable[..., Path]
CELL = r"""
import os, shutil
if fault == 'takes_folder': open(figures_dir, 'w').close()
if fault == 'takes_outcome': os.mkdir('.outcome.json')
if fault == 'takes_notebook': os.mkdir(figures_dir + '.ipynb')
if fault == 'removes_folder': shutil.rmtree(os.getcwd())
if fault == 'odd_names':
    os.makedirs(figures_dir)
    for name in ('a b', '增长', 'x\n y', '\udc80', '<b>'): open(f'{figures_dir}/{name}', 'w').close()
if fault == 'odd_words': raise ValueError(os.fsdecode(b'\x80'))
if fault == 'odd_folder':
    os.makedirs('replaced/full'); os.makedirs(figures_dir); os.symlink('nowhere', figures_dir + '/a'); os.mkfifo(figures_dir + '/b')
"""
FAULTS = (
    "takes_folder takes_outcome takes_notebook removes_folder odd_names odd_words odd_folder none".split()  # noqa: SIM905
)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, write_notebook: WriteNotebook) -> Path:
    """A notebook that gets in the way."""
    path = tmp_path_factory.mktemp("notebook") / "unruly.ipynb"
    return write_notebook(path, CELL, parameters="fault: str = ''\nfigures_dir: str = ''")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, notebook: Path) -> BatchResult:
    """A batch of such runs, made twice."""
    runs = [{"name": fault, "fault": fault} for fault in FAULTS]
    plan = Plan(notebook=notebook, out=tmp_path_factory.mktemp("out"), runs=runs, retries=0, timeout=60)
    run_batch(plan)
    return run_batch(plan, force=True)


def test_no_run_stops_the_others(made: BatchResult) -> None:
    """Every run has its line, and those that left the batch what it needs are made."""
    assert set(made.entries) == set(FAULTS)
    assert set(made.failed) == {"takes_folder", "takes_outcome", "takes_notebook", "removes_folder", "odd_words"}
    assert (made.folder / "index.html").exists()


def test_what_was_in_the_way_is_told(made: BatchResult) -> None:
    """The error names the file or folder."""
    told = {name: entry["error"] for name, entry in made.entries.items()}
    assert "a file named 'takes_folder'" in told["takes_folder"]
    assert "removed the folder" in told["removes_folder"]
    assert "ValueError" in told["odd_words"]


def test_names_that_no_text_can_hold_are_kept(made: BatchResult) -> None:
    """Every file of a run is in the manifest by its name, also one that is no UTF-8."""
    lines = (made.folder / "manifest.jsonl").read_bytes().decode().splitlines()
    entry = next(entry for entry in map(json.loads, lines) if entry["name"] == "odd_names")
    named = [Path(path).name for path in entry["outputs"] if path.startswith("odd_names/")]
    assert sorted(named) == sorted(path.name for path in (made.folder / "odd_names").iterdir())
    assert len(named) == 5


def test_a_name_too_long_for_a_disk_is_refused(tmp_path: Path, notebook: Path) -> None:
    """A disk counts bytes, of which a Chinese character takes three."""
    runs = [{"name": "增" * 90, "fault": ""}]
    with pytest.raises(PlanError, match="too long"):
        list_jobs(Plan(notebook=notebook, out=tmp_path, runs=runs))
