"""Folding: the same text for matching, character by character, so that offsets hold."""

from __future__ import annotations

import re

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_FULL_WIDTH_UPPER = {0xFF21 + offset: ord("a") + offset for offset in range(26)}
_VARIANTS = {
    0x3000: 0x20,
    0xA0: 0x20,
    0x2236: 0x3A,
    0xB5: 0x3BC,
    0x2014: 0x2D,
    0x2013: 0x2D,
    0x2015: 0x2D,
    0x2500: 0x2D,
}
_ROMAN = {0x2160 + offset: 0x2170 + offset for offset in range(12)}
_SPACES = dict.fromkeys([*range(0x2000, 0x200C), 0x202F, 0x205F], 0x20)
_FOLDED = {
    chr(old): chr(new) for old, new in (_FULL_WIDTH | _UPPER | _FULL_WIDTH_UPPER | _VARIANTS | _ROMAN | _SPACES).items()
}

_RARE = {char: folded for char, folded in _FOLDED.items() if char != "，"}
_RARE_CLASS = re.compile("[" + re.escape("".join(_RARE)) + "]")

# What stands before is looked back at from the character itself: a pattern that opens with a character scans faster.
_STOP_AS_POINT = re.compile(r"。(?<=[0-9０-９]。)(?=[0-9０-９]{1,2}\s?(?:[%％‰亿万]|个百分点))")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LETTER_AS_ONE = re.compile(r"l(?<![A-Za-z]l)(?=[0-9.０-９])")


def fold(text: str) -> str:
    """
    Return ``text`` with full-width forms as ASCII and Latin letters in lower case, of the same length.

    NFKC and ``str.lower`` change the length of some strings and so move offsets; this maps one character to one.

    Examples
    --------
    >>> fold("ＧＤＰ增长５．５％，左右")
    'gdp增长5.5%,左右'
    """
    text = _hide_surrogates(text)
    text = _STOP_AS_POINT.sub(".", text)  # a decimal point typed as a full stop: 4。5%
    text = _LETTER_AS_ONE.sub("1", text)  # a letter typed for a one: 增长l0%
    return _RARE_CLASS.sub(_fold_character, text.replace("，", ","))


def _hide_surrogates(text: str) -> str:
    """Put a space in place of half a character, which no matcher takes."""
    try:
        text.encode("utf-16-le")  # quicker than to search
    except UnicodeEncodeError:
        return _SURROGATE.sub(" ", text)
    return text


def _fold_character(match: re.Match[str]) -> str:
    """Return the folded form of one character."""
    return _RARE[match[0]]
