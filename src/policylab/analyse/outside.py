"""GDP growth targets of the panel beside figures known from outside: a check that does not use the corpus.

``outside.csv`` holds national targets as announced each March, counts of the provinces' targets of 2012 and 2013, and how
often results end just above their target (Lyu et al. 2018).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from policylab.analyse.panel import join_results
from policylab.analyse.values import pick_values
from policylab.read.regions import load_regions

if TYPE_CHECKING:
    import pandas as pd

_INDICATOR = "gdp_growth"
_STUDY_YEARS = (2002, 2013)
_WINDOW = 0.5  # percentage points on either side of the target
_HIGH = 10


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
        ``figure``, ``outside``, ``panel`` ("none" where the panel has no number) and ``note``, all text.

    References
    ----------
    Lyu, Wang, Zhang and Zhang (2018), GDP management to meet or beat growth targets, Journal of Accounting and
    Economics 66.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> compare_outside(to_table([]))["panel"].unique().tolist()
    ['none', '0', '0 to 0']
    """
    import pandas as pd

    with (Path(__file__).parent / "outside.csv").open(encoding="utf-8", newline="") as file:
        rows = pd.DataFrame(list(csv.DictReader(file)))
    known = {**_targets(table), **_counts(table), **_thresholds(table)}
    panel = [known.get(figure, "none") for figure in rows["figure"]]
    return rows.assign(panel=panel)[["figure", "outside", "panel", "note"]]


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
    """Count results just at or above the target against those just below."""
    pairs = join_results(table[table["indicator"].eq(_INDICATOR)])
    pairs = pairs[pairs["report_year"].between(*_STUDY_YEARS)]
    name: Callable[[str], str] = f"{{}} {_STUDY_YEARS[0]}-{_STUDY_YEARS[1]} just above to just below".format
    found = {}
    for level, word in (("province", "provinces"), ("city", "cities")):
        gap = pairs.loc[pairs["level"].eq(level), "gap"]
        above, below = int((gap.ge(0) & gap.lt(_WINDOW)).sum()), int((gap.lt(0) & gap.ge(-_WINDOW)).sum())
        found[name(word)] = f"{above} to {below}"
    return found
