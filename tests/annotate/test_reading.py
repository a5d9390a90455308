"""One report while it is read: what a span must not give first, then what stands in it."""

from __future__ import annotations

import pytest

from policylab.annotate.reading import Reading, read_document
from policylab.model import Document, Span

TEXT = (
    "一、2025年工作回顾\n500万元以上固定资产投资增长5%。新建学校3所。\n二、2026年工作安排\n完成投资5万\n\n种树8万株。\n"
)


@pytest.fixture
def reading() -> Reading:
    """The reading of a short report."""
    source = {"source_url": "https://example.org/report"}
    return read_document(Document.from_text(TEXT, region_code="320804", report_year=2026, source=source))


def _span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def test_a_number_inside_a_name_is_no_quantity(reading: Reading) -> None:
    """500万元以上固定资产投资 is a name as a whole."""
    found = reading.find_quantities(_span("500万元以上固定资产投资增长5%。"))
    assert [quantity.as_written for quantity in found] == ["5%"]


def test_the_end_of_a_span_is_no_end_of_the_text(reading: Reading) -> None:
    """5万 before a line end counts nothing, in a sentence read alone as in the whole text."""
    alone = reading.find_quantities(_span("完成投资5万\n"))
    whole = reading.find_quantities(Span(0, len(TEXT)))
    assert alone == []
    assert [quantity.as_written for quantity in whole] == ["5%", "3所", "8万株"]


def test_names_and_numbers_are_those_of_the_span(reading: Reading) -> None:
    """What stands before and behind is left out."""
    assert [mention.concepts for mention in reading.find_mentions(_span("固定资产投资增长5%。"))] == []
    assert len(reading.find_mentions(_span("500万元以上固定资产投资增长5%。"))) == 1
    assert [quantity.as_written for quantity in reading.find_quantities(_span("新建学校3所。"))] == ["3所"]


@pytest.mark.parametrize(("place", "title"), [(0, "2025年工作回顾"), (TEXT.index("种树"), "2026年工作安排")])
def test_a_place_has_the_title_of_its_section(reading: Reading, place: int, title: str) -> None:
    """The last heading before a place is its section's."""
    assert title in reading.section_title(place)


def test_a_place_has_the_title_of_its_chapter() -> None:
    """A heading of the second level does not hide the one above it, and before the first there is none."""
    text = "各位代表：\n一、2026年工作安排\n（一）加快发展\n种树8万株。\n二、自身建设\n"
    reading = read_document(Document.from_text(text, region_code="320804", report_year=2026))
    assert reading.chapter_title(text.index("种树")) == "2026年工作安排"
    assert reading.chapter_title(len(text) - 1) == "自身建设"
    assert reading.chapter_title(0) == ""


def test_before_the_first_heading_there_is_no_title() -> None:
    """An excerpt without headings has no sections."""
    bare = read_document(Document.from_text("增长5%。", region_code="320804", report_year=2026))
    assert bare.section_title(2) == ""


def test_what_all_records_share_is_the_reports(reading: Reading) -> None:
    """Identity, hash and source come from the document."""
    document = reading.document
    assert reading.common["report_id"] == "320804-2026"
    assert reading.common["sha256"] == document.sha256
    assert reading.common["source_url"] == "https://example.org/report"
