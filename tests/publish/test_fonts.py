"""Fonts cut for embedding: glyphs that were compiled once are whole in every font that they go into."""

from __future__ import annotations

import base64
import io

import pytest
from fontTools.ttLib import TTFont

from policylab.publish.fonts import cut_truetype, cut_web_font


@pytest.mark.parametrize("characters", ["", "区", "0123淮阴区目标：增长8%左右"])
def test_a_cut_font_is_as_if_compiled_anew(characters: str) -> None:
    """Decompiled and compiled again, a cut font gives the same bytes; its bounds and counts are those of its glyphs."""
    data, again = cut_truetype(characters), io.BytesIO()
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    font.ensureDecompiled()
    font.save(again)
    assert again.getvalue() == data
    assert set(map(ord, characters)) <= font.getBestCmap().keys()


def test_the_web_font_holds_the_tables_of_the_other() -> None:
    """Both forms have the same tables, byte for byte."""
    rule = cut_web_font("淮阴区")
    packed = TTFont(io.BytesIO(base64.b64decode(rule.partition("base64,")[2].partition(")")[0])))
    plain = TTFont(io.BytesIO(cut_truetype("淮阴区")))
    assert packed.flavor == "woff"
    tables = [{tag: font.reader[tag] for tag in font.reader.keys() - {"head"}} for font in (packed, plain)]
    assert tables[0] == tables[1]
