"""What the report of a district is made from: its own text, the table of facts, and whom it is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from policylab.analyse.compare import compare_chain, compare_peers, trend
from policylab.analyse.coverage import build_coverage, load_coverage, outline_report
from policylab.analyse.tables import load_targets, to_table
from policylab.annotate.targets import annotate
from policylab.errors import DataError, ReadError, close_matches
from policylab.model import Document
from policylab.project import data_path
from policylab.read.corpus import iter_reports
from policylab.read.regions import Region, find_region, list_superiors

if TYPE_CHECKING:
    import pandas as pd


def find_report(region_code: str, report_year: int) -> Path:
    """
    Return the path of a region's report in ``data/reports``.

    Raises
    ------
    ReadError
        Where there is none; the message says which reports there are and how to add one.

    Examples
    --------
    >>> find_report("320804", 2023).name
    '320804-2023.txt'
    """
    folder = data_path("reports")
    for suffix in (".txt", ".md"):
        path = folder / f"{region_code}-{report_year}{suffix}"
        if path.is_file():
            return path
    known = sorted(path.stem for path in folder.iterdir() if path.suffix in (".txt", ".md"))
    wanted = f"{region_code}-{report_year}"
    own = [name for name in known if name.startswith(f"{region_code}-")]
    there = f"; there is {', '.join(own)}" if own else close_matches(wanted, known)
    raise ReadError(f"no report {wanted} in {folder}{there}; to add one, save its text there as {wanted}.txt (UTF-8)")


class Facts(NamedTuple):
    """The project's tables: one row per target, and one row per report and headline indicator with its status."""

    targets: pd.DataFrame
    coverage: pd.DataFrame


def load_facts() -> Facts:
    """
    Return the project's targets and coverage, and in them what is read from the reports in ``data/reports``.

    A report that lies there stands in place of what the tables held of the same region and year: whoever adds a report
    can compare it at once.
    """
    import pandas as pd

    documents = list(iter_reports(data_path("reports")))
    own = to_table(target for document in documents for target in annotate(document))
    outlines = [outline_report(document) for document in documents]
    ids = [document.report_id for document in documents]
    tables = (load_targets(), load_coverage())
    others = [table[~table["report_id"].isin(ids)] for table in tables]
    targets = pd.concat([others[0], own], ignore_index=True)
    return Facts(targets, pd.concat([others[1], build_coverage(outlines, own)], ignore_index=True))


def join_facts(document: Document, own: pd.DataFrame) -> pd.DataFrame:
    """
    Return the facts that a report can be compared with, and its own targets.

    These are all of its year, and those of its region and the levels above in other years, from the project's table;
    what that holds of the same report is left out for `own`.
    """
    import pandas as pd

    facts = load_targets()
    chain = list_chain(document.region_code, report_year=document.report_year)
    wanted = facts["report_year"].eq(document.report_year) | facts["region_code"].isin(chain)
    return pd.concat([facts[wanted & facts["report_id"].ne(document.report_id)], own], ignore_index=True)


def join_coverage(document: Document, own: pd.DataFrame) -> pd.DataFrame:
    """Return the project's table of what reports do not state, with this report in place of what it held of the same."""
    import pandas as pd

    coverage = load_coverage()
    others = coverage[coverage["report_id"] != document.report_id]
    return pd.concat([others, build_coverage([outline_report(document)], own)], ignore_index=True)


def check_quotes(document: Document, own: pd.DataFrame) -> None:
    """
    Do nothing if every record's words stand in the text where the record says.

    Raises
    ------
    DataError
        Naming the first record whose words do not.
    """
    for start, end, as_written in zip(own["start"], own["end"], own["as_written"], strict=True):
        if as_written not in (quote := document.text[start:end]):
            place = f"{document.report_id} {start}-{end}"
            raise DataError(f"{place}: expected {as_written!r} in the quote, got {quote!r}; annotate the report anew")


def compare_levels(table: pd.DataFrame, region_code: str, *, report_year: int) -> pd.DataFrame:
    """Return `compare_chain`, or no rows where the report has no target that could be compared."""
    try:
        return compare_chain(table, region_code, report_year=report_year)
    except DataError:
        return trend(table, [], indicator="gdp_growth").assign(step_pp=float("nan"))


def list_chain(region_code: str, *, report_year: int) -> list[str]:
    """
    Return the codes from the nation down to the region itself.

    Examples
    --------
    >>> list_chain("320804", report_year=2023)
    ['100000', '320000', '320800', '320804']
    """
    return [*(item.region_code for item in list_superiors(region_code, report_year=report_year)), region_code]


def choose_peers(region: Region, report_year: int) -> list[tuple[str, str]]:
    """
    Return who is compared with whom: pairs of a region code and a rule of `policylab.analyse.compare.select_peers`.

    A county stands among the units of its level that are known for the year, and its city among the cities of the
    province, since few counties' reports are at hand.

    Examples
    --------
    >>> choose_peers(find_region("320804"), 2023)
    [('320800', 'cities'), ('320804', 'known')]
    """
    if region.level == "national":
        return []
    if region.level in ("province", "city"):
        return [(region.region_code, "level" if region.level == "province" else "cities")]
    above = list_superiors(region.region_code, report_year=report_year)[-1]
    city = [(above.region_code, "cities")] if above.level == "city" else []
    return [*city, (region.region_code, "known")]


def rank_indicators(
    table: pd.DataFrame, region_code: str, *, report_year: int, indicators: Iterable[str], peers: list[str]
) -> pd.DataFrame:
    """Return the region's own row of `compare_peers` for each indicator that it and another peer put a number on."""
    import pandas as pd

    table = table[table["report_year"].eq(report_year) & table["region_code"].isin([*peers, region_code])]  # is faster
    ranked = [compare_peers(table, region_code, report_year=report_year, indicator="gdp_growth", peers=[]).head(0)]
    for code in indicators:
        rows = compare_peers(table, region_code, report_year=report_year, indicator=code, peers=peers)
        ranked.append(rows[rows["region_code"].eq(region_code) & rows["rank"].notna() & rows["n_ranked"].gt(1)])
    return pd.concat(ranked[1:] or ranked, ignore_index=True)


def add_provinces(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each region's province before its name, where the regions are of several provinces."""
    places = {code: find_region(code) for code in table["region_code"].unique()}
    provinces = {place.province for place in places.values()}
    if len(provinces) < 2 or set(table["level"]) == {"province"}:
        return table
    names = {code: f"{find_region(place.province).short_name} {place.name}" for code, place in places.items()}
    return table.assign(region_name=table["region_code"].map(names).astype("str"))
