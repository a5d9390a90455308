"""Word files (.docx): paragraphs, tables and footnotes in the order of the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from policylab.errors import ReadError
from policylab.read.archives import check_office, open_archive
from policylab.read.parts import Extract, make_extract

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# What Word does not print where it stands: deleted and moved text, fields' codes, text boxes, comments.
_SKIPPED = {
    f"{_W}del": "deletions of tracked changes",
    f"{_W}moveFrom": "deletions of tracked changes",
    f"{_W}txbxContent": "text boxes",
    f"{_MC}Fallback": "",
    f"{_W}pPr": "",
    f"{_W}rPr": "",
}
_NOTES = {"footnotes": "footnote", "endnotes": "endnote"}
_DIGITS = "零一二三四五六七八九"


def read_word(raw: bytes, name: str) -> Extract:
    """
    Return the text of a Word file: a line a paragraph, table rows with tabs, footnotes as [1] and at the end.

    Raises
    ------
    ReadError
        Where the file is broken, too large unpacked, or declares XML entities.
    """
    with open_archive(raw, name) as archive:
        check_office(archive, "word/document.xml", name)
    try:
        text, left_out = _read_document(raw)
    except Exception as error:  # the library passes on whatever its own parts raise on a damaged file
        raise ReadError(f"{name} is a broken Word file: {' '.join(str(error).split())[:200]}") from None
    return make_extract(text, "Word", left_out)


def _read_document(raw: bytes) -> tuple[str, list[str]]:
    """Return the text of a Word file and what was left out."""
    from docx import Document

    document = Document(io.BytesIO(raw))
    body = document.element.body
    if body is None:
        raise ValueError("it has no body")
    reader = _WordReader(document.part)
    lines = [*reader.read_blocks(body), *reader.read_notes()]
    return "\n".join(lines).strip("\n") + "\n", reader.tell_left_out()


class _WordReader:
    """Reads the blocks of one file, counting list numbers, notes and what is left out."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self._left_out: dict[str, int] = {}
        self._notes: list[tuple[str, str]] = []
        self._numbers: dict[tuple[str, int], int] = {}
        self._formats = _read_numbering(part)

    def read_blocks(self, parent: Any) -> Iterator[str]:
        """Yield the lines of all paragraphs and tables below an element."""
        for element in parent:
            if element.tag == f"{_W}p":
                yield self._number(element) + self._read_words(element)
            elif element.tag == f"{_W}tbl":
                for row in element.iter(f"{_W}tr"):
                    cells = (" ".join(" ".join(self.read_blocks(cell)).split()) for cell in row.iter(f"{_W}tc"))
                    yield "\t".join(cells)
            elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
                yield from self.read_blocks(element)

    def read_notes(self) -> Iterator[str]:
        """Yield the footnotes and endnotes that the text refers to."""
        parts = {kind: self._related(kind) for kind in _NOTES}
        for number, (kind, note_id) in enumerate(self._notes, start=1):
            for note in parts[kind]:
                if note.get(f"{_W}id") == note_id:
                    yield f"[{number}] " + " ".join(" ".join(self.read_blocks(note)).split())

    def tell_left_out(self) -> list[str]:
        """Return what was left out, each with its number."""
        found = dict(self._left_out)
        kinds = [relation.reltype.rpartition("/")[2] for relation in self._part.rels.values()]
        found["headers and footers"] = sum(kind in ("header", "footer") for kind in kinds)
        found["comments"] = kinds.count("comments")
        found["pictures"] = kinds.count("image")
        return [f"{what} ({count})" for what, count in found.items() if count and what]

    def _read_words(self, paragraph: Any) -> str:
        """Return the words of a paragraph, with marks for its notes."""
        pieces: list[str] = []
        stack = list(reversed(paragraph))
        while stack:
            element = stack.pop()
            if element.tag in _SKIPPED:
                what = _SKIPPED[element.tag]
                self._left_out[what] = self._left_out.get(what, 0) + 1
            elif element.tag == f"{_W}t":
                pieces.append(element.text or "")
            elif element.tag in _CHARACTERS:
                pieces.append(_CHARACTERS[element.tag])
            elif element.tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                kind = "footnotes" if "foot" in element.tag else "endnotes"
                self._notes.append((kind, element.get(f"{_W}id", "")))
                pieces.append(f"[{len(self._notes)}]")
            else:
                stack.extend(reversed(element))
        return "".join(pieces)

    def _related(self, kind: str) -> Any:
        """Return the notes of a related part, [] where there is none."""
        from docx.oxml import parse_xml

        for relation in self._part.rels.values():
            if not relation.is_external and relation.reltype.rpartition("/")[2] == kind:
                return parse_xml(relation.target_part.blob)
        return []

    def _number(self, paragraph: Any) -> str:
        """Return the number that Word counts before a paragraph (一、 or 1.), "" for none."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        if properties is None:
            return ""
        key = (_value(properties, "numId"), int(_value(properties, "ilvl") or 0))
        form, pattern, start = self._formats.get(key, ("", "", 1))
        if not pattern or form in ("bullet", "none"):
            return ""
        for deeper in [other for other in self._numbers if other[0] == key[0] and other[1] > key[1]]:
            del self._numbers[deeper]
        self._numbers[key] = self._numbers.get(key, start - 1) + 1
        return re.sub("%([1-9])", lambda match: self._count(key[0], int(match[1]) - 1), pattern)

    def _count(self, number_id: str, level: int) -> str:
        """Return the number reached at a level of a list, in its own form."""
        form, _, start = self._formats.get((number_id, level), ("decimal", "", 1))
        number = self._numbers.get((number_id, level), start)
        return _to_hanzi(number) if "hinese" in form or "japanese" in form or "ideograph" in form else str(number)


def _read_numbering(part: Any) -> dict[tuple[str, int], tuple[str, str, int]]:
    """Return form, pattern and start of every level of every list of the file."""
    try:
        root = part.numbering_part.element if any("numbering" in rel.reltype for rel in part.rels.values()) else []
    except (KeyError, NotImplementedError, AttributeError):
        return {}
    abstract = {item.get(f"{_W}abstractNumId"): item for item in root if item.tag == f"{_W}abstractNum"}
    found = {}
    for number in (item for item in root if item.tag == f"{_W}num"):
        for level in abstract.get(_value(number, "abstractNumId"), []):
            if level.tag == f"{_W}lvl" and (level.get(f"{_W}ilvl") or "").isdecimal():
                key = (number.get(f"{_W}numId"), int(level.get(f"{_W}ilvl")))
                start = _value(level, "start")
                found[key] = (_value(level, "numFmt"), _value(level, "lvlText"), int(start) if start.isdecimal() else 1)
    return found


def _value(element: Any, tag: str) -> str:
    """Return the value of a child such as <w:numId w:val="1"/>, "" where there is none."""
    child = element.find(f"{_W}{tag}")
    return "" if child is None else str(child.get(f"{_W}val", ""))


def _to_hanzi(number: int) -> str:
    """Return a number under a hundred as headings write it: 一, 十, 二十三."""
    tens, ones = divmod(number, 10)
    if tens > 9 or number < 1:
        return str(number)
    return ("" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十") + (
        _DIGITS[ones] if ones or not tens else ""
    )
