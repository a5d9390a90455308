"""Annotating in parts: the same records in any partition, and on again after a stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from policylab.annotate import parts
from policylab.annotate.lines import to_line
from policylab.annotate.parts import write_parts
from policylab.annotate.targets import annotate
from policylab.model import Document

COMMAND = Path(sys.executable).parent / "policylab"


def make(number: int) -> Document:
    """A small report; every third states nothing."""
    text = f"主要预期目标是：地区生产总值增长{number}%，进出口总额增长3%。" if number % 3 else "各位代表：现在请审议。"
    return Document.from_text(
        text, region_code="320804", report_year=1950 + number, report_id=f"320804-{1950 + number}"
    )


DOCUMENTS = [make(number) for number in range(1, 60)]
WHOLE = b"".join(to_line(target) for document in DOCUMENTS for target in annotate(document))


def join(folder: Path, documents: list[Document], **options: int) -> bytes:
    """Return what all parts hold."""
    return b"".join(path.read_bytes() for path in write_parts(documents, folder, **options))


@pytest.mark.parametrize(("size", "jobs"), [(1, 1), (7, 1), (64, 1), (5, 2), (64, 3)])
def test_partition_changes_nothing(tmp_path: Path, size: int, jobs: int) -> None:
    """Any size of parts and any number of processes give the same bytes."""
    assert join(tmp_path, DOCUMENTS, size=size, jobs=jobs) == WHOLE


def test_order_changes_nothing_in_the_records(tmp_path: Path) -> None:
    """Reports in another order give the same lines, in that order."""
    assert sorted(join(tmp_path, DOCUMENTS[::-1], size=9).splitlines()) == sorted(WHOLE.splitlines())


def test_no_reports_give_no_parts(tmp_path: Path) -> None:
    """An empty corpus has no parts."""
    assert list(write_parts([], tmp_path)) == []
    assert list(write_parts([], tmp_path, jobs=2)) == []


def test_finished_parts_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run annotates only the reports of parts that are missing or whose texts changed."""
    first = list(write_parts(DOCUMENTS, tmp_path, size=10))
    asked: list[str] = []
    monkeypatch.setattr(parts, "annotate", lambda document: asked.append(document.report_id) or annotate(document))
    first[2].unlink()
    assert join(tmp_path, DOCUMENTS, size=10) == WHOLE
    assert asked == [document.report_id for document in DOCUMENTS[20:30]]
    asked.clear()
    changed = [*DOCUMENTS[:-1], Document.from_text("增长", region_code="320804", report_year=2009)]
    list(write_parts(changed, tmp_path, size=10))
    assert len(asked) == 9


def test_other_rules_make_all_parts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of another version of the code or codebook are not taken."""
    first = list(write_parts(DOCUMENTS, tmp_path))
    monkeypatch.setattr(parts, "_fingerprint", lambda: b"other")
    assert list(write_parts(DOCUMENTS, tmp_path)) != first


def test_reports_are_read_as_needed(tmp_path: Path) -> None:
    """No more than a part is read ahead, so that memory stays flat."""
    taken = []

    def source():  # type: ignore[no-untyped-def]
        for document in DOCUMENTS:
            taken.append(document)
            yield document

    next(write_parts(source(), tmp_path, size=5))
    assert len(taken) == 5


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_run_goes_on(tmp_path: Path, corpus_path: Path, jobs: str) -> None:
    """A run that is killed (kill -9) leaves no file, and the same command ends with the bytes of a run in one go."""
    chosen = tmp_path / "ids"
    import pyarrow.parquet as pq

    ids = pq.read_table(corpus_path, columns=["report_id"]).column(0).to_pylist()[::8]
    chosen.write_text("\n".join(ids))
    command = [COMMAND, "annotate", corpus_path, "--only", f"@{chosen}", "--to"]
    subprocess.run([*command, tmp_path / "whole.jsonl"], check=True, capture_output=True)
    out, folder = tmp_path / "out.jsonl", tmp_path / "out.jsonl.parts"
    options = [out, "--resume", "--jobs", jobs]
    for wanted in (1, 3):
        process = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL, start_new_session=True)
        while len(list(folder.glob("*.jsonl"))) < wanted and process.poll() is None:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not out.exists()
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.jsonl")}
    assert len(kept) >= 3
    subprocess.run([*command, *options], check=True, capture_output=True)
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not folder.exists()
