"""Targets against results: pairs, what reaches a target, the histogram at zero and its ratio."""

from __future__ import annotations

import math

import pytest

from policylab.analyse.realised import compare_realised, compare_threshold, count_gaps, summarise_realised
from policylab.errors import DataError, UnknownNameError


def pair(target, result, *, code="320800", year=2010, **more):
    """Return the target of a year and its result in the next report; bound and the like hold for the target."""
    kept = {name: more[name] for name in ("indicator", "unit") if name in more}
    return [
        {"region_code": code, "low": target, "report_year": year, **more},
        {"region_code": code, "low": result, "report_year": year + 1, "kind": "actual", **kept},
    ]


def test_pairs_have_gap_and_achievement(make_table):
    """The result less the target, in per cent of it, before or from 2013."""
    table = make_table(*pair("8", "10"), *pair("10", "9", year=2014))
    pairs = compare_realised(table, ["gdp_growth"])
    assert pairs[["gap", "achievement", "is_met", "era"]].values.tolist() == [
        [2, 125, True, "before"],
        [-1, 90, False, "from"],
    ]
    assert pairs["region_name"].tolist() == ["淮安市"] * 2


def test_a_place_that_changed_its_code_is_joined(make_table):
    """The target of 徐水县 130625 for 2015 meets the result that 徐水区 130609 gives in 2016."""
    target, result = pair("9", "8", code="130625", year=2015)
    pairs = compare_realised(make_table(target, {**result, "region_code": "130609"}), ["gdp_growth"])
    assert pairs[["region_code", "gap", "report_id_result"]].values.tolist() == [["130625", -1, "130609-2016"]]


@pytest.mark.parametrize(("end", "gap"), [("low", 0.5), ("mid", 0.25), ("high", 0)])
def test_the_end_of_a_range_is_chosen_and_said(make_table, end, gap):
    """A range of 6 to 6.5 is met by 6.5 at either end, and the gap tells from which."""
    table = make_table(*pair("6", "6.5", high="6.5", bound="range"))
    table.loc[table["kind"].eq("actual"), ["low", "value_low"]] = 6.5
    pairs = compare_realised(table, ["gdp_growth"], end=end)
    assert pairs["gap"].tolist() == [gap]
    assert pairs["is_met"].tolist() == [True]
    for counted in (summarise_realised(pairs), count_gaps(pairs), compare_threshold(pairs)):
        assert set(counted["range_end"]) == {end}


@pytest.mark.parametrize(
    ("indicator", "bound", "target", "result", "met"),
    [
        ("gdp_growth", "about", "8", "7.9", False),
        ("energy_intensity_change", "at_least", "-3", "-3.5", True),
        ("energy_intensity_change", "at_least", "-3", "-2", False),
        ("registered_unemployment_rate", "at_most", "4.5", "4.1", True),
        ("cpi_change", "at_most", "3", "2", True),
        ("cpi_change", "at_most", "3", "3.4", False),
        ("cpi_change", "about", "3", "2", None),
    ],
)
def test_what_reaches_a_target(make_table, indicator, bound, target, result, met):
    """More where more is wanted, less where less is; without a wish the bound decides, and without a bound nothing."""
    found = compare_realised(make_table(*pair(target, result, indicator=indicator, bound=bound)), [indicator])["is_met"]
    assert found.isna().tolist() == [met is None]
    assert met is None or found.tolist() == [met]


def test_achievement_of_a_fall_is_not_a_number(make_table):
    """Per cent of a target that is not positive say nothing."""
    pairs = compare_realised(
        make_table(*pair("-3", "-3.5", indicator="energy_intensity_change")), ["energy_intensity_change"]
    )
    assert math.isnan(pairs.loc[0, "achievement"])


def gaps(make_table, *values):
    """Return pairs of provinces with these gaps to a target of 8."""
    rows = [pair("8", str(8 + gap), code="320000", year=2000 + 2 * number) for number, gap in enumerate(values)]
    return compare_realised(make_table(*(row for both in rows for row in both)), ["gdp_growth"])


def test_a_bin_begins_at_zero(make_table):
    """An exact hit is just above, a tenth less just below, and what lies beyond the reach is in the end bins."""
    counts = count_gaps(gaps(make_table, 0, 0.4, 0.5, -0.1, -0.5, 30, -20), reach=2).set_index("bin_low")
    assert counts["n"].to_dict() == {-2: 1, -1.5: 0, -1: 0, -0.5: 2, 0: 2, 0.5: 1, 1: 0, 1.5: 1}
    assert counts.loc[0, "n_exact"] == 1
    assert counts["n"].sum() == counts["total"].iloc[0] == 7
    assert counts["is_tail"].tolist() == [True, *[False] * 6, True]


def test_bins_hold_decimals_where_they_belong(make_table):
    """0.3 is in the bin that begins there, though 0.3 / 0.1 is not quite 3 for a computer."""
    counts = count_gaps(gaps(make_table, 0.3, -0.3), width=0.1, reach=1).set_index("bin_low")
    assert counts.loc[[0.3, -0.3], "n"].tolist() == [1, 1]


def test_bins_that_do_not_fit_are_refused(make_table):
    """A reach that no bin ends at raises, as do pairs of several indicators and a column that is not there."""
    pairs = gaps(make_table, 0, 1)
    with pytest.raises(DataError, match="multiple"):
        count_gaps(pairs, width=0.3, reach=1)
    with pytest.raises(DataError, match="did you mean 'level'"):
        count_gaps(pairs, by=["levle"])
    with pytest.raises(DataError, match="cannot group by nothing"):
        summarise_realised(pairs, by=[])
    pairs.loc[0, "indicator"] = "fai_growth"
    with pytest.raises(DataError, match="pairs of one indicator, got fai_growth, gdp_growth"):
        compare_threshold(pairs)


def test_the_ratio_at_the_target(make_table):
    """Three from zero to half a point above against one to half a point below, the exact hit told apart."""
    found = compare_threshold(gaps(make_table, 0, 0.1, 0.4, 0.5, -0.5, -0.6)).loc[0]
    assert found[["n_above", "n_exact", "n_below", "ratio", "ratio_strict"]].tolist() == [3, 1, 1, 3, 2]
    assert found["ratio_low"] < 3 < found["ratio_high"]
    assert (found["interval"], found["window"]) == ("wilson", 0.5)


def test_none_below_is_open_and_none_at_all_unknown(make_table):
    """A ratio over none is infinite; where no result is near, there is none."""
    assert compare_threshold(gaps(make_table, 0)).loc[0, "ratio"] == math.inf
    assert math.isnan(compare_threshold(gaps(make_table, 3)).loc[0, "ratio"])
    with pytest.raises(UnknownNameError, match="'wilson' or 'exact'"):
        compare_threshold(gaps(make_table, 3), interval="t")


def test_summary_counts_regions_and_shares(make_table):
    """Mean gap, share that reach the target, how many regions."""
    found = summarise_realised(gaps(make_table, 1, -1, 3, 0), by=["level"]).loc[0]
    assert found[["n", "n_regions", "mean_gap", "median_gap", "met"]].tolist() == [4, 1, 0.75, 0.5, 75]
    assert found["met_low"] < 75 < found["met_high"]
    assert math.isnan(found["ci_low"])
