"""Reports: labels that the text contradicts are found, and their records are flagged, not dropped."""

from __future__ import annotations

import pytest

from policylab.analyse.coverage import build_coverage
from policylab.analyse.reports import build_reports, check_label, describe_report, flag_mislabelled
from policylab.errors import UnknownNameError
from policylab.model import Document


def write(text, region_code="341300", report_year=2015, **source):
    """Return a document with a label."""
    return Document.from_text(text, region_code=region_code, report_year=report_year, source=source)


def opening(place, year):
    """Return the opening of a report."""
    return f"政府工作报告\n——{year}年1月20日在{place}第四届人民代表大会第三次会议上\n一、{year - 1}年工作回顾\n"


def test_text_of_another_place_is_found():
    """宿州's text filed under 宿迁, and 高唐县's under 唐县, contradict their label."""
    assert check_label(write(opening("宿州市", 2015), "321300")) == "region: the text names 341300 宿州市"
    assert check_label(write(opening("高唐县", 2021), "130627", 2021)) == "region: the text names 371526 高唐县"


def test_review_year_taken_for_plan_year_is_found():
    """A report of 2015 filed under 2014, the year that it reviews, contradicts its label."""
    assert check_label(write(opening("宿州市", 2015), report_year=2014)) == "year: the text speaks for 2015"


def test_right_label_and_silent_text_are_no_contradiction():
    """A text that agrees, and one that names neither place nor year, are not flagged."""
    assert check_label(write(opening("宿州市", 2015))) == ""
    assert check_label(write("我们要加快发展。")) == ""


def test_region_that_did_not_exist_is_refused():
    """淮阴区 had no report for 1990: the code is refused with its years."""
    with pytest.raises(UnknownNameError, match="320804"):
        describe_report(write("政府工作报告", "320804", 1990))


def test_records_of_a_mislabelled_report_are_flagged_and_kept(make_table):
    """Every record read from it is flagged, also one that was implausible; cited facts of the place are not."""
    table = make_table(
        {"region_code": "321300", "report_year": 2015},
        {"region_code": "321300", "report_year": 2015, "low": "120"},
        {"region_code": "321300", "report_year": 2015, "source_kind": "citation"},
        {"region_code": "320800", "report_year": 2015},
    )
    flagged = flag_mislabelled(table, [describe_report(write(opening("宿州市", 2015), "321300"))])["flag"].tolist()
    assert flagged[0] == "label: region: the text names 341300 宿州市"
    assert flagged[1].startswith("label: region: the text names 341300 宿州市; implausible: 120")
    assert flagged[2:] == ["", ""]


def test_reports_table_counts_and_names_duplicates(make_table):
    """One row per report with its source, its counts, and the earlier report that it repeats."""
    text = opening("宿州市", 2015) + "".join(f"第{number}项工作取得新的进展和成效。" for number in range(300))
    documents = [
        write(text, completeness="complete", source_url="https://example.org/a"),
        write(text.replace("\n", "\n\n"), "340300"),
        write(text + "各位代表，让我们共同努力。", "340400"),
    ]
    facts = [describe_report(document) for document in documents]
    table = make_table(
        {"region_code": "341300", "report_year": 2015}, {"region_code": "341300", "report_year": 2015, "kind": "actual"}
    )
    coverage = build_coverage([item.outline for item in facts], table)
    reports = build_reports(facts, table, coverage).set_index("report_id")
    assert reports.loc["341300-2015", ["region_name", "level", "n_targets", "n_actuals", "n_headline_found"]].tolist() == [
        "宿州市", "city", 1, 1, 1,
    ]  # fmt: skip
    assert reports.loc["341300-2015", "source_url"] == "https://example.org/a"
    assert reports["duplicate_of"].tolist() == ["", "341300-2015", ""]
    assert reports["near_duplicate_of"].tolist() == ["", "", "341300-2015"]
    assert reports["label_flag"].ne("").tolist() == [False, True, True]
