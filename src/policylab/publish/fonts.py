"""The Chinese font that the install brings, whole for drawing and cut down for embedding in a PDF, SVG or page."""

from __future__ import annotations

import base64
import io
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.errors import FontError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONT_FAMILY = "Noto Sans SC"


def font_path() -> Path:
    """
    Return the path of Noto Sans SC (OpenType, OFL).

    Raises
    ------
    FontError
        Where the package that carries it is not installed.

    Examples
    --------
    >>> font_path().name
    'NotoSansSC-Regular.otf'
    """
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:
        message = "the Chinese font is not installed; run: pip install pylopdf-fonts-zh-cn"
        raise FontError(message) from None
    return Path(sans_path())


@cache
def cut_truetype(characters: str) -> bytes:
    """
    Return a TrueType font that holds these characters only, the same bytes for the same characters.

    A PDF needs it: matplotlib embeds fonts as TrueType (type 42), while Noto Sans SC holds PostScript outlines, which
    readers tolerate there and the checks of publishers do not.
    """
    from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
    from fontTools.ttLib import newTable

    font = _cut(characters)
    order, drawn, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    font["maxp"].tableVersion = 0x00010000
    for limit in _TRUETYPE_LIMITS:
        setattr(font["maxp"], limit, 0)
    font["post"].formatType = 3.0  # no glyph names: these are needed with PostScript outlines only
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\x00\x01\x00\x00"
    font.recalcBBoxes = True
    return _to_bytes(font)


@cache
def cut_web_font(characters: str) -> str:
    """Return a CSS ``@font-face`` rule that carries these characters of the font inside itself, as WOFF."""
    font = _cut(characters)
    font.flavor = "woff"
    data = base64.b64encode(_to_bytes(font)).decode("ascii")
    return f'@font-face{{font-family:"{FONT_FAMILY}";src:url(data:font/woff;base64,{data}) format("woff");}}'


# Every field that the maxp table of a TrueType font has and that of a PostScript one lacks; there are no instructions.
_TRUETYPE_LIMITS = (
    "maxZones",
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
)


def _cut(characters: str) -> TTFont:
    """Return the font with these characters only; characters that it lacks are left out without a word."""
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.desubroutinize = True
    font = subset.load_font(str(font_path()), options)
    cutter: Any = subset.Subsetter(options)
    cutter.populate(text=characters + string.printable.strip())  # matplotlib measures lines by letters not drawn
    cutter.subset(font)
    font.recalcTimestamp = False
    return font


def _to_bytes(font: TTFont) -> bytes:
    """Save a font to memory."""
    file = io.BytesIO()
    font.save(file)
    font.close()
    return file.getvalue()
