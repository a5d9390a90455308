"""Pages show what a notebook showed, as far as that needs neither scripts nor the web, and say what they leave out."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import docx
import nbformat
import pytest
from PIL import Image

from policylab.batch.harvest import save_thumbnail
from policylab.batch.pages import render_pages, to_body
from policylab.publish.blocks import join_text, read_blocks
from policylab.publish.words import say

v4: Any = nbformat.v4
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FIGURE = say("page.interactive", "zh")
PLOTLY, WIDGET = "application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"


def show(*outputs: dict[str, Any], tags: tuple[str, ...] = (), states: dict[str, Any] | None = None) -> str:
    """Return the body of the page of a notebook of one cell with these outputs, and one that says "the end"."""
    made = [v4.new_output("display_data", data=data) for data in outputs]
    cell = v4.new_code_cell("x", outputs=made, metadata={"tags": list(tags)})
    notebook = v4.new_notebook(cells=[cell, v4.new_markdown_cell("the end")])
    if states:
        notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": states}}
    return to_body(notebook, "zh")


@pytest.mark.parametrize(
    "data",
    [
        {PLOTLY: {"data": []}},
        {"application/vnd.vegalite.v5+json": {}, "text/plain": "alt.Chart(...)"},
        {"text/html": "<style>#a {width: 9px}</style><div id='a'></div><script>draw('a')</script>"},
        {"text/html": "<div>Make this Notebook Trusted<iframe srcdoc='&lt;p&gt;'></iframe></div>"},
    ],
)
def test_a_figure_that_needs_scripts_is_told(data: dict[str, Any]) -> None:
    """In its place stands a sentence, and not a blank."""
    assert FIGURE in show(data)
    assert "Trusted" not in show(data)


def test_a_figure_with_a_picture_is_that_picture() -> None:
    """What a library gives for places without scripts is shown."""
    body = show({PLOTLY: {}, "text/html": "<div id='a'></div><script>1</script>", "image/png": PNG})
    assert "data:image/png" in body and FIGURE not in body


def test_loaders_of_scripts_are_left_out() -> None:
    """The logo of a library that waits for its script says nothing to a reader."""
    assert FIGURE not in show({"text/html": "<style>p {}</style><script>load()</script>"})
    assert "Loading" not in show({"text/html": "<div class='bk-notebook-logo'></div><span>Loading BokehJS ...</span>"})


def test_a_frame_is_a_link() -> None:
    """The address of a page on the web that is framed can be followed."""
    body = show({"text/html": '<iframe src="https://example.org/a?b=1&amp;c" width="9"></iframe>'})
    assert '<a href="https://example.org/a?b=1&amp;c">' in body and "iframe" not in body


@pytest.mark.parametrize(
    "html", ["<table><tr><td>open", "</div></div></main>out", "<!-- open", "<b>bold", "<style>p {}"]
)
def test_html_left_open_swallows_nothing(html: str) -> None:
    """What follows stands outside of it."""
    assert list_above(show({"text/html": html})) == list_above(show({"text/html": "<p>whole</p>"}))
    cells = [v4.new_markdown_cell(f"{html}\n"), v4.new_markdown_cell("the end")]
    whole = [v4.new_markdown_cell("whole"), v4.new_markdown_cell("the end")]
    above = [list_above(to_body(v4.new_notebook(cells=listed), "zh")) for listed in (cells, whole)]
    assert above[0] == above[1]


def list_above(body: str) -> list[str]:
    """Return the elements that the last words stand in."""
    from lxml import html as parser

    root = parser.fragment_fromstring(body, create_parent="div")
    last = next(element for element in root.iter("p") if element.text == "the end")
    return [element.tag for element in last.iterancestors()]


def test_html_that_is_whole_stays_as_it_is() -> None:
    """Nothing is written anew that needs not be."""
    html = "<div><p>a &nbsp; b<br><TABLE><tr><td>1</TABLE></div>"
    assert html in show({"text/html": html})


def test_widgets_show_what_was_drawn_in_them() -> None:
    """Output captured by a widget is on the page, words too, and controls are told; progress that is over is not."""
    states = {
        "box": {"model_name": "VBoxModel", "state": {"children": ["IPY_MODEL_bar", "IPY_MODEL_out", "IPY_MODEL_html"]}},
        "bar": {"model_name": "IntSliderModel", "state": {}},
        "out": {
            "model_name": "OutputModel",
            "state": {
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": "captured"},
                    {"output_type": "display_data", "data": {"image/png": PNG}, "metadata": {}},
                ]
            },
        },
        "html": {"model_name": "HTMLModel", "state": {"value": "<b>word"}},
        "progress": {"model_name": "FloatProgressModel", "state": {}},
    }
    body = show({WIDGET: {"model_id": "box"}, "text/plain": "VBox()"}, states=states)
    for words in ("captured", "data:image/png", "<b>word</b>", say("page.controls", "zh")):
        assert words in body
    assert say("page.controls", "zh") not in show({WIDGET: {"model_id": "progress"}}, states=states)
    assert say("page.controls", "zh") in show({WIDGET: {"model_id": "gone"}}, states=states)


def test_tags_leave_out_cells_and_outputs() -> None:
    """Tags of those who make books of notebooks count."""
    for tag in ("remove-cell", "remove_output", "form"):
        assert "said" not in show({"text/plain": "said"}, tags=(tag,))
    assert "said" in show({"text/plain": "said"}, tags=("hide-input",))


def test_pictures_that_lie_beside_the_notebook_are_inside_the_page(tmp_path: Path) -> None:
    """Markdown and HTML may name them, from the notebook's folder down; others stay as they are."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "图 一.png").write_bytes(base64.b64decode(PNG))
    (tmp_path / "secret.txt").write_text("secret")
    words = (
        "![a](sub/%E5%9B%BE%20%E4%B8%80.png) <img src='sub/图 一.png'> ![b](../a.png) ![c](secret.txt) ![d](gone.png)"
    )
    body = to_body(v4.new_notebook(cells=[v4.new_markdown_cell(words)]), "zh", [tmp_path / "none", tmp_path])
    assert body.count(f"data:image/png;base64,{PNG}") == 2
    assert all(f'src="{name}"' in body for name in ("../a.png", "secret.txt", "gone.png"))
    assert len([block for block in read_blocks(body) if block.image]) == 2


def test_gifs_are_shown() -> None:
    """A kind of picture that nbconvert does not know is shown, and in documents as its first frame."""
    gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    body = show({"image/gif": gif, "text/plain": "<Image>"})
    assert f"data:image/gif;base64,{gif}" in body and "Image>" not in body
    assert next(block for block in read_blocks(body) if block.image).image.startswith(b"\x89PNG")


def test_documents_keep_numbers_and_small_letters() -> None:
    """10 to the eighth is not 108, a second item not a bullet, and what a page hides is hidden."""
    html = "<ol start='2'><li>10<sup>8</sup></li><li>b<ul><li>c</li></ul></li></ol><p hidden>no</p><p><s>old</s></p>"
    blocks = read_blocks(html)
    assert [(block.marker, block.level, join_text(block.runs)) for block in blocks[:3]] == [
        ("2.", 1, "108"),
        ("3.", 1, "b"),
        ("", 2, "c"),
    ]
    assert [run.style for run in blocks[0].runs] == ["", "sup"]
    assert [(join_text(block.runs), block.runs[0].style) for block in blocks[3:]] == [("old", "strike")]


def test_documents_show_the_ends_of_a_very_long_output() -> None:
    """What would fill hundreds of pages is cut in its middle, which is told; the page of HTML has all of it."""
    said = "first line\n" + "".join(f"{line} goes on\n" for line in range(20_000)) + "last line"
    cell = v4.new_code_cell("x", outputs=[v4.new_output("stream", text=said)])
    made = dict(render_pages(v4.new_notebook(cells=[cell]), ("html", "docx"), title="a", lang="en", folders=()))
    words = [paragraph.text for paragraph in docx.Document(io.BytesIO(bytes(made["docx"]))).paragraphs]
    assert words[0].startswith("first line") and words[-1].endswith("last line")
    assert "characters are left out here" in words[1]
    assert sum(map(len, words)) < 50_000 and "19999 goes on" in made["html"]


def test_a_picture_that_cannot_be_read_costs_a_thumbnail_only(tmp_path: Path) -> None:
    """A broken picture, or one of more dots than anyone would draw, makes no thumbnail and fails no run."""
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    for picture in (base64.b64encode(file.getvalue()).decode(), PNG[:60], "no base64"):
        cell = v4.new_code_cell("x", outputs=[v4.new_output("display_data", data={"image/png": picture})])
        save_thumbnail(v4.new_notebook(cells=[cell]), tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()
