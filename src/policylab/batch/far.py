"""Runs on the workers of a Dask cluster, each of which keeps a warm process of its own."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from policylab.batch.ledger import RUNNING
from policylab.batch.preload import list_imports
from policylab.batch.run import Job
from policylab.batch.workers import KernelPool, Result
from policylab.cluster import open_cluster
from policylab.errors import ClusterError

_LOST = 10  # how many workers may be lost under one run before it is given up

_pools: dict[tuple[str, ...], KernelPool] = {}  # of this process, where it is a worker


def run_far(jobs: Sequence[Job], folder: Path, address: str, *, retries: int) -> Iterator[Result]:
    """
    Yield every job's result as it comes from the cluster; a run whose worker is lost is begun anew on another.

    Raises
    ------
    ClusterError
        As `policylab.cluster.open_cluster`.
    """
    import distributed

    completed: Any = distributed.as_completed
    modules = list_imports(Path(jobs[0].notebook))
    with open_cluster(address) as client:
        read = cache(lambda path: Path(path).read_bytes())
        futures = {}
        for job in jobs:
            sent = {name: read(path) for name, path in job.files.items()}
            asked = (job.to_json(), read(job.notebook), sent, modules, retries)
            future = client.submit(make_far, *asked, pure=False, retries=_LOST)
            futures[future] = job
        try:
            for future in completed(list(futures), loop=client.loop):
                job = futures.pop(future)
                yield _unpack(job, folder, future)
                future.release()
        finally:
            client.cancel(list(futures), force=True)


def make_far(
    job: dict[str, Any], notebook: bytes, files: dict[str, bytes], modules: list[str], retries: int
) -> tuple[bytes, dict[str, Any], int, tuple[str, ...]]:
    """Run a job on a worker, and return its folder packed, and the rest of `Result`."""
    key = tuple(modules)
    pool = _pools.get(key)
    if pool is None:
        pool = _pools.setdefault(key, KernelPool(modules))
    folder = Path(tempfile.mkdtemp(prefix="policylab-"))
    try:
        source = folder / Path(job["notebook"]).name
        source.write_bytes(notebook)
        placed = {"notebook": str(source), "files": _place(files, folder / "files")}
        result = pool.make(Job(**job | placed), folder, retries=retries)
        return _pack(result.work, placed["files"]), result.outcome, result.attempts, result.notes
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Write what a notebook uses of its own folder, and return where it lies."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return {name: str(folder / name) for name in files}


def _pack(work: Path, known: Collection[str]) -> bytes:
    """Return the files of a folder as a zip file; hidden ones are of no use elsewhere, and others are known there."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in sorted(work.rglob("*")):
            relative = path.relative_to(work)
            if (
                path.is_file()
                and not path.is_symlink()
                and not relative.parts[0].startswith(".")
                and relative.as_posix() not in known
            ):
                packed.write(path, relative.as_posix())
    return file.getvalue()


def _unpack(job: Job, folder: Path, future: Any) -> Result:
    """Return the result of a run elsewhere, its files in a working folder here."""
    work = Path(tempfile.mkdtemp(prefix=RUNNING, dir=folder)).resolve()
    error = future.exception()
    if error is not None:
        told = f"the cluster could not run it: {type(error).__name__}: {error}"
        return Result(job, work, {"status": "failed", "error": told, "told": told, "kernel": ""}, 1)
    packed, outcome, attempts, notes = future.result()
    with zipfile.ZipFile(io.BytesIO(packed)) as content:
        for name in content.namelist():
            if not (work / name).resolve().is_relative_to(work):
                raise ClusterError(f"a worker has sent a file that lies elsewhere: {name!r}")
        content.extractall(work)
    return Result(job, work, outcome, attempts, notes)
