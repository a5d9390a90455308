"""Where the parts of a report lie: review, plan, headline block, numbered sections, sentences."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import partial
from operator import sub

from policylab.codebook import fold
from policylab.codebook.mentions import find_mentions
from policylab.model import Section, Span, Structure

_CHINESE_NUMBER = "[一二三四五六七八九十]{1,3}"
_LEVEL_1 = rf"(?:{_CHINESE_NUMBER}、|第{_CHINESE_NUMBER}(?:部分|[、,:]))"
_LEVEL_2 = rf"(?:\({_CHINESE_NUMBER}\)|(?:\d{{1,2}}[.、](?!\d)))"
# Patterns of lines open with the line end before, which the engine finds at once; they run over "\n" + text.
_HEADING = re.compile(
    rf"\n[ \t#*]{{0,40}}(?:(?P<one>{_LEVEL_1})|(?P<two>{_LEVEL_2}))\s{{0,40}}(?P<title>[^\n]{{1,80}})"
)
_SENTENCE_END = re.compile(r"[。!?\n](?:(?<!\n)[。!?]*[”’」』)]*(?:[ \t]{0,40}\n)*)?")
_CLOSING = frozenset("。!?;:”")
_NEW_PARAGRAPH = re.compile(r"\s{0,40}\n|[ \t]{0,40}(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\))")

_PLAIN_END = re.compile(
    rf"[。!\n](?:(?<!\n)[。!]*[”’」』)]*(?:[ \t]{{0,40}}\n)*|(?<=[。!;:”]\n)|(?<=\n)(?={_NEW_PARAGRAPH.pattern}))"
)

_AHEAD = r"(?:今年|新一年|新的一年|明年|本年度|下一步|今后|未来|\(?[0-9〇零一二三四五六七八九]{4}年|十[一二三四五六]五)"
_TASK = r"(?:工作|任务|安排|目标|要求|打算|部署|建议|思路|举措|重点|意见|设想|发展|展望|奋斗)"
_BACK = r"(?:^[ \t]{0,40}(?:围绕|为|根据|按照|实现)|[:;,]$|回顾|总结|完成情况|过去|主要成就|工作成效|取得的|主要成绩|工作情况|基本情况|成绩|实现良好开局|取得|胜利完成|来的|以来|作报告|工作报告|政府报告)"
_PLAN_LINE = re.compile(rf"(?m)\n[^\n。]{{0,24}}{_AHEAD}[^\n。]{{0,30}}{_TASK}[^\n。]{{0,14}}$")
_PLAN_BARE = re.compile(
    r"(?m)\n[ \t#*]{0,40}(?:[一二三四五六七八九十]{1,2}、|第[二三]部分)?\s{0,40}[^\n。,]{0,12}(?:工作安排|总体要求|工作总体要求|目标任务|工作任务|主要任务|工作部署|奋斗目标)[^\n。]{0,16}$"
)
_PLAN_OPENING = re.compile(
    rf"[\n。][ \t]{{0,40}}(?:今年|{_AHEAD})[,是][^。\n]{{0,60}}(?:之年|第一年|一年|关键|年份|开局|时期)"
)

_OWN_WORDS = r"(?:主要|预期|总体|经济|社会|发展|工作|奋斗|具体|约束性|指导性|调控|年度|和|的|\n|宏观|计划|综合|全面|指标|与|国民|及|初步|各项|目标任务|建议|以下|实现|年|预期性|约束性)"
_HEADLINE_CUE = re.compile(
    r"(?:目标|指标)(?:预期|任务|值|建议|安排|分别|初步|确定|拟|和[^,。\n是为:]{0,10}|的建议|\([^)\n]{0,20}\))*+[\n ]?(?:安排|确定|建议|设定|拟定|考虑)?(?:是|为|:)[:,]?"
)
_BEFORE_CUE = re.compile(rf"{_OWN_WORDS}{{1,9}}$")
_ANNOUNCES = re.compile(r"\s{0,40}(?:综合(?:考虑|分析|各)|预期|建议|今年|我们建议|经综合|通盘)")
_NEAR = 1500
_NEXT = 60
_SOUND = 10  # the score of a cue with six items or so
_LONGEST = 2000
_MOST_CUES = 200  # a report has a dozen
_EXPECTED = re.compile("预期目标")
_FULL_SENTENCE = re.compile(r"[^。]+。?")
_NAMED_GOAL = re.compile(r"(?:增长|增速|增长速度|增长率)?(?:的)?$")
_NOT_ANNUAL = re.compile(
    r"年均|五年|到20\d\d年|去年|(?<![比较])上年|过去|完成情况|主要是考虑|十[一二三四五]五”?(?:时期|期间)"
)
_MULTI_YEAR = re.compile(
    r"五年|时期|20\d\d年(?:底|末)?(?:前|,|的|时)|到20\d\d年|规划(?:期|目标)|远景|三年(?!级)|十年|任期|本届|长远"
)
_STOP = re.compile(
    r"^[\s\"“]*(?:\(?[一二三四五六七八九十]{1,3}[、)]|围绕|为(?:实现|完成|确保)|实现(?:上述|以上|这些|今年)|完成(?:上述|以上|全年|这些)|上述|以上|这些|这样|这一|确定|提出|做好|重点|着力|按照|根据|综合|具体|主要任务|我们|要|各位|做好|设定|安排|之所以|在(?:具体)|今年(?:政府)?工作|今年(?:的|要)|从|加强|统筹|坚持|为此|新一(?:年|届)|各级政府|工作重点)|考虑|体现了?|说明|测算|预期目标|有利于|意味|这里|强调|有关安排|既"
)
_TAIL = re.compile(
    r"\n[ \t]{0,40}(?:(?:[《(]?(?:政府工作)?报告[》]?)?(?:中)?(?:的)?(?:部分|有关|相关)?(?:名词|用语|词语|术语|词汇|新词)(?:和\w{2})?(?:解释|注释|说明|浅释|释义)|(?:注释|注解|附件|附录|附注|注:)|\[1\][“\u4e00-\u9fff]|(?:[\[【(]?\d{1,2}[\]】).、]|[①-⑳])?\s{0,40}[“\"]?[^:\n。]{2,24}[”\"]?:(?:是|主要|即)?指)"
)
_ITEM = re.compile(
    r"\d\s?[%‰个万亿元人天吨微p]|同步|完成|以内|下达|高于|快于|稳定|改善|平衡|下降|提升|向好|提质|增长|降低|控制|增收|达标|脱贫|摘帽|防控|低于|减少|保持|安全|持平"
)
_STRETCH = re.compile(r"更好(?:的)?(?:结果|成绩|成效|效果|水平)|(?:争取|力争)[^。]{0,14}(?:更[好高快]|快于|高于)")


def parse_structure(text: str, *, report_year: int = 0) -> Structure:
    """
    Return the parts of a report as spans of its unchanged text.

    The plan begins at the first heading that looks ahead (今年工作安排, 二、2026年…), else where a sentence opens the
    coming year, else at the headline block. The headline block runs from 主要预期目标是 over the sentences that
    continue the list.

    Parameters
    ----------
    text : str
        A whole report or an excerpt; not changed.
    report_year : int
        The plan year where it is known: it tells 2004年的目标 in a report of 2004 from a goal for later years.

    Returns
    -------
    Structure
        ``review`` or ``plan`` is None where there is no such part; ``headline`` is empty where none is found.

    Examples
    --------
    >>> text = "一、2025年工作回顾\\n增长5%。\\n二、2026年工作安排\\n主要预期目标是：地区生产总值增长6%。\\n"
    >>> structure = parse_structure(text)
    >>> text[structure.headline[0].start : structure.headline[0].end]
    '地区生产总值增长6%。'
    """
    return parse_folded(fold(text), report_year=report_year)


def parse_folded(folded: str, *, report_year: int = 0) -> Structure:
    """Return the structure of text that is already folded; spans are the same."""
    lines = "\n" + folded
    plan_start = _find_plan(lines, report_year)
    headline = _find_headline(folded, plan_start, report_year) or _find_unannounced(folded, plan_start)
    if headline and (plan_start is None or headline[0].start < plan_start):
        plan_start = folded.rfind("\n", 0, headline[0].start) + 1
    end = _find_tail(lines)
    review = Span(0, end if plan_start is None else plan_start)
    plan = None if plan_start is None else Span(plan_start, max(end, plan_start))
    return Structure(review if review.end > 0 else None, plan, headline, _find_sections(lines))


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """
    Return the sentences of ``text[start:end]``; line ends inside a sentence do not split it.

    Examples
    --------
    >>> [(span.start, span.end) for span in split_sentences("增长5%。\\n其中一产增长3%。")]
    [(0, 6), (6, 15)]
    """
    ends = _list_ends(text, start, len(text) if end is None else end)
    return list(map(_to_span, zip([start, *ends], ends, strict=False)))


_to_span = partial(tuple.__new__, Span)  # no call in Python: a report has hundreds of sentences, most without a record


def _list_ends(text: str, start: int, end: int) -> list[int]:
    """Return what `_iter_ends` yields; sooner where the text has no question mark and no sentence without an end."""
    if start < end and text.find("?", start, end) < 0:
        ends = [match.end() for match in _PLAIN_END.finditer(text, start, end)]
        if not ends or ends[-1] < end:
            ends.append(end)
        if max(map(sub, ends, [start, *ends])) <= _LONGEST:
            return ends
    return list(_iter_ends(text, start, end))


def iter_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences of `split_sentences` one by one, for readers that stop early."""
    left = start
    for place in _iter_ends(text, start, end):
        yield Span(left, place)
        left = place


def _iter_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences end, and pieces of those longer than any real one: text without stops stays cheap to read."""
    left = start
    for match in _SENTENCE_END.finditer(text, start, end):
        mark, place = match[0], match.end()
        if mark == "\n":
            if text[place - 2 : place - 1] not in _CLOSING and not _NEW_PARAGRAPH.match(text, place):
                continue
        elif mark[-1] == "?" and text[place - 2 : place - 1].isdigit():
            continue  # a character lost to a bad encoding: 增长12?
        if place - left > _LONGEST:
            yield from range(left + _LONGEST, place, _LONGEST)
        yield place
        left = place
    yield from range(left + _LONGEST, end, _LONGEST)
    if left < end:
        yield end


def _find_plan(lines: str, report_year: int) -> int | None:
    """Return where the plan begins, or None. ``lines`` is the text after a line end: a place in it is one further on."""
    floor = (len(lines) - 1) // 12
    for pattern in (_PLAN_LINE, _PLAN_BARE):
        for match in pattern.finditer(lines):
            line = match[0][1:]
            years = [int(year) for year in re.findall(r"(20\d\d)年", line)]
            if years and max(years) < report_year:
                continue  # 二、2015年的政府工作 in a report of 2016 looks back
            if match.start() >= floor and not re.search(_BACK, line) and len(line.strip()) <= 48:
                return match.start()
    for match in _PLAN_OPENING.finditer(lines, floor * 2 + (floor > 0)):
        return match.start()
    return None


def _find_tail(lines: str) -> int:
    """Return where the report ends and its glossary begins."""
    match = _TAIL.search(lines, (len(lines) - 1) * 2 // 5)
    return match.start() if match else len(lines) - 1


def _find_sections(lines: str) -> tuple[Section, ...]:
    """Return the numbered headings; a section ends where the next of its level or above begins."""
    found = [
        (m.start(), 1 if m["one"] else 2, re.split("[。;]", m["title"])[0].strip()) for m in _HEADING.finditer(lines)
    ]
    ends = {1: len(lines) - 1, 2: len(lines) - 1}
    sections: list[Section] = []
    for start, level, title in reversed(found):
        sections.append(Section(title, level, start, ends[level]))
        ends |= {1: start, 2: start} if level == 1 else {2: start}
    return tuple(reversed(sections))


def _find_unannounced(folded: str, plan_start: int | None) -> tuple[Span, ...]:
    """Return a list of targets that no 目标是 announces: a sentence of the plan's opening with GDP growth and two more."""
    start = len(folded) // 3 if plan_start is None else plan_start
    for match in itertools.islice(
        _EXPECTED.finditer(folded, start), 20
    ):  # 主要预期目标。一是…: what the paragraph names
        spans = _extend_paragraph(folded, match.end())
        mentions = [mention for span in spans for mention in find_mentions(folded[span.start : span.end])]
        if len({name for mention in mentions for name in mention.concepts}) >= 5:
            return spans
    near = start + (9000 if plan_start is None else 4000)
    for match in _FULL_SENTENCE.finditer(folded, start, min(len(folded), start + 9000)):
        words = match[0]
        found = find_mentions(words) if "%" in words else []
        names = {concept for mention in found for concept in mention.concepts}
        announced = bool(_ANNOUNCES.match(words))
        enough = ("gdp" in names and "增长" in words and (announced or len(names) >= 4)) or (
            announced and len(names) >= 5
        )
        if not enough or _NOT_ANNUAL.search(words) or (match.start() > near and not announced):
            continue
        return _extend_block(folded, match.start() + found[0].start)
    return ()


def _extend_paragraph(folded: str, start: int) -> tuple[Span, ...]:
    """Return the sentences of the rest of a paragraph that state an indicator."""
    longest = min(len(folded), start + _NEAR)
    end = folded.find("\n", start, longest)
    sentences = split_sentences(folded, start, longest if end < 0 else end)
    stated = [span for span in sentences if find_mentions(folded[span.start : span.end])]
    return tuple(span for span in stated if not _NOT_ANNUAL.search(folded, span.start, span.end))


def _find_headline(folded: str, plan_start: int | None, report_year: int) -> tuple[Span, ...]:
    """Return the sentences of the block of annual main expected targets."""
    blocks: list[tuple[int, tuple[Span, ...]]] = []
    for match in itertools.islice(_HEADLINE_CUE.finditer(folded), _MOST_CUES):
        words = _BEFORE_CUE.search(folded, max(0, match.start() - 24), match.start())
        if words is None:
            continue
        spans = _extend_block(folded, _start_of_named(folded, words.start(), match.end()))
        score = _score_cue(folded, (words.start(), match.end()), spans, report_year) - 6 * (
            plan_start is not None and match.start() < plan_start
        )
        if score > 0:
            blocks.append((score, spans))
    return _join_blocks(blocks)


def _join_blocks(blocks: list[tuple[int, tuple[Span, ...]]]) -> tuple[Span, ...]:
    """Return the best block, with those as good that stand close by (预期性目标, then 约束性目标)."""
    if not blocks:
        return ()
    best, spans = max(blocks, key=lambda block: block[0])
    near = [
        span
        for score, others in blocks
        for span in others
        if (score >= best - 5 and abs(span.start - spans[0].start) < _NEAR)
        or (score >= _SOUND and 0 <= others[0].start - spans[-1].end < _NEXT)  # 高质量发展预期目标, right behind
    ]
    joined: list[Span] = []
    for span in sorted({*near, *spans}):
        if not joined or span.start >= joined[-1].end:
            joined.append(span)
    return tuple(joined)


def _start_of_named(folded: str, cue_start: int, cue_end: int) -> int:
    """Return where the block begins: after the cue, but at the name in 经济增长的预期目标是9%."""
    far = max(0, cue_start - 60)
    floor = max(far - 1, *(folded.rfind(mark, far, cue_start) for mark in "。,;\n")) + 1
    named = find_mentions(folded[floor:cue_start])
    if (
        named
        and _NAMED_GOAL.fullmatch(folded, floor + named[-1].end, cue_start)
        and folded[cue_end : cue_end + 1].isdigit()
    ):
        return floor + named[-1].start
    return cue_end


def _score_cue(folded: str, place: tuple[int, int], spans: tuple[Span, ...], report_year: int) -> int:
    """Rate a cue: 预期目标 of this year, followed by items of the codebook; five-year goals rate below zero."""
    if not spans:
        return 0
    start, end = place
    far = max(0, start - 80)
    sentence_start = max(far - 1, folded.rfind("。", far, start), folded.rfind("\n", far, start)) + 1
    opening, cue = folded[sentence_start:end], folded[start:end]
    items = sum(len(find_mentions(folded[span.start : span.end])) for span in spans)
    if items < (1 if "预期" in cue else 2):
        return 0
    score = (
        min(items, 8) + 4 * ("预期" in cue) + 3 * ("主要" in cue) + 3 * bool(re.search("今年|全年|年(?!均)", opening))
    )
    annual = re.search("今年|全年|本年", opening) or f"{report_year}年" in opening
    if not re.search("目标|预期|预计", cue) and not (annual and items > 3):
        return 0
    later = any(int(year) > report_year > 0 for year in re.findall(r"(20\d\d)年", opening))
    if (later or _MULTI_YEAR.search(opening)) and not annual:
        score -= 20
    first = folded[spans[0].start : spans[0].start + 120]
    return score - 12 * ("年均" in first) - 8 * bool(re.search(r"到20\d\d年", first))


def _extend_block(folded: str, start: int) -> tuple[Span, ...]:
    """Return the sentences from the cue on that state items, and a stretch clause that follows them."""
    spans: list[Span] = []
    for sentence in iter_sentences(folded, start, min(len(folded), start + 2500)):
        words = folded[sentence.start : sentence.end].strip()
        if not words:
            continue
        if spans and _STRETCH.search(words) and len(words) < 60:
            spans.append(Span(sentence.start, sentence.start + len(folded[sentence.start : sentence.end].rstrip())))
            continue
        unfinished = bool(spans) and folded[spans[-1].start : spans[-1].end].rstrip().endswith((";", ",", "、"))
        if spans and not unfinished and (_STOP.search(words) or not _states_item(words)):
            break
        if not _ITEM.search(words) and not unfinished:
            break
        spans.append(Span(sentence.start, sentence.start + len(folded[sentence.start : sentence.end].rstrip())))
    return tuple(spans)


def _states_item(words: str) -> bool:
    """Return whether a sentence states an indicator or that other targets are to be met."""
    if re.search(r"(?:指标|任务|目标)", words) and len(words) < 80 and re.search("完成|达到|高于|进入|控制", words):
        return True
    if len(words) < 40 and re.search(r"\d[%‰]|持续改善|保持稳定|稳定向好|保持优良", words):
        return True
    return bool(find_mentions(words)) and len(words) < 400
