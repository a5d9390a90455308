"""The folder of a batch: who works in it, what was made from what, and how files take their place in it."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policylab.errors import DataError
from policylab.project import write_atomic

MANIFEST = "manifest.jsonl"
INDEX = "index.html"
FAILED = "_failed"
THUMBNAILS = "_thumbnails"
RUNNING = ".run-"  # before the random name of the folder that a run works in
_LOCK = ".lock"

_FIELDS = {"name": str, "status": str, "error": str, "key": dict, "outputs": dict}  # what any entry has

Entry = dict[str, Any]


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """
    Be the only batch in a folder; the system itself lets go when the process ends, however it ends.

    Raises
    ------
    DataError
        If another batch is at work there; the message says which process, where and since when.
    """
    with (folder / _LOCK).open("a+", encoding="utf-8") as file:
        if not _lock(file.fileno()):
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise DataError(
                f"a batch is at work in {folder} ({holder}); wait for it, or choose another folder with --out"
            )
        file.truncate(0)
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        file.write(f"process {os.getpid()} on {socket.gethostname()} since {since}")
        file.flush()
        yield
        file.truncate(0)


def clear_leftovers(folder: Path) -> None:
    """Remove what runs that were killed have left."""
    for path in folder.glob(f"{RUNNING}*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(".*.part"):
        path.unlink(missing_ok=True)


def read_manifest(folder: Path) -> dict[str, Entry]:
    """Return the last entry of every run by name; a line that was cut off, or is none of ours, is left out."""
    path = folder / MANIFEST
    entries: dict[str, Entry] = {}
    for line in path.read_bytes().split(b"\n") if path.exists() else []:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and all(isinstance(entry.get(name), kind) for name, kind in _FIELDS.items()):
            entries.pop(entry["name"], None)
            entries[entry["name"]] = entry
    return entries


def append_entry(folder: Path, entry: Entry) -> None:
    """Add one line to the manifest."""
    with (folder / MANIFEST).open("ab") as file:
        file.write(_to_line(entry))


def write_manifest(folder: Path, entries: Iterable[Entry]) -> None:
    """Write the manifest anew, one line a run."""
    write_atomic(folder / MANIFEST, b"".join(map(_to_line, entries)))


def find_reason(folder: Path, entry: Entry | None, key: Mapping[str, str], formats: Iterable[str]) -> str:
    """
    Return why a run has to be made, "" where what lies in the folder is up to date.

    Parameters
    ----------
    folder : Path
    entry : dict or None
        What the manifest says of it.
    key : mapping of str to str
        A hash of each thing that the report is made from, by its name.
    formats : iterable of str
        What was asked for beside the executed notebook.
    """
    if entry is None:
        return "new"
    if entry["status"] != "made":
        return "failed before"
    changed = [name for name, value in key.items() if entry["key"].get(name) != value]
    if changed:
        return f"{' and '.join(changed)} changed"
    name = entry["name"]
    missing = [kind for kind in formats if f"{name}.{kind}" not in entry["outputs"]]
    lost = [path for path, told in entry["outputs"].items() if not _is_whole(folder / path, told)]
    return f"{missing[0]} asked for" if missing else f"{lost[0]} missing or changed" if lost else ""


def publish_run(work: Path, folder: Path, name: str, suffixes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """
    Move what a run has made to its place, each file whole, and return its size and hash by path.

    An earlier report is replaced, and an earlier failure forgotten.
    """
    suffixes = list(suffixes)
    outputs = {path.relative_to(work).as_posix(): _describe(path) for path in _list_made(work, name, suffixes)}
    (work / name).mkdir(exist_ok=True)
    if (folder / name).exists():
        (folder / name).replace(work / ".replaced")
    if any((work / name).iterdir()):
        (work / name).replace(folder / name)
    for suffix in suffixes:
        (work / f"{name}.{suffix}").replace(folder / f"{name}.{suffix}")
    thumbnail = work / THUMBNAILS / f"{name}.png"
    if thumbnail.exists():
        (folder / THUMBNAILS).mkdir(exist_ok=True)
        thumbnail.replace(folder / THUMBNAILS / thumbnail.name)
    for suffix in ("ipynb", "txt"):
        (folder / FAILED / f"{name}.{suffix}").unlink(missing_ok=True)
    with suppress(OSError):
        (folder / FAILED).rmdir()  # which fails where others lie in it, or there is none
    return outputs


def put_aside(work: Path, folder: Path, name: str, told: str) -> str:
    """Keep a failed notebook and its error in ``_failed``; return where the notebook lies, "" where there is none."""
    failed = folder / FAILED
    failed.mkdir(exist_ok=True)
    write_atomic(failed / f"{name}.txt", told)
    kept = failed / f"{name}.ipynb"
    kept.unlink(missing_ok=True)
    if not (work / kept.name).is_file():
        return ""
    (work / kept.name).replace(kept)
    return str(kept)


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def _to_line(entry: Entry) -> bytes:
    """Return a line of the manifest; names of files may have halves of characters, which JSON can escape."""
    return (json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def _lock(number: int) -> bool:
    """Lock an open file for this process alone; return whether that could be done."""
    try:
        if os.name == "nt":
            msvcrt: Any = importlib.import_module("msvcrt")
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_whole(path: Path, told: Mapping[str, Any]) -> bool:
    """Return whether a file is there as it was written: of the same size and time, else with the same content."""
    try:
        found = path.stat()
        if found.st_size != told["bytes"]:
            return False
        return found.st_mtime_ns == told.get("mtime_ns") or hash_bytes(path.read_bytes()) == told["sha256"]
    except (OSError, KeyError, TypeError, AttributeError):
        return False


def _list_made(work: Path, name: str, suffixes: Iterable[str]) -> Iterator[Path]:
    """Yield the files that a run leaves: its pages, then those of its own folder."""
    yield from (work / f"{name}.{suffix}" for suffix in suffixes)
    yield from (path for path in [work / THUMBNAILS / f"{name}.png"] if path.exists())
    yield from sorted(path for path in (work / name).rglob("*") if path.is_file())


def _describe(path: Path) -> dict[str, Any]:
    """Return the size, hash and time of a file."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hash_bytes(content), "mtime_ns": path.stat().st_mtime_ns}
