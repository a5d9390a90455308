"""Charts of a district among its peers: where it stands in their distribution, and all indicators as a heat map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from policylab.analyse.values import take_end
from policylab.publish import sheet as on
from policylab.publish.charts import MARKED, NothingToDrawError
from policylab.publish.panel_words import format_on_axis, format_short, name_measure, write_on_axis
from policylab.publish.region_names import name_regions
from policylab.publish.sheet import SOFT, measure_ems, open_sheet
from policylab.publish.words import (
    describe_sources,
    format_number,
    is_na,
    is_percent,
    list_rows,
    name_indicator,
    say,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_distribution", "plot_heat"]

_FILL, _DEEP = "#9cc3e0", "#0072b2"
_LEFT, _CELL, _ROW = 2.8, 5.6, 1.6


def plot_distribution(
    peers: pd.DataFrame, *, indicator: str, region_code: str, lang: str = "zh", width: str = "screen"
) -> Figure:
    """
    Return a figure of how many peers put their target where, with the district and the median marked.

    Parameters
    ----------
    peers : DataFrame, one row per peer (see `policylab.analyse.peers.compare_peers`)
        Not modified.
    indicator : str
        The code of the indicator that `peers` compares, for the title.
    region_code : str
        The district to mark.
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If no peer has a number.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    peers = name_regions(peers, lang, is_short=True)
    known = peers[peers["low"].notna()]
    if known.empty:
        raise NothingToDrawError(f"nothing to draw: no peer has a number for {indicator}; show the table instead")
    value = take_end(known["low"], known["high"], str(known["range_end"].iloc[0]))
    step = _choose_step(value)
    own = known[known["region_code"].eq(region_code)]
    with open_sheet(width) as sheet:
        title = _title_distribution(known, indicator, lang)
        top = sheet.write_title(title, is_shown=width == "screen") + 3.6
        box = (_LEFT, top, sheet.width - _LEFT - 1, min(max(0.3 * sheet.width, 11), 16))
        ax = sheet.add_axes(box)
        marked = float(value[own.index].iloc[0]) if len(own) else math.nan
        _draw_bars(ax, value, step, marked=marked, shift=_shift_bins(known))
        _mark_places(ax, known, own, lang=lang, width=box[2])
        note = _note_distribution(peers, own, region_code, step, lang)
        return sheet.finish(top + box[3] + 2, [note, describe_sources(peers, lang)])


def plot_heat(cells: pd.DataFrame, *, region_code: str, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a table of regions by indicators with the values written in, darker where higher within the indicator.

    Cells without a comparable number are hatched. Where the sheet is too narrow for all indicators, they go on below.

    Parameters
    ----------
    cells : DataFrame of `policylab.analyse.peers.compare_indicators`
        Not modified.
    region_code : str
        The region to frame; it need not be in the table.
    lang, width
        As in `policylab.publish.charts.plot_chain`.

    Raises
    ------
    NothingToDrawError
        If there is no number at all.
    UnknownNameError, FontError
        As in `policylab.publish.charts.plot_chain`.
    """
    cells = name_regions(cells, lang, is_short=True)
    if not cells["low"].notna().any():
        raise NothingToDrawError("nothing to draw: no region has a number for any indicator; show the table instead")
    indicators = list(dict.fromkeys(cells["indicator"]))
    n_regions = cells["region_code"].nunique()
    with open_sheet(width) as sheet:
        years = "–".join(str(year) for year in sorted({cells["report_year"].min(), cells["report_year"].max()}))
        title = say("heat.title", lang, years=years, n=n_regions)
        top = sheet.write_title(title, is_shown=width == "screen")
        names = max(map(measure_ems, cells["region_name"])) + 1
        per_block = max(1, int((sheet.width - names) // _CELL))
        n_blocks = -(-len(indicators) // per_block)
        per_block = -(-len(indicators) // n_blocks)
        cell = min((sheet.width - names - 0.3) / per_block, 14)
        for start in range(0, len(indicators), per_block):
            block = indicators[start : start + per_block]
            heads = [on.wrap(_name_column(cells, code, lang), (cell - 0.7) / 0.85) for code in block]
            top += 1.1 * max(map(len, heads)) + 0.6
            ax = sheet.add_axes((names, top, cell * len(block), _ROW * n_regions))
            _draw_cells(ax, cells, block, region_code=region_code, lang=lang)
            for number, lines in enumerate(heads):
                head = {"ha": "center", "va": "bottom", "fontsize": on.to_points(0.85), "linespacing": 1.1}
                on.write_above(ax, number, "\n".join(lines), offset=0.4, **head)
            top += _ROW * n_regions + 0.8
        return sheet.finish(top, [say("heat.note", lang), describe_sources(cells, lang)])


def _choose_step(value: pd.Series[float]) -> float:
    """Choose the width of bins: a round number that makes about twelve, at the finest what the numbers differ by."""
    span = float(value.max() - value.min())
    raw = max(span / 12, 1e-9)
    scale = 10 ** math.floor(math.log10(raw))
    return float(next(scale * part for part in (1, 2, 5, 10) if scale * part >= raw * 0.999)) if span else 1.0


def _title_distribution(known: pd.DataFrame, indicator: str, lang: str) -> str:
    """Name the indicator with its unit, year and number of regions."""
    name = name_measure(indicator, known, lang)
    return say("distribution.title", lang, indicator=name, years=known["report_year"].iloc[0], n=len(known))


def _note_distribution(peers: pd.DataFrame, own: pd.DataFrame, region_code: str, step: float, lang: str) -> str:
    """Say how the bars were made and which holds the district."""
    known = peers[peers["low"].notna()]
    names = peers.loc[peers["region_code"].eq(region_code), "region_name"]
    parts = {
        "width": say("gap.pp", lang, gap=format_number(step)) if _shift_bins(known) else format_number(step),
        "place": say("distribution.centred" if _shift_bins(known) else "distribution.edged", lang),
        "region": next(iter(names), region_code),
    }
    key = "distribution.note" if len(own) else "distribution.note_absent"
    return say(key, lang, end=say(f"end.{known['range_end'].iloc[0]}", lang), **parts)


def _shift_bins(known: pd.DataFrame) -> float:
    """Return by how much of a bin its middle lies before it: percentages cluster at round numbers, amounts begin at 0."""
    return 0.5 if is_percent(str(known["unit"].iloc[0])) else 0.0


def _draw_bars(ax: Axes, value: pd.Series[float], step: float, *, marked: float, shift: float) -> None:
    """Draw how many values lie in each bin; the bin of the district is darker and hatched."""
    counts = value.map(lambda number: _place_in(number, step, shift)).value_counts().sort_index()
    own = _place_in(marked, step, shift) if not is_na(marked) else None
    for at, n in zip(counts.index.tolist(), counts.tolist(), strict=True):
        look: dict[str, Any] = {"facecolor": _DEEP, "hatch": "////"} if at == own else {"facecolor": _FILL}
        ax.bar((at + 0.5 - shift) * step, n, width=step, edgecolor="white", linewidth=0.6, **look)
    ax.set_xlim((counts.index.min() - 2 * shift) * step, (counts.index.max() + 1) * step)
    ax.set_ylim(0, counts.max() * 1.08)
    on.set_ticks(ax.xaxis, most=10)
    on.set_ticks(ax.yaxis, most=5, is_integer=True)
    ax.grid(axis="y")


def _place_in(value: float, step: float, shift: float) -> int:
    """Return the number of the bin that holds a value, left end included."""
    return math.floor(round(value / step + shift, 6))


def _mark_places(ax: Axes, known: pd.DataFrame, own: pd.DataFrame, *, lang: str, width: float) -> None:
    """Mark the median by a dashed line and the district by a full one, each with its words above."""
    value = take_end(known["low"], known["high"], str(known["range_end"].iloc[0]))
    median, unit = float(value.median()), str(known["unit"].iloc[0])
    ax.axvline(median, color=SOFT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=3)
    label = say("peers.median", lang, value=format_on_axis(median, unit))
    at = float(value[own.index].iloc[0]) if len(own) else math.inf
    # The median's words end at its line or begin there, on the side that the district's line does not cross.
    side = -0.5 if at >= median else 0.5
    _write_over(ax, (median, 0.3), label, width=width, side=side, color=SOFT)
    if len(own):
        row = list_rows(own)[0]
        parts = {"region": row["region_name"], "value": write_on_axis(row, lang), "rank": f"{row['rank']:.0f}"}
        label = say("distribution.own", lang, n=len(value), **parts)
        _write_over(ax, (at, 1.8), label, width=width, side=0, color=MARKED)
        on.draw_riser(ax, at, reach=1.4, color=MARKED)


def _write_over(ax: Axes, at: tuple[float, float], label: str, *, width: float, side: float, color: str) -> None:
    """Write words so many ems above a value: about it, or to one side, shifted so that they stay within the axes."""
    low, high = ax.get_xlim()
    place = (at[0] - low) / (high - low) * width
    half = measure_ems(label) / 2
    middle = place + side * 2 * (half + 0.3)
    shift = max(half - middle, 0) - max(half - (width - middle), 0)
    on.write_beside(ax, (middle / width, 1), label, offset=(shift, at[1]), ha="center", color=color)


def _name_column(cells: pd.DataFrame, code: str, lang: str) -> str:
    """Name an indicator with its unit."""
    known = cells[cells["indicator"].eq(code) & cells["low"].notna()]
    return name_measure(code, known, lang) if len(known) else name_indicator(code, lang)


def _draw_cells(ax: Axes, cells: pd.DataFrame, block: Sequence[str], *, region_code: str, lang: str) -> None:
    """Draw one block of cells, and frame the row of the region."""
    from matplotlib.patches import Rectangle

    regions = list(dict.fromkeys(cells["region_code"]))
    names = cells.drop_duplicates("region_code").set_index("region_code")["region_name"]
    on.set_rows(ax, [str(names[code]) for code in regions])
    ax.grid(visible=False)
    ax.set_xlim(-0.5, len(block) - 0.5)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    for row in list_rows(cells[cells["indicator"].isin(block)]):
        x, y = block.index(row["indicator"]), regions.index(row["region_code"])
        empty: dict[str, Any] = {"facecolor": "white", "hatch": "////"}
        look = empty if is_na(row["low"]) else {"facecolor": _shade(row["z_score"])}
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, edgecolor="#c8c8c8", linewidth=0.4, **look))
        if not is_na(row["low"]):
            ax.text(x, y, format_short(row, lang), ha="center", va="center_baseline", fontsize=on.to_points(0.9))
    if region_code in regions:
        y = regions.index(region_code)
        frame: dict[str, Any] = {"fill": False, "edgecolor": MARKED, "linewidth": 1.2, "clip_on": False, "zorder": 4}
        ax.add_patch(Rectangle((-0.5, y - 0.5), len(block), 1, **frame))
        ax.get_yticklabels()[y].set_color(MARKED)


def _shade(z_score: Any) -> tuple[float, float, float]:
    """Return a blue that is darker for a higher z-score, never so dark that black is hard to read on it."""
    place = 0.5 if is_na(z_score) else min(max((float(z_score) + 2) / 4, 0), 1)
    light, dark = (0.96, 0.98, 1.0), (0.45, 0.68, 0.87)
    red, green, blue = (one + (other - one) * place for one, other in zip(light, dark, strict=True))
    return red, green, blue
