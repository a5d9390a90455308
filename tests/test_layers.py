"""The shape of the project: who may import whom, and what every list of dependencies says."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "policylab"
ROOMS = ["model", "errors", "project", "cluster", "codebook", "read", "annotate", "analyse", "publish", "batch", "cli"]
HEAVY = {
    "jieba",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "pandas",
    "pandera",
    "papermill",
    "pyarrow",
    "sklearn",
}
ONLY_IN = {
    "pandas": {"analyse", "publish", "batch", "cli"},
    "pandera": {"analyse"},
    "jieba": {"analyse"},
    "sklearn": {"analyse"},
    "matplotlib": {"publish/charts.py", "publish/peer_charts.py", "publish/sheet.py"},
    "papermill": {"batch/kernels.py", "batch/run.py", "batch/engine.py"},
    "nbclient": {"batch/run.py"},
    "nbconvert": {"batch/pages.py"},
    "ipywidgets": {"publish/explore.py"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """Return the room or module of a file: annotate for annotate/targets.py, cli for cli.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, *, top_only: bool = False) -> Iterator[str]:
    """Yield the modules that a file imports, when it runs; what only type checkers read is left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports name the whole path"
            yield str(node.module)
        elif not (top_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            yield from imports(node, top_only=top_only)


def find_wrong_ways(name: str, tree: ast.AST) -> list[str]:
    """Return the imports of a file of this room that go upward."""
    own = ROOMS.index(name)
    used = (module.split(".")[1] for module in imports(tree) if module.startswith("policylab."))
    return [other for other in used if ROOMS.index(other) > own]


@pytest.mark.parametrize("path", [path for path in MODULES if path != PACKAGE / "__init__.py"], ids=str)
def test_imports_go_one_way(path: Path) -> None:
    """A room imports only itself and the rooms below it."""
    assert find_wrong_ways(room(path), ast.parse(path.read_text("utf-8"))) == []


def test_an_upward_import_is_found() -> None:
    """The check above sees an import inside a function, and leaves out one for type checkers."""
    source = (
        "if TYPE_CHECKING:\n    import policylab.cli\ndef f():\n    from policylab.publish.charts import plot_chain\n"
    )
    assert find_wrong_ways("annotate", ast.parse(source)) == ["publish"]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_heavy_libraries_are_imported_inside_functions(path: Path) -> None:
    """No module loads pandas, matplotlib or the like when it is itself imported."""
    top = {module.split(".")[0] for module in imports(ast.parse(path.read_text("utf-8")), top_only=True)}
    assert top & HEAVY == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_heavy_libraries_stay_in_their_rooms(path: Path) -> None:
    """Tables begin in analyse, charts and notebooks are known to one module each."""
    name = path.relative_to(PACKAGE).as_posix()
    used = {module.split(".")[0] for module in imports(ast.parse(path.read_text("utf-8")))}
    astray = [library for library in used & ONLY_IN.keys() if not {name, room(path)} & ONLY_IN[library]]
    assert astray == []


@pytest.mark.parametrize("statement", ["import policylab", "import policylab.cli", "from policylab import read_report"])
def test_import_is_light(statement: str) -> None:
    """Importing the package, its command line or its reader loads no heavy library."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "policylab" in loaded
    assert set(loaded) & HEAVY == set()


def named(requirement: str) -> str:
    """Return the package of a requirement line, spelt as registries compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=\[]", requirement, maxsplit=1)[0]).lower()


def floor(requirement: str) -> str:
    """Return the least version that a requirement asks for, "" for none."""
    return requirement.partition(">=")[2].strip()


def read_requirements() -> dict[str, str]:
    """Return what pyproject.toml asks for, with dev: name and least version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["dev"]
    return {named(line): floor(line) for line in lines}


def read_lock() -> dict[str, str]:
    """Return the versions of requirements.lock by name."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {named(name): version for name, version in pairs}


def test_environment_agrees_with_pyproject() -> None:
    """environment.yml asks for the same packages in the same least versions, and for nothing else but pip."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    by_pip = next(item["pip"] for item in listed if isinstance(item, dict))
    lines = [item for item in listed if isinstance(item, str)] + [line for line in by_pip if not line.startswith("--")]
    asked = {named(line): floor(line) for line in lines}
    assert asked.pop("pip") == ""
    assert (
        f">={asked.pop('python')}" == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    )
    assert asked == read_requirements()


def test_lock_holds_every_requirement() -> None:
    """requirements.lock has one version for each package of pyproject.toml, not below its floor."""
    lock = read_lock()
    for name, least in read_requirements().items():
        assert name in lock
        assert [int(part) for part in lock[name].split(".")] >= [int(part) for part in least.split(".")], name


def find_newer(requires_python: dict[str, str], oldest: str) -> list[str]:
    """Return the packages that the oldest Python asked for, in its first release, cannot install."""
    return sorted(name for name, wanted in requires_python.items() if not SpecifierSet(wanted).contains(oldest))


def test_lock_fits_the_oldest_python() -> None:
    """Every package of the lock installs on the first release of the oldest Python that pyproject.toml admits."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    wanted = {name: metadata(name).get("Requires-Python") or "" for name in read_lock()}
    assert len(wanted) > 100
    assert find_newer(wanted, f"{floor(asked)}.0") == []


def test_a_package_for_a_later_python_is_found() -> None:
    """The check above sees a package that needs a later release of the same Python."""
    assert find_newer({"a": ">=3.11", "b": ">=3.11.5", "c": ""}, "3.11.0") == ["b"]


def test_lock_holds_names_and_versions_only() -> None:
    """The lock names no address, no folder and not policylab itself."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)]
    assert wrong == []
    assert "policylab" not in read_lock()


MODULE_NAMES = {"pyyaml": "yaml", "scikit-learn": "sklearn", "fonttools": "fontTools", "python-docx": "docx"}


def read_dependencies() -> dict[str, str]:
    """Return the runtime dependencies: the module that each is imported as, and its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [named(line) for line in project["dependencies"]]
    return {MODULE_NAMES.get(name, name.replace("-", "_")): name for name in names}


def read_imports() -> set[str]:
    """Return every library outside the standard one that the package imports."""
    used = {module.split(".")[0] for path in MODULES for module in imports(ast.parse(path.read_text("utf-8")))}
    return used - sys.stdlib_module_names - {"policylab"}


def test_every_dependency_has_a_use() -> None:
    """Every runtime dependency is imported in the package, was asked for as such, or works without being imported."""
    asked_for = {"jupyterlab", "pandas", "matplotlib", "jieba", "sklearn", "papermill"}
    at_work = {"ipykernel", "ipywidgets"}  # kernels of notebooks; progress bars in them
    assert read_dependencies().keys() - asked_for - at_work - read_imports() == set()


# What belongs to the library on the right: its objects are handed out or taken there, its threads are held.
COMPANIONS = {
    "PIL": "matplotlib",
    "IPython": "ipykernel",
    "jupyter_client": "ipykernel",
    "markupsafe": "nbconvert",
    "nbclient": "papermill",
    "nbformat": "papermill",
    "threadpoolctl": "sklearn",
    "traitlets": "nbconvert",
}


def test_every_import_is_a_dependency() -> None:
    """The package imports nothing that is not named in pyproject.toml, or known to come with something that is."""
    assert read_imports() - read_dependencies().keys() - COMPANIONS.keys() == set()


@pytest.mark.parametrize("module", COMPANIONS)
def test_companion_comes_with_its_library(module: str) -> None:
    """What is imported without being named is required by a library that is named."""
    required = {named(line.partition(";")[0]) for line in requires(read_dependencies()[COMPANIONS[module]]) or []}
    assert {"PIL": "pillow"}.get(module, named(module)) in required
