from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from policylab.analyse.tables import to_table
from policylab.annotate.targets import annotate
from policylab.errors import DataError, ReadError
from policylab.model import Document
from policylab.publish import material, sections, sources
from policylab.publish.charts import plot_chain
from policylab.publish.figures import SavedFigure
from policylab.read.files import read_report
from policylab.read.regions import find_region

HOSTILE = "<script>alert(1)</script>"
TEXT = (
    "二、2023年工作安排\n"
    "今年经济社会发展主要预期目标是：地区生产总值增长8%左右，一般公共预算收入增长6%，"
    "居民收入与经济增长基本同步。\n"
    f"新增“{HOSTILE}”示范企业5家。\n"
)


def make_document(text: str = TEXT, **source: str) -> Document:
    """Return an invented report of 淮阴区."""
    return Document.from_text(text, region_code="320804", report_year=2023, source=MappingProxyType(source))


def strip(html: str) -> str:
    """Return the words of HTML."""
    return re.sub(r"<[^>]*>", "", html)


@pytest.fixture
def document() -> Document:
    """An invented report with a hostile name in it."""
    return make_document(title=f"报告{HOSTILE}", source_url="javascript:alert(1)", completeness="excerpt")


@pytest.fixture
def own(document: Document) -> pd.DataFrame:
    """Its targets."""
    table = to_table(annotate(document))
    assert table["headline"].sum() == 3
    return table


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_section_lets_a_report_run_code(
    document: Document, own: pd.DataFrame, chain: pd.DataFrame, lang: str
) -> None:
    """Text, item, title and address of a hostile report appear as words in every section."""
    region = find_region("320804", report_year=2023)
    chain["region_name"] = chain["region_name"].replace("淮阴区", HOSTILE)
    chain["source_url"] = "javascript:alert(1)"
    own["item"] = HOSTILE
    html = "".join(
        [
            sections.write_title(document, region, lang),
            sections.write_summary(own, chain, chain.head(0).assign(rank=[]), lang),
            sections.write_headline(document, own, lang),
            sections.write_chain(chain, lang),
            sections.write_trend(chain[chain["indicator"] == "gdp_growth"], lang),
            sources.write_evidence(document, own, [chain], lang),
            sources.write_sources(document, own, "0" * 64, lang),
            sources.write_run_record({"region_code": HOSTILE}, lang),
        ]
    )
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert html.count("&lt;script&gt;") > 5


def test_an_excerpt_is_told(document: Document) -> None:
    """A report of which an excerpt is at hand says so under its title; a whole one does not."""
    region = find_region("320804", report_year=2023)
    assert "节选" in strip(sections.write_title(document, region, "zh"))
    assert "节选" not in strip(sections.write_title(make_document(completeness="complete"), region, "zh"))


def test_the_headline_shows_words_and_places(document: Document, own: pd.DataFrame) -> None:
    """Each target stands with its words, the value in them marked, and a link to its place in the text."""
    html = sections.write_headline(document, own, "zh")
    assert "地区生产总值增长<mark>8%左右</mark>" in html
    start = document.text.index("地区生产总值")
    assert f'<a href="#c{start}">{start}–{start + 12}</a>' in html
    assert f'id="c{start}"' in sources.write_evidence(document, own, [], "zh")


def test_the_chain_counts_its_steps(chain: pd.DataFrame) -> None:
    """The sentence over the table counts steps up, equal and down of the region itself."""
    said = strip(sections.write_chain(chain, "zh"))
    assert "淮阴区与上级共有 6 项指标" in said
    assert "高出的 2 项，持平的 0 项，低于的 0 项" in said


def test_steps_are_told_in_words(own: pd.DataFrame, chain: pd.DataFrame, peers: pd.DataFrame) -> None:
    """The summary says above, equal or below with a size, never a bare sign."""
    ranks = peers[peers["region_code"] == "320804"]
    said = strip(sections.write_summary(own, chain, ranks, "zh"))
    assert "地区生产总值增速目标为8%左右：比全国（5%左右）高 3 个百分点" in said
    assert "比淮安市（7%以上）高 1 个百分点" in said
    assert "比中位数低 2.5 个百分点" in said
    equal = chain.assign(low=5, high=5)
    assert "与江苏省（5%左右）持平" in strip(sections.write_summary(own, equal, ranks, "zh"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sections_without_content_say_so(own: pd.DataFrame, chain: pd.DataFrame, lang: str) -> None:
    """A report without targets, superiors, peers or other years gets sentences and no failure."""
    none, table = own.head(0), chain.head(0)
    told = [
        sections.write_headline(document, none, lang),
        sections.write_chain(table, lang),
        sections.write_heading("peers", lang, is_empty=True),
        sections.write_ranks(table, lang),
        sections.write_trend(table, lang),
    ]
    assert all('class="soft"' in html and "<table" not in html for html in told)
    assert "0" in strip(sections.write_summary(none, table, table.assign(rank=[]), lang))
    assert "无目标" in sources.write_evidence(make_document("无目标"), none, [], lang)


def test_nothing_to_draw_becomes_a_sentence(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Where a chart has nothing to show, the cell shows a sentence and writes no file; other errors pass."""
    words = chain[chain["indicator"] == "income_growth"]
    shown = sections.draw(plot_chain, words, stem=str(tmp_path / "chain"), lang="zh")
    assert "没有足够的数字" in shown
    assert list(tmp_path.iterdir()) == []
    assert isinstance(sections.draw(plot_chain, chain, stem=str(tmp_path / "chain"), lang="zh"), SavedFigure)
    with pytest.raises(KeyError):
        sections.draw(plot_chain, chain.drop(columns="step_pp"), stem=str(tmp_path / "chain"), lang="zh")


def test_a_report_that_is_not_there_is_told_with_what_is() -> None:
    """The error says which reports of the region there are, and how to add one."""
    with pytest.raises(
        ReadError, match=r"no report 320804-2022; there is 320804-2023; to add one, save .*320804-2022\.txt"
    ):
        material.load_document("320804", 2022)


def test_quotes_that_do_not_hold_are_found(document: Document, own: pd.DataFrame) -> None:
    """The check of the notebook passes for true spans and names the record whose words are elsewhere."""
    material.check_quotes(document, own)
    with pytest.raises(DataError, match=r"320804-2023 \d+-\d+: expected '8%左右' in the quote"):
        material.check_quotes(document, own.assign(start=own["start"] + 20, end=own["end"] + 20))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("全国", []),
        ("江苏省", [("320000", "level")]),
        ("淮安市", [("320800", "cities")]),
        ("淮阴区", [("320800", "cities"), ("320804", "known")]),
        ("北京市东城区", [("110101", "known")]),
    ],
)
def test_peers_fit_the_level(name: str, expected: list[tuple[str, str]]) -> None:
    """Each level is compared with its own kind; districts of municipalities have no city between."""
    assert material.choose_peers(find_region(name), 2023) == expected


def test_provinces_are_named_only_where_they_differ(peers: pd.DataFrame) -> None:
    """Counties of several provinces carry the province's name; those of one, and provinces themselves, do not."""
    two = peers.head(2).assign(region_code=["320804", "130607"], region_name=["淮阴区", "满城区"])
    assert list(material.add_provinces(two)["region_name"]) == ["江苏 淮阴区", "河北 满城区"]
    one = two.assign(region_code=["320804", "320803"])
    assert material.add_provinces(one) is one


def test_the_report_replaces_what_the_facts_hold_of_it(seed_path: Path) -> None:
    """Facts about the same report are taken from its text, once, and those of others stay."""
    document = read_report(seed_path)
    own = to_table(annotate(document))
    table = material.join_facts(document, own)
    assert (table["report_id"] == document.report_id).sum() == len(own)
    assert (table["report_id"] != document.report_id).sum() > 1000


def test_comparing_a_report_without_targets_gives_no_rows(seed_path: Path) -> None:
    """A report in which nothing was read has an empty chain with its columns, not an error."""
    empty = to_table([])
    chain = material.compare_levels(empty, "320804", report_year=2023)
    assert len(chain) == 0
    assert {"region_name", "low", "step_pp", "missing"} <= set(chain.columns)
    assert material.rank_indicators(empty, "320804", report_year=2023, indicators=[], peers=[]).empty
