"""Cited facts: every broken row is told with its line."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from policylab.analyse.citations import COLUMNS, load_citations
from policylab.errors import DataError

RIGHT = {
    "region_code": "320803", "region_name": "淮安区", "city": "淮安市", "province": "江苏省", "report_year": "2023",
    "kind": "target", "headline": "true", "period": "2023", "indicator": "fai_level", "item": "", "low": "4.35",
    "high": "4.35", "unit": "亿元", "bound": "about", "qualitative": "", "modality": "plain", "as_written": "4.35亿元左右",
    "document": "某次会议的报道", "published": "2023-01-10", "source_url": "https://example.org/news",
}  # fmt: skip


def save(path, *rows, without=""):
    """Write rows of cited facts."""
    columns = [name for name in COLUMNS.split() if name != without]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"region_code": "320899"}, "320899"),
        ({"region_name": "淮阴区"}, "is 淮安区 in 2023, not 淮阴区"),
        ({"indicator": "fai_levle"}, "did you mean 'fai_level'"),
        ({"report_year": "二〇二三"}, "is not a year"),
        ({"low": "4.35亿"}, "is not a number"),
        ({"source_url": ""}, "a web address"),
        ({"document": ""}, "the name of its document"),
    ],
)
def test_broken_row_is_told_with_its_line(tmp_path, change, told):
    """A wrong cell gives one line with the file's line and what was expected."""
    path = save(tmp_path / "facts.csv", RIGHT, RIGHT | change)
    with pytest.raises(DataError, match=r"facts.csv line 3") as caught:
        load_citations(path)
    assert told in str(caught.value)


def test_missing_file_column_and_encoding_are_told(tmp_path):
    """A file that is not there, lacks a column or is not UTF-8 is refused."""
    with pytest.raises(DataError, match="cannot read"):
        load_citations(tmp_path / "none.csv")
    with pytest.raises(DataError, match="no column 'document'"):
        load_citations(save(tmp_path / "short.csv", RIGHT, without="document"))
    (tmp_path / "gbk.csv").write_bytes("region_code,淮安".encode("gbk"))
    with pytest.raises(DataError, match="not UTF-8"):
        load_citations(tmp_path / "gbk.csv")


def test_fact_becomes_a_target_without_a_span(tmp_path):
    """A cited fact is exact, converted, has its address and neither span nor hash."""
    (target,) = load_citations(save(tmp_path / "facts.csv", RIGHT))
    assert (target.low, target.value_low, target.base_unit) == (Decimal("4.35"), Decimal(435000000), "元")
    assert (target.source_kind, target.start, target.end, target.sha256) == ("citation", None, None, "")
    assert target.source_url == "https://example.org/news"
