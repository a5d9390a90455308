"""The words that decided each field of a record: other texts are refused, then what is found."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import yaml

from policylab.annotate.evidence import Evidence, explain_rule, explain_targets
from policylab.annotate.targets import annotate
from policylab.codebook.rules import Rule, load_rules
from policylab.errors import DataError
from policylab.model import Document, Target
from policylab.read.files import read_report
from tests.conftest import ROOT, SEED

TEXT = """一、2022年工作回顾
2022年，地区生产总值增长5.1%。
二、“十四五”后三年目标
今后五年，力争到2027年全市生产总值突破2000亿元。
三、2023年工作安排
主要预期目标是：地区生产总值力争增长6.5%左右，在实际工作中努力争取更好结果；固定资产投资、社会消费品零售总额分别增长8%和7%以上；确保居民收入与经济增长同步；居民消费价格涨幅控制在3%。
围绕上述目标，重点做好以下工作。
今年，高新区加快发展，一般公共预算收入增长9%。新建学校5所以上。
"""
FIELDS = ["kind", "indicator", "item", "value", "bound", "period", "modality", "stretch", "scope"]


def read(text: str) -> Document:
    """A report of a city for 2023."""
    return Document.from_text(text, region_code="320800", report_year=2023)


@cache
def explain() -> list[Evidence]:
    """The evidence for every record of the text above."""
    return explain_targets(read(TEXT), annotate(read(TEXT)))


def find_words(indicator: str, value: str) -> dict[str, str]:
    """The words that decided the fields of a record, "" where a default holds."""
    [found] = [
        evidence
        for evidence in explain()
        if evidence.target.indicator == indicator and evidence.target.as_written == value
    ]
    return {row.field: TEXT[row.start : row.end] for row in found.words}


def test_record_of_another_text_is_refused() -> None:
    """A record is explained from the text it was read from and from no other."""
    [target, *_] = annotate(read(TEXT))
    with pytest.raises(DataError, match=r"gdp_growth at \d+-\d+ was read from another text than that of 320800-2023"):
        explain_targets(read(f"{TEXT}。"), [target])


def test_cited_fact_is_refused() -> None:
    """A fact without a place in a text has no sentence to show."""
    [target, *_] = annotate(read(TEXT))
    with pytest.raises(DataError, match="cited fact without a place"):
        explain_targets(read(TEXT), [replace(target, start=None, end=None, sha256="")])


def test_unknown_rule_has_no_explanation() -> None:
    """A rule that rules.csv lacks is not made up."""
    assert explain_rule("link.magic") == ""


@pytest.mark.parametrize(
    ("indicator", "value", "expected"),
    [
        ("gdp_growth", "5.1%", {"indicator": "地区生产总值", "bound": "", "period": "2022年", "modality": ""}),
        (
            "gdp_level",
            "突破2000亿元",
            {"bound": "突破", "period": "2027年", "modality": "力争", "indicator": "全市生产总值"},
        ),
        ("gdp_growth", "6.5%左右", {"bound": "左右", "modality": "力争", "stretch": "努力争取更好结果", "period": ""}),
        ("fai_growth", "8%", {"indicator": "固定资产投资", "bound": "以上", "value": "8%"}),
        ("retail_sales_growth", "7%以上", {"indicator": "社会消费品零售总额", "bound": "以上", "scope": ""}),
        ("income_growth", "与经济增长同步", {"indicator": "居民收入", "value": "与经济增长同步", "modality": "确保"}),
        ("cpi_change", "控制在3%", {"bound": "控制在", "value": "控制在3%"}),
        ("fiscal_revenue_growth", "9%", {"scope": "高新区", "period": "今年"}),
        ("other", "5所以上", {"indicator": "学校", "item": "学校", "bound": "以上", "value": "5所以上"}),
    ],
)
def test_deciding_words_are_found(indicator: str, value: str, expected: dict[str, str]) -> None:
    """The words of a field are those that a reader would point at; a default has none."""
    found = find_words(indicator, value)
    assert {field: found[field] for field in expected} == expected


def test_default_says_what_decided() -> None:
    """Every field without words has a note, and every field with words has none."""
    rows = [row for evidence in explain() for row in evidence.words]
    assert [row for row in rows if (row.start == row.end) != bool(row.note)] == []
    assert {row.field for row in rows} == set(FIELDS)


def test_rows_come_in_one_order() -> None:
    """The fields of every record stand in the same order."""
    for evidence in explain():
        fields = [row.field for row in evidence.words]
        assert fields == [field for field in FIELDS if field in fields]


def test_part_of_the_report_is_named() -> None:
    """A record says whether it stands in the review, the plan or the block of main targets."""
    notes = [next(row.note for row in evidence.words if row.field == "kind") for evidence in explain()]
    assert {note.partition(",")[0] for note in notes} == {
        "in the review",
        "in the plan",
        "in the block of main expected targets",
    }


def test_sentence_holds_quote_and_words() -> None:
    """The quote and the words that come before it lie in the sentence."""
    for evidence in explain():
        start, end = evidence.sentence
        assert evidence.target.start is not None and evidence.target.end is not None
        assert start <= evidence.target.start < evidence.target.end <= end
        assert all(start <= row.start for row in evidence.words)


@cache
def load_specs() -> list[tuple[str, str]]:
    """The texts of the golden cases, each set as main targets and as plan."""
    cases: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "specs" / "targets.yml").read_text("utf-8"))
    head = "一、2022年工作回顾\n各项工作取得新进展。\n二、2023年工作安排\n"
    texts = [case["text"] for case in cases if "text" in case]
    return [(head + "主要预期目标是：" + text, text) for text in texts] + [(head + text, text) for text in texts]


def test_no_field_of_a_golden_case_is_without_reason() -> None:
    """For every record of the golden cases and of the bundled report, each field has words or a note, and its rule."""
    documents = [read(text) for text, _ in load_specs()] + [read_report(SEED)]
    found = [evidence for document in documents for evidence in explain_targets(document, annotate(document))]
    assert len(found) > 400
    bare = [
        (evidence.target, row.field)
        for evidence in found
        for row in evidence.words
        if row.start == row.end and not row.note
    ]
    assert bare == []
    assert [evidence.target.rule_id for evidence in found if not evidence.rule] == []


def apply_rule(words: str) -> list[Target]:
    """The records read from words that stand among main targets."""
    head = "二、2023年工作安排\n主要预期目标是：居民消费价格涨幅3%左右；"
    records = annotate(read(f"{head}{words}\n为实现上述目标，重点做好以下工作。\n"))
    return [target for target in records if target.start is not None and target.start >= len(head)]


RULES = [rule for rule in load_rules().values() if rule.rule_id != "citation"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_rule_is_what_its_example_fires(rule: Rule) -> None:
    """Extraction reads the example of a rule by that rule, and the counterexample by another."""
    assert rule.rule_id in [target.rule_id for target in apply_rule(rule.example)]
    assert rule.rule_id not in [target.rule_id for target in apply_rule(rule.counterexample)]
    assert len(apply_rule(rule.counterexample)) > 0


def test_rules_are_whole() -> None:
    """Every rule has a sentence; the rule of cited facts alone has no example."""
    for rule in load_rules().values():
        assert rule.explanation.endswith(".")
        assert bool(rule.example) == bool(rule.counterexample) == (rule.rule_id != "citation")
