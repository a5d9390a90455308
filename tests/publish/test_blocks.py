from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import docx
import nbformat
import pypdfium2
import pytest
from PIL import Image

from policylab.batch.harvest import collect_values, save_thumbnail
from policylab.publish.blocks import Block, join_text, read_blocks
from policylab.publish.render import VALUES_MIME
from policylab.publish.typeset import render_pdf
from policylab.publish.word import render_docx


def make_png(size: tuple[int, int] = (400, 200)) -> bytes:
    """Return a picture of two colours."""
    file = io.BytesIO()
    image = Image.new("RGB", size, "white")
    image.paste((200, 60, 10), (0, 0, size[0] // 2, size[1]))
    image.save(file, "PNG")
    return file.getvalue()


PNG = make_png()
HOSTILE = '#read("/etc/passwd") $x$ *a* _b_ <script>alert(1)</script> = @a \\ [b] {c}'
PAGE = (
    f"""
<style>p {{}}</style><script>alert(1)</script><!-- a comment -->
<h1>目标与比较</h1><p class="soft">依据<a href="https://example.org/a?b=1&amp;c">《报告》</a>，见<a href="#c9">下</a></p>
<h2>一、目标<a class="anchor-link" href="#a">¶</a></h2>
<ul><li>增长<mark>8%左右</mark><ul><li>其中</li></ul></li></ul>
<div class="table"><table><thead><tr><th>指标</th><th>值</th></tr></thead>
<tbody><tr><td>地区生产总值增速</td><td><small>+1</small> 8%</td></tr><tr><td>只有一格</td></tr></tbody></table></div>
<details><summary>全部</summary><p>折起</p></details><pre>  a = 1
b</pre>
<img src="data:image/png;base64,{base64.b64encode(PNG).decode()}" alt="图一"><img src="https://example.org/a.png">
"""
    + "<p>"
    + HOSTILE.replace("<", "&lt;")
    + "\x0b</p>words without a tag"
)


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    """The blocks of the page above."""
    return read_blocks(PAGE)


def test_a_page_becomes_blocks(blocks: list[Block]) -> None:
    """Headings, paragraphs, items, tables, folds, code and images come in order; scripts and pictures of the web do not."""
    assert [block.kind for block in blocks][:4] == ["heading", "paragraph", "heading", "item"]
    assert [block.kind for block in blocks][-7:] == [
        "table",
        "fold",
        "paragraph",
        "code",
        "image",
        "paragraph",
        "paragraph",
    ]
    assert join_text(blocks[2].runs) == "一、目标"
    assert [run.link for run in blocks[1].runs if run.link] == ["https://example.org/a?b=1&c"]
    assert [(join_text(block.runs), block.level) for block in blocks if block.kind == "item"] == [
        ("增长8%左右", 1),
        ("其中", 2),
    ]
    assert ("8%左右", "mark") in [run[:2] for run in blocks[3].runs]
    table = next(block for block in blocks if block.kind == "table")
    assert [[join_text(cell) for cell in row] for row in table.rows][1:] == [
        ["地区生产总值增速", "+1 8%"],
        ["只有一格", ""],
    ]
    assert (table.n_header, round(sum(table.widths))) == (1, 1)
    assert next(block for block in blocks if block.kind == "code").runs[0].text == "  a = 1\nb"
    assert join_text(blocks[-2].runs) == HOSTILE + "\ufffd"
    assert not any("alert(1)" in join_text(block.runs) for block in blocks[:-2])


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="45"><rect width="45" height="45" fill="red"/></svg>'


def test_a_picture_in_svg_is_drawn(tmp_path: Path) -> None:
    """Figures of a notebook that shows SVG are in its documents and thumbnails too; one that is broken is left out."""
    page = "".join(
        f'<p><img src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"></p>' for svg in (SVG, b"<svg", b"")
    )
    (block,) = read_blocks(page)
    with Image.open(io.BytesIO(block.image)) as image:
        assert image.size == (188, 94)
        assert image.convert("RGB").getpixel((20, 20)) == (255, 0, 0)
    assert len(docx.Document(io.BytesIO(render_docx([block], title=""))).inline_shapes) == 1
    assert render_pdf([block], title="", lang="en").count(b"/Image") > 0
    save_thumbnail(make_notebook({"image/svg+xml": SVG.decode()}), tmp_path / "thumbnails" / "a.png")
    assert (tmp_path / "thumbnails" / "a.png").exists()


def test_images_fit_the_page_and_small_ones_stay_small() -> None:
    """A picture is as wide as the text, a small one as it is, a tall one not longer than the page; none is no block."""
    pages = [make_png((1200, 600)), make_png((60, 60)), make_png((600, 3000)), b"no picture"]
    page = "".join(f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}">' for png in pages)
    assert [block.scale for block in read_blocks(page)] == [1.0, 0.0992, 0.25]


def test_cells_that_span_others_keep_the_columns() -> None:
    """A value stays in its column below a label that stands for several rows, and under a header over several columns."""
    head = (
        "<thead><tr><th></th><th></th><th colspan=2>A</th></tr><tr><th></th><th></th><th>u</th><th>v</th></tr></thead>"
    )
    rows = "<tr><th rowspan=2>x</th><th>y</th><td>1</td><td>2</td></tr><tr><th>z</th><td>3</td><td>4</td></tr>"
    (table,) = read_blocks(f"<table>{head}<tbody>{rows}<tr><th rowspan='9e9'>w</th></tr></tbody></table>")
    cells = [[join_text(cell) for cell in row] for row in table.rows]
    assert cells == [
        ["", "", "A", ""],
        ["", "", "u", "v"],
        ["x", "y", "1", "2"],
        ["", "z", "3", "4"],
        ["w", "", "", ""],
    ]


def test_a_wide_table_has_smaller_letters() -> None:
    """Twenty columns of numbers fit beside each other; a table of sentences stays as it is."""
    wide = "<table><tr>" + "<td>12.857143</td>" * 20 + "</tr></table>"
    assert read_blocks(wide)[0].scale == 0.4
    assert read_blocks(f"<table><tr><td>{'几个字' * 99}</td><td>{'some words ' * 99}</td></tr></table>")[0].scale == 1
    pdf = pypdfium2.PdfDocument(render_pdf(read_blocks(wide), title="", lang="en"))
    page = pdf[0].get_textpage()
    boxes = [page.get_charbox(number) for number in range(page.count_chars())]
    assert max(right for _, _, right, _ in boxes) < pdf[0].get_width() - 60


def test_a_word_document_has_headings_tables_and_figures(blocks: list[Block]) -> None:
    """Word's own headings, a table with its cells, the picture with its words, and the link."""
    made = render_docx(blocks, title="目标")
    document = docx.Document(io.BytesIO(made))
    assert [p.text for p in document.paragraphs if p.style.name.startswith("Heading")] == ["目标与比较", "一、目标"]
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["地区生产总值增速", "+1 8%"]
    assert len(document.inline_shapes) == 1
    assert document.inline_shapes[0]._inline.docPr.get("descr") == "图一"
    assert any(relation.reltype.endswith("/hyperlink") for relation in document.part.rels.values())
    assert any(HOSTILE in paragraph.text for paragraph in document.paragraphs)
    assert document.core_properties.title == "目标"


def test_a_pdf_embeds_its_chinese_font(blocks: list[Block]) -> None:
    """The text can be read back, whatever it says is set and not obeyed, and the characters are drawn, not boxes."""
    made = render_pdf(blocks, title="目标", lang="zh")
    pdf = pypdfium2.PdfDocument(made)
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    for words in ("目标与比较", "地区生产总值增速", "8%左右", '#read("/etc/passwd")', "<script>alert(1)</script>"):
        assert words in text.replace(" ", "") or words in text
    assert "root:" not in text
    assert b"NotoSansSC" in made
    same = render_pdf(blocks, title="目标", lang="zh")
    assert same == made
    pixels = pdf[0].render(scale=2).to_pil().convert("L")
    assert pixels.getextrema()[0] < 60


@pytest.mark.parametrize("lines", range(40, 46))
def test_the_head_of_a_fold_stays_with_what_it_held(lines: int) -> None:
    """Wherever it comes on a page of a PDF, its table begins on the same page."""
    table = "<table><thead><tr><th>指标</th></tr></thead><tbody><tr><td>值</td></tr></tbody></table>"
    page = "<p>一段</p>" * lines + f"<details><summary>全部记录</summary>{table}</details>"
    document = pypdfium2.PdfDocument(render_pdf(read_blocks(page), title="a", lang="zh"))
    texts = [sheet.get_textpage().get_text_range() for sheet in document]
    assert [text for text in texts if "全部记录" in text] == [text for text in texts if "指标" in text]


def test_an_empty_page_is_set() -> None:
    """A notebook without outputs still gives documents that open."""
    assert render_pdf([], title="", lang="en").startswith(b"%PDF")
    assert docx.Document(io.BytesIO(render_docx([], title=""))).paragraphs == []


def make_notebook(*bundles: dict[str, Any]) -> Any:
    """Return a notebook with one cell that has shown these."""
    v4: Any = nbformat.v4
    outputs = [v4.new_output("display_data", data=bundle) for bundle in bundles]
    return v4.new_notebook(cells=[v4.new_markdown_cell("a"), v4.new_code_cell("", outputs=outputs)])


def test_values_are_collected_as_far_as_they_are_values() -> None:
    """The first of each key counts; what is no list of named values is left out, and no number is invented."""
    good = {"key": "gdp_growth", "name": "GDP", "text": "8%左右", "value": 8}
    notebook = make_notebook(
        {VALUES_MIME: [good, "a", {"name": "x"}, {"key": "n", "value": float("nan")}, {"key": "b", "value": True}]},
        {VALUES_MIME: [{**good, "value": 9}]},
        {VALUES_MIME: {"key": "a"}, "text/plain": "a"},
    )
    assert collect_values(notebook) == [
        {**good, "value": 8.0},
        {"key": "n", "name": "n", "text": "n", "value": None},
        {"key": "b", "name": "b", "text": "b", "value": None},
    ]


def test_a_thumbnail_is_small(tmp_path: Path) -> None:
    """The first picture becomes a small one; none, or one that is broken, leaves no file."""
    path = tmp_path / "thumbnails" / "a.png"
    save_thumbnail(make_notebook({"text/plain": "a"}), path)
    save_thumbnail(make_notebook({"image/png": base64.b64encode(b"no picture").decode()}), path)
    assert not path.exists()
    save_thumbnail(make_notebook({"image/png": base64.b64encode(make_png((2000, 1000))).decode()}), path)
    with Image.open(path) as image:
        assert image.size == (320, 160)
    assert path.stat().st_size < 20_000


def test_a_pdf_has_signs_in_place_of_emoji() -> None:
    """No box stands where the fonts have no picture: the nearest sign that they have, or nothing."""
    html = "<h1>📊 目标</h1><p>✅ 完成 👩‍👧</p><table><tr><td>🔴</td></tr></table>"
    page = pypdfium2.PdfDocument(render_pdf(read_blocks(html), title="a", lang="zh"))[0]
    text = page.get_textpage().get_text_range()
    assert text.split() == ["目标", "✔", "完成", "●", "1", "/", "1"]


def test_text_of_a_pdf_stands_in_columns(tmp_path: Path) -> None:
    """Letters of printed text are of one width, and a word longer than a line is not cut off."""
    html = f"<pre>iiii|\nwwww|</pre><pre>{'x' * 200}</pre>"
    page = pypdfium2.PdfDocument(render_pdf(read_blocks(html), title="a", lang="zh"))[0]
    words = page.get_textpage()
    text = words.get_text_range()
    bars = [words.get_charbox(at)[0] for at, char in enumerate(text) if char == "|"]
    assert bars[0] == pytest.approx(bars[1], abs=0.1)
    ends = [words.get_charbox(at)[2] for at, char in enumerate(text) if char == "x"]
    assert len(ends) == 200 and max(ends) < page.get_width() - 50


def test_what_scikit_learn_shows_is_words_in_documents() -> None:
    """The diagram of a pipeline, which needs styles, is its words there, without advice on notebooks."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    html = make_pipeline(StandardScaler(), LogisticRegression())._repr_html_()
    said = [join_text(block.runs) for block in read_blocks(html)]
    assert len(said) == 1 and said[0].startswith("Pipeline(steps=[('standardscaler', StandardScaler())")


def test_a_table_keeps_its_caption_and_pictures() -> None:
    """What is written over a table stands before it, what is drawn in it after it."""
    picture = f'<img src="data:image/png;base64,{base64.b64encode(PNG).decode()}">'
    html = f"<table><caption>表 1</caption><tr><td>a</td><td>{picture}</td></tr></table>"
    blocks = read_blocks(html)
    assert [block.kind for block in blocks] == ["paragraph", "table", "image"]
    assert join_text(blocks[0].runs) == "表 1"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<blockquote><ul><li>a</li></ul></blockquote>", ["item a"]),
        ("<blockquote><p>a</p><p>b</p></blockquote>", ["paragraph a", "paragraph b"]),
        ("<dl><dt>a</dt><dd>b<ul><li>c</li></ul></dd></dl>", ["paragraph a", "paragraph b", "item c"]),
        ("<ul><li><p>a</p><p>b</p></li></ul>", ["item a\nb"]),
        ("<center><h2>a</h2><p>b</p></center>", ["heading a", "paragraph b"]),
        ("<p><b>a<ul><li>b</li></ul></b></p>", ["paragraph a", "item b"]),
        ("<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>", ["item a", "item b", "item c"]),
    ],
)
def test_words_of_blocks_in_blocks_stay_apart(html: str, words: list[str]) -> None:
    """Lists and paragraphs in quotes, definitions and items are blocks or lines of their own, each once."""
    assert [f"{block.kind} {join_text(block.runs)}" for block in read_blocks(html)] == words


def test_pictures_of_any_kind_make_documents() -> None:
    """One that is cut off is left out, one of a kind that Word or typst cannot read is made one that they can."""
    made = {}
    for kind, mode in (("PNG", "RGB"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGB")):
        file = io.BytesIO()
        Image.effect_noise((200, 200), 50).convert(mode).save(file, kind)
        made[kind, mode] = file.getvalue()
    pictures = [*made.values(), made["PNG", "RGB"][:9000], made["JPEG", "RGB"][:9000]]
    named = [f'<img src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in pictures]
    blocks = read_blocks("".join(named))
    assert [block.image[:4] for block in blocks] == [b"\x89PNG", b"\xff\xd8\xff\xe0", *[b"\x89PNG"] * 3]
    assert render_docx(blocks, title="a") and render_pdf(blocks, title="a", lang="zh")
