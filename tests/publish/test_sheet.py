"""Breaking lines and measuring text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policylab.publish.sheet import measure_ems, wrap


def test_brackets_stay_together() -> None:
    """An opening bracket never ends a line, a closing one never begins one, and a short bracket is not broken."""
    for width in range(4, 14):
        lines = wrap("一般公共预算收入增速（%）和城镇新增就业（万人）", width)
        assert not [line for line in lines if line.endswith("（") or line.startswith("）")]
        assert sum("（万人）" in line for line in lines) == 1


def test_latin_text_is_measured_by_its_letters() -> None:
    """Narrow letters are narrower than wide ones, and a Chinese character is an em."""
    assert measure_ems("illi") < measure_ems("mwmw")
    assert measure_ems("目标") == 2


@given(st.text(alphabet="目标，。（）abc %", max_size=60), st.integers(8, 30))
def test_nothing_is_lost_in_breaking(text: str, width: int) -> None:
    """Lines joined again are the text but for blanks, and none is longer than asked."""
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
