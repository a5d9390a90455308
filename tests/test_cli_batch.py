from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent / "policylab"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run policylab batch."""
    command = [str(BIN), "batch", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook about regions that fails for Nanjing."""
    sources = (
        'region_code: str = "320804"\nreport_year: int = 2023\nshare: float = 0.5',
        "assert region_code != '320100'\nshare",
    )
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "execution_count": None,
            "metadata": {"tags": tags},
            "outputs": [],
            "source": source,
        }
        for n, (source, tags) in enumerate(zip(sources, (["parameters"], []), strict=True))
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_exit_codes_and_summary(tmp_path: Path, notebook: Path) -> None:
    """0 where all are made, also when nothing had to be; 1 where some failed, with what failed and where it lies."""
    options = ("--year", "2023", "--notebook", notebook.name, "--out", "out", "--set", "share=0.25", "--retries", "0")
    first = run("--regions", "320100,淮安市", *options, cwd=tmp_path)
    assert first.returncode == 1
    assert "1 made, 1 failed (2 new), 0 up to date" in first.stdout
    assert 'failed: 320100-2023: cell [3], which begins "assert region_code' in first.stdout
    assert "all with their errors, and notebooks as far as they got, in out/_failed" in first.stdout
    assert "320100-2023 failed: cell" in first.stderr
    assert "\r" not in first.stderr
    second = run("--regions", "320800", *options, cwd=tmp_path)
    assert second.returncode == 0
    assert "0 made, 0 failed, 1 up to date" in second.stdout
    assert {path.name for path in (tmp_path / "out").glob("*.html")} == {"320800-2023.html", "index.html"}
    assert "0.25" in (tmp_path / "out" / "320800-2023.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--regions", "320814", "--year", "2023"), "no region has the code '320814'"),
        (("--regions", "320804"), "which year?"),
        (("--regions", "320804", "--year", "2023", "--set", "indicater=cpi_change"), "did you mean 'indicator'"),
        (("--regions", "320804", "--year", "2023", "--set", "indicator"), "expected NAME=VALUE, got 'indicator'"),
        (("--regions", "320804", "--year", "2023", "--format", "html,pfd"), "did you mean 'pdf'"),
        (("--regions", "320804", "--year", "2023", "--notebook", "nowhere.ipynb"), "no notebook"),
        (("nowhere.yml",), "cannot read the plan nowhere.yml"),
    ],
)
def test_what_is_wrong_is_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """Exit code 2, one line on stderr, and no file."""
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
