"""Web pages: the body is found, what is not the report stays out, and a hostile page is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylab.errors import ReadError
from policylab.read.pages import read_page

BODY = "今年地区生产总值增长5%左右，一般公共预算收入增长3%，城镇新增就业6000人以上，居民收入与经济增长同步。"


def read(page: str) -> str:
    """Return the text of a page."""
    return read_page(page.encode(), "a.html").text


def test_chrome_and_others_reports_stay_out(
    report: str, writers: dict[str, Callable[..., Path]], tmp_path: Path
) -> None:
    """Menus, links to other places' reports, scripts, hidden words and notes of the site are left out, and counted."""
    extract = read_page(writers["html"](report, tmp_path / "a").read_bytes(), "a.html")
    assert extract.text == "\n".join(line for line in report.split("\n") if line) + "\n"
    for word in ("首页", "清江浦区", "涟水县", "99%", "隐藏", "ICP", "浏览次数", "上一篇", "\xa0"):
        assert word not in extract.text
    assert extract.notes["left_out"].startswith("hidden elements (1); menus (3)")


def test_declared_charset_that_is_wrong_is_not_believed(report: str, writers: dict[str, Any], tmp_path: Path) -> None:
    """A page in GB18030 that calls itself gb2312, and one in UTF-8 that does so, are both read rightly."""
    path = writers["html"](report, tmp_path / "a", charset="gb2312")
    told = read_page(path.read_bytes(), "a.html")
    wrong = read_page(path.read_bytes().decode("gb18030").encode(), "a.html")
    assert told.text == wrong.text
    assert told.notes["encoding"] == "GB18030"


def test_paragraphs_by_line_breaks_are_lines() -> None:
    """A body that is one box with <br> between paragraphs gives a line for each, and its opening beside it is kept."""
    page = f"<html><body><div><h1>报告</h1><div>——在淮阴区人民代表大会会议上</div><div>{BODY}<br>{BODY}</div></div></body></html>"
    assert read(page).split("\n")[-3:-1] == [BODY, BODY]
    assert "人民代表大会" in read(page)


def test_blanks_and_wrapped_lines_are_mended() -> None:
    """Lines wrapped in the source are joined, hard blanks become plain ones."""
    page = f"<html><body><p>&nbsp;&emsp;{BODY[:10]}\n    {BODY[10:]}PM2.5&nbsp;浓度</p></body></html>"
    assert read(page) == f"{BODY}PM2.5 浓度\n"


def test_table_cells_are_parted_by_tabs() -> None:
    """A table of targets gives a line a row with tabs between cells."""
    page = f"<html><body><div><p>{BODY}</p><table><tr><td>指标</td><td>目标</td></tr><tr><td>GDP</td><td>5%</td></tr></table></div></body></html>"
    assert "指标\t目标\nGDP\t5%" in read(page)


def test_title_outside_the_body_comes_first() -> None:
    """The page's title stands before a body that has none, without the site's name."""
    page = (
        f"<html><head><title>2023年淮阴区政府工作报告_区政府</title></head><body><div><p>{BODY}</p></div></body></html>"
    )
    assert read(page) == f"2023年淮阴区政府工作报告\n\n{BODY}\n"


def test_further_pages_are_told() -> None:
    """A page of several says that there are more."""
    page = f"<html><body><p>{BODY}</p><a href='2.html'>下一页</a></body></html>"
    assert "further pages" in read_page(page.encode(), "a.html").notes["left_out"]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><body><script>load()</script></body></html>", "no sentence"),
        ("<html><body><a href='x'>" + BODY + "</a></body></html>", "no sentence"),
        ("<html><body>" + "<div>" * 3000 + BODY, "256 deep"),
        ("<html><body>" + "<i>增</i>" * 200_001, "200,00"),
        ("<html>", "no "),
    ],
)
def test_page_without_a_report_is_refused(page: str, reason: str) -> None:
    """A page without sentences, or of a form that no page for readers has, is refused with the reason."""
    with pytest.raises(ReadError, match=f"a.html.*{reason}"):
        read(page)


def test_entities_that_refer_to_files_stay_unread(tmp_path: Path) -> None:
    """An entity of the page's own that refers to a file brings nothing of it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密" * 50)
    page = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]><html><body><p>{BODY}&x;</p></body></html>'
    assert "机密" not in read(page)
