"""Values and the indicators they belong to, inside one sentence: what must stay apart first."""

from __future__ import annotations

import pytest

from policylab.annotate.linking import Link, link_sentence
from policylab.annotate.quantities import find_quantities
from policylab.codebook import fold
from policylab.codebook.mentions import find_mentions


def link(text: str) -> list[Link]:
    """Link the quantities of a sentence."""
    folded = fold(text)
    return link_sentence(folded, 0, find_mentions(folded), find_quantities(text))


def codes(text: str) -> list[tuple[str, str]]:
    """Code and signed value of each link."""
    return [(found.code, str(found.quantity.low * found.sign)) for found in link(text)]


def test_a_sentence_without_numbers_has_no_links() -> None:
    """Names alone link nothing."""
    assert link("地区生产总值稳步增长。") == []


@pytest.mark.parametrize(
    "words",
    [
        "占",
        "占到",
        "占全市",
        "占全国",
        "占全部",
        "占地方",
        "高于",
        "快于",
        "低于",
        "超过",
        "与",
        "同",
        "相当于",
        "相当于全省",
        "好于",
        "不含",
        "占\n",
    ],
)
def test_a_name_that_is_compared_with_takes_no_value(words: str) -> None:
    """What another thing is a share of, or is measured against, is no subject."""
    assert codes(f"{words}地区生产总值3%。") == [("", "3")]


def test_members_without_a_name_of_their_own_are_told_apart() -> None:
    """Where nothing is named, 分别 may still give values to parts of names."""
    assert codes("工业、服务业增加值分别增长6%、7%。")[-1] == ("tertiary_va_growth", "7")
    assert [code for code, _ in codes("学校、医院分别新建3所、2家。")] == ["", ""]


def test_a_number_without_a_name_has_no_code() -> None:
    """What the codebook does not name is a link without a code, not another's value."""
    assert codes("新建学校3所。") == [("", "3")]


@pytest.mark.parametrize(
    "text",
    [
        "地区生产总值核算企业增加12%。",
        "高于地区生产总值增速2%。",
        "研发投入占地区生产总值的工作经费12亿元。",
        "推动固定资产投资项目建设，安排资金5亿元。",
    ],
)
def test_a_value_of_another_thing_is_not_taken(text: str) -> None:
    """Words that do not join, and names that are only compared with, keep name and value apart."""
    assert [code for code, _ in codes(text) if code not in ("", "rd_intensity")] == []


def test_unit_and_name_must_fit() -> None:
    """A count of people is no growth of the economy."""
    assert codes("地区生产总值达到5万人。") == [("", "5")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("地区生产总值增长6%。", [("gdp_growth", "6")]),
        ("地区生产总值达到600亿元、增长6%。", [("gdp_level", "600"), ("gdp_growth", "6")]),
        ("居民消费价格下降0.1%。", [("cpi_change", "-0.1")]),
        ("单位地区生产总值能耗下降3%。", [("energy_intensity_change", "-3")]),
        ("服务业增加值占地区生产总值比重达到52%。", [("services_va_share", "52")]),
        ("城镇新增就业2万人。", [("urban_new_jobs", "2")]),
        ("进出口总额增长5%，其中出口增长8%。", [("trade_growth", "5"), ("export_growth", "8")]),
    ],
)
def test_measure_follows_unit_and_verb(text: str, expected: list[tuple[str, str]]) -> None:
    """One concept is growth, level, share or count as its unit and the joining words say; a fall is negative."""
    assert codes(text) == expected


def test_each_value_of_a_list_has_its_own_name() -> None:
    """After 分别 names and values pair in order."""
    text = "一产、二产、三产增加值分别增长3%、6%、8%。"
    assert codes(text) == [("primary_va_growth", "3"), ("secondary_va_growth", "6"), ("tertiary_va_growth", "8")]


def test_a_bound_at_the_end_of_a_list_holds_for_all() -> None:
    """分别增长6%、7%左右 is about 6 and about 7; without 分别 only the last is bounded."""
    apart = link("城乡居民人均可支配收入分别增长6%、7%左右。")
    assert [found.quantity.bound for found in apart] == ["about", "about"]
    alone = link("规上工业增加值增长6%，固定资产投资增长7%左右。")
    assert [found.quantity.bound for found in alone] == ["exact", "about"]


def test_one_value_spreads_over_all_names() -> None:
    """均增长6% gives each name the same value."""
    assert codes("城镇、农村居民人均可支配收入均增长6%。") == [
        ("urban_income_growth", "6"),
        ("rural_income_growth", "6"),
    ]


def test_one_amount_for_both_incomes_is_that_of_all() -> None:
    """An amount of 城乡居民 together is the income of all residents."""
    assert codes("城乡居民人均可支配收入达到3万元。") == [("income_level", "3")]


def test_where_a_change_starts_is_a_baseline() -> None:
    """从4% is where the value came from, 到5% is the value."""
    found = link("城镇化率从62%提高到65%。")
    assert [(one.concept, one.code) for one in found] == [("baseline", ""), ("urbanization_rate", "urbanization_rate")]


def test_a_bare_word_switches_the_subject() -> None:
    """支出 after 一般公共预算收入 is the expenditure."""
    assert codes("一般公共预算收入达到20亿元，支出达到70亿元。")[-1] == ("fiscal_expenditure_level", "70")


def test_links_keep_the_order_and_the_rule() -> None:
    """Links come in the order of the values, each with the rule that made it."""
    found = link("地区生产总值增长6%，新建学校3所。")
    assert [(one.rule_id, one.quantity.as_written) for one in found] == [("name", "6%"), ("", "3所")]
