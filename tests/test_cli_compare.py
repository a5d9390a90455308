"""policylab compare: mistakes first, then one file of every kind."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

from policylab.analyse.tables import load_targets
from policylab.cli import main


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    """The project's table of facts, loaded once."""
    return load_targets()


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], facts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch):
    """Call the command line as a person would; return exit code, output and messages."""
    monkeypatch.setattr("policylab.analyse.tables.load_targets", lambda: facts)

    def run(*arguments: object) -> tuple[int | str, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["compare", *map(str, arguments)])
        said = capsys.readouterr()
        return caught.value.code or 0, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["320804", "--year", "2021", "--to", "x.docx"],
            "no targets of 320804 淮阴区 for 2021 in the data; the data have 2023",
        ),
        (["淮阴曲", "--year", "2023", "--to", "x.docx"], "did you mean '淮阴区'"),
        (["320804", "--year", "2023", "--to", "x.doc"], "did you mean '.docx'"),
        (["320804", "--year", "2023", "--to", "none/x.csv"], "no folder none"),
        (["320804", "--year", "2023", "--to", "x.csv", "--peers", "knwon"], "did you mean 'known'"),
        (["320804", "--year", "2023", "--to", "x.csv", "--indicators", "gdp_grwth"], "did you mean 'gdp_growth'"),
        (["320804", "--year", "2023", "--to", "x.csv", "--indicators", " ,"], "expected codes such as gdp_growth"),
        (
            ["320804", "--year", "2023", "--to", "x.csv", "--indicators", "cpi_change"],
            "320804 淮阴区 states none of cpi_change for 2023; it states gdp_growth, ",
        ),
        (["320804", "--year", "2023", "--to", "x.csv", "--end", "middle"], "'middle' is not one of"),
        (["100000", "--year", "2023", "--to", "x.csv"], "name some: --indicators"),
        (["320804", "--year", "2023"], "Missing option '--to'"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_file(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    """Every mistake ends with exit code 2 and one line that says what to do; nothing is written."""
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_word_gets_the_chain_for_a_paper(call, tmp_path: Path) -> None:
    """Without peers the levels stand beside each other, with the step of the last."""
    code, _, err = call("淮阴区", "--year", 2023, "--to", tmp_path / "chain.docx")
    assert code == 0
    assert "4 regions" in err
    [table] = docx.Document(str(tmp_path / "chain.docx")).tables
    rows = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}
    assert rows["指标"] == ["全国", "江苏省", "淮安市", "淮阴区", "较上级"]
    assert rows["地区生产总值增速"] == ["5%左右", "5%左右", "7%左右", "8%左右", "+1"]


def test_latex_gets_the_peers_where_a_rule_is_given(call, tmp_path: Path) -> None:
    """With a rule for peers the ranking is written, in the language asked for."""
    arguments = ["--peers", "known", "--indicators", "gdp_growth,cpi_change", "--end", "high", "--lang", "en"]
    assert call("320804", "--year", 2023, *arguments, "--to", tmp_path / "peers.tex")[0] == 0
    text = (tmp_path / "peers.tex").read_text("utf-8")
    assert "Region & GDP growth & " in text
    assert "江苏 淮阴区" in text  # counties of several provinces are named with them
    assert "A range counts with its high end." in text
    assert "Rank of" in text


def test_the_table_can_be_chosen(call, tmp_path: Path) -> None:
    """--table chain writes the chain also where peers are named."""
    for which in ("chain", "peers"):
        arguments = [
            "--peers",
            "cities",
            "--indicators",
            "gdp_growth",
            "--table",
            which,
            "--to",
            tmp_path / f"{which}.csv",
        ]
        assert call("320800", "--year", 2023, *arguments)[0] == 0
    assert "step_pp" in pd.read_csv(tmp_path / "chain.csv").columns
    peers = pd.read_csv(tmp_path / "peers.csv", dtype={"region_code": "str"})
    assert {"rank", "percentile", "gap_to_median"} <= set(peers.columns)
    assert set(peers["region_code"].str[:2]) == {"32"}


def test_the_workbook_holds_chain_peers_sources_and_notes(call, tmp_path: Path) -> None:
    """Excel gets a sheet for the chain, one for each ranked indicator, the sources of all, and notes."""
    arguments = ["--indicators", "gdp_growth,fai_growth", "--to", tmp_path / "all.xlsx"]
    assert call("320804", "--year", 2023, *arguments)[0] == 0
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert book.sheetnames == ["与上级比较", "地区生产总值增速", "固定资产投资增速", "来源", "说明"]
    heads = [cell.value for cell in book["来源"][1]]
    assert {"报告编号", "状态", "起（字符）", "止（字符）", "原文 SHA-256", "网址"} <= set(heads)
    ranks = [
        row[[cell.value for cell in book["地区生产总值增速"][1]].index("位次")]
        for row in book["地区生产总值增速"].values
    ]
    assert ranks[1] == 1
    assert "区间以其下端参加计算。" in str([row[0] for row in book["说明"].values])


def test_regions_of_one_name_are_told_apart(call, tmp_path: Path) -> None:
    """Two districts of a province with the same name carry their codes."""
    arguments = ["--peers", "province", "--indicators", "gdp_growth", "--to", tmp_path / "peers.csv"]
    assert call("320804", "--year", 2023, *arguments)[0] == 0
    names = pd.read_csv(tmp_path / "peers.csv")["region_name"]
    assert names.is_unique
    assert {"鼓楼区（320106）", "鼓楼区（320302）", "淮阴区"} <= set(names)


def test_stata_reads_one_row_a_value(call, tmp_path: Path) -> None:
    """Stata gets the tidy rows, with the end of ranges that was chosen."""
    assert call("320804", "--year", 2023, "--end", "mid", "--to", tmp_path / "chain.dta", "--lang", "en")[0] == 0
    table = pd.read_stata(tmp_path / "chain.dta")
    own = table[table["region_code"].eq("320804") & table["indicator"].eq("GDP growth")]
    assert own[["low", "bound", "step_pp", "range_end"]].to_numpy().tolist() == [[8.0, "about", 1.0, "midpoint"]]


@pytest.mark.parametrize("suffix", ["xlsx", "tex"])
def test_comparing_twice_gives_the_same_bytes(call, tmp_path: Path, suffix: str) -> None:
    """The same question gives the same file."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        arguments = ["--peers", "known", "--indicators", "gdp_growth", "--to", tmp_path / name / f"x.{suffix}"]
        assert call("320804", "--year", 2023, *arguments)[0] == 0
    assert (tmp_path / "a" / f"x.{suffix}").read_bytes() == (tmp_path / "b" / f"x.{suffix}").read_bytes()
