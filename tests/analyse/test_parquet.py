"""Parquet files read in part; what is written, and whole files, are tested with the table of targets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from policylab.analyse.parquet import hold_parquet, load_parquet, to_parquet
from policylab.analyse.tables import load_targets
from policylab.errors import DataError
from policylab.project import data_path

YEAR, CHAIN = 2023, {"100000", "320000", "320800"}


@pytest.mark.parametrize("any_of", [{"report_year": [YEAR], "region_code": CHAIN}, {"region_code": ["999999"]}, {}])
def test_some_rows_are_those_of_the_whole(any_of: dict[str, list[object]]) -> None:
    """Reading the rows of a year and of some regions gives what cutting the whole table gives, types and order too."""
    whole = load_targets()
    wanted = pd.Series(False, index=whole.index)
    for name, values in any_of.items():
        wanted |= whole[name].isin(list(values))
    found = load_parquet(data_path("targets.parquet"), any_of=any_of)
    pd.testing.assert_frame_equal(found, whole[wanted].reset_index(drop=True))


def test_a_file_that_has_changed_is_read_anew(tmp_path: Path) -> None:
    """What is kept of a file for later readings is kept of this very file."""
    path, rows = tmp_path / "some.parquet", load_targets().head(9)
    for kept in (rows, rows.head(4)):
        path.write_bytes(to_parquet(kept))
        hold_parquet(path)
        assert len(load_parquet(path, any_of={"report_id": list(rows["report_id"])})) == len(kept)


def test_an_empty_table_has_no_rows_to_give(make_table, tmp_path: Path) -> None:
    """A file without rows is read as such."""
    path = tmp_path / "none.parquet"
    path.write_bytes(to_parquet(make_table()))
    found = load_parquet(path, any_of={"report_year": [YEAR]})
    assert found.empty
    assert found.dtypes.equals(make_table().dtypes)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A file that is not there, or is no Parquet, is told in one line, in part as in whole."""
    with pytest.raises(DataError, match="no file"):
        load_parquet(tmp_path / "none.parquet", any_of={"report_year": [YEAR]})
    (tmp_path / "text.parquet").write_text("text")
    with pytest.raises(DataError, match="as Parquet"):
        load_parquet(tmp_path / "text.parquet", any_of={"report_year": [YEAR]})
