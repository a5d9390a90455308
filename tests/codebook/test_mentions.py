"""Names of indicators in a text: the longest at each place, none twice, at exact offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policylab.codebook import fold, load_codebook
from policylab.codebook.mentions import find_mentions

ALIASES = load_codebook().aliases


def named(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The names found in a text, as written, with their concepts."""
    return [(text[m.start : m.end], m.concepts) for m in find_mentions(fold(text))]


def test_a_text_without_names_has_none() -> None:
    """Ordinary words name no indicator."""
    assert named("各位代表，过去一年极不平凡。") == []
    assert named("") == []


def test_the_longest_name_wins() -> None:
    """人均地区生产总值 is neither 地区生产总值 nor 生产总值."""
    assert named("人均地区生产总值达到8万元") == [("人均地区生产总值", ("gdp_per_capita",))]
    assert named("存贷款余额增长9%") == [("存贷款余额", ("-", "loans"))]


def test_imports_and_exports_are_no_exports() -> None:
    """出口 inside 进出口 is not read as exports."""
    assert named("进出口总额增长5%，其中出口增长8%") == [("进出口总额", ("trade",)), ("出口", ("export",))]


def test_the_leftmost_name_wins() -> None:
    """装备制造业投资 is not read as 制造业投资, which shares its characters but begins later."""
    assert named("制造业投资增长9%") == [("制造业投资", ("manufacturing_investment",))]
    assert named("装备制造业投资增长9%") == [("装备制造业", ("equipment_va",))]


def test_joint_names_keep_their_order() -> None:
    """A name of several indicators gives them in the order in which values follow."""
    assert named("城乡居民人均可支配收入") == [("城乡居民人均可支配收入", ("urban_income", "rural_income"))]
    assert named("农村和城镇居民人均可支配收入") == [("农村和城镇居民人均可支配收入", ("rural_income", "urban_income"))]


def test_full_width_names_are_found_at_their_place() -> None:
    """Offsets count the text as written, in full-width letters too."""
    assert named("全市ＧＤＰ增长6%、ＰＭ２．５浓度下降") == [("ＧＤＰ", ("gdp",)), ("ＰＭ２．５浓度", ("pm25",))]


def test_weak_names_say_so() -> None:
    """出口 may be a firm's; 外贸出口 may not."""
    assert [mention.weak for mention in find_mentions("出口，外贸出口")] == [True, False]


def test_every_alias_finds_itself() -> None:
    """Each name of the codebook, alone, is found whole with its concepts."""
    lost = [
        alias.alias
        for folded, alias in ALIASES.items()
        if find_mentions(folded) != [(0, len(folded), alias.concepts, alias.weak)]
    ]
    assert lost == []


@given(st.lists(st.one_of(st.sampled_from(sorted(ALIASES)), st.sampled_from(["增长", "、", "和", "5%", "产业", "总"]))))
def test_mentions_never_overlap(pieces: list[str]) -> None:
    """In any text they come in order, share no character, and are names of the codebook."""
    text = "".join(pieces)
    end = 0
    for mention in find_mentions(text):
        assert end <= mention.start < mention.end
        assert ALIASES[text[mention.start : mention.end]].concepts == mention.concepts
        end = mention.end
