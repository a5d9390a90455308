"""What comes from outside does no harm: scripts, formulas, objects, links, names, and lines without end."""

from __future__ import annotations

import ast
import json
import re
import shutil
import time
from pathlib import Path

import pytest
import yaml

from policylab.annotate.targets import annotate
from policylab.cli import main
from policylab.errors import PolicylabError
from policylab.model import Document
from policylab.project import write_atomic, yaml_loader
from policylab.publish.evidence import show_report
from policylab.publish.render import render_page
from policylab.read.files import iter_parts, read_report

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "src" / "policylab").rglob("*.py"))
SCRIPTS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror='window.hit=2'>",
    "<svg onload='window.hit=3'><script>window.hit=4</script></svg>",
    "\"><iframe srcdoc='<script>parent.hit=5</script>'></iframe>",
    "' onmouseover='window.hit=6",
    "<a href='javascript:window.hit=7'>点此</a>",
    "</style></title><script>window.hit=8</script>",
    "{{constructor.constructor('window.hit=9')()}}",
    "<math><mtext></table><mglyph><style><img src onerror=window.hit=10></style></math>",
)
TEXT = (
    f"{SCRIPTS[6]}2023年政府工作报告\n二、2023年工作安排{SCRIPTS[0]}\n今年主要预期目标是：地区生产总值增长8%左右，"
    + "".join(f"新增“{script}”示范企业{number}家，" for number, script in enumerate(SCRIPTS, start=2))
    + "居民收入与经济增长同步。\n"
)


@pytest.fixture
def hostile() -> Document:
    """A report whose text, title and address try to run code."""
    source = {"title": SCRIPTS[0], "source_url": "javascript:window.hit=11", "notes": SCRIPTS[1]}
    return Document.from_text(TEXT, region_code="320804", report_year=2023, source=source)


@pytest.mark.browser
@pytest.mark.slow
def test_no_script_of_a_report_runs(hostile: Document, tmp_path: Path) -> None:
    """In Chromium, a page with a hostile report runs no script, asks for nothing, and shows the text whole."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium")
    from playwright.sync_api import sync_playwright

    shown = str(show_report(hostile))
    pages = {
        "whole": render_page(shown, title=SCRIPTS[6], lang="zh"),
        "bare": f"<!DOCTYPE html><meta charset='utf-8'><body>{shown}</body>",  # without the policy that forbids scripts
    }
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, content in pages.items():
            path = tmp_path / f"{name}.html"
            path.write_text(content, "utf-8")
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(path.as_uri())
            for element in page.query_selector_all("mark"):
                element.dispatch_event("mouseover")
            page.wait_for_timeout(300)
            assert page.evaluate("window.hit") is None, name
            assert page.evaluate("document.scripts.length") == 0, name
            assert [url for url in asked if not url.startswith((path.as_uri(), "data:"))] == []
            assert "<img src=x onerror=" in page.inner_text("body")
        browser.close()


def test_the_browser_test_can_fail(hostile: Document) -> None:
    """The text that is shown does hold scripts, so that a page that did not escape it would run them."""
    assert [script for script in SCRIPTS if script in hostile.text] == list(SCRIPTS)
    assert "<script" not in str(show_report(hostile))


def test_formulas_stay_text(tmp_path: Path) -> None:
    """A report whose words begin like a formula gives no cell that a spreadsheet would run."""
    text = (
        "一、=HYPERLINK(1)\n二、2023年工作安排\n（一）=HYPERLINK(1)。新增企业5家，建设项目3个。\n"
        "（二）+cmd|' /C calc'!A0。改造老旧小区5个。\n（三）@SUM(A1)。新建学校2所。\n（四）-1+1。新增床位40张。\n"
    )
    (tmp_path / "320804-2023.txt").write_text(text)
    with pytest.raises(SystemExit):
        main(["annotate", str(tmp_path / "320804-2023.txt"), "--to", str(tmp_path / "out.csv")])
    import csv

    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 6
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert [cell for cell in cells if cell.startswith("-") and not re.fullmatch(r"-[\d.]+", cell)] == []


def test_plain_yaml_makes_no_objects() -> None:
    """The loader that all modules use refuses tags that call something."""
    with pytest.raises(yaml.constructor.ConstructorError):
        yaml.load("!!python/object/apply:os.getcwd []", Loader=yaml_loader())


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_object_is_read_from_disk(path: Path) -> None:
    """No module reads pickles, or YAML by a loader that makes objects, or runs text as code."""
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and "Loader=yaml_loader()" not in ast.unparse(node)
    }
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported & {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"} == set()
    forbidden = {
        "yaml.load",
        "yaml.unsafe_load",
        "yaml.full_load",
        "eval",
        "exec",
        "joblib.load",
        "np.load",
        "pd.read_pickle",
    }
    assert calls & forbidden == set()
    assert not re.search(r"allow_pickle\s*=\s*True|shell\s*=\s*True", path.read_text("utf-8"))


@pytest.mark.parametrize("name", ["../x.jsonl", "a/../../x.jsonl"])
def test_a_name_leads_where_the_user_says(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the user names places to write: a folder that does not exist is refused, not made."""
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    write = name.replace("a/", "none/")
    if "none" in write:
        with pytest.raises(PolicylabError, match="no folder"):
            write_atomic(write, "x")
    else:
        write_atomic(write, "x")
        assert (tmp_path / "x.jsonl").read_text() == "x"


@pytest.mark.parametrize("name", ["../../etc/passwd", "320804/../320812", "320804;ls", "淮阴区/../x", "$(ls)"])
def test_region_names_that_are_paths_are_no_regions(name: str) -> None:
    """A region is one of the table or none: no path comes through it."""
    from policylab.read.regions import find_region

    with pytest.raises(PolicylabError):
        found = find_region(name)
        assert found.region_code != "320804"
        raise PolicylabError(found.region_code)


@pytest.mark.parametrize("piece", ["1", "增长", "9％", "到2025年", "，", "亿", "<b>", "（一）", " ", "各类", "与和"])
def test_a_line_of_megabytes_takes_time_by_its_length(tmp_path: Path, piece: str) -> None:
    """A single line of a megabyte is read and annotated in seconds."""
    path = tmp_path / "320804-2023.txt"
    path.write_text("主要预期目标是：" + piece * (1_000_000 // len(piece.encode())) + "地区生产总值增长5%。", "utf-8")
    started = time.process_time()
    annotate(read_report(path))
    assert time.process_time() - started < 8


def test_a_file_of_a_gigabyte_is_refused_unread(tmp_path: Path) -> None:
    """A file beyond any report is refused by its size, of whatever kind it says it is."""
    for suffix in (".txt", ".html", ".csv", ".zip", ".pdf", ".docx"):
        path = tmp_path / f"a{suffix}"
        with path.open("wb") as file:
            file.truncate(1_000_000_000)
        with pytest.raises(PolicylabError, match="1,000,000,000 bytes"):
            list(iter_parts(path))


def test_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fills up while targets are written, the older file stays, and no piece of the new one is left."""
    (tmp_path / "320804-2023.txt").write_text(TEXT)
    out = tmp_path / "out.jsonl"
    out.write_text("old")
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    opened = Path.open

    def open_full(path: Path, *arguments: object, **options: object) -> object:
        return opened(full, "wb") if path.name.endswith(".part") else opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(SystemExit) as caught:
        main(["annotate", str(tmp_path / "320804-2023.txt"), "--to", str(out)])
    monkeypatch.undo()
    assert caught.value.code == 2
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["320804-2023.txt", "out.jsonl"]


def test_lines_of_json_hold_any_text(tmp_path: Path, hostile: Document) -> None:
    """JSON Lines of a hostile report are whole lines of JSON."""
    path = tmp_path / "320804-2023.txt"
    path.write_text(hostile.text + "新增“a\u2028b\x1b[2J”企业5家。\n")
    with pytest.raises(SystemExit):
        main(["annotate", str(path), "--to", str(tmp_path / "out.jsonl")])
    lines = (tmp_path / "out.jsonl").read_bytes().split(b"\n")[:-1]
    assert all(json.loads(line)["report_id"] == "320804-2023" for line in lines)
