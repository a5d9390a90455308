"""A district against its superiors and its peers, and its targets over the years.

Numbers of one indicator are given in one unit, that of the region asked for, so that they can be compared; the words of
the report stay in ``as_written``. What a report does not state is NA, never zero, and ``missing`` says why; its words,
and the rule by which one record stands for several, are those of `policylab.analyse.values`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from policylab.analyse.values import check_end, complete_values, explain_missing, pick_values, take_end
from policylab.codebook import load_codebook
from policylab.errors import DataError, UnknownNameError, close_matches
from policylab.read.regions import Region, find_region, list_peers, list_regions, list_superiors

if TYPE_CHECKING:
    import pandas as pd

PEER_RULES = ("city", "province", "level", "cities", "known")
_COMPARABLE_STEPS = ("%", "pp")
_SHOWN = "region_code region_name level report_year indicator kind period low high unit base_unit bound qualitative"
_SHOWN += " modality stretch headline as_written missing n_records n_values flag status source_kind source_url"
_SHOWN += " report_id start end section rule_id sha256"


def compare_chain(
    table: pd.DataFrame,
    region_code: str,
    *,
    report_year: int,
    indicators: Sequence[str] | None = None,
    end: str = "low",
) -> pd.DataFrame:
    """
    Return one row per indicator and level, the nation first and the region itself last.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    region_code : str
        Six digits.
    report_year : int
        The year that the targets are for.
    indicators : sequence of str, optional
        Codes, in the order wanted. By default those that the region and at least one superior state, in the order of
        the codebook.
    end : "low", "mid" or "high"
        Which end of a range counts for the step: low end against low end, and so on. Recorded in ``range_end``.

    Returns
    -------
    DataFrame
        ``low`` and ``high`` in ``unit``, NA with the reason in ``missing``; ``step_pp``, the percentage points added at
        this level over the next superior that states a number (层层加码), NA where there is none or the unit is not %;
        then the choice made (``n_records``, ``n_values``, see `policylab.analyse.values`) and the source.

    Raises
    ------
    UnknownNameError
        Where the region did not exist in that year, or an indicator or end is unknown.
    DataError
        Where the data have no targets of the region for that year; the message names the years they have.

    References
    ----------
    Amplification down the levels: Li, Liu, Weng, Zhou (2019), Target setting in tournaments, Economic Journal 129.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> compare_chain(to_table([]), "320804", report_year=2023)
    Traceback (most recent call last):
    policylab.errors.DataError: no targets of 320804 淮阴区 for 2023 in the data; there are none of any year
    """
    check_end(end)
    chain = [*list_superiors(region_code, report_year=report_year), find_region(region_code, report_year=report_year)]
    codes = [region.region_code for region in chain]
    own = codes[-1]
    picked = pick_values(table, indicators=indicators, region_codes=codes, report_year=report_year)
    if not picked["region_code"].eq(own).any():
        raise DataError(_tell_no_targets(table, chain[-1], report_year))
    wanted = list(indicators) if indicators is not None else _list_shared(picked, own)
    regions = {region.region_code: region for region in chain}
    rows = complete_values(picked, regions, indicators=wanted, years=[report_year], own=own)
    return _add_steps(_show(explain_missing(rows, table)), end)


def compare_peers(
    table: pd.DataFrame,
    region_code: str,
    *,
    report_year: int,
    indicator: str,
    peers: Collection[str],
    end: str = "low",
) -> pd.DataFrame:
    """
    Return one row per peer, the region itself among them, highest number first and peers without one last.

    Parameters
    ----------
    table, region_code, report_year, end
        As in `compare_chain`.
    indicator : str
        A code of the codebook.
    peers : collection of str
        Region codes, for example from `select_peers`.

    Returns
    -------
    DataFrame
        The columns of `compare_chain` and: ``rank`` (1 is the highest number, ties share the best), ``n_ranked``,
        ``percentile`` (per cent of the stating peers at or below, the peer itself among them) and ``gap_to_median`` (in
        ``unit``); NA for peers without a number. ``source_kind`` tells values read from reports and cited ones apart.

    Raises
    ------
    UnknownNameError
        As `compare_chain`.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> compare_peers(to_table([]), "320804", report_year=2023, indicator="gdp_growth", peers=["320803"])[
    ...     ["region_name", "missing"]].values.tolist()
    [['淮安区', 'no_report'], ['淮阴区', 'no_report']]
    """
    check_end(end)
    own = find_region(region_code, report_year=report_year).region_code
    listed = {item.region_code: item for item in list_regions(report_year=report_year)}  # faster than one by one
    regions = {code: listed.get(code) or find_region(code, report_year=report_year) for code in sorted({*peers, own})}
    picked = pick_values(table, indicators=[indicator], region_codes=list(regions), report_year=report_year)
    rows = complete_values(picked, regions, indicators=[indicator], years=[report_year], own=own)
    return _add_ranks(_show(explain_missing(rows, table)), end)


def select_peers(table: pd.DataFrame, region_code: str, *, report_year: int, rule: str) -> list[str]:
    """
    Return the codes of the regions that a rule makes peers, in the order of their codes.

    Parameters
    ----------
    table : DataFrame, one row per target
    region_code : str
    report_year : int
    rule : str
        "city", "province" and "level" as in `policylab.read.regions.list_peers`; "cities" are the cities of the
        region's province; "known" are the units of its level with a target for that year in the table, read or cited.

    Raises
    ------
    UnknownNameError
        Where the rule or region is unknown, or the rule does not fit the region.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(select_peers(to_table([]), "320804", report_year=2023, rule="cities"))
    13
    """
    region = find_region(region_code, report_year=report_year)
    if rule == "cities" and region.level in ("city", "county"):
        within = region.region_code[:2] + "0000"
        return [item.region_code for item in list_regions("city", within=within, report_year=report_year)]
    if rule == "known":
        stating = table.loc[table["report_year"].eq(report_year) & table["kind"].eq("target"), "region_code"].unique()
        level = {item.region_code for item in list_regions(region.level, report_year=report_year)}
        return sorted(level.intersection(stating))
    if rule not in PEER_RULES:
        near = close_matches(rule, PEER_RULES)
        raise UnknownNameError(f"no rule {rule!r} for peers{near}; rules: {', '.join(PEER_RULES)}")
    return [item.region_code for item in list_peers(region_code, report_year=report_year, rule=rule)]


def trend(
    table: pd.DataFrame,
    region_codes: Sequence[str],
    *,
    indicator: str,
    kind: str = "target",
) -> pd.DataFrame:
    """
    Return one row per region and report year, regions in the order given, every year from the first to the last known.

    Years without a number are NA rows with the reason in ``missing``, not dropped.

    Parameters
    ----------
    table : DataFrame, one row per target
        Not modified.
    region_codes : sequence of str
    indicator : str
        A code of the codebook.
    kind : "target" or "actual"
        Results are those of the year before the report year; ``period`` is the year that the number is of.

    Raises
    ------
    UnknownNameError
        Where a region, indicator or kind is unknown.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(trend(to_table([]), ["100000"], indicator="gdp_growth"))
    0
    """
    regions = {code: find_region(code) for code in region_codes}
    picked = pick_values(table, kind=kind, indicators=[indicator], region_codes=list(regions))
    known = picked["report_year"]
    years = range(int(known.min()), int(known.max()) + 1) if len(known) else range(0)
    rows = complete_values(picked, regions, indicators=[indicator], years=years, own=next(iter(regions), ""))
    return _show(explain_missing(rows, table), kind=kind)


def _list_shared(picked: pd.DataFrame, own: str) -> list[str]:
    """List the indicators that the region and at least one superior state, in the order of the codebook."""
    stated = set(picked.loc[picked["region_code"].eq(own), "indicator"])
    above = set(picked.loc[picked["region_code"].ne(own), "indicator"])
    return [code for code in load_codebook().indicators if code in stated & above]


def _show(rows: pd.DataFrame, kind: str = "target") -> pd.DataFrame:
    """Put the columns in their order; kind and period also where nothing is stated."""
    period = (rows["report_year"] - (kind == "actual")).astype("str")
    return rows.assign(kind=kind, period=period)[_SHOWN.split()]


def _add_steps(rows: pd.DataFrame, end: str) -> pd.DataFrame:
    """Add the step over the next superior that states a number."""
    number = take_end(rows["low"], rows["high"], end)
    above = number.groupby(rows["indicator"], sort=False).transform(lambda values: values.ffill().shift())
    step = (number - above).round(6).where(rows["base_unit"].isin(_COMPARABLE_STEPS))
    return rows.assign(step_pp=step, range_end=end)


def _add_ranks(rows: pd.DataFrame, end: str) -> pd.DataFrame:
    """Add rank, percentile and gap to the median, and order by them."""
    number = take_end(rows["low"], rows["high"], end)
    n_ranked = int(number.notna().sum())
    ranked = rows.assign(
        rank=number.rank(method="min", ascending=False).astype("Int64"),
        n_ranked=n_ranked,
        percentile=(number.rank(method="max") / max(n_ranked, 1) * 100).round(6),
        gap_to_median=(number - number.median()).round(6),
        range_end=end,
    )
    return ranked.sort_values(["rank", "region_code"], kind="stable", na_position="last").reset_index(drop=True)


def _tell_no_targets(table: pd.DataFrame, region: Region, report_year: int) -> str:
    """Say that a region has no targets of a year, and which years there are."""
    rows = table[table["region_code"].eq(region.region_code) & table["kind"].eq("target")]
    years = ", ".join(str(year) for year in sorted(rows["report_year"].unique()))
    there = f"the data have {years}" if years else "there are none of any year"
    return f"no targets of {region.region_code} {region.name} for {report_year} in the data; {there}"
