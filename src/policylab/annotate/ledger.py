"""Ledgers of human corrections: YAML files that say which records are wrong, why, and what extraction says today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.codebook import load_codebook
from policylab.errors import DataError, close_matches
from policylab.model import TARGET_FIELDS, Correction, Target
from policylab.project import yaml_loader

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

ACTIONS = ("drop", "override", "confirm", "flag")
# What an override may set. Where a record stands and which report it is of are facts; value_low, value_high and
# base_unit follow from low, high and unit.
CHANGEABLE = (
    "kind", "headline", "period", "indicator", "item", "low", "high", "unit", "bound", "qualitative", "modality",
    "stretch", "scope", "as_written",
)  # fmt: skip

_KEYS = ("quote", "occurrence", "indicator", "action", "set", "expect", "reason", "by", "on")
_NEEDED = ("quote", "action", "expect", "reason", "by", "on")
_DRAFTED = ("indicator", "low", "high", "unit", "bound")
_CONFIRMED = ("indicator", "low", "high")
_TYPES = {field.name: field.type for field in fields(Target)}
_REPORT_ID = re.compile(r"[0-9]{6}-[0-9]{4}[0-9a-z-]*")


def load_corrections(folder: str | Path) -> list[Correction]:
    """
    Return the entries of all ledgers of a folder, by report and in the order of their lines.

    A ledger is ``<report_id>.yml``: a list of entries with quote, action (drop, override, confirm or flag), expect,
    reason, by and on; an override has ``set`` too. ``occurrence`` and ``indicator`` say which record is meant where the
    quote alone does not.

    Parameters
    ----------
    folder : str or Path
        Files other than ``*.yml`` are left alone; ``*.yaml`` is refused, so that none is overlooked.

    Raises
    ------
    DataError
        Where the folder or a ledger cannot be read, an entry is not complete, or a key, field or code is not known; the
        message has the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> entry = "- {quote: 增长8%, action: flag, expect: {low: 8}, reason: misprint, by: A. Reader, on: 2024-05-31}"
    >>> _ = (folder / "320804-2023.yml").write_text(entry, "utf-8")
    >>> [(item.report_id, item.quote, item.expect) for item in load_corrections(folder)]
    [('320804-2023', '增长8%', {'low': Decimal('8')})]
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"no folder {folder} of corrections; expected one YAML file a report, such as 320804-2023.yml")
    wrong = sorted(path.name for path in folder.glob("*.yaml"))
    if wrong:
        raise DataError(f"{folder / wrong[0]}: a ledger ends in .yml; rename it")
    return [entry for path in sorted(folder.glob("*.yml")) for entry in _read_ledger(path)]


def draft_entry(target: Target, text: str) -> str:
    r"""
    Return an entry for a record, to be filled in and saved in its report's ledger: all that is known is there already.

    It has the action override, whose ``set`` holds the fields most often wrong, as extraction has them: change what is
    wrong, remove the rest; or remove ``set`` and write drop, confirm or flag. As long as reason, by and on are empty, or
    nothing is changed, the entry is refused.

    Parameters
    ----------
    target : Target
        A record read from this text.
    text : str
        The text of its report.

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> from policylab.model import Document
    >>> text = "主要预期目标是：地区生产总值增长8%左右，物价涨幅3%。"
    >>> document = Document.from_text(text, region_code="320804", report_year=2023)
    >>> print(draft_entry(annotate(document)[0], text))
    - quote: 地区生产总值增长8%左右
      indicator: gdp_growth
      action: override
      set: {indicator: gdp_growth, low: 8, high: 8, unit: '%', bound: about}
      expect: {indicator: gdp_growth, low: 8, high: 8, unit: '%', bound: about}
      reason:
      by:
      on:
    """
    start, end = target.start or 0, target.end or 0
    quote = text[start:end]
    names = (*_DRAFTED, *(["item"] if target.item else []), *(["qualitative"] if target.qualitative else []))
    fields_ = "{" + ", ".join(f"{name}: {_write_scalar(getattr(target, name))}" for name in names) + "}"
    lines = {
        "quote": _write_scalar(quote),
        "occurrence": str(text.count(quote, 0, start) + 1) if text.count(quote) > 1 else "",
        "indicator": target.indicator,
        "action": "override",
        "set": fields_,
        "expect": fields_,
    }
    filled = [f"{name}: {value}" for name, value in lines.items() if value]
    return "- " + "\n  ".join([*filled, "reason:", "by:", "on:"])


def _write_scalar(value: object) -> str:
    """Write one value as YAML has it inside braces: quoted where it could be misread."""
    import yaml

    if value is None:
        return "null"
    if not isinstance(value, str):
        return str(value)
    return yaml.safe_dump([value], allow_unicode=True, default_flow_style=True, width=10**6).strip()[1:-1]


def _read_ledger(path: Path) -> Iterator[Correction]:
    """
    Yield the entries of one file.

    It is read as nodes, which keep line numbers and what is written: 8.50 stays exact, and the key "on" does not become
    true, as it would in YAML 1.1.
    """
    import yaml

    if not _REPORT_ID.fullmatch(path.stem):
        raise DataError(f"{path}: a ledger is named by its report, such as 320804-2023.yml")
    try:
        root = yaml.compose(path.read_text("utf-8-sig"), Loader=yaml_loader())
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or getattr(error, "strerror", None) or error
        raise DataError(f"{path}{line} is not YAML in UTF-8: {' '.join(str(what).split())}") from error
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        raise DataError(
            f"{path}: expected a list of entries, each beginning with '- quote: ...'; remove an empty ledger"
        )
    for node in root.value:
        yield _read_entry(node, path)


def _read_entry(node: Node, path: Path) -> Correction:
    """Return one entry, checked."""
    place = f"{path} line {node.start_mark.line + 1}"
    cells = _read_mapping(node, _KEYS, place, path)
    missing = [key for key in _NEEDED if key not in cells]
    if missing:
        raise DataError(f"{place}: the entry has no {' and no '.join(missing)}; needed are {', '.join(_NEEDED)}")
    words = {key: _read_words(key, cells[key], path) for key in _KEYS if key in cells and key not in ("set", "expect")}
    entry = Correction(
        report_id=path.stem,
        quote=words["quote"],
        occurrence=int(words.get("occurrence", "0")),
        indicator=words.get("indicator", ""),
        action=words["action"],
        changes=_read_fields(cells["set"], CHANGEABLE, path) if "set" in cells else {},
        expect=_read_fields(cells["expect"], TARGET_FIELDS, path),
        reason=words["reason"],
        by=words["by"],
        on=words["on"],
        place=place,
    )
    _check_entry(entry)
    return entry


def _check_entry(entry: Correction) -> None:
    """Refuse an entry whose parts do not go together."""
    if (entry.action == "override") != bool(entry.changes):
        raise DataError(f"{entry.place}: 'set' belongs to the action override, and to it alone; got {entry.action!r}")
    if not entry.expect:
        raise DataError(f"{entry.place}: expect is empty; say what extraction says today, such as {{low: 8, high: 8}}")
    guarded = {"override": tuple(entry.changes), "confirm": _CONFIRMED}.get(entry.action, ())
    open_ = [name for name in guarded if name not in entry.expect]
    if open_:
        raise DataError(
            f"{entry.place}: expect must say what extraction says of {', '.join(open_)} today, which the entry"
            f" {'sets' if entry.changes else 'confirms'}"
        )


def _read_mapping(node: Node, known: Sequence[str], place: str, path: Path) -> dict[str, Node]:
    """Return the entries of a mapping by key; an unknown or repeated key is refused."""
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise DataError(f"{place}: expected 'key: value' pairs, got {node.value!r}")
    cells: dict[str, Node] = {}
    for key, value in _list_pairs(node):
        line = f"{path} line {key.start_mark.line + 1}"
        if key.value not in known:
            near = close_matches(str(key.value), known) or f"; known: {', '.join(known)}"
            raise DataError(f"{line}: unknown key {key.value!r}{near}")
        if key.value in cells:
            raise DataError(f"{line}: the key {key.value!r} is repeated; keep one")
        cells[key.value] = value
    return cells


def _list_pairs(node: MappingNode) -> list[tuple[Node, Node]]:
    """Return the pairs of a mapping."""
    pairs: list[tuple[Node, Node]] = node.value
    return pairs


def _read_words(key: str, node: Node, path: Path) -> str:
    """Return the text of a key other than set and expect, checked."""
    place, text = f"{path} line {node.start_mark.line + 1}", str(node.value)
    tests: dict[str, tuple[Callable[[str], Any], str]] = {
        "occurrence": (re.compile("[1-9][0-9]{0,3}").fullmatch, "a number from 1"),
        "on": (_is_day, "a day such as 2024-05-31"),
    }
    test, form = tests.get(key, (str.strip, "text"))
    if not _is_scalar(node) or not test(text):
        raise DataError(f"{place}: {key} should be {form}, got {text!r}")
    if key in ("action", "indicator"):
        _check_code(key, text, place)
    return text


def _read_fields(node: Node, known: Sequence[str], path: Path) -> dict[str, Any]:
    """Return fields of a record with typed values."""
    cells = _read_mapping(node, known, f"{path} line {node.start_mark.line + 1}", path)
    return {name: _read_value(name, value, path) for name, value in cells.items()}


def _read_value(name: str, node: Node, path: Path) -> Any:
    """Return the value of one field, of the type that the field has."""
    place, text = f"{path} line {node.start_mark.line + 1}", str(node.value)
    kind, is_null = str(_TYPES[name]), node.tag.endswith(":null")
    if not _is_scalar(node) or (is_null and kind in ("bool", "int")):
        raise DataError(f"{place}: {name} should be one value, got {text!r}")
    if is_null:
        return "" if kind == "str" else None
    try:
        if kind == "bool":
            return {"true": True, "false": False}[text]
        if kind.startswith("int"):
            return int(text)
        if kind.startswith("Decimal"):
            return _to_decimal(text)
    except (KeyError, ValueError, InvalidOperation):
        form = {"b": "true or false", "i": "a whole number"}.get(kind[0], "a number such as 8.5, or null")
        raise DataError(f"{place}: {name} should be {form}, got {text!r}") from None
    _check_code(name, text, place)
    return text


def _to_decimal(text: str) -> Decimal:
    """Return a finite number, exactly as written."""
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _check_code(name: str, text: str, place: str) -> None:
    """Refuse a code that is not in the list of its field."""
    if name == "period" and not re.fullmatch("[0-9]{4}(?:-[0-9]{4})?", text):
        raise DataError(f"{place}: period should be a year or two, such as 2026 or 2026-2030, got {text!r}")
    known = _codes().get(name, (text,))
    if text not in known:
        near = close_matches(text, known) or (f"; known: {', '.join(filter(None, known))}" if len(known) < 12 else "")
        raise DataError(f"{place}: {name} has no {text!r}{near}")


@cache
def _codes() -> Mapping[str, Sequence[str]]:
    """Return the codes that a field may have."""
    codebook = load_codebook()
    return {
        "action": ACTIONS,
        "indicator": (*codebook.indicators, "other"),
        "kind": ("target", "actual"),
        "bound": ("exact", "about", "at_least", "at_most", "range", "qualitative"),
        "qualitative": ("", *dict.fromkeys(entry["code"] for entry in codebook.wording["qualitative"])),
        "modality": ("plain", *dict.fromkeys(entry["code"] for entry in codebook.wording["modality"])),
    }


def _is_scalar(node: Node) -> bool:
    """Return whether a node is one value, no list or mapping."""
    return isinstance(node.value, str)


def _is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, written 2024-05-31."""
    try:
        return re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
