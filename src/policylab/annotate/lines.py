"""Targets as JSON Lines: one object a line, numbers digit by digit, Chinese as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from policylab.errors import DataError
from policylab.model import TARGET_FIELDS, Target

_NUMBERS = frozenset(("low", "high", "value_low", "value_high"))
_encode = json.JSONEncoder(ensure_ascii=False).encode


def to_line(target: Target) -> bytes:
    """
    Return a target as one line of JSON in UTF-8; numbers are exact (8.5, never 8.500000001).

    Examples
    --------
    >>> from policylab.annotate.targets import annotate
    >>> from policylab.model import Document
    >>> document = Document.from_text("主要预期目标：地区生产总值增长8.50%。", region_code="320804", report_year=2023)
    >>> b'"low": 8.50, "high": 8.50' in to_line(annotate(document)[0])
    True
    """
    cells = ", ".join(f'"{name}": {_to_json(getattr(target, name))}' for name in TARGET_FIELDS)
    return f"{{{cells}}}\n".encode()


def from_line(line: bytes) -> Target:
    """
    Return the target of a line that `to_line` wrote.

    Raises
    ------
    DataError
        Where the line is not of that form.
    """
    try:
        read: Mapping[str, Any] = json.loads(line, parse_float=Decimal)
        cells: dict[str, Any] = {name: read[name] for name in TARGET_FIELDS}
        return Target(**cells | {name: _to_number(cells[name]) for name in _NUMBERS})
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"no target: {line[:60]!r}: {error}") from None


def _to_json(value: object) -> str:
    """Write one field; a Decimal digit by digit, which the json module cannot."""
    return format(value, "f") if isinstance(value, Decimal) else _encode(value)


def _to_number(value: Any) -> Decimal | None:
    """Return a number of JSON, whole or broken, as it was."""
    return None if value is None else Decimal(value)
