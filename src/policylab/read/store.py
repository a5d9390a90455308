"""A corpus on disk: one Parquet file, or a folder of texts with a sidecar each; written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from policylab.errors import DataError
from policylab.model import Document
from policylab.project import check_writable, make_folder, open_atomic, write_atomic
from policylab.read.corpus import SOURCE_COLUMNS
from policylab.read.labels import REPORT_ID, list_labels
from policylab.read.regions import find_region

_GROUP = 100  # reports in a row group: little enough to hold, enough to pack well
_REGION = ("region_name", "level", "province")
_TEXT_COLUMNS = ("report_id", "region_code", *_REGION)
_NOTES = tuple(name for name in SOURCE_COLUMNS if name not in _REGION)


def write_corpus(documents: Iterable[Document], out: str | Path) -> int:
    """
    Return how many reports were written to a corpus: a Parquet file, or a folder where the name has no such ending.

    A Parquet file is written a hundred reports at a time, in their order, and takes the place of an older one when all
    are there. A folder gets ``320804-2023.txt``, byte for byte the text, and ``320804-2023.yml`` for each report;
    other files in it stay.

    Raises
    ------
    DataError
        Where the path cannot be written, an id is not of the form 320804-2023, or an id comes twice.
    UnknownNameError
        Where a region did not exist in its year.

    Examples
    --------
    >>> import tempfile
    >>> document = Document.from_text("增长5%", region_code="320804", report_year=2023)
    >>> write_corpus([document], Path(tempfile.mkdtemp()) / "corpus.parquet")
    1
    """
    out = Path(out)
    if out.suffix.lower() in (".parquet", ".pq"):
        return _write_table(documents, out)
    return _write_folder(documents, out)


def _write_table(documents: Iterable[Document], out: Path) -> int:
    """Write a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = (*_TEXT_COLUMNS, "report_year", "n_chars", *_NOTES, "sha256", "text")
    integers = ("report_year", "n_chars")
    schema = pa.schema([(name, pa.int64() if name in integers else pa.string()) for name in names])
    rows = map(_make_row, _check_ids(documents))
    count = 0
    check_writable(out)
    with open_atomic(out) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(rows, _GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def _make_row(document: Document) -> dict[str, Any]:
    """Return the row of a report."""
    return {
        **list_labels(document),
        "n_chars": len(document.text),
        **{name: document.source.get(name) or None for name in _NOTES},
        "sha256": document.sha256,
        "text": _check_unicode(document),
    }


def _write_folder(documents: Iterable[Document], out: Path) -> int:
    """Write a folder of texts with sidecars."""
    if out.exists() and not out.is_dir():
        raise DataError(f"cannot write {out}: expected a folder or a name in .parquet, got a file")
    make_folder(out)
    count = 0
    for document in _check_ids(documents):
        text = _check_unicode(document)
        mark = "\ufeff" if text.startswith("\ufeff") else ""  # reading takes one off
        write_atomic(out / f"{document.report_id}.yml", _make_sidecar(document))
        write_atomic(out / f"{document.report_id}.txt", mark + text)
        count += 1
    return count


def _make_sidecar(document: Document) -> str:
    """Return the sidecar of a report as YAML, to be read with a safe loader."""
    import yaml

    labels = {"region_code": document.region_code, "report_year": document.report_year, "sha256": document.sha256}
    notes = {name: document.source[name] for name in _NOTES if document.source.get(name)}
    return yaml.safe_dump(labels | notes, allow_unicode=True, sort_keys=False, width=110)


def _check_ids(documents: Iterable[Document]) -> Iterator[Document]:
    """Yield the reports; refuse an id that is no safe name for a file, or that came before."""
    seen: set[str] = set()
    for document in documents:
        if not REPORT_ID.fullmatch(document.report_id):
            raise DataError(f"report_id should be of the form 320804-2023, got {document.report_id[:80]!r}")
        if document.report_id in seen:
            raise DataError(f"two reports with the id {document.report_id}; leave one out")
        seen.add(document.report_id)
        yield document


def _check_unicode(document: Document) -> str:
    """Return the text; refuse half of a surrogate pair, which no file can hold."""
    try:
        document.text.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{document.report_id}: character {error.start:,} of its text is no character") from None
    return document.text


def describe_document(document: Document) -> Mapping[str, str]:
    """
    Return what a list of a corpus shows of a report: id, name, level, characters, completeness.

    Examples
    --------
    >>> document = Document.from_text("增长5%", region_code="320804", report_year=2023)
    >>> list(describe_document(document).values())
    ['320804-2023', '淮阴区', 'county', '4', '']
    """
    region = find_region(document.region_code, report_year=document.report_year)
    return {
        "report": document.report_id,
        "region": region.name,
        "level": region.level,
        "characters": f"{len(document.text):,}",
        "completeness": document.source.get("completeness", ""),
    }
