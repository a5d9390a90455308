"""The numbers of the panel for counting: one value per region, year and indicator, with its place among the levels.

Comparisons of a district (`policylab.analyse.compare`) show what is missing and why; the tables of the panel count and
average, so they start from the numbers that there are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING

from policylab.analyse.values import check_end, pick_values, take_end
from policylab.codebook import load_codebook
from policylab.errors import DataError, UnknownNameError, close_matches
from policylab.read.lineage import follow_code
from policylab.read.regions import find_region, list_superiors

if TYPE_CHECKING:
    import pandas as pd

CUT_YEAR = 2013  # since the congress of November 2012 and the rule of 2013 that growth alone does not rank officials
_COLUMNS = "region_code region_name level province series_code superior_code report_year period_year indicator kind"
_COLUMNS += " value value_low value_high base_unit bound modality stretch headline n_values source_kind report_id"
_COLUMNS += " source_url sha256 range_end"


def list_numbers(
    table: pd.DataFrame, indicators: Collection[str] | None = None, *, kind: str = "target", end: str = "low"
) -> pd.DataFrame:
    """
    Return one row per region, report year and indicator that states a number in the indicator's own unit.

    Numbers flagged as implausible and those in another unit are left out; `policylab.analyse.values.pick_values` has
    them.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    indicators : collection of str, optional
        Codes of the codebook; all of them by default.
    kind : "target" or "actual"
    end : "low", "mid" or "high"
        Which end of a range is its ``value``; recorded in ``range_end``. A bound counts as its number: 以上 and 左右 are
        in ``bound``.

    Returns
    -------
    DataFrame
        ``value`` in ``base_unit``; ``level`` and ``region_name`` of the region in that year, ``superior_code`` of the
        next level above ("" for the nation), ``series_code``, the code that the same place has today
        (`policylab.read.lineage`), and ``period_year``, the year that the number is of.

    Raises
    ------
    UnknownNameError
        Where an indicator, kind or end is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(list_numbers(to_table([]), ["gdp_growth"]))
    0
    """
    check_end(end)
    units = {code: row.unit for code, row in load_codebook().indicators.items()}
    rows = pick_values(table, kind=kind, indicators=indicators)
    rows = rows[rows["value_low"].notna() & rows["flag"].eq("") & rows["base_unit"].eq(rows["indicator"].map(units))]
    rows = describe_regions(rows).assign(
        series_code=rows["region_code"].map(follow_code).astype("str"),
        value=take_end(rows["value_low"], rows["value_high"], end),
        period_year=rows["report_year"] - (kind == "actual"),
        range_end=end,
    )
    return rows[_COLUMNS.split()].reset_index(drop=True)


def describe_regions(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return rows of region_code and report_year with the region's name, level, province and superior in that year.

    Raises
    ------
    UnknownNameError
        Where a code never existed; one that was not in force in the year is described as it was nearest to it.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = describe_regions(pd.DataFrame({"region_code": ["320804"], "report_year": [2023]}))
    >>> rows[["region_name", "level", "province", "superior_code"]].values.tolist()
    [['淮阴区', 'county', '江苏省', '320800']]
    """
    import pandas as pd

    known = [_describe(code, int(year)) for code, year in zip(rows["region_code"], rows["report_year"], strict=True)]
    names = ["region_name", "level", "province", "superior_code"]
    return rows.assign(**pd.DataFrame(known, columns=names, index=rows.index).astype("str"))


def split_at(rows: pd.DataFrame, cut_year: int = CUT_YEAR) -> pd.DataFrame:
    """
    Return the rows with ``era``, "before" the year or "from" it on, and ``cut_year``.

    Examples
    --------
    >>> import pandas as pd
    >>> split_at(pd.DataFrame({"report_year": [2012, 2013]}))["era"].tolist()
    ['before', 'from']
    """
    import numpy as np

    era = np.where(rows["report_year"] < cut_year, "before", "from")
    return rows.assign(era=era, cut_year=cut_year).astype({"era": "str"})


def name_only(values: pd.Series[str]) -> str:
    """
    Return the one word that a column of a table holds, such as its ``range_end``; "" where the table is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> name_only(pd.Series(["low", "low"]))
    'low'
    """
    return ", ".join(sorted(values.unique()))


def check_columns(rows: pd.DataFrame, by: Sequence[str]) -> None:
    """
    Do nothing if a table has the columns that it is to be grouped by.

    Raises
    ------
    DataError
        Naming the first that it lacks, or where none is named at all.
    """
    if not by:
        raise DataError(f"cannot group by nothing: name one or more of {', '.join(rows.columns)}")
    for name in by:
        if name not in rows:
            raise DataError(
                f"cannot group by {name!r}: no such column{close_matches(name, rows.columns)}; there are "
                f"{', '.join(rows.columns)}"
            )


@cache
def _describe(region_code: str, report_year: int) -> tuple[str, str, str, str]:
    """Look up a region in a year; a code that was not in force then means what it meant nearest to it."""
    try:
        region = find_region(region_code, report_year=report_year)
    except UnknownNameError:  # texts are often labelled with today's code
        region = find_region(region_code)
        report_year = max(min(report_year, region.valid_to or report_year), region.valid_from)
    above = list_superiors(region_code, report_year=report_year)
    return region.name, region.level, region.province, above[-1].region_code if above else ""
