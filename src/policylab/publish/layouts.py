"""Comparisons laid out as tables of a paper: few columns, values with their bounds, why a number is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policylab.errors import DataError
from policylab.publish.printed import label_column, print_cell
from policylab.publish.region_names import name_regions
from policylab.publish.words import (
    describe_absence,
    format_quantity,
    format_step,
    format_value,
    is_na,
    is_percent,
    list_rows,
    mention_indicator,
    name_indicator,
    name_unit,
    say,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 9  # what a journal page holds
_STATED_ONCE = ("indicator", "kind", "sample", "interval", "method", "cut_year", "min_years", "window", "reading")
_MARKS = "¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True, slots=True)
class Layout:
    """
    A table as a paper shows it, made from tidy rows.

    ``table`` has headings for columns and words for cells; its last ``foot`` rows sum up the others. ``data`` are the
    rows behind it, from which sources are computed.
    """

    table: pd.DataFrame
    data: pd.DataFrame
    caption: str = ""
    notes: tuple[str, ...] = ()
    foot: int = 0


def lay_out(table: pd.DataFrame, lang: str) -> Layout:
    """
    Return a table as a page can hold it: a comparison in its own layout, every other table as it is.

    Raises
    ------
    DataError
        Where a table that is no comparison has more than nine columns; it says how to choose.

    Examples
    --------
    >>> import pandas as pd
    >>> lay_out(pd.DataFrame({"report_year": [2023], "mean": [6.1]}), "en").table.columns.tolist()
    ['report_year', 'mean']
    """
    known = set(table.columns)
    if {"region_code", "indicator", "low", "missing"} <= known:
        if "step_pp" in known:
            return lay_out_chain(table, lang)
        if "gap_to_median" in known:
            return lay_out_peers(table, "", lang)
        if table["indicator"].nunique() == 1 and table["region_code"].nunique() < MOST_COLUMNS:
            return lay_out_trend(table, lang)
    kept, notes = _drop_constant(name_regions(table, lang), lang)
    if len(kept.columns) > MOST_COLUMNS:
        example = f"table[{[str(name) for name in table.columns[:3]]}]"
        raise DataError(
            f"a page holds at most {MOST_COLUMNS} columns, got {len(kept.columns)}; choose some, for example {example}"
        )
    return Layout(kept, table, notes=notes)


def lay_out_chain(chain: pd.DataFrame, lang: str) -> Layout:
    """
    Return one row per indicator, one column per level from the nation down, then the step of the last level.

    The nation alone has no step.

    Parameters
    ----------
    chain : DataFrame, one row per indicator and level (see `policylab.analyse.compare.compare_chain`)
        Not modified.
    lang : "zh" or "en"
    """
    import pandas as pd

    chain = name_regions(chain, lang)
    heads = {str(code): _name_column(rows, lang) for code, rows in chain.groupby("indicator", sort=False)}
    cells, notes = _write_values(_drop_units(chain), lang)
    own, is_chain = chain["region_name"].iloc[-1], chain["region_code"].nunique() > 1
    rows = []
    for code, levels in chain.assign(cell=cells).groupby("indicator", sort=False):
        values = {_name_level(row, lang): row["cell"] for row in list_rows(levels)}
        step = {say("layout.step", lang): format_step(levels["step_pp"].iloc[-1])} if is_chain else {}
        rows.append({say("column.indicator", lang): heads[str(code)], **values, **step})
    place = {"region": own, "years": chain["report_year"].iloc[-1]}
    if is_chain:
        notes.insert(0, say("layout.step_note", lang, region=own))
    caption = say("layout.chain" if is_chain else "layout.alone", lang, **place)
    return Layout(pd.DataFrame(rows), chain, caption, tuple(notes))


def lay_out_peers(peers: pd.DataFrame, region_code: str, lang: str) -> Layout:
    """
    Return one row per region in the order of the first indicator; below them the median and one region's rank.

    One indicator comes with rank, percentile and gap to the median; of several only the values, as many as nine columns
    hold, amounts under a heading that names their unit. Regions without any number are counted in the notes.

    Parameters
    ----------
    peers : DataFrame, one row per indicator and region (see `policylab.analyse.compare.compare_peers`)
        For several indicators their tables one below the other, each with the same regions. Not modified.
    region_code : str
        The region whose rank is told; "" for none.
    lang : "zh" or "en"
    """
    peers = name_regions(peers, lang)
    codes = list(dict.fromkeys(peers["indicator"]))
    shown = codes[: MOST_COLUMNS - 1]
    rows = peers[peers["indicator"].isin(shown)]
    stating = set(rows.loc[rows["low"].notna() | rows["qualitative"].ne(""), "region_code"])
    listed = rows[rows["region_code"].isin(stating)]
    build = _lay_out_ranks if len(shown) == 1 else _lay_out_values
    table, foot, notes = build(listed, region_code, lang)
    notes.insert(0, say("layout.order", lang, indicator=mention_indicator(codes[0], lang)))
    if hidden := rows["region_code"].nunique() - len(stating):
        notes.append(say("layout.unlisted", lang, n=hidden))
    if names := [name_indicator(code, lang) for code in codes[len(shown) :]]:
        notes.append(say("layout.dropped", lang, names=say("list.separator", lang).join(names)))
    return Layout(table, listed, _title_peers(rows, region_code, lang), tuple(notes), foot)


def lay_out_trend(trend: pd.DataFrame, lang: str) -> Layout:
    """
    Return one row per report year that any region has a report of, and one column per region.

    Parameters
    ----------
    trend : DataFrame, one row per region and report year (see `policylab.analyse.compare.trend`)
        Not modified.
    lang : "zh" or "en"
    """
    import pandas as pd

    trend = name_regions(trend, lang)
    known = trend.loc[trend["missing"].ne("no_report"), "report_year"]
    shown = trend[trend["report_year"].isin(known)]
    cells, notes = _write_values(shown, lang)
    rows = []
    for year, regions in shown.assign(cell=cells).groupby("report_year"):
        values = {str(row["region_name"]): row["cell"] for row in list_rows(regions)}
        rows.append({say("column.report_year", lang): str(year), **values})
    name = name_indicator(str(trend["indicator"].iloc[0]), lang)
    years = f"{shown['report_year'].min()}–{shown['report_year'].max()}"
    return Layout(pd.DataFrame(rows), shown, say("layout.trend", lang, indicator=name, years=years), tuple(notes))


def _drop_constant(table: pd.DataFrame, lang: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Take out the columns that say the same of every row, and say it in the notes."""
    same = [name for name in _STATED_ONCE if name in table and table[name].nunique(dropna=False) == 1]
    if len(table) < 2 or len(same) == len(table.columns):
        return table, ()
    told = {label_column(name, lang): print_cell(name, table[name].iloc[0], lang) for name in same}
    notes = [say("layout.same", lang, label=label, value=value) for label, value in told.items()]
    return table.drop(columns=same), tuple(notes)


def _lay_out_ranks(rows: pd.DataFrame, region_code: str, lang: str) -> tuple[pd.DataFrame, int, list[str]]:
    """Lay out one indicator: value, rank, percentile and gap of each region, then the median."""
    import pandas as pd

    cells, notes = _write_values(rows, lang)
    heads = [say(f"column.{name}", lang) for name in ("region", "value", "rank", "percentile", "gap_to_median")]
    lines = []
    for row, cell in zip(list_rows(rows), cells, strict=True):
        rank, share = ("", "") if is_na(row["rank"]) else (str(row["rank"]), f"{row['percentile']:.0f}")
        lines.append([row["region_name"], cell, rank, share, format_step(row["gap_to_median"], row["unit"], lang)])
    lines.append([say("column.median", lang), _find_median(rows, lang), "", "", ""])
    notes.insert(0, say("layout.rank_note", lang))
    return pd.DataFrame(lines, columns=heads), 1, notes


def _lay_out_values(rows: pd.DataFrame, region_code: str, lang: str) -> tuple[pd.DataFrame, int, list[str]]:
    """Lay out several indicators: the values of each region, then medians, counts and the rank of one region."""
    import pandas as pd

    heads = {str(code): _name_column(group, lang) for code, group in rows.groupby("indicator", sort=False)}
    rows = _drop_units(rows)
    cells, notes = _write_values(rows, lang)
    groups = [(str(code), group) for code, group in rows.assign(cell=cells).groupby("indicator", sort=False)]
    names = dict(zip(groups[0][1]["region_code"], groups[0][1]["region_name"], strict=True))
    head = say("column.region", lang)
    table = pd.DataFrame({head: list(names.values())})
    for code, group in groups:
        table[heads[code]] = [dict(zip(group["region_code"], group["cell"], strict=True))[at] for at in names]
    foot = {
        say("column.median", lang): [_find_median(group, lang) for _, group in groups],
        say("layout.n", lang): [str(int(group["low"].notna().sum())) for _, group in groups],
    }
    if region_code in names:
        own = [group[group["region_code"].eq(region_code)].iloc[0] for _, group in groups]
        ranks = ["" if is_na(row["rank"]) else str(row["rank"]) for row in own]
        foot[say("layout.own_rank", lang, region=_name_alone(names[region_code], lang))] = ranks
    below = pd.DataFrame([[name, *values] for name, values in foot.items()], columns=table.columns)
    return pd.concat([table, below], ignore_index=True), len(foot), notes


def _name_column(rows: pd.DataFrame, lang: str) -> str:
    """Return the name of an indicator over or beside its values, with their unit where it is not per cent."""
    name, units = name_indicator(str(rows["indicator"].iloc[0]), lang), rows.loc[rows["low"].notna(), "unit"]
    is_amount = len(units) and not is_percent(units.iloc[0])
    return say("multiples.panel", lang, name=name, unit=name_unit(units.iloc[0], lang)) if is_amount else name


def _drop_units(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows without the units that their headings name: all but per cent."""
    return rows.assign(unit=rows["unit"].where(rows["unit"].map(is_percent), ""))


def _write_values(rows: pd.DataFrame, lang: str) -> tuple[list[str], list[str]]:
    """Write each row's value; a row without one gets a dash, and the notes say what the dashes stand for."""
    reasons = [_find_reason(row, lang) for row in list_rows(rows)]
    often = Counter(reason for reason in reasons if reason).most_common()  # the most frequent needs no number
    marks = {reason: "—" + _MARKS[:place][-1:] for place, (reason, _) in enumerate(often)}
    cells = [
        marks[reason] if reason else format_value(row, lang)
        for row, reason in zip(list_rows(rows), reasons, strict=True)
    ]
    parts = [say("export.absent", lang, mark=mark, reason=reason) for reason, mark in marks.items()]
    return cells, [_end(say("absent.separator", lang).join(parts), lang)] if parts else []


def _find_reason(row: Mapping[str, Any], lang: str) -> str:
    """Return why a row has nothing to show, "" where it has a number or words."""
    return describe_absence(row, lang) if is_na(row["low"]) and not row["qualitative"] else ""


def _find_median(rows: pd.DataFrame, lang: str) -> str:
    """Return the median of an indicator with its unit, as the gaps to it were computed."""
    stated = rows[rows["gap_to_median"].notna()]
    if stated.empty:
        return ""
    number = {"low": stated["low"], "high": stated["high"], "mid": (stated["low"] + stated["high"]) / 2}
    row = stated.iloc[0]
    median = number[row["range_end"]].iloc[0] - row["gap_to_median"]
    return format_quantity(round(float(median), 6), row["unit"], lang)


def _title_peers(rows: pd.DataFrame, region_code: str, lang: str) -> str:
    """Return the caption of a table of peers."""
    own = rows.loc[rows["region_code"].eq(region_code), "region_name"]
    place = {"region": _name_alone(own.iloc[0], lang) if len(own) else "", "years": rows["report_year"].iloc[0]}
    if own.empty:
        n = rows["region_code"].nunique()
        return say("peers.title", lang, indicator=_list_names(rows["indicator"], lang), years=place["years"], n=n)
    if rows["indicator"].nunique() > 1:
        return say("layout.peers", lang, **place)
    return say("layout.one", lang, indicator=name_indicator(rows["indicator"].iloc[0], lang), **place)


def _name_alone(name: str, lang: str) -> str:
    """Return a Chinese name without the province that stands before it where there are several."""
    return name.rpartition(" ")[2] if lang == "zh" else name


def _list_names(codes: Iterable[str], lang: str) -> str:
    """Name indicators one after the other."""
    return say("list.separator", lang).join(name_indicator(code, lang) for code in dict.fromkeys(codes))


def _name_level(row: Mapping[str, Any], lang: str) -> str:
    """Return a region's name, in English with its level, which a Chinese name shows by itself."""
    name = str(row["region_name"])
    return name if lang == "zh" else f"{name} ({say('level_cell.' + row['level'], lang)})"


def _end(text: str, lang: str) -> str:
    """End a sentence."""
    return text + ("。" if lang == "zh" else ".")
