from __future__ import annotations

import hashlib
import json
from math import isnan
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from policylab.errors import DataError, UnknownNameError
from policylab.publish.charts import MARKED, NothingToDrawError
from policylab.publish.figures import save_figure
from policylab.publish.panel_charts import plot_levels, plot_multiples, plot_realised, plot_steps
from policylab.publish.peer_charts import plot_distribution, plot_heat
from policylab.publish.share_charts import plot_gaps, plot_wording
from policylab.publish.words import format_number
from tests.publish.drawn import find_texts, say_all


def find_bars(ax: Axes) -> list[Rectangle]:
    """Return the bars of a chart."""
    return [patch for container in ax.containers for patch in container]


def luminance(color: object) -> float:
    """Return how light a colour is in grey print, from 0 to 1."""
    red, green, blue = (int(to_hex(color)[place : place + 2], 16) / 255 for place in (1, 3, 5))  # type: ignore[arg-type]
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_missing_years_are_gaps_between_target_and_result(series: pd.DataFrame) -> None:
    """A year without a number breaks its line, and only years with both are joined."""
    ax = plot_realised(series.iloc[:24], indicator="gdp_growth").axes[0]
    lines = [line for line in ax.get_lines() if len(line.get_xdata()) == 12 and line.get_marker() == ""]
    years = [[int(x) for x, y in zip(*line.get_data(), strict=True) if isnan(y)] for line in lines]
    assert years == [[2014], [2014, 2019]]
    joins = [line for line in ax.get_lines() if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2]
    drawn = [line.get_xdata()[0] for line in joins if not any(isnan(y) for y in line.get_ydata())]
    assert {2014, 2019}.isdisjoint(drawn) and {2013, 2020} <= set(drawn)


def test_target_and_result_differ_in_grey(series: pd.DataFrame) -> None:
    """Rings on a full line, filled squares on a dashed one, both named at the end of the line."""
    fig = plot_realised(series.iloc[:24], indicator="gdp_growth", lang="en")
    assert {"target", "result"} <= set(say_all(fig).splitlines())
    keys = [line for line in fig.axes[0].get_lines() if line.get_markevery() == [1]]
    assert [line.get_marker() for line in keys] in (["s", "o"], ["o", "s"])
    assert len({str(line._dash_pattern) for line in keys}) == 2  # type: ignore[attr-defined]


def test_small_multiples_share_their_scales(series: pd.DataFrame) -> None:
    """One panel for each region, all with the same years and, for one indicator, the same heights."""
    fig = plot_multiples(series, width="elsevier-double")
    panels = [ax for ax in fig.axes if ax.axison]
    assert len(panels) == 3
    assert len({ax.get_ylim() for ax in panels}) == len({ax.get_xlim() for ax in panels}) == 1
    assert {"江苏省", "淮安市", "南京市"} <= set(say_all(fig).splitlines())


def test_multiples_of_one_region_name_the_indicators(series: pd.DataFrame) -> None:
    """Panels bear what differs: of one region the indicators with their units."""
    other = series.iloc[:24].assign(
        indicator="fai_growth", low=lambda rows: rows["low"] + 10, high=lambda rows: rows["high"] + 10
    )
    fig = plot_multiples(pd.concat([series.iloc[:24], other]), lang="en")
    assert {"GDP growth (%)", "Fixed asset investment growth (%)"} <= set(say_all(fig).splitlines())
    assert len({ax.get_ylim() for ax in fig.axes if ax.axison}) == 2


def test_coverage_stands_below_the_means(means: pd.DataFrame) -> None:
    """The lower panel shows the share of regions of each level, and the note says that the panel is unbalanced."""
    fig = plot_levels(means)
    upper, lower = fig.axes
    shown = {line.get_marker(): max(line.get_ydata()) for line in lower.get_lines()}
    assert shown["s"] == pytest.approx(31 / 3.5)
    assert upper.get_xlim() == lower.get_xlim()
    assert "面板不平衡" in say_all(fig)


def test_few_numbers_are_hollow_and_have_no_interval(steps: pd.DataFrame) -> None:
    """Steps of fewer than five regions are hollow, without an interval, and n stands above every year."""
    fig = plot_steps(steps, lang="en")
    ax = fig.axes[2]
    marks = [line for line in ax.get_lines() if line.get_marker() == "s" and len(line.get_xdata()) == 1]
    hollow = [line.get_xdata()[0] for line in marks if line.get_markerfacecolor() == "white"]
    assert hollow == [2018, 2019, 2020, 2021]
    upright = {
        line.get_xdata()[0] for line in ax.get_lines() if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"
    }
    assert upright & set(hollow) == set()
    assert [text.get_text() for text in find_texts(fig) if text.axes is ax and text.get_rotation() == 90] == list(
        "123456"
    )
    assert "hollow markers have fewer than 5" in say_all(fig).replace("\n", " ")


def test_the_year_of_change_is_marked(steps: pd.DataFrame) -> None:
    """A dashed line stands before 2013, or before the year that is asked for."""
    for cut in (2013, 2016):
        ax = plot_steps(steps, cut_year=cut).axes[0]
        assert cut - 0.5 in [line.get_xdata()[0] for line in ax.get_lines() if line.get_linestyle() == "--"]


def test_bars_below_zero_are_hatched(gaps: pd.DataFrame, ratios: pd.DataFrame) -> None:
    """Misses are hatched and white, hits solid; the two beside zero are the deepest; provinces come first."""
    fig = plot_gaps(gaps, ratios)
    bars = find_bars(fig.axes[0])
    assert [bool(bar.get_hatch()) for bar in bars] == [bar.get_x() < 0 for bar in bars]
    assert luminance(bars[5].get_facecolor()) < luminance(bars[6].get_facecolor())
    assert say_all(fig).splitlines().index("省级，2013年以前（n = 171）") < say_all(fig).splitlines().index(
        "地级，2013年起（n = 853）"
    )


def test_the_ratio_is_written_clear_of_the_bars(gaps: pd.DataFrame, ratios: pd.DataFrame) -> None:
    """Each panel has its own ratio and interval, in the room that is left above the bars."""
    fig = plot_gaps(gaps, ratios, width="cn-single")
    assert "刚过 : 刚欠 = 4.3" in say_all(fig)
    for ax in fig.axes:
        top = max(bar.get_window_extent().y1 for bar in find_bars(ax))
        words = [
            text
            for text in find_texts(fig)
            if text.axes is ax and ("刚过" in text.get_text() or "95%" in text.get_text())
        ]
        assert len(words) == 2
        assert min(text.get_window_extent().y0 for text in words) > top
    assert "刚过" not in say_all(plot_gaps(gaps)).replace("实心", "")


def test_ratios_of_other_groups_are_refused(gaps: pd.DataFrame, ratios: pd.DataFrame) -> None:
    """A ratio without the period belongs to no panel."""
    with pytest.raises(DataError, match="expected ratios by level, era"):
        plot_gaps(gaps, ratios.drop(columns="era"))


def test_a_ratio_over_none_is_written_as_such(gaps: pd.DataFrame, ratios: pd.DataFrame) -> None:
    """Infinity has a sign, and a panel without results near zero no ratio."""
    ratios.loc[0, ["ratio", "ratio_high"]] = float("inf")
    ratios.loc[1, "ratio"] = float("nan")
    said = say_all(plot_gaps(gaps, ratios))
    assert "刚过 : 刚欠 = ∞" in said
    assert said.count("刚过 : 刚欠") == 3


def test_shares_are_stacked_to_a_hundred_and_years_without_reports_stay_empty(shares: pd.DataFrame) -> None:
    """Bars of a year add up; 2011 has none; wordings differ in lightness or hatch; n stands above."""
    fig = plot_wording(shares)
    ax = fig.axes[0]
    bars = find_bars(ax)[:-4]  # the last of each container is the piece beside the name
    heights: dict[int, float] = {}
    for container in ax.containers:
        for bar in container:
            if len(container) > 1:
                year = round(bar.get_x() + bar.get_width() / 2)
                heights[year] = heights.get(year, 0) + bar.get_height()
    assert set(heights) == set(range(2003, 2024)) - {2011}
    assert {round(height, 6) for height in heights.values()} == {100}
    looks = {(round(luminance(bar.get_facecolor()), 1), bar.get_hatch()) for bar in bars}
    assert len(looks) == 4
    assert "以内" not in say_all(fig).splitlines()


def test_an_aspect_that_is_not_there_is_refused(shares: pd.DataFrame) -> None:
    """A table without modality cannot show it."""
    with pytest.raises(NothingToDrawError, match="'modality'"):
        plot_wording(shares, aspect="modality")


def test_the_district_is_marked_in_the_distribution(peers: pd.DataFrame) -> None:
    """One bar is darker and hatched, and the words give value, rank and number of regions."""
    fig = plot_distribution(peers, indicator="gdp_growth", region_code="320804")
    bars = find_bars(fig.axes[0])
    hatched = [bar for bar in bars if bar.get_hatch()]
    assert len(hatched) == 1
    assert hatched[0].get_x() <= 5 < hatched[0].get_x() + hatched[0].get_width()
    assert luminance(hatched[0].get_facecolor()) < luminance(bars[-1].get_facecolor())
    assert sum(bar.get_height() for bar in bars) == 30
    assert "淮阴区 5%（第 28 / 30）" in say_all(fig)


def test_a_district_without_a_number_is_said_to_have_none(peers: pd.DataFrame) -> None:
    """The distribution is drawn without a mark, and the note says why."""
    fig = plot_distribution(peers, indicator="gdp_growth", region_code="320899", lang="en")
    assert not [bar for bar in find_bars(fig.axes[0]) if bar.get_hatch()]
    assert "甲县 has no number" in say_all(fig)


@pytest.mark.parametrize("low", [5.0, 7.5, 10.5])
def test_words_of_median_and_district_keep_apart(peers: pd.DataFrame, low: float) -> None:
    """Wherever the district stands, its line does not cross the words of the median."""
    peers.loc[peers["region_code"].eq("320804"), ["low", "high"]] = low
    fig = plot_distribution(peers, indicator="gdp_growth", region_code="320804", width="cn-single")
    median = next(text for text in find_texts(fig) if "中位数" in text.get_text()).get_window_extent()
    x = fig.axes[0].transData.transform((low, 0))[0]
    assert not median.x0 < x < median.x1


def test_equal_targets_have_one_bar(peers: pd.DataFrame) -> None:
    """Where all state the same there is one bar and no division by nothing."""
    same = peers.assign(
        low=peers["low"].where(peers["low"].isna(), 6.0), high=peers["high"].where(peers["low"].isna(), 6.0)
    )
    assert len(find_bars(plot_distribution(same, indicator="gdp_growth", region_code="320804").axes[0])) == 1


def test_cells_without_a_number_are_hatched(cells: pd.DataFrame) -> None:
    """As many hatched cells as there are numbers missing, and nowhere a zero in their place."""
    fig = plot_heat(cells, region_code="320804")
    patches = [patch for ax in fig.axes for patch in ax.patches]
    assert sum(bool(patch.get_hatch()) for patch in patches) == cells["low"].isna().sum()
    written = [text.get_text() for ax in fig.axes for text in ax.texts if text.get_va() == "center_baseline"]
    assert len(written) == cells["low"].notna().sum()
    assert {"≥5", "约5.5"} <= set(written)


def test_numbers_can_be_read_on_every_shade(cells: pd.DataFrame) -> None:
    """Black on the darkest cell keeps the contrast that print asks for, and higher is darker."""
    fig = plot_heat(cells, region_code="320804")
    shades = {luminance(patch.get_facecolor()) for ax in fig.axes for patch in ax.patches if patch.get_fill()}
    assert min(shades) > 0.55
    rows = cells[cells["indicator"].eq("gdp_growth") & cells["low"].notna()].sort_values("low")
    first = fig.axes[0].patches[list(cells["region_code"]).index(rows["region_code"].iloc[0])]
    last = fig.axes[0].patches[list(cells["region_code"]).index(rows["region_code"].iloc[-1])]
    assert luminance(first.get_facecolor()) > luminance(last.get_facecolor())


def test_the_row_of_the_region_is_framed(cells: pd.DataFrame) -> None:
    """One frame in each block of columns, and the name in its colour."""
    fig = plot_heat(cells, region_code="320804", width="cn-single")
    for ax in fig.axes:
        assert sum(not patch.get_fill() for patch in ax.patches) == 1
        assert [label.get_text() for label in ax.get_yticklabels() if label.get_color() == MARKED] == ["淮阴区"]
    assert len(fig.axes) > 1


def test_units_are_translated_where_they_have_a_name(cells: pd.DataFrame) -> None:
    """万人 is 10,000 persons in an English figure."""
    assert "10,000" in say_all(plot_heat(cells, region_code="320804", lang="en"))


def test_a_fall_has_its_bound_turned(cells: pd.DataFrame) -> None:
    """A fall of 3 or more is −3 or less."""
    cells.loc[0, ["low", "high", "bound"]] = [-3.0, -3.0, "at_least"]
    assert "≤−3" in say_all(plot_heat(cells, region_code="320804"))


def test_tables_without_numbers_are_refused(
    series: pd.DataFrame, means: pd.DataFrame, steps: pd.DataFrame, gaps: pd.DataFrame, cells: pd.DataFrame
) -> None:
    """Every chart says that there is nothing to draw, in one line."""
    empty = float("nan")
    with pytest.raises(NothingToDrawError):
        plot_realised(series.assign(low=empty), indicator="gdp_growth")
    with pytest.raises(NothingToDrawError):
        plot_multiples(series.assign(low=empty))
    with pytest.raises(NothingToDrawError):
        plot_levels(means.assign(mean=empty))
    with pytest.raises(NothingToDrawError):
        plot_steps(steps.assign(mean=empty))
    with pytest.raises(NothingToDrawError):
        plot_gaps(gaps.iloc[:0])
    with pytest.raises(NothingToDrawError):
        plot_heat(cells.assign(low=empty), region_code="320804")
    with pytest.raises(UnknownNameError):
        plot_levels(means, lang="fr")


def test_what_was_counted_stands_below(
    steps: pd.DataFrame, means: pd.DataFrame, gaps: pd.DataFrame, shares: pd.DataFrame
) -> None:
    """The source line counts observations and years from the table that is drawn."""
    assert f"共 {steps['n'].sum()} 次上下级比较" in say_all(plot_steps(steps))
    assert "（1998–2023年）" in say_all(plot_steps(steps))
    assert f"共 {means['n_regions'].sum()} 个地区年" in say_all(plot_levels(means))
    assert f"{gaps['n'].sum():,} pairs" in say_all(plot_gaps(gaps, lang="en"))
    assert "共 4600 个目标" in say_all(plot_wording(shares))


def test_means_are_saved_with_what_they_are_of(tmp_path: Path, steps: pd.DataFrame) -> None:
    """A table whose rows name no source has its observations, years and the panel's name and hash in the JSON."""
    panel = tmp_path / "targets.parquet"
    panel.write_bytes(b"facts")
    save_figure(plot_steps(steps), tmp_path / "steps", data=steps, panel=panel, lang="en")
    card = json.loads((tmp_path / "steps.json").read_text("utf-8"))
    [source] = card["sources"]
    assert source["file"] == "targets.parquet"
    assert source["sha256"] == hashlib.sha256(b"facts").hexdigest()
    assert source["report_years"] == "1998–2023"
    assert source["observations"] == steps["n"].sum()
    first = format_number(round(steps["mean"].iloc[0], 2))
    assert f". provinces minus nation 2001 {first}; provinces minus nation 2002 " in card["alt"]
    assert len(pd.read_csv(tmp_path / "steps.csv", encoding="utf-8-sig")) == len(steps)
    with pytest.raises(DataError, match="cannot read the panel"):
        save_figure(plot_steps(steps), tmp_path / "steps", data=steps, panel=tmp_path / "none.parquet")


def test_rows_that_name_reports_are_listed(tmp_path: Path, gaps: pd.DataFrame) -> None:
    """Pairs of target and result name both reports; without a panel there is no hash to claim."""
    pairs = pd.DataFrame(
        {"report_id_target": ["a-1", "b-1"], "report_id_result": ["a-2", "a-1"], "report_year": [2001, 2002]}
    )
    save_figure(plot_gaps(gaps), tmp_path / "pairs", data=pairs)
    sources = json.loads((tmp_path / "pairs.json").read_text("utf-8"))["sources"]
    assert [source["report_id"] for source in sources[1:]] == ["a-1", "a-2", "b-1"]
    assert sources[0] == {"source_kind": "panel", "report_years": "2001–2002", "reports": 3}


def test_every_chart_of_the_panel_is_saved_the_same_twice(
    tmp_path: Path, gaps: pd.DataFrame, ratios: pd.DataFrame, shares: pd.DataFrame
) -> None:
    """Hatched bars give the same bytes twice, in every format."""
    for folder in ("a", "b"):
        save_figure(plot_gaps(gaps, ratios), tmp_path / folder / "gaps", data=gaps)
        save_figure(plot_wording(shares), tmp_path / folder / "wording", data=shares)
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
