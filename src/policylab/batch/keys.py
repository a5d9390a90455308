"""What a report is made from, as hashes: where none has changed, it need not be made again."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from policylab import __version__
from policylab.batch.beside import is_large
from policylab.batch.ledger import hash_bytes
from policylab.batch.parameters import read_notebook
from policylab.batch.run import Job
from policylab.cluster import hash_data, hash_source
from policylab.project import project_root

_LIBRARIES = ("jieba", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "pyarrow", "scikit-learn")
_PACKAGE = Path(__file__).resolve().parent.parent


def compute_key(job: Job) -> dict[str, str]:
    """
    Return a hash of each thing that a report is made from.

    Returns
    -------
    dict of str to str
        ``notebook``, its cells without outputs; ``parameters``; ``library``, the versions of Python, policylab and what
        notebooks mostly use, and in a checkout the source; ``data``, the tables in ``data/``; ``text``, the report's own
        text with its sidecar and corrections, and files that a parameter names by an absolute path; ``files``, what the
        notebook uses of the folder that it lies in.
    """
    return {
        "notebook": _hash_notebook(job.notebook),
        "parameters": _hash_json([dict(job.parameters), job.title]),
        "library": _hash_library(),
        "data": _hash_data(),
        "text": _hash_json([_hash_file(path) for path in _list_own_files(job)]),
        "files": _hash_json([[name, _hash_file(Path(path))] for name, path in job.files.items()]),
    }


def forget_hashes() -> None:
    """Read everything anew at the next key: files may change between two batches of one process."""
    for cached in (_hash_notebook, _hash_library, _hash_data, _hash_file):
        cached.cache_clear()


@cache
def _hash_notebook(path: str) -> str:
    """Return the hash of what is executed: outputs and counts that a user has left in the file are no part of it."""
    content = read_notebook(Path(path))
    cells = [
        [cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])] for cell in content["cells"]
    ]
    return _hash_json([cells, content["metadata"].get("kernelspec", {}).get("name")])


@cache
def _hash_library() -> str:
    """Return the hash of versions, and in a checkout of the source."""
    versions = [platform.python_version(), __version__, *map(_find_version, _LIBRARIES)]
    is_installed = project_root() == _PACKAGE / "_project"
    return _hash_json(versions if is_installed else [*versions, hash_source()])


@cache
def _hash_data() -> str:
    """Return the hash of the tables that every report is compared by."""
    return hash_data(texts=False)


def _list_own_files(job: Job) -> Iterator[Path]:
    """Yield the files that belong to one report, and those that its parameters name."""
    root = project_root() / "data"
    region: Mapping[str, Any] = job.region
    if region:
        name = f"{region['region_code']}-{region['report_year']}"
        suffixes = (".txt", ".md", ".yml")
        yield from (root / "reports" / f"{name}{suffix}" for suffix in suffixes)
        yield root / "corrections" / f"{name}.yml"
    values = (value for value in job.parameters.values() if isinstance(value, str) and value)
    yield from (path for path in map(Path, values) if path.is_absolute())


@cache
def _hash_file(path: Path) -> str:
    """Return the hash of a file, of a very large one that of its size and time; "" where there is none."""
    try:
        if is_large(path):
            return _hash_json([path.stat().st_size, path.stat().st_mtime_ns])
        return hash_bytes(path.read_bytes())
    except OSError:
        return ""


def _find_version(name: str) -> str:
    """Return the version of a library, "" where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _hash_json(content: object) -> str:
    """Return the hash of what JSON can write."""
    return hash_bytes(json.dumps(content, ensure_ascii=False, sort_keys=True).encode())
