"""A report as a Word document: headings, three-line tables, figures, links."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from policylab.publish.blocks import Block, Run

_LATIN, _CHINESE, _CODE = "Times New Roman", "宋体", "Consolas"
_TEXT_CM, _INDENT_CM = 16.0, 0.63
_LINES = {"top": 12, "bottom": 12}  # eighths of a point
_MARGIN = "60"  # of a cell, twentieths of a point
_SOFT, _MARK = "5C5C5C", "FBE3C8"


def render_docx(blocks: Sequence[Block], *, title: str) -> bytes:
    """
    Return the blocks of a page as a Word document (.docx).

    Headings are Word's own, for its outline; tables have three lines and repeat their header on each page; images are as
    wide as the text, small ones as they are, and carry their alternative text.
    """
    import docx
    from docx.shared import Cm

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - _TEXT_CM) / 2)
    _set_styles(document)
    document.core_properties.title, document.core_properties.author = title, "policylab"
    document.core_properties.created = document.core_properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    for block in blocks:
        _add_block(document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_styles(document: Any) -> None:
    """Give Word's styles the fonts of Chinese journals."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    sizes = {"Normal": 10.5, "Title": 18, "Heading 1": 18, "Heading 2": 14, "Heading 3": 12, "List Bullet": 10.5}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = _LATIN, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
        if name.startswith(("Heading", "Title")):
            style.font.color.rgb = RGBColor(0x1C, 0x1C, 0x1C)


def _add_block(document: Any, block: Block) -> None:
    """Add one block at the end of the document."""
    from docx.shared import Cm

    if block.kind == "heading":
        _add_runs(document.add_heading(level=min(block.level, 3)), block.runs)
    elif block.kind == "table":
        _add_table(document, block)
    elif block.kind == "image":
        _add_image(document, block)
    else:
        is_bullet = block.kind == "item" and not block.marker
        paragraph = document.add_paragraph(style="List Bullet" if is_bullet else None)
        if block.kind == "item" and (block.marker or block.level > 1):
            paragraph.paragraph_format.left_indent = Cm(_INDENT_CM * max(block.level, 1))
            paragraph.paragraph_format.first_line_indent = Cm(-_INDENT_CM)
        if block.marker:
            paragraph.add_run(f"{block.marker}\t")
        looks = {"code": "code", "fold": "strong"}
        _add_runs(paragraph, [run._replace(style=looks.get(block.kind, run.style)) for run in block.runs])
        paragraph.paragraph_format.keep_with_next = block.kind == "fold"


def _add_runs(paragraph: Any, runs: Sequence[Run], size: float | None = None) -> None:
    """Add stretches of text, each in its look."""
    from docx.shared import Pt, RGBColor

    for run in runs:
        made = _add_link(paragraph, run) if run.link else paragraph.add_run(run.text)
        if size:
            made.font.size = Pt(size)
        made.bold = True if run.style == "strong" else None
        made.italic = True if run.style == "emphasis" else None
        if run.style == "small":
            made.font.size, made.font.color.rgb = Pt(min(8, size or 8)), RGBColor.from_string(_SOFT)
        elif run.style == "mark":
            _shade(made)
        elif run.style in ("sub", "sup", "strike"):
            name = {"sub": "subscript", "sup": "superscript"}.get(run.style, run.style)
            setattr(made.font, name, True)
        elif run.style == "code":
            made.font.name, made.font.size = _CODE, Pt(8.5)


def _shade(run: Any) -> None:
    """Give a stretch of text the ground of a mark."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _MARK)):
        shade.set(qn(f"w:{name}"), value)
    run._r.get_or_add_rPr().append(shade)


def _add_link(paragraph: Any, run: Run) -> Any:
    """Add a stretch of text that leads to a web address."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(run.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    made = paragraph.add_run(run.text)
    made.font.color.rgb, made.font.underline = RGBColor(0x0B, 0x53, 0x94), True
    link.append(made._r)
    paragraph._p.append(link)
    return made


def _add_table(document: Any, block: Block) -> None:
    """Add a table with three lines, its columns as wide as their content asks."""
    from docx.shared import Cm, Pt

    table = document.add_table(rows=len(block.rows), cols=len(block.widths))
    table.autofit = False
    columns = list(table.columns)
    for column, width in zip(columns, block.widths, strict=True):
        column.width = Cm(_TEXT_CM * width)
    for number, (row, made) in enumerate(zip(block.rows, table.rows, strict=True)):
        is_header = number < block.n_header
        for runs, cell, width in zip(row, made.cells, block.widths, strict=True):
            cell.width = Cm(_TEXT_CM * width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = is_header
            _add_runs(
                paragraph, [run._replace(style="strong") for run in runs] if is_header else runs, size=9 * block.scale
            )
    _rule_table(table, block.n_header)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _rule_table(table: Any, n_header: int) -> None:
    """Draw the lines of a table: above, below, and under its header, which each page repeats."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side, width in _LINES.items():
        borders.append(_make_line(side, width))
    table._tbl.tblPr.append(borders)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), _MARGIN)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)
    for row in table.rows[:n_header]:
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(repeat)
    for cell in table.rows[n_header - 1].cells if n_header else ():
        under = OxmlElement("w:tcBorders")
        under.append(_make_line("bottom", 6))
        cell._tc.get_or_add_tcPr().append(under)


def _make_line(side: str, width: int) -> Any:
    """Return a line at one side of a table or cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(width)), ("space", "0"), ("color", "1C1C1C")):
        line.set(qn(f"w:{name}"), value)
    return line


def _add_image(document: Any, block: Block) -> None:
    """Add an image as wide as the text, with its alternative text."""
    from docx.shared import Cm

    shape = document.add_picture(io.BytesIO(block.image), width=Cm(_TEXT_CM * block.scale))
    shape._inline.docPr.set("descr", block.alt)
