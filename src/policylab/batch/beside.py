"""What a notebook uses of the folder that it lies in: data, modules and scripts, of which each run gets copies."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from policylab.batch.parameters import MAGIC, parse_cell, read_notebook

_LARGE = 1 << 24  # bytes of a file beyond which a run gets a link to it
_MOST = 10_000  # files of a folder beyond which it is taken for something else than data
_LONGEST = 200  # characters of a path
_PARAMETERS = "parameters"


def list_beside(notebook: str | Path, parameters: Mapping[str, object], *, out: Path) -> dict[str, str]:
    """
    Return the files beside or below a notebook that it names: where from its folder, and the absolute path.

    Its cells name them as words in quotes, as modules that they import, or in magics; values of parameters name them too.
    Of a folder that is named, all files count, and of a module what that names in turn. Hidden files, what lies elsewhere,
    and the folder that the batch writes to are left out.

    Parameters
    ----------
    notebook : str or Path
    parameters : mapping
        The values of all its parameters, also of those that are not set.
    out : Path
        The folder that the batch writes to.

    Examples
    --------
    >>> from policylab.project import notebook_path
    >>> list_beside(notebook_path("district_report"), {"region_code": "320804"}, out=Path("reports"))
    {}
    """
    folder, own = Path(notebook).resolve().parent, out.resolve()
    found = dict(_list_named(str(notebook)))
    words = [value for value in parameters.values() if isinstance(value, str)]
    for path in _find_all(folder, words):
        found[path.relative_to(folder).as_posix()] = str(path)
    is_below = own != folder and own.is_relative_to(folder)
    kept = {name: path for name, path in found.items() if not (is_below and Path(path).is_relative_to(own))}
    return dict(sorted(kept.items()))


def place_files(files: Mapping[str, str], work: Path) -> None:
    """Put copies of files into a working folder, where runs may change them; of very large ones links."""
    for name, source in files.items():
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_large(Path(source)):
            target.symlink_to(source)
        else:
            shutil.copyfile(source, target)


def is_large(path: Path) -> bool:
    """Return whether a file is too large to be copied for each run, or to be read through to see whether it has changed."""
    return path.stat().st_size > _LARGE


def forget_files() -> None:
    """Look anew at the next call."""
    _list_named.cache_clear()


@cache
def _list_named(notebook: str) -> tuple[tuple[str, str], ...]:
    """Return the files that the cells of a notebook name, but its parameters, whose values a run may change."""
    folder = Path(notebook).resolve().parent
    cells = (cell for cell in read_notebook(Path(notebook))["cells"] if cell["cell_type"] == "code")
    waiting = ["".join(cell["source"]) for cell in cells if _PARAMETERS not in cell["metadata"].get("tags", [])]
    found: dict[Path, None] = {}
    while waiting:
        for path in _find_all(folder, _list_words(waiting.pop())):
            if path not in found and path.suffix == ".py":
                waiting.append(path.read_text("utf-8", errors="replace"))
            found[path] = None
    return tuple((path.relative_to(folder).as_posix(), str(path)) for path in found)


def _find_all(folder: Path, words: Iterable[str]) -> Iterator[Path]:
    """Yield the files that words name below a folder; of folders all that is in them."""
    for word in dict.fromkeys(words):
        path = _find(folder, word)
        if path is not None and path.is_file():
            yield path
        elif path is not None:
            inside = (inner for inner in sorted(path.rglob("*")) if inner.is_file() and not _is_hidden(inner, folder))
            yield from (inner for _, inner in zip(range(_MOST), inside, strict=False))


def _find(folder: Path, word: str) -> Path | None:
    """Return what a word names strictly below a folder, None where that is nothing."""
    name = word.strip().rstrip("/")
    if not name or len(name) > _LONGEST or "\x00" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        return None
    path = folder / name
    try:
        is_there = path != folder and path.exists() and not _is_hidden(path, folder)
    except OSError:
        return None
    return path if is_there else None


def _is_hidden(path: Path, folder: Path) -> bool:
    """Return whether any part of a path below a folder is hidden or a cache."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)


def _list_words(source: str) -> Iterator[str]:
    """Yield what may name a file in a cell or module: words of magics, text in quotes, and modules that are imported."""
    for line in MAGIC.findall(source):
        yield from line.split()[1:]
    for node in ast.walk(parse_cell(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Import):
            yield from (name for alias in node.names for name in _list_module_files(alias.name))
        elif isinstance(node, ast.ImportFrom):
            yield from _list_module_files(node.module or "")


def _list_module_files(module: str) -> tuple[str, str]:
    """Return what a module's first name may be as a file or folder."""
    name = module.partition(".")[0]
    return (f"{name}.py", name)
