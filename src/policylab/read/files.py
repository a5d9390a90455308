"""One report file to a Document: UTF-8 text as it is, with what its sidecar, its name or its own words say of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from policylab.errors import DataError, ReadError, UnknownNameError, close_matches
from policylab.model import Document
from policylab.read.identity import find_region_codes, find_report_years
from policylab.read.region_table import is_region_code
from policylab.read.regions import find_region

TEXT_SUFFIXES = (".txt", ".md")
SIDECAR_KEYS = (
    "title", "issuer", "region_code", "report_year", "published", "retrieved", "sha256", "legal_status", "completeness",
    "noise", "notes", "source_url", "source_repository", "source_commit", "source_path", "raw_sha256",
)  # fmt: skip

_MAX_BYTES = 20_000_000  # the longest known report has 0.3 million
_YEARS = range(1949, 2101)
_BOM = b"\xef\xbb\xbf"
_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file; name it .parquet"),
    (b"PK\x03\x04", "a ZIP archive, as .docx, .xlsx and .zip are"),
    (b"\xd0\xcf\x11\xe0", "an old Office file, as .doc and .xls are"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
_FILE_NAME = re.compile(r"([0-9]{6})-([0-9]{4})")


def read_report(path: str | Path, *, region_code: str | None = None, report_year: int | None = None) -> Document:
    """
    Return the report in a text file: its text unchanged, its region and plan year, and what its sidecar says.

    Region and year come from the arguments, from the sidecar (``<stem>.yml`` beside the file), from the file's name
    (``320804-2023.txt``), and only where none of them says it from the text's own words.

    Parameters
    ----------
    path : str or Path
        UTF-8 text, ``.txt`` or ``.md``, of at most 20 MB. Line ends stay as they are. A byte order mark is the file's
        signature and no part of the text; ``source["encoding"]`` then tells of it.
    region_code : str, optional
        Six digits.
    report_year : int, optional
        The year the report plans for.

    Returns
    -------
    Document
        ``source`` holds the sidecar's entries other than region, year and hash, all as text.

    Raises
    ------
    ReadError
        Where the file is missing, empty, too large or not UTF-8 text, where its labels contradict each other, or where
        nothing says its region or year.
    DataError
        Where the sidecar breaks its form, or its hash is not the text's.
    UnknownNameError
        Where no region has the code, or it did not exist in that year.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> read_report(data_path("reports") / "320804-2023.txt").report_id
    '320804-2023'
    """
    path = Path(path)
    raw = _read_bytes(path)
    text = _decode(raw, path)
    sidecar = _read_sidecar(path.with_suffix(".yml"))
    _check_given(region_code, report_year)
    labels = _collect_labels(path, sidecar, region_code, report_year)
    year = _settle("report_year", labels, path) or _infer_year(text, path)
    code = _settle("region_code", labels, path) or _infer_region(text, int(year), path)
    _check_region(code, int(year), path)
    source = {key: value for key, value in sidecar.items() if key not in ("region_code", "report_year", "sha256")}
    if raw.startswith(_BOM):
        source["encoding"] = "UTF-8 with byte order mark"
    document = Document.from_text(text, region_code=code, report_year=int(year), source=source)
    _check_hash(document, sidecar, path)
    return document


def tell_missing(path: Path) -> str:
    """Say that a path does not exist, with the nearest names of its folder."""
    if not path.parent.is_dir():
        return f"no file {path}: there is no folder {path.parent}"
    names = sorted(item.name for item in path.parent.iterdir())
    return f"no file {path.name} in {path.parent}{close_matches(path.name, names)}"


def _read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, or say why they cannot be read."""
    try:
        if not path.exists():
            raise ReadError(tell_missing(path))
        if path.is_dir():
            raise ReadError(f"{path} is a folder; expected one report file (the corpus functions take folders)")
        if not path.is_file():
            raise ReadError(f"{path} is not a regular file; expected UTF-8 text")
        if (size := path.stat().st_size) > _MAX_BYTES:
            raise ReadError(f"{path} has {size:,} bytes; a report has at most {_MAX_BYTES:,}: is it one report?")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ReadError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _decode(raw: bytes, path: Path) -> str:
    """Return the text of a UTF-8 file, line ends and all, or say what the file is instead."""
    kind = next((name for magic, name in _KINDS if raw.startswith(magic)), None)
    if kind:
        raise ReadError(f"{path} is {kind}; expected UTF-8 text (.txt or .md)")
    if path.suffix.lower() not in TEXT_SUFFIXES:
        raise ReadError(f"{path}: expected a name in .txt or .md, got {path.suffix or 'none'}; save it as UTF-8 text")
    if b"\0" in raw:
        raise ReadError(f"{path} is not text: byte {raw.index(0):,} is NUL; expected UTF-8 text")
    try:
        text = raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start + (len(_BOM) if raw.startswith(_BOM) else 0)
        hint = "; it may be GB18030: iconv -f GB18030 -t UTF-8" if _is_gb18030(raw) else ""
        raise ReadError(f"{path} is not UTF-8: byte {place:,} is 0x{raw[place]:02x}{hint}") from None
    if not text.strip():
        raise ReadError(f"{path} is empty; expected the text of a report")
    return text


def _is_gb18030(raw: bytes) -> bool:
    """Whether the bytes decode as the usual Chinese encoding before UTF-8."""
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _read_sidecar(path: Path) -> dict[str, str]:
    """Return the entries of a sidecar, all as text; {} where there is none."""
    if not path.is_file():
        return {}
    import yaml

    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise DataError(f"{path} is not YAML in UTF-8: {' '.join(str(error).split())}") from error
    if not isinstance(entries, Mapping):
        raise DataError(f"{path}: expected entries such as 'title: ...', got {type(entries).__name__}")
    return {
        _check_key(key, path): _check_value(key, value, path) for key, value in entries.items() if value is not None
    }


def _check_key(key: Any, path: Path) -> str:
    """Return a sidecar's key, or say that it is unknown."""
    if key not in SIDECAR_KEYS:
        near = close_matches(str(key), SIDECAR_KEYS) or f"; known: {', '.join(SIDECAR_KEYS)}"
        raise DataError(f"{path}: unknown entry {key!r}{near}")
    return str(key)


def _check_value(key: Any, value: Any, path: Path) -> str:
    """Return a sidecar's value as text, or say what it should be."""
    if isinstance(value, (list, dict, bool)):
        raise DataError(f"{path}: {key} should be text, got {type(value).__name__}")
    text = str(value).strip()
    expected: dict[str, tuple[Callable[[str], Any], str]] = {
        "region_code": (is_region_code, "six digits"),
        "report_year": (_is_year, "a year such as 2023"),
        "sha256": (re.compile("[0-9a-f]{64}").fullmatch, "64 lower-case hexadecimal digits"),
    }
    test, form = expected.get(key, (bool, "not empty"))
    if not test(text):
        raise DataError(f"{path}: {key} should be {form}, got {text!r}")
    return text


def _is_year(value: str) -> bool:
    """Whether a text is a year in which reports were given."""
    return re.fullmatch("[0-9]{4}", value) is not None and int(value) in _YEARS


def _check_given(region_code: str | None, report_year: int | None) -> None:
    """Refuse arguments that cannot be a code or a year."""
    if region_code is not None and not is_region_code(region_code):
        raise ReadError(f"region_code (--region) should be six digits, got {region_code!r}")
    if report_year is not None and not _is_year(str(report_year)):
        raise ReadError(f"report_year (--year) should be a year such as 2023, got {report_year!r}")


def _collect_labels(
    path: Path, sidecar: Mapping[str, str], region_code: str | None, report_year: int | None
) -> dict[str, dict[str, str]]:
    """Return who says which region and year, the most binding first."""
    labels: dict[str, dict[str, str]] = {"region_code": {}, "report_year": {}}
    if region_code is not None:
        labels["region_code"]["the argument"] = region_code
    if report_year is not None:
        labels["report_year"]["the argument"] = str(report_year)
    for key, said in labels.items():
        if key in sidecar:
            said["the sidecar"] = sidecar[key]
    if (match := _FILE_NAME.fullmatch(path.stem)) and _is_year(match[2]):
        labels["region_code"]["the file name"], labels["report_year"]["the file name"] = match[1], match[2]
    return labels


def _settle(key: str, labels: Mapping[str, Mapping[str, str]], path: Path) -> str:
    """Return what all labels say, or "" where none says anything; refuse a contradiction."""
    said = labels[key]
    if len(set(said.values())) > 1:
        told = ", ".join(f"{who} says {value}" for who, value in said.items())
        raise ReadError(f"{path}: {key} is contradictory: {told}; mend the wrong one")
    return next(iter(said.values()), "")


def _infer_year(text: str, path: Path) -> str:
    """Return the plan year that the text itself names, or ask for it."""
    years = find_report_years(text)
    if len(years) == 1:
        return str(years[0])
    found = f"its own words speak for {', '.join(map(str, years))}" if years else "its own words do not say it"
    raise ReadError(f"{path}: which plan year? {found}; give --year (report_year=...) or a sidecar {path.stem}.yml")


def _infer_region(text: str, report_year: int, path: Path) -> str:
    """Return the region that the text itself names, or ask for it."""
    codes = find_region_codes(text, report_year=report_year)
    if len(codes) == 1:
        return codes[0]
    found = f"its own words speak for {', '.join(codes)}" if codes else "its own words do not say it"
    raise ReadError(f"{path}: which region? {found}; give --region (region_code=...) or a sidecar {path.stem}.yml")


def _check_region(region_code: str, report_year: int, path: Path) -> None:
    """Refuse a code that did not exist in the year of the report."""
    try:
        find_region(region_code, report_year=report_year)
    except UnknownNameError as error:
        raise UnknownNameError(f"{path}: {error}") from None


def _check_hash(document: Document, sidecar: Mapping[str, str], path: Path) -> None:
    """Refuse a sidecar that speaks of another text."""
    expected = sidecar.get("sha256", document.sha256)
    if expected != document.sha256:
        raise DataError(
            f"{path} is not the text that {path.stem}.yml describes: sha256 expected {expected}, got {document.sha256};"
            " restore the text, or mend the sidecar if the change is meant"
        )
