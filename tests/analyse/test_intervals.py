"""Intervals of means, shares and ratios against those of scipy.stats and against what they must hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from policylab.analyse.intervals import difference_interval, mean_interval, ratio_interval, share_interval
from policylab.errors import UnknownNameError

VALUES = pd.Series([1.0, 2.5, 4.0, 4.5, 9.0])


def test_unknown_methods_are_refused_with_the_nearest() -> None:
    """A misspelt method raises and names the right one."""
    with pytest.raises(UnknownNameError, match="did you mean 'bootstrap'"):
        mean_interval(VALUES, method="bootstap", groups=VALUES.astype("str"))
    with pytest.raises(UnknownNameError, match="'wilson' or 'exact'"):
        share_interval(1, 2, method="wald")


def test_too_few_values_have_no_interval() -> None:
    """One value, one group, no count at all: NaN and not a point."""
    one = pd.Series([1.0])
    assert all(map(math.isnan, mean_interval(one, groups=pd.Series(["a"]))))
    assert all(map(math.isnan, mean_interval(VALUES, method="bootstrap", groups=pd.Series(["a"] * 5))))
    assert all(map(math.isnan, share_interval(0, 0)))
    assert all(map(math.isnan, difference_interval(one, VALUES)))


def test_student_and_welch_agree_with_scipy() -> None:
    """The intervals of a mean and of a difference are those of scipy.stats."""
    found = mean_interval(VALUES, groups=VALUES.astype("str"))
    assert found == pytest.approx(stats.t.interval(0.95, 4, VALUES.mean(), stats.sem(VALUES)), abs=1e-6)
    other = pd.Series([0.0, 1.0, 1.5])
    ends = stats.ttest_ind(VALUES, other, equal_var=False).confidence_interval(0.95)
    assert difference_interval(VALUES, other) == pytest.approx((ends.low, ends.high), abs=1e-6)


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from(["wilson", "exact"]))
def test_shares_agree_with_scipy(count: int, more: int, method: str) -> None:
    """The interval of any share is that of scipy.stats and holds the share."""
    total = count + more - 1 if count + more > 1 else 1
    count = min(count, total)
    ends = stats.binomtest(count, total).proportion_ci(0.95, method=method)
    found = share_interval(count, total, method=method)
    assert found == pytest.approx((ends.low, ends.high), abs=1e-6)
    assert found[0] - 1e-6 <= count / total <= found[1] + 1e-6


def test_a_ratio_over_none_is_open() -> None:
    """Where none is below, the ratio has a low end and no high one."""
    low, high = ratio_interval(10, 0)
    assert low > 2
    assert high == math.inf
    assert ratio_interval(0, 10)[0] == 0


def test_the_bootstrap_draws_groups_and_repeats_itself() -> None:
    """Values of one group count together, so that the interval is wider than Student's; twice gives the same."""
    rng = np.random.default_rng(1)
    values = pd.Series(np.repeat(rng.normal(size=12), 10))
    groups = pd.Series(np.repeat([f"r{number:02}" for number in range(12)], 10))
    drawn = mean_interval(values, method="bootstrap", groups=groups)
    assert drawn == mean_interval(values, method="bootstrap", groups=groups)
    student = mean_interval(values, groups=groups)
    assert drawn[1] - drawn[0] > 1.5 * (student[1] - student[0])
    order = values.sample(frac=1, random_state=2).index
    assert mean_interval(values[order], method="bootstrap", groups=groups[order]) == pytest.approx(drawn)
