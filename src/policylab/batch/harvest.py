"""What the index of a batch takes from an executed notebook: the values that it has noted, and a small picture."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policylab.publish.render import VALUES_MIME
from policylab.publish.vector import draw_svg

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MOST, _LONGEST = 30, 80  # values of a report, characters of a word of them
_WIDTH, _HEIGHT, _COLOURS = 320, 240, 32  # of a thumbnail


def collect_values(executed: NotebookNode) -> list[dict[str, Any]]:
    """
    Return the values that cells have noted under the MIME type of `policylab.publish.render.VALUES_MIME`.

    What a notebook notes in another form is left out.

    Returns
    -------
    list of dict
        ``key``, ``name``, ``text`` and ``value``, a number or None; the first of each key.
    """
    found: dict[str, dict[str, Any]] = {}
    for bundle in _list_bundles(executed):
        noted = bundle.get(VALUES_MIME)
        for item in noted if isinstance(noted, list) else []:
            if isinstance(item, dict) and "key" in item:
                key = str(item["key"])[:_LONGEST]
                words = {name: str(item.get(name, key))[:_LONGEST] for name in ("name", "text")}
                found.setdefault(key, {"key": key, **words, "value": _to_number(item.get("value"))})
    return list(found.values())[:_MOST]


def save_thumbnail(executed: NotebookNode, path: Path) -> None:
    """Write a small picture of the first image of a notebook, none where it has none or one that cannot be read."""
    from PIL import Image

    first = next(filter(None, map(_read_picture, _list_bundles(executed))), None)
    if first is None:
        return
    try:
        with Image.open(io.BytesIO(first)) as image:
            small = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    small.thumbnail((_WIDTH, _HEIGHT))
    path.parent.mkdir(exist_ok=True)
    small.quantize(_COLOURS).save(path, optimize=True)


def _list_bundles(executed: NotebookNode) -> Iterator[dict[str, Any]]:
    """Yield what each output shows, by MIME type."""
    for cell in executed.cells:
        yield from (output["data"] for output in cell.get("outputs", []) if "data" in output)


def _read_picture(bundle: dict[str, Any]) -> bytes:
    """Return the picture that an output shows, b"" where it is none."""
    try:
        for kind in ("image/png", "image/jpeg"):
            if kind in bundle:
                return base64.b64decode("".join(bundle[kind]))
    except binascii.Error:
        return b""
    return draw_svg("".join(bundle["image/svg+xml"]).encode()) if "image/svg+xml" in bundle else b""


def _to_number(value: object) -> float | None:
    """Return a number that JSON can hold, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):  # noqa: PLR0124
        return None
    return float(value)
