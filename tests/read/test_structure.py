"""Parts of a report: where the plan begins, the headline block, sections, sentences."""

from __future__ import annotations

import itertools

import pytest

from policylab.model import Span
from policylab.read.structure import parse_structure, split_sentences

REVIEW = "一、2025年工作回顾\n过去一年，地区生产总值增长5%。\n"
PLAN = "二、2026年工作安排\n坚持稳中求进。\n"
BLOCK = "地区生产总值增长6%，居民消费价格涨幅2%左右"


def block_of(text: str, report_year: int = 2026) -> str:
    """The words of the headline block, its sentences joined."""
    return "".join(text[span.start : span.end] for span in parse_structure(text, report_year=report_year).headline)


def test_a_text_without_parts_has_none() -> None:
    """Words that are no report give no plan, no block and no section; nothing is raised."""
    structure = parse_structure("春天来了，花开了。")
    assert (structure.plan, structure.headline, structure.sections) == (None, (), ())


def test_an_empty_text_has_no_part() -> None:
    """Nothing gives nothing."""
    structure = parse_structure("")
    assert (structure.review, structure.plan, structure.headline, structure.sections) == (None, None, (), ())


def test_an_expectation_of_the_past_is_no_block() -> None:
    """超过预期目标 in the review announces nothing."""
    assert block_of(REVIEW + "全年超过预期目标，财政收入增长8%。\n" + PLAN) == ""


@pytest.mark.parametrize(
    "cue",
    [
        "今年经济社会发展主要预期目标是：",
        "主要预期目标为：",
        "2026年的主要预期目标是：",
        "预期目标建议为：",
        "主要预期目标和约束性指标是：",
    ],
)
def test_the_block_follows_its_cue(cue: str) -> None:
    """The block is what follows 预期目标是 in its usual wordings, up to the sentence that goes on to the work."""
    text = REVIEW + PLAN + f"{cue}{BLOCK}。\n为实现上述目标，重点做好以下工作。\n"
    assert block_of(text) == f"{BLOCK}。"


def test_five_year_goals_are_not_the_block() -> None:
    """Goals of a five-year plan that stand first leave the block to those of the year."""
    goals = "“十五五”时期经济社会发展的主要目标是：地区生产总值年均增长5%，城镇化率达到60%。\n"
    text = REVIEW + "二、“十五五”时期主要目标\n" + goals + "三、2026年工作安排\n" + f"今年主要预期目标是：{BLOCK}。\n"
    assert block_of(text) == f"{BLOCK}。"


def test_a_list_that_nothing_announces_is_found() -> None:
    """综合考虑各方面因素，今年… with the growth of GDP opens the block without a word for target."""
    text = REVIEW + PLAN + f"综合考虑各方面因素，今年{BLOCK}，城镇新增就业3万人，固定资产投资增长5%。\n（一）扩大内需\n"
    assert block_of(text).startswith("地区生产总值增长6%")


def test_a_heading_of_last_year_does_not_open_the_plan() -> None:
    """二、2025年的政府工作 in a report of 2026 looks back."""
    text = "各位代表：\n" + "成绩来之不易。" * 30 + "\n二、2025年的政府工作\n增长5%。\n" + PLAN
    plan = parse_structure(text, report_year=2026).plan
    assert plan is not None and text[plan.start :].startswith("二、2026年")


def test_the_glossary_is_not_the_plan() -> None:
    """Notes after the report end its last part."""
    text = REVIEW + PLAN + "推进改革。\n" * 20 + "名词解释\n1.小巨人企业：指收入5000万元以上的企业。\n"
    plan = parse_structure(text, report_year=2026).plan
    assert plan is not None and "名词解释" not in text[plan.start : plan.end]


def test_sections_nest() -> None:
    """A section of the first level ends at the next, one of the second at the next of either."""
    text = "一、甲\n（一）乙\n文字。\n（二）丙\n文字。\n二、丁\n文字。\n"
    found = [
        (section.title, section.level, text[section.start : section.end]) for section in parse_structure(text).sections
    ]
    assert found == [
        ("甲", 1, "一、甲\n（一）乙\n文字。\n（二）丙\n文字。\n"),
        ("乙", 2, "（一）乙\n文字。\n"),
        ("丙", 2, "（二）丙\n文字。\n"),
        ("丁", 1, "二、丁\n文字。\n"),
    ]


def test_a_line_end_inside_a_sentence_does_not_split_it() -> None:
    """A number broken over two lines stays in one sentence; a full stop, a blank line and a heading end it."""
    text = "增长\n5%。投资增长3%\n\n一、工作"
    words = [text[span.start : span.end].strip() for span in split_sentences(text)]
    assert [part for part in words if part] == ["增长\n5%。", "投资增长3%", "一、工作"]


def test_sentences_cover_the_text() -> None:
    """Sentences follow each other without gap or overlap, and none is longer than any real sentence."""
    text = "增长5%，" * 2000 + "。完。"
    spans = split_sentences(text)
    assert spans[0].start == 0 and spans[-1].end == len(text)
    assert all(left.end == right.start for left, right in itertools.pairwise(spans))
    assert max(span.end - span.start for span in spans) <= 2000 and all(isinstance(span, Span) for span in spans)
