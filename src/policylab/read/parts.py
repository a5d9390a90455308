"""What a reader of one kind of file gives: the text of a report, and what was left out of it and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from policylab.errors import ReadError

MAX_CHARACTERS = 20_000_000  # the longest known report has 0.3 million


class Extract(NamedTuple):
    """The stored text of one report, and notes on how it was read: file_format, encoding, left_out."""

    text: str
    notes: Mapping[str, str]


class Part(NamedTuple):
    """One report of a file: its name in messages, its stem (320804-2023), text, notes, labels and the raw file's hash."""

    name: str
    stem: str
    text: str
    notes: Mapping[str, str]
    labels: Mapping[str, str]
    raw_sha256: str


def make_extract(text: str, file_format: str, left_out: Iterable[str] = (), *, encoding: str = "") -> Extract:
    """
    Return a text with its notes; empty ones are left away.

    Examples
    --------
    >>> make_extract("增长5%", "Word", ["2 headers or footers"]).notes
    {'file_format': 'Word', 'left_out': '2 headers or footers'}
    """
    notes = {"file_format": file_format, "encoding": encoding, "left_out": "; ".join(left_out)}
    return Extract(text, {key: value for key, value in notes.items() if value})


def check_text(text: str, name: str) -> None:
    """Refuse a text without a visible character, or one far longer than any report."""
    if not text.replace("\ufeff", "").strip():
        raise ReadError(f"{name} is empty; expected the text of a report")
    if len(text) > MAX_CHARACTERS:
        raise ReadError(f"{name} has {len(text):,} characters; a report has at most {MAX_CHARACTERS:,}")
