"""One report in every kind of file: same targets, quotes in their places, and what was left out is told."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylab.model import Document
from policylab.read.corpus import iter_reports
from policylab.read.files import read_report

Records = Callable[[Document], list[tuple[object, ...]]]
KINDS = ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "md", "html", "docx", "pdf", "typst", "xlsx", "csv", "zip"]


def needs_office() -> None:
    """Skip where LibreOffice is not installed."""
    import shutil

    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice (soffice)")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same_targets(
    kind: str, report: str, writers: dict[str, Any], records: Records, tmp_path: Path
) -> None:
    """A report says the same whatever kind of file it comes in, and its own words name its region and year."""
    path = writers[kind](report, tmp_path / "a")
    document = read_report(path)
    expected = records(Document.from_text(report, region_code="320804", report_year=2023))
    assert len(expected) > 30
    assert document.report_id == "320804-2023"
    assert records(document) == expected
    if kind != "zip":
        assert document.source["raw_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest()


@pytest.mark.parametrize("kind", KINDS[:5])
def test_plain_text_is_unchanged(kind: str, report: str, writers: dict[str, Any], tmp_path: Path) -> None:
    """Plain text comes character for character, whatever its encoding."""
    assert read_report(writers[kind](report, tmp_path / "a")).text == report


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pdf", "odt docx"])
def test_office_files_give_the_same_targets(
    kind: str, report: str, writers: dict[str, Any], records: Records, tmp_path: Path
) -> None:
    """What LibreOffice writes reads the same: a PDF, and a Word file that went through its own format."""
    needs_office()
    path = writers["docx"](report, tmp_path / "a")
    for step in kind.split():
        path = writers["office"](path, step)
    expected = records(Document.from_text(report, region_code="320804", report_year=2023))
    assert records(read_report(path)) == expected


def can_hold(kind: str, text: str) -> bool:
    """Whether this kind of file can hold a text: an Excel cell 32,767 characters, GBK no hard blank or emoji."""
    if kind == "gbk":
        return text.encode("gbk", "ignore").decode("gbk") == text
    return kind != "xlsx" or len(text) <= 32_767


def lay_out(kind: str, document: Document) -> Document:
    """Return the report as pages show it: web pages and PDF have no blank lines, other kinds keep them."""
    if kind not in ("html", "pdf", "typst"):
        return document
    lines = [line for line in document.text.split("\n") if line.strip()]
    return Document.from_text(
        "\n".join(lines), region_code=document.region_code, report_year=document.report_year, source=document.source
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_corpus_goes_through_every_kind(
    kind: str, corpus_path: Path, writers: dict[str, Any], records: Records, tmp_path: Path
) -> None:
    """Fifty reports of the corpus give identical targets from every kind of file that can hold them."""
    import pyarrow.parquet as pq

    ids = pq.read_table(corpus_path, columns=["report_id"]).column(0).to_pylist()
    different, read = [], 0
    for document in iter_reports(corpus_path, only=random.Random(2023).sample(ids, 50)):
        if can_hold(kind, document.text):
            path = writers[kind](document.text, tmp_path / "a")
            found = read_report(path, region_code=document.region_code, report_year=document.report_year)
            read += 1
            if records(found) != records(lay_out(kind, document)):
                different.append(document.report_id)
    assert different == []
    assert read >= 35
