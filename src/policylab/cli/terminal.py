"""How the command line lays out words in a terminal, and shows how far long work is."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def count_items(items: Iterable[Item], name: str, tally: Counter[str]) -> Iterator[Item]:
    """Yield the items and count them."""
    for item in items:
        tally[name] += 1
        yield item


def show_progress(items: Iterable[Item], *, unit: str = "reports", total: int | None = None) -> Iterable[Item]:
    """Show a bar on stderr while the items go by, in a terminal only."""
    if not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    bar: Iterable[Item] = tqdm(items, unit=f" {unit}", total=total, file=sys.stderr, leave=False)
    return bar


def align_columns(rows: Sequence[Sequence[str]]) -> str:
    """
    Pad columns so that they stand below each other in a terminal, where a Chinese character is two wide.

    >>> print(align_columns([("项目", "值"), ("GDP", "8%")]))
    项目  值
    GDP   8%
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def clean_cell(text: str) -> str:
    """Return text on one line without what a terminal would obey."""
    from policylab.publish.evidence import clean_text

    return clean_text(" ".join(text.split()))


def _width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
