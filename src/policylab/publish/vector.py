"""Pictures in SVG as PNG, for documents and thumbnails that cannot show them as they are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from policylab.publish.fonts import font_path

_PAGE = '#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("picture.svg")\n'
_PPI = 200


def draw_svg(svg: bytes) -> bytes:
    """
    Return an SVG picture as PNG, b"" where it cannot be drawn; nothing that it refers to elsewhere is loaded.

    Examples
    --------
    >>> draw_svg(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')[1:4]
    b'PNG'
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="policylab-") as made:
        folder = Path(made)
        (folder / "picture.svg").write_bytes(svg)
        (folder / "page.typ").write_text(_PAGE, "utf-8")
        page, fonts = str(folder / "page.typ"), [str(font_path().parent)]
        try:
            drawn = typst.compile(page, root=made, format="png", ppi=_PPI, font_paths=fonts, ignore_system_fonts=True)
        except (RuntimeError, ValueError, TypeError):  # as typst tells what it cannot read
            return b""
        return bytes(drawn)
