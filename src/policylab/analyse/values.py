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
from typing import TYPE_CHECKING

from policylab.codebook import load_codebook
from policylab.errors import UnknownNameError, close_matches
from policylab.read.regions import Region

if TYPE_CHECKING:
    import pandas as pd

ENDS = ("low", "mid", "high")
MISLABELLED = "label:"  # begins the flag of every record of a report whose text contradicts its region or year
_KEY = ["region_code", "report_year", "indicator"]
_SHOWN = "region_code region_name level report_year indicator kind period low high unit base_unit bound qualitative"
_SHOWN += " modality stretch headline as_written missing n_records n_values flag status source_kind source_url"
_SHOWN += " report_id start end section rule_id sha256"
_ORDER = ["cited", "not_headline", "in_words", "implausible", "odd_unit", "id_length", "report_id", "start"]
_ORDER += ["end", "value_low", "value_high", "as_written"]  # so that the order of rows never decides


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
    rows = table  # cut by the cheapest test first: notebooks wait for this
    if report_year is not None:
        rows = rows[rows["report_year"].eq(report_year)]
    if region_codes is not None:
        rows = rows[rows["region_code"].isin(list(region_codes))]
    rows = rows[rows["indicator"].ne("other") if indicators is None else rows["indicator"].isin(list(indicators))]
    return _first_of_each(_keep_annual(rows[rows["kind"].eq(kind)], kind))


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
    known = table.loc[table["report_year"].isin(rows["report_year"]), [*_KEY[:2], "source_kind", "flag"]]
    known = known[known["region_code"].isin(rows["region_code"])].drop_duplicates()
    is_wrong = known["flag"].str.startswith(MISLABELLED)
    reasons = known["source_kind"].map({"report": "not_stated", "citation": "not_cited"}).mask(is_wrong, "mislabelled")
    # A right report says more than a wrong one, a wrong one more than a citation.
    weight = reasons.map({"not_stated": 0, "mislabelled": 1, "not_cited": 2})
    first = known.assign(reason=reasons, weight=weight).sort_values("weight", kind="stable").drop_duplicates(_KEY[:2])
    reason = (
        rows[_KEY[:2]]
        .merge(first[[*_KEY[:2], "reason"]], how="left", on=_KEY[:2])["reason"]
        .astype("object")
        .fillna("no_report")
    )
    reason = reason.set_axis(rows.index).mask(rows["qualitative"].ne(""), "qualitative")
    missing = rows["missing"].mask(rows["low"].isna() & rows["missing"].eq(""), reason)
    return rows.assign(missing=missing.astype("str"))


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


def _keep_annual(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Keep what is of the whole jurisdiction, of the one year in question, not rejected and not mislabelled."""
    period = rows["report_year"] - (kind == "actual")
    return rows[
        rows["scope"].eq("whole")
        & rows["status"].ne("rejected")
        & rows["period"].eq(period.astype("str"))
        & ~rows["flag"].str.startswith(MISLABELLED)
    ]


def _first_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first record of each region, year and indicator by the rule of this module."""
    units = {code: row.unit for code, row in load_codebook().indicators.items()}
    number = rows["low"].notna()
    order = rows.assign(
        not_headline=~rows["headline"],
        cited=rows["source_kind"].eq("citation"),
        in_words=~number,
        implausible=rows["flag"].ne(""),
        odd_unit=number & rows["base_unit"].ne(rows["indicator"].map(units)),
        id_length=rows["report_id"].str.len(),
    )
    first = order.sort_values([*_KEY, *_ORDER], kind="stable").drop_duplicates(_KEY)
    counts = order.groupby(_KEY, sort=False).size().rename("n_records").reset_index()
    values = order[number].drop_duplicates([*_KEY, "value_low", "value_high"]).groupby(_KEY, sort=False).size()
    first = first[rows.columns].merge(counts, on=_KEY, how="left")
    first = first.merge(values.rename("n_values").reset_index(), on=_KEY, how="left")
    return first.assign(n_values=first["n_values"].fillna(0).astype("int64")).reset_index(drop=True)


def _fill_grid(
    picked: pd.DataFrame, regions: Mapping[str, Region], indicators: Sequence[str], years: Sequence[int]
) -> pd.DataFrame:
    """Lay the picked records on the grid of indicators, regions and years."""
    import pandas as pd

    cells = [(code, region, year) for code in indicators for region in regions for year in years]
    grid = pd.DataFrame(cells, columns=["indicator", "region_code", "report_year"])
    grid = grid.astype({"indicator": "str", "region_code": "str", "report_year": "int64"})
    rows = grid.merge(picked, on=["indicator", "region_code", "report_year"], how="left")
    texts = {name: rows[name].fillna("") for name in picked.columns if str(picked[name].dtype) == "str"}
    counts = {name: rows[name].fillna(0).astype("int64") for name in ("n_records", "n_values")}
    marks = {name: rows[name].astype("boolean").fillna(False).astype("bool") for name in ("headline", "stretch")}
    return rows.assign(
        **texts,
        **counts,
        **marks,
        region_name=rows["region_code"].map({code: item.name for code, item in regions.items()}),
        level=rows["region_code"].map({code: item.level for code, item in regions.items()}),
    )


def _unify_units(rows: pd.DataFrame, own: str) -> pd.DataFrame:
    """Give each indicator's numbers in one unit."""
    stating = rows[rows["low"].notna()].assign(is_other=rows["region_code"].ne(own), age=-rows["report_year"])
    latest = stating.sort_values(["is_other", "age"], kind="stable").drop_duplicates("indicator")
    unit = (
        rows["indicator"]
        .map(dict(zip(latest["indicator"], latest["unit"], strict=True)))
        .astype("object")
        .fillna("")
        .astype("str")
    )
    factors = {name: load_codebook().convert(Decimal(1), name) for name in unit.unique() if name}
    factor = unit.map({name: float(found[0]) for name, found in factors.items()}).astype("float64")
    base_unit = unit.map({name: found[1] for name, found in factors.items()}).astype("object").fillna("").astype("str")
    is_odd = rows["low"].notna() & rows["base_unit"].ne(base_unit)
    # Rounded: 4.35 亿元 is 43500 万元, not 43499.99999999999.
    return rows.assign(
        low=(rows["value_low"] / factor).round(9).mask(is_odd),
        high=(rows["value_high"] / factor).round(9).mask(is_odd),
        unit=unit,
        base_unit=base_unit,
        missing=is_odd.map({True: "other_unit", False: ""}).astype("str"),
    )
