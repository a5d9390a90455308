"""The table of targets: what is refused, what is flagged, and that it comes back as it was written."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from policylab.analyse.parquet import to_parquet
from policylab.analyse.tables import COLUMNS, check_table, flag_implausible, load_targets, save_targets
from policylab.errors import DataError
from policylab.model import TARGET_FIELDS

BREAKS = {
    "indicator": ("gdp_grwth", "a code of indicators.csv"),
    "kind": ("goal", "one of target, actual"),
    "bound": ("aproximately", "one of exact, about"),
    "modality": ("must", "one of plain"),
    "qualitative": ("rising", "one of"),
    "status": ("done", "one of auto"),
    "source_kind": ("rumour", "one of report, citation"),
    "region_code": ("32080", "six digits"),
    "report_year": (1203, "a year from 1949"),
    "period": ("2023年", "a year, or two years"),
    "sha256": ("beef", "64 hexadecimal digits"),
    "low": (9.0, "low <= high"),
    "value_low": (9.0, "value_low <= value_high"),
    "high": (None, "low and high both or neither"),
    "start": (20, "start < end for reports"),
    "base_unit": ("人", "base_unit of the indicator"),
}


@pytest.mark.parametrize("column", BREAKS)
def test_broken_value_is_refused_by_column(make_table, column):
    """A value that breaks the contract is refused with what was expected and the row that holds it."""
    value, expected = BREAKS[column]
    table = make_table({}, {"report_year": 2022})
    table.loc[1, column] = value
    with pytest.raises(DataError, match=r"1 \(320804-2022\)") as caught:
        check_table(table)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_number_and_bound_must_agree(make_table):
    """A row with a number can't be qualitative, and one without can't be exact."""
    table = make_table({}, {"low": None})
    table.loc[0, "bound"] = "qualitative"
    with pytest.raises(DataError, match="'qualitative' where there is no number"):
        check_table(table)


def test_citation_needs_address_and_no_span(make_table):
    """A cited fact without a web address is refused, and so is one with a span."""
    table = make_table({"source_kind": "citation"})
    table.loc[0, "source_url"] = "the newspaper"
    with pytest.raises(DataError, match="a web address for citations"):
        check_table(table)
    table = make_table({"source_kind": "citation"})
    table.loc[0, "start"] = 3
    with pytest.raises(DataError, match="no start and end for citations"):
        check_table(table)


def test_missing_column_is_named_with_the_nearest(make_table):
    """A table with a misspelt column is refused with the column that was meant."""
    table = make_table({}).rename(columns={"as_written": "as_writen"})
    with pytest.raises(DataError, match="no column 'as_written'; did you mean 'as_writen'"):
        check_table(table)


def test_code_as_number_is_refused(make_table):
    """Region codes that became numbers are refused by type."""
    table = make_table({}).astype({"region_code": "int64"})
    with pytest.raises(DataError, match="column 'region_code' is int64, expected str"):
        check_table(table)


def test_file_that_is_not_parquet_is_one_line(tmp_path):
    """A file of another kind gives one line that names it."""
    path = tmp_path / "targets.parquet"
    path.write_text("low,high\n1,2\n")
    with pytest.raises(DataError, match=r"cannot read .*targets.parquet as Parquet") as caught:
        load_targets(path)
    assert "\n" not in str(caught.value)


def test_broken_table_is_not_written(make_table, tmp_path):
    """Saving a table that breaks its contract leaves the old file as it was."""
    path = tmp_path / "targets.parquet"
    save_targets(make_table({}), path)
    before = path.read_bytes()
    broken = make_table({}).assign(kind="goal")
    with pytest.raises(DataError):
        save_targets(broken, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_own_broken_file_is_refused_on_load(make_table, tmp_path):
    """A file given by path is held against the whole contract when it is loaded."""
    path = tmp_path / "targets.parquet"
    path.write_bytes(to_parquet(make_table({}).assign(kind="goal")))
    with pytest.raises(DataError, match="'kind'"):
        load_targets(path)


def test_columns_are_those_of_the_record_and_flag(make_table):
    """The table has the fields of a target in their order, and flag last."""
    assert tuple(make_table({}).columns) == (*TARGET_FIELDS, "flag") == COLUMNS


def test_amounts_are_exact_and_words_are_na(make_table):
    """4.35 亿元 is 435000000 元 and not a hair less; a qualitative target has no number."""
    table = make_table({"indicator": "fai_level", "low": "4.35", "unit": "亿元"}, {"low": None})
    assert table.loc[0, ["low", "value_low"]].tolist() == [4.35, 435000000]
    assert table.loc[1, ["low", "high", "value_low", "value_high"]].isna().all()
    assert table.loc[1, "unit"] == ""


def test_round_trip_and_same_bytes(make_table, tmp_path):
    """A table comes back from its file as it was, spans of citations still NA, and writes the same bytes again."""
    table = make_table({}, {"low": "4.5", "high": "5", "bound": "range"}, {"low": None}, {"source_kind": "citation"})
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    save_targets(table, one)
    loaded = load_targets(one)
    pd.testing.assert_frame_equal(loaded, table)
    save_targets(loaded, two)
    assert one.read_bytes() == two.read_bytes()


def test_implausible_is_flagged_and_kept(make_table):
    """Growth of 109.8% and new jobs counted in flats are flagged, not dropped; a plausible one is not flagged."""
    table = make_table({"low": "109.8"}, {"indicator": "urban_new_jobs", "low": "2", "unit": "万套"}, {"low": "5.5"})
    assert [flag.split(":")[0] for flag in table["flag"]] == ["implausible", "implausible", ""]
    assert "109.8" in table.loc[0, "flag"]
    assert len(check_table(table)) == 3


def test_change_in_points_is_not_judged_by_the_range_of_levels(make_table):
    """An urbanization rate up by 1.2 percentage points is not an urbanization rate of 1.2%."""
    table = make_table({"indicator": "urbanization_rate", "low": "1.2", "unit": "个百分点"})
    assert table["flag"].tolist() == [""]


def test_flagging_does_not_change_its_input(make_table):
    """Flags are set on a copy."""
    table = make_table({"low": "200"}).assign(flag="")
    flagged = flag_implausible(table)
    assert table.loc[0, "flag"] == ""
    assert flagged.loc[0, "flag"].startswith("implausible")


def test_large_table_is_small_and_fast(make_table, tmp_path):
    """A table of 100,000 rows of repeated words takes little room and loads in a moment."""
    table = make_table({}, {"low": None})
    table = table.loc[table.index.repeat(50_000)].reset_index(drop=True)
    path = tmp_path / "targets.parquet"
    path.write_bytes(to_parquet(table))
    started = time.perf_counter()
    load_targets(path)
    assert time.perf_counter() - started < 5
    assert path.stat().st_size < 200_000
