"""Where the project's files are found, and that writing is whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from policylab.errors import DataError, NotebookError
from policylab.project import (
    check_writable,
    data_path,
    make_folder,
    notebook_path,
    open_atomic,
    project_root,
    write_atomic,
)

ROOT = Path(__file__).resolve().parent.parent


def test_unknown_data_file_names_the_near_one() -> None:
    """A misspelt name is refused, and the right one is proposed."""
    with pytest.raises(DataError, match="region.csv.*did you mean 'regions.csv'"):
        data_path("region.csv")


def test_data_that_is_not_built_says_how() -> None:
    """A file that is near to nothing is refused with the command that makes the data."""
    with pytest.raises(DataError, match="make dataset"):
        data_path("zzz")


def test_unknown_notebook_is_refused() -> None:
    """A notebook that does not exist is an error that names it."""
    with pytest.raises(NotebookError, match=r"no notebook zzz\.ipynb"):
        notebook_path("zzz")


def test_notebook_is_found_with_and_without_suffix() -> None:
    """The suffix of a notebook's name may be left out."""
    assert notebook_path("district_report") == notebook_path("district_report.ipynb")


def test_checkout_comes_first() -> None:
    """An editable install uses the checkout's data, so that a rebuilt table is seen at once."""
    assert project_root() == ROOT


def test_packaged_copy_is_used_without_a_checkout(tmp_path: Path) -> None:
    """Outside a checkout, the data that lie inside the package are found."""
    shutil.copytree(ROOT / "src" / "policylab", tmp_path / "policylab")
    (tmp_path / "policylab" / "_project" / "data").mkdir(parents=True)
    code = "from policylab.project import project_root; print(project_root())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert Path(done.stdout.strip()) == tmp_path / "policylab" / "_project"


def test_wheel_brings_data_and_notebooks(tmp_path: Path) -> None:
    """The wheel holds the facts, the bundled report and the notebooks, and no stray files of editors."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("data/reports/320804-2023.txt", "data/targets.parquet", "notebooks/district_report.ipynb"):
        assert f"policylab/_project/{name}" in names
    assert "policylab/codebook/indicators.csv" in names
    assert not [name for name in names if "checkpoint" in name or "__pycache__" in name]


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    """When the block that writes raises, the older file is as it was and nothing lies beside it."""
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="half way"), open_atomic(path) as file:
        file.write(b"new")
        raise RuntimeError("half way")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_is_told_and_keeps_the_old_file(tmp_path: Path) -> None:
    """A disk that is full gives one line that names the file, and leaves the older file."""
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(DataError, match=r"cannot write .*table\.csv: No space left"), open_atomic(path):
        raise OSError(28, "No space left on device")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_error_of_another_file_is_not_taken_for_a_failed_write(tmp_path: Path) -> None:
    """What goes wrong with a file that is read inside the block keeps its own name."""
    with pytest.raises(FileNotFoundError), open_atomic(tmp_path / "out.csv"):
        (tmp_path / "in" / "absent.csv").read_text()
    assert list(tmp_path.iterdir()) == []


def test_folder_and_missing_folder_are_refused(tmp_path: Path) -> None:
    """A path that is a folder, or lies in none, is refused before any work."""
    with pytest.raises(DataError, match="expected a file, got a folder"):
        check_writable(tmp_path)
    with pytest.raises(DataError, match="no folder .*absent; make it first"):
        check_writable(tmp_path / "absent" / "out.csv")


def test_written_file_is_exact_and_has_usual_rights(tmp_path: Path) -> None:
    """Text is written as UTF-8 with its own line ends, readable by those whom the system's mask allows."""
    path, usual = tmp_path / "note.txt", tmp_path / "usual.txt"
    write_atomic(path, "目标\r\n5%\n")
    usual.touch()
    assert path.read_bytes() == "目标\r\n5%\n".encode()
    assert path.stat().st_mode == usual.stat().st_mode


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is named; what lies there stays."""
    path = tmp_path / "taken"
    path.write_text("x", "utf-8")
    with pytest.raises(DataError, match="cannot make the folder .*taken.*; choose another"):
        make_folder(path)
    assert path.read_text("utf-8") == "x"
    assert make_folder(tmp_path / "a" / "b").is_dir()
