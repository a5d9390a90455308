"""ZIP files: what would do harm is refused before it is unpacked, and nothing is written anywhere."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from policylab.errors import PolicylabError
from policylab.read.files import iter_parts, read_report, read_reports

TEXT = "一、2020年工作回顾\n二、2021年工作安排\n主要预期目标是：地区生产总值增长6%左右。\n"


def make_zip(path: Path, members: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    """Write a ZIP file with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refuse(path: Path) -> str:
    """Return the message with which a file is refused; nothing new lies beside it."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(PolicylabError) as caught:
        list(iter_parts(path))
    assert sorted(path.parent.iterdir()) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_members_are_read_with_their_sidecars(tmp_path: Path) -> None:
    """Reports of an archive come by name, each with the sidecar beside it; notes and hidden files are left out."""
    members = {
        "b/320812-2021.txt": TEXT.encode("gb18030"),
        "a.md": TEXT.encode(),
        "a.yml": b'region_code: "320804"\ntitle: x\n',
        "README.md": b"x",
        "__MACOSX/a.md": b"\0",
    }
    documents = list(read_reports(make_zip(tmp_path / "a.zip", members)))  # type: ignore[arg-type]
    assert [document.report_id for document in documents] == ["320804-2021", "320812-2021"]
    assert documents[0].source["title"] == "x"


def test_names_in_gbk_are_shown_rightly(tmp_path: Path) -> None:
    """A name that Chinese Windows packed comes out in messages as it was."""
    path = make_zip(tmp_path / "a.zip", {"AAAA.txt": TEXT.encode()})
    path.write_bytes(path.read_bytes().replace(b"AAAA", "淮阴".encode("gbk")))
    assert next(iter_parts(path)).name == f"{path}:淮阴.txt"


@pytest.mark.parametrize("name", ["../../etc/a.txt", "/etc/a.txt", "..\\a.txt", "C:\\a.txt", "a/../../b.txt"])
def test_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    """A member whose name would be written outside the archive's folder is refused."""
    assert "leads out of it" in refuse(make_zip(tmp_path / "a.zip", {name: TEXT.encode()}))


def test_link_is_refused(tmp_path: Path) -> None:
    """A member that is a link is refused."""
    info = zipfile.ZipInfo("320804-2021.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "holds a link" in refuse(make_zip(tmp_path / "a.zip", {info: b"/etc/passwd"}))


@pytest.mark.parametrize("name", ["a.zip", "a.docx", "a.xlsx"])
def test_bomb_is_refused_unpacked(tmp_path: Path, name: str) -> None:
    """A file that unpacks to hundreds of times its size is refused by its header."""
    bomb = b"\0" * 30_000_000
    members: dict[str | zipfile.ZipInfo, bytes] = {"word/document.xml": bomb, "xl/workbook.xml": bomb, "a.txt": bomb}
    assert "times its size" in refuse(make_zip(tmp_path / name, members))


def test_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """A member that unpacks to more than its header says is broken, and is not read to its end."""
    path = make_zip(tmp_path / "a.zip", {"a.txt": b"\0" * 60_000_000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace((60_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert "a.zip" in refuse(path)


def test_nested_archives_are_not_opened(tmp_path: Path) -> None:
    """An archive in an archive is no report: nothing unpacks for ever."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", TEXT)
    assert "holds no report" in refuse(make_zip(tmp_path / "a.zip", {"b.zip": inner.getvalue()}))


def test_password_is_told(tmp_path: Path) -> None:
    """An archive whose members are encrypted says so."""
    path = make_zip(tmp_path / "a.zip", {"a.txt": TEXT.encode()})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "asks for a password" in refuse(path)


@pytest.mark.parametrize("cut", [30, 100])
def test_truncated_archive_is_refused(tmp_path: Path, cut: int) -> None:
    """An archive that was cut off is refused."""
    path = make_zip(tmp_path / "a.zip", {"a.txt": TEXT.encode()})
    path.write_bytes(path.read_bytes()[:-cut])
    assert "broken or truncated ZIP" in refuse(path)


def test_yaml_of_a_sidecar_makes_no_objects_and_no_bombs(tmp_path: Path) -> None:
    """A sidecar that calls Python, or grows by referring to itself, is refused."""
    (tmp_path / "320804-2021.txt").write_text(TEXT)
    for sidecar in ("!!python/object/apply:os.system ['true']", "title: &a x\nnotes: *a", "a: " + "[" * 5000):
        (tmp_path / "320804-2021.yml").write_text(sidecar)
        with pytest.raises(PolicylabError, match=r"320804-2021\.yml"):
            read_report(tmp_path / "320804-2021.txt")
