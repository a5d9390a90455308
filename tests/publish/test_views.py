from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from policylab.analyse.peers import PEER_FORMS, PEER_RULES
from policylab.analyse.tables import to_table
from policylab.annotate.ledger import draft_entry, load_corrections
from policylab.annotate.review import apply_corrections
from policylab.annotate.targets import annotate
from policylab.errors import DataError
from policylab.model import Document, Target
from policylab.publish import material, views
from policylab.publish.explore import render_view
from policylab.publish.words import list_keys

HOSTILE = "<script>alert(1)</script>"
TEXT = (
    "二、2023年工作安排\n今年主要预期目标是：地区生产总值增长8%左右，物价涨幅3%，居民收入与经济增长基本同步。\n"
    f"新增“{HOSTILE}”企业5家。新增企业5家。粮食产量稳定在100万吨以上。\n"
)


@pytest.fixture
def document() -> Document:
    """An invented report with a hostile name in it."""
    return Document.from_text(TEXT, region_code="320804", report_year=2023)


@pytest.fixture
def targets(document: Document) -> Sequence[Target]:
    """Its records."""
    return annotate(document)


@pytest.fixture(scope="module")
def facts() -> material.Facts:
    """The tables of the project."""
    return material.load_facts()


def strip(html: str) -> str:
    """Return the words of HTML."""
    return re.sub(r"<[^>]*>", "", html)


def fill(entry: str) -> str:
    """Return an entry with what a reader adds."""
    return entry.replace("reason:\n  by:\n  on:", "reason: misprint\n  by: A. Reader\n  on: 2024-05-31")


def load_entry(entry: str, folder: Path, report_id: str) -> Any:
    """Return an entry as a ledger has it."""
    (folder / f"{report_id}.yml").write_text(entry, "utf-8")
    return load_corrections(folder)


def test_a_drafted_entry_is_refused_as_long_as_it_says_nothing(
    document: Document, targets: Sequence[Target], tmp_path: Path
) -> None:
    """An entry whose reason is not filled in, or that changes nothing, does not correct anything in silence."""
    entry = draft_entry(targets[0], document.text)
    with pytest.raises(DataError, match="reason should be text"):
        load_entry(entry, tmp_path, document.report_id)
    filled = fill(entry)
    corrections = load_entry(filled, tmp_path, document.report_id)
    with pytest.raises(DataError, match="already says what the entry sets"):
        apply_corrections(targets, corrections, document.text)


def test_a_drafted_entry_finds_its_own_record(document: Document, targets: Sequence[Target], tmp_path: Path) -> None:
    """Whatever the record, its entry filled in as a confirmation confirms it and no other."""
    for place, target in enumerate(targets):
        entry = re.sub(r"\n  set: .*", "", draft_entry(target, document.text)).replace("override", "confirm")
        filled = fill(entry)
        corrections = load_entry(filled, tmp_path, document.report_id)
        reviewed = apply_corrections(targets, corrections, document.text).targets
        assert [index for index, record in enumerate(reviewed) if record.status == "confirmed"] == [place]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_record_is_told_with_its_words_and_its_entry(
    document: Document, targets: Sequence[Target], lang: str
) -> None:
    """The evidence has sentence, deciding words and rule, then the entry; nothing in a report can run."""
    shown = views.view_record(document, targets, indicator="gdp_growth", lang=lang)
    assert "<mark>地区生产总值增长8%左右</mark>" in shown
    assert "link.name" in shown
    assert "- quote: 地区生产总值增长8%左右" in shown
    assert "data/corrections/320804-2023.yml" in shown
    other = views.view_record(document, targets, indicator="other", lang=lang)
    assert "<script" not in other
    assert "&lt;script" in other


def test_an_indicator_that_a_report_lacks_is_told(document: Document, targets: Sequence[Target]) -> None:
    """A report without the indicator says so in place of an empty table."""
    assert "没有这项指标" in views.view_record(document, targets, indicator="fai_growth", lang="zh")


def test_what_was_read_is_counted(document: Document, targets: Sequence[Target]) -> None:
    """The summary's numbers are those of the records."""
    told = strip(views.tell_report(document, to_table(targets), "en"))
    assert f"{len(targets)} records were read" in told
    assert "3 main expected targets" in told
    assert "1 say &#34;about&#34;" in told
    assert "1 words only" in told


def test_every_rule_has_a_heading() -> None:
    """Whatever the rule for peers, the comparison has words for it."""
    forms = [*PEER_RULES, *(form.partition(":")[0] for form in PEER_FORMS)]
    assert [form for form in forms if f"peers.{form}" not in list_keys()] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("region_code", "rule"), [("320804", "known"), ("320800", "cities"), ("520000", "level"), ("100000", "known")]
)
def test_a_comparison_is_told_and_drawn(facts: material.Facts, region_code: str, rule: str, lang: str) -> None:
    """Every level can be compared: words, a picture or a line in its place, and the levels as a table."""
    choices = {"report_year": 2023, "indicator": "gdp_growth", "rule": rule, "end": "low"}
    shown = render_view(
        lambda **values: views.view_comparison(facts, **values),
        {"region_code": region_code, **choices},
        lang,
        table=facts.targets,
    )
    assert 'role="alert"' not in shown
    assert not re.search(r"\bnan\b|NA|None", strip(shown))
    assert shown.count("data:image/png") == 1


def test_steps_are_counted_from_the_chain(facts: material.Facts) -> None:
    """The sentence on steps has the counts and the largest step of the table."""
    found = views.compare_one(facts, "320804", report_year=2023, indicator="gdp_growth", rule="known", end="low")
    own = found.chain[found.chain["region_code"].eq("320804")]["step_pp"].dropna()
    told = strip(views.tell_comparison(found, "en", rule="known"))
    assert f"Of {len(own)} indicators in per cent, {(own > 0).sum()} are above" in told
    assert f"({own.max():g} pp)" in told


def test_a_report_beside_the_facts_stands_in_for_them(
    facts: material.Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report in data/reports replaces what the tables held of the same region and year, and adds no second copy."""
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "320800-2023.txt").write_text(TEXT, "utf-8")
    known = material.data_path
    monkeypatch.setattr(material, "data_path", lambda name: folder if name == "reports" else known(name))
    table = material.load_facts().targets
    own = table[table["report_id"].eq("320800-2023")]
    assert len(own) == len(annotate(Document.from_text(TEXT, region_code="320800", report_year=2023)))
    assert set(table.columns) == set(facts.targets.columns)
    assert isinstance(table, pd.DataFrame)


def test_evidence_is_told_in_the_language() -> None:
    """In a Chinese notebook no field, value, note or rule is told in English, and in an English one none in Chinese."""
    text = "主要预期目标是：力争地区生产总值增长8%左右，新增就业2万人以上，居民收入与经济增长同步。办好民生实事20件。"
    document = Document.from_text(text, region_code="320804", report_year=2023)
    targets = annotate(document)
    for indicator in sorted({target.indicator for target in targets}):
        chinese = strip(views.view_record(document, targets, indicator=indicator, lang="zh")).split("data/corrections")[
            0
        ]
        assert not re.findall(
            r"[A-Za-z]{3,}", re.sub(r"(link|statement)\.\w+|wording\.yaml|joining|规则 other", "", chinese)
        )
        english = views.view_record(document, targets, indicator=indicator, lang="en").split("data/corrections")[0]
        cells = re.findall(r"<td>([^<]*)</td><td>([^<]*)</td>", english)
        assert not [cell for row in cells for cell in row[:1] if re.search("[\u4e00-\u9fff]", cell)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_record_is_listed(document: Document, targets: Sequence[Target], lang: str) -> None:
    """The table has one row a record, each with its value as written, and no code of the library."""
    listed = views.list_records(to_table(targets), lang)
    assert listed.count("<tr>") == len(targets) + 1
    assert all(f">{target.as_written}<" in listed for target in targets)
    assert not re.search(r"gdp_growth|at_least|\bwhole\b|\bauto\b|nan", listed)
