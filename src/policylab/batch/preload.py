"""What a warm process has at hand before it forks: what a notebook imports, and what that needs when it is first used."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policylab.batch.heard import note_filters
from policylab.batch.kernels import make_config, prepare_imports, spare_grammar
from policylab.batch.parameters import parse_cell, read_notebook
from policylab.project import data_path

# What libraries import only when they are used, and our own modules inside functions. "module:function" is called.
_INSIDE = {
    "jieba": ("policylab.analyse.tokens:prepare_dictionary",),
    "matplotlib": (
        "IPython.core.pylabtools",
        "PIL.BmpImagePlugin",
        "PIL.GifImagePlugin",
        "PIL.JpegImagePlugin",
        "PIL.PngImagePlugin",
        "PIL.PpmImagePlugin",
        "matplotlib.backends.backend_agg",
    ),
    "pandas": ("pandas.core.reshape.reshape", "pandas.io.formats.html", "pandas.io.formats.string"),
    "policylab": (
        "encodings.gb2312",
        "encodings.utf_32_be",
        "pandas",
        "pyarrow.pandas_compat",
        "pyarrow.parquet",
        "pandas.io.formats.csvs",
        "pandas.io.parquet",
        "matplotlib.figure",
        "matplotlib.style",
        "matplotlib.backends.backend_agg",
        "matplotlib.backends.backend_pdf",
        "matplotlib.backends.backend_svg",
        "fontTools.fontBuilder",
        "fontTools.pens.cu2quPen",
        "fontTools.pens.ttGlyphPen",
        "fontTools.ttLib.tables._l_o_c_a",
        "yaml",
        "policylab.batch.preload:prepare_reports",
    ),
}
_OURS = {"matplotlib", "pandas"}  # what our own modules use of these
_MACHINERY = (
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.shellapp",
    "bdb",
    "sqlite3",
    "tornado.platform.asyncio",
    "ipykernel.debugger",
    "ipykernel.inprocess.ipkernel",
    "ipykernel.iostream",
    "ipykernel.zmqshell",
    "IPython.extensions.storemagic",
    "papermill.clientwrap",
    "papermill.parameterize",
    "policylab.publish.render",
)
_PACKAGE = Path(__file__).parent.parent
_FOR_DEVELOPERS = (
    DeprecationWarning,
    PendingDeprecationWarning,
    ImportWarning,
    ResourceWarning,
)  # shown to these alone


def list_imports(notebook: Path, folder: Path | None = None) -> list[str]:
    """
    Return the modules that a notebook imports, and those that our own modules import inside functions.

    Those of the folder that it runs in, by default its own, are left out, whatever is installed under the same name.

    Examples
    --------
    >>> from policylab.project import notebook_path
    >>> "policylab.analyse.compare" in list_imports(notebook_path("district_report"))
    True
    """
    found: dict[str, None] = {}
    for cell in read_notebook(notebook)["cells"]:
        if cell["cell_type"] == "code":
            found |= dict.fromkeys(_list_cell_imports("".join(cell["source"])))
    beside = notebook.parent if folder is None else folder
    found = {name: None for name in found if not _lies_in(beside, name.partition(".")[0])}
    packages = {name.partition(".")[0] for name in found}
    if "policylab" in packages:
        packages |= _OURS
    return [*found, *(name for package, names in _INSIDE.items() if package in packages for name in names)]


def import_all(modules: list[str]) -> list[str]:
    """Import modules; return those that a fork must import itself, since it would lack what they did in this process."""
    spare_grammar()
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody can ask for it here, and it takes long
    prepare_imports()
    for name in _MACHINERY:
        importlib.import_module(name)
    del sys.modules["debugpy"]
    _prepare_pages()
    return [name for name in modules if not _import_quietly(name)]


def prepare_reports() -> None:
    """Have at hand what the project's own notebooks read: facts, codebook, regions, reports, words and the glyphs of these."""
    from policylab.analyse.parquet import hold_parquet
    from policylab.codebook import load_codebook
    from policylab.publish.fonts import redraw_glyphs
    from policylab.publish.material import list_reported
    from policylab.publish.sheet import add_font
    from policylab.publish.words import list_keys
    from policylab.read.regions import load_regions

    load_codebook()
    list_keys()
    list_reported(2023)  # reads those of all years
    add_font()
    for name in ("targets.parquet", "coverage.parquet"):
        if data_path(name).exists():
            hold_parquet(data_path(name))
    names = [region.name for region in load_regions() if region.level != "county"]  # whose many characters are rare
    words = [_PACKAGE / "publish" / "labels.yaml", *_PACKAGE.glob("codebook/*.csv"), *_PACKAGE.glob("codebook/*.yaml")]
    texts = [path.read_text("utf-8") for path in [*words, *data_path("reports").glob("*.txt")]]
    redraw_glyphs("".join(sorted({*"".join(names), *"".join(texts)})))


def _prepare_pages() -> None:
    """Have at hand what every page needs: the templates, which are read and compiled once."""
    import nbformat

    from policylab.batch.pages import to_body

    v4: Any = nbformat.v4
    to_body(v4.new_notebook(cells=[v4.new_markdown_cell("# a")]), "zh")


def _lies_in(folder: Path, module: str) -> bool:
    """Return whether a folder has a module of that name, which its notebooks import before any that is installed."""
    return (folder / f"{module}.py").is_file() or (folder / module / "__init__.py").is_file()


def _list_cell_imports(source: str) -> Iterator[str]:
    """Yield the modules that a cell imports."""
    for node in ast.walk(parse_cell(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)  # may be a module, or fail to be one


def _import_quietly(name: str) -> bool:
    """
    Import one module, or call one of ours, "module:function".

    Return whether that left no words, no warnings to who imports, no threads and nothing in the shell. One that fails will
    fail in its cell.
    """
    said = os.fstat(2).st_size
    threads = threading.active_count()
    module, _, function = name.partition(":")
    with _stand_in_shell() as shell, _hear_warnings() as warned:
        try:
            with note_filters(module):
                imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
        except BaseException:
            return not (shell.is_touched or warned)
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fstat(2).st_size == said and threading.active_count() == threads and not (shell.is_touched or warned)


@contextlib.contextmanager
def _hear_warnings() -> Iterator[list[str]]:
    """Take notes of warnings that a notebook would show, being the one who imports; filters that libraries set stay."""
    heard: list[str] = []
    every, own = ("always", None, Warning, None, 0), warnings.showwarning

    def note(message: Any, kind: Any, path: str, *more: Any) -> None:
        if path in (__file__, importlib.__file__) or not issubclass(kind, _FOR_DEVELOPERS):
            heard.append(str(message))

    warnings.filters.insert(0, every)  # type: ignore[attr-defined]
    warnings.showwarning = note  # type: ignore[assignment]
    try:
        yield heard
    finally:
        warnings.filters.remove(every)  # type: ignore[attr-defined]
        if warnings.showwarning is note:
            warnings.showwarning = own


class _Shell:
    """What a library finds that looks for its shell on import: it learns that there is a kernel, and whether it wanted
    more than that is noted, since what it does to this shell no run would see.
    """

    def __init__(self) -> None:
        self.config = make_config()
        self.is_touched = False

    def __getattr__(self, name: str) -> Any:
        if name == "kernel":
            return self
        self.is_touched = True
        raise AttributeError(name)


@contextlib.contextmanager
def _stand_in_shell() -> Iterator[_Shell]:
    """Have every way of looking for the shell of this process lead to one that takes notes."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = _Shell()
    ways = {"initialized": staticmethod(lambda: True), "instance": staticmethod(lambda *_, **__: shell)}
    kept = {name: InteractiveShell.__dict__.get(name) for name in ways}
    for name, way in ways.items():
        setattr(InteractiveShell, name, way)
    builtins.get_ipython = lambda: shell  # type: ignore[attr-defined]
    try:
        yield shell
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
        for name, own in kept.items():
            delattr(InteractiveShell, name)
            if own is not None:
                setattr(InteractiveShell, name, own)
