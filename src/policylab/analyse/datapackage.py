"""datapackage.json: every table and column of ``data/`` described as a Frictionless data package."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TABLES = {
    "targets": ("targets.parquet", "Targets and results: one row for each"),
    "reports": ("reports.csv", "Reports: one row for each, with its source"),
    "coverage": (
        "coverage.parquet",
        "One row per report and headline indicator: whether a target is stated, and why not",
    ),
    "feature_reports": (
        "features/reports.parquet",
        "Features of reports: one row per report, with its MinHash signature",
    ),
    "feature_terms": ("features/terms.parquet", "Features of reports: one row per word"),
    "feature_counts": ("features/counts.parquet", "Features of reports: one row per report and word that it has"),
    "county_targets": ("county_targets.csv", "Targets of counties and districts cited from pages with an address"),
    "regions": ("regions.csv", "Administrative codes by year"),
    "corpus_manifest": ("corpus_manifest.csv", "Addresses and hashes of the source files of 2,953 reports"),
}
_KEYS = {
    "reports": ["report_id"],
    "coverage": ["report_id", "indicator"],
    "corpus_manifest": ["report_id"],
    "feature_reports": ["report_id"],
    "feature_terms": ["term"],
    "feature_counts": ["report", "term"],
}
_KINDS = {
    "int32": "integer",
    "int64": "integer",
    "Int64": "integer",
    "float64": "number",
    "bool": "boolean",
    "str": "string",
    "object": "string",
}


def render_datapackage(files: Mapping[str, bytes], tables: Mapping[str, pd.DataFrame]) -> str:
    """
    Return the text of ``datapackage.json``.

    Parameters
    ----------
    files : mapping of file name to its bytes
        Those of `TABLES` among them are described, with size and hash.
    tables : mapping of table name to DataFrame
        Their columns are held against ``columns.csv``.

    Raises
    ------
    DataError
        Where a column is not described in columns.csv, or is of another type than described.

    Examples
    --------
    >>> json.loads(render_datapackage({"regions.csv": b""}, {}))["resources"][0]["bytes"]
    0
    """
    for name, table in tables.items():
        _check_described(name, {str(column): str(dtype) for column, dtype in table.dtypes.items()})
    package = {
        "name": "policylab-targets",
        "title": "Targets and results in Chinese government work reports",
        "description": "Numbers with indicator, unit, bound, period and the exact characters they were read from. "
        "See README.md for sources, accuracy and gaps.",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "resources": [_describe(name, files[file]) for name, (file, _) in TABLES.items() if file in files],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def describe_columns(name: str) -> dict[str, dict[str, str]]:
    """
    Return type, unit and description by column of one table of ``data/``.

    Examples
    --------
    >>> describe_columns("coverage")["start"]["unit"]
    'characters'
    """
    return {row["column"]: row for row in _columns() if row["table"] == name}


def _describe(name: str, content: bytes) -> dict[str, Any]:
    """Return the description of one file."""
    file, title = TABLES[name]
    kind = file.rpartition(".")[2]
    schema: dict[str, Any] = {"fields": [_field(row) for row in describe_columns(name).values()]}
    if name in _KEYS:
        schema["primaryKey"] = _KEYS[name]
    return {
        "name": name.replace("_", "-"),
        "path": file,
        "title": title,
        "format": kind,
        "mediatype": "text/csv" if kind == "csv" else "application/vnd.apache.parquet",
        **({"encoding": "utf-8"} if kind == "csv" else {}),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(row: dict[str, str]) -> dict[str, str]:
    """Return the description of one column."""
    field = {"name": row["column"], "type": row["type"], "description": row["description"]}
    return {**field, "unit": row["unit"]} if row["unit"] else field


def _check_described(name: str, types: dict[str, str]) -> None:
    """Refuse a table whose columns are not those of columns.csv."""
    described = describe_columns(name)
    if list(described) != list(types):
        odd = sorted(set(described) ^ set(types)) or ["their order"]
        raise DataError(f"columns.csv does not describe the table {name}: see {', '.join(odd)}")
    for column, dtype in types.items():
        if described[column]["type"] != _KINDS[dtype]:
            raise DataError(
                f"columns.csv: {name}.{column} is {described[column]['type']} there and {dtype} in the table"
            )


@cache
def _columns() -> tuple[dict[str, str], ...]:
    """Read columns.csv once."""
    with (Path(__file__).parent / "columns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
