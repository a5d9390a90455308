"""Parts, sections, headline block and sentences: texts without them first."""

from __future__ import annotations

import pytest

from policylab.codebook import fold
from policylab.read.structure import iter_sentences, parse_folded, parse_structure, split_sentences

REPORT = (
    "一、2025年工作回顾\n过去一年，地区生产总值增长6.1%。\n（一）产业更强。新增规上企业12家。\n（二）城乡更美。\n"
    "二、2026年工作安排\n今年经济社会发展的主要预期目标是：地区生产总值增长5%左右，进出口总额增长3%。"
    "城镇新增就业2万人以上。在实际工作中努力争取更好结果。\n为实现上述目标，重点做好以下工作。\n"
    "（一）壮大产业\n新建标准厂房3座。\n"
)


def headline(text: str, report_year: int = 2026) -> list[str]:
    """The sentences of the headline block."""
    return [text[span.start : span.end].strip() for span in parse_structure(text, report_year=report_year).headline]


def test_an_empty_text_has_no_parts() -> None:
    """Nothing in, nothing out."""
    structure = parse_structure("")
    assert (structure.review, structure.plan, structure.headline, structure.sections) == (None, None, (), ())


@pytest.mark.parametrize(
    "text", ["各位代表：现在请审议。", "。。。", "\n\n\n", "目标", "主要预期目标是：", "今年目标是干。"]
)
def test_a_text_without_targets_has_no_block(text: str) -> None:
    """Words about targets are no targets."""
    assert headline(text) == []


def test_results_that_met_a_target_are_no_block() -> None:
    """完成预期目标 in the review announces nothing."""
    assert (
        headline("一、2025年工作回顾\n地区生产总值增长6%，完成预期目标。\n二、2026年工作安排\n坚持稳中求进。\n") == []
    )


def test_goals_of_five_years_are_not_the_annual_block() -> None:
    """The annual block is taken where five-year goals stand before it."""
    text = REPORT.replace(
        "今年经济社会发展的", "“十五五”时期的主要目标是：地区生产总值年均增长6%，城镇化率达到70%。\n今年经济社会发展的"
    )
    assert headline(text)[0] == "地区生产总值增长5%左右，进出口总额增长3%。"


def test_the_review_comes_before_the_plan() -> None:
    """The two parts meet at the heading that looks ahead, and cover the text."""
    structure = parse_structure(REPORT, report_year=2026)
    assert structure.review is not None and structure.plan is not None
    assert REPORT[structure.plan.start :].startswith("二、2026年工作安排")
    assert (structure.review.start, structure.review.end, structure.plan.end) == (0, structure.plan.start, len(REPORT))


def test_a_heading_that_looks_back_opens_no_plan() -> None:
    """A heading on last year's work is not the plan of a report of this year."""
    text = "一、2025年工作任务完成情况\n增长6%。\n二、2026年工作任务\n新建学校3所。\n"
    structure = parse_structure(text, report_year=2026)
    assert structure.plan is not None
    assert structure.plan.start == text.index("二、")


def test_a_report_without_headings_is_parted_where_it_turns() -> None:
    """今年是…之年 opens the plan."""
    text = "过去一年，地区生产总值增长6%。" * 8 + "\n今年是“十五五”开局之年。新建学校3所。\n"
    structure = parse_structure(text, report_year=2026)
    assert structure.plan is not None
    assert text[structure.plan.start :].startswith("今年是")


def test_the_block_ends_where_work_begins() -> None:
    """The block holds the sentences that go on with the list and the stretch clause, not the work that follows."""
    assert headline(REPORT) == [
        "地区生产总值增长5%左右，进出口总额增长3%。",
        "城镇新增就业2万人以上。",
        "在实际工作中努力争取更好结果。",
    ]


def test_a_list_that_nothing_announces_is_a_block() -> None:
    """Targets listed at the head of the plan count without 目标是."""
    text = (
        "一、2025年工作回顾\n成绩来之不易。\n二、2026年工作安排\n今年，我们要坚持稳中求进。"
        "预期地区生产总值增长5%，固定资产投资增长8%，一般公共预算收入增长3%，社会消费品零售总额增长6%。\n（一）壮大产业\n"
    )
    assert len(headline(text)) == 1


def test_a_glossary_is_no_part_of_the_plan() -> None:
    """Explanations of terms after the report are left out."""
    text = REPORT + "名词解释\n1.“两新”：指大规模设备更新和消费品以旧换新，涉及12项政策。\n"
    plan = parse_structure(text, report_year=2026).plan
    assert plan is not None and plan.end == len(REPORT)


def test_sections_nest_and_end_where_the_next_begins() -> None:
    """A section ends at the next of its level or above."""
    found = [(s.title, s.level, REPORT[s.start : s.end].count("（")) for s in parse_structure(REPORT).sections]
    assert found == [
        ("2025年工作回顾", 1, 2),
        ("产业更强", 2, 1),
        ("城乡更美", 2, 1),
        ("2026年工作安排", 1, 1),
        ("壮大产业", 2, 1),
    ]


def test_folded_text_has_the_same_parts() -> None:
    """Spans are those of the unchanged text."""
    assert parse_folded(fold(REPORT), report_year=2026) == parse_structure(REPORT, report_year=2026)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("没有句号", ["没有句号"]),
        ("增长5%。下降3%。", ["增长5%。", "下降3%。"]),
        ("增长5%。。下降3%！", ["增长5%。。", "下降3%！"]),
        ("他说“增长5%。”下降3%。", ["他说“增长5%。”", "下降3%。"]),
        ("地区生产总值\n增长5%。", ["地区生产总值\n增长5%。"]),
        ("增长5%\n\n下降3%", ["增长5%\n", "\n下降3%"]),
        ("增长5%\n二、工作安排", ["增长5%\n", "二、工作安排"]),
        ("增长12?，下降3%。", ["增长12?，下降3%。"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    """Stops and paragraphs end a sentence; a line end inside one, or a lost character after a digit, does not."""
    folded = fold(text)
    assert [text[span.start : span.end] for span in split_sentences(folded)] == sentences


def test_a_text_without_stops_is_cut() -> None:
    """A sentence longer than any real one comes in pieces that together are the text."""
    text = "稳中求进，" * 4000
    spans = split_sentences(text)
    assert "".join(text[span.start : span.end] for span in spans) == text
    assert max(span.end - span.start for span in spans) < len(text) // 2
    assert list(iter_sentences(text, 0, len(text))) == spans


@pytest.mark.parametrize("text", ["", "。", "\n", "增长5%", "增长5%。\n\n", "一？二！三。\n\n四\n（一）五"])
def test_sentences_one_by_one_are_those_of_the_list(text: str) -> None:
    """A reader that stops early sees the same sentences, which together are the text."""
    spans = split_sentences(text)
    assert list(iter_sentences(text, 0, len(text))) == spans
    assert "".join(text[span.start : span.end] for span in spans) == text


def test_sentences_of_a_stretch() -> None:
    """Only the stretch asked for is split, at offsets of the whole text."""
    assert [tuple(span) for span in split_sentences("增长5%。下降3%。", 5, 10)] == [(5, 10)]
