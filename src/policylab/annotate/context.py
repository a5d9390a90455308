"""What a sentence says around a value: the period it is for, the part of the jurisdiction, how firmly it is meant."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from policylab.codebook import load_codebook
from policylab.codebook.patterns import NAMED_WITH_AND, compile_choice, read_choice

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_CUT = re.compile(
    r".*(?:[,;。:、\n!?-]|\((?:[\d一二三四五六七八九十]{1,3}\)|(?![^()]{0,6}\)))|和(?!地区|"
    + NAMED_WITH_AND
    + r")|与|以及|及(?!以上)|并)",
    re.S,
)
_PAST_YEARS = re.compile(r".{0,4}(?:过去|五年来|这五年|近五年|近5年|上届|五年间)")
_PLAN_NUMBER = {
    "九": 1996,
    "十": 2001,
    "十一": 2006,
    "十二": 2011,
    "十三": 2016,
    "十四": 2021,
    "十五": 2026,
    "十六": 2031,
}
_PLAN = re.compile(r"(?<![二三四五六七八九])(十?[一二三四五六九]|十)五(?=[”\"规时期末计])")
_NEW_CLAUSE = re.compile(
    r"[,;]\s{0,40}(?=新|完成|建设|建成|实施|推进|推动|加快|加强|培育|引进|开展|改造|打造|持续|深入|全面|积极|大力|支持|做|抓|启动|提升|"
    r"实现|争创|扩大|发展|开工|组织|优化|深化|强化|落实|统筹|筹|安排|申报|创建|治理|办好|救助|关停|压减|修|植|营造|转移|扩充|再|更新|今年|全年|年内|认定|淘汰)"
)


def annual_period(report_year: int) -> str:
    """Return the period of the plan year."""
    return str(report_year)


def five_year_period(words: str, report_year: int) -> str:
    """
    Return the years of the plan that the words name, else five years from the report year; "past" for a plan that is over.

    Examples
    --------
    >>> five_year_period("“十五五”时期", 2026), five_year_period("今后五年", 2017)
    ('2026-2030', '2017-2021')
    """
    if _PAST_YEARS.match(words):
        return "past"
    found = _PLAN.search(words)
    until = re.search(r"到(20\d\d)年", words)
    if found and found[1] in _PLAN_NUMBER:
        start = _PLAN_NUMBER[found[1]]
        return f"{start}-{start + 4}" if start + 4 >= report_year else "past"
    if until and int(until[1]) > report_year:
        return f"{report_year}-{until[1]}"
    return f"{report_year}-{report_year + 4}"


def cues(folded: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the period cues of a stretch of text: place and "multi", "average", "total", "part", "annual", a year, or "vs" and the year compared with."""
    for match in _period_pattern().finditer(folded, start, end):
        code = read_choice(match)
        before = folded[match.start() - 1 : match.start()]
        if code != "year":
            yield (
                match.start(),
                "since"
                if match[0].endswith("末") and _BEHIND.search(folded, max(0, match.start() - 2), match.start())
                else code,
            )
            continue
        if before.isdigit():
            continue
        if folded.startswith("以来", match.end()):
            yield match.start(), "total"
        else:
            yield match.start(), f"vs{match[0][:4]}" if before in _VERSUS else match[0][:4]


def compares(folded: str, place: int) -> bool:
    """Return whether a cue only compares or says what was met: 提前完成“十四五”目标 dates nothing."""
    return bool(_COMPARES.search(folded, max(0, place - 5), place))


def effective_cue(folded: str, found: list[tuple[int, str]], value_start: int) -> tuple[int, str] | None:
    """
    Return the period cue that holds for a value: the last one before it that reaches it, or None.

    A semicolon ends every cue but that of a plan or of a part of the year, a comma those that count years up (累计, 连续3年, 年均). 完成“十一五”目标 and 恢复到2019年水平
    compare; they do not date what follows.
    """
    for place, code in reversed(found):
        if place >= value_start or (code != "since" and not code.startswith("vs") and compares(folded, place)):
            continue
        between = folded[place:value_start]
        if ";" in between and code not in ("multi", "part"):
            return None
        if (code in ("total", "average") or code.startswith("vs")) and "," in between:
            continue
        return place, code
    return None


@lru_cache(maxsize=65536)
def read_scope(prefix: str) -> str | None:
    """
    Return "" where the words before a name leave it whole, the sub-area they name, or None for anything else.

    Examples
    --------
    >>> read_scope("预计全市"), read_scope("高新区"), read_scope("新能源")
    ('', '高新区', None)
    """
    cities = _SOME_CITIES.search(prefix)
    if cities:
        return cities[0]
    if _is_leading(prefix):
        return ""
    if "占" in prefix:
        return None
    rest = prefix[_leading().match(prefix).end() :] or prefix  # type: ignore[union-attr]
    if _WHOLE.search(rest[-2:]):
        return ""  # 带动全市: whatever stands before, the whole is meant
    if rest.startswith(("个", "市)")):
        rest = prefix
    return rest.strip() if _scope().search(rest) and len(rest) <= 20 else None


def _is_leading(prefix: str) -> bool:
    """
    Whether a prefix is leading words from end to end.

    A pattern would try every way to part it into words, which for 到2025年到2025年… doubles with each; here every place
    is reached once.
    """
    reached = {0}
    for place in range(len(prefix)):
        if place in reached and _leading_word().match(prefix, place):
            ends = range(place + 1, min(len(prefix), place + _LONGEST_WORD) + 1)
            reached.update(end for end in ends if _leading_word().fullmatch(prefix, place, end))
    return len(prefix) in reached


def clause_prefix(folded: str, start: int, subject: int) -> str:
    """Return the words of the clause before its subject."""
    window = folded[max(start, subject - 24) : subject]
    cut = _CUT.match(window)
    return window[cut.end() :] if cut else window


_LONGEST_WORD = 16  # characters
_VERSUS = frozenset("比较")
_COMPARES = re.compile(r"(?:完成|实现|超额|恢复到|相当于|提前|(?<!特别)(?<!尤其)是|翻番|从|由|比|较)[“\s]?$")
_BEHIND = re.compile("[比较]“?$")
_SOME_CITIES = re.compile("(?:主要|中心|重点|县城以上|县级以上|设区|区域中心)城市$")
_WHOLE = re.compile("[全我本][市省区县州社盟旗](?!级)")
_AREA = (
    r"(?:园区|县域|民营|非公有制|[两三四五六七八九]县(?:\(市\))?|[两三四五六七八九]郊?区)(?:经济|企业)?(?=[^,。;\d]{0,16},)"
    r"|(?:(?![开引打召按自建一重推加提支强依促完实培争做鼓围统创新深积持大聚对把将从向为与启确力])[\u4e00-\u9fff]{1,8}?)?(?:高新区|开发区|经开区|新区(?<!高新区)(?!建设|开发)|集聚区|园区核心区|园区|[产工]业园(?!区)|转移园|农科园|保税区|示范区|生产建设兵团|各县\(市、区\)|各县区|各区县|各县市区)(?![和、与及\d]|获|成为|入选|建成|挂牌|升级)"
)
# Every sub-area has one of these: looked for first.
_AREA_SIGN = re.compile("区(?<=[新聚发开园税范郊县两三四五六七八九]区)|园(?<=[业科移]园)|县|民营|非公|兵团")
_OPENING_AREA = re.compile(
    rf"\s{{0,40}}(?:[一二三四五六七八九十]是)?(?:(?P<scope>{_AREA}|全[市省区县州国])"
    r"|(?:大力|加快|深入|全面|持续)?(?:推进|推动|加快|支持|深化)(?P<object>高新区|开发区|经开区|各县\(市、区\)|各县区)(?![和、与及\d]))"
)
_KIND_ENDS = re.compile("(?:区|园|\\))$")
_ACTS = re.compile(
    r"[,(:]|要|将|再|以|力|着|重点|坚持|充分|立足|聚焦|依托|突出|加|大力|全|深|持续|确保|完成|实现|新|推|培育|引|建(?!设用)|打造|分别|至少|"
    r"积极|年内|今年|启动|落|盘活|争|做|抓|开|高|率先|强|提|组织|达|突|超|发展|围绕|规划|招|整合|建成|创|办|储备|力争|优化|\d|每年|均|各|都|分|"
    r"固定资产|工业|规[上模]|地区生产|生产总值|税收|营业收入|主营业务|一般公共|财政收入|进出口|外贸|实际[利使]用"
)
_SUB_AREA = re.compile(rf"[,;。\n]{_OPENING_AREA.pattern}")


def clause_area(folded: str, start: int, place: int) -> str:
    """Return the sub-area that the sentence or a clause before ``place`` opens with (高新区围绕…), or ""."""
    area = ""
    if not _AREA_SIGN.search(folded, max(0, start - 1), place):
        return area
    first = None if start else _OPENING_AREA.match(folded, 0, place)  # nothing stands before the first clause of a text
    for match in itertools.chain([first] if first else [], _SUB_AREA.finditer(folded, max(0, start - 1), place)):
        scope = match["object"] or match["scope"]
        if match["object"] and folded.count(",", match.end(), place) > (not scope.startswith("各")):
            continue  # 加快高新区建设 holds for the next clause at most
        scope = scope[_leading().match(scope).end() :] or scope  # type: ignore[union-attr]
        if scope.startswith("全") or _WHOLE.search(folded, match.end(), place):
            area = ""
        elif match["object"] or _is_area(folded, scope, match.end()):
            area = scope
    return area


def _is_area(folded: str, scope: str, end: int) -> bool:
    """Return whether words are the name of an area that acts: 高新区围绕…, not 优化园区布局 and not 园区道路."""
    if _not_area().search(scope):
        return False
    return not _KIND_ENDS.search(scope) or bool(_ACTS.match(folded, end))


def read_modality(folded: str, start: int, value_start: int) -> str:
    """Return "ensure", "strive" or "plain" for a value; a cue holds along its series until a clause with a new verb."""
    code = "plain"
    last = None
    for match in _modality().finditer(folded, start, value_start):
        if stretch_pattern().match(folded, match.start()):
            continue
        last, code = match, read_choice(match)
    if last is None:
        return "plain"
    if folded[last.start() - 1 : last.start()] == "、" and "," in folded[last.end() : value_start]:
        return "plain"  # inside a series, 力争 holds for its own value
    breaks = _NEW_CLAUSE.search(folded, last.end(), value_start)
    return "plain" if breaks else code


@cache
def _modality() -> re.Pattern[str]:
    """Compile the modality words."""
    return compile_choice((entry["code"], entry["pattern"]) for entry in load_codebook().wording["modality"])


@cache
def stretch_pattern() -> re.Pattern[str]:
    """Compile the stretch clauses."""
    return re.compile("|".join(entry["pattern"] for entry in load_codebook().wording["stretch"]))


@cache
def _period_pattern() -> re.Pattern[str]:
    """Compile the period cues."""
    entries = [(entry["code"], entry["pattern"]) for entry in load_codebook().wording["period"]]
    return compile_choice([("year", r"19\d\d ?年|20\d\d ?年"), *entries])


@cache
def _leading() -> re.Pattern[str]:
    """Compile the words that leave a name whole."""
    return re.compile("(?:" + "|".join(entry["pattern"] for entry in load_codebook().wording["leading"]) + ")*")


@cache
def _leading_word() -> re.Pattern[str]:
    """Compile the leading words, one at a time."""
    return re.compile("|".join(entry["pattern"] for entry in load_codebook().wording["leading"]))


@cache
def _not_area() -> re.Pattern[str]:
    """Compile the words that are in no name of an area."""
    return re.compile("|".join(entry["pattern"] for entry in load_codebook().wording["not_area"]))


@cache
def _scope() -> re.Pattern[str]:
    """Compile the endings of sub-areas."""
    return re.compile("(?:" + "|".join(entry["pattern"] for entry in load_codebook().wording["scope"]) + ")$")
