"""Tables for papers and programs: LaTeX, Word, Excel, Stata and CSV, by the ending of the file's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policylab import __version__
from policylab.errors import DataError, close_matches
from policylab.project import check_writable, write_atomic
from policylab.publish.cells import render_csv
from policylab.publish.excel_table import render_excel
from policylab.publish.latex_table import render_latex
from policylab.publish.layouts import Layout, lay_out
from policylab.publish.printed import Printed
from policylab.publish.stata_table import render_stata
from policylab.publish.word_table import render_word
from policylab.publish.words import check_language, describe_sources, say

if TYPE_CHECKING:
    import pandas as pd

PAGES = (".tex", ".docx")  # formats that a reader reads; the others are for programs
SUFFIXES = (".csv", ".xlsx", ".dta", *PAGES)
_SOURCED = {"source_kind", "region_code", "region_name", "report_year"}


def save_table(
    table: pd.DataFrame | Layout,
    path: str | Path,
    *,
    data: pd.DataFrame | None = None,
    caption: str = "",
    notes: Sequence[str] = (),
    lang: str = "zh",
) -> Path:
    """
    Write a table for LaTeX (.tex), Word (.docx), Excel (.xlsx), Stata (.dta) or as CSV, by the path's suffix.

    A page (.tex, .docx) shows a comparison in its own layout, values in words with their bounds, at most nine columns;
    the other formats hold every row and column of the table, NA as an empty cell. Text cannot run as a formula. The
    same table gives the same bytes every time, and the file appears whole or not at all.

    Parameters
    ----------
    table : DataFrame or Layout
        One row per whatever the table is about; not modified. A Layout is written as it is laid out.
    path : str or Path
        Its folder must exist; an older file is replaced.
    data : DataFrame, optional
        The tidy rows that a table of your own was made from: the source line, the sheet of sources and the choice for
        ranges are computed from it. By default the table itself.
    caption : str, optional
        By default the layout's own.
    notes : sequence of str
        Sentences below the table, after those of the layout.
    lang : "zh" or "en"
        Language of headings, labels, codes and notes; names of columns stay in CSV.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    DataError
        Where the suffix is unknown, a table for a page has more than nine columns, or the file cannot be written.
    UnknownNameError
        Where the language is unknown.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "means.csv"
    >>> save_table(pd.DataFrame({"report_year": [2023], "mean": [6.1]}), path).name
    'means.csv'
    """
    path = Path(path)
    check_suffix(path)
    check_language(lang)
    layout = table if isinstance(table, Layout) else _lay_out(table, path, lang)
    if data is not None:
        layout = Layout(layout.table, data, layout.caption, layout.notes, layout.foot)
    write_atomic(path, _render(_print(layout, caption, notes, lang), path))
    return path


def save_workbook(sheets: Mapping[str, pd.DataFrame | Layout], path: str | Path, *, lang: str = "zh") -> Path:
    """
    Write several tables as the sheets of one Excel workbook, with one sheet of sources and one of notes for all.

    Parameters
    ----------
    sheets : mapping of a sheet's name to its table
    path : str or Path
        A name that ends in .xlsx.
    lang : "zh" or "en"

    Raises
    ------
    DataError, UnknownNameError
        As `save_table`; also where there is no sheet.

    Examples
    --------
    >>> save_workbook({}, "means.xlsx")
    Traceback (most recent call last):
    policylab.errors.DataError: cannot write means.xlsx: expected at least one sheet, got none
    """
    path = Path(path)
    check_suffix(path, (".xlsx",))
    check_language(lang)
    if not sheets:
        raise DataError(f"cannot write {path}: expected at least one sheet, got none")
    layouts = {name: item if isinstance(item, Layout) else Layout(item, item) for name, item in sheets.items()}
    write_atomic(path, render_excel({name: _print(item, "", (), lang) for name, item in layouts.items()}))
    return path


def check_suffix(path: Path, suffixes: Sequence[str] = SUFFIXES) -> None:
    """
    Do nothing where a table can be written under this name.

    Raises
    ------
    DataError
        Where the suffix is none of those, or the place cannot be written to.

    Examples
    --------
    >>> check_suffix(Path("table.xls"))
    Traceback (most recent call last):
    policylab.errors.DataError: cannot write table.xls: expected a name ending in .csv, .xlsx, .dta, .tex, .docx, got 'table.xls'; did you mean '.xlsx'?
    """
    if path.suffix.lower() not in suffixes:
        near = close_matches(path.suffix.lower(), suffixes)
        raise DataError(
            f"cannot write {path}: expected a name ending in {', '.join(suffixes)}, got {path.name!r}{near}"
        )
    check_writable(path)


def _lay_out(table: pd.DataFrame, path: Path, lang: str) -> Layout:
    """Lay a table out for a page; leave it as it is for a program."""
    return lay_out(table, lang) if path.suffix.lower() in PAGES else Layout(table, table)


def _print(layout: Layout, caption: str, notes: Sequence[str], lang: str) -> Printed:
    """Put around a table what is printed with it: caption, the choice for ranges, notes and sources."""
    data = layout.data
    ends = [say("export.range", lang, end=say(f"end.{end}", lang)) for end in _list_ends(data)]
    source = describe_sources(data, lang) if set(data.columns) >= _SOURCED else ""
    made = say("export.facts", lang, library=f"policylab {__version__}")
    return Printed(
        table=layout.table,
        data=data,
        lang=lang,
        caption=caption or layout.caption,
        notes=(*layout.notes, *ends, *notes),
        source=(source + " " * (lang == "en") + made) if source else "",
        foot=layout.foot,
    )


def _list_ends(data: pd.DataFrame) -> list[str]:
    """Return which ends of ranges the rows were computed with."""
    return list(dict.fromkeys(data["range_end"])) if "range_end" in data else []


def _render(printed: Printed, path: Path) -> bytes:
    """Return the bytes of the file."""
    match path.suffix.lower():
        case ".tex":
            return render_latex(printed, path.stem)
        case ".docx":
            return render_word(printed)
        case ".xlsx":
            return render_excel({say("export.sheet", printed.lang): printed})
        case ".dta":
            return render_stata(printed)
    return render_csv(printed.table)
