"""Files that were damaged in every way: each gives targets or one line of refusal, soon, and a refusal writes nothing."""

from __future__ import annotations

import importlib.util
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from policylab.cli import main

KINDS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "md", "html", "docx", "pdf", "typst", "xlsx", "csv", "zip")
SUFFIXES = (".txt", ".md", ".html", ".docx", ".pdf", ".xlsx", ".csv", ".zip", ".parquet", ".doc", "")
SECONDS = 5


def load_writers() -> ModuleType:
    """Return the module that writes files of every kind."""
    path = Path(__file__).parent / "read" / "conftest.py"
    spec = importlib.util.spec_from_file_location("file_writers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def truncate(raw: bytes, chance: random.Random) -> bytes:
    """Cut a file off."""
    return raw[: chance.randrange(len(raw))]


def flip(raw: bytes, chance: random.Random) -> bytes:
    """Turn some bits over."""
    damaged = bytearray(raw)
    for _ in range(chance.choice([1, 1, 3, 20, 200])):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def recode(raw: bytes, chance: random.Random) -> bytes:
    """Read bytes in one encoding and write them in another."""
    source, target = chance.sample(["utf-8", "gb18030", "latin-1", "utf-16", "big5", "utf-16-be"], 2)
    return raw.decode(source, "replace").encode(target, "replace")


def splice(raw: bytes, chance: random.Random) -> bytes:
    """Repeat, drop or overwrite a stretch."""
    start = chance.randrange(len(raw))
    stretch = raw[start : start + chance.randrange(1, 500)]
    return (
        raw[:start] + chance.choice([b"", stretch * 50, bytes(len(stretch)), b"\xff" * 9]) + raw[start + len(stretch) :]
    )


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (truncate, flip, recode, splice)


def write_damaged(number: int, made: dict[str, bytes], folder: Path) -> Path:
    """Write the damaged file of this number, every fifth also under another kind's name."""
    chance = random.Random(number)
    kind, raw = chance.choice(sorted(made.items()))
    name = chance.choice(SUFFIXES) if number % 5 == 0 else Path(kind).suffix
    raw = raw if number % 10 == 0 else chance.choice(DAMAGES)(raw, chance)
    path = folder / f"320804-2023{name}"
    path.write_bytes(raw)
    return path


def run_damaged(numbers: range, folder: Path, capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """Annotate damaged files one after another; return how many gave targets and how many were refused."""
    module = load_writers()
    made = {}
    for kind in KINDS:
        path = module.WRITERS[kind](module.REPORT, folder / kind)
        made[f"{kind}{path.suffix}"] = path.read_bytes()
    out, seen = folder / "out.jsonl", Counter[str]()
    for number in numbers:
        path = write_damaged(number, made, folder)
        before = set(folder.iterdir())
        started = time.process_time()
        with pytest.raises(SystemExit) as caught:
            main(["annotate", str(path), "--to", str(out)])
        told = capsys.readouterr().err
        assert time.process_time() - started < SECONDS, (number, path.name)
        assert "Traceback" not in told, (number, path.name)
        if caught.value.code:
            assert caught.value.code == 2, (number, path.name)
            assert told.startswith("error: "), (number, told)
            assert told.count("\n") == 1, (number, told)
            assert set(folder.iterdir()) == before, (number, path.name)
        out.unlink(missing_ok=True)
        path.unlink()
        seen["refused" if caught.value.code else "read"] += 1
    return seen


def test_damaged_files_are_refused_or_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Forty damaged files give no traceback, no hang and no file on refusal."""
    assert run_damaged(range(40), tmp_path, capsys).total() == 40


@pytest.mark.slow
def test_a_thousand_damaged_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand damaged files give no traceback, no hang over five seconds and no file on refusal."""
    seen = run_damaged(range(1000), tmp_path, capsys)
    sys.stderr.write(f"{dict(seen)}\n")
    assert seen["refused"] > 300
    assert seen["read"] > 100
