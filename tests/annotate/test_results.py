"""Last year's results in the review: other periods and other things first."""

from __future__ import annotations

import pytest

from policylab.annotate.reading import read_document
from policylab.annotate.results import read_results
from policylab.model import Document, Target

PLAN = "二、2026年工作安排\n主要预期目标是：地区生产总值增长5%左右，进出口总额增长3%。\n"


def read(review: str, plan: str = PLAN) -> list[Target]:
    """The results of a small report with this review."""
    text = f"一、2025年工作回顾\n{review}\n{plan}"
    return list(read_results(read_document(Document.from_text(text, region_code="320804", report_year=2026))))


def codes(review: str) -> list[tuple[str, str, str]]:
    """Indicator, value and period of each result."""
    return [(target.indicator, str(target.low), target.period) for target in read(review)]


@pytest.mark.parametrize(
    "review",
    [
        "过去一年，我们攻坚克难。",
        "新建学校3所，改造道路12公里。",
        "五年来，地区生产总值年均增长7%。",
        "“十四五”时期，城镇新增就业累计12万人。",
        "上半年，地区生产总值增长7%。",
        "2023年，地区生产总值增长7%。",
        "一般公共预算收入超亿元乡镇达到5个。",
        "新能源汽车出口增长30%。",
    ],
)
def test_no_result_of_last_year(review: str) -> None:
    """Things outside the codebook, other years, averages and totals are not last year's results."""
    assert codes(review) == []


def test_targets_of_the_plan_are_no_results() -> None:
    """What the plan says is not read here; without a review there is nothing."""
    document = Document.from_text(PLAN.partition("、")[2], region_code="320804", report_year=2026)
    assert list(read_results(read_document(document))) == []


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        ("地区生产总值增长6.1%。", [("gdp_growth", "6.1", "2025")]),
        ("2025年，地区生产总值达到610亿元、增长6.1%。", [("gdp_level", "610", "2025"), ("gdp_growth", "6.1", "2025")]),
        ("居民消费价格下降0.1%。", [("cpi_change", "-0.1", "2025")]),
        ("城镇化率由60%提高到62%。", [("urbanization_rate", "62", "2025")]),
    ],
)
def test_results(review: str, expected: list[tuple[str, str, str]]) -> None:
    """A value on an indicator of the codebook is a result of the year before the plan year."""
    assert codes(review) == expected


def test_a_year_at_the_head_of_a_review_of_five_years() -> None:
    """A report of a term speaks of five years, until a sentence opens with last year."""
    review = "五年来，地区生产总值突破600亿元。2025年，一般公共预算收入增长4%。"
    assert codes(review) == [("fiscal_revenue_growth", "4", "2025")]


def test_results_are_neither_headline_nor_modal() -> None:
    """A result has happened: it is plain, and no headline target."""
    (target,) = read("全市上下努力奋斗，地区生产总值增长6.1%。")
    assert (target.kind, target.headline, target.modality, target.stretch) == ("actual", False, "plain", False)


def test_a_part_of_the_jurisdiction_is_its_scope() -> None:
    """A result of a development zone says so."""
    assert [target.scope for target in read("高新区固定资产投资增长12%，全市出口增长5%。")] == ["高新区", "whole"]
