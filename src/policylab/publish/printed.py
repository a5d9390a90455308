"""What a table says on paper or in a file: its cells, caption, notes and sources, in one language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policylab.publish.region_names import name_province
from policylab.publish.words import format_number, is_na, list_keys, name_indicator, name_unit, say

if TYPE_CHECKING:
    import pandas as pd

_EXACT, _SMALL = 1e-9, 0.1  # a number within this of three decimals is as it was written; a column of small numbers
_BROAD = "%‰≥≤—−+mwMW"
_SHORT_EMS = 6  # a longer cell may take several lines
UNITS = ("unit", "base_unit")  # columns of units, as they are written
# Columns that hold codes, and the group of labels.yaml that has the words for them.
CODED: Mapping[str, str] = {
    "level": "level_cell",
    "kind": "kind_cell",
    "level_pair": "pair",
    "bound": "bounded",
    "superior_bound": "bounded",
    "last_bound": "bounded",
    "qualitative": "qualitative",
    "modality": "modality",
    "missing": "missing",
    "source_kind": "kind",
    "status": "status",
    "range_end": "end",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """
    A table with all that is printed around it.

    ``table`` is what is shown, ``data`` the tidy rows that it was made from, ``foot`` the number of last rows that sum
    up the others (a median, a rank).
    """

    table: pd.DataFrame
    data: pd.DataFrame
    lang: str
    caption: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    foot: int = 0

    @property
    def closing(self) -> list[str]:
        """Return the lines below the table: notes, then sources."""
        notes = say("export.notes", self.lang, parts=_join(self.notes, self.lang)) if self.notes else ""
        return [line for line in (notes, self.source) if line]


def label_column(name: object, lang: str) -> str:
    """
    Return what a column is called; a column that is not the library's keeps its own name.

    Examples
    --------
    >>> label_column("as_written", "zh"), label_column("my_score", "en")
    ('写法', 'my_score')
    """
    return say(f"column.{name}", lang) if f"column.{name}" in list_keys() else str(name)


def name_code(column: str, value: Any, lang: str) -> Any:
    """
    Return the words for a code in a column of codes, or the name of a unit or province; every other value as it is.

    Examples
    --------
    >>> name_code("bound", "about", "zh"), name_code("indicator", "gdp_growth", "en"), name_code("low", 8.0, "zh")
    ('左右', 'GDP growth', 8.0)
    >>> name_code("unit", "亿元", "en"), name_code("province", "江苏省", "en")
    ('100 million yuan', 'Jiangsu')
    """
    if is_na(value) or value == "":
        return value
    if column in UNITS:
        return name_unit(str(value), lang)
    if column == "province":
        return name_province(str(value), lang)
    if column == "indicator":
        return name_indicator(value, lang) if value in list_codes(column) and value != "other" else value
    return say(f"{CODED[column]}.{value}", lang) if value in list_codes(column) else value


def list_codes(column: str) -> list[str]:
    """
    Return every code that a column of codes can hold, in the order of labels.yaml or the codebook; [] for other columns.

    Examples
    --------
    >>> list_codes("level"), list_codes("low")
    (['national', 'province', 'city', 'county'], [])
    """
    if column == "indicator":
        from policylab.codebook import load_codebook

        return [*load_codebook().indicators, "other"]
    group = f"{CODED.get(column)}."
    return [key.removeprefix(group) for key in list_keys() if key.startswith(group) and key.count(".") == 1]


def print_cell(column: str, value: Any, lang: str) -> str:
    """
    Return a cell as paper shows it: codes in words, numbers as short as they are exact, nothing for NA.

    Examples
    --------
    >>> print_cell("step_pp", -1.0, "zh"), print_cell("low", float("nan"), "zh"), print_cell("headline", True, "en")
    ('−1', '', 'yes')
    """
    if is_na(value):
        return ""
    if type(value).__name__ in ("bool", "bool_"):
        return say("truth.yes" if value else "truth.no", lang)
    if isinstance(value, float):
        return format_number(value)
    return str(name_code(column, value, lang)).replace("\n", " ")


def is_numeric(column: pd.Series[Any]) -> bool:
    """
    Return whether a column holds numbers, years and ranks among them.

    Examples
    --------
    >>> import pandas as pd
    >>> is_numeric(pd.Series([1, 2])), is_numeric(pd.Series([True])), is_numeric(pd.Series(["8%"]))
    (True, False, False)
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return bool(is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype))


def count_decimals(column: pd.Series[Any]) -> int | None:
    """
    Return the decimals that a column of computed numbers is shown with; None where all are short as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> count_decimals(pd.Series([5.5, 2.25])), count_decimals(pd.Series([1 / 3, 12.0])), count_decimals(pd.Series([1 / 30]))
    (None, 2, 4)
    """
    if column.dtype != "float64" or column.isna().all() or (column - column.round(3)).abs().max() < _EXACT:
        return None
    return 2 if column.abs().max() >= _SMALL else 4


def print_table(printed: Printed) -> tuple[list[str], list[list[str]], str]:
    """Return the header, the rows of cells, and one letter a column: left (l), centred (c) or right (r)."""
    table, lang = printed.table, printed.lang
    header = [label_column(name, lang) for name in table.columns]
    columns = [_print_column(str(name), table[name], lang) for name in table.columns]
    first = ["r" if is_numeric(table[name]) else "c" for name in table.columns]
    return header, [list(row) for row in zip(*columns, strict=True)], "".join(["l", *first[1:]])


def _print_column(name: str, cells: pd.Series[Any], lang: str) -> list[str]:
    """Return the cells of a column; computed numbers all with the same decimals."""
    decimals = count_decimals(cells)
    if decimals is None:
        return [print_cell(name, value, lang) for value in cells]
    return ["" if is_na(value) else f"{value + 0.0:.{decimals}f}".replace("-", "−") for value in cells]


def measure_columns(header: Sequence[str], rows: Sequence[Sequence[str]], room: float) -> tuple[list[float], str]:
    """
    Return the width of each column in ems, together at most ``room``, and how the table fits.

    "whole" is without any line break, "broken" with headings of up to three lines and long cells in several, "tight"
    means that even short cells must be broken: a smaller type is needed.

    Examples
    --------
    >>> measure_columns(["地区", "value"], [["淮阴区", "8%"]], room=40)
    ([3.5, 3.0], 'whole')
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    whole = [max(map(_pad, [name, *cells])) for name, cells in zip(header, columns, strict=True)]
    if sum(whole) <= room:
        return whole, "whole"
    least = [_find_least(name, cells) for name, cells in zip(header, columns, strict=True)]
    if (left := room - sum(least)) < 0:
        return [width * room / sum(least) for width in least], "tight"
    widths = _keep_whole(columns, least, left)
    wish = [max(most - width, 0) for most, width in zip(whole, widths, strict=True)]
    left = room - sum(widths)
    return [width + left * part / (sum(wish) or 1) for width, part in zip(widths, wish, strict=True)], "broken"


def count_ems(text: str) -> float:
    """
    Return about how wide a text is: a Chinese character is one em, a broad sign 0.8 of one, every other half of one.

    Examples
    --------
    >>> count_ems("8%左右")
    3.3
    """
    return round(sum(1.0 if is_wide(sign) else 0.8 if sign in _BROAD else 0.5 for sign in text), 1)


def is_wide(character: str) -> bool:
    """
    Return whether a character is as wide as a Chinese one, whose font it needs.

    Examples
    --------
    >>> is_wide("区"), is_wide("，"), is_wide("%")
    (True, True, False)
    """
    return unicodedata.east_asian_width(character) in "WF"


def _find_least(name: str, cells: Sequence[str]) -> float:
    """Return the least width of a column: short cells whole, long cells and the heading in several lines."""
    words = [word for text in [name, *cells] for word in text.split() if not any(map(is_wide, word))]
    return max([*(min(_pad(cell), _SHORT_EMS) for cell in cells), *map(_pad, words), _pad(name) / 3 + 1])


def _keep_whole(columns: Sequence[Sequence[str]], least: Sequence[float], left: float) -> list[float]:
    """Widen columns by what is left so that cells stay whole, first where that keeps the most of them whole."""
    widths, wishes = list(least), []
    for place, cells in enumerate(columns):
        longer = [width for width in map(_pad, cells) if width > widths[place]]
        if longer:
            worth = len(longer) * (2 if place == 0 else 1)  # a name at the head of its row above all
            wishes.append((worth / (max(longer) - widths[place]), place, max(longer)))
    for _, place, width in sorted(wishes, key=lambda wish: (-wish[0], wish[1])):
        more = min(width - widths[place], left)
        widths[place], left = widths[place] + more, left - more
    return widths


def _pad(text: str) -> float:
    """Return the width of a text with some air for other fonts and for the space beside Chinese characters."""
    return count_ems(text) + 0.5


def _join(notes: tuple[str, ...], lang: str) -> str:
    """Write notes one after the other."""
    return (" " if lang == "en" else "").join(notes)
