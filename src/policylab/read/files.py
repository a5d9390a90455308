"""A report file of any kind to a Document: its text, its region and year, and what its sidecar, name or words say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from policylab.errors import DataError, ReadError, close_matches
from policylab.model import Document
from policylab.read import labels
from policylab.read.encodings import decode_text
from policylab.read.labels import settle_labels
from policylab.read.parts import Extract, Part, check_text, make_extract

REPORT_SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")  # one report a file
CONTAINER_SUFFIXES = (".zip", ".xlsx", ".csv")  # several

_MAX_TEXT = 20_000_000  # bytes of a text or page
_MAX_BYTES = 200_000_000  # of a file that holds pictures or several reports
_KINDS = {
    b"%PDF": (".pdf",),
    b"PK\x03\x04": (".docx", ".xlsx", ".zip"),
    b"PK\x05\x06": (".zip",),
}
# What is never read, and what to do about it.
_FOREIGN = {
    b"PAR1": "a Parquet file; name it .parquet",
    b"\xd0\xcf\x11\xe0": "an old Office file (.doc, .xls); convert it: soffice --headless --convert-to docx FILE",
    b"{\\rtf": "a rich text file; convert it: soffice --headless --convert-to docx FILE",
    b"\x89PNG": "a PNG picture; a scanned report needs OCR: ocrmypdf -l chi_sim",
    b"\xff\xd8\xff": "a JPEG picture; a scanned report needs OCR: ocrmypdf -l chi_sim",
    b"\x1f\x8b": "a gzip archive; unpack it",
    b"Rar!": "a RAR archive; unpack it",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OFFICE_PARTS = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx"}


def read_report(path: str | Path, *, region_code: str | None = None, report_year: int | None = None) -> Document:
    """
    Return the report in a file: its text, its region and plan year, and what its sidecar says.

    Region and year come from the arguments, from the sidecar (``<stem>.yml`` beside the file), from the file's name
    (``320804-2023.txt``), and only where none of them says it from the text's own words.

    Parameters
    ----------
    path : str or Path
        Text (``.txt``, ``.md``) in UTF-8, UTF-16 or GB18030, a web page (``.html``), a Word file (``.docx``), a PDF with
        a text layer, or an Excel, CSV or ZIP file that holds one report. The text of a ``.txt`` stays as it is, line
        ends and all; the other kinds give plain text with a line a paragraph, to which all offsets refer. A byte order
        mark is the file's signature and no part of the text.
    region_code : str, optional
        Six digits.
    report_year : int, optional
        The year the report plans for.

    Returns
    -------
    Document
        ``source`` holds the sidecar's entries other than region, year and hash, all as text, and beside them
        raw_sha256 (hash of the file), file_format, encoding (where it is not plain UTF-8) and left_out (what the text
        does not hold of the file: menus, headers, page numbers).

    Raises
    ------
    ReadError
        Where the file is missing, empty, too large, broken, not of the kind its name says, needs a password or OCR,
        where its labels contradict each other, or where nothing says its region or year.
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
    labels.check_given(region_code, report_year)
    parts = list(islice(iter_parts(path), 2))
    if len(parts) > 1:
        raise ReadError(f"{path} holds more than one report; the corpus functions (iter_reports) take them all")
    return to_document(parts[0], region_code=region_code, report_year=report_year)


def read_reports(
    path: str | Path, *, region_code: str | None = None, report_year: int | None = None
) -> Iterator[Document]:
    """
    Yield every report of a file: one for most kinds, one a row for Excel and CSV, one a member for ZIP.

    Raises
    ------
    ReadError, DataError, UnknownNameError
        As `read_report`.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> [document.report_year for document in read_reports(data_path("reports") / "320804-2023.txt")]
    [2023]
    """
    labels.check_given(region_code, report_year)
    for part in iter_parts(path):
        yield to_document(part, region_code=region_code, report_year=report_year)


def iter_parts(path: str | Path) -> Iterator[Part]:
    """
    Yield the text of every report of a file with what is known of it, before its region and year are settled.

    Raises
    ------
    ReadError, DataError
        As `read_report`.

    Examples
    --------
    >>> from policylab.project import data_path
    >>> [part.stem for part in iter_parts(data_path("reports") / "320804-2023.txt")]
    ['320804-2023']
    """
    path = Path(path)
    raw = _read_bytes(path)
    if path.suffix.lower() == ".zip":
        _check_kind(raw, path.suffix.lower(), str(path))
        yield from _read_archive(raw, str(path))
    else:
        yield from _read_raw(raw, str(path), path.stem, labels.read_sidecar(path.with_suffix(".yml")))


def to_document(part: Part, *, region_code: str | None = None, report_year: int | None = None) -> Document:
    """Return the Document of a part, its labels settled and its text checked against the sidecar's hash."""
    code, year = settle_labels(part, region_code, report_year)
    said = {key: value for key, value in part.labels.items() if key not in ("region_code", "report_year", "sha256")}
    source = {**part.notes, "raw_sha256": part.raw_sha256} | said
    named = part.stem if labels.REPORT_ID.fullmatch(part.stem) else ""
    document = Document.from_text(part.text, region_code=code, report_year=year, report_id=named, source=source)
    expected = part.labels.get("sha256", document.sha256)
    if expected != document.sha256:
        raise DataError(
            f"{part.name} is not the text that {part.stem}.yml describes: sha256 expected {expected}, got"
            f" {document.sha256}; restore the text, or mend the sidecar if the change is meant"
        )
    return document


def tell_missing(path: Path) -> str:
    """Say that a path does not exist, with the nearest names of its folder."""
    if not path.parent.is_dir():
        return f"no file {path}: there is no folder {path.parent}"
    names = sorted(item.name for item in path.parent.iterdir())
    return f"no file {path.name} in {path.parent}{close_matches(path.name, names)}"


def _read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, or say why they cannot be read."""
    most = _MAX_TEXT if path.suffix.lower() in (".txt", ".md", ".html", ".htm") else _MAX_BYTES
    try:
        if not path.exists():
            raise ReadError(tell_missing(path))
        if path.is_dir():
            raise ReadError(f"{path} is a folder; expected one report file (the corpus functions take folders)")
        if not path.is_file():
            raise ReadError(f"{path} is not a regular file; expected a report")
        if (size := path.stat().st_size) > most:
            raise ReadError(f"{path} has {size:,} bytes; a report has at most {most:,}: is it one report?")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ReadError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _read_raw(raw: bytes, name: str, stem: str, sidecar: dict[str, str]) -> Iterator[Part]:
    """Yield the reports of a file's bytes."""
    suffix = PurePosixPath(name.lower()).suffix
    _check_kind(raw, suffix, name)
    raw_hash = hashlib.sha256(raw).hexdigest()
    if suffix in (".xlsx", ".csv"):
        from policylab.read.sheets import read_csv, read_sheet

        for row in (read_sheet if suffix == ".xlsx" else read_csv)(raw, name):
            place = f"{name}, {row.place}"
            said = labels.check_entries(sidecar | row.labels, place)
            check_text(row.extract.text, place)
            yield Part(place, stem, row.extract.text, row.extract.notes, said, raw_hash)
        return
    extract = _choose_reader(suffix)(raw, name)
    check_text(extract.text, name)
    yield Part(name, stem, extract.text, extract.notes, sidecar, raw_hash)


def _choose_reader(suffix: str) -> Callable[[bytes, str], Extract]:
    """Return the reader of a kind of file."""
    if suffix == ".docx":
        from policylab.read.word import read_word

        return read_word
    if suffix == ".pdf":
        from policylab.read.pdf import read_pdf

        return read_pdf
    if suffix in (".html", ".htm"):
        from policylab.read.pages import read_page

        return read_page
    return _read_markdown if suffix == ".md" else _read_text


def _read_text(raw: bytes, name: str) -> Extract:
    """Return plain text as it is."""
    text, encoding = decode_text(raw, name)
    return make_extract(text, "", encoding=encoding)


def _read_markdown(raw: bytes, name: str) -> Extract:
    """Return the wording of a Markdown file."""
    from policylab.read.markdown import read_markdown

    text, encoding = decode_text(raw, name)
    return read_markdown(text, encoding=encoding)


def _read_archive(raw: bytes, name: str) -> Iterator[Part]:
    """Yield the reports of a ZIP file by name; a sidecar in it belongs to the file beside it."""
    from policylab.read.archives import open_archive, read_member, show_name

    with open_archive(raw, name) as archive:
        members = {show_name(info): info.filename for info in archive.infolist() if not info.is_dir()}
        reports = [shown for shown in sorted(members) if _is_report(PurePosixPath(shown))]
        if not reports:
            raise ReadError(f"{name} holds no report: expected files in {', '.join(REPORT_SUFFIXES)}, .xlsx or .csv")
        for shown in reports:
            path = PurePosixPath(shown)
            beside = str(path.with_suffix(".yml"))
            content = read_member(archive, members[beside], name) if beside in members else None
            sidecar = {} if content is None else labels.parse_sidecar(content, f"{name}:{beside}")
            yield from _read_raw(read_member(archive, members[shown], name), f"{name}:{shown}", path.stem, sidecar)


def _is_report(path: PurePosixPath) -> bool:
    """Whether a member of an archive is taken for a report, and not for a note or what a system leaves behind."""
    known = path.suffix.lower() in (*REPORT_SUFFIXES, ".xlsx", ".csv")
    return known and not path.name.lower().startswith((".", "~$", "readme")) and "__MACOSX" not in path.parts


def _check_kind(raw: bytes, suffix: str, name: str) -> None:
    """Refuse a file whose content is not of the kind that its name says."""
    if raw.startswith(b"\xd0\xcf\x11\xe0") and _ENCRYPTED in raw:
        raise ReadError(f"{name} asks for a password; save it without one")
    if foreign := next((told for magic, told in _FOREIGN.items() if raw.startswith(magic)), ""):
        raise ReadError(f"{name} is {foreign}")
    if suffix not in (*REPORT_SUFFIXES, *CONTAINER_SUFFIXES):
        known = ", ".join((*REPORT_SUFFIXES, *CONTAINER_SUFFIXES))
        raise ReadError(f"{name}: expected a name in {known}, got {suffix or 'none'}")
    kinds = next((kinds for magic, kinds in _KINDS.items() if raw.startswith(magic)), ())
    if not kinds and _looks_like_page(raw):
        kinds = (".html", ".htm")
    if not raw:
        raise ReadError(f"{name} is empty; expected the text of a report")
    if kinds and suffix not in kinds:
        raise ReadError(f"{name} is {_name_kind(kinds)} by its content; rename it")
    if not kinds and suffix in (".pdf", ".docx", ".xlsx", ".zip"):
        raise ReadError(f"{name} is not what its name says: no {suffix} file begins with {raw[:4]!r}")
    if kinds and suffix in (".docx", ".xlsx"):
        _check_office_kind(raw, suffix, name)


def _check_office_kind(raw: bytes, suffix: str, name: str) -> None:
    """Refuse a Word file named as an Excel file, and the other way round."""
    found = {kind for part, kind in _OFFICE_PARTS.items() if part.encode() in raw}
    if found and suffix not in found:
        raise ReadError(f"{name} is a {', '.join(sorted(found))} file by its content; rename it")


def _name_kind(kinds: tuple[str, ...]) -> str:
    """Return what a file is by its content."""
    names = {".pdf": "a PDF", ".html": "a web page (.html)", ".zip": "a ZIP archive (.zip)"}
    return names.get(kinds[0], "a ZIP archive, as .docx, .xlsx and .zip are,")


def _looks_like_page(raw: bytes) -> bool:
    """Whether bytes begin as a web page does."""
    head = raw[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html"))
