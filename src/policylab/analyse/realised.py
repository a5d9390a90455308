"""Targets against what came of them: gap, achievement, and how results bunch just above the target.

Pairs come from `policylab.analyse.panel.join_results`: the target for a year in that year's report with the result in the
report of the year after.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from policylab.analyse.intervals import SHARE_METHODS, check_method, mean_interval, ratio_interval, share_interval
from policylab.analyse.numbers import CUT_YEAR, check_columns, describe_regions, name_only, split_at
from policylab.analyse.panel import join_results
from policylab.analyse.values import take_end
from policylab.codebook import load_codebook
from policylab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_SUMMARY = ["n", "n_regions", "mean_gap", "median_gap", "ci_low", "ci_high", "met", "met_low", "met_high"]


def compare_realised(
    table: pd.DataFrame, indicators: Collection[str], *, end: str = "low", cut_year: int = CUT_YEAR
) -> pd.DataFrame:
    """
    Return one row per region, year and indicator with target, result, gap and achievement.

    Numbers flagged as implausible are left out.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    indicators : collection of str
        Codes of the codebook.
    end : "low", "mid" or "high"
        Which end of a range counts; recorded in ``range_end``.
    cut_year : int
        First year of the later ``era``.

    Returns
    -------
    DataFrame
        The columns of `join_results` with ``region_name``, ``province``, ``target`` and ``result`` at the end asked
        for; ``gap``, result less target, in ``base_unit``; ``achievement``, result in per cent of the target, NA where
        the target is not positive; ``is_met``, whether the result reaches the target in the indicator's direction, for
        indicators without one in that of the bound, NA without either; ``era``, "before" ``cut_year`` or "from" it.

    Raises
    ------
    UnknownNameError
        Where an indicator or end is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(compare_realised(to_table([]), ["gdp_growth"]))
    0
    """
    for code in indicators:
        load_codebook().indicator(code)
    pairs = join_results(table[table["indicator"].isin(list(indicators))], end=end)
    pairs = describe_regions(pairs[pairs["flag_target"].eq("") & pairs["flag_result"].eq("")])
    target, result = (take_end(pairs[f"{part}_low"], pairs[f"{part}_high"], end) for part in ("target", "result"))
    pairs = pairs.assign(
        target=target,
        result=result,
        achievement=(result / target.where(target > 0) * 100).round(6),
        is_met=_judge(pairs),
    )
    return split_at(pairs, cut_year).drop(columns="superior_code").reset_index(drop=True)


def summarise_realised(
    pairs: pd.DataFrame, *, by: Sequence[str] = ("indicator", "level", "report_year")
) -> pd.DataFrame:
    """
    Return one row per group: how far results lie from targets, and how many reach them.

    Parameters
    ----------
    pairs : DataFrame of `compare_realised`
        Not modified.
    by : sequence of str
        Columns to group by, for example "level", "era", "province", "report_year".

    Returns
    -------
    DataFrame
        ``n`` pairs of ``n_regions``; mean and median gap with the 95% interval of the mean, drawn by regions
        (bootstrap); ``met``, the per cent that reach the target, with Wilson's interval.

    Raises
    ------
    DataError
        Where a column to group by does not exist.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(summarise_realised(compare_realised(to_table([]), ["gdp_growth"])))
    0
    """
    import pandas as pd

    check_columns(pairs, by)
    groups = pairs.groupby(list(by), sort=True)
    rows = [_summarise(part) for _, part in groups]
    keys = groups.size().reset_index()[list(by)]
    found = pd.concat([keys, pd.DataFrame(rows, columns=_SUMMARY)], axis="columns")
    return _keep_choices(found.assign(interval="bootstrap, wilson"), pairs)


def count_gaps(
    pairs: pd.DataFrame, *, width: float = 0.5, reach: float = 5, by: Sequence[str] = ("level",)
) -> pd.DataFrame:
    """
    Return the histogram of the gap at zero: one row per group and bin, empty bins too.

    Parameters
    ----------
    pairs : DataFrame of `compare_realised`, of one indicator
        Not modified.
    width : float
        Of a bin, in ``base_unit``. Bins are closed below and open above and one of them begins at 0, so that a result
        equal to its target is counted just above.
    reach : float
        Gaps beyond it, on either side, are counted in the bin at that end (``is_tail``).
    by : sequence of str
        Columns to group by.

    Returns
    -------
    DataFrame
        ``bin_low``, ``bin_high``, ``n``, ``n_exact`` (of them, gap 0), ``total`` of the group, ``share`` in per cent.

    Raises
    ------
    DataError
        Where the pairs are of several indicators, a column does not exist, or the width does not divide the reach.

    References
    ----------
    Lyu, Wang, Zhang and Zhang (2018), GDP management to meet or beat growth targets, Journal of Accounting and
    Economics 66; on such histograms, Burgstahler and Dichev (1997), Journal of Accounting and Economics 24.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(count_gaps(compare_realised(to_table([]), ["gdp_growth"])))
    0
    """
    import numpy as np
    import pandas as pd

    check_columns(pairs, by)
    _check_one_indicator(pairs)
    n_bins = round(reach / width)
    if n_bins < 1 or abs(n_bins * width - reach) > 1e-9:
        raise DataError(f"expected a reach that is a multiple of the width of bins, got {reach} and {width}")
    place = np.floor((pairs["gap"] / width).round(9)).clip(-n_bins, n_bins - 1).astype("int64")
    rows = []
    for key, part in pairs.groupby(list(by), sort=True):
        at, exact = place[part.index], part["gap"].eq(0)
        for number in range(-n_bins, n_bins):
            n = int(at.eq(number).sum())
            ends = (round(number * width, 9), round((number + 1) * width, 9))
            share = round(n / len(part) * 100, 6)
            n_exact = int((at.eq(number) & exact).sum())
            rows.append((*key, *ends, number in (-n_bins, n_bins - 1), n, n_exact, len(part), share))
    columns = [*by, "bin_low", "bin_high", "is_tail", "n", "n_exact", "total", "share"]
    found = pd.DataFrame(rows, columns=columns)
    return _keep_choices(found, pairs)


def compare_threshold(
    pairs: pd.DataFrame, *, window: float = 0.5, by: Sequence[str] = ("level",), interval: str = "wilson"
) -> pd.DataFrame:
    """
    Return one row per group: results just at or above their target against those just below, with the ratio.

    Parameters
    ----------
    pairs : DataFrame of `compare_realised`, of one indicator
        Not modified.
    window : float
        In ``base_unit``: a gap from 0 to less than the window is just above, from minus the window to less than 0 just
        below.
    by : sequence of str
        Columns to group by, for example "level", "era".
    interval : "wilson" or "exact"
        95% interval of the share just above, turned into a ratio. It takes pairs as independent, and is too narrow where
        regions recur.

    Returns
    -------
    DataFrame
        ``n_above`` (of them ``n_exact`` with gap 0), ``n_below``, ``ratio``, ``ratio_low``, ``ratio_high`` (inf where
        none is below) and ``ratio_strict``, without those that meet the target exactly.

    Raises
    ------
    DataError
        Where the pairs are of several indicators or a column does not exist.
    UnknownNameError
        Where the interval is unknown.

    References
    ----------
    As `count_gaps`; intervals as `policylab.analyse.intervals.share_interval`.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(compare_threshold(compare_realised(to_table([]), ["gdp_growth"])))
    0
    """
    import pandas as pd

    check_columns(pairs, by)
    _check_one_indicator(pairs)
    check_method(interval, SHARE_METHODS)
    rows = []
    for key, part in pairs.groupby(list(by), sort=True):
        gap = part["gap"]
        above, exact = int((gap.ge(0) & gap.lt(window)).sum()), int(gap.eq(0).sum())
        below = int((gap.lt(0) & gap.ge(-window)).sum())
        ends = ratio_interval(above, below, method=interval)
        rows.append((*key, len(part), above, exact, below, _divide(above, below), *ends, _divide(above - exact, below)))
    columns = [*by, "n", "n_above", "n_exact", "n_below", "ratio", "ratio_low", "ratio_high", "ratio_strict"]
    found = pd.DataFrame(rows, columns=columns)
    return _keep_choices(found.assign(window=window, interval=interval), pairs)


def _keep_choices(found: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Add the choices that the pairs were made by: years, the end of ranges, and the year that parts the periods."""
    years = pairs["report_year"]
    span = (
        {"first_year": years.min(), "last_year": years.max()} if len(years) else {"first_year": None, "last_year": None}
    )
    cut = {"cut_year": pairs["cut_year"].iloc[0]} if len(pairs) else {}
    indicator = {} if "indicator" in found else {"indicator": name_only(pairs["indicator"])}
    return found.assign(**indicator, **span, **cut, range_end=name_only(pairs["range_end"]))


def _judge(pairs: pd.DataFrame) -> pd.Series[bool]:
    """Whether each result reaches its target: by the indicator's direction, else by the bound, else NA."""
    direction = pairs["indicator"].map({code: row.direction for code, row in load_codebook().indicators.items()})
    # A bound is read on the magnitude, so that it turns round below zero.
    positive = pairs["target_low"].ge(0)
    upward = pairs["bound"].eq("at_least") & positive | pairs["bound"].eq("at_most") & ~positive
    downward = pairs["bound"].eq("at_most") & positive | pairs["bound"].eq("at_least") & ~positive
    up = direction.eq("up") | direction.eq("") & upward
    down = direction.eq("down") | direction.eq("") & downward
    met = pairs["result_high"].ge(pairs["target_low"]).where(up, pairs["result_low"].le(pairs["target_high"]))
    return met.astype("boolean").mask(~up & ~down)


def _summarise(part: pd.DataFrame) -> list[float]:
    """Return the measures of one group of pairs."""
    low, high = mean_interval(part["gap"], method="bootstrap", groups=part["region_code"])
    judged = part["is_met"].dropna()
    met = share_interval(int(judged.sum()), len(judged))
    share = float(judged.astype("float64").mean()) if len(judged) else float("nan")
    means = [round(float(value), 6) for value in (part["gap"].mean(), part["gap"].median())]
    shares = [round(value * 100, 6) for value in (share, *met)]
    return [len(part), part["region_code"].nunique(), *means, low, high, *shares]


def _check_one_indicator(pairs: pd.DataFrame) -> None:
    """Raise where gaps of several indicators would be counted together."""
    found = sorted(pairs["indicator"].unique())
    if len(found) > 1:
        raise DataError(f"expected pairs of one indicator, got {', '.join(found)}; keep one")


def _divide(above: int, below: int) -> float:
    """Return a ratio of counts: inf over none, NaN where there are none at all."""
    if below:
        return round(above / below, 6)
    return float("inf") if above else float("nan")
