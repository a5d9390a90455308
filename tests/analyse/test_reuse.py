"""Shared passages: their offsets hold in both texts, whatever blanks and widths stand in them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylab.analyse.reuse import find_passages, load_texts
from policylab.codebook import fold
from policylab.errors import DataError, ReadError
from policylab.model import Document


def make_document(text, *, region_code="320804"):
    """Return a report of a text."""
    return Document.from_text(text, region_code=region_code, report_year=2023)


def squeeze(text):
    """Return a text folded and without blanks, as passages are compared."""
    return "".join(fold(text).split())


PIECES = st.sampled_from(
    ["坚持稳中求进工作总基调", "全面深化改革", "扩大　开放\n", "改善民生，", "ＧＤＰ增长５％", "。", " ", "\n"]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS, TEXTS)
def test_passages_hold_in_both_texts(one, other):
    """Each span is the passage in its text, the two are the same but for blanks and widths, and none overlaps."""
    first, second = make_document(one), make_document(other, region_code="320803")
    found = find_passages(first, second, min_length=8)
    for row in found.to_dict("records"):
        assert first.text[row["start"] : row["end"]] == row["passage"]
        there = second.text[row["other_start"] : row["other_end"]]
        assert squeeze(row["passage"]) == squeeze(there)
        assert row["length"] == len(squeeze(there)) >= 8
    spans = sorted(zip(found["start"], found["end"], strict=True))
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


@given(TEXTS)
def test_a_text_shares_all_of_itself(text):
    """A text compared with itself is one passage, from its first word to its end."""
    document = make_document(text)
    found = find_passages(document, document, min_length=8)
    if len(squeeze(text).lstrip("。，")) >= 8:
        assert len(found) == 1
        assert found["length"].iloc[0] == len(squeeze(text).lstrip("。，,"))


def test_the_longest_passage_comes_first_and_short_ones_are_left_out():
    """Runs below the least length are no passages; the others are ordered by length."""
    one = make_document("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉，全面深化各项改革开放。")
    two = make_document("全面深化各项改革开放！甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", region_code="320803")
    assert find_passages(one, two)["passage"].tolist() == ["甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"]
    assert find_passages(one, two, min_length=10)["length"].tolist() == [20, 10]
    with pytest.raises(DataError, match="8 or more, got 7"):
        find_passages(one, two, min_length=7)


def test_set_phrases_are_told_from_own_ones():
    """The share of a passage that other reports have too says whether it is boilerplate; NA without other reports."""
    phrase, own = "坚持以习近平新时代中国特色社会主义思想为指导", "建成京杭大运河百里画廊文化产业带示范段"
    one = make_document(f"一、{phrase}。二、{own}。")
    two = make_document(f"甲、{phrase}；乙、{own}；", region_code="320803")
    third = make_document(f"我们{phrase}！", region_code="320812")
    common = dict(find_passages(one, two, boilerplate=[third])[["passage", "common"]].values.tolist())
    assert common == {phrase: 1, own: 0}
    assert find_passages(one, two)["common"].isna().all()


def test_texts_without_anything_in_common_share_nothing():
    """Strange texts and empty ones give an empty table with its columns."""
    found = find_passages(make_document("全面深化改革开放"), make_document("", region_code="320803"))
    assert len(found) == 0
    assert "passage" in found


def test_texts_that_are_not_at_hand_are_told(tmp_path):
    """A report that is not bundled, and a source that lacks it, say what to give; the bundled one is found."""
    assert load_texts(["320804-2023"])[0].region_code == "320804"
    with pytest.raises(DataError, match="320800-2023.*Texts are not shipped, only their features; give sources="):
        load_texts(["320800-2023"])
    with pytest.raises(ReadError, match="nowhere"):
        load_texts(["320800-2023"], tmp_path / "nowhere.parquet")


@pytest.mark.slow
def test_passages_of_real_reports_hold(corpus_path):
    """In real reports of a city in following years every passage stands where it is said to."""
    one, two = load_texts(["320800-2023", "320800-2022"], corpus_path)
    found = find_passages(one, two)
    assert len(found) > 10
    for row in found.to_dict("records"):
        assert squeeze(one.text[row["start"] : row["end"]]) == squeeze(two.text[row["other_start"] : row["other_end"]])
