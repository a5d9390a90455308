from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from policylab.publish.render import (
    Html,
    join_html,
    render_fold,
    render_link,
    render_page,
    render_picture,
    render_quote,
    render_table,
    render_text,
)

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


class Reader(HTMLParser):
    """Collect tags and text as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def read(html: str) -> Reader:
    """Parse HTML."""
    reader = Reader()
    reader.feed(str(html))
    reader.close()
    return reader


@pytest.mark.parametrize(
    "html",
    [
        render_table([HOSTILE], [[HOSTILE]]),
        render_fold(HOSTILE, Html("<p>{}</p>").format(HOSTILE)),
        render_quote(HOSTILE, 0, len(HOSTILE), HOSTILE),
        render_quote(HOSTILE, 0, len(HOSTILE), "x"),
        render_link(f"https://example.org/{HOSTILE}", HOSTILE),
        render_link(f"javascript:{HOSTILE}", HOSTILE),
        render_text(HOSTILE, pd.DataFrame({"start": [3], "end": [9], "indicator": ["other"]}), "zh"),
    ],
)
def test_hostile_text_is_shown_and_never_run(html: str) -> None:
    """Text of a report that looks like HTML appears as text, in cells, quotes, links and the marked text."""
    seen = read(html)
    assert not {"script", "img"} & set(seen.tags)
    assert HOSTILE in seen.text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "not recorded", ""]
)
def test_only_web_addresses_become_links(address: str) -> None:
    """Other addresses are shown as words, not as links."""
    assert "href" not in render_link(address, "原文")
    assert 'href="https://example.org/"' in render_link("https://example.org/", "原文")


def test_the_text_stays_unchanged_under_its_marks() -> None:
    """Whatever is marked, the text that is shown is the report's, character for character."""
    text = "一、目标\r\n增长8%左右，\t其中工业增长9%；<完>\n"
    spans = pd.DataFrame({"start": [6, 6, 15], "end": [12, 21, 21], "indicator": ["gdp_growth", "other", "gdp_growth"]})
    assert read(render_text(text, spans, "zh")).text == text


def test_marks_carry_names_and_anchors() -> None:
    """A quote is marked with the name of its indicator, and each place where one begins can be linked to."""
    text = "增长8%左右，其中工业增长9%。"
    spans = pd.DataFrame({"start": [0, 7], "end": [14, 14], "indicator": ["gdp_growth", "industrial_va_growth"]})
    html = render_text(text, spans, "en")
    assert re.findall(r'id="(c\d+)"', html) == ["c0", "c7"]
    assert 'title="GDP growth"' in html
    assert 'title="GDP growth, Industrial value added growth"' in html


def test_a_page_stands_by_itself() -> None:
    """A page says its language and title, forbids scripts and anything from elsewhere, and brings its characters."""
    page = render_page("<p>淮阴区的目标</p>", title="目标 <2023>", lang="zh")
    assert page.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert "<title>目标 &lt;2023&gt;</title>" in page
    assert "default-src &#39;none&#39;" in page
    assert "@font-face" in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//|url\((?!data:)|@import|<script", page)
    assert 'lang="en"' in render_page("", title="", lang="en")


def test_pages_are_the_same_every_time() -> None:
    """The same content gives the same page."""
    assert render_page("<p>目标</p>", title="a", lang="zh") == render_page("<p>目标</p>", title="a", lang="zh")


def test_a_table_in_a_notebook_brings_its_style_and_a_page_leaves_it_out() -> None:
    """JupyterLab sets tables flush right, so a notebook's tables carry a style; a page has its own and drops it."""
    shown = render_table(["指标"], [["8%"]])._repr_html_()
    assert shown.startswith("<style>")
    assert "<style" not in Html("<p>8%</p>")._repr_html_()
    page = render_page(shown, title="报告", lang="zh")
    assert "jp-RenderedHTMLCommon" not in page
    assert "<td" in page
    assert "<style" not in join_html([render_table(["a"], [["b"]]), Html("<p>c</p>")])


def test_a_figure_becomes_a_picture_with_its_title_as_alternative() -> None:
    """A picture for the screen is inside the HTML, at the figure's width, and its label is escaped."""
    from matplotlib.figure import Figure

    figure = Figure((2, 1))
    figure.set_label('<"目标">')
    picture = render_picture(figure)
    assert picture.startswith('<img src="data:image/png;base64,')
    assert 'alt="&lt;&#34;目标&#34;&gt;" width="192"' in picture
