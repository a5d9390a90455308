"""PDF files with a text layer: lines in reading order, sentences mended across lines and pages, margins left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from policylab.errors import ReadError
from policylab.read.parts import Extract, make_extract

_MAX_PAGES = 1000
_MAX_CHARACTERS = 2_000_000  # of a file
_FEW = 20  # characters on a page; a page of pictures has fewer
_LOST = 0.05  # share of characters that the PDF's fonts do not name
_PAGE_NUMBER = re.compile(
    r"[-—–－·\s]*(?:第?\s*[0-9０-９ivxIVX]{1,4}\s*页?)(?:\s*[/／]?\s*共?\s*[0-9０-９]{1,4}\s*页?)?[-—–－·\s]*"
)
_MARGIN = 0.1  # of the page's height, above and below, where headers and page numbers stand
_GUTTER = 0.04  # of the page's width between two columns
_ENDS = "。！？：；"
_INDENTED = 0.03  # of all lines; a document that indents its paragraphs has more
_HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十]{1,3}[章节部])"
)
_WORD = re.compile(r"(?:[(（“《]{0,2}[\x21-\x7e]{1,12}|[(（“《]{0,2}.)[，。；：、！？％”）》]{0,2}")
_FIRST_WIDE = "\u2e80"  # Chinese characters and marks are as wide as they are high
_OCR = "ocrmypdf -l chi_sim IN.pdf OUT.pdf"


class _Character(NamedTuple):
    """A character and its box, in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class _Line(NamedTuple):
    """A line of a page: words, place, height of its letters, and the edges and the width of a letter of its column."""

    words: str
    left: float
    right: float
    middle: float
    size: float
    column: tuple[float, float]
    em: float


def read_pdf(raw: bytes, name: str) -> Extract:
    """
    Return the text of a PDF: a line a paragraph, without headers, footers and page numbers.

    Raises
    ------
    ReadError
        Where it is broken, asks for a password, or has no text layer; the message names the command that makes one.
    """
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(f"{name} asks for a password; save it without one: qpdf --decrypt IN.pdf OUT.pdf") from None
        raise ReadError(f"{name} is a broken or truncated PDF: {error}") from None
    try:
        if len(document) > _MAX_PAGES:
            raise ReadError(f"{name} has {len(document):,} pages; a report has at most {_MAX_PAGES:,}")
        pages = [_read_page(document, number) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"{name} is a broken or truncated PDF: {error}") from None
    finally:
        document.close()
    _check_layer(pages, name)
    return _lay_out(pages)


def _read_page(document: Any, number: int) -> tuple[list[_Character], float]:
    """Return the characters of a page with their boxes, and its height."""
    from pypdfium2 import raw as pdfium

    page = document[number]
    text_page = page.get_textpage()
    box = pdfium.FS_RECTF()
    found = []
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
        if code in (10, 13) or pdfium.FPDFText_IsGenerated(text_page.raw, index) == 1:
            continue  # the library's own guess of line ends and blanks; ours follow from the boxes
        pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, box)
        found.append(_Character(_to_text(code), box.left, box.bottom, box.right, box.top))
    height = page.get_height()
    text_page.close()
    page.close()
    return found, height


def _to_text(code: int) -> str:
    """Return a character by its number; half of a pair and what no font names is told by the sign for a lost one."""
    return "\ufffd" if code in (0, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)


def _check_layer(pages: Sequence[tuple[list[_Character], float]], name: str) -> None:
    """Refuse a PDF of pictures, or one whose fonts do not say which characters they draw."""
    counts = [sum(not character.text.isspace() for character in characters) for characters, _ in pages]
    if sum(counts) > _MAX_CHARACTERS:
        raise ReadError(f"{name} has {sum(counts):,} characters; a report has at most {_MAX_CHARACTERS:,}")
    if sum(count >= _FEW for count in counts) * 2 < len(counts) or not sum(counts):
        raise ReadError(f"{name} has no text layer on {sum(count < _FEW for count in counts)} of {len(counts)} pages: it is"
                        f" scanned and needs OCR: {_OCR}")  # fmt: skip
    lost = sum(_is_lost(character.text) for characters, _ in pages for character in characters)
    if lost > _LOST * sum(counts):
        raise ReadError(f"{name}: its fonts do not name {lost:,} of {sum(counts):,} characters; read it by OCR:"
                        f" {_OCR.replace('-l', '--force-ocr -l')}")  # fmt: skip


def _is_lost(text: str) -> bool:
    """Whether a character stands for one that is not known."""
    return text == "\ufffd" or "\ue000" <= text <= "\uf8ff" or text < " "


def _lay_out(pages: Sequence[tuple[list[_Character], float]]) -> Extract:
    """Return the text of all pages and what was left out."""
    lines = [list(_list_lines(characters)) for characters, _ in pages]
    margins = _find_margins(lines, [height for _, height in pages])
    body = [line for page, left in zip(lines, margins, strict=True) for at, line in enumerate(page) if at not in left]
    left_out = [f"headers and page numbers ({count})"] if (count := sum(map(len, margins))) else []
    if bare := [str(number) for number, page in enumerate(lines, start=1) if not page]:
        left_out.append(f"pages without text: {', '.join(bare)}")
    return make_extract("\n".join(_mend(body)) + "\n", "PDF", left_out)


def _list_lines(characters: Sequence[_Character]) -> Iterator[_Line]:
    """Yield the lines of a page, column by column, from the top."""
    printed = [character for character in characters if not character.text.isspace()]
    if not printed:
        return
    for column in _split_columns(printed, [c for c in characters if c.text.isspace()]):
        edges = (
            min(c.left for c in column if not c.text.isspace()),
            max(c.right for c in column if not c.text.isspace()),
        )
        em = median([c.right - c.left for c in column if c.text > _FIRST_WIDE] or [c.top - c.bottom for c in column])
        for row in _group_rows(column):
            yield _make_line(row, edges, em)


def _split_columns(printed: list[_Character], blanks: list[_Character]) -> Iterator[list[_Character]]:
    """Yield the characters of each column: two where an empty strip parts the page near its middle, else one."""
    left, right = min(c.left for c in printed), max(c.right for c in printed)
    width = right - left
    covered = sorted((c.left, c.right) for c in printed)
    reach, best = left, (0.0, 0.0)
    for start, end in covered:
        if start - reach > best[1] - best[0] and left + 0.3 * width < (start + reach) / 2 < left + 0.7 * width:
            best = reach, start
        reach = max(reach, end)
    middle = sum(best) / 2
    sides = [[c for c in printed + blanks if (c.left < middle) == first] for first in (True, False)]
    if best[1] - best[0] > _GUTTER * width and all(len(list(_group_rows(side))) > 5 for side in sides):
        yield from sides
    else:
        yield printed + blanks


def _group_rows(column: Sequence[_Character]) -> Iterator[list[_Character]]:
    """Yield the characters of each line from the top: those whose middles stand within half a letter's height."""
    printed = [c for c in column if not c.text.isspace()]
    if not printed:
        return
    size = median(c.top - c.bottom for c in printed) or 1.0
    ordered = sorted(column, key=lambda c: -(c.top + c.bottom))
    row: list[_Character] = []
    for character in ordered:
        middle = (character.top + character.bottom) / 2
        if row and (row[0].top + row[0].bottom) / 2 - middle > 0.6 * size:
            yield row
            row = []
        row.append(character)
    yield row


def _make_line(row: Sequence[_Character], edges: tuple[float, float], em: float) -> _Line:
    """Return the line of a row of characters, from the left; a wide gap in it is a blank."""
    ordered = sorted(row, key=lambda c: c.left)
    printed = [c for c in ordered if not c.text.isspace()] or ordered
    words, reach = "", printed[0].left
    for character in ordered:
        gap = character.left - reach
        if character.text.isspace() or gap > em or (gap > 0.15 * em and _needs_blank(words[-1:], character.text)):
            words += "" if words.endswith(" ") or not words else " "
        words += character.text.strip()
        reach = max(reach, character.right)
    middle = median((c.top + c.bottom) / 2 for c in printed)
    size = median(c.top - c.bottom for c in printed)
    return _Line(words.strip(), printed[0].left, printed[-1].right, middle, size, edges, em)


def _find_margins(pages: Sequence[Sequence[_Line]], heights: Sequence[float]) -> list[set[int]]:
    """Return for each page which lines are page numbers, or repeat in the margins of half of the pages."""
    keys: Counter[str] = Counter()
    candidates: list[dict[int, str]] = []
    for page, height in zip(pages, heights, strict=True):
        outer = {
            at: re.sub(r"[0-9０-９]+", "#", line.words)
            for at, line in enumerate(page)
            if not _MARGIN * height < line.middle < (1 - _MARGIN) * height
        }
        candidates.append(outer)
        keys.update(set(outer.values()))
    often = max(2, len(pages) / 2)
    return [
        {at for at, key in outer.items() if keys[key] >= often or _PAGE_NUMBER.fullmatch(page[at].words)}
        for page, outer in zip(pages, candidates, strict=True)
    ]


def _mend(lines: Sequence[_Line]) -> Iterator[str]:
    """Yield paragraphs: a line that fills its column goes on in the next unless that one begins a paragraph."""
    gaps = [last.middle - line.middle for last, line in pairwise(lines) if last.middle > line.middle]
    widest = 1.35 * median(gaps) if gaps else 0.0  # a wider gap parts paragraphs
    indents = sum(_is_indented(line) for line in lines) > _INDENTED * len(lines)
    paragraph = ""
    last: _Line | None = None
    for line in lines:
        if last is not None and _goes_on(last, line, indents) and last.middle - line.middle <= widest:
            paragraph += (" " if _needs_blank(paragraph[-1:], line.words[:1]) else "") + line.words
        else:
            if paragraph:
                yield paragraph
            paragraph = line.words
        last = line
    if paragraph:
        yield paragraph


def _goes_on(last: _Line, line: _Line, indents: bool) -> bool:
    """Whether a line continues the one before; without indents, no line goes on after the end of a sentence."""
    slack = 0.5 if last.words[-1:] in _ENDS else 2.5  # letters; marks may hang beyond the edge
    full = last.right + _word_width(line) > last.column[1] - slack * last.em
    same = abs(last.size - line.size) < 0.2 * last.size
    begins = (not indents or bool(_HEADING.match(line.words))) and last.words[-1:] in _ENDS
    return full and same and not _is_indented(line) and not begins


def _is_indented(line: _Line) -> bool:
    """Whether a line begins a paragraph, two letters in."""
    return line.left > line.column[0] + 1.2 * line.em


def _word_width(line: _Line) -> float:
    """Return how wide the first word of a line is, with the mark after it: what did not fit on the line before."""
    match = _WORD.match(line.words)
    word = match[0] if match else line.words[:1]
    return line.em * sum(0.55 if character.isascii() else 1.0 for character in word)


def _needs_blank(before: str, after: str) -> bool:
    """Whether two Latin words meet at the end of a line."""
    return before.isascii() and after.isascii() and before.isalpha() and after.isalpha()
