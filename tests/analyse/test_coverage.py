"""What missing means: found, not set, absent, no section, excerpt."""

from __future__ import annotations

import pandas as pd

from policylab.analyse.compare import compare_chain
from policylab.analyse.coverage import build_coverage, list_headline_indicators, outline_report, refine_missing
from policylab.codebook import load_codebook
from policylab.model import Document

BLOCK = "二、今年工作安排\n今年的主要预期目标是：城镇新增就业3万人，居民消费价格涨幅3%左右，粮食产量保持稳定。"
NOT_SET = "考虑到外部形势多变，今年没有提出经济增长具体目标，以便集中精力稳就业。"


def cover(make_table, text, *rows, **source):
    """Return the status by indicator of one report of 淮阴区 for 2023 with these targets."""
    document = Document.from_text(text, region_code="320804", report_year=2023, source=source)
    coverage = build_coverage([outline_report(document)], make_table(*rows))
    return coverage.set_index("indicator")


def test_report_without_a_block_has_no_section(make_table):
    """Where there is no block of main targets, nothing is called absent from it."""
    coverage = cover(make_table, "一、过去一年工作回顾\n一年来，城市面貌改善。")
    assert set(coverage["status"]) == {"no_section"}
    assert coverage["start"].isna().all()


def test_excerpt_is_told_from_a_report_without_a_block(make_table):
    """Of an excerpt one can't say that the report has no block."""
    coverage = cover(make_table, "一、过去一年工作回顾\n一年来，城市面貌改善。", completeness="partial")
    assert set(coverage["status"]) == {"excerpt"}


def test_found_and_absent(make_table):
    """A stated target is found with its span; others of a report with a block are absent."""
    coverage = cover(make_table, BLOCK, {"indicator": "cpi_change", "low": "3", "start": 30, "end": 42})
    assert coverage.loc["cpi_change", ["status", "start", "end"]].tolist() == ["found", 30, 42]
    assert coverage.loc["gdp_growth", "status"] == "absent"
    assert list(coverage.index) == list_headline_indicators()


def test_goal_of_five_years_or_of_an_area_is_not_the_annual_target(make_table):
    """A five-year goal and a target of a sub-area do not make the annual target found."""
    rows = [{"period": "2023-2027"}, {"scope": "高新区"}, {"kind": "actual"}]
    assert cover(make_table, BLOCK, *rows).loc["gdp_growth", "status"] == "absent"


def test_not_set_has_its_sentence(make_table):
    """A report that says it sets no growth target is not set, with the whole sentence."""
    text = BLOCK + NOT_SET
    coverage = cover(make_table, text)
    row = coverage.loc["gdp_growth"]
    assert row["status"] == "not_set"
    assert text[row["start"] : row["end"]] == NOT_SET
    assert coverage.loc["retail_sales_growth", "status"] == "absent"


def test_a_stated_number_outweighs_not_set(make_table):
    """Where a target is read all the same, it is found."""
    assert cover(make_table, BLOCK + NOT_SET, {}).loc["gdp_growth", "status"] == "found"


def test_target_that_was_missed_is_not_one_that_is_not_set(make_table):
    """没有完成 is no 没有提出, and the review speaks of another year."""
    missed = "去年没有完成经济增长目标。"
    earlier = "一、过去一年工作回顾\n去年没有提出经济增长具体目标。\n"
    assert cover(make_table, BLOCK + missed).loc["gdp_growth", "status"] == "absent"
    assert cover(make_table, earlier + BLOCK).loc["gdp_growth", "status"] == "absent"


def test_wording_examples_match_and_counterexamples_do_not():
    """Every pattern of not_set matches its example and not its counterexample."""
    import re

    from policylab.codebook import fold

    for entry in load_codebook().wording["not_set"]:
        assert re.search(entry["pattern"], fold(entry["example"])), entry
        assert not re.search(entry["pattern"], fold(entry["counterexample"])), entry


def test_comparison_takes_finer_reasons(make_table):
    """not_stated and no_report give way to what coverage knows; other reasons stay."""
    table = make_table({}, {"region_code": "320000", "low": None}, {"region_code": "100000", "indicator": "cpi_change"})
    chain = compare_chain(table, "320804", report_year=2023, indicators=["gdp_growth"])
    statuses = {"100000": "not_set", "320000": "absent", "320800": "excerpt", "320804": "no_section"}
    coverage = pd.DataFrame(
        [(code, 2023, "gdp_growth", status) for code, status in statuses.items()],
        columns=["region_code", "report_year", "indicator", "status"],
    )
    assert refine_missing(chain, coverage)["missing"].tolist() == ["not_set", "qualitative", "excerpt", ""]
