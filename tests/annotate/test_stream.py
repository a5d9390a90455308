"""Many reports: the same records in the same order, on one process or several, without reading ahead without end."""

from __future__ import annotations

from collections.abc import Iterator

from policylab.annotate.stream import annotate_reports
from policylab.annotate.targets import annotate
from policylab.model import Document


def reports(count: int) -> Iterator[Document]:
    """Small reports that differ in their numbers."""
    for number in range(count):
        text = f"二、2026年工作安排\n主要预期目标是：地区生产总值增长{number}%，物价涨幅3%。\n"
        yield Document.from_text(text, region_code="320804", report_year=2026, report_id=f"320804-2026-{number}")


def test_no_reports_give_no_records() -> None:
    """An empty corpus is read to its end at once."""
    assert list(annotate_reports([])) == []


def test_records_come_in_the_order_of_the_reports() -> None:
    """One list a report, as annotate gives it."""
    assert list(annotate_reports(reports(5))) == [annotate(document) for document in reports(5)]


def test_reports_are_read_as_they_are_needed() -> None:
    """The first records come before the last report is asked for."""
    asked: list[int] = []

    def watched() -> Iterator[Document]:
        for number, document in enumerate(reports(3)):
            asked.append(number)
            yield document

    next(annotate_reports(watched()))
    assert asked == [0]


def test_processes_change_nothing() -> None:
    """Two processes give the records of one, in the same order, over more than one window."""
    assert list(annotate_reports(reports(150), jobs=2)) == list(annotate_reports(reports(150)))
