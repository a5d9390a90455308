"""What must hold for any text: spans, order, exact numbers, and that no text makes the reading fail or crawl."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policylab.annotate.quantities import find_quantities
from policylab.annotate.targets import annotate
from policylab.codebook import fold, load_codebook
from policylab.model import Document
from policylab.read.corpus import iter_reports

WORDS = [
    *(
        "一、2025年工作回顾\n",
        "二、2026年工作安排\n",
        "今年经济社会发展的主要预期目标是：",
        "五年来，",
        "“十五五”时期，",
        "力争",
        "确保",
    ),
    *(
        "地区生产总值",
        "城乡居民人均可支配收入",
        "一二三产增加值",
        "规上工业增加值",
        "PM2.5平均浓度",
        "粮食产量",
        "高新区",
        "其中",
    ),
    *(
        "增长",
        "分别增长",
        "均",
        "达到",
        "控制在",
        "下降",
        "占",
        "比重",
        "与经济增长同步",
        "完成市定任务",
        "从",
        "到",
        "左右",
        "以上",
        "以内",
    ),
    *(
        "5%",
        "６．５％",
        "4.5%—5%",
        "8万人",
        "1.3万亿元",
        "10个",
        "百分之六",
        "两千亿元",
        "1,200亿元",
        "3.2个百分点",
        "4。5%",
        "l0%",
    ),
    *("、", "，", "；", "。", "和", "\n", " ", "（", "）", "“", "”", "亿元以上项目", "新增", "2026年", "去年"),
]
TEXTS = st.one_of(st.lists(st.sampled_from(WORDS), max_size=60).map("".join), st.text(max_size=200))
SLOW = [
    "目标是",
    "左右",
    "、",
    " ",
    "\n",
    "1-2-3-",
    "百分之",
    "从",
    "1,000",
    "和",
    "一、工作\n",
    "主要预期目标是",
    "地区生产总值",
    "“",
]


def report(text: str) -> Document:
    """A report of 2026 with this text."""
    return Document.from_text(text, region_code="320804", report_year=2026)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_span_holds_its_words(text: str) -> None:
    """Whatever the text, nothing is raised, and the characters of a record hold the value as it was written."""
    for target in annotate(report(text)):
        assert target.start is not None and target.end is not None
        assert 0 <= target.start < target.end <= len(text)
        assert target.as_written in text[target.start : target.end]
        assert target.low is None or target.high is None or target.low <= target.high


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_quantities_stand_in_order_and_apart(text: str) -> None:
    """Quantities follow each other without overlap, and each is the words of its span."""
    last = 0
    for quantity in find_quantities(text):
        assert last <= quantity.start < quantity.end
        assert quantity.as_written == text[quantity.start : quantity.end]
        last = quantity.end


@given(st.text(max_size=300))
def test_folding_keeps_the_length(text: str) -> None:
    """Folding maps one character to one, so that offsets hold."""
    assert len(fold(text)) == len(text)


@given(
    st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False),
    st.sampled_from(["%", "亿元", "万人", "个", "公里"]),
)
def test_a_number_reads_back(number: Decimal, unit: str) -> None:
    """A number written with its unit is read as that number, exactly."""
    found = find_quantities(f"达到{number}{unit}。")
    assert [(quantity.low, quantity.unit) for quantity in found] == [(number, unit)]


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
@settings(max_examples=100, deadline=None)
def test_words_after_the_report_change_nothing(text: str) -> None:
    """A closing paragraph without numbers adds no record and takes none."""
    body = f"一、2025年工作回顾\n增长较快。\n二、2026年工作安排\n{text}。\n"
    closing = "\n各位代表，让我们团结起来，为美好的明天而奋斗。\n"
    before = [(target.start, target.indicator, target.low) for target in annotate(report(body))]
    assert before == [(target.start, target.indicator, target.low) for target in annotate(report(body + closing))]


@pytest.mark.parametrize("unit", SLOW)
def test_time_is_linear_in_the_text(unit: str) -> None:
    """Sixty thousand characters of one word are read in seconds, not hours."""
    begin = time.process_time()
    annotate(report((unit * 60_000)[:60_000]))
    assert time.process_time() - begin < 20


def test_half_a_character_is_read_around() -> None:
    """A lone surrogate, as broken files hold, neither fails nor moves what stands after it."""
    text = "二、2026年工作安排\n主要预期目标是：\ud800地区生产总值增长5%，物价涨幅3%。"
    assert [(target.indicator, text[target.start : target.end][-2:]) for target in annotate(report(text))] == [
        ("gdp_growth", "5%"),
        ("cpi_change", "3%"),
    ]


def test_long_numbers_stay_exact() -> None:
    """Thirty digits are converted without rounding."""
    value, unit = load_codebook().convert(Decimal("123456789012345678901234567890.5"), "亿元")
    assert (value, unit) == (Decimal("12345678901234567890123456789050000000"), "元")


@pytest.mark.slow
def test_every_span_of_the_corpus_holds_its_words(corpus_path: Path) -> None:
    """Over the whole corpus each record stands where it says, with an indicator of the codebook."""
    known = {*load_codebook().indicators, "other"}
    count = 0
    for document in iter_reports(corpus_path):
        for target in annotate(document):
            assert target.as_written in document.text[target.start : target.end], target
            assert target.indicator in known
            count += 1
    assert count > 200_000
