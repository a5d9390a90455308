"""The words of charts and reports in Chinese and English, read from labels.yaml, and values written with their bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import UnknownNameError, close_matches
from policylab.project import yaml_loader
from policylab.publish.region_names import name_regions

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES = ("zh", "en")
_POWERS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_JOINED = ("%", "‰")  # stand right behind their number
_NAMED_SOURCES = 6  # up to so many regions are named in a source line, more are counted


def say(key: str, lang: str, **values: object) -> str:
    """
    Return the words of labels.yaml for a key in one language, with its places filled in.

    Raises
    ------
    UnknownNameError
        If labels.yaml has no such key, or the language is neither "zh" nor "en".

    Examples
    --------
    >>> say("bound.at_least", "en", value="15%")
    '≥15%'
    """
    check_language(lang)
    if key not in _labels():
        raise UnknownNameError(f"no words for {key!r} in labels.yaml{close_matches(key, _labels())}")
    return _labels()[key][lang].format(**values)


def list_keys() -> Collection[str]:
    """Return the keys of labels.yaml."""
    return _labels().keys()


def check_language(lang: str) -> None:
    """
    Do nothing for "zh" and "en".

    Raises
    ------
    UnknownNameError
        For any other language.
    """
    if lang not in LANGUAGES:
        raise UnknownNameError(f"unknown language {lang!r}: expected 'zh' or 'en'")


def name_indicator(indicator: str, lang: str) -> str:
    """
    Return the indicator's name in the codebook.

    Examples
    --------
    >>> name_indicator("gdp_growth", "zh")
    '地区生产总值增速'
    """
    from policylab.codebook import load_codebook

    entry = load_codebook().indicator(indicator)
    return entry.name_zh if lang == "zh" else entry.name_en


def mention_indicator(indicator: str, lang: str) -> str:
    """
    Return the indicator's name as it stands within a sentence.

    Examples
    --------
    >>> mention_indicator("urban_new_jobs", "en"), mention_indicator("gdp_growth", "en")
    ('new urban jobs', 'GDP growth')
    """
    name = name_indicator(indicator, lang)
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def format_value(row: Mapping[str, Any], lang: str) -> str:
    """
    Return a value with its unit and bound, or why there is none.

    A bound is read on the magnitude, as the text says it: -3.4 with "at_least" is a fall of 3.4 or more.

    Parameters
    ----------
    row : mapping with low, high, bound, and where known unit, qualitative, missing
        One row of a comparison. ``low`` is NA for a qualitative target and for a value that is not stated.
    lang : "zh" or "en"

    Examples
    --------
    >>> format_value({"low": 5, "high": 5, "unit": "%", "bound": "about"}, "zh")
    '5%左右'
    >>> format_value({"low": -3.4, "high": -3.4, "unit": "%", "bound": "at_least"}, "en")
    'fall of ≥3.4%'
    """
    if is_na(row["low"]):
        return describe_absence(row, lang)
    low, high, bound = float(row["low"]), float(row["high"]), str(row["bound"])
    unit = "%" if is_na(row.get("unit", "%")) else str(row.get("unit", "%"))
    if low != high:
        return format_quantity(low, unit, lang, high=high)
    if low < 0 and bound in ("at_least", "at_most"):
        return say("value.fall", lang, value=say(f"bound.{bound}", lang, value=format_quantity(-low, unit, lang)))
    key = f"bound.{bound}" if bound in ("about", "at_least", "at_most") else "bound.exact"
    return say(key, lang, value=format_quantity(low, unit, lang))


def format_quantity(low: float, unit: str, lang: str, *, high: float | None = None) -> str:
    """
    Return a number, or a range, with its unit: in English with English powers of ten, and exactly as much.

    A unit that the codebook does not know stays as it is written.

    Examples
    --------
    >>> format_quantity(120, "亿元", "zh"), format_quantity(120, "亿元", "en"), format_quantity(6.42, "万人", "en")
    ('120亿元', '12 billion yuan', '64,200 persons')
    >>> format_quantity(95, "亿斤", "en", high=105), format_quantity(23500, "元", "en"), format_quantity(300, "个", "en")
    ('9.5–10.5 billion jin', '23,500 yuan', '300')
    """
    ends = [low] if high is None else [low, high]
    found = None if lang == "zh" else _split_unit(unit)
    if found is None:
        return "–".join(map(format_number, ends)) + unit
    scale, name = found
    word, told = 1, ""
    if scale > 1:
        most = max(abs(end) for end in ends) * scale
        word, told = next((pair for pair in _POWERS if most >= pair[0]), (1, ""))
    numbers = "–".join(_write_scaled(end, scale, word) for end in ends)
    return numbers + name if name in _JOINED else " ".join(part for part in (numbers, told, name) if part)


def name_unit(unit: str, lang: str) -> str:
    """
    Return the name of a unit, with the power of ten that its numbers count by; one not in the codebook stays as written.

    Examples
    --------
    >>> name_unit("万人", "en"), name_unit("亿元", "en"), name_unit("万个", "en"), name_unit("%", "en")
    ('10,000 persons', '100 million yuan', '10,000', '%')
    >>> name_unit("万人", "zh"), name_unit("个", "en"), name_unit("桶", "en")
    ('万人', 'number', '桶')
    """
    found = None if lang == "zh" or not unit else _split_unit(unit)
    if found is None:
        return unit
    scale, name = found
    word, told = next((pair for pair in _POWERS if scale >= pair[0]), (1, ""))
    factor = "" if scale == word else f"{scale // word:,}"
    return " ".join(part for part in (factor, told, name) if part) or say("unit.count", lang)


def _split_unit(unit: str) -> tuple[int, str] | None:
    """Return the power of ten of a unit as written and its English name, "" for what only counts; None if unknown."""
    from policylab.codebook import load_codebook

    found = load_codebook().split(unit)
    return (found[0], found[1].name_en) if found else None


def _write_scaled(value: float, scale: int, word: int) -> str:
    """Write a number that counts by one power of ten as one that counts by another, exactly, in groups of three digits."""
    number = Decimal(f"{value + 0.0:.10g}") * scale / word
    return f"{number.normalize():,f}".replace("-", "−")


def format_number(value: float) -> str:
    """
    Return a number as short as it is exact: up to ten digits, a true minus sign.

    Examples
    --------
    >>> format_number(-0.30), format_number(13.0)
    ('−0.3', '13')
    """
    return f"{value + 0.0:.10g}".replace("-", "−")


def format_step(value: float, unit: str = "%", lang: str = "zh") -> str:
    """
    Return a difference with its sign, and with its unit where that is not per cent; "" for NA.

    Examples
    --------
    >>> format_step(1.5), format_step(-1), format_step(0), format_step(-12, "亿元", "en")
    ('+1.5', '−1', '0', '−1.2 billion yuan')
    """
    if is_na(value):
        return ""
    rounded = round(float(value), 6)
    size = format_number(rounded) if not rounded or is_percent(unit) else format_quantity(rounded, unit, lang)
    return ("+" if rounded > 0 else "") + size


def is_percent(unit: str) -> bool:
    """
    Return whether a unit is per cent, in any of its forms: differences are percentage points.

    Examples
    --------
    >>> is_percent("%"), is_percent("％"), is_percent("亿元")
    (True, True, False)
    """
    return unit in ("%", "％")


def describe_absence(row: Mapping[str, Any], lang: str) -> str:
    """Return why a row has no number: the qualitative wording, or the reason that the comparison gives."""
    qualitative = row.get("qualitative", "")
    if not is_na(qualitative) and qualitative:
        return say(f"qualitative.{qualitative}", lang)
    missing = row.get("missing", "")
    if is_na(missing) or not missing:
        return say("missing.not_stated", lang)
    return say(f"missing.{missing}", lang)


def list_absent(table: pd.DataFrame, lang: str) -> str:
    """Name the regions of a table that have no number, by reason; "" where all have one."""
    reasons: dict[str, list[str]] = {}
    table = name_regions(table, lang)
    for row in list_rows(table[table["low"].isna()]):
        reasons.setdefault(describe_absence(row, lang), []).append(str(row["region_name"]))
    parts = [
        say("absent.part", lang, reason=reason, names=join_names(names, lang)) for reason, names in reasons.items()
    ]
    return say("absent.all", lang, parts=say("absent.separator", lang).join(parts)) if parts else ""


def join_names(names: Iterable[str], lang: str) -> str:
    """
    Return names of regions one after the other, apart by semicolons where one holds a comma itself.

    Examples
    --------
    >>> join_names(["Suzhou, Anhui", "Huai'an"], "en"), join_names(["苏州市", "淮安市"], "zh")
    ("Suzhou, Anhui; Huai'an", '苏州市、淮安市')
    """
    listed = list(names)
    return "; ".join(listed) if any("," in name for name in listed) else say("list.separator", lang).join(listed)


def describe_place(table: pd.DataFrame, lang: str) -> dict[str, object]:
    """Return what titles say of a table: its last region, its years, how many regions have a number."""
    table = name_regions(table, lang)
    years = sorted(set(table["report_year"])) if "report_year" in table else []
    return {
        "region": table["region_name"].iloc[-1],
        "years": _format_years(years),
        "n": int(table["low"].notna().sum()),
    }


def describe_sources(table: pd.DataFrame, lang: str) -> str:
    """
    Return the source line of a table of facts, counted from it: how many reports of which years, how many citations.

    Parameters
    ----------
    table : DataFrame with region_code, report_year, source_kind and low
        Rows without a number count as read where they have a report.
    """
    table = name_regions(table, lang)
    read = table[table["source_kind"] == "report"]
    cited = table[table["source_kind"] == "citation"]
    parts = []
    if len(read):
        count = len(set(zip(read["region_code"], read["report_year"], strict=True)))
        names = list(dict.fromkeys(read["region_name"]))
        key = "sources.named" if len(names) <= _NAMED_SOURCES else "sources.report"
        years = _format_years(sorted(set(read["report_year"])))
        parts.append(say(key, lang, n=count, years=years, names=join_names(names, lang)))
    if len(cited):
        parts.append(say("sources.citation", lang, n=cited["region_code"].nunique()))
    return say("sources.all", lang, parts=say("sources.separator", lang).join(parts)) if parts else ""


def list_sources(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the sources of a table, one dict each with what the table knows: report, kind, address, hash of the text."""
    known = [name for name in ("report_id", "source_kind", "source_url", "sha256") if name in table]
    rows = table.loc[table["source_kind"] != "", known].drop_duplicates().sort_values(known)
    return [{name: value for name, value in row.items() if value and not is_na(value)} for row in list_rows(rows)]


def describe_rows(table: pd.DataFrame, caption: str, lang: str, *, limit: int = 60) -> str:
    """Return a caption followed by the numbers of a table: what a figure of it says to who cannot see it."""
    table = name_regions(table, lang)
    numbers = table[table["low"].notna()]
    several = {name for name in ("indicator", "report_year") if table[name].nunique() > 1}
    parts = [f"{_name_row(row, several, lang)} {format_value(row, lang)}" for row in list_rows(numbers.head(limit))]
    if len(numbers) > limit:
        parts.append(say("alt.more", lang, n=len(numbers) - limit))
    if len(numbers) < len(table):
        parts.append(say("alt.absent", lang, n=len(table) - len(numbers)))
    return say("alt.all", lang, caption=caption.rstrip("。."), parts=say("alt.separator", lang).join(parts))


def _name_row(row: Mapping[str, Any], several: Collection[str], lang: str) -> str:
    """Return what tells a row from the others of its table: indicator and year where there are several, and region."""
    names = [name_indicator(row["indicator"], lang)] if "indicator" in several else []
    names.append(str(row["region_name"]))
    return " ".join(names + ([str(row["report_year"])] if "report_year" in several else []))


def list_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts by column name."""
    names, columns = [str(name) for name in table], [table[name].tolist() for name in table]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def is_na(value: Any) -> bool:
    """
    Return whether a cell is empty: None, NaN or pandas' NA.

    Examples
    --------
    >>> is_na(None), is_na(float("nan")), is_na(0)
    (True, True, False)
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value  # noqa: PLR0124


@cache
def _labels() -> dict[str, dict[str, str]]:
    """Read labels.yaml once."""
    import yaml

    text = (Path(__file__).parent / "labels.yaml").read_text("utf-8")
    labels: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml_loader())
    return labels


def _format_years(years: list[int]) -> str:
    """Write years as a range."""
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
