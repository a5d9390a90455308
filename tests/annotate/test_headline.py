"""The block of main targets: what does not belong to it first, then its items in numbers and in words."""

from __future__ import annotations

import pytest

from policylab.annotate.headline import read_headline
from policylab.annotate.reading import read_document
from policylab.model import Document, Target

REPORT = (
    "一、2025年工作回顾\n去年，地区生产总值增长6.1%。\n"
    "二、2026年工作安排\n今年经济社会发展的主要预期目标是：{block}\n"
    "为实现上述目标，重点做好以下工作。\n（一）壮大产业。新建标准厂房3座。\n"
)


def read(block: str) -> list[Target]:
    """The headline targets of a small report with this block."""
    document = Document.from_text(REPORT.format(block=block), region_code="320804", report_year=2026)
    return list(read_headline(read_document(document)))


def test_a_report_without_a_block_has_no_headline() -> None:
    """Commitments and results elsewhere are not headline targets."""
    text = REPORT.replace("今年经济社会发展的主要预期目标是：{block}\n", "")
    document = Document.from_text(text, region_code="320804", report_year=2026)
    assert list(read_headline(read_document(document))) == []


def test_results_and_commitments_around_the_block_stay_out() -> None:
    """Only the items of the block are headline targets of the plan year."""
    (target,) = read("地区生产总值增长6%左右。")
    assert (target.headline, target.kind, target.period) == (True, "target", "2026")
    assert target.start == REPORT.index("{block}")


def test_where_a_value_comes_from_is_no_target() -> None:
    """从62%提高到65% is one target."""
    assert [str(target.low) for target in read("城镇化率从62%提高到65%，地区生产总值增长6%。")] == ["65", "6"]


def test_growth_of_the_country_is_no_target() -> None:
    """Percentage points above the country are said in words, not a growth of 1."""
    (target,) = [
        one for one in read("居民收入增速高于全国1个百分点，地区生产总值增长6%。") if one.indicator == "income_growth"
    ]
    assert (target.qualitative, target.low) == ("faster_than", None)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("地区生产总值增长6%左右，居民收入与经济增长基本同步。", [("gdp_growth", ""), ("income_growth", "in_step")]),
        ("一般公共预算收入增长3%，规上工业企业新增12家。", [("fiscal_revenue_growth", ""), ("other", "")]),
        (
            "固定资产投资增长8%；单位地区生产总值能耗完成市下达任务。",
            [("fai_growth", ""), ("energy_intensity_change", "complete_assigned")],
        ),
    ],
)
def test_numbers_and_words(block: str, expected: list[tuple[str, str]]) -> None:
    """Each item is one record, numeric or qualitative, in the order of the text."""
    assert [(target.indicator, target.qualitative) for target in read(block)] == expected


def test_other_targets_name_what_they_count() -> None:
    """A number outside the codebook has an item."""
    assert [(t.indicator, t.item) for t in read("地区生产总值增长6%，规上工业企业新增12家。")][1] == (
        "other",
        "规上工业企业",
    )


def test_a_stretch_clause_marks_the_record_before_it() -> None:
    """在实际工作中争取更好结果 changes only the item it follows."""
    targets = read("地区生产总值增长6%左右，在实际工作中努力争取更好结果；进出口总额增长3%。")
    assert [(target.indicator, target.stretch) for target in targets] == [("gdp_growth", True), ("trade_growth", False)]


def test_modality_is_that_of_the_item() -> None:
    """力争 holds for its own clause."""
    targets = read("固定资产投资增长8%，力争地区生产总值增长6%。")
    assert [target.modality for target in targets] == ["plain", "strive"]


def test_a_sentence_that_goes_on_belongs_to_the_block() -> None:
    """其中 … in the next sentence continues the list."""
    targets = read("地区生产总值增长6%。其中，一产、二产、三产增加值分别增长3%、6%、7%。")
    assert [str(target.low) for target in targets] == ["6", "3", "6", "7"]
