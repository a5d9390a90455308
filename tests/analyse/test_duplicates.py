"""Duplicates: blanks don't hide them, likeness of genre doesn't make them."""

from __future__ import annotations

import random

from policylab.analyse.duplicates import hash_squeezed, match_exact, match_near, sign_text


def invent_text(seed: int, length: int = 3000) -> str:
    """Return invented text of common characters, repeatable by seed."""
    return "".join(
        random.Random(seed).choices("经济社会发展全市工作改革创新产业项目民生环境建设推进实现增长", k=length)
    )


def test_different_texts_are_no_duplicates():
    """Two texts of the same words in another order are neither exact nor near duplicates."""
    texts = {"a": invent_text(1), "b": invent_text(2)}
    assert match_exact({key: hash_squeezed(text) for key, text in texts.items()}) == {}
    assert match_near(["a", "b"], [sign_text(text) for text in texts.values()]) == {}


def test_blanks_and_line_ends_do_not_hide_a_duplicate():
    """The same text with other line ends is an exact duplicate of the first that has it."""
    text = invent_text(1)
    broken = "\n".join(text[at : at + 40] for at in range(0, len(text), 40))
    hashes = {"a": hash_squeezed(text), "b": hash_squeezed(invent_text(2)), "c": hash_squeezed(broken)}
    assert match_exact(hashes) == {"c": "a"}


def test_edited_copy_is_a_near_duplicate():
    """A copy with a new opening and a sentence changed is found, with its similarity; the first is not."""
    text = invent_text(1)
    copy = "另一个标题" + text[:1000] + "新的一句话。" + text[1010:]
    found = match_near(["a", "b", "c"], [sign_text(text), sign_text(invent_text(2)), sign_text(copy)])
    assert list(found) == ["c"]
    assert found["c"][0] == "a"
    assert 0.9 < found["c"][1] < 1


def test_quarter_in_common_is_no_duplicate():
    """Reports that share a passage are not called duplicates."""
    text = invent_text(1)
    other = text[:900] + invent_text(2)[900:]
    assert match_near(["a", "b"], [sign_text(text), sign_text(other)]) == {}


def test_empty_and_short_texts_have_signatures():
    """A text shorter than a gram is signed like any other."""
    assert len(sign_text("")) == len(sign_text("增长")) == 128
    assert match_near([], []) == {}
