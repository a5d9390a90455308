"""A corpus on disk: both forms hold the same, and what fails leaves the old one."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylab import project
from policylab.errors import DataError, UnknownNameError
from policylab.model import Document
from policylab.read.corpus import load_reports
from policylab.read.store import describe_document, write_corpus

TEXTS = ("增长5%。\r\n", "\ufeff增长６％。", "增长7%: 'a' \"b\" #c\n")


def make(number: int, text: str, **source: str) -> Document:
    """Return a report with its source."""
    return Document.from_text(text, region_code=f"3208{number:02d}", report_year=2021, source=source)


DOCUMENTS = [
    make(number, text, title=f"标题: {number}", notes="!!python/x")
    for number, text in zip((3, 4, 12), TEXTS, strict=True)
]


def strip(document: Document) -> tuple[str, str, str, str, str]:
    """Return what both forms must keep of a report."""
    source = document.source
    return document.report_id, document.text, document.sha256, source["title"], source["notes"]


@pytest.mark.parametrize("name", ["corpus.parquet", "corpus"])
def test_reports_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    """Texts, hashes and notes are the same after writing and reading, line ends and marks included."""
    assert write_corpus(DOCUMENTS, tmp_path / name) == 3
    assert list(map(strip, load_reports(tmp_path / name))) == list(map(strip, DOCUMENTS))


def test_both_forms_hold_the_same(tmp_path: Path) -> None:
    """A table written from a folder that was written from a table is the same table, byte for byte."""
    write_corpus(DOCUMENTS, tmp_path / "a.parquet")
    first = load_reports(tmp_path / "a.parquet")
    write_corpus(first, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_id_that_is_one_of_several_is_kept(tmp_path: Path) -> None:
    """An id such as 100000-1964-part comes back from both forms."""
    document = Document.from_text("增长", region_code="100000", report_year=1964, report_id="100000-1964-part")
    for name in ("a.parquet", "folder"):
        write_corpus([document], tmp_path / name)
        assert load_reports(tmp_path / name)[0].report_id == "100000-1964-part"


@pytest.mark.parametrize("report_id", ["../../a", "/etc/a", "320804-2023/..", "a\0b", "320804-2023\n", "CON"])
@pytest.mark.parametrize("name", ["corpus.parquet", "corpus"])
def test_id_that_is_no_name_is_refused(tmp_path: Path, name: str, report_id: str) -> None:
    """An id that would lead out of the folder is refused, and nothing is written."""
    document = Document.from_text("增长", region_code="320804", report_year=2023, report_id=report_id)
    with pytest.raises(DataError, match="of the form 320804-2023"):
        write_corpus([document], tmp_path / name)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (DOCUMENTS[0], "two reports with the id"),
        (make(13, "a\ud800"), "character 1 of its text"),
        (Document.from_text("a", region_code="320821", report_year=2021), "did not exist in 2021"),
    ],
)
def test_failure_leaves_the_old_table(tmp_path: Path, document: Document, error: str) -> None:
    """A report that cannot be written leaves the older table and no trace of the new one."""
    path = tmp_path / "corpus.parquet"
    write_corpus(DOCUMENTS[:1], path)
    old = path.read_bytes()
    with pytest.raises((DataError, UnknownNameError), match=error):
        write_corpus([*DOCUMENTS, document], path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_leaves_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full in the middle, the older table stays, and the message says so."""
    path = tmp_path / "corpus.parquet"
    write_corpus(DOCUMENTS[:1], path)
    old = path.read_bytes()

    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fill)
    with pytest.raises(DataError, match="No space left on device; nothing was changed"):
        write_corpus(DOCUMENTS, path)
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]
    assert project.data_path("reports").is_dir()


def test_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """A link where a report should lie is replaced; what it leads to stays untouched."""
    (tmp_path / "secret").write_text("old")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "320803-2021.txt").symlink_to(tmp_path / "secret")
    write_corpus(DOCUMENTS[:1], tmp_path / "corpus")
    assert (tmp_path / "secret").read_text() == "old"
    assert not (tmp_path / "corpus" / "320803-2021.txt").is_symlink()


def test_description_is_one_line_a_report() -> None:
    """A list shows id, name, level, length and completeness."""
    assert list(describe_document(DOCUMENTS[0]).values()) == ["320803-2021", "淮安区", "county", "7", ""]
