from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure

from policylab import __version__
from policylab.errors import FontError
from policylab.publish.charts import plot_chain, plot_peers, save_figure

SUFFIXES = ["csv", "json", "pdf", "png", "svg"]


def hash_files(folder: Path) -> dict[str, str]:
    """Return the hash of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_a_missing_character_writes_nothing(tmp_path: Path, chain: pd.DataFrame) -> None:
    """A figure with a character that the font lacks raises, and no file is left."""
    fig = plot_chain(chain)
    fig.text(0.5, 0.5, "目标\U0001f3ed")
    with pytest.raises(FontError, match=r"U\+1F3ED"):
        save_figure(fig, tmp_path / "figures" / "chain", data=chain)
    assert list(tmp_path.iterdir()) == []


def test_saving_twice_gives_the_same_bytes(tmp_path: Path, chain: pd.DataFrame) -> None:
    """The same table drawn and saved twice gives five files that are equal byte for byte, whatever the settings."""
    save_figure(plot_chain(chain), tmp_path / "a" / "chain", data=chain)
    with rc_context({"pdf.fonttype": 3, "svg.fonttype": "path", "svg.hashsalt": None, "savefig.bbox": "tight"}):
        save_figure(plot_chain(chain), tmp_path / "b" / "chain", data=chain)
    first = hash_files(tmp_path / "a")
    assert list(first) == [f"chain.{suffix}" for suffix in SUFFIXES]
    assert first == hash_files(tmp_path / "b")


def test_saving_leaves_the_figure_as_it_was(tmp_path: Path, chain: pd.DataFrame) -> None:
    """The font that is cut for a file is not left in the figure, whose file can be written again."""
    fig = plot_chain(chain)
    before = [text.get_fontproperties().get_file() for text in fig.texts]
    save_figure(fig, tmp_path / "chain", data=chain)
    first = hash_files(tmp_path)
    save_figure(fig, tmp_path / "chain", data=chain)
    assert [text.get_fontproperties().get_file() for text in fig.texts] == before
    assert hash_files(tmp_path) == first


def test_the_pdf_embeds_truetype_and_keeps_text(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Type 42 fonts, real TrueType and not PostScript under its name, with a map back to characters; no dates."""
    save_figure(plot_chain(chain), tmp_path / "chain", data=chain)
    pdf = (tmp_path / "chain.pdf").read_bytes()
    assert b"/Subtype /Type0" in pdf
    assert b"/Type3" not in pdf
    assert b"/ToUnicode" in pdf
    assert b"/CreationDate" not in pdf
    programs = re.findall(rb"/Length1 (\d+)", pdf)
    assert programs


def test_the_svg_keeps_text_and_carries_its_font(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Chinese words are findable in the SVG, which brings the characters that it shows; no date."""
    save_figure(plot_chain(chain), tmp_path / "chain", data=chain)
    svg = (tmp_path / "chain.svg").read_text("utf-8")
    assert ">地区生产总值增速（%）</text>" in svg
    assert '@font-face{font-family:"Noto Sans SC";src:url(data:font/woff;base64,' in svg
    assert "<dc:date>" not in svg


def test_the_web_font_holds_the_characters(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Every character of the figure is in the font that the SVG carries."""
    import io

    from fontTools.ttLib import TTFont

    fig = plot_chain(chain)
    save_figure(fig, tmp_path / "chain", data=chain)
    svg = (tmp_path / "chain.svg").read_text("utf-8")
    [data] = re.findall(r"base64,([^)]*)\)", svg)
    with TTFont(io.BytesIO(base64.b64decode(data))) as font:
        known = font.getBestCmap()
    shown = {char for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg) for char in text}
    assert len(shown) > 30
    assert {char for char in shown if ord(char) not in known} == set()


def test_the_data_lie_beside_the_figure(tmp_path: Path, peers: pd.DataFrame) -> None:
    """The CSV opens in Excel (utf-8-sig) and holds the table; the JSON says what, from which sources, made by what."""
    fig = plot_peers(peers, indicator="gdp_growth", region_code="320804")
    saved = save_figure(fig, tmp_path / "gdp_growth_peers_320804", data=peers, caption="各县目标")
    raw = (tmp_path / "gdp_growth_peers_320804.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    again = pd.read_csv(tmp_path / "gdp_growth_peers_320804.csv", encoding="utf-8-sig", dtype={"region_code": str})
    assert list(again["region_code"]) == list(peers["region_code"])
    card = json.loads((tmp_path / "gdp_growth_peers_320804.json").read_text("utf-8"))
    assert card["caption"] == saved.caption == "各县目标"
    assert card["library"] == f"policylab {__version__}"
    assert len(card["sources"]) == 31
    assert {source["source_kind"] for source in card["sources"]} == {"report", "citation"}
    assert "淮阴区 5%" in card["alt"]
    assert card["alt"].endswith("；2 行没有数字。")


def test_the_title_is_the_caption_by_default(tmp_path: Path, chain: pd.DataFrame) -> None:
    """Without a caption the figure's own title is taken, also where it is not drawn."""
    saved = save_figure(plot_chain(chain, width="cn-single"), tmp_path / "chain", data=chain)
    assert saved.caption == "全国至淮阴区2023年主要预期目标"


def test_a_notebook_shows_the_png_with_its_words(tmp_path: Path, chain: pd.DataFrame) -> None:
    """As the last expression of a cell a saved figure shows its PNG, with the alternative text."""
    saved = save_figure(plot_chain(chain), tmp_path / "chain", data=chain)
    data, metadata = saved._repr_mimebundle_(include=None, exclude=None)
    assert base64.b64decode(data["image/png"]) == (tmp_path / "chain.png").read_bytes()
    assert metadata["image/png"]["alt"] == saved.alt
    assert metadata["image/png"]["width"] == 794


def test_a_users_own_figure_can_be_saved(tmp_path: Path, chain: pd.DataFrame) -> None:
    """A figure drawn by hand in another font is saved in the one that has Chinese, without boxes."""
    fig = Figure()
    fig.add_subplot().set_title("自己画的图")
    save_figure(fig, tmp_path / "own", data=chain, caption="自己画的图")
    assert "自己画的图" in (tmp_path / "own.svg").read_text("utf-8")
