"""Which region and plan year a report is of: what the user, its sidecar or row, its file's name and its words say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from policylab.errors import DataError, ReadError, UnknownNameError, close_matches
from policylab.model import Document
from policylab.project import yaml_loader
from policylab.read.identity import find_region_codes, find_report_years
from policylab.read.parts import Part
from policylab.read.region_table import is_region_code
from policylab.read.regions import find_region

SIDECAR_KEYS = (
    "title", "issuer", "region_code", "report_year", "published", "retrieved", "sha256", "legal_status", "completeness",
    "noise", "notes", "source_url", "source_repository", "source_commit", "source_path", "raw_sha256", "file_format",
    "encoding", "left_out",
)  # fmt: skip

_YEARS = range(1949, 2101)
_MAX_SIDECAR = 1_000_000  # bytes
REPORT_ID = re.compile(r"([0-9]{6})-([0-9]{4})(?:-[a-z0-9]{1,20})?")  # 100000-1964-part: one of several of a year


def list_labels(document: Document) -> dict[str, str | int]:
    """
    Return what every table of reports begins with: id, code, name, level and province of the region, and year.

    Raises
    ------
    UnknownNameError
        Where the region did not exist in the year.

    Examples
    --------
    >>> list_labels(Document.from_text("增长5%", region_code="320804", report_year=2023))["region_name"]
    '淮阴区'
    """
    region = find_region(document.region_code, report_year=document.report_year)
    return {
        "report_id": document.report_id,
        "region_code": document.region_code,
        "region_name": region.name,
        "level": region.level,
        "province": region.province,
        "report_year": document.report_year,
    }


def read_sidecar(path: Path) -> dict[str, str]:
    """Return the entries of a sidecar, all as text; {} where there is none."""
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > _MAX_SIDECAR:
            raise DataError(f"{path} has more than {_MAX_SIDECAR:,} bytes; expected entries such as 'title: ...'")
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    return parse_sidecar(raw, str(path))


def parse_sidecar(raw: bytes, name: str) -> dict[str, str]:
    """Return the entries of a sidecar's bytes; tags that make objects are refused, and so are names that refer back."""
    import yaml

    safe = yaml_loader()
    try:
        text = raw.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=safe)):
            raise DataError(f"{name} uses YAML aliases (*name), which a sidecar has no need of")
        entries = safe(text).get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise DataError(f"{name} is not YAML in UTF-8: {' '.join(str(error).split())[:300]}") from error
    if not isinstance(entries, Mapping):
        raise DataError(f"{name}: expected entries such as 'title: ...', got {type(entries).__name__}")
    return check_entries(entries, name)


def check_entries(entries: Mapping[Any, Any], name: str) -> dict[str, str]:
    """Return the entries of a sidecar or row as text; refuse what breaks its form."""
    return {
        _check_key(key, name): _check_value(key, value, name) for key, value in entries.items() if value is not None
    }


def check_given(region_code: str | None, report_year: int | None) -> None:
    """Refuse arguments that cannot be a code or a year."""
    if region_code is not None and not is_region_code(region_code):
        raise ReadError(f"region_code (--region) should be six digits, got {region_code!r}")
    if report_year is not None and not _is_year(str(report_year)):
        raise ReadError(f"report_year (--year) should be a year such as 2023, got {report_year!r}")


def settle_labels(part: Part, region_code: str | None, report_year: int | None) -> tuple[str, int]:
    """
    Return region code and plan year of a report: what its labels say, and its own words where they say nothing.

    Raises
    ------
    ReadError
        Where labels contradict each other, or nothing says the region or year.
    UnknownNameError
        Where no region has the code, or it did not exist in that year.
    """
    labels = _collect_labels(part, region_code, report_year)
    year = _settle("report_year", labels, part.name) or _infer_year(part)
    code = _settle("region_code", labels, part.name) or _infer_region(part, int(year))
    try:
        find_region(code, report_year=int(year))
    except UnknownNameError as error:
        raise UnknownNameError(f"{part.name}: {error}") from None
    return code, int(year)


def _check_key(key: Any, name: str) -> str:
    """Return a sidecar's key, or say that it is unknown."""
    if key not in SIDECAR_KEYS:
        near = close_matches(str(key), SIDECAR_KEYS) or f"; known: {', '.join(SIDECAR_KEYS)}"
        raise DataError(f"{name}: unknown entry {key!r}{near}")
    return str(key)


def _check_value(key: Any, value: Any, name: str) -> str:
    """Return a sidecar's value as text, or say what it should be."""
    if isinstance(value, (list, dict, bool)):
        raise DataError(f"{name}: {key} should be text, got {type(value).__name__}")
    text = str(value).strip()
    expected: dict[str, tuple[Callable[[str], Any], str]] = {
        "region_code": (is_region_code, "six digits"),
        "report_year": (_is_year, "a year such as 2023"),
        "sha256": (re.compile("[0-9a-f]{64}").fullmatch, "64 lower-case hexadecimal digits"),
        "raw_sha256": (re.compile("[0-9a-f]{64}").fullmatch, "64 lower-case hexadecimal digits"),
    }
    test, form = expected.get(key, (bool, "not empty"))
    if not test(text):
        raise DataError(f"{name}: {key} should be {form}, got {text!r}")
    return text


def _is_year(value: str) -> bool:
    """Whether a text is a year in which reports were given."""
    return re.fullmatch("[0-9]{4}", value) is not None and int(value) in _YEARS


def _collect_labels(part: Part, region_code: str | None, report_year: int | None) -> dict[str, dict[str, str]]:
    """Return who says which region and year, the most binding first."""
    labels: dict[str, dict[str, str]] = {"region_code": {}, "report_year": {}}
    if region_code is not None:
        labels["region_code"]["the argument"] = region_code
    if report_year is not None:
        labels["report_year"]["the argument"] = str(report_year)
    for key, said in labels.items():
        if key in part.labels:
            said["the sidecar"] = part.labels[key]
    if (match := REPORT_ID.fullmatch(part.stem)) and _is_year(match[2]):
        labels["region_code"]["the file name"], labels["report_year"]["the file name"] = match[1], match[2]
    return labels


def _settle(key: str, labels: Mapping[str, Mapping[str, str]], name: str) -> str:
    """Return what all labels say, or "" where none says anything; refuse a contradiction."""
    said = labels[key]
    if len(set(said.values())) > 1:
        told = ", ".join(f"{who} says {value}" for who, value in said.items())
        raise ReadError(f"{name}: {key} is contradictory: {told}; mend the wrong one")
    return next(iter(said.values()), "")


def _infer_year(part: Part) -> str:
    """Return the plan year that the text itself names, or ask for it."""
    years = find_report_years(part.text)
    if len(years) == 1:
        return str(years[0])
    found = f"its own words speak for {', '.join(map(str, years))}" if years else "its own words do not say it"
    raise ReadError(
        f"{part.name}: which plan year? {found}; give --year (report_year=...) or a sidecar {part.stem}.yml"
    )


def _infer_region(part: Part, report_year: int) -> str:
    """Return the region that the text itself names, or ask for it."""
    codes = find_region_codes(part.text, report_year=report_year)
    if len(codes) == 1:
        return codes[0]
    found = f"its own words speak for {', '.join(codes)}" if codes else "its own words do not say it"
    raise ReadError(f"{part.name}: which region? {found}; give --region (region_code=...) or a sidecar {part.stem}.yml")
