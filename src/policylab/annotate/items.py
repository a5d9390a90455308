"""Name what a number counts where the codebook has no code: a noun phrase cut from the text."""

from __future__ import annotations

import re
from functools import cache

from policylab.codebook import load_codebook
from policylab.codebook.patterns import split_alternatives
from policylab.model import Quantity

_EDGE = re.compile(r"[,;。:、\n!?()]")
_ENDS = frozenset(",;。:、\n!?)")  # no noun follows: seen first, for most numbers close their clause
_LIST_MARK = re.compile(r"\s{0,40}(?:\d{1,2}\.|[①-⑳⑴-⒇]|[一二三四五六七八九十]{1,2}是|和|及|与|由|将|把|使|为)+")
_PREPOSITION = re.compile("[把让]|将(?!军)|为(?!民|侨|老)")
_PREPOSITIONS = frozenset("把将为让")  # looked at first
_FUNDED = re.compile(r"投资[约近超]?\d[\d.]*[万亿]*元")
_GENERIC = re.compile(
    r"(?:[一二三四五六七八九十]是|任务|目标|产值|面积|投入|增长|安排|开工|竣工|投产|完成|建成|抓好|做好|办好|坚决|建设|改造|总数|总量|收入|达到?|实施|推进|力争|确保|争取|新增|实现|新|改|扩|"
    r"全年|今年|年内|分别|各|均|其中|总|共|以上|左右|工作|压减|削减|等|或(?=$)|次|过|确|一|要|将|再|为|对|在|把|从|由|\s)+"
)
_TAIL = re.compile(r"(?:以及|和|及|与|的|要|并|以|全面|全部|一律|拟|全(?=$)|\s)*+$")
_DIGITS = frozenset("0123456789")
_FURTHER = re.compile(
    "(?:以?及|和|与)(?:[^和及与]{1,30}等|(?:完成)?(?:总|年度)?投资)$"
)  # …和新能源等7个: of the next number
_BRACKET = re.compile(r"\([^()\n\d]{1,6}\)")
_JOINT = re.compile("(?<=[省市县区乡镇村州初国])、(?=[省市县区乡镇村州高])")
_VALUE = re.compile(r"(?:近|约|超过|突破|不低于|不少于)?\d")
_BARE_VALUE = re.compile(r"[近约]?[\d.]+[%％]?(?:以上|以内|左右)?[和与]?")
_SECOND = re.compile(
    r"(?:近|约|超过|突破|不低于|不少于)?\d[\d.]*[万亿千百]*(?:平方公?[里米]|(?!年|月|日)[\u4e00-\u9fff]{1,2}?(?:\([\u4e00-\u9fff]\))?)"
    r"(?:以上|左右)?(?:以?及(?!以[上下])|和(?![谐平睦美气])|与)(?=(?:[^\d]|[2-6]g){2,24}$)"
)  # 棚户区2924套和农村危旧房500所: the second number has a noun of its own
_NAMED_NUMBER = re.compile(
    r"(?:20\d\d年)|[.\d]+[\u4e00-\u9fff]{1,2}及以[上下](?=[\u4e00-\u9fff]{2})|\d+(?:强|g|号|亿级|[.\d]*[万亿]?(?:美?元|亩|平方米|公里|吨)以[上下](?=[\u4e00-\u9fff])"
    r"|[.\d]*[万亿千百]*(?:美元|元)的?(?!以|左右|提|增|调|降|基础)(?=[\u4e00-\u9fff]{2}))"
)
_EACH = re.compile(r"(?:(?<![亩人户年月平地])均|各(?![类级项种地方族界]))[^,;。、\d]{0,6}$")
_COUNTED = re.compile(
    r".*\d[万亿]?(?:[\u4e00-\u9fff]{1,2}|平方公?[米里])(?:以上|左右)?、"
)  # 粮田60公顷、园区和基地各6家: the first has a number of its own
_MEMBER = re.compile(r"[^、和及与,;。]{2,}")
_AFTER = re.compile(
    r"(?:\([^()\n]{1,8}\))?[的个]?(?:(?=[年计总投纳产综])年?(?:(?:年度|计划|总)?投资|纳税|产值|综合能耗)[^,;。、\d]{0,4}\d[\d.]*[万亿]*(?:元|吨标准?煤)(?:以上的?|的))?(?P<item>(?:\d[\d.]*(?:[万亿]?(?:亩|元|平方米|平方公里|公里|吨)以[上下]|千伏)|[^,;。、\d()]{2,10}(?:超过?|达到?|过|突破|不低于)\d[\d.]*[万亿千百]*(?:美元|元|亩|吨|人)(?:以上)?的)?(?=[^,;。:、\n!?)\[\d]|[2-6]g)[^,;。:、\n!?()\[\d]{0,30}+(?:(?:\((?:[^()\n\d]{1,6}|[12])\)|(?<=[省市县区乡镇村州初国])、(?=[省市县区乡镇村州高])|[2-6]g(?:/[2-6]g)?)[^,;。:、\n!?()\[\d]{0,30}+){0,4}+(?:\d+强[^,;。:、\n!?()\[\d]{0,20})?)"
)
_INNER_VERB = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})(?:力争|确保|预计|计划|拟|要)*(?:实现|完成|安排)(?![率额量情])(?=[\u4e00-\u9fff]{2})"
)
_KIND = re.compile("(?:国家|[部省市州县区乡镇村]|自治区)级|[新续]建|在建")
_SHARED = re.compile(
    rf"[、和及与](?:{_KIND.pattern})?\d[\d.]*[万亿]?[\u4e00-\u9fff]{{1,2}}?(?:{_KIND.pattern})?(?P<noun>(?<=[个家项处座所条户级建])[\u4e00-\u9fff]{{2,16}})"
)
_PAYER = re.compile("(?:财政|政府)(?:资金)?$")
_AMONG = re.compile(r"[^,;。、\d]{1,16}(?:等(?:方面|领域|环节)|(?:地区|[市县区州]直?)(?:实现|完成))")
_AMONG_SIGN = re.compile("等|[实完][现成]")  # looked for first
_LONGEST_RUN = 24  # characters of verbs before a value
_CUT = re.compile("[压减降]")
_SPENT_ON = re.compile("[主要专项重点]{0,2}(?:用于|支持|扶持)")
_VAGUE = re.compile("(?:总额|规模|总规模|数量|人数|户数|总体)$")
_CONDUCT = re.compile("(?:力度|机制|体系|环境|格局|作用|责任|监管|步伐|进程|质量)$")


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
    words = None if folded[quantity.end : quantity.end + 1] in _ENDS else _AFTER.match(folded, quantity.end)
    blocked = bool(words and _no_noun().match(words["item"]))
    after = _item_after(folded, quantity, words) if words and not blocked else None
    before = None if after else _item_before(folded, quantity)
    if blocked and words and (before is None or _PAYER.search(folded, *before)):
        after = _item_after(folded, quantity, words) if _spends(folded, words) else None
    if after:
        item, end = _complete(folded, text, after, after[1])
        return item, quantity.start, end
    if before:
        item, end = _complete(folded, text, before, quantity.end)
        return _INNER_VERB.sub("", item, count=1), before[0], end
    return "", quantity.start, quantity.end


def _complete(folded: str, text: str, span: tuple[int, int], place: int) -> tuple[str, int]:
    """Return an item and where its span ends, with the noun that a bare 省级 shares: 省级3个、市级6个示范园."""
    words = text[slice(*span)]
    shared = _SHARED.match(folded, place) if _KIND.fullmatch(folded, *span) else None
    if not shared:
        return words, place
    start, end = shared.span("noun")
    tail = _tail_verbs().search(folded, start + 2, end)
    end = tail.start() if tail else end
    return words + text[start:end], end


def find_items(folded: str, text: str, quantity: Quantity) -> list[tuple[str, int, int]]:
    """Return the noun phrases that a quantity counts: several where 均 or 各 gives one value to each of a list."""
    item, start, end = find_item(folded, text, quantity)
    if item and end == quantity.end and _EACH.search(folded, max(start, quantity.start - 8), quantity.start):
        far = max(0, start - 200)
        floor = max(far - 1, *(folded.rfind(mark, far, start) for mark in ",;。:\n")) + 1
        lead = _lead_verbs().match(folded, floor, start)
        counted = _COUNTED.search(folded, floor, start + len(item))
        floor, last = counted.end() if counted else lead.end() if lead else floor, start + len(item)
        members = _MEMBER.finditer(_mask(folded[floor:last]))
        return [(text[floor + m.start() : floor + m.end()], floor + m.start(), end) for m in members]
    return [(item, start, end)] if item else []


def strip_verbs(folded: str, start: int, end: int) -> int:
    """Return where the noun of a phrase begins: after 新增, 力争 and the like."""
    lead = _match_lead(folded, start, end)
    return lead.end() if lead and end - lead.end() >= 2 else start


def _match_lead(folded: str, start: int, end: int) -> re.Match[str] | None:
    """Return the match of the verbs that open a phrase; their characters are looked at first."""
    return _lead_verbs().match(folded, start, end) if folded[start : start + 1] in _lead_characters() else None


def _spends(folded: str, words: re.Match[str]) -> bool:
    """Return whether words after an amount say what it is spent on: 5000万元用于乡村道路."""
    return bool(_SPENT_ON.match(folded, words.start("item")))


def _item_after(folded: str, quantity: Quantity, match: re.Match[str]) -> tuple[int, int] | None:
    """Return the span of the words right after the value: 100个先进级智能工厂."""
    start, end = match.span("item")
    lead = _match_lead(folded, start, end)
    if lead and quantity.unit in ("%", "％"):
        return None  # 镇街医院100%设立中医科: the share is of what stands before
    tail = _tail_verbs().search(folded, max(start + 2, lead.end() + 1 if lead else 0), end)
    if (
        tail
        and tail[0] == "用于"
        and quantity.unit in ("%", "％")
        and not _CUT.search(folded, quantity.start - 4, quantity.start)
    ):
        tail = None  # 75%的财政支出用于民生: the share of what it is spent on
    end = tail.start() if tail else end
    start = lead.end() if lead and end - lead.end() >= 2 else start
    if folded[end : end + 1] in _DIGITS and (further := _FURTHER.search(folded, start, end)):
        end = further.start()
    end -= len(_TAIL.search(folded[start:end])[0])  # type: ignore[index]
    words = folded[start:end].strip()
    return (start, end) if words and not _GENERIC.fullmatch(words) else None


def _item_before(folded: str, quantity: Quantity) -> tuple[int, int] | None:
    """Return the span of the noun before the value: 新增规上工业企业5家; a bare verb looks to the clauses before it."""
    floor = max(0, quantity.start - 60)
    clauses = _EDGE.split(_mask(folded[floor : quantity.start]))
    end, vague = quantity.start, None
    for clause in reversed(clauses[-3:]):
        start = end - len(clause)
        span = _noun_span(folded, start, end)
        if span and (_VAGUE.fullmatch(folded, *span) or (end < quantity.start and _CONDUCT.search(folded, *span))):
            vague = vague or span  # 专项资金增加1000万元,总额达到4000万元: the total of what is named before
        elif span:
            return _widen_list(folded, floor, span, quantity.start)
        if folded[start - 1 : start] in "。:\n!?":
            break
        end = max(start - 1, floor)
    return vague


def _widen_list(folded: str, floor: int, span: tuple[int, int], value: int) -> tuple[int, int]:
    """Return the whole of a list that 等 closes, or that a verb opens right before its value: 建设车间、工厂6家."""
    start, end = span
    if folded[start - 1 : start] != "、" or (end < value and "等" not in folded[start : end - 1]):
        return span
    far = max(floor - 1, *(folded.rfind(mark, floor, start) for mark in ",;。:\n")) + 1
    if re.search(r"\d", folded[far:start]):
        return span
    first = strip_verbs(folded, far, end)
    whole = first > far or "等" in folded[start : end - 1]
    return (first, end) if whole and folded[first] != "、" else span


def _mask(words: str) -> str:
    """Hide what is no boundary: short brackets, and the 、 of 省、市重点项目."""
    if "(" in words:
        words = _BRACKET.sub(lambda match: "口" * len(match[0]), words)
    return _JOINT.sub("口", words) if "、" in words else words


def _noun_span(folded: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the noun phrase of a clause without its verbs and value, or None where only verbs are left."""
    value = _find_value(folded, start, end)
    if value and value.start() == start:
        if _BARE_VALUE.fullmatch(folded, start, end):
            return None  # 稳定在95%、90%以上
    elif value:
        second = _SECOND.match(folded, value.start(), end)
        start, end = (second.end(), end) if second else (start, value.start())
    if folded[end - 1 : end] in _end_characters() and (
        closing := _end_verbs().search(folded, max(start, end - _LONGEST_RUN), end)
    ):
        end = closing.start()
    end -= folded[end - 1 : end] == "的"
    among = _AMONG.match(folded, start, end) if _AMONG_SIGN.search(folded, start, end) else None
    start = among.end() if among and end - among.end() >= 2 else start
    mark = _LIST_MARK.match(folded, start, end)
    start = strip_verbs(folded, mark.end() if mark else start, end)
    if folded[start : start + 1] in _PREPOSITIONS and _PREPOSITION.match(folded, start, end):
        start = strip_verbs(folded, start + 1, end)  # 今年要把…标准提高到, 全年为企业减负
    if folded.startswith("投资", start) and (funded := _FUNDED.match(folded, start, end)):
        noun = strip_verbs(folded, funded.end(), end)
        start = noun if noun > funded.end() else start  # 投资4亿元改建主次干路6条
    if "“" in folded[start:end]:
        start, end = _balance(folded, start, end)
    start += folded[start : start + 1] == " "
    words = folded[start:end].strip()
    return (start, end) if end > start and words and not _GENERIC.fullmatch(words) else None


def _find_value(folded: str, start: int, end: int) -> re.Match[str] | None:
    """Return the first value of a clause, or where its name holds a number, the next: 35千伏及以上变电站9座."""
    value = _VALUE.search(folded, start, end)
    if not value or value.start() == start:
        return value
    while value and (named := _NAMED_NUMBER.match(folded, value.start(), end)):
        value = None if named[0].endswith("年") else _VALUE.search(folded, named.end(), end)
        value = None if value and folded[value.start() - 1] in "等[第" else value
    return value


def _balance(folded: str, start: int, end: int) -> tuple[int, int]:
    """Give a phrase its second quotation mark, or take the first: “畅返不畅”, not “畅返不畅."""
    opened = folded.rfind("“", start, end)
    if opened < folded.rfind("”", start, end):
        return start, end
    if folded[end : end + 1] == "”":
        return start, end + 1
    return (start + 1 if opened == start else start), end


@cache
def _lead_verbs() -> re.Pattern[str]:
    """Compile the verbs that open a commitment."""
    verb = f"(?>{_join('lead_verbs')})"
    return re.compile(rf"[\s“]*{verb}(?:(?:[\s“和及与、或]|以及)*{verb})*(?!(?:{_join('measures')})$)(?=.{{2}})")


@cache
def _lead_characters() -> frozenset[str]:
    """Return the characters of the opening verbs, one of which begins each of them, and what may stand before."""
    return frozenset(_join("lead_verbs")) | frozenset(" \t\n“\u3000\xa0")


@cache
def _tail_verbs() -> re.Pattern[str]:
    """Compile the verbs that close a noun phrase after a value."""
    return re.compile(_join("tail_verbs"))


@cache
def _end_verbs() -> re.Pattern[str]:
    """Compile the words between a noun phrase and its value; possessive, or 达到 could be parted in two, and each tried."""
    return re.compile(f"(?:{_join('end_verbs')})(?:{_join('end_verbs')})*+$")


@cache
def _end_characters() -> frozenset[str]:
    """Return the characters of the closing words, one of which ends each of them: looked at first."""
    return frozenset([*_join("end_verbs"), "\t", "\n"])


@cache
def _no_noun() -> re.Pattern[str]:
    """Compile the words after a value that begin no noun it counts."""
    return re.compile(_join("no_noun"))


def _join(section: str) -> str:
    """Return the patterns of a section of wording.yaml as alternatives."""
    return "|".join(part for entry in load_codebook().wording[section] for part in split_alternatives(entry["pattern"]))
