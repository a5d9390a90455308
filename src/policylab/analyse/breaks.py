"""Breaks in a series of yearly means: the year at which a line before and a line after fit best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from policylab.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_N_DRAWS, _SEED = 999, 20130305
_COLUMNS = ["first_year", "last_year", "n_years", "break_year", "sup_f", "p_value"]
_COLUMNS += ["slope_before", "slope_after", "jump", "min_years"]


def find_breaks(means: pd.DataFrame, *, value: str = "mean", min_years: int = 5) -> pd.DataFrame:
    """
    Return one row per indicator, level and sample: the likeliest break of its yearly means, and how sure it is.

    For each year that leaves ``min_years`` on both sides, Chow's F sets two lines over the years against one. The year
    with the greatest F is the break. Since it was looked for, its p-value is that of the greatest F under no break, by
    999 draws of the residuals about the single line with a fixed seed. Residuals are taken as independent: yearly means
    are few and follow each other, so read a p-value near 0.05 as none.

    Parameters
    ----------
    means : DataFrame of `policylab.analyse.trends.summarise_levels`
        Not modified. Years without a row are gaps, not zeros. Keep the years of decent coverage first: where the regions
        change, so does their mean.
    value : str
        The column to look at.
    min_years : int
        At least 3.

    Returns
    -------
    DataFrame
        ``break_year`` is the first year of the second line, ``slope_before`` and ``slope_after`` are per year,
        ``jump`` the height of the second line over the first in that year; all NA for fewer than twice ``min_years``.
        ``kind`` and ``range_end`` of the means are kept.

    Raises
    ------
    DataError
        Where there is no such column or ``min_years`` is below 3.

    References
    ----------
    Chow (1960), Econometrica 28; Andrews (1993), Tests for parameter instability and structural change with unknown
    change point, Econometrica 61; the draws as in Hansen (2000), Journal of Econometrics 97.

    Examples
    --------
    >>> import pandas as pd
    >>> place = {"indicator": "gdp_growth", "level": "province", "sample": "all"}
    >>> rows = [{**place, "period_year": year, "mean": 10 - max(0, year - 2012)} for year in range(2003, 2023)]
    >>> find_breaks(pd.DataFrame(rows))[["break_year", "slope_after"]].values.tolist()
    [[2012, -1.0]]
    """
    import pandas as pd

    if min_years < 3:
        raise DataError(f"expected min_years of 3 or more, got {min_years}: two lines need points to miss")
    if value not in means:
        raise DataError(f"no column {value!r} to look for breaks in; there are {', '.join(means.columns)}")
    groups = means.groupby(["indicator", "level", "sample"], sort=False)
    rows = [_find_break(part["period_year"].to_numpy(), part[value].to_numpy(), min_years) for _, part in groups]
    keys = groups.size().reset_index()[["indicator", "level", "sample"]]
    found = pd.concat([keys, pd.DataFrame(rows, columns=_COLUMNS)], axis="columns")
    choices = {name: ", ".join(sorted(means[name].unique())) for name in ("kind", "range_end") if name in means}
    return found.astype({"break_year": "Int64"}).assign(method="sup F, residual bootstrap", **choices)


def _find_break(years: np.ndarray, values: np.ndarray, min_years: int) -> list[float]:
    """Return the break of one series with its measures."""
    import numpy as np

    counts = [int(years.min()), int(years.max()), len(years)]
    if len(years) < 2 * min_years:
        return [*counts, *[math.nan] * 6, min_years]
    order = np.argsort(years)
    x, y = years[order].astype("float64"), values[order].astype("float64")[:, None]
    cuts = range(min_years, len(x) - min_years + 1)
    found = _chow(x, y, cuts)[:, 0]
    cut = cuts[int(found.argmax())]
    (base, slope), (base_after, slope_after) = (np.polyfit(x[part], y[part, 0], 1)[::-1] for part in _split(cut))
    jump = base_after + slope_after * x[cut] - base - slope * x[cut]
    measures = [float(found.max()), _draw_p(x, y, cuts, float(found.max())), slope, slope_after, jump]
    return [*counts, int(x[cut]), *(round(float(measure), 6) for measure in measures), min_years]


def _split(cut: int) -> tuple[slice, slice]:
    """Return what lies before a place and what from it on."""
    return slice(0, cut), slice(cut, None)


def _chow(x: np.ndarray, y: np.ndarray, cuts: range) -> np.ndarray:
    """Return Chow's F: one row for each cut, one column for each series of ``y``."""
    import numpy as np

    whole = _squares(x, y)
    split = np.array([sum(_squares(x[part], y[part]) for part in _split(cut)) for cut in cuts])
    floor = 1e-12 * (y**2).sum(axis=0) + 1e-300  # lines that fit to the last digit
    found: np.ndarray = ((whole - split) / 2) / (np.maximum(split, floor) / (len(x) - 4))
    return found


def _squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the sum of squares about the best line, for each column of ``y``."""
    residuals: np.ndarray = y - _fit(x, y)
    squares: np.ndarray = (residuals**2).sum(axis=0)
    return squares


def _fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the heights of the best line, for each column of ``y``."""
    centred = (x - x.mean())[:, None]
    mean = y.mean(axis=0)
    fitted: np.ndarray = mean + centred * ((centred * (y - mean)).sum(axis=0) / (centred**2).sum())
    return fitted


def _draw_p(x: np.ndarray, y: np.ndarray, cuts: range, found: float) -> float:
    """Return how often a series without a break shows as great an F."""
    import numpy as np

    line = _fit(x, y)
    residuals = (y - line)[:, 0]
    drawn = np.random.default_rng(_SEED).choice(residuals, size=(len(x), _N_DRAWS))
    greatest = _chow(x, line + drawn, cuts).max(axis=0)
    return (1 + int((greatest >= found).sum())) / (1 + _N_DRAWS)
