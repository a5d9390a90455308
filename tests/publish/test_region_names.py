"""Names of regions in figures, pages and tables: English for English readers, told apart where they share one."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from policylab.errors import UnknownNameError
from policylab.publish.charts import plot_chain, plot_peers, plot_trend
from policylab.publish.export import save_table
from policylab.publish.layouts import lay_out
from policylab.publish.material import add_provinces
from policylab.publish.region_names import name_beside, name_place, name_region, name_regions
from policylab.publish.sheet import WIDTHS_MM
from policylab.publish.words import describe_place, describe_rows, describe_sources, list_absent
from policylab.read.regions import find_region
from tests.publish.test_charts import find_overlaps

CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
CITIES = {"320500": "苏州市", "341300": "宿州市", "320800": "淮安市"}
LONG = ["530925", "520526", "530828", "150222", "433126", "540122", "222426"]


def make_table(names: dict[str, str], **columns: object) -> pd.DataFrame:
    """Return one row for each code and name."""
    return pd.DataFrame({"region_code": list(names), "region_name": list(names.values())}).assign(**columns)


def name_all(names: dict[str, str], **columns: object) -> list[str]:
    """Return the English names of codes and names."""
    return name_regions(make_table(names, **columns), "en")["region_name"].tolist()


def test_unknown_codes_are_refused_and_unknown_names_stay() -> None:
    """A code that no region has is refused; a table keeps names that the table of regions does not know."""
    with pytest.raises(UnknownNameError, match="no region has the code '320899'"):
        name_region("320899", "en")
    assert name_all({"320899": "甲县", "320804": "甲区", "999999": ""}) == ["甲县", "甲区", ""]


def test_tables_without_codes_or_in_chinese_stay() -> None:
    """In Chinese, and without codes, a table is given back as it is; the one given is never changed."""
    table = make_table(CITIES)
    assert name_regions(table, "zh") is table
    assert name_beside(table, "zh") is table
    assert name_regions(table[["region_name"]], "en")["region_name"].tolist() == list(CITIES.values())
    name_beside(table, "en")
    assert table["region_name"].tolist() == list(CITIES.values())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"320106": "鼓楼区", "320302": "鼓楼区"}, ["Gulou District, Nanjing", "Gulou District, Xuzhou"]),
        (CITIES, ["Suzhou, Jiangsu", "Suzhou, Anhui", "Huai'an"]),
        ({"320804": "江苏 淮阴区", "130607": "河北 满城区"}, ["Huaiyin District, Jiangsu", "Mancheng District, Hebei"]),
        (
            {"320804": "江苏 淮阴区", "370104": "山东 槐荫区"},
            ["Huaiyin District, Jiangsu", "Huaiyin District, Shandong"],
        ),
        (
            {"320106": "鼓楼区（320106）", "320302": "鼓楼区（320302）"},
            ["Gulou District, Nanjing", "Gulou District, Xuzhou"],
        ),
        ({"220000": "吉林省", "220200": "吉林市"}, ["Jilin", "Jilin City"]),
    ],
)
def test_regions_of_one_name_are_told_apart(names: dict[str, str], expected: list[str]) -> None:
    """Regions of one English name carry their city or province, also where their Chinese names differ."""
    assert name_all(names) == expected


def test_names_are_those_of_the_row_and_year() -> None:
    """A code has the name that its row gives, or that it bore in the row's year."""
    assert name_all({"420600": "襄樊市"}, report_year=2005) == ["Xiangfan"]
    assert name_all({"420600": "襄阳市"}, report_year=2015) == ["Xiangyang"]
    assert name_region("420600", "en", report_year=2005) == "Xiangfan"


def test_naming_twice_changes_nothing_more() -> None:
    """A table in English stays as it is, with or without Chinese names beside."""
    once = name_beside(make_table(CITIES), "en")
    assert name_beside(once, "en").equals(once)
    assert once["region_name_zh"].tolist() == list(CITIES.values())


def test_charts_abbreviate() -> None:
    """The short name of an autonomous unit is its own name and its kind, abbreviated."""
    rows = make_table({"530925": "双江拉祜族佤族布朗族傣族自治县", "150723": "鄂伦春自治旗"})
    assert name_regions(rows, "en", is_short=True)["region_name"].tolist() == [
        "Shuangjiang Aut. County",
        "Oroqen Aut. Banner",
    ]


def test_superiors_are_named_too() -> None:
    """Columns of superiors are named like those of regions."""
    rows = make_table({"320804": "淮阴区"}, superior_code="320800", superior_name="淮安市")
    assert name_regions(rows, "en").loc[0, ["region_name", "superior_name"]].tolist() == ["Huaiyin District", "Huai'an"]


def test_places_carry_the_units_above() -> None:
    """A place is told from the largest unit down in Chinese, from the smallest up in English."""
    region = find_region("110101")
    assert (name_place(region, "zh"), name_place(region, "en")) == ("北京市东城区", "Dongcheng District, Beijing")


def find_words(fig: Figure) -> str:
    """Return all that is drawn in a figure."""
    FigureCanvasAgg(fig).draw()
    return "\n".join(text.get_text() for text in fig.findobj(Text) if text.get_visible())


@pytest.fixture
def mixed(peers: pd.DataFrame) -> pd.DataFrame:
    """Peers of several provinces, with long names and shared ones, as a comparison gives them."""
    codes = ["320804", "370104", *LONG, "320106", "320302", "350102", "410204"]
    rows = peers.head(len(codes)).assign(region_code=codes, level="county")
    return add_provinces(rows)


@pytest.mark.parametrize("width", WIDTHS_MM)
def test_english_figures_hold_no_chinese(
    chain: pd.DataFrame, mixed: pd.DataFrame, trend: pd.DataFrame, width: str
) -> None:
    """Every kind of chart in English is drawn without a Chinese character, also of long and shared names."""
    figures = [
        plot_chain(chain, lang="en", width=width),
        plot_peers(mixed, indicator="gdp_growth", region_code="320804", lang="en", width=width),
        plot_trend(trend, indicator="gdp_growth", lang="en", width=width),
    ]
    for fig in figures:
        assert CJK.findall(find_words(fig)) == []
        assert find_overlaps(fig) == []
    assert "Gulou District, Xuzhou" in find_words(figures[1]) or "Gulou District, Jiangsu" in find_words(figures[1])


def test_english_words_hold_no_chinese(chain: pd.DataFrame, mixed: pd.DataFrame) -> None:
    """Source lines, lists of absent regions, titles and alternative texts are English, but for units as written."""
    for table in (chain[chain["unit"].eq("%")], mixed):
        words = [describe_sources(table, "en"), list_absent(table, "en"), describe_rows(table, "Targets", "en")]
        assert [CJK.findall(text) for text in words] == [[], [], []]
        assert not CJK.search(str(describe_place(table, "en")["region"]))
    assert "淮阴区" in describe_sources(chain, "zh")


@pytest.mark.parametrize("name", ["chain", "mixed", "trend"])
def test_english_layouts_hold_no_chinese(name: str, request: pytest.FixtureRequest) -> None:
    """Tables for pages are English in headings, cells, captions and notes, but for units as written."""
    table = request.getfixturevalue(name)
    laid = lay_out(table[table["unit"].eq("%")], "en")
    assert not CJK.search(laid.table.to_csv() + laid.caption + " ".join(laid.notes))


def test_stata_gets_both_names(tmp_path, chain: pd.DataFrame) -> None:
    """A data set in English has the English names, the Chinese ones in a variable of their own, and labels for both."""
    path = save_table(chain, tmp_path / "table.dta", lang="en")
    with pd.io.stata.StataReader(path) as reader:
        labels = reader.variable_labels()
        rows = reader.read()
    assert (labels["region_name"], labels["region_name_zh"]) == ("Region", "Region (Chinese name)")
    assert rows.loc[3, ["region_name", "region_name_zh"]].tolist() == ["Huaiyin District", "淮阴区"]
