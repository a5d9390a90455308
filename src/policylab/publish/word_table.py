"""A table for Word with three lines (三线表): thick above and below, thin under the header, none upright."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from policylab.publish.cells import clean_cell
from policylab.publish.office import seal_archive
from policylab.publish.printed import Printed, measure_columns, print_table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_THICK, _THIN = 12, 6  # eighths of a point: 1.5 and 0.75 points
_LATIN, _CHINESE = "Times New Roman", "宋体"
_BODY_PT, _NOTE_PT = 10.5, 9
_MARGIN_CM, _PAGE_CM = 2.5, (21.0, 29.7)
_CM_PER_PT, _PADDING_CM = 0.0353, 0.2  # left and right of a cell
_TURNED_COLUMNS = 7  # a wider table lies across the page, in smaller type


def render_word(printed: Printed) -> bytes:
    """
    Return a Word document with one table: caption above, notes and sources below, the header again on each page.

    Chinese is set in 宋体, all else in Times New Roman; a table of more than seven columns lies across the page.
    """
    import docx

    document = docx.Document()
    is_turned = len(printed.table.columns) > _TURNED_COLUMNS
    width = _set_page(document, is_turned=is_turned)
    if printed.caption:
        caption = document.add_paragraph()
        _write(caption, printed.caption, _BODY_PT, place="c", is_bold=True)
        caption.paragraph_format.keep_with_next = True
    _add_table(document, printed, width)
    for line in printed.closing:
        note = document.add_paragraph()
        _write(note, line, _NOTE_PT, place="l")
        note.paragraph_format.keep_with_next = line != printed.closing[-1]  # no line of them stands alone on a page
    _set_properties(document, printed.caption)
    box = io.BytesIO()
    document.save(box)
    return seal_archive(box.getvalue())


def _set_page(document: Document, *, is_turned: bool) -> float:
    """Make the page A4 and the type that of a paper; return the width of the text in centimetres."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section = document.sections[0]
    short, long = _PAGE_CM
    width, height = (long, short) if is_turned else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if is_turned else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.left_margin = section.right_margin = Cm(_MARGIN_CM)
    section.top_margin = section.bottom_margin = Cm(_MARGIN_CM)
    return width - 2 * _MARGIN_CM


def _add_table(document: Document, printed: Printed, width: float) -> None:
    """Add the table with its three lines, and a fourth above rows that sum up the others."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Pt

    header, rows, places = print_table(printed)
    size = _NOTE_PT if len(header) > _TURNED_COLUMNS else _BODY_PT
    table = document.add_table(rows=len(rows) + 1, cols=len(header))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _set_widths(table, _share_width(header, rows, width, size))
    last = len(rows) - printed.foot
    for number, (row, texts) in enumerate(zip(table.rows, [header, *rows], strict=True)):
        _set_row(row._tr, "cantSplit")
        for cell, text, place in zip(row.cells, texts, places, strict=True):
            _write(cell.paragraphs[0], text, size, place=place)
            form = cell.paragraphs[0].paragraph_format
            form.keep_with_next = bool(printed.closing) if number == len(rows) else number >= last
            form.space_before = form.space_after = Pt(1 if size == _NOTE_PT else 2)
    _set_row(table.rows[0]._tr, "tblHeader")
    for number, edge, thickness in [(0, "top", _THICK), (0, "bottom", _THIN), (len(rows), "bottom", _THICK)]:
        _draw_rule(table.rows[number].cells, edge, thickness)
    if printed.foot and last:
        _draw_rule(table.rows[last].cells, "bottom", _THIN)


def _share_width(header: list[str], rows: list[list[str]], width: float, size: float) -> list[float]:
    """Return the width of each column in centimetres: as wide as its cells, the whole at least two thirds of the text."""
    em = size * _CM_PER_PT
    ems, _ = measure_columns(header, rows, (width - _PADDING_CM * 2 * len(header)) / em)
    needed = [part * em + 2 * _PADDING_CM for part in ems]
    spread = max(1.0, width * 2 / 3 / sum(needed))
    return [part * spread for part in needed]


def _set_widths(table: Table, widths: list[float]) -> None:
    """Give each column its width, which Word reads from the cells and others from the column."""
    from docx.shared import Cm

    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _write(paragraph: Paragraph, text: str, size: float, *, place: str, is_bold: bool = False) -> None:
    """Write a text into a paragraph: Chinese in 宋体, all else in Times New Roman."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(clean_cell(text))
    run.font.size, run.font.name, run.font.bold = Pt(size), _LATIN, is_bold or None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    sides = {"l": WD_ALIGN_PARAGRAPH.LEFT, "c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT}
    paragraph.alignment = sides[place]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)


def _set_row(row: Any, name: str) -> None:
    """Switch on a property of a row: repeated on each page, or never cut by the end of one."""
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def _draw_rule(cells: Iterable[_Cell], edge: str, size: int) -> None:
    """Draw a rule along one edge of a row."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for cell in cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        rule = OxmlElement(f"w:{edge}")
        for name, value in {"val": "single", "sz": str(size), "space": "0", "color": "000000"}.items():
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)


def _set_properties(document: Document, title: str) -> None:
    """Name the document by its caption, and leave out the template's own name."""
    properties = document.core_properties
    properties.title, properties.author, properties.comments = clean_cell(title)[:255], "policylab", ""
    properties.last_modified_by = "policylab"
