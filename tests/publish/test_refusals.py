"""Why a choice has no result, in the language of the notebook."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from policylab.analyse.tables import to_table
from policylab.annotate.targets import annotate
from policylab.errors import DataError, PolicylabError, UnknownNameError
from policylab.model import Document
from policylab.publish.refusals import tell_refusal


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """The targets of two invented reports."""
    text = "主要预期目标是：地区生产总值增长8%左右，物价涨幅3%。"
    reports = [Document.from_text(text, region_code="320804", report_year=year) for year in (2022, 2023)]
    return to_table(target for report in reports for target in annotate(report))


CASES: list[tuple[dict[str, Any], PolicylabError, str, str]] = [
    ({"region_code": "鼓楼区"}, UnknownNameError("x"), "可能指 4 个地区：320106", "may be any of 4 regions: 320106 Gulou"),
    ({"region_code": "怀阴区"}, UnknownNameError("x"), "是不是淮阴区", "did you mean 淮阴区"),
    ({"region_code": "Huaiyn District"}, UnknownNameError("x"), "是不是Huaiyin District", "did you mean Huaiyin"),
    ({"region_code": "qwerty"}, UnknownNameError("x"), "请从列表里选", "pick one from the list"),
    ({"region_code": " "}, UnknownNameError("x"), "请填", "Give the name"),
    ({"region_code": "320804", "report_year": 1990}, UnknownNameError("x"), "在1990年不存在（2000–）", "in 1990 (2000–)"),
    ({"region_code": "320803"}, DataError("x"), "没有淮安区任何一年", "no report of Huai'an District at hand"),
    ({"region_code": "320804", "report_year": 2020}, DataError("x"), "有 2022、2023 年", "those for 2022, 2023"),
    ({"region_code": "320804 江苏省淮安市淮阴区", "report_year": 2023, "rule": "cities"}, UnknownNameError("x"), "“本省各市”", '"cities of the'),
    ({"region_code": "320804", "report_year": 2023, "rule": "development:gdp_level"}, DataError("x"), "没有给出地区生产总值", "(GDP)"),
    ({"region_code": "320804", "rule": "city", "report_year": 2023}, DataError("x"), "不够比较", "not enough reports"),
    ({"indicator": "gdp_growth"}, DataError("x"), "这样选没有结果：x", "No result for this choice: x"),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "error", "chinese", "english"), CASES)
def test_a_refusal_is_told_in_the_language(
    table: pd.DataFrame, choices: dict[str, Any], error: PolicylabError, chinese: str, english: str
) -> None:
    """Each choice that cannot be is told with what could be, and no English is left in a Chinese notebook."""
    told = tell_refusal(error, choices, table, "zh")
    assert chinese in told
    if not re.search("[A-Za-z]{2}", str(choices.get("region_code"))):  # a name in English is repeated as it was typed
        assert not re.search("[A-Za-z]{2}", told)
    assert english in tell_refusal(error, choices, table, "en")


def test_an_error_is_one_line_in_a_notebook() -> None:
    """IPython shows an error of the library without a traceback."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    said: list[list[str]] = []
    shell._showtraceback = lambda etype, evalue, stb: said.append(stb)  # type: ignore[method-assign]
    result = shell.run_cell("from policylab.read.regions import find_region\nfind_region('怀阴区')", silent=True)
    InteractiveShell.clear_instance()
    assert isinstance(result.error_in_exec, UnknownNameError)
    assert [len(lines) for lines in said] == [1]
    assert said[0][0].startswith("UnknownNameError: no region has the name")
