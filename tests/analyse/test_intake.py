"""What comes into a corpus: contradictions are held back and told, never taken silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from policylab.analyse.intake import Shelf, Verdict, check_corpus, judge_files
from policylab.errors import ReadError
from policylab.model import Document

PROSE = "".join(
    f"第{number}项：新开工重点项目{number}个，完成投资{number}亿元，城乡面貌持续改善。\n" for number in range(40)
)


def make_text(place: str, year: int, prose: str = PROSE) -> str:
    """Return a report that names its place and year."""
    return (
        f"{year}年{place}政府工作报告\n——{year}年1月5日在{place}第十八届人民代表大会第三次会议上\n一、{year - 1}年工作回顾\n"
        f"{prose}二、{year}年工作安排\n主要预期目标是：地区生产总值增长6%左右。\n"
    )


def judge(path: Path, shelf: Shelf | None = None, **given: object) -> list[Verdict]:
    """Return the verdicts on a path."""
    return list(judge_files([path], shelf or Shelf(), **given))  # type: ignore[arg-type]


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file, with its folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ["a.txt", "淮安市淮阴区2023年政府工作报告.txt", "320804-2023.txt", "淮阴区/2023.txt"])
def test_agreeing_labels_are_taken(tmp_path: Path, name: str) -> None:
    """A report whose words and name agree, or whose name says nothing, is added."""
    (verdict,) = judge(write(tmp_path, name, make_text("淮安市淮阴区", 2023)))
    assert (verdict.status, verdict.remarks) == ("added", ())
    assert verdict.document is not None
    assert verdict.document.report_id == "320804-2023"


@pytest.mark.parametrize(
    ("name", "place", "remark"),
    [
        ("宿迁市/2023.txt", "宿州市", "the file name says 宿迁市, not 宿州市 (341300)"),
        ("唐县2023年政府工作报告.txt", "高唐县", "the file name says 唐县, not 高唐县 (371526)"),
        ("淮阴区2022.txt", "淮安市淮阴区", "the file name says 2022, not 2023"),
        ("320804-2022.txt", "淮安市淮阴区", "year: the text speaks for 2023"),
        ("320812-2023.txt", "淮安市淮阴区", "region: the text names 320804 淮阴区"),
    ],
)
def test_contradictions_are_held_back(tmp_path: Path, name: str, place: str, remark: str) -> None:
    """Another place's text under a name, and the year that a report reviews taken for its plan year, are held back."""
    (verdict,) = judge(write(tmp_path, name, make_text(place, 2023)))
    assert verdict.status == "held back"
    assert remark in verdict.remarks


def test_year_that_is_reviewed_is_told(tmp_path: Path) -> None:
    """A user who gives the year that the report reviews is told so."""
    (verdict,) = judge(write(tmp_path, "a.txt", make_text("淮安市淮阴区", 2023)), report_year=2022)
    assert verdict.status == "held back"
    assert "2022 is the year that it reviews" in verdict.remarks


def test_accepted_contradiction_is_written_down(tmp_path: Path) -> None:
    """What the user accepts comes in with the contradiction in its notes."""
    path = write(tmp_path, "320812-2023.txt", make_text("淮安市淮阴区", 2023))
    (verdict,) = judge(path, accept=True)
    assert verdict.status == "added"
    assert verdict.document is not None
    assert verdict.document.source["notes"] == "accepted despite: region: the text names 320804 淮阴区"


def test_name_labels_a_text_that_is_silent(tmp_path: Path) -> None:
    """Where a text does not say whose it is, the names of file and folder do."""
    (verdict,) = judge(write(tmp_path, "淮阴区/2023.txt", PROSE))
    assert verdict.document is not None
    assert verdict.document.report_id == "320804-2023"


def test_broken_files_are_refused_one_by_one(tmp_path: Path) -> None:
    """One file that cannot be read is told with its reason, and the others come in; sidecars and notes are no reports."""
    write(tmp_path, "a.txt", make_text("淮安市淮阴区", 2023))
    write(tmp_path, "b.txt", "")
    write(tmp_path, "c.exe", "x")
    write(tmp_path, "README.md", "x")
    write(tmp_path, "deep/er/d.pdf", "x")
    verdicts = judge(tmp_path)
    assert [verdict.status for verdict in verdicts] == ["added", "refused", "refused", "refused"]
    assert "is empty" in verdicts[1].remarks[0]
    assert "expected a name in" in verdicts[2].remarks[0]
    assert "no .pdf file begins with" in verdicts[3].remarks[0]


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A link in a folder that leads out of it is refused."""
    outside = write(tmp_path, "outside/a.txt", make_text("淮安市淮阴区", 2023))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").symlink_to(outside)
    (verdict,) = judge(tmp_path / "in")
    assert verdict.status == "refused"
    assert "leads out of its folder" in verdict.remarks[0]


def test_missing_path_is_told(tmp_path: Path) -> None:
    """A path that does not exist is an error, not an empty result."""
    with pytest.raises(ReadError, match="no file b.txt"):
        judge(tmp_path / "b.txt")


def test_duplicates_are_found(tmp_path: Path) -> None:
    """The same report is present, the same text under another id is held back, and a near one is remarked on."""
    text = make_text("淮安市淮阴区", 2023)
    shelf = Shelf([Document.from_text(text, region_code="320804", report_year=2023)])
    assert judge(write(tmp_path, "a.txt", text), shelf)[0].status == "present"
    changed = judge(write(tmp_path, "b.txt", text.replace("6%", "7%")), shelf)[0]
    assert changed.status == "held back"
    assert "the corpus has another text for 320804-2023" in changed.remarks
    near = judge(write(tmp_path, "c.txt", make_text("淮安市淮阴区", 2024)), shelf)[0]
    assert near.status == "added"
    assert "nearly the text of 320804-2023" in near.remarks[0]
    silent = judge(write(tmp_path, "320812-2019.txt", PROSE), shelf)[0]
    assert silent.status == "added"
    blanks = judge(write(tmp_path, "320803-2019.txt", PROSE.replace("，", "， ")), shelf)[0]
    assert blanks.remarks[0] == "the same text is there as 320812-2019"


def test_check_tells_what_is_wrong() -> None:
    """A corpus with another place's text and with one text twice is told of both, and of nothing else."""
    good = Document.from_text(make_text("淮安市淮阴区", 2023), region_code="320804", report_year=2023)
    other = "".join(f"（{number}）改造老旧小区{number}个。\n" for number in range(60))
    wrong = Document.from_text(make_text("宿州市", 2023, other), region_code="321300", report_year=2023)
    twice = Document.from_text(good.text, region_code="320804", report_year=2024)
    found = {verdict.name: verdict.remarks for verdict in check_corpus([good, wrong, twice])}
    assert found.keys() == {"321300-2023", "320804-2024"}
    assert found["321300-2023"] == ("region: the text names 341300 宿州市",)
    assert found["320804-2024"] == ("year: the text speaks for 2023", "the same text is there as 320804-2023")
