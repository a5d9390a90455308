"""The types that travel: a record cannot be changed, however it was made."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from policylab.annotate.targets import annotate
from policylab.model import TARGET_FIELDS, Document, Target, make_target

TEXT = "二、2026年工作安排\n主要预期目标是：地区生产总值增长5%左右。\n新建学校3所。\n"


@pytest.fixture
def values() -> dict[str, Any]:
    """The fields of a record, in another order than the class has them."""
    (first, *_) = annotate(Document.from_text(TEXT, region_code="320804", report_year=2026))
    return dict(reversed(first.to_dict().items()))


def test_a_missing_field_is_refused(values: dict[str, Any]) -> None:
    """A record is whole or is not made."""
    del values["unit"]
    with pytest.raises(KeyError, match="unit"):
        make_target(values)


def test_a_made_record_is_closed(values: dict[str, Any]) -> None:
    """Neither a field nor anything else can be set on it."""
    record = make_target(values)
    for name in (*TARGET_FIELDS[:1], "note"):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(record, name, "x")


def test_a_made_record_is_a_target(values: dict[str, Any]) -> None:
    """It equals, hashes, pickles and is replaced as one made by the class."""
    record, plain = make_target(values), Target(**values)
    assert type(record) is Target
    assert record == plain
    assert hash(record) == hash(plain)
    assert repr(record) == repr(plain)
    assert pickle.loads(pickle.dumps(record)) == plain
    assert replace(record, stretch=True) == replace(plain, stretch=True)
