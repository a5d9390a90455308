"""Name what a number counts where the codebook has no code: a noun phrase cut from the text."""

from __future__ import annotations

import re
from functools import cache

from policylab.codebook import load_codebook
from policylab.model import Quantity

_EDGE = re.compile(r"[,;。:、\n!?()]")
_LIST_MARK = re.compile(r"\s{0,40}(?:\d{1,2}\.|[①-⑳⑴-⒇]|[一二三四五六七八九十]{1,2}是|和|及|与|由|将|把|使|为)+")
_GENERIC = re.compile(
    r"(?:[一二三四五六七八九十]是|任务|目标|产值|面积|投入|增长|安排|开工|竣工|投产|完成|建成|抓好|建设|改造|总数|总量|收入|达到?|实施|推进|力争|确保|争取|新增|实现|新|改|扩|"
    r"全年|今年|年内|分别|各|均|其中|总|共|以上|左右|工作|要|将|再|为|对|在|把|\s)+"
)
_TAIL = re.compile("(?:以及|和|及|与|的|要|并|以|全面|全部|一律|拟|全(?=$))*+$")
_BRACKET = re.compile(r"\([^()\n\d]{1,6}\)")
_JOINT = re.compile("(?<=[省市县区乡镇村州初国])、(?=[省市县区乡镇村州高])")
_VALUE = re.compile(r"(?:近|约|超过|突破|不低于|不少于)?\d")
_NAMED_NUMBER = re.compile(r"\d+(?:强|g|[.\d]*[万亿]?(?:元|亩|平方米|公里|吨)以[上下])")
_EACH = re.compile(r"(?:均|各)[^,;。、\d]{0,6}$")
_MEMBER = re.compile(r"[^、和及与,;。]{2,}")
_AFTER = re.compile(
    r"(?:\([^()\n]{1,8}\))?[的个]?(?P<item>(?:\d[\d.]*[万亿]?(?:亩|元|平方米|平方公里|公里|吨)以[上下])?(?:\([^()\n\d]{1,6}\)|(?<=[省市县区乡镇村州初国])、(?=[省市县区乡镇村州高])|[^,;。:、\n!?()\[\d]){1,30}(?:\d+强[^,;。:、\n!?()\[\d]{0,20})?)"
)
# Runs of words that end a phrase are possessive: 达到 could be parted in two, and each way would be tried.
_TRAIL = re.compile(
    r"(?:达到?|完成|实现|稳定|保持|控制|提高|提升|增长|增加|增至|新增|扩大|突破|超过|超|降至|下降|降低|减少|压缩|拟安排|安排|要加快|加快|约定|落地|不|到|至|在|为|各|均|都|分别|以上|约|近|总数|再|也|"
    r"力争|由|年底|每人每月|月人均|年人均|尽快|同比|年均|累计|总量|是|有|仅|共|合计|每年|今年|全年|[\s“”\"])++$"
)


def find_item(folded: str, text: str, quantity: Quantity) -> tuple[str, int, int]:
    """
    Return the noun phrase that a quantity counts, and the span of phrase and value together.

    Parameters
    ----------
    folded, text : str
        The report, folded and as it is.
    quantity : Quantity

    Returns
    -------
    (item, start, end); item is "" where the clause holds no noun
    """
    after = _item_after(folded, quantity)
    if after:
        return text[after[0] : after[1]], quantity.start, after[1]
    before = _item_before(folded, quantity)
    return (text[before[0] : before[1]], before[0], quantity.end) if before else ("", quantity.start, quantity.end)


def find_items(folded: str, text: str, quantity: Quantity) -> list[tuple[str, int, int]]:
    """Return the noun phrases that a quantity counts: several where 均 or 各 gives one value to each of a list."""
    item, start, end = find_item(folded, text, quantity)
    if item and end == quantity.end and _EACH.search(folded, max(start, quantity.start - 8), quantity.start):
        far = max(0, start - 200)
        floor = max(far - 1, *(folded.rfind(mark, far, start) for mark in ",;。:\n")) + 1
        lead = _lead_verbs().match(folded, floor, start)
        floor = lead.end() if lead else floor
        members = [(text[m.start() : m.end()], m.start(), end) for m in _MEMBER.finditer(folded, floor, start - 1)]
        return [*members, (item, start, end)]
    return [(item, start, end)] if item else []


def strip_verbs(folded: str, start: int, end: int) -> int:
    """Return where the noun of a phrase begins: after 新增, 力争 and the like."""
    lead = _lead_verbs().match(folded, start, end)
    return lead.end() if lead and end - lead.end() >= 2 else start


def _item_after(folded: str, quantity: Quantity) -> tuple[int, int] | None:
    """Return the span of the words right after the value: 100个先进级智能工厂."""
    match = _AFTER.match(folded, quantity.end)
    if match is None:
        return None
    words = match["item"]
    tail = _tail_verbs().search(words)
    length = tail.start() if tail and tail.start() >= 2 else len(words)
    start = match.start("item")
    lead = _lead_verbs().match(folded, start, start + length)
    if lead and length - (lead.end() - start) >= 2:
        length, start = length - (lead.end() - start), lead.end()
    length -= len(_TAIL.search(folded[start : start + length])[0])  # type: ignore[index]
    words = folded[start : start + length].strip()
    return (start, start + length) if words and not _is_tail(words) and not _GENERIC.fullmatch(words) else None


def _is_tail(words: str) -> bool:
    """Words after a value that are no noun: 以上、左右, or a following verb."""
    return words.startswith(("以上", "以内", "左右", "目标", "大关", "台阶", "水平", "的基础", "规模"))


def _item_before(folded: str, quantity: Quantity) -> tuple[int, int] | None:
    """Return the span of the noun before the value: 新增规上工业企业5家; a bare verb looks to the clauses before it."""
    floor = max(0, quantity.start - 60)
    clauses = _EDGE.split(_mask(folded[floor : quantity.start]))
    end = quantity.start
    for clause in reversed(clauses[-3:]):
        start = end - len(clause)
        span = _noun_span(folded, start, end)
        if span:
            return span
        if folded[start - 1 : start] in "。:\n!?":
            break
        end = max(start - 1, floor)
    return None


def _mask(words: str) -> str:
    """Hide what is no boundary: short brackets, and the 、 of 省、市重点项目."""
    if "(" in words:
        words = _BRACKET.sub(lambda match: "口" * len(match[0]), words)
    return _JOINT.sub("口", words) if "、" in words else words


def _noun_span(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the noun phrase of a clause without its verbs and value, or None where only verbs are left."""
    value = _VALUE.search(folded, start, end)
    if value and value.start() > start and not _NAMED_NUMBER.match(folded, value.start(), end):
        end = value.start()
    end -= _trailing(folded[start:end])
    mark = _LIST_MARK.match(folded, start, end)
    start = mark.end() if mark else start
    lead = _lead_verbs().match(folded, start, end)
    if lead and end - lead.end() >= 2:
        start = lead.end()
    words = folded[start:end].strip()
    return (start, end) if end > start and words and not _GENERIC.fullmatch(words) else None


def _trailing(words: str) -> int:
    """Return the length of verbs at the end of a phrase."""
    match = _TRAIL.search(words)
    return len(match[0]) if match else 0


@cache
def _lead_verbs() -> re.Pattern[str]:
    """Compile the verbs that open a commitment."""
    verbs = "|".join(entry["pattern"] for entry in load_codebook().wording["lead_verbs"])
    between = r"[\s“]|(?<=[建造扩修增设])[和及、或](?=改|新|扩|续|提|维|整)"
    return re.compile(rf"(?:{verbs}|{between})*(?:{verbs})")


@cache
def _tail_verbs() -> re.Pattern[str]:
    """Compile the verbs that close a noun phrase after a value."""
    return re.compile("|".join(entry["pattern"] for entry in load_codebook().wording["tail_verbs"]))
