"""Numbers with units, bounds and ranges: what is no number first, then what each says. The golden cases are in specs."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from policylab.annotate.quantities import find_quantities, iter_quantities
from policylab.codebook import fold


def read(text: str) -> list[tuple[str, str, str, str, str]]:
    """Quote, low, high, unit and bound of each quantity."""
    return [(q.as_written, str(q.low), str(q.high), q.unit, q.bound) for q in find_quantities(text)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "全面落实各项部署",
        "2026年3月5日",
        "第3个工作日",
        "每3个月调度一次",
        "5G基站",
        "PM2.5治理",
        "“1+3+N”体系",
        "6 12 6工程",
        "三大攻坚战",
        "四个一",
        "七个方面",
        "一个",
        "三四个",
        "数百家",
        "G15公里桩",
        "A4张贴",
        "增长5",
        "百分之",
        "百分之三四",
        "迈上新台阶",
        "千方百计",
        "1200电话",
    ],
)
def test_no_quantity(text: str) -> None:
    """Dates, ordinals, code words, slogans and bare numbers are no quantities."""
    assert read(text) == []


@pytest.mark.parametrize("text", ["由5.2亿元增加到6亿元", "从3%到5%", "从去年的12个到15个"])
def test_a_change_is_no_range(text: str) -> None:
    """What leads from one value to another has no lower and upper end."""
    assert all(q.low == q.high and q.bound != "range" for q in find_quantities(text))


@pytest.mark.parametrize("text", ["8%-5%", "2030-2026个"])
def test_ends_in_the_wrong_order_are_no_range(text: str) -> None:
    """A range whose first end is the larger one is not read as a range."""
    assert all(q.bound != "range" and q.low <= q.high for q in find_quantities(text))


def test_a_number_too_long_to_mean_anything_raises_nothing() -> None:
    """Digits without end, in threes or not, are read or left, never an error."""
    for text in (
        "1" * 500 + "个",
        "1" + ",000" * 500 + "元",
        ("1" + ",000" * 9 + "、") * 5 + "元",
        "1." + "2" * 500 + "%",
    ):
        assert all(q.low <= q.high for q in find_quantities(text))


@pytest.mark.parametrize(
    ("text", "low", "unit"),
    [
        ("增长0.1%", "0.1", "%"),
        ("达到4.35亿元", "4.35", "亿元"),
        ("达到1,234.5万元", "1234.5", "万元"),
        ("达到１２．５％", "12.5", "％"),
        ("增长4。5%", "4.5", "%"),
        ("增长l0%", "10", "%"),
        ("建成30所", "30", "所"),
        ("完成投资一千二百万元", "1200", "万元"),
        ("增长百分之六点五", "6.5", "%"),
        ("培训20余万人", "20", "万人"),
        ("投资三百余万元", "300", "万元"),
        ("投资一千零五亿元", "1005", "亿元"),
        ("新建一百零八所", "108", "所"),
        ("二〇二三年新建八十所", "80", "所"),
        ("新建两座", "2", "座"),
    ],
)
def test_values_are_exact_and_units_as_written(text: str, low: str, unit: str) -> None:
    """A number is the decimal that the text writes, its unit the characters that follow."""
    (quantity,) = find_quantities(text)
    assert (quantity.low, quantity.high, quantity.unit) == (Decimal(low), Decimal(low), unit)


@pytest.mark.parametrize(
    ("text", "quote", "bound"),
    [
        ("增长6%", "6%", "exact"),
        ("增长6%左右", "6%左右", "about"),
        ("接近60家", "接近60家", "about"),
        ("增长6%以上", "6%以上", "at_least"),
        ("不低于60家", "不低于60家", "at_least"),
        ("培训2万余人", "2万余人", "at_least"),
        ("控制在6%以内", "控制在6%以内", "at_most"),
        ("不超过6%", "不超过6%", "at_most"),
        ("控制在6%左右", "控制在6%左右", "about"),
        ("不高于6%", "不高于6%", "at_most"),
        ("高于6%", "高于6%", "at_least"),
        ("增长6% 左右", "6% 左右", "about"),
    ],
)
def test_bound_words_belong_to_the_quote(text: str, quote: str, bound: str) -> None:
    """The quote holds the bound words on either side, the longest that fit."""
    assert [(q.as_written, q.bound) for q in find_quantities(text)] == [(quote, bound)]


@pytest.mark.parametrize("sign", ["-", "—", "–", "－", "~", "～", "至", "到", "--"])
def test_ranges(sign: str) -> None:
    """Every sign that joins two ends makes one range, with the unit once or twice."""
    assert read(f"增长5{sign}5.5%") == [(f"5{sign}5.5%", "5", "5.5", "%", "range")]
    assert read(f"增长5%{sign}5.5%") == [(f"5%{sign}5.5%", "5", "5.5", "%", "range")]


def test_a_bound_before_does_not_reach_over_the_value_before() -> None:
    """Bound words that end one value do not open the next."""
    assert read("下降3%不低于2%") == [("3%", "3", "3", "%", "exact"), ("不低于2%", "2", "2", "%", "at_least")]


def test_a_unit_named_once_holds_for_the_list() -> None:
    """Bare members of a list take the unit that ends it."""
    assert [(q.low, q.unit) for q in find_quantities("提升7.4、2.8个百分点")] == [
        (Decimal("7.4"), "个百分点"),
        (Decimal("2.8"), "个百分点"),
    ]


def test_the_longest_unit_wins_unless_another_word_begins() -> None:
    """人次 is not 人, 平方公里 not 平方米 or 公里; 台 is no unit in 台阶."""
    assert [q.unit for q in find_quantities("接待500万人次，治理12平方公里")] == ["万人次", "平方公里"]
    assert read("迈上3台阶") == []


def test_quotes_stand_at_their_place_in_order_without_overlap() -> None:
    """Offsets count the text as written, full-width forms included."""
    text = "增长５％左右、８％—９％，新增就业2万人，Ａ级景区３个。"
    found = find_quantities(text)
    assert [text[q.start : q.end] for q in found] == [q.as_written for q in found]
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert [q.as_written for q in found] == ["５％左右", "８％—９％", "2万人", "３个"]


def test_a_stretch_is_read_alone() -> None:
    """Only what stands inside the stretch asked for is found, at offsets of the whole text."""
    text = "增长5%。新建学校3所。增长7%。"
    assert [(q.start, q.as_written) for q in iter_quantities(text, fold(text), 6, 13)] == [(9, "3所")]
