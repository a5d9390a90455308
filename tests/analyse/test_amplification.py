"""Steps between levels: who stands above whom, which end counts, and the two periods."""

from __future__ import annotations

import math

import pytest

from policylab.analyse.amplification import compare_periods, measure_steps, summarise_steps
from policylab.errors import DataError, UnknownNameError

NATION, PROVINCE, CITY, DISTRICT = "100000", "320000", "320800", "320804"


def down(*values, codes=(NATION, PROVINCE, CITY, DISTRICT), **more):
    """Return the targets of some levels; None leaves a level out."""
    return [{"region_code": code, "low": low, **more} for code, low in zip(codes, values, strict=True) if low]


def test_only_the_next_level_counts(make_table):
    """Where the city's report is not at hand, its district has no step over the province."""
    steps = measure_steps(make_table(*down("5", "5.5", None, "8")))
    assert steps[["level_pair", "region_code", "step"]].values.tolist() == [["national-province", PROVINCE, 0.5]]


def test_each_level_is_set_against_the_one_above(make_table):
    """Three steps of a chain with the value, its superior's, and both reports."""
    steps = measure_steps(make_table(*down("5", "5", "6", "8")))
    assert steps["level_pair"].tolist() == ["national-province", "province-city", "city-county"]
    assert steps["step"].tolist() == [0, 1, 2]
    assert steps["is_amplified"].tolist() == [False, True, True]
    assert steps["superior_report_id"].tolist() == ["100000-2023", "320000-2023", "320800-2023"]
    assert set(steps["range_end"]) == {"low"}


def test_districts_of_municipalities_stand_under_their_province(make_table):
    """黄浦区 has no city between it and 上海市."""
    steps = measure_steps(make_table(*down("5", "5.5", codes=("310000", "310101"))))
    assert steps["level_pair"].tolist() == ["province-county"]


def test_a_superior_that_changed_its_code_is_found(make_table):
    """泾县 was 342529 under 宣城地区 342500, which became 宣城市 341800 in 2000: the year decides who is above."""
    rows = [{"region_code": "342500", "low": "9"}, {"region_code": "342529", "low": "10"}]
    steps = measure_steps(make_table(*({**row, "report_year": 1999} for row in rows)))
    assert steps[["superior_code", "superior_name", "step"]].values.tolist() == [["342500", "宣城地区", 1]]
    mixed = measure_steps(
        make_table({**rows[1], "report_year": 1999}, {**rows[0], "region_code": "341800", "report_year": 1999})
    )
    assert mixed[["superior_code", "step"]].values.tolist() == [["342500", 1]]


def test_a_text_under_a_later_code_is_placed_by_it(make_table):
    """A report of 1999 that bears today's code of 淮阴区 stands under 淮安市 all the same."""
    rows = [{"region_code": CITY, "low": "9", "report_year": 1999}, {"low": "10", "report_year": 1999}]
    assert measure_steps(make_table(*rows))["step"].tolist() == [1]


@pytest.mark.parametrize(("end", "step"), [("low", 0), ("mid", 0.25), ("high", 0.5)])
def test_ends_of_ranges_are_chosen_and_said(make_table, end, step):
    """Low end against low end and so on; the choice is in a column."""
    table = make_table(
        {"region_code": PROVINCE, "low": "5"}, {"region_code": CITY, "low": "5", "high": "5.5", "bound": "range"}
    )
    steps = measure_steps(table, end=end)
    assert steps["step"].tolist() == [step]
    assert set(steps["range_end"]) == {end}
    assert set(summarise_steps(steps)["range_end"]) == {end}


def test_a_fall_that_goes_further_is_amplified(make_table):
    """For energy intensity a greater fall is more; for prices there is no direction and no answer."""
    rows = down("-3", "-3.4", codes=(PROVINCE, CITY), indicator="energy_intensity_change")
    rows += down("3", "3.5", codes=(PROVINCE, CITY), indicator="cpi_change")
    steps = measure_steps(make_table(*rows)).set_index("indicator")
    assert steps.loc["energy_intensity_change", "step"] == -0.4
    assert steps.loc["energy_intensity_change", "is_amplified"]
    assert steps["is_amplified"].isna().tolist() == [True, False]


def test_amounts_have_a_ratio_and_no_step(make_table):
    """A city's investment is a share of its province's, not so many points more."""
    rows = down("2", "0.1", codes=(PROVINCE, CITY), indicator="fai_level", unit="万亿元")
    steps = measure_steps(make_table(*rows))
    assert steps["step"].isna().all()
    assert steps["ratio"].tolist() == [0.05]
    assert len(summarise_steps(steps)) == 0


def test_means_stand_with_their_numbers(make_table):
    """Mean, median, n, share amplified, and an interval that one step does not have."""
    cities = ["320100", "320200", "320300", CITY]
    rows = [{"region_code": PROVINCE, "low": "5"}, *down("5", "6", "6", "8", codes=cities), {"low": "8.5"}]
    found = summarise_steps(measure_steps(make_table(*rows))).set_index("level_pair")
    city = found.loc["province-city"]
    assert city[["n", "n_regions", "mean", "median", "amplified", "equal"]].tolist() == [4, 4, 1.25, 1, 75, 25]
    assert city["ci_low"] < 1.25 < city["ci_high"]
    assert math.isnan(found.loc["city-county", "ci_low"])
    assert found.index.tolist() == ["province-city", "city-county"]


def test_wrong_columns_and_intervals_are_refused(make_table):
    """A column that is not there and an unknown interval raise in one line."""
    steps = measure_steps(make_table(*down("5", "6", "7", "8")))
    with pytest.raises(DataError, match="did you mean 'report_year'"):
        summarise_steps(steps, by=["report_yaer"])
    with pytest.raises(UnknownNameError, match="'t' or 'bootstrap'"):
        summarise_steps(steps, interval="z")


def test_periods_are_compared_for_all_and_for_the_same_regions(make_table):
    """徐州 has steps after 2013 only: it counts in all, not among those with steps in both periods."""
    rows = []
    for year, steps in ((2011, (2, 3, None)), (2012, (3, 3, None)), (2014, (1, 1, 9)), (2015, (0, 1, 9))):
        rows.append({"region_code": PROVINCE, "low": "8", "report_year": year})
        values = (None if step is None else str(8 + step) for step in steps)
        rows += down(*values, codes=(CITY, "320100", "320300"), report_year=year)
    found = compare_periods(measure_steps(make_table(*rows))).set_index(["sample", "era"])
    assert found.loc[("all", "from"), ["n", "n_regions"]].tolist() == [6, 3]
    assert found.loc[("both", "from"), ["n", "n_regions", "mean"]].tolist() == [4, 2, 0.75]
    assert found.loc[("both", "difference"), "mean"] == -2
    assert found.loc[("both", "difference"), "ci_high"] < 0
    assert found.loc[("both", "before"), ["first_year", "last_year"]].tolist() == [2011, 2012]


def test_a_difference_from_one_region_has_no_interval(make_table):
    """A single region before the year is no sample."""
    rows = down("5", "6", codes=(PROVINCE, CITY), report_year=2012)
    rows += down("5", "6", "7", codes=(PROVINCE, CITY, "320100"), report_year=2014)
    found = compare_periods(measure_steps(make_table(*rows))).set_index(["sample", "era"])
    assert math.isnan(found.loc[("all", "difference"), "ci_low"])


def test_indicators_without_a_direction_have_means_and_no_share_amplified(make_table):
    """Prices have steps like others; whether more is further nobody says."""
    table = make_table(*down("3", "3.5", codes=(PROVINCE, CITY), indicator="cpi_change"))
    found = summarise_steps(measure_steps(table)).loc[0]
    assert found["mean"] == 0.5
    assert math.isnan(found["amplified"])
    assert len(compare_periods(measure_steps(table))) == 1


def test_a_place_with_a_new_code_is_one_region(make_table):
    """徐水县 130625 before 2013 and 徐水区 130609 after it have steps in both periods."""
    rows = [
        {"region_code": code, "low": low, "report_year": year}
        for year, county in ((2012, "130625"), (2018, "130609"))
        for code, low in (("130600", "8"), (county, "9"))
    ]
    found = compare_periods(measure_steps(make_table(*rows)))
    assert set(found["sample"]) == {"all", "both"}
    assert found["n_regions"].eq(1).all()
