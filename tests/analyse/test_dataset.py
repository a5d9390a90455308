"""Building the dataset from a small corpus: all or nothing, the same bytes again, described to the last column."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest

from policylab.analyse.compare import compare_chain
from policylab.analyse.datapackage import describe_columns, render_datapackage
from policylab.analyse.dataset import build_dataset
from policylab.analyse.tables import load_targets
from policylab.errors import DataError, PolicylabError

WRITTEN = {"targets.parquet", "coverage.parquet", "reports.csv", "datapackage.json", "README.md"}
FEATURES = {f"features/{name}.parquet" for name in ("reports", "terms", "counts")}
PLACES = {"320000-2023": ("江苏省", "5%左右"), "320800-2023": ("淮安市", "6%以上"), "320800-2024": ("淮安市", "5.5%")}


@pytest.fixture
def corpus(tmp_path):
    """A folder of three invented reports; the bundled one of 淮阴区 joins them."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for report_id, (name, growth) in PLACES.items():
        year = int(report_id[-4:])
        text = (
            f"政府工作报告\n——{year}年1月15日在{name}第十届人民代表大会第二次会议上\n各位代表：\n"
            f"一、{year - 1}年工作回顾\n去年，全市地区生产总值增长4.8%，一般公共预算收入增长3%。\n"
            f"二、{year}年工作安排\n今年的主要预期目标是：地区生产总值增长{growth}，居民消费价格涨幅3%左右，"
            "城镇新增就业5万人以上，居民收入增长与经济增长同步。\n"
        )
        (folder / f"{report_id}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def out(tmp_path):
    """An empty folder for the tables."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def read_files(folder):
    """Return the bytes of every file below a folder by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_missing_folder_and_corpus_are_refused_before_work(corpus, out):
    """A folder or corpus that does not exist is one line, and nothing is written."""
    with pytest.raises(DataError, match="no folder"):
        build_dataset(corpus, out / "nowhere")
    with pytest.raises(PolicylabError, match="nowhere"):
        build_dataset(corpus / "nowhere.parquet", out, jobs=1)
    assert list(out.iterdir()) == []


def test_wrong_accuracy_file_is_refused(corpus, out):
    """An accuracy.json of another form is named, and nothing is written."""
    (out / "accuracy.json").write_text('{"f1": 0.9}')
    with pytest.raises(DataError, match=r"accuracy.json: not a list of tables"):
        build_dataset(corpus, out, jobs=1)
    assert [path.name for path in out.iterdir()] == ["accuracy.json"]


def test_same_bytes_with_one_process_and_two(corpus, out, tmp_path):
    """The files are the same to the byte, whatever the number of processes."""
    build_dataset(corpus, out, jobs=1)
    first = read_files(out)
    assert set(first) == WRITTEN | FEATURES
    again = tmp_path / "again"
    again.mkdir()
    build_dataset(corpus, again, jobs=2)
    assert read_files(again) == first


def test_tables_hold_what_the_reports_say(corpus, out):
    """Targets come back with reports and citations told apart, and the chain can be compared."""
    summary = build_dataset(corpus, out, jobs=1)
    assert "4 reports" in summary
    table = load_targets(out / "targets.parquet")
    assert set(table["source_kind"]) == {"report", "citation"}
    chain = compare_chain(table, "320800", report_year=2023, indicators=["gdp_growth"])
    assert chain[["missing", "as_written"]].values.tolist() == [["no_report", ""], ["", "5%左右"], ["", "6%以上"]]
    with (out / "reports.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["report_id"] for row in rows] == sorted([*PLACES, "320804-2023"])
    assert {row["label_flag"] for row in rows} == {""}


def test_every_file_and_column_is_described(corpus, out):
    """The data package has size, hash and every column with a type and a description."""
    build_dataset(corpus, out, jobs=1)
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert [item["path"] for item in package["resources"]] == [
        *("targets.parquet", "reports.csv", "coverage.parquet"),
        *("features/reports.parquet", "features/terms.parquet", "features/counts.parquet"),
    ]
    for item in package["resources"]:
        content = (out / item["path"]).read_bytes()
        assert item["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert all(field["type"] and field["description"] for field in item["schema"]["fields"])


def test_column_that_is_not_described_is_refused(make_table):
    """A table with a column that columns.csv does not know is refused by its name."""
    with pytest.raises(DataError, match="see novelty"):
        render_datapackage({}, {"targets": make_table({}).assign(novelty=1)})
    assert describe_columns("targets")["low"]["unit"] == "see unit"


def test_data_card_has_numbers_in_place_of_marks(corpus, out):
    """Accuracy is shown from its file, pairs are counted, and no place is left unfilled."""
    accuracy = [
        {"title": "Headline targets", "note": "on 2 reports", "columns": ["task", "F1"], "rows": [["H", 0.987]]}
    ]
    (out / "accuracy.json").write_text(json.dumps(accuracy))
    build_dataset(corpus, out, jobs=1)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "| H | 0.987 |" in card
    assert "words of 4 reports were cut by rjieba" in card
    assert "| 2023 | 0 | 0 | 1 | 0 | 1 |" in card
    for mark in (
        "summary",
        "levels",
        "sources",
        "accuracy",
        "coverage",
        "not_set",
        "pairs",
        "labels",
        "implausible",
        "features",
    ):
        assert f"<!-- {mark} -->" not in card
