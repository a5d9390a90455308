"""Chain, peers and trend: what is missing and why, which record stands for several, and the arithmetic."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from policylab.analyse.compare import compare_chain, compare_peers, select_peers, trend
from policylab.analyse.values import pick_values
from policylab.errors import DataError, UnknownNameError

NATION, PROVINCE, CITY, DISTRICT = "100000", "320000", "320800", "320804"


def chain_rows():
    """Return GDP targets of 2023 down the chain of 淮阴区."""
    return [
        {"region_code": NATION, "low": "5", "bound": "about"},
        {"region_code": PROVINCE, "low": "5", "bound": "about"},
        {"region_code": CITY, "low": "6", "high": "6.5", "bound": "range"},
        {"region_code": DISTRICT, "low": "6.5", "high": "7", "bound": "range"},
    ]


def test_unknown_region_names_the_nearest(make_table):
    """A code that no region has is refused, with the codes beside it."""
    with pytest.raises(UnknownNameError, match="320804"):
        compare_chain(make_table(*chain_rows()), "320899", report_year=2023)


def test_year_without_targets_names_the_years_there_are(make_table):
    """A year that the data lack is refused with the years that they have."""
    with pytest.raises(DataError, match="320804 淮阴区 for 2022 in the data; the data have 2023"):
        compare_chain(make_table(*chain_rows()), DISTRICT, report_year=2022)


def test_unknown_indicator_end_and_rule_are_refused(make_table):
    """Misspelt words are refused with the nearest right one."""
    table = make_table(*chain_rows())
    with pytest.raises(UnknownNameError, match="gdp_growth"):
        compare_chain(table, DISTRICT, report_year=2023, indicators=["gdp_grwth"])
    with pytest.raises(UnknownNameError, match="'high'"):
        compare_chain(table, DISTRICT, report_year=2023, end="hihg")
    with pytest.raises(UnknownNameError, match="known"):
        select_peers(table, DISTRICT, report_year=2023, rule="knwon")
    with pytest.raises(UnknownNameError, match="'target' or 'actual'"):
        trend(table, [DISTRICT], indicator="gdp_growth", kind="goal")


def test_chain_adds_steps_between_levels(make_table):
    """The step is the low end over the next superior's low end, by default."""
    chain = compare_chain(make_table(*chain_rows()), DISTRICT, report_year=2023)
    assert chain["region_name"].tolist() == ["全国", "江苏省", "淮安市", "淮阴区"]
    assert chain["level"].tolist() == ["national", "province", "city", "county"]
    assert math.isnan(chain.loc[0, "step_pp"])
    assert chain["step_pp"].tolist()[1:] == [0, 1, 0.5]
    assert set(chain["range_end"]) == {"low"}


@pytest.mark.parametrize(("end", "steps"), [("mid", [0, 1.25, 0.5]), ("high", [0, 1.5, 0.5])])
def test_chain_compares_the_end_asked_for(make_table, end, steps):
    """Midpoints are compared with midpoints and high ends with high ends, and the column says so."""
    chain = compare_chain(make_table(*chain_rows()), DISTRICT, report_year=2023, end=end)
    assert chain["step_pp"].tolist()[1:] == steps
    assert set(chain["range_end"]) == {end}


def test_step_skips_a_superior_without_a_number(make_table):
    """Over a province in words and a city without a report, the step is over the nation."""
    rows = [chain_rows()[0], {"region_code": PROVINCE, "low": None}, chain_rows()[3]]
    chain = compare_chain(make_table(*rows), DISTRICT, report_year=2023)
    assert chain["missing"].tolist() == ["", "qualitative", "no_report", ""]
    assert chain.loc[3, "step_pp"] == 1.5
    assert chain.loc[1:2, "low"].isna().all()
    assert chain.loc[1, "qualitative"] == "in_step"


def test_what_a_report_does_not_state_is_na_with_the_reason(make_table):
    """A report that is there without the indicator, cited facts without it, and no report are told apart."""
    rows = [
        {"region_code": NATION, "indicator": "cpi_change"},
        {"region_code": CITY, "indicator": "cpi_change", "source_kind": "citation"},
        {"region_code": DISTRICT},
    ]
    chain = compare_chain(make_table(*rows), DISTRICT, report_year=2023, indicators=["gdp_growth"])
    assert chain["missing"].tolist() == ["not_stated", "no_report", "not_cited", ""]
    assert chain["low"].isna().tolist() == [True, True, True, False]
    assert chain["source_kind"].tolist() == ["", "", "", "report"]


def test_shared_indicators_are_those_of_the_region_and_a_superior(make_table):
    """What only the district or only superiors state is left out by default, and comes when asked for."""
    rows = [*chain_rows(), {"indicator": "rd_intensity", "low": "2"}, {"region_code": CITY, "indicator": "cpi_change"}]
    table = make_table(*rows)
    assert compare_chain(table, DISTRICT, report_year=2023)["indicator"].unique().tolist() == ["gdp_growth"]
    asked = compare_chain(table, DISTRICT, report_year=2023, indicators=["cpi_change", "rd_intensity"])
    assert asked["indicator"].unique().tolist() == ["cpi_change", "rd_intensity"]
    assert len(asked) == 8


def test_amounts_come_in_one_unit_without_steps(make_table):
    """亿元 and 万元 become one unit, the district's; steps between amounts are not percentage points."""
    rows = [
        {"region_code": CITY, "indicator": "fai_level", "low": "4.35", "unit": "亿元"},
        {"indicator": "fai_level", "low": "2300", "unit": "万元", "as_written": "2300万元"},
        {"region_code": PROVINCE, "indicator": "fai_level", "low": "3", "unit": "亿美元", "as_written": "3亿美元"},
    ]
    chain = compare_chain(make_table(*rows), DISTRICT, report_year=2023).set_index("region_code")
    assert chain.loc[CITY, ["low", "unit"]].tolist() == [43500, "万元"]
    assert chain.loc[DISTRICT, ["low", "as_written"]].tolist() == [2300, "2300万元"]
    assert chain.loc[PROVINCE, ["missing", "as_written"]].tolist() == ["other_unit", "3亿美元"]
    assert math.isnan(chain.loc[PROVINCE, "low"])
    assert chain["step_pp"].isna().all()


def test_one_record_stands_for_several_and_is_counted(make_table):
    """The headline number comes before earlier and cited ones; sub-areas, other years and rejected ones don't count."""
    rows = [
        {"low": "9", "headline": False, "start": 1, "end": 5},
        {"low": "6", "start": 50, "end": 60},
        {"low": "8", "start": 40, "end": 45, "scope": "高新区"},
        {"low": "7.7", "period": "2023-2027"},
        {"low": "7", "source_kind": "citation"},
        {"low": "5", "status": "rejected"},
        {"low": None, "start": 3, "end": 4},
        {"low": "6", "start": 90, "end": 99},
    ]
    picked = pick_values(make_table(*rows))
    assert picked[["low", "start", "n_records", "n_values"]].values.tolist() == [[6, 50, 5, 3]]


def test_mislabelled_reports_are_left_out_and_said_to_be(make_table):
    """A record whose report contradicts its label is no target of that region."""
    table = make_table({"region_code": CITY}, {})
    table.loc[0, "flag"] = "label: region: the text names 341300 宿州市"
    chain = compare_chain(table, DISTRICT, report_year=2023, indicators=["gdp_growth"]).set_index("region_code")
    assert chain.loc[CITY, "missing"] == "mislabelled"
    assert math.isnan(chain.loc[CITY, "low"])


def test_peers_rank_ties_and_na(make_table):
    """Equal numbers share the better rank; peers without one stand last, unranked, with the reason."""
    rows = [
        {"region_code": "320803", "low": "7"},
        {"region_code": "320804", "low": "6"},
        {"region_code": "320812", "low": "6", "source_kind": "citation"},
        {"region_code": "320813", "low": "5"},
        {"region_code": "320826", "low": None},
    ]
    codes = ["320803", "320812", "320813", "320826", "320830"]
    peers = compare_peers(make_table(*rows), DISTRICT, report_year=2023, indicator="gdp_growth", peers=codes)
    assert peers["region_code"].tolist() == ["320803", "320804", "320812", "320813", "320826", "320830"]
    assert peers["rank"].tolist()[:4] == [1, 2, 2, 4]
    assert peers["rank"].isna().tolist()[4:] == [True, True]
    assert peers["percentile"].tolist()[:4] == [100, 75, 75, 25]
    assert peers["gap_to_median"].tolist()[:4] == [1, 0, 0, -1]
    assert peers["missing"].tolist()[4:] == ["qualitative", "no_report"]
    assert peers["source_kind"].tolist()[:4] == ["report", "report", "citation", "report"]
    assert set(peers["n_ranked"]) == {4}


def test_peers_without_any_number_stay(make_table):
    """Where nobody states a number, every peer is a row and none has a rank."""
    peers = compare_peers(make_table(), DISTRICT, report_year=2023, indicator="gdp_growth", peers=["320803"])
    assert peers["rank"].isna().all()
    assert peers["percentile"].isna().all()
    assert len(peers) == 2


def test_peer_sets(make_table):
    """The cities of the province are its 13; known are the units of the same level with a target of that year."""
    table = make_table(
        {}, {"region_code": "320803", "source_kind": "citation"}, {"region_code": "320812", "report_year": 2022}
    )
    cities = select_peers(table, DISTRICT, report_year=2023, rule="cities")
    assert len(cities) == 13 and CITY in cities
    assert select_peers(table, DISTRICT, report_year=2023, rule="known") == ["320803", "320804"]
    assert "320826" in select_peers(table, DISTRICT, report_year=2023, rule="city")


def test_trend_keeps_missing_years(make_table):
    """Years between the first and last known are rows; those without a number say why."""
    rows = [
        {"region_code": NATION, "report_year": 2019, "low": "6", "high": "6.5", "bound": "range"},
        {"region_code": NATION, "report_year": 2020, "indicator": "cpi_change", "low": "3.5"},
        {"region_code": NATION, "report_year": 2022, "low": "5.5"},
    ]
    series = trend(make_table(*rows), [NATION, PROVINCE], indicator="gdp_growth")
    assert series["report_year"].tolist() == [2019, 2020, 2021, 2022] * 2
    assert series["missing"].tolist() == ["", "not_stated", "no_report", "", *["no_report"] * 4]
    assert series.loc[0, ["low", "high"]].tolist() == [6, 6.5]


def test_trend_of_results_tells_the_year_they_are_of(make_table):
    """The result in the report of 2023 is of 2022."""
    series = trend(make_table({"kind": "actual", "low": "3.6"}), [DISTRICT], indicator="gdp_growth", kind="actual")
    assert series[["report_year", "period", "kind", "low"]].values.tolist() == [[2023, "2022", "actual", 3.6]]


def test_table_is_not_modified_and_order_does_not_matter(make_table):
    """Comparing leaves the table as it was, and shuffled rows give the same comparison."""
    table = make_table(*chain_rows(), {"low": "9", "headline": False, "start": 1, "end": 5})
    before = table.copy(deep=True)
    chain = compare_chain(table, DISTRICT, report_year=2023)
    pd.testing.assert_frame_equal(table, before)
    shuffled = table.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(compare_chain(shuffled, DISTRICT, report_year=2023), chain)


def test_a_trend_goes_on_under_a_new_code(make_table):
    """徐水县 130625 became 徐水区 130609: one line, under the code asked for, with the code of each report beside it."""
    table = make_table(
        {"region_code": "130625", "report_year": 2015, "low": "9"},
        {"region_code": "130609", "report_year": 2016, "low": "8"},
    )
    for code in ("130609", "130625"):
        series = trend(table, [code], indicator="gdp_growth")
        assert series["low"].tolist() == [9, 8]
        assert series["report_id"].tolist() == ["130625-2015", "130609-2016"]
        assert set(series["region_code"]) == {code}


def test_of_two_numbers_after_one_name_the_first_stands(make_table):
    """Where one name is followed by two numbers, the quote that ends first is taken, whatever the order of rows."""
    table = make_table({"low": "11.5", "start": 10, "end": 23}, {"low": "13", "start": 10, "end": 28})
    for rows in (table, table.iloc[::-1].reset_index(drop=True)):
        assert pick_values(rows)["low"].tolist() == [11.5]
