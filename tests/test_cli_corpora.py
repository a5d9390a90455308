"""The commands on corpora, as a person types them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from policylab.cli import main

TEXT = (
    "2023年淮安市淮阴区政府工作报告\n——2023年1月5日在淮安市淮阴区第十八届人民代表大会第三次会议上\n"
    "一、2022年工作回顾\n二、2023年工作安排\n主要预期目标是：地区生产总值增长6%左右。\n"
)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """Return the function that runs a command in an empty folder: exit code, output, messages."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return caught.value.code or 0, captured.out, captured.err

    return run


def test_reports_are_added_listed_and_exported(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A file comes into a table, the table into a folder, and back; lists show the report."""
    (tmp_path / "a.txt").write_text(TEXT)
    code, out, err = call("corpus", "add", "a.txt", "--to", "c.parquet")
    assert (code, out) == (0, "added      320804-2023  a.txt\n")
    assert err == "c.parquet: 1 added\n"
    assert call("corpus", "add", "a.txt", "--to", "c.parquet")[1].startswith("present")
    assert call("corpus", "export", "c.parquet", "--to", "folder")[0] == 0
    assert (tmp_path / "folder" / "320804-2023.txt").read_text() == TEXT
    assert call("corpus", "export", "folder", "--to", "d.parquet")[2] == "d.parquet: 1 reports\n"
    code, out, err = call("corpus", "list", "d.parquet", "--year", "2023")
    assert "320804-2023  淮阴区  county" in out
    assert call("corpus", "list", "d.parquet", "--region", "320812")[1] == ""
    assert call("corpus", "check", "d.parquet")[0] == 0
    assert call("annotate", "folder", "--to", "a.jsonl")[0] == 0


def test_contradictions_give_code_1(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """What is held back or refused is told in lines, and the exit code says that not all came in; then --accept."""
    (tmp_path / "320812-2023.txt").write_text(TEXT)
    (tmp_path / "b.docx").write_text("x")
    code, out, err = call("corpus", "add", ".", "--to", "../c.parquet")
    assert code == 1
    assert "held back  320812-2023" in out
    assert "refused" in out
    assert err == "../c.parquet: 1 held back, 1 refused\n"
    assert not (tmp_path.parent / "c.parquet").exists()
    assert "added" in call("corpus", "add", "320812-2023.txt", "--to", "d.parquet", "--accept")[1]
    code, out, err = call("corpus", "check", "d.parquet")
    assert code == 1
    assert "region: the text names 320804 淮阴区" in out


def test_more_is_added_to_what_is_there(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A second report joins the first, in a table and in a folder."""
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "b.txt").write_text(TEXT.replace("2023", "2024").replace("2022", "2023"))
    for out in ("c.parquet", "folder"):
        for name in ("a.txt", "b.txt"):
            assert call("corpus", "add", name, "--to", out)[0] == 0
        assert "320804-2023" in (listed := call("corpus", "list", out)[1])
        assert "320804-2024" in listed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "none.txt", "--to", "c.parquet"), "no file none.txt"),
        (("add", "a.txt", "--to", "c.csv"), "expected a name in .parquet, or a folder"),
        (("add", "a.txt", "--to", "c.parquet", "--region", "3208"), "should be six digits"),
        (("check", "a.txt"), "which plan year?"),
        (("export", "a.txt", "--to", "none/c.parquet"), "no folder none"),
        (("fetch", "a.txt", "--to", "c.parquet"), "lacks the columns"),
        (("lst", "a.txt"), "No such command 'lst'"),
    ],
)
def test_mistakes_are_one_line(call, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:  # type: ignore[no-untyped-def]
    """Each mistake of a user is one line and exit code 2, and nothing is written."""
    (tmp_path / "a.txt").write_text("各位代表：请审议。")
    code, _, err = call("corpus", *arguments)
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_fetch_says_what_is_missing_and_goes_on(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """A file that cannot be had is told, no corpus is written, and the next run takes up what is there."""
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    raw = TEXT.encode()
    digest = hashlib.sha256(raw).hexdigest()
    row = f"320804-2023,320804,2023,http://127.0.0.1:9/a.txt,{digest},{digest}\n"
    (tmp_path / "m.csv").write_text(f"report_id,region_code,report_year,url,raw_sha256,sha256\n{row}")
    code, _, err = call("corpus", "fetch", "m.csv", "--to", "c.parquet", "--delay", "0")
    assert code == 2
    assert "320804-2023  http://127.0.0.1:9/a.txt" in err
    assert "1 of 1 files could not be fetched" in err
    assert not (tmp_path / "c.parquet").exists()
    (tmp_path / "c.parquet.files" / f"{digest}.txt").write_bytes(raw)
    assert call("corpus", "fetch", "m.csv", "--to", "c.parquet")[0] == 0
    assert "320804-2023" in call("corpus", "list", "c.parquet")[1]
