"""The command line: mistakes first, then what it writes."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from policylab.annotate.lines import _to_json
from policylab.annotate.targets import annotate as find_targets
from policylab.cli import main
from policylab.cli.terminal import align_columns
from policylab.cli.writers import _to_cell
from policylab.model import TARGET_FIELDS
from policylab.read.files import read_report

REPORT = """政府工作报告

各位代表：现在我代表区人民政府向大会作工作报告。
一、2022年工作回顾
全区地区生产总值增长6.1%。
二、2023年工作安排
全区经济社会发展主要预期目标是：地区生产总值增长7%左右，一般公共预算收入增长8.5%，居民消费价格涨幅控制在3%以内。
"""


class Outcome:
    """What a call left: its exit code and what it said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Run the command line inside this process."""

    def run(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Outcome(int(left.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    """A small report of Huaiyin District, named by its id."""
    path = tmp_path / "320804-2023.txt"
    path.write_text(REPORT, "utf-8")
    return path


def write_corpus(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write reports to a Parquet file as the corpus has them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for row in rows:
        code, year = str(row["report_id"]).split("-")
        row |= {"region_code": code, "report_year": int(year)}
        row |= {"sha256": hashlib.sha256(str(row["text"]).encode()).hexdigest()}
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def read_records(path: Path) -> list[dict[str, object]]:
    """Return the objects of a JSON Lines file, numbers as exact decimals."""
    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in lines]


def assert_refused(outcome: Outcome, message: str) -> None:
    """The outcome is one line on stderr that says this, nothing on stdout, and exit code 2."""
    assert outcome.code == 2
    assert outcome.out == ""
    *progress, last = outcome.err.splitlines()
    assert last.startswith("error: ")
    assert re.search(message, last), last
    assert not [line for line in progress if "Traceback" in line]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["anotate"], "did you mean 'annotate'"),
        (["annotate", "x.txt", "--too", "y.csv"], "did you mean '--to'"),
        (["annotate", "x.txt"], "missing option '--to'"),
        (["annotate", "--to", "y.csv"], "missing argument"),
        (["report", "320804"], "missing option '--year'"),
        (["report", "320804", "--year", "last"], "'last' is not a valid integer"),
        (["report", "320804", "--year", "2023", "--lang", "de"], "'de' is not one of 'zh', 'en'"),
    ],
)
def test_wrong_usage_is_one_line_with_the_nearest_name(call, arguments: list[str], message: str) -> None:
    """A misspelt command or option and a missing or wrong value end with exit code 2 and one line."""
    assert_refused(call(*arguments), f"(?i){message}")


@pytest.mark.parametrize(
    ("region", "year", "message"),
    [
        ("320805", 2023, "320805.*320804 淮阴区"),
        ("淮阴曲", 2023, "did you mean '淮阴区'"),
        ("32080", 2023, "six digits"),
        ("320821", 2023, "320804"),
        ("320804", 2022, "2023"),
        ("320804", 20233, "20233"),
        ("110101", 2023, "110101"),
    ],
)
def test_report_of_unknown_region_or_year_is_refused(
    call, tmp_path: Path, region: str, year: int, message: str
) -> None:
    """A code, name or year that no report has is one line with the right answer near it, and nothing is written."""
    assert_refused(call("report", region, "--year", year, "--out", tmp_path / "reports"), message)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.txt", r"expected a name ending in \.jsonl, \.parquet, \.csv"),
        ("out.josnl", r"did you mean '\.jsonl'"),
        ("out", "expected a name ending in"),
        ("absent/out.csv", "no folder .*absent; make it first"),
        ("folder.csv", "expected a file, got a folder"),
    ],
)
def test_output_that_cannot_be_written_is_refused(call, report_file: Path, name: str, message: str) -> None:
    """An unknown kind of file, a missing folder and a folder as output are refused before any work."""
    (report_file.parent / "folder.csv").mkdir()
    assert_refused(call("annotate", report_file, "--to", report_file.parent / name), message)
    assert sorted(path.name for path in report_file.parent.iterdir()) == ["320804-2023.txt", "folder.csv"]


def test_output_never_replaces_a_source(call, tmp_path: Path) -> None:
    """A Parquet file that is read is not overwritten by what was read from it."""
    corpus = write_corpus(tmp_path / "corpus.parquet", [{"report_id": "320804-2023", "text": REPORT}])
    before = corpus.read_bytes()
    assert_refused(call("annotate", corpus, "--to", tmp_path / "." / "corpus.parquet"), "is one of the sources")
    assert corpus.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("320804-2024.txt", b"", "empty"),
        ("320804-2024.txt", b"\x00\x01\x02", "not text"),
        ("320804-2024.txt", "目标：增长5%".encode("gb18030"), "neither UTF-8"),
        ("320804-2024.pdf", b"%PDF-1.7", "PDF"),
        ("320804-2024.parquet", b"PAR1 and no more", r"320804-2024\.parquet"),
    ],
)
def test_file_that_is_no_report_is_refused(call, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """An empty file, bytes, another encoding or another kind of file: one line that names the file, nothing written."""
    (tmp_path / name).write_bytes(content)
    assert_refused(call("annotate", tmp_path / name, "--to", tmp_path / "out.jsonl"), message)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_missing_source_names_the_near_one(call, report_file: Path) -> None:
    """A source that does not exist is refused with the file that was probably meant."""
    wrong = report_file.with_name("320804-2032.txt")
    outcome = call("annotate", wrong, "--to", report_file.with_name("out.jsonl"))
    assert_refused(outcome, r"320804-2032\.txt.*did you mean '320804-2023\.txt'")


def test_folder_without_reports_is_refused(call, tmp_path: Path) -> None:
    """A folder that holds no report is an error, not an empty table."""
    (tmp_path / "in").mkdir()
    assert_refused(call("annotate", tmp_path / "in", "--to", tmp_path / "out.jsonl"), "in")
    assert not (tmp_path / "out.jsonl").exists()


def test_report_that_does_not_say_its_region_names_the_flags(call, tmp_path: Path) -> None:
    """Where nothing says region or year, the error names --region and --year; with them the report is read."""
    source, out = tmp_path / "speech.txt", tmp_path / "out.jsonl"
    source.write_text("主要预期目标：地区生产总值增长7%左右。", "utf-8")
    assert_refused(call("annotate", source, "--to", out), "--(region|year)")
    assert call("annotate", source, "--region", "320804", "--year", 2023, "--to", out).code == 0
    assert {record["report_id"] for record in read_records(out)} == {"320804-2023"}


def test_only_keeps_the_reports_named(call, tmp_path: Path, report_file: Path) -> None:
    """--only takes ids with commas or from a file, over all sources together."""
    corpus = write_corpus(
        tmp_path / "corpus.parquet",
        [{"report_id": name, "text": REPORT} for name in ("320803-2023", "320800-2023", "320000-2023")],
    )
    (tmp_path / "ids").write_text("320804-2023 # the district\n\n320800-2023,320803-2023\n")
    out = tmp_path / "out.jsonl"
    for only, found in (
        ("320804-2023,320000-2023", {"320804-2023", "320000-2023"}),
        (f"@{tmp_path / 'ids'}", {"320804-2023", "320800-2023", "320803-2023"}),
    ):
        assert call("annotate", corpus, report_file, "--only", only, "--to", out).code == 0
        assert {record["report_id"] for record in read_records(out)} == found


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ("320804-2032", "320804-2032.*did you mean '320804-2023'"),
        ("320804-2023,zzz", "zzz"),
        ("", "expected report ids"),
        (" , ", "expected report ids"),
        ("@absent", "absent"),
    ],
)
def test_only_with_an_unknown_report_is_refused(call, report_file: Path, only: str, message: str) -> None:
    """An id that no source has is an error that names it and what is near; nothing is written."""
    assert_refused(call("annotate", report_file, "--only", only, "--to", report_file.with_name("out.jsonl")), message)
    assert not report_file.with_name("out.jsonl").exists()


def test_one_report_in_two_sources_counts_once(call, tmp_path: Path, report_file: Path) -> None:
    """The same text under the same id in two sources is one report."""
    corpus = write_corpus(tmp_path / "corpus.parquet", [{"report_id": "320804-2023", "text": REPORT}])
    out, once = tmp_path / "out.jsonl", tmp_path / "once.jsonl"
    assert call("annotate", report_file, "--to", once).code == 0
    assert call("annotate", corpus, report_file, "--to", out).code == 0
    assert out.read_bytes() == once.read_bytes()


def test_two_texts_under_one_id_are_refused(call, tmp_path: Path, report_file: Path) -> None:
    """Sources that disagree about a report's text are an error: neither is silently preferred."""
    corpus = write_corpus(tmp_path / "corpus.parquet", [{"report_id": "320804-2023", "text": REPORT + "完。"}])
    assert_refused(call("annotate", report_file, corpus, "--to", tmp_path / "out.jsonl"), "320804-2023")
    assert not (tmp_path / "out.jsonl").exists()


def test_json_lines_are_exact_and_readable(call, seed_path: Path, tmp_path: Path) -> None:
    """Each line has the fields of a target in order, Chinese as it is, and every number digit by digit."""
    out = tmp_path / "out.jsonl"
    assert call("annotate", seed_path, "--to", out).code == 0
    records, expected = read_records(out), find_targets(read_report(seed_path))
    assert len(records) == len(expected) >= 14
    for record, target in zip(records, expected, strict=True):
        assert list(record) == list(TARGET_FIELDS)
        assert record == {name: getattr(target, name) for name in TARGET_FIELDS}
    assert "\\u" not in out.read_text("utf-8")


def test_every_value_stands_in_its_quote(call, seed_path: Path, tmp_path: Path) -> None:
    """What was read stands in the report between start and end, character for character."""
    out, text = tmp_path / "out.jsonl", seed_path.read_bytes().decode()
    assert call("annotate", seed_path, "--to", out).code == 0
    for record in read_records(out):
        assert str(record["as_written"]) in text[int(str(record["start"])) : int(str(record["end"]))]


@pytest.mark.parametrize(
    ("value", "written"),
    [("8.5", "8.5"), ("435000000", "435000000"), ("1E+3", "1000"), ("-3.40", "-3.40"), ("0.1234567890123456789", None)],
)
def test_decimals_are_written_digit_by_digit(value: str, written: str | None) -> None:
    """A decimal becomes a JSON number without exponent and without the noise of floats."""
    assert _to_json(Decimal(value)) == (written or value)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_cannot_become_a_formula(text: str) -> None:
    """Text that a spreadsheet would run gets an apostrophe before it; a number stays a number."""
    assert _to_cell(text) == f"'{text}".replace("\r", "\n")  # which is quoted, and begins no row
    assert _to_cell(Decimal("-1")) == "-1"
    assert _to_cell("8%左右") == "8%左右"


def test_csv_and_parquet_hold_what_json_lines_hold(call, seed_path: Path, tmp_path: Path) -> None:
    """The three kinds of file tell the same targets; CSV begins with the mark that Excel looks for."""
    from policylab.analyse.tables import load_targets

    for suffix in ("jsonl", "csv", "parquet"):
        assert call("annotate", seed_path, "--to", tmp_path / f"out.{suffix}").code == 0
    records = read_records(tmp_path / "out.jsonl")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    table = load_targets(tmp_path / "out.parquet")
    assert len(rows) == len(records) == len(table)
    for row, record, (_, cells) in zip(rows, records, table.iterrows(), strict=True):
        assert row["as_written"].removeprefix("'") == record["as_written"] == cells["as_written"]
        assert row["low"] == ("" if record["low"] is None else str(record["low"]))
        assert record["low"] is None or float(str(record["low"])) == cells["low"]


def test_annotating_twice_gives_the_same_bytes(call, seed_path: Path, tmp_path: Path) -> None:
    """The same report gives byte-identical files."""
    for suffix in ("jsonl", "csv", "parquet"):
        first, second = tmp_path / f"first.{suffix}", tmp_path / f"second.{suffix}"
        assert call("annotate", seed_path, "--to", first).code == call("annotate", seed_path, "--to", second).code == 0
        assert first.read_bytes() == second.read_bytes()


def test_json_lines_need_no_tables_and_little_memory(seed_path: Path, tmp_path: Path) -> None:
    """Annotating a text file to JSON Lines loads no pandas and stays under 80 MB, the interpreter included."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("needs Linux, which tells the peak memory of one program")
    code = """
import atexit, re, sys
from policylab.cli import main
peak = lambda: re.search("VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())[1]
atexit.register(lambda: print(*sys.modules, peak()))
main(sys.argv[1:])
"""
    command = [sys.executable, "-c", code, "annotate", str(seed_path), "--to", str(tmp_path / "out.jsonl")]
    *modules, kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert {"pandas", "pyarrow", "numpy", "matplotlib", "jieba", "sklearn"} & set(modules) == set()
    assert 5_000 < int(kilobytes) < 80_000


def test_command_shows_no_traceback(tmp_path: Path) -> None:
    """The installed command itself, not only its function, ends with one line and exit code 2."""
    command = [sys.executable, "-m", "policylab.cli", "annotate", "absent.txt", "--to", "out.jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"error: no file absent\.txt.*\n", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_parts_give_the_same_file_and_go(call, seed_path: Path, tmp_path: Path) -> None:
    """--resume and --jobs write the same file as a run in one go, whatever its kind, and leave no parts."""
    for suffix in ("jsonl", "csv"):
        whole, parts = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
        call("annotate", seed_path, "--to", whole)
        outcome = call("annotate", seed_path, "--to", parts, "--resume")
        assert "targets from 1 report" in outcome.err
        assert parts.read_bytes() == whole.read_bytes()
        call("annotate", seed_path, "--to", parts, "--jobs", "2")
        assert parts.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.jsonl", "b.csv", "b.jsonl"]


def test_help_lists_every_command(call) -> None:
    """--help names the commands, each with a sentence."""
    outcome = call("--help")
    assert outcome.code == 0
    for name in ("annotate", "dataset", "report"):
        assert re.search(rf"^  {name}  +[A-Z]", outcome.out, re.MULTILINE)


def test_table_columns_stand_below_each_other() -> None:
    """Chinese characters count as two columns, so that a terminal shows straight columns."""
    lines = align_columns([("居民收入", "8%左右", "1-2"), ("GDP", "8.5%", "3-4")]).splitlines()
    assert lines == ["居民收入  8%左右  1-2", "GDP       8.5%    3-4"]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_report_is_written_and_told(call, tmp_path: Path, lang: str) -> None:
    """The report of the bundled district leaves its files, and prints its headline targets and where the files lie."""
    outcome = call("report", "320804", "--year", 2023, "--lang", lang, "--out", tmp_path)
    assert outcome.code == 0, outcome.err
    assert "淮阴区" in outcome.err
    assert re.search(r"8%左右 +[0-9]+-[0-9]+", outcome.out)
    named = [Path(line) for line in outcome.out.splitlines() if line.startswith(str(tmp_path))]
    assert {path.suffix for path in named} == {".html", ".ipynb", ".pdf", ".svg", ".png"}
    assert all(path.stat().st_size > 0 for path in named)
