"""A plan for a batch from a YAML file; what is wrong in it is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policylab.errors import NotebookError, PlanError, close_matches
from policylab.publish.parameters import check_value, find_parameter, read_parameters
from policylab.publish.plan import Plan, find_notebook

# What each entry is in a Plan, and what it may be.
_ENTRIES: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "regions": ("regions", (str, int, list)),
    "year": ("report_years", (int, list)),
    "notebook": ("notebook", (str,)),
    "set": ("parameters", (dict,)),
    "runs": ("runs", (list,)),
    "format": ("formats", (str, list)),
    "jobs": ("jobs", (int,)),
    "cluster": ("cluster", (str,)),
    "out": ("out", (str,)),
    "retries": ("retries", (int,)),
    "timeout": ("timeout", (int, float)),
}
_NAMES = {str: "text", int: "a number", float: "a number", list: "a list", dict: "names with values"}

Placed = tuple[int, Any]  # a line and what stands there


def load_plan(path: str | Path) -> Plan:
    """
    Return the plan that a YAML file describes; its paths are understood from its own folder.

    Its entries: ``regions``, ``year`` (one or a list), ``notebook``, ``set`` (parameters by name), ``format``, ``jobs``,
    ``cluster``, ``out``, ``retries``, ``timeout``; ``runs``, a list of parameters by name, in place of regions and year.

    Raises
    ------
    PlanError
        If the file cannot be read, is not YAML, or has an unknown, doubled or mistyped entry or parameter; the message
        names the line.
    NotebookError
        If its notebook cannot be read.
    """
    path = Path(path)
    entries = dict(_read_entries(path))
    given = {_ENTRIES[name][0]: value for name, (_, value) in entries.items()}
    for name in ("regions", "report_years", "formats"):
        if name in given:
            given[name] = _to_tuple(given[name])
    given["regions"] = tuple(_place_file(str(word), path.parent) for word in given.get("regions", ()))
    for name in ("notebook", "out"):
        if name in given and (name == "out" or Path(given[name]).suffix):
            given[name] = path.parent / given[name]
    plan = Plan(**given)
    _check_names(path, plan, entries)
    return plan


def _read_entries(path: Path) -> Iterator[tuple[str, Placed]]:
    """Yield the entries of a plan with their lines, each of a kind that it may be."""
    seen: set[str] = set()
    for line, name, value in _read_pairs(path):
        if name not in _ENTRIES:
            near = close_matches(name, _ENTRIES) or f"; it may have {', '.join(_ENTRIES)}"
            raise PlanError(f"{path} line {line}: no entry {name!r} in a plan{near}")
        if name in seen:
            raise PlanError(f"{path} line {line}: {name!r} stands twice; leave one out")
        seen.add(name)
        _check_kind(path, line, name, value)
        yield name, (line, value)


def _check_kind(path: Path, line: int, name: str, value: object) -> None:
    """Refuse a value of a kind that the entry cannot be."""
    kinds = _ENTRIES[name][1]
    wrong = type(value) not in kinds
    inner: tuple[type, ...] = {"regions": (str, int), "year": (int,), "format": (str,), "runs": (dict,)}.get(name, ())
    if isinstance(value, list) and not wrong:
        wrong = not value or any(type(item) not in inner for item in value)
    if wrong:
        expected = " or ".join(dict.fromkeys(_NAMES[kind] for kind in kinds))
        raise PlanError(f"{path} line {line}: {name!r} is {expected}, got {value!r}")


def _read_pairs(path: Path) -> Iterator[tuple[int, str, Any]]:
    """Yield line, name and value of everything at the top of a YAML file; only plain YAML is read, no tags."""
    import yaml

    try:
        loader = yaml.SafeLoader(path.read_text("utf-8-sig"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise PlanError(f"{path}: expected entries such as 'year: 2023', got none")
        for name, value in node.value:
            yield name.start_mark.line + 1, str(name.value), loader.construct_object(value, deep=True)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlanError(f"{path} line {line}: not plain YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
        raise PlanError(f"cannot read the plan {path}: {reason}") from None


def _check_names(path: Path, plan: Plan, entries: Mapping[str, Placed]) -> None:
    """Refuse parameters that the notebook does not have, with the line of the entry that they stand in."""
    known = read_parameters(notebook := find_notebook(plan))
    listed = [("set", plan.parameters), *(("runs", run) for run in plan.runs)]
    for entry, parameters in listed:
        for name, value in parameters.items():
            try:
                if not (entry == "runs" and name == "name"):
                    check_value(notebook.name, find_parameter(notebook.name, str(name), known), value)
            except NotebookError as error:
                raise PlanError(f"{path} line {_find_line(path, entries[entry][0], str(name))}: {error}") from None


def _find_line(path: Path, first: int, name: str) -> int:
    """Return the line of a name below an entry; that of the entry where it stands on the same one."""
    lines = path.read_text("utf-8-sig").splitlines()
    below = range(first, len(lines))
    return next((at + 1 for at in below if lines[at].strip(" -{'\"").startswith(name)), first)


def _to_tuple(value: Any) -> tuple[Any, ...]:
    """Return one value or a list of them as a tuple; formats may have commas between."""
    if isinstance(value, str):
        return tuple(filter(None, map(str.strip, value.split(","))))
    return tuple(value) if isinstance(value, list) else (value,)


def _place_file(word: str, folder: Path) -> str:
    """Return a word of a choice of regions, its file understood from the folder of the plan."""
    return f"@{folder / word[1:]}" if word.startswith("@") else word
