"""Markdown to the plain text of a report: front matter and markup go, wording stays."""

from __future__ import annotations

import html
import re

from policylab.read.parts import Extract, make_extract

_FRONT = re.compile(r"\ufeff?---\n(.*?)\n---\n", re.S)
_HEAD = 200  # characters in which a report's own title stands
_OWN_TITLE = re.compile(r"政\s*府\s*工\s*作\s*报\s*告")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.I)
_PICTURE = re.compile(r"!\[")
_LINK = re.compile(r"(?<!!)\[")
_ADDRESS = re.compile(r"https?://|/|#|\./|images")
_ANYTHING = re.compile("")
_STRONG = re.compile(r"\*{2,3}")
_HEADING = re.compile(r"(?m)^#{1,6}\s+")
_QUOTE = re.compile(r"(?m)^> ?")
_NOTE = re.compile(r"\[\^(\d+)\]:?")
_RULE = re.compile(r"[|\s:\-]+")
_ESCAPED = re.compile(r"\\([\\*_#\[\].\-()])")
_HUGE_ENTITY = re.compile(r"&#[0-9]{20,};?")  # the standard library refuses to count so far
_ENTITY = re.compile(r"&[a-z]+;|&#\d+;")
_TRAILING = re.compile(r"(?<![ \t])[ \t]+\n")
_GAP = re.compile(r"\n{3,}")
_COMMENT = ("<!--", "-->")


def read_markdown(text: str, *, encoding: str = "") -> Extract:
    """Return the plain text of a Markdown file, and which markup it had."""
    plain = clean_markdown(text)
    left_out = ["front matter"] if _FRONT.match(text.replace("\r\n", "\n")) else []
    pictures = text.count("![")
    return make_extract(plain, "Markdown", left_out + [f"pictures ({pictures})"] * bool(pictures), encoding=encoding)


def clean_markdown(text: str) -> str:
    r"""
    Return the wording of a Markdown file: paragraphs, table cells parted by tabs, notes as [1].

    The title of the front matter comes first where the body does not begin with one of its own.

    Examples
    --------
    >>> clean_markdown("---\ntitle: 淮阴区政府工作报告\n---\n# 一、回顾\n**增长**[^1]5%\n")
    '淮阴区政府工作报告\n\n一、回顾\n增长[1]5%\n'
    """
    title, text = _split_front(text.replace("\r\n", "\n"))
    text = _replace_links(_LINE_BREAK.sub("\n", _drop_comments(text)), _PICTURE, _ANYTHING, keep=False)
    text = _STRONG.sub("", _replace_links(text, _LINK, _ADDRESS, keep=True))
    text = _NOTE.sub(r"[\1]", _QUOTE.sub("", _HEADING.sub("", text)))
    text = "\n".join(line for line in map(_read_row, text.split("\n")) if line is not None)
    text = _ESCAPED.sub(r"\1", text)
    if _ENTITY.search(text):
        text = html.unescape(_HUGE_ENTITY.sub("\ufffd", text))
    text = _GAP.sub("\n\n", _TRAILING.sub("\n", text)).strip() + "\n"
    if title and not _OWN_TITLE.search(text[:_HEAD]):
        text = f"{title}\n\n{text}"
    return text.strip("\n") + "\n"


def _split_front(text: str) -> tuple[str, str]:
    """Return the title that the front matter names ("" for none), and the text after it."""
    front = _FRONT.match(text)
    if front is None:
        return "", text
    titles = [line.partition(":")[2].strip() for line in front[1].split("\n") if line.partition(":")[0] == "title"]
    return titles[-1] if titles else "", text[front.end() :]


def _drop_comments(text: str) -> str:
    """Leave out what stands between comment marks; an open one stays as it is."""
    kept, place = [], 0
    while (start := text.find(_COMMENT[0], place)) >= 0 and (end := text.find(_COMMENT[1], start + 4)) >= 0:
        kept.append(text[place:start])
        place = end + len(_COMMENT[1])
    return "".join(kept) + text[place:]


def _replace_links(text: str, opening: re.Pattern[str], address: re.Pattern[str], *, keep: bool) -> str:
    """Replace [words](address) by its words, or by nothing; in time that grows with the text, whatever it holds."""
    kept, done, after_bracket, close = [], 0, 0, 0
    bracket = text.find("]")
    while bracket >= 0:
        if text.startswith("(", bracket + 1) and address.match(text, bracket + 2):
            start = opening.search(text, max(done, after_bracket), bracket)
            if start is not None:
                close = close if close > bracket else text.find(")", bracket + 2)
                if close < 0:
                    break
                kept += [text[done : start.start()], text[start.end() : bracket] if keep else ""]
                done = close + 1
                bracket = text.find("]", done)
                after_bracket = done
                continue
        after_bracket = bracket + 1
        bracket = text.find("]", after_bracket)
    return "".join(kept) + text[done:]


def _read_row(line: str) -> str | None:
    """Return a table row with tabs between its cells, None for the rule below its head, other lines as they are."""
    if not line.startswith("|"):
        return line
    if _RULE.fullmatch(line):
        return None
    return "\t".join(cell.strip() for cell in line.strip().strip("|").split("|"))
