"""The words between the name of an indicator and its value: whether they join the two, and what they say."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from policylab.codebook import load_codebook

_SHARE_OF = r"(?:占(?!全(?:[市省国区县州]|社会)(?:的)?(?:比重|比例|份额|总量)|全社会研发|服务业|第三产业|三产)|相当于|在)[^,。;、\d]{1,18}?(?:的|中的|中)?(?:比重|比例|份额|占比|比率)|与[^,。;、\d]{2,12}之比"
_FROM = re.compile(r"(?:从|由)(?:\d{4}年的?|上年的?|去年的?|上半年的?|期初的?|年初的?)?$")


_LONGEST = 80


class Gap(NamedTuple):
    """What the words between a name and its value say."""

    share: bool
    change: bool
    reaches: bool
    sign: int
    each: bool
    baseline: bool


@lru_cache(maxsize=65536)
def read_gap(words: str) -> Gap | None:
    """
    Return what the joining words say, or None where one of them does not join a name to its value.

    Examples
    --------
    >>> read_gap("同比增长").change, read_gap("企业新增")
    (True, None)
    """
    return read_verbs(words) if len(words) <= _LONGEST and _joining().fullmatch(words) else None


def read_verbs(words: str) -> Gap:
    """Read direction and kind from the joining words."""
    wording = _verbs()
    return Gap(
        share=bool(wording["share"].search(words)),
        change=bool(wording["change"].search(words)),
        reaches=bool(wording["reaches"].search(words)),
        sign=-1 if wording["falls"].search(words) else 1,
        each=bool(wording["each"].search(words)),
        baseline=bool(_FROM.search(words)),
    )


@cache
def _joining() -> re.Pattern[str]:
    """Compose the joining words of wording.yaml into one pattern."""
    words = "|".join(entry["pattern"] for entry in load_codebook().wording["joining"])
    return re.compile(rf"(?>{_SHARE_OF}|{words}|[ \n(“\"-])*+")


@cache
def _verbs() -> dict[str, re.Pattern[str]]:
    """Compile the verb groups of wording.yaml."""
    groups: dict[str, list[str]] = {"share": [_SHARE_OF], "change": [], "reaches": [], "falls": [], "each": []}
    for entry in load_codebook().wording["verbs"]:
        groups[entry["code"]].append(entry["pattern"])
    return {name: re.compile("|".join(patterns)) for name, patterns in groups.items()}
