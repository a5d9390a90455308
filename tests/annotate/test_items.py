"""What a number counts where the codebook has no name: no noun first, then the phrase and its span."""

from __future__ import annotations

import pytest

from policylab.annotate.items import find_item, find_items, strip_verbs
from policylab.annotate.quantities import find_quantities
from policylab.codebook import fold


def item(text: str) -> str:
    """The noun phrase that the first quantity of a text counts."""
    return find_item(fold(text), text, find_quantities(text)[0])[0]


@pytest.mark.parametrize("text", ["力争新增12个。", "确保完成12项。", "12个以上。", "全年实施12项，"])
def test_verbs_alone_count_nothing(text: str) -> None:
    """A number among verbs has no item."""
    assert item(text) == ""


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("新建学校3所。", "学校"),
        ("新建3所乡镇学校。", "乡镇学校"),
        ("完成3所乡镇学校建设。", "乡镇学校"),
        ("培育3家以上龙头企业，", "龙头企业"),
        ("新开工亿元以上项目30个。", "亿元以上项目"),
        ("实施30个重点项目，", "重点项目"),
        ("老旧小区改造、新增120个。", "老旧小区改造"),
        ("高标准农田建设，完成5万亩。", "高标准农田建设"),
        ("引进Ｂ类人才50名，", "Ｂ类人才"),
    ],
)
def test_the_noun_beside_the_number(text: str, phrase: str) -> None:
    """The words after the value, else those before it, without verbs, as the text writes them."""
    assert item(text) == phrase


@pytest.mark.parametrize("text", ["新建学校3所。", "新建3所乡镇学校。", "高标准农田建设，完成5万亩。"])
def test_the_span_holds_phrase_and_value(text: str) -> None:
    """The span is the shortest that holds both, inside the text."""
    quantity = find_quantities(text)[0]
    phrase, start, end = find_item(fold(text), text, quantity)
    assert phrase in text[start:end] and quantity.as_written in text[start:end]
    assert text[start:end].startswith((phrase, quantity.as_written))
    assert text[start:end].endswith((phrase, quantity.as_written))


def test_one_value_for_each_of_a_list() -> None:
    """各 gives the value to every member; without it the list is one thing."""
    text = "新建幼儿园、养老院各3所。"
    assert [found[0] for found in find_items(fold(text), text, find_quantities(text)[0])] == ["幼儿园", "养老院"]
    text = "新建学校3所。"
    assert [found[0] for found in find_items(fold(text), text, find_quantities(text)[0])] == ["学校"]


def test_no_item_is_an_empty_list() -> None:
    """Verbs alone give no item, not an empty one."""
    text = "力争新增12个。"
    assert find_items(fold(text), text, find_quantities(text)[0]) == []


@pytest.mark.parametrize(
    ("words", "noun"),
    [
        ("新建学校", "学校"),
        ("力争新增规上企业", "规上企业"),
        ("学校", "学校"),
        ("新能源车", "新能源车"),
        ("新建", "新建"),
    ],
)
def test_verbs_are_cut_from_the_front(words: str, noun: str) -> None:
    """What is left is a noun of two characters at least; a verb alone is left as it is."""
    assert words[strip_verbs(words, 0, len(words)) :] == noun
