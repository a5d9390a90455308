"""What a notebook uses of the folder that it lies in: data, modules and scripts, of which each run gets copies."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from policylab.batch.naming import Pieces, Value, list_changed, list_pictures, list_pieces
from policylab.batch.parameters import read_notebook

_LARGE = 1 << 24  # bytes of a file beyond which a run gets a link to it
_MOST = 10_000  # files of a folder beyond which it is taken for something else than data
_LONGEST = 200  # characters of a path
_TELLING = 2  # letters and digits that a name must have for all files that fit it to count
_PARAMETERS = "parameters"


def list_beside(notebook: str | Path, parameters: Mapping[str, object], *, out: Path) -> dict[str, str]:
    """
    Return the files beside or below a notebook that it names: where from its folder, and the absolute path.

    Its cells name them as words in quotes, as modules that they import, in magics, or as pictures in Markdown; values of
    parameters name them too.
    Where a cell puts a name together, as ``f"{region_code}.csv"`` does, it is that of the parameter's value; where it does
    so with anything else, all files count whose names fit. Of a folder that is named, all files count, and of a module what
    that names in turn. Hidden files, what lies elsewhere, and the folder that the batch writes to are left out.

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
    named = _list_named(str(notebook))
    found = dict(named.files)
    given = [(value,) for value in parameters.values() if isinstance(value, str)]
    for path in _find_all(folder, [*given, *(_fill(pieces, parameters) for pieces in named.open)]):
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


class _Named(NamedTuple):
    """What the cells of a notebook name: files, and names that the values of parameters complete."""

    files: tuple[tuple[str, str], ...]
    open: tuple[Pieces, ...]


@cache
def _list_named(notebook: str) -> _Named:
    """Return what the cells of a notebook name, but as values of parameters, which a run may change."""
    folder, names = Path(notebook).resolve().parent, _list_names(Path(notebook))
    found: dict[Path, None] = {}
    waiting = names
    while waiting:
        news = [path for path in _find_all(folder, waiting) if path not in found]
        found |= dict.fromkeys(news)
        modules = [path.read_text("utf-8", errors="replace") for path in news if path.suffix == ".py"]
        waiting = [pieces for source in modules for pieces in list_pieces(source)]
    files = ((path.relative_to(folder).as_posix(), str(path)) for path in found)
    return _Named(tuple(files), tuple(pieces for pieces in names if _list_values(pieces)))


def _list_names(notebook: Path) -> list[Pieces]:
    """Return what may name a file in the cells of a notebook."""
    names: list[Pieces] = []
    given: list[str] = []
    others: list[str] = []
    for cell in read_notebook(notebook)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            (given if _PARAMETERS in cell["metadata"].get("tags", []) else others).append(source)
        elif cell["cell_type"] == "markdown":
            names += list_pictures(source)
    steady = list_changed(given) - list_changed(others)
    names += [pieces for source in others for pieces in list_pieces(source, steady)]
    return names + [pieces for source in given for pieces in list_pieces(source, computed_only=True)]


def _list_values(pieces: Pieces) -> list[str]:
    """Return the parameters whose values a name takes in."""
    return [piece.name for piece in pieces if isinstance(piece, Value) and piece.name]


def _fill(pieces: Pieces, parameters: Mapping[str, object]) -> Pieces:
    """Return a name with the values of parameters in their places; what is neither text nor a whole number stays open."""
    values = {name: str(value) for name, value in parameters.items() if type(value) in (str, int)}
    filled = (values.get(piece.name, Value("")) if isinstance(piece, Value) else piece for piece in pieces)
    return tuple(filled)


def _find_all(folder: Path, names: Iterable[Pieces]) -> Iterator[Path]:
    """Yield the files that names stand for below a folder; of folders all that is in them."""
    for path in (path for pieces in dict.fromkeys(names) for path in _find_named(folder, pieces)):
        if path.is_file():
            yield path
        else:
            inside = (inner for inner in sorted(path.rglob("*")) if inner.is_file() and not _is_hidden(inner, folder))
            yield from islice(inside, _MOST)


def _find_named(folder: Path, pieces: Pieces) -> list[Path]:
    """Return what a name stands for strictly below a folder: one path, or where the name is open all that fit it."""
    words = [piece for piece in pieces if isinstance(piece, str)]
    if len(words) == len(pieces):
        path = _find(folder, "".join(words))
        return [] if path is None else [path]
    if _list_values(pieces) or sum(map(str.isalnum, "".join(words))) < _TELLING:
        return []
    pattern = "".join(glob.escape(piece) if isinstance(piece, str) else "*" for piece in pieces)
    if not _is_below(pattern):
        return []
    found = (_find(folder, path.relative_to(folder).as_posix()) for path in sorted(islice(folder.glob(pattern), _MOST)))
    return [path for path in found if path is not None]


def _find(folder: Path, word: str) -> Path | None:
    """Return what a word names strictly below a folder, None where that is nothing."""
    name = word.strip().rstrip("/")
    if not _is_below(name):
        return None
    path = folder / name
    try:
        is_there = path != folder and path.exists() and not _is_hidden(path, folder)
    except OSError:
        return None
    return path if is_there else None


def _is_below(name: str) -> bool:
    """Return whether a name could be that of something below a folder."""
    is_short = 0 < len(name) <= _LONGEST and "\x00" not in name
    return is_short and not Path(name).is_absolute() and ".." not in Path(name).parts


def _is_hidden(path: Path, folder: Path) -> bool:
    """Return whether any part of a path below a folder is hidden or a cache."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
