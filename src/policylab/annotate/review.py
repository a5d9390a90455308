"""Human corrections as data: a ledger says which records are wrong, why, and what extraction says of them today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from policylab.codebook import fold, load_codebook
from policylab.errors import DataError, close_matches
from policylab.model import TARGET_FIELDS, Correction, Target

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
_CONFIRMED = ("indicator", "low", "high")
_STATUSES = {"override": "corrected", "confirm": "confirmed"}
_TYPES = {field.name: field.type for field in fields(Target)}
_REPORT_ID = re.compile(r"[0-9]{6}-[0-9]{4}[0-9a-z-]*")


class Reviewed(NamedTuple):
    """Records after review, and for each the text of its flag, "" for most."""

    targets: list[Target]
    flags: list[str]


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


def apply_corrections(targets: Sequence[Target], corrections: Sequence[Correction], text: str) -> Reviewed:
    """
    Return the records of one report as its ledger has them; those given stay as they are.

    A dropped record is left out rather than kept as rejected: whoever counts or averages the panel without a look at
    ``status`` must not meet a number that a reader has refused. The ledger keeps its quote and the reason.

    Parameters
    ----------
    targets : sequence of Target
        What `policylab.annotate.targets.annotate` returned for the report.
    corrections : sequence of Correction
        The entries of this report.
    text : str
        Its text.

    Returns
    -------
    Reviewed
        Records in the order given, ``status`` "corrected" or "confirmed" where an entry says so; and a list of as many
        texts for the column ``flag``, "review: ..." for flagged records and "" for the others.

    Raises
    ------
    DataError
        Where an entry finds no record or several, where extraction does not say what it expects, where two entries
        decide on one record, or where they have been applied before. The message has the file and the line.

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> from policylab.model import Document
    >>> text = "主要预期目标是：地区生产总值增长80%，物价涨幅3%。"
    >>> targets = annotate(Document.from_text(text, region_code="320804", report_year=2023))
    >>> entry = Correction("320804-2023", "增长80%", 1, "", "drop", {}, {"low": 80}, "misprint", "A", "2024-05-31", "")
    >>> [target.indicator for target in apply_corrections(targets, [entry], text).targets]
    ['cpi_change']
    """
    decided: dict[int, Correction] = {}
    flags = [""] * len(targets)
    for entry in corrections:
        index = find_record(targets, entry, text)
        if entry.action == "flag":
            flags[index] = "; ".join(filter(None, [flags[index], f"review: {entry.reason}"]))
        elif index in decided:
            raise DataError(f"{entry.place}: {decided[index].place} decides on the same record; keep one of them")
        else:
            decided[index] = entry
    kept = [index for index in range(len(targets)) if index not in decided or decided[index].action != "drop"]
    mended = [_decide(targets[index], decided.get(index), text) for index in kept]
    return Reviewed(mended, [flags[index] for index in kept])


def find_record(targets: Sequence[Target], entry: Correction, text: str) -> int:
    """
    Return the place in ``targets`` of the record that an entry is about.

    It is the one whose span is the quote's; without such a one, the one whose span holds the quote or lies in it.

    Raises
    ------
    DataError
        As `apply_corrections`.
    """
    start = _find_quote(entry, text)
    end = start + len(entry.quote)
    own = [
        index
        for index, target in enumerate(targets)
        if target.report_id == entry.report_id and entry.indicator in ("", target.indicator)
    ]
    found = [index for index in own if (targets[index].start, targets[index].end) == (start, end)]
    found = found or [index for index in own if _is_nested(targets[index], start, end)]
    named = f" of {entry.indicator}" if entry.indicator else ""
    if not found:
        told = "; ".join(_tell(target) for target in targets if _is_nested(target, start, end)) or "none"
        raise DataError(
            f"{entry.place}: no record{named} at {entry.quote!r} (characters {start}-{end}); extraction has there: {told};"
            " update or remove the entry"
        )
    if len(found) > 1:
        told = "; ".join(_tell(targets[index]) for index in found)
        raise DataError(
            f"{entry.place}: expected one record{named} at {entry.quote!r}, got {len(found)}: {told}; quote the whole span"
            " of the one that is meant, or add its indicator"
        )
    _check_expected(targets[found[0]], entry)
    return found[0]


def _find_quote(entry: Correction, text: str) -> int:
    """Return where the quote begins, at the occurrence that is meant."""
    starts = [match.start() for match in re.finditer(re.escape(entry.quote), text)]
    if not starts:
        near = fold(text).find(fold(entry.quote))
        hint = f"; it has {text[near : near + len(entry.quote)]!r}" if near >= 0 else ""
        raise DataError(f"{entry.place}: the text of {entry.report_id} does not have the quote {entry.quote!r}{hint}")
    if entry.occurrence == 0 and len(starts) > 1:
        raise DataError(
            f"{entry.place}: the quote {entry.quote!r} occurs {len(starts)} times in {entry.report_id}; add 'occurrence: N',"
            " or quote more"
        )
    if entry.occurrence > len(starts):
        raise DataError(
            f"{entry.place}: occurrence {entry.occurrence} of the quote {entry.quote!r}; it occurs {len(starts)} times"
        )
    return starts[max(entry.occurrence - 1, 0)]


def _is_nested(target: Target, start: int, end: int) -> bool:
    """Return whether a record's span lies in another, or holds it."""
    if target.start is None or target.end is None:
        return False
    return start <= target.start < target.end <= end or target.start <= start < end <= target.end


def _tell(target: Target) -> str:
    """Name a record in a message."""
    return f"{target.indicator} {target.as_written!r} at {target.start}-{target.end}"


def _check_expected(target: Target, entry: Correction) -> None:
    """Refuse an entry that speaks of what extraction no longer says, or of a record that is not fresh."""
    if target.status != "auto":
        raise DataError(f"{entry.place}: the record {_tell(target)} is {target.status} already; apply corrections once")
    for name, value in entry.expect.items():
        got = getattr(target, name)
        if got != value:
            raise DataError(
                f"{entry.place}: expected {name} {_show(value)} at {entry.quote!r}, extraction now says {_show(got)};"
                " read the sentence again, then update or remove the entry"
            )


def _show(value: object) -> str:
    """Write a value as a ledger has it."""
    return str(value) if isinstance(value, Decimal) else "null" if value is None else repr(value)


def _decide(target: Target, entry: Correction | None, text: str) -> Target:
    """Return the record as an entry has it."""
    if entry is None:
        return target
    changed = replace(target, status=_STATUSES[entry.action], **entry.changes)
    if entry.changes and replace(changed, status=target.status) == target:
        raise DataError(f"{entry.place}: the record already says what the entry sets; remove the entry")
    _check_whole(changed, entry, text)
    return _convert(changed)


def _check_whole(target: Target, entry: Correction, text: str) -> None:
    """Refuse a change that leaves a record at odds with itself."""
    in_words = target.bound == "qualitative"
    low, high = target.low, target.high
    checks = {
        "low and high are both numbers, or both null": (low is None) == (high is None),
        "low is not above high": low is None or high is None or low <= high,
        "a target in words has bound 'qualitative', no number and no unit": in_words == (low is None)
        and not (in_words and target.unit),
        "qualitative has a code just where bound is 'qualitative'": in_words == bool(target.qualitative),
        "an indicator 'other' has an item": target.indicator != "other" or bool(target.item),
        "as_written stands in the record's quote": target.as_written in text[target.start : target.end],
    }
    broken = [rule for rule, holds in checks.items() if not holds]
    if broken:
        raise DataError(f"{entry.place}: the change breaks the record {_tell(target)}: expected that {broken[0]}")


def _convert(target: Target) -> Target:
    """Return the record with its values in the base unit."""
    if target.low is None or target.high is None:
        return replace(target, value_low=None, value_high=None, base_unit="")
    convert = load_codebook().convert
    (low, base_unit), (high, _) = convert(target.low, target.unit), convert(target.high, target.unit)
    return replace(target, value_low=low, value_high=high, base_unit=base_unit)


# Reading ledgers. Nodes keep line numbers and scalars as they are written: 8.50 stays exact, and the key "on" does not
# become true, which is what YAML 1.1 makes of it.


def _read_ledger(path: Path) -> Iterator[Correction]:
    """Yield the entries of one file."""
    import yaml

    if not _REPORT_ID.fullmatch(path.stem):
        raise DataError(f"{path}: a ledger is named by its report, such as 320804-2023.yml")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        root = yaml.compose(path.read_text("utf-8-sig"), Loader=loader)
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
