"""Codes that follow one another, and those that do not."""

from __future__ import annotations

from policylab.read.lineage import follow_code, list_lineage
from policylab.read.regions import load_regions


def test_a_code_that_became_one_other_is_followed() -> None:
    """淮阴县 320821 and 淮阴区 320804 are one place, whichever is asked for."""
    assert list_lineage("320804") == list_lineage("320821") == ["320804", "320821"]


def test_merged_areas_end() -> None:
    """清河区 and 清浦区 both went to 清江浦区, which is another area; 莱芜市 went into 济南市, which was there before."""
    assert [follow_code(code) for code in ("320802", "320811", "371200")] == ["320802", "320811", "371200"]
    assert list_lineage("320812") == ["320812"]


def test_a_change_of_level_ends() -> None:
    """涪陵市 became a part of 重庆市, which is a province."""
    assert follow_code("511400") == "511400"


def test_every_chain_of_codes_ends_in_itself() -> None:
    """What a code is followed to is followed no further, and every code is in its own lineage."""
    for code in {region.region_code for region in load_regions()}:
        assert follow_code(follow_code(code)) == follow_code(code)
        assert code in list_lineage(code)


def test_an_unknown_code_is_itself() -> None:
    """Names of regions are not checked here."""
    assert list_lineage("999999") == ["999999"]
