"""What is written opens where users open it: LibreOffice reads the office files, LaTeX compiles the tables."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest

from policylab.publish.export import save_table
from policylab.publish.layouts import lay_out_chain, lay_out_peers

PACKAGES = {
    "soffice": "libreoffice-writer libreoffice-calc",
    "xelatex": "texlive-xetex texlive-latex-recommended texlive-lang-chinese",
    "pdflatex": "texlive-latex-recommended latex-cjk-chinese latex-cjk-chinese-arphic-gbsn00lp",
}
FILES = {"xelatex": ["booktabs.sty", "ctex.sty"], "pdflatex": ["booktabs.sty", "CJKutf8.sty", "c70gbsn.fd"]}
PREAMBLES = {
    ("xelatex", "zh"): r"\documentclass{ctexart}",
    ("xelatex", "en"): r"\documentclass{article}\usepackage{ctex}",
    ("pdflatex", "en"): r"\documentclass{article}\usepackage{CJKutf8}",
}
Convert = Callable[[Path], list[str]]
pytestmark = pytest.mark.slow


def run(program: str, *arguments: str, folder: Path) -> str:
    """Run a program in a folder and return what it said; skip where it is not installed."""
    missing = [name for name in FILES.get(program, []) if shutil.which("kpsewhich") and not find_tex_file(name)]
    if shutil.which(program) is None or missing:
        needs = ", ".join(missing) or program
        pytest.skip(f"needs {needs}; on Debian: apt-get install {PACKAGES[program]}")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


@cache
def find_tex_file(name: str) -> bool:
    """Return whether TeX knows a file."""
    return subprocess.run(["kpsewhich", name], capture_output=True, check=False).returncode == 0


def read_pdf(path: Path) -> list[str]:
    """Return the text of each page, once it is clear that something is drawn on it and nothing at its very edge."""
    pages = []
    for page in pypdfium2.PdfDocument(path):
        picture = page.render(scale=1.5).to_pil().convert("L")
        box = picture.point(lambda shade: 255 * (shade < 200)).getbbox()
        assert box is not None, "an empty page"
        assert box[0] > 8
        assert box[2] < picture.width - 8, "cut off at the right"
        assert box[3] < picture.height - 8, "cut off below"
        pages.append(page.get_textpage().get_text_bounded())
    return pages


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[str]]:
    """Return the pages that LibreOffice makes of a file, with a profile of its own."""
    profile = f"-env:UserInstallation=file://{tmp_path_factory.mktemp('profile')}"

    def open_file(path: Path) -> list[str]:
        run("soffice", profile, "--headless", "--convert-to", "pdf", path.name, folder=path.parent)
        return read_pdf(path.with_suffix(".pdf"))

    return open_file


def compile_table(table: Path, engine: str, lang: str) -> list[str]:
    """Return the pages of a minimal document that inputs a table, and refuse a line that sticks out of the text."""
    packages = r"\usepackage{booktabs,array,longtable,rotating}"
    body = rf"\begin{{document}}\input{{{table.name}}}\end{{document}}"
    (table.parent / "paper.tex").write_text(PREAMBLES[engine, lang] + packages + body, "utf-8")
    for _ in range(2):  # longtable learns its widths in the first run
        said = run(engine, "-interaction=nonstopmode", "-halt-on-error", "paper.tex", folder=table.parent)
    log = said + (table.parent / "paper.log").read_text("utf-8", errors="replace")
    assert "Missing character" not in log
    assert "Float too large" not in log
    assert [float(width) for width in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", log) if float(width) > 5] == []
    return read_pdf(table.parent / "paper.pdf")


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["地区生产总值增速", "8%左右"]), ("en", ["GDP growth", "about 8%"])]
)
def test_word_opens(convert: Convert, tmp_path: Path, chain: pd.DataFrame, lang: str, words: list[str]) -> None:
    """LibreOffice shows the Word table on one page with every word on it."""
    [page] = convert(save_table(chain, tmp_path / "table.docx", lang=lang))
    assert all(word in page for word in words)


def test_word_repeats_the_header_on_the_next_page(convert: Convert, tmp_path: Path, peers: pd.DataFrame) -> None:
    """A long table goes over several pages, each of which begins with the header."""
    names = peers["region_name"] + peers.index.astype("str")
    many = pd.concat([peers.assign(region_code=f"4{number}" + peers["region_code"].str[2:]) for number in range(3)])
    many = many.assign(region_name=pd.concat([names + str(number) for number in range(3)]))
    pages = convert(save_table(lay_out_peers(many, "", "zh"), tmp_path / "long.docx"))
    assert len(pages) > 2
    assert all("位次" in page and "百分位" in page for page in pages[:-1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_excel_opens(convert: Convert, tmp_path: Path, chain: pd.DataFrame, lang: str) -> None:
    """LibreOffice shows the sheets of the workbook; what looks like a formula is shown as it was written."""
    table = chain.assign(as_written="=1+1")
    pages = "".join(convert(save_table(table, tmp_path / "table.xlsx", lang=lang)))
    assert "=1+1" in pages
    assert {"zh": "地区代码", "en": "Region code"}[lang] in pages


@pytest.mark.parametrize(("engine", "lang"), PREAMBLES)
def test_latex_compiles(tmp_path: Path, chain: pd.DataFrame, engine: str, lang: str) -> None:
    """The chain compiles on a minimal document, with Chinese names also under pdflatex, and no character is lost."""
    [page] = compile_table(save_table(chain, tmp_path / "chain.tex", lang=lang), engine, lang)
    assert {"zh": "左右", "en": "about 8%"}[lang] in page.replace("\n", "")


def test_a_tall_latex_table_goes_over_pages(tmp_path: Path, peers: pd.DataFrame) -> None:
    """A table that no page holds becomes a longtable with its header on each page."""
    tall = pd.concat([peers, peers, peers]).reset_index(drop=True)
    path = save_table(lay_out_peers(tall, "", "zh"), tmp_path / "tall.tex")
    assert "longtable" in path.read_text("utf-8").splitlines()[0]
    pages = compile_table(path, "xelatex", "zh")
    assert len(pages) > 1
    assert all("位次" in page for page in pages)


def test_hostile_text_compiles(tmp_path: Path) -> None:
    """Commands, brackets and special characters in data come out as they were written."""
    texts = [r"\input{/etc/passwd}", "[x] & 5% #_$^~{}", "*", "a<b>c|\"d'", "−8 ≥ 5 – 6 — ¹", "\x0b"]
    path = save_table(pd.DataFrame({"as_written": texts, "low": range(6)}), tmp_path / "hostile.tex", lang="en")
    (tmp_path / "paper.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}\input{{{path.name}}}\end{{document}}"
    )
    run("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex", folder=tmp_path)
    [page] = read_pdf(tmp_path / "paper.pdf")
    assert r"\input{/etc/passwd}" in page
    assert "[x] & 5% #" in page


def test_a_table_of_many_columns_stays_on_the_page(convert: Convert, tmp_path: Path, peers: pd.DataFrame) -> None:
    """Nine columns are set smaller and in several lines, so that none is cut off."""
    codes = ["gdp_growth", "fai_growth", "cpi_change", "income_growth", "rd_intensity", "retail_sales_growth"]
    rows = pd.concat([peers.assign(indicator=code) for code in codes], ignore_index=True)
    for lang, engine in (("zh", "xelatex"), ("en", "pdflatex")):
        path = save_table(lay_out_peers(rows, "320804", lang), tmp_path / f"many_{lang}.tex", lang=lang)
        compile_table(path, engine, lang)
    pages = convert(save_table(lay_out_peers(rows, "320804", "en"), tmp_path / "many.docx", lang="en"))
    assert "Rank of" in "".join(pages).replace("\n", " ")


def test_the_chain_of_two_levels_compiles(tmp_path: Path, chain: pd.DataFrame) -> None:
    """A province has two levels only."""
    two = chain[chain["level"].isin(["national", "province"])]
    path = save_table(lay_out_chain(two, "zh"), tmp_path / "two.tex")
    assert len(compile_table(path, "xelatex", "zh")) == 1


def test_thirteen_cities_by_eight_indicators_take_one_page(
    convert: Convert, tmp_path: Path, peers: pd.DataFrame
) -> None:
    """The sources of a wide table stand on its page, in Word and in LaTeX, where it is turned."""
    codes = ["gdp_growth", "fiscal_revenue_growth", "trade_growth", "fdi_growth", "income_growth", "rd_intensity"]
    codes += ["urban_income_growth", "energy_intensity_change"]
    some = peers[peers["low"].notna()].head(13)
    words = some.assign(low=float("nan"), high=float("nan"), unit="", qualitative="complete_assigned")
    rows = pd.concat([(words if code == codes[-1] else some).assign(indicator=code) for code in codes])
    laid = lay_out_peers(rows, "320804", "en")
    [page] = convert(save_table(laid, tmp_path / "wide.docx", lang="en"))
    assert "Sources:" in page
    path = save_table(laid, tmp_path / "wide.tex", lang="en")
    assert "sidewaystable" in path.read_text("utf-8")
    [page] = compile_table(path, "pdflatex", "en")
    assert "Sources:" in page
