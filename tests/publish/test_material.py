from __future__ import annotations

import re

import pandas as pd
import pytest

from policylab.analyse.compare import trend
from policylab.analyse.coverage import load_coverage, refine_missing
from policylab.errors import ReadError
from policylab.model import Document
from policylab.publish import material, sections, sources
from policylab.publish.render import VALUES_MIME, NotedHtml
from policylab.read.regions import find_region


@pytest.fixture(scope="module")
def untold() -> Document:
    """The report of Huai'an of 2023, whose text the project does not ship."""
    return material.load_document("320800", 2023)


def test_a_report_without_its_text_has_its_facts(untold: Document) -> None:
    """Hash, address and records are those of the text that was read; the text is empty and no quote is made up."""
    own = material.load_own(untold)
    assert untold.text == ""
    assert len(own) > 50
    assert set(own["sha256"]) == {untold.sha256}
    assert own["headline"].sum() > 5
    assert untold.source["source_url"].startswith("https://")
    material.check_quotes(untold, own)


def test_the_page_of_a_report_without_text_says_so(untold: Document) -> None:
    """Values stand as written with place and address, and a caution says that the text is not at hand."""
    own = material.load_own(untold)
    region = find_region("320800", report_year=2023)
    for lang, told in (("zh", "原文不在手头"), ("en", "not at hand")):
        assert told in sections.write_title(untold, region, lang)
        evidence = str(sources.write_evidence(untold, own, [], lang))
        assert told in evidence
        assert 'href="#c' not in evidence
        assert f'href="{untold.source["source_url"]}"' in evidence
        assert re.search(r"<mark>7%左右</mark>", evidence)


def test_headline_values_are_noted_for_the_index(untold: Document) -> None:
    """The section carries the numbers of the year in a form for programs."""
    section = sections.write_headline(untold, material.load_own(untold), "zh")
    assert isinstance(section, NotedHtml)
    values = section._repr_mimebundle_()[VALUES_MIME]
    assert values[0] == {"key": "gdp_growth", "name": "地区生产总值增速", "text": "7%左右", "value": 7.0}
    assert len({value["key"] for value in values}) == len(values)


def test_known_reports_are_those_with_text_or_facts() -> None:
    """All 13 cities of Jiangsu of 2023 are known, a district without report is not, and the message says how to add one."""
    known = material.list_reported(2023)
    assert {f"32{number:02d}00" for number in range(1, 14)} | {"320804"} <= known
    assert "320803" not in known
    with pytest.raises(ReadError, match="no report 320803-2023; to add one, save its text as"):
        material.load_document("320803", 2023)
    with pytest.raises(ReadError, match="no report 320800-1950; there is .*320800-2025; to add one"):
        material.check_reported("320800", 1950)


@pytest.mark.parametrize("region_code", ["320804", "320800"])
def test_what_is_read_in_part_tells_as_much_as_the_whole(region_code: str) -> None:
    """Why a number is missing in a region's years comes out the same from the rows near to it and from all rows."""
    document = material.load_document(region_code, 2023)
    own = material.load_own(document)
    chain = material.list_chain(region_code, report_year=2023)
    years = trend(material.join_facts(document, own), chain, indicator="fai_growth")
    whole = load_coverage()
    others = whole[whole["report_id"].ne(document.report_id)] if document.text else whole
    near = material.join_coverage(document, own)
    kept = pd.concat([others, near[near["report_id"].eq(document.report_id)]]) if document.text else others
    pd.testing.assert_frame_equal(refine_missing(years, near), refine_missing(years, kept))
