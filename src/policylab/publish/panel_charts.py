"""Charts of the panel over the years: targets with results, level means with their coverage, steps between levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policylab.publish import sheet as on
from policylab.publish.charts import INK, LINES, NothingToDrawError
from policylab.publish.panel_words import describe_observations, name_level
from policylab.publish.region_names import name_regions
from policylab.publish.sheet import SOFT, Sheet, measure_ems, open_sheet
from policylab.publish.words import describe_sources, is_na, list_rows, name_indicator, name_unit, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_levels", "plot_multiples", "plot_realised", "plot_steps"]

_SCALES = {"万亿": 10**12, "亿": 10**8, "万": 10**4}
# Targets are hollow rings on a full line, results filled squares on a dashed one: they differ in grey.
_PAIR: Mapping[str, Mapping[str, Any]] = {
    "target": {"color": INK, "marker": "o", "linestyle": "-", "markerfacecolor": "white"},
    "actual": {"color": "#0072b2", "marker": "s", "linestyle": (0, (4, 1.5))},
}
_LEVELS = ("national", "province", "city", "county")
_LEAST = 5  # numbers that an interval is drawn for
_LEFT, _CELL = 2.6, 15.0


def plot_realised(series: pd.DataFrame, *, indicator: str, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure of one region's targets and results over the years, each under the year that it is of.

    Parameters
    ----------
    series : DataFrame
        Rows of `policylab.analyse.compare.trend` for ``kind="target"`` and, under them, ``kind="actual"``. Not modified.
    indicator : str
        Its code, for the title.
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If there is no number at all.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    series = name_regions(series, lang, is_short=True)
    _refuse_empty(series["low"], indicator)
    with open_sheet(width) as sheet:
        names = {"region": series["region_name"].iloc[0], "indicator": name_indicator(indicator, lang)}
        title = say("realised.title", lang, unit=_unit_of(lang, series), **names)
        top = sheet.write_title(title, is_shown=width == "screen") + 0.2
        labels = {kind: say(f"series.{kind}", lang) for kind in _PAIR}
        right = max(map(measure_ems, labels.values())) + 4.2
        left = _measure_left(series)
        box = (left, top, sheet.width - right - left, min(max(0.4 * sheet.width, 14), 22))
        ax = sheet.add_axes(box)
        em = _draw_pair(ax, series, size=(box[2], box[3]))
        on.write_names(ax, _name_ends(series, labels), width=box[2], em=em, floor=ax.get_ylim()[0] + em)
        return sheet.finish(top + box[3] + 2, [say("realised.note", lang), describe_sources(series, lang)])


def plot_multiples(series: pd.DataFrame, *, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure with one small panel of targets and results for each region and indicator of a table.

    Panels of the same indicator share their scales; all share the years.

    Parameters
    ----------
    series : DataFrame
        As in `plot_realised`, of several regions, several indicators, or both. Panels come in the order of its rows. Not
        modified.
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If there is no number at all.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    series = name_regions(series, lang, is_short=True)
    known = series[series["low"].notna()]
    _refuse_empty(known["low"], "any of them")
    panels = [rows for _, rows in series.groupby(["indicator", "region_code"], sort=False) if rows["low"].notna().any()]
    years = known["period"].astype("int64")
    with open_sheet(width) as sheet:
        top = sheet.write_title(_name_multiples(known, lang), is_shown=width == "screen")
        top = _draw_pair_key(sheet, top, lang)
        n_lines = -(-len(panels) // max(1, int(sheet.width // _CELL)))
        n_columns = -(-len(panels) // n_lines)
        cell, height, left = sheet.width / n_columns, 11, _measure_left(known)
        for number, rows in enumerate(panels):
            line, column = divmod(number, n_columns)
            ax = sheet.add_axes((column * cell + left, top + line * height + 1.8, cell - left - 0.8, height - 4))
            alike = known[known["indicator"].eq(rows["indicator"].iloc[0])]
            span = (float(alike["low"].min()), float(alike["high"].max()), int(years.min()), int(years.max()))
            _draw_pair(ax, rows, size=(cell - left - 0.8, height - 4), span=span)
            lines = on.wrap(_name_panel(rows, known, lang), (cell - 0.6) / 0.9)
            on.write_beside(ax, (0, 1), lines[0], offset=(-left + 0.4, 0.5), fontsize=on.to_points(0.9))
        bottom = top + height * n_lines
        return sheet.finish(bottom, [say("realised.note", lang), describe_sources(known, lang)])


def plot_levels(means: pd.DataFrame, *, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure of the mean of each level over the years, and below it the share of regions that it is the mean of.

    Parameters
    ----------
    means : DataFrame of `policylab.analyse.trends.summarise_levels`
        Of one indicator, kind and sample; keep the years and levels to be shown. Not modified.
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If there is no mean at all.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    _refuse_empty(means["mean"], "any level")
    means, unit = _scale_means(means)
    with open_sheet(width) as sheet:
        kind = "levels.title" if means["kind"].iloc[0] == "target" else "levels.title_actual"
        names = {
            "indicator": name_indicator(means["indicator"].iloc[0], lang),
            "unit": name_unit(unit, lang),
        }
        top = sheet.write_title(say(kind, lang, **names), is_shown=width == "screen") + 0.4
        levels = [level for level in _LEVELS if means["level"].eq(level).any()]
        right = max(measure_ems(name_level(level, lang)) for level in levels) + 4.4
        inner = sheet.width - _LEFT - right
        height = min(max(0.36 * sheet.width, 14), 20)
        ax, below = sheet.add_axes((_LEFT, top, inner, height)), sheet.add_axes((_LEFT, top + height + 3, inner, 5))
        _draw_means(ax, means, levels, size=(inner, height), lang=lang)
        _draw_coverage(below, means, levels, width=inner)
        on.write_beside(below, (0, 1), say("levels.coverage", lang), offset=(-_LEFT + 0.2, 0.6))
        note = say("levels.note", lang, least=_LEAST, end=say(f"end.{means['range_end'].iloc[0]}", lang))
        return sheet.finish(top + height + 10, [note, describe_observations(means, "numbers", lang)])


def plot_steps(summary: pd.DataFrame, *, lang: str = "zh", width: str = "screen", cut_year: int = 2013) -> Figure:
    """
    Return a figure with one panel for each pair of levels: the mean step over the years, its interval and its n.

    Parameters
    ----------
    summary : DataFrame of `policylab.analyse.amplification.summarise_steps`
        By report year, of one indicator; keep the years to be shown. Not modified.
    lang, width
        As in `policylab.publish.charts.plot_chain`.
    cut_year : int
        The year that a dashed line marks.

    Raises
    ------
    NothingToDrawError
        If there is no step at all.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    _refuse_empty(summary["mean"], "any pair of levels")
    pairs = [(str(pair), rows) for pair, rows in summary.groupby("level_pair", sort=False)]
    sure = summary[summary["n"] >= _LEAST]
    ends = [summary["mean"].min(), summary["mean"].max(), sure["ci_low"].min(), sure["ci_high"].max(), 0.0]
    known = [float(end) for end in ends if not is_na(float(end))]
    with open_sheet(width) as sheet:
        title = say("steps.title", lang, indicator=name_indicator(summary["indicator"].iloc[0], lang))
        top, inner = sheet.write_title(title, is_shown=width == "screen"), sheet.width - _LEFT - 0.6
        for number, (pair, rows) in enumerate(pairs):
            ax = sheet.add_axes((_LEFT, top + 3.6, inner, 7))
            _set_years(ax, summary["report_year"], width=inner, is_labelled=number == len(pairs) - 1)
            _set_heights(ax, min(known), max(known), height=7)
            ax.axhline(0, color=SOFT, linewidth=0.6, zorder=1)
            ax.axvline(cut_year - 0.5, color=SOFT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
            _draw_intervals(ax, rows, x="report_year", look=LINES[1])
            counts = dict(zip(rows["report_year"], rows["n"], strict=True))
            on.write_counts(ax, counts, width=inner, label=say("count.n", lang))
            on.write_beside(ax, (0, 1), name_level(pair, lang), offset=(-_LEFT + 0.2, 2.2))
            top += 11.4
        choices = {"method": say(f"method.{summary['interval'].iloc[0]}", lang), "year": cut_year, "least": _LEAST}
        note = say("steps.note", lang, end=say(f"end.{summary['range_end'].iloc[0]}", lang), **choices)
        return sheet.finish(top + 1.4, [note, describe_observations(summary, "steps", lang)])


def _refuse_empty(values: pd.Series[float], of: str) -> None:
    """Raise where there is nothing to draw."""
    if not values.notna().any():
        raise NothingToDrawError(f"nothing to draw: no number for {of}; show the table instead")


def _scale_means(means: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return means of large amounts counted by 万, 亿 or 万亿, so that ticks stay short, and their unit."""
    unit, most = str(means["base_unit"].iloc[0]), float(means["mean"].max())
    scale, power = next(((word, power) for word, power in _SCALES.items() if most >= 10 * power), ("", 1))
    if not scale or unit == "%":
        return means, unit
    return means.assign(**{name: means[name] / power for name in ("mean", "ci_low", "ci_high")}), scale + unit


def _measure_left(rows: pd.DataFrame) -> float:
    """Return the ems that ticks need at the left of the values of a table."""
    return max(_LEFT, measure_ems(f"{float(rows['high'].max()):.0f}") + 1.2)


def _unit_of(lang: str, rows: pd.DataFrame) -> str:
    """Return the unit of the numbers of a table."""
    return name_unit(str(rows.loc[rows["low"].notna(), "unit"].iloc[0]), lang)


def _name_multiples(known: pd.DataFrame, lang: str) -> str:
    """Name all panels by what they share: the region, the indicator, or neither."""
    title = say("multiples.title", lang)
    if known["indicator"].nunique() == 1:
        name = name_indicator(known["indicator"].iloc[0], lang)
        return f"{say('multiples.panel', lang, name=name, unit=_unit_of(lang, known))}{say('colon', lang)}{title}"
    if known["region_code"].nunique() == 1:
        return f"{known['region_name'].iloc[0]}{say('colon', lang)}{title}"
    return title


def _name_panel(rows: pd.DataFrame, known: pd.DataFrame, lang: str) -> str:
    """Name one panel by what it does not share."""
    name = name_indicator(rows["indicator"].iloc[0], lang)
    parts = [str(rows["region_name"].iloc[0])] if known["region_code"].nunique() > 1 else []
    if known["indicator"].nunique() > 1:
        parts.append(say("multiples.panel", lang, name=name, unit=_unit_of(lang, rows)))
    return " ".join(parts or [str(rows["region_name"].iloc[0])])


def _draw_pair_key(sheet: Sheet, top: float, lang: str) -> float:
    """Say which line is the target and which the result; return where drawing may go on."""
    ax = sheet.add_axes((0.2, top, sheet.width - 0.4, 1.4))
    ax.set_axis_off()
    ax.set_xlim(0, sheet.width - 0.4)
    ax.set_ylim(-1, 1)
    x = 0.0
    for kind, look in _PAIR.items():
        ax.plot([x, x + 1.4, x + 2.8], [0, 0, 0], markevery=[1], markersize=on.to_points(0.5), **look)
        on.write_in_row(ax, (0, 0), say(f"series.{kind}", lang), offset=x + 3.2, color=look["color"])
        x += 3.2 + measure_ems(say(f"series.{kind}", lang)) + 2
    return top + 1.8


def _draw_pair(
    ax: Axes, rows: pd.DataFrame, *, size: tuple[float, float], span: tuple[float, float, int, int] | None = None
) -> float:
    """Draw target and result of one region with a thin line between them; return how much of the values one em is."""
    import pandas as pd

    known = rows[rows["low"].notna()].assign(period_year=rows["period"].astype("int64"))
    if span is None:
        span = (known["low"].min(), known["high"].max(), known["period_year"].min(), known["period_year"].max())
    _set_years(ax, pd.Series([span[2], span[3]]), width=size[0])
    em = _set_heights(ax, span[0], span[1], height=size[1])
    years = range(span[2], span[3] + 1)
    lines = {kind: _by_year(known[known["kind"].eq(kind)], years) for kind in _PAIR}
    mark = on.to_points(min(0.5, 0.5 * size[0] / len(years)))
    for year, one, other in zip(years, lines["target"], lines["actual"], strict=True):
        ax.plot([year, year], [one, other], color=SOFT, linewidth=0.5, zorder=1)
    for kind, look in _PAIR.items():
        ax.plot(list(years), lines[kind], zorder=2, **{**look, "marker": ""})
        for row in list_rows(known[known["kind"].eq(kind)]):
            row["bound"] = "exact"  # arrows would hide the result beside them
            look_of_mark = {**look, "linestyle": "none", "markersize": mark}
            on.draw_mark(ax, (row["period_year"], row["low"]), row, is_upright=True, **look_of_mark)
    return em


def _by_year(rows: pd.DataFrame, years: range) -> list[float]:
    """Return the low ends by year, NaN where there is none."""
    values: list[float] = rows.set_index("period_year")["low"].reindex(years).tolist()
    return values


def _name_ends(series: pd.DataFrame, labels: Mapping[str, str]) -> list[tuple[float, str, Mapping[str, Any]]]:
    """Return the last number of target and result with their names."""
    ends: list[tuple[float, str, Mapping[str, Any]]] = []
    for kind, look in _PAIR.items():
        numbers = series.loc[series["kind"].eq(kind) & series["low"].notna(), "low"]
        if len(numbers):
            ends.append((float(numbers.iloc[-1]), labels[kind], {**look, "markersize": on.to_points(0.5)}))
    return ends


def _set_years(ax: Axes, years: pd.Series[int], *, width: float, is_labelled: bool = True) -> None:
    """Set the years as the horizontal scale."""
    ax.set_xlim(years.min() - 0.7, years.max() + 0.7)
    on.set_ticks(ax.xaxis, most=max(2, min(9, int(width // 3.4))), is_integer=True)
    if not is_labelled:
        ax.tick_params(axis="x", labelbottom=False)


def _set_heights(ax: Axes, low: float, high: float, *, height: float) -> float:
    """Set the vertical scale with room for marks at both ends; return how much of it one em is."""
    em = (high - low or 1.0) / max(height - 2, 1)
    ax.set_ylim(low - em, high + em)
    on.set_ticks(ax.yaxis, most=max(3, min(6, int(height // 2))))
    ax.grid(axis="y")
    return em


def _draw_intervals(ax: Axes, rows: pd.DataFrame, *, x: str, look: Mapping[str, Any]) -> None:
    """Draw a line of means that breaks at gaps, with intervals where enough numbers stand behind them, else hollow."""
    years = range(int(rows[x].min()), int(rows[x].max()) + 1)
    count = "n" if "n" in rows else "n_regions"
    ax.plot(list(years), rows.set_index(x)["mean"].reindex(years), zorder=2, **{**look, "marker": ""})
    for row in list_rows(rows):
        is_sure = row[count] >= _LEAST
        if is_sure and not is_na(row["ci_low"]):
            ax.plot([row[x]] * 2, [row["ci_low"], row["ci_high"]], color=look["color"], linewidth=0.8, zorder=2)
        face = look["color"] if is_sure or row.get("level") == "national" else "white"
        mark = {"color": look["color"], "marker": look["marker"], "markerfacecolor": face, "linestyle": "none"}
        ax.plot(row[x], row["mean"], markersize=on.to_points(0.45), zorder=3, **mark)


def _draw_means(ax: Axes, means: pd.DataFrame, levels: Sequence[str], *, size: tuple[float, float], lang: str) -> None:
    """Draw the mean of each level with its name at the end of the line."""
    sure = means[means["n_regions"] >= _LEAST]
    low = min(float(means["mean"].min()), float(sure["ci_low"].min()) if len(sure) else float("inf"))
    high = max(float(means["mean"].max()), float(sure["ci_high"].max()) if len(sure) else float("-inf"))
    _set_years(ax, means["period_year"], width=size[0], is_labelled=False)
    em = _set_heights(ax, low, high, height=size[1])
    names: list[tuple[float, str, Mapping[str, Any]]] = []
    for level, look in zip(levels, LINES, strict=False):
        rows = means[means["level"].eq(level)].sort_values("period_year")
        _draw_intervals(ax, rows, x="period_year", look=look)
        style = {**look, "markersize": on.to_points(0.45)}
        names.append((float(rows["mean"].iloc[-1]), name_level(level, lang), style))
    on.write_names(ax, names, width=size[0], em=em, floor=ax.get_ylim()[0] + em)


def _draw_coverage(ax: Axes, means: pd.DataFrame, levels: Sequence[str], *, width: float) -> None:
    """Draw the share of regions that state a number, in the line styles of the means."""
    _set_years(ax, means["period_year"], width=width)
    ax.set_ylim(-4, 108)
    ax.set_yticks([0, 50, 100])
    ax.grid(axis="y")
    for level, look in zip(levels, LINES, strict=False):
        rows = means[means["level"].eq(level)].set_index("period_year")["coverage"]
        years = range(int(rows.index.min()), int(rows.index.max()) + 1)
        ax.plot(list(years), rows.reindex(years), **{**look, "markersize": on.to_points(0.3)})
