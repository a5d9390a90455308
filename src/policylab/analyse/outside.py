"""GDP growth targets of the panel beside figures known from outside: a check that does not use the corpus.

``outside.csv`` holds national targets as announced each March, counts of the provinces' targets of 2012 and 2013, and how
often results end just above their target (Lyu et al. 2018), and that targets rise down the levels, less so after 2013.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from policylab.analyse.amplification import compare_periods, measure_steps
from policylab.analyse.realised import compare_realised, compare_threshold
from policylab.analyse.values import pick_values
from policylab.read.regions import load_regions

if TYPE_CHECKING:
    import pandas as pd

_INDICATOR = "gdp_growth"
_STUDY_YEARS = (2002, 2013)
_WINDOW = 0.5  # percentage points on either side of the target
_HIGH = 10
_COLUMNS = ("figure", "outside", "panel", "agrees", "note", "figure_en", "figure_zh", "note_zh")


def compare_outside(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return one row per figure of ``outside.csv``: what is known from outside and what the panel gives.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.

    Returns
    -------
    DataFrame
        ``figure``, ``outside``, ``panel`` ("none" where the panel has no number), ``agrees`` and ``note``, all text, with
        ``figure_en``, ``figure_zh`` and ``note_zh`` as readers see them.
        ``agrees`` is "yes" where both say the same or the outside figure lies in the 95% interval of the panel's, else
        "no"; ``note`` says why they differ.

    References
    ----------
    Lyu, Wang, Zhang and Zhang (2018), GDP management to meet or beat growth targets, Journal of Accounting and
    Economics 66. Li, Liu, Weng and Zhou (2019), Target setting in tournaments, Economic Journal 129.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> compare_outside(to_table([]))["panel"].unique().tolist()
    ['none', '0']
    """
    import pandas as pd

    with (Path(__file__).parent / "outside.csv").open(encoding="utf-8", newline="") as file:
        rows = pd.DataFrame(list(csv.DictReader(file)))
    known = {**_targets(table), **_counts(table), **_thresholds(table), **_steps(table)}
    panel = [known.get(figure, "none") for figure in rows["figure"]]
    agrees = ["yes" if _agrees(*pair) else "no" for pair in zip(rows["outside"], panel, strict=True)]
    return rows.assign(panel=panel, agrees=agrees)[[*_COLUMNS]]


def _targets(table: pd.DataFrame) -> dict[str, str]:
    """Write the target of each region and year, the nation by name."""
    picked = pick_values(table, indicators=[_INDICATOR])
    return {
        f"{'national' if row['region_code'] == '100000' else row['region_code']} {row['report_year']}": _write(row)
        for row in picked[picked["low"].notna()].to_dict("records")
    }


def _write(row: Mapping[object, object]) -> str:
    """Write a number with its bound as outside.csv does."""
    if row["low"] != row["high"]:
        return f"{row['low']:g}-{row['high']:g}"
    named = row["region_code"] == "100000" and row["bound"] != "exact"
    return f"{row['bound']} {row['low']:g}" if named else f"{row['low']:g}"


def _counts(table: pd.DataFrame) -> dict[str, str]:
    """Count the provinces by their target, and by how it stands to that of the year before."""
    provinces = {region.region_code for region in load_regions() if region.level == "province"}
    picked = pick_values(table, indicators=[_INDICATOR], region_codes=provinces)
    picked = picked[picked["low"].notna()].set_index("region_code")
    then, now = (picked[picked["report_year"].eq(year)] for year in (2012, 2013))
    both = now.join(then[["low", "bound"]].add_suffix("_then"), how="inner")
    softer = both["low"].eq(both["low_then"]) & both["bound_then"].eq("at_least") & both["bound"].ne("at_least")
    lowered = both["low"].lt(both["low_then"]) | softer
    counts = {
        "provinces 2012 at 10 or above": then["low"].ge(_HIGH).sum(),
        "provinces 2013 at 10 or above": now["low"].ge(_HIGH).sum(),
        "provinces 2013 below 10": now["low"].lt(_HIGH).sum(),
        "provinces 2013 lowered": lowered.sum(),
        "provinces 2013 kept": (~lowered & both["low"].eq(both["low_then"])).sum(),
    }
    return {name: str(int(count)) for name, count in counts.items()}


def _thresholds(table: pd.DataFrame) -> dict[str, str]:
    """Set results just at or above the target against those just below, with the ratio and its interval."""
    pairs = compare_realised(table, [_INDICATOR])
    ratios = compare_threshold(pairs[pairs["report_year"].between(*_STUDY_YEARS)], window=_WINDOW)
    name: Callable[[str], str] = f"{{}} {_STUDY_YEARS[0]}-{_STUDY_YEARS[1]} just above to just below".format
    words = {"province": "provinces", "city": "cities"}
    return {
        name(words[row["level"]]): f"{row['n_above']} to {row['n_below']}, or "
        + _write_interval(row["ratio"], row["ratio_low"], row["ratio_high"])
        for row in ratios[ratios["level"].isin(words)].to_dict("records")
    }


def _steps(table: pd.DataFrame) -> dict[str, str]:
    """Write the mean step between levels before and from 2013, and its change in the same regions."""
    found = {}
    for row in compare_periods(measure_steps(table, indicators=[_INDICATOR])).to_dict("records"):
        text = _write_interval(row["mean"], row["ci_low"], row["ci_high"])
        if row["sample"] == "all" and row["era"] != "difference":
            found[f"step {row['level_pair']} {row['era']} {row['cut_year']}"] = text
        elif row["sample"] == "both" and row["era"] == "difference":
            found[f"change of the step {row['level_pair']}"] = text
    return found


def _write_interval(value: float, low: float, high: float) -> str:
    """Write a number with the ends of its interval."""
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def _agrees(outside: str, panel: str) -> bool:
    """Whether the panel says the same, or its interval holds the outside figure or lies on the side it names."""
    interval = re.search(r"\((\S+) to (\S+)\)$", panel)
    if interval is None:
        return outside == panel
    low, high = float(interval[1]), float(interval[2])
    if outside in ("above 0", "below 0"):
        return low > 0 if outside == "above 0" else high < 0
    ratio = re.search(r"(\S+) to 1$", outside)
    return ratio is not None and low <= float(ratio[1]) <= high
