"""Charts of language: words that set reports apart, attention beside peers, and a map of reports by their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policylab.publish import sheet as on
from policylab.publish.charts import INK, MARKED, NothingToDrawError
from policylab.publish.sheet import SOFT, Sheet, measure_ems, open_sheet
from policylab.publish.words import format_number, is_na, list_rows, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_attention", "plot_keyness", "plot_similarity"]

_ROW, _WIDE = 1.5, 46  # ems of a row; of a sheet that takes two panels side by side
_OWN: Mapping[str, Any] = {"color": MARKED, "edgecolor": MARKED}
_OTHERS: Mapping[str, Any] = {"color": "white", "edgecolor": SOFT, "hatch": "//////"}
_CELL, _PANEL_HEIGHT = 13.0, 9.5
_MAP_HEIGHT = 34.0


def plot_keyness(
    keyness: pd.DataFrame, *, region: str, peers: str, limit: int = 12, lang: str = "zh", width: str = "screen"
) -> Figure:
    """
    Return a figure of the words that two groups of reports use more than the other: a bar for each, the longest first.

    Parameters
    ----------
    keyness : DataFrame, one row per word (see `policylab.analyse.keyness.score_keyness`)
        Not modified.
    region, peers : str
        Names of the two groups, for example 淮安市 and 江苏各市.
    limit : int
        Words of each group at most.
    lang : "zh" or "en"
    width : str
        A name of `policylab.publish.sheet.WIDTHS_MM`; "screen" also writes the title into the figure.

    Raises
    ------
    NothingToDrawError
        If the table has no word.
    UnknownNameError
        If the width or language is unknown.
    FontError
        If the font lacks a character.
    """
    parts = [keyness[keyness["z"].gt(0)].head(limit), keyness[keyness["z"].lt(0)].iloc[::-1].head(limit)]
    shown = [(name, part, look) for name, part, look in zip((region, peers), parts, (_OWN, _OTHERS), strict=True)]
    shown = [panel for panel in shown if len(panel[1])]
    if not shown:
        raise NothingToDrawError("nothing to draw: no word sets the reports apart; show the table instead")
    with open_sheet(width) as sheet:
        title = say("keyness.title", lang, region=region, peers=peers)
        top = sheet.write_title(title, is_shown=width == "screen") + 0.4
        n_columns = 2 if sheet.width > _WIDE and len(shown) == 2 else 1
        cell, tall = sheet.width / n_columns, _ROW * max(len(part) for _, part, _ in shown) + 5.6
        longest = max(float(part["z"].abs().max()) for _, part, _ in shown)
        names = max(measure_ems(term) for _, part, _ in shown for term in part["term"]) + 1
        for number, (name, part, look) in enumerate(shown):
            line, column = divmod(number, n_columns)
            box = (column * cell + 0.3, top + line * tall, cell - 0.9 - 0.6 * (n_columns - 1), _ROW * len(part))
            ax = _draw_words(sheet, box, part, names=names, look=look, lang=lang)
            ax.set_xlim(0, longest * 1.02)
            label = say("keyness.more", lang, name=name)
            on.write_beside(ax, (0, 1), label, offset=(-names, 2.2), color=look["edgecolor"])
        bottom = top + tall * -(-len(shown) // n_columns)
        return sheet.finish(bottom, _note_keyness(keyness, region, lang))


def plot_attention(attention: pd.DataFrame, *, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a figure of a region's attention to topics beside its peers: over the years, or of one year.

    Over the years, one small panel per topic: a line for the region, which a year without a report breaks, and the
    peers' median and quartiles. Of one year, one row per topic: a diamond for the region, a bar and tick for the peers.

    Parameters
    ----------
    attention : DataFrame, one row per report year and topic (see `policylab.analyse.attention.compare_attention`)
        Not modified.
    lang, width
        As in `plot_keyness`.

    Raises
    ------
    NothingToDrawError
        If the region has no share at all.
    UnknownNameError, FontError
        As in `plot_keyness`.
    """
    if not attention["share"].notna().any():
        raise NothingToDrawError("nothing to draw: no report of the region has words; show the table instead")
    region, years = attention["region_name"].iloc[0], sorted(set(attention["report_year"]))
    of_year = len(years) == 1
    with open_sheet(width) as sheet:
        title = say("attention.title_year" if of_year else "attention.title", lang, region=region, years=years[0])
        top = sheet.write_title(title, is_shown=width == "screen") + 0.4
        draw = _draw_topics if of_year else _draw_panels
        bottom = draw(sheet, attention, top=top, lang=lang)
        counts = sorted(set(attention["n_peers"]))
        by_year = attention.drop_duplicates("report_year")
        n_reports = int(by_year["n_peers"].sum() + by_year["share"].notna().sum())
        span = "–".join(map(str, dict.fromkeys((years[0], years[-1]))))
        told = {"region": region, "n": "–".join(map(str, dict.fromkeys((counts[0], counts[-1]))))}
        told |= {"version": "、".join(sorted(set(attention["dictionary_version"])))}
        told |= {"engine": attention["engine"].dropna().iloc[0]}
        note = say("attention.note_year" if of_year else "attention.note", lang, **told)
        return sheet.finish(bottom, [note, say("language.source", lang, n=n_reports, years=span)])


def plot_similarity(places: pd.DataFrame, *, region_code: str, lang: str = "zh", width: str = "screen") -> Figure:
    """
    Return a map of reports on which those that use the same words lie together, one region marked.

    The region's reports are filled diamonds, the others hollow dots. Names are written beside their points as far as
    they meet no other name and no point: first the region's, then its neighbours'; the note counts those left out.

    Parameters
    ----------
    places : DataFrame, one row per report (see `policylab.analyse.similarity.map_similarity`)
        Not modified.
    region_code : str
        The region to mark.
    lang, width
        As in `plot_keyness`.

    Raises
    ------
    NothingToDrawError
        If the table has no row.
    UnknownNameError, FontError
        As in `plot_keyness`.
    """
    if not len(places):
        raise NothingToDrawError("nothing to draw: no report has a place; show the table instead")
    years = sorted(set(places["report_year"]))
    span = "–".join(map(str, dict.fromkeys((years[0], years[-1]))))
    with open_sheet(width) as sheet:
        title = say("similarity.title", lang, years=span, n=len(places))
        top = sheet.write_title(title, is_shown=width == "screen") + 0.4
        box = (0.4, top, sheet.width - 0.8, _measure_height(places, sheet.width - 0.8))
        ax = sheet.add_axes(box)
        n_named = _draw_map(ax, places, region_code=region_code, size=(box[2], box[3]))
        hidden = say("similarity.hidden", lang, n=len(places) - n_named) if n_named < len(places) else ""
        told = {"shown": format_number(round(float(places["shown"].iloc[0]) * 100, 1)), "hidden": hidden}
        note = say("similarity.note", lang, engine=places["engine"].iloc[0], **told)
        return sheet.finish(top + box[3] + 0.8, [note, say("language.source", lang, n=len(places), years=span)])


def _draw_words(
    sheet: Sheet, box: tuple[float, float, float, float], part: pd.DataFrame, *, names: float, look: Any, lang: str
) -> Axes:
    """Draw the bars of one group, with the words on the left and counts on the right."""
    left, top, width, tall = box
    heads = [say("keyness.count", lang), say("keyness.reports", lang)]
    columns = [max(measure_ems(head), 2) + 0.8 for head in heads]
    ax = sheet.add_axes((left + names, top + 3.4, width - names - sum(columns), tall))
    on.set_rows(ax, list(part["term"]))
    ax.barh(range(len(part)), part["z"].abs(), height=0.62, linewidth=0.6, zorder=2, **look)
    on.set_ticks(ax.xaxis, most=max(2, int((width - names - sum(columns)) // 4)))
    for head, offset in zip(heads, (columns[0], sum(columns)), strict=True):
        on.write_beside(ax, (1, 1), head, offset=(offset, 0.5), ha="right", color=SOFT)
    for y, row in enumerate(list_rows(part)):
        for value, offset in zip((row["count"], row["n_against"]), (columns[0], sum(columns)), strict=True):
            on.write_in_row(ax, (1, y), str(value), offset=offset, ha="right", color=SOFT)
    return ax


def _note_keyness(keyness: pd.DataFrame, region: str, lang: str) -> list[str]:
    """Return the notes of a figure of keyness."""
    row = keyness.iloc[0]
    note = say(
        "keyness.note",
        lang,
        prior=format_number(row["prior_words"]),
        region=region,
        n=row["size_against"],
        engine=row["engine"],
    )
    return [note, say("language.source_plain", lang, n=row["size"] + row["size_against"])]


def _draw_topics(sheet: Sheet, attention: pd.DataFrame, *, top: float, lang: str) -> float:
    """Draw one row per topic of one year, and return where the drawing ends."""
    rows = list_rows(attention)
    names = [str(row[f"topic_{lang}"]) for row in rows]
    left = max(map(measure_ems, names)) + 1.2
    right = max(measure_ems(say("attention.percentile", lang)), 3) + 4.4
    box = (left, top + 2, sheet.width - left - right - 0.6, _ROW * 1.15 * len(rows))
    ax = sheet.add_axes(box)
    on.set_rows(ax, names)
    high = attention[["share", "peer_high"]].max().max()
    ax.set_xlim(-0.03 * (high or 1), 1.06 * (high or 1))
    on.set_ticks(ax.xaxis, most=max(2, int(box[2] // 4)))
    on.write_beside(ax, (1, 1), say("attention.percentile", lang), offset=(right, 0.5), ha="right", color=SOFT)
    for y, row in enumerate(rows):
        if not is_na(row["peer_median"]):
            ax.barh(y, row["peer_high"] - row["peer_low"], left=row["peer_low"], height=0.5, color="#c9d0d8", zorder=1)
            ax.plot([row["peer_median"]] * 2, [y - 0.34, y + 0.34], color=INK, linewidth=1.1, zorder=2)
            on.write_in_row(ax, (1, y), format_number(row["percentile"]), offset=right, ha="right", color=SOFT)
        ax.plot(row["share"], y, color=MARKED, marker="D", linestyle="none", zorder=3, clip_on=False)
        on.write_in_row(ax, (1, y), f"{row['share']:.1f}", offset=3.4, ha="right", color=MARKED)
    return top + 2 + box[3] + 2.2


def _draw_panels(sheet: Sheet, attention: pd.DataFrame, *, top: float, lang: str) -> float:
    """Draw one small panel per topic over the years, and return where the drawing ends."""
    topics = list(attention.groupby("topic", sort=False))
    n_columns = max(2, int(sheet.width // _CELL))
    cell, tall = sheet.width / n_columns, _PANEL_HEIGHT + 4.2
    for number, (_, rows) in enumerate(topics):
        line, column = divmod(number, n_columns)
        box = (column * cell + 2.2, top + line * tall + 1.6, cell - 3.4, _PANEL_HEIGHT)
        ax = sheet.add_axes(box)
        _draw_years(ax, rows)
        high = rows[["share", "peer_high"]].max().max()
        ax.set_ylim(0, high * 1.1 or 1)
        on.set_ticks(ax.yaxis, most=4)
        ax.set_xticks(_choose_years(rows["report_year"], most=int(box[2] // 3.6)))
        ax.set_xticks(rows["report_year"], minor=True)
        ax.grid(axis="y")
        on.write_beside(ax, (0, 1), str(rows[f"topic_{lang}"].iloc[0]), offset=(-1.6, 0.6))
    return top + tall * -(-len(topics) // n_columns) - 0.6


def _choose_years(years: pd.Series[int], *, most: int) -> list[int]:
    """Return the years that are written: the first, the last, and the middle where it is a year and there is room."""
    first, last = int(years.min()), int(years.max())
    return [first, (first + last) // 2, last] if most > 2 and (last - first) % 2 == 0 else [first, last]


def _draw_years(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw the region's line, and the peers' median and quartiles; years without a report are gaps."""
    years, line = rows["report_year"].to_numpy(), rows["share"].to_numpy(dtype=float)
    low, middle, high = (rows[name].to_numpy(dtype=float) for name in ("peer_low", "peer_median", "peer_high"))
    ax.fill_between(years, low, high, color="#dde2e8", linewidth=0, zorder=1)
    ax.plot(years, middle, color=SOFT, linewidth=0.9, linestyle=(0, (4, 2)), zorder=2)
    ax.plot(years, line, color=MARKED, marker="D", markersize=on.to_points(0.38), zorder=3)
    ax.set_xlim(years.min() - 0.6, years.max() + 0.6)


def _draw_map(ax: Axes, places: pd.DataFrame, *, region_code: str, size: tuple[float, float]) -> int:
    """Draw the points and as many names as fit; return how many are named."""
    points = _place_points(places, size)
    is_own = places["region_code"].eq(region_code).tolist()
    ax.set_xlim(0, size[0])
    ax.set_ylim(0, size[1])
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[["top", "right"]].set_visible(True)
    for (x, y), own in zip(points, is_own, strict=True):
        mark: dict[str, Any] = (
            {"marker": "D", "markerfacecolor": MARKED} if own else {"marker": "o", "markerfacecolor": "white"}
        )
        ax.plot(x, y, linestyle="none", color=MARKED if own else SOFT, zorder=3 if own else 2, **mark)
    names = _name_points(places)
    named = _fit_names(points, names, _order_names(points, is_own), size=size, sure=sum(is_own))
    for number, (x, y) in named.items():
        color = MARKED if is_own[number] else INK
        look: dict[str, Any] = {
            "ha": "left",
            "va": "center_baseline",
            "color": color,
            "fontsize": on.to_points(_NAME_SIZE),
        }
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.4} if is_own[number] else None
        ax.text(x, y, names[number], zorder=4, bbox=paper, **look)
    return len(named)


_NAME_SIZE = 0.9
_DOT, _GAP = 0.36, 0.3  # ems: half of a point, and between a point and its name


def _measure_height(places: pd.DataFrame, width: float) -> float:
    """Return how high a map is to be, in ems, for its points to fill its width."""
    spread = sorted(float(places[name].max() - places[name].min()) for name in ("x", "y"))
    return min(max((width - 10) * spread[0] / spread[1] + 4 if spread[1] else 0, 12), _MAP_HEIGHT)


def _place_points(places: pd.DataFrame, size: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the points in ems, one scale for both directions, with room at the edges."""
    import numpy as np

    at = places[["x", "y"]].to_numpy(dtype=float)
    spread = np.ptp(at, axis=0)
    if spread[1] > spread[0]:  # the wider direction lies along the sheet
        at, spread = at[:, ::-1], spread[::-1]
    room = np.array(size) - [10, 4]
    scale = min(room / np.where(spread > 0, spread, 1))
    moved = (at - at.min(axis=0)) * scale
    return [(float(x), float(y)) for x, y in moved + (np.array(size) - spread * scale) / 2]


def _name_points(places: pd.DataFrame) -> list[str]:
    """Return the name of each point: of its region, with the year where regions have several."""
    several = places["region_code"].duplicated().any()
    return [
        f"{row['region_name']} {row['report_year']}" if several else row["region_name"] for row in list_rows(places)
    ]


def _order_names(points: Sequence[tuple[float, float]], is_own: Sequence[bool]) -> list[int]:
    """Return in which order points are named: the region's own, then by their distance from the nearest of these."""
    own = [point for point, flag in zip(points, is_own, strict=True) if flag] or [points[0]]

    def reach(number: int) -> float:
        x, y = points[number]
        return min((x - a) ** 2 + (y - b) ** 2 for a, b in own)

    return sorted(range(len(points)), key=lambda number: (reach(number), number))


def _fit_names(
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    order: Sequence[int],
    *,
    size: tuple[float, float],
    sure: int,
) -> dict[int, tuple[float, float]]:
    """
    Return for each name that fits beside its point its left end and middle, in ems.

    The first ``sure`` names may cover points where they else would not fit.
    """
    dots = [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in points]
    taken: list[tuple[float, float, float, float]] = []
    found: dict[int, tuple[float, float]] = {}
    for place, number in enumerate(order):
        x, y = points[number]
        width, half = measure_ems(names[number]) * _NAME_SIZE, 0.62 * _NAME_SIZE
        side, up = _DOT + _GAP, _DOT + _GAP + half
        spots = [(x + side, y), (x - side - width, y), (x - width / 2, y + up), (x - width / 2, y - up)]
        boxes = [(left, middle - half, left + width, middle + half) for left, middle in spots]
        free = [box for box in boxes if _lies_inside(box, size) and not any(_meet(box, other) for other in taken)]
        clear = [box for box in free if not any(_meet(box, dot) for dot in dots)]
        if box := next(iter(clear or (free if place < sure else [])), None):
            taken.append(box)
            found[number] = (box[0], box[1] + half)
    return found


def _lies_inside(box: tuple[float, float, float, float], size: tuple[float, float]) -> bool:
    """Whether a box lies on the map, with a little room to its edge."""
    return min(box[0], box[1], size[0] - box[2], size[1] - box[3]) > 0.3


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Whether two boxes overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
