"""Headline targets in words: clauses that state none first, then what each states of which indicator."""

from __future__ import annotations

import pytest

from policylab.annotate.qualitative import Statement, find_statements
from policylab.codebook import fold, load_codebook
from policylab.codebook.mentions import find_mentions


def read(text: str, taken: tuple[tuple[int, int], ...] = ()) -> list[Statement]:
    """The statements of one sentence of a headline block."""
    folded = fold(text)
    return find_statements(folded, 0, len(folded), find_mentions(folded), taken)


def codes(text: str) -> list[tuple[str, str]]:
    """Indicator and meaning of each statement."""
    return [(statement.code, statement.qualitative) for statement in read(text)]


@pytest.mark.parametrize(
    "text",
    ["", "，；。", "坚持稳中求进工作总基调。", "努力争取更好结果。", "为了稳定经济增长。", "持续。", "基本同步。"],
)
def test_no_statement(text: str) -> None:
    """Clauses without an indicator or a predicate, and stretch clauses, state no target."""
    assert codes(text) == []


def test_clauses_with_numbers_are_left_alone() -> None:
    """A clause whose quote is taken already gives no second record."""
    text = "地区生产总值增长6%且质量稳步提升，物价保持稳定。"
    assert [statement.code for statement in read(text, taken=((0, 10),))] == ["cpi_change"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("居民收入增长与经济增长基本同步。", [("income_growth", "in_step")]),
        (
            "城乡居民收入增速高于经济增速。",
            [("urban_income_growth", "faster_than"), ("rural_income_growth", "faster_than")],
        ),
        ("固定资产投资增速快于全省平均水平。", [("fai_growth", "faster_than")]),
        ("单位地区生产总值能耗完成省下达目标任务。", [("energy_intensity_change", "complete_assigned")]),
        ("主要污染物排放总量持续下降。", [("pollutant_emissions", "keep_falling")]),
        ("进出口总额稳步增长。", [("trade_growth", "keep_rising")]),
        ("外贸进出口稳量提质。", [("trade_growth", "improve")]),
        ("国际收支基本平衡。", [("balance_of_payments", "stable")]),
        ("完成省下达的节能减排目标任务。", [("energy_intensity_change", "complete_assigned")]),
    ],
)
def test_what_a_clause_states(text: str, expected: list[tuple[str, str]]) -> None:
    """The first pattern that fits says what, the names of the subject say of which indicator."""
    assert codes(text) == expected


def test_each_member_of_a_list_of_statements_stands_alone() -> None:
    """贫困人口全部脱贫、贫困县全部摘帽 are two."""
    assert [statement.item for statement in read("贫困人口全部脱贫、贫困县全部摘帽。")] == [
        "贫困人口全部",
        "贫困县全部",
    ]


def test_a_subject_before_a_comma_is_carried_over() -> None:
    """A subject that stands alone takes the predicate of the next clause."""
    (statement,) = read("单位地区生产总值能耗，完成上级下达任务。")
    assert (statement.code, statement.start) == ("energy_intensity_change", 0)


def test_a_part_of_the_jurisdiction_is_its_scope() -> None:
    """A place before the name narrows the statement."""
    assert [statement.scope for statement in read("高新区固定资产投资稳步增长。")] == ["高新区"]


def test_spans_hold_subject_and_predicate() -> None:
    """Each statement spans its words, at the place of the sentence in the report."""
    text = "国际收支基本平衡，进出口总额稳步增长。"
    assert [text[one.start : one.end] for one in read(text)] == ["国际收支基本平衡", "进出口总额稳步增长"]
    assert [text[one.words_start : one.end] for one in read(text)] == ["基本平衡", "稳步增长"]


def test_codes_are_those_of_the_codebook() -> None:
    """Whatever predicate meets whatever name, the indicator is known."""
    aliases = sorted(load_codebook().aliases)[::7]
    texts = [f"{name}{words}。" for name in aliases for words in ("稳步增长", "完成省下达任务", "占比持续下降")]
    assert {code for text in texts for code, _ in codes(text)} <= {*load_codebook().indicators, "other"}
