"""Bytes to text: what is no text or in doubt is refused, what is known is read."""

from __future__ import annotations

import pytest

from policylab.errors import ReadError
from policylab.read.encodings import decode_text, share_common

TEXT = "政府工作报告：今年地区生产总值增长百分之五左右，一般公共预算收入增长３％。\r\n"


def refuse(raw: bytes) -> str:
    """Return the message with which bytes are refused, which is one line and names the file."""
    with pytest.raises(ReadError) as caught:
        decode_text(raw, "a.txt")
    assert "\n" not in str(caught.value)
    assert "a.txt" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "UTF-8 with byte order mark"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16 with byte order mark"),
    ],
)
def test_known_encodings_are_read(encoding: str, told: str) -> None:
    """Text comes back as it was, and the encoding is told where it is not plain UTF-8."""
    assert decode_text(TEXT.encode(encoding), "a.txt") == (TEXT, told)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read(encoding: str) -> None:
    """UTF-16 without its mark is known by its zeros and by reading like Chinese."""
    assert decode_text((TEXT * 3).encode(encoding), "a.txt") == (TEXT * 3, "UTF-16 without byte order mark")


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "euc_kr"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """Chinese in an encoding that decodes as GB18030 to other characters is refused, not read wrongly."""
    text = "政府工作報告：今年地區生產總值增長百分之五左右，一般公共預算收入增長百分之三。" * 5
    assert "save it as UTF-8" in (told := refuse(text.encode(encoding, "ignore"))) or "iconv" in told


def test_latin_text_with_accents_is_no_gb18030() -> None:
    """Western bytes that happen to pair into hanzi are refused."""
    refuse("déjà vu: année, café, naïve, tête".encode("cp1252") * 3)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_half_a_character_is_refused(encoding: str) -> None:
    """A file that was cut off inside a character is refused with the place."""
    text = "增长" * 20
    assert "byte" in refuse(text.encode(encoding)[:-1])


def test_text_decoded_wrongly_before_is_refused() -> None:
    """UTF-8 that was once read as GB18030 and saved so is refused, since every quote would be wrong."""
    wrong = "政府工作报告经济社会发展主要目标任务".encode().decode("gb18030", "ignore")
    assert "decoded wrongly before" in refuse(wrong.encode())


def test_zero_bytes_are_no_text() -> None:
    """A zero byte without UTF-16 around it means that this is no text."""
    assert "NUL" in refuse("增长5%".encode() + b"\0" + "。".encode())
    assert "NUL" in refuse(b"\xff\xfe" + "增长\0".encode("utf-16-le"))


def test_common_hanzi_tell_chinese_apart() -> None:
    """A report's hanzi are common ones; the result of a wrong encoding's are not."""
    assert share_common(TEXT) > 0.98
    assert share_common((TEXT * 3).encode("big5", "ignore").decode("gb18030", "ignore")) < 0.6
