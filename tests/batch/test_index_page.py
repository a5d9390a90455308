from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policylab.batch.index_page import render_index

HOSTILE = "<img src=x onerror=alert(1)>\"'</script>"


def make_entry(name: str, **more: Any) -> dict[str, Any]:
    """Return a line of a manifest."""
    code, _, year = name.partition("-")
    outputs = {f"{name}.{kind}": {"bytes": 1, "sha256": ""} for kind in ("html", "ipynb")}
    entry = {"name": name, "region_code": code, "report_year": int(year), "level": "city", "title": name}
    return entry | {"status": "made", "error": "", "outputs": outputs, "values": []} | more


def make_value(value: float | None, text: str, key: str = "gdp_growth") -> dict[str, Any]:
    """Return a noted value."""
    return {"key": key, "name": "GDP增速", "text": text, "value": value}


ENTRIES = [
    make_entry("320100-2023", region_name="南京市", place="江苏省南京市", values=[make_value(5, "5%以上")]),
    make_entry(
        "320800-2023",
        region_name="淮安市",
        place="江苏省淮安市",
        also="Huai'an, Jiangsu",
        values=[make_value(7, "7%左右")],
    ),
    make_entry(
        "320804-2023", region_name="淮阴区", level="county", place="江苏省淮安市淮阴区", values=[make_value(10, "10%")]
    ),
    make_entry("320300-2023", region_name="徐州市", values=[make_value(None, "同步")]),
    make_entry("320400-2023", region_name=HOSTILE, status="failed", error=HOSTILE, outputs={}),
]


def test_a_page_stands_by_itself(tmp_path: Path) -> None:
    """Only its own script may run, named by its hash; nothing is loaded, and what data say is escaped."""
    page = render_index(ENTRIES, tmp_path, lang="zh")
    assert len(re.findall("<script", page)) == 1
    script = page.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    assert "innerHTML" not in script
    assert not re.search(r"(?:src|href)=\"(?!\./|data:)", page)
    assert "<img src=x" not in page
    assert "font-face" in page


def test_links_lead_to_files_only(tmp_path: Path) -> None:
    """A name that looks like another kind of address is one of a file beside the page."""
    entry = make_entry("320100-2023") | {"name": "javascript:alert(1)", "outputs": {"javascript:alert(1).html": {}}}
    assert 'href="./javascript%3Aalert%281%29.html"' in render_index([entry], tmp_path, lang="en")


def test_a_page_without_regions_has_no_columns_for_them(tmp_path: Path) -> None:
    """Reports of another notebook are listed by name."""
    entry = {"name": "a", "title": "Study: a", "status": "made", "error": "", "outputs": {"a.html": {}}, "values": None}
    page = render_index([entry], tmp_path, lang="en")
    assert ">Study: a</a>" in page
    assert "Year" not in page


def test_an_empty_folder_has_a_page(tmp_path: Path) -> None:
    """No entries is a page that says so."""
    assert "0 reports, 0 failed" in render_index([], tmp_path, lang="en")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's browser, without network."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("needs /usr/bin/chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


def list_shown(page: Any) -> list[str]:
    """Return the names of the rows that can be seen."""
    return [row.inner_text() for row in page.locator("tbody tr:visible td:nth-child(2) a").all()]


@pytest.mark.browser
def test_the_page_can_be_searched_and_sorted(tmp_path: Path, chromium: Any) -> None:
    """From a file, in a browser: words and level filter, columns sort as numbers with empty ones last, nothing complains."""
    path = tmp_path / "index.html"
    path.write_text(render_index(ENTRIES, tmp_path, lang="zh"), "utf-8")
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append("alert"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.locator("#shown").inner_text() == "5 / 5"
    page.fill("#search", "淮安 2023")
    assert list_shown(page) == ["淮安市", "淮阴区"]
    for words in ("huai'an", "Huaian"):
        page.fill("#search", words)
        assert list_shown(page) == ["淮安市"]
    page.fill("#search", "淮安 2023")
    page.select_option("#level", "county")
    assert list_shown(page) == ["淮阴区"]
    page.fill("#search", "")
    page.select_option("#level", "")
    page.get_by_role("button", name="GDP增速").click()
    assert list_shown(page) == ["南京市", "淮安市", "淮阴区", "徐州市"]
    page.get_by_role("button", name="GDP增速").click()
    assert list_shown(page)[:3] == ["淮阴区", "淮安市", "南京市"]
    assert page.locator("th[aria-sort]").count() == 1
    assert page.locator("tr.failed").count() == 1
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


def test_an_index_of_other_notebooks_says_nothing_of_regions(tmp_path: Path) -> None:
    """Runs about no region have neither levels to choose from nor a title of government work reports."""
    entry = {"name": "a", "title": "costs: a", "status": "made", "error": "", "key": {}, "outputs": {}}
    page = render_index([entry], tmp_path, lang="zh")
    assert "<title>报告目录</title>" in page and "政府工作报告" not in page
    assert 'id="level" aria-label="级别" hidden' in page
