"""A workbook: sheets with typed cells and a frozen header, one of sources, one of notes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from policylab.analyse.datapackage import describe_columns
from policylab.publish.cells import clean_cell, is_formula
from policylab.publish.office import seal_archive
from policylab.publish.printed import Printed, count_decimals, count_ems, label_column, name_code
from policylab.publish.words import is_na, list_keys, say

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.worksheet import Worksheet

_SOURCE = [
    "region_name",
    "region_name_zh",
    "report_year",
    "indicator",
    "as_written",
    "report_id",
    "source_kind",
    "start",
    "end",
]
_SOURCE += ["section", "rule_id", "status", "flag", "n_values", "sha256", "source_url"]
_WIDEST, _NARROWEST = 60, 6  # characters
_SHEET_NAME = 31  # characters, as Excel has it
_FROZEN_COLUMNS = 10  # a wider table keeps its first two columns in sight
_LONGEST_LINK = 2000
_NOTE_WIDTHS, _LINE_PT = (30, 18, 100), 15  # of the columns of notes in characters; of a line
_FORMATS = {"percentile": "0.0", "report_year": "0", "start": "0", "end": "0"}


def render_excel(sheets: Mapping[str, Printed]) -> bytes:
    """
    Return a workbook: a sheet for each table under its name, then the sources of all of them, then notes.

    Numbers are numbers, text is text that cannot run as a formula, NA is an empty cell. Codes are given in words of the
    language. A source is one value with its report, the place of its quote, the hash of the text and the address.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    first = next(iter(sheets.values()))
    for name, printed in sheets.items():
        _fill(book.create_sheet(_name_sheet(name)), printed.table, printed.lang)
    sources = _join_sources([printed.data for printed in sheets.values()])
    if len(sources):
        _fill(book.create_sheet(say("export.sources", first.lang)), sources, first.lang)
    _write_notes(book.create_sheet(say("export.about", first.lang)), sheets)
    book.properties.creator = "policylab"
    book.properties.title = clean_cell(first.caption) or None
    box = io.BytesIO()
    book.save(box)
    return seal_archive(box.getvalue())


def _fill(sheet: Worksheet, table: pd.DataFrame, lang: str) -> None:
    """Write a table with its header, which stays in sight, can be filtered, and is as wide as what stands below."""
    names = [str(name) for name in table.columns]
    _write_row(sheet, [label_column(name, lang) for name in names])
    for row in table.itertuples(index=False):
        _write_row(sheet, [_type_cell(name, value, lang) for name, value in zip(names, row, strict=True)])
    _finish(sheet)
    for place, name in enumerate(names, start=1):
        for (cell,) in sheet.iter_rows(min_row=2, min_col=place, max_col=place):
            if format_code := _FORMATS.get(name) or _format_decimals(table.iloc[:, place - 1]):
                cell.number_format = format_code
            if name == "source_url" and str(cell.value).startswith(("http://", "https://")):
                cell.hyperlink = cell.value if len(str(cell.value)) < _LONGEST_LINK else None


def _format_decimals(column: pd.Series[Any]) -> str:
    """Return the format of computed numbers, which are shown with few decimals and kept in full."""
    decimals = count_decimals(column)
    return "" if decimals is None else f"0.{'0' * decimals}"


def _finish(sheet: Worksheet) -> None:
    """Freeze and mark the header, and set the widths of columns."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E4E9EF")
        cell.border = Border(bottom=Side("thin"))
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = "C2" if sheet.max_column > _FROZEN_COLUMNS else "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for place, cells in enumerate(sheet.columns, start=1):
        widest = max(2 * count_ems("" if cell.value is None else str(cell.value)) for cell in cells) + 3
        sheet.column_dimensions[get_column_letter(place)].width = min(max(widest, _NARROWEST), _WIDEST)
    sheet.print_title_rows = "1:1"
    _fit_page(sheet)


def _fit_page(sheet: Worksheet) -> None:
    """Print all columns on one page across."""
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _write_row(sheet: Worksheet, values: Sequence[Any]) -> None:
    """Append a row; text is marked as text before Excel can take it for a formula."""
    row = sheet.max_row + 1 if sheet.cell(1, 1).value is not None else 1
    for place, value in enumerate(values, start=1):
        cell = sheet.cell(row, place)
        if isinstance(value, str):
            cell.value = clean_cell(value)
            cell.data_type = "s"
            cell.alignment = _indented()
            cell.quotePrefix = is_formula(value)
        elif value is not None:
            cell.value = value


@cache
def _indented() -> Alignment:
    """Return the alignment of text, which keeps it off the number at its left."""
    from openpyxl.styles import Alignment

    return Alignment(horizontal="left", indent=1)


def _type_cell(name: str, value: Any, lang: str) -> Any:
    """Return a cell's value as Excel types it: a number, a truth value, text, or None for NA."""
    if is_na(value) or value == "":
        return None
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool | int | float):
        return value
    return str(name_code(name, value, lang))


def _join_sources(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one row for each value that the tables show and its source."""
    import pandas as pd

    parts = [table[[name for name in _SOURCE if name in table]] for table in tables if "source_kind" in table]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True).drop_duplicates()
    return rows[rows["source_kind"].ne("") & rows["source_kind"].notna()].reset_index(drop=True)


def _write_notes(sheet: Worksheet, sheets: Mapping[str, Printed]) -> None:
    """Write captions, notes and sources, then what each column means."""
    from openpyxl.styles import Font

    lang = next(iter(sheets.values())).lang
    lines = [line for item in sheets.values() for line in (item.caption, *item.closing)]
    for line in dict.fromkeys(line for line in lines if line):
        _write_row(sheet, [line])
    start = sheet.max_row + 2
    heads = [say(f"export.{name}", lang) for name in ("label", "column", "description")]
    for place, text in enumerate(heads, start=1):
        sheet.cell(start, place, text).font = Font(bold=True)
    meanings = describe_columns("targets")
    names = dict.fromkeys(str(name) for item in sheets.values() for name in item.table.columns)
    for name in names:
        known = meanings.get(name, {}).get("description", "")
        meaning = say(f"meaning.{name}", lang) if f"meaning.{name}" in list_keys() else known
        _write_row(sheet, [label_column(name, lang), name, meaning])
    for letter, width in zip("ABC", _NOTE_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for row in range(1, start - 1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=3)
        _wrap_row(sheet, row, sheet.cell(row, 1).value, sum(_NOTE_WIDTHS))
    for row in range(start, sheet.max_row + 1):
        _wrap_row(sheet, row, sheet.cell(row, 3).value, _NOTE_WIDTHS[2])
    _fit_page(sheet)


def _wrap_row(sheet: Worksheet, row: int, text: object, width: float) -> None:
    """Give a row as many lines as its longest text needs."""
    from openpyxl.styles import Alignment

    for cell in sheet[row]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[row].height = _LINE_PT * ceil(2.2 * count_ems(str(text)) / width)


def _name_sheet(name: str) -> str:
    """Return a sheet's name as Excel allows it."""
    return "".join(" " if mark in r"[]:*?/\'" else mark for mark in clean_cell(name))[:_SHEET_NAME].strip() or "data"
