"""Charts of language, drawn from invented tables: words in order, gaps kept, names beside their points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from policylab.errors import UnknownNameError
from policylab.publish.charts import MARKED, NothingToDrawError
from policylab.publish.language_charts import plot_attention, plot_keyness, plot_similarity
from policylab.publish.sheet import WIDTHS_MM, render_figure
from tests.publish.drawn import assert_inside, assert_no_overlap, assert_well_drawn, find_texts, say_all

Draw = Callable[..., Figure]
OFTEN = ("screen", "cn-single", "cn-double")
TOPICS = [("innovation", "创新", "Innovation"), ("green", "绿色", "Green"), ("rural", "三农", "Rural affairs")]
NA = float("nan")


@pytest.fixture
def keyness():
    """Thirty words, half of them used more by the district."""
    words = [f"{first}{second}" for first in "甲乙丙丁戊己" for second in "子丑寅卯辰"]
    table = pd.DataFrame({"term": words, "z": np.linspace(8, -5, 30).round(3)})
    table["term"] = table["term"].where(table.index != 3, "一般公共预算收入")
    table = table.assign(count=range(60, 0, -2), n_reports=1, n_against=range(30), size=1, size_against=29)
    return table.assign(prior_words=1000.0, engine="rjieba 0.2.2")


@pytest.fixture
def attention():
    """Three topics over eight years, two of which lack a report and one all peers."""
    rows = []
    for year in range(2016, 2024):
        for number, (code, zh, en) in enumerate(TOPICS):
            share = NA if year in (2017, 2020) else 4.0 + number * 3 + (year - 2016) * 0.4
            peers = (NA, NA, NA) if year == 2019 else (3.0 + number * 3, 5.0 + number * 3, 6.5 + number * 3)
            rows.append(("320804", "淮阴区", year, code, zh, en, share, *peers, 0 if year == 2019 else 9, 66.7))
    columns = ["region_code", "region_name", "report_year", "topic", "topic_zh", "topic_en", "share"]
    columns += ["peer_low", "peer_median", "peer_high", "n_peers", "percentile"]
    return pd.DataFrame(rows, columns=columns).assign(dictionary_version="1", engine="rjieba 0.2.2")


@pytest.fixture
def places():
    """Forty reports of one year on a plane, some at the same place."""
    random = np.random.default_rng(1)
    at = np.round(random.normal(size=(40, 2)), 2)
    at[1] = at[0]
    codes = [f"3208{number:02d}" for number in range(4, 44)]
    names = ["淮阴区", *(f"第{number}县" for number in range(1, 40))]
    table = pd.DataFrame({"region_code": codes, "region_name": names, "x": at[:, 0], "y": at[:, 1]})
    return table.assign(report_year=2023, shown=0.123, engine="rjieba 0.2.2")


@pytest.fixture(params=["keyness", "attention", "attention_year", "similarity"])
def draw(request, keyness, attention, places) -> Draw:
    """Each chart of the invented tables, as a function of language and width."""
    return {
        "keyness": lambda **look: plot_keyness(keyness, region="淮阴区", peers="淮安各区", **look),
        "attention": lambda **look: plot_attention(attention, **look),
        "attention_year": lambda **look: plot_attention(attention[attention["report_year"].eq(2023)], **look),
        "similarity": lambda **look: plot_similarity(places, region_code="320804", **look),
    }[request.param]


@pytest.mark.parametrize(
    "width", [pytest.param(name, marks=[] if name in OFTEN else pytest.mark.slow) for name in WIDTHS_MM]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_never_overlap_or_leave_the_sheet(draw: Draw, lang: str, width: str) -> None:
    """At every width and in both languages no two texts meet, and none is cut off at the edge."""
    fig = draw(lang=lang, width=width)
    assert_no_overlap(fig)
    assert_inside(fig)
    assert fig.get_figwidth() * 25.4 == pytest.approx(WIDTHS_MM[width])


@pytest.mark.parametrize(("lang", "width"), [("zh", "screen"), ("en", "cn-single")])
def test_charts_look_as_they_were_looked_at(request, draw: Draw, lang: str, width: str) -> None:
    """The pictures are those of the baselines."""
    name = request.node.callspec.params["draw"]
    assert_well_drawn(draw(lang=lang, width=width), f"language_{name}_{lang}_{width}")


def test_unknown_width_and_language_are_refused(draw: Draw) -> None:
    """A misspelt width and a language other than zh and en raise."""
    with pytest.raises(UnknownNameError, match="did you mean 'cn-single'"):
        draw(width="cn_single")
    with pytest.raises(UnknownNameError, match="expected 'zh' or 'en'"):
        draw(lang="fr")


def test_the_same_figure_gives_the_same_bytes(attention: pd.DataFrame) -> None:
    """Drawn twice, PDF, SVG and PNG are equal to the byte."""
    assert render_figure(plot_attention(attention)) == render_figure(plot_attention(attention))


def test_words_stand_in_the_order_of_their_scores(keyness: pd.DataFrame) -> None:
    """The district's words lead in the first panel, the peers' in the second; hatches tell them apart in grey."""
    fig = plot_keyness(keyness, region="淮阴区", peers="淮安各区", limit=5)
    rows = [[label.get_text() for label in ax.get_yticklabels()] for ax in fig.axes]
    assert rows == [keyness["term"].head(5).tolist(), keyness["term"].tail(5).tolist()[::-1]]
    assert [{bar.get_hatch() for bar in ax.patches} for ax in fig.axes] == [{None}, {"//////"}]
    lengths = [bar.get_width() for bar in fig.axes[1].patches]
    assert lengths == sorted(lengths, reverse=True)
    assert fig.axes[0].get_xlim() == fig.axes[1].get_xlim()


def test_words_of_one_group_only_have_one_panel(keyness: pd.DataFrame) -> None:
    """Where no word speaks for the peers there is one panel; where none speaks for either, an error says so."""
    assert len(plot_keyness(keyness[keyness["z"].gt(0)], region="甲", peers="乙").axes) == 1
    with pytest.raises(NothingToDrawError, match="no word sets the reports apart"):
        plot_keyness(keyness[keyness["z"].abs().gt(99)], region="甲", peers="乙")


def test_years_without_a_report_are_gaps(attention: pd.DataFrame) -> None:
    """The region's line breaks where it has no report, the peers' where they have none; each topic has its panel."""
    fig = plot_attention(attention, lang="en")
    assert len(fig.axes) == 3
    own = next(line for line in fig.axes[0].get_lines() if line.get_color() == MARKED)
    assert [year for year, gone in zip(own.get_xdata(), np.isnan(own.get_ydata()), strict=True) if gone] == [2017, 2020]
    peers = next(line for line in fig.axes[0].get_lines() if line.get_color() != MARKED)
    assert np.isnan(peers.get_ydata()).sum() == 1
    assert {"Innovation", "Green", "Rural affairs"} <= set(say_all(fig).splitlines())


def test_one_year_is_a_row_per_topic(attention: pd.DataFrame) -> None:
    """One year has rows with the region's share in words; without peers there is no bar and no percentile."""
    year = attention[attention["report_year"].eq(2019)]
    fig = plot_attention(year)
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["创新", "绿色", "三农"]
    assert "5.2" in say_all(fig).splitlines()
    assert len(fig.axes[0].patches) == 0
    assert "66.7" not in say_all(fig)


def test_attention_without_a_share_says_so(attention: pd.DataFrame) -> None:
    """A table without any share of the region raises."""
    with pytest.raises(NothingToDrawError, match="no report of the region"):
        plot_attention(attention[attention["report_year"].eq(2020)])


def test_the_region_is_marked_and_named(places: pd.DataFrame) -> None:
    """The region's point alone is a filled diamond, its name is always written, and the note counts names left out."""
    fig = plot_similarity(places, region_code="320804")
    points = [line for line in fig.axes[0].get_lines() if line.get_marker() in "oD"]
    assert [line.get_marker() for line in points].count("D") == 1
    assert len(points) == len(places)
    named = [text.get_text() for text in find_texts(fig) if text.get_text() in set(places["region_name"])]
    assert "淮阴区" in named
    assert f"有 {len(places) - len(named)} 个点未标名" in say_all(fig).replace("\n", "") or len(named) == len(places)


def test_points_of_several_years_carry_their_year(places: pd.DataFrame) -> None:
    """Where a region has several reports, names say the year."""
    two = pd.concat([places.head(3), places.head(3).assign(report_year=2022, x=places["x"] + 3)])
    assert "淮阴区 2022" in say_all(plot_similarity(two, region_code="320804"))


def test_a_map_of_equal_reports_is_drawn(places: pd.DataFrame) -> None:
    """Reports at one place don't divide by zero; no report at all raises."""
    assert "淮阴区" in say_all(plot_similarity(places.assign(x=0.0, y=0.0), region_code="320804"))
    with pytest.raises(NothingToDrawError, match="no report has a place"):
        plot_similarity(places.head(0), region_code="320804")
