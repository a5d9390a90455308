"""Level means with their coverage, balanced samples, changes against the last target, runs and breaks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from policylab.analyse.breaks import find_breaks
from policylab.analyse.trends import count_regions, measure_changes, summarise_changes, summarise_levels
from policylab.errors import DataError, UnknownNameError


def years(code, values, *, first=2020, **more):
    """Return one region's targets from a year on; None leaves a year out."""
    return [
        {"region_code": code, "report_year": first + number, "low": low, **more}
        for number, low in enumerate(values)
        if low is not None
    ]


def test_coverage_stands_beside_each_mean(make_table):
    """Two of 333 cities are no national mean, and the row says so; years without a number have no row."""
    table = make_table(*years("320100", ["6", None, "8"]), *years("320800", ["7", None, None]))
    found = summarise_levels(table, ["gdp_growth"])
    assert found[["level", "period_year", "mean", "n_regions"]].values.tolist() == [
        ["city", 2020, 6.5, 2],
        ["city", 2022, 8, 1],
    ]
    assert found["coverage"].tolist() == pytest.approx([2 / 333 * 100, 1 / 333 * 100], abs=1e-4)
    assert math.isnan(found.loc[1, "ci_low"])
    assert set(found["sample"]) == {"all"}


def test_levels_come_from_the_nation_down(make_table):
    """Levels stand in their order, not in that of the alphabet."""
    rows = [row for code in ("320804", "320800", "320000", "100000") for row in years(code, ["6"])]
    assert summarise_levels(make_table(*rows), ["gdp_growth"])["level"].tolist() == [
        "national",
        "province",
        "city",
        "county",
    ]


def test_a_balanced_sample_has_the_same_regions_in_every_year(make_table):
    """A region that lacks one of the years is left out of all."""
    table = make_table(*years("320100", ["6", "7", "8"]), *years("320800", ["9", None, "9"]))
    found = summarise_levels(table, ["gdp_growth"], balanced=(2020, 2022))
    assert found["mean"].tolist() == [6, 7, 8]
    assert found["n_regions"].tolist() == [1, 1, 1]
    assert set(found["sample"]) == {"2020-2022"}
    with pytest.raises(DataError, match="first year before the last"):
        summarise_levels(table, ["gdp_growth"], balanced=(2022, 2020))


def test_results_stand_under_their_own_year(make_table):
    """The result that the report of 2021 gives is of 2020."""
    found = summarise_levels(
        make_table(*years("320100", ["6"], first=2021, kind="actual")), ["gdp_growth"], kind="actual"
    )
    assert found["period_year"].tolist() == [2020]


def test_unknown_words_are_refused(make_table):
    """Unknown ends, kinds, indicators and intervals raise."""
    table = make_table(*years("320100", ["6"]))
    for wrong in ({"end": "hihg"}, {"kind": "goal"}, {"interval": "z"}):
        with pytest.raises(UnknownNameError):
            summarise_levels(table, ["gdp_growth"], **wrong)
    with pytest.raises(UnknownNameError, match="gdp_growth"):
        summarise_levels(table, ["gdp_grwth"])


def test_regions_that_give_no_report_do_not_count(make_table):
    """Of 34 provinces 31 give work reports; cities are those of the year."""
    assert count_regions("province", 2023) == 31
    assert count_regions("city", 2019) < count_regions("city", 2018) + 1


def test_changes_are_against_the_last_target(make_table):
    """Raised, kept and lowered by the number; the first has none, and a gap of years is told."""
    table = make_table(*years("320100", ["6", "6", "7", None, "6.5"]))
    found = measure_changes(table, ["gdp_growth"])
    assert found["direction"].tolist() == ["", "kept", "raised", "lowered"]
    assert found["change"].tolist()[1:] == [0, 1, -0.5]
    assert found["last_year"].tolist()[1:] == [2020, 2021, 2022]
    assert found["is_next_year"].tolist() == [False, True, True, False]


def test_runs_count_years_in_a_row(make_table):
    """The same number for three years is a run of three; a gap, another region or another number begins anew."""
    table = make_table(*years("320100", ["6", "6", "6", None, "6", "7"]), *years("320200", ["7", "7"]))
    assert measure_changes(table, ["gdp_growth"])["run"].tolist() == [1, 2, 3, 1, 1, 1, 2]


def test_a_dropped_bound_is_not_kept_in_full(make_table):
    """12%以上 that becomes 12% keeps the number and not the target."""
    rows = years("320100", ["12"], bound="at_least") + years("320100", ["12", "12"], first=2021)
    found = measure_changes(make_table(*rows), ["gdp_growth"])
    assert found["direction"].tolist() == ["", "kept", "kept"]
    assert found["is_kept_in_full"].fillna(False).tolist() == [False, False, True]


def test_a_run_goes_on_under_a_new_code(make_table):
    """徐水县 130625 and 徐水区 130609 are one place."""
    rows = [*years("130625", ["9"], first=2015), *years("130609", ["9"], first=2016)]
    assert measure_changes(make_table(*rows), ["gdp_growth"])["run"].tolist() == [1, 2]


def test_shares_of_changes_leave_out_gaps(make_table):
    """Only targets with one of the year before count."""
    table = make_table(*years("320100", ["6", "6", None, "5"]), *years("320200", ["7", "6", None, None]))
    found = summarise_changes(measure_changes(table, ["gdp_growth"]), by=["level"]).loc[0]
    assert found[["n", "n_regions", "raised", "kept", "lowered"]].tolist() == [2, 2, 0, 50, 50]
    assert found["mean_change"] == -0.5


def series(values, **more):
    """Return yearly means."""
    place = {"indicator": "gdp_growth", "level": "city", "sample": "all", **more}
    return pd.DataFrame([{**place, "period_year": 2000 + number, "mean": v} for number, v in enumerate(values)])


def test_a_break_is_found_where_it_is(make_table):
    """A line that turns down after twelve years breaks there, whatever the order of rows."""
    noise = np.random.default_rng(3).normal(0, 0.1, 24)
    values = [10 + 0.1 * number if number < 12 else 8 - 0.4 * (number - 12) for number in range(24)] + noise
    found = find_breaks(series(values).sample(frac=1, random_state=1)).loc[0]
    assert found["break_year"] == 2012
    assert found["p_value"] < 0.01
    assert found["slope_before"] == pytest.approx(0.1, abs=0.05)
    assert found["slope_after"] == pytest.approx(-0.4, abs=0.05)
    assert found["jump"] < -2


def test_noise_about_one_line_has_no_sure_break():
    """Of twenty series without a break few are called sure at 5%."""
    rng = np.random.default_rng(5)
    drawn = [series(10 + rng.normal(0, 1, 20), sample=f"s{number}") for number in range(20)]
    assert find_breaks(pd.concat(drawn))["p_value"].lt(0.05).sum() <= 3


def test_short_series_have_no_break():
    """Fewer than twice the least years: NA, not a guess."""
    found = find_breaks(series([8.0] * 9)).loc[0]
    assert found["n_years"] == 9
    assert pd.isna(found["break_year"])
    with pytest.raises(DataError, match="3 or more"):
        find_breaks(series([8.0]), min_years=2)
    with pytest.raises(DataError, match="no column 'meen'"):
        find_breaks(series([8.0]), value="meen")
