from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policylab.batch.ledger import hash_bytes, hold_folder
from policylab.batch.plan import Plan
from policylab.batch.reports import BatchResult, run_batch
from policylab.errors import DataError

WriteNotebook = Callable[..., Path]
# A shell has what it runs in the background ignore Ctrl-C, and these tests too.
HEARS = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
PARAMETERS = "number: int = 1\nfault: str = ''\nwait: float = 0.0"
CELLS = (
    "import os, signal, time, pathlib\ntime.sleep(wait)",
    "if fault == 'raise': raise ValueError('no\\nluck')\n"
    "if fault == 'kill': os.kill(os.getpid(), signal.SIGKILL)\n"
    "if fault == 'sleep': time.sleep(60)\n"
    "if fault.startswith('once') and not os.path.exists(fault[5:]):\n    open(fault[5:], 'w').close()\n    raise OSError('a flaky source')",
    "print('number', number)",
)


def plan_of(notebook: Path, out: Path, *runs: dict[str, Any], **more: Any) -> Plan:
    """Return a plan of runs that are named by their number."""
    named = tuple({"name": f"run-{run['number']}", **run} for run in runs)
    return Plan(notebook=notebook, out=out, runs=named, **{"retries": 0, "timeout": 60, **more})


def check_whole(out: Path) -> list[str]:
    """Check that every report named in the manifest is there, once and whole, and return the names."""
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]
    made = [entry for entry in lines if entry["status"] == "made"]
    for entry in made:
        for path, told in entry["outputs"].items():
            assert hash_bytes((out / path).read_bytes()) == told["sha256"]
        assert f"number {entry['parameters']['number']}" in (out / f"{entry['name']}.ipynb").read_text("utf-8")
    names = [entry["name"] for entry in lines]
    assert len(names) == len(set(names))
    pages = {path.stem for path in out.glob("*.html")} - {"index"}
    assert {entry["name"] for entry in made} >= pages or pages >= {entry["name"] for entry in made}
    return sorted(entry["name"] for entry in made)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, write_notebook: WriteNotebook) -> Path:
    """A notebook that goes wrong in the ways that its parameters say."""
    return write_notebook(tmp_path_factory.mktemp("notebook") / "work.ipynb", *CELLS, parameters=PARAMETERS)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, notebook: Path) -> tuple[Plan, BatchResult]:
    """A batch of which three runs fail, each in another way."""
    out = tmp_path_factory.mktemp("mixed")
    runs = [{"number": 1}, {"number": 2, "fault": "raise"}, {"number": 3, "fault": "kill"}]
    plan = plan_of(notebook, out, *runs, {"number": 4, "fault": "sleep"}, {"number": 5}, timeout=3)
    return plan, run_batch(plan)


def test_a_bad_run_stops_no_other(mixed: tuple[Plan, BatchResult]) -> None:
    """What can be made is made; the others are told with their cell and error, and put aside."""
    plan, result = mixed
    assert check_whole(Path(plan.out)) == ["run-1", "run-5"]
    assert result.failed == ("run-2", "run-3", "run-4")
    errors = {name: result.entries[name]["error"] for name in result.failed}
    assert errors["run-2"].startswith("cell [4], which begins \"if fault == 'raise'")
    assert errors["run-2"].endswith("ValueError: no luck")
    assert errors["run-3"].startswith('its process was killed (SIGKILL) in the cell that begins "if fault')
    assert errors["run-4"].startswith("its time was up after 3 s in the cell that begins")
    failed = Path(plan.out) / "_failed"
    assert sorted(path.name for path in failed.iterdir()) == ["run-2.ipynb", "run-2.txt", "run-3.txt", "run-4.txt"]
    assert "\x1b" not in (failed / "run-2.txt").read_text("utf-8")


def test_a_kernel_of_its_own_is_told(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """Cells run on the Python of policylab, whatever environment a notebook was written in, and the batch says so."""
    notebook = write_notebook(tmp_path / "a.ipynb", "print('number', number)", parameters=PARAMETERS, kernel="my-env")
    notes = run_batch(plan_of(notebook, tmp_path / "out", {"number": 1}, formats=())).notes
    assert [note for note in notes if "'my-env'" in note and "a.ipynb" in note]


def test_nothing_is_left_lying(mixed: tuple[Plan, BatchResult]) -> None:
    """The folder holds reports, manifest and what failed, and no working folders."""
    names = {path.name for path in Path(mixed[0].out).iterdir()} - {"index.html"}
    pages = {f"run-{number}.{suffix}" for number in (1, 5) for suffix in ("html", "ipynb")}
    assert names == pages | {"_failed", "manifest.jsonl", ".lock"}


def test_the_manifest_tells_each_run(mixed: tuple[Plan, BatchResult]) -> None:
    """One line a run, in the order of the plan: parameters, key, status, seconds, peak memory, outputs with hashes."""
    lines = (Path(mixed[0].out) / "manifest.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["name"] for entry in entries] == [f"run-{number}" for number in range(1, 6)]
    first = entries[0]
    assert first["parameters"] == {"number": 1}
    assert set(first["key"]) == {"notebook", "parameters", "library", "data", "text", "files"}
    assert (first["status"], first["kernel"], first["attempts"]) == ("made", "warm", 1)
    assert 0 < first["seconds"] < 60
    assert 20 < first["peak_mb"] < 2000
    assert set(first["outputs"]) == {"run-1.html", "run-1.ipynb"}


def test_what_is_up_to_date_is_not_made_again(mixed: tuple[Plan, BatchResult]) -> None:
    """The next call makes only what failed; an untouched report keeps its time."""
    plan, _ = mixed
    before = (Path(plan.out) / "run-1.html").stat().st_mtime_ns
    mended = tuple({**run, "fault": ""} if run["number"] == 2 else run for run in plan.runs if run["number"] < 3)
    result = run_batch(replace(plan, runs=mended))
    assert result.run == ("run-2",)
    assert dict(result.reasons) == {"failed before": 1}
    assert (Path(plan.out) / "run-1.html").stat().st_mtime_ns == before
    assert not (Path(plan.out) / "_failed" / "run-2.txt").exists()
    assert (Path(plan.out) / "_failed" / "run-3.txt").exists()
    assert len((Path(plan.out) / "manifest.jsonl").read_text("utf-8").splitlines()) == 5


@pytest.mark.slow
def test_a_change_is_seen_and_told(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A changed notebook, a lost page and a changed parameter are each a reason; outputs saved in the notebook are none."""
    notebook = write_notebook(tmp_path / "a.ipynb", *CELLS, parameters=PARAMETERS)
    plan = plan_of(notebook, tmp_path / "out", {"number": 1})
    assert dict(run_batch(plan).reasons) == {"new": 1}
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"][3]["execution_count"] = 7
    notebook.write_text(json.dumps(content), "utf-8")
    assert run_batch(plan).run == ()
    page = tmp_path / "out" / "run-1.html"
    page.write_bytes(whole := page.read_bytes())
    assert run_batch(plan).run == ()
    for changed in (b"cut", whole.replace(b"number", b"nubmer")):
        page.write_bytes(changed)
        assert dict(run_batch(plan).reasons) == {"run-1.html missing or changed": 1}
    content["cells"].append({"cell_type": "markdown", "id": "word", "metadata": {}, "source": "a word"})
    notebook.write_text(json.dumps(content), "utf-8")
    assert dict(run_batch(plan).reasons) == {"notebook changed": 1}
    other = plan_of(notebook, tmp_path / "out", {"number": 1, "wait": 0.1})
    assert dict(run_batch(other).reasons) == {"parameters changed": 1}
    assert check_whole(tmp_path / "out") == ["run-1"]


@pytest.mark.slow
def test_a_run_is_tried_again_on_a_cold_kernel(tmp_path: Path, notebook: Path) -> None:
    """A source that fails once costs a second try, and the summary says so."""
    once = {"number": 1, "fault": f"once:{tmp_path / 'seen'}"}
    result = run_batch(plan_of(notebook, tmp_path / "out", once, retries=1))
    entry = result.entries["run-1"]
    assert (entry["status"], entry["kernel"], entry["attempts"]) == ("made", "cold", 2)
    assert list(result.notes) == ["a run failed on a warm kernel and succeeded on a cold one"]


@pytest.mark.slow
def test_a_warm_process_that_is_killed_costs_no_run(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """What was at work in it is made cold in a new folder, without a retry, and none of its forks goes on."""
    seen = tmp_path / "seen"
    cell = (
        "import os, signal, time, pathlib\nprint('number', number)\nseen = pathlib.Path(f'{seen}-{number}')\n"
        "if number == 1 and not seen.exists():\n    seen.touch(); time.sleep(1); os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)\n"
        "if number == 2 and not seen.exists():\n    seen.touch(); time.sleep(60)"
    )
    notebook = write_notebook(tmp_path / "a.ipynb", cell, parameters="number: int = 1\nseen: str = ''")
    runs = [{"number": number, "seen": str(seen)} for number in (1, 2, 3)]
    result = run_batch(plan_of(notebook, tmp_path / "out", *runs, jobs=2))
    assert result.failed == ()
    assert check_whole(tmp_path / "out") == ["run-1", "run-2", "run-3"]
    assert list(result.notes) == ["kernels are cold: the warm process is gone"]
    assert list_workers(tmp_path / "out") == []


@pytest.mark.slow
def test_without_fork_kernels_are_cold_and_told(
    tmp_path: Path, notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a system that cannot fork, the batch is made all the same, and says why it is slow."""
    monkeypatch.setattr("policylab.batch.warm.CAN_FORK", False)
    result = run_batch(plan_of(notebook, tmp_path / "out", {"number": 1}))
    assert result.entries["run-1"]["kernel"] == "cold"
    assert list(result.notes) == ["kernels are cold: this system cannot fork a process"]


def test_a_folder_has_one_batch_at_a_time(tmp_path: Path, notebook: Path) -> None:
    """A second batch in the same folder is refused, and told who is at work."""
    with hold_folder(tmp_path), pytest.raises(DataError, match=f"process {os.getpid()} on .* since .*--out"):
        run_batch(plan_of(notebook, tmp_path, {"number": 1}))
    assert run_batch(plan_of(notebook, tmp_path, {"number": 1})).failed == ()


@pytest.mark.slow
def test_a_manifest_that_was_cut_off_is_mended(tmp_path: Path, notebook: Path) -> None:
    """A line that the process could not finish is left out, and its report is made again."""
    plan = plan_of(notebook, tmp_path, {"number": 1}, {"number": 2})
    run_batch(plan)
    manifest = tmp_path / "manifest.jsonl"
    strange = b'\n\xff\xfe\n[]\n3\n{"name": 3}\n{"name": "run-1"}\n{"name": "run-1", "status": "made", "key": 1}\n'
    manifest.write_bytes(manifest.read_bytes()[:-30] + strange)
    (tmp_path / ".run-left").mkdir()
    assert run_batch(plan).run == ("run-2",)
    assert check_whole(tmp_path) == ["run-1", "run-2"]
    assert not (tmp_path / ".run-left").exists()


def start(plan: Plan) -> subprocess.Popen[bytes]:
    """Start a batch in a process of its own."""
    runs = ", ".join(repr(dict(run)) for run in plan.runs)
    code = (
        "from policylab.batch.reports import run_batch\nfrom policylab.batch.plan import Plan\n"
        f"run_batch(Plan(notebook={str(plan.notebook)!r}, out={str(plan.out)!r}, runs=[{runs}], jobs=2, retries=0))"
    )
    return subprocess.Popen([sys.executable, "-c", HEARS + code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def count_lines(manifest: Path) -> int:
    """Return how many runs a manifest tells of."""
    return manifest.read_bytes().count(b"\n") if manifest.exists() else 0


def wait_for_lines(process: subprocess.Popen[bytes], manifest: Path, lines: int) -> None:
    """Wait until a batch has ended or made so many reports."""
    wait_until(lambda: process.poll() is not None or count_lines(manifest) >= lines)


def list_workers(out: Path) -> list[str]:
    """Return the processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(out) in str((process / "cwd").readlink()):
                found.append(process.name)
        except OSError:
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
def test_kill_at_any_moment_loses_at_most_what_was_at_work(tmp_path: Path, notebook: Path) -> None:
    """After kill -9 at ten moments, every report is whole, none is lost and none is doubled, and no process is left."""
    draw = random.Random(7)
    plan = plan_of(notebook, tmp_path, *({"number": number, "wait": 0.2} for number in range(24)))
    manifest = tmp_path / "manifest.jsonl"
    for _ in range(10):
        process = start(plan)
        if draw.random() < 0.8:
            wait_for_lines(process, manifest, count_lines(manifest) + 1)
        time.sleep(draw.random() * 0.8)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not list_workers(tmp_path))
        if manifest.exists():
            done = [json.loads(line)["name"] for line in manifest.read_text("utf-8").splitlines()]
            assert all((tmp_path / f"{name}.html").exists() for name in done)
    process = start(plan)
    assert process.wait(120) == 0
    assert check_whole(tmp_path) == sorted(f"run-{number}" for number in range(24))
    assert not list(tmp_path.glob(".run-*"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
def test_ctrl_c_ends_cleanly(tmp_path: Path, notebook: Path) -> None:
    """Ctrl-C leaves what is made, whole, no process, no working folder, and the lock free."""
    plan = plan_of(notebook, tmp_path, *({"number": number, "wait": 0.3} for number in range(30)))
    process = start(plan)
    manifest = tmp_path / "manifest.jsonl"
    wait_for_lines(process, manifest, 3)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert 2 < len(check_whole(tmp_path)) < 30
    assert not list(tmp_path.glob(".run-*"))
    assert not list_workers(tmp_path)
    with hold_folder(tmp_path):
        pass


@pytest.mark.slow
def test_a_batch_that_is_stopped_counts_only_what_it_has_made(
    tmp_path: Path, notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports of an earlier batch that are due again and not reached are neither made nor up to date."""
    plan = plan_of(notebook, tmp_path, *({"number": number} for number in range(4)), jobs=1)
    run_batch(plan)

    def stop(_: Any, entry: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("policylab.batch.progress.Progress.count", stop)
    result = run_batch(plan, force=True)
    assert result.stopped
    assert len(result.run) == 4
    assert len(result.entries) == 1


@pytest.mark.slow
def test_a_full_disk_is_told(tmp_path: Path, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to do; nothing runs on, no working folder stays, and the next call goes on."""
    plan = plan_of(notebook, tmp_path, *({"number": number} for number in range(4)))

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("policylab.batch.reports.append_entry", fail)
        with pytest.raises(DataError, match=r"cannot write in .*: No space left on device; make room.*goes on"):
            run_batch(plan)
    assert not list(tmp_path.glob(".run-*"))
    assert run_batch(plan).failed == ()


@pytest.mark.slow
def test_a_page_that_is_no_longer_made_does_not_stay(tmp_path: Path, notebook: Path) -> None:
    """A new report has no page of an older one beside it, in a format that was not asked for again."""
    plan = plan_of(notebook, tmp_path, {"number": 1}, formats=("html", "docx"))
    run_batch(plan)
    changed = plan_of(notebook, tmp_path, {"number": 1, "wait": 0.1}, formats=("html",))
    run_batch(changed)
    assert {path.name for path in tmp_path.glob("run-1.*")} == {"run-1.html", "run-1.ipynb"}


@pytest.mark.slow
def test_ctrl_c_ends_cold_runs_too(tmp_path: Path, notebook: Path) -> None:
    """A run on a kernel of its own, tried again after it failed, does not keep a batch that was stopped waiting."""
    plan = plan_of(notebook, tmp_path, {"number": 1, "wait": 40.0}, {"number": 2, "wait": 40.0})
    code = (
        "import policylab.batch.warm as warm\nwarm.CAN_FORK = False\n"
        "from policylab.batch.reports import run_batch\nfrom policylab.batch.plan import Plan\n"
        f"result = run_batch(Plan(notebook={str(plan.notebook)!r}, out={str(plan.out)!r}, runs={list(map(dict, plan.runs))!r}))\n"
        "assert result.stopped"
    )
    process = subprocess.Popen([sys.executable, "-c", HEARS + code], stderr=subprocess.DEVNULL)
    wait_until(lambda: bool(list(tmp_path.glob(".run-*/.kernel.log"))))
    time.sleep(1)
    stopped = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert time.monotonic() - stopped < 20
    wait_until(lambda: not list_workers(tmp_path))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
def test_memory_of_the_parents_is_flat(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """Over 150 runs, neither the batch nor its warm process grows by more than two megabytes after the first thirty."""
    notebook = write_notebook(tmp_path / "small.ipynb", "print('number', number)", parameters="number: int = 1")
    out = tmp_path / "out"
    plan = plan_of(notebook, out, *({"number": number} for number in range(150)))
    process = start(replace(plan, formats=()))
    seen: list[tuple[int, int]] = []
    manifest = out / "manifest.jsonl"
    while process.poll() is None:
        done = count_lines(manifest)
        if done > 30:
            import psutil

            try:
                parent = psutil.Process(process.pid)
                sizes = [parent.memory_info().rss, *(child.memory_info().rss for child in parent.children())]
                seen.append((done, max(sizes[1:], default=0) + sizes[0]))
            except psutil.Error:
                pass
        time.sleep(0.3)
    assert process.returncode == 0
    sizes_only = [size for _, size in seen]
    assert len(sizes_only) > 10
    assert max(sizes_only[len(sizes_only) // 2 :]) - min(sizes_only[:5]) < 4e6


def test_cells_without_names_have_the_same_in_every_run(tmp_path: Path, write_notebook: WriteNotebook) -> None:
    """A notebook of an older format, whose cells have no ids, gives the same bytes every time; its file may have any name."""
    notebook = write_notebook(tmp_path / "县区 对比 (2).ipynb", "1 + number", parameters="number: int = 1")
    content = json.loads(notebook.read_text("utf-8"))
    content["nbformat_minor"] = 2
    for cell in content["cells"]:
        del cell["id"]
    notebook.write_text(json.dumps(content), "utf-8")
    made = []
    for out in (tmp_path / "one", tmp_path / "two"):
        result = run_batch(Plan(notebook=notebook, out=out, parameters={"number": 2}))
        assert [(entry["name"], entry["title"]) for entry in result.entries.values()] == [
            ("县区-对比-2", "县区 对比 (2)")
        ]
        made.append([(out / f"县区-对比-2.{kind}").read_bytes() for kind in ("ipynb", "html")])
    assert made[0] == made[1]
