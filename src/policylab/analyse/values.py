"""One value per region, year and indicator, chosen by a stated rule from the records of a report.

A report may state an indicator several times: in the headline block, again in the work arrangement, for a sub-area. The
value taken is of the whole jurisdiction and of one year, and among several the first in this order: read from a report
rather than cited; in the headline block; a number rather than words; plausible; in the indicator's own unit; of the
regular report of the year rather than a second one; earliest in the text. ``n_records`` counts what there was to choose
from and ``n_values`` how many different numbers, so that a choice is never silent. Rejected records and those of a
report whose text contradicts its label are left out.

Where there is no number, ``missing`` says why:

===============  =======================================================================
``""``           a number is stated
``qualitative``  stated in words only; ``qualitative`` has the code
``other_unit``   stated in a unit that cannot be compared (US dollars beside yuan)
``not_stated``   the report is in the data and does not state it
``not_cited``    only cited facts are known of the region and year, and this is not among them
``mislabelled``  the text in the data contradicts its region or year
``no_report``    neither a report nor cited facts in the data
===============  =======================================================================

`policylab.analyse.coverage.refine_missing` adds ``not_set``, ``no_section`` and ``excerpt``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from policylab.codebook import load_codebook
from policylab.errors import UnknownNameError, close_matches
from policylab.read.regions import Region

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ENDS = ("low", "mid", "high")
MISLABELLED = "label:"  # begins the flag of every record of a report whose text contradicts its region or year
_KEY = ["region_code", "report_year", "indicator"]
_SHOWN = "region_code region_name level report_year indicator kind period low high unit base_unit bound qualitative"
_SHOWN += " modality stretch headline as_written missing n_records n_values flag status source_kind source_url"
_SHOWN += " report_id start end section rule_id sha256"
_TIES = [
    "report_id",
    "start",
    "end",
    "value_low",
    "value_high",
    "as_written",
]  # so that the order of rows never decides
# A right report says more than a wrong one, a wrong one more than a citation.
_BLANKS: Mapping[str, object] = {"str": "", "bool": False, "int64": 0}  # where nothing was picked; others are NA
_WEIGHT = ("not_stated", "mislabelled", "not_cited")


def pick_values(
    table: pd.DataFrame,
    *,
    kind: str = "target",
    indicators: Collection[str] | None = None,
    region_codes: Collection[str] | None = None,
    report_year: int | None = None,
) -> pd.DataFrame:
    """
    Return one row per region, report year and indicator: the record that stands for it, with all columns of the table.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    kind : "target" or "actual"
        A target is for the report year, a result for the year before it (``period``).
    indicators, region_codes : collections of str, optional
        Keep these only; None keeps all but "other".
    report_year : int, optional

    Returns
    -------
    DataFrame
        By region, year and indicator; two more columns, ``n_records`` and ``n_values``.

    Raises
    ------
    UnknownNameError
        Where the kind does not exist or an indicator is not in the codebook.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(pick_values(to_table([]), indicators=["gdp_growth"]))
    0
    """
    if kind not in ("target", "actual"):
        raise UnknownNameError(f"no kind {kind!r}: expected 'target' or 'actual'")
    for code in indicators or ():
        load_codebook().indicator(code)
    wanted = table["kind"].eq(kind)  # cut by the cheapest tests first: notebooks wait for this
    if report_year is not None:
        wanted &= table["report_year"].eq(report_year)
    if region_codes is not None:
        wanted &= table["region_code"].isin(list(region_codes))
    rows = table[wanted]
    return _first_of_each(rows[_is_annual(rows, kind, indicators)])


def complete_values(
    picked: pd.DataFrame,
    regions: Mapping[str, Region],
    *,
    indicators: Sequence[str],
    years: Sequence[int],
    own: str,
) -> pd.DataFrame:
    """
    Return a row for every indicator, region and year, in this order, from `pick_values`; NA where nothing was picked.

    Numbers of one indicator are given in one unit: as the region ``own`` writes it, else the first region that states a
    number, in its last year. Numbers that do not convert into it are NA; ``missing`` is "other_unit" there, else "".

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> from policylab.read.regions import find_region
    >>> picked = pick_values(to_table([]))
    >>> nation = {"100000": find_region("100000")}
    >>> complete_values(picked, nation, indicators=["gdp_growth"], years=[2023], own="")["low"].isna().tolist()
    [True]
    """
    return _unify_units(_fill_grid(picked, regions, indicators, years), own)


def explain_missing(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """
    Return the rows with ``missing`` filled wherever there is no number, from what the table knows of region and year.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> from policylab.read.regions import find_region
    >>> nation = {"100000": find_region("100000")}
    >>> rows = complete_values(pick_values(to_table([])), nation, indicators=["gdp_growth"], years=[2023], own="")
    >>> explain_missing(rows, to_table([]))["missing"].tolist()
    ['no_report']
    """
    import pandas as pd

    is_asked = table["report_year"].isin(rows["report_year"]) & table["region_code"].isin(rows["region_code"])
    known = table.loc[is_asked, [*_KEY[:2], "source_kind", "flag"]].drop_duplicates()
    reasons: dict[tuple[str, int], str] = {}
    for region_code, report_year, source_kind, flag in zip(*(known[name] for name in known), strict=True):
        reason = "not_cited" if source_kind == "citation" else "not_stated"
        reason = "mislabelled" if flag.startswith(MISLABELLED) else reason
        pair = region_code, report_year
        reasons[pair] = min(reason, reasons.get(pair, reason), key=_WEIGHT.index)
    pairs = zip(rows["region_code"], rows["report_year"], strict=True)
    why = pd.Series([reasons.get(pair, "no_report") for pair in pairs], index=rows.index, dtype="str")
    why = why.mask(rows["qualitative"].ne(""), "qualitative")
    return rows.assign(missing=rows["missing"].mask(rows["low"].isna() & rows["missing"].eq(""), why))


def arrange_columns(rows: pd.DataFrame, *, kind: str = "target") -> pd.DataFrame:
    """Return the columns of a comparison in their order, with kind and period also where nothing is stated."""
    period = (rows["report_year"] - (kind == "actual")).astype("str")
    return rows.assign(kind=kind, period=period)[_SHOWN.split()]


def check_end(end: str) -> None:
    """
    Do nothing for "low", "mid" and "high", the ends of a range that may stand for it.

    Raises
    ------
    UnknownNameError
        For any other word.
    """
    if end not in ENDS:
        raise UnknownNameError(f"no end {end!r} of a range: expected 'low', 'mid' or 'high'{close_matches(end, ENDS)}")


def take_end(low: pd.Series[float], high: pd.Series[float], end: str) -> pd.Series[float]:
    """Return the single number that stands for each range; rounded, so that 4.35 halves to what a reader expects."""
    return {"low": low, "mid": ((low + high) / 2).round(9), "high": high}[end]


def _is_annual(rows: pd.DataFrame, kind: str, indicators: Collection[str] | None) -> pd.Series[bool]:
    """Whether a record is of the whole jurisdiction and the one year in question, neither rejected nor mislabelled."""
    last = kind == "actual"
    periods = {year: str(year - last) for year in rows["report_year"].unique()}
    return (
        (rows["indicator"].ne("other") if indicators is None else rows["indicator"].isin(list(indicators)))
        & rows["scope"].eq("whole")
        & rows["status"].ne("rejected")
        & rows["period"].eq(rows["report_year"].map(periods).astype("str"))
        & ~rows["flag"].str.startswith(MISLABELLED)
    )


def _first_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first record of each region, year and indicator by the rule of this module."""
    import numpy as np

    rows = rows.reset_index(drop=True)
    order = rows[[*_KEY, *_TIES]].assign(weight=_weigh(rows), id_length=rows["report_id"].str.len())
    order = order.sort_values([*_KEY, "weight", "id_length", *_TIES], kind="stable")
    is_first = ~order.duplicated(_KEY)
    group = is_first.cumsum() - 1
    values = order[["value_low", "value_high"]].assign(group=group)[order["value_low"].notna()].drop_duplicates()
    first = rows.loc[order.index[is_first]].reset_index(drop=True)
    return first.assign(
        n_records=np.bincount(group, minlength=len(first)),
        n_values=np.bincount(values["group"], minlength=len(first)),
    )


def _weigh(rows: pd.DataFrame) -> np.ndarray:
    """Return one number per record, the less the sooner it is taken by the rule of this module."""
    import numpy as np

    units = {code: row.unit for code, row in load_codebook().indicators.items()}
    number = rows["low"].notna()
    marks = (
        rows["source_kind"].eq("citation"),
        ~rows["headline"],
        ~number,
        rows["flag"].ne(""),
        number & rows["base_unit"].ne(rows["indicator"].map(units)),
    )
    return np.column_stack(marks) @ (16, 8, 4, 2, 1)


def _fill_grid(
    picked: pd.DataFrame, regions: Mapping[str, Region], indicators: Sequence[str], years: Sequence[int]
) -> pd.DataFrame:
    """Lay the picked records on the grid of indicators, regions and years."""
    import numpy as np
    import pandas as pd

    cells = [(code, region, year) for code in indicators for region in regions for year in years]
    known = zip(picked["indicator"], picked["region_code"], picked["report_year"], strict=True)
    places = {cell: place for place, cell in enumerate(known)}
    at = np.array([places.get(cell, -1) for cell in cells], dtype="int64")
    blanks = {name: _BLANKS.get(str(dtype)) for name, dtype in picked.dtypes.items()}
    taken: dict[Any, Any] = {
        name: picked[name].array.take(at, allow_fill=True, fill_value=blanks[name]) for name in picked
    }
    texts = {
        "indicator": [code for code, _, _ in cells],
        "region_code": [region for _, region, _ in cells],
        "region_name": [regions[region].name for _, region, _ in cells],
        "level": [regions[region].level for _, region, _ in cells],
    }
    named = {name: pd.array(words, dtype="str") for name, words in texts.items()}
    report_years = pd.array([year for _, _, year in cells], dtype="int64")
    return pd.DataFrame({**taken, **named, "report_year": report_years})


def _unify_units(rows: pd.DataFrame, own: str) -> pd.DataFrame:
    """Give each indicator's numbers in one unit."""
    import pandas as pd

    chosen = _choose_units(rows, own)
    units = [chosen.get(code, "") for code in rows["indicator"]]
    factors = {name: load_codebook().convert(Decimal(1), name) for name in set(units) if name}
    factor = [float(factors[name][0]) if name else float("nan") for name in units]
    base_unit = pd.Series([factors[name][1] if name else "" for name in units], index=rows.index, dtype="str")
    is_odd = rows["low"].notna() & rows["base_unit"].ne(base_unit)
    # Rounded: 4.35 亿元 is 43500 万元, not 43499.99999999999.
    return rows.assign(
        low=(rows["value_low"] / factor).round(9).mask(is_odd),
        high=(rows["value_high"] / factor).round(9).mask(is_odd),
        unit=pd.Series(units, index=rows.index, dtype="str"),
        base_unit=base_unit,
        missing=is_odd.map({True: "other_unit", False: ""}).astype("str"),
    )


def _choose_units(rows: pd.DataFrame, own: str) -> dict[str, str]:
    """Return the unit of each indicator that has a number: the own region's, else the first's, of the last year."""
    stating = rows[rows["low"].notna()]
    latest = sorted(
        zip(stating["indicator"], stating["region_code"], stating["report_year"], stating["unit"], strict=True),
        key=lambda row: (row[1] != own, -row[2]),
    )
    return {indicator: unit for indicator, _, _, unit in reversed(latest)}
