"""The plan part outside the headline block: numeric commitments of the year, and five-year goals."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from policylab.annotate.context import annual_period, clause_area, cues, effective_cue, five_year_period
from policylab.annotate.linking import link_sentence
from policylab.annotate.reading import Reading
from policylab.annotate.records import link_record, link_scope, other_records
from policylab.codebook import load_codebook
from policylab.model import Quantity, Span, Target
from policylab.read.structure import split_sentences

_PLAN_YEAR = re.compile(
    r"“?十[一二三四五六]五”?(?:规划)?(?:的)?(?:开局|收官|关键|承上启下|第[一二三四五]年|起步|中期|实施|开篇)"
)
_PART = re.compile("[\u4e00-\u9fff]{0,6}(?:地区|层面|本级|财政|[市州县]直|县城|城区|城镇|农村|农牧区|乡镇)")
_JOINED = re.compile("[,、;]?(?:其中)?[:,]?")
_REACHED = re.compile("已(?:经)?(?:达到?|为|超)?$")
_FIVE_YEARS = re.compile(
    r"\s{0,40}(?:[一二三四五六七八九十]{1,3}、)?(?:今后|未来|“?十[一二三四五六]五”?)(?:五年|5年|时期|期间)[^,。\n]{0,12}"
)
_LOOK_BACK = re.compile(
    r"[\s-]{0,40}(?:[一二三四五六七八九十]是)?(?:过去的?(?:[五5几一]年)|(?:过去|近|这)?(?:[五5]年)来|这(?:[五5]年)|一年来),"
)


def read_commitments(reading: Reading) -> Iterator[Target]:
    """Yield the commitments of the plan outside the headline block."""
    plan, folded = reading.structure.plan, reading.folded
    if plan is None:
        return
    block = reading.structure.headline
    block_start, block_end = (block[0].start, block[-1].end) if block else (plan.start, plan.start)
    period = annual_period(reading.document.report_year)
    quantities = [
        *reading.find_quantities(Span(plan.start, block_start)),
        *reading.find_quantities(Span(block_end, plan.end)),
    ]
    starts = [quantity.start for quantity in quantities]
    read, opening = 0, None
    for sentence in split_sentences(folded, plan.start, plan.end):
        if sentence.start < block_end and block_start < sentence.end:
            if sentence.end >= block_end:
                period = annual_period(reading.document.report_year)
            if sentence.start >= block_start:
                continue
            part = Span(sentence.start, block_start)
        else:
            part = sentence
        if folded[part.start - 1 : part.start] in ("\n", ""):
            if part.start < block_end:
                period = _plan_period(reading, part, period, before_block=True)
            else:
                opening = part  # its period is asked for by few: where a number follows
        read = bisect_left(starts, part.start, read)
        first, read = read, bisect_left(starts, part.end, read)
        if first < read:
            if opening:
                period, opening = _plan_period(reading, opening, period, before_block=False), None
            yield from _read_sentence(reading, part, quantities[first:read], period)


def _plan_period(reading: Reading, opening: Span, period: str, *, before_block: bool) -> str:
    """Return the period that the first sentence of a paragraph sets for itself and what follows."""
    folded, year = reading.folded, reading.document.report_year
    if not before_block:
        heading = folded[opening.start : opening.end].rstrip().rfind("\n")  # a heading without a stop opens it
        if _LOOK_BACK.match(folded, opening.start + heading + 1):
            return "past"
        named = _FIVE_YEARS.match(folded, opening.start) if opening.start else None
        return five_year_period(named[0], year) if named else _section_period(reading, opening.start)
    for place, cue in cues(folded, opening.start, min(opening.end, opening.start + 40)):
        if cue in ("annual", str(year)):
            return annual_period(year)
        if cue == "multi" and not _PLAN_YEAR.match(folded, place):
            return five_year_period(folded[max(opening.start, place - 3) : place + 30], year)
    return period


def _section_period(reading: Reading, place: int) -> str:
    """Return the period of the chapter around a place: five years under 三、“十五五”时期主要目标任务, else the year."""
    year = reading.document.report_year
    title = reading.chapter_title(place)
    opening = _FIVE_YEARS.match(title)
    annual = not opening or re.search(rf"{year}年|今年|当前", title)
    return annual_period(year) if annual or not opening else five_year_period(opening[0], year)


def _read_sentence(reading: Reading, sentence: Span, quantities: list[Quantity], period: str) -> Iterator[Target]:
    """Yield the commitments of one sentence."""
    mentions = reading.find_mentions(sentence)
    year, folded = reading.document.report_year, reading.folded
    found = [
        (place, cue)
        for place, cue in cues(folded, sentence.start, quantities[-1].end)
        if cue not in ("total", "part", "since") and not cue.startswith("vs")
    ]
    last: Target | None = None
    for link in link_sentence(folded, sentence.start, mentions, quantities):
        effective = effective_cue(folded, found, link.quantity.start)
        own = _cue_period(folded, effective, year, sentence.start) if effective else period
        if "past" in (own, period) or link.concept == "baseline" or _is_reached(folded, link.quantity.start):
            continue
        scope = link_scope(folded, sentence.start, link)
        if link.code and scope is not None:
            yield link_record(reading, link, kind="target", period=own, scope=scope, headline=False)
        elif own == annual_period(year) and _is_commitment(folded, sentence.start, link.quantity):
            area = clause_area(folded, sentence.start, link.start)
            for record in other_records(reading, link, scope=area, headline=False):
                last = _carry(folded, last, record)
                yield last


def _carry(folded: str, last: Target | None, record: Target) -> Target:
    """Return a record with the item before it where its own words only name a part: …300套,其中县城120套."""
    if last is None or last.unit != record.unit or not _PART.fullmatch(record.item):
        return record
    joined = _JOINED.fullmatch(folded[last.end : record.start])
    return replace(record, item=last.item, scope=record.item) if joined else record


def _is_reached(folded: str, place: int) -> bool:
    """Return whether a number tells what is so already: 人均生产总值已接近5000美元."""
    return folded.find("已", place - 4, place) >= 0 and bool(_REACHED.search(folded, place - 4, place))


def _cue_period(folded: str, cue: tuple[int, str], year: int, start: int) -> str:
    """Return the period a cue inside a sentence names."""
    place, code = cue
    if code == "annual":
        return "past" if folded.startswith(("去年", "上年", "过去", "一年来"), place) else annual_period(year)
    if code in ("multi", "average"):
        return five_year_period(folded[max(start, place - 6) : place + 12], year)
    named = int(code)
    return annual_period(year) if named == year else "past" if named < year else f"{year}-{named}"


def _is_commitment(folded: str, start: int, quantity: Quantity) -> bool:
    """Tell a commitment from thresholds, attributes, ranks, code words and announced lists (wording.yaml)."""
    before, after = folded[max(start, quantity.start - 12) : quantity.start], folded[quantity.end : quantity.end + 30]
    dimension = load_codebook().dimension(quantity.unit)
    if dimension == "days" and not re.search("控制|达|保持|优良|不少", before):
        return False
    if before.rfind("“") > before.rfind("”") and "”" in after[:12]:
        return False  # a code word: “3个100”
    clause = before[max(before.rfind(","), before.rfind(";"), before.rfind("。"), before.rfind("\n")) + 1 :]
    words = {"value": quantity.as_written, "before": before, "clause": clause, "unless": before, "after": after}
    return not _is_excluded(words, quantity.unit)


def _is_excluded(words: dict[str, str], unit: str) -> bool:
    """Return whether all conditions of one of the exclusions hold."""
    for conditions in _exclusions(unit):
        for key, holds in conditions:
            if not holds(words[key]):
                break
        else:
            return True
    return False


@cache
def _exclusions(unit: str) -> list[list[tuple[str, Callable[[str], object]]]]:
    """Compile the exclusions of wording.yaml that concern a unit; those of one and the same condition become one."""
    dimension = load_codebook().dimension(unit)
    alone: dict[str, str] = {}
    joint: list[dict[str, str]] = []
    for entry in load_codebook().wording["no_commitment"]:
        if dimension not in entry.get("of", [dimension]) or not re.search(entry.get("unit", ""), unit):
            continue
        rule = {key: entry[key] for key in ("value", "before", "clause", "after", "unless") if key in entry}
        if len(rule) > 1:
            joint.append(rule)
        else:
            alone |= {key: f"{alone[key]}|{pattern}" if key in alone else pattern for key, pattern in rule.items()}
    rules = [{key: pattern} for key, pattern in alone.items()] + joint
    return [[(key, _condition(key, pattern)) for key, pattern in rule.items()] for rule in rules]


def _condition(key: str, pattern: str) -> Callable[[str], object]:
    """Return the test that words must pass: what follows opens with the pattern, "unless" has it nowhere."""
    if key == "unless":
        return re.compile(rf"(?![\s\S]*?(?:{pattern}))").match
    return re.compile(pattern).match if key == "after" else re.compile(pattern).search
