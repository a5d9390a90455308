"""A report as PDF, set by typst with the Chinese fonts that the install brings, embedded."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from policylab.publish.blocks import Block
from policylab.publish.fonts import font_path

_TOO_LONG = re.compile(r"[!-~]{80}(?=[!-~])")
_TEMPLATE = Path(__file__).parent / "report.typ"


def render_pdf(blocks: Sequence[Block], *, title: str, lang: str) -> bytes:
    """
    Return the blocks of a page as a PDF.

    The text reaches typst as data and not as markup: whatever a report says, it is set and never obeyed.

    Raises
    ------
    FontError
        Where the package that carries the font is not installed.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="policylab-") as made:
        folder = Path(made)
        (folder / _TEMPLATE.name).write_bytes(_TEMPLATE.read_bytes())
        content = [
            _break_words(block).to_json() | {"image": _save_image(folder, number, block)}
            for number, block in enumerate(blocks)
        ]
        page = {"title": title, "lang": lang, "blocks": content}
        (folder / "report.json").write_text(json.dumps(page, ensure_ascii=False), "utf-8")
        return bytes(
            typst.compile(
                str(folder / _TEMPLATE.name),
                root=made,
                font_paths=[str(font_path().parent)],
                ignore_system_fonts=True,
            )
        )


def _break_words(block: Block) -> Block:
    """Return a block whose words can be broken where they are longer than a line, which would else be cut off."""
    if block.rows:
        return block
    return replace(block, runs=[run._replace(text=_TOO_LONG.sub("\\g<0>\u200b", run.text)) for run in block.runs])


def _save_image(folder: Path, number: int, block: Block) -> str:
    """Put an image beside the template; return its name, "" for a block without one."""
    if not block.image:
        return ""
    name = f"{number}.png" if block.image.startswith(b"\x89PNG") else f"{number}.jpg"
    (folder / name).write_bytes(block.image)
    return name
