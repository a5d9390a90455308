"""Tables with one report a cell: Excel (.xlsx) and CSV files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from policylab.errors import ReadError
from policylab.read.archives import check_office, open_archive
from policylab.read.encodings import decode_text
from policylab.read.labels import SIDECAR_KEYS
from policylab.read.parts import MAX_CHARACTERS, Extract, make_extract

CELL_LIMIT = 32_767  # characters that an Excel cell holds
_TEXT_HEADINGS = ("text", "正文", "全文", "报告全文", "报告正文", "内容", "文本")
_HEADINGS = {
    "标题": "title",
    "区划代码": "region_code",
    "行政区划代码": "region_code",
    "计划年份": "report_year",
    "网址": "source_url",
}
_LONG = 200  # characters; a shorter cell is no report
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_DELIMITERS = ",\t;"


class Row(NamedTuple):
    """A report in a table: its place (Sheet1!B2, or row 2), labels of its row, and text."""

    place: str
    labels: dict[str, str]
    extract: Extract


def read_sheet(raw: bytes, name: str) -> Iterator[Row]:
    """
    Yield the reports of an Excel file, sheet by sheet; formulas give the values that were last calculated.

    Raises
    ------
    ReadError
        Where the file is broken, or no column holds reports.
    """
    from openpyxl import load_workbook

    with open_archive(raw, name) as archive:
        check_office(archive, "xl/workbook.xml", name)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        sheets = [(sheet.title, _list_rows(sheet)) for sheet in book.worksheets]
    except Exception as error:  # the library passes on whatever its own parts raise on a damaged file
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise ReadError(f"{name} is a broken Excel file: {told}") from None
    found = False
    for title, rows in sheets:
        for row in _read_rows(rows, "Excel"):
            found = True
            yield row._replace(place=f"{title}!{row.place}")
    if not found:
        raise ReadError(_tell_none(name))


def read_csv(raw: bytes, name: str) -> Iterator[Row]:
    """
    Yield the reports of a CSV file, whose columns stand between commas, tabs or semicolons.

    Raises
    ------
    ReadError
        Where the encoding is in doubt, the form is broken, or no column holds reports.
    """
    text, encoding = decode_text(raw, name)
    csv.field_size_limit(MAX_CHARACTERS)
    head = text[: text.find("\n") + 1 or None]
    delimiter = max(_DELIMITERS, key=head.count)
    found = False
    try:
        for row in _read_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), "CSV", encoding):
            found = True
            yield row
    except csv.Error as error:
        raise ReadError(f"{name} is a broken CSV file: {error}") from None
    if not found:
        raise ReadError(_tell_none(name))


def _tell_none(name: str) -> str:
    """Say that a table holds no report, and which form it should have."""
    return (
        f"{name} holds no report: expected a column headed text or 正文 with one report a cell, beside region_code"
        " and report_year"
    )


def _list_rows(sheet: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet as they are; a sheet whose size is a lie is read as far as it goes."""
    sheet.reset_dimensions()
    return [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]


def _read_rows(rows: Iterable[Sequence[Any]], file_format: str, encoding: str = "") -> Iterator[Row]:
    """Yield the reports below a head that names their column, or the long cells of a table without a head."""
    names: list[str] = []
    for number, cells in enumerate(rows, start=1):
        words = ["" if cell is None else str(cell).strip() for cell in cells]
        if not names:
            names = [_HEADINGS.get(word, word.lower()) for word in words]
            if any(name in _TEXT_HEADINGS for name in names) or not any(len(word) >= _LONG for word in words):
                continue
            names = [""] * len(names)
        column = _find_text(names, words)
        if column is None:
            continue
        labels = {name: word for name, word in zip(names, words, strict=False) if name in SIDECAR_KEYS and word}
        text = "" if cells[column] is None else str(cells[column])
        yield Row(f"row {number}", labels, _make_cell(text, file_format, encoding))


def _find_text(names: Sequence[str], words: Sequence[str]) -> int | None:
    """Return the column of a row's report: the one headed so, or the longest cell that can be one."""
    for column, name in enumerate(names[: len(words)]):
        if name in _TEXT_HEADINGS:
            return column if any(words) else None
    longest = max(range(len(words)), key=lambda column: len(words[column]), default=None)
    return longest if longest is not None and len(words[longest]) >= _LONG else None


def _make_cell(text: str, file_format: str, encoding: str) -> Extract:
    """Return a cell's text; one that fills an Excel cell to the brim has lost its end, and the note says so."""
    full = len(text) >= CELL_LIMIT and file_format == "Excel"
    if file_format == "Excel":
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    left_out = [f"what an Excel cell cannot hold after {CELL_LIMIT:,} characters"] if full else []
    return make_extract(text, file_format, left_out, encoding=encoding)
