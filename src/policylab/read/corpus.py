"""Many reports: from files, folders of files and Parquet files, one Document at a time, however large the corpus is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from policylab.errors import DataError, ReadError, UnknownNameError, close_matches
from policylab.model import Document
from policylab.read.files import CONTAINER_SUFFIXES, REPORT_SUFFIXES, iter_parts, read_reports, tell_missing
from policylab.read.labels import REPORT_ID, SIDECAR_KEYS
from policylab.read.region_table import is_region_code

PARQUET_COLUMNS = ("report_id", "region_code", "report_year", "text")

_LABELS = ("region_code", "report_year", "sha256")
SOURCE_COLUMNS = (*(key for key in SIDECAR_KEYS if key not in _LABELS), "region_name", "level", "province")
_BATCH = 32  # reports in memory at a time

Sources = str | Path | Iterable[str | Path]


def iter_reports(
    sources: Sources,
    *,
    only: Iterable[str] | None = None,
    region_code: str | None = None,
    report_year: int | None = None,
) -> Iterator[Document]:
    """
    Yield the reports of all sources, in the order of the sources, without holding more than a few in memory.

    Sources and ids are checked before the first report is read. A report that stands in several places with the same
    text comes once.

    Parameters
    ----------
    sources : path or iterable of paths
        Report files of every kind that `policylab.read.files.read_report` reads; Excel, CSV and ZIP files of several
        reports; folders, whose files of one report each are taken by name (hidden files and README left out);
        Parquet files with a row per report and at least the columns report_id, region_code, report_year, text. Their
        other columns named like the entries of a sidecar go to ``Document.source``, and sha256 is checked.
    only : iterable of str, optional
        Report ids, for example "320804-2023"; the others are skipped.
    region_code, report_year : str and int, optional
        For report files, as in `policylab.read.files.read_report`; Parquet files label their own rows.

    Raises
    ------
    ReadError
        Where a source is missing or cannot be read, or a folder holds no report.
    UnknownNameError
        Where an id of ``only`` stands in no source; the message names near ones.
    DataError
        Where a Parquet file lacks columns or values, a text is not the one that its hash is of, or two sources give
        different texts for one id.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> [document.report_id for document in iter_reports(data_path("reports"))]
    ['320804-2023']
    """
    paths = _list_paths(sources)
    labels = {"region_code": region_code, "report_year": report_year}
    given = {key: value for key, value in labels.items() if value is not None}
    if given and (tables := [path for path in paths if _is_parquet(path)]):
        raise ReadError(f"--region and --year label report files; {tables[0]} labels its own rows: leave them out")
    wanted = None if only is None else _check_wanted(only, paths, given)
    return _yield_once(paths, wanted, given)


def load_report(report_id: str, sources: Sources) -> Document:
    """
    Return one report by its id.

    Raises
    ------
    ReadError, UnknownNameError, DataError
        As `iter_reports`.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> load_report("320804-2023", data_path("reports")).source["completeness"]
    'excerpt'
    """
    return next(iter_reports(sources, only=[report_id]))


def load_reports(sources: Sources, *, only: Iterable[str] | None = None) -> list[Document]:
    """
    Return reports as a list, in the order of the sources: for a few; use `iter_reports` for a corpus.

    Raises
    ------
    ReadError, UnknownNameError, DataError
        As `iter_reports`.
    """
    return list(iter_reports(sources, only=only))


def count_reports(sources: Sources, *, only: Iterable[str] | None = None) -> int:
    """
    Return how many reports `iter_reports` yields, without reading texts: for progress bars.

    A report that stands both in a file and elsewhere is counted twice.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> count_reports(data_path("reports"))
    1
    """
    if only is not None:
        return len({only} if isinstance(only, str) else set(only))
    paths = _list_paths(sources)
    rows = {report_id for path in paths if _is_parquet(path) for _, ids in _list_groups(path) for report_id in ids}
    files = [path for path in paths if not _is_parquet(path)]
    return len(rows) + sum(sum(1 for _ in iter_parts(path)) if _is_container(path) else 1 for path in files)


def _list_paths(sources: Sources) -> list[Path]:
    """Return every report file and Parquet file of the sources, folders opened."""
    given = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    paths: list[Path] = []
    for path in map(Path, given):
        try:
            if not path.exists():
                raise ReadError(tell_missing(path))
            paths.extend(_list_folder(path) if path.is_dir() else [path])
        except OSError as error:
            raise ReadError(f"cannot read {path}: {error.strerror}") from error
    if not paths:
        raise ReadError("no source given; expected report files, folders of them or Parquet files")
    return list(dict.fromkeys(paths))


def _list_folder(folder: Path) -> list[Path]:
    """Return the report files of a folder by name."""
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in REPORT_SUFFIXES
        and not path.name.lower().startswith((".", "~$", "readme"))
        and path.is_file()
    )
    if not found:
        raise ReadError(f"no report in the folder {folder}: expected files in {', '.join(REPORT_SUFFIXES)}")
    for path in found:
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            raise ReadError(f"{path} is a link that leads out of its folder; name the file itself, or leave it out")
    return found


def _is_parquet(path: Path) -> bool:
    """Whether a source is read as a table."""
    return path.suffix.lower() in (".parquet", ".pq")


def _check_wanted(only: Iterable[str], paths: Iterable[Path], given: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids asked for, each of which stands in some source."""
    wanted = frozenset([only] if isinstance(only, str) else only)
    if not wanted:
        raise UnknownNameError("only= (--only) names no report; give an id such as 320804-2023, or leave it out")
    known: set[str] = set()
    for path in paths:
        if _is_parquet(path):
            known.update(report_id for _, ids in _list_groups(path) for report_id in ids)
        else:
            known.update(_report_ids(path, given))
    missing = sorted(wanted - known)
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        near = close_matches(missing[0], sorted(known))
        raise UnknownNameError(f"no report {missing[0]!r}{more} among the {len(known):,} of the sources{near}")
    return wanted


def _is_container(path: Path) -> bool:
    """Whether a file may hold several reports."""
    return path.suffix.lower() in CONTAINER_SUFFIXES


def _report_ids(path: Path, given: Mapping[str, Any]) -> set[str]:
    """Return the ids of a report file: of its name where that says it, else by reading it."""
    if REPORT_ID.fullmatch(path.stem) and not _is_container(path):
        return {path.stem}
    return {document.report_id for document in read_reports(path, **given)}


def _yield_once(paths: Sequence[Path], wanted: frozenset[str] | None, given: Mapping[str, Any]) -> Iterator[Document]:
    """Yield each report once; refuse two texts for one id."""
    seen: dict[str, int] = {}  # one number for hash and place of each report: the only thing that grows with a corpus
    for place, path in enumerate(paths):
        for document in _read_rows(path, wanted) if _is_parquet(path) else _read_file(path, wanted, given):
            report_id, text = document.report_id, int(document.sha256[:15], 16)
            first_text, first_place = divmod(seen.get(report_id, text * len(paths) + place), len(paths))
            if first_text != text:
                first = paths[first_place]
                raise DataError(f"two texts for the report {report_id}: in {first} and in {path}; leave one out")
            if report_id not in seen:
                seen[report_id] = text * len(paths) + place
                yield document


def _read_file(path: Path, wanted: frozenset[str] | None, given: Mapping[str, Any]) -> Iterator[Document]:
    """Yield the wanted reports of a file."""
    if wanted is None or _is_container(path) or not wanted.isdisjoint(_report_ids(path, given)):
        found = read_reports(path, **given)
        yield from (document for document in found if wanted is None or document.report_id in wanted)


def _read_rows(path: Path, wanted: frozenset[str] | None) -> Iterator[Document]:
    """Yield the wanted reports of a Parquet file; only the row groups that hold one are read."""
    import pyarrow as pa

    with _told(path), _open_table(path) as file:
        groups: Iterable[int] = range(file.num_row_groups)
        if wanted is not None:
            groups = [group for group, ids in _list_groups(path) if not wanted.isdisjoint(ids)]
        columns = [name for name in (*PARQUET_COLUMNS, "sha256", *SOURCE_COLUMNS) if name in file.schema_arrow.names]
        for group in groups:  # one at a time: a reader over several keeps what it has read of all
            for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group], columns=columns, use_threads=False):
                ids = batch.column("report_id").to_pylist()
                rows = batch if wanted is None else batch.filter(pa.array([name in wanted for name in ids], pa.bool_()))
                for row in rows.to_pylist():
                    yield _to_document(row, path)
            pa.default_memory_pool().release_unused()  # else the allocator keeps the pages of the largest group


def _to_document(row: Mapping[str, Any], path: Path) -> Document:
    """Build a Document from a row of a table."""
    report_id = row["report_id"]
    empty = [name for name in PARQUET_COLUMNS if row[name] in (None, "")]
    if empty:
        raise DataError(f"{path}: the row of report {report_id!r} has no {' and no '.join(empty)}")
    if not is_region_code(row["region_code"]):
        raise DataError(f"{path}: region_code of {report_id} should be six digits, got {row['region_code']!r}")
    document = Document.from_text(
        row["text"],
        region_code=row["region_code"],
        report_year=row["report_year"],
        report_id=report_id,
        source={name: str(row[name]) for name in SOURCE_COLUMNS if row.get(name) not in (None, "")},
    )
    if row.get("sha256", document.sha256) != document.sha256:
        raise DataError(f"{path}: the text of {report_id} has sha256 {document.sha256}, its row says {row['sha256']}")
    return document


def _list_groups(path: Path) -> list[tuple[int, list[str]]]:
    """Return the row groups of a Parquet file, each with the ids of its reports."""
    with _told(path), _open_table(path) as file:
        tables = [file.read_row_group(group, columns=["report_id"]) for group in range(file.num_row_groups)]
    return [(group, table.column(0).drop_null().to_pylist()) for group, table in enumerate(tables)]


@contextmanager
def _open_table(path: Path) -> Iterator[Any]:
    """Open a Parquet file whose columns are those of a corpus."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, buffer_size=1 << 20) as file:
        types = {field.name: str(field.type) for field in file.schema_arrow}
        missing = [name for name in PARQUET_COLUMNS if name not in types]
        if missing:
            raise DataError(f"{path} lacks the columns {', '.join(missing)}; it has {', '.join(types) or 'none'}")
        for name in (*PARQUET_COLUMNS, *{"sha256"}.intersection(types)):
            expected = "int" if name == "report_year" else "string"
            if expected not in types[name]:
                raise DataError(f"{path}: the column {name} should be of type {expected}, got {types[name]}")
        yield file


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the Parquet library says of a broken file into one line."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path} cannot be read as Parquet: {' '.join(str(error).split())[:200]}") from error
