"""A report as PDF, set by typst with the Chinese fonts that the install brings, embedded."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from policylab.publish.blocks import Block, Run
from policylab.publish.fonts import font_path

_TOO_LONG = re.compile(r"[!-~]{80}(?=[!-~])")
# Pictures among letters, which no font here has; of those that mean something in a table the nearest sign that one has.
_SIGNS = str.maketrans(
    {"✅": "✔", "❌": "✘", **dict.fromkeys("🔴🟠🟡🟢🔵🟣⚫⚪", "●"), **dict.fromkeys("🟥🟧🟨🟩🟦🟪", "■")}
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u200d\ufe0f]+ ?")
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
            _prepare(block).to_json() | {"image": _save_image(folder, number, block)}
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


def _prepare(block: Block) -> Block:
    """Return a block without what would be boxes, and with words that can be broken where they are longer than a line."""
    if block.rows:
        return replace(block, rows=[[_draw_signs(cell) for cell in row] for row in block.rows])
    runs = [run._replace(text=_TOO_LONG.sub("\\g<0>\u200b", run.text)) for run in _draw_signs(block.runs)]
    return replace(block, runs=runs)


def _draw_signs(runs: Iterable[Run]) -> list[Run]:
    """Return text with signs that the fonts have in place of emoji."""
    return [run._replace(text=_EMOJI.sub("", run.text.translate(_SIGNS))) for run in runs]


def _save_image(folder: Path, number: int, block: Block) -> str:
    """Put an image beside the template; return its name, "" for a block without one."""
    if not block.image:
        return ""
    name = f"{number}.png" if block.image.startswith(b"\x89PNG") else f"{number}.jpg"
    (folder / name).write_bytes(block.image)
    return name
