"""The commands show and explain: mistakes first, then what they print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from policylab.cli import main
from policylab.cli.terminal import _width

REPORT = """二、2023年工作安排
主要预期目标是：地区生产总值力争增长7%左右，一般公共预算收入增长8.5%，居民消费价格涨幅控制在3%以内。
新建学校5所。
"""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Run the command line inside this process; return exit code, stdout, stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        return int(left.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    """A small report that says its region and year by its name."""
    path = tmp_path / "320804-2023.txt"
    path.write_text(REPORT, "utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "320804-2023", "gdp_grwth"], "did you mean 'gdp_growth'"),
        (["explain", "320804-2024", "gdp_growth"], "did you mean '320804-2023'"),
        (["explain", "nowhere.txt", "gdp_growth"], "no file nowhere.txt"),
        (["explain", "320804-2023"], "Missing argument 'INDICATOR'"),
        (["show", "320804-2023"], "no file 320804-2023"),
        (["show"], "Missing argument 'FILE'"),
        (["show", "."], "is a folder"),
    ],
)
def test_mistake_is_one_line(call, arguments: list[str], message: str) -> None:
    """An unknown indicator, report or file ends with exit code 2 and one line that names what is near."""
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ") and message in err and err.count("\n") == 1


def test_report_without_label_asks_for_it(call, tmp_path: Path) -> None:
    """A file that says neither region nor year can be shown once they are given."""
    path = tmp_path / "report.txt"
    path.write_text("主要预期目标是：地区生产总值增长7%，物价涨幅3%。\n", "utf-8")
    code, _, err = call("show", path)
    assert code == 2 and "--year" in err
    code, out, _ = call("show", path, "--region", "320804", "--year", "2023")
    assert code == 0 and "[H 地区生产总值增长7%]" in out
    code, out, _ = call("explain", path, "gdp_growth", "--region", "320804", "--year", "2023")
    assert code == 0 and "gdp_growth 1 of 1" in out


def test_show_prints_brackets_where_it_is_no_terminal(call, report_file: Path) -> None:
    """The text comes whole, below a legend, without a colour code."""
    code, out, err = call("show", report_file)
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert out.startswith("320804-2023: 4 records\n[H 主要目标 headline target]  [P 工作目标 plan target]\n\n")
    assert "新建[P 学校5所]。" in out


@pytest.mark.parametrize(("setting", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_show_colours_a_terminal(
    call, report_file: Path, monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], colored: bool
) -> None:
    """A terminal gets colours, unless NO_COLOR asks for none."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    _, out, _ = call("show", report_file)
    assert ("\x1b[" in out) is colored


def test_explain_prints_sentence_words_and_rule(call, report_file: Path) -> None:
    """The quote stands in brackets in its sentence; each field has its words and place; the rule is explained."""
    code, out, _ = call("explain", report_file, "gdp_growth")
    assert code == 0
    assert "力争" in out and "[地区生产总值力争增长7%左右]" in out
    at = REPORT.index("左右")
    assert "bound      about            左右" in out and f"{at}-{at + 2}" in out
    assert "rule link.name: The name of the indicator stands before the value" in out


def test_columns_of_explain_are_aligned(call, report_file: Path) -> None:
    """The places of all fields begin in one column of a terminal, though Chinese characters take two."""
    _, out, _ = call("explain", report_file, "gdp_growth")
    table = [line for line in out.splitlines() if line.startswith("  ") and not line.startswith(("  rule", "  二、"))]
    column = _width(table[0][: table[0].index("characters")])
    ends = [_width(line[: -len(line.split()[-1])]) for line in table if line[-1].isdigit()]
    assert len(ends) >= 4 and set(ends) == {column}


def test_explain_of_the_bundled_report_by_id(call) -> None:
    """A report of the project is found by its id; each record of the indicator is explained."""
    code, out, _ = call("explain", "320804-2023", "rd_intensity")
    assert code == 0
    assert "320804-2023 rd_intensity 1 of 2" in out and "2 of 2" in out
    assert "scope      高新区" in out


def test_explain_what_is_not_there(call, report_file: Path) -> None:
    """An indicator that the report does not state is answered with those that it does."""
    code, out, _ = call("explain", report_file, "rd_intensity")
    assert code == 0
    assert out == (
        "320804-2023 has no record of rd_intensity; it has cpi_change (1), fiscal_revenue_growth (1), gdp_growth (1),"
        " other (1)\n"
    )


def test_explain_other_lists_items(call, report_file: Path) -> None:
    """What the codebook does not name is asked for as "other"."""
    _, out, _ = call("explain", report_file, "other")
    assert "item       学校" in out


def test_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    """A pager or head that has seen enough makes no traceback."""
    path = tmp_path / "320804-2023.txt"
    path.write_text(REPORT + "全力推进各项工作。\n" * 20_000, "utf-8")
    command = [sys.executable, "-m", "policylab.cli", "show", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline().startswith("320804-2023")
        running.stdout.close()
        assert running.stderr.read() == ""
