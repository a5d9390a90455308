"""Levels over the years: means with their coverage beside them, changes against the last target, and breaks.

The panel is unbalanced: 12 cities of 2002 and 268 of 2021 are not the same cities. So each mean stands beside the number
of regions and their share of all regions of the level, and can be taken over the regions that state every year.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING

from policylab.analyse.intervals import MEAN_METHODS, check_method, mean_interval
from policylab.analyse.numbers import check_columns, list_numbers, name_only
from policylab.errors import DataError
from policylab.read.regions import NO_WORK_REPORT, list_regions

if TYPE_CHECKING:
    import pandas as pd

_SERIES = ["indicator", "level", "series_code"]
_MEANS = ["mean", "median", "sd", "min", "max", "ci_low", "ci_high", "n_regions"]
_CHANGE = ["n", "n_regions", "raised", "kept", "lowered", "kept_in_full", "mean_change", "mean_run"]


def summarise_levels(
    table: pd.DataFrame,
    indicators: Collection[str],
    *,
    kind: str = "target",
    end: str = "low",
    balanced: tuple[int, int] | None = None,
    interval: str = "t",
) -> pd.DataFrame:
    """
    Return one row per indicator, level and year: the mean of the regions, and how many and which share of all they are.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    indicators : collection of str
        Codes of the codebook.
    kind : "target" or "actual"
        Results stand under the year that they are of.
    end : "low", "mid" or "high"
        Which end of a range counts; recorded in ``range_end``.
    balanced : (int, int), optional
        First and last year; only regions that state a number in every year between count then (``sample``
        "2016-2025" in place of "all").
    interval : "t" or "bootstrap"
        Of the mean, see `policylab.analyse.intervals.mean_interval`.

    Returns
    -------
    DataFrame
        ``period_year``; ``mean``, ``median``, ``sd``, ``min``, ``max``, ``ci_low``, ``ci_high`` in ``base_unit``, each
        region counting once; ``n_regions`` that state a number, ``n_existing`` regions of that level then, and
        ``coverage``, the per cent of them that do. Years without any number have no row.

    Raises
    ------
    UnknownNameError
        Where an indicator, kind, end or interval is unknown.
    DataError
        Where the years of a balanced sample are the wrong way round.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(summarise_levels(to_table([]), ["gdp_growth"]))
    0
    """
    import pandas as pd

    check_method(interval, MEAN_METHODS)
    numbers = list_numbers(table, indicators, kind=kind, end=end)
    if balanced is not None:
        numbers = keep_balanced(numbers, *balanced)
    groups = numbers.groupby(["indicator", "level", "period_year"], sort=True)
    rows = [_average(part, interval) for _, part in groups]
    found = groups.agg(base_unit=("base_unit", "first"), report_year=("report_year", "first")).reset_index()
    found = pd.concat([found, pd.DataFrame(rows, columns=_MEANS)], axis="columns")
    years = zip(found["level"], found["report_year"], strict=True)
    found["n_existing"] = pd.Series([count_regions(str(level), int(year)) for level, year in years], dtype="int64")
    found["coverage"] = (found["n_regions"] / found["n_existing"] * 100).round(6)
    sample = f"{balanced[0]}-{balanced[1]}" if balanced else "all"
    found = found.assign(kind=kind, sample=sample, interval=interval, range_end=end)
    return _sort_levels(found).drop(columns="report_year")


def keep_balanced(numbers: pd.DataFrame, first_year: int, last_year: int) -> pd.DataFrame:
    """
    Return the numbers of the regions that state one in every year between two years, those two among them.

    Parameters
    ----------
    numbers : DataFrame of `policylab.analyse.numbers.list_numbers`
        Not modified.

    Raises
    ------
    DataError
        Where the last year comes before the first.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(keep_balanced(list_numbers(to_table([]), ["gdp_growth"]), 2016, 2025))
    0
    """
    if last_year < first_year:
        raise DataError(f"expected the first year before the last, got {first_year} and {last_year}")
    within = numbers[numbers["period_year"].between(first_year, last_year)]
    # Setting no target, as the nation in 2020, is not a gap in the sources: a region may lack it and is then left out.
    stated = within.groupby(_SERIES)["period_year"].transform("nunique")
    return within[stated.eq(last_year - first_year + 1)].reset_index(drop=True)


def measure_changes(table: pd.DataFrame, indicators: Collection[str], *, end: str = "low") -> pd.DataFrame:
    """
    Return one row per region, year and indicator that states a target: its change against the last one, and its run.

    Parameters
    ----------
    table, indicators, end
        As in `summarise_levels`.

    Returns
    -------
    DataFrame
        The columns of `policylab.analyse.numbers.list_numbers` and: ``last_value``, ``last_year`` and ``last_bound`` of
        the place's target before (also under a former code), NA for its first; ``change`` in ``base_unit``;
        ``direction``, "raised", "kept" or "lowered" by the number alone, "" for the first; ``is_kept_in_full``, whether
        both ends and the bound stay too; ``is_next_year``, whether the last target is of the year before; ``run``, for
        how many years in a row the number has been the same (1 for a new one, and after a gap).

    Raises
    ------
    UnknownNameError
        Where an indicator or end is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(measure_changes(to_table([]), ["gdp_growth"]))
    0
    """
    numbers = list_numbers(table, indicators, end=end)
    rows = numbers.sort_values([*_SERIES, "report_year"], kind="stable", ignore_index=True)
    before = rows.groupby(_SERIES, sort=False)[["value", "value_low", "value_high", "bound", "report_year"]].shift()
    change = (rows["value"] - before["value"]).round(6)
    words = change.map(lambda step: "raised" if step > 0 else "lowered" if step < 0 else "kept" if step == 0 else "")
    is_same = rows[["value_low", "value_high", "bound"]].eq(before[["value_low", "value_high", "bound"]]).all(axis=1)
    is_next = before["report_year"].eq(rows["report_year"] - 1)
    run_number = (~(change.eq(0) & is_next)).cumsum()
    return rows.assign(
        last_value=before["value"],
        last_year=before["report_year"].astype("Int64"),
        last_bound=before["bound"].astype("object").fillna("").astype("str"),
        change=change,
        direction=words.astype("str"),
        is_kept_in_full=is_same.astype("boolean").mask(change.isna()),
        is_next_year=is_next,
        run=rows.groupby([rows["series_code"], run_number], sort=False).cumcount() + 1,
    )


def summarise_changes(
    changes: pd.DataFrame, *, by: Sequence[str] = ("indicator", "level", "report_year")
) -> pd.DataFrame:
    """
    Return one row per group: the per cent of targets raised, kept and lowered against the year before.

    Parameters
    ----------
    changes : DataFrame of `measure_changes`
        Not modified. Only targets whose last one is of the year before count.
    by : sequence of str
        Columns to group by.

    Returns
    -------
    DataFrame
        ``n`` targets of ``n_regions``; ``raised``, ``kept``, ``lowered`` in per cent by the number, ``kept_in_full`` also
        by bound and range; ``mean_change`` in ``base_unit``; ``mean_run``, the years in a row that a number has been the
        same.

    Raises
    ------
    DataError
        Where a column to group by does not exist.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(summarise_changes(measure_changes(to_table([]), ["gdp_growth"])))
    0
    """
    import pandas as pd

    check_columns(changes, by)
    groups = changes[changes["is_next_year"]].groupby(list(by), sort=True)
    rows = []
    for _, part in groups:
        shares = [part["direction"].eq(word).mean() * 100 for word in ("raised", "kept", "lowered")]
        means = [part["is_kept_in_full"].astype("float64").mean() * 100, part["change"].mean(), part["run"].mean()]
        rows.append([len(part), part["series_code"].nunique(), *(round(float(v), 6) for v in (*shares, *means))])
    keys = groups.size().reset_index()[list(by)]
    found = pd.concat([keys, pd.DataFrame(rows, columns=_CHANGE)], axis="columns")
    return _sort_levels(found.assign(range_end=name_only(changes["range_end"])))


@cache
def count_regions(level: str, report_year: int) -> int:
    """
    Return how many regions of a level there were when a year began, but for those that give no work report.

    Examples
    --------
    >>> count_regions("province", 2023), count_regions("city", 2023)
    (31, 333)
    """
    regions = list_regions(level, report_year=report_year)
    return sum(region.region_code[:2] not in NO_WORK_REPORT for region in regions)


def _average(part: pd.DataFrame, interval: str) -> list[float]:
    """Return the measures of the numbers of one level and year."""
    value = part["value"]
    measures = (value.mean(), value.median(), value.std(), value.min(), value.max())
    ends = mean_interval(value, method=interval, groups=part["series_code"])
    return [*(round(float(measure), 6) for measure in measures), *ends, part["series_code"].nunique()]


def _sort_levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the levels of a table in their order, the nation first."""
    if "level" not in rows:
        return rows
    order = rows["level"].map({"national": 0, "province": 1, "city": 2, "county": 3})
    keys = [name for name in ("indicator",) if name in rows]
    sorted_rows = rows.assign(_order=order).sort_values([*keys, "_order"], kind="stable", ignore_index=True)
    return sorted_rows.drop(columns="_order")
