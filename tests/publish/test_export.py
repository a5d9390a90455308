"""Tables on disk: read back with the libraries that users read them with, hostile text first."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from pandas.io.stata import StataReader

from policylab.errors import DataError, UnknownNameError
from policylab.publish.cells import clean_cell, guard_cell, is_formula, render_csv
from policylab.publish.comparison import READ
from policylab.publish.export import SUFFIXES, save_table, save_workbook
from policylab.publish.latex_table import escape_latex
from policylab.publish.layouts import lay_out_chain, lay_out_peers
from policylab.publish.printed import CODED, list_codes
from policylab.publish.stata_table import name_variables

HOSTILE = [
    "=1+1",
    "+1",
    "-8%",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "8%\x0b左右",
    r"\input{/etc/passwd}",
    "[x] & 5% #_$^~{}",
    "",
]


@pytest.fixture
def hostile() -> pd.DataFrame:
    """A table whose texts want to be formulas, commands or control characters, beside numbers and gaps."""
    numbers = [float("nan"), -8.0, *range(8)]
    return pd.DataFrame({"as_written": HOSTILE, "low": numbers, "report_year": [2023] * 10, "=name": HOSTILE})


def read_sheet(path: Path, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet."""
    return list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("table.xls", r"expected a name ending in .*did you mean '\.xlsx'"),
        ("table", "got 'table'"),
        ("none/table.csv", "no folder"),
    ],
)
def test_a_name_that_cannot_be_written_is_refused(tmp_path: Path, chain: pd.DataFrame, name: str, message: str) -> None:
    """An unknown suffix names the nearest, a missing folder is told, and nothing is written."""
    with pytest.raises(DataError, match=message):
        save_table(chain, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language_is_refused(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Only Chinese and English are known, and an older file stays."""
    (tmp_path / "table.csv").write_text("old")
    with pytest.raises(UnknownNameError, match="'de'"):
        save_table(chain, tmp_path / "table.csv", lang="de")
    assert (tmp_path / "table.csv").read_text() == "old"


@pytest.mark.parametrize("suffix", [".tex", ".docx"])
def test_a_page_refuses_more_than_nine_columns(tmp_path: Path, suffix: str) -> None:
    """A wide table that is no comparison is never cut silently: the error says how to choose columns."""
    wide = pd.DataFrame({f"x{number}": [1.0] for number in range(12)})
    with pytest.raises(DataError, match=r"at most 9 columns, got 12; choose some, for example table\[\["):
        save_table(wide, tmp_path / f"wide{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_saving_twice_gives_the_same_bytes(
    tmp_path: Path, chain: pd.DataFrame, suffix: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same table gives the same bytes at another time of day, and is not changed by it."""
    before = chain.copy(deep=True)
    hashes = set()
    for moment in (1_000_000_000, 1_700_000_000):
        monkeypatch.setattr("time.time", lambda moment=moment: float(moment))
        path = save_table(chain, tmp_path / f"table{suffix}", lang=lang, caption="目标 targets")
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 1
    pd.testing.assert_frame_equal(chain, before)
    assert [item.name for item in tmp_path.iterdir()] == [f"table{suffix}"]


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_office_files_hold_no_time_of_saving(tmp_path: Path, chain: pd.DataFrame, suffix: str) -> None:
    """Every part of the zip and both dates of the properties are those of 1980."""
    with zipfile.ZipFile(save_table(chain, tmp_path / f"table{suffix}")) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        dates = re.findall(r"<dcterms:\w+[^>]*>([^<]*)", archive.read("docProps/core.xml").decode())
    assert dates
    assert set(dates) == {"1980-01-01T00:00:00Z"}


def test_text_cannot_become_a_formula_in_excel(tmp_path: Path, hostile: pd.DataFrame) -> None:
    """Every text is a cell of type string as it was, but for control characters; numbers are numbers, NA is empty."""
    book = openpyxl.load_workbook(save_table(hostile, tmp_path / "table.xlsx"))
    sheet = book["数据"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert "f" not in {cell.data_type for cell in cells}
    # XML reads a carriage return as a line end.
    shown = [text.replace("\x0b", "\ufffd") or None for text in HOSTILE]
    assert [str(cell.value).replace("\r", "\n") for cell in sheet["A"][1:]] == [
        str(text).replace("\r", "\n") for text in shown
    ]
    assert [cell.value for cell in sheet["B"][1:4]] == [None, -8, 0]
    assert all(cell.quotePrefix for cell in sheet["A"][1:7])


def test_text_cannot_become_a_formula_in_csv(tmp_path: Path, hostile: pd.DataFrame) -> None:
    """Text that begins like a formula gets an apostrophe, headings too; numbers below zero stay numbers."""
    path = save_table(hostile, tmp_path / "table.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    assert list(back.columns)[-1] == "'=name"
    assert back["as_written"].str.startswith("'").tolist() == [True] * 6 + [False] * 4
    assert back["low"].tolist()[:2] == ["", "-8.0"]


@given(st.text(max_size=12))
def test_no_text_at_all_can_become_a_formula(text: str) -> None:
    """Whatever the text, its guarded form is no formula, and the text can be had back from it."""
    guarded = str(guard_cell(text))
    assert not is_formula(guarded)
    assert "\r" not in guarded
    assert guarded.removeprefix("'" if is_formula(text) else "") == text.replace("\r\n", "\n").replace("\r", "\n")
    assert clean_cell(clean_cell(text)) == clean_cell(text)


@given(st.text(max_size=20))
def test_latex_text_has_no_bare_special_character(text: str) -> None:
    """After escaping, braces balance and no character is left that LaTeX obeys."""
    escaped = escape_latex(text)
    assert "\n" not in escaped
    bare = re.sub(r"\\(text[a-z]+|char34)(\{[0-9]?\})|\\[&%$#_{}]|\$\\?[a-z-]+\$", "", escaped)
    assert not re.search(r"[\\&%$#_{}~^]", bare)


def test_csv_holds_codes_and_every_column(tmp_path: Path, chain: pd.DataFrame) -> None:
    """CSV keeps the library's names and codes, in English with the Chinese names beside; pandas reads back what was written."""
    path = save_table(chain, tmp_path / "table.csv", lang="en")
    back = pd.read_csv(path, encoding="utf-8-sig", dtype={"region_code": "str"}, keep_default_na=False)
    assert list(back.columns) == [*chain.columns[:2], "region_name_zh", *chain.columns[2:]]
    assert back["region_name"].tolist()[:4] == ["China", "Jiangsu", "Huai'an", "Huaiyin District"]
    assert back["region_name_zh"].tolist() == chain["region_name"].tolist()
    assert back["bound"].tolist() == chain["bound"].tolist()
    assert pd.to_numeric(back["low"]).tolist()[0] == 5


@pytest.mark.parametrize(("lang", "heading", "bound"), [("zh", "地区", "左右"), ("en", "Region", "about")])
def test_excel_says_labels_in_one_language(
    tmp_path: Path, chain: pd.DataFrame, lang: str, heading: str, bound: str
) -> None:
    """Headings and codes are words of the language, the header is frozen, numbers and years are numbers."""
    path = save_table(chain, tmp_path / "table.xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column - 1 for cell in sheet[1]}
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert sheet.freeze_panes is not None
    assert heading in heads
    years = heads["年份" if lang == "zh" else "Year"]
    assert any(bound in row for row in rows)
    assert all(isinstance(row[years], int) for row in rows)
    assert all(isinstance(row[0], str) for row in rows)  # codes of regions are text
    assert len(rows) == len(chain)
    assert all(6 <= dimension.width <= 62 for dimension in sheet.column_dimensions.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_excel_says_what_each_column_means_in_its_language(tmp_path: Path, chain: pd.DataFrame, lang: str) -> None:
    """The sheet of notes explains every column of a comparison, Chinese in Chinese."""
    name = {"zh": "说明", "en": "notes"}[lang]
    rows = read_sheet(save_table(lay_data(chain), tmp_path / "table.xlsx", lang=lang), name)
    meanings = {row[1]: row[2] for row in rows if row[1] in READ.split()}
    assert len(meanings) > 10
    assert [column for column, meaning in meanings.items() if not meaning] == []
    assert [text for text in meanings.values() if bool(re.search("[\u4e00-\u9fff]{4}", text)) != (lang == "zh")] == []


def lay_data(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a table that a comparison shows in Excel."""
    return table[[name for name in READ.split() if name in table]]


def test_excel_lists_the_source_of_every_value(tmp_path: Path, chain: pd.DataFrame) -> None:
    """The sheet of sources has a row for each value with its report, quote place and hash; gaps have none."""
    path = save_table(chain.assign(source_url="https://example.org/a"), tmp_path / "table.xlsx", lang="en")
    rows = read_sheet(path, "sources")
    sourced = chain[chain["source_kind"].ne("")]
    assert len(rows) - 1 == len(sourced)
    assert {"First character", "Character after", "SHA-256 of the text", "Address"} <= set(rows[0])
    assert "0" * 64 in rows[1]
    links = openpyxl.load_workbook(path)["sources"].iter_cols(min_col=len(rows[0]), min_row=2)
    assert {cell.hyperlink.target for column in links for cell in column} == {"https://example.org/a"}


def test_only_web_addresses_become_links(tmp_path: Path, chain: pd.DataFrame) -> None:
    """An address of another kind stays plain text."""
    path = save_table(chain.assign(source_url="javascript:alert(1)"), tmp_path / "table.xlsx")
    cells = [cell for row in openpyxl.load_workbook(path)["来源"].iter_rows() for cell in row]
    assert "javascript:alert(1)" in {cell.value for cell in cells}
    assert [cell for cell in cells if cell.hyperlink] == []


@pytest.mark.parametrize("end", ["low", "mid", "high"])
@pytest.mark.parametrize(("lang", "words"), [("zh", "区间以其"), ("en", "A range counts with its")])
def test_the_choice_for_ranges_is_printed(tmp_path: Path, chain: pd.DataFrame, end: str, lang: str, words: str) -> None:
    """Word, LaTeX and Excel say which end of a range counts; CSV and Stata have it in a column."""
    said = {"low": ("下端", "low end"), "mid": ("中点", "midpoint"), "high": ("上端", "high end")}[end][lang == "en"]
    table = chain.assign(range_end=end)
    text = save_table(table, tmp_path / "t.tex", lang=lang).read_text("utf-8")
    page = docx.Document(str(save_table(table, tmp_path / "t.docx", lang=lang)))
    notes = read_sheet(save_table(table, tmp_path / "t.xlsx", lang=lang), {"zh": "说明", "en": "notes"}[lang])
    below = "".join(paragraph.text for paragraph in page.paragraphs)
    for shown in (text, below, str(notes)):
        assert f"{words}{' ' if lang == 'en' else ''}{said}" in shown
    assert set(pd.read_csv(save_table(table, tmp_path / "t.csv"))["range_end"]) == {end}
    assert len(set(pd.read_stata(save_table(table, tmp_path / "t.dta"))["range_end"])) == 1


def test_stata_labels_variables_and_values(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Read back, codes are numbers with labels, NA is missing, names are ASCII, variable labels at most 80 characters."""
    table = chain.assign(headline=True, **{"我的得分": 1.5, "long " * 12: "x"})
    path = save_table(table, tmp_path / "table.dta", lang="zh", caption="目标" * 60)
    assert path.read_bytes()[:200].find(b"<release>118</release>") > 0
    with StataReader(path, convert_categoricals=False) as reader:
        back, labels, values = reader.read(), reader.variable_labels(), reader.value_labels()
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name) for name in back.columns)
    assert all(len(label) <= 80 for label in labels.values())
    assert labels["region_name"] == "地区"
    assert "我的得分" in labels.values()
    first = back.iloc[0]
    assert [values["bound"][first["bound"]], values["level"][first["level"]]] == ["左右", "全国"]
    assert values["indicator"][first["indicator"]] == "地区生产总值增速"
    assert values["headline"] == {0: "否", 1: "是"}
    assert back["low"].isna().tolist() == chain["low"].isna().tolist()
    assert back["region_code"].tolist() == chain["region_code"].tolist()


def test_codes_of_stata_are_the_same_in_every_file(tmp_path: Path, chain: pd.DataFrame) -> None:
    """A code has one number, whichever codes a table holds, so that files can be appended."""
    one = chain[chain["bound"].eq("at_most")]
    numbers = [
        pd.read_stata(save_table(table, tmp_path / f"{place}.dta"), convert_categoricals=False)
        for place, table in enumerate((chain, one))
    ]
    assert set(numbers[1]["bound"]) <= set(numbers[0]["bound"])
    assert set(numbers[1]["bound"]) == {list_codes("bound").index("at_most") + 1}


def test_every_column_of_codes_has_words() -> None:
    """Each column of codes has a group of words, which holds no code twice."""
    for column in [*CODED, "indicator"]:
        assert len(list_codes(column)) == len(set(list_codes(column))) > 1


@given(st.lists(st.text(max_size=40), max_size=12))
def test_names_for_stata_are_valid_and_distinct(columns: list[str]) -> None:
    """Whatever columns are called, Stata gets distinct ASCII names of at most 32 characters."""
    names = name_variables(columns)
    assert len({name.lower() for name in names}) == len(columns)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name) for name in names)


def test_word_has_three_lines_and_no_more(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Thick above and below, thin under the header, none upright, the header repeated, Chinese in 宋体."""
    document = docx.Document(str(save_table(chain, tmp_path / "table.docx")))
    [table] = document.tables
    rules = []
    for number, row in enumerate(table.rows):
        for borders in row._tr.iter(qn("w:tcBorders")):
            rules += [(number, edge.tag.partition("}")[2], edge.get(qn("w:sz"))) for edge in borders]
    last = len(table.rows) - 1
    assert set(rules) == {(0, "top", "12"), (0, "bottom", "6"), (last, "bottom", "12")}
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    fonts = {(run.font.name, run._element.rPr.rFonts.get(qn("w:eastAsia"))) for run in _list_runs(table)}
    assert fonts == {("Times New Roman", "宋体")}
    assert document.core_properties.author == "policylab"


def _list_runs(table: Any) -> list[Any]:
    """Return every run of text in a table."""
    return [run for row in table.rows for cell in row.cells for part in cell.paragraphs for run in part.runs]


def test_word_and_latex_hold_the_same_table(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Both show one row per indicator and one column per level, values with their bounds, steps with their sign."""
    [table] = docx.Document(str(save_table(chain, tmp_path / "table.docx"))).tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0] == ["指标", "全国", "江苏省", "淮安市", "淮阴区", "较上级"]
    assert cells[1] == ["地区生产总值增速", "5%左右", "5%左右", "7%以上", "8%左右", "+1"]
    text = save_table(chain, tmp_path / "table.tex").read_text("utf-8")
    for row in cells:
        assert " & ".join(escape_latex(cell) for cell in row) + r" \\" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_latex_survives_hostile_text(tmp_path: Path, hostile: pd.DataFrame, lang: str) -> None:
    """No command of the data reaches LaTeX, and a row that begins with a bracket is no option of the one before."""
    text = save_table(hostile, tmp_path / "a b_%.tex", lang=lang).read_text("utf-8")
    assert r"\input" not in text
    assert r"{}[x]" in text
    assert r"\label" not in text  # no caption, no label
    assert text.count(r"\begin{") == text.count(r"\end{")


def test_a_table_of_ones_own_is_written_with_the_sources_of_its_data(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Sources are computed from the rows that a table was made from, notes and caption are printed."""
    means = chain.groupby("indicator", as_index=False)["low"].mean()
    path = save_table(means, tmp_path / "means.docx", data=chain, caption="均值", notes=["自算。"])
    said = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    assert said[0] == "均值"
    assert "自算。" in said[1]
    assert "江苏省" in said[2]
    assert said[2].startswith("来源：")


def test_computed_numbers_are_rounded_alike_on_paper(tmp_path: Path) -> None:
    """A column of means has two decimals throughout on a page; what is short is left as it is; CSV keeps all digits."""
    table = pd.DataFrame({"report_year": [2022, 2023, 2024], "mean": [1 / 3, -2.0, None], "low": [5.5, 6.0, 6.25]})
    [shown] = docx.Document(str(save_table(table, tmp_path / "t.docx"))).tables
    assert [[cell.text for cell in row.cells] for row in shown.rows][1:] == [
        ["2022", "0.33", "5.5"],
        ["2023", "−2.00", "6"],
        ["2024", "", "6.25"],
    ]
    assert pd.read_csv(save_table(table, tmp_path / "t.csv"))["mean"].iloc[0] == 1 / 3
    assert openpyxl.load_workbook(save_table(table, tmp_path / "t.xlsx")).worksheets[0]["B2"].value == 1 / 3


def test_what_every_row_says_moves_to_the_notes_of_a_page(tmp_path: Path) -> None:
    """A column with one indicator or method is said once below the table; programs get the column."""
    table = pd.DataFrame({"report_year": [2022, 2023], "indicator": "gdp_growth", "method": "t", "n": [3, 3]})
    document = docx.Document(str(save_table(table, tmp_path / "t.docx")))
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["年份", "样本数"]
    assert document.paragraphs[-1].text == "注：指标：地区生产总值增速。方法：t。"
    assert list(pd.read_csv(save_table(table, tmp_path / "t.csv")).columns) == list(table.columns)


def test_one_workbook_holds_many_tables(tmp_path: Path, chain: pd.DataFrame, peers: pd.DataFrame) -> None:
    """Each table has its sheet under a name that Excel takes; sources of all of them share one."""
    path = save_workbook({"chain": chain, "peers: a/b" * 5: peers}, tmp_path / "book.xlsx", lang="en")
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 4
    assert book.sheetnames[-2:] == ["sources", "notes"]
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    kinds = {row[6] for row in book["sources"].iter_rows(min_row=2, values_only=True)}
    assert kinds == {"read from the report", "cited from news"}


def test_an_empty_table_can_be_written(tmp_path: Path) -> None:
    """A table without rows gives files with headings only."""
    empty = pd.DataFrame({"region_name": pd.Series([], dtype="str"), "low": pd.Series([], dtype="float64")})
    for suffix in SUFFIXES:
        save_table(empty, tmp_path / f"empty{suffix}")
    assert pd.read_stata(tmp_path / "empty.dta").shape == (0, 2)
    assert read_sheet(tmp_path / "empty.xlsx", "数据") == [("地区", "数值（下限）")]


def test_the_nation_alone_has_no_step(chain: pd.DataFrame) -> None:
    """Without a level above there is neither a column nor a note for the step."""
    laid = lay_out_chain(chain[chain["level"].eq("national")], "zh")
    assert list(laid.table.columns) == ["指标", "全国"]
    assert laid.caption == "全国2023年的目标"
    assert not any("较上级" in note for note in laid.notes)


def test_ranked_peers_end_with_the_median(peers: pd.DataFrame) -> None:
    """Regions stand in order, those without any value are counted, and the median closes the table."""
    laid = lay_out_peers(peers, "320804", "zh")
    assert laid.foot == 1
    assert len(laid.table) == int(peers["low"].notna().sum()) + 2  # one in words, the median
    assert laid.table.iloc[-1, 0] == "中位数"
    assert laid.table.iloc[-1, 1] == f"{peers['low'].median():g}%"
    assert any("另有 1 个地区" in note for note in laid.notes)


def test_peers_of_many_indicators_fit_nine_columns(peers: pd.DataFrame) -> None:
    """Of ten indicators the first eight are shown, and the notes name the others."""
    codes = ["gdp_growth", "fai_growth", "cpi_change", "income_growth", "rd_intensity", "retail_sales_growth"]
    codes += ["fiscal_revenue_growth", "industrial_va_growth", "industrial_investment_growth", "rd_growth"]
    rows = pd.concat([peers.assign(indicator=code) for code in codes], ignore_index=True)
    laid = lay_out_peers(rows, "320804", "en")
    assert len(laid.table.columns) == 9
    assert any(note.startswith("Left out for width: ") for note in laid.notes)
    own = peers.loc[peers["region_code"].eq("320804"), "rank"].iloc[0]
    assert laid.table.iloc[-1].tolist() == ["Rank of Huaiyin District", *[str(own)] * 8]


@pytest.mark.parametrize(
    ("lang", "heading", "own"),
    [("en", "New urban jobs (10,000 persons)", "about 6"), ("zh", "城镇新增就业（万人）", "6左右")],
)
def test_amounts_stand_under_their_unit(peers: pd.DataFrame, lang: str, heading: str, own: str) -> None:
    """Of several indicators an amount's unit is in the heading, where all numbers count by it, and not in the cells."""
    jobs = peers.assign(indicator="urban_new_jobs", unit="万人", base_unit="人")
    jobs.loc[jobs["low"].notna(), ["low", "high", "bound"]] = [6.0, 6.0, "about"]
    cells = lay_out_peers(pd.concat([jobs, peers]), "320804", lang).table[heading]
    assert {cell for cell in cells.iloc[:-3] if not cell.startswith("—")} >= {own}
    assert not [cell for cell in cells if "人" in cell or "persons" in cell]


def test_one_indicator_is_told_with_its_unit(peers: pd.DataFrame) -> None:
    """Value, median and gap of one indicator are amounts that can be read without the Chinese unit."""
    jobs = peers.assign(indicator="urban_new_jobs", unit="万人", base_unit="人")
    cells = lay_out_peers(jobs, "", "en").table
    assert cells["Value"].iloc[-1] == "75,000 persons"
    assert not [cell for cell in cells["From the median"] if cell not in ("", "0") and not cell.endswith(" persons")]


def test_units_are_english_in_english_files(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Excel and Stata name the units of an English table in English; CSV keeps them as they are written."""
    table = chain.assign(unit="亿元", base_unit="元")
    sheet = read_sheet(save_table(table, tmp_path / "table.xlsx", lang="en"), "data")
    assert {row[sheet[0].index("Unit")] for row in sheet[1:]} == {"100 million yuan"}
    stata = pd.read_stata(save_table(table, tmp_path / "table.dta", lang="en"))
    assert set(stata["unit"]) == {"100 million yuan"}
    assert set(stata["base_unit"]) == {"yuan"}
    assert set(pd.read_csv(save_table(table, tmp_path / "table.csv", lang="en"))["unit"]) == {"亿元"}


def test_figures_and_tables_write_one_kind_of_csv(chain: pd.DataFrame) -> None:
    """The rule against formulas is one function; a plain table is written as pandas does."""
    assert pd.read_csv(io.BytesIO(render_csv(chain))).shape == chain.shape
