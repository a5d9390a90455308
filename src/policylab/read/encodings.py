"""Bytes to text: UTF-8, UTF-16 and GB18030 told apart by what only one of them can be; a doubtful guess is refused."""

from __future__ import annotations

import codecs

from policylab.errors import ReadError

_UTF8_BOM = codecs.BOM_UTF8
_UTF16_BOMS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SAMPLE = 20_000  # bytes or characters: enough to know a language
_COMMON = 0.9  # share of the common hanzi: 0.98 and more in any report, under 0.5 where the encoding is a wrong one
_FIRST, _LAST = 0xB0, 0xD7  # lead bytes of the 3,755 common hanzi of GB 2312
_FEW = 8  # hanzi; fewer show nothing
_HANZI = ("\u4e00", "\u9fff")


def decode_text(raw: bytes, name: str) -> tuple[str, str]:
    r"""
    Return the text of the bytes, line ends and all, and the encoding's name: "" for plain UTF-8.

    UTF-8 is what decodes as such; UTF-16 needs its mark, or Chinese text between its zeros; what is left is GB18030
    (which holds GBK and GB 2312) where the result reads like Chinese. Anything else is refused with a guess.

    Raises
    ------
    ReadError
        Where the bytes are no text, are cut off, or their encoding is in doubt.

    Examples
    --------
    >>> decode_text("政府工作报告：全年增长百分之五".encode("gb18030"), "a.txt")
    ('政府工作报告：全年增长百分之五', 'GB18030')
    """
    if raw[:2] in _UTF16_BOMS and raw[:4] != codecs.BOM_UTF32_LE:
        return _decode_utf16(raw[2:], _UTF16_BOMS[raw[:2]], name), "UTF-16 with byte order mark"
    if b"\0" in raw[:_SAMPLE]:
        return _decode_zeros(raw, name)
    try:
        text = raw.removeprefix(_UTF8_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_gb18030(raw, error, name), "GB18030"
    if "\0" in text:
        raise ReadError(f"{name} is not text: byte {raw.index(0):,} is NUL")
    _refuse_mojibake(text, name)
    return text, "UTF-8 with byte order mark" if raw.startswith(_UTF8_BOM) else ""


def share_common(text: str) -> float:
    """
    Return the share of common hanzi (level 1 of GB 2312) among the hanzi of a text; 1 where it has hardly any.

    Examples
    --------
    >>> share_common("全年地区生产总值增长"), share_common("瑁瑙璀璨琳琅氤氲")
    (1.0, 0.25)
    """
    hanzi = [character for character in text[:_SAMPLE] if _HANZI[0] <= character <= _HANZI[1]]
    if len(hanzi) < _FEW:
        return 1.0
    return sum(_FIRST <= _lead_byte(character) <= _LAST for character in hanzi) / len(hanzi)


def _lead_byte(character: str) -> int:
    """Return the first byte of a hanzi in GB 2312, 0 where it is not in it."""
    return character.encode("gb2312", "replace")[0] if character.encode("gb2312", "ignore") else 0


def _decode_utf16(raw: bytes, encoding: str, name: str) -> str:
    """Return UTF-16 as text; refuse half a character."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(f"{name} is not UTF-16 as its mark says: byte {error.start + 2:,}; is it cut off?") from None
    if share_common(text) < _COMMON:
        raise ReadError(f"{name} is marked as UTF-16 but does not read like Chinese; save it as UTF-8")
    if "\0" in text:
        raise ReadError(f"{name} is not text: character {text.index(chr(0)):,} is NUL")
    return text


def _decode_zeros(raw: bytes, name: str) -> tuple[str, str]:
    """Return text in UTF-16 without a mark, whose ASCII characters bring the zeros; refuse other bytes with zeros."""
    for encoding in _UTF16_BOMS.values():
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and _has_hanzi(text) and share_common(text) >= _COMMON:
            return text, "UTF-16 without byte order mark"
    raise ReadError(f"{name} is not text: byte {raw.index(0):,} is NUL; expected UTF-8, GB18030 or UTF-16")


def _decode_gb18030(raw: bytes, first: UnicodeDecodeError, name: str) -> str:
    """Return GB18030 as text where it reads like Chinese; else say where UTF-8 broke and what the bytes may be."""
    place = first.start + (len(_UTF8_BOM) if raw.startswith(_UTF8_BOM) else 0)
    told = f"{name} is neither UTF-8 (byte {place:,} is 0x{raw[place]:02x})"
    if raw.startswith(_UTF8_BOM):
        raise ReadError(f"{name} is not UTF-8 as its mark says: byte {place:,} is 0x{raw[place]:02x}")
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        cut = "; the last character is cut off" if error.end >= len(raw) else ""
        raise ReadError(f"{told} nor GB18030 (byte {error.start:,}){cut}{_hint(raw)}") from None
    if not _has_hanzi(text) or share_common(text) < _COMMON:
        raise ReadError(f"{told} nor does it read like Chinese in GB18030{_hint(raw)}")
    if "\0" in text:
        raise ReadError(f"{name} is not text: byte {raw.index(0):,} is NUL")
    return text


def _has_hanzi(text: str) -> bool:
    """Whether a text has enough hanzi to tell by them."""
    return sum(_HANZI[0] <= character <= _HANZI[1] for character in text[:_SAMPLE]) >= _FEW


def _hint(raw: bytes) -> str:
    """Return what a library takes the bytes for, and how to convert them."""
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:_SAMPLE]).best()
    guess = best.encoding if best and best.encoding not in ("utf_8", "ascii", "gb18030") else ""
    return (
        f"; it may be {guess}: iconv -f {guess.upper().replace('_', '-')} -t UTF-8" if guess else "; save it as UTF-8"
    )


def _refuse_mojibake(text: str, name: str) -> None:
    """Refuse UTF-8 that was read as GB18030 and saved as such (鏀垮簻 for 政府): it would be quoted wrongly."""
    sample = "".join(character for character in text[:_SAMPLE] if character > "\x7f")[:400]
    if len(sample) < _FEW or share_common(sample) >= _COMMON:
        return
    for encoding in ("gb18030", "latin-1"):
        try:
            mended = sample.encode(encoding)[:-6].decode("utf-8", "ignore")
        except UnicodeEncodeError:
            continue
        if len(mended) > len(sample) // 3 and _has_hanzi(mended) and share_common(mended) >= _COMMON:
            raise ReadError(
                f"{name} was decoded wrongly before it was saved ({sample[:6]} for {mended[:4]}); save it anew"
            )
