"""A district among its peers: who they are, by a rule in one line of text, and where it stands among them.

=======================  ===============================================================================
rule                     peers
=======================  ===============================================================================
``city``                 the county-level units of its city
``province``             the units of its level in its province
``level``                all units of its level
``cities``               the cities of its province
``known``                the units of its level with a target for the year in the table, read or cited
``development:IND:K``    the K units of its level nearest to it by one indicator: gdp_per_capita, gdp_level
``nearest:A+B:K``        the K units of its level nearest to it by several indicators
``codes:CODE,CODE``      the regions listed
=======================  ===============================================================================

K is 10 where it is left out. The same strings work in the command line, in notebooks and in batch runs.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from policylab.analyse.numbers import list_numbers
from policylab.analyse.values import (
    arrange_columns,
    check_end,
    complete_values,
    explain_missing,
    pick_values,
    take_end,
)
from policylab.codebook import load_codebook
from policylab.errors import DataError, UnknownNameError, close_matches
from policylab.read.regions import Region, find_region, list_peers, list_regions

if TYPE_CHECKING:
    import pandas as pd

PEER_RULES = ("city", "province", "level", "cities", "known")
PEER_FORMS = ("development:INDICATOR[:K]", "nearest:INDICATOR+INDICATOR[:K]", "codes:CODE,CODE")
_N_NEAREST = 10


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
        ``percentile`` (per cent of the stating peers at or below, the peer itself among them), ``gap_to_median`` (in
        ``unit``) and ``z_score`` (distance from the mean in standard deviations of the stating peers, n - 1; NA where
        all state the same); NA for peers without a number. ``source_kind`` tells values read from reports and cited
        ones apart.

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
    return rank_peers(table, region_code, report_year=report_year, indicators=[indicator], peers=peers, end=end)


def rank_peers(
    table: pd.DataFrame,
    region_code: str,
    *,
    report_year: int,
    indicators: Sequence[str],
    peers: Collection[str],
    end: str = "low",
) -> pd.DataFrame:
    """
    Return `compare_peers` of several indicators under each other, each in the order of its own ranks; no rows for none.

    All are compared in one pass, which takes little longer than one of them.

    Parameters
    ----------
    table, region_code, report_year, peers, end
        As in `compare_peers`.
    indicators : sequence of str
        Codes of the codebook, in the order wanted.

    Raises
    ------
    UnknownNameError
        As `compare_peers`.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> names = ["gdp_growth", "fai_growth"]
    >>> rows = rank_peers(to_table([]), "320804", report_year=2023, indicators=names, peers=["320803"])
    >>> rows["region_code"].tolist()
    ['320803', '320804', '320803', '320804']
    """
    check_end(end)
    own = find_region(region_code, report_year=report_year).region_code
    listed = {item.region_code: item for item in list_regions(report_year=report_year)}  # faster than one by one
    regions = {code: listed.get(code) or find_region(code, report_year=report_year) for code in sorted({*peers, own})}
    asked = list(dict.fromkeys(indicators))
    picked = pick_values(table, indicators=asked, region_codes=list(regions), report_year=report_year)
    rows = complete_values(picked, regions, indicators=asked, years=[report_year], own=own)
    return _add_ranks(arrange_columns(explain_missing(rows, table)), end)


def compare_indicators(
    table: pd.DataFrame,
    region_code: str,
    *,
    report_year: int,
    indicators: Sequence[str],
    peers: Collection[str],
    end: str = "low",
) -> pd.DataFrame:
    """
    Return `compare_peers` of several indicators under each other: one row per indicator and peer.

    Peers come in the order of their rank in the first indicator, in every block the same.

    Parameters
    ----------
    table, region_code, report_year, peers, end
        As in `compare_peers`.
    indicators : sequence of str
        Codes of the codebook, in the order wanted.

    Raises
    ------
    UnknownNameError
        As `compare_peers`.
    DataError
        Where no indicator is named.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> names = ["gdp_growth", "fai_growth"]
    >>> len(compare_indicators(to_table([]), "320804", report_year=2023, indicators=names, peers=["320803"]))
    4
    """
    if not indicators:
        raise DataError("no indicator to compare: name one or more codes of the codebook")
    rows = rank_peers(table, region_code, report_year=report_year, indicators=indicators, peers=peers, end=end)
    places = {code: place for place, code in enumerate(dict.fromkeys(rows["region_code"]))}
    blocks = {code: place for place, code in enumerate(dict.fromkeys(rows["indicator"]))}
    order = {"indicator": blocks.get, "region_code": places.get}
    return rows.sort_values([*order], key=lambda codes: codes.map(order[str(codes.name)]), ignore_index=True)


def select_peers(table: pd.DataFrame, region_code: str, *, report_year: int, rule: str) -> list[str]:
    """
    Return the codes of the regions that a rule makes peers, in the order of their codes, the region itself among them.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    region_code : str
    report_year : int
    rule : str
        A line of the table at the head of this module. The nearest are looked for among the units of the region's level
        that state all the indicators in their report for that year: the results of the year before where the region
        itself states them, else the targets of the year. Each is scaled to z-scores (amounts as logarithms), and the
        distance is Euclid's. All that are as near as the last are taken, so that no order of codes decides.

    Raises
    ------
    UnknownNameError
        Where the rule, a region or an indicator is unknown, or the rule does not fit the region.
    DataError
        Where the region itself does not state the indicators that it is to be near by.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> len(select_peers(to_table([]), "320804", report_year=2023, rule="cities"))
    13
    >>> select_peers(to_table([]), "320804", report_year=2023, rule="codes:320803,320812")
    ['320803', '320804', '320812']
    """
    region = find_region(region_code, report_year=report_year)
    form, _, given = rule.partition(":")
    if form == "codes":
        return _list_given(region, given.split(","), report_year)
    if form in ("development", "nearest"):
        return _list_nearest(table, region, report_year, rule)
    if rule == "cities" and region.level in ("city", "county"):
        within = region.region_code[:2] + "0000"
        return [item.region_code for item in list_regions("city", within=within, report_year=report_year)]
    if rule == "known":
        stating = table.loc[table["report_year"].eq(report_year) & table["kind"].eq("target"), "region_code"].unique()
        level = {item.region_code for item in list_regions(region.level, report_year=report_year)}
        return sorted(level.intersection(stating))
    if rule not in PEER_RULES:
        known = [*PEER_RULES, *PEER_FORMS]
        near = close_matches(form, [*PEER_RULES, "development", "nearest", "codes"])
        raise UnknownNameError(f"no rule {rule!r} for peers{near}; rules: {', '.join(known)}")
    return [item.region_code for item in list_peers(region_code, report_year=report_year, rule=rule)]


def _list_given(region: Region, codes: Sequence[str], report_year: int) -> list[str]:
    """Return the codes of a given list with the region's own; the first that does not exist raises."""
    given = [code.strip() for code in codes if code.strip()]
    if not given:
        raise UnknownNameError("the rule 'codes:' names no region; write for example codes:320803,320812")
    return sorted({region.region_code, *(find_region(code, report_year=report_year).region_code for code in given)})


def _list_nearest(table: pd.DataFrame, region: Region, report_year: int, rule: str) -> list[str]:
    """Return the codes of the units of a region's level nearest to it by the indicators of a rule."""
    indicators, k = _parse_nearest(rule)
    rows = table[table["report_year"].eq(report_year)]
    level = {item.region_code for item in list_regions(region.level, report_year=report_year)} | {region.region_code}
    for kind in ("actual", "target"):
        numbers = list_numbers(rows[rows["region_code"].isin(level)], indicators, kind=kind)
        wide = numbers.pivot(index="region_code", columns="indicator", values="value")
        wide = wide.reindex(columns=indicators).dropna()
        if region.region_code in wide.index:
            distance = _measure_distances(wide, region.region_code)
            last = distance.drop(region.region_code).nsmallest(k).max()
            return sorted(distance.index[distance.le(last)].union([region.region_code]))
    raise DataError(_tell_not_stated(table, region, report_year, indicators))


def _parse_nearest(rule: str) -> tuple[list[str], int]:
    """Return the indicators and the number of neighbours that a rule names."""
    form, _, given = rule.partition(":")
    indicators, _, k = given.partition(":")
    k = k or str(_N_NEAREST)
    names = [name.strip() for name in indicators.split("+") if name.strip()]
    expected = PEER_FORMS[form == "nearest"]
    if not names or not k.isdecimal() or int(k) < 1 or (form == "development" and len(names) > 1):
        raise UnknownNameError(f"cannot read the rule {rule!r} for peers: expected {expected}, K a number from 1 up")
    for name in names:
        load_codebook().indicator(name)
    return list(dict.fromkeys(names)), int(k)


def _measure_distances(wide: pd.DataFrame, own: str) -> pd.Series[float]:
    """Return the distance of each region to one of them: amounts as logarithms, each indicator in standard deviations."""
    import numpy as np
    import pandas as pd

    known = load_codebook().indicators
    columns = {
        code: np.log(values) if known[str(code)].measure == "level" and values.gt(0).all() else values
        for code, values in wide.items()
    }
    scaled = pd.DataFrame(columns)
    spread = scaled.std().replace(0, 1).fillna(1)
    gaps = (scaled - scaled.loc[own]) / spread
    return (gaps**2).sum(axis="columns").pow(0.5).round(9)


def _tell_not_stated(table: pd.DataFrame, region: Region, report_year: int, indicators: Sequence[str]) -> str:
    """Say that a region does not state the indicators, and what its numbers of that year are."""
    rows = table[table["region_code"].eq(region.region_code) & table["report_year"].eq(report_year)]
    known = [code for code in load_codebook().indicators if code in set(list_numbers(rows)["indicator"])]
    there = f"its numbers are of {', '.join(known)}" if known else "the data have no number of it for that year"
    named = " and ".join(indicators)
    return f"no peers near {region.region_code} {region.name} by {named}: its report for {report_year} does not state it; {there}"


def _add_ranks(rows: pd.DataFrame, end: str) -> pd.DataFrame:
    """Add rank, percentile and gap to the median within each indicator, and order by them."""
    number = take_end(rows["low"], rows["high"], end)
    groups = number.groupby(rows["indicator"], sort=False)
    n_ranked = groups.transform("count")
    ranked = rows.assign(
        rank=groups.rank(method="min", ascending=False).astype("Int64"),
        n_ranked=n_ranked,
        percentile=(groups.rank(method="max") / n_ranked.clip(lower=1) * 100).round(6),
        gap_to_median=(number - groups.transform("median")).round(6),
        z_score=((number - groups.transform("mean")) / groups.transform("std").replace(0, math.nan)).round(6),
        range_end=end,
        block=groups.ngroup(),
    )
    order = ranked.sort_values(["block", "rank", "region_code"], kind="stable", na_position="last", ignore_index=True)
    return order.drop(columns="block")
