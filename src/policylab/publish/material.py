"""What the report of a district is made from: its own text, the table of facts, and whom it is compared with."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from policylab.analyse.compare import compare_chain, trend
from policylab.analyse.coverage import build_coverage, load_coverage, outline_report
from policylab.analyse.parquet import load_parquet
from policylab.analyse.peers import rank_peers
from policylab.analyse.tables import load_targets, to_table
from policylab.annotate.targets import annotate
from policylab.errors import DataError, ReadError, UnknownNameError
from policylab.model import Document
from policylab.project import data_path
from policylab.read.corpus import iter_reports, load_report
from policylab.read.files import read_report
from policylab.read.regions import Region, find_region, list_superiors

if TYPE_CHECKING:
    import pandas as pd


_SUFFIXES = (".txt", ".md")
_TOLD = ("title", "source_url", "source_repository", "source_commit", "source_path", "completeness")


def load_document(region_code: str, report_year: int, *, corpus: str | Path = "") -> Document:
    """
    Return a region's report: its text from ``data/reports``, or from a corpus; else what is known of it without its text.

    The project ships the facts read from the reports and not their texts. A report whose text is not at hand has "" as
    its text, the hash of the text that the facts were read from, and its source.

    Parameters
    ----------
    region_code : str
    report_year : int
    corpus : str or Path, optional
        A Parquet file of reports, as `policylab.iter_reports` takes it; a report that it lacks is looked for elsewhere.

    Raises
    ------
    ReadError
        Where neither text nor facts are at hand; the message says which years there are and how to add a text.

    Examples
    --------
    >>> len(load_document("320804", 2023).text), load_document("320800", 2023).text
    (2499, '')
    """
    path = find_text(region_code, report_year)
    if path is not None:
        return read_report(path, region_code=region_code, report_year=report_year)
    row = _find_row(region_code, report_year)
    wanted = row["report_id"] if row else f"{region_code}-{report_year}"
    if corpus:
        try:
            return load_report(wanted, corpus)
        except UnknownNameError:
            pass
    if row is None:
        raise ReadError(_tell_missing(region_code, report_year))
    told = {**row, "source_url": row["source_url"] or _find_address(row)}
    source = {key: told[key] for key in _TOLD if told.get(key)}
    return Document(wanted, region_code, report_year, "", source, row["sha256"])


def load_text(region_code: str, report_year: int, *, corpus: str | Path = "") -> Document:
    """
    Return a region's report as `load_document`, where its text is at hand.

    Raises
    ------
    ReadError
        Where it is not, though its facts may be.

    Examples
    --------
    >>> len(load_text("320804", 2023).text)
    2499
    """
    document = load_document(region_code, report_year, corpus=corpus)
    if not document.text:
        raise ReadError(
            f"the text of {document.report_id} is not at hand, only its facts, which 02_compare_targets shows; save the"
            f" text as {data_path('reports') / document.report_id}.txt (UTF-8), or name a Parquet file of reports"
        )
    return document


def load_own(document: Document) -> pd.DataFrame:
    """
    Return the targets of a report: read from its text, or where that is not at hand, from the project's table of facts.

    Examples
    --------
    >>> len(load_own(load_document("320804", 2023)))
    30
    """
    if document.text:
        return to_table(annotate(document))
    facts = _load_near("targets.parquet", document.region_code, document.report_year)
    return facts[facts["report_id"].eq(document.report_id)].reset_index(drop=True)


def find_text(region_code: str, report_year: int) -> Path | None:
    """
    Return the path of a region's report in ``data/reports``, None where its text is not at hand.

    Examples
    --------
    >>> find_text("320804", 2023).name
    '320804-2023.txt'
    """
    paths = [data_path("reports") / f"{region_code}-{report_year}{suffix}" for suffix in _SUFFIXES]
    return next((path for path in paths if path.is_file()), None)


def list_reported(report_year: int) -> set[str]:
    """
    Return the codes of the regions whose report of a year is known, by its text or by its facts.

    Examples
    --------
    >>> {"320800", "320804"} <= list_reported(2023)
    True
    """
    texts = (path.stem.partition("-") for path in data_path("reports").iterdir() if path.suffix in _SUFFIXES)
    known = {code for code, _, year in texts if year == str(report_year)}
    return known | {code for code, year in _known_reports() if year == report_year}


def check_reported(region_code: str, report_year: int) -> None:
    """
    Do nothing if a report can be made of this region and year.

    Raises
    ------
    ReadError
        As `load_document`.
    """
    if find_text(region_code, report_year) is None and _find_row(region_code, report_year) is None:
        raise ReadError(_tell_missing(region_code, report_year))


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

    facts = _load_near("targets.parquet", document.region_code, document.report_year)
    return pd.concat([facts[facts["report_id"].ne(document.report_id)], own], ignore_index=True)


def join_coverage(document: Document, own: pd.DataFrame) -> pd.DataFrame:
    """Return what the reports of `join_facts` do not state, with this report in place of what the table held of it."""
    import pandas as pd

    coverage = _load_near("coverage.parquet", document.region_code, document.report_year)
    if not document.text:
        return coverage
    others = coverage[coverage["report_id"] != document.report_id]
    return pd.concat([others, build_coverage([outline_report(document)], own)], ignore_index=True)


def check_quotes(document: Document, own: pd.DataFrame) -> None:
    """
    Do nothing if every record's words stand in the text where the record says, or the text is not at hand.

    Raises
    ------
    DataError
        Naming the first record whose words do not.
    """
    if not document.text:
        return
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
    rows = rank_peers(table, region_code, report_year=report_year, indicators=[*indicators], peers=peers)
    is_own = rows["region_code"].eq(region_code)
    return rows[is_own & rows["rank"].notna() & rows["n_ranked"].gt(1)].reset_index(drop=True)


def add_provinces(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each region's province before its name, where the regions are of several provinces."""
    places = {code: find_region(code) for code in table["region_code"].unique()}
    provinces = {place.province for place in places.values()}
    if len(provinces) < 2 or set(table["level"]) == {"province"}:
        return table
    names = {code: f"{find_region(place.province).short_name} {place.name}" for code, place in places.items()}
    return table.assign(region_name=table["region_code"].map(names).astype("str"))


@lru_cache(maxsize=2)
def _load_near(name: str, region_code: str, report_year: int) -> pd.DataFrame:
    """Read a table's rows of a year, and those of a region and the levels above in all years; nothing changes them."""
    chain = list_chain(region_code, report_year=report_year)
    return load_parquet(data_path(name), any_of={"report_year": [report_year], "region_code": chain})


@cache
def _known_reports() -> dict[tuple[str, int], dict[str, str]]:
    """Return the rows of data/reports.csv by region and year; of several, the one whose id is just that."""
    known: dict[tuple[str, int], dict[str, str]] = {}
    with data_path("reports.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            key = row["region_code"], int(row["report_year"])
            if key not in known or row["report_id"] == f"{key[0]}-{key[1]}":
                known[key] = row
    return known


def _find_address(row: Mapping[str, str]) -> str:
    """Return the web address of a file in a public repository, "" where its place is not known."""
    parts = [row.get(name, "") for name in ("source_repository", "source_commit", "source_path")]
    return f"{parts[0]}/blob/{parts[1]}/{quote(parts[2])}" if all(parts) else ""


def _find_row(region_code: str, report_year: int) -> dict[str, str] | None:
    """Return what data/reports.csv says of a report."""
    return _known_reports().get((region_code, report_year))


def _tell_missing(region_code: str, report_year: int) -> str:
    """Say that a report is not at hand, which ones of the region are, and how to add it."""
    wanted, folder = f"{region_code}-{report_year}", data_path("reports")
    texts = [path.stem for path in folder.iterdir() if path.suffix in _SUFFIXES]
    own = sorted({*texts, *(f"{code}-{year}" for code, year in _known_reports() if code == region_code)})
    there = [name for name in own if name.startswith(f"{region_code}-")]
    near = f"; there is {', '.join(there[-8:])}" if there else ""
    return f"no report {wanted}{near}; to add one, save its text as {folder / wanted}.txt (UTF-8)"
