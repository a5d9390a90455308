"""Folding: what is typed in many ways is matched in one, and every character keeps its place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policylab.codebook import fold


@given(st.text())
@example("㎎㎡℃½İﬁ")
@example("4。5%增长l0%")
def test_length_is_kept(text: str) -> None:
    """Whatever the text, the folded one has as many characters, so that offsets hold."""
    assert len(fold(text)) == len(text)


def test_other_foldings_move_offsets() -> None:
    """The usual foldings lengthen a text that reports use, which is why there is an own one."""
    text = "PM10浓度50㎍/㎥"
    assert len(unicodedata.normalize("NFKC", text)) != len(text) == len(fold(text))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＧＤＰ增长５．５％", "gdp增长5.5%"),
        ("（R＆D）", "(r&d)"),
        ("5%—5.5%", "5%-5.5%"),
        ("5％–6％", "5%-6%"),
        ("6.5%－7%", "6.5%-7%"),
        ("目标：增长6%，就业；", "目标:增长6%,就业;"),
        ("全角\u3000空格\u00a0", "全角 空格 "),
        ("35µg/m3", "35μg/m3"),
    ],
)
def test_variants(written: str, folded: str) -> None:
    """Full-width forms, dashes, spaces and the two Greek letters mu become one form."""
    assert fold(written) == folded


@pytest.mark.parametrize("text", ["地区生产总值增长6%左右。", "“十四五”规划", "完成5.6亿元、8个", "①②③", "Ⅲ类水体"[1:]])
def test_the_rest_is_kept(text: str) -> None:
    """Characters, Chinese quotation marks and stops that have no variant stay as they are."""
    assert fold(text) == text


@pytest.mark.parametrize(("written", "folded"), [("增长4。5%左右", "增长4.5%左右"), ("增长l0%", "增长10%")])
def test_slips_of_typing(written: str, folded: str) -> None:
    """A full stop inside a number is a point, a letter at its head a one."""
    assert fold(written) == folded


@pytest.mark.parametrize("text", ["增长5。6月底前完成12个项目", "增长6%。8个项目开工", "m2增长8%", "html5"])
def test_what_only_looks_like_a_slip(text: str) -> None:
    """A sentence that ends in a number and one that begins with one stay two; letters in words stay letters."""
    assert fold(text) == text
