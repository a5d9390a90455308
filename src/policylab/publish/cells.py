"""Cells of tables that leave the project: text that no spreadsheet runs as a formula, and CSV made of such cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # XML cannot hold them


def is_formula(value: object) -> bool:
    """
    Return whether a spreadsheet could run a cell as a formula: text that begins with = + - @, a tab or a line end.

    Examples
    --------
    >>> is_formula("=1+1"), is_formula("-8%"), is_formula(-8), is_formula("8%")
    (True, True, False, False)
    """
    return isinstance(value, str) and value.startswith(_FORMULA_STARTS)


def guard_cell(value: object) -> object:
    r"""
    Return what a CSV cell holds: an apostrophe before text that could run as a formula, all else as it is.

    A carriage return becomes a line end: writers leave it unquoted, and readers would begin a new row with what follows.

    Examples
    --------
    >>> guard_cell("=1+1"), guard_cell("8%左右"), guard_cell("8%\r=1"), guard_cell(-2.5)
    ("'=1+1", '8%左右', '8%\n=1', -2.5)
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    return f"'{text}" if is_formula(value) else text


def clean_cell(text: str) -> str:
    r"""
    Return text as office files can hold it: control characters become the replacement character.

    Examples
    --------
    >>> clean_cell("8%\x0b左右") == "8%\ufffd左右"
    True
    """
    return _CONTROL.sub("\ufffd", text)


def render_csv(table: pd.DataFrame) -> bytes:
    """
    Return a table as CSV that Excel opens rightly (utf-8 with its mark), in which no text can become a formula.

    Examples
    --------
    >>> import pandas as pd
    >>> render_csv(pd.DataFrame({"as_written": ["=8%", None], "low": [-8.0, 2.5]})).decode("utf-8-sig").split()
    ['as_written,low', "'=8%,-8.0", ',2.5']
    """
    from pandas.api.types import is_numeric_dtype

    def guard(column: pd.Series[Any]) -> pd.Series[Any]:
        return column if is_numeric_dtype(column) else column.map(guard_cell, na_action="ignore")

    text: str = table.rename(columns=guard_cell).apply(guard).to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8-sig", errors="replace")
