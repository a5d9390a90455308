"""A Dask cluster by the address of its scheduler: reached, and checked to work with the same program and data."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from policylab.errors import ClusterError
from policylab.project import project_root

_PACKAGE = Path(__file__).resolve().parent
_SOURCE_SUFFIXES = (".py", ".csv", ".yaml", ".css", ".js", ".typ", ".md", ".mplstyle")
_WAIT_S = 10
_ADDRESS = re.compile(r"((tcp|tls|ucx|wss?)://)?(\[[0-9a-f:]+\]|[^\s/:]+):[0-9]{1,5}")


@contextmanager
def open_cluster(address: str) -> Iterator[Any]:
    """
    Yield a client of the scheduler at an address, once all its workers are known to give the results of this machine.

    Raises
    ------
    ClusterError
        If there is no scheduler or no worker, or a worker has another policylab, Python or data; the message says what to
        start or install.
    """
    import distributed

    if not _ADDRESS.fullmatch(address):
        raise ClusterError(f"{address!r} is no address of a Dask scheduler; expected one such as tcp://host:8786")
    connect: Any = distributed.Client  # which ships no types
    try:
        client = connect(address, timeout=_WAIT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        told = f"no Dask scheduler answers at {address!r}; start one with: dask scheduler"
        raise ClusterError(told) from None
    try:
        _check_workers(client, address)
        yield client
    finally:
        client.close()


def describe_install() -> dict[str, str]:
    """
    Return what results depend on: Python, and hashes of the program and of the data.

    Examples
    --------
    >>> sorted(describe_install())
    ['data', 'policylab', 'python']
    """
    return {"python": platform.python_version(), "policylab": hash_source(), "data": hash_data(texts=True)}


def hash_source() -> str:
    """Return one SHA-256 for the program's own files."""
    return hash_files((path for path in _PACKAGE.rglob("*") if path.suffix in _SOURCE_SUFFIXES), _PACKAGE)


def hash_data(*, texts: bool) -> str:
    """Return one SHA-256 for the tables of ``data/``, and with `texts` for the reports, sidecars and corrections there."""
    folder = project_root() / "data"
    tables = [path for path in folder.glob("*") if path.suffix in (".parquet", ".csv")]
    kept = [path for name in ("reports", "corrections") for path in (folder / name).glob("*.*")] if texts else []
    return hash_files([*tables, *kept], folder)


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """Return one SHA-256 for the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or with one that would give other results."""
    try:
        client.wait_for_workers(1, timeout=_WAIT_S)
    except TimeoutError:
        raise ClusterError(f"no worker has joined {address!r}; start one with: dask worker {address}") from None
    own = describe_install()
    try:
        theirs = client.run(describe_install)
    except Exception as error:  # whatever a worker without policylab raises
        told = f"a worker of {address!r} cannot run policylab ({type(error).__name__}: {error})"
        raise ClusterError(f"{told}; install the same version there") from None
    for worker, install in theirs.items():
        different = [name for name, value in own.items() if install.get(name) != value]
        if different:
            told = f"worker {worker} has another {' and '.join(different)} than this machine"
            raise ClusterError(f"{told}; install the same there, or its reports would differ")
