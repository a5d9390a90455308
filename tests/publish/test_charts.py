from __future__ import annotations

import sys
from collections.abc import Callable
from math import isnan

import pandas as pd
import pytest
from matplotlib import rcParams, style
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from policylab.errors import FontError, UnknownNameError
from policylab.publish.charts import MARKED, NothingToDrawError, plot_chain, plot_peers, plot_trend
from policylab.publish.sheet import WIDTHS_MM
from tests.publish.drawn import assert_image, assert_inside, assert_no_overlap, find_overlaps, say_all

Draw = Callable[..., Figure]
OFTEN = ("screen", "cn-single", "elsevier-double")  # the widths that every run tests; the others are between them
TABLES = ("chain", "peers", "trend", "series", "means", "steps", "gaps", "ratios", "shares", "cells")
PICTURED = ("cn-single", "elsevier-double")


@pytest.mark.parametrize(
    "width", [pytest.param(name, marks=[] if name in OFTEN else pytest.mark.slow) for name in WIDTHS_MM]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_charts_are_well_drawn(chart: tuple[str, Draw], lang: str, width: str) -> None:
    """At every width and in both languages no two texts meet, none is cut off, and the picture is the one looked at."""
    name, draw = chart
    fig = draw(lang=lang, width=width)
    assert_no_overlap(fig)
    assert_inside(fig)
    if width in PICTURED:
        assert_image(fig, f"{name}_{lang}_{width}")
    assert fig.get_figwidth() * 25.4 == pytest.approx(WIDTHS_MM[width])


def test_the_overlap_check_finds_an_overlap(chain: pd.DataFrame) -> None:
    """The check above sees two texts that are written over each other."""
    fig = plot_chain(chain)
    fig.text(0.5, 0.5, "目标目标", fontfamily="Noto Sans SC")
    fig.text(0.5, 0.5, "增长增长", fontfamily="Noto Sans SC")
    assert {"目标目标", "增长增长"} in map(set, find_overlaps(fig))


def test_unknown_width_is_refused_with_the_nearest(draw: Draw) -> None:
    """A misspelt width raises and names the nearest."""
    with pytest.raises(UnknownNameError, match="did you mean 'elsevier-single'"):
        draw(width="elsevier_single")


def test_unknown_language_is_refused(draw: Draw) -> None:
    """A language other than zh and en raises."""
    with pytest.raises(UnknownNameError, match="expected 'zh' or 'en'"):
        draw(lang="fr")


def test_a_character_that_the_font_lacks_is_an_error(chain: pd.DataFrame) -> None:
    """A name with a character that Noto Sans SC lacks raises and names it, where matplotlib would draw a box."""
    chain["region_name"] = chain["region_name"].replace("淮阴区", "淮\U0001f3ed区")
    with pytest.raises(FontError, match=r"U\+1F3ED.*replace the character"):
        plot_chain(chain)


def test_drawing_leaves_no_trace(request: pytest.FixtureRequest, draw: Draw) -> None:
    """Charts neither open pyplot figures nor change settings, and the table stays as it was."""
    tables = [request.getfixturevalue(name) for name in TABLES]
    before, copies = dict(rcParams), [table.copy() for table in tables]
    draw()
    assert dict(rcParams) == before
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


@pytest.mark.parametrize("name", ["paper", "screen"])
def test_styles_load_by_their_dotted_name(name: str) -> None:
    """An author can draw other figures in the same style."""
    with style.context(f"policylab.publish.styles.{name}"):
        assert rcParams["font.family"] == ["Noto Sans SC"]
        assert rcParams["pdf.fonttype"] == 42


def test_a_title_stands_in_figures_for_the_screen_only(draw: Draw) -> None:
    """Journals want titles in captions: there the title is the figure's label only."""
    assert draw().get_label() in say_all(draw())
    assert draw(width="cn-single").get_label()
    assert draw(width="cn-single").get_label() not in say_all(draw(width="cn-single"))


def test_a_chain_has_a_panel_for_each_comparable_indicator(chain: pd.DataFrame) -> None:
    """Indicators with one number only, and counts of things, get no panel."""
    fig = plot_chain(chain)
    assert len(fig.axes) == 4
    assert "城镇新增就业" not in say_all(fig)
    assert "居民人均可支配收入" not in say_all(fig)


def test_a_chain_shows_numbers_bounds_and_reasons(chain: pd.DataFrame) -> None:
    """Each level shows its value with its bound, its step, or why it has no number; NA is never drawn as zero."""
    said = say_all(plot_chain(chain)).splitlines()
    for words in (
        "8%左右",
        "5–6%",
        "7%以上",
        "3%以内",
        "下降3.4%以上",
        "报告未提",
        "节选未含",
        "完成上级任务",
        "+3",
        "−1.4",
    ):
        assert words in said, words
    dots = [line.get_xdata()[0] for ax in plot_chain(chain).axes for line in ax.get_lines() if line.get_marker() == "o"]
    assert sorted(dots) == [-3.4, -2, 3, 3, 5, 5, 5, 7, 8, 10, 13]


def test_arrows_point_to_where_the_bound_holds(chain: pd.DataFrame) -> None:
    """At least points right, at most left, and a fall of at least so much left, since the value is negative."""
    tips = {}
    for ax in plot_chain(chain).axes:
        for note in ax.texts:
            if isinstance(note, Annotation) and note.arrow_patch is not None:
                tips[note.xy[0]] = note.xyann[0]
    assert {x: tip > 0 for x, tip in tips.items()} == {7: True, 10: True, 3: False, -3.4: False}


def test_a_chain_without_numbers_says_so(chain: pd.DataFrame) -> None:
    """A chain that states words only raises an error that the notebook turns into a sentence."""
    with pytest.raises(NothingToDrawError, match="show the table instead"):
        plot_chain(chain[chain["indicator"] == "income_growth"])


def test_peers_are_ranked_and_the_district_is_marked(peers: pd.DataFrame) -> None:
    """Rows stand in the order of rank, the district alone in its colour on a band, and absent ones in the note."""
    fig = plot_peers(peers, indicator="gdp_growth", region_code="320804")
    ax = fig.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(peers["region_name"][:30])
    marked = [label.get_text() for label in ax.get_yticklabels() if label.get_color() == MARKED]
    assert marked == ["淮阴区"]
    assert len(ax.patches) == 1
    assert "甲县（无报告）；乙县" in say_all(fig) or "乙县（快于参照指标）；甲县（无报告）" in say_all(fig)
    assert "中位数 7.5%" in say_all(fig)


def test_read_and_cited_values_differ_in_shape(peers: pd.DataFrame) -> None:
    """Values read are filled dots and cited ones hollow diamonds, so that grey print tells them apart; a key says so."""
    fig = plot_peers(peers, indicator="gdp_growth", region_code="320804")
    lines = [line for line in fig.axes[0].get_lines() if len(line.get_xdata()) and line.get_marker() in "oD"]
    kinds = [(line.get_marker(), line.get_markerfacecolor() == "white") for line in lines]
    ranked = peers[peers["low"].notna()]
    assert kinds == [("D", True) if kind == "citation" else ("o", False) for kind in ranked["source_kind"]]
    assert "读自报告\n引自新闻" in say_all(fig)
    read = plot_peers(peers.assign(source_kind="report"), indicator="gdp_growth", region_code="320804")
    assert "引自新闻" not in say_all(read)


def test_the_source_line_is_counted_from_the_data(peers: pd.DataFrame, trend: pd.DataFrame) -> None:
    """Few sources are named, many counted, citations told apart, and rows without a report are no source."""
    said = say_all(plot_peers(peers, indicator="gdp_growth", region_code="320804"))
    assert "来源：11 份政府工作报告（2023年），以及 20 个地区的新闻引文。" in said
    assert "来源：全国、江苏省、淮安市、淮阴区政府工作报告（2012–2023年）。" in say_all(
        plot_trend(trend, indicator="gdp_growth")
    )


def test_peers_without_numbers_say_so(peers: pd.DataFrame) -> None:
    """Peers none of which has a number raise an error that names the indicator."""
    with pytest.raises(NothingToDrawError, match="gdp_growth"):
        plot_peers(peers[peers["low"].isna()], indicator="gdp_growth", region_code="320804")


def test_missing_years_break_the_line(trend: pd.DataFrame) -> None:
    """A year without a number is a gap in the line, not a point that is joined over."""
    fig = plot_trend(trend, indicator="gdp_growth")
    province = next(
        line for line in fig.axes[0].get_lines() if line.get_color() == "#0072b2" and len(line.get_xdata()) > 3
    )
    gaps = [2012 + place for place, value in enumerate(province.get_ydata()) if isnan(value)]
    assert gaps == [2014]


def test_years_that_set_none_are_crossed(trend: pd.DataFrame) -> None:
    """A report at hand without a number is a cross in its own row with the region's name; no report is no cross."""
    fig = plot_trend(trend, indicator="gdp_growth")
    crosses = [line for line in fig.axes[0].get_lines() if line.get_marker() == "x"]
    assert [list(line.get_xdata()) for line in crosses] == [[2020], [2021]]
    assert "全国未提数值" in say_all(fig)
    assert "江苏省未提数值" not in say_all(fig)


def test_lines_differ_in_grey(trend: pd.DataFrame) -> None:
    """The four regions differ in marker and in line style, not in colour alone."""
    fig = plot_trend(trend, indicator="gdp_growth")
    keys = [line for line in fig.axes[0].get_lines() if line.get_markevery() == [1]]
    assert len(keys) == 4
    assert len({line.get_marker() for line in keys}) == len({str(line._dash_pattern) for line in keys}) == 4  # type: ignore[attr-defined]


def test_a_trend_of_one_year_is_drawn(trend: pd.DataFrame) -> None:
    """A district with one report has a point and a whole year on the axis, not a decimal one."""
    fig = plot_trend(trend[trend["report_year"] == 2023], indicator="gdp_growth", lang="en")
    ticks = [label.get_text() for label in fig.axes[0].get_xticklabels() if label.get_text()]
    assert "2023" in ticks
    assert not [tick for tick in ticks if "." in tick]


def test_a_trend_without_numbers_says_so(trend: pd.DataFrame) -> None:
    """A trend without any number raises an error that names the indicator."""
    with pytest.raises(NothingToDrawError, match="gdp_growth"):
        plot_trend(trend[trend["low"].isna()], indicator="gdp_growth")
