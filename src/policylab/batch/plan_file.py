"""A plan for a batch from a YAML file; what is wrong in it is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policylab.batch.choices import list_chosen
from policylab.batch.parameters import check_value, find_parameter, read_parameters
from policylab.batch.plan import Plan, check_options, check_run_name, find_notebook
from policylab.errors import NotebookError, PlanError, UnknownNameError, close_matches
from policylab.project import yaml_loader

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

_INNER: Mapping[str, tuple[type, ...]] = {"regions": (str, int), "year": (int,), "format": (str,), "runs": (dict,)}
_DEEPEST = 3  # entry, item and name; deeper down stand values

Place = tuple[str | int, ...]  # the names and numbers that lead to something
Lines = Mapping[Place, int]


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
    values, lines = _read_yaml(path)
    for name, value in values.items():
        _check_entry(path, lines[name,], name, value)
    given = {_ENTRIES[name][0]: value for name, value in values.items()}
    for name in ("regions", "report_years", "formats"):
        if name in given:
            given[name] = _to_tuple(given[name])
    given["regions"] = tuple(_place_file(str(word), path.parent) for word in given.get("regions", ()))
    for name in ("notebook", "out"):
        if name in given and (name == "out" or Path(given[name]).suffix):
            given[name] = path.parent / Path(given[name]).expanduser()
    plan = Plan(**given)
    _check_names(path, plan, lines)
    _check_regions(path, plan, values.get("regions", ()), lines)
    return plan


def _check_entry(path: Path, line: int, name: str, value: Any) -> None:
    """Refuse an entry that no plan has, and a value that it cannot be."""
    if name not in _ENTRIES:
        near = close_matches(name, _ENTRIES) or f"; it may have {', '.join(_ENTRIES)}"
        raise PlanError(f"{path} line {line}: no entry {name!r} in a plan{near}")
    field, kinds = _ENTRIES[name]
    wrong = type(value) not in kinds
    inner = _INNER.get(name, ())
    if isinstance(value, list) and not wrong:
        wrong = not value or any(type(item) not in inner for item in value)
    if wrong:
        parts = " or ".join(dict.fromkeys(_NAMES[kind].replace("a number", "numbers") for kind in inner))
        expected = " or ".join(dict.fromkeys(_NAMES[kind] for kind in kinds)) + (f" of {parts}" if parts else "")
        raise PlanError(f"{path} line {line}: {name!r} is {expected}, got {value!r}")
    try:
        part: dict[str, Any] = {field: _to_tuple(value) if name in ("format", "regions", "year") else value}
        check_options(Plan(**part))
    except PlanError as error:
        raise PlanError(f"{path} line {line}: {error}") from None


def _read_yaml(path: Path) -> tuple[dict[str, Any], Lines]:
    """Return the entries of a YAML file, and the lines of all names and items; only plain YAML is read, no tags."""
    import yaml

    try:
        loader = yaml_loader()(path.read_text("utf-8-sig"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise PlanError(f"{path}: expected entries such as 'year: 2023', got none")
        lines = dict(_list_lines(path, node, (), set()))
        return {str(name.value): loader.construct_object(value, deep=True) for name, value in node.value}, lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlanError(f"{path} line {line}: not plain YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
        raise PlanError(f"cannot read the plan {path}: {reason}") from None


def _list_lines(path: Path, node: Any, above: Place, seen: set[Place]) -> Iterator[tuple[Place, int]]:
    """Yield the place and line of each name and item; a name that stands twice is refused."""
    import yaml

    is_list = isinstance(node, yaml.SequenceNode)
    for number, part in enumerate(node.value):
        named, value = (part, part) if is_list else part
        line = named.start_mark.line + 1
        if not is_list and not isinstance(named, yaml.ScalarNode):
            raise PlanError(f"{path} line {line}: not plain YAML: a name is one word")
        place = (*above, number if is_list else str(named.value))
        if place in seen:
            raise PlanError(f"{path} line {line}: {place[-1]!r} stands twice; leave one out")
        seen.add(place)
        yield place, line
        if isinstance(value, yaml.CollectionNode) and len(place) < _DEEPEST:
            yield from _list_lines(path, value, place, seen)


def _check_names(path: Path, plan: Plan, lines: Lines) -> None:
    """Refuse parameters that the notebook does not have, and names that no files can have, with their lines."""
    known = read_parameters(notebook := find_notebook(plan))
    listed: list[tuple[Place, Mapping[str, Any]]] = [(("set",), plan.parameters)]
    listed += [(("runs", number), run) for number, run in enumerate(plan.runs)]
    for above, parameters in listed:
        for name, value in parameters.items():
            try:
                if above != ("set",) and name == "name":
                    check_run_name(str(value))
                else:
                    check_value(notebook.name, find_parameter(notebook.name, str(name), known), value)
            except (NotebookError, PlanError) as error:
                raise PlanError(f"{path} line {lines[(*above, str(name))]}: {error}") from None


def _check_regions(path: Path, plan: Plan, given: object, lines: Lines) -> None:
    """Refuse regions that do not exist in the first year of the plan, with their lines."""
    year = min(plan.report_years, default=None)
    for number, word in enumerate(plan.regions):
        try:
            list_chosen(word, year, set())
        except (PlanError, UnknownNameError) as error:
            line = lines["regions", number] if isinstance(given, list) else lines["regions",]
            raise type(error)(f"{path} line {line}: {error}") from None


def _to_tuple(value: Any) -> tuple[Any, ...]:
    """Return one value or a list of them as a tuple; formats may have commas between."""
    if isinstance(value, str):
        return tuple(filter(None, map(str.strip, value.split(","))))
    return tuple(value) if isinstance(value, list) else (value,)


def _place_file(word: str, folder: Path) -> str:
    """Return a word of a choice of regions, its file understood from the folder of the plan."""
    return f"@{folder / word[1:]}" if word.startswith("@") else word
