"""Word files: order, tables, notes, counted headings, and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from policylab.errors import ReadError
from policylab.read.word import read_word

FODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>
<text:p>研发投入强度达到2.1%<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>全社会研发投入占地区生产总值的比重。</text:p></text:note-body></text:note>，专利授权200件。</text:p>
</office:text></office:body></office:document>"""


def make(build: object) -> bytes:
    """Return the bytes of a Word file that a function fills."""
    from docx import Document

    document = Document()
    build(document)  # type: ignore[operator]
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def replace_part(raw: bytes, name: str, content: bytes) -> bytes:
    """Return a Word file with one part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return buffer.getvalue()


def test_tables_stand_where_the_page_has_them() -> None:
    """Paragraphs and tables come in the order of the page, cells parted by tabs."""

    def build(document: object) -> None:
        document.add_paragraph("前")  # type: ignore[attr-defined]
        table = document.add_table(2, 2)  # type: ignore[attr-defined]
        for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = f"格{number}"
        document.add_paragraph("后\t一\n二")  # type: ignore[attr-defined]

    assert read_word(make(build), "a.docx").text == "前\n格0\t格1\n格2\t格3\n后\t一\n二\n"


def test_headings_that_word_counts_get_their_numbers() -> None:
    """Numbers of a list, which stand nowhere in the text of the file, are counted as Word does."""
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def build(document: object) -> None:
        numbering = document.part.numbering_part.element  # type: ignore[attr-defined]
        numbering.insert(0, parse_xml(
            f'<w:abstractNum {space} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
            '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'))  # fmt: skip
        numbering.append(parse_xml(f'<w:num {space} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
        for level, words in ((0, "回顾"), (1, "经济"), (1, "民生"), (0, "安排"), (1, "项目")):
            properties = document.add_paragraph(words)._p.get_or_add_pPr()  # type: ignore[attr-defined]
            properties.append(parse_xml(f'<w:numPr {space}><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr>'))

    assert read_word(make(build), "a.docx").text == "一、回顾\n（一）经济\n（二）民生\n二、安排\n（一）项目\n"


def test_deleted_words_stay_out_and_are_told() -> None:
    """Words that a tracked change deletes are no part of the text; words that it inserts are."""
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def build(document: object) -> None:
        paragraph = document.add_paragraph("增长")._p  # type: ignore[attr-defined]
        paragraph.append(parse_xml(f"<w:del {space}><w:r><w:delText>8%</w:delText></w:r></w:del>"))
        paragraph.append(parse_xml(f"<w:ins {space}><w:r><w:t>6%</w:t></w:r></w:ins>"))

    extract = read_word(make(build), "a.docx")
    assert extract.text == "增长6%\n"
    assert extract.notes["left_out"] == "deletions of tracked changes (1)"


@pytest.mark.slow
def test_footnotes_stand_at_the_end(tmp_path: Path, writers: dict[str, object]) -> None:
    """A footnote is marked in the text and follows at its end."""
    import shutil

    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice (soffice)")
    path = tmp_path / "a.fodt"
    path.write_text(FODT, "utf-8")
    made = writers["office"](path, "docx")  # type: ignore[operator]
    text = read_word(made.read_bytes(), "a.docx").text
    assert text == "研发投入强度达到2.1%[1]，专利授权200件。\n[1] 全社会研发投入占地区生产总值的比重。\n"


def test_entities_are_refused(tmp_path: Path) -> None:
    """A file that declares XML entities, to grow or to read other files, is refused."""
    raw = make(lambda document: document.add_paragraph("增长"))
    for content in (b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")):
        with pytest.raises(ReadError, match="declares XML entities"):
            read_word(replace_part(raw, "word/document.xml", content), "a.docx")


@pytest.mark.parametrize("content", [b"", b"<x", b"<x/>", b"\xff\xfe"])
def test_broken_part_is_refused(content: bytes) -> None:
    """A file whose main part is broken is refused with its name."""
    raw = make(lambda document: document.add_paragraph("增长"))
    with pytest.raises(ReadError, match="a.docx is a broken Word file"):
        read_word(replace_part(raw, "word/document.xml", content), "a.docx")
