"""Cited facts: targets known from a news page or bulletin, with its address in place of a span of text."""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

from policylab.codebook import load_codebook
from policylab.errors import DataError, PolicylabError, close_matches
from policylab.model import Target
from policylab.project import data_path
from policylab.read.regions import find_region

COLUMNS = (
    "region_code region_name city province report_year kind headline period indicator item low high unit bound"
    " qualitative modality as_written document published source_url"
)


def load_citations(path: str | Path | None = None) -> list[Target]:
    """
    Return the cited facts of a CSV file as targets of source kind "citation"; by default ``data/county_targets.csv``.

    One row of the file is one fact: the columns of `COLUMNS`, numbers in ``unit`` as the source writes them, empty for a
    target in words. ``document`` names the page and ``source_url`` is its address.

    Raises
    ------
    DataError
        Where the file is missing, lacks a column, or a row breaks the contract; the message has the line.

    Examples
    --------
    >>> {target.source_kind for target in load_citations()}
    {'citation'}
    """
    source = data_path("county_targets.csv") if path is None else Path(path)
    try:
        with source.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restval="")
            _check_header(reader.fieldnames or (), source)
            return [_to_target(row, f"{source.name} line {reader.line_num}") for row in reader]
    except OSError as error:
        raise DataError(f"cannot read {source}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"cannot read {source}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _check_header(names: object, source: Path) -> None:
    """Refuse a file without the columns of a cited fact."""
    found = list(names) if isinstance(names, (list, tuple)) else []
    for name in COLUMNS.split():
        if name not in found:
            raise DataError(f"{source.name}: no column {name!r}{close_matches(name, found)}")


def _to_target(row: dict[str, str], where: str) -> Target:
    """Build the target of one row; what is wrong with it is told with its line."""
    try:
        region = find_region(row["region_code"], report_year=int(row["report_year"]))
        if row["indicator"] != "other":
            load_codebook().indicator(row["indicator"])
    except PolicylabError as error:
        raise DataError(f"{where}: {error}") from None
    except ValueError:
        raise DataError(f"{where}: report_year {row['report_year']!r} is not a year") from None
    if region.name != row["region_name"]:
        raise DataError(
            f"{where}: {row['region_code']} is {region.name} in {row['report_year']}, not {row['region_name']}"
        )
    if not (row["document"] and row["source_url"].startswith(("http://", "https://"))):
        raise DataError(f"{where}: a cited fact needs the name of its document and a web address")
    return _build_target(row, where)


def _build_target(row: dict[str, str], where: str) -> Target:
    """Type the fields of a checked row."""
    low, value_low, base_unit = _to_number(row["low"], row["unit"], where)
    high, value_high, _ = _to_number(row["high"], row["unit"], where)
    return Target(
        report_id=f"{row['region_code']}-{row['report_year']}",
        region_code=row["region_code"],
        report_year=int(row["report_year"]),
        kind=row["kind"],
        headline=row["headline"] == "true",
        period=row["period"],
        indicator=row["indicator"],
        item=row["item"],
        low=low,
        high=high,
        unit=row["unit"],
        value_low=value_low,
        value_high=value_high,
        base_unit=base_unit,
        bound=row["bound"],
        qualitative=row["qualitative"],
        modality=row["modality"],
        stretch=False,
        scope="whole",
        start=None,
        end=None,
        as_written=row["as_written"],
        section="",
        rule_id="citation",
        status="auto",
        sha256="",
        source_kind="citation",
        source_url=row["source_url"],
    )


def _to_number(written: str, unit: str, where: str) -> tuple[Decimal | None, Decimal | None, str]:
    """Return a number as written, the same in its base unit, and that unit."""
    if not written:
        return None, None, ""
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise DataError(f"{where}: {written!r} is not a number") from None
    return number, *load_codebook().convert(number, unit)
