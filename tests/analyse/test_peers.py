"""The rules for peers, and z-scores; ranks, ties and missing numbers are tested with the comparisons."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylab.analyse.peers import compare_indicators, compare_peers, rank_peers, select_peers
from policylab.errors import DataError, UnknownNameError

CITIES = ["320100", "320200", "320300", "320400", "320500", "320800"]
OWN = "320800"


def rows_of(values, **more):
    """Return rows of 江苏's cities with one indicator."""
    return [{"region_code": code, "low": value, **more} for code, value in zip(CITIES, values, strict=True)]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("developmnt:gdp_level", "did you mean 'development'"),
        ("development", "expected development:INDICATOR"),
        ("development:gdp_growth+gdp_level", "expected development:INDICATOR"),
        ("nearest:", "expected nearest:INDICATOR"),
        ("nearest:gdp_growth:0", "K a number from 1 up"),
        ("nearest:gdp_growth:ten", "K a number from 1 up"),
        ("nearest:gdp_growth:3:4", "K a number from 1 up"),
        ("nearest:gdp_grwth", "did you mean 'gdp_growth'"),
        ("codes:", "names no region"),
        ("codes:320803,329999", "'329999'"),
        ("codes:320802", "320812 清江浦区"),
        ("villages", "codes:CODE,CODE"),
    ],
)
def test_rules_that_cannot_be_read_are_refused(make_table, rule, message):
    """A misspelt rule, indicator, number or code raises and says what is expected; a former code says what it became."""
    with pytest.raises(UnknownNameError, match=message):
        select_peers(make_table({}), "320804", report_year=2023, rule=rule)


def test_a_region_without_the_indicator_has_no_near_ones(make_table):
    """The message names the numbers that the region does state."""
    table = make_table({"region_code": OWN}, {"region_code": "320100", "indicator": "gdp_level", "unit": "亿元"})
    with pytest.raises(DataError, match="320800 淮安市 by gdp_level: .*its numbers are of gdp_growth"):
        select_peers(table, OWN, report_year=2023, rule="development:gdp_level")
    with pytest.raises(DataError, match="no number of it for that year"):
        select_peers(table, OWN, report_year=2022, rule="development:gdp_level")


def test_codes_are_sorted_once_and_with_the_region(make_table):
    """A given list comes in the order of codes, each once, the region itself among them; names will do."""
    found = select_peers(make_table({}), "320804", report_year=2023, rule="codes: 320812,320803 ,淮安区,320812")
    assert found == ["320803", "320804", "320812"]


def test_amounts_are_near_by_ratio(make_table):
    """1000 is nearer to 1800 than to 400, since 1.8 times is less than 2.5 times."""
    table = make_table(*rows_of(["400", "1800", "9000", "9000", "9000", "1000"], indicator="gdp_level", unit="亿元"))
    assert select_peers(table, OWN, report_year=2023, rule="development:gdp_level:1") == ["320200", OWN]


def test_all_that_are_as_near_as_the_last_are_taken(make_table):
    """Of three at the same distance none is left out by its code."""
    table = make_table(*rows_of(["5", "7", "7", "7", "12", "6"]))
    assert select_peers(table, OWN, report_year=2023, rule="nearest:gdp_growth:2") == [*CITIES[:4], OWN]


def test_several_indicators_are_scaled(make_table):
    """A point of growth where all are alike weighs more than ten where all differ; units without one are left out."""
    growth = rows_of(["5", "5.1", "5", "6", "5", "5"])
    invest = rows_of(["30", "10", "50", "11", None, "10"], indicator="fai_growth")
    rule = "nearest:gdp_growth+fai_growth:1"
    assert select_peers(make_table(*growth, *invest), OWN, report_year=2023, rule=rule) == ["320200", OWN]
    everyone = select_peers(make_table(*growth, *invest), OWN, report_year=2023, rule=rule[:-1] + "9")
    assert "320500" not in everyone


def test_results_go_before_targets(make_table):
    """Where the region states the result of the year before, all are compared by results."""
    results = rows_of(["9", "3", None, None, None, "9.1"], kind="actual")
    table = make_table(*rows_of(["5", "6", "6", "6", "6", "6"]), *results)
    assert select_peers(table, OWN, report_year=2023, rule="nearest:gdp_growth:1") == ["320100", OWN]


def test_units_of_another_level_are_no_neighbours(make_table):
    """A county with the same number is not near to a city."""
    table = make_table(*rows_of(["1", "9", "9", "9", "9", "6"]), {"low": "6"})
    assert "320804" not in select_peers(table, OWN, report_year=2023, rule="nearest:gdp_growth:5")


def test_z_scores(make_table):
    """Distance from the mean of those that state a number in their standard deviations; NA where all are equal."""
    peers = compare_peers(
        make_table(*rows_of(["5", "7", "6", None, "6", "6"])),
        OWN,
        report_year=2023,
        indicator="gdp_growth",
        peers=CITIES,
    ).set_index("region_code")
    assert peers.loc["320200", "z_score"] == pytest.approx(1 / 0.5**0.5, abs=1e-6)
    assert peers.loc[OWN, "z_score"] == 0
    assert math.isnan(peers.loc["320400", "z_score"])
    same = compare_peers(make_table(*rows_of(["6"] * 6)), OWN, report_year=2023, indicator="gdp_growth", peers=CITIES)
    assert same["z_score"].isna().all()
    assert same["rank"].eq(1).all()


def test_indicators_stand_under_each_other_in_one_order(make_table):
    """Every block lists the regions in the order of the first indicator, also those without a number."""
    growth = rows_of(["5", "7", "6", None, "6", "6"])
    invest = rows_of(["1", "2", "3", "4", "5", "6"], indicator="fai_growth")
    found = compare_indicators(
        make_table(*growth, *invest),
        OWN,
        report_year=2023,
        indicators=["gdp_growth", "fai_growth", "gdp_growth"],
        peers=CITIES,
    )
    blocks = [block["region_code"].tolist() for _, block in found.groupby("indicator", sort=False)]
    assert blocks == [["320200", "320300", "320500", "320800", "320100", "320400"]] * 2
    assert found.groupby("indicator")["rank"].max().to_dict() == {"fai_growth": 6, "gdp_growth": 5}
    with pytest.raises(DataError, match="no indicator"):
        compare_indicators(make_table(*growth), OWN, report_year=2023, indicators=[], peers=CITIES)


RECORDS = st.fixed_dictionaries(
    {
        "region_code": st.sampled_from([*CITIES, "320804"]),
        "indicator": st.sampled_from(["gdp_growth", "fai_growth", "trade_level"]),
        "low": st.sampled_from(["5", "6", "6.5", "-3.4", None]),
        "report_year": st.sampled_from([2022, 2023]),
        "source_kind": st.sampled_from(["report", "citation"]),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(records=st.lists(RECORDS, max_size=12), end=st.sampled_from(["low", "mid", "high"]))
def test_one_pass_ranks_as_one_by_one(make_table, records, end):
    """Several indicators ranked in one pass give the rows that each gives by itself, in the order asked for."""
    units = {"gdp_growth": "%", "fai_growth": "%", "trade_level": "亿美元"}
    table = make_table(*({**record, "unit": units[record["indicator"]]} for record in records))
    choices = {"report_year": 2023, "peers": CITIES, "end": end}
    asked = ["trade_level", "gdp_growth", "fai_growth", "gdp_growth"]
    singles = [compare_peers(table, OWN, indicator=code, **choices) for code in dict.fromkeys(asked)]
    found = rank_peers(table, OWN, indicators=asked, **choices)
    pd.testing.assert_frame_equal(found, pd.concat(singles, ignore_index=True), check_exact=True)


def test_ranks_of_no_indicator_are_no_rows(make_table):
    """Where there is nothing to rank, the table is empty and has the columns of the others."""
    table = make_table(*rows_of(["5", "7", "6", None, "6", "6"]))
    none = rank_peers(table, OWN, report_year=2023, indicators=[], peers=CITIES)
    one = rank_peers(table, OWN, report_year=2023, indicators=["gdp_growth"], peers=CITIES)
    assert none.empty
    assert none.dtypes.astype(str).to_dict() == one.dtypes.astype(str).to_dict()
