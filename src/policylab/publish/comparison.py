"""A district beside its superiors and its peers, written to a file in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policylab.analyse.compare import compare_chain
from policylab.analyse.coverage import load_coverage, refine_missing
from policylab.analyse.peers import rank_peers, select_peers
from policylab.codebook import load_codebook
from policylab.errors import DataError
from policylab.publish.export import PAGES, check_suffix, save_table, save_workbook
from policylab.publish.layouts import Layout, lay_out_chain, lay_out_peers
from policylab.publish.material import add_provinces, choose_peers
from policylab.publish.region_names import name_region
from policylab.publish.words import name_indicator, say
from policylab.read.regions import Region, find_region

if TYPE_CHECKING:
    import pandas as pd

# What a sheet shows to who reads it; the sheet of sources has the rest.
READ = "region_code region_name level report_year indicator as_written low high unit bound qualitative modality missing"
READ += " step_pp rank n_ranked percentile gap_to_median range_end source_kind report_id"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A region's targets of a year beside those of its superiors (``chain``) and of its peers (``peers``)."""

    region: Region
    chain: pd.DataFrame
    peers: pd.DataFrame


def compare_region(
    table: pd.DataFrame,
    region: str,
    *,
    report_year: int,
    rule: str | None = None,
    indicators: Sequence[str] | None = None,
    end: str = "low",
) -> Comparison:
    """
    Return a region's targets beside those of its superiors and its peers.

    Parameters
    ----------
    table : DataFrame, one row per target (see `policylab.analyse.tables`)
        Not modified.
    region : str
        A code or a name.
    report_year : int
    rule : str, optional
        For `policylab.analyse.compare.select_peers`; by default provinces among provinces, cities among those of their
        province, counties among those known.
    indicators : sequence of str, optional
        Codes; by default those that the region and a superior state.
    end : "low", "mid" or "high"
        Which end of a range counts.

    Returns
    -------
    Comparison
        ``chain`` as from `compare_chain`, ``peers`` as from `compare_peers` for one indicator after the other;
        ``missing`` tells what a report does not state from what it says that it does not set.

    Raises
    ------
    UnknownNameError
        Where region, rule, indicator or end is unknown.
    DataError
        Where the data have no targets of the region for the year, or none that a superior states as well.

    Examples
    --------
    >>> from policylab.analyse.tables import to_table
    >>> compare_region(to_table([]), "淮阴区", report_year=2023)
    Traceback (most recent call last):
    policylab.errors.DataError: no targets of 320804 淮阴区 for 2023 in the data; there are none of any year
    """
    found = find_region(region, report_year=report_year)
    code = found.region_code
    _check_stated(table, found, report_year, indicators)
    chain = compare_chain(table, code, report_year=report_year, indicators=indicators, end=end)
    if chain.empty:
        raise DataError(
            f"no indicator that both {code} {found.name} and a superior state for {report_year}; "
            "name some: --indicators gdp_growth,cpi_change"
        )
    rules = [rule] if rule else [chosen for of, chosen in choose_peers(found, report_year) if of == code]
    chosen = [select_peers(table, code, report_year=report_year, rule=each) for each in rules]
    peers = chosen[0] if chosen else []
    ranked = rank_peers(table, code, report_year=report_year, indicators=[*chain["indicator"]], peers=peers, end=end)
    coverage = load_coverage()
    named = _tell_apart(add_provinces(refine_missing(ranked, coverage)))
    return Comparison(found, refine_missing(chain, coverage), named)


def save_comparison(comparison: Comparison, path: str | Path, *, which: str = "chain", lang: str = "zh") -> Path:
    """
    Write a comparison: both tables to Excel, the one of ``which`` to Word, LaTeX, Stata or CSV (see `save_table`).

    Parameters
    ----------
    comparison : Comparison
    path : str or Path
        A name that ends in .xlsx, .docx, .tex, .dta or .csv.
    which : "chain" or "peers"
    lang : "zh" or "en"

    Raises
    ------
    DataError
        Where the file cannot be written.
    """
    path, region_code = Path(path), comparison.region.region_code
    check_suffix(path)
    tables = {"chain": comparison.chain, "peers": comparison.peers}
    if path.suffix.lower() == ".xlsx":
        return save_workbook(_list_sheets(comparison, lang), path, lang=lang)
    if path.suffix.lower() not in PAGES:
        return save_table(tables[which], path, lang=lang)
    return save_table(_lay_out(tables[which], which, region_code, lang), path, lang=lang)


def _check_stated(table: pd.DataFrame, region: Region, report_year: int, indicators: Sequence[str] | None) -> None:
    """Refuse indicators of which a region that has targets for the year states none."""
    for code in indicators or ():
        load_codebook().indicator(code)
    rows = table[table["region_code"].eq(region.region_code) & table["report_year"].eq(report_year)]
    stated = set(rows.loc[rows["kind"].eq("target"), "indicator"]) - {"other"}
    if indicators and stated and not stated.intersection(indicators):
        raise DataError(
            f"{region.region_code} {region.name} states none of {', '.join(indicators)} for {report_year}; "
            f"it states {', '.join(code for code in load_codebook().indicators if code in stated)}"
        )


def _tell_apart(peers: pd.DataFrame) -> pd.DataFrame:
    """Return the peers with the code after the name of regions that share one, such as the two 鼓楼区 of Jiangsu."""
    shared = peers.groupby("region_name")["region_code"].transform("nunique").gt(1)
    names = peers["region_name"].mask(shared, peers["region_name"] + "（" + peers["region_code"] + "）")
    return peers.assign(region_name=names.astype("str"))


def _lay_out(rows: pd.DataFrame, which: str, region_code: str, lang: str) -> Layout:
    """Lay out one of the two tables for a page."""
    return lay_out_chain(rows, lang) if which == "chain" else lay_out_peers(rows, region_code, lang)


def _list_sheets(comparison: Comparison, lang: str) -> dict[str, Layout]:
    """Return the sheets of the workbook: the chain, then the peers by indicator, with the captions of their pages."""
    chain, own = comparison.chain, comparison.region.region_code
    step, ranks = (
        say("layout.step_note", lang, region=name_region(comparison.region, lang)),
        say("layout.rank_note", lang),
    )
    sheets = {say("export.chain", lang): Layout(_show(chain), chain, lay_out_chain(chain, lang).caption, (step,))}
    for code, rows in comparison.peers.groupby("indicator", sort=False):
        caption = lay_out_peers(rows, own, lang).caption
        sheets[name_indicator(str(code), lang)] = Layout(_show(rows), rows, caption, (ranks,))
    return sheets


def _show(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are read rather than looked up."""
    return rows[[name for name in READ.split() if name in rows]]
