"""The parameters cell of a notebook: what may be set, of what type, and whether a notebook can take what is asked."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from policylab.errors import NotebookError, close_matches

MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)  # a line for the kernel, not for Python
_TYPES = {kind.__name__: kind for kind in (str, int, float, bool, list, dict)}
_JSON_TYPES = (*_TYPES.values(), type(None))
_TRUTH = {"true": True, "false": False}
_TYPE_COMMENT = re.compile(r"#\s*type:\s*(?P<type>[\w\[\], .|]+)\s*$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    A parameter as its cell writes it; ``kind`` is None where a value of any type will do.

    One whose value the cell computes has no default here, but ``computed_from``: the parameters that it follows from.
    """

    name: str
    default: object
    kind: type | None
    computed_from: frozenset[str] | None = None

    @property
    def is_required(self) -> bool:
        """Whether a run must set it: it is None, though its annotation says that it is not to stay so."""
        return self.default is None and self.kind is not None and self.computed_from is None


def read_parameters(notebook: str | Path) -> dict[str, Parameter]:
    """
    Return the parameters of a notebook by name, in the order of its cell.

    Raises
    ------
    NotebookError
        If the notebook cannot be read, names no kernel or not one of Python, or has not exactly one cell tagged
        "parameters" that does nothing but import and assign.

    Examples
    --------
    >>> from policylab.project import notebook_path
    >>> read_parameters(notebook_path("district_report"))["report_year"].kind
    <class 'int'>
    """
    path = Path(notebook)
    content = read_notebook(path)
    kernel = content["metadata"].get("kernelspec", {})
    if not kernel.get("name"):
        raise NotebookError(f"{path} names no kernel; open it in JupyterLab, choose Python 3 and save it")
    written = content["metadata"].get("language_info", {}).get("name")
    if (language := str(kernel.get("language") or written or "python").lower()) not in ("python", "ipython"):
        raise NotebookError(f"{path} is written in {language}, expected Python")
    cells = [cell for cell in content["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    if len(cells) != 1:
        message = f"{path} has {len(cells)} cells tagged 'parameters', expected one; tag the cell that sets region_code"
        raise NotebookError(message)
    if cells[0]["cell_type"] != "code":
        raise NotebookError(f"{path}: its cell tagged 'parameters' is {cells[0]['cell_type']}, expected code")
    return _follow(_list_assignments("".join(cells[0]["source"]), path))


def read_notebook(path: Path) -> dict[str, Any]:
    """
    Return a notebook (nbformat 4) as its file has it.

    Raises
    ------
    NotebookError
        If it is not there or is none.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if content["nbformat"] != 4:
            raise KeyError("nbformat 4")
        content["metadata"].get("kernelspec", {}).get("name")
        for cell in content["cells"]:
            cell["metadata"].get("tags", [])
            "".join(cell["source"])
    except FileNotFoundError:
        raise NotebookError(f"no notebook {path}") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path} is not a notebook (nbformat 4): {type(error).__name__} {error}") from None
    return content


def parse_cell(source: str) -> ast.Module:
    """Return the Python of a cell without its magics; nothing where it is not Python."""
    try:
        return ast.parse(MAGIC.sub("", source))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def check_parameters(notebook: str | Path, parameters: Mapping[str, object]) -> None:
    """
    Do nothing if a notebook can take these parameters.

    papermill itself only warns where the cell with the tag "parameters" is missing or a name is not in it, and then runs
    the notebook with its own values: a report of another district under this one's name. So it does where one parameter is
    computed from another: the cell has done that before papermill's own cell sets the other.

    Raises
    ------
    NotebookError
        As `read_parameters`; and if the notebook lacks one of the parameters, gives it a value of another type, computes one
        that is not given from one that is, or asks for one that is not given: one that is None though its annotation says
        otherwise.
    """
    known = read_parameters(notebook)
    for name, value in parameters.items():
        check_value(notebook, find_parameter(notebook, name, known), value)
    for name, item in known.items():
        if name not in parameters and (late := sorted((item.computed_from or frozenset()) & set(parameters))):
            told = f"{name!r} is computed from {late[0]!r} in the parameters cell, before a run sets that"
            raise NotebookError(f"{notebook}: {told}; compute it in a later cell, or give it with --set {name}=…")
    missing = [name for name, item in known.items() if item.is_required and parameters.get(name) is None]
    if missing:
        kind = known[missing[0]].kind
        told = f"parameter {missing[0]!r} ({kind.__name__ if kind else 'any'}) must be set"
        raise NotebookError(f"{notebook}: {told}; give it with --set {missing[0]}=…")


def find_parameter(notebook: str | Path, name: str, known: Mapping[str, Parameter]) -> Parameter:
    """
    Return the parameter of that name.

    Raises
    ------
    NotebookError
        If the notebook has none, with the nearest name that it has.
    """
    if name not in known:
        near = close_matches(name, known) or f"; it has {', '.join(known) or 'none'}"
        raise NotebookError(f"{notebook}: no parameter {name!r} in its parameters cell{near}")
    return known[name]


def check_value(notebook: str | Path, parameter: Parameter, value: object) -> None:
    """
    Do nothing if a parameter may have this value; whole numbers will do where others are expected.

    Raises
    ------
    NotebookError
        If it is of another type, or of one that papermill would turn into its words.
    """
    if parameter.kind is float and type(value) is int:
        return
    if parameter.kind is not None and type(value) is not parameter.kind:
        expected, got = parameter.kind.__name__, type(value).__name__
        raise NotebookError(f"{notebook}: parameter {parameter.name!r} is {expected}, got {got} {value!r}")
    try:
        if type(value) not in _JSON_TYPES or json.loads(json.dumps(value, ensure_ascii=False).encode()) != value:
            raise TypeError
    except (TypeError, ValueError):
        told = f"got {type(value).__name__} {value!r}; give text, numbers, true or false, or lists and dicts of these"
        raise NotebookError(
            f"{notebook}: parameter {parameter.name!r} cannot be written into a notebook, {told}"
        ) from None


def parse_value(notebook: str | Path, parameter: Parameter, text: str) -> object:
    """
    Return the value that words on a command line stand for, by the type of the parameter; lists and dicts as JSON.

    Raises
    ------
    NotebookError
        If the words are no such value.

    Examples
    --------
    >>> parse_value("a.ipynb", Parameter("report_year", 2023, int), "2024")
    2024
    >>> parse_value("a.ipynb", Parameter("names", [], list), '["a"]')
    ['a']
    """
    if parameter.kind is str:
        return text
    try:
        value = _TRUTH[text.lower()] if parameter.kind is bool else json.loads(text)
    except (KeyError, ValueError):
        if parameter.kind is None:
            return text
        kind = parameter.kind.__name__
        raise NotebookError(f"{notebook}: parameter {parameter.name!r} is {kind}, got {text!r}") from None
    return float(value) if parameter.kind is float and type(value) is int else value


def _follow(assigned: Iterable[Parameter]) -> dict[str, Parameter]:
    """Return parameters by name, with what they are computed from followed to the end."""
    followed: dict[str, Parameter] = {}
    for item in assigned:
        if item.computed_from is not None:
            sources = [followed[name] for name in item.computed_from if name in followed]
            names = {name for source in sources for name in (source.name, *(source.computed_from or ()))}
            item = replace(item, computed_from=frozenset(names))  # noqa: PLW2901
        followed[item.name] = item
    return followed


def _list_assignments(source: str, path: Path) -> Iterator[Parameter]:
    """Yield the names that a cell assigns values to, with these, their types and what they are computed from."""
    try:
        statements = ast.parse(MAGIC.sub("", source)).body
    except (SyntaxError, ValueError) as error:
        told, line = (error.msg, error.lineno) if isinstance(error, SyntaxError) else (str(error), 1)
        raise NotebookError(f"{path}: its parameters cell is not Python: {told} in line {line}") from None
    lines = source.splitlines()
    for statement in statements:
        is_word = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if is_word or isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        names = _list_names(statement)
        if not names:
            message = f"{path}: its parameters cell may only import, and assign to names, got line {statement.lineno}"
            raise NotebookError(message)
        annotation = _find_annotation(statement, lines)
        yield from (_read_value(name, getattr(statement, "value", None), annotation) for name in names)


def _read_value(name: str, value: ast.expr | None, annotation: str) -> Parameter:
    """Return a parameter by what is assigned to it."""
    if value is None:
        return Parameter(name, None, _find_type(annotation, None))
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError):
        kind = str if isinstance(value, ast.JoinedStr) else _TYPES.get(_name_first(annotation))
        return Parameter(
            name, None, kind, frozenset(inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name))
        )
    return Parameter(name, default, _find_type(annotation, default))


def _list_names(statement: ast.stmt) -> list[str]:
    """Return the names that a statement assigns one value to, none where it does anything else."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)] if _are_names(targets) else []


def _are_names(targets: list[ast.expr]) -> bool:
    """Return whether a value is assigned to names alone, and not to parts of something."""
    return all(isinstance(target, ast.Name) for target in targets)


def _find_annotation(statement: ast.stmt, lines: list[str]) -> str:
    """Return the type that an assignment states, as an annotation or in a comment as papermill reads it."""
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.annotation).strip("'")
    found = _TYPE_COMMENT.search(lines[(statement.end_lineno or 1) - 1])
    return found["type"] if found else ""


def _find_type(annotation: str, value: object) -> type | None:
    """Return the type that an annotation names, else that of the value; None where any will do."""
    named = _TYPES.get(_name_first(annotation))
    if value is None or (named is float and type(value) is int):
        return named
    return type(value)


def _name_first(annotation: str) -> str:
    """Return the first word of an annotation."""
    return annotation.partition("[")[0].lower().strip()
