"""Commitments of the plan outside the headline block: what commits to nothing first."""

from __future__ import annotations

import pytest

from policylab.annotate.commitments import read_commitments
from policylab.annotate.reading import read_document
from policylab.model import Document, Target

REPORT = (
    "一、2025年工作回顾\n去年，新建学校2所。\n"
    "二、2026年工作安排\n{before}主要预期目标是：地区生产总值增长5%左右，进出口总额增长3%。\n"
    "为实现上述目标，重点做好以下工作。\n（一）壮大产业\n{plan}\n"
)


def read(plan: str, before: str = "") -> list[Target]:
    """The commitments of a small report."""
    text = REPORT.format(plan=plan, before=before)
    return list(read_commitments(read_document(Document.from_text(text, region_code="320804", report_year=2026))))


def shown(plan: str) -> list[tuple[str, str, str, str]]:
    """Indicator, item, value as written and period."""
    return [(target.indicator, target.item, target.as_written, target.period) for target in read(plan)]


@pytest.mark.parametrize(
    "plan",
    [
        "坚持稳中求进，深入实施创新驱动战略。",
        "抓好5项重点工作。",
        "实施“3个100”行动。",
        "推进占地300亩的物流园建设。",
        "巩固去年建成的12个示范村。",
        "依托3个省级开发区做强产业。",
        "服务群众365天。",
        "推进60万千瓦风电场前期工作。",
        "到2025年建成学校3所。",
    ],
)
def test_no_commitment(plan: str) -> None:
    """Slogans, code words, thresholds, attributes and what is done already commit to nothing."""
    assert shown(plan) == []


def test_a_report_without_a_plan_commits_to_nothing() -> None:
    """An excerpt of a review has results only."""
    document = Document.from_text("去年，新建学校2所。", region_code="320804", report_year=2026)
    assert list(read_commitments(read_document(document))) == []


def test_the_block_and_the_review_are_left_to_others() -> None:
    """Neither the headline targets nor last year's schools come again."""
    assert shown("新建学校3所。") == [("other", "学校", "3所", "2026")]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("新增城镇就业2万人以上。", [("urban_new_jobs", "", "2万人以上", "2026")]),
        ("新建学校3所、医院2所。", [("other", "学校", "3所", "2026"), ("other", "医院", "2所", "2026")]),
        ("培育亿元以上企业20家。", [("other", "亿元以上企业", "20家", "2026")]),
        ("完成投资12亿元。", [("other", "投资", "12亿元", "2026")]),
        ("到2030年，城镇化率达到68%。", [("urbanization_rate", "", "68%", "2026-2030")]),
    ],
)
def test_commitments(plan: str, expected: list[tuple[str, str, str, str]]) -> None:
    """A number of the plan is a commitment of the year, or of the years it names, with what it counts."""
    assert shown(plan) == expected


def test_goals_of_five_years_stand_before_the_annual_ones() -> None:
    """A paragraph on the five-year plan gives its period; other things than indicators are not recorded there."""
    targets = read("新建学校3所。", before="“十五五”时期，地区生产总值年均增长6%，新建学校30所。\n")
    assert [(target.indicator, target.period) for target in targets] == [("gdp_growth", "2026-2030"), ("other", "2026")]


@pytest.mark.parametrize(
    ("plan", "modality"), [("新建学校3所。", "plain"), ("力争新建学校3所。", "strive"), ("确保新建学校3所。", "ensure")]
)
def test_modality(plan: str, modality: str) -> None:
    """力争 and 确保 are kept."""
    assert [target.modality for target in read(plan)] == [modality]


def test_the_section_is_named() -> None:
    """A commitment says under which heading it stands."""
    assert [target.section for target in read("新建学校3所。")] == ["壮大产业"]
