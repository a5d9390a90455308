"""A data set for Stata 118: ASCII names, labels of variables and values, NA as missing."""

from __future__ import annotations

import io
import re
from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from policylab.publish.printed import Printed, label_column, list_codes, name_code
from policylab.publish.words import is_na, say

if TYPE_CHECKING:
    import pandas as pd

_LABEL, _NAME = 80, 32  # characters, as Stata has them
_STAMP = datetime(1980, 1, 1)  # the same bytes on every run


def render_stata(printed: Printed) -> bytes:
    """
    Return a table in Stata's format 118: codes as numbers with value labels, truth values as 0 and 1.

    Variable labels say the column's name in the language, the label of the data set its caption.
    """
    import warnings

    names = dict(zip(map(str, printed.table.columns), name_variables(printed.table.columns), strict=True))
    columns: dict[str, Any] = {}
    values: dict[Hashable, dict[float, str]] = {}
    for column, name in names.items():
        columns[name], labels = _encode(column, printed.table[column], printed.lang)
        if labels:
            values[name] = labels
    table = _to_frame(columns, printed.table)
    box = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # types of pandas that are written as the nearest of Stata
        table.to_stata(
            box,
            version=118,
            write_index=False,
            time_stamp=_STAMP,
            data_label=printed.caption[:_LABEL],
            variable_labels={name: label_column(column, printed.lang)[:_LABEL] for column, name in names.items()},
            value_labels=values,
        )
    return box.getvalue()


def name_variables(columns: Iterable[object]) -> list[str]:
    """
    Return a name for each column that Stata takes: ASCII letters, digits and _, at most 32, no two alike.

    Examples
    --------
    >>> name_variables(["low", "step-pp", "淮阴区", "2023", "low "])
    ['low', 'step_pp', 'v3', 'v4', 'low_5']
    """
    names: list[str] = []
    for place, column in enumerate(map(str, columns), start=1):
        name = re.sub(r"[^A-Za-z0-9_]+", "_", column).strip("_")[:_NAME]
        if not re.match("[A-Za-z]", name) or name in _RESERVED:
            name = f"v{place}"
        names.append(name if name not in names else f"{name[: _NAME - 4]}_{place}")
    return names


_RESERVED = frozenset(
    [
        "aggregate",
        "array",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "class",
        "colvector",
        "complex",
        "const",
        "continue",
        "default",
        "delegate",
        "delete",
        "do",
        "double",
        "else",
        "eltypedef",
        "end",
        "enum",
        "explicit",
        "export",
        "external",
        "float",
        "for",
        "friend",
        "function",
        "global",
        "goto",
        "if",
        "in",
        "inline",
        "int",
        "local",
        "long",
        "namespace",
        "new",
        "pragma",
        "private",
        "protected",
        "quad",
        "rowvector",
        "short",
        "strL",
        "typedef",
        "typename",
        "using",
        "virtual",
        "with",
    ]
)


def _encode(column: str, cells: pd.Series[Any], lang: str) -> tuple[pd.Series[Any], dict[float, str]]:
    """Return a column as Stata holds it, and the labels of its values where it holds codes."""
    import pandas as pd

    if cells.dtype == "bool" or cells.dtype == "boolean":
        return cells.astype("Int8"), {0: say("truth.no", lang), 1: say("truth.yes", lang)}
    if codes := list_codes(column):
        others = sorted({str(code) for code in cells if not is_na(code) and code != ""}.difference(codes))
        numbers = {code: number for number, code in enumerate([*codes, *others], start=1)}
        labels: dict[float, str] = {number: str(name_code(column, code, lang)) for code, number in numbers.items()}
        return cells.map(numbers).astype("Int16"), labels
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells, {}
    return cells.map(lambda cell: "" if is_na(cell) else str(name_code(column, cell, lang))).astype("object"), {}


def _to_frame(columns: dict[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    """Put columns together; a whole number with gaps becomes the float that Stata keeps gaps in."""
    import pandas as pd

    made = {
        name: cells.astype("float64") if cells.hasnans and cells.dtype != "object" else cells
        for name, cells in columns.items()
    }
    return pd.DataFrame(made, index=table.index)
