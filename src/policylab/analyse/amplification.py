"""Amplification (层层加码): how much a level adds to the target of the level above, by year, and before and after 2013."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from policylab.analyse.intervals import (
    MEAN_METHODS,
    check_method,
    difference_interval,
    draw_means,
    mean_interval,
    take_tails,
)
from policylab.analyse.numbers import CUT_YEAR, check_columns, list_numbers, name_only, split_at
from policylab.codebook import load_codebook
from policylab.read.lineage import follow_code

if TYPE_CHECKING:
    import pandas as pd

LEVEL_PAIRS = ("national-province", "province-city", "city-county", "province-county")
_KEY = ["series_code", "report_year", "indicator"]
_ABOVE = ["superior_name", "superior_level", "superior_value", "superior_bound", "superior_report_id"]
_MEASURES = ["n", "n_regions", "mean", "median", "ci_low", "ci_high", "amplified", "equal"]
_ORDER = "level_pair region_code region_name level province superior_code superior_name report_year indicator value"
_ORDER += " superior_value step ratio is_amplified base_unit bound superior_bound range_end report_id"
_ORDER += " superior_report_id source_kind"


def measure_steps(table: pd.DataFrame, *, indicators: Collection[str] | None = None, end: str = "low") -> pd.DataFrame:
    """
    Return one row per region, year and indicator whose next superior also states a number.

    Only the next level counts: where a city's report is not at hand, its counties have no row. Districts of the four
    municipalities and counties governed by their province stand under "province-county".

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    indicators : collection of str, optional
        Codes of the codebook; all by default.
    end : "low", "mid" or "high"
        Which end of a range counts, for both levels; recorded in ``range_end``.

    Returns
    -------
    DataFrame
        ``level_pair``; ``value`` and ``superior_value`` in ``base_unit``; ``step``, value less superior value in
        percentage points, NA for amounts and counts; ``ratio``, value over superior value, for amounts and counts
        only, NA else; ``is_amplified``, whether the step goes further than the superior in the indicator's direction
        (down for energy intensity), NA without step or direction.

    Raises
    ------
    UnknownNameError
        Where an indicator or end is unknown.

    References
    ----------
    Li, Liu, Weng and Zhou (2019), Target setting in tournaments, Economic Journal 129.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(measure_steps(to_table([])))
    0
    """
    numbers = list_numbers(table, indicators, end=end)
    above = numbers[["region_name", "level", "value", "bound", "report_id", *_KEY]]
    above = above.set_axis([*_ABOVE, *_KEY], axis="columns").drop_duplicates(_KEY)
    lower = numbers[numbers["superior_code"].ne("")]
    lower = lower.assign(series_code=lower["superior_code"].map(follow_code).astype("str"))
    rows = lower.merge(above, on=_KEY)
    rows = rows.assign(level_pair=rows["superior_level"] + "-" + rows["level"])
    rows = _add_differences(rows).sort_values(["indicator", "report_year", "region_code"], kind="stable")
    return rows[_ORDER.split()].reset_index(drop=True)


def summarise_steps(
    steps: pd.DataFrame, *, by: Sequence[str] = ("indicator", "report_year"), interval: str = "t"
) -> pd.DataFrame:
    """
    Return one row per group and pair of levels: the mean and median step with n and the 95% interval of the mean.

    Parameters
    ----------
    steps : DataFrame of `measure_steps`
        Not modified; rows without a step are left out.
    by : sequence of str
        Columns of ``steps`` to group by, beside the pair of levels; ``()`` for the whole.
    interval : "t" or "bootstrap"
        See `policylab.analyse.intervals.mean_interval`; the bootstrap draws regions. Recorded in ``interval``.

    Returns
    -------
    DataFrame
        ``n`` steps of ``n_regions`` regions, ``mean``, ``median``, ``ci_low`` and ``ci_high`` in percentage points (NA
        for one step), and the per cent of steps that are ``amplified`` and ``equal``.

    Raises
    ------
    DataError
        Where a column to group by does not exist.
    UnknownNameError
        Where the interval is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(summarise_steps(measure_steps(to_table([]))))
    0
    """
    import pandas as pd

    groups = [*by, "level_pair"]
    check_columns(steps, groups)
    check_method(interval, MEAN_METHODS)
    known = steps[steps["step"].notna()]
    rows = [_describe_steps(part, interval) for _, part in known.groupby(groups, sort=True)]
    keys = known.groupby(groups, sort=True).size().reset_index()[groups]
    found = pd.concat([keys, pd.DataFrame(rows, columns=_MEASURES)], axis="columns")
    order = found["level_pair"].map({pair: place for place, pair in enumerate(LEVEL_PAIRS)})
    found = found.assign(order=order, interval=interval, range_end=name_only(known["range_end"]))
    return found.sort_values([*by, "order"], kind="stable", ignore_index=True).drop(columns="order")


def compare_periods(steps: pd.DataFrame, *, cut_year: int = CUT_YEAR, interval: str = "bootstrap") -> pd.DataFrame:
    """
    Return the mean step before a year, from it on, and the difference, for each indicator and pair of levels.

    The panel is unbalanced, more so at lower levels, so each is given twice: of all regions, and of those that have
    steps on both sides of the year (``sample`` "all" and "both").

    Parameters
    ----------
    steps : DataFrame of `measure_steps`
        Not modified.
    cut_year : int
        First year of the later period.
    interval : "bootstrap" or "t"
        The bootstrap draws regions with all their years, since steps of one region are alike. "t" takes steps as
        independent (for the difference, Welch's), and is too narrow where regions recur.

    Returns
    -------
    DataFrame
        One row per indicator, pair of levels, sample and ``era`` ("before", "from", "difference"), with ``first_year``,
        ``last_year``, ``n``, ``n_regions``, ``mean``, ``median`` (NA for a difference), ``ci_low``, ``ci_high``.

    References
    ----------
    吕冰洋、张兆强 (2022) and Li, Liu, Weng and Zhou (2019) find less amplification after 2013.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(compare_periods(measure_steps(to_table([]))))
    0
    """
    import pandas as pd

    check_method(interval, MEAN_METHODS)
    known = split_at(steps[steps["step"].notna()], cut_year)
    known = known.assign(region_code=known["region_code"].map(follow_code).astype("str"))  # a place, whatever its code
    rows = []
    for (indicator, pair), part in known.groupby(["indicator", "level_pair"], sort=True):
        both = part.groupby("region_code")["era"].transform("nunique").eq(2)
        for sample, chosen in (("all", part), ("both", part[both])):
            place = {"indicator": indicator, "level_pair": pair, "sample": sample}
            rows += [place | row for row in _compare_eras(chosen, interval)]
    columns = ["indicator", "level_pair", "sample", "era", "first_year", "last_year", *_MEASURES[:6]]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(cut_year=cut_year, interval=interval, range_end=name_only(known["range_end"]))


def _add_differences(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the step of percentages, the ratio of amounts, and whether the step goes further."""
    direction = rows["indicator"].map({code: row.direction for code, row in load_codebook().indicators.items()})
    is_share = rows["base_unit"].isin(["%", "pp"])
    step = (rows["value"] - rows["superior_value"]).round(6).where(is_share)
    ratio = (rows["value"] / rows["superior_value"].where(rows["superior_value"].ne(0))).round(6).mask(is_share)
    further = step.gt(0).where(direction.eq("up"), step.lt(0)).astype("boolean")
    return rows.assign(step=step, ratio=ratio, is_amplified=further.mask(step.isna() | direction.eq("")))


def _describe_steps(part: pd.DataFrame, interval: str) -> list[float]:
    """Return the measures of one group of steps."""
    step = part["step"]
    low, high = mean_interval(step, method=interval, groups=part["region_code"])
    amplified = part["is_amplified"].dropna().astype("float64").mean()  # NaN for indicators without a direction
    shares = [round(float(value) * 100, 6) for value in (amplified, step.eq(0).mean())]
    means = [round(float(value), 6) for value in (step.mean(), step.median())]
    return [len(part), part["region_code"].nunique(), *means, low, high, *shares]


def _compare_eras(part: pd.DataFrame, interval: str) -> list[dict[str, object]]:
    """Return the rows of the two periods and of their difference, where there are steps in them."""
    rows: list[dict[str, object]] = []
    for era, steps in part.groupby("era", sort=True):
        years = {"first_year": steps["report_year"].min(), "last_year": steps["report_year"].max()}
        measures = dict(zip(_MEASURES, _describe_steps(steps, interval), strict=True))
        rows.append({"era": era, **years, **measures})
    if len(rows) == 2:
        before, later = (part[part["era"].eq(era)] for era in ("before", "from"))
        low, high = _difference_interval(before, later, interval)
        mean = round(float(later["step"].mean()) - float(before["step"].mean()), 6)
        years = {"first_year": part["report_year"].min(), "last_year": part["report_year"].max()}
        counts = {"n": len(part), "n_regions": part["region_code"].nunique()}
        rows.append({"era": "difference", **years, **counts, "mean": mean, "ci_low": low, "ci_high": high})
    return rows


def _difference_interval(before: pd.DataFrame, later: pd.DataFrame, interval: str) -> tuple[float, float]:
    """Return the 95% interval of the later mean less the earlier one."""
    counted = "region_code" if interval == "bootstrap" else "report_id"
    if min(before[counted].nunique(), later[counted].nunique()) < 2:
        return float("nan"), float("nan")
    if interval == "bootstrap":
        names = sorted({*before["region_code"], *later["region_code"]})
        draws = [draw_means(part["step"], part["region_code"], names) for part in (later, before)]
        return take_tails(draws[0] - draws[1])
    return difference_interval(later["step"], before["step"])
