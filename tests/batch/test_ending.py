"""What cells leave undone is done when a fork ends, as it is when a kernel does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policylab.batch.run import OUTCOME, Job
from policylab.batch.warm import CAN_FORK, WarmProcess

WriteNotebook = Callable[..., Path]
pytestmark = pytest.mark.skipif(not CAN_FORK, reason="needs a system that can fork")

LEFT_OPEN = (
    "import csv\nheld = open('open.csv', 'w'); held.write('地区,增速\\n')\nrows = csv.writer(open('rows.csv', 'w')); rows.writerow([1])",
    "import gzip, zipfile\npacked = gzip.open('packed.gz', 'wt'); packed.write('增长')\nz = zipfile.ZipFile('z.zip', 'w'); z.writestr('a', 'b')",
    "import atexit, logging, logging.handlers, weakref\natexit.register(lambda: open('atexit.txt', 'w').write('done'))\n"
    "keep = logging.handlers.MemoryHandler(100, target=logging.FileHandler('log.txt'))\n"
    "logging.getLogger('mine').addHandler(keep); logging.getLogger('mine').warning('kept')\n"
    "class Thing: pass\nthing = Thing(); weakref.finalize(thing, lambda: open('final.txt', 'w').write('done'))",
    "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), open('late.txt', 'w').write('done'))).start()",
    "import sys, json\njson.kept_here = open('kept.txt', 'w'); json.kept_here.write('in a module');",
)


@pytest.fixture(scope="module")
def warm() -> object:
    """A process that forks."""
    process = WarmProcess(["gzip", "zipfile", "csv"])
    yield process
    process.close()


def run(warm: WarmProcess, notebook: Path, work: Path) -> str:
    """Run a notebook and return what became of it."""
    work.mkdir()
    warm.run(Job("made", str(notebook), {}, title="", formats=(), timeout=60), work)
    return (work / OUTCOME).read_text("utf-8")


def test_files_that_cells_leave_open_are_whole(
    tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess
) -> None:
    """What is written and never closed, registered for the end, or at work in a thread, is in its file."""
    import gzip
    import zipfile

    work = tmp_path / "work"
    assert '"made"' in run(warm, write_notebook(tmp_path / "open.ipynb", *LEFT_OPEN), work)
    assert (work / "open.csv").read_text("utf-8") == "地区,增速\n"
    assert (work / "rows.csv").read_text("utf-8") == "1\n"
    assert gzip.decompress((work / "packed.gz").read_bytes()).decode() == "增长"
    assert zipfile.ZipFile(work / "z.zip").read("a") == b"b"
    assert [(work / f"{name}.txt").read_text("utf-8") for name in ("atexit", "final", "late")] == ["done"] * 3
    assert (work / "log.txt").read_text("utf-8") == "kept\n"
    assert (work / "kept.txt").read_text("utf-8") == "in a module"


def test_what_never_ends_is_killed(tmp_path: Path, write_notebook: WriteNotebook, warm: WarmProcess) -> None:
    """A thread without an end costs a run some seconds and not its report."""
    cell = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()"
    assert '"made"' in run(warm, write_notebook(tmp_path / "never.ipynb", cell), tmp_path / "work")


def test_ends_of_the_warm_process_are_not_those_of_its_forks(
    tmp_path: Path, write_notebook: WriteNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a library wants done at the end of the process that imported it is not done when a fork of that ends."""
    (tmp_path / "makes_folder.py").write_text(
        "import atexit, shutil, tempfile\nfolder = tempfile.TemporaryDirectory()\n"
        "other = tempfile.mkdtemp(); atexit.register(shutil.rmtree, other)"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    cell = "import os, makes_folder\nassert os.path.exists(makes_folder.folder.name) and os.path.exists(makes_folder.other)"
    notebook = write_notebook(tmp_path / "a.ipynb", cell)
    process = WarmProcess(["makes_folder"])
    try:
        assert process.left_out == []
        for turn in range(2):
            assert '"made"' in run(process, notebook, tmp_path / str(turn))
    finally:
        process.close()
