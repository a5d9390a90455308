"""Period, scope and modality of a value: the cues that must not count first."""

from __future__ import annotations

import pytest

from policylab.annotate.context import (
    annual_period,
    clause_area,
    clause_prefix,
    cues,
    effective_cue,
    five_year_period,
    read_modality,
    read_scope,
    stretch_pattern,
)


@pytest.mark.parametrize("words", ["稳中求进", "第12025年号", "实施三年行动方案", "五年行动计划"])
def test_no_period_cue(words: str) -> None:
    """Names of programmes and digits inside longer ones say nothing about a period."""
    assert list(cues(words, 0, len(words))) == []


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("今年新增", ["annual"]),
        ("2025年增长", ["2025"]),
        ("比2025年增长", ["vs2025"]),
        ("2025年以来新增", ["total"]),
        ("五年来新增", ["multi"]),
        ("“十五五”时期", ["multi"]),
        ("年均增长", ["average"]),
        ("累计新增", ["total"]),
        ("上半年增长", ["part"]),
        ("去年增长5%，2026年", ["annual", "2026"]),
    ],
)
def test_period_cues(words: str, codes: list[str]) -> None:
    """Years, plans, averages, totals and parts of a year, in order."""
    assert list(dict.fromkeys(code for _, code in cues(words, 0, len(words)))) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("增长5%", None),
        ("累计新增3万人,增长5%", None),
        ("今年新增3万人;增长5%", None),
        ("完成五年目标,增长5%", None),
        ("今年增长5%", "annual"),
        ("五年来,新增3万人;增长5%", "multi"),
        ("去年总量3亿元,2026年增长5%", "2026"),
        ("累计增长5%", "total"),
    ],
)
def test_the_cue_that_reaches_a_value(text: str, code: str | None) -> None:
    """The last cue before the value holds, unless a comma, semicolon or comparison ends it."""
    place = text.index("5%")
    cue = effective_cue(text, list(cues(text, 0, len(text))), place)
    assert (cue and cue[1]) == code


def test_a_cue_after_the_value_does_not_count() -> None:
    """What is said later dates what follows it."""
    text = "增长5%,五年来"
    assert effective_cue(text, list(cues(text, 0, len(text))), 2) is None


@pytest.mark.parametrize(
    ("words", "year", "period"),
    [
        ("过去五年", 2026, "past"),
        ("“十三五”时期", 2026, "past"),
        ("今后五年", 2026, "2026-2030"),
        ("“十五五”时期", 2026, "2026-2030"),
        ("“十四五”规划", 2023, "2021-2025"),
        ("到2035年", 2026, "2026-2035"),
        ("到2020年", 2026, "2026-2030"),
        ("“十五”期间", 2003, "2001-2005"),
    ],
)
def test_years_of_a_plan(words: str, year: int, period: str) -> None:
    """A plan gives its own five years; words without one give five years from the report's."""
    assert five_year_period(words, year) == period


def test_the_year_of_the_report() -> None:
    """An annual target is for the plan year."""
    assert annual_period(2026) == "2026"


@pytest.mark.parametrize("prefix", ["新能源", "占", "龙头企业发明专利", "低收入"])
def test_other_words_before_a_name_make_another_thing(prefix: str) -> None:
    """What is neither leading words nor a place is no value of the whole, nor of a part."""
    assert read_scope(prefix) is None


@pytest.mark.parametrize(
    ("prefix", "scope"),
    [("", ""), ("全市", ""), ("力争全年", ""), ("预计", ""), ("高新区", "高新区"), ("其中市区", "市区")],
)
def test_scope(prefix: str, scope: str) -> None:
    """Leading words leave the name whole; a place names a part."""
    assert read_scope(prefix) == scope


@pytest.mark.parametrize(
    ("text", "prefix"), [("增长5%,全市出口", "全市"), ("出口", ""), ("投资增长和全市出口", "全市"), ("甲:乙出口", "乙")]
)
def test_words_of_the_clause_before_a_name(text: str, prefix: str) -> None:
    """The clause begins after the last mark or 和."""
    assert clause_prefix(text, 0, text.index("出口")) == prefix


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("支持高新区和经开区发展,新增产值5亿元", ""),
        ("新培育产业园,新增产值5亿元", ""),
        ("高新区要勇挑大梁,新增产值5亿元", "高新区"),
        ("高新区要勇挑大梁,全市新增产值5亿元", ""),
        ("新增产值5亿元", ""),
    ],
)
def test_area_that_a_sentence_opens_with(text: str, area: str) -> None:
    """A sub-area holds for the sentence it opens, until 全市 takes over."""
    assert clause_area(text, 0, text.index("5亿元")) == area


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("地区生产总值增长5%", "plain"),
        ("争取债券资金5%", "plain"),
        ("努力争取更好结果,增长5%", "plain"),
        ("力争完成12件实事,新建学校5%", "plain"),
        ("社会保障5%", "plain"),
        ("力争增长5%", "strive"),
        ("确保增长5%", "ensure"),
        ("确保出口增长3%、进口增长5%", "ensure"),
        ("确保不低于3%、力争达到5%", "strive"),
    ],
)
def test_modality(text: str, modality: str) -> None:
    """力争 and 确保 hold along their series until a clause with a verb of its own."""
    assert read_modality(text, 0, text.index("5%")) == modality


@pytest.mark.parametrize(
    ("words", "stretch"),
    [("让群众过上更好的日子", False), ("在实际工作中努力争取更好结果", True), ("力争实现更多增长", True)],
)
def test_stretch_clauses(words: str, stretch: bool) -> None:
    """努力争取更好结果 goes beyond the target before it."""
    assert bool(stretch_pattern().search(words)) == stretch
