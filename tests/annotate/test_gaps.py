"""The words between a name and its value: those that part the two first, then what joining words say."""

from __future__ import annotations

import pytest

from policylab.annotate.gaps import Gap, read_gap, read_verbs


@pytest.mark.parametrize(
    "words",
    ["企业新增", "的重点任务", "监测户增长", "，新建学校", "增长点项目开工", "占地", "增长，学校达到", "。", "x"],
)
def test_other_words_part_name_and_value(words: str) -> None:
    """One word that does not join is enough: the value belongs to something else."""
    assert read_gap(words) is None


def test_words_without_end_are_read_or_refused() -> None:
    """A stretch as long as a report is answered, whatever it repeats."""
    assert read_gap("同比" * 50_000) is None or read_gap("同比" * 50_000) == read_verbs("同比" * 50_000)
    assert read_gap("同比" * 50_000 + "企业") is None


@pytest.mark.parametrize(
    "words",
    ["", "同比增长", "达到", "比上年增长", "力争完成", "增速", "（同口径）".translate({0xFF08: "(", 0xFF09: ")"})],
)
def test_joining_words_join(words: str) -> None:
    """Verbs, comparisons and nothing at all leave the value to the name."""
    assert read_gap(words) is not None


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("同比增长", "change", True),
        ("达到", "change", False),
        ("增长到", "reaches", True),
        ("增长", "reaches", False),
        ("下降", "sign", -1),
        ("降至", "sign", 1),
        ("增长", "sign", 1),
        ("占地区生产总值比重提高到", "share", True),
        ("提高到", "share", False),
        ("均增长", "each", True),
        ("增长", "each", False),
        ("从", "baseline", True),
        ("由上年的", "baseline", True),
        ("从上年的5%提高到", "baseline", False),
    ],
)
def test_what_joining_words_say(words: str, field: str, value: object) -> None:
    """Growth or level, fall, share, one value for each, and the value that something started from."""
    assert getattr(read_verbs(words), field) == value


def test_a_gap_is_what_its_verbs_say() -> None:
    """Where the words join, the answer is that of the verbs among them."""
    assert read_gap("同比下降") == read_verbs("同比下降") == Gap(False, True, False, -1, False, False)
