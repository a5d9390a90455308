"""Where the project's data and notebooks lie, how files are written, whole or not at all, and how YAML is read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from policylab.errors import DataError, NotebookError, close_matches

_PACKAGE = Path(__file__).resolve().parent


def project_root() -> Path:
    """
    Return the folder that holds ``data/`` and ``notebooks/``: the checkout, or the copy that the wheel brings.

    Examples
    --------
    >>> (project_root() / "data").is_dir()
    True
    """
    checkout = _PACKAGE.parent.parent
    if _PACKAGE.parent.name == "src" and (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        return checkout
    return _PACKAGE / "_project"


def yaml_loader() -> Any:
    """Return the loader of plain YAML: libyaml's where it is there, since PyYAML's own is slow and stalls on deep nesting."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data_path(name: str) -> Path:
    """
    Return the path of a file or folder in ``data/``, for example "targets.parquet" or "reports".

    Raises
    ------
    DataError
        Where it does not exist; the message names what is near and how the data are made.

    Examples
    --------
    >>> data_path("reports").name
    'reports'
    """
    path = project_root() / "data" / name
    if not path.exists():
        near = _near(path) or "; it is made by: make dataset CORPUS=FILE"
        raise DataError(f"no file data/{name} in {project_root()}{near}")
    return path


def notebook_path(name: str) -> Path:
    """
    Return the path of one of the project's notebooks by its name, with or without ``.ipynb``.

    Raises
    ------
    NotebookError
        Where there is no such notebook; the message names what is near.
    """
    path = project_root() / "notebooks" / f"{name.removesuffix('.ipynb')}.ipynb"
    if not path.is_file():
        raise NotebookError(f"no notebook {path.name} in {path.parent}{_near(path)}")
    return path


def write_atomic(path: str | Path, data: bytes | str) -> None:
    r"""
    Write a file whole or not at all; text becomes UTF-8 with its line ends unchanged.

    Raises
    ------
    DataError
        Where the folder does not exist, the path is a folder, or the system refuses; an older file stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> write_atomic(path, "目标\n")
    >>> path.read_bytes().decode()
    '目标\n'
    """
    with open_atomic(path) as file:
        file.write(data.encode() if isinstance(data, str) else data)


@contextmanager
def open_atomic(path: str | Path) -> Iterator[IO[bytes]]:
    """
    Open a binary file that takes its place when the block ends, and leaves no trace when the block raises.

    Raises
    ------
    DataError
        As `write_atomic`.
    """
    path = Path(path)
    check_writable(path)
    part = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        with _told(path), part.open("xb") as file:
            yield file
        with _told(path):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def make_folder(path: str | Path) -> Path:
    """
    Return a folder as a Path, made with those above it where there was none.

    Raises
    ------
    DataError
        Where the path is a file, the system refuses, or there is no right to write in it.

    Examples
    --------
    >>> import tempfile
    >>> make_folder(Path(tempfile.mkdtemp()) / "reports").is_dir()
    True
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {path}: {error.strerror}; choose another") from error
    if not os.access(path, os.W_OK):
        raise DataError(f"cannot write in {path}: no right to; choose another folder")
    return path


def check_writable(path: str | Path) -> None:
    """
    Raise the error that writing to this path would meet, before the work is done.

    Raises
    ------
    DataError
        Where the path is a folder, or its own folder does not exist or may not be written to.
    """
    path = Path(path)
    if path.is_dir():
        raise DataError(f"cannot write {path}: expected a file, got a folder; add a file name")
    if not path.parent.is_dir():
        raise DataError(f"cannot write {path}: no folder {path.parent}; make it first")
    if not os.access(path.parent, os.W_OK):
        raise DataError(f"cannot write {path}: no right to write in {path.parent}; choose another folder")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn the system's refusal (a full disk, say) into an error that names the file; errors about other files pass."""
    try:
        yield
    except OSError as error:
        if error.filename is not None and Path(error.filename).parent != path.parent:
            raise
        raise DataError(f"cannot write {path}: {error.strerror or error}; nothing was changed") from error


def _near(path: Path) -> str:
    """Name the files of the same folder that are spelt much like this one."""
    return close_matches(path.name, sorted(item.name for item in path.parent.glob("*")))
