"""The panel: targets joined with what came of them, and one indicator as a wide table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policylab.analyse.values import check_end, pick_values, take_end
from policylab.read.lineage import follow_code
from policylab.read.regions import load_regions

if TYPE_CHECKING:
    import pandas as pd

_PLACE = ["region_code", "report_year", "indicator"]
_TARGET = [*_PLACE, "value_low", "value_high", "base_unit", "bound", "modality", "report_id", "n_values", "flag"]
_SERIES = ["series_code", "report_year", "indicator"]
_RESULT = ["value_low", "value_high", "base_unit", "report_id", "n_values", "flag"]


def join_results(table: pd.DataFrame, *, end: str = "low") -> pd.DataFrame:
    """
    Return one row per region, year and indicator whose target of the year meets the result that the next report gives.

    Only numbers in the same base unit are joined; of several records one stands by the rule of
    `policylab.analyse.values`. Results are those of the report of the following year, as first published. A place that
    changed its code between the two reports is joined all the same (`policylab.read.lineage`).

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    end : "low", "mid" or "high"
        Which end of a range counts for the gap, of target and result alike; recorded in ``range_end``.

    Returns
    -------
    DataFrame
        By region, year and indicator: ``level``, ``target_low``, ``target_high``, ``result_low``, ``result_high`` in
        ``base_unit``, ``gap`` (result less target), the bound and modality of the target, the two report ids, and
        ``n_values_target``, ``n_values_result``, ``flag_target``, ``flag_result``.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(join_results(to_table([])))
    0
    """
    check_end(end)
    targets = pick_values(table)
    results = pick_values(table, kind="actual")
    results = results.assign(report_year=results["report_year"] - 1)
    targets, results = (_add_series(part[part["value_low"].notna()]) for part in (targets, results))
    results = results.drop_duplicates([*_SERIES, "base_unit"])[[*_SERIES, *_RESULT]]
    pairs = targets[[*_SERIES[:1], *_TARGET]].merge(
        results, on=[*_SERIES, "base_unit"], suffixes=("_target", "_result")
    )
    names = {f"value_{side}_{part}": f"{part}_{side}" for side in ("low", "high") for part in ("target", "result")}
    pairs = pairs.rename(columns=names).sort_values(_PLACE, kind="stable", ignore_index=True)
    target, result = (take_end(pairs[f"{part}_low"], pairs[f"{part}_high"], end) for part in ("target", "result"))
    pairs = pairs.drop(columns="series_code").assign(
        level=_name_levels(pairs["region_code"]), gap=(result - target).round(9), range_end=end
    )
    order = [*_PLACE, "level", "target_low", "target_high", "result_low", "result_high", "gap", "base_unit"]
    return pairs[[*order, *(name for name in pairs.columns if name not in order)]]


def count_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """
    Return the number of joined pairs: one row per year, one column per level, and ``total``.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> count_pairs(join_results(to_table([]))).shape
    (0, 5)
    """
    counts = pairs.groupby(["report_year", "level"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["national", "province", "city", "county"], fill_value=0)
    return counts.assign(total=counts.sum(axis="columns"))


def pivot_indicator(
    table: pd.DataFrame, indicator: str, *, kind: str = "target", level: str | None = None, end: str = "low"
) -> pd.DataFrame:
    """
    Return one indicator as a wide table: one row per region, one column per year, in the indicator's unit.

    Parameters
    ----------
    table : DataFrame, one row per target
        Not modified.
    indicator : str
        A code of the codebook.
    kind : "target" or "actual"
        The year of a target is its report's, that of a result the year before.
    level : "national", "province", "city" or "county", optional
        Keep the regions of this level only.
    end : "low", "mid" or "high"
        Which end of a range stands for it.

    Returns
    -------
    DataFrame
        Indexed by ``region_code``; NA where there is no number, or one in another unit than the indicator's.

    Raises
    ------
    UnknownNameError
        Where the indicator, kind or end is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> pivot_indicator(to_table([]), "gdp_growth").empty
    True
    """
    from policylab.codebook import load_codebook

    check_end(end)
    picked = pick_values(table, kind=kind, indicators=[indicator])
    picked = picked[picked["base_unit"].eq(load_codebook().indicator(indicator).unit)]
    if level is not None:
        picked = picked[_name_levels(picked["region_code"]).eq(level)]
    value = take_end(picked["value_low"], picked["value_high"], end)
    rows = picked.assign(value=value, year=picked["report_year"] - (kind == "actual"))
    wide = rows.pivot(index="region_code", columns="year", values="value").sort_index().sort_index(axis="columns")
    return wide.rename_axis(columns="report_year" if kind == "target" else "period_year")


def _add_series(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the code that the same place has today."""
    return rows.assign(series_code=rows["region_code"].map(follow_code).astype("str"))


def _name_levels(codes: pd.Series[str]) -> pd.Series[str]:
    """Return the level of each region code."""
    return codes.map({region.region_code: region.level for region in load_regions()}).astype("str")
