"""The Chinese font that the install brings, whole for drawing and cut down for embedding in a PDF, SVG or page."""

from __future__ import annotations

import base64
import io
import string
from functools import cache
from pathlib import Path
from typing import Any

from policylab.errors import FontError

FONT_FAMILY = "Noto Sans SC"
_TOLERANCE = 0.5  # of a curve redrawn as TrueType, in thousandths of an em


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


def check_characters(text: str) -> None:
    """
    Do nothing if the font can draw the text.

    Raises
    ------
    FontError
        Naming the first character that it lacks and the text that it stands in.

    Examples
    --------
    >>> check_characters("淮阴区 8%")
    """
    for char in text:
        if char.isprintable() and ord(char) not in _glyph_names():
            message = (
                f"the font {font_path().stem} lacks {char!r} (U+{ord(char):04X}) in {text!r}; replace the character"
            )
            raise FontError(message)


@cache
def measure_character(char: str) -> float:
    """
    Return how wide a character of the font is, in ems; 1 for one that the font lacks.

    Examples
    --------
    >>> measure_character("区"), measure_character("i") < measure_character("m") < 1
    (1.0, True)
    """
    name = _glyph_names().get(ord(char))
    return float(_font()["hmtx"][name][0] / _font()["head"].unitsPerEm) if name else 1.0


@cache
def cut_truetype(characters: str) -> bytes:
    """
    Return a TrueType font that holds these characters only, the same bytes for the same characters.

    A PDF needs it: matplotlib embeds fonts as TrueType (type 42), while Noto Sans SC holds PostScript outlines, which
    readers tolerate there and the checks of publishers do not.
    """
    font = _cut(characters)
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


@cache
def cut_web_font(characters: str) -> str:
    """Return a CSS ``@font-face`` rule that carries these characters of the font inside itself, as WOFF."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    # Recalculating nothing, it takes the tables as they are.
    font, file = TTFont(io.BytesIO(cut_truetype(characters)), recalcBBoxes=False, recalcTimestamp=False), io.BytesIO()
    font.flavor = "woff"
    font.save(file)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return f'@font-face{{font-family:"{FONT_FAMILY}";src:url(data:font/woff;base64,{data}) format("woff");}}'


def redraw_glyphs(characters: str) -> None:
    """Have the glyphs of these characters redrawn, so that fonts with them are cut in a moment."""
    known = _glyph_names()
    for code in {ord(char) for char in characters + string.printable if ord(char) in known}:
        _redraw(known[code])


@cache
def _font() -> Any:
    """Open the whole font, once."""
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(font_path().read_bytes()), lazy=True)


@cache
def _glyph_names() -> dict[int, str]:
    """Map the characters of the font, by their number, to the names of their glyphs."""
    names: dict[int, str] = _font().getBestCmap()
    return names


def _cut(characters: str) -> Any:
    """Return a TrueType font with these characters and those of ASCII; characters that the font lacks are left out."""
    from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]

    whole = _font()
    known = _glyph_names()
    # matplotlib measures lines by letters that need not be drawn, hence ASCII.
    codes = sorted({ord(char) for char in characters + string.printable if ord(char) in known})
    names = sorted({known[code] for code in codes})
    head, lines = whole["head"], whole["hhea"]
    build = FontBuilder(head.unitsPerEm, isTTF=True)
    build.setupHead(unitsPerEm=head.unitsPerEm, created=head.created, modified=head.modified)
    build.setupGlyphOrder([".notdef", *names])
    build.setupCharacterMap({code: known[code] for code in codes})
    build.setupGlyf({name: _redraw(name) for name in [".notdef", *names]})
    build.setupHorizontalMetrics({name: whole["hmtx"][name] for name in [".notdef", *names]})
    build.setupHorizontalHeader(ascent=lines.ascent, descent=lines.descent)
    build.setupPost(keepGlyphNames=False)
    build.font["OS/2"], build.font["name"] = whole["OS/2"], whole["name"]
    build.font.recalcTimestamp = False
    return build.font


@cache
def _redraw(name: str) -> Any:
    """Return a glyph of the font with its curves redrawn as TrueType knows them."""
    from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

    pen = TTGlyphPen(None)
    _font().getGlyphSet()[name].draw(Cu2QuPen(pen, max_err=_TOLERANCE, reverse_direction=True))
    glyph = pen.glyph()
    data = glyph.compile(None)
    glyph.compile = lambda *_, **__: data  # once for all the fonts that it goes into
    return glyph
