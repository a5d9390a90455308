"""Reports with their targets marked: hostile texts first, then what is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policylab
from policylab.annotate.targets import annotate
from policylab.errors import DataError
from policylab.model import Document, Target
from policylab.publish.evidence import clean_text, describe_target, paint_report, render_document, show_report

TEXT = """一、2022年工作回顾
2022年，地区生产总值增长5.1%。
二、今后五年目标
今后五年，地区生产总值突破2000亿元。
三、2023年工作安排
主要预期目标是：城乡居民人均可支配收入分别增长7%和8%，一般公共预算收入增长6%。
新建学校5所。
"""
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;"
TAGS = {"style", "p", "strong", "mark", "div"}


class Page(HTMLParser):
    """What a browser makes of a fragment: its tags, attributes, and the text of the report."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.marks: list[tuple[dict[str, str | None], str]] = []
        self.attributes: set[str] = set()
        self.report = ""
        self._inside = False
        self.feed(str(html))  # concatenating Html escapes
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and whether the report begins."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside |= ("class", "policylab-report") in attrs
        if tag == "mark" and self._inside:
            self.marks.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if self._inside:
            self.report += data
        if self._inside and self.lasttag == "mark" and self.marks:
            attrs, text = self.marks[-1]
            self.marks[-1] = attrs, text + data

    def handle_endtag(self, tag: str) -> None:
        """Note where the report ends."""
        self._inside &= tag != "div"


def read(text: str) -> Document:
    """A report of a city for 2023."""
    return Document.from_text(text, region_code="320800", report_year=2023)


def move(target: Target, document: Document, start: int, end: int) -> Target:
    """The record at another place of another text."""
    return replace(target, start=start, end=end, sha256=document.sha256)


@pytest.fixture
def target() -> Target:
    """Some record."""
    return annotate(read(TEXT))[0]


def test_text_of_a_report_cannot_inject(target: Target) -> None:
    """Markup in the text, in its title and in every field of a record is shown as it is written and never obeyed."""
    document = Document.from_text(HOSTILE, region_code="320800", report_year=2023, source={"title": HOSTILE})
    spoilt = replace(target, item=HOSTILE, indicator="other", as_written=HOSTILE, scope=HOSTILE, rule_id=HOSTILE)
    page = Page(render_document(document, [move(spoilt, document, 3, 20)]))
    assert set(page.tags) == TAGS
    assert page.attributes == {"class", "title"}
    assert page.report == HOSTILE
    assert HOSTILE in str(page.marks[0][0]["title"])


def test_notebook_shows_no_markup_of_a_record(target: Target) -> None:
    """A record in a notebook is a table of its fields, escaped."""
    html = replace(target, item=HOSTILE)._repr_html_()
    page = Page(html)
    assert set(page.tags) == {"table", "tr", "th", "td"}
    assert "&lt;script&gt;" in html and "<script" not in html
    assert f"<tr><th>indicator</th><td>{target.indicator}</td></tr>" in html


@pytest.mark.parametrize("text", ["增长\x1b]0;x\x07\x1b[2J8%", "增长\u202e%8\u2069", "增长\x9b31m8%", "\ud800增长8%"])
def test_nothing_in_a_text_is_obeyed(text: str) -> None:
    """Control characters, changes of direction and halves of characters reach neither a terminal nor a page."""
    document = read(text)
    for shown in (paint_report(document, [], color=True), render_document(document, [])):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
        assert "\ufffd" in shown
        assert shown.encode("utf-8")


def test_line_ends_stay_lines() -> None:
    """A lone carriage return cannot write over the line before it."""
    assert clean_text("甲\r\n乙\r丙") == "甲\n乙\n丙"


@pytest.mark.parametrize("show", [render_document, lambda *given: paint_report(*given, color=False)])
def test_record_of_another_text_is_refused(target: Target, show) -> None:
    """A record is never marked at a place of a text that it was not read from."""
    with pytest.raises(DataError, match="was read from another text"):
        show(read(f"{TEXT}。"), [target])


def test_cited_facts_are_left_out(target: Target) -> None:
    """A fact without a place in the text is not marked."""
    cited = replace(target, start=None, end=None, sha256="", source_kind="citation")
    assert Page(render_document(read(TEXT), [cited])).marks == []


@given(
    text=st.text(st.sampled_from("增长8%<>&\"'\n "), min_size=1, max_size=40),
    spans=st.lists(st.tuples(st.integers(0, 39), st.integers(1, 40)), max_size=8),
)
def test_any_overlap_keeps_the_text_whole(text: str, spans: list[tuple[int, int]]) -> None:
    """However records nest and overlap, the text shown is the text, and each character has the marks that cover it."""
    [record, *_] = annotate(read(TEXT))
    document = read(text)
    inside = [(start, min(start + length, len(text))) for start, length in spans if start < len(text)]
    records = [replace(move(record, document, *span), rule_id=f"rule{n}") for n, span in enumerate(inside)]
    page = Page(render_document(document, records))
    assert page.report == text
    told = [sorted(re.findall("rule[0-9]+", str(attrs["title"]))) for attrs, _ in page.marks]
    covered = [
        sorted(f"rule{n}" for n, (start, end) in enumerate(inside) if start <= at < end) for at in range(len(text))
    ]
    runs = [names for at, names in enumerate(covered) if names and (at == 0 or names != covered[at - 1])]
    squeezed = [names for at, names in enumerate(told) if at == 0 or names != told[at - 1]]
    assert {tuple(names) for names in squeezed} == {tuple(names) for names in runs}
    plain = paint_report(document, records, color=False).partition("\n\n")[2]
    assert re.sub(r"\[\d*R |\]", "", plain) == text


def test_kinds_are_told_apart_without_colour() -> None:
    """Each kind has its own line under the text, and its own letter in plain text."""
    html = str(show_report(read(TEXT)))
    lines = re.findall(r"mark\.policylab-(\w+)\{[^}]*border-bottom:([^}]*)\}", html)
    assert len(lines) == len(dict(lines)) == len({line for _, line in lines}) == 4
    plain = paint_report(read(TEXT), annotate(read(TEXT)), color=False)
    assert plain.splitlines()[1] == (
        "[H 主要目标 headline target]  [F 五年目标 five-year goal]  [P 工作目标 plan target]  [R 上年结果 result]"
    )
    assert "2022年，[R 地区生产总值增长5.1%]。" in plain
    assert "今后五年，[F 地区生产总值突破2000亿元]。" in plain
    assert "[2H 城乡居民人均可支配收入分别增长7%和8%]，[H 一般公共预算收入增长6%]。" in plain
    assert "新建[P 学校5所]。" in plain


def test_terminal_styles_differ() -> None:
    """With colours, the text without its codes is the text, and each kind has a style of its own."""
    colored = paint_report(read(TEXT), annotate(read(TEXT)), color=True)
    body = colored.partition("\n\n")[2]
    assert re.sub(r"\x1b\[[0-9;]*m", "", body) == TEXT
    assert len(set(re.findall(r"\x1b\[([1-9][0-9;]*)m", body))) == 4


def test_tooltip_has_what_decides() -> None:
    """Hovering a mark gives indicator, value, bound, period and rule; where records overlap, of each of them."""
    marks = Page(show_report(read(TEXT))).marks
    both = next(str(attrs["title"]) for attrs, text in marks if text.startswith("城乡居民"))
    for words in ("urban_income_growth", "rural_income_growth", "exact 7 %", "exact 8 %", "2023", "link.apart"):
        assert words in both
    later = next(str(attrs["title"]) for attrs, text in marks if "和8%" in text)
    assert "rural_income_growth" in later and "urban_income_growth" not in later


def test_description_tells_what_is_not_plain(target: Target) -> None:
    """Modality, stretch, sub-area and a reader's decision are told, and a range with both ends."""
    told = describe_target(replace(target, modality="strive", stretch=True, scope="高新区", status="corrected"))
    assert ", strive, stretch, 高新区\n" in told
    assert told.endswith(", corrected")


def test_report_without_records_says_so() -> None:
    """A text in which nothing was found is shown whole, with a count of none."""
    assert paint_report(read("各位代表。"), [], color=False) == "320800-2023: 0 records\n\n各位代表。"
    assert "320800-2023: 0 records" in show_report(read("各位代表。"))


def test_document_renders_in_a_notebook_as_its_report() -> None:
    """What Jupyter shows of a Document is the report with its targets marked, also where a fragment is shown twice."""
    document = read(TEXT)
    assert document._repr_html_() == str(policylab.show_report(document)) == show_report(document)._repr_html_()
    assert document._repr_html_().count("<mark class=") > 6
