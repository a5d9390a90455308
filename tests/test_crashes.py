"""Inputs that once failed or never ended, as fuzzing and mutation found them: none may do so again."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest
from docx import Document as WordDocument
from openpyxl import Workbook

from policylab.annotate.targets import annotate
from policylab.errors import ReadError
from policylab.model import Document
from policylab.read.files import iter_parts, read_report


def test_leading_words_in_a_row_end() -> None:
    """A long row of words that can be parted in many ways (到2025年 as one, or as 到 and 2025年) is read in a moment."""
    text = (
        "主要预期目标是：" + "到2025年" * 200 + "不低于地区生产总值" + "各类全口径县级以上" * 100 + "：与经济增长同步"
    )
    started = time.process_time()
    annotate(Document.from_text(text, region_code="320804", report_year=2023))
    assert time.process_time() - started < 2


@pytest.mark.parametrize("words", ["达到", "节能减排", "以及", "下达的", "增加", "主要"])
def test_words_that_can_be_parted_end(words: str) -> None:
    """Words that are also two words (达到 is 达 and 到), in a row, are read in a moment."""
    text = f"二、2023年工作安排\n主要预期目标是：{words * 60}项目增长5%，{words * 200}成效与经济增长同步。"
    started = time.process_time()
    annotate(Document.from_text(text, region_code="320804", report_year=2023))
    assert time.process_time() - started < 2


@pytest.mark.parametrize("raw", [b"\xff\xfe\x85\x00", b"\xef\xbb\xbf\xc2\x85", "\u2028\u3000\x1f".encode()])
def test_blanks_of_every_kind_are_no_text(tmp_path: Path, raw: bytes) -> None:
    """A file of nothing but blanks, also of rare ones such as U+0085, is empty."""
    (tmp_path / "320804-2023.txt").write_bytes(raw)
    with pytest.raises(ReadError, match="is empty"):
        read_report(tmp_path / "320804-2023.txt")


def test_member_without_a_name_is_refused(tmp_path: Path) -> None:
    """An archive whose directory gives a member an empty name is refused."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "x")
    raw = bytearray(path.read_bytes())
    start = raw.index(b"PK\x01\x02")
    del raw[start + 46]
    raw[start + 28] = 0
    raw[raw.index(b"PK\x05\x06") + 12] -= 1
    path.write_bytes(raw)
    with pytest.raises(ReadError, match="name leads out of it"):
        list(iter_parts(path))


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_damaged_picture_in_an_office_file_is_no_crash(tmp_path: Path, suffix: str) -> None:
    """An Office file one of whose parts does not unpack is read without it, or refused in one line."""
    path = tmp_path / f"320804-2023{suffix}"
    if suffix == ".docx":
        WordDocument().save(str(path))
    else:
        Workbook().save(path)
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        starts = [info.header_offset + 30 + len(info.filename) for info in archive.infolist()]
    for start in starts:
        path.write_bytes(raw[:start] + b"\xff\xff\xff" + raw[start + 3 :])
        with pytest.raises(ReadError):
            list(iter_parts(path))


@pytest.mark.parametrize("name", ["a\nb.txt", "a\x1b[2J.txt", "a" * 2000 + ".txt"])
def test_member_with_a_name_of_lines_is_refused_in_one(tmp_path: Path, name: str) -> None:
    """A member whose name holds line ends, controls of a terminal, or thousands of characters is refused in one line."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(ReadError, match="whose name is none") as caught:
        list(iter_parts(tmp_path / "a.zip"))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
