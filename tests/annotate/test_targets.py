"""All records of a report together: hostile texts first, then order, spans, values and signs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from policylab.annotate.targets import annotate
from policylab.codebook import load_codebook
from policylab.model import Document, Target
from policylab.read.files import read_report

TEXT = (
    "一、2025年工作回顾\n２０２５年，地区生产总值增长６.１％，居民消费价格下降0.2%。\n"
    "二、2026年工作安排\n主要预期目标是：地区生产总值增长5%—5.5%，进出口总额达到4.35亿元，单位地区生产总值能耗下降3%以上，"
    "居民收入与经济增长同步。\n（一）改善民生\n新建学校3所。\n"
)


def read(text: str) -> list[Target]:
    """The records of a report of 2026."""
    return annotate(Document.from_text(text, region_code="320804", report_year=2026))


@pytest.mark.parametrize(
    "text", ["", "\0", "\ufeff", "\ud800", "😀", "。", "%", "主要预期目标是：", "分别", "增长%", "1" * 2000]
)
def test_texts_that_say_nothing(text: str) -> None:
    """Empty, broken and meaningless texts have no records and raise nothing."""
    assert read(text) == []


def test_half_characters_do_not_hide_targets() -> None:
    """A lone surrogate, as bad conversions leave it, moves no offset."""
    (target,) = read("\ud800主要预期目标是：地区生产总值增长5%。")
    assert (target.start, target.as_written) == (9, "5%")


def test_numbers_of_any_length_are_exact_or_left() -> None:
    """A number longer than a decimal context is no error, and never rounded."""
    for groups in range(12):
        for target in read(f"主要预期目标是：地区生产总值达到1{',234' * groups}.5亿元，进出口总额增长3%。"):
            if target.indicator == "gdp_level":
                assert target.low is not None
                assert target.value_low == target.low.scaleb(8)
                assert target.as_written.replace(",", "") == f"{target.low}亿元"


def test_records_come_in_the_order_of_the_text() -> None:
    """Results, headline targets and commitments stand in one row, by place."""
    targets = read(TEXT)
    assert [target.indicator for target in targets] == [
        *("gdp_growth", "cpi_change", "gdp_growth", "trade_level"),
        *("energy_intensity_change", "income_growth", "other"),
    ]
    assert [target.start for target in targets] == sorted(target.start or 0 for target in targets)


def test_every_span_holds_what_it_says() -> None:
    """The quote is cut from the unchanged text, full-width digits included."""
    for target in read(TEXT):
        assert target.start is not None and target.end is not None
        assert target.as_written in TEXT[target.start : target.end]
    assert read(TEXT)[0].as_written == "６.１％"


def test_falls_are_negative_and_keep_their_bound() -> None:
    """下降3%以上 is -3, at least so much of a fall."""
    by_code = {target.indicator: target for target in read(TEXT)}
    assert (by_code["cpi_change"].low, by_code["cpi_change"].bound) == (Decimal("-0.2"), "exact")
    assert (by_code["energy_intensity_change"].low, by_code["energy_intensity_change"].bound) == (
        Decimal(-3),
        "at_least",
    )


def test_values_in_the_base_unit_are_exact() -> None:
    """4.35亿元 is 435000000 元, and a range has both ends."""
    targets = read(TEXT)
    assert (targets[3].value_low, targets[3].base_unit) == (Decimal(435000000), "元")
    assert (targets[2].low, targets[2].high, targets[2].bound) == (Decimal(5), Decimal("5.5"), "range")


def test_a_qualitative_target_has_no_number() -> None:
    """Words leave every numeric field empty."""
    target = read(TEXT)[5]
    assert (target.low, target.high, target.value_low, target.value_high, target.unit, target.base_unit) == (
        *(None, None, None, None),
        *("", ""),
    )
    assert (target.qualitative, target.bound) == ("in_step", "qualitative")


def test_every_record_says_where_it_is_from() -> None:
    """Report, hash, rule and source kind are on each record."""
    document = Document.from_text(TEXT, region_code="320804", report_year=2026, source={"source_url": "https://a.cn/1"})
    for target in annotate(document):
        assert (target.report_id, target.region_code, target.report_year) == ("320804-2026", "320804", 2026)
        assert (target.sha256, target.source_url, target.source_kind) == (document.sha256, "https://a.cn/1", "report")
        assert target.rule_id and target.status == "auto"


def test_the_bundled_report(seed_path: Path) -> None:
    """The report of Huaiyin gives its headline targets, growth of the economy first among them."""
    targets = [target for target in annotate(read_report(seed_path)) if target.headline]
    growth = [target for target in targets if target.indicator == "gdp_growth"]
    assert len(targets) >= 14
    assert [(target.scope, target.period) for target in growth] == [("whole", "2023")]
    assert {target.indicator for target in targets} <= {*load_codebook().indicators, "other"}


def test_twice_is_the_same(seed_path: Path) -> None:
    """Reading again gives equal records."""
    assert annotate(read_report(seed_path)) == annotate(read_report(seed_path))
