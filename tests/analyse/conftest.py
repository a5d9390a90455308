"""Builders for tests of tables: one invented target, and tables of several."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from policylab.analyse.tables import to_table
from policylab.codebook import load_codebook
from policylab.model import Target

PLAIN: dict[str, Any] = {
    "region_code": "320804",
    "report_year": 2023,
    "kind": "target",
    "headline": True,
    "indicator": "gdp_growth",
    "item": "",
    "low": "5",
    "unit": "%",
    "bound": "exact",
    "qualitative": "",
    "modality": "plain",
    "stretch": False,
    "scope": "whole",
    "start": 10,
    "end": 20,
    "as_written": "5%",
    "section": "",
    "rule_id": "test",
    "status": "auto",
    "sha256": "0" * 64,
    "source_kind": "report",
    "source_url": "",
}


def build_target(**given: Any) -> Target:
    """Return a plain GDP target of 淮阴区 for 2023 with some fields changed; low=None makes it qualitative."""
    fields = PLAIN | given
    low, high = fields["low"], fields.pop("high", fields["low"])
    fields |= {"low": low and Decimal(low), "high": high and Decimal(high), "value_low": None, "value_high": None}
    fields.setdefault("report_id", f"{fields['region_code']}-{fields['report_year']}")
    fields.setdefault("period", str(fields["report_year"] - (fields["kind"] == "actual")))
    if low is None:
        fields |= {
            "unit": "",
            "base_unit": "",
            "bound": "qualitative",
            "qualitative": given.get("qualitative", "in_step"),
        }
    else:
        fields["value_low"], fields["base_unit"] = load_codebook().convert(fields["low"], fields["unit"])
        fields["value_high"], _ = load_codebook().convert(fields["high"], fields["unit"])
    if fields["source_kind"] == "citation":
        fields |= {"start": None, "end": None, "sha256": "", "source_url": "https://example.org/page"}
    return Target(**fields)


@pytest.fixture
def make_target() -> Callable[..., Target]:
    """Return the builder of one target."""
    return build_target


@pytest.fixture
def make_table() -> Callable[..., Any]:
    """Return the builder of a table from dicts of changed fields, one per row."""
    return lambda *rows: to_table(build_target(**row) for row in rows)


@pytest.fixture
def make_features() -> Callable[..., Any]:
    """Return the builder of features from texts by report id."""
    from policylab.analyse.features import count_terms
    from policylab.model import Document

    def build(texts: dict[str, str], **given: Any) -> Any:
        return count_terms(
            [
                Document.from_text(text, region_code=key[:6], report_year=int(key[7:11]), report_id=key)
                for key, text in texts.items()
            ],
            **given,
        )

    return build
