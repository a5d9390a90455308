"""Charts of comparisons as matplotlib figures: returned, never shown, legible in grey and without colour vision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policylab.analyse.values import take_end
from policylab.errors import DataError
from policylab.publish import sheet as on
from policylab.publish.figures import SavedFigure, save_figure
from policylab.publish.panel_words import format_on_axis, name_measure, write_on_axis
from policylab.publish.region_names import name_regions
from policylab.publish.sheet import SOFT, WIDTHS_MM, measure_ems, open_sheet
from policylab.publish.words import (
    describe_place,
    describe_sources,
    format_step,
    format_value,
    is_na,
    list_absent,
    list_rows,
    name_indicator,
    say,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["WIDTHS_MM", "NothingToDrawError", "SavedFigure", "plot_chain", "plot_peers", "plot_trend", "save_figure"]

# Okabe and Ito's colours, told apart without red-green vision; markers and line styles say the same in grey.
INK, BAND, MARKED = "#222222", "#e4e9ef", "#c4430c"
LINES: tuple[Mapping[str, Any], ...] = (
    {"color": INK, "marker": "o", "linestyle": "-"},
    {"color": "#0072b2", "marker": "s", "linestyle": (0, (5, 1.5))},
    {"color": "#009e73", "marker": "^", "linestyle": (0, (1.2, 1.2))},
    {"color": MARKED, "marker": "D", "linestyle": (0, (5, 1.2, 1, 1.2))},
)
MARKERS: Mapping[str, str] = {"report": "o", "citation": "D"}  # filled, and hollow
UNSET = ("not_set", "not_stated", "no_section", "qualitative", "other_unit")  # a whole report without the number
_SHIFT_YEARS = 0.14  # between regions, so that equal targets do not hide each other
_PANEL_EMS, _ROW_EMS, _RANK_EMS = 26, 1.7, 1.5


class NothingToDrawError(DataError):
    """A table without any number that a chart could show; the table itself still says why."""


def plot_chain(chain: pd.DataFrame, *, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure with one panel for each indicator that two levels or more put a percentage on.

    In a panel one row is one level, nation first: a dot for a number, an arrow for a bound, a bar for a range, then
    the value in words and its step over the level above. A level without a number says why instead. Counts and amounts
    are left out, since a nation's and a district's are not of one size; the table lists them.

    Parameters
    ----------
    chain : DataFrame, one row per indicator and level (see `policylab.analyse.compare.compare_chain`)
        Not modified.
    lang : "zh" or "en"
    width : str
        A name of `WIDTHS_MM`; "screen" also writes the title into the figure, while journals want it in the caption.

    Raises
    ------
    NothingToDrawError
        If no indicator has percentages at two levels.
    UnknownNameError
        If the width or language is unknown.
    FontError
        If the font lacks a character.
    """
    chain = name_regions(chain, lang, is_short=True)
    panels = [(str(code), rows) for code, rows in chain.groupby("indicator", sort=False) if _is_comparable(rows)]
    if not panels:
        raise NothingToDrawError("nothing to draw: no indicator has percentages at two levels; show the table instead")
    with open_sheet(width) as sheet:
        top = sheet.write_title(say("chain.title", lang, **describe_place(chain, lang)), is_shown=width == "screen")
        names = max(map(measure_ems, chain["region_name"])) + 0.8
        n_columns = max(1, round((sheet.width - names) / _PANEL_EMS))
        cell, height = (sheet.width - names) / n_columns, 4.4 + _ROW_EMS * chain["region_code"].nunique()
        for number, (code, rows) in enumerate(panels):
            line, column = divmod(number, n_columns)
            ax = _draw_panel(sheet, (names + column * cell, top + line * height, cell - 1.5, height), rows, lang=lang)
            on.write_beside(ax, (0, 1), say("panel.title", lang, name=name_indicator(code, lang)), offset=(0, 0.5))
            on.set_rows(ax, list(rows["region_name"]) if column == 0 else [""] * len(rows))
        bottom = top + height * -(-len(panels) // n_columns)
        return sheet.finish(bottom, [say("chain.note", lang), describe_sources(chain, lang)])


def plot_peers(
    peers: pd.DataFrame, *, indicator: str, region_code: str, lang: str = "zh", width: str = "screen"
) -> Figure:
    """
    Return a figure of the peers in the order of their rank, one row each, with one district marked.

    Values read from reports are filled dots and those cited from news are hollow diamonds. The dashed line is the
    median. Peers without a number are named below with the reason.

    Parameters
    ----------
    peers : DataFrame, one row per peer (see `policylab.analyse.compare.compare_peers`)
        Not modified.
    indicator : str
        The code of the indicator that `peers` compares, for the title.
    region_code : str
        The district to mark; it need not be among the peers.
    lang, width
        As in `plot_chain`.

    Raises
    ------
    NothingToDrawError
        If no peer has a number.
    UnknownNameError, FontError
        As in `plot_chain`.
    """
    peers = name_regions(peers, lang, is_short=True)
    ranked = peers[peers["low"].notna()].sort_values(["rank", "region_code"], kind="stable")
    if ranked.empty:
        raise NothingToDrawError(
            f"nothing to draw: no peer of {region_code} has a number for {indicator}; show the table instead"
        )
    with open_sheet(width) as sheet:
        title = say(
            "peers.title", lang, indicator=name_measure(indicator, ranked, lang), **describe_place(ranked, lang)
        )
        top = sheet.write_title(title, is_shown=width == "screen") + 3
        names = max(map(measure_ems, ranked["region_name"])) + 1.2
        values = max(measure_ems(write_on_axis(row, lang)) for row in list_rows(ranked)) + 1.4
        box = (names + 1.8, top, sheet.width - names - values - 2.3, _RANK_EMS * len(ranked))
        ax = sheet.add_axes(box)
        on.set_rows(ax, list(ranked["region_name"]))
        on.set_values(ax, ranked["low"].min(), ranked["high"].max(), width_em=box[2])
        _draw_ranks(ax, ranked, region_code=region_code, offset=-names, lang=lang)
        _draw_median(ax, ranked, lang=lang)
        _draw_key(ax, ranked, left=-(names + 1.6) / box[2], lang=lang)
        return sheet.finish(top + box[3] + 2.2, [list_absent(peers, lang), describe_sources(peers, lang)])


def plot_trend(trend: pd.DataFrame, *, indicator: str, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure with one line per region over the report years.

    A year without a number breaks the line. A cross below marks a year whose report sets no number; a year with no
    report at hand stays empty. A line runs through the low ends of ranges, whose bars reach up to the high ends.

    Parameters
    ----------
    trend : DataFrame, one row per region and report year (see `policylab.analyse.compare.trend`)
        Regions are drawn in the order of the table. Not modified.
    indicator : str
        The code of the indicator, for the title.
    lang, width
        As in `plot_chain`.

    Raises
    ------
    NothingToDrawError
        If there is no number at all.
    UnknownNameError, FontError
        As in `plot_chain`.
    """
    trend = name_regions(trend, lang, is_short=True)
    if not trend["low"].notna().any():
        raise NothingToDrawError(
            f"nothing to draw: no report of these regions has a number for {indicator}; show the table instead"
        )
    with open_sheet(width) as sheet:
        title = say("trend.title", lang, indicator=name_measure(indicator, trend[trend["low"].notna()], lang))
        top = sheet.write_title(title, is_shown=width == "screen") + 0.2
        unset = trend.loc[_is_unset(trend), "region_name"].unique()
        marks = [measure_ems(say("trend.unset", lang, name=name)) + 1.2 for name in unset]
        names = max([*marks, *(measure_ems(name) + 4.2 for name in trend["region_name"].unique())])
        left = max(2.4, measure_ems(f"{float(trend['high'].max()):.0f}") + 0.9)
        box = (left, top, sheet.width - names - left, min(max(0.42 * sheet.width, 17), 24))
        _draw_lines(sheet.add_axes(box), trend, size=(box[2], box[3]), lang=lang)
        return sheet.finish(top + box[3] + 2, [say("trend.note", lang), describe_sources(trend, lang)])


def _is_comparable(rows: pd.DataFrame) -> bool:
    """Whether two levels or more put a percentage on this indicator, and none puts something else on it."""
    numbers = rows[rows["low"].notna()]
    return len(numbers) > 1 and set(numbers["base_unit"]) == {"%"}


def _draw_panel(sheet: on.Sheet, box: tuple[float, float, float, float], rows: pd.DataFrame, *, lang: str) -> Axes:
    """Draw one indicator of the chain: marks, the value in words, its step over the level above."""
    left, top, width, height = box
    records = list_rows(rows)
    values = [format_value(row, lang) for row in records]
    steps = max(map(measure_ems, values)) + 3.8
    ax = sheet.add_axes((left, top + 2, width - steps, height - 4.4))
    on.write_beside(ax, (1, 1), say("panel.step", lang), offset=(steps, 0.5), ha="right", color=SOFT)
    for y, (row, value) in enumerate(zip(records, values, strict=True)):
        color = MARKED if y == len(records) - 1 else INK
        has_number = not is_na(row["low"])
        if has_number:
            on.draw_mark(ax, (row["low"], y), row, color=color, marker="o")
        on.write_in_row(ax, (1, y), value, offset=0.8, color=color if has_number else SOFT)
        on.write_in_row(ax, (1, y), format_step(row["step_pp"]), offset=steps, ha="right", color=SOFT)
    on.set_values(ax, rows["low"].min(), rows["high"].max(), width_em=width - steps)
    return ax


def _draw_ranks(ax: Axes, ranked: pd.DataFrame, *, region_code: str, offset: float, lang: str) -> None:
    """Draw rank, mark and value of each peer; the district stands on a band and in its own colour."""
    for y, row in enumerate(list_rows(ranked)):
        is_own = row["region_code"] == region_code
        color = MARKED if is_own else INK
        if is_own:
            ax.axhspan(y - 0.5, y + 0.5, color=BAND, zorder=0)
            ax.get_yticklabels()[y].set_color(color)
        face = "white" if row["source_kind"] == "citation" else color
        on.draw_mark(ax, (row["low"], y), row, color=color, marker=MARKERS[row["source_kind"]], markerfacecolor=face)
        on.write_in_row(ax, (0, y), f"{row['rank']:.0f}", offset=offset, ha="right", color=SOFT)
        on.write_in_row(ax, (1, y), write_on_axis(row, lang), offset=0.8, color=color)


def _draw_median(ax: Axes, ranked: pd.DataFrame, *, lang: str) -> None:
    """Draw the median of the ranked peers with its number."""
    end = ranked["range_end"].iloc[0]
    median = take_end(ranked["low"], ranked["high"], end).median()
    ax.axvline(median, color=SOFT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    label = say("peers.median", lang, value=format_on_axis(float(median), str(ranked["unit"].iloc[0])))
    on.write_above(ax, median, label, offset=0.4, ha="center", color=SOFT)


def _draw_key(ax: Axes, ranked: pd.DataFrame, *, left: float, lang: str) -> None:
    """Say which mark is read from a report and which is cited, where both are drawn."""
    kinds = [kind for kind in MARKERS if kind in set(ranked["source_kind"])]
    if len(kinds) == 1:
        return
    for kind in kinds:
        face = INK if kind == "report" else "white"
        label = say(f"kind.{kind}", lang)
        ax.plot([], [], color=INK, marker=MARKERS[kind], markerfacecolor=face, linestyle="none", label=label)
    place = (left, 1 + 1.8 / (_RANK_EMS * len(ranked)))
    tight: dict[str, Any] = {
        "borderaxespad": 0,
        "borderpad": 0.2,
        "handlelength": 1,
        "handletextpad": 0.2,
        "columnspacing": 1,
    }
    ax.legend(loc="lower left", bbox_to_anchor=place, ncols=2, **tight)


def _draw_lines(ax: Axes, trend: pd.DataFrame, *, size: tuple[float, float], lang: str) -> None:
    """Draw the line of each region, its crosses below, and its name on the right."""
    regions = [(str(name), rows.sort_values("report_year")) for name, rows in trend.groupby("region_name", sort=False)]
    unset = {name: rows.loc[_is_unset(rows), "report_year"] for name, rows in regions}
    unset = {name: years for name, years in unset.items() if len(years)}
    em = _set_scales(ax, trend, size=size, n_unset=len(unset))
    mark = on.to_points(min(0.52, 0.55 * size[0] / trend["report_year"].nunique()))
    names: list[tuple[float, str, Mapping[str, Any]]] = []
    for number, (name, rows) in enumerate(regions):
        look = {**LINES[number % len(LINES)], "markersize": mark}
        _draw_line(ax, rows, look, shift=_SHIFT_YEARS * (number - (len(regions) - 1) / 2))
        if rows["low"].notna().any():
            names.append((float(rows["low"].dropna().iloc[-1]), name, look))
        if name in unset:
            y = ax.get_ylim()[0] + em * (0.8 + 1.3 * list(unset).index(name))
            ax.plot(unset[name], [y] * len(unset[name]), color=look["color"], marker="x", linestyle="none")
            on.write_in_row(ax, (1, y), say("trend.unset", lang, name=name), offset=0.8, color=look["color"])
    on.write_names(ax, names, width=size[0], em=em, floor=ax.get_ylim()[0] + em * 1.3 * (len(unset) + 0.6))


def _is_unset(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a report is at hand that puts no number on the indicator."""
    return rows["low"].isna() & rows["missing"].isin(UNSET)


def _set_scales(ax: Axes, trend: pd.DataFrame, *, size: tuple[float, float], n_unset: int) -> float:
    """Set years and values as scales, with room for the crosses below; return how much of the values one em is."""
    years = trend.loc[trend["low"].notna() | _is_unset(trend), "report_year"]
    ax.set_xlim(years.min() - 0.7, years.max() + 0.7)
    on.set_ticks(ax.xaxis, most=max(1, min(9, int(size[0] / 3))), is_integer=True)
    low, high = float(trend["low"].min()), float(trend["high"].max())
    free = size[1] - 1.6 - 1.3 * n_unset - 1.2
    em = (high - low or 1.0) / free
    ax.set_ylim(low - em * (1.3 * n_unset + 1.6), high + em * 1.2)
    on.set_ticks(ax.yaxis, most=6, floor=low - 2 * em)
    ax.grid(axis="y")
    return em


def _draw_line(ax: Axes, rows: pd.DataFrame, look: Mapping[str, Any], *, shift: float) -> None:
    """Draw one region: a line that breaks where a year has no number, a mark for each number, moved by a part of a year."""
    years = range(int(rows["report_year"].min()), int(rows["report_year"].max()) + 1)
    line = rows.set_index("report_year")["low"].reindex(years)
    ax.plot([year + shift for year in years], line, color=look["color"], linestyle=look["linestyle"], zorder=2)
    for row in list_rows(rows[rows["low"].notna()]):
        at = (row["report_year"] + shift, row["low"])
        on.draw_mark(ax, at, row, is_upright=True, **{**look, "linestyle": "none"})
