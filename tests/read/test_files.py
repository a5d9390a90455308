"""Reading one report file: what goes wrong first, then what a Document holds."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from policylab.errors import DataError, PolicylabError, ReadError, UnknownNameError
from policylab.read.files import read_report

DATA = Path(__file__).resolve().parent.parent / "data"
TEXT = "一、2020年工作回顾\n生产总值增长5%。\n二、2021年工作安排\n生产总值增长6%左右。\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file byte for byte and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refuse(path: Path, **given: object) -> str:
    """Return the message with which a file is refused, which is one line."""
    with pytest.raises(PolicylabError) as caught:
        read_report(path, **given)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt file is answered with the nearest name of that folder."""
    write(tmp_path, "320804-2023.txt", TEXT)
    with pytest.raises(ReadError, match=r"no file 320804-2032\.txt.*did you mean '320804-2023\.txt'"):
        read_report(tmp_path / "320804-2032.txt")


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """Where even the folder is missing, the message names the folder."""
    assert f"there is no folder {tmp_path / 'nowhere'}" in refuse(tmp_path / "nowhere" / "a.txt")


@pytest.mark.parametrize("name", ["a" * 5000 + ".txt", "a\0b.txt"])
def test_impossible_path_is_refused(tmp_path: Path, name: str) -> None:
    """A path that the system itself refuses is one line too."""
    assert refuse(tmp_path / name).startswith(("cannot read", "no file"))


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder is not a report, and the message says so."""
    assert "is a folder" in refuse(tmp_path)


@pytest.mark.parametrize("content", ["", " \r\n\t\n", "\ufeff", "\ufeff\n"])
def test_empty_text_is_refused(tmp_path: Path, content: str) -> None:
    """A file without a visible character is empty, with or without a byte order mark."""
    assert "is empty" in refuse(write(tmp_path, "a.txt", content))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"%PDF-1.7 ...", "is a PDF by its content; rename it"),
        ("a.docx", b"%PDF-1.7 ...", "is a PDF by its content; rename it"),
        ("a.txt", b"PK\x03\x04....", "is a ZIP archive, as .docx"),
        ("a.txt", "<!DOCTYPE html><p>报告</p>".encode(), "is a web page (.html) by its content; rename it"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "a PNG picture; a scanned report needs OCR: ocrmypdf -l chi_sim"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office file (.doc, .xls); convert it: soffice --headless"),
        ("a.doc", b"{\\rtf1", "a rich text file; convert it: soffice --headless"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "asks for a password"),
        ("a.txt", b"PAR1....", "a Parquet file"),
        ("a.pdf", "政府工作报告".encode(), "is not what its name says: no .pdf file begins with"),
        ("a.docx", "政府工作报告".encode(), "is not what its name says: no .docx file begins with"),
        ("a.zip", b"", "is empty"),
        ("a.rar", b"Rar!", "a RAR archive"),
    ],
)
def test_other_kinds_of_file_are_named(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    """A file that is not what its name says is called what it is."""
    assert kind in refuse(write(tmp_path, name, content))


def test_nul_byte_is_refused(tmp_path: Path) -> None:
    """A NUL byte means that this is no text; its place is told."""
    assert "byte 3 is NUL" in refuse(write(tmp_path, "a.txt", b"abc\0def"))


def test_wrong_byte_is_counted_from_the_start_of_the_file(tmp_path: Path) -> None:
    """The place of a wrong byte counts the byte order mark too."""
    message = refuse(write(tmp_path, "a.txt", b"\xef\xbb\xbfab\xff"))
    assert "byte 5 is 0xff" in message
    assert "iconv" not in message


def test_other_suffix_is_refused(tmp_path: Path) -> None:
    """A file of an unknown kind is refused with the kinds that are read."""
    assert "expected a name in .txt, .md, .html" in refuse(write(tmp_path, "a.json", "{}"))


def test_too_large_file_is_refused_unread(tmp_path: Path) -> None:
    """A file over the limit is refused by its size alone."""
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    assert "20,000,001 bytes" in refuse(path)


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
def test_pipe_is_refused(tmp_path: Path) -> None:
    """A named pipe is refused instead of waiting for it."""
    os.mkfifo(tmp_path / "a.txt")
    assert "not a regular file" in refuse(tmp_path / "a.txt")


def test_nobody_says_the_region(tmp_path: Path) -> None:
    """Where nothing says the region, the message names the flag, the argument and the sidecar."""
    message = refuse(write(tmp_path, "a.txt", TEXT))
    assert "which region?" in message
    assert "--region (region_code=...) or a sidecar a.yml" in message


def test_nobody_says_the_year(tmp_path: Path) -> None:
    """Where nothing says the plan year, the message names the flag, the argument and the sidecar."""
    message = refuse(write(tmp_path, "a.txt", "各位代表：请予审议。"), region_code="320804")
    assert "which plan year?" in message
    assert "--year (report_year=...) or a sidecar a.yml" in message


def test_own_words_that_disagree_are_no_answer(tmp_path: Path) -> None:
    """A text whose title and headings speak for two years is asked about, and both are told."""
    message = refuse(write(tmp_path, "a.txt", "2019年政府工作报告\n" + TEXT), region_code="320804")
    assert "its own words speak for 2019, 2021" in message


def test_file_name_contradicts_the_argument(tmp_path: Path) -> None:
    """An argument that contradicts the file's name is refused, and both are told."""
    message = refuse(write(tmp_path, "320804-2023.txt", TEXT), report_year=2022)
    assert "report_year is contradictory: the argument says 2022, the file name says 2023" in message


def test_sidecar_contradicts_the_file_name(tmp_path: Path) -> None:
    """A sidecar that contradicts the file's name is refused, and both are told."""
    write(tmp_path, "320804-2023.yml", 'region_code: "320812"\n')
    message = refuse(write(tmp_path, "320804-2023.txt", TEXT))
    assert "region_code is contradictory: the sidecar says 320812, the file name says 320804" in message


def test_region_must_exist_in_the_year(tmp_path: Path) -> None:
    """A code that had ended by the year of the report is refused with what it became."""
    path = write(tmp_path, "a.txt", TEXT)
    with pytest.raises(UnknownNameError, match=r"a\.txt: '320821' did not exist in 2021: .* became 320804 淮阴区"):
        read_report(path, region_code="320821")


@pytest.mark.parametrize("code", ["32080", "淮阴区", "３２０８０４", ""])
def test_region_argument_must_be_a_code(tmp_path: Path, code: str) -> None:
    """An argument that is no code of six digits is refused as such."""
    assert "should be six digits" in refuse(write(tmp_path, "a.txt", TEXT), region_code=code)


@pytest.mark.parametrize("year", [23, 0, -2023, 20230])
def test_year_argument_must_be_a_year(tmp_path: Path, year: int) -> None:
    """An argument that cannot be a plan year is refused as such."""
    assert "should be a year" in refuse(write(tmp_path, "a.txt", TEXT), region_code="320804", report_year=year)


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        ("regioncode: '320804'", "unknown entry 'regioncode'; did you mean 'region_code'?"),
        ("- a\n- b", "got list"),
        ("just words", "got str"),
        ("title: [a", "not YAML"),
        (b"title: \xff", "not YAML in UTF-8"),
        ("region_code: 32", "region_code should be six digits, got '32'"),
        ("report_year: next", "report_year should be a year such as 2023, got 'next'"),
        ("sha256: abc", "sha256 should be 64 lower-case hexadecimal digits"),
        ("title: [a, b]", "title should be text, got list"),
        ("title: ''", "title should be not empty"),
        ("!!python/object:os.system {}", "not YAML"),
    ],
)
def test_broken_sidecar_is_refused(tmp_path: Path, sidecar: str | bytes, words: str) -> None:
    """A sidecar that breaks its form is refused with its name and what was expected."""
    path = write(tmp_path, "a.txt", TEXT)
    write(tmp_path, "a.yml", sidecar)
    message = refuse(path, region_code="320804")
    assert words in message
    assert "a.yml" in message


def test_changed_text_is_refused(tmp_path: Path) -> None:
    """A text that is not the one its sidecar was written for is refused, with both hashes."""
    expected, got = (hashlib.sha256(text.encode()).hexdigest() for text in (TEXT, TEXT + "。"))
    write(tmp_path, "320804-2021.yml", f"sha256: {expected}\n")
    with pytest.raises(DataError, match=f"sha256 expected {expected}, got {got}"):
        read_report(write(tmp_path, "320804-2021.txt", TEXT + "。"))


def test_seed_is_read_with_its_provenance(seed_path: Path) -> None:
    """The bundled report comes with issuer, legal status and address, and with the hash of its text."""
    document = read_report(seed_path)
    assert (document.report_id, document.region_code, document.report_year) == ("320804-2023", "320804", 2023)
    assert document.source["issuer"] == "淮安市淮阴区人民政府"
    assert {"title", "retrieved", "legal_status", "completeness", "source_url"} <= set(document.source)
    assert document.sha256 == hashlib.sha256(seed_path.read_bytes()).hexdigest()
    assert document.text.encode() == seed_path.read_bytes()


def test_sidecar_says_region_and_year() -> None:
    """Region and year of the sidecar are taken, and its other entries become the source, all as text."""
    document = read_report(DATA / "county_report.txt")
    assert document.report_id == "320821-1998"
    assert document.source["published"] == "1998-02-12"
    assert not {"region_code", "report_year", "sha256"} & set(document.source)


def test_own_words_say_region_and_year() -> None:
    """A report without sidecar is known by its title, its meeting and its headings."""
    assert read_report(DATA / "city_report.md").report_id == "320800-2019"


def test_arguments_label_a_bare_file(tmp_path: Path) -> None:
    """Arguments label a text that says nothing of itself."""
    path = write(tmp_path, "a.txt", "各位代表：请予审议。")
    assert read_report(path, region_code="320804", report_year=2023).report_id == "320804-2023"


def test_arguments_go_before_the_text_of_another_year() -> None:
    """The text's own words are asked only where nothing else speaks; a label goes before them."""
    assert read_report(DATA / "city_report.md", report_year=2020).report_id == "320800-2020"


def test_line_ends_and_full_width_digits_stay() -> None:
    """The text is what the bytes say: carriage returns and full-width digits are kept."""
    path = DATA / "441900-2020.txt"
    document = read_report(path)
    assert document.text == path.read_bytes().decode()
    assert "９４００亿元" in document.text
    assert "\r\n" in document.text


def test_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """A byte order mark is left out of text and hash, and the source tells of it."""
    path = write(tmp_path, "320804-2021.txt", b"\xef\xbb\xbf" + TEXT.encode())
    document = read_report(path)
    assert document.text == TEXT
    assert document.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert document.source["encoding"] == "UTF-8 with byte order mark"
