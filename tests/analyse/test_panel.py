"""The panel: targets meet the results of the next report, and nothing else."""

from __future__ import annotations

import math

import pytest

from policylab.analyse.panel import count_pairs, join_results, pivot_indicator
from policylab.errors import UnknownNameError


def test_target_meets_the_result_of_the_next_report_only(make_table):
    """The target of 2023 meets the result that the report of 2024 gives, not that of 2023 or 2025."""
    table = make_table(
        {"low": "6", "high": "6.5", "bound": "range"},
        {"kind": "actual", "low": "3"},
        {"kind": "actual", "low": "6.2", "report_year": 2024},
        {"kind": "actual", "low": "9", "report_year": 2025},
    )
    pairs = join_results(table)
    assert pairs[["report_year", "level", "target_low", "target_high", "result_low", "gap"]].values.tolist() == [
        [2023, "county", 6, 6.5, 6.2, 0.2]
    ]
    assert pairs.loc[0, ["report_id_target", "report_id_result"]].tolist() == ["320804-2023", "320804-2024"]


def test_words_units_and_other_regions_do_not_join(make_table):
    """A target in words, a result in percentage points and another region's result make no pair."""
    table = make_table(
        {"low": None},
        {"kind": "actual", "report_year": 2024},
        {"indicator": "urbanization_rate", "low": "60"},
        {"indicator": "urbanization_rate", "low": "1.2", "unit": "个百分点", "kind": "actual", "report_year": 2024},
        {"indicator": "cpi_change", "low": "3"},
        {"indicator": "cpi_change", "low": "2", "kind": "actual", "report_year": 2024, "region_code": "320803"},
    )
    assert len(join_results(table)) == 0


def test_pairs_are_counted_by_year_and_level(make_table):
    """Every level has its column, also where it has none."""
    rows = [{"region_code": code} for code in ("320804", "320800", "100000")]
    rows += [{**row, "kind": "actual", "report_year": 2024} for row in rows]
    counts = count_pairs(join_results(make_table(*rows)))
    assert counts.loc[2023].to_dict() == {"national": 1, "province": 0, "city": 1, "county": 1, "total": 3}


def test_wide_table_has_gaps_not_zeros(make_table):
    """Regions are rows and years columns; what is not stated is NA."""
    table = make_table(
        {"low": "6", "high": "7", "bound": "range"}, {"region_code": "320800", "report_year": 2022, "low": "7"}
    )
    wide = pivot_indicator(table, "gdp_growth", end="mid")
    assert wide.columns.tolist() == [2022, 2023]
    assert wide.loc["320804", 2023] == 6.5
    assert math.isnan(wide.loc["320804", 2022])
    assert pivot_indicator(table, "gdp_growth", level="city").index.tolist() == ["320800"]


def test_wide_table_of_results_is_by_the_year_they_are_of(make_table):
    """The result in the report of 2024 stands under 2023."""
    wide = pivot_indicator(make_table({"kind": "actual", "report_year": 2024}), "gdp_growth", kind="actual")
    assert wide.columns.tolist() == [2023]


def test_unknown_indicator_is_refused(make_table):
    """A misspelt indicator is refused with the nearest code."""
    with pytest.raises(UnknownNameError, match="gdp_growth"):
        pivot_indicator(make_table({}), "gdp_grow")
