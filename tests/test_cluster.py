from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policylab.read.regions import list_regions

BIN = Path(sys.executable).parent
CELLS = [
    ("number: int = 1\nwait: float = 0.0", ["parameters"]),
    ("import time, random\ntime.sleep(wait)\nprint('number', number, random.random(), open('note.txt').read())", []),
]
pytestmark = pytest.mark.slow


def find_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(*command: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start one of Dask's own commands in a folder."""
    with (folder / f"{command[1]}-{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(
            [str(BIN / command[0]), *command[1:]], cwd=folder, stdout=log, stderr=log, start_new_session=True
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Cluster:
    """A scheduler and two workers with one thread each, on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, port = folder, find_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = start(
            "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", folder=folder
        )
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker without a nanny, so that one that is killed stays away."""
        options = ("--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", "--death-timeout", "60")
        self.workers.append(start("dask", "worker", self.address, *options, folder=self.folder))
        return self.workers[-1]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster started by Dask's own commands."""
    made = Cluster(tmp_path)
    made.add_worker()
    made.add_worker()
    yield made
    for process in (*made.workers, made.scheduler):
        stop(process)


def run_policylab(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [str(BIN / "policylab"), *arguments], capture_output=True, text=True, timeout=240, check=False
    )


def write_plan(folder: Path, runs: int, wait: float, *, first: str = "") -> Path:
    """Write a notebook and a plan with so many runs; the first line of a cell may be another."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "execution_count": None,
            "metadata": {"tags": tags},
            "outputs": [],
            "source": source if tags else f"{first}\n{source}",
        }
        for n, (source, tags) in enumerate(CELLS)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "work.ipynb").write_text(json.dumps(notebook))
    (folder / "note.txt").write_text("beside the notebook")
    listed = "".join(f"  - {{name: run-{number}, number: {number}, wait: {wait}}}\n" for number in range(runs))
    plan = folder / "plan.yml"
    plan.write_text(f"notebook: work.ipynb\nout: far\nruns:\n{listed}")
    return plan


def read_outputs(folder: Path) -> dict[str, Any]:
    """Return the outputs of every notebook in a folder."""
    return {path.name: json.loads(path.read_text("utf-8"))["cells"] for path in sorted(folder.glob("*.ipynb"))}


def test_a_batch_on_a_cluster_loses_nothing_when_a_worker_is_killed(tmp_path: Path, cluster: Cluster) -> None:
    """The worker that is killed in the middle costs time and no report, and results equal those made here."""
    plan = write_plan(tmp_path, 16, 0.5)
    command = [str(BIN / "policylab"), "batch", str(plan), "--cluster", cluster.address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    manifest, end = tmp_path / "far" / "manifest.jsonl", time.monotonic() + 120
    while not (manifest.exists() and manifest.read_bytes().count(b"\n") >= 3):
        assert time.monotonic() < end
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    stop(cluster.workers[0])
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert "16 made" in out
    entries = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    assert [entry["name"] for entry in entries] == [f"run-{number}" for number in range(16)]
    assert {entry["kernel"] for entry in entries} == {"warm"}
    assert run_policylab("batch", str(plan), "--out", str(tmp_path / "here")).returncode == 0
    assert read_outputs(tmp_path / "far") == read_outputs(tmp_path / "here")
    again = run_policylab("batch", str(plan), "--cluster", cluster.address)
    assert "16 up to date" in again.stdout


def test_why_kernels_of_a_cluster_were_cold_is_told(tmp_path: Path, cluster: Cluster) -> None:
    """A run that takes a worker's warm process with it is made on a cold kernel there, and the summary says why."""
    kill = f"import os, pathlib\nseen = pathlib.Path({str(tmp_path / 'seen')!r})\nseen.exists() or [seen.touch(), os.kill(os.getppid(), 9)]"
    plan = write_plan(tmp_path, 1, 0, first=kill)
    done = run_policylab("batch", str(plan), "--cluster", cluster.address)
    assert done.returncode == 0, done.stderr
    assert "kernels are cold: the warm process is gone" in done.stdout + done.stderr
    assert json.loads((tmp_path / "far" / "manifest.jsonl").read_text("utf-8"))["kernel"] == "cold"


def test_annotation_on_a_cluster_equals_that_here(tmp_path: Path, cluster: Cluster, seed_path: Path) -> None:
    """The same records in the same order, byte by byte, though a worker is killed on the way."""
    text = seed_path.read_text("utf-8")
    for number, region in enumerate(list_regions("city", report_year=2023)[:60]):
        path = tmp_path / f"{region.region_code}-2023.txt"
        path.write_text(text + f"\n今年新增就业{number + 1}万人。", "utf-8")
    files = [str(path) for path in sorted(tmp_path.glob("*.txt"))]
    here = run_policylab("annotate", *files, "--to", str(tmp_path / "here.jsonl"))
    assert here.returncode == 0, here.stderr
    command = [
        str(BIN / "policylab"),
        "annotate",
        *files,
        "--to",
        str(tmp_path / "far.jsonl"),
        "--cluster",
        cluster.address,
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    stop(cluster.workers[0])
    _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert (tmp_path / "far.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://127.0.0.1:x"])
def test_what_is_no_address_is_refused_at_once(tmp_path: Path, address: str) -> None:
    """One line on stderr, without a wait for a scheduler that cannot be there."""
    done = run_policylab("batch", str(write_plan(tmp_path, 1, 0)), "--cluster", address)
    assert done.returncode == 2
    assert (
        done.stderr == f"error: {address!r} is no address of a Dask scheduler; expected one such as tcp://host:8786\n"
    )


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    """One line says what to start, exit code 2, and nothing is left in the folder that looks like a report."""
    plan = write_plan(tmp_path, 1, 0)
    done = run_policylab("batch", str(plan), "--cluster", f"tcp://127.0.0.1:{find_port()}")
    assert done.returncode == 2
    assert re.fullmatch(
        r"error: no Dask scheduler answers at 'tcp://.*'; start one with: dask scheduler\n", done.stderr
    )
