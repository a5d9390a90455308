"""The words of charts of the panel: names of levels, what was counted, and a table of means or shares read aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import DataError
from policylab.publish.region_names import name_province
from policylab.publish.words import (
    format_number,
    format_value,
    is_na,
    is_percent,
    list_keys,
    list_rows,
    name_indicator,
    name_unit,
    say,
)

if TYPE_CHECKING:
    import pandas as pd

# What tells one row of a table from another, and what it says, in the order of looking.
_KEYS = ("indicator", "region_name", "level", "level_pair", "province", "era", "sample", "aspect", "wording", "term")
_YEARS = ("report_year", "period_year", "first_year", "last_year")
_VALUES = ("share", "mean", "mean_gap", "ratio", "value", "n")
_COUNTS = ("n", "n_regions")


def name_level(level: str, lang: str) -> str:
    """
    Return the name of a level or of a pair of levels.

    Examples
    --------
    >>> name_level("city", "zh"), name_level("province-city", "en")
    ('地级', 'cities minus province')
    """
    return say(f"over.{level}" if "-" in level else f"levels.{level}", lang)


def name_measure(indicator: str, known: pd.DataFrame, lang: str) -> str:
    """Return the name of an indicator with the unit of its numbers, as the title of an axis has it."""
    unit = name_unit(str(known["unit"].iloc[0]), lang)
    return say("multiples.panel", lang, name=name_indicator(indicator, lang), unit=unit)


def format_on_axis(value: float, unit: str) -> str:
    """
    Return a number as it stands beside an axis whose title names the unit: with the unit only where that is per cent.

    Examples
    --------
    >>> format_on_axis(5.5, "%"), format_on_axis(120, "亿元")
    ('5.5%', '120')
    """
    return format_number(round(value, 6)) + ("%" if is_percent(unit) else "")


def write_on_axis(row: Mapping[str, Any], lang: str) -> str:
    """
    Return a value with its bound as it stands beside an axis whose title names the unit.

    Examples
    --------
    >>> write_on_axis({"low": 120, "high": 120, "unit": "亿元", "bound": "at_least"}, "en")
    '≥120'
    >>> write_on_axis({"low": 8, "high": 8, "unit": "%", "bound": "about"}, "zh")
    '8%左右'
    """
    return format_value(row, lang) if is_na(row["low"]) or is_percent(str(row["unit"])) else format_short(row, lang)


def format_short(row: Mapping[str, Any], lang: str) -> str:
    """
    Return a value without its unit, its bound as a sign.

    Examples
    --------
    >>> format_short({"low": -3, "high": -3, "bound": "at_least"}, "en")
    '≤−3'
    """
    low, high = float(row["low"]), float(row["high"])
    if low != high:
        return f"{format_number(low)}–{format_number(high)}"
    bound = str(row["bound"])
    if low < 0:  # a bound is read on the magnitude
        bound = {"at_least": "at_most", "at_most": "at_least"}.get(bound, bound)
    key = bound if bound in ("about", "at_least", "at_most") else "exact"
    return say(f"short.{key}", lang, value=format_number(low))


def name_group(row: Mapping[str, Any], lang: str) -> str:
    """
    Return what names a panel: its level, province and period, as far as the row has them.

    Examples
    --------
    >>> name_group({"level": "province", "era": "before", "cut_year": 2013}, "en")
    'provinces, before 2013'
    """
    names = [name_level(str(row[key]), lang) for key in ("level", "level_pair") if key in row]
    names += [name_province(str(row["province"]), lang)] if row.get("province") else []
    names += [say(f"era.{row['era']}", lang, year=row["cut_year"])] if "era" in row else []
    return {"zh": "，", "en": ", "}[lang].join(names)


def name_reading(name: str, lang: str, *, note: str = "") -> str:
    """
    Return what a reading of wording takes differently; one of the user's own has its note, else its name.

    Examples
    --------
    >>> name_reading("codebook", "en"), name_reading("mine", "en")
    ('As the codebook sorts them, headline targets only', 'mine')
    """
    return say(f"reading.{name}", lang) if f"reading.{name}" in list_keys() else note or name


def describe_observations(table: pd.DataFrame, what: str, lang: str) -> str:
    """
    Return the source line of a table of means or shares: how many observations of which years stand behind it.

    Parameters
    ----------
    table : DataFrame with ``n`` or ``n_regions``, and a column of years
    what : "steps", "pairs", "targets" or "numbers"
    """
    counted = say(f"observed.{what}", lang, n=_count(table))
    return say("observed.all", lang, what=counted, years=_name_years(table))


def list_panel_sources(table: pd.DataFrame, panel: str | Path | None) -> list[dict[str, Any]]:
    """
    Return the sources of a table whose rows name no address: its reports, or how many observations of which years.

    The file of facts that it was computed from, where it is given, stands with its name and hash.

    Raises
    ------
    DataError
        Where that file cannot be read.
    """
    reports = sorted(
        {
            str(value)
            for name in table
            if "report_id" in str(name)
            for value in table[name]
            if value and not is_na(value)
        }
    )
    source: dict[str, Any] = {"source_kind": "panel"}
    if panel is not None:
        source |= {"file": Path(panel).name, "sha256": _hash_file(Path(panel))}
    years = _name_years(table)
    source |= {"report_years": years} if years else {}
    counts = {"reports": len(reports)} if reports else {"observations": _count(table)} if _counted(table) else {}
    return [source | counts, *({"report_id": report, "source_kind": "report"} for report in reports)]


def describe_panel(table: pd.DataFrame, caption: str, lang: str, *, limit: int = 60) -> str:
    """Return a caption followed by the numbers of a table of means or shares, each after what it is of."""
    value, caption = next((name for name in _VALUES if name in table), None), caption.rstrip("。.")
    if value is None:
        return say("alt.all", lang, caption=caption, parts=say("alt.rows", lang, n=len(table)))
    known = table[table[value].notna()]
    varying = [name for name in (*_KEYS, *_YEARS, "bin_low") if name in table and table[name].nunique() > 1]
    parts = [f"{_name_row(row, varying, lang)} {_round(row[value])}".strip() for row in list_rows(known.head(limit))]
    if len(known) > limit:
        parts.append(say("alt.more", lang, n=len(known) - limit))
    return say("alt.all", lang, caption=caption, parts=say("alt.separator", lang).join(parts))


def _hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    import hashlib

    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"cannot read the panel {path}: {error.strerror or error}; name the file of facts") from error


def _name_row(row: Mapping[str, Any], varying: Sequence[str], lang: str) -> str:
    """Name what a row is of by the columns that vary."""
    return " ".join(_name_key(name, row, lang) for name in varying)


def _name_key(name: str, row: Mapping[str, Any], lang: str) -> str:
    """Name one cell that tells rows apart."""
    value = row[name]
    if name == "indicator":
        return name_indicator(str(value), lang)
    if name in ("level", "level_pair"):
        return name_level(str(value), lang)
    if name == "era" and str(value) in ("before", "from"):
        return say(f"era.{value}", lang, year=row.get("cut_year", ""))
    if name == "province":
        return name_province(str(value), lang)
    if name == "wording":
        return say(f"wording.{value}", lang)
    return format_number(value) if isinstance(value, float) else str(value)


def _round(value: Any) -> str:
    """Write a mean or share to two decimals."""
    return format_number(round(float(value), 2))


def _counted(table: pd.DataFrame) -> str:
    """Return the column that counts observations, "" where there is none."""
    return next((name for name in _COUNTS if name in table), "")


def _count(table: pd.DataFrame) -> int:
    """Count the observations behind a table."""
    name = _counted(table)
    return int(table[name].sum()) if name else len(table)


def _name_years(table: pd.DataFrame) -> str:
    """Write the years that a table spans."""
    years = [int(year) for name in _YEARS if name in table for year in table[name].dropna()]
    if not years:
        return ""
    return str(min(years)) if min(years) == max(years) else f"{min(years)}–{max(years)}"
