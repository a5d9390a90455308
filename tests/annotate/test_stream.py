"""Many reports in a row: order and laziness, on one process and on two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policylab.annotate.stream import annotate_reports
from policylab.annotate.targets import annotate
from policylab.model import Document


def make(number: int) -> Document:
    """A small report; every third states nothing."""
    text = f"主要预期目标是：地区生产总值增长{number}%，进出口总额增长3%。" if number % 3 else "各位代表：现在请审议。"
    return Document.from_text(text, region_code="320804", report_year=2000 + number)


def test_no_reports_give_nothing() -> None:
    """An empty stream ends at once, also on several processes."""
    assert list(annotate_reports([])) == []
    assert list(annotate_reports([], jobs=2)) == []


def test_a_report_without_targets_keeps_its_place() -> None:
    """Every report gives one list, empty where it states nothing."""
    assert [len(targets) for targets in annotate_reports([make(1), make(3), make(2)])] == [2, 0, 2]


def test_an_error_of_the_source_is_told() -> None:
    """A broken source is the reader's error, not a shorter stream."""

    def broken() -> Iterator[Document]:
        yield make(1)
        raise OSError("disk gone")

    stream = annotate_reports(broken())
    assert len(next(stream)) == 2
    with pytest.raises(OSError, match="disk gone"):
        next(stream)


def test_reports_are_read_as_needed() -> None:
    """The next report is not read before its turn, so that memory stays flat."""
    taken = []

    def source() -> Iterator[Document]:
        for number in (1, 2):
            taken.append(number)
            yield make(number)

    stream = annotate_reports(source())
    assert taken == []
    next(stream)
    assert taken == [1]


def test_two_processes_give_the_same_in_the_same_order() -> None:
    """The number of processes changes nothing in the records."""
    documents = [make(number) for number in range(1, 60)]
    assert list(annotate_reports(documents, jobs=2)) == [annotate(document) for document in documents]
