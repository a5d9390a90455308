"""Targets as JSON Lines: what is written comes back exactly."""

from __future__ import annotations

import json

import pytest

from policylab.annotate.lines import from_line, to_line
from policylab.annotate.targets import annotate
from policylab.errors import DataError
from policylab.model import TARGET_FIELDS, Document

TEXT = "主要预期目标是：地区生产总值增长6.50%左右，新增就业“1.2”万人，居民收入与经济增长\u2028同步，能耗下降3%。"


def test_targets_come_back_exactly() -> None:
    """Every field comes back, numbers with all their digits, absent ones absent."""
    targets = annotate(Document.from_text(TEXT, region_code="320804", report_year=2023))
    assert len(targets) == 3
    assert [from_line(to_line(target)) for target in targets] == targets
    assert all(to_line(target).count(b"\n") == 1 for target in targets)
    assert list(json.loads(to_line(targets[0]))) == list(TARGET_FIELDS)


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b'{"report_id": 1', b"\xff", b"null"])
def test_other_lines_are_refused(line: bytes) -> None:
    """A line that is no target is refused in one line."""
    with pytest.raises(DataError, match="no target"):
        from_line(line)
