"""PDF files: reading order and mended sentences, and the reasons why one cannot be read."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policylab.errors import ReadError
from policylab.read.pdf import read_pdf


def draw(paint: Callable[[Any], None], **options: Any) -> bytes:
    """Return a PDF of A4 pages that a function paints."""
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    canvas.setFont("STSong-Light", 12)
    paint(canvas)
    canvas.save()
    return buffer.getvalue()


def paint_lines(canvas: Any) -> None:
    """Paint a page of lines."""
    for number in range(20):
        canvas.drawString(72, 760 - 20 * number, f"{number}地区生产总值增长百分之五。")


def refuse(raw: bytes) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(ReadError) as caught:
        read_pdf(raw, "a.pdf")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_sentences_are_mended_and_margins_left_out(report: str, writers: dict[str, Any], tmp_path: Path) -> None:
    """Every paragraph is one line, over the ends of lines and pages, and headers and page numbers are told, not kept."""
    extract = read_pdf(writers["pdf"](report, tmp_path / "a").read_bytes(), "a.pdf")
    assert extract.text == "\n".join(line for line in report.split("\n") if line) + "\n"
    assert extract.notes["left_out"] == "headers and page numbers (4)"


def test_lines_come_from_the_top_whatever_their_order_in_the_file() -> None:
    """A file that paints its lines from below is read from above."""

    def paint(canvas: Any) -> None:
        for number in reversed(range(20)):
            canvas.drawString(72, 760 - 20 * number, f"第{number}项地区生产总值增长百分之五。")

    lines = read_pdf(draw(paint), "a.pdf").text.splitlines()
    assert [line[: line.index("项")] for line in lines] == [f"第{number}" for number in range(20)]


def test_two_columns_are_read_one_after_the_other() -> None:
    """A page in two columns is read down the left one first."""

    def paint(canvas: Any) -> None:
        for number in range(12):
            canvas.drawString(60, 700 - 20 * number, f"左{number}城镇新增就业六千人。")
            canvas.drawString(330, 700 - 20 * number, f"右{number}城镇新增就业六千人。")

    lines = read_pdf(draw(paint), "a.pdf").text.splitlines()
    assert [line[0] for line in lines] == ["左"] * 12 + ["右"] * 12


def test_scanned_pages_ask_for_ocr() -> None:
    """Pages of pictures are refused with the command that makes a text layer."""

    def paint(canvas: Any) -> None:
        for _ in range(3):
            canvas.rect(72, 72, 400, 600, fill=1)
            canvas.showPage()

    assert "scanned and needs OCR: ocrmypdf -l chi_sim" in refuse(draw(paint))


def test_password_is_told() -> None:
    """A file that asks for a password says so, with the command that takes it off."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    assert "asks for a password" in refuse(draw(paint_lines, encrypt=StandardEncryption("secret", strength=128)))


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_truncated_file_is_refused(share: float) -> None:
    """A file that was cut off is refused."""
    raw = draw(paint_lines)
    assert "broken or truncated PDF" in refuse(raw[: int(len(raw) * share)])


def test_page_without_text_among_others_is_told() -> None:
    """A page that holds only a picture is named in the note."""

    def paint(canvas: Any) -> None:
        paint_lines(canvas)
        canvas.showPage()
        canvas.rect(72, 72, 400, 600, fill=1)

    assert read_pdf(draw(paint), "a.pdf").notes["left_out"] == "pages without text: 2"
