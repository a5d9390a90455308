"""Charts of shares: results just above and just below their targets, and how targets are put over the years."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policylab.errors import DataError
from policylab.publish import sheet as on
from policylab.publish.charts import INK, NothingToDrawError
from policylab.publish.panel_words import describe_observations, name_group, name_reading
from policylab.publish.sheet import measure_ems, open_sheet
from policylab.publish.words import is_na, list_rows, name_indicator, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_gaps", "plot_wording"]

_FILL, _DEEP = "#9cc3e0", "#0072b2"
# In the order of stacking; greys fall from dark to light and hatches differ.
_WORDINGS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "bound": (
        ("exact", "#41637d", ""),
        ("about", "#a9cbe4", ""),
        ("at_least", "#ffffff", "////"),
        ("at_most", "#e3e3e3", "...."),
        ("range", "#f0c9a0", "xxxx"),
    ),
    "form": (("number", "#41637d", ""), ("words", "#ffffff", "////")),
    "modality": (("plain", "#dfe8f0", ""), ("strive", "#ffffff", "////"), ("ensure", "#41637d", "")),
    "stretch": (("no_stretch", "#dfe8f0", ""), ("stretch", "#41637d", "")),
    "setting": (("found", "#dfe8f0", ""), ("absent", "#ffffff", "////"), ("not_set", "#41637d", "")),
}
_LEFT = 2.8
_ORDER = {"national": 0, "province": 1, "city": 2, "county": 3}


def plot_gaps(
    counts: pd.DataFrame, ratios: pd.DataFrame | None = None, *, lang: str = "zh", width: str = "screen"
) -> Figure:
    """
    Return the histogram of results less targets, one panel for each group, with the ratio at zero written in.

    Parameters
    ----------
    counts : DataFrame of `policylab.analyse.realised.count_gaps`
        Grouped by level, era or province. Not modified.
    ratios : DataFrame of `policylab.analyse.realised.compare_threshold`, optional
        Of the same pairs and groups.
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If there is no pair.
    DataError
        If the ratios are not of the groups of the histogram.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    if counts.empty:
        raise NothingToDrawError("nothing to draw: no target meets a result; show the table instead")
    by = list(counts.columns[: list(counts.columns).index("bin_low")])
    if ratios is not None and not set(by) <= set(ratios.columns):
        raise DataError(f"expected ratios by {', '.join(by)}, got {', '.join(ratios.columns)}")
    panels = _list_panels(counts, by)
    with open_sheet(width) as sheet:
        name = name_indicator(counts["indicator"].iloc[0], lang)
        top = sheet.write_title(say("gaps.title", lang, indicator=name, unit="%"), is_shown=width == "screen")
        n_columns = min(len(panels), max(1, int(sheet.width // 26)))
        cell, height = sheet.width / n_columns, 14.5
        for number, rows in enumerate(panels):
            line, column = divmod(number, n_columns)
            box = (column * cell + _LEFT, top + line * height + 2, cell - _LEFT - 0.8, height - 4.6)
            ax = sheet.add_axes(box)
            _draw_gaps(ax, rows, height=box[3], free=0 if ratios is None else 2.8)
            panel = say("gaps.panel", lang, name=name_group(list_rows(rows)[0], lang), n=rows["total"].iloc[0])
            on.write_beside(ax, (0, 1), panel, offset=(-_LEFT + 0.2, 0.6))
            if ratios is not None:
                _write_ratio(ax, rows, ratios, by, lang=lang)
        bottom = top + height * -(-len(panels) // n_columns)
        note = say("gaps.note", lang, end=say(f"end.{counts['range_end'].iloc[0]}", lang))
        return sheet.finish(bottom, [note, describe_observations(counts, "pairs", lang)])


def plot_wording(shares: pd.DataFrame, *, aspect: str = "bound", lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure of the shares of wordings, one bar for each year, one panel for each group.

    Parameters
    ----------
    shares : DataFrame of `policylab.analyse.wording.share_wording` or ``share_settings``
        By report year, and by level or province where wanted. Not modified.
    aspect : "bound", "form", "modality", "stretch" or "setting"
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If the table has no share of that aspect.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    rows = shares[shares["aspect"].eq(aspect) & shares["total"].gt(0)]
    if rows.empty:
        raise NothingToDrawError(f"nothing to draw: no shares of aspect {aspect!r}; show the table instead")
    by = [name for name in ("level", "province", "indicator") if name in rows]
    panels = _list_panels(rows, by)
    with open_sheet(width) as sheet:
        top = sheet.write_title(say("wordings.title", lang), is_shown=width == "screen")
        looks = [look for look in _WORDINGS[aspect] if rows.loc[rows["wording"].eq(look[0]), "n"].sum()]
        right = max(measure_ems(say(f"wording.{code}", lang)) for code, _, _ in looks) + 3
        inner = sheet.width - _LEFT - right
        for number, part in enumerate(panels):
            ax = sheet.add_axes((_LEFT, top + 3.6, inner, 10))
            ax.set_xlim(rows["report_year"].min() - 0.6, rows["report_year"].max() + 0.6)
            on.set_ticks(ax.xaxis, most=max(2, min(9, int(inner // 3.4))), is_integer=True)
            ax.tick_params(axis="x", labelbottom=number == len(panels) - 1)
            _draw_shares(ax, part, looks, lang=lang, width=inner)
            totals = dict(zip(part["report_year"], part["total"], strict=True))
            on.write_counts(ax, totals, width=inner, label=say("count.n", lang))
            on.write_beside(ax, (0, 1), name_group(list_rows(part)[0], lang), offset=(-_LEFT + 0.2, 2.6))
            top += 14.6
        note = say("wordings.note", lang, reading=name_reading(str(rows["reading"].iloc[0]), lang))
        return sheet.finish(top + 1.2, [note, describe_observations(rows, "targets", lang)])


def _list_panels(rows: pd.DataFrame, by: Sequence[str]) -> list[pd.DataFrame]:
    """Return the groups of a table, the nation first."""
    if not by:
        return [rows]
    panels = [part for _, part in rows.groupby(list(by), sort=False)]
    return sorted(panels, key=lambda part: _ORDER.get(str(part["level"].iloc[0]), 9)) if "level" in by else panels


def _draw_gaps(ax: Axes, rows: pd.DataFrame, *, height: float, free: float) -> None:
    """Draw one histogram: hatched below zero, solid from zero on, deeper beside it; with free ems above for words."""
    step = float(rows["bin_high"].iloc[0] - rows["bin_low"].iloc[0])
    for row in list_rows(rows):
        is_near = row["bin_low"] in (0, round(-step, 9))
        missed: dict[str, Any] = {"facecolor": "white", "hatch": "/////" if is_near else "///", "edgecolor": _DEEP}
        met: dict[str, Any] = {"facecolor": _DEEP if is_near else _FILL, "edgecolor": _DEEP}
        look = missed if row["bin_low"] < 0 else met
        ax.bar(row["bin_low"], row["n"], width=step, align="edge", linewidth=0.5, **look)
    ax.axvline(0, color=INK, linewidth=1, zorder=3)
    ax.set_xlim(rows["bin_low"].min() - step * 0.4, rows["bin_high"].max() + step * 0.4)
    ax.set_ylim(0, max(int(rows["n"].max()), 1) * 1.08 * height / (height - free))
    on.set_ticks(ax.xaxis, most=8)
    on.set_ticks(ax.yaxis, most=max(2, int(height // 2.4)), is_integer=True)
    ax.grid(axis="y")


def _write_ratio(ax: Axes, rows: pd.DataFrame, ratios: pd.DataFrame, by: Sequence[str], *, lang: str) -> None:
    """Write the ratio just above to just below with its interval into the panel."""
    row = rows.iloc[0]
    found = ratios[ratios[list(by)].eq(row[list(by)]).all(axis="columns")]
    if found.empty or is_na(float(found["ratio"].iloc[0])):
        return
    numbers = [
        f"{value:.1f}" if value != math.inf else "∞" for value in found[["ratio", "ratio_low", "ratio_high"]].iloc[0]
    ]
    lines = [
        say("gaps.ratio", lang, ratio=numbers[0]),
        say("gaps.interval", lang, low=numbers[1], high=numbers[2]),
    ]
    for number, line in enumerate(lines):
        on.write_beside(ax, (1, 1), line, offset=(-0.2, -1.2 - 1.2 * number), ha="right", fontsize=on.to_points(0.9))


def _draw_shares(
    ax: Axes, part: pd.DataFrame, looks: Sequence[tuple[str, str, str]], *, lang: str, width: float
) -> None:
    """Draw the stacked shares of each year, and on the right the name of each wording with a piece of its bar."""
    wide = part.pivot(index="report_year", columns="wording", values="share").fillna(0)
    base = wide.iloc[:, 0] * 0
    middles = []
    for code, color, hatch in looks:
        share = wide[code] if code in wide else base * 0
        frame: dict[str, Any] = {"edgecolor": "#41637d", "linewidth": 0.4}
        ax.bar(wide.index, share, bottom=base, width=0.8, color=color, hatch=hatch, **frame)
        middles.append(float(base.iloc[-1] + share.iloc[-1] / 2))
        base = base + share
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 50, 100])
    em = 100 / 10
    for (code, color, hatch), y in zip(looks, _spread(middles, 1.5 * em, top=100 - 0.4 * em), strict=True):
        piece: dict[str, Any] = {
            "color": color,
            "hatch": hatch,
            "edgecolor": "#41637d",
            "linewidth": 0.4,
            "clip_on": False,
        }
        ax.barh(y, 1.4 / width, left=1 + 0.5 / width, height=em, transform=ax.get_yaxis_transform(), **piece)
        on.write_in_row(ax, (1, y), say(f"wording.{code}", lang), offset=2.3, color=INK)


def _spread(places: Sequence[float], least: float, *, top: float) -> list[float]:
    """Move places apart, upward first and then down from the top, so that each has its room."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + least) if moved else max(place, least * 0.3))
    for number in range(len(moved) - 1, -1, -1):
        above = top if number == len(moved) - 1 else moved[number + 1] - least
        moved[number] = min(moved[number], above)
    return moved
