"""A district against its superiors and its peers, and its targets over the years.

Numbers of one indicator are given in one unit, that of the region asked for, so that they can be compared; the words of
the report stay in ``as_written``. What a report does not state is NA, never zero, and ``missing`` says why; its words,
and the rule by which one record stands for several, are those of `policylab.analyse.values`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from policylab.analyse.peers import PEER_RULES, compare_peers, select_peers
from policylab.analyse.values import (
    arrange_columns,
    check_end,
    complete_values,
    explain_missing,
    pick_values,
    take_end,
)
from policylab.codebook import load_codebook
from policylab.errors import DataError
from policylab.read.lineage import list_lineage
from policylab.read.regions import Region, find_region, list_superiors

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PEER_RULES", "compare_chain", "compare_peers", "select_peers", "trend"]

_COMPARABLE_STEPS = ("%", "pp")


def compare_chain(
    table: pd.DataFrame,
    region_code: str,
    *,
    report_year: int,
    indicators: Sequence[str] | None = None,
    end: str = "low",
) -> pd.DataFrame:
    """
    Return one row per indicator and level, the nation first and the region itself last.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    region_code : str
        Six digits.
    report_year : int
        The year that the targets are for.
    indicators : sequence of str, optional
        Codes, in the order wanted. By default those that the region and at least one superior state, in the order of
        the codebook.
    end : "low", "mid" or "high"
        Which end of a range counts for the step: low end against low end, and so on. Recorded in ``range_end``.

    Returns
    -------
    DataFrame
        ``low`` and ``high`` in ``unit``, NA with the reason in ``missing``; ``step_pp``, the percentage points added at
        this level over the next superior that states a number (层层加码), NA where there is none or the unit is not %;
        then the choice made (``n_records``, ``n_values``, see `policylab.analyse.values`) and the source.

    Raises
    ------
    UnknownNameError
        Where the region did not exist in that year, or an indicator or end is unknown.
    DataError
        Where the data have no targets of the region for that year; the message names the years they have.

    References
    ----------
    Amplification down the levels: Li, Liu, Weng, Zhou (2019), Target setting in tournaments, Economic Journal 129.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> compare_chain(to_table([]), "320804", report_year=2023)
    Traceback (most recent call last):
    policylab.errors.DataError: no targets of 320804 淮阴区 for 2023 in the data; there are none of any year
    """
    check_end(end)
    chain = [*list_superiors(region_code, report_year=report_year), find_region(region_code, report_year=report_year)]
    codes = [region.region_code for region in chain]
    own = codes[-1]
    picked = pick_values(table, indicators=indicators, region_codes=codes, report_year=report_year)
    if not picked["region_code"].eq(own).any():
        raise DataError(_tell_no_targets(table, chain[-1], report_year))
    wanted = list(indicators) if indicators is not None else _list_shared(picked, own)
    regions = {region.region_code: region for region in chain}
    rows = complete_values(picked, regions, indicators=wanted, years=[report_year], own=own)
    return _add_steps(arrange_columns(explain_missing(rows, table)), end)


def trend(
    table: pd.DataFrame,
    region_codes: Sequence[str],
    *,
    indicator: str,
    kind: str = "target",
) -> pd.DataFrame:
    """
    Return one row per region and report year, regions in the order given, every year from the first to the last known.

    Years without a number are NA rows with the reason in ``missing``, not dropped. A place keeps its line when its code
    changes (淮阴县 320821 became 淮阴区 320804; `policylab.read.lineage`): the rows bear the code asked for, and
    ``report_id`` the code of the report.

    Parameters
    ----------
    table : DataFrame, one row per target
        Not modified.
    region_codes : sequence of str
    indicator : str
        A code of the codebook.
    kind : "target" or "actual"
        Results are those of the year before the report year; ``period`` is the year that the number is of.

    Raises
    ------
    UnknownNameError
        Where a region, indicator or kind is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(trend(to_table([]), ["100000"], indicator="gdp_growth"))
    0
    """
    regions = {code: find_region(code) for code in region_codes}
    table = _follow_codes(table, list(regions))
    picked = pick_values(table, kind=kind, indicators=[indicator], region_codes=list(regions))
    known = picked["report_year"]
    years = range(int(known.min()), int(known.max()) + 1) if len(known) else range(0)
    rows = complete_values(picked, regions, indicators=[indicator], years=years, own=next(iter(regions), ""))
    return arrange_columns(explain_missing(rows, table), kind=kind)


def _follow_codes(table: pd.DataFrame, region_codes: Sequence[str]) -> pd.DataFrame:
    """Keep the rows of some places, under whatever code they had; each bears the code asked for."""
    asked = {former: code for code in region_codes for former in list_lineage(code)} | {
        code: code for code in region_codes
    }
    rows = table[table["region_code"].isin(list(asked))]
    return rows.assign(region_code=rows["region_code"].map(asked).astype("str"))


def _list_shared(picked: pd.DataFrame, own: str) -> list[str]:
    """List the indicators that the region and at least one superior state, in the order of the codebook."""
    stated = set(picked.loc[picked["region_code"].eq(own), "indicator"])
    above = set(picked.loc[picked["region_code"].ne(own), "indicator"])
    return [code for code in load_codebook().indicators if code in stated & above]


def _add_steps(rows: pd.DataFrame, end: str) -> pd.DataFrame:
    """Add the step over the next superior that states a number."""
    number = take_end(rows["low"], rows["high"], end)
    above = number.groupby(rows["indicator"], sort=False).transform(lambda values: values.ffill().shift())
    step = (number - above).round(6).where(rows["base_unit"].isin(_COMPARABLE_STEPS))
    return rows.assign(step_pp=step, range_end=end)


def _tell_no_targets(table: pd.DataFrame, region: Region, report_year: int) -> str:
    """Say that a region has no targets of a year, and which years there are."""
    rows = table[table["region_code"].eq(region.region_code) & table["kind"].eq("target")]
    years = ", ".join(str(year) for year in sorted(rows["report_year"].unique()))
    there = f"the data have {years}" if years else "there are none of any year"
    return f"no targets of {region.region_code} {region.name} for {report_year} in the data; {there}"
