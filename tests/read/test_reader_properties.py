"""What holds of any bytes and any text: a reader gives text or one line of refusal, and never loses what it keeps."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylab.errors import PolicylabError
from policylab.model import Document
from policylab.read.corpus import load_reports
from policylab.read.encodings import decode_text
from policylab.read.files import iter_parts
from policylab.read.labels import parse_sidecar
from policylab.read.markdown import clean_markdown
from policylab.read.pages import read_page
from policylab.read.store import write_corpus

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF), min_size=0, max_size=30)
MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<div>", "</div>", "<br>", "<a href=x>", "</a>", "<table><tr><td>", "</table>", "<script>", "</script>",
         "<!--", "-->", "&nbsp;", "&#x3c;", "<", ">", "今年地区生产总值增长5%左右，居民收入与经济增长基本同步，物价总体稳定。", "\n", "各位代表"]
    ),
    max_size=40,
).map("".join)  # fmt: skip
QUICK = settings(max_examples=50)
SUFFIXES = (".txt", ".md", ".html", ".docx", ".pdf", ".xlsx", ".csv", ".zip")


@given(raw=st.binary(max_size=300))
@QUICK
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    """Bytes that are read come back as the same bytes in the encoding that is told; others are refused."""
    try:
        text, encoding = decode_text(raw, "a.txt")
    except PolicylabError as error:
        assert "\n" not in str(error)
        return
    codec = {"": "utf-8", "GB18030": "gb18030", "UTF-8 with byte order mark": "utf-8-sig"}.get(encoding)
    if codec:
        assert text.encode(codec) == raw


@QUICK
@given(text=CHINESE.map(lambda words: "政府工作报告：今年地区生产总值增长。" + words))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_is_read_or_refused_never_changed(encoding: str, text: str) -> None:
    """Chinese text in a known encoding comes back as it was, or is refused where it does not read like Chinese."""
    try:
        found, _ = decode_text(text.encode(encoding), "a.txt")
    except PolicylabError:
        return
    assert found == text


@QUICK
@given(text=st.text(max_size=200))
def test_markdown_is_clean_after_one_pass_of_blanks(text: str) -> None:
    """The text of Markdown ends with one line end, and has no blanks at line ends nor gaps of two lines."""
    plain = clean_markdown(text)
    assert plain.endswith("\n")
    assert not plain.endswith("\n\n")


@QUICK
@given(page=MARKUP)
def test_any_page_is_read_or_refused(page: str) -> None:
    """A page of any tags in any order gives text without tags of its own, or is refused."""
    try:
        text = read_page(f"<html><body>{page}".encode(), "a.html").text
    except PolicylabError as error:
        assert "\n" not in str(error)
        return
    assert "今年地区生产总值" in text
    assert "\xa0" not in text


@QUICK
@given(raw=st.binary(max_size=200) | MARKUP.map(str.encode))
def test_any_sidecar_is_read_or_refused(raw: bytes) -> None:
    """A sidecar of any bytes gives entries of text, or is refused."""
    try:
        entries = parse_sidecar(raw, "a.yml")
    except PolicylabError as error:
        assert "\n" not in str(error)
        return
    assert all(isinstance(value, str) for value in entries.values())


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(raw=st.binary(max_size=200), magic=st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7\n", b"<html>", b"\xff\xfe"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_any_file_is_read_or_refused(tmp_path: Path, suffix: str, raw: bytes, magic: bytes) -> None:
    """A file of any bytes under any name gives parts with text, or is refused in one line."""
    path = tmp_path / f"320804-2023{suffix}"
    path.write_bytes(magic + raw)
    try:
        parts = list(iter_parts(path))
    except PolicylabError as error:
        assert "\n" not in str(error)
        return
    assert all(part.text.strip() for part in parts)


@given(names=st.lists(st.text(min_size=1, max_size=20), max_size=4, unique=True), content=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=20)
def test_any_archive_is_read_or_refused(tmp_path: Path, names: list[str], content: bytes) -> None:
    """An archive with members of any names and bytes is read or refused, and writes nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            try:
                archive.writestr(f"{name}.txt", content)
            except UnicodeEncodeError:
                return
    path = tmp_path / "a.zip"
    path.write_bytes(buffer.getvalue())
    try:
        list(iter_parts(path))
    except PolicylabError as error:
        assert "\n" not in str(error)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_text_comes_back_from_a_table(tmp_path: Path, texts: list[str]) -> None:
    """Any text comes back from a table as it was."""
    documents = [
        Document.from_text(text, region_code="320804", report_year=2010 + number) for number, text in enumerate(texts)
    ]
    write_corpus(documents, tmp_path / "a.parquet")
    assert [document.text for document in load_reports(tmp_path / "a.parquet")] == texts
