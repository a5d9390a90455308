"""Texts by manifest: each file fetched from its address, held against its hash, and kept, so that a stop costs nothing."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from policylab.errors import DataError, PolicylabError, ReadError
from policylab.model import Document
from policylab.project import make_folder
from policylab.read.files import CONTAINER_SUFFIXES, REPORT_SUFFIXES, iter_parts
from policylab.read.labels import REPORT_ID, SIDECAR_KEYS, check_entries

COLUMNS = ("report_id", "region_code", "report_year", "url", "raw_sha256", "sha256")
_MAX_ROWS = 1_000_000
_MAX_FILE = 50_000_000  # bytes; a server that sends more is cut off
_MAX_SECONDS = 300  # for one file
_TIMEOUT = 20.0  # seconds without a byte
_RETRIES = 3
_DELAY = 0.2  # seconds between files, so that no server is burdened
_AGENT = "policylab (research on government work reports)"


class Entry(NamedTuple):
    """A row of a manifest: labels of the report, where its file lies, and both hashes."""

    report_id: str
    url: str
    raw_sha256: str
    labels: dict[str, str]


class Fetched(NamedTuple):
    """What came of an entry: the file where it lies now, or the reason why it could not be had."""

    entry: Entry
    path: Path | None
    reason: str


def load_manifest(path: str | Path) -> list[Entry]:
    """
    Return the entries of a manifest: a CSV file with the columns report_id, region_code, report_year, url, raw_sha256 and
    sha256 (of the text), and others named like the entries of a sidecar.

    Raises
    ------
    DataError
        Where a column is missing, an address is not of http or https, a hash or label breaks its form, or an id comes
        twice.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> len(load_manifest(data_path("corpus_manifest.csv")))
    2953
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise DataError(f"{path} is no manifest: it lacks the columns {', '.join(missing)}")
            entries = [_make_entry(row, f"{path}, row {number}") for number, row in enumerate(rows, start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if not entries or len(entries) > _MAX_ROWS:
        raise DataError(f"{path} names {len(entries):,} files; expected 1 to {_MAX_ROWS:,}")
    seen: set[str] = set()
    for entry in entries:
        if entry.report_id in seen:
            raise DataError(f"{path} names the report {entry.report_id} twice")
        seen.add(entry.report_id)
    return entries


def fetch_files(entries: Iterable[Entry], cache: str | Path, *, delay: float = _DELAY) -> Iterator[Fetched]:
    """
    Yield for each entry its file in the cache, fetched where it is not there yet, or why it could not be had.

    A file is named by its hash and comes into the cache only once its hash is right; what is there is not fetched again.
    Each file is tried four times; a server that is silent for 20 seconds, or sends more than a report can have, is left.

    Parameters
    ----------
    entries : iterable of Entry
    cache : str or Path
        A folder; made where there is none.
    delay : float
        Seconds to wait after each file.

    Raises
    ------
    DataError
        Where the cache cannot be made.

    Examples
    --------
    >>> list(fetch_files([], "."))
    []
    """
    import pooch  # type: ignore[import-untyped]

    pooch.get_logger().setLevel("ERROR")
    cache = make_folder(cache)
    for entry in entries:
        path = cache / _name_file(entry)
        if path.is_file() and pooch.file_hash(str(path)) == entry.raw_sha256:
            yield Fetched(entry, path, "")
            continue
        yield _fetch(entry, cache, path.name)
        time.sleep(delay)


def read_fetched(fetched: Fetched) -> Document:
    """
    Return the report of a fetched file with the labels of the manifest, its text held against the manifest's hash.

    Raises
    ------
    DataError
        Where the text is another one, although the file is right: this version reads it differently.
    ReadError
        Where the file was not fetched, or cannot be read.
    """
    entry = fetched.entry
    if fetched.path is None:
        raise ReadError(f"{entry.report_id}: {fetched.reason}")
    parts = list(iter_parts(fetched.path))
    if len(parts) != 1:
        raise ReadError(f"{entry.report_id}: {entry.url} holds {len(parts)} reports; a manifest names one a file")
    labels = dict(entry.labels)
    region_code, report_year, sha256 = (labels.pop(name) for name in ("region_code", "report_year", "sha256"))
    source = {**parts[0].notes, "source_url": entry.url, **labels, "raw_sha256": entry.raw_sha256}
    document = Document.from_text(
        parts[0].text,
        region_code=region_code,
        report_year=int(report_year),
        report_id=entry.report_id,
        source=source,
    )
    if document.sha256 != sha256:
        raise DataError(f"{entry.report_id}: the text of {entry.url} has sha256 {document.sha256}, expected {sha256}")
    return document


def _make_entry(row: dict[str, Any], name: str) -> Entry:
    """Return a row of a manifest once its form is right; nothing of it is used as the name of a file."""
    url = str(row.pop("url") or "")
    report_id = str(row.pop("report_id") or "")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise DataError(f"{name}: url should begin with https:// or http://, got {url[:80]!r}")
    labels = check_entries({key: value for key, value in row.items() if key in SIDECAR_KEYS and value}, name)
    absent = [key for key in ("region_code", "report_year", "raw_sha256", "sha256") if key not in labels]
    if absent:
        raise DataError(f"{name} has no {' and no '.join(absent)}")
    match = REPORT_ID.fullmatch(report_id)
    if match is None or match.groups() != (labels["region_code"], labels["report_year"]):
        raise DataError(
            f"{name}: report_id should be region code and year, such as 320804-2023, got {report_id[:80]!r}"
        )
    return Entry(report_id, url, labels.pop("raw_sha256"), labels)


def _name_file(entry: Entry) -> str:
    """Return the name of a file in the cache: its hash, and the ending of its address where that is a known one."""
    suffix = PurePosixPath(urlsplit(entry.url).path.lower()).suffix
    return entry.raw_sha256 + (suffix if suffix in (*REPORT_SUFFIXES, *CONTAINER_SUFFIXES) else ".html")


def _fetch(entry: Entry, cache: Path, name: str) -> Fetched:
    """Fetch one file into the cache."""
    import pooch

    store = pooch.create(
        path=cache,
        base_url="",
        registry={name: f"sha256:{entry.raw_sha256}"},
        urls={name: entry.url},
        retry_if_failed=_RETRIES,
    )
    try:
        store.fetch(name, downloader=_download)
    except ValueError as error:
        wrong = "does not match" in str(error)
        reason = (
            "another file than the manifest's: its sha256 is wrong" if wrong else " ".join(str(error).split())[:200]
        )
        return Fetched(entry, None, f"{entry.url} gives {reason}")
    except (PolicylabError, OSError) as error:  # what requests raises is an OSError
        return Fetched(entry, None, f"{entry.url}: {' '.join(str(error).split())[:200]}")
    return Fetched(entry, cache / name, "")


def _download(url: str, output_file: str, pooch: Any) -> None:
    """Fetch a file over HTTP, with limits on silence, size and time."""
    from pooch import HTTPDownloader

    download = HTTPDownloader(timeout=_TIMEOUT, headers={"User-Agent": _AGENT}, chunk_size=8192)
    with Path(output_file).open("wb") as file:
        download(url, _Bounded(file), pooch)


class _Bounded:
    """A file that takes no more than a report can have, and not for ever."""

    def __init__(self, file: Any) -> None:
        self._file, self._size, self._started = file, 0, time.monotonic()

    def write(self, chunk: bytes) -> None:
        """Write a piece, or give the server up."""
        self._size += len(chunk)
        if self._size > _MAX_FILE:
            raise ReadError(f"the server sends more than {_MAX_FILE:,} bytes")
        if time.monotonic() - self._started > _MAX_SECONDS:
            raise ReadError(f"the server takes more than {_MAX_SECONDS} seconds")
        self._file.write(chunk)

    def flush(self) -> None:
        """Leave it to the file when to write."""
