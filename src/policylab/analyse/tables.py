"""The tidy table of targets: its columns, its schema, and how it is read and written.

One row is one `Target`; the columns are the fields of `Target` in their order and then ``flag``. Numbers are floats
here (they were exact decimals before) and NA where the text gives none; text columns are "" where they do not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.analyse.parquet import load_parquet, to_parquet
from policylab.codebook import load_codebook
from policylab.errors import DataError, close_matches
from policylab.model import TARGET_FIELDS, Target
from policylab.project import data_path, open_atomic

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

COLUMNS: tuple[str, ...] = (*TARGET_FIELDS, "flag")
KINDS = ("target", "actual")
BOUNDS = ("exact", "about", "at_least", "at_most", "range", "qualitative")
MODALITIES = ("plain", "strive", "ensure")
STATUSES = ("auto", "confirmed", "corrected", "rejected")
SOURCE_KINDS = ("report", "citation")
# Other base units that an indicator may be stated in: 6% or 6个百分点, 亿元 or 亿美元, a level or its change in %.
UNIT_VARIANTS: Mapping[str, frozenset[str]] = {
    "%": frozenset({"%", "pp", "天"}),
    "元": frozenset({"元", "美元", "%"}),
    "ug/m3": frozenset({"ug/m3", "%", "pp"}),
    "人": frozenset({"人", "人次", "个", ""}),  # 新增就业岗位12万个, 新增就业13万
}

_FLOATS = ("low", "high", "value_low", "value_high")
_INTEGERS = ("start", "end")
_DTYPES = {
    "report_year": "int64",
    "headline": "bool",
    "stretch": "bool",
    **dict.fromkeys(_FLOATS, "float64"),
    **dict.fromkeys(_INTEGERS, "Int64"),
}


def to_table(targets: Iterable[Target]) -> pd.DataFrame:
    """
    Return the tidy table: one row per target in the order given, the columns of `COLUMNS`.

    ``low`` and ``high`` are in ``unit`` as written, ``value_low`` and ``value_high`` in ``base_unit``; NA where the
    target is qualitative. ``start`` and ``end`` are NA for cited facts. ``flag`` is "" or says what is implausible.

    Examples
    --------
    >>> to_table([]).columns[:3].tolist()
    ['report_id', 'region_code', 'report_year']
    """
    import pandas as pd

    rows = list(targets)
    data = {name: [getattr(row, name) for row in rows] for name in TARGET_FIELDS}
    for name in _FLOATS:
        data[name] = [None if value is None else float(value) for value in data[name]]
    table = pd.DataFrame({name: pd.Series(data[name], dtype=_dtype(name)) for name in TARGET_FIELDS})
    return flag_implausible(table)


def flag_implausible(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return a copy whose ``flag`` says which numbers lie outside the codebook's plausible range; nothing is dropped.

    The range is that of ``plausible_low`` and ``plausible_high`` in indicators.csv, in the indicator's own unit; a number
    in another unit that it may have (dollars, 百分点) is not judged, one in a unit that it can't have is flagged.

    Examples
    --------
    >>> flag_implausible(to_table([]))["flag"].tolist()
    []
    """
    import pandas as pd

    known = load_codebook().indicators
    low = table["indicator"].map({code: row.plausible_low for code, row in known.items()}).astype("float64")
    high = table["indicator"].map({code: row.plausible_high for code, row in known.items()}).astype("float64")
    judged = table["base_unit"] == table["indicator"].map({code: row.unit for code, row in known.items()})
    outside = judged & ((table["value_low"] < low) | (table["value_high"] > high))
    flags = pd.Series("", index=table.index, dtype="str")
    for at in table.index[outside]:
        first, last, unit = table.loc[at, ["value_low", "value_high", "base_unit"]]
        flags[at] = f"implausible: {first:g}..{last:g} {unit}, expected {low[at]:g}..{high[at]:g}"
    for at in table.index[~_is_in_unit(table)]:
        flags[at] = f"implausible: {table.loc[at, 'base_unit']} is no unit of {table.loc[at, 'indicator']}"
    return table.assign(flag=flags)


def check_table(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table unchanged if it fulfils the whole contract of `SCHEMA`.

    Raises
    ------
    DataError
        Naming the column, what was expected, and the first rows that break it.

    Examples
    --------
    >>> len(check_table(to_table([])))
    0
    """
    from pandera.errors import SchemaErrors

    check_columns(table)
    try:
        build_schema().validate(table, lazy=True)
    except SchemaErrors as errors:
        raise DataError(_tell(table, errors)) from None
    return table


def check_columns(table: pd.DataFrame) -> None:
    """
    Do nothing for a table with the columns of `COLUMNS` and their types: the light check of `load_targets`.

    Raises
    ------
    DataError
        Naming the first column that is missing, unknown or of another type.
    """
    for name in COLUMNS:
        if name not in table:
            raise DataError(f"table of targets: no column {name!r}{close_matches(name, table.columns)}")
        if str(table[name].dtype) != _dtype(name):
            raise DataError(f"table of targets: column {name!r} is {table[name].dtype}, expected {_dtype(name)}")
    unknown = [name for name in table.columns if name not in COLUMNS]
    if unknown:
        raise DataError(f"table of targets: unknown column {unknown[0]!r}{close_matches(unknown[0], COLUMNS)}")


def load_targets(path: str | Path | None = None) -> pd.DataFrame:
    """
    Return the table of a Parquet file written by `save_targets`; by default the project's ``data/targets.parquet``.

    A file of your own is held against the whole contract (`check_table`). The project's was when it was built, which
    takes longer than loading it: of this one only columns and types are checked.

    Raises
    ------
    DataError
        Where there is no such file, it is not Parquet, or the table breaks its contract.

    Examples
    --------
    >>> load_targets("nowhere.parquet")
    Traceback (most recent call last):
    policylab.errors.DataError: no file nowhere.parquet; it is made by: make dataset CORPUS=FILE
    """
    table = load_parquet(data_path("targets.parquet") if path is None else Path(path))
    check_columns(table)
    return table if path is None else check_table(table)


def save_targets(table: pd.DataFrame, path: str | Path) -> None:
    """
    Write the table as Parquet, whole or not at all; the same table gives the same bytes.

    Raises
    ------
    DataError
        Where the table breaks its contract or the path cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "targets.parquet"
    >>> save_targets(to_table([]), path)
    >>> load_targets(path).shape == (0, len(COLUMNS))
    True
    """
    check_table(table)
    with open_atomic(path) as file:
        file.write(to_parquet(table))


def __getattr__(name: str) -> Any:
    """Build `SCHEMA` on first use: pandera takes longer to import than most uses of this module need."""
    if name == "SCHEMA":
        return build_schema()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def build_schema() -> pa.DataFrameSchema:
    """
    Return the pandera schema of the table, which `check_table` applies; also as ``SCHEMA``.

    Examples
    --------
    >>> list(build_schema().columns) == list(COLUMNS)
    True
    """
    import pandera.pandas as pa

    checks: dict[str, Any] = {
        "region_code": pa.Check.str_matches(r"^\d{6}$", error="six digits as text"),
        "report_year": pa.Check.in_range(1949, 2100, error="a year from 1949 on"),
        "period": pa.Check.str_matches(r"^\d{4}(-\d{4})?$", error="a year, or two years as 2026-2030"),
        "indicator": pa.Check.isin([*load_codebook().indicators, "other"], error="a code of indicators.csv or 'other'"),
        "sha256": pa.Check.str_matches(r"^([0-9a-f]{64})?$", error="64 hexadecimal digits or empty"),
        **{name: _one_of(pa, words) for name, words in _vocabulary().items()},
    }
    columns = {name: pa.Column(_dtype(name), checks.get(name), nullable=_is_nullable(name)) for name in COLUMNS}
    rules = [pa.Check(rule, name=text, error=text) for text, rule in _RULES.items()]
    return pa.DataFrameSchema(columns, checks=rules, strict=True, ordered=True)


def _vocabulary() -> dict[str, tuple[str, ...]]:
    """Return the closed lists of words by column."""
    return {
        "kind": KINDS,
        "bound": BOUNDS,
        "modality": MODALITIES,
        "status": STATUSES,
        "source_kind": SOURCE_KINDS,
        "qualitative": ("", *QUALITATIVE),
    }


def _one_of(pa: Any, words: tuple[str, ...]) -> Any:
    """Build the check that a column holds these words only."""
    return pa.Check.isin(words, error=f"one of {', '.join(word or repr('') for word in words)}")


def _has_number(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row states a number."""
    return table["low"].notna()


def _is_in_unit(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether a number is in a unit of its indicator."""
    import pandas as pd

    known = load_codebook().indicators
    pairs = table[["indicator", "base_unit"]].drop_duplicates()
    wrong = {
        (code, unit)
        for code, unit in pairs.itertuples(index=False)
        if code in known and unit not in UNIT_VARIANTS.get(known[code].unit, {known[code].unit})
    }
    found = pd.MultiIndex.from_frame(table[["indicator", "base_unit"]]).isin(wrong) if wrong else False
    return ~(_has_number(table) & found)


_RULES: Mapping[str, Callable[[pd.DataFrame], pd.Series[bool]]] = {
    "low and high both or neither": lambda table: table["low"].notna() == table["high"].notna(),
    "low <= high": lambda table: ~(table["low"] > table["high"]),
    "value_low and value_high where low is": lambda table: (
        (table["value_low"].notna() == _has_number(table)) & (table["value_high"].notna() == _has_number(table))
    ),
    "value_low <= value_high": lambda table: ~(table["value_low"] > table["value_high"]),
    "bound 'qualitative' where there is no number": lambda table: (
        (table["bound"] == "qualitative") == ~_has_number(table)
    ),
    "a qualitative code where there is no number": lambda table: (table["qualitative"] != "") == ~_has_number(table),
    "base_unit of the indicator, or a flag": lambda table: _is_in_unit(table) | table["flag"].ne(""),
    "start < end for reports": lambda table: (
        (table["source_kind"] != "report") | (table["start"] < table["end"]).fillna(False).astype(bool)
    ),
    "no start and end for citations": lambda table: (
        (table["source_kind"] != "citation") | (table["start"].isna() & table["end"].isna())
    ),
    "a web address for citations": lambda table: (
        (table["source_kind"] != "citation") | table["source_url"].str.startswith(("http://", "https://"))
    ),
    "sha256 for reports": lambda table: (table["source_kind"] != "report") | (table["sha256"] != ""),
}
QUALITATIVE = (
    "in_step",
    "faster_than",
    "complete_assigned",
    "keep_falling",
    "keep_rising",
    "improve",
    "stable",
    "other_qual",
)


def _dtype(name: str) -> str:
    """Return the type of a column."""
    return _DTYPES.get(name, "str")


def _is_nullable(name: str) -> bool:
    """Whether NA has a meaning in a column: no number, or no span."""
    return name in _FLOATS or name in _INTEGERS


def _tell(table: pd.DataFrame, errors: Any) -> str:
    """Say in one line which column or rule is broken, where first, and what was found."""
    cases = errors.failure_cases
    # A wrong word breaks rules over columns too; the word is what to mend.
    first = cases.iloc[int(cases["check"].isin(list(_RULES)).to_numpy().argmin())]
    is_rule = first["check"] in _RULES
    same = cases[cases["check"].eq(first["check"]) & (is_rule | cases["column"].eq(first["column"]))]
    places = sorted({int(index) for index in same["index"].dropna()})
    what = "" if is_rule else f" column {first['column']!r}:"
    got = "" if is_rule else f", got {first['failure_case']!r}"
    rows = ", ".join(f"{place} ({table['report_id'].iloc[place]})" for place in places[:3])
    return f"table of targets:{what} expected {first['check']}{got} in {len(places):,} rows, the first: {rows}"
