"""Tables with one report a cell: labels of the row, places in messages, and cells that lost their end."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from policylab.errors import PolicylabError, ReadError
from policylab.read.files import read_report, read_reports
from policylab.read.sheets import CELL_LIMIT, read_csv, read_sheet

TEXT = "一、2020年工作回顾\n二、2021年工作安排\n主要预期目标是：地区生产总值增长6%左右。\n"


def make_book(*rows: list[object]) -> bytes:
    """Return an Excel file with these rows."""
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_each_row_is_a_report(tmp_path: Path) -> None:
    """Rows of a table come as reports with the labels of their cells; a blank row is none."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        make_book(["区划代码", "计划年份", "正文"], ["320804", 2021, TEXT], [None] * 3, ["320812", 2021, TEXT])
    )
    documents = list(read_reports(path))
    assert [document.report_id for document in documents] == ["320804-2021", "320812-2021"]
    assert {document.text for document in documents} == {TEXT}
    with pytest.raises(ReadError, match="more than one report"):
        read_report(path)


def test_empty_cell_names_its_place(tmp_path: Path) -> None:
    """A row with labels and no report is refused with its sheet and row."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(make_book(["region_code", "report_year", "text"], ["320804", 2021, " "]))
    with pytest.raises(ReadError, match=r"a\.xlsx, Sheet!row 2 is empty"):
        list(read_reports(path))


def test_label_of_wrong_form_names_its_place(tmp_path: Path) -> None:
    """A region code that Excel turned into another number is refused with its row."""
    path = tmp_path / "a.csv"
    path.write_text(f'region_code,report_year,text\n32080,2021,"{TEXT}"\n')
    with pytest.raises(PolicylabError, match=r"a\.csv, row 2: region_code should be six digits, got '32080'"):
        list(read_reports(path))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_of_every_form_is_read(delimiter: str, encoding: str) -> None:
    """Columns between commas, tabs or semicolons, and both usual encodings, are told apart."""
    raw = f'title{delimiter}正文\r\n报告{delimiter}"{TEXT}"\r\n'.encode(encoding)
    assert [row.extract.text for row in read_csv(raw, "a.csv")] == [TEXT]


def test_full_cell_has_lost_its_end() -> None:
    """A cell that is full to Excel's limit says that the end of the report is missing."""
    row = next(read_sheet(make_book(["text"], ["增" * CELL_LIMIT]), "a.xlsx"))
    assert "32,767" in row.extract.notes["left_out"]


def test_escaped_characters_are_read() -> None:
    """What Excel escapes, such as a carriage return, comes back as the character."""
    row = next(read_sheet(make_book(["text"], ["目标_x000D_\n增长"]), "a.xlsx"))
    assert row.extract.text == "目标\r\n增长"


@pytest.mark.parametrize("rows", [[["a", "b"]], [["指标", "目标"], ["GDP", "5%"]]])
def test_table_without_reports_is_refused(rows: list[list[object]]) -> None:
    """A table of anything else is refused with the form that is expected."""
    with pytest.raises(ReadError, match="holds no report: expected a column headed text or 正文"):
        list(read_sheet(make_book(*rows), "a.xlsx"))


def test_table_without_a_head_is_read_by_its_long_cells() -> None:
    """Without a head, the long cell of each row is its report."""
    rows = list(read_csv(f'1,"{TEXT * 5}"\n2,"{TEXT * 6}"\n'.encode(), "a.csv"))
    assert [row.extract.text for row in rows] == [TEXT * 5, TEXT * 6]
