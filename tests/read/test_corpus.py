"""Reading many reports: what goes wrong first, then order, ids and memory."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policylab.errors import DataError, PolicylabError, ReadError, UnknownNameError
from policylab.read import corpus
from policylab.read.corpus import count_reports, iter_reports, load_report, load_reports

DATA = Path(__file__).resolve().parent.parent / "data"
TEXT = "一、2020年工作回顾\n二、2021年工作安排\n生产总值增长6%左右。\n"


def make_row(report_id: str, **changes: Any) -> dict[str, Any]:
    """Return a row as a corpus has it, with some values changed."""
    text = changes.get("text", f"{report_id}：增长6%。")
    row = {
        "report_id": report_id,
        "region_code": report_id[:6],
        "region_name": "某地",
        "report_year": int(report_id[7:11]),
        "source_url": "https://example.org/" + report_id,
        "noise": None,
        "sha256": hashlib.sha256((text or "").encode()).hexdigest(),
        "text": text,
    }
    return row | changes


def make_table(path: Path, rows: list[dict[str, Any]], **options: Any) -> Path:
    """Write a Parquet file of reports and return its path."""
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A Parquet file of twelve reports in row groups of five."""
    rows = [make_row(f"3208{number:02d}-2021") for number in range(12)]
    return make_table(tmp_path / "reports.parquet", rows, row_group_size=5)


def refuse(sources: Any, **given: Any) -> str:
    """Return the message with which sources are refused, which is one line."""
    with pytest.raises(PolicylabError) as caught:
        list(iter_reports(sources, **given))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_source_names_the_nearest(table: Path) -> None:
    """A misspelt source is answered with the nearest name, before anything is read."""
    with pytest.raises(ReadError, match="did you mean 'reports.parquet'"):
        iter_reports([table, table.parent / "report.parquet"])


def test_impossible_path_is_refused() -> None:
    """A path that the system itself refuses is one line too."""
    assert "cannot read aaa" in refuse("a" * 5000)


def test_no_source_is_refused() -> None:
    """An empty list of sources is refused."""
    assert "no source given" in refuse([])


def test_folder_without_reports_is_refused(tmp_path: Path) -> None:
    """A folder that holds no report, only notes and hidden files, is refused."""
    for name in ("README.md", ".hidden.txt", "notes.csv"):
        (tmp_path / name).write_text("x")
    assert f"no report in the folder {tmp_path}" in refuse(tmp_path)


def test_unreadable_file_of_a_folder_is_named(tmp_path: Path) -> None:
    """One file that is no report stops the reading of its folder with its name."""
    (tmp_path / "320804-2021.txt").write_text(TEXT)
    (tmp_path / "320804-2022.txt").write_bytes(b"%PDF-1.4")
    assert f"{tmp_path / '320804-2022.txt'} is a PDF" in refuse(tmp_path)


def test_unknown_id_names_the_nearest(table: Path) -> None:
    """An id that stands nowhere is answered with near ones when iteration is asked for, before it starts."""
    with pytest.raises(UnknownNameError, match=r"no report '320805-2012' and 1 more among the 12 .*'320805-2021'"):
        iter_reports(table, only=["320804-2021", "320805-2012", "990000-2021"])


def test_empty_selection_is_refused(table: Path) -> None:
    """Asking for no report at all is a mistake, not an empty result."""
    assert "names no report" in refuse(table, only=[])


def test_labels_are_for_files_only(table: Path) -> None:
    """Region and year cannot be given for a table that labels its own rows."""
    assert "labels its own rows" in refuse(table, report_year=2021)


def test_missing_columns_are_listed(tmp_path: Path) -> None:
    """A table without the columns of a corpus is refused with those it lacks and those it has."""
    path = make_table(tmp_path / "a.parquet", [{"report_id": "320804-2021", "body": "x"}])
    assert "lacks the columns region_code, report_year, text; it has report_id, body" in refuse(path)


@pytest.mark.parametrize(("column", "value"), [("region_code", 320804), ("report_year", "2021")])
def test_column_of_wrong_type_is_refused(tmp_path: Path, column: str, value: Any) -> None:
    """A region code that is a number, or a year that is text, is refused before any row is read."""
    path = make_table(tmp_path / "a.parquet", [make_row("320804-2021", **{column: value})])
    assert f"the column {column} should be of type" in refuse(path)


@pytest.mark.parametrize("column", ["region_code", "report_year", "text"])
def test_empty_value_is_refused(tmp_path: Path, column: str) -> None:
    """A row without a needed value is refused with its id."""
    rows = [make_row("320803-2021"), make_row("320804-2021", **{column: None})]
    path = make_table(tmp_path / "a.parquet", rows)
    assert f"the row of report '320804-2021' has no {column}" in refuse(path)


def test_empty_id_is_refused(tmp_path: Path) -> None:
    """A row without an id is refused, also where only another row is asked for by an id that is unknown."""
    path = make_table(tmp_path / "a.parquet", [make_row("320804-2021"), make_row("320805-2021") | {"report_id": None}])
    assert "has no report_id" in refuse(path)
    assert "no report 'x'" in refuse(path, only=["x"])


def test_code_of_wrong_form_is_refused(tmp_path: Path) -> None:
    """A region code that is not six digits is refused with the report's id."""
    path = make_table(tmp_path / "a.parquet", [make_row("320804-2021", region_code="3208")])
    assert "region_code of 320804-2021 should be six digits, got '3208'" in refuse(path)


def test_text_of_another_hash_is_refused(tmp_path: Path) -> None:
    """A text that is not the one its row's hash is of is refused with both hashes."""
    path = make_table(tmp_path / "a.parquet", [make_row("320804-2021", sha256="0" * 64)])
    message = refuse(path)
    assert "0" * 64 in message
    assert hashlib.sha256("320804-2021：增长6%。".encode()).hexdigest() in message


@pytest.mark.parametrize("content", [b"", b"no table at all", b"PAR1 cut off"])
def test_broken_table_is_one_line(tmp_path: Path, content: bytes) -> None:
    """A file that only its name calls Parquet is refused in one line."""
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert "cannot be read as Parquet" in refuse(path)


def test_two_texts_for_one_id_are_refused(tmp_path: Path, table: Path) -> None:
    """Where two sources give different texts for one id, both are named."""
    path = tmp_path / "320804-2021.txt"
    path.write_text(TEXT)
    with pytest.raises(DataError, match=f"two texts for the report 320804-2021: in {table} and in {path}"):
        list(iter_reports([table, path]))


def test_same_text_comes_once(tmp_path: Path, table: Path) -> None:
    """A report that stands in several places with the same text comes once, in its first place."""
    (tmp_path / "320804-2021.txt").write_text("320804-2021：增长6%。")
    ids = [document.report_id for document in iter_reports([tmp_path / "320804-2021.txt", table, table])]
    assert ids == ["320804-2021"] + [f"3208{number:02d}-2021" for number in range(12) if number != 4]


def test_folder_is_read_by_name() -> None:
    """The reports of a folder come in the order of their names; sidecars are no reports."""
    assert [document.report_id for document in iter_reports(DATA)] == ["441900-2020", "320800-2019", "320821-1998"]


def test_labels_reach_a_file(tmp_path: Path) -> None:
    """Region and year given label a bare file."""
    path = tmp_path / "a.txt"
    path.write_text("增长6%。")
    found = list(iter_reports(str(path), region_code="320804", report_year=2021))
    assert [document.report_id for document in found] == ["320804-2021"]


def test_row_becomes_a_document(table: Path) -> None:
    """A row's columns become the document's fields and its source; empty ones are left out."""
    document = load_report("320804-2021", table)
    assert (document.region_code, document.report_year, document.text) == ("320804", 2021, "320804-2021：增长6%。")
    assert dict(document.source) == {"region_name": "某地", "source_url": "https://example.org/320804-2021"}


def test_id_of_a_row_is_kept(tmp_path: Path) -> None:
    """A row's own id is kept where code and year do not make it."""
    path = make_table(tmp_path / "a.parquet", [make_row("100000-1964-part")])
    assert load_report("100000-1964-part", path).report_year == 1964


def test_hash_column_may_be_absent(tmp_path: Path) -> None:
    """Four columns are enough; the hash is then that of the text."""
    row = {name: make_row("320804-2021")[name] for name in corpus.PARQUET_COLUMNS}
    document = load_report("320804-2021", make_table(tmp_path / "a.parquet", [row]))
    assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest()


def test_selection_keeps_the_order_of_the_sources(table: Path) -> None:
    """Reports asked for come in the order of the sources, from files and tables alike."""
    found = load_reports([DATA, table], only=["320811-2021", "320800-2019", "320801-2021", "320801-2021"])
    assert [document.report_id for document in found] == ["320800-2019", "320801-2021", "320811-2021"]


def test_selection_reads_only_its_row_groups(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One report of a table is found without reading the texts of the other row groups."""
    read: list[str] = []
    build = corpus._to_document
    monkeypatch.setattr(corpus, "_to_document", lambda row, path: read.append(row["report_id"]) or build(row, path))
    assert load_report("320807-2021", table).region_code == "320807"
    assert read == ["320807-2021"]


def test_selection_skips_files_by_name(tmp_path: Path) -> None:
    """A file whose name is another report's id is not even opened."""
    (tmp_path / "320803-2021.txt").write_bytes(b"%PDF-1.4")
    (tmp_path / "320804-2021.txt").write_text(TEXT)
    assert [document.report_id for document in iter_reports(tmp_path, only=["320804-2021"])] == ["320804-2021"]


def test_count_is_what_comes(table: Path) -> None:
    """The count for a progress bar is the number of reports that come."""
    assert count_reports([table, DATA]) == len(load_reports([table, DATA])) == 15
    assert count_reports(table, only=["320804-2021", "320804-2021"]) == 1


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Ten times the reports take no more than a little more memory."""

    def peak_of(count: int) -> int:
        rows = [make_row(f"{100000 + number}-2021", text="增长百分之六。" * 3000) for number in range(count)]
        path = make_table(tmp_path / f"{count}.parquet", rows, row_group_size=40)
        del rows
        tracemalloc.start()
        for _ in iter_reports(path):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_of(40)  # what is loaded once
    assert peak_of(800) < 1.25 * peak_of(80)


def test_real_corpus_is_read_whole(corpus_path: Path) -> None:
    """Every report of the corpus comes once, with a text that its hash is of, in the order of the file."""
    ids: Iterator[str] = (document.report_id for document in iter_reports(corpus_path))
    expected = pq.read_table(corpus_path, columns=["report_id"]).column(0).to_pylist()
    assert list(ids) == expected
    assert len(expected) == count_reports(corpus_path)
