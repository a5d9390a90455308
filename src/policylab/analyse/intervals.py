"""95% confidence intervals of means, shares and ratios, each with the name of its method for the output."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from policylab.errors import UnknownNameError, close_matches

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MEAN_METHODS = ("t", "bootstrap")
SHARE_METHODS = ("wilson", "exact")
_LEVEL = 0.95
_N_DRAWS, _SEED = 2000, 20130305
_TAILS = ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)


def mean_interval(values: pd.Series[float], *, method: str = "t", groups: pd.Series[str]) -> tuple[float, float]:
    """
    Return the ends of the 95% interval of a mean; NaN for fewer than two values, or two groups in a bootstrap.

    Parameters
    ----------
    values : Series of float without NA
    method : "t" or "bootstrap"
        "t" is Student's, which takes values as independent. "bootstrap" draws whole groups (regions with all their
        years) 2,000 times with a fixed seed and takes the 2.5 and 97.5 percentiles: numbers of one region are alike.
    groups : Series of str
        What each value belongs to, for the bootstrap.

    Raises
    ------
    UnknownNameError
        For any other method.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13; for groups, Cameron, Gelbach and Miller
    (2008), Bootstrap-based improvements for inference with clustered errors, Review of Economics and Statistics 90.

    Examples
    --------
    >>> import pandas as pd
    >>> mean_interval(pd.Series([1.0, 2.0, 3.0]), groups=pd.Series(["a", "b", "c"]))
    (-0.484138, 4.484138)
    """
    check_method(method, MEAN_METHODS)
    if len(values) < 2 or (method == "bootstrap" and groups.nunique() < 2):
        return math.nan, math.nan
    if method == "bootstrap":
        return take_tails(draw_means(values, groups, sorted(groups.unique())))
    spread = _quantile_of_t(len(values) - 1) * float(values.std()) / math.sqrt(len(values))
    return round(float(values.mean()) - spread, 6), round(float(values.mean()) + spread, 6)


def difference_interval(later: pd.Series[float], before: pd.Series[float]) -> tuple[float, float]:
    """
    Return the ends of Welch's 95% interval of a difference of two means; NaN for fewer than two values in either.

    References
    ----------
    Welch (1947), Biometrika 34.

    Examples
    --------
    >>> import pandas as pd
    >>> difference_interval(pd.Series([4.0, 5.0, 6.0]), pd.Series([1.0, 2.0, 3.0]))
    (0.733042, 5.266958)
    """
    if min(len(later), len(before)) < 2:
        return math.nan, math.nan
    parts = [float(part.var()) / len(part) for part in (later, before)]
    difference, total = float(later.mean() - before.mean()), sum(parts)
    if not total:
        return round(difference, 6), round(difference, 6)
    freedom = total**2 / sum(part**2 / (len(of) - 1) for part, of in zip(parts, (later, before), strict=True))
    spread = _quantile_of_t(freedom) * math.sqrt(total)
    return round(difference - spread, 6), round(difference + spread, 6)


def draw_means(values: pd.Series[float], groups: pd.Series[str], names: list[str]) -> np.ndarray:
    """
    Return 2,000 bootstrap means, each of as many groups as ``names`` has, drawn from them with replacement.

    The same names give the same draws, so that means of two periods drawn from the same regions can be set against each
    other. A draw that holds no value at all is NaN.
    """
    import numpy as np

    by_group = values.groupby(groups.to_numpy())
    sums = by_group.sum().reindex(names, fill_value=0.0).to_numpy()
    counts = by_group.size().reindex(names, fill_value=0).to_numpy()
    drawn = np.random.default_rng(_SEED).integers(0, len(names), size=(_N_DRAWS, len(names)))
    n_drawn = counts[drawn].sum(axis=1)
    return np.where(n_drawn > 0, sums[drawn].sum(axis=1) / np.maximum(n_drawn, 1), np.nan)


def take_tails(draws: np.ndarray) -> tuple[float, float]:
    """Return the 2.5 and 97.5 percentiles of draws, NaN left out; NaN where none is left."""
    import numpy as np

    known = draws[~np.isnan(draws)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, _TAILS)
    return round(float(low), 6), round(float(high), 6)


def share_interval(count: int, total: int, *, method: str = "wilson") -> tuple[float, float]:
    """
    Return the ends of the 95% interval of a share, between 0 and 1; NaN for a total of 0.

    Parameters
    ----------
    method : "wilson" or "exact"
        Wilson's score interval, or that of Clopper and Pearson, which is wider.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22; Clopper and Pearson (1934), Biometrika 26; on the
    choice, Brown, Cai and DasGupta (2001), Statistical Science 16.

    Examples
    --------
    >>> share_interval(8, 10)
    (0.490162, 0.943318)
    """
    check_method(method, SHARE_METHODS)
    if not total:
        return math.nan, math.nan
    from scipy.special import betaincinv, ndtri

    low_tail, high_tail = _TAILS
    if method == "exact":
        low = float(betaincinv(count, total - count + 1, low_tail)) if count else 0.0
        high = float(betaincinv(count + 1, total - count, high_tail)) if count < total else 1.0
        return round(low, 6), round(high, 6)
    z, share = float(ndtri(high_tail)), count / total
    centre, shrink = (share + z**2 / (2 * total)), 1 + z**2 / total
    reach = z * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    return round(max(0.0, (centre - reach) / shrink), 6), round(min(1.0, (centre + reach) / shrink), 6)


def ratio_interval(above: int, below: int, *, method: str = "wilson") -> tuple[float, float]:
    """
    Return the ends of the 95% interval of a ratio of two counts, from that of the share of the first; inf where open.

    Examples
    --------
    >>> ratio_interval(80, 20)
    (2.462256, 6.498107)
    """
    low, high = share_interval(above, above + below, method=method)
    return _to_odds(low), _to_odds(high)


def check_method(method: str, known: tuple[str, ...]) -> None:
    """
    Do nothing if the method is known.

    Raises
    ------
    UnknownNameError
        Naming the methods there are.
    """
    if method not in known:
        expected = " or ".join(repr(name) for name in known)
        raise UnknownNameError(f"no interval {method!r}: expected {expected}{close_matches(method, known)}")


def _quantile_of_t(freedom: float) -> float:
    """Return the 97.5 per cent quantile of Student's t; scipy.stats has it too and takes two seconds to import."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, _TAILS[1]))


def _to_odds(share: float) -> float:
    """Turn a share into a ratio to the rest."""
    return math.inf if share >= 1 else round(share / (1 - share), 6)
